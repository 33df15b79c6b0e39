/**
 * `@duet-chat/crypto/subtle` beside the platform's own: the same bytes, the same shapes of keys and the same names of errors, on
 * random and on wrong input. Where there is no `crypto.subtle` the module is compared with answers that are known, and with itself.
 */
import { createSubtle, DuetError, engineOf, enginesOf, subtle } from '@duet-chat/crypto/subtle';
import * as fc from 'fast-check';
import { assert, type Environment, equal, hex, pattern, type Suite, sameBytes, unhex } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

const wasm = createSubtle({ engine: 'wasm' });
const text = new TextEncoder();
const ALL: KeyUsage[] = [
  'encrypt',
  'decrypt',
  'sign',
  'verify',
  'deriveKey',
  'deriveBits',
  'wrapKey',
  'unwrapKey',
];

const bytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((array) => Uint8Array.from(array));
const hash = fc.constantFrom('SHA-1', 'sha-256', 'Sha-384', 'SHA-512');
const usages = fc.uniqueArray(fc.constantFrom(...ALL), { maxLength: 4 });
/** The same bytes as one of the things that a BufferSource may be. */
const dressed = (inner: fc.Arbitrary<Uint8Array<ArrayBuffer>>): fc.Arbitrary<BufferSource> =>
  fc.tuple(inner, fc.nat({ max: 3 })).map(([array, kind]) => {
    if (kind === 0) return array;
    if (kind === 1) return array.slice().buffer;
    const wider = new Uint8Array(array.length + 6);
    wider.set(array, 3);
    return kind === 2 ? wider.subarray(3, 3 + array.length) : new DataView(wider.buffer, 3, array.length);
  });

/** PKCS#8 of a seed (RFC 8410). */
const pkcs8 = (last: number, seed: Uint8Array) =>
  Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, last, 4, 0x22, 4, 0x20, ...seed);
const spki = (last: number, key: Uint8Array) =>
  Uint8Array.of(0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, last, 3, 0x21, 0, ...key);
const CURVES = { Ed25519: 0x70, X25519: 0x6e } as const;

type Operation = (on: SubtleCrypto) => unknown;

