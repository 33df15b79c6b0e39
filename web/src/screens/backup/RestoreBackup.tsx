import { useEffect, useState } from 'react';
import type { BackupPersonView, BackupPreview } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Choice } from '../../ui/Choice.tsx';
import { useDuet } from '../duet.tsx';
import { ErrorNote } from '../ErrorNote.tsx';
import { CurrentPassword } from '../sign-in/CurrentPassword.tsx';
import { useSubmit } from '../sign-in/use-submit.ts';
import { EmojiGrid } from '../verify/EmojiGrid.tsx';
import { OpenBackup } from './OpenBackup.tsx';

export interface RestoreBackupProps {
  /** Whose account it is on this device. */
  readonly name: string;
  readonly onDone: () => void;
}

/** M11: opens a backup, shows what it would bring, and takes it over when the person says so. */
export function RestoreBackup({ name, onDone }: RestoreBackupProps) {
  const { client } = useDuet();
  const [preview, setPreview] = useState<BackupPreview | null>(null);
  // Whatever way this screen is left, the identity in the preview is forgotten; nobody is left to be told.
  useEffect(() => () => void client.closeBackup().catch(() => undefined), [client]);
  return preview === null ? (
    <OpenBackup onOpened={setPreview} />
  ) : (
    <Preview preview={preview} name={name} onDone={onDone} />
  );
}

interface PreviewProps extends RestoreBackupProps {
  readonly preview: BackupPreview;
}

function Preview({ preview, name, onDone }: PreviewProps) {
  const { t, format, language } = useWords();
  const { client } = useDuet();
  const [password, setPassword] = useState('');
  const [take, setTake] = useState<ReadonlySet<string>>(new Set());
  const needsPassword = preview.identity === 'restored';
  const { busy, error, onSubmit } = useSubmit(async () => {
    await client.restoreBackup({
      id: preview.id,
      password: needsPassword ? password : null,
      take: [...take],
    });
    onDone();
  });

  const choose = (accountId: string, theirs: boolean) => {
    const next = new Set(take);
    if (theirs) next.add(accountId);
    else next.delete(accountId);
    setTake(next);
  };

  return (
    <form onSubmit={onSubmit} className="space-y-5" data-testid="backup-preview">
      <section>
        <h3 className="font-semibold">{t.backup.identity[preview.identity](preview.name)}</h3>
        <p className="mb-2 text-ink-2 text-sm">{t.backup.createdOn(format.date(preview.created))}</p>
        <EmojiGrid emoji={preview.fingerprint.emoji} language={language} />
      </section>
      <section>
        <h3 className="font-semibold">{t.backup.people(preview.people.length)}</h3>
        <ul className="mt-2 divide-y divide-rule rounded-card border border-rule bg-sheet">
          {preview.people.map((person) => (
            <li key={person.accountId} className="px-4 py-3" data-testid="backup-person">
              <Person
                person={person}
                theirs={take.has(person.accountId)}
                onChoose={(theirs) => choose(person.accountId, theirs)}
              />
            </li>
          ))}
        </ul>
      </section>
      {needsPassword && (
        <CurrentPassword
          name={name}
          value={password}
          onChange={setPassword}
          data-testid="backup-restore-password"
        />
      )}
      {error !== null && <ErrorNote error={error} />}
      <Button
        type="submit"
        look="primary"
        busy={busy}
        disabled={needsPassword && password === ''}
        className="w-full"
        data-testid="backup-restore"
      >
        {t.backup.restore}
      </Button>
    </form>
  );
}

interface PersonProps {
  readonly person: BackupPersonView;
  readonly theirs: boolean;
  readonly onChoose: (theirs: boolean) => void;
}

/** One person of the backup; where two keys stand against each other, both are shown and the person decides. */
function Person({ person, theirs, onChoose }: PersonProps) {
  const { t, language } = useWords();
  return (
    <>
      <p className="flex flex-wrap items-baseline justify-between gap-2">
        <span className="min-w-0 break-words font-semibold">{person.name}</span>
        <span className="text-ink-2 text-sm" data-verdict={person.verdict}>
          {t.backup.verdicts[person.verdict]}
        </span>
      </p>
      {person.verdict === 'conflict' && person.pinned !== null && (
        <div className="mt-3 space-y-3">
          <p className="text-sm">{t.backup.conflict(person.name)}</p>
          <div className="grid gap-4 sm:grid-cols-2">
            <div>
              <p className="mb-1 text-ink-2 text-sm">{t.backup.keyHere}</p>
              <EmojiGrid emoji={person.pinned.emoji} language={language} />
            </div>
            <div>
              <p className="mb-1 text-ink-2 text-sm">{t.backup.keyThere}</p>
              <EmojiGrid emoji={person.theirs.emoji} language={language} />
            </div>
          </div>
          <Choice
            legend={t.backup.choice(person.name)}
            hideLegend={true}
            options={[
              { value: 'here', label: t.backup.keepHere },
              { value: 'backup', label: t.backup.takeThere },
            ]}
            value={theirs ? 'backup' : 'here'}
            onChange={(value) => onChoose(value === 'backup')}
          />
        </div>
      )}
    </>
  );
}
