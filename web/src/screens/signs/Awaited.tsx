import { Bell, Phone } from 'lucide-react';
import { useStore } from 'zustand';
import { useWords } from '../../i18n/index.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { Disc } from '../../ui/Disc.tsx';
import { goOnElsewhere } from '../../ui/use-return-focus.ts';
import { useApp, useDuet, useMemory } from '../duet.tsx';
import { useCall } from '../lobby/use-call.ts';
import type { Person } from '../memory.ts';
import { voiceOf } from '../voices.ts';
import { useAwaitPerson } from './use-awaited.ts';

/** M2: those whom one waits for: that they are here, as long as they are; and of the others that one waits. */
export function Awaited({ onCalled }: { readonly onCalled: () => void }) {
  const awaited = useMemory((state) => state.awaited);
  return [...awaited.values()].map((person) => (
    <One key={person.accountId} person={person} onCalled={onCalled} />
  ));
}

interface OneProps {
  readonly person: Person;
  readonly onCalled: () => void;
}

function One({ person, onCalled }: OneProps) {
  const { t } = useWords();
  const { stores } = useDuet();
  const { accountId, name } = person;
  const isHere = useStore(stores.presence, ({ here }) => here.get(accountId) === true);
  const online = useApp((app) => app.connection.state === 'online');
  const call = useCall();
  const wait = useAwaitPerson();
  const take = async () => {
    // Whoever calls goes to the conversation.
    goOnElsewhere();
    onCalled();
    if (await call(person)) await wait(person, false);
  };
  return (
    <Banner
      icon={
        isHere ? (
          <Disc name={name} voice={voiceOf(name)} presence="here" />
        ) : (
          <Bell size={18} aria-hidden="true" />
        )
      }
      title={isHere ? t.signs.arrived(name) : t.signs.awaiting(name)}
      help={isHere ? t.signs.arrivedHelp : t.signs.awaitingHelp}
      spoken={isHere}
      data-testid={isHere ? 'arrived' : 'awaiting'}
    >
      {isHere && (
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
      )}
      {/* In its place whether they come or go: somebody may be about to press it. */}
      <Button small={true} look="quiet" onClick={() => void wait(person, false)} data-testid="await-stop">
        {isHere ? t.signs.putAway : t.signs.stopAwaiting}
      </Button>
    </Banner>
  );
}
