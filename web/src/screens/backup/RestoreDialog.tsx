import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { RestoreBackup } from './RestoreBackup.tsx';

/** Takes the people of a backup over into an account that is in use. */
export function RestoreDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  return (
    <Dialog
      wide={true}
      title={t.backup.openTitle}
      closeLabel={t.app.close}
      onClose={onClose}
      data-testid="restore-dialog"
    >
      {done ? (
        <div className="space-y-4">
          <p role="status" data-testid="backup-restored">
            {t.backup.restored}
          </p>
          <Button className="w-full" onClick={onClose}>
            {t.app.close}
          </Button>
        </div>
      ) : (
        <RestoreBackup name={name} onDone={() => setDone(true)} />
      )}
    </Dialog>
  );
}
