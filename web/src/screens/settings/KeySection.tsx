import { FileKey2, FolderInput } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Callout } from '../../ui/Callout.tsx';

export interface KeySectionProps {
  readonly onMake: () => void;
  readonly onOpen: () => void;
}

/** The key is on this device and nowhere else: what that means, and what can be done about it. */
export function KeySection({ onMake, onOpen }: KeySectionProps) {
  const { t } = useWords();
  return (
    <Callout tone="warning" icon={<FileKey2 size={20} strokeWidth={1.75} aria-hidden="true" />}>
      <p>
        <b className="font-semibold">{t.backup.only}</b> {t.backup.onlyHelp} {t.backup.sectionHelp}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button look="primary" small={true} onClick={onMake} data-testid="open-make-backup">
          {t.backup.make}
        </Button>
        <Button
          small={true}
          icon={<FolderInput size={16} aria-hidden="true" />}
          onClick={onOpen}
          data-testid="open-restore"
        >
          {t.backup.openTitle}
        </Button>
      </div>
    </Callout>
  );
}
