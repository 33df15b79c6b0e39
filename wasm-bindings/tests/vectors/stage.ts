/** An honest handshake up to the state that a case is about, with the random bytes that the vectors prescribe. */
import type { EngineName, Identity, IncomingOffer, Listener, Offer, Session } from '@duet-chat/crypto';
import {
  identityFromSeed,
  scriptedListener,
  scriptedOffer,
  scriptedPrekeys,
} from '@duet-chat/crypto/testing';
import { assert, unhex } from '../harness.js';
import { type Case, peerOf, type VectorFile } from './case.js';

const people = async (base: Case, engine: EngineName): Promise<{ alice: Identity; bob: Identity }> => {
  const { realm } = base;
  const make = (name: string, seed: string) => identityFromSeed({ realm, name, seed: unhex(seed), engine });
  return { alice: await make(base.alice, base.alice_seed), bob: await make(base.bob, base.bob_seed) };
};

/** Draws of one prekey: its id, its X25519 secret and its ML-KEM seed. */
const PREKEY_DRAWS = 3;

interface More {
  /** Random bytes after those of the handshake. */
  readonly a?: string;
  readonly b?: string;
  /** Another PREKEY frame in the place of Bob's. */
  readonly prekey?: Uint8Array;
}

export class Stage {
  private constructor(
    readonly alice: Identity,
    readonly bob: Identity,
    readonly listener: Listener,
    readonly offer: Offer,
    /** Bob's one prekey, if the handshake begins with one. */
    readonly prekey: Uint8Array | undefined,
  ) {}

  static async of(base: Case, engine: EngineName, more: More = {}): Promise<Stage> {
    const { alice, bob } = await people(base, engine);
    const script = (draws: readonly string[], rest = '') => unhex(draws.join('') + rest);
    const presence = unhex(base.presence_b);
    const published = base.rnd_b.pkid === undefined ? 0 : PREKEY_DRAWS;
    const drawn: string[] = base.rng.responder;
    const listener = scriptedListener({
      identity: bob,
      presence,
      engine,
      script: script(drawn.slice(published), more.b),
    });
    const [prekey] =
      published === 0
        ? []
        : await scriptedPrekeys(listener, { count: 1, script: script(drawn.slice(0, published)) });
    const offer = await scriptedOffer({
      identity: alice,
      peer: peerOf(bob),
      presence,
      prekey: more.prekey ?? prekey,
      engine,
      script: script(base.rng.initiator, more.a),
    });
    return new Stage(alice, bob, listener, offer, prekey);
  }

  ring(): Promise<IncomingOffer> {
    return this.listener.receive({ frame: this.offer.frame, from: this.alice.accountId });
  }

  async complete(): Promise<{
    accept: Uint8Array;
    confirm: Uint8Array;
    ready: Uint8Array;
    a: Session;
    b: Session;
  }> {
    const pending = await (await this.ring()).accept();
    const accept = pending.frame;
    const accepted = await this.offer.accept({ frame: accept, from: this.bob.accountId });
    const confirmed = await pending.confirm({ frame: accepted.confirm, from: this.alice.accountId });
    return {
      accept,
      confirm: accepted.confirm,
      ready: confirmed.ready,
      a: accepted.session,
      b: confirmed.session,
    };
  }
}

/** The handshake that a case starts from. */
export function baseOf(test: Case, file: VectorFile): Case {
  const base = file.handshakes?.[test.base ?? test.handshake];
  assert(base !== undefined, 'the case starts from a handshake that is not in the file');
  return base;
}

/** The responder of an honest run, ringing. */
export async function listening(base: Case, engine: EngineName): Promise<IncomingOffer> {
  return (await Stage.of(base, engine)).ring();
}
