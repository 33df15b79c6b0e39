/** Everything that can happen to the machine: commands of the person, results of effects, the relay's frames. */

import type { AccountView, AppView, UserError } from '../contract.ts';
import type { FileDescriptor } from '../crypto/port.ts';
import type { HandshakeId, SessionId } from '../ids.ts';
import type { EarlyBody, FileFacts, Peer, Pin } from './state.ts';

/** Commands that the machine decides on; each is answered by exactly one `reply` effect. */
export type Command =
  /** `wait`: milliseconds until one more handshake is allowed with this person; 0: now. */
  | { readonly name: 'openChat'; readonly peer: Peer; readonly wait: number }
  | { readonly name: 'acceptIncoming'; readonly id: string }
  | { readonly name: 'declineIncoming'; readonly id: string }
  | { readonly name: 'leaveChat' }
  | { readonly name: 'sendText'; readonly text: string }
  | { readonly name: 'markRead'; readonly seq: number }
  | { readonly name: 'setTyping'; readonly typing: boolean }
  | { readonly name: 'sendFile'; readonly ref: number; readonly fileName: string; readonly size: number }
  | { readonly name: 'cancelTransfer'; readonly fid: string }
  | { readonly name: 'markVerified'; readonly by: 'compared' | 'sas' | 'qr' }
  | { readonly name: 'acceptChangedKey' }
  | { readonly name: 'retryNow' };

/** What a message says, as far as this machine understands it. */
export type Content =
  | { readonly type: 'ready' | 'receipt' | 'bye' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'read'; readonly upTo: number }
  | { readonly type: 'typing'; readonly activity: 'none' | 'typing' | 'voice' | 'video' }
  | { readonly type: 'file'; readonly descriptor: FileDescriptor }
  | {
      readonly type: 'file-control';
      readonly fid: string;
      readonly op: 'accept' | 'reject' | 'want' | 'cancel' | 'done' | 'pause';
      readonly index: number;
      readonly count: number;
    }
  /** Authentic, of a kind that this version does not show. Its `seq` counts, and it is acknowledged. */
  | { readonly type: 'other' };

export type TimerName =
  | 'look-up'
  | 'prekey'
  | 'ring'
  | 'confirm'
  | 'ready'
  | 'receipt'
  | 'read'
  | 'peer-activity'
  | 'resend'
  /** The session is due to be renewed. */
  | 'renew'
  /** The renewal's next step did not come in time. */
  | 'renewal'
  /** The session before this one need not be heard any more. */
  | 'retire'
  /** The session's day is over. */
  | 'expire'
  | 'reconnect'
  | `incoming ${HandshakeId}`;

/** Which frame the relay could not deliver. */
export type FrameKind = 'offer' | 'early' | 'accept' | 'confirm' | 'message' | 'chunk';

/**
 * Why nothing came of a frame of a session. `repeated`: the frame was accepted before. An honest peer sends again what
 * it has no answer to, so a line that slept or is slow is enough of an explanation. `untried`: among so many wrong ones
 * it was not looked at. `wrong`: only an attack or a defect explains it; it was dropped. `fatal`: the same, and the
 * session cannot go on (protocol.md section 11). `spent`: the session cannot go on, and no frame is to blame.
 */
export type Refusal = 'repeated' | 'untried' | 'wrong' | 'fatal' | 'spent';

/** Where a connection went. */
export type LinkLoss =
  | { readonly why: 'lost' }
  /** The relay asked to come back after this many milliseconds. */
  | { readonly why: 'restart'; readonly after: number }
  /** Another tab or device of the account. */
  | { readonly why: 'replaced' }
  /** The relay does not take what this page sends, or this login: trying again by itself makes no sense. */
  | { readonly why: 'refused' };

