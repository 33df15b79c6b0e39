/** What is new for somebody who does not look: pure. */
import type { ConversationSummary, IncomingView } from '../../engine/contract.ts';

export interface Looking {
  /** Account id of the conversation that is in view; null when none is, or the tab cannot be seen. */
  readonly at: string | null;
}

type Counted = Pick<ConversationSummary, 'accountId' | 'unread'>;

/** Calls, and messages that nobody has seen. */
export function waiting(
  conversations: readonly Counted[],
  incoming: readonly unknown[],
  { at }: Looking,
): number {
  return conversations.reduce(
    (sum, { accountId, unread }) => sum + (accountId === at ? 0 : unread),
    incoming.length,
  );
}

/** Account ids of those who wrote since `before` and may be heard. */
export function newsFrom(
  before: readonly Counted[],
  after: readonly Counted[],
  muted: ReadonlySet<string>,
): readonly string[] {
  const counts = new Map(before.map(({ accountId, unread }) => [accountId, unread]));
  return after
    .filter(({ accountId, unread }) => unread > (counts.get(accountId) ?? 0) && !muted.has(accountId))
    .map(({ accountId }) => accountId);
}

/** The calls that may be heard. */
export const ringing = (
  incoming: readonly IncomingView[],
  muted: ReadonlySet<string>,
): readonly IncomingView[] => incoming.filter(({ peer }) => !muted.has(peer.accountId));
