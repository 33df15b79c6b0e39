/** One person being here: from the moment their identity opens until they log out or the page goes. */
import { toText } from './bytes.ts';
import type { EngineMode } from './contract.ts';
import type { Bytes, CryptoPort, Identity, Listener } from './crypto/port.ts';
import { Prekeys } from './effects/prekeys.ts';

export interface Run {
  readonly identity: Identity;
  /** Account id. */
  readonly owner: string;
  readonly name: string;
  readonly publicKey: Bytes;
  /** protocol.md section 4: names this run of this device; kept through reconnects. */
  readonly presence: Bytes;
  /** Remembers every offer of the run, so that none rings twice. */
  readonly listener: Listener;
  readonly prekeys: Prekeys;
}

const PRESENCE_BYTES = 16;

export function beginRun(
  crypto: Pick<CryptoPort, 'createListener' | 'randomBytes'>,
  identity: Identity,
  engine: EngineMode,
): Run {
  const presence = crypto.randomBytes(PRESENCE_BYTES);
  const listener = crypto.createListener({ identity, presence, engine });
  return {
    identity,
    owner: toText(identity.accountId),
    name: identity.account.name,
    publicKey: identity.publicKey,
    presence,
    listener,
    prekeys: new Prekeys(listener),
  };
}

/** Wipes what the run held, the secrets of its prekeys among it. */
export function endRun(run: Run): void {
  run.listener.free();
  run.identity.free();
}
