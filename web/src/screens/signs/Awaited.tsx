import { Bell, Phone } from 'lucide-react';
import { useRef } from 'react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/index.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { useReturnFocus } from '../../ui/use-return-focus.ts';
import { useApp, useDuet, useMemory } from '../duet.tsx';
import { useCall } from '../lobby/use-call.ts';
import type { Person } from '../memory.ts';
import { voiceOf } from '../voices.ts';
import { useAwaitPerson } from './use-awaited.ts';

/** M2: those whom one waits for: that they are here, as long as they are; and of the others that one waits. */
export function Awaited({ onCalled }: { readonly onCalled: () => void }) {
  const { stores } = useDuet();
  const awaited = useMemory((state) => state.awaited);
  const here = useStore(stores.presence, (state) => state.here);
  return [...awaited.values()].map((person) =>
    here.get(person.accountId) === true ? (
      <Arrived key={person.accountId} person={person} onCalled={onCalled} />
    ) : (
      <Waiting key={person.accountId} person={person} />
    ),
  );
}

interface ArrivedProps {
  readonly person: Person;
  readonly onCalled: () => void;
}

function Arrived({ person, onCalled }: ArrivedProps) {
  const { t } = useWords();
  const { name } = person;
  const call = useCall();
  const wait = useAwaitPerson();
  const online = useApp((app) => app.connection.state === 'online');
  const take = async () => {
    onCalled();
    if (await call(person)) await wait(person, false);
  };
  return (
    <Banner
      icon={<Disc name={name} voice={voiceOf(name)} presence="here" />}
      title={t.signs.arrived(name)}
      help={t.signs.arrivedHelp}
      spoken={true}
      data-testid="arrived"
    >
      <Button
        small={true}
        disabled={!online}
        icon={<Phone size={16} aria-hidden="true" />}
        aria-label={t.signs.callName(name)}
        onClick={() => void take()}
        data-testid="arrived-call"
      >
        {t.signs.callNow}
      </Button>
      <Stop person={person} label={t.signs.putAway} />
    </Banner>
  );
}

function Waiting({ person }: { readonly person: Person }) {
  const { t } = useWords();
  return (
    <Banner
      icon={<Bell size={18} aria-hidden="true" />}
      title={t.signs.awaiting(person.name)}
      help={t.signs.awaitingHelp}
      data-testid="awaiting"
    >
      <Stop person={person} label={t.signs.stopAwaiting} />
    </Banner>
  );
}

function Stop({ person, label }: { readonly person: Person; readonly label: string }) {
  const wait = useAwaitPerson();
  const place = useRef<HTMLSpanElement>(null);
  useReturnFocus(place);
  return (
    <span ref={place}>
      <Button small={true} look="quiet" onClick={() => void wait(person, false)} data-testid="await-stop">
        {label}
      </Button>
    </span>
  );
}
