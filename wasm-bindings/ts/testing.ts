/**
 * For tests only: the package's operations with the random bytes of a test vector instead of fresh ones.
 *
 * **Never use this in a product.** Whoever knows the script knows every key that is made with it. It is an entry of
 * its own so that nothing of it can be reached from the public one, and so that a bundler leaves it out.
 *
 * A script is what the operation draws, in the order in which it draws (`test-vectors/README.md`). On the native
 * engine, private keys that are drawn are imported as PKCS#8 instead of generated.
 *
 * @module
 */

import { copyOf } from './bytes.js';
import type { SealedFile, SealFileOptions } from './files/stream.js';
import { sealWithSalt } from './files/stream.js';
import { createOutgoingWith, type OutgoingFileOptions } from './files/transfer.js';
import { createListenerWith, createOfferWith, type ListenerOptions, type OfferOptions } from './handshake.js';
import { createWith } from './identity.js';
import { internalSession } from './session.js';
import type { Account, EngineMode, Identity, Listener, Offer, OutgoingFile, Session } from './types.js';

/** `createIdentity` with this seed. */
export function identityFromSeed(
  input: Account & { seed: Uint8Array; engine?: EngineMode },
): Promise<Identity> {
  return createWith(input, copyOf(input.seed, 'seed', 32));
}

/** `createOffer`, and everything that follows from it, with these random bytes. */
export function scriptedOffer(options: OfferOptions & { script: Uint8Array }): Promise<Offer> {
  return createOfferWith(options, copyOf(options.script, 'script'));
}

/** `createListener`; what follows from each received offer draws these random bytes. */
export function scriptedListener(options: ListenerOptions & { script: Uint8Array }): Listener {
  return createListenerWith(options, copyOf(options.script, 'script'));
}

/** Bytes of the script that a session has not drawn yet; negative if it has drawn more than there were. */
export function scriptLeft(session: Session): number | undefined {
  return internalSession(session).scriptLeft();
}

/** `sealFile` under this salt. */
export function scriptedSeal(options: SealFileOptions & { key: Uint8Array; salt: Uint8Array }): SealedFile {
  return sealWithSalt(options, copyOf(options.key, 'key', 32), copyOf(options.salt, 'salt', 24));
}

/** `createOutgoingFile` under this key and salt. */
export function scriptedOutgoingFile(
  options: OutgoingFileOptions & { key: Uint8Array; salt: Uint8Array },
): OutgoingFile {
  return createOutgoingWith(options, copyOf(options.key, 'key', 32), copyOf(options.salt, 'salt', 24));
}
