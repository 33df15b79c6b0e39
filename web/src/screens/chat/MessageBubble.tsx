import { useWords } from '../../i18n/index.tsx';
import { messageById } from '../../state/index.ts';
import { classes } from '../../ui/classes.ts';
import { useMessages } from '../duet.tsx';
import { StatusIcon } from './StatusIcon.tsx';
import { TransferCard } from './TransferCard.tsx';

export interface MessageBubbleProps {
  readonly id: string;
  readonly peerName: string;
}

/** One message. It listens to its own entry of the store, so a change draws one bubble and no other. */
export function MessageBubble({ id, peerName }: MessageBubbleProps) {
  const { t, format } = useWords();
  const message = useMessages(messageById(id));
  if (message === undefined) return null;
  const { mine, body, at, status, unconfirmed } = message;
  if (body.kind === 'note') {
    return (
      <p
        data-testid="conversation-note"
        data-note={body.note}
        className="px-6 py-1 text-center text-muted text-sm"
      >
        {t.chat.notes[body.note]} <time dateTime={new Date(at).toISOString()}>{format.time(at)}</time>
      </p>
    );
  }
  return (
    <div
      data-testid="message"
      data-mine={mine}
      data-status={status}
      className={classes('flex px-4 sm:px-6', mine ? 'justify-end' : 'justify-start')}
    >
      <div
        className={classes(
          'min-w-0 max-w-[min(86%,36rem)] rounded-[1.25rem] px-3.5 pt-2 pb-1.5',
          mine ? 'rounded-br-md bg-accent-soft' : 'rounded-bl-md border border-line bg-surface',
        )}
      >
        <span className="sr-only">{mine ? `${t.chat.you}:` : t.chat.says(peerName)} </span>
        {body.kind === 'text' ? (
          <p
            dir="auto"
            data-testid="message-text"
            className="whitespace-pre-wrap break-words [overflow-wrap:anywhere]"
          >
            {body.text}
          </p>
        ) : (
          <TransferCard transfer={body.transfer} />
        )}
        <p className="mt-0.5 text-right text-muted text-xs">
          {unconfirmed && (
            <span data-testid="message-unconfirmed" className="mr-1.5">
              {t.chat.unconfirmed}
            </span>
          )}
          <time dateTime={new Date(at).toISOString()}>{format.time(at)}</time>
          {mine && (
            <span className="ml-1.5">
              <StatusIcon status={status} />
            </span>
          )}
        </p>
      </div>
    </div>
  );
}
