import { Download, TriangleAlert } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { BackupView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { Page } from '../../ui/Page.tsx';
import { saveBlob } from '../chat/save.ts';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from '../sign-in/CurrentPassword.tsx';
import { JobProgress } from './JobProgress.tsx';
import { useJob } from './use-job.ts';

/** M11: one file with the key and the people, under a passphrase that exists on this screen only, and only now. */
export function MakeBackup({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const { t } = useWords();
  const [backup, setBackup] = useState<BackupView | null>(null);
  return (
    <Page
      deep={true}
      title={t.backup.make}
      back={{ label: t.app.back, onBack: onClose }}
      bodyClassName="px-5 pb-8 sm:px-8"
      data-testid="make-backup-page"
    >
      <div className="max-w-120">
        {backup === null ? (
          <Ask name={name} onMade={setBackup} />
        ) : (
          <Made backup={backup} onClose={onClose} />
        )}
      </div>
    </Page>
  );
}

function Ask({ name, onMade }: { readonly name: string; readonly onMade: (backup: BackupView) => void }) {
  const { t } = useWords();
  const { client } = useDuet();
  const job = useJob();
  const [password, setPassword] = useState('');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    job.start(async (signal) => onMade(await client.makeBackup({ password }, signal)));
  };
  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p>{t.backup.makeHelp}</p>
      <CurrentPassword name={name} value={password} onChange={setPassword} data-testid="backup-password" />
      {job.error !== null && <ErrorNote error={job.error} />}
      {job.error?.code === 'backup-not-possible' && <NewKey password={password} />}
      {job.busy ? (
        <JobProgress onCancel={job.cancel} />
      ) : (
        <Button
          type="submit"
          look="primary"
          disabled={password === ''}
          className="w-full"
          data-testid="backup-make"
        >
          {t.backup.makeSubmit}
        </Button>
      )}
    </form>
  );
}

/** For a key that nothing can read: the way to one that can be backed up, and its price. */
function NewKey({ password }: { readonly password: string }) {
  const { t } = useWords();
  const { client } = useDuet();
  const [understood, setUnderstood] = useState(false);
  const job = useJob();
  return (
    <div className="space-y-3">
      <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
        {t.keyMissing.replaceWarning}
      </Callout>
      <CheckBox checked={understood} onChange={setUnderstood} data-testid="backup-new-key-understood">
        {t.keyMissing.understood}
      </CheckBox>
      {job.error !== null && <ErrorNote error={job.error} />}
      <Button
        look="danger"
        className="w-full"
        busy={job.busy}
        disabled={!understood || password === ''}
        onClick={() => job.start(() => client.replaceKey({ password }))}
        data-testid="backup-new-key"
      >
        {t.keyMissing.submit}
      </Button>
    </div>
  );
}

/** The passphrase is shown once, so closing waits for the word that it was written down. */
function Made({ backup, onClose }: { readonly backup: BackupView; readonly onClose: () => void }) {
  const { t } = useWords();
  const [saved, setSaved] = useState(false);
  const [written, setWritten] = useState(false);
  return (
    <div className="space-y-4">
      <section>
        <h3 className="font-semibold">{t.backup.passphrase}</h3>
        <p
          data-testid="backup-passphrase"
          translate="no"
          className="mt-2 select-all rounded-card border border-edge bg-sheet px-4 py-4 text-center font-mono text-xl tracking-wide"
        >
          {backup.passphrase}
        </p>
      </section>
      <Callout tone="warning" icon={<TriangleAlert size={18} aria-hidden="true" />}>
        {t.backup.passphraseHelp}
      </Callout>
      <Button
        look="primary"
        className="w-full"
        icon={<Download size={18} aria-hidden="true" />}
        onClick={() => {
          saveBlob(backup.file, backup.fileName);
          setSaved(true);
        }}
        data-testid="backup-save"
      >
        {t.backup.save(backup.people)}
      </Button>
      <CheckBox checked={written} onChange={setWritten} data-testid="backup-written">
        {t.backup.written}
      </CheckBox>
      <Button className="w-full" disabled={!(saved && written)} onClick={onClose} data-testid="backup-finish">
        {t.backup.finish}
      </Button>
    </div>
  );
}
