import { FileKey2, FolderInput, Users } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { MakeBackup } from '../backup/MakeBackup.tsx';
import { RestoreDialog } from '../backup/RestoreDialog.tsx';
import { People } from './People.tsx';

type Open = 'make' | 'restore' | 'people';

/** Keys on this device: one's own, and those of the people one has met. */
export function BackupSection({ name }: { readonly name: string }) {
  const { t } = useWords();
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <section>
      <h3 className="mb-2 font-medium text-[0.9375rem]">{t.backup.section}</h3>
      <div className="space-y-3 rounded-xl border border-line bg-surface px-4 py-3">
        <p className="text-muted text-sm">{t.backup.sectionHelp}</p>
        <div className="flex flex-wrap gap-2">
          <Button
            icon={<FileKey2 size={18} aria-hidden="true" />}
            onClick={() => setOpen('make')}
            data-testid="open-make-backup"
          >
            {t.backup.make}
          </Button>
          <Button
            icon={<FolderInput size={18} aria-hidden="true" />}
            onClick={() => setOpen('restore')}
            data-testid="open-restore"
          >
            {t.backup.openTitle}
          </Button>
          <Button
            icon={<Users size={18} aria-hidden="true" />}
            onClick={() => setOpen('people')}
            data-testid="open-people"
          >
            {t.people.title}
          </Button>
        </div>
      </div>
      {open === 'make' && <MakeBackup name={name} onClose={close} />}
      {open === 'restore' && <RestoreDialog name={name} onClose={close} />}
      {open === 'people' && <People onClose={close} />}
    </section>
  );
}
