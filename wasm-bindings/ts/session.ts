/** Messages (PROTOCOL.md section 6). */
import { call } from './boundary.js';
import { copyOf } from './bytes.js';
import { DISPOSE, Held } from './dispose.js';
import { DuetError, type ErrorCode, numberedError } from './errors.js';
import { emojiOf } from './fingerprint.js';
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
  if (!(session instanceof HeldSession))
    throw new DuetError('E_ARGUMENT', 'session must be one of this package');
  return session.internal;
}

/**
 * Takes up a session that `session.save()` wrote.
 * @throws DuetError `E_SESSION_RECORD` and its kin
 */
export function restoreSession(_options: RestoreSessionOptions): RestoredSession {
  throw new DuetError('E_BUSY');
}

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

  get internal(): WasmSession {
    return this.#held.live;
  }

  get secure(): boolean {
    return call(() => this.internal.isSecure());
  }

  get unacknowledged(): number {
    return call(() => this.internal.unacknowledged());
  }

  get failure(): ErrorCode | undefined {
    const number = call(() => this.internal.failure());
    return number === undefined ? undefined : numberedError(number)?.code;
  }

  send(content: Content): { readonly seq: number; readonly frame: Bytes } {
    return call(() => this.internal.send(content)) as { seq: number; frame: Bytes };
  }

  receive(frame: Uint8Array): Received {
    const bytes = copyOf(frame, 'frame');
    // A clock that does not jump: it ages the keys of messages that may still come.
    return call(() => this.internal.receive(bytes, performance.now())) as Received;
  }

  get early(): { readonly sent: number; readonly received: number } {
    const [sent = 0, received = 0] = call(() => this.internal.early());
    return { sent, received };
  }

  get revision(): number {
    return 0;
  }

  save(_secret: Uint8Array): Bytes {
    throw new DuetError('E_BUSY');
  }

  renewal(_now: number): RenewalState {
    return 'not-due';
  }

  countChunk(_bytes: number): void {
    throw new DuetError('E_BUSY');
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}
