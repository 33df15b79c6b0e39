/**
 * The interface of `crypto.subtle` where it is missing (plain http) or lacks an algorithm: the platform's own Web Crypto for
 * whatever it does right, WebAssembly for the rest.
 *
 * HMAC, HKDF, PBKDF2, AES-GCM, Ed25519, X25519, SHA-1, SHA-2, ML-KEM-768 and SHA-3 are everywhere; of other algorithms what the
 * platform has. Nothing has to be awaited first: the module is loaded by the first operation that needs it, and a second one by the first
 * use of ML-KEM or SHA-3.
 *
 * @example
 * ```ts
 * import { subtle } from '@duet-chat/crypto/subtle';
 *
 * const key = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
 * const iv = crypto.getRandomValues(new Uint8Array(12));
 * const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, key, new TextEncoder().encode('Hello'));
 * ```
 *
 * @module
 */
import { DuetError } from './errors.js';
import { options as own } from './gate.js';
import type { Engine, EngineSetting } from './subtle/engines.js';
import type { WasmSource } from './subtle/instance.js';
import { isKey, slotsOf } from './subtle/key.js';
import type { Feature } from './subtle/probe.js';
import type { StorageOptions, StoredKey } from './subtle/storage.js';
import { DuetSubtleCrypto } from './subtle/subtle.js';
import type {
  EncapsulatedBits,
  EncapsulatedKey,
  Format,
  Jwk,
  KemMethods,
  KemUsage,
  ModernSubtleCrypto,
  Usage,
} from './subtle/types.js';
import { bufferSource } from './subtle/webidl.js';

export { DuetError } from './errors.js';
export { DuetCryptoKey } from './subtle/key.js';
export type {
  EncapsulatedBits,
  EncapsulatedKey,
  Engine,
  EngineSetting,
  Feature,
  Format,
  Jwk,
  KemMethods,
  KemUsage,
  ModernSubtleCrypto,
  StorageOptions,
  StoredKey,
  Usage,
  WasmSource,
};

/** Options of {@link createSubtle}. */
export interface SubtleOptions {
  /**
   * Who computes. `auto` (the default) asks the platform first, for each algorithm and length; `wasm` makes every key with the
   * module; `native` takes whatever the platform has, unprobed.
   */
  readonly engine?: EngineSetting;
  /** Where the WebAssembly module comes from, if it is not to be the copy inside the package; see `ready()` of the main entry. */
  readonly wasm?: WasmSource;
  /** The same for the second module, which is loaded when ML-KEM or SHA-3 is used. */
  readonly modernWasm?: WasmSource;
}

/** Another `subtle`, with an engine or a module of one's own choice. Keys of one work with every other. */
export function createSubtle(options: SubtleOptions = {}): ModernSubtleCrypto {
  const { engine = 'auto', wasm, modernWasm } = own(options);
  if (!['auto', 'native', 'wasm'].includes(engine)) {
    throw new DuetError('E_ARGUMENT', "engine must be 'auto', 'native' or 'wasm'");
  }
  return new DuetSubtleCrypto({
    engine,
    native: platform(),
    wasm,
    modernWasm,
  }) as unknown as ModernSubtleCrypto;
}

/** What stands in for `crypto.subtle`. */
export const subtle: ModernSubtleCrypto = /* @__PURE__ */ createSubtle();

/** Whose key it is: it stays there, whatever engine is set. */
export function engineOf(key: CryptoKey): Engine {
  return slotsOf(key) === undefined ? 'native' : 'wasm';
}

/** Who computes what here. Asks the platform about everything that it was not asked about yet. */
export function enginesOf(instance: SubtleCrypto = subtle): Promise<Readonly<Record<Feature, Engine>>> {
  if (!(instance instanceof DuetSubtleCrypto)) {
    return Promise.reject(new DuetError('E_ARGUMENT', 'not made by this package'));
  }
  return DuetSubtleCrypto.engines(instance).all();
}

/**
 * What to store instead of a key, which may be of either engine and need not be extractable: a native key as it is, one of the module
 * sealed under a native key that stays in this browser's IndexedDB, or under yours. It may be cloned, and put into IndexedDB.
 *
 * Code of this origin can open what is sealed: for a key of the module `extractable: false` stops `exportKey` and `wrapKey`, and no more.
 *
 * Rejects with `NotSupportedError` where the browser has no such key, as on plain http, and none is given; with `InvalidAccessError` if
 * one is given for a native key, which it would not protect.
 *
 * @example
 * ```ts
 * const stored = await exportForStorage(key);
 * database.transaction('keys', 'readwrite').objectStore('keys').put(stored, 'mine');
 * const again = await importFromStorage(await read('mine'));
 * ```
 */
export async function exportForStorage(key: CryptoKey, options: StorageOptions = {}): Promise<StoredKey> {
  const given = own(options);
  const { seal } = await import('./subtle/storage.js');
  return seal({ subtle, native: platform() }, key, given);
}

/**
 * The key that {@link exportForStorage} was given, with its usages, and as extractable as it was. Rejects with `OperationError` if it
 * was changed, or sealed by another browser, or if this one has lost its data.
 */
export async function importFromStorage(stored: StoredKey, options: StorageOptions = {}): Promise<CryptoKey> {
  if (isKey(stored)) return stored;
  const [record, given] = [bufferSource(stored, 'stored'), own(options)];
  const { unseal } = await import('./subtle/storage.js');
  return unseal({ subtle, native: platform() }, record, given);
}

/** The platform's own, and not ours in its place. */
function platform(): SubtleCrypto | undefined {
  const found = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return found instanceof DuetSubtleCrypto ? undefined : found;
}
