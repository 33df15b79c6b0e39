import type { ConversationState, ConversationView } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { Button } from '../../ui/Button.tsx';
import { classes } from '../../ui/classes.ts';
import { useApp, useCommand } from '../duet.tsx';
import { useCall } from '../lobby/use-call.ts';
import { stateLooks } from './StateChip.tsx';

export type EndedState = Exclude<
  ConversationState,
  'ringing-out' | 'establishing' | 'secure' | 'blocked-key-changed'
>;

export interface EndedProps {
  readonly conversation: ConversationView;
  readonly state: EndedState;
  /** A strip under messages that are still on the screen, instead of the whole pane. */
  readonly strip: boolean;
}

/** Why there is no session (any more), and the two ways on. */
export function Ended({ conversation, state, strip }: EndedProps) {
  const { t } = useWords();
  const run = useCommand();
  const call = useCall();
  const online = useApp((app) => app.connection.state === 'online');
  const { peer, endedAbruptly } = conversation;
  const { icon: Icon, colour } = stateLooks[state];
  return (
    <div
      className={classes(
        'flex',
        strip
          ? 'flex-wrap items-center justify-between gap-3 border-line border-t bg-sunken px-5 py-3'
          : 'm-auto max-w-md flex-col items-center gap-4 p-6 text-center',
      )}
    >
      {!strip && (
        <span className={classes('flex size-16 items-center justify-center rounded-full bg-sunken', colour)}>
          <Icon size={28} aria-hidden="true" />
        </span>
      )}
      <div className="min-w-56 flex-1">
        {!strip && <h3 className="mb-1 font-semibold text-lg">{t.states[state].label}</h3>}
        <p className={strip ? 'text-sm' : 'text-muted'}>{t.states[state].hint(peer.name)}</p>
        {endedAbruptly && (
          <p className={classes('mt-1 text-warning', strip && 'text-sm')}>{t.chat.abrupt(peer.name)}</p>
        )}
      </div>
      <div className="flex flex-wrap justify-center gap-2">
        <Button onClick={() => run((client) => client.leaveChat())}>{t.chat.dismiss}</Button>
        <Button look="primary" disabled={!online} onClick={() => call(peer)}>
          {t.chat.callAgain}
        </Button>
      </div>
    </div>
  );
}
