/** Both sides of the handshake (PROTOCOL.md section 4). */
import { call, release, run } from './boundary.js';
import { copyOf } from './bytes.js';
import { DISPOSE, Held } from './dispose.js';
import { pick } from './engines.js';
import { DuetError } from './errors.js';
import { internalIdentity } from './identity.js';
import type { Wasm } from './loader.js';
import { Serial } from './serial.js';
import { sessionFrom } from './session.js';
import type {
  Bytes,
  Content,
  EarlyMessage,
  EndReason,
  EngineMode,
  Identity,
  IncomingOffer,
  Listener,
  Offer,
  Peer,
  PendingSession,
  Session,
} from './types.js';
import type {
  Choice,
  Established,
  IncomingOffer as WasmIncomingOffer,
  Listener as WasmListener,
  Offer as WasmOffer,
  PendingSession as WasmPendingSession,
} from './wasm/glue.js';

interface Addressed {
  readonly frame: Uint8Array;
  readonly from: Uint8Array;
}

export interface OfferOptions {
  readonly identity: Identity;
  /** Whom to call, under the pinned key; under the directory's if there is no pin. */
  readonly peer: Peer;
  /** The peer's current run, 16 bytes, as the relay says. */
  readonly presence: Uint8Array;
  /**
   * A PREKEY frame of the peer's from the relay, which is verified here (`E_PREKEY_…` if it is bad): the offer then
   * is an INIT, and early messages may follow it.
   */
  readonly prekey?: Uint8Array | undefined;
  readonly engine?: EngineMode;
}

/**
 * Begins a handshake.
 * @throws DuetError `E_ED25519_KEY`, `E_OWN_KEY`, `E_ENGINE`, `E_ENGINE_UNAVAILABLE`
 */
export function createOffer(options: OfferOptions): Promise<Offer> {
  return createOfferWith(options, undefined);
}

/** {@link createOffer} with the random bytes of a test vector. */
export async function createOfferWith(options: OfferOptions, script: Bytes | undefined): Promise<Offer> {
  const account = copyOf(options.peer.accountId, 'peer.accountId', 32);
  const key = copyOf(options.peer.publicKey, 'peer.publicKey', 32);
  const presence = copyOf(options.presence, 'presence', 16);
  const identity = internalIdentity(options.identity);
  const inner = await withChoice(options.engine, (choice) =>
    run<WasmOffer>((wasm) => wasm.Offer.create(identity, choice, account, key, presence, script)),
  );
  return new HeldOffer(inner);
}

export interface ListenerOptions {
  readonly identity: Identity;
  /** This run's presence, 16 random bytes: the one that the login names. */
  readonly presence: Uint8Array;
  readonly engine?: EngineMode;
}

/**
 * Receives offers for one run of one identity. Keep it for the whole run: it remembers what it saw.
 * @throws DuetError `E_ENGINE_UNAVAILABLE`
 */
export function createListener(options: ListenerOptions): Listener {
  return createListenerWith(options, undefined);
}

/** {@link createListener} with the random bytes of a test vector. */
export function createListenerWith(options: ListenerOptions, script: Bytes | undefined): Listener {
  const presence = copyOf(options.presence, 'presence', 16);
  const identity = internalIdentity(options.identity);
  const inner = withChoice(options.engine, (choice) =>
    call((wasm) => new wasm.Listener(identity, choice, presence, script)),
  );
  return new HeldListener(inner);
}

/**
 * Two people called each other at once: whose offer counts. Both sides decide alike.
 * @throws DuetError `E_ED25519_KEY`
 */
export function glareWinner(own: Uint8Array, peer: Uint8Array): 'own' | 'peer' {
  const keys = [copyOf(own, 'own', 32), copyOf(peer, 'peer', 32)] as const;
  return call((wasm) => wasm.ownOfferWins(...keys)) ? 'own' : 'peer';
}

/** Both operations are decided here, before the handshake begins, and stay what they are to its end. */
function withChoice<T>(mode: EngineMode | undefined, use: (choice: Choice) => T): T {
  const [ed25519, x25519] = [pick('ed25519', mode) === 'native', pick('x25519', mode) === 'native'];
  const choice = call((wasm: Wasm) => new wasm.Choice(ed25519, x25519));
  try {
    // The bindings copy it while they are called.
    return use(choice);
  } finally {
    release(choice);
  }
}

class HeldOffer implements Offer {
  readonly hid: Bytes;
  readonly frame: Bytes;
  readonly #held: Held<WasmOffer>;
  readonly #turns = new Serial();

  constructor(inner: WasmOffer) {
    this.#held = new Held(inner);
    this.hid = call(() => inner.hid());
    this.frame = call(() => inner.frame());
  }

  get early(): boolean {
    return false;
  }

  sendEarly(_content: Content): { readonly seq: number; readonly frame: Bytes } {
    throw new DuetError('E_BUSY');
  }

