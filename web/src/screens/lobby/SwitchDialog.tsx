import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

export interface SwitchDialogProps {
  /** The peer of the conversation that would end. */
  readonly leaving: string;
  readonly onStay: () => void;
  readonly onSwitch: () => void;
}

/** There is one conversation at a time; starting another one erases it on both screens, so it is asked. */
export function SwitchDialog({ leaving, onStay, onSwitch }: SwitchDialogProps) {
  const { t } = useWords();
  return (
    <Dialog
      role="alertdialog"
      title={t.switching.title(leaving)}
      closeLabel={t.app.close}
      onClose={onStay}
      footer={
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onStay}>{t.switching.stay}</Button>
          <Button look="danger" onClick={onSwitch}>
            {t.switching.confirm}
          </Button>
        </div>
      }
    >
      <p>{t.switching.body}</p>
    </Dialog>
  );
}
