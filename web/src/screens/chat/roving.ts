import type { MessagesState } from '../../state/index.ts';

/** Where a key takes the focus in a list of `count` rows; null when the key does not move it. */
export function moveFocus(key: string, from: number, count: number): number | null {
  if (count === 0) return null;
  const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.min(count - 1, Math.max(0, to));
}

/** How many of the peer's messages came after the first `seen` rows. */
export function unseenFromPeer({ order, byId }: MessagesState, seen: number): number {
  return order.slice(seen).filter((id) => byId.get(id)?.mine === false).length;
}
