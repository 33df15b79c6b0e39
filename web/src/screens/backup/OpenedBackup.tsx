import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Page } from '../../ui/Page.tsx';
import { RestoreBackup } from './RestoreBackup.tsx';

/** Takes the people of a backup over into an account that is in use. */
export function OpenedBackup({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  return (
    <Page
      deep={true}
      title={t.backup.openTitle}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="restore-page"
    >
      <div className="max-w-152">
        {done ? (
          <div className="space-y-4">
            <p role="status" data-testid="backup-restored">
              {t.backup.restored}
            </p>
            <Button onClick={onClose}>{t.app.back}</Button>
          </div>
        ) : (
          <RestoreBackup name={name} onDone={() => setDone(true)} />
        )}
      </div>
    </Page>
  );
}
