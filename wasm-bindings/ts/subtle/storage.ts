/**
 * Keys of the module at rest. What is stored is sealed under a native key that no script can read, and that stays in this browser's
 * IndexedDB; or under a key of the caller's.
 */
import { TextDecoder, TextEncoder } from '../platform.js';
import { algorithmNamed } from './algorithms/registry.js';
import { exception } from './exception.js';
import { ownKey, type Slots, slotsOf } from './key.js';
import { cryptoKey, keyUsages } from './webidl.js';

/** What stands for a key in a database: a native key is stored as it is, one of the module as bytes. */
export type StoredKey = CryptoKey | Uint8Array<ArrayBuffer>;

/** Options of `exportForStorage` and `importFromStorage`. */
export interface StorageOptions {
  /**
   * Seals under this key of AES-GCM, of either engine, that is not extractable and encrypts and decrypts, instead of one of the
   * browser's: where the browser has none (plain http), derive one from a passphrase. Only keys of the module are sealed.
   */
  readonly under?: CryptoKey | undefined;
}

/** Who seals: `subtle` with keys of both engines, and the platform, which may be missing. */
export interface Sealers {
  readonly subtle: SubtleCrypto;
  readonly native: SubtleCrypto | undefined;
}

const VERSION = 1;
/** Under whose key a record is sealed: its second byte. */
const WHOSE = { browser: 0, caller: 1 } as const;

const HEADER = 2;
const IV = 12;
const TAG = 16;

/** A record: version, whose key, initial value, and the sealed key. The first two are authenticated with it. */
export async function seal(
  { subtle, native }: Sealers,
  key: CryptoKey,
  { under }: StorageOptions,
): Promise<StoredKey> {
  const slots = slotsOf(cryptoKey(key, 'key'));
  if (slots === undefined) {
    if (under === undefined) return key;
    throw exception(
      'InvalidAccessError',
      'a native key is stored as it is, and `under` would protect nothing: leave it out, or make the key with the engine `wasm`',
    );
  }
  const sealing = under === undefined ? await browserKey(native, true) : callers(under);
  const record = new Uint8Array(HEADER + IV);
  record.set([VERSION, under === undefined ? WHOSE.browser : WHOSE.caller]);
  crypto.getRandomValues(record.subarray(HEADER));
  const plain = encode(slots);
  try {
    const sealed = await subtle.encrypt(parameters(record), sealing as CryptoKey, plain);
    return concat(record, new Uint8Array(sealed));
  } finally {
    plain.fill(0);
  }
}

/** The key of a record, which nobody else may change any more. */
export async function unseal(
  { subtle, native }: Sealers,
  record: Uint8Array<ArrayBuffer>,
  { under }: StorageOptions,
): Promise<CryptoKey> {
  const [version, whose] = record;
  if (version !== VERSION || record.length < HEADER + IV + TAG) {
    throw exception('DataError', 'this is no stored key, or one of a newer version');
  }
  if (whose === WHOSE.caller && under === undefined) {
    throw exception('DataError', 'the key is sealed under a key of yours: pass it as `under`');
  }
  const opening = whose === WHOSE.caller ? callers(under) : await browserKey(native, false);
  if (opening === undefined) throw lost();
  const sealed = record.subarray(HEADER + IV);
  const plain = await subtle.decrypt(parameters(record), opening, sealed).catch((cause) => {
    throw (cause as Error).name === 'OperationError' ? lost(cause) : cause;
  });
  return ownKey(decode(new Uint8Array(plain)));
}

const parameters = (record: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: 'AES-GCM',
  iv: record.subarray(HEADER, HEADER + IV),
  additionalData: record.subarray(0, HEADER),
});

function lost(cause?: unknown): Error {
  return exception(
    'OperationError',
    'the stored key cannot be opened: it was changed, or sealed elsewhere, or the key that it was sealed under is gone',
    cause,
  );
}

function callers(under: CryptoKey | undefined): CryptoKey {
  const key = cryptoKey(under, 'under');
  if (!key.usages.includes('encrypt') || !key.usages.includes('decrypt')) {
    throw exception(
      'InvalidAccessError',
      '`under` must encrypt and decrypt: what is stored is to be opened again',
    );
  }
  if (key.extractable) {
    throw exception('InvalidAccessError', '`under` is extractable: who can read it could read what it seals');
  }
  return key;
}

/** The length of the description in two bytes, the description, and the key. */
function encode({ material, ...description }: Slots): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(description));
  return concat(Uint8Array.of(text.length >> 8, text.length), text, material);
}

function decode(plain: Uint8Array<ArrayBuffer>): Slots {
  const [high = 0, low = 0] = plain;
  const end = 2 + 256 * high + low;
  const material = plain.slice(end);
  const description = new TextDecoder().decode(plain.subarray(2, end));
  plain.fill(0);
  const { type, extractable, algorithm, usages } = JSON.parse(description) as Omit<Slots, 'material'>;
  // It is authentic, but a later version may have written it.
  if (algorithmNamed(algorithm.name) === undefined) {
    throw exception(
      'NotSupportedError',
      `the stored key is one of ${algorithm.name}, which is not known here`,
    );
  }
  return { type, extractable, algorithm, usages: keyUsages(usages, 'usages'), material };
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const DATABASE = 'duet-subtle';
const STORE = 'keys';
const SEALING = 'sealing';

/** The browser's key that seals, made at the first use; undefined if there is none and none is to be made. */
async function browserKey(native: SubtleCrypto | undefined, make: boolean): Promise<CryptoKey | undefined> {
  if (native === undefined || typeof indexedDB === 'undefined') throw noneHere();
  try {
    const database = await open();
    try {
      const read = database.transaction(STORE).objectStore(STORE).get(SEALING);
      const known = (await settled(read)) as CryptoKey | undefined;
      if (known !== undefined || !make) return known;
      const made = await native.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      return await firstOf(database, made);
    } finally {
      database.close();
    }
  } catch (cause) {
    if (FORBIDDEN.has((cause as Error | null)?.name ?? '')) throw noneHere(cause);
    throw exception(
      'OperationError',
      'the database with the key that seals could not be read or written',
      cause,
    );
  }
}

/** A storage that takes no keys, one that is forbidden here, and one that a private window does not have. */
const FORBIDDEN: ReadonlySet<string> = new Set(['DataCloneError', 'SecurityError', 'InvalidStateError']);

const noneHere = (cause?: unknown): Error =>
  exception(
    'NotSupportedError',
    'this platform has no key of its own to seal with (it needs https, or localhost, and IndexedDB): pass `under`, a key of AES-GCM ' +
      'that is not extractable and is derived from a passphrase',
    cause,
  );

/** Keeps the key unless another tab was faster, and gives the one that is kept. */
async function firstOf(database: IDBDatabase, made: CryptoKey): Promise<CryptoKey> {
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  // Where the read fails, that is what is told.
  done.catch(() => undefined);
  const store = transaction.objectStore(STORE);
  const first = (await settled(store.get(SEALING))) as CryptoKey | undefined;
  // Some browsers cannot store keys, and throw here.
  if (first === undefined) store.put(made, SEALING);
  await done;
  return first ?? made;
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
