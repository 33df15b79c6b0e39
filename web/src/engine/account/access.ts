/** What to do with a login on this device: a decision of its own, because every wrong answer locks somebody out. */
import type { EngineMode } from '../contract.ts';

export interface Device {
  /** The key that the relay has for the account; null while it has none. */
  readonly serverKey: string | null;
  /** The identity that this device keeps for the account. */
  readonly stored: { readonly kind: 'native' | 'wrapped'; readonly publicKey: string } | null;
  /** The person has just given the password. */
  readonly hasPassword: boolean;
  readonly mode: EngineMode;
  /** Web Crypto can hold an identity here. */
  readonly nativeIdentity: boolean;
}

export type Access =
  /** Open what is stored. */
  | 'open'
  /** Make an identity: the account has none anywhere. */
  | 'create'
  /** The same two, as soon as the password is there. */
  | 'ask-password'
  /** The account's key is not on this device. */
  | 'key-missing'
  /** The identity is a key of Web Crypto, which the wasm engine cannot use. */
  | 'engine-unavailable';

/** Whether a new identity is kept as a non-extractable key, or wrapped under the vault secret. */
export function newIdentityKind({ mode, nativeIdentity }: Pick<Device, 'mode' | 'nativeIdentity'>) {
  return mode === 'native' || (mode === 'auto' && nativeIdentity) ? 'native' : 'wrapped';
}

export function accessOf(device: Device): Access {
  const { serverKey, stored, hasPassword, mode } = device;
  if (stored === null) {
    if (serverKey !== null) return 'key-missing';
    // A native one needs the password, too: for the wrapped copy that a backup is made from.
    return hasPassword ? 'create' : 'ask-password';
  }
  if (serverKey !== null && serverKey !== stored.publicKey) return 'key-missing';
  if (stored.kind === 'wrapped') return hasPassword ? 'open' : 'ask-password';
  return mode === 'wasm' || !device.nativeIdentity ? 'engine-unavailable' : 'open';
}
