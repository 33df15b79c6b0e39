import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useWords } from '../../i18n/index.tsx';
import { messageOrder } from '../../state/index.ts';
import { useDuet, useMessages } from '../duet.tsx';
import { MessageBubble } from './MessageBubble.tsx';
import { lastMine, placeOf } from './place.ts';
import { moveFocus, unseenFromPeer } from './roving.ts';
import { useMarkRead } from './use-mark-read.ts';

export interface MessageListProps {
  readonly peerName: string;
  /** Stands above the first message, and goes with it. */
  readonly head?: ReactNode;
}

/** Near enough to the end to count as being there, in CSS pixels. */
const AT_END = 48;

/**
 * Thousands of messages with a hundred elements: only what is near the view is in the document. Stays at the end
 * while the reader is there and never moves under them while they are not. `'use no memo'`: the virtualizer is one
 * mutable object, which the React Compiler would take for unchanged.
 */
export function MessageList({ peerName, head }: MessageListProps) {
  'use no memo';
  const { t } = useWords();
  const { stores } = useDuet();
  const order = useMessages(messageOrder);
  const scroller = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  /** What the head takes of the scrolled height. */
  const [margin, setMargin] = useState(0);
  /** The row that Tab reaches; null: the latest one. */
  const [active, setActive] = useState<number | null>(null);
  const [seen, setSeen] = useState(order.length);
  const focusNext = useRef(false);
  const count = order.length;
  const tabStop = Math.min(active ?? count - 1, count - 1);

  const rangeExtractor = useCallback(
    (range: Range) => {
      const rows = defaultRangeExtractor(range);
      if (active === null || active >= range.count || rows.includes(active)) return rows;
      return [...rows, active].sort((a, b) => a - b);
    },
    [active],
  );
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => order[index] ?? index,
    estimateSize: () => 52,
    overscan: 8,
    scrollMargin: margin,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END,
    rangeExtractor,
  });
  const atEnd = virtualizer.isAtEnd(AT_END);

  // What one sends oneself is always shown.
  const lastId = order[count - 1];
  const latest = lastId === undefined ? undefined : stores.messages.getState().byId.get(lastId);
  const lastIsMine = latest?.mine === true && latest.body.kind !== 'note';
  useEffect(() => {
    if (lastId !== undefined && lastIsMine) virtualizer.scrollToEnd();
  }, [lastId, lastIsMine, virtualizer]);

  useEffect(() => {
    if (atEnd) setSeen(count);
  }, [atEnd, count]);

  useMarkRead(order, virtualizer);

  // The view gets smaller when a keyboard or a card comes up, and rows turn out higher than they were guessed:
  // whoever was at the end stays there.
  const pinned = useRef(true);
  const height = useRef(0);
  useLayoutEffect(() => {
    const [element, rows] = [scroller.current, list.current];
    if (element === null || rows === null) return;
    const observer = new ResizeObserver(() => {
      if (pinned.current) virtualizer.scrollToEnd();
    });
    observer.observe(element);
    observer.observe(rows);
    return () => observer.disconnect();
  }, [virtualizer]);

  useLayoutEffect(() => {
    const element = heading.current;
    if (element === null) return;
    const measure = () => setMargin(element.offsetHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (!focusNext.current || active === null) return;
    focusNext.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveFocus(event.key, tabStop, count);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    focusNext.current = true;
    setActive(next);
    virtualizer.scrollToIndex(next);
  };

  const messages = stores.messages.getState();
  const last = lastMine(messages);
  const unseen = atEnd ? 0 : unseenFromPeer(messages, seen);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          // What moves because the content changed its height was not moved by the reader.
          if (scrollHeight - scrollTop - clientHeight <= AT_END) pinned.current = true;
          else if (scrollHeight === height.current) pinned.current = false;
          height.current = scrollHeight;
        }}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain contain-strict"
      >
        <div ref={heading} className={count === 0 ? 'my-auto shrink-0' : 'mt-auto shrink-0'}>
          {head}
        </div>
        <ol
          ref={list}
          aria-label={t.chat.messages(peerName)}
          onKeyDown={onKeyDown}
          className="relative w-full shrink-0"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const id = order[index];
            if (id === undefined) return null;
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={count}
                aria-posinset={index + 1}
                tabIndex={index === tabStop ? 0 : -1}
                onFocus={() => setActive(index)}
                className="absolute inset-x-0 top-0 -outline-offset-2"
                style={{ transform: `translateY(${start - margin}px)` }}
              >
                <MessageBubble id={id} peerName={peerName} place={placeOf(messages, index, last)} />
              </li>
            );
          })}
        </ol>
      </div>
      {!atEnd && count > 0 && (
        <button
          type="button"
          onClick={() => virtualizer.scrollToEnd({ behavior: 'smooth' })}
          className="absolute inset-x-0 bottom-3 mx-auto flex min-h-touch w-fit items-center gap-2 rounded-full border border-rule bg-sheet px-4 font-semibold text-sm shadow-card hover:bg-press loud:border-edge"
        >
          <ArrowDown size={17} aria-hidden="true" />
          {unseen > 0 ? t.chat.newMessages(unseen) : t.chat.latest}
        </button>
      )}
    </div>
  );
}
