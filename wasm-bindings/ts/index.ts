/**
 * End-to-end encryption for two, PAIR/1: identities, handshake, ratchet, files and fingerprints. Web Crypto where
 * the platform's passes a known-answer probe, the same protocol core in WebAssembly everywhere else.
 *
 * ```ts
 * import { createIdentity, createListener, createOffer, ready } from '@duet-chat/crypto';
 * await ready();
 * ```
 *
 * @module
 */
import { call } from './boundary.js';
import { wholeNumber } from './bytes.js';
import type { Bytes } from './types.js';

export { capabilities } from './engines.js';
export { DuetError, type ErrorClass, type ErrorCode, type PackageErrorCode } from './errors.js';
export {
  type OpenFileOptions,
  type OpenFileRangeOptions,
  openFile,
  openFileRange,
  type SealedFile,
  type SealFileOptions,
  sealedSize,
  sealFile,
} from './files/stream.js';
export { createIncomingFile, createOutgoingFile, type OutgoingFileOptions } from './files/transfer.js';
export { emojiTable, fingerprintOf, type Pair, qrText, safetyCode, verifyQrText } from './fingerprint.js';
export type { Activity, Author, FileOp, Reply } from './generated/Content.js';
export type { FileKind, FileMode } from './generated/FileDescriptor.js';
export {
  EARLY_MAX,
  FILE_NAME_MAX,
  PASSWORD_MIN_CHARS,
  PREKEYS_LOW,
  PREKEYS_MAX,
  PREVIEW_MAX,
  TEXT_MAX_CHARS,
  UNACKNOWLEDGED_MAX,
} from './generated/limits.js';
export { createListener, type ListenerOptions } from './handshake/listener.js';
export { createOffer, glareWinner, type OfferOptions } from './handshake/offer.js';
export { createIdentity, restoreIdentity } from './identity.js';
export { accountId, splitPassword } from './password.js';
export { ready } from './ready.js';
export { restoreSession } from './session.js';
export type * from './types.js';
export {
  exportBackup,
  generatePassphrase,
  importBackup,
  mergePeers,
  unwrapIdentity,
  wrapIdentity,
} from './vault.js';

/** Random bytes from the platform's generator, as many as wanted. */
export function randomBytes(length: number): Bytes {
  wholeNumber(length, 'length', 0, 2 ** 30);
  return call((wasm) => wasm.randomBytes(length));
}
