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
import type { HandshakeId, SessionId } from '../ids.ts';

export interface State {
  readonly account: AccountView;
  readonly crypto: CryptoView | null;
  readonly realm: string | null;
  readonly maxFileBytes: number;
  readonly connection: Connection;
  readonly conversation: Conversation | null;
  /** Verified offers that ring here, oldest first. */
  readonly incoming: readonly Incoming[];
  /** Sessions that are over, newest last: what is still on its way in them is late, and nothing else. */
  readonly over: readonly SessionId[];
  /** Number of the next conversation: results of an older one are recognized and dropped. */
  readonly nextConversation: number;
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
  | { readonly at: 'replaced' | 'refused' };

export interface Peer {
  readonly accountId: string;
  readonly name: string;
}

/** protocol.md section 3.4. */
export interface Pin {
  readonly key: string;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
}

/** An OFFER that verified, or one under another key than the pinned one (`changed`): that one is never accepted. */
export interface Incoming {
  readonly hid: HandshakeId;
  readonly peer: Peer;
  /** The caller's run. */
  readonly presence: string;
  readonly key: string;
  readonly pin: Pin | null;
  readonly changed: boolean;
  /** What came with the call: a message request (protocol.md section 5.3). */
  readonly early: readonly EarlyMessage[];
}

/** A text of the peer's first flight, or a file that can be fetched when there is a session. */
export interface EarlyMessage {
  readonly seq: number;
  /** Epoch ms by this machine's clock. */
  readonly at: number;
  readonly body: EarlyBody;
}

export type EarlyBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly facts: FileFacts };