export const subtleSuite: Suite = (environment) => {
  const native = globalThis.crypto.subtle as SubtleCrypto | undefined;
  const { runs, seed } = environment.tries ?? { runs: 150, seed: 11 };

  /** Both do the same. Of several faults at once a platform may name another one first, which `several` lets pass. */
  async function alike(operation: Operation, several: boolean): Promise<void> {
    const ours = await outcomeOf(() => operation(wasm));
    if (native === undefined) return;
    const theirs = await outcomeOf(() => operation(native));
    const both = [ours, theirs];
    const isUnnamed = both.includes('refused: SyntaxError') || ours === 'refused: NotSupportedError';
    if (several && both.every(isRefusal) && isUnnamed) return;
    equal(ours, theirs, 'outcome (module, platform)');
  }

  const property = <T extends unknown[]>(
    name: string,
    arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
    operation: (...given: T) => Operation,
    { share = 1, several = false } = {},
  ) => ({
    name,
    run: () =>
      fc.assert(
        fc.asyncProperty(...(arbitraries as [fc.Arbitrary<unknown>]), (...given) =>
          alike(operation(...(given as unknown as T)), several),
        ),
        { numRuns: Math.ceil(runs * share), seed },
      ),
  });

  return [
    property<[string, BufferSource]>(
      'digest',
      [hash, dressed(bytes(0, 300))],
      (name, data) => (on) => on.digest(name, data),
    ),

    property<[string, Uint8Array<ArrayBuffer>, BufferSource]>(
      'HMAC: tag, export, and what verifies',
      [hash, bytes(1, 150), dressed(bytes(0, 200))],
      (name, secret, data) => async (on) => {
        const key = await on.importKey('raw', secret, { name: 'hmac', hash: name }, true, ['sign', 'verify']);
        const tag = await on.sign('HMAC', key, data);
        const wrong = new Uint8Array(tag.slice(0));
        wrong[3] = (wrong[3] ?? 0) ^ 1;
        return {
          tag,
          jwk: await on.exportKey('jwk', key),
          right: await on.verify('hmac', key, tag, data),
          wrong: await on.verify('HMAC', key, wrong, data),
          short: await on.verify('HMAC', key, tag.slice(1), data),
        };
      },
    ),

    property<[number, Uint8Array<ArrayBuffer>, BufferSource, BufferSource | undefined, number | undefined]>(
      'AES-GCM: every length of key, iv and tag',
      [
        // Chromium has no AES-192.
        fc.constantFrom(16, 32, ...(environment.aes192 ? [24] : [])),
        // Node 20 takes no shorter one; the crate's tests have them.
        bytes(12, 40),
        dressed(bytes(0, 300)),
        fc.option(dressed(bytes(0, 100)), { nil: undefined }),
        fc.constantFrom(undefined, 32, 64, 96, 104, 112, 120, 128, 0, 8, 127),
      ],
      (length, iv, data, aad, tagLength) => async (on) => {
        const key = await on.importKey('raw', pattern(length), 'AES-GCM', true, ['encrypt', 'decrypt']);
        const params: AesGcmParams = { name: 'aes-gcm', iv };
        if (aad !== undefined) params.additionalData = aad;
        if (tagLength !== undefined) params.tagLength = tagLength;
        const sealed = await on.encrypt(params, key, data);
        const damaged = new Uint8Array(sealed.slice(0));
        damaged[0] = (damaged[0] ?? 0) ^ 0x80;
        return {
          sealed,
          opened: await on.decrypt(params, key, sealed),
          damaged: await outcomeOf(() => on.decrypt(params, key, damaged)),
          short: await outcomeOf(() => on.decrypt(params, key, sealed.slice(0, 3))),
        };
      },
    ),

    property<[string, Uint8Array<ArrayBuffer>, BufferSource, BufferSource, number]>(
      'HKDF',
      [hash, bytes(0, 100), dressed(bytes(0, 100)), dressed(bytes(0, 100)), fc.nat({ max: 4200 })],
      (name, secret, salt, info, length) => async (on) => {
        const key = await on.importKey('raw', secret, 'hkdf', false, ['deriveBits', 'deriveKey']);
        return on.deriveBits({ name: 'HKDF', hash: name, salt, info }, key, 8 * Math.floor(length / 8));
      },
    ),

    property<[string, Uint8Array<ArrayBuffer>, BufferSource, number, number]>(
      'PBKDF2',
      [
        hash,
        bytes(0, 100),
        dressed(bytes(0, 100)),
        fc.nat({ max: 20 }),
        fc.constantFrom(8, 64, 256, 512, 1000, 9, 255),
      ],
      (name, secret, salt, iterations, length) => async (on) => {
        const key = await on.importKey('raw', secret, 'PBKDF2', false, ['deriveBits']);
        return on.deriveBits({ name: 'PBKDF2', hash: name, salt, iterations }, key, length);
      },
    ),

    property<[Uint8Array<ArrayBuffer>, BufferSource]>(
      'Ed25519: signature and all formats',
      [bytes(32, 32), dressed(bytes(0, 200))],
      (secret, data) => async (on) => {
        const key = await on.importKey('pkcs8', pkcs8(CURVES.Ed25519, secret), 'ed25519', true, ['sign']);
        const jwk = await on.exportKey('jwk', key);
        const again = await on.importKey('jwk', { ...jwk, key_ops: ['sign'] }, 'Ed25519', true, ['sign']);
        const open = { kty: 'OKP', crv: 'Ed25519', x: jwk.x as string };
        const publicKey = await on.importKey('jwk', open, 'Ed25519', true, ['verify']);
        const signature = await on.sign('Ed25519', again, data);
        return {
          signature,
          jwk,
          pkcs8: await on.exportKey('pkcs8', again),
          spki: await on.exportKey('spki', publicKey),
          raw: await on.exportKey('raw', publicKey),
          right: await on.verify('Ed25519', publicKey, signature, data),
          wrong: await on.verify('Ed25519', publicKey, signature, pattern(201)),
          wrongKey: await outcomeOf(() => on.sign('Ed25519', publicKey, data)),
          wrongFormat: await outcomeOf(() => on.exportKey('raw', key)),
        };
      },
      { share: 0.3 },
    ),

    property<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, number]>(
      'X25519: agreements of every length, with whatever 32 bytes',
      [bytes(32, 32), bytes(32, 32), fc.constantFrom(0, 8, 128, 248, 256, 264)],
      (secret, theirs, length) => async (on) => {
        const key = await on.importKey('pkcs8', pkcs8(CURVES.X25519, secret), 'x25519', true, ['deriveBits']);
        const peer = await on.importKey('raw', theirs, 'X25519', true, []);
        return {
          bits: await outcomeOf(() => on.deriveBits({ name: 'X25519', public: peer }, key, length)),
          spki: await on.exportKey('spki', peer),
          jwk: await on.exportKey('jwk', key),
          reversed: await outcomeOf(() => on.deriveBits({ name: 'X25519', public: key }, key, length)),
        };
      },
      { share: 0.3 },
    ),

    property<[KeyFormat, number, string, boolean, KeyUsage[], string]>(
      'importKey: what is wrong is named alike',
      [
        fc.constantFrom<KeyFormat>('raw', 'pkcs8', 'spki', 'jwk', 'der' as KeyFormat),
        fc.constantFrom(0, 1, 15, 16, 32, 33, 44, 48),
        fc.constantFrom('HMAC', 'aes-gcm', 'HKDF', 'PBKDF2', 'Ed25519', 'X25519', 'SHA-256', 'nothing'),
        fc.boolean(),
        usages,
        hash,
      ],
      (format, length, name, extractable, wanted, hashName) => {
        const data =
          // Bytes as a JSON Web Key are a TypeError for the specification, and a DataError for some.
          format === 'jwk'
            ? ({} as BufferSource)
            : length === 44
              ? spki(0x70, pattern(32))
              : length === 48
                ? pkcs8(0x6e, pattern(32))
                : pattern(length);
        return (on) =>
          on.importKey(format as 'raw', data, { name, hash: hashName } as Algorithm, extractable, wanted);
      },
      { share: 3, several: true },
    ),

    property<[Record<string, unknown>, string, boolean, KeyUsage[]]>(
      'importKey: JSON Web Keys of every kind',
      [
        fc.record(
          {
            kty: fc.constantFrom('oct', 'OKP', 'RSA'),
            k: fc.constantFrom('AAAAAAAAAAAAAAAAAAAAAA', 'AA'),
            alg: fc.constantFrom('HS256', 'A128GCM', 'none'),
            crv: fc.constantFrom('Ed25519', 'X25519', 'P-256'),
            x: fc.constantFrom('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'AA'),
            d: fc.constantFrom('nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', 'AA'),
            use: fc.constantFrom('sig', 'enc', 'other'),
            ext: fc.boolean(),
            key_ops: fc.subarray(['sign', 'verify', 'encrypt', 'deriveBits']),
          },
          { requiredKeys: ['kty'] },
        ),
        fc.constantFrom('HMAC', 'AES-GCM', 'Ed25519', 'X25519'),
        fc.boolean(),
        usages,
      ],
      (jwk, name, extractable, wanted) => (on) =>
        on.importKey('jwk', jwk as JsonWebKey, { name, hash: 'SHA-256' } as Algorithm, extractable, wanted),
      { share: 3, several: true },
    ),

    property<[string, number | undefined, boolean, KeyUsage[]]>(
      'generateKey: what is wrong is named alike',
      [
        fc.constantFrom('HMAC', 'AES-GCM', 'Ed25519', 'X25519', 'HKDF', 'SHA-1', 'nothing'),
        fc.constantFrom(undefined, 0, 64, 128, 256, 1024, 70_000, -1, Number.NaN),
        fc.boolean(),
        usages,
      ],
      (name, length, extractable, wanted) => (on) =>
        on.generateKey({ name, hash: 'SHA-256', length } as unknown as Algorithm, extractable, wanted),
      { share: 2, several: true },
    ),

    property<[string, string, KeyUsage[], number]>(
      'operations with a key of another algorithm, or without the usage',
      [
        fc.constantFrom('HMAC', 'AES-GCM', 'Ed25519', 'HKDF', 'SHA-256', 'nothing'),
        fc.constantFrom('encrypt', 'decrypt', 'sign', 'deriveBits'),
        fc.subarray<KeyUsage>(['sign', 'verify'], { minLength: 1 }),
        fc.constantFrom(0, 16, 64),
      ],
      (name, method, wanted, length) => async (on) => {
        const key = await on.importKey('raw', pattern(32), { name: 'HMAC', hash: 'SHA-256' }, true, wanted);
        const params = { name, hash: 'SHA-256', iv: pattern(12), salt: pattern(3), info: pattern(3) };
        const call = on[method as 'encrypt'].bind(on) as (...given: unknown[]) => Promise<unknown>;
        return call(params, key, method === 'deriveBits' ? 8 * length : pattern(length));
      },
      { share: 2, several: true },
    ),

    {
      name: 'arguments that are none are a TypeError',
      run: () => refuseArguments(environment),
    },
    { name: 'of several faults the specification’s first is named', run: order },
    { name: 'bytes are copied before anything is awaited', run: copies },
    { name: 'getters are read once', run: readOnce },
    { name: 'keys: slots that cannot be changed, and no clones', run: slots },
    { name: 'HMAC keys of any number of bits', run: oddBits },
    { name: 'Ed25519: points of low order verify nothing, whoever computes', run: () => lowOrder(native) },
    { name: 'deriveKey, wrapKey and unwrapKey, in every mixture of engines', run: () => mixtures(native) },
    { name: 'known answers', run: knownAnswers },
    {
      name: 'who computes is known',
      run: async () => {
        const choices = await enginesOf();
        equal(Object.keys(choices).length, 16, 'features');
        if (native === undefined)
          assert(
            Object.values(choices).every((one) => one === 'wasm'),
            'all in wasm',
          );
        else equal(choices['SHA-256'], 'native', 'SHA-256');
        equal(
          engineOf(await subtle.generateKey('X25519', false, ['deriveBits']).then(pairOf)),
          choices.X25519,
        );
        const refusal = await outcomeOf(() => createSubtle({ engine: 'other' as 'wasm' }));
        equal(refusal, `refused: ${DuetError.name}`);
      },
    },
    {
      name: 'what only the platform has is the platform’s',
      run: async () => {
        const ask = () => subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
        if (native === undefined) equal(await outcomeOf(ask), 'refused: NotSupportedError');
        else equal(engineOf((await ask()).privateKey), 'native');
        const strict = () => wasm.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
        equal(await outcomeOf(strict), 'refused: NotSupportedError');
      },
    },
  ];
};

