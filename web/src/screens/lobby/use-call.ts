import type { ConversationState, ConversationSummary } from '../../engine/contract.ts';
import { useCommand } from '../duet.tsx';
import type { Person } from '../memory.ts';

/** States in which leaving loses something or hangs up on somebody. */
const live: ReadonlySet<ConversationState> = new Set([
  'ringing-out',
  'establishing',
  'secure',
  'reconnecting',
]);

export const isLive = (state: ConversationState | undefined): boolean =>
  state !== undefined && live.has(state);

/** Whether a conversation with somebody goes on. */
export const talksTo = (conversations: readonly ConversationSummary[], accountId: string): boolean =>
  conversations.some((talk) => talk.accountId === accountId && isLive(talk.state));

/** Starts a conversation, or shows the one that there is; others go on. */
export function useCall(): (person: Person) => Promise<boolean> {
  const run = useCommand();
  return ({ accountId, name }) => run((client) => client.openChat({ accountId, name }));
}
