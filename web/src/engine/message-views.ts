/** What the screens are told of the messages of a conversation: part of `contract.ts`, which passes it on. */
import type { MediaView } from './media-view.ts';

export type MessageStatus =
  /** Kept here until it can go: there is no session yet, or no line, or too much is under way. */
  | 'waiting'
  /** Sent with the call, before the other side accepted it. */
  | 'early'
  | 'sending'
  | 'delivered'
  | 'read'
  /** Sent, and never acknowledged: it may not have arrived. */
  | 'unconfirmed'
  /** It never left, or the peer has said that it did not come. */
  | 'not-delivered';

export type TransferState =
  /** It came with a call, and is fetched when the conversation is secure. */
  | 'announced'
  | 'offered'
  | 'transferring'
  /** Stopped for now, by whom `pausedBy` says: who stopped it goes on with it. */
  | 'paused'
  | 'done'
  | 'cancelled-by-me'
  | 'cancelled-by-peer'
  | 'rejected'
  /** The conversation ended before all of it was there. */
  | 'interrupted'
  | 'source-changed';

/** One of the two in a conversation. */
export type Side = 'me' | 'peer';

export interface TransferView extends MediaView {
  readonly fid: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly done: number;
  readonly state: TransferState;
  /** Empty unless it is paused. */
  readonly pausedBy: readonly Side[];
  /** Own: from the start. The peer's: when `state` is `done`. A Blob is passed by reference, not copied. */
  readonly blob?: Blob;
  /** The peer's films while they are on their way: as much as there is from the start on without a gap. */
  readonly arriving?: Blob | undefined;
  /** Whoever got it has looked at it, heard it or, if that is all they may do, saved it. */
  readonly seen: boolean;
}

export interface MessageView {
  /** Unique in the conversation, also across renewals. */
  readonly id: string;
  readonly mine: boolean;
  /** The peer's: what {@link EngineCommands.markRead} takes; grows through the conversation. Mine: without meaning. */
  readonly seq: number;
  /** Epoch ms by this machine's clock. */
  readonly at: number;
  readonly status: MessageStatus;
  /** A message of the peer's first flight, before CONFIRM: whose it is has weaker proof (protocol.md section 12.2). */
  readonly unconfirmed: boolean;
  /**
   * In which session it was said, as `SessionView.number` counts; 0 while in none. Only what was said in the open session
   * can be answered, changed, taken back and reacted to.
   */
  readonly session: number;
  /** What one did last to this message of one's own, and what became of that; null: nothing. */
  readonly act: ActView | null;
  /** In the order in which they appeared. */
  readonly reactions: readonly ReactionView[];
  readonly body:
    | TextBody
    | { readonly kind: 'file'; readonly transfer: TransferView }
    /** It was taken back by whoever had said it. */
    | { readonly kind: 'taken-back' }
    /** A line of the app itself between the messages. */
    | { readonly kind: 'note'; readonly note: NoteName };
}

/**
 * `renewed`: the session was replaced by a fresh one. `restarted`: the peer called from a new run of its page, which has
 * nothing of what was said before.
 */
export type NoteName = 'renewed' | 'restarted';

export interface TextBody {
  readonly kind: 'text';
  readonly text: string;
  /** The id of the message that it answers, which may not be there any more. */
  readonly reply: string | null;
  /** What it said before it was changed, oldest first. They stay as long as the conversation. */
  readonly versions: readonly VersionView[];
  /** Epoch ms at which the text was changed last; null while it was not. */
  readonly changedAt: number | null;
}

/** An earlier text of a message. */
export interface VersionView {
  readonly text: string;
  /** Epoch ms at which it was written, or came. */
  readonly at: number;
}

export interface ActView {
  readonly what: 'edit' | 'take-back';
  /** `unconfirmed` and `not-delivered`: the peer may still see, or sees, what was there before. */
  readonly status: MessageStatus;
}

export interface ReactionView {
  /** One emoji. */
  readonly emoji: string;
  readonly mine: boolean;
  readonly theirs: boolean;
  /** What became of the last word about one's own; null where there was none. */
  readonly status: MessageStatus | null;
}