const isRefusal = (outcome: string): boolean => outcome.startsWith('refused');

const pairOf = (made: CryptoKey | CryptoKeyPair): CryptoKey =>
  'privateKey' in made ? made.privateKey : made;

async function refuseArguments({ otherRealm }: Environment): Promise<void> {
  const on = wasm as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const key = await wasm.importKey('raw', pattern(32), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']);
  const detached = pattern(8);
  structuredClone(detached, { transfer: [detached.buffer] });
  const wrong: (() => unknown)[] = [
    () => on.digest?.(),
    () => on.digest?.('SHA-256'),
    () => on.digest?.('SHA-256', 'text'),
    () => on.digest?.('SHA-256', [1, 2]),
    () => on.digest?.({}, pattern(1)),
    () => on.digest?.(Symbol('SHA-256'), pattern(1)),
    () => on.sign?.('HMAC', {}, pattern(1)),
    () => on.sign?.('HMAC', Object.create(Object.getPrototypeOf(key)), pattern(1)),
    () => on.generateKey?.('AES-GCM', true, ['encrypt']),
    () => on.generateKey?.({ name: 'AES-GCM', length: 256 }, true, 'encrypt'),
    () => on.generateKey?.({ name: 'AES-GCM', length: 256 }, true, ['fly']),
    () => on.generateKey?.({ name: 'AES-GCM', length: 1n }, true, ['encrypt']),
    () => on.importKey?.('raw', null, 'HKDF', false, ['deriveBits']),
    () => on.importKey?.('jwk', pattern(32), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']),
    () => on.digest?.call(undefined, 'SHA-256', pattern(1)),
  ];
  if (typeof SharedArrayBuffer === 'function') {
    wrong.push(() => on.digest?.('SHA-256', new Uint8Array(new SharedArrayBuffer(4))));
  }
  if ('resize' in ArrayBuffer.prototype) {
    const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
    wrong.push(() => on.digest?.('SHA-256', new Resizable(4, { maxByteLength: 8 })));
  }
  for (const attempt of wrong) equal(await outcomeOf(attempt), 'refused: TypeError', String(attempt));
  // As Web IDL has it: no bytes.
  equal(
    await outcomeOf(() => on.digest?.('SHA-256', detached)),
    await outcomeOf(() => on.digest?.('SHA-256', new Uint8Array())),
  );
  if (otherRealm === undefined) return;
  const Foreign = otherRealm.Uint8Array as Uint8ArrayConstructor;
  equal(
    await outcomeOf(() => wasm.digest('SHA-256', Foreign.from([1, 2, 3]))),
    await outcomeOf(() => wasm.digest('SHA-256', Uint8Array.of(1, 2, 3))),
  );
}

/** Each has every fault from its own on. */
async function order(): Promise<void> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await wasm.importKey('raw', pattern(32), hmac, false, ['sign']);
  const gcm = { name: 'AES-GCM', iv: pattern(12), tagLength: 1 };
  const aes = await wasm.importKey('raw', pattern(16), 'AES-GCM', false, ['decrypt']);
  const secret = await wasm.importKey('raw', pattern(16), 'HKDF', false, ['deriveKey']);
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: pattern(1), info: pattern(1) };
  const x25519 = (await wasm.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair;
  const none = new Uint8Array();
  const cases: readonly (readonly [wanted: string, attempt: () => unknown])[] = [
    // An argument's type, the algorithm, its members, the usages, the data.
    ['TypeError', () => wasm.importKey('raw', none, 'nothing', true, ['fly' as 'sign'])],
    ['NotSupportedError', () => wasm.importKey('raw', none, 'nothing', true, ['encrypt'])],
    ['TypeError', () => wasm.importKey('raw', none, 'HMAC', true, ['encrypt'])],
    [
      'NotSupportedError',
      () => wasm.importKey('raw', none, { name: 'HMAC', hash: 'MD5' }, true, ['encrypt']),
    ],
    ['SyntaxError', () => wasm.importKey('raw', none, hmac, true, ['encrypt'])],
    ['DataError', () => wasm.importKey('raw', none, hmac, true, [])],
    ['SyntaxError', () => wasm.importKey('raw', pattern(1), hmac, true, [])],
    // The format before the usages where a key has one format only.
    ['NotSupportedError', () => wasm.importKey('spki', none, 'HKDF', true, ['sign'])],
    ['SyntaxError', () => wasm.importKey('raw', none, 'HKDF', true, ['deriveBits'])],
    // A JSON Web Key: usages, kty, crv, use, key_ops, ext, alg, and what is in it.
    ['SyntaxError', () => wasm.importKey('jwk', { kty: 'oct' }, 'Ed25519', true, ['sign'])],
    ['DataError', () => wasm.importKey('jwk', { kty: 'oct' }, 'Ed25519', true, ['verify'])],
    // The algorithm, the key's own, its usage, the parameters, the data.
    ['NotSupportedError', () => wasm.encrypt('HMAC', key, none)],
    ['TypeError', () => wasm.encrypt('AES-GCM', key, none)],
    ['InvalidAccessError', () => wasm.encrypt(gcm, key, none)],
    ['InvalidAccessError', () => wasm.encrypt(gcm, aes, none)],
    ['OperationError', () => wasm.decrypt(gcm, aes, none)],
    ['InvalidAccessError', () => wasm.deriveBits(hkdf, secret, 7)],
    [
      'OperationError',
      () => wasm.deriveBits({ name: 'X25519', public: x25519.publicKey }, x25519.privateKey, 257),
    ],
    ['NotSupportedError', () => wasm.deriveKey(hkdf, key, 'X25519', true, [])],
    ['NotSupportedError', () => wasm.deriveKey(hkdf, key, { name: 'AES-KW', length: 128 }, true, [])],
    ['NotSupportedError', () => wasm.unwrapKey('raw', none, aes, gcm, 'AES-KW', true, [])],
    ['InvalidAccessError', () => wasm.deriveKey(hkdf, key, { name: 'AES-GCM', length: 7 }, true, [])],
    ['OperationError', () => wasm.deriveKey(hkdf, secret, { name: 'AES-GCM', length: 7 }, true, [])],
    ['SyntaxError', () => wasm.deriveKey(hkdf, secret, { name: 'AES-GCM', length: 128 }, true, [])],
    // Whether there is a form to export comes before whether it may be.
    ['NotSupportedError', () => wasm.exportKey('raw', secret)],
    ['InvalidAccessError', () => wasm.exportKey('spki', key)],
    ['SyntaxError', () => wasm.generateKey({ name: 'AES-GCM', length: 7 }, true, ['sign'])],
    ['OperationError', () => wasm.generateKey({ name: 'AES-GCM', length: 7 }, true, [])],
    ['SyntaxError', () => wasm.generateKey('Ed25519', true, ['verify'])],
  ];
  for (const [wanted, attempt] of cases)
    equal(await outcomeOf(attempt), `refused: ${wanted}`, String(attempt));
}

async function copies(): Promise<void> {
  const key = await wasm.importKey('raw', pattern(32), 'AES-GCM', true, ['encrypt']);
  const [iv, additionalData, data] = [pattern(12), pattern(20), pattern(100)];
  const wanted = await wasm.encrypt({ name: 'AES-GCM', iv, additionalData }, key, data);
  const sealing = wasm.encrypt({ name: 'AES-GCM', iv, additionalData }, key, data);
  for (const one of [iv, additionalData, data]) one.fill(0);
  sameBytes(new Uint8Array(await sealing), new Uint8Array(wanted));
}

async function readOnce(): Promise<void> {
  const seen: string[] = [];
  const params = new Proxy(
    { name: 'HKDF', hash: 'SHA-256', salt: pattern(3), info: pattern(4) },
    {
      get(target, name) {
        seen.push(String(name));
        // A getter may ask for anything, the module among it.
        wasm.digest('SHA-256', pattern(1)).catch(() => undefined);
        return Reflect.get(target, name);
      },
    },
  );
  const key = await wasm.importKey('raw', pattern(9), 'HKDF', false, ['deriveBits']);
  await wasm.deriveBits(params, key, 64);
  equal(seen, ['name', 'hash', 'info', 'salt'], 'what was read');
}

async function slots(): Promise<void> {
  const key = await wasm.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['verify', 'sign', 'sign']);
  equal([...key.usages], ['sign', 'verify']);
  const { usages: listed, algorithm } = key;
  assert(listed === key.usages && algorithm === key.algorithm, 'the same object each time');
  key.usages.push('encrypt');
  Object.assign(key.algorithm, { name: 'AES-GCM' });
  equal(
    await outcomeOf(() => wasm.encrypt({ name: 'AES-GCM', iv: pattern(12) }, key, pattern(1))),
    'refused: InvalidAccessError',
  );
  equal(await outcomeOf(async () => (await wasm.sign('HMAC', key, pattern(1))).byteLength), '32');
  equal(await outcomeOf(() => wasm.exportKey('raw', key)), 'refused: InvalidAccessError');
  equal(await outcomeOf(() => structuredClone(key)), 'refused: DataCloneError');
  equal(String(key), '[object CryptoKey]');
  if (typeof CryptoKey === 'function') assert(key instanceof CryptoKey, 'instanceof CryptoKey');
}