/** A text of ours that no session carries yet. */
export interface Draft {
  /** Of its message on the screen. */
  readonly id: string;
  readonly text: string;
  readonly at: number;
  /** Its number in the first flight; null for one that waits for a session. */
  readonly seq: number | null;
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
  /** Oldest first. They become messages of the session, at the latest when it is secure. */
  readonly drafts: readonly Draft[];
  /** Drafts so far, for their ids. */
  readonly drafted: number;
  /** Responder: what came with the call, until CONFIRM says whose it is. */
  readonly request: readonly EarlyMessage[];
  readonly earlyDropped: number;
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
  /** Asking the relay for a prekey of that run. */
  | { readonly at: 'fetching' }
  /** The first flight is being made. */
  | { readonly at: 'offering' }
  /** OFFER or INIT sent. `early`: how many EARLY frames followed the INIT; null for an OFFER. */
  | { readonly at: 'ringing'; readonly hid: HandshakeId; readonly early: number | null }
  /** ACCEPT came and is being checked, once. */
  | { readonly at: 'confirming'; readonly hid: HandshakeId }
  /** Responder: ACCEPT is being made. */
  | { readonly at: 'accepting'; readonly hid: HandshakeId }
  /** Responder: ACCEPT sent. */
  | { readonly at: 'accepted'; readonly hid: HandshakeId }
  /** Responder: CONFIRM came and is being checked, once. Frames that follow it wait in `held`. */
  | { readonly at: 'completing'; readonly hid: HandshakeId; readonly held: readonly Uint8Array[] }
  | Open
  | { readonly at: 'ended'; readonly how: Ending }
  /** The key differs from the pinned one. Nothing was sent and nothing will be. */
  | { readonly at: 'blocked' };

export interface Open {
  readonly at: 'open';
  readonly talk: Talk;
  /** The handshake that will replace the session, while the chat goes on in this one. */
  readonly renewal: Renewal | null;
  /** Epoch ms at which the next renewal is begun; null on the side that does not begin it. */
  readonly renewAt: number | null;
  /** The session before this one: it only listens, to what was on its way when it was replaced. */
  readonly old: Talk | null;
}

/** protocol.md section 4.9. The first four are the initiator's, the last three the responder's. */
export type Renewal =
  | { readonly at: 'offering' }
  | { readonly at: 'ringing'; readonly hid: HandshakeId }
  | { readonly at: 'confirming'; readonly hid: HandshakeId }
  /** CONFIRM sent. Texts wait for READY: what is said before it comes would be said in a session that is over. */
  | { readonly at: 'handing-over'; readonly sid: SessionId }
  | { readonly at: 'accepting'; readonly hid: HandshakeId }
  | { readonly at: 'accepted'; readonly hid: HandshakeId }
  | { readonly at: 'completing'; readonly hid: HandshakeId };

/** An open session and what was said in it. */
export interface Talk {
  readonly sid: SessionId;
  readonly role: 'initiator' | 'responder';
  /** 1 for the conversation's first session. */
  readonly number: number;
  /** Epoch ms. */
  readonly since: number;
  /** What the screen counts the peer's numbers of this session from: above all of the sessions before. */
  readonly base: number;
  /** The peer's first message was decrypted, or CONFIRM verified: only now may anything be shown or written. */
  readonly secure: boolean;
  /** `seq` of our next message. */
  readonly next: number;
  /** How many of our messages the peer has without a gap. */
  readonly acknowledged: number;
  /** One more than the highest `seq` of ours that the peer has told as read; not all below it need to have come. */
  readonly readByPeer: number;
  /** Our messages that cause a RECEIPT and have none yet. */
  readonly awaiting: readonly number[];
  /** Early messages were dropped on their way: the peer's acknowledgement can never pass them in this session. */
  readonly gap: boolean;
  /** How often the first message that is not acknowledged was sent again. */
  readonly resent: number;
  /** One more than the highest `seq` of the peer. */
  readonly received: number;
  /** Messages of the peer since our last frame that cause a RECEIPT. */
  readonly owed: number;
  /** One more than the highest `seq` of the peer's that is on the screen. */
  readonly shown: number;
  /** Read by the person, and told to the peer: both one more than the `seq`. */
  readonly read: number;
  readonly readTold: number;
  /** The peer's message 0 came and shows nothing: whoever calls it read says nothing of any other. */
  readonly quiet: boolean;
  /**
   * Messages of the sessions before that the peer does not know as read: the last one's number on the screen, and
   * whether the person has read up to it. The next word about reading, whatever it names, says that they are read.
   */
  readonly unread: { readonly upTo: number; readonly read: boolean } | null;
  readonly typing: { readonly told: boolean; readonly at: number };
  readonly peerActivity: ConversationView['peerActivity'];
  /**
   * Messages that may still change: ours until they are read, files until they are settled. `seq` is the session's;
   * those of a session before have one below all of this.
   */
  readonly live: ReadonlyMap<string, MessageView>;
  /** One file in each direction at a time: two people who offer each other one in the same moment both get theirs. */
  readonly sending: Sending | null;
  readonly receiving: Receiving | null;
}

/** The one file of ours that is on its way, or about to be. */
export type Sending =
  /** It is being opened and keyed. `ref` is the runtime's name for it. */
  | { readonly at: 'preparing'; readonly ref: number; readonly reply: number }
  | {
      readonly at: 'offered';
      readonly fid: string;
      readonly message: string;
      readonly chunks: number;
      /** Chunks that the peer wants and that are not on their way yet. */
      readonly queued: number;
      /** Epoch ms at which progress was last shown. */
      readonly shownAt: number;
    };

/** The one file of the peer's that is on its way. */
export interface Receiving {
  readonly fid: string;
  readonly message: string;
  readonly chunks: number;
  /** Chunks we wanted so far and chunks verified so far. */
  readonly wanted: number;
  readonly verified: number;
  /** Epoch ms at which progress was last shown. */
  readonly shownAt: number;
}

/** What is known of a file before its first byte. */
export type FileFacts = Pick<TransferView, 'fid' | 'name' | 'mediaType' | 'size'> & {
  readonly chunks: number;
};

export const INITIAL: State = {
  account: { stage: 'starting' },
  crypto: null,
  realm: null,
  maxFileBytes: 0,
  connection: { at: 'idle' },
  conversation: null,
  incoming: [],
  over: [],
  nextConversation: 1,
};
