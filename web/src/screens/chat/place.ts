import type { MessagesState } from '../../state/index.ts';

/** A pause after which the same person begins anew. */
const PAUSE_MS = 5 * 60_000;

/** Where a message stands among its neighbours. */
export interface Place {
  /** A new day begins above it. */
  readonly day: boolean;
  /** The first of its group: name and time stand above it. */
  readonly first: boolean;
  /** The last of one's own: how far it has come stands below it. */
  readonly receipt: boolean;
}

const dayOf = (at: number): string => new Date(at).toDateString();

/** The row of the last message of one's own; -1 if there is none. */
export function lastMine({ order, byId }: MessagesState): number {
  return order.findLastIndex((id) => {
    const message = byId.get(id);
    return message?.mine === true && message.body.kind !== 'note';
  });
}

export function placeOf({ order, byId }: MessagesState, index: number, last: number): Place {
  const message = byId.get(order[index] ?? '');
  const before = byId.get(order[index - 1] ?? '');
  const day = message !== undefined && before !== undefined && dayOf(message.at) !== dayOf(before.at);
  const joined =
    message !== undefined &&
    before !== undefined &&
    !day &&
    before.body.kind !== 'note' &&
    before.mine === message.mine &&
    message.at - before.at <= PAUSE_MS;
  return { day, first: !joined, receipt: index === last };
}