async function oddBits(): Promise<void> {
  const made = await wasm.generateKey({ name: 'HMAC', hash: 'SHA-1', length: 9 }, true, ['sign']);
  const raw = new Uint8Array(await wasm.exportKey('raw', made));
  equal([raw.length, (raw[1] ?? 0) & 0x7f, (made.algorithm as HmacKeyAlgorithm).length], [2, 0, 9]);
  const importing = (length: number) =>
    outcomeOf(() =>
      wasm.importKey('raw', pattern(4), { name: 'HMAC', hash: 'SHA-1', length }, true, ['sign']),
    );
  for (const length of [25, 31, 32])
    assert(!(await importing(length)).startsWith('refused'), `${length} bits`);
  for (const length of [0, 24, 33]) equal(await importing(length), 'refused: DataError', `${length} bits`);
}

async function lowOrder(native: SubtleCrypto | undefined): Promise<void> {
  const low = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(31)}`];
  low.push('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');
  low.push('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa');
  const engines = native === undefined ? [wasm] : [wasm, subtle, createSubtle({ engine: 'native' })];
  for (const on of engines) {
    for (const point of low.map(unhex)) {
      // S = 0: right for every message where A and R are neutral and nobody looks at their order.
      const signature = Uint8Array.of(...point, ...new Uint8Array(32));
      for (const extractable of [true, false]) {
        const importing = on.importKey('raw', point, 'Ed25519', extractable, ['verify']);
        // A platform may refuse the key itself.
        const key = await importing.catch(() => undefined);
        if (key !== undefined)
          equal(await on.verify('Ed25519', key, signature, pattern(5)), false, hex(point));
      }
    }
  }
}

async function mixtures(native: SubtleCrypto | undefined): Promise<void> {
  const engines = native === undefined ? [wasm] : [wasm, createSubtle({ engine: 'native' })];
  const found = new Set<string>();
  const aes = { name: 'AES-GCM', length: 256 };
  const gcm = { name: 'AES-GCM', iv: pattern(12) };
  for (const base of engines) {
    for (const other of engines) {
      // What makes the new keys is one of both, so that a key is derived or unwrapped into the other engine.
      const secret = await base.importKey('pkcs8', pkcs8(CURVES.X25519, pattern(32)), 'X25519', false, [
        'deriveKey',
        'deriveBits',
      ]);
      const peer = await other.importKey('raw', unhex(X25519_PUBLIC), 'X25519', true, []);
      const agreed = await other.deriveKey({ name: 'X25519', public: peer }, secret, aes, true, [
        'encrypt',
        'decrypt',
        'wrapKey',
        'unwrapKey',
      ]);
      equal(engineOf(agreed), other === wasm ? 'wasm' : 'native', 'engine of what was derived');
      const bits = await base.deriveBits({ name: 'X25519', public: peer }, secret, 256);
      sameBytes(
        new Uint8Array(await other.exportKey('raw', agreed)),
        new Uint8Array(bits),
        'deriveKey and deriveBits',
      );

      const wrapping = await base.importKey('raw', pattern(32, 5), 'AES-GCM', false, [
        'wrapKey',
        'unwrapKey',
      ]);
      const signer = await other.importKey('pkcs8', pkcs8(CURVES.Ed25519, pattern(32, 7)), 'Ed25519', true, [
        'sign',
      ]);
      for (const [format, key, algorithm, usage] of [
        ['raw', agreed, 'AES-GCM', 'encrypt'],
        ['jwk', agreed, 'AES-GCM', 'decrypt'],
        ['pkcs8', signer, 'Ed25519', 'sign'],
      ] as const) {
        const wrapped = await other.wrapKey(format, key, wrapping, gcm);
        for (const into of engines) {
          const again = await into.unwrapKey(format, wrapped, wrapping, gcm, algorithm, true, [usage]);
          equal(engineOf(again), into === wasm ? 'wasm' : 'native', 'engine of what was unwrapped');
          const back = format === 'jwk' ? 'raw' : format;
          sameBytes(
            new Uint8Array(await into.exportKey(back, again)),
            new Uint8Array(await other.exportKey(back, key)),
          );
        }
        if (format !== 'jwk') found.add(`${format} ${hex(new Uint8Array(wrapped))}`);
      }
      const locked = await other.importKey('raw', pattern(16), 'AES-GCM', false, ['encrypt']);
      // Node 20 has a name of its own for it.
      const wrappingLocked = await outcomeOf(() => other.wrapKey('raw', locked, wrapping, gcm));
      assert(/^refused: InvalidAccess/.test(wrappingLocked), wrappingLocked);
      const wrapped = await other.wrapKey('raw', agreed, wrapping, gcm);
      const damaged = new Uint8Array(wrapped.slice(0));
      damaged[0] = (damaged[0] ?? 0) ^ 1;
      const opening = () => other.unwrapKey('raw', damaged, wrapping, gcm, 'AES-GCM', true, ['encrypt']);
      equal(await outcomeOf(opening), 'refused: OperationError');
      const base64 = () => other.unwrapKey('jwk', wrapped, wrapping, gcm, 'AES-GCM', true, ['encrypt']);
      // Some platforms do not say that it is the data's fault.
      if (other === wasm) equal(await outcomeOf(base64), 'refused: DataError');
      else assert((await outcomeOf(base64)).startsWith('refused'), 'no JSON Web Key');
    }
  }
  equal(found.size, 2, 'all engines wrap to the same bytes');
}

/** Bob's public key of RFC 7748, 6.1. */
const X25519_PUBLIC = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';

/** RFC 5869 (A.1), RFC 6070, RFC 4231 (2), RFC 7748 (6.1), RFC 8032 (7.1), and the AES-GCM test cases 4, 6 and 16 of McGrew and Viega. */
async function knownAnswers(): Promise<void> {
  const is = (found: ArrayBuffer, wanted: string, what: string) =>
    equal(hex(new Uint8Array(found)), wanted, what);
  is(await wasm.digest('SHA-1', text.encode('abc')), 'a9993e364706816aba3e25717850c26c9cd0d89d', 'SHA-1');
  is(
    await wasm.digest('SHA-384', text.encode('abc')),
    'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
    'SHA-384',
  );
  const jefe = await wasm.importKey('raw', text.encode('Jefe'), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  is(
    await wasm.sign('HMAC', jefe, text.encode('what do ya want for nothing?')),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    'HMAC',
  );
  const ikm = await wasm.importKey('raw', unhex('0b'.repeat(22)), 'HKDF', false, ['deriveBits']);
  const hkdf = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: unhex('000102030405060708090a0b0c'),
    info: unhex('f0f1f2f3f4f5f6f7f8f9'),
  };
  is(
    await wasm.deriveBits(hkdf, ikm, 8 * 42),
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    'HKDF',
  );
  const password = await wasm.importKey('raw', text.encode('password'), 'PBKDF2', false, ['deriveBits']);
  const stretch = { name: 'PBKDF2', hash: 'SHA-1', salt: text.encode('salt'), iterations: 4096 };
  is(await wasm.deriveBits(stretch, password, 160), '4b007901b765489abead49d926f721d065a429c1', 'PBKDF2');

  const secret = unhex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const mine = await wasm.importKey('pkcs8', pkcs8(CURVES.X25519, secret), 'X25519', false, ['deriveBits']);
  const theirs = await wasm.importKey('raw', unhex(X25519_PUBLIC), 'X25519', true, []);
  is(
    await wasm.deriveBits({ name: 'X25519', public: theirs }, mine, 256),
    '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    'X25519',
  );
  const zero = await wasm.importKey('raw', new Uint8Array(32), 'X25519', true, []);
  const nothing = () => wasm.deriveBits({ name: 'X25519', public: zero }, mine, 256);
  equal(await outcomeOf(nothing), 'refused: OperationError', 'the point of order 4');
  const seed = unhex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
  const signer = await wasm.importKey('pkcs8', pkcs8(CURVES.Ed25519, seed), 'Ed25519', false, ['sign']);
  is(
    await wasm.sign('Ed25519', signer, new Uint8Array()),
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    'Ed25519',
  );

  const plain = unhex(
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
  );
  const additionalData = unhex('feedfacedeadbeeffeedfacedeadbeefabaddad2');
  const key = unhex('feffe9928665731c6d6a8f9467308308'.repeat(2));
  const short = unhex('cafebabefacedbad');
  const usual = unhex('cafebabefacedbaddecaf888');
  const long = unhex(
    '9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b',
  );
  for (const [length, iv, begin, tag] of [
    [16, usual, '42831ec2217774244b7221b784d0d49c', '5bc94fbc3221a5db94fae95ae7121a47'],
    [16, short, '61353b4c2806934a777ff51fa22a4755', '3612d2e79e3b0785561be14aaca2fccb'],
    [16, long, '8ce24998625615b603a033aca13fb894', '619cc5aefffe0bfa462af43c1699d050'],
    [24, usual, '3980ca0b3c00e841eb06fac4872a2757', '2519498e80f1478f37ba55bd6d27618c'],
    [32, usual, '522dc1f099567d07f47f37a32a84427d', '76fc6ece0f4e1768cddf8853bb2d551b'],
  ] as const) {
    const cipher = await wasm.importKey('raw', key.slice(0, length), 'AES-GCM', false, ['encrypt']);
    const sealed = hex(
      new Uint8Array(await wasm.encrypt({ name: 'AES-GCM', iv, additionalData }, cipher, plain)),
    );
    equal(
      [sealed.slice(0, 32), sealed.slice(-32)],
      [begin, tag],
      `AES-${8 * length}-GCM, iv of ${iv.length}`,
    );
  }
}
