/** The responder's side of the handshake (protocol.md sections 4 and 5). */
import { call, on } from '../boundary.js';
import { copyOf, wholeNumber } from '../bytes.js';
import { now } from '../clock.js';
import { DISPOSE } from '../dispose.js';
import { DuetError } from '../errors.js';
import { options } from '../gate.js';
import { internalIdentity } from '../identity.js';
import { internalSession } from '../session.js';
import type {
  Bytes,
  EarlyMessage,
  EndReason,
  EngineMode,
  Identity,
  IncomingOffer,
  Listener,
  PendingSession,
  Session,
} from '../types.js';
import type {
  Established,
  IncomingOffer as WasmIncomingOffer,
  Listener as WasmListener,
  PendingSession as WasmPendingSession,
} from '../wasm/glue.js';
import { type Addressed, addressed, parts, Turns, Waiting, withChoice } from './step.js';

export interface ListenerOptions {
  readonly identity: Identity;
  /** This run's presence, 16 random bytes: the one that the login names. */
  readonly presence: Uint8Array;
  readonly engine?: EngineMode | undefined;
}

/**
 * Receives offers for one run of one identity. Keep it for the whole run: it remembers what it saw.
 * @throws DuetError `E_ENGINE_UNAVAILABLE`
 */
export function createListener(options: ListenerOptions): Listener {
  return createListenerWith(options, undefined);
}

/** {@link createListener} with the random bytes of a test vector. */
export function createListenerWith(given: ListenerOptions, script: Bytes | undefined): Listener {
  const { presence: run, identity: owner, engine } = options(given);
  const presence = copyOf(run, 'presence', 16);
  const identity = internalIdentity(owner);
  const inner = withChoice(engine, (choice) =>
    call((wasm) => new wasm.Listener(identity, choice, presence, script)),
  );
  return new HeldListener(inner);
}

/** {@link Listener.publishPrekeys} with the random bytes of a test vector. */
export function publishPrekeysWith(listener: Listener, count: number, script: Bytes): Promise<Bytes[]> {
  if (!HeldListener.is(listener)) throw new DuetError('E_ARGUMENT', 'listener must be one of this package');
  return listener.publish(count, script);
}

class HeldListener implements Listener {
  readonly #turns: Turns<WasmListener>;

  constructor(inner: WasmListener) {
    this.#turns = new Turns(inner);
  }

  /** False for a proxy of one, which has nothing of its inside. */
  static is(listener: unknown): listener is HeldListener {
    return typeof listener === 'object' && listener !== null && #turns in listener;
  }

  get prekeys(): number {
    return on(this.#turns.live, (held) => held.prekeys());
  }

  publishPrekeys(count: number): Promise<Bytes[]> {
    return this.publish(count, undefined);
  }

  async publish(count: number, script: Bytes | undefined): Promise<Bytes[]> {
    wholeNumber(count, 'count', 0, 0xffff_ffff);
    return this.#turns.run((listener) => listener.publishPrekeys(count, script));
  }

  async declineUnknownPrekey(input: Addressed): Promise<Bytes> {
    const { frame, from } = addressed(input);
    return this.#turns.run((listener) => listener.declineUnknownPrekey(frame, from));
  }

  async receive(input: Addressed & { readonly pin?: Uint8Array | undefined }): Promise<IncomingOffer> {
    const { frame, from } = addressed(input);
    const { pin: pinned } = options(input, 'input');
    const pin = pinned === undefined ? undefined : copyOf(pinned, 'pin', 32);
    // One after the other: a replay must find what it repeats.
    const offer = await this.#turns.run<WasmIncomingOffer>((listener) =>
      listener.receive(frame, from, pin, now()),
    );
    return new HeldIncomingOffer(offer);
  }

  free(): void {
    this.#turns.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

class HeldIncomingOffer implements IncomingOffer {
  readonly hid: Bytes;
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  readonly prekeyStart: boolean;
  readonly #waiting: Waiting<WasmIncomingOffer>;
  #accepting = false;

  constructor(inner: WasmIncomingOffer) {
    this.#waiting = new Waiting(inner);
    this.hid = call(() => inner.hid());
    this.peer = { accountId: call(() => inner.peerAccount()), publicKey: call(() => inner.peerKey()) };
    this.prekeyStart = call(() => inner.isPrekeyStart());
  }

  receiveEarly(input: Addressed): EarlyMessage {
    // Not gone, but on its way to what accept() gives.
    if (this.#accepting) throw new DuetError('E_BUSY', 'accept() is under way');
    return openEarly(this.#waiting.live, input);
  }

  renews(session: Session): boolean {
    const other = internalSession(session);
    return on(this.#waiting.live, (held) => held.renews(other));
  }

  async accept(): Promise<PendingSession> {
    this.#accepting = true;
    try {
      return new HeldPendingSession(await this.#waiting.run<WasmPendingSession>((offer) => offer.accept()));
    } finally {
      this.#accepting = false;
    }
  }

  async decline(reason: 'declined' | 'busy'): Promise<Bytes> {
    if (reason !== 'declined' && reason !== 'busy') {
      throw new DuetError('E_ARGUMENT', "reason must be 'declined' or 'busy'");
    }
    return this.#waiting.run((offer) => offer.decline(reason === 'busy'));
  }

  verifyEnd(input: Addressed): Promise<EndReason> {
    return this.#waiting.verifyEnd(input);
  }

  free(): void {
    this.#waiting.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

class HeldPendingSession implements PendingSession {
  readonly frame: Bytes;
  readonly #waiting: Waiting<WasmPendingSession>;

  constructor(inner: WasmPendingSession) {
    this.#waiting = new Waiting(inner);
    this.frame = call(() => inner.frame());
  }

  receiveEarly(input: Addressed): EarlyMessage {
    return openEarly(this.#waiting.live, input);
  }

  async confirm(input: Addressed): Promise<{ ready: Bytes; session: Session }> {
    const { frame, from } = addressed(input);
    const done = await this.#waiting.run<Established>((pending) => pending.confirm(frame, from));
    const { first, session } = parts(done);
    return { ready: first, session };
  }

  verifyEnd(input: Addressed): Promise<EndReason> {
    return this.#waiting.verifyEnd(input);
  }

  free(): void {
    this.#waiting.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

function openEarly(waiting: WasmIncomingOffer | WasmPendingSession, input: Addressed): EarlyMessage {
  const { frame, from } = addressed(input);
  return call(() => waiting.receiveEarly(frame, from)) as EarlyMessage;
}
