/** The initiator's side of the handshake (protocol.md sections 4 and 5). */
import { call, on, run } from '../boundary.js';
import { copyOf } from '../bytes.js';
import { DISPOSE } from '../dispose.js';
import { options as own, pass } from '../gate.js';
import { CONTENT } from '../generated/shapes.js';
import { internalIdentity } from '../identity.js';
import type { Bytes, Content, EndReason, EngineMode, Identity, Offer, Peer, Session } from '../types.js';
import type { Established, Offer as WasmOffer } from '../wasm/glue.js';
import { type Addressed, addressed, parts, Waiting, withChoice } from './step.js';

export interface OfferOptions {
  readonly identity: Identity;
  /** Whom to call, under the pinned key; under the directory's if there is no pin. */
  readonly peer: Peer;
  /** The peer's current run, 16 bytes, as the relay says. */
  readonly presence: Uint8Array;
  /**
   * A PREKEY frame of the peer's from the relay, verified here before anything is made of it. The offer then is an
   * INIT, and early messages may follow it.
   */
  readonly prekey?: Uint8Array | undefined;
  readonly engine?: EngineMode | undefined;
}

/**
 * Begins a handshake.
 * @throws DuetError `E_ED25519_KEY`, `E_OWN_KEY`, `E_ENGINE`, `E_ENGINE_UNAVAILABLE`; `E_PREKEY_…` and
 * `E_IDENTITY_CHANGED` if the prekey is not the peer's for this run
 */
export function createOffer(options: OfferOptions): Promise<Offer> {
  return createOfferWith(options, undefined);
}

/** {@link createOffer} with the random bytes of a test vector. */
export async function createOfferWith(given: OfferOptions, script: Bytes | undefined): Promise<Offer> {
  const options = own(given);
  const peer = own(options.peer, 'peer');
  const account = copyOf(peer.accountId, 'peer.accountId', 32);
  const key = copyOf(peer.publicKey, 'peer.publicKey', 32);
  const presence = copyOf(options.presence, 'presence', 16);
  const prekey =
    options.prekey === undefined ? undefined : copyOf(options.prekey, 'prekey', undefined, PREKEY_MAX);
  const identity = internalIdentity(options.identity);
  const inner = await withChoice(options.engine, (choice) =>
    run<WasmOffer>((wasm) => wasm.Offer.create(identity, choice, account, key, presence, prekey, script)),
  );
  return new HeldOffer(inner);
}

/**
 * Two people called each other at once: whose offer counts. Both sides decide alike.
 * @throws DuetError `E_ED25519_KEY`
 */
export function glareWinner(own: Uint8Array, peer: Uint8Array): 'own' | 'peer' {
  const keys = [copyOf(own, 'own', 32), copyOf(peer, 'peer', 32)] as const;
  return call((wasm) => wasm.ownOfferWins(...keys)) ? 'own' : 'peer';
}

/** A prekey of another length is the relay's fault, and refused by name; one that is far too long is not copied. */
const PREKEY_MAX = 65_536;

class HeldOffer implements Offer {
  readonly hid: Bytes;
  readonly frame: Bytes;
  readonly early: boolean;
  readonly #waiting: Waiting<WasmOffer>;

  constructor(inner: WasmOffer) {
    this.#waiting = new Waiting(inner);
    this.hid = call(() => inner.hid());
    this.frame = call(() => inner.frame());
    this.early = call(() => inner.isEarly());
  }

  sendEarly(content: Content): { readonly seq: number; readonly frame: Bytes } {
    const passed = pass(content, CONTENT, 'content');
    return on(this.#waiting.live, (offer) => offer.sendEarly(passed)) as { seq: number; frame: Bytes };
  }

  async accept(input: Addressed): Promise<{ confirm: Bytes; session: Session }> {
    const { frame, from } = addressed(input);
    const done = await this.#waiting.run<Established>((offer) => offer.accept(frame, from));
    const { first, session } = parts(done);
    return { confirm: first, session };
  }

  cancel(): Promise<Bytes> {
    return this.#waiting.run((offer) => offer.cancel());
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
