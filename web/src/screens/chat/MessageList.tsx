import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useWords } from '../../i18n/index.tsx';
import { messageOrder } from '../../state/index.ts';
import { useDuet, useMessages } from '../duet.tsx';
import type { Person } from '../memory.ts';
import { useUi } from './chat-ui.ts';
import { MessageRow } from './MessageRow.tsx';
import { ActionMenu } from './OpenedActs.tsx';
import { lastMine, placeOf } from './place.ts';
import { moveFocus, unseenFromPeer } from './roving.ts';
import { useActKeys } from './use-act-keys.ts';
import { useJump } from './use-jump.ts';
import { useMarkRead } from './use-mark-read.ts';

export interface MessageListProps {
  readonly peer: Person;
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
export function MessageList({ peer, head }: MessageListProps) {
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
  const onActKey = useActKeys(peer);
  const keysId = useId();
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
  // The same as long as the order is: with another one, all rows are placed anew.
  const itemKey = useCallback((index: number) => order[index] ?? index, [order]);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    getItemKey: itemKey,
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

  useMarkRead(peer.accountId, order, virtualizer);

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
    focusRow(scroller.current, active);
  }, [active]);

  const goTo = (index: number, align: 'auto' | 'center') => {
    if (index === active) focusRow(scroller.current, index);
    else focusNext.current = true;
    setActive(index);
    virtualizer.scrollToIndex(index, { align });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // What is inside of a message has keys of its own.
    // By the row that has the focus: another message may have gone since it came there.
    const { target } = event;
    if (!(target instanceof HTMLLIElement) || onActKey(event, target.dataset['message'])) return;
    const next = moveFocus(event.key, Number(target.dataset['index']), count);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(next, 'auto');
  };

  useJump((id) => {
    const index = order.indexOf(id);
    if (index < 0) return false;
    pinned.current = false;
    goTo(index, 'center');
    return true;
  });
  const hold = useUi((ui) => ui.hold);
  useLayoutEffect(() => {
    if (hold !== null) pinned.current = false;
  }, [hold]);

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
        className="@container/talk flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain contain-strict"
      >
        <div ref={heading} className={count === 0 ? 'my-auto shrink-0' : 'mt-auto shrink-0'}>
          {head}
        </div>
        <p id={keysId} hidden={true}>
          {t.chat.acts.keys}
        </p>
        <ol
          ref={list}
          aria-label={t.chat.messages(peer.name)}
          aria-describedby={keysId}
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
                data-message={id}
                aria-setsize={count}
                aria-posinset={index + 1}
                tabIndex={index === tabStop ? 0 : -1}
                onFocus={() => {
                  ActionMenu.preload();
                  setActive(index);
                }}
                className="absolute inset-x-0 top-0 -outline-offset-2"
                style={{ transform: `translateY(${start - margin}px)` }}
              >
                <MessageRow id={id} peer={peer} place={placeOf(messages, index, last)} />
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

function focusRow(scroller: HTMLElement | null, index: number): void {
  scroller?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus({ preventScroll: true });
}
