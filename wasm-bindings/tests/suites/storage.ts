/**
 * Keys of the module in storage: in this browser's IndexedDB where it has a key of its own to seal with, and under a key of a passphrase
 * everywhere.
 */
import { createSubtle, engineOf, exportForStorage, importFromStorage } from '@duet-chat/crypto/subtle';
import { assert, equal, hex, pattern, type Suite } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

const wasm = createSubtle({ engine: 'wasm' });
const text = new TextEncoder();

/** Every kind of key that the module makes, and what it does: two keys are the same if they do the same. */
async function kinds(): Promise<Readonly<Record<string, readonly [CryptoKey, (key: CryptoKey) => unknown]>>> {
  const iv = pattern(12);
  const pair = async (name: string, usages: KeyUsage[]) =>
    (await wasm.generateKey(name, false, usages)) as CryptoKeyPair;
  const [signing, agreeing, theirs] = [
    await pair('Ed25519', ['sign', 'verify']),
    await pair('X25519', ['deriveBits', 'deriveKey']),
    await pair('X25519', ['deriveBits']),
  ];
  const kem = await wasm.generateKey('ML-KEM-768', false, ['decapsulateBits']);
  const message = pattern(40);
  const signature = await wasm.sign('Ed25519', signing.privateKey, message);
  const secret = (name: string, usages: KeyUsage[]) =>
    wasm.importKey('raw', pattern(32), name, false, usages);
  const derive = (params: object) => (key: CryptoKey) => wasm.deriveBits(params as Algorithm, key, 256);
  const salted = { hash: 'SHA-256', salt: pattern(8), info: pattern(3), iterations: 2 };
  return {
    'HMAC of 9 bits': [
      (await wasm.generateKey({ name: 'HMAC', hash: 'SHA-384', length: 9 }, true, ['sign'])) as CryptoKey,
      (key) => wasm.sign('HMAC', key, message),
    ],
    'AES-GCM': [
      (await wasm.generateKey({ name: 'AES-GCM', length: 192 }, false, ['wrapKey', 'encrypt'])) as CryptoKey,
      (key) => wasm.encrypt({ name: 'AES-GCM', iv }, key, message),
    ],
    HKDF: [await secret('HKDF', ['deriveBits']), derive({ name: 'HKDF', ...salted })],
    PBKDF2: [await secret('PBKDF2', ['deriveBits']), derive({ name: 'PBKDF2', ...salted })],
    'Ed25519, private': [signing.privateKey, (key) => wasm.sign('Ed25519', key, message)],
    'Ed25519, public': [signing.publicKey, (key) => wasm.verify('Ed25519', key, signature, message)],
    'X25519, private': [agreeing.privateKey, derive({ name: 'X25519', public: theirs.publicKey })],
    'ML-KEM-768, private': [
      kem.privateKey,
      (key) => wasm.decapsulateBits('ML-KEM-768', key, new Uint8Array(1088)),
    ],
    'X25519, public': [agreeing.publicKey, (key) => wasm.exportKey('raw', key)],
  };
}

