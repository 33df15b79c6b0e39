/** Whose key is trusted how far: pins are kept on this device, and the package's client knows them. */
import { fromText, toText } from '../bytes.ts';
import { EngineError } from '../errors.ts';
import type { Keystore, Peer, Pin, PinRecord } from '../keystore/keystore.ts';
import { toPeer } from '../keystore/peers.ts';
import type { Calls } from './calls.ts';
import type { Current } from './current.ts';

export interface TrustDeps {
  readonly current: Current;
  readonly calls: Calls;
  readonly keystore: Keystore;
  /** Epoch ms. */
  readonly now: () => number;
}

const comparisons = { compared: 'fingerprint', sas: 'sas', qr: 'qr' } as const;

export class Trust {
  constructor(private readonly deps: TrustDeps) {}

  /** The person compared. Only a key that a handshake pinned can be marked. */
  async markVerified(accountId: string, by: keyof typeof comparisons): Promise<void> {
    const { current } = this.deps;
    const { client } = current.present();
    const talk = current.talk(accountId);
    const pin = current.state.pins.get(accountId);
    if (talk === null || pin === undefined || talk.key !== pin.key) throw new EngineError('not-secure-yet');
    const { key, peer } = talk;
    const account = { accountId: fromText(accountId, 32), publicKey: fromText(key, 32) };
    const trust = client.compare({ ...account, by: comparisons[by] });
    await this.keep(peer, { key, trust });
  }

  /** The new key was compared and accepted by the person: it is pinned, and the call is made anew. */
  async acceptChangedKey(accountId: string): Promise<void> {
    const { current, calls } = this.deps;
    const { client } = current.present();
    const talk = current.talk(accountId);
    if (talk === null || talk.phase.at !== 'blocked' || talk.key === null)
      throw new EngineError('not-connected');
    const { key, peer } = talk;
    const account = { accountId: fromText(accountId, 32), publicKey: fromText(key, 32) };
    client.trust({ ...account, state: 'first-use' });
    await this.keep(peer, { key, trust: 'first-use' });
    await calls.call(peer);
  }

  /** The key by which somebody is known here; null if by none. */
  keyOf(name: string): string | null {
    const known = this.deps.current
      .present()
      .client.pins()
      .find((peer) => peer.name === name);
    return known === undefined ? null : toText(known.publicKey);
  }

  /** Somebody's key came with their invitation, and nobody is known by that name yet. */
  async introduce(peer: Peer, key: string): Promise<void> {
    await this.keep(peer, { key, trust: 'link' });
    await this.reload();
  }

  /** A backup brought people: they take the place of those who are known. */
  async reload(): Promise<void> {
    const { current, keystore } = this.deps;
    const { run } = current;
    if (run === null) return;
    const pins: readonly PinRecord[] = await keystore.pins(run.owner);
    if (current.run !== run) return;
    run.client.replacePins(pins.map(toPeer));
    current.apply({ type: 'pins', pins });
  }

  /** The package's client pinned a key, or moved its state. */
  async pinned(accountId: string): Promise<void> {
    const { current } = this.deps;
    const { client } = current.present();
    const peer = current.state.talks.get(accountId)?.peer;
    const known = client.pins().find(({ name }) => name === peer?.name);
    if (peer === undefined || known === undefined) return;
    await this.keep(peer, { key: toText(known.publicKey), trust: known.state });
  }

  private async keep(peer: Peer, pin: Pin): Promise<void> {
    const { current, keystore, now } = this.deps;
    const written = await keystore.putPin(current.present().owner, peer, pin, now());
    current.apply({ type: 'pins', pins: [written] });
  }
}
