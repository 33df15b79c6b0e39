/** ML-KEM-768 and SHA-3 of `@duet-chat/crypto/subtle`, as the draft has them. */
import {
  createSubtle,
  type EncapsulatedKey,
  engineOf,
  enginesOf,
  type Jwk,
  type KemUsage,
  subtle,
  type Usage,
} from '@duet-chat/crypto/subtle';
import { assert, concat, equal, hex, pattern, type Suite, sameBytes, unhex } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

const wasm = createSubtle({ engine: 'wasm' });
const ENCAPSULATE: KemUsage[] = ['encapsulateKey', 'encapsulateBits'];
const DECAPSULATE: KemUsage[] = ['decapsulateKey', 'decapsulateBits'];
const bytesOf = (buffer: ArrayBuffer) => new Uint8Array(buffer);
const text = new TextEncoder();
const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** d || z, as in the examples of RFC 9935. */
const SEED = Uint8Array.from({ length: 64 }, (_, at) => at);
/** SEQUENCE { OID 2.16.840.1.101.3.4.4.2 }. */
const OID = '300b0609608648016503040402';

/** A key pair of a seed, of which everything is known. */
async function known(extractable = true): Promise<CryptoKeyPair> {
  const privateKey = await wasm.importKey('raw-seed', SEED, 'ML-KEM-768', extractable, DECAPSULATE);
  const readable = extractable
    ? privateKey
    : await wasm.importKey('raw-seed', SEED, 'ML-KEM-768', true, DECAPSULATE);
  const { pub } = (await wasm.exportKey('jwk', readable)) as Jwk;
  const jwk = { kty: 'AKP', alg: 'ML-KEM-768', pub: pub ?? '' };
  return { privateKey, publicKey: await wasm.importKey('jwk', jwk, 'ML-KEM-768', true, ENCAPSULATE) };
}