/** A key that is not extractable, from a passphrase. */
async function fromPassphrase(passphrase: string, on = wasm): Promise<CryptoKey> {
  const base = await on.importKey('raw', text.encode(passphrase), 'PBKDF2', false, ['deriveKey']);
  const params = { name: 'PBKDF2', hash: 'SHA-256', salt: pattern(16), iterations: 1000 };
  return on.deriveKey(params, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/** Through the database of an application, which clones. */
async function throughDatabase<T>(value: T): Promise<T> {
  if (!('indexedDB' in globalThis)) return structuredClone(value);
  const settled = <R>(request: IDBRequest<R>) =>
    new Promise<R>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const request = indexedDB.open('application', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('keys');
  const database = await settled(request);
  try {
    const store = database.transaction('keys', 'readwrite').objectStore('keys');
    await settled(store.put(value, 'mine'));
    return (await settled(store.get('mine'))) as T;
  } finally {
    database.close();
  }
}

const forget = () =>
  new Promise<void>((resolve, reject) => {
    const request = indexedDB.deleteDatabase('duet-subtle');
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });

/** What the tests share: how a key is stored here. */
async function everyKindComesBack(options: { under?: CryptoKey }): Promise<void> {
  for (const [name, [key, use]] of Object.entries(await kinds())) {
    const stored = await throughDatabase(await exportForStorage(key, options));
    assert(stored instanceof Uint8Array, `${name} is stored as bytes`);
    const again = await importFromStorage(stored, options);
    equal(engineOf(again), 'wasm', name);
    equal(await outcomeOf(() => again), await outcomeOf(() => key), name);
    equal(await outcomeOf(() => use(again)), await outcomeOf(() => use(key)), name);
    const exported = (one: CryptoKey) => outcomeOf(() => wasm.exportKey('jwk', one));
    equal(await exported(again), await exported(key), name);
  }
}

/** No byte of a record may be another one. */
async function damageIsFound(options: { under?: CryptoKey }): Promise<void> {
  const key = await wasm.importKey('raw', pattern(32), 'HKDF', false, ['deriveBits']);
  const stored = (await exportForStorage(key, options)) as Uint8Array<ArrayBuffer>;
  assert(!hex(stored).includes(hex(pattern(32))), 'the key is not in the record');
  for (let at = 2; at < stored.length; at += 1) {
    const damaged = stored.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const outcome = await outcomeOf(() => importFromStorage(damaged, options));
    equal(outcome, 'refused: OperationError', `byte ${at}`);
  }
  for (const damaged of [
    stored.slice(0, 29),
    new Uint8Array(),
    Uint8Array.of(2, ...stored.subarray(1)),
    Uint8Array.of(1, 2, ...stored.subarray(2)),
  ]) {
    assert((await outcomeOf(() => importFromStorage(damaged, options))).startsWith('refused: '), 'no record');
  }
}

async function underPassphrase(): Promise<void> {
  const under = await fromPassphrase('correct horse');
  await everyKindComesBack({ under });
  await damageIsFound({ under });
  const key = await wasm.importKey('raw', pattern(32), 'HKDF', false, ['deriveBits']);
  const stored = await exportForStorage(key, { under });
  const outcome = (options: { under?: CryptoKey }) => outcomeOf(() => importFromStorage(stored, options));
  assert(!(await outcome({ under: await fromPassphrase('correct horse') })).startsWith('refused'), 'again');
  equal(await outcome({ under: await fromPassphrase('wrong horse') }), 'refused: OperationError');
  equal(await outcome({}), 'refused: DataError', 'without the key');
  equal(await outcome({ under: key }), 'refused: InvalidAccessError', 'a key of another algorithm');
  const open = (await wasm.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt'])) as CryptoKey;
  equal(await outcomeOf(() => exportForStorage(key, { under: open })), 'refused: InvalidAccessError');
  for (const usage of ['encrypt', 'decrypt', 'wrapKey'] as const) {
    const half = (await wasm.generateKey({ name: 'AES-GCM', length: 256 }, false, [usage])) as CryptoKey;
    equal(
      await outcomeOf(() => exportForStorage(key, { under: half })),
      'refused: InvalidAccessError',
      usage,
    );
  }
  equal(await outcomeOf(() => exportForStorage({} as CryptoKey, { under })), 'refused: TypeError');
  equal(await outcomeOf(() => importFromStorage('x' as unknown as CryptoKey)), 'refused: TypeError');
}

/** Two tabs that are the first ones have one key. */
async function oneKeyForAll(): Promise<void> {
  await forget();
  const keys = Object.values(await kinds()).map(([key]) => key);
  const stored = await Promise.all(keys.map((key) => exportForStorage(key)));
  for (const one of stored) equal(engineOf(await importFromStorage(one)), 'wasm');
}

async function whatIsLostIsSaid(): Promise<void> {
  const key = await wasm.importKey('raw', pattern(32), 'HKDF', false, ['deriveBits']);
  const stored = await exportForStorage(key);
  await forget();
  equal(await outcomeOf(() => importFromStorage(stored)), 'refused: OperationError', 'no key');
  // The next one is another one.
  await exportForStorage(key);
  equal(await outcomeOf(() => importFromStorage(stored)), 'refused: OperationError', 'another key');
}

/** The key that seals cannot be read, by nobody. */
async function sealingKeyIsUnreadable(): Promise<void> {
  await exportForStorage(await wasm.importKey('raw', pattern(32), 'HKDF', false, ['deriveBits']));
  const key = await new Promise<CryptoKey>((resolve, reject) => {
    const request = indexedDB.open('duet-subtle');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const read = request.result.transaction('keys').objectStore('keys').get('sealing');
      read.onsuccess = () => resolve(read.result);
      request.result.close();
    };
  });
  equal([engineOf(key), key.extractable], ['native', false]);
  equal(await outcomeOf(() => crypto.subtle.exportKey('raw', key)), 'refused: InvalidAccessError');
}

async function refusalSaysWhatToDo(): Promise<void> {
  const key = await wasm.importKey('raw', pattern(32), 'HKDF', false, ['deriveBits']);
  const error: unknown = await exportForStorage(key).catch((refusal) => refusal);
  assert(error instanceof Error, 'nothing here could seal');
  equal(error.name, 'NotSupportedError');
  for (const word of ['https', '`under`', 'passphrase']) assert(error.message.includes(word), error.message);
}

export const storage: Suite = () => {
  const native = globalThis.crypto.subtle as SubtleCrypto | undefined;
  const tests = [{ name: 'under a key of a passphrase', run: underPassphrase }];
  if (native !== undefined) {
    tests.push({
      name: 'a native key is stored as it is',
      run: async () => {
        const key = await fromPassphrase('native', native as typeof wasm);
        const stored = await throughDatabase(await exportForStorage(key));
        equal(engineOf(await importFromStorage(stored)), 'native');
        equal(
          await outcomeOf(() => exportForStorage(key, { under: key })),
          'refused: InvalidAccessError',
          'a key that would protect nothing',
        );
        // And it may be the one that seals.
        await everyKindComesBack({ under: key });
      },
    });
  }
  if (native === undefined || !('indexedDB' in globalThis)) {
    tests.push({
      name: 'without a key of the browser’s the refusal says what to do',
      run: refusalSaysWhatToDo,
    });
    return tests;
  }
  return [
    ...tests,
    { name: 'every kind of key, under a key of the browser’s', run: () => everyKindComesBack({}) },
    { name: 'a record that was changed', run: () => damageIsFound({}) },
    { name: 'the browser’s key is made once', run: oneKeyForAll },
    { name: 'the browser’s key is gone', run: whatIsLostIsSaid },
    { name: 'the browser’s key cannot be read', run: sealingKeyIsUnreadable },
  ];
};
