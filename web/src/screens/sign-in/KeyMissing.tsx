import { FolderInput } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { RestoreBackup } from '../backup/RestoreBackup.tsx';
import { Card } from '../Card.tsx';
import { useCommand, useDuet } from '../duet.tsx';
import { ForGood } from './ForGood.tsx';

/** Logged in on a device that does not hold the account's key. Replacing it warns every contact, so it is a decision. */
export function KeyMissing({ name }: { readonly name: string }) {
  const { t } = useWords();
  const { client } = useDuet();
  const run = useCommand();
  const [restoring, setRestoring] = useState(false);

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
      <ForGood
        name={name}
        act={(password) => client.replaceKey({ password })}
        words={{
          warning: t.keyMissing.replaceWarning,
          understood: t.keyMissing.understood,
          submit: t.keyMissing.submit,
        }}
        testId="replace"
        after={
          <Button look="quiet" className="w-full" onClick={() => run((engine) => engine.logout())}>
            {t.keyMissing.signOut}
          </Button>
        }
      />
    </Card>
  );
}
