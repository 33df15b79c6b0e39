import type { MessageStatus, MessageView, NoteName } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { messageById } from '../../state/index.ts';
import { classes } from '../../ui/classes.ts';
import { useMessages } from '../duet.tsx';
import { useVoices } from '../voices.ts';
import type { Place } from './place.ts';
import { isUnsettled, Receipt } from './Receipt.tsx';
import { TransferCard } from './TransferCard.tsx';

export interface MessageBubbleProps {
  readonly id: string;
  readonly peerName: string;
  readonly place: Place;
}

/** Not there yet: the stem is dashed. (`sending` lasts as long as a blink, and would flicker.) */
const absent: ReadonlySet<MessageStatus> = new Set(['waiting', 'early', 'unconfirmed', 'not-delivered']);

/** Up to three emoji and nothing else are large. */
const EMOJI_ONLY =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*){1,3}$/u;

/** One message. It listens to its own entry of the store, so a change draws one bubble and no other. */
export function MessageBubble({ id, peerName, place }: MessageBubbleProps) {
  const { format } = useWords();
  const message = useMessages(messageById(id));
  if (message === undefined) return null;
  return (
    <div className={classes('mx-auto w-full max-w-talk px-3 3xl:max-w-240 sm:px-5', place.first && 'pt-5')}>
      {place.day && <Remark className="pb-5">{format.day(message.at)}</Remark>}
      {message.body.kind === 'note' ? (
        <Note message={message} note={message.body.note} />
      ) : (
        <Said message={message} body={message.body} peerName={peerName} place={place} />
      )}
    </div>
  );
}

/** What the app remarks between the messages. */
function Remark({
  className,
  children,
}: {
  readonly className?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <p
      className={classes(
        'marking flex items-center justify-center gap-3 text-center before:h-px before:w-12 before:shrink before:bg-rule after:h-px after:w-12 after:shrink after:bg-rule',
        className,
      )}
    >
      <span>{children}</span>
    </p>
  );
}

function Note({ message, note }: { readonly message: MessageView; readonly note: NoteName }) {
  const { t, format } = useWords();
  return (
    <div data-testid="conversation-note" data-note={note}>
      <Remark>
        {t.chat.notes[note]},{' '}
        <time dateTime={new Date(message.at).toISOString()}>{format.time(message.at)}</time>
      </Remark>
    </div>
  );
}

interface SaidProps {
  readonly message: MessageView;
  readonly body: Exclude<MessageView['body'], { kind: 'note' }>;
  readonly peerName: string;
  readonly place: Place;
}

function Said({ message, body, peerName, place }: SaidProps) {
  const { t, format } = useWords();
  const { theirs, mine: my } = useVoices(peerName);
  const { mine, at, status, unconfirmed } = message;
  const time = format.time(at);
  const large = body.kind === 'text' && EMOJI_ONLY.test(body.text);
  return (
    <div data-testid="message" data-mine={mine} data-status={status} className={mine ? my : theirs}>
      {place.first ? (
        <p
          className={classes(
            'flex min-h-5 items-center gap-1.5 px-3.5 text-ink-2 text-xs',
            mine && 'flex-row-reverse',
          )}
        >
          <b className="font-semibold text-[0.8125rem] text-strong">{mine ? t.chat.you : peerName}</b>
          <time dateTime={new Date(at).toISOString()} className="tabular-nums">
            {time}
          </time>
        </p>
      ) : (
        <span className="sr-only">{mine ? `${t.chat.you}:` : t.chat.says(peerName)} </span>
      )}
      <div
        className={classes(
          'stem flex flex-col',
          mine ? 'stem-end items-end pr-3' : 'items-start pl-3',
          mine && absent.has(status) && 'stem-waiting',
          !place.first && 'stem-joined pt-[3px]',
        )}
      >
        <div
          title={time}
          className={classes(
            'min-w-0 max-w-[88%] sm:max-w-[min(var(--container-bubble),82%)]',
            large ? 'px-1' : 'bubble px-[0.9375rem] pt-2 pb-[0.5625rem]',
            mine && 'bubble-mine',
            body.kind === 'file' && 'w-100',
          )}
        >
          {body.kind === 'taken-back' ? (
            <p className="marking">{mine ? t.chat.ownTakenBack : t.chat.takenBack(peerName)}</p>
          ) : body.kind === 'text' ? (
            <p
              dir="auto"
              data-testid="message-text"
              className={classes(
                'whitespace-pre-wrap [overflow-wrap:anywhere]',
                large && 'font-emoji text-[2.75rem] leading-tight tracking-wider',
              )}
            >
              {body.text}
            </p>
          ) : (
            <TransferCard transfer={body.transfer} />
          )}
        </div>
        {unconfirmed && (
          <p data-testid="message-unconfirmed" className="px-0.5 pt-1 text-ink-2 text-xs">
            {t.chat.unconfirmed}
          </p>
        )}
        {mine && (place.receipt || isUnsettled(status)) && (
          <p className="flex items-center px-0.5 pt-1 text-ink-2 text-xs">
            <Receipt status={status} />
          </p>
        )}
      </div>
    </div>
  );
}
