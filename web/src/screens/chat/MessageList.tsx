import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useWords } from '../../i18n/index.tsx';
import { messageOrder } from '../../state/index.ts';
import { classes } from '../../ui/classes.ts';
import { useDuet, useMessages } from '../duet.tsx';
import { MessageBubble } from './MessageBubble.tsx';
import { moveFocus, unseenFromPeer } from './roving.ts';
import { useMarkRead } from './use-mark-read.ts';

/** Near enough to the end to count as being there, in CSS pixels. */
const AT_END = 48;

/**
 * Thousands of messages with a hundred elements: only what is near the view is in the document. Stays at the end
 * while the reader is there and never moves under them while they are not. `'use no memo'`: the virtualizer is one
 * mutable object, which the React Compiler would take for unchanged.
 */
export function MessageList({ peerName }: { readonly peerName: string }) {
  'use no memo';
  const { t } = useWords();
  const { stores } = useDuet();
  const order = useMessages(messageOrder);
  const scroller = useRef<HTMLDivElement>(null);
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
    estimateSize: () => 68,
    overscan: 8,
    paddingStart: 16,
    paddingEnd: 12,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END,
    rangeExtractor,
  });
  const atEnd = virtualizer.isAtEnd(AT_END);

  // What one sends oneself is always shown.
  const lastId = order[count - 1];
  const last = lastId === undefined ? undefined : stores.messages.getState().byId.get(lastId);
  const lastIsMine = last?.mine === true && last.body.kind !== 'note';
  useEffect(() => {
    if (lastId !== undefined && lastIsMine) virtualizer.scrollToEnd();
  }, [lastId, lastIsMine, virtualizer]);

  useEffect(() => {
    if (atEnd) setSeen(count);
  }, [atEnd, count]);

  useMarkRead(order, virtualizer);

  // The view gets smaller when a keyboard or a strip comes up: whoever was at the end stays there.
  const pinned = useRef(true);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (pinned.current) virtualizer.scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [virtualizer]);

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

  const unseen = atEnd ? 0 : unseenFromPeer(stores.messages.getState(), seen);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          pinned.current = scrollHeight - scrollTop - clientHeight <= AT_END;
        }}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain contain-strict"
      >
        <ol
          aria-label={t.chat.messages(peerName)}
          onKeyDown={onKeyDown}
          className="relative mt-auto w-full shrink-0"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const id = order[index];
            if (id === undefined) return null;
            const joined = order[index - 1]?.[0] === id[0];
            return (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                aria-setsize={count}
                aria-posinset={index + 1}
                tabIndex={index === tabStop ? 0 : -1}
                onFocus={() => setActive(index)}
                className={classes('absolute inset-x-0 top-0 -outline-offset-2', joined ? 'pt-1' : 'pt-3')}
                style={{ transform: `translateY(${start}px)` }}
              >
                <MessageBubble id={id} peerName={peerName} />
              </li>
            );
          })}
        </ol>
      </div>
      {!atEnd && count > 0 && (
        <button
          type="button"
          onClick={() => virtualizer.scrollToEnd({ behavior: 'smooth' })}
          className="absolute right-4 bottom-3 flex min-h-11 items-center gap-2 rounded-full border border-line bg-surface px-4 font-medium text-sm shadow-raised hover:bg-sunken"
        >
          <ArrowDown size={17} aria-hidden="true" />
          {unseen > 0 ? t.chat.newMessages(unseen) : t.chat.latest}
        </button>
      )}
    </div>
  );
}
