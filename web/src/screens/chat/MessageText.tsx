import type { TextBody } from '../../engine/contract.ts';
import { emojiAlone } from '../../engine/emoji.ts';
import { useWords } from '../../i18n/index.tsx';
import { classes } from '../../ui/classes.ts';
import { toggle, useChatUi, useUi } from './chat-ui.ts';
import { foldAt, type Part, partsOf, upTo } from './links.ts';

/** So few stand without a bubble; up to so many are larger than text. */
const LARGE = 3;
const LARGER = 12;

export const isLarge = ({ text, reply }: TextBody): boolean => reply === null && emojiAlone(text, LARGE) > 0;

export interface MessageTextProps {
  readonly id: string;
  readonly body: TextBody;
}

/** What was said: its lines, its links, its emoji. A translating browser would send it to somebody else: it must not. */
export function MessageText({ id, body }: MessageTextProps) {
  const { t } = useWords();
  const ui = useChatUi();
  const { text, versions } = body;
  const fold = foldAt(text);
  const whole = useUi(({ whole: shown }) => shown.has(id));
  const former = useUi((state) => state.former.has(id));
  const parts = partsOf(text);
  const folded = fold !== null && !whole;
  const emoji = emojiAlone(text, LARGER);
  return (
    <>
      <p
        dir="auto"
        className={classes(
          'whitespace-pre-wrap [overflow-wrap:anywhere]',
          emoji > 0 && 'font-emoji tracking-wider',
          emoji > 0 && (emoji <= LARGE ? 'text-[2.75rem] leading-tight' : 'text-[1.75rem] leading-tight'),
        )}
      >
        <span translate="no" data-testid="message-text">
          <Parts parts={folded ? upTo(parts, fold) : parts} />
          {folded && '…'}
        </span>
        {versions.length > 0 && (
          <button
            type="button"
            aria-expanded={former}
            title={t.chat.editedHint}
            data-testid="message-edited"
            onClick={() => toggle(ui, 'former', id)}
            className="ms-2 min-h-6 font-sans text-ink-2 text-xs tracking-normal underline decoration-dotted underline-offset-2"
          >
            {t.chat.edited}
          </button>
        )}
      </p>
      {fold !== null && (
        <button
          type="button"
          aria-expanded={whole}
          data-testid="message-fold"
          onClick={() => toggle(ui, 'whole', id)}
          className="min-h-6 font-semibold text-sm text-strong underline underline-offset-2"
        >
          {whole ? t.chat.showLess : t.chat.showMore}
        </button>
      )}
    </>
  );
}

function Parts({ parts }: { readonly parts: readonly Part[] }) {
  const { t } = useWords();
  let at = 0;
  return parts.map((part) => {
    const key = at;
    at += part.text.length;
    if (part.kind === 'text') return part.text;
    return (
      <span key={key}>
        <a
          href={part.href}
          target="_blank"
          rel="noopener noreferrer"
          className="font-medium text-strong underline underline-offset-2"
        >
          {part.text}
        </a>
        {part.host !== null && (
          <span data-testid="link-host" className="text-ink-2 text-sm">
            {' '}
            ({t.chat.link.really(part.host)})
          </span>
        )}
      </span>
    );
  });
}

export interface FormerProps extends MessageTextProps {
  readonly label: string;
}

/** What it said before, oldest first. */
export function Former({ id, body, label }: FormerProps) {
  const { format } = useWords();
  const shown = useUi((state) => state.former.has(id));
  if (!shown || body.versions.length === 0) return null;
  return (
    <ol
      aria-label={label}
      data-testid="message-former"
      className="mt-1 flex flex-col gap-1 border-line border-t border-dashed pt-1.5 text-ink-2 text-sm"
    >
      {body.versions.map(({ at, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are only ever added to.
        <li key={index} className="[overflow-wrap:anywhere]">
          <time dateTime={new Date(at).toISOString()} className="pr-2 text-xs tabular-nums">
            {format.time(at)}
          </time>
          <span dir="auto" translate="no" className="whitespace-pre-wrap">
            {text}
          </span>
        </li>
      ))}
    </ol>
  );
}
