import { FolderInput, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { RestoreBackup } from '../backup/RestoreBackup.tsx';
import { Card } from '../Card.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from './CurrentPassword.tsx';
import { useSubmit } from './use-submit.ts';

/** Logged in on a device that does not hold the account's key. Replacing it warns every contact, so it is a decision. */
export function KeyMissing({ name }: { readonly name: string }) {
  const { t } = useWords();
  const { client } = useDuet();
  const run = useCommand();
  const [password, setPassword] = useState('');
  const [understood, setUnderstood] = useState(false);
  const [restoring, setRestoring] = useState(false);
  const { busy, error, onSubmit } = useSubmit(() => client.replaceKey({ password }));

  return (
    <Card title={t.keyMissing.title}>
      <p className="text-ink-2">{t.keyMissing.body(name)}</p>
      <div className="space-y-1">
        <h2 className="font-semibold">{t.keyMissing.options}</h2>
        <p>{t.keyMissing.useOther}</p>
        <p>{t.keyMissing.restore}</p>
      </div>
      <div>
        {restoring ? (
          <div className="rounded-card border border-rule p-4">
            <RestoreBackup name={name} onDone={() => undefined} />
          </div>
        ) : (
          <Button
            look="primary"
            className="w-full"
            icon={<FolderInput size={18} aria-hidden="true" />}
            onClick={() => setRestoring(true)}
            data-testid="key-missing-restore"
          >
            {t.backup.openTitle}
          </Button>
        )}
      </div>
      <p>{t.keyMissing.replace}</p>
      <form onSubmit={onSubmit} className="space-y-4">
        <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
          {t.keyMissing.replaceWarning}
        </Callout>
        <CheckBox checked={understood} onChange={setUnderstood} data-testid="replace-understood">
          {t.keyMissing.understood}
        </CheckBox>
        <CurrentPassword name={name} value={password} onChange={setPassword} data-testid="replace-password" />
        {error !== null && <ErrorNote error={error} />}
        <Button
          type="submit"
          look="danger"
          busy={busy}
          disabled={!understood || password === ''}
          className="w-full"
          data-testid="replace-submit"
        >
          {busy ? t.signIn.working : t.keyMissing.submit}
        </Button>
        <Button look="quiet" className="w-full" onClick={() => run((engine) => engine.logout())}>
          {t.keyMissing.signOut}
        </Button>
      </form>
    </Card>
  );
}
