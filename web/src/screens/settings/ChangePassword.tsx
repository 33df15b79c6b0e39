import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { Page } from '../../ui/Page.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from '../sign-in/CurrentPassword.tsx';
import { Forgotten } from '../sign-in/Forgotten.tsx';
import { StrengthMeter } from '../sign-in/StrengthMeter.tsx';
import { passwordStrength } from '../sign-in/strength.ts';
import { useSubmit } from '../sign-in/use-submit.ts';

/** A3: another password, here and on the relay. */
export function ChangePassword({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const { client } = useDuet();
  const [password, setPassword] = useState('');
  const [next, setNext] = useState('');
  const [done, setDone] = useState(false);
  const strength = passwordStrength(next, name);
  const { busy, error, onSubmit } = useSubmit(async () => {
    setDone(false);
    await client.changePassword({ password, newPassword: next });
    setPassword('');
    setNext('');
    setDone(true);
  });
  return (
    <Page
      deep={true}
      title={t.password.change}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="change-password-page"
    >
      <div className="max-w-120 space-y-6">
        <form onSubmit={onSubmit} className="space-y-4">
          <p>{t.password.changeHelp}</p>
          <CurrentPassword
            name={name}
            label={t.password.now}
            value={password}
            onChange={setPassword}
            data-testid="password-now"
          />
          <PasswordField
            label={t.password.next}
            showLabel={t.signIn.showPassword}
            hideLabel={t.signIn.hidePassword}
            name="new-password"
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
            hint={next === '' ? undefined : <StrengthMeter strength={strength} />}
            data-testid="password-next"
          />
          {error !== null && <ErrorNote error={error} />}
          {done && (
            <Callout
              tone="plain"
              role="status"
              icon={<CircleCheck size={18} aria-hidden="true" />}
              data-testid="password-changed"
            >
              {t.password.changed}
            </Callout>
          )}
          <Button
            type="submit"
            look="primary"
            busy={busy}
            disabled={password === '' || strength === 'too-short'}
            className="w-full"
            data-testid="password-submit"
          >
            {busy ? t.signIn.working : t.password.submit}
          </Button>
        </form>
        <Forgotten />
      </div>
    </Page>
  );
}
