import { Phone } from 'lucide-react';
import { useWords } from '../../i18n/index.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { useDuet, useMemory } from '../duet.tsx';
import { useCall } from '../lobby/use-call.ts';
import { type Person, putArrivedAway } from '../memory.ts';
import { voiceOf } from '../voices.ts';

/** M2: those whom one waited for, until one calls them or puts it away. */
export function Arrived({ onCalled }: { readonly onCalled: () => void }) {
  const { t } = useWords();
  const { memory } = useDuet();
  const arrived = useMemory((state) => state.arrived);
  const call = useCall();
  const take = (person: Person) => {
    putArrivedAway(memory, person);
    onCalled();
    void call(person);
  };
  return arrived.map((person) => (
    <Banner
      key={person.accountId}
      icon={<Disc name={person.name} voice={voiceOf(person.name)} presence="here" />}
      title={t.signs.arrived(person.name)}
      help={t.signs.arrivedHelp}
      spoken={true}
      data-testid="arrived"
    >
      <Button
        small={true}
        icon={<Phone size={16} aria-hidden="true" />}
        aria-label={t.signs.callName(person.name)}
        onClick={() => take(person)}
        data-testid="arrived-call"
      >
        {t.signs.callNow}
      </Button>
      <Button small={true} look="quiet" onClick={() => putArrivedAway(memory, person)}>
        {t.signs.putAway}
      </Button>
    </Banner>
  ));
}
