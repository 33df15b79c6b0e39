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

export { createClient } from './client/create.js';
export type * from './client/types.js';
export { DuetError } from './core-errors.js';
export { capabilities } from './engines.js';
export type { ErrorClass, ErrorCode, PackageErrorCode } from './errors.js';
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
export {
  emojiTable,
  fingerprintOf,
  type Pair,
  parseQrText,
  qrText,
  safetyCode,
  verifyQrText,
} from './fingerprint.js';
export type { Activity, Author, FileOp, Reply } from './generated/Content.js';
export type { FileKind, FileMode } from './generated/FileDescriptor.js';
export {
  ACCEPT_TIMEOUT,
  CHUNK_LENGTH,
  CHUNKS_OUTSTANDING_MAX,
  CONFIRM_TIMEOUT,
  CONVERSATIONS_MAX,
  EARLIER_KEYS_MAX,
  EARLY_MAX,
  EDIT_WINDOW,
  FILE_NAME_MAX,
  FILE_SIZE_MAX,
  FRAME_CHUNKS_MAX,
  HANDSHAKES_PER_HOUR,
  MEDIA_TYPE_MAX,
  NAME_MAX,
  PASSPHRASE_MAX,
  PASSWORD_MAX,
  PASSWORD_MIN_CHARS,
  PEAKS_MAX,
  PENDING_HANDSHAKES_MAX,
  PEOPLE_MAX,
  PREKEYS_LOW,
  PREKEYS_MAX,
  PREVIEW_MAX,
  REACTION_MAX,
  READY_TIMEOUT,
  RENEWAL_DUE,
  SESSION_LIFETIME,
  TEXT_MAX_CHARS,
  TOKEN_MAX,
  UNACKNOWLEDGED_MAX,
} from './generated/limits.js';
export { createListener, type ListenerOptions } from './handshake/listener.js';
export { createOffer, glareWinner, type OfferOptions } from './handshake/offer.js';
export { createHandshakeRate } from './handshake/rate.js';
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

const RANDOM_MAX = 64 * 1024 * 1024;
const PIECE = 65_536;

/** Random bytes from the platform's generator, as many as wanted: at most 64 MiB at once. */
export function randomBytes(length: number): Bytes {
  wholeNumber(length, 'length', 0, RANDOM_MAX);
  const bytes = new Uint8Array(length);
  // In pieces: memory of the module that was made does not go away.
  for (let at = 0; at < length; at += PIECE)
    bytes.set(
      call((wasm) => wasm.randomBytes(Math.min(PIECE, length - at))),
      at,
    );
  return bytes;
}
