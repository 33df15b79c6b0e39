import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { ProgressBar } from '../../ui/ProgressBar.tsx';
import { useBackupProgress } from '../duet.tsx';

/** Stretching a passphrase takes seconds on a phone: how far it is, and a way out. */
export function JobProgress({ onCancel }: { readonly onCancel: () => void }) {
  const { t, format } = useWords();
  const done = useBackupProgress() ?? 0;
  return (
    <div role="status" className="space-y-3">
      <p className="text-ink-2 text-sm">{t.backup.stretching}</p>
      <ProgressBar value={done} label={t.backup.stretching} valueText={format.percent(done)} />
      <Button onClick={onCancel} data-testid="backup-cancel">
        {t.backup.cancel}
      </Button>
    </div>
  );
}
