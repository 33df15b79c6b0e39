import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../Card.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from './CurrentPassword.tsx';
import { useSubmit } from './use-submit.ts';

/** The login holds, but the identity on this device is wrapped under the password. */
export function Unlock({ name }: { readonly name: string }) {
  const { t } = useWords();
  const { client } = useDuet();
  const run = useCommand();
  const [password, setPassword] = useState('');
  const { busy, error, onSubmit } = useSubmit(() => client.unlock({ password }));

  return (
    <Card title={t.unlock.title(name)}>
      <p className="text-ink-2">{t.unlock.body}</p>
      <form onSubmit={onSubmit} className="space-y-4">
        <CurrentPassword name={name} value={password} onChange={setPassword} data-testid="unlock-password" />
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="primary"
          busy={busy}
          disabled={password === ''}
          className="w-full"
          data-testid="unlock-submit"
        >
          {busy ? t.signIn.working : t.unlock.submit}
        </Button>
        <Button look="quiet" className="w-full" onClick={() => run((engine) => engine.logout())}>
          {t.unlock.other}
        </Button>
      </form>
    </Card>
  );
}