export type Event =
  | { readonly type: 'command'; readonly reply: number; readonly command: Command }
  | { readonly type: 'account'; readonly account: AccountView }
  | {
      readonly type: 'configured';
      readonly app: Partial<Pick<AppView, 'crypto' | 'realm' | 'maxFileBytes'>>;
    }
  // The connection
  | { readonly type: 'link-up' }
  /** `jitter`: a random number from 0 to 1, for the delay. */
  | { readonly type: 'link-down'; readonly loss: LinkLoss; readonly jitter: number }
  | { readonly type: 'network'; readonly online: boolean }
  | { readonly type: 'timer'; readonly name: TimerName }
  // What the relay says
  | {
      readonly type: 'presence';
      readonly accountId: string;
      readonly presence: string;
      readonly online: boolean;
    }
  | {
      readonly type: 'delivered';
      readonly from: string;
      readonly presence: string;
      readonly frame: Uint8Array;
    }
  /** The relay's ACK says that a frame did not reach the peer, also not when it was tried again. */
  | {
      readonly type: 'undelivered';
      readonly conversation: number;
      readonly about: FrameKind;
      readonly status: 'offline' | 'refused';
    }
  /** The relay hands out the last of our prekeys; `left` are there. */
  | { readonly type: 'prekeys-low'; readonly left: number }
  /** The peer's prekey, or null: none left, none to be had. */
  | {
      readonly type: 'prekey-got';
      readonly conversation: number;
      readonly prekey: Uint8Array | null;
    }
  // Directory, pins
  | {
      readonly type: 'looked-up';
      readonly conversation: number;
      readonly found: { readonly key: string | null; readonly pin: Pin | null } | UserError;
    }
  | { readonly type: 'pinned'; readonly accountId: string; readonly pin: Pin }
  // Handshake
  | {
      readonly type: 'offer-made';
      readonly conversation: number;
      readonly hid: HandshakeId;
      /** It is an INIT: early messages may follow. */
      readonly early: boolean;
      readonly frame: Uint8Array;
    }
  /** The prekey from the relay was not a good one of this peer. `key`: the one in it, if that is the difference. */
  | { readonly type: 'prekey-refused'; readonly conversation: number; readonly key: string | null }
  | {
      readonly type: 'offer-checked';
      readonly hid: HandshakeId;
      readonly peer: Peer;
      readonly presence: string;
      readonly key: string;
      readonly pin: Pin | null;
      /** The key is not the pinned one; the offer was not looked at any further. */
      readonly changed: boolean;
      /** It came as an INIT: early messages may follow. */
      readonly prekeyStart: boolean;
      /** Milliseconds until one more handshake is allowed with this person; 0: now. */
      readonly wait: number;
      /** protocol.md section 4.7: who wins, should both have offered. */
      readonly glare: 'own' | 'peer';
    }
  /** Responder: one EARLY frame verified, in order. Nothing is confirmed yet. */
  | {
      readonly type: 'early-opened';
      readonly hid: HandshakeId;
      readonly seq: number;
      /** Null: of a kind that has no place there, or that this version does not show. */
      readonly body: EarlyBody | null;
    }
  | {
      readonly type: 'accept-made';
      readonly conversation: number;
      readonly hid: HandshakeId;
      readonly frame: Uint8Array;
    }
  /** Initiator: ACCEPT verified; `frame` is CONFIRM. */
  | {
      readonly type: 'accept-checked';
      readonly conversation: number;
      readonly hid: HandshakeId;
      readonly sid: SessionId;
      readonly frame: Uint8Array;
    }
  /** Responder: CONFIRM verified; `frame` is READY, the message with `seq` 0. */
  | {
      readonly type: 'confirm-checked';
      readonly conversation: number;
      readonly hid: HandshakeId;
      readonly sid: SessionId;
      /** Early messages that the caller announced, and that came. */
      readonly early: { readonly sent: number; readonly received: number };
      readonly frame: Uint8Array;
    }
  /**
   * `hid`: the handshake, or null for one that was to be made. `wait`: milliseconds until another one is allowed with
   * this person, if that is why (protocol.md section 4.9); else 0.
   */
  | {
      readonly type: 'handshake-failed';
      readonly conversation: number;
      readonly hid: HandshakeId | null;
      readonly wait: number;
    }
  | {
      readonly type: 'end-checked';
      readonly hid: HandshakeId;
      readonly reason: 'declined' | 'busy' | 'cancelled' | 'prekey-unknown' | 'version';
    }
  // Session
  | {
      readonly type: 'decrypted';
      readonly sid: SessionId;
      readonly seq: number;
      readonly ack: number;
      readonly content: Content;
    }
  /** By what went through it the session is to be renewed, or may not be used any more (protocol.md section 10). */
  | { readonly type: 'worn'; readonly sid: SessionId; readonly state: 'due' | 'over' }
  | { readonly type: 'refused'; readonly sid: SessionId; readonly why: Refusal }
  // Files
  | {
      readonly type: 'file-prepared';
      readonly ref: number;
      readonly facts: FileFacts;
      readonly descriptor: FileDescriptor;
    }
  | { readonly type: 'file-unprepared'; readonly ref: number; readonly error: UserError }
  | {
      readonly type: 'file-described';
      readonly sid: SessionId;
      readonly seq: number;
      readonly facts: FileFacts;
    }
  /** Sender: this many bytes are with the peer. `chunks`: how many were handed over since the last event. */
  | {
      readonly type: 'file-sent';
      readonly fid: string;
      readonly done: number;
      readonly chunks: number;
    }
  /** Receiver: so many more chunks verified, and of the file this many bytes in all. */
  | {
      readonly type: 'file-verified';
      readonly fid: string;
      readonly done: number;
      readonly chunks: number;
    }
  | { readonly type: 'file-whole'; readonly fid: string; readonly blob: Blob }
  | { readonly type: 'file-failed'; readonly fid: string; readonly why: 'damaged' | 'source-changed' };

/** The events of one type. */
export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;
