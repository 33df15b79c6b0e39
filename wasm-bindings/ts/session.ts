/** Messages (protocol.md section 6). */
import { call, callWithSecret, on, onWithSecret, release } from './boundary.js';
import { copyOf, time, wholeNumber } from './bytes.js';
import { now } from './clock.js';
import { DuetError, numberedError } from './core-errors.js';
import { DISPOSE, Held } from './dispose.js';
import type { ErrorCode } from './errors.js';
import { emojiOf } from './fingerprint.js';
import { options as own, pass } from './gate.js';
import { ENVELOPE_HEAD_LENGTH, MESSAGE_FRAME_MAX } from './generated/limits.js';
import { CONTENT } from './generated/shapes.js';
import { internalIdentity } from './identity.js';
import type {
  Bytes,
  Content,
  EmojiName,
  Received,
  RenewalState,
  RestoredSession,
  RestoreSessionOptions,
  Session,
} from './types.js';
import type { Session as WasmSession } from './wasm/glue.js';

/** A session of a handshake that has completed: there is no other way to one. */
export function sessionFrom(inner: WasmSession): Session {
  return new HeldSession(inner);
}

/** The instance's object behind a session of this package. */
export function internalSession(session: Session): WasmSession {
  if (!HeldSession.is(session)) throw new DuetError('E_ARGUMENT', 'session must be one of this package');
  return session.internal;
}

/**
 * Takes up a session that `session.save()` wrote. One record, one session: the session that it was saved from must not
 * be used any more.
 * @throws DuetError `E_SESSION_RECORD_OLD` if somebody brought an older record back, `E_SESSION_RECORD_KEY` for another
 * secret, `E_SESSION_RECORD_DAMAGED`, `E_SESSION_RECORD_LENGTH`, `E_SESSION_RECORD_VERSION`; `E_SESSION_RECORD` if it is
 * no record, or one of another identity
 */
export function restoreSession(options: RestoreSessionOptions): RestoredSession {
  return restoreSessionWith(options, undefined);
}

/** {@link restoreSession}, with the random bytes of a test vector for what follows. */
export function restoreSessionWith(given: RestoreSessionOptions, script: Bytes | undefined): RestoredSession {
  const options = own(given);
  const record = copyOf(options.record, 'record');
  const minimum = wholeNumber(options.minimumRevision, 'minimumRevision');
  const identity = options.identity === undefined ? undefined : internalIdentity(options.identity);
  const secret = copyOf(options.secret, 'secret', 32);
  let inner: WasmSession;
  try {
    inner = callWithSecret((wasm) => wasm.Session.restore(record, secret, minimum, script));
  } finally {
    secret.fill(0);
  }
  if (identity !== undefined && !call(() => inner.isOf(identity))) {
    release(inner);
    throw new DuetError('E_SESSION_RECORD', 'it is of another identity');
  }
  const session = new HeldSession(inner);
  return { session, revision: session.revision };
}

/** No frame of a session is longer. */
const PAYLOAD_MAX = MESSAGE_FRAME_MAX - ENVELOPE_HEAD_LENGTH;

/** By the number of the bindings. */
const RENEWAL: readonly RenewalState[] = ['not-due', 'due', 'over'];

class HeldSession implements Session {
  readonly id: Bytes;
  readonly role: 'initiator' | 'responder';
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  readonly sas: readonly EmojiName[];
  readonly #held: Held<WasmSession>;

  constructor(inner: WasmSession) {
    this.#held = new Held(inner);
    this.id = call(() => inner.id());
    this.role = call(() => inner.isInitiator()) ? 'initiator' : 'responder';
    this.peer = { accountId: call(() => inner.peerAccount()), publicKey: call(() => inner.peerKey()) };
    this.sas = emojiOf(call(() => inner.sas()));
  }

  /** False for a proxy of one, which has nothing of its inside. */
  static is(session: unknown): session is HeldSession {
    return typeof session === 'object' && session !== null && #held in session;
  }

  get internal(): WasmSession {
    return this.#held.live;
  }

  get secure(): boolean {
    return on(this.internal, (session) => session.isSecure());
  }

  get unacknowledged(): number {
    return on(this.internal, (session) => session.unacknowledged());
  }

  get failure(): ErrorCode | undefined {
    const number = on(this.internal, (session) => session.failure());
    return number === undefined ? undefined : numberedError(number)?.code;
  }

  send(content: Content): { readonly seq: number; readonly frame: Bytes } {
    const passed = pass(content, CONTENT, 'content');
    return on(this.internal, (session) => session.send(passed)) as { seq: number; frame: Bytes };
  }

  receive(frame: Uint8Array): Received {
    const bytes = copyOf(frame, 'frame', undefined, PAYLOAD_MAX);
    return on(this.internal, (session) => session.receive(bytes, now())) as Received;
  }

  get early(): { readonly sent: number; readonly received: number } {
    const [sent = 0, received = 0] = on(this.internal, (session) => session.early());
    return { sent, received };
  }

  get revision(): number {
    return on(this.internal, (session) => session.revision());
  }

  save(secret: Uint8Array): Bytes {
    const key = copyOf(secret, 'secret', 32);
    try {
      return onWithSecret(this.internal, (session) => session.save(key));
    } finally {
      key.fill(0);
    }
  }

  renewal(at: number = now()): RenewalState {
    time(at, 'now');
    return RENEWAL[on(this.internal, (session) => session.renewal(at))] ?? 'over';
  }

  forget(at: number = now()): void {
    time(at, 'now');
    on(this.internal, (session) => session.forget(at));
  }

  countChunk(bytes: number): void {
    wholeNumber(bytes, 'bytes');
    on(this.internal, (session) => session.countChunk(bytes));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}
