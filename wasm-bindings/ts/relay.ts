/**
 * The relay's envelope (protocol.md section 9): what a client needs to talk to a relay over a WebSocket. LOGIN is
 * `identity.signLogin()`. `await ready()` of the main entry comes first.
 */
import { call } from './boundary.js';
import { checkedLength, copyOf, joinedBytes, text, viewOf } from './bytes.js';
import { DuetError } from './errors.js';
import { elements, options } from './gate.js';
import {
  CHUNK_MESSAGE_MAX,
  MESSAGE_FRAME_MAX,
  PREKEY_LENGTH,
  PREKEYS_MAX,
  WATCHED_MAX,
} from './generated/limits.js';
import type { AckStatus, Notice, PrekeyStatus, RelayHead, WelcomeStatus } from './generated/RelayHead.js';
import type { Bytes } from './types.js';

export type { AckStatus, Notice, PrekeyStatus, WelcomeStatus };

/** A frame from the relay. */
export type RelayFrame =
  | Exclude<RelayHead, { type: 'deliver' }>
  | (Extract<RelayHead, { type: 'deliver' }> & {
      /** A view on the frame's own bytes: a file's chunk is not copied. */
      readonly payload: Uint8Array;
    });

/** Second byte of a DELIVER. */
const DELIVER = 0x44;

/**
 * Decodes a frame from the relay, strictly: anything that is not exactly what its type prescribes is refused.
 * @throws DuetError `E_FRAME_LENGTH`, `E_FRAME_VERSION`, `E_FRAME_TYPE`, `E_FRAME_FIELD`
 */
export function decodeRelayFrame(frame: Uint8Array): RelayFrame {
  const headLength = call((wasm) => wasm.relayHeaderLength());
  // Only the head of a DELIVER crosses into WebAssembly; the decoder takes any payload, so none is the same to it.
  const length = checkedLength(frame, 'frame');
  const isDeliver = viewOf(frame, 0, Math.min(length, 2))[1] === DELIVER;
  if (!isDeliver && length > MESSAGE_FRAME_MAX) throw new DuetError('E_FRAME_LENGTH');
  const head = viewOf(frame, 0, isDeliver ? Math.min(length, headLength) : length);
  const decoded = call((wasm) => wasm.decodeRelayHead(head)) as RelayHead;
  return decoded.type === 'deliver' ? { ...decoded, payload: viewOf(frame, headLength, length) } : decoded;
}

/**
 * A SEND frame. `eid` is random per frame ({@link envelopeId}) and the same only for a re-sent identical frame. The
 * payload is one frame of this package, for the relay an opaque one.
 */
export function encodeSend(send: {
  readonly eid: Uint8Array;
  readonly to: Uint8Array;
  readonly presence: Uint8Array;
  readonly payload: Uint8Array;
}): Bytes {
  const given = options(send, 'send');
  const eid = copyOf(given.eid, 'eid', 16);
  const to = copyOf(given.to, 'to', 32);
  const presence = copyOf(given.presence, 'presence', 16);
  const length = checkedLength(given.payload, 'payload');
  if (length > CHUNK_MESSAGE_MAX) throw new DuetError('E_FRAME_LENGTH');
  const payload = viewOf(given.payload, 0, length);
  const head = call((wasm) => wasm.relaySendHead(eid, to, presence));
  const frame = new Uint8Array(head.length + length);
  frame.set(head);
  frame.set(payload, head.length);
  return frame;
}

/**
 * The WATCH frame with all accounts whose online status is wanted from now on, at most {@link WATCHED_MAX}. It replaces
 * the whole set; an empty list watches nobody. Answered by a `presence` frame for each account that is new in the set,
 * and by another one whenever one of them changes.
 */
export function encodeWatch(watch: {
  readonly eid: Uint8Array;
  readonly accountIds: readonly Uint8Array[];
}): Bytes {
  const given = options(watch, 'watch');
  const eid = copyOf(given.eid, 'eid', 16);
  const accounts = elements(given.accountIds, 'accountIds');
  if (accounts.length > WATCHED_MAX) throw new DuetError('E_ARGUMENT', 'too many accountIds');
  const joined = joinedBytes(accounts, 'accountIds', 32);
  return call((wasm) => wasm.relayWatch(eid, joined));
}

/**
 * The BEAT frame that says that this side is there. It answers a `beat` frame at once, from the handler of messages and
 * without a timer, with the same `number`; it is also sent unasked when `talking` changes, with the number of the last
 * `beat` (0 before any).
 */
export function encodeBeat(beat: {
  readonly number: number;
  /** Whether a conversation is open: then silence is noticed within 25 s, else within 90 s. */
  readonly talking: boolean;
}): Bytes {
  const { number, talking } = options(beat, 'beat');
  if (typeof number !== 'number') throw new DuetError('E_ARGUMENT', 'number must be a number');
  if (typeof talking !== 'boolean') throw new DuetError('E_ARGUMENT', 'talking must be a boolean');
  return call((wasm) => wasm.relayBeat(number, talking));
}

/** The PREKEYS frame with prekeys of `listener.publishPrekeys()`: at most 20. Answered by an ACK. */
export function encodePrekeys(frame: {
  readonly eid: Uint8Array;
  readonly prekeys: readonly Uint8Array[];
}): Bytes {
  const given = options(frame, 'frame');
  const eid = copyOf(given.eid, 'eid', 16);
  const prekeys = elements(given.prekeys, 'prekeys');
  if (prekeys.length > PREKEYS_MAX) throw new DuetError('E_ARGUMENT', 'too many prekeys');
  const joined = joinedBytes(prekeys, 'prekeys', PREKEY_LENGTH);
  return call((wasm) => wasm.relayPrekeys(eid, joined));
}

/** The PREKEY_GET frame that asks for one prekey of an account's run. Answered by a `prekey` frame. */
export function encodePrekeyGet(get: {
  readonly eid: Uint8Array;
  readonly accountId: Uint8Array;
  readonly presence: Uint8Array;
}): Bytes {
  const given = options(get, 'get');
  const eid = copyOf(given.eid, 'eid', 16);
  const account = copyOf(given.accountId, 'accountId', 32);
  const presence = copyOf(given.presence, 'presence', 16);
  return call((wasm) => wasm.relayPrekeyGet(eid, account, presence));
}

/**
 * The TOKEN frame with a fresh access token of the same user.
 * @throws DuetError `E_TOKEN_FORMAT`
 */
export function encodeToken(token: string): Bytes {
  const checked = text(token, 'token');
  return call((wasm) => wasm.relayToken(checked));
}

/** A fresh id for a SEND or WATCH, 16 random bytes. */
export function envelopeId(): Bytes {
  return call((wasm) => wasm.relayEnvelopeId());
}

export {
  type Connection,
  type ConnectionState,
  type ConnectOptions,
  connect,
  type Socket,
  type SocketClass,
} from './relay/connect.js';
export {
  type Credentials,
  findKey,
  findUsers,
  type Login,
  type LoginOptions,
  login,
  logout,
  type PasskeyQuestion,
  type Registration,
  type Relay,
  type RelayConfig,
  RelayError,
  type RelayReason,
  type RelayUser,
  refresh,
  register,
  relayConfig,
  type SecondFactorAnswer,
  type SecondFactorQuestion,
} from './relay/http.js';