async function hashes(): Promise<void> {
  // FIPS 202, from NIST's examples: nothing, and 1,600 bits of 0xa3.
  const long = new Uint8Array(200).fill(0xa3);
  for (const [name, data, wanted] of [
    ['SHA3-256', text.encode('abc'), '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
    ['sha3-256', long, '79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787'],
    [
      'SHA3-384',
      long,
      '1881de2ca7e41ef95dc4732b8f5f002b189cc1e42b74168ed1732649ce1dbcdd76197a31fd55ee989f2d7050dd473e8f',
    ],
    [
      'SHA3-512',
      new Uint8Array(),
      'a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a615b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26',
    ],
  ] as const) {
    equal(hex(bytesOf(await wasm.digest(name, data))), wanted, name);
    equal(hex(bytesOf(await subtle.digest({ name }, data))), wanted, `${name}, whoever computes`);
  }
  const changing = pattern(20);
  const digest = wasm.digest('SHA3-256', changing);
  changing.fill(0);
  sameBytes(bytesOf(await digest), bytesOf(await wasm.digest('SHA3-256', pattern(20))), 'copied at once');
  for (const attempt of [
    () => wasm.importKey('raw', pattern(1), 'SHA3-256', false, []),
    () => wasm.importKey('raw', pattern(1), { name: 'HMAC', hash: 'SHA3-256' } as Algorithm, false, ['sign']),
    () => wasm.digest('SHA3-224', pattern(1)),
  ])
    equal(await outcomeOf(attempt), 'refused: NotSupportedError', String(attempt));
}

async function knownAnswers(): Promise<void> {
  const { privateKey, publicKey } = await known();
  const raw = bytesOf(await wasm.exportKey('raw-public', publicKey));
  equal(
    hex(bytesOf(await wasm.digest('SHA-256', raw))),
    '0b7934c83125c788995e2ba6bd761e33046b3e40571be53e023309a29f398cc9',
  );
  // A ciphertext that nobody made gives a secret of its own, and no error.
  const rejected = await wasm.decapsulateBits('ML-KEM-768', privateKey, new Uint8Array(1088));
  equal(
    hex(bytesOf(rejected)),
    'c8fbeddafdacef2ffeb8b354ea644f11b5c150f3e2c4a74ce38abba8f854ae16',
    'implicit rejection',
  );
}

async function formats(): Promise<void> {
  const { privateKey, publicKey } = await known();
  const exported = async (format: 'raw-public' | 'raw-seed' | 'spki' | 'pkcs8', key: CryptoKey) =>
    hex(bytesOf(await wasm.exportKey(format, key)));
  const raw = await exported('raw-public', publicKey);
  equal(await exported('raw-seed', privateKey), hex(SEED));
  equal(await exported('pkcs8', privateKey), `3054020100${OID}04428040${hex(SEED)}`);
  equal(await exported('spki', publicKey), `308204b2${OID}038204a100${raw}`);
  const jwk = await wasm.exportKey('jwk', privateKey);
  const { kty, alg, ext, key_ops } = jwk;
  equal([kty, alg, ext, key_ops], ['AKP', 'ML-KEM-768', true, [...DECAPSULATE]]);
  equal(Object.keys(await wasm.exportKey('jwk', publicKey)).sort(), ['alg', 'ext', 'key_ops', 'kty', 'pub']);

  const { ciphertext, sharedKey } = await wasm.encapsulateBits('ML-KEM-768', publicKey);
  for (const format of ['raw-seed', 'pkcs8'] as const) {
    const data = await wasm.exportKey(format, privateKey);
    const again = await wasm.importKey(format, data, { name: 'ml-kem-768' }, false, DECAPSULATE);
    equal([again.type, again.extractable, again.algorithm], ['private', false, { name: 'ML-KEM-768' }]);
    const opened = await wasm.decapsulateBits('ML-KEM-768', again, ciphertext);
    sameBytes(bytesOf(opened), bytesOf(sharedKey), format);
  }
  // The other name that the draft allows.
  const named = { ...jwk, alg: 'ML-KEM-768-AES192KW' };
  const fromJwk = await wasm.importKey('jwk', named, 'ML-KEM-768', false, ['decapsulateBits']);
  sameBytes(
    bytesOf(await wasm.decapsulateBits('ML-KEM-768', fromJwk, ciphertext)),
    bytesOf(sharedKey),
    'jwk',
  );
  for (const format of ['raw-public', 'spki'] as const) {
    const again = await wasm.importKey(
      format,
      await wasm.exportKey(format, publicKey),
      'ML-KEM-768',
      true,
      [],
    );
    equal(await exported('raw-public', again), raw, format);
  }
}

/** Secrets as bits and as keys, from either side, whoever computes. */
async function agrees(on: typeof wasm): Promise<void> {
  const pair = await on.generateKey('ML-KEM-768', false, [...DECAPSULATE, ...ENCAPSULATE]);
  const { privateKey, publicKey } = pair;
  equal([publicKey.extractable, privateKey.extractable], [true, false]);
  equal([[...publicKey.usages], [...privateKey.usages]] as string[][], [ENCAPSULATE, DECAPSULATE]);
  const bits = await on.encapsulateBits('ML-KEM-768', publicKey);
  equal([bits.sharedKey.byteLength, bits.ciphertext.byteLength], [32, 1088]);
  const opened = await on.decapsulateBits({ name: 'ML-KEM-768' }, privateKey, bits.ciphertext);
  sameBytes(bytesOf(opened), bytesOf(bits.sharedKey), 'bits');
  const other = await on.encapsulateBits('ML-KEM-768', publicKey);
  assert(hex(bytesOf(other.sharedKey)) !== hex(bytesOf(opened)), 'another secret each time');

  const message = pattern(70);
  const gcm = { name: 'AES-GCM', iv: pattern(12) };
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: pattern(3), info: pattern(3) };
  for (const [algorithm, usages, use] of [
    [{ name: 'AES-GCM', length: 256 }, ['encrypt'], (key: CryptoKey) => on.encrypt(gcm, key, message)],
    [{ name: 'HMAC', hash: 'SHA-512' }, ['sign'], (key: CryptoKey) => on.sign('HMAC', key, message)],
    ['HKDF', ['deriveBits'], (key: CryptoKey) => on.deriveBits(hkdf, key, 256)],
  ] as const) {
    const made: EncapsulatedKey = await on.encapsulateKey('ML-KEM-768', publicKey, algorithm, false, usages);
    const theirs = await on.decapsulateKey(
      'ML-KEM-768',
      privateKey,
      made.ciphertext,
      algorithm,
      false,
      usages,
    );
    equal(await outcomeOf(() => theirs), await outcomeOf(() => made.sharedKey), JSON.stringify(algorithm));
    equal([theirs.type, theirs.extractable, [...theirs.usages].join()], ['secret', false, usages.join()]);
    sameBytes(bytesOf(await use(theirs)), bytesOf(await use(made.sharedKey)), JSON.stringify(algorithm));
  }
}

