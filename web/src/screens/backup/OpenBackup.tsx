import { FileKey2 } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import type { BackupPreview } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { FileName } from '../chat/FileName.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { JobProgress } from './JobProgress.tsx';
import { useJob } from './use-job.ts';

/** A file and its passphrase; nothing changes yet. */
export function OpenBackup({ onOpened }: { readonly onOpened: (preview: BackupPreview) => void }) {
  const { t } = useWords();
  const { client } = useDuet();
  const job = useJob();
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const input = useRef<HTMLInputElement>(null);

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (file === null) return;
    job.start(async (signal) => onOpened(await client.openBackup({ file, passphrase }, signal)));
  };

  return (
    <form onSubmit={onSubmit} className="space-y-4">
      <p className="text-ink-2">{t.backup.openHelp}</p>
      <input
        ref={input}
        type="file"
        hidden={true}
        data-testid="backup-file"
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          if (chosen !== undefined) setFile(chosen);
          target.value = '';
        }}
      />
      <Button
        className="w-full"
        icon={<FileKey2 size={18} aria-hidden="true" />}
        onClick={() => input.current?.click()}
      >
        {file === null ? t.backup.choose : <FileName name={file.name} />}
      </Button>
      <TextField
        label={t.backup.passphrase}
        hint={t.backup.passphraseHint}
        autoComplete="off"
        autoCapitalize="characters"
        autoCorrect="off"
        spellCheck={false}
        value={passphrase}
        onChange={(event) => setPassphrase(event.target.value)}
        data-testid="backup-passphrase-input"
      />
      {job.error !== null && <ErrorNote error={job.error} />}
      {job.busy ? (
        <JobProgress onCancel={job.cancel} />
      ) : (
        <Button
          type="submit"
          look="primary"
          disabled={file === null || passphrase.trim() === ''}
          className="w-full"
          data-testid="backup-open"
        >
          {t.backup.open}
        </Button>
      )}
    </form>
  );
}
