/** What wraps an identity on this device: opening it with one vault secret, and wrapping it anew under another. */
import type { IdentityRecord } from '../keystore/keystore.ts';
import type { Bytes, CryptoPort, Identity, StoredIdentity } from '../port.ts';

/**
 * The identity in what is wrapped: for the wasm engine the identity itself, beside a native key its copy for backups.
 * Null where nothing is.
 * @throws DuetError `E_VAULT` if it is wrapped under another secret
 */
export async function unwrapped(
  crypto: Pick<CryptoPort, 'restoreIdentity'>,
  { realm, name, stored }: Pick<IdentityRecord, 'realm' | 'name' | 'stored'>,
  vaultSecret: Bytes,
): Promise<Identity | null> {
  const { publicKey, envelope } = stored;
  if (envelope === undefined) return null;
  return crypto.restoreIdentity({
    realm,
    name,
    stored: { kind: 'wrapped', publicKey, envelope },
    vaultSecret,
    engine: 'wasm',
  });
}

/**
 * The same identity to be stored, wrapped under another secret.
 * @throws DuetError `E_VAULT` if it is not wrapped under `from`
 */
export async function rewrapped(
  crypto: Pick<CryptoPort, 'restoreIdentity'>,
  record: Pick<IdentityRecord, 'realm' | 'name' | 'stored'>,
  { from, to }: { readonly from: Bytes; readonly to: Bytes },
): Promise<StoredIdentity> {
  const identity = await unwrapped(crypto, record, from);
  if (identity === null) return record.stored;
  try {
    const { envelope } = identity.store(to);
    // It was wrapped a moment ago, so it is wrapped again.
    return envelope === undefined ? record.stored : { ...record.stored, envelope };
  } finally {
    identity.free();
  }
}