/** A key of one engine gives secrets that become keys of the other, and both read each other's keys. */
async function mixtures(): Promise<void> {
  const isNative = (await enginesOf())['ML-KEM-768'] === 'native';
  const engines = isNative ? [wasm, createSubtle({ engine: 'native' })] : [wasm];
  const gcm = { name: 'AES-GCM', iv: pattern(12) };
  for (const owner of engines) {
    const pair = await owner.generateKey('ML-KEM-768', true, [...DECAPSULATE, ...ENCAPSULATE]);
    equal(engineOf(pair.privateKey), owner === wasm ? 'wasm' : 'native');
    for (const other of engines) {
      const made = await other.encapsulateKey('ML-KEM-768', pair.publicKey, 'AES-GCM', true, ['encrypt']);
      equal(engineOf(made.sharedKey), other === wasm ? 'wasm' : 'native', 'engine of the secret');
      const opened = await other.decapsulateBits('ML-KEM-768', pair.privateKey, made.ciphertext);
      sameBytes(bytesOf(await other.exportKey('raw', made.sharedKey)), bytesOf(opened), 'secret');
      for (const reader of engines) {
        for (const format of ['raw-seed', 'pkcs8'] as const) {
          const data = await other.exportKey(format, pair.privateKey);
          const key = await reader.importKey(format, data, 'ML-KEM-768', false, ['decapsulateKey']);
          const theirs = await owner.decapsulateKey('ML-KEM-768', key, made.ciphertext, 'AES-GCM', false, [
            'encrypt',
          ]);
          sameBytes(
            bytesOf(await other.encrypt(gcm, theirs, pattern(9))),
            bytesOf(await owner.encrypt(gcm, made.sharedKey, pattern(9))),
            format,
          );
        }
        const jwk = await other.exportKey('jwk', pair.publicKey);
        const again = await reader.importKey('jwk', jwk, 'ML-KEM-768', true, ['encapsulateBits']);
        for (const format of ['raw-public', 'spki'] as const)
          sameBytes(
            bytesOf(await other.exportKey(format, again)),
            bytesOf(await owner.exportKey(format, pair.publicKey)),
            format,
          );
      }
    }
  }
}

