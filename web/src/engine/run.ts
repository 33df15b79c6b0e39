/** One person being here: from the moment their identity opens until they log out or the page goes. */
import { toText } from './bytes.ts';
import type { EngineMode } from './contract.ts';
import type { Bytes, Client, CryptoPort, Identity, VerifiedPeer } from './port.ts';

export interface Run {
  readonly identity: Identity;
  /** Account id. */
  readonly owner: string;
  readonly name: string;
  readonly publicKey: Bytes;
  /** Everything that is protocol. */
  readonly client: Client;
}

export function beginRun(
  crypto: Pick<CryptoPort, 'createClient'>,
  identity: Identity,
  pins: readonly VerifiedPeer[],
  engine: EngineMode,
): Run {
  return {
    identity,
    owner: toText(identity.accountId),
    name: identity.account.name,
    publicKey: identity.publicKey,
    client: crypto.createClient({ identity, pins, engine }),
  };
}

/** Wipes what the run held, and closes its connection. */
export function endRun({ client, identity }: Run): void {
  client.free();
  identity.free();
}
