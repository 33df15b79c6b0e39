/** Everything that the machine can ask for. The runtime does it and reports by an event. */

import type { MessageView, UserError } from '../contract.ts';
import type { FileDescriptor } from '../crypto/port.ts';
import type { HandshakeId, SessionId } from '../ids.ts';
import type { Content, FrameKind, TimerName } from './events.ts';
import type { Peer, Pin } from './state.ts';

/** One run of the peer's client: frames for another run of the same account are not meant for it. */
export interface Address {
  readonly to: string;
  readonly presence: string;
}

export type Effect =
  // To the page
  | { readonly type: 'show'; readonly messages: readonly MessageView[] }
  | { readonly type: 'clear' }
  | { readonly type: 'notice'; readonly error: UserError }
  | { readonly type: 'reply'; readonly reply: number; readonly error: UserError | null }
  // Time: a timer of the same name that runs already is started anew; `null` stops it
  | { readonly type: 'timer'; readonly name: TimerName; readonly ms: number | null }
  // The connection
  | { readonly type: 'link'; readonly open: boolean }
  /** Whose presence is wanted from now on; nobody else's is. */
  | { readonly type: 'watch'; readonly accountIds: readonly string[] }
  | {
      readonly type: 'send';
      readonly conversation: number;
      readonly about: FrameKind;
      readonly address: Address;
      readonly frame: Uint8Array;
    }
  /** Gives the relay prekeys; `left` of those that it has are still there. */
  | { readonly type: 'publish-prekeys'; readonly left: number }
  | { readonly type: 'get-prekey'; readonly conversation: number; readonly address: Address }
  // Directory, pins
  | { readonly type: 'look-up'; readonly conversation: number; readonly peer: Peer }
  /** Answered by `pinned`; `reply` is answered when the pin is on disk. */
  | { readonly type: 'pin'; readonly peer: Peer; readonly pin: Pin; readonly reply: number | null }
  // Handshake
  | {
      readonly type: 'make-offer';
      readonly conversation: number;
      readonly address: Address;
      readonly key: string;
      readonly prekey: Uint8Array | null;
    }
  /** Encrypts a text under the prekey and sends it after its INIT. */
  | {
      readonly type: 'send-early';
      readonly conversation: number;
      readonly hid: HandshakeId;
      /** The number that the first flight has to give to it. */
      readonly seq: number;
      readonly address: Address;
      readonly text: string;
    }
  | {
      readonly type: 'open-early';
      readonly hid: HandshakeId;
      readonly from: string;
      readonly frame: Uint8Array;
    }
  | {
      readonly type: 'check-offer';
      readonly from: string;
      readonly presence: string;
      readonly frame: Uint8Array;
    }
  | { readonly type: 'make-accept'; readonly conversation: number; readonly hid: HandshakeId }
  | {
      readonly type: 'check-accept';
      readonly conversation: number;
      readonly hid: HandshakeId;
      readonly from: string;
      readonly frame: Uint8Array;
    }
  | {
      readonly type: 'check-confirm';
      readonly conversation: number;
      readonly hid: HandshakeId;
      readonly from: string;
      readonly frame: Uint8Array;
    }
  | {
      readonly type: 'check-end';
      readonly hid: HandshakeId;
      readonly from: string;
      readonly frame: Uint8Array;
    }
  /** Signs END, sends it and wipes the handshake. */
  | {
      readonly type: 'end-handshake';
      readonly hid: HandshakeId;
      readonly reason: 'declined' | 'busy' | 'cancelled';
      readonly address: Address;
    }
  | { readonly type: 'wipe-handshake'; readonly hid: HandshakeId }
  // Session
  | {
      readonly type: 'encrypt';
      readonly conversation: number;
      readonly sid: SessionId;
      /** The number that the session has to give to this message. */
      readonly seq: number;
      readonly address: Address;
      readonly content: Content;
    }
  | { readonly type: 'decrypt'; readonly sid: SessionId; readonly frame: Uint8Array }
  /** Sends the frame of this number again, as it was. */
  | {
      readonly type: 'resend';
      readonly conversation: number;
      readonly sid: SessionId;
      readonly seq: number;
      readonly address: Address;
    }
  | { readonly type: 'wipe-session'; readonly sid: SessionId }
  // Files
  | { readonly type: 'prepare-file'; readonly ref: number }
  | {
      readonly type: 'describe-file';
      readonly sid: SessionId;
      readonly seq: number;
      readonly descriptor: FileDescriptor;
    }
  /** The same for a file that came with the first flight: the session that came of it has its descriptor. */
  | { readonly type: 'describe-early-file'; readonly sid: SessionId; readonly seq: number }
  | {
      readonly type: 'send-chunks';
      readonly conversation: number;
      readonly fid: string;
      readonly index: number;
      readonly count: number;
      readonly address: Address;
    }
  | { readonly type: 'open-chunks'; readonly fid: string; readonly frame: Uint8Array }
  /** Stops the work on a file and wipes its key. */
  | { readonly type: 'wipe-file'; readonly file: string | number };

/** The effects of one type. */
export type EffectOf<T extends Effect['type']> = Extract<Effect, { type: T }>;