  async accept(input: Addressed): Promise<{ confirm: Bytes; session: Session }> {
    const { frame, from } = addressed(input);
    const { first, session } = await this.#turns.run(() =>
      established(() => this.#held.live.accept(frame, from)),
    );
    return { confirm: first, session };
  }

  async cancel(): Promise<Bytes> {
    return this.#turns.run(() => run<Bytes>(() => this.#held.live.cancel()));
  }

  async verifyEnd(input: Addressed): Promise<EndReason> {
    const { frame, from } = addressed(input);
    return endReason(await this.#turns.run(() => run<number>(() => this.#held.live.verifyEnd(frame, from))));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

class HeldListener implements Listener {
  readonly #held: Held<WasmListener>;
  readonly #turns = new Serial();

  constructor(inner: WasmListener) {
    this.#held = new Held(inner);
  }

  get prekeys(): number {
    return 0;
  }

  async publishPrekeys(_count: number): Promise<Bytes[]> {
    throw new DuetError('E_BUSY');
  }

  async declineUnknownPrekey(_input: Addressed): Promise<Bytes> {
    throw new DuetError('E_BUSY');
  }

  async receive(input: Addressed & { readonly pin?: Uint8Array | undefined }): Promise<IncomingOffer> {
    const { frame, from } = addressed(input);
    const pin = input.pin === undefined ? undefined : copyOf(input.pin, 'pin', 32);
    // One after the other: a replay must find what it repeats.
    const offer = await this.#turns.run(() =>
      run<WasmIncomingOffer>(() => this.#held.live.receive(frame, from, pin)),
    );
    return new HeldIncomingOffer(offer);
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

class HeldIncomingOffer implements IncomingOffer {
  readonly hid: Bytes;
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  readonly #held: Held<WasmIncomingOffer>;
  readonly #turns = new Serial();

  constructor(inner: WasmIncomingOffer) {
    this.#held = new Held(inner);
    this.hid = call(() => inner.hid());
    this.peer = { accountId: call(() => inner.peerAccount()), publicKey: call(() => inner.peerKey()) };
  }

  get prekeyStart(): boolean {
    return false;
  }

  receiveEarly(_input: Addressed): EarlyMessage {
    throw new DuetError('E_BUSY');
  }

  async accept(): Promise<PendingSession> {
    const pending = await this.#turns.run(() => run<WasmPendingSession>(() => this.#held.live.accept()));
    return new HeldPendingSession(pending);
  }

  async decline(reason: 'declined' | 'busy'): Promise<Bytes> {
    if (reason !== 'declined' && reason !== 'busy') {
      throw new DuetError('E_ARGUMENT', "reason must be 'declined' or 'busy'");
    }
    return this.#turns.run(() => run<Bytes>(() => this.#held.live.decline(reason === 'busy')));
  }

  async verifyEnd(input: Addressed): Promise<EndReason> {
    const { frame, from } = addressed(input);
    return endReason(await this.#turns.run(() => run<number>(() => this.#held.live.verifyEnd(frame, from))));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

class HeldPendingSession implements PendingSession {
  readonly frame: Bytes;
  readonly #held: Held<WasmPendingSession>;
  readonly #turns = new Serial();

  constructor(inner: WasmPendingSession) {
    this.#held = new Held(inner);
    this.frame = call(() => inner.frame());
  }

  receiveEarly(_input: Addressed): EarlyMessage {
    throw new DuetError('E_BUSY');
  }

  async confirm(input: Addressed): Promise<{ ready: Bytes; session: Session }> {
    const { frame, from } = addressed(input);
    const { first, session } = await this.#turns.run(() =>
      established(() => this.#held.live.confirm(frame, from)),
    );
    return { ready: first, session };
  }

  async verifyEnd(input: Addressed): Promise<EndReason> {
    const { frame, from } = addressed(input);
    return endReason(await this.#turns.run(() => run<number>(() => this.#held.live.verifyEnd(frame, from))));
  }

  free(): void {
    this.#held.free();
  }

  [DISPOSE](): void {
    this.free();
  }
}

async function established(
  start: (wasm: Wasm) => ReturnType<WasmOffer['accept']>,
): Promise<{ first: Bytes; session: Session }> {
  const done = await run<Established>(start);
  try {
    return { first: call(() => done.frame()), session: sessionFrom(call(() => done.session())) };
  } finally {
    release(done);
  }
}

function addressed(input: Addressed): { frame: Bytes; from: Bytes } {
  return { frame: copyOf(input.frame, 'frame'), from: copyOf(input.from, 'from', 32) };
}

/** By the number on the wire (PROTOCOL.md section 4.8). */
const END_REASONS: readonly EndReason[] = ['declined', 'busy', 'cancelled', 'prekey-unknown', 'version'];

function endReason(number: number): EndReason {
  const reason = END_REASONS[number - 1];
  if (reason === undefined) throw new DuetError('E_FRAME_FIELD');
  return reason;
}
