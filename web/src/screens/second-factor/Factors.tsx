import { KeyRound, LifeBuoy, Smartphone } from 'lucide-react';
import type { SecondFactorView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Row, Rows } from '../settings/Row.tsx';
import { PASSKEYS_MAX } from './limits.ts';
import { whyNoNewPasskeys } from './passkey.ts';
import type { Place } from './place.ts';
import { useSecondFactorWords } from './words/index.ts';

interface FactorsProps {
  readonly factors: SecondFactorView;
  readonly onPlace: (place: Place) => void;
}

/** What is set up, how it was used, and what can be done about it. */
export function Factors({ factors, onPlace }: FactorsProps) {
  const { format } = useWords();
  const { page, passkey: words } = useSecondFactorWords();
  const { totp, passkeys, recoveryCodes } = factors;
  const isOff = totp === null && passkeys.length === 0;
  const missing = passkeys.length >= PASSKEYS_MAX ? 'full' : whyNoNewPasskeys();
  const now = Date.now();
  const used = (since: number, lastUsed: number | null) => {
    const use = lastUsed === null ? page.neverUsed : page.used(format.ago(now - lastUsed));
    return `${page.since(format.date(since))} · ${use}`;
  };
  return (
    <>
      <p>{page.help}</p>
      <p className="text-ink-2 text-sm">{page.scope}</p>
      {isOff && <p data-testid="second-factor-off">{page.off}</p>}
      <Rows>
        <Row
          Icon={Smartphone}
          title={page.totp}
          note={totp === null ? page.totpOff : used(totp.since, totp.lastUsed)}
          data-testid="totp-row"
          action={
            totp === null ? (
              <Button small={true} onClick={() => onPlace({ at: 'start-totp' })} data-testid="totp-set-up">
                {page.setUp}
              </Button>
            ) : (
              <Button
                small={true}
                aria-label={page.turnOffTotp}
                onClick={() => onPlace({ at: 'remove-totp' })}
                data-testid="totp-turn-off"
              >
                {page.turnOff}
              </Button>
            )
          }
        />
      </Rows>
      <Rows data-testid="passkeys">
        {passkeys.map((passkey) => {
          const elsewhere = passkey.host === location.hostname ? '' : ` · ${words.onlyAt(passkey.host)}`;
          return (
            <Row
              key={passkey.id}
              Icon={KeyRound}
              title={passkey.name}
              note={`${used(passkey.since, passkey.lastUsed)}${elsewhere}`}
              onOpen={() => onPlace({ at: 'passkey', passkey })}
              data-testid="passkey-row"
            />
          );
        })}
        <Row
          Icon={KeyRound}
          title={passkeys.length === 0 ? words.title : words.another}
          note={missing === null ? words.help : words.missing[missing]}
          data-testid="passkey-add-row"
          action={
            <Button
              small={true}
              aria-label={words.addOne}
              disabled={missing !== null}
              onClick={() => onPlace({ at: 'start-passkey' })}
              data-testid="passkey-add"
            >
              {words.add}
            </Button>
          }
        />
      </Rows>
      {!isOff && (
        <Rows>
          <Row
            Icon={LifeBuoy}
            title={page.codes}
            note={page.codesLeft(recoveryCodes)}
            data-testid="codes-row"
            action={
              <Button small={true} onClick={() => onPlace({ at: 'new-codes' })} data-testid="codes-new">
                {page.newCodes}
              </Button>
            }
          />
        </Rows>
      )}
    </>
  );
}