async function refusals(): Promise<void> {
  const { privateKey, publicKey } = await known();
  const locked = await known(false);
  const raw = bytesOf(await wasm.exportKey('raw-public', publicKey));
  const jwk: Jwk = await wasm.exportKey('jwk', privateKey);
  const bits = await wasm.encapsulateBits('ML-KEM-768', publicKey);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mac = await wasm.importKey('raw', pattern(32), hmac, true, ['sign']);
  const onlyBits = await wasm.importKey('raw-public', raw, 'ML-KEM-768', true, ['encapsulateBits']);
  // The first coefficient is 3329.
  const over = Uint8Array.of(0x01, ((raw[1] ?? 0) & 0xf0) | 0x0d, ...raw.subarray(2));
  // The last one is 4095: in 1,152 bytes there are 768.
  const lastOver = raw.slice();
  lastOver[1150] = (raw[1150] ?? 0) | 0xf0;
  lastOver[1151] = 0xff;
  const importing =
    (
      format: 'raw' | 'raw-seed' | 'raw-public' | 'pkcs8' | 'spki' | 'raw-secret',
      data: Uint8Array<ArrayBuffer>,
      usages: Usage[],
    ) =>
    () =>
      wasm.importKey(format, data, 'ML-KEM-768', true, usages);
  const importingJwk = (change: object, usages: Usage[]) => () =>
    wasm.importKey('jwk', { ...jwk, ...change }, 'ML-KEM-768', true, usages);
  const expanded = concat(unhex(`30820978020100${OID}0482096404820960`), new Uint8Array(2400));
  const both = concat(unhex(`308209be020100${OID}048209aa308209a6`), new Uint8Array(2470));
  const curve = unhex(`302a300506032b656e032100${'07'.repeat(32)}`);
  const on = wasm as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const cases: readonly (readonly [wanted: string, attempt: () => unknown])[] = [
    // The usages before the data, and the format before both.
    ['NotSupportedError', importing('raw', raw, ['sign'])],
    ['NotSupportedError', importing('raw-secret', raw, [])],
    ['SyntaxError', importing('raw-public', pattern(1), DECAPSULATE)],
    ['SyntaxError', importing('raw-seed', pattern(1), ENCAPSULATE)],
    ['SyntaxError', importing('raw-seed', SEED, [])],
    ['SyntaxError', importing('spki', pattern(1), ['encrypt'])],
    ['DataError', importing('raw-public', raw.slice(1), ENCAPSULATE)],
    ['DataError', importing('raw-public', over, ENCAPSULATE)],
    ['DataError', importing('raw-public', lastOver, [])],
    ['DataError', importing('spki', concat(unhex(`308204b2${OID}038204a100`), over), ENCAPSULATE)],
    [
      'DataError',
      importingJwk({ priv: undefined, pub: base64url(over), key_ops: [...ENCAPSULATE] }, ENCAPSULATE),
    ],
    ['DataError', importing('raw-seed', pattern(32), DECAPSULATE)],
    ['DataError', importing('spki', curve, ENCAPSULATE)],
    ['DataError', importing('pkcs8', pattern(86), DECAPSULATE)],
    ['NotSupportedError', importing('pkcs8', expanded, DECAPSULATE)],
    ['NotSupportedError', importing('pkcs8', both, DECAPSULATE)],
    ['SyntaxError', importingJwk({ kty: 'oct' }, ENCAPSULATE)],
    ['DataError', importingJwk({ kty: 'OKP' }, DECAPSULATE)],
    ['DataError', importingJwk({ alg: 'ML-KEM-512' }, DECAPSULATE)],
    ['DataError', importingJwk({ alg: 'MLKEM768' }, DECAPSULATE)],
    ['DataError', importingJwk({ alg: undefined }, DECAPSULATE)],
    ['DataError', importingJwk({ use: 'sig' }, DECAPSULATE)],
    ['DataError', importingJwk({ key_ops: ['decapsulateKey'] }, DECAPSULATE)],
    ['DataError', importingJwk({ ext: false }, DECAPSULATE)],
    ['DataError', importingJwk({ priv: 'AA' }, DECAPSULATE)],
    ['DataError', importingJwk({ pub: undefined }, DECAPSULATE)],
    ['DataError', importingJwk({ pub: `AAAA${jwk.pub?.slice(4)}` }, DECAPSULATE)],
    ['SyntaxError', () => wasm.generateKey('ML-KEM-768', true, ['encrypt' as KemUsage])],
    ['SyntaxError', () => wasm.generateKey('ML-KEM-768', true, ENCAPSULATE)],
    ['NotSupportedError', () => wasm.sign('ML-KEM-768', privateKey, raw)],
    // The algorithm, the key's own, its usage, its kind, the data.
    ['TypeError', () => on.encapsulateBits?.('ML-KEM-768')],
    ['TypeError', () => on.encapsulateKey?.('ML-KEM-768', publicKey, hmac, true)],
    ['TypeError', () => on.decapsulateBits?.('ML-KEM-768', privateKey, 'text')],
    ['NotSupportedError', () => on.encapsulateBits?.('HMAC', publicKey)],
    ['NotSupportedError', () => on.encapsulateKey?.('ML-KEM-768', mac, 'nothing', true, [])],
    ['InvalidAccessError', () => wasm.encapsulateBits('ML-KEM-768', mac)],
    ['InvalidAccessError', () => wasm.encapsulateBits('ML-KEM-768', privateKey)],
    ['InvalidAccessError', () => wasm.decapsulateBits('ML-KEM-768', publicKey, bits.ciphertext)],
    ['InvalidAccessError', () => wasm.encapsulateKey('ML-KEM-768', onlyBits, hmac, true, ['sign'])],
    ['OperationError', () => wasm.decapsulateBits('ML-KEM-768', privateKey, bits.ciphertext.slice(1))],
    ['SyntaxError', () => wasm.encapsulateKey('ML-KEM-768', publicKey, hmac, true, [])],
    ['SyntaxError', () => wasm.encapsulateKey('ML-KEM-768', publicKey, 'HKDF', true, ['deriveBits'])],
    ['NotSupportedError', () => wasm.exportKey('raw', publicKey)],
    ['InvalidAccessError', () => wasm.exportKey('raw-seed', publicKey)],
    ['InvalidAccessError', () => wasm.exportKey('spki', privateKey)],
    ['InvalidAccessError', () => wasm.exportKey('jwk', locked.privateKey)],
  ];
  for (const [wanted, attempt] of cases)
    equal(await outcomeOf(attempt), `refused: ${wanted}`, String(attempt));

  const ciphertext = bytesOf(bits.ciphertext);
  const opening = wasm.decapsulateBits('ML-KEM-768', privateKey, ciphertext);
  ciphertext.fill(0);
  sameBytes(bytesOf(await opening), bytesOf(bits.sharedKey), 'copied at once');
}

