import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { SecondFactorProof, SecondStepWays } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { addNotice } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Card } from '../Card.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';
import { toUserError } from '../user-error.ts';
import { refusedPasskey, signWithPasskey, whyNoPasskeys } from './passkey.ts';
import { useSecondFactorWords } from './words/index.ts';

type Way = SecondFactorProof['kind'];

/** What this page and this account have, the easiest first. */
function waysHere({ totp, passkey }: SecondStepWays): readonly Way[] {
  const here: Way[] = passkey !== null && whyNoPasskeys() === null ? ['passkey'] : [];
  if (totp) here.push('totp');
  return [...here, 'recovery'];
}

/** The password was right; now what only its owner has. */
export function SecondStep({ ways }: { readonly ways: SecondStepWays }) {
  const { t } = useWords();
  const { step } = useSecondFactorWords();
  const { client, stores } = useDuet();
  const run = useCommand();
  const here = waysHere(ways);
  const [way, setWay] = useState<Way>(here[0] ?? 'recovery');
  const [code, setCode] = useState('');
  const [trustDevice, setTrustDevice] = useState(false);
  const { busy, error, clear, onSubmit } = useSubmit(async () => {
    try {
      await client.secondStep({ proof: await proofOf(way, code, ways), trustDevice });
    } catch (reason) {
      // This screen is gone with it.
      if (toUserError(reason).code === 'second-step-over') addNotice(stores, toUserError(reason));
      throw way === 'passkey' ? refusedPasskey(reason) : reason;
    }
  });
  const turn = (to: Way) => {
    setWay(to);
    setCode('');
    clear();
  };
  return (
    <Card title={step.title}>
      <p className="text-ink-2">{step.help[way]}</p>
      {ways.passkey === null && ways.passkeyHosts.length > 0 && (
        <p className="break-words text-ink-2" data-testid="second-elsewhere">
          {step.elsewhere(ways.passkeyHosts)}
        </p>
      )}
      <form onSubmit={onSubmit} className="space-y-4" data-testid="second-step" data-way={way}>
        {way !== 'passkey' && (
          <TextField
            key={way}
            label={way === 'totp' ? step.code : step.recovery}
            name={way}
            autoComplete={way === 'totp' ? 'one-time-code' : 'off'}
            inputMode={way === 'totp' ? 'numeric' : 'text'}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            data-testid="second-code"
          />
        )}
        <CheckBox checked={trustDevice} onChange={setTrustDevice} data-testid="second-trust">
          {step.trust}
        </CheckBox>
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="primary"
          busy={busy}
          disabled={way !== 'passkey' && code.trim() === ''}
          icon={way === 'passkey' ? <KeyRound size={18} aria-hidden="true" /> : undefined}
          className="w-full"
          data-testid="second-submit"
        >
          {busy ? t.signIn.working : way === 'passkey' ? step.usePasskeyNow : step.submit}
        </Button>
      </form>
      <div className="space-y-1">
        {here
          .filter((other) => other !== way)
          .map((other) => (
            <Button
              key={other}
              look="quiet"
              className="w-full"
              disabled={busy}
              onClick={() => turn(other)}
              data-testid={`second-by-${other}`}
            >
              {step.use[other]}
            </Button>
          ))}
        <Button
          look="quiet"
          className="w-full"
          disabled={busy}
          onClick={() => run((engine) => engine.leaveSecondStep())}
          data-testid="second-leave"
        >
          {step.other}
        </Button>
      </div>
      {way === 'recovery' && <p className="text-ink-2 text-sm">{step.lost}</p>}
    </Card>
  );
}

async function proofOf(way: Way, code: string, { passkey }: SecondStepWays): Promise<SecondFactorProof> {
  if (way !== 'passkey') return { kind: way, code };
  if (passkey === null) throw { code: 'passkey-cancelled' };
  return { kind: 'passkey', ...(await signWithPasskey(passkey)) };
}
