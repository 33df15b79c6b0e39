/**
 * Importing this defines `crypto.subtle`, `crypto.randomUUID` and `CryptoKey` where the platform has none, as on plain http. What is
 * there is left as it is, also if it lacks an algorithm: import `subtle` for that.
 *
 * It changes globals for all code of the page or worker, so it is for applications and not for libraries. It makes an origin no
 * safer: whoever can change what comes over plain http can change this code, too.
 *
 * @module
 */
import { DuetError } from '../errors.js';
import { DuetCryptoKey, subtle } from '../subtle.js';

/** Bytes of a UUID (RFC 9562). */
const UUID_LENGTH = 16;

function randomUUID(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(UUID_LENGTH));
  // Version 4, variant 10.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function define(target: object, name: string, value: unknown): void {
  if ((target as Record<string, unknown>)[name] !== undefined) return;
  Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
}

// Without randomness nothing of this is safe: better no `crypto.subtle` than one whose keys can be guessed.
if (typeof globalThis.crypto?.getRandomValues !== 'function') throw new DuetError('E_RANDOM_MISSING');
define(crypto, 'subtle', subtle);
define(crypto, 'randomUUID', randomUUID);
define(globalThis, 'CryptoKey', DuetCryptoKey);
