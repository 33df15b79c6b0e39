import { Phone } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { ConversationState, ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { BlockPerson } from '../BlockPerson.tsx';
import { useApp, useCommand } from '../duet.tsx';
import { Hollow } from '../Hollow.tsx';
import { useCall } from '../lobby/use-call.ts';
import { AwaitPerson } from '../signs/AwaitPerson.tsx';
import { useStateText } from '../state-text.ts';
import { looks } from './looks.ts';
import { PeerMark } from './PeerMark.tsx';

export type EndedState = Exclude<
  ConversationState,
  'ringing-out' | 'establishing' | 'secure' | 'reconnecting' | 'leaving' | 'blocked-key-changed'
>;

export interface EndedProps {
  readonly conversation: ConversationView;
  readonly state: EndedState;
  /** A card under messages that are still on the screen, instead of the whole pane. */
  readonly strip: boolean;
}

/** What happened, what it means, and the two ways on. */
export function Ended({ conversation, state, strip }: EndedProps) {
  const { t } = useWords();
  const run = useCommand();
  const call = useCall();
  const words = useStateText(state);
  const online = useApp((app) => app.connection.state === 'online');
  const { peer, endedAbruptly } = conversation;
  const place = useRef<HTMLDivElement>(null);
  // Whoever was writing has no field any more, and reads on here.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
  }, []);
  const ways = (
    <div className="flex flex-wrap justify-center gap-2">
      <Button
        look="primary"
        disabled={!online}
        icon={<Phone size={20} strokeWidth={1.75} aria-hidden="true" />}
        onClick={() => call(peer)}
      >
        {t.chat.callAgain(peer.name)}
      </Button>
      {state === 'peer-offline' && <AwaitPerson person={peer} />}
      <Button onClick={() => run((client) => client.leaveChat({ accountId: peer.accountId }))}>
        {t.chat.dismiss}
      </Button>
      <BlockPerson person={peer} />
    </div>
  );
  const abrupt = endedAbruptly && <p className="text-caution text-sm">{t.chat.abrupt(peer.name)}</p>;
  if (strip) {
    return (
      <div
        ref={place}
        tabIndex={-1}
        className="mx-auto w-full max-w-talk px-3 pt-2 pb-[max(1rem,env(safe-area-inset-bottom))] outline-none sm:px-5"
      >
        <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-dialog border border-rule bg-sheet p-4 loud:border-edge">
          <div className="min-w-56 flex-1">
            <h3 className="font-semibold">{words.title(peer.name)}</h3>
            <p className="text-ink-2 text-sm">{words.hint(peer.name)}</p>
            {abrupt}
          </div>
          {ways}
        </div>
      </div>
    );
  }
  return (
    <div
      ref={place}
      tabIndex={-1}
      className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain outline-none motion-safe:animate-fade"
    >
      <Hollow
        mark={<PeerMark name={peer.name} shape={looks[state].shape} large={true} />}
        level={3}
        title={words.title(peer.name)}
      >
        <p className="max-w-108 text-ink-2">{words.hint(peer.name)}</p>
        {abrupt}
        {ways}
      </Hollow>
    </div>
  );
}
