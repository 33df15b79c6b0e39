/**
 * What the machine knows: plain data, never changed in place. Secrets are not here; crypto objects stay with the
 * runtime and are named by their ids (`hid`, `sid`, `fid`), which are base64url as everything in this folder.
 */
import type {
  AccountView,
  ConversationView,
  CryptoView,
  MessageView,
  TransferView,
  TrustView,
} from '../contract.ts';

export interface State {
  readonly account: AccountView;
  readonly crypto: CryptoView | null;
  readonly realm: string | null;
  readonly maxFileBytes: number;
  readonly connection: Connection;
  readonly conversation: Conversation | null;
  /** Verified offers that ring here, oldest first. */
  readonly incoming: readonly Incoming[];
  /** Number of the next conversation: results of an older one are recognized and dropped. */
  readonly nextConversation: number;
  /** When handshakes with an account completed, within the last hour; epoch ms. */
  readonly completed: ReadonlyMap<string, readonly number[]>;
}

export type Connection =
  | { readonly at: 'idle' }
  | { readonly at: 'connecting'; readonly failures: number }
  | { readonly at: 'online'; readonly failures: number; readonly since: number }
  | {
      readonly at: 'waiting';
      readonly failures: number;
      readonly retryAt: number;
      readonly browserOffline: boolean;
    }
  | { readonly at: 'replaced' };

export interface Peer {
  readonly accountId: string;
  readonly name: string;
}

/** PROTOCOL.md section 3.4. */
export interface Pin {
  readonly key: string;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
}

/** An OFFER that verified, or one under another key than the pinned one (`changed`): that one is never accepted. */
export interface Incoming {
  readonly hid: string;
  readonly peer: Peer;
  /** The caller's run. */
  readonly presence: string;
  readonly key: string;
  readonly pin: Pin | null;
  readonly changed: boolean;
}

export interface Conversation {
  readonly id: number;
  readonly peer: Peer;
  /** The peer's key in this conversation: the directory's, or that of the offer. */
  readonly key: string | null;
  readonly pin: Pin | null;
  /** The run of the peer's client that this conversation is with. */
  readonly presence: string | null;
  readonly phase: Phase;
  readonly refusedFrames: number;
  readonly endedAbruptly: boolean;
}

export type Ending = Exclude<
  ConversationView['state'],
  'ringing-out' | 'establishing' | 'secure' | 'blocked-key-changed'
>;

export type Phase =
  /** Asking the directory for the key and this device for the pin. `reply`: the `openChat` that waits for it. */
  | { readonly at: 'looking-up'; readonly reply: number | null }
  /** Asking the relay whether the peer is there, and in which run. */
  | { readonly at: 'watching' }
  /** The OFFER is being made. */
  | { readonly at: 'offering' }
  /** OFFER sent. */
  | { readonly at: 'ringing'; readonly hid: string }
  /** ACCEPT came and is being checked, once. */
  | { readonly at: 'confirming'; readonly hid: string }
  /** Responder: ACCEPT is being made. */
  | { readonly at: 'accepting'; readonly hid: string }
  /** Responder: ACCEPT sent. */
  | { readonly at: 'accepted'; readonly hid: string }
  /** Responder: CONFIRM came and is being checked, once. Frames that follow it wait in `held`. */
  | { readonly at: 'completing'; readonly hid: string; readonly held: readonly Uint8Array[] }
  | { readonly at: 'open'; readonly talk: Talk }
  | { readonly at: 'ended'; readonly how: Ending }
  /** The key differs from the pinned one. Nothing was sent and nothing will be. */
  | { readonly at: 'blocked' };

/** An open session and what was said in it. */
export interface Talk {
  readonly sid: string;
  /** The peer's first message was decrypted, or CONFIRM verified: only now may anything be shown or written. */
  readonly secure: boolean;
  /** `seq` of our next message. */
  readonly next: number;
  /** How many of our messages the peer has without a gap. */
  readonly acknowledged: number;
  /** Our messages that cause a RECEIPT and have none yet. */
  readonly awaiting: readonly number[];
  /** One more than the highest `seq` of the peer. */
  readonly received: number;
  /** Messages of the peer since our last frame that cause a RECEIPT. */
  readonly owed: number;
  /** Read by the person, and told to the peer: both one more than the `seq`. */
  readonly read: number;
  readonly readTold: number;
  readonly typing: { readonly told: boolean; readonly at: number };
  readonly peerActivity: ConversationView['peerActivity'];
  /** Messages that may still change: ours until they are read, files until they are settled. */
  readonly live: ReadonlyMap<string, MessageView>;
  readonly transfer: Transfer | null;
}

/** The one file on its way, in either direction. */
export type Transfer =
  /** Our file is being opened and keyed. `ref` is the runtime's name for it. */
  | { readonly at: 'preparing'; readonly ref: number; readonly reply: number }
  | {
      readonly at: 'outgoing';
      readonly fid: string;
      readonly message: string;
      readonly segments: number;
      /** Segments that the peer wants and that are not on their way yet. */
      readonly queued: number;
      /** Epoch ms at which progress was last shown. */
      readonly shownAt: number;
    }
  | {
      readonly at: 'incoming';
      readonly fid: string;
      readonly message: string;
      readonly segments: number;
      /** Segments we wanted so far and segments verified so far. */
      readonly wanted: number;
      readonly verified: number;
      readonly shownAt: number;
    };

/** What is known of a file before its first byte. */
export type FileFacts = Pick<TransferView, 'fid' | 'name' | 'mediaType' | 'size'> & {
  readonly segments: number;
};

export const INITIAL: State = {
  account: { stage: 'starting' },
  crypto: null,
  realm: null,
  maxFileBytes: 0,
  connection: { at: 'idle' },
  conversation: null,
  incoming: [],
  nextConversation: 1,
  completed: new Map(),
};
