import type { ConversationState } from '../../engine/contract.ts';
import { useCommand, useConversation } from '../duet.tsx';
import type { Person } from '../memory.ts';

/** States in which leaving loses something or hangs up on somebody. */
const live: ReadonlySet<ConversationState> = new Set(['ringing-out', 'establishing', 'secure']);

export const isLive = (state: ConversationState | undefined): boolean =>
  state !== undefined && live.has(state);

/** Starts a conversation; one that is over is closed first. Whoever is in a live one is asked before. */
export function useCall(): (person: Person) => Promise<void> {
  const run = useCommand();
  const conversation = useConversation();
  return async (person) => {
    if (conversation !== null && conversation.peer.accountId !== person.accountId) {
      if (!(await run((client) => client.leaveChat()))) return;
    }
    await run((client) => client.openChat({ accountId: person.accountId, name: person.name }));
  };
}
