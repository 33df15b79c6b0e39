import { useWords } from '../../i18n/index.tsx';
import { CheckBox } from '../../ui/CheckBox.tsx';
import { useCommand } from '../duet.tsx';

/** Whether the list of people says who is here, with what the server learns by that. Holds at once. */
export function WhoIsHere({
  on,
  onChange,
}: {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}) {
  const { t } = useWords();
  const run = useCommand();
  const choose = (next: boolean) => {
    onChange(next);
    void run((client) => client.setWhoIsHere({ on: next }));
  };
  return (
    <CheckBox checked={on} onChange={choose} hint={t.people.whoIsHereHint} data-testid="settings-who-is-here">
      {t.people.whoIsHere}
    </CheckBox>
  );
}
