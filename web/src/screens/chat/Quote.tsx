import type { ReactNode } from 'react';
import type { MessageView } from '../../engine/contract.ts';
import { type Text, useWords } from '../../i18n/index.tsx';
import { messageById, messageKind } from '../../state/index.ts';
import { classes } from '../../ui/classes.ts';
import { useMessages } from '../duet.tsx';
import { useVoices } from '../voices.ts';
import { FileName } from './FileName.tsx';

/** More than this of a text does not fit into a quote in any case. */
const MOST = 240;

/** A message in a line or two. */
function gist(message: MessageView | undefined, peerName: string, t: Text): ReactNode {
  switch (message?.body.kind) {
    case 'text':
      return message.body.text.slice(0, MOST);
    case 'file':
      return (
        <span className="flex whitespace-pre">
          {t.transfer.file} <FileName name={message.body.transfer.name} />
        </span>
      );
    case 'taken-back':
      return message.mine ? t.chat.ownTakenBack : t.chat.takenBack(peerName);
    default:
      return t.chat.reply.gone;
  }
}

export interface QuoteProps {
  readonly id: string;
  readonly peerName: string;
  /** Goes to the message; without it the quote is no button. */
  readonly onJump?: () => void;
  /** On the page, where it does not lie in a bubble. */
  readonly plain?: boolean;
  readonly title?: string;
}

/** The message that is answered, with its author's stem. It follows what becomes of it. */
export function Quote(props: QuoteProps) {
  const kind = useMessages(messageKind(props.id));
  return <Quoted key={kind ?? 'gone'} {...props} />;
}

function Quoted({ id, peerName, onJump, plain = false, title }: QuoteProps) {
  const { t } = useWords();
  const voices = useVoices(peerName);
  const message = useMessages(messageById(id));
  const isText = message?.body.kind === 'text';
  const mine = message?.mine === true;
  const name = mine ? t.chat.you : peerName;
  const inside = (
    <>
      {title === undefined && <span className="sr-only">{t.chat.reply.answers} </span>}
      <b className="block font-semibold text-[0.8125rem] text-strong">{title ?? name}</b>{' '}
      <span
        dir="auto"
        translate={isText ? 'no' : undefined}
        className={classes('line-clamp-2 [overflow-wrap:anywhere]', !isText && 'marking')}
      >
        {gist(message, peerName, t)}
      </span>
    </>
  );
  const look = classes(
    'quote stem block text-start text-ink-2 text-sm',
    plain ? 'min-w-0 flex-1 bg-wing' : '-mx-1.5 mb-1.5 w-[calc(100%+0.75rem)] bg-sheet',
    message !== undefined && (mine ? voices.mine : voices.theirs),
  );
  if (onJump === undefined || message === undefined) return <div className={look}>{inside}</div>;
  return (
    <button type="button" data-testid="quote" onClick={onJump} className={look}>
      {inside}
    </button>
  );
}
