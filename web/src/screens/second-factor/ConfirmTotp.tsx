import { useState } from 'react';
import type { TotpSetupView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { addNotice } from '../../state/index.ts';
import { Button } from '../../ui/Button.tsx';
import { QrCode } from '../../ui/QrCode.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';
import { toUserError } from '../user-error.ts';
import { useSecondFactorWords } from './words/index.ts';

interface ConfirmTotpProps {
  readonly setup: TotpSetupView;
  readonly onAdded: (codes: readonly string[]) => void;
  /** The set-up is over, and has to begin again with the password. */
  readonly onOver: () => void;
}

/** The secret for the app, and the proof that the app has it. */
export function ConfirmTotp({ setup, onAdded, onOver }: ConfirmTotpProps) {
  const { t } = useWords();
  const { totp, step } = useSecondFactorWords();
  const { client, stores } = useDuet();
  const [code, setCode] = useState('');
  const { busy, error, onSubmit } = useSubmit(async () => {
    try {
      onAdded(await client.finishTotp({ ticket: setup.ticket, code }));
    } catch (reason) {
      if (toUserError(reason).code !== 'second-step-over') throw reason;
      addNotice(stores, toUserError(reason));
      onOver();
    }
  });
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p>{totp.scan}</p>
      <QrCode text={setup.address} label={totp.qr} />
      <p>{totp.type}</p>
      <p
        data-testid="totp-secret"
        translate="no"
        className="select-all break-words rounded-card border border-edge bg-sheet px-4 py-3 font-mono tracking-wide"
      >
        {setup.secret.replace(/.{4}(?=.)/g, '$& ')}
      </p>
      <TextField
        label={step.code}
        hint={totp.confirm}
        name="totp"
        autoComplete="one-time-code"
        inputMode="numeric"
        value={code}
        onChange={(event) => setCode(event.target.value)}
        data-testid="totp-code"
      />
      {error !== null && <ErrorNote error={error} />}
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabled={code.trim() === ''}
        className="w-full"
        data-testid="totp-submit"
      >
        {busy ? t.signIn.working : totp.submit}
      </Button>
    </form>
  );
}
