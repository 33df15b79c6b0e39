/** Questions that screens ask of the stores; pure, and stable by reference as long as the answer is the same. */
import type { AccountView, ConversationView, MessageView } from '../engine/contract.ts';
import type { MessagesState } from './stores.ts';

/** One message; undefined when it is gone. A bubble that selects its own id draws again for itself alone. */
export const messageById =
  (id: string) =>
  (state: MessagesState): MessageView | undefined =>
    state.byId.get(id);

/**
 * Of what kind a message is by now. Whatever draws words is mounted anew (`key`) when that changes: React keeps what it drew
 * last, and nobody may have a text that was taken back.
 */
export const messageKind =
  (id: string) =>
  (state: MessagesState): MessageView['body']['kind'] | undefined =>
    state.byId.get(id)?.body.kind;

export const messageOrder = (state: MessagesState): readonly string[] => state.order;

/** The highest `seq` of the peer's messages up to the one with this id (in view): what `markRead` takes. */
export function readUpTo(state: MessagesState, lastVisibleId: string): number | null {
  const end = state.order.indexOf(lastVisibleId);
  for (let index = end; index >= 0; index -= 1) {
    const id = state.order[index];
    const message = id === undefined ? undefined : state.byId.get(id);
    if (message !== undefined && !message.mine) return message.seq;
  }
  return null;
}

/** Text and files may be sent in this state only. */
export const canWrite = (conversation: ConversationView | null): boolean => conversation?.writable === 'yes';

export const accountName = (account: AccountView): string | null => ('name' in account ? account.name : null);
