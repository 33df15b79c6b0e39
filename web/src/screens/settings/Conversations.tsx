import { useWords } from '../../i18n/index.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { useCommand } from '../duet.tsx';

export interface ConversationsProps {
  readonly eraseOnDrop: boolean;
  readonly onEraseOnDrop: (on: boolean) => void;
}

/** What a line that drops does to a conversation. Holds at once. */
export function Conversations({ eraseOnDrop, onEraseOnDrop }: ConversationsProps) {
  const { t } = useWords();
  const run = useCommand();
  const choose = (on: boolean) => {
    onEraseOnDrop(on);
    void run((client) => client.setEraseOnDrop({ on }));
  };
  return (
    <CheckBox
      checked={eraseOnDrop}
      onChange={choose}
      hint={t.settings.eraseOnDropHint}
      data-testid="settings-erase-on-drop"
    >
      {t.settings.eraseOnDrop}
    </CheckBox>
  );
}
