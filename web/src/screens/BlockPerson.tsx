import { Ban } from 'lucide-react';
import { useState } from 'react';
import { useWords } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useCommand, useDuet } from './duet.tsx';
import { awaitPerson, type Person } from './memory.ts';

export interface BlockPersonProps {
  readonly person: Person;
  /** Beside the buttons of a card. */
  readonly small?: boolean;
  readonly className?: string;
}

/** A quiet button wherever somebody may have had enough of somebody else. It asks once, for it ends what is open. */
export function BlockPerson({ person, small = false, className }: BlockPersonProps) {
  const { t } = useWords();
  const run = useCommand();
  const { memory } = useDuet();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const { accountId, name } = person;
  const block = async () => {
    setBusy(true);
    if (await run((client) => client.block({ accountId }))) awaitPerson(memory, person, false);
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <Button
        look="quiet"
        small={small}
        className={className}
        icon={<Ban size={18} strokeWidth={1.75} aria-hidden="true" />}
        aria-label={t.reach.blockName(name)}
        onClick={() => setAsking(true)}
        data-testid="block-open"
      >
        {t.reach.block}
      </Button>
      {asking && (
        <Dialog
          title={t.reach.blockTitle(name)}
          closeLabel={t.app.close}
          role="alertdialog"
          onClose={() => setAsking(false)}
          data-testid="block-dialog"
          footer={
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={() => setAsking(false)}>{t.reach.keep}</Button>
              <Button look="danger" busy={busy} onClick={block} data-testid="block-confirm">
                {t.reach.block}
              </Button>
            </div>
          }
        >
          <p>{t.reach.blockHelp(name)}</p>
        </Dialog>
      )}
    </>
  );
}