/** The draft's names of `raw` for the older algorithms, whoever makes the key. */
async function namesOfRaw(on: typeof wasm): Promise<void> {
  for (const [name, alias, length, usages] of [
    ['AES-GCM', 'raw-secret', 16, ['encrypt']],
    ['HMAC', 'raw-secret', 20, ['sign']],
    ['Ed25519', 'raw-public', 32, ['verify']],
    ['X25519', 'raw-public', 32, []],
  ] as const) {
    const data = name === 'Ed25519' ? unhex(ED25519_PUBLIC) : pattern(length);
    const algorithm = { name, hash: 'SHA-256' };
    const key = await on.importKey(alias, data, algorithm, true, usages);
    sameBytes(bytesOf(await on.exportKey('raw', key)), data, name);
    sameBytes(bytesOf(await on.exportKey(alias, key)), data, name);
    const wrong = alias === 'raw-public' ? 'raw-secret' : 'raw-public';
    if (on === wasm) {
      equal(
        await outcomeOf(() => on.importKey(wrong, data, algorithm, true, usages)),
        'refused: NotSupportedError',
      );
      equal(await outcomeOf(() => on.exportKey(wrong, key)), 'refused: NotSupportedError');
    }
  }
  for (const name of ['HKDF', 'PBKDF2'])
    equal((await on.importKey('raw-secret', pattern(9), name, false, ['deriveBits'])).algorithm.name, name);
}

/** RFC 8032, 7.1, test 2. */
const ED25519_PUBLIC = '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c';

export const modern: Suite = () => [
  { name: 'SHA-3', run: hashes },
  { name: 'ML-KEM-768: known answers', run: knownAnswers },
  { name: 'ML-KEM-768: all formats', run: formats },
  { name: 'ML-KEM-768: both sides have the secret, of the module', run: () => agrees(wasm) },
  { name: 'ML-KEM-768: both sides have the secret, whoever computes', run: () => agrees(subtle) },
  { name: 'ML-KEM-768: keys and secrets in every mixture of engines', run: mixtures },
  { name: 'ML-KEM-768: what is refused, and as what', run: refusals },
  { name: 'the names of raw, of the module', run: () => namesOfRaw(wasm) },
  { name: 'the names of raw, whoever computes', run: () => namesOfRaw(subtle) },
  {
    name: 'who computes is known',
    run: async () => {
      const { publicKey } = await subtle.generateKey('ML-KEM-768', false, [...ENCAPSULATE, ...DECAPSULATE]);
      equal(engineOf(publicKey), (await enginesOf())['ML-KEM-768']);
    },
  },
];
