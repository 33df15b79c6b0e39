import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Card } from '../Card.tsx';
import { useApp, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { useInvitation } from '../invite/use-invitation.ts';
import { Forgotten } from './Forgotten.tsx';
import { nameProblem, tidyName } from './name.ts';
import { StrengthMeter } from './StrengthMeter.tsx';
import { passwordStrength } from './strength.ts';
import { useSubmit } from './use-submit.ts';

type Mode = 'login' | 'register';

export function SignIn() {
  const { t } = useWords();
  const { client } = useDuet();
  const realm = useApp((app) => app.realm);
  const invitation = useInvitation();
  const [chosen, setMode] = useState<Mode | null>(null);
  // Whoever is invited is likely to be new here.
  const mode = chosen ?? (invitation === null ? 'login' : 'register');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  /** What was wrong is told after the first try, not while somebody is typing for the first time. */
  const [tried, setTried] = useState(false);

  const problem = nameProblem(name);
  const strength = passwordStrength(password, name);
  const tooShort = strength === 'too-short';

  const { busy, error, clear, onSubmit } = useSubmit(() => {
    setTried(true);
    return problem === null && !tooShort ? client[mode]({ name, password }) : null;
  });

  const choose = (next: Mode) => {
    setMode(next);
    clear();
    setTried(false);
  };

  return (
    <Card>
      {invitation !== null && (
        <Callout tone="plain" role="status" data-testid="invited-note">
          <p className="font-semibold">{t.invited.title(invitation.name)}</p>
          <p>{t.invited.newHere(invitation.name)}</p>
        </Callout>
      )}
      <Tabs
        label={t.app.name}
        value={mode}
        onChange={choose}
        tabs={[
          { value: 'login', label: t.signIn.login, testId: 'tab-login' },
          { value: 'register', label: t.signIn.register, testId: 'tab-register' },
        ]}
      >
        <form onSubmit={onSubmit} noValidate={true} className="space-y-5">
          <TextField
            label={t.signIn.name}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(tidyName(event.target.value))}
            hint={mode === 'register' ? t.signIn.nameHint : undefined}
            problem={tried && problem !== null ? t.signIn.nameProblem[problem] : null}
            data-testid="sign-in-name"
          />
          <PasswordField
            label={t.signIn.password}
            showLabel={t.signIn.showPassword}
            hideLabel={t.signIn.hidePassword}
            name="password"
            autoComplete={mode === 'register' ? 'new-password' : 'current-password'}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            hint={mode === 'register' && password !== '' ? <StrengthMeter strength={strength} /> : undefined}
            problem={tried && tooShort ? t.signIn.passwordTooShort : null}
            data-testid="sign-in-password"
          />
          {error !== null && <ErrorNote error={error} />}
          <Button type="submit" look="primary" busy={busy} className="w-full" data-testid="sign-in-submit">
            {busy ? t.signIn.working : t.signIn.submit[mode]}
          </Button>
        </form>
      </Tabs>
      <div className="space-y-2 text-ink-2 text-sm">
        <p>{t.signIn.promise[mode]}</p>
        {/* Its line is there before the server has said it: nothing moves then. */}
        <p className="break-words">{realm === null ? '\u00a0' : t.signIn.realm(realm)}</p>
        {mode === 'login' && <Forgotten />}
      </div>
    </Card>
  );
}
