/** What can be done to a message, by whom, and for how long. The engine refuses the rest. */
import { EDIT_WINDOW } from '@duet-chat/crypto';
import type { ConversationView, MessageView } from '../../engine/contract.ts';
import type { MessagesState } from '../../state/index.ts';

export interface Can {
  readonly reply: boolean;
  readonly react: boolean;
  readonly copy: boolean;
  /** Whole minutes that are left; 0: not any more, or never. Infinity: it did not go yet. */
  readonly edit: number;
  readonly takeBack: boolean;
  readonly hide: boolean;
}

/** `now`: epoch ms. */
export function canDo(message: MessageView, conversation: ConversationView | null, now: number): Can {
  const { mine, status, body, session } = message;
  const said = body.kind === 'text' || body.kind === 'file';
  const open = conversation?.writable === 'yes' && session > 0 && session === conversation.session?.number;
  const waits = mine && status === 'waiting' && conversation?.writable !== 'no';
  const left = Math.ceil((message.at + EDIT_WINDOW - now) / 60_000);
  return {
    reply: said && open,
    react: said && open,
    copy: body.kind === 'text',
    edit: !mine || body.kind !== 'text' ? 0 : waits ? Number.POSITIVE_INFINITY : open ? Math.max(0, left) : 0,
    takeBack: mine && said && (open || waits),
    // What waits would still go: it is taken back instead.
    hide: body.kind !== 'note' && !waits,
  };
}

/** The last text of one's own that can still be changed. */
export function lastEditable(
  { order, byId }: MessagesState,
  conversation: ConversationView | null,
  now: number,
): MessageView | null {
  const id = order.findLast((one) => {
    const message = byId.get(one);
    return message?.mine === true && message.body.kind !== 'note';
  });
  const message = id === undefined ? undefined : byId.get(id);
  return message !== undefined && canDo(message, conversation, now).edit > 0 ? message : null;
}
