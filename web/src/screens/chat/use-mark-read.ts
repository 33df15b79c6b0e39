import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { readUpTo } from '../../state/index.ts';
import { useCommand, useConversation, useDuet } from '../duet.tsx';

/** Rounding of heights and positions, in CSS pixels. */
const TOLERANCE = 4;

const onVisibility = (listener: () => void) => {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
};
const isVisible = () => document.visibilityState === 'visible';

/** The last row whose end is in view, or that fills the view. */
function lastInView(virtualizer: Virtualizer<HTMLDivElement, Element>): number | null {
  const height = virtualizer.scrollRect?.height ?? 0;
  if (height === 0) return null;
  const bottom = (virtualizer.scrollOffset ?? 0) + height + TOLERANCE;
  const row = virtualizer
    .getVirtualItems()
    .findLast(({ start, end, size }) => end <= bottom || (size > height && start < bottom - height / 2));
  return row?.index ?? null;
}

/**
 * Tells the engine up to where the peer's messages were in view, once for each step forward and only while the tab
 * can be seen; what came with the call, once there is a session to tell it in. Runs after every drawing of the list: scrolling, arrival and measuring all draw it.
 */
export function useMarkRead(
  accountId: string,
  order: readonly string[],
  virtualizer: Virtualizer<HTMLDivElement, Element>,
): void {
  'use no memo';
  const { stores } = useDuet();
  const run = useCommand();
  const visible = useSyncExternalStore(onVisibility, isVisible);
  const open = useConversation()?.writable === 'yes';
  const told = useRef(-1);

  useEffect(() => {
    if (order.length === 0) told.current = -1;
    const index = visible && open ? lastInView(virtualizer) : null;
    const id = index === null ? undefined : order[index];
    const seq = id === undefined ? null : readUpTo(stores.messages.getState(), id);
    if (seq === null || seq <= told.current) return;
    told.current = seq;
    void run((client) => client.markRead({ accountId, seq }));
  });
}
