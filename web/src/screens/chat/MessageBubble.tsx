import { CircleAlert, Clock3 } from 'lucide-react';
import type { MessageStatus, MessageView, NoteName } from '../../engine/contract.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { MediaMessage } from '../media/MediaMessage.tsx';
import { useVoices } from '../voices.ts';
import { ActionBar } from './ActionBar.tsx';
import type { Can } from './can.ts';
import { useUi } from './chat-ui.ts';
import { Former, isLarge, MessageText } from './MessageText.tsx';
import type { Place } from './place.ts';
import { Quote } from './Quote.tsx';
import { Reactions } from './Reactions.tsx';
import { isUnsettled, Receipt } from './Receipt.tsx';
import type { Acts } from './use-acts.ts';

export interface MessageBubbleProps {
  readonly message: MessageView;
  readonly peerName: string;
  readonly place: Place;
  readonly can: Can;
  readonly acts: Acts;
  /** The hand is on it: what can be done stands beside. */
  readonly near?: boolean;
}

/** Not there yet: the stem is dashed. (`sending` lasts as long as a blink, and would flicker.) */
const absent: ReadonlySet<MessageStatus> = new Set(['waiting', 'early', 'unconfirmed', 'not-delivered']);

/** One message, as it stands. */
export function MessageBubble(props: MessageBubbleProps) {
  const { format } = useWords();
  const { message, place } = props;
  return (
    <div className={classes('mx-auto w-full max-w-talk px-3 3xl:max-w-240 sm:px-5', place.first && 'pt-5')}>
      {place.day && <Remark className="pb-5">{format.day(message.at)}</Remark>}
      {message.body.kind === 'note' ? (
        <Note message={message} note={message.body.note} />
      ) : (
        <Said {...props} body={message.body} />
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

interface SaidProps extends MessageBubbleProps {
  readonly body: Exclude<MessageView['body'], { kind: 'note' }>;
}

function Said({ message, body, peerName, place, can, acts, near = false }: SaidProps) {
  const { t, format } = useWords();
  const { theirs, mine: my } = useVoices(peerName);
  const lit = useUi((ui) => ui.lit === message.id);
  const { id, mine, at, status, unconfirmed } = message;
  const time = format.time(at);
  const large = body.kind === 'text' && isLarge(body) && body.versions.length === 0;
  const round = body.kind === 'file' && body.transfer.kind === 'videoMessage';
  return (
    <div
      data-testid="message"
      data-mine={mine}
      data-status={status}
      data-kind={body.kind}
      className={mine ? my : theirs}
    >
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
          className={classes(
            'relative flex min-w-0 max-w-[88%] flex-col sm:max-w-[min(var(--container-bubble),82%)]',
            body.kind === 'file' && !round && 'w-100',
          )}
        >
          <div
            title={time}
            className={classes(
              'min-w-0',
              body.kind === 'taken-back'
                ? 'gone marking'
                : large || round
                  ? 'px-1'
                  : 'bubble px-[0.9375rem] pt-2 pb-[0.5625rem]',
              mine && 'bubble-mine',
              (near || lit) && body.kind !== 'taken-back' && !large && !round && 'bubble-near',
              lit && 'lit',
            )}
          >
            <Body id={id} body={body} mine={mine} peerName={peerName} acts={acts} />
          </div>
          <Reactions
            message={message}
            peerName={peerName}
            onToggle={can.react ? (emoji) => acts.react(message, emoji) : null}
          />
          {near && <ActionBar message={message} can={can} acts={acts} />}
        </div>
        {unconfirmed && (
          <p data-testid="message-unconfirmed" className="px-0.5 pt-1 text-ink-2 text-xs">
            {t.chat.unconfirmed}
          </p>
        )}
        <Fate message={message} peerName={peerName} />
        {mine && (isUnsettled(status) || (place.receipt && body.kind !== 'taken-back')) && (
          <p className="flex items-center px-0.5 pt-1 text-ink-2 text-xs">
            <Receipt status={status} />
          </p>
        )}
      </div>
    </div>
  );
}

interface BodyProps {
  readonly id: string;
  readonly body: SaidProps['body'];
  readonly mine: boolean;
  readonly peerName: string;
  readonly acts: Acts;
}

function Body({ id, body, mine, peerName, acts }: BodyProps) {
  const { t } = useWords();
  switch (body.kind) {
    case 'text': {
      const { reply } = body;
      return (
        <>
          {reply !== null && <Quote id={reply} peerName={peerName} onJump={() => acts.jump(reply)} />}
          <MessageText id={id} body={body} />
          <Former id={id} body={body} label={mine ? t.chat.ownVersions : t.chat.versions(peerName)} />
        </>
      );
    }
    case 'file':
      return <MediaMessage transfer={body.transfer} mine={mine} peerName={peerName} />;
    case 'taken-back':
      return mine ? t.chat.ownTakenBack : t.chat.takenBack(peerName);
    default:
      return body satisfies never;
  }
}

/** What became of a change, or of taking it back, where the other screen may still show something else. */
function Fate({ message: { act }, peerName }: { readonly message: MessageView; readonly peerName: string }) {
  const { t } = useWords();
  if (act === null) return null;
  const { what, status } = act;
  const words = t.chat.act[what];
  if (status === 'waiting') {
    return (
      <p data-testid="act-fate" className="flex items-center gap-1.5 px-0.5 pt-1 text-ink-2 text-xs">
        <Clock3 size={14} aria-hidden="true" />
        {words.waiting}
      </p>
    );
  }
  if (status !== 'unconfirmed' && status !== 'not-delivered') return null;
  return (
    <p
      data-testid="act-fate"
      className="flex items-center gap-1.5 px-0.5 pt-1 text-end font-semibold text-danger text-xs"
    >
      <CircleAlert size={14} aria-hidden="true" className="shrink-0" />
      {words[status](peerName)}
    </p>
  );
}
