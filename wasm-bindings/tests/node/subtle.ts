/**
 * `@duet-chat/crypto/subtle` where the platform is another one than Node. What it finds is remembered, so each case runs in a worker
 * thread of its own.
 */
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist, fresh, INSECURE } from './thread.js';

function finds(name: string, before: string, code: string, wanted: unknown): void {
  test(`subtle: ${name}`, async ({ assert }) => assert.deepEqual(await fresh(before, code), wanted));
}

finds(
  'without crypto.subtle the module does everything',
  INSECURE,
  `const { subtle, engineOf } = await load('subtle.js');
   const key = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
   const signature = await subtle.sign('Ed25519', key.privateKey, new Uint8Array(3));
   parentPort.postMessage([
     engineOf(key.privateKey),
     await subtle.verify('Ed25519', key.publicKey, signature, new Uint8Array(3)),
     await named(subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])),
   ])`,
  ['wasm', true, 'NotSupportedError'],
);

finds(
  'an algorithm that the platform lacks, or does wrong, is the module’s',
  `replace({ getRandomValues, subtle: new Proxy(platform.subtle, {
     get: (target, name) => (...given) => {
       if (JSON.stringify(given).includes('X25519')) return Promise.reject(new DOMException('', 'NotSupportedError'));
       if (name === 'verify') return Promise.resolve(true);
       return target[name](...given);
     },
   }) });`,
  `const { enginesOf } = await load('subtle.js');
   const { X25519, Ed25519, HMAC, PBKDF2 } = await enginesOf();
   parentPort.postMessage([X25519, Ed25519, HMAC, PBKDF2])`,
  ['wasm', 'wasm', 'wasm', 'native'],
);

/** A platform that has ML-KEM and SHA-3: the module, in a shape that is not this package's. */
const MODERN_PLATFORM = `
  const { createSubtle } = await import(new URL('subtle.js', '${dist}').href);
  const module = createSubtle({ engine: 'wasm' });
  const other = (changes) => replace({ getRandomValues, subtle: new Proxy(platform.subtle, {
    get: (target, name) => (name in changes ? changes[name] : (name in target ? target : module)[name].bind(name in target ? target : module)),
  }) });
  const isModern = (given) => /ML-KEM|SHA3/.test(JSON.stringify(given));
  const ask = (name) => (...given) => (isModern(given) || given.some((one) => one?.algorithm?.name === 'ML-KEM-768') ? module : platform.subtle)[name](...given);
  const right = { digest: ask('digest'), importKey: ask('importKey'), exportKey: ask('exportKey') };
`;

for (const [what, changes, wanted] of [
  ['right', '{}', ['native', 'native']],
  ['without implicit rejection', '{ decapsulateBits: async () => new ArrayBuffer(32) }', ['wasm', 'native']],
  [
    'of a draft, with another hash',
    "{ digest: (name, data) => platform.subtle.digest('SHA-256', data) }",
    ['native', 'wasm'],
  ],
  ['without the methods', '{ encapsulateBits: undefined }', ['wasm', 'native']],
] as const) {
  finds(
    `ML-KEM and SHA-3 of a platform that is ${what}`,
    `${MODERN_PLATFORM} other({ ...right, ...${changes} });`,
    `const { enginesOf, createSubtle: create } = await load('subtle.js');
     const engines = await enginesOf(create());
     parentPort.postMessage([engines['ML-KEM-768'], engines['SHA3-256']])`,
    [...wanted],
  );
}

finds(
  'install defines what is missing',
  INSECURE,
  `await load('subtle/install.js');
   const { subtle } = await load('subtle.js');
   const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
   const ids = new Set(Array.from({ length: 100 }, () => crypto.randomUUID()));
   const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
   parentPort.postMessage([
     crypto.subtle === subtle, key instanceof CryptoKey, ids.size, [...ids].every((id) => form.test(id)),
   ])`,
  [true, true, 100, true],
);

finds(
  'install leaves what is there',
  '',
  `const before = [crypto.subtle, crypto.randomUUID, CryptoKey];
   await load('subtle/install.js');
   parentPort.postMessage([crypto.subtle, crypto.randomUUID, CryptoKey].map((one, at) => one === before[at]))`,
  [true, true, true],
);

finds(
  'install refuses where nothing is random',
  'replace({});',
  `parentPort.postMessage([
     await named(load('subtle/install.js')),
     typeof crypto.subtle,
   ])`,
  ['E_RANDOM_MISSING', 'undefined'],
);

finds(
  'without WebAssembly the platform does what it can, and the rest says what is missing',
  'delete globalThis.WebAssembly;',
  `const { subtle, createSubtle } = await load('subtle.js');
   const wasm = createSubtle({ engine: 'wasm' });
   parentPort.postMessage([
     await named(subtle.digest('SHA-256', new Uint8Array(1))),
     await named(wasm.digest('SHA-256', new Uint8Array(1))),
   ])`,
  ['went through', 'E_WASM_MISSING'],
);

finds(
  'the module may be given',
  '',
  `const { readFile } = await import('node:fs/promises');
   const { createSubtle } = await load('subtle.js');
   const wrong = createSubtle({ engine: 'wasm', wasm: await readFile(new URL('wasm/baseline.wasm', '${dist}')) });
   const refused = await named(wrong.digest('SHA-256', new Uint8Array(1)));
   const right = createSubtle({ engine: 'wasm', wasm: await readFile(new URL('wasm/subtle/baseline.wasm', '${dist}')) });
   parentPort.postMessage([refused, await named(right.digest('SHA-256', new Uint8Array(1)))])`,
  ['E_WASM_LOAD', 'went through'],
);

finds(
  'the second module may be given, and is not the first',
  '',
  `const { readFile } = await import('node:fs/promises');
   const { createSubtle } = await load('subtle.js');
   const file = (name) => readFile(new URL('wasm/subtle/' + name, '${dist}'));
   const wrong = createSubtle({ engine: 'wasm', modernWasm: await file('baseline.wasm') });
   const refused = await named(wrong.digest('SHA3-256', new Uint8Array(1)));
   const right = createSubtle({ engine: 'wasm', modernWasm: await file('modern/baseline.wasm') });
   parentPort.postMessage([refused, await named(right.digest('SHA3-256', new Uint8Array(1)))])`,
  ['E_WASM_LOAD', 'went through'],
);

finds(
  'nothing of a call is left in the second module’s memory',
  '',
  `const { createSubtle } = await load('subtle.js');
   const wasm = createSubtle({ engine: 'wasm' });
   const seed = Uint8Array.from({ length: 64 }, (_, at) => (at + 1) * 59);
   const text = Uint8Array.from({ length: 300 }, (_, at) => (at + 1) * 61);
   const key = await wasm.importKey('raw-seed', seed, 'ML-KEM-768', true, ['decapsulateBits']);
   const pub = (await wasm.exportKey('jwk', key)).pub;
   const theirs = await wasm.importKey('jwk', { kty: 'AKP', alg: 'ML-KEM-768', pub }, 'ML-KEM-768', true, ['encapsulateBits']);
   const { sharedKey, ciphertext } = await wasm.encapsulateBits('ML-KEM-768', theirs);
   const opened = await wasm.decapsulateBits('ML-KEM-768', key, ciphertext);
   await wasm.digest('SHA3-512', text);
   const { memory } = await (await load('wasm/subtle/modern/glue.js')).default();
   const all = Buffer.from(memory.buffer);
   const found = (bytes) => all.includes(Buffer.from(bytes).subarray(4, 20));
   parentPort.postMessage([
     [seed, seed.subarray(32), text, sharedKey, opened, ciphertext].filter(found).length,
     all.some((byte) => byte !== 0),
   ])`,
  [0, true],
);

finds(
  'nothing of a call is left in the module’s memory',
  '',
  `const { createSubtle } = await load('subtle.js');
   const wasm = createSubtle({ engine: 'wasm' });
   const secret = (length, seed) => Uint8Array.from({ length }, (_, at) => (at + 1) * (2 * seed + 1) * 59 + seed);
   const secrets = {
     mac: secret(48, 1), ikm: secret(40, 2), password: secret(24, 3), seed: secret(32, 4), agreeing: secret(32, 5),
     aes: secret(32, 6), text: secret(300, 7),
   };
   const asPkcs8 = (last, key) => Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, last, 4, 0x22, 4, 0x20, ...key);
   const mac = await wasm.importKey('raw', secrets.mac, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
   await wasm.sign('HMAC', mac, secrets.text);
   const ikm = await wasm.importKey('raw', secrets.ikm, 'HKDF', false, ['deriveBits']);
   const salted = { hash: 'SHA-256', salt: new Uint8Array(8), info: new Uint8Array(8) };
   const derived = [new Uint8Array(await wasm.deriveBits({ name: 'HKDF', ...salted }, ikm, 512))];
   const password = await wasm.importKey('raw', secrets.password, 'PBKDF2', false, ['deriveBits']);
   derived.push(new Uint8Array(await wasm.deriveBits({ name: 'PBKDF2', ...salted, iterations: 3 }, password, 512)));
   const signer = await wasm.importKey('pkcs8', asPkcs8(0x70, secrets.seed), 'Ed25519', true, ['sign']);
   await wasm.sign('Ed25519', signer, secrets.text);
   await wasm.exportKey('jwk', signer);
   const mine = await wasm.importKey('pkcs8', asPkcs8(0x6e, secrets.agreeing), 'X25519', false, ['deriveBits']);
   const { publicKey } = await wasm.generateKey('X25519', false, ['deriveBits']);
   derived.push(new Uint8Array(await wasm.deriveBits({ name: 'X25519', public: publicKey }, mine, 256)));
   const cipher = await wasm.importKey('raw', secrets.aes, 'AES-GCM', false, ['encrypt', 'decrypt']);
   for (const length of [12, 16]) {
     const params = { name: 'AES-GCM', iv: secret(length, 8) };
     await wasm.decrypt(params, cipher, await wasm.encrypt(params, cipher, secrets.text));
   }
   const { memory } = await (await load('wasm/subtle/glue.js')).default();
   const all = Buffer.from(memory.buffer);
   const found = (bytes) => all.includes(Buffer.from(bytes.subarray(4, 20)));
   parentPort.postMessage([
     Object.keys(secrets).filter((name) => found(secrets[name])),
     derived.filter(found).length,
     all.some((byte) => byte !== 0),
   ])`,
  [[], 0, true],
);

finds(
  'neither a key for each message nor a length that is refused fills the module’s memory',
  '',
  `const { createSubtle } = await load('subtle.js');
   const wasm = createSubtle({ engine: 'wasm' });
   const iv = new Uint8Array(12);
   // No turn of the event loop in it, and so no finalizer.
   for (let message = 0; message < 2000; message += 1) {
     const key = await wasm.importKey('raw', new Uint8Array(32).fill(message), 'AES-GCM', false, ['encrypt']);
     await wasm.encrypt({ name: 'AES-GCM', iv }, key, iv);
   }
   const ikm = await wasm.importKey('raw', iv, 'HKDF', false, ['deriveBits']);
   const params = { name: 'HKDF', hash: 'SHA-256', salt: iv, info: iv };
   const refused = await named(wasm.deriveBits(params, ikm, 2 ** 32 - 8));
   const { memory } = await (await load('wasm/subtle/glue.js')).default();
   parentPort.postMessage([refused, memory.buffer.byteLength < 4 * 1024 * 1024])`,
  ['OperationError', true],
);

finds(
  'what the platform exports may be of another realm',
  `const { runInNewContext } = await import('node:vm');
   const foreign = runInNewContext('(bytes) => Uint8Array.from(bytes).buffer');
   replace({ getRandomValues, subtle: new Proxy(platform.subtle, {
     get: (target, name) => name === 'exportKey'
       ? async (format, key) => {
           const exported = await target.exportKey(format, key);
           return format === 'jwk' ? exported : foreign(new Uint8Array(exported));
         }
       : target[name].bind(target),
   }) });`,
  `const { createSubtle } = await load('subtle.js');
   const [native, wasm] = [createSubtle({ engine: 'native' }), createSubtle({ engine: 'wasm' })];
   const bytes = new Uint8Array(32).fill(7);
   const key = await native.importKey('raw', bytes, 'AES-GCM', true, ['encrypt']);
   const exported = await native.exportKey('raw', key);
   const { k } = await native.exportKey('jwk', key);
   const wrapping = await wasm.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['wrapKey', 'decrypt']);
   const how = { name: 'AES-GCM', iv: new Uint8Array(12) };
   const unwrapped = async (format) => {
     const sealed = await wasm.wrapKey(format, key, wrapping, how);
     return new Uint8Array(await wasm.decrypt(how, wrapping, sealed));
   };
   parentPort.postMessage([
     String(new Uint8Array(exported)) === String(bytes),
     k.length,
     String(await unwrapped('raw')) === String(bytes),
     JSON.parse(new TextDecoder().decode(await unwrapped('jwk'))).k === k,
   ])`,
  [true, 43, true, true],
);

finds(
  'what it copies of a secret is wiped, unless it is the key',
  `const given = [];
   replace({ getRandomValues, subtle: new Proxy(platform.subtle, {
     get: (target, name) => (...all) => {
       if (name === 'importKey') given.push(all[1]);
       return target[name](...all);
     },
   }) });`,
  `const { createSubtle } = await load('subtle.js');
   const [native, wasm] = [createSubtle({ engine: 'native' }), createSubtle({ engine: 'wasm' })];
   const secret = new Uint8Array(32).fill(7);
   const aes = { name: 'AES-GCM', length: 256 };
   const how = { name: 'AES-GCM', iv: new Uint8Array(12) };
   const raw = async (key) => String(new Uint8Array(await native.exportKey('raw', key)));
   const all = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'];
   const [ours, theirs] = [await wasm.importKey('raw', secret, aes, true, all), await native.importKey('raw', secret, aes, true, all)];
   const base = await wasm.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
   const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: secret, info: secret };
   const derived = [await native.deriveKey(hkdf, base, aes, true, all), await wasm.deriveKey(hkdf, base, aes, true, all)];
   const wrapped = await wasm.wrapKey('raw', ours, theirs, how);
   const unwrapped = [
     await native.unwrapKey('raw', await wasm.wrapKey('raw', ours, ours, how), ours, how, aes, true, all),
     await wasm.unwrapKey('raw', wrapped, theirs, how, aes, true, all),
   ];
   const pair = await wasm.generateKey('Ed25519', true, ['sign', 'verify']);
   const der = new Uint8Array(await wasm.exportKey('pkcs8', pair.privateKey));
   const again = await wasm.importKey('pkcs8', der, 'Ed25519', false, ['sign']);
   parentPort.postMessage([
     given.length,
     given.every((bytes) => bytes.every((byte) => byte === 0)),
     secret.every((byte) => byte === 7) && der[0] === 0x30,
     await raw(derived[0]) === await raw(derived[1]),
     (await Promise.all([...unwrapped, ours, theirs].map(raw))).every((one) => one === String(secret)),
     await wasm.verify('Ed25519', pair.publicKey, await wasm.sign('Ed25519', again, secret), secret),
   ])`,
  [4, true, true, true, true, true],
);

test('subtle: a probe that did not load is asked for again', async ({ assert }) => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-probe-'));
  try {
    await cp(dist, folder, { recursive: true });
    const probe = join(folder, 'subtle', 'modern', 'probe.js');
    await rename(probe, `${probe}.away`);
    const code = `
      const { rename } = await import('node:fs/promises');
      const { createSubtle } = await import('${pathToFileURL(join(folder, 'subtle.js')).href}');
      const subtle = createSubtle({});
      const digest = () => subtle.digest('SHA3-256', new Uint8Array());
      const before = await named(digest());
      await rename('${probe}.away', '${probe}');
      parentPort.postMessage([before, await named(digest())])`;
    assert.deepEqual(await fresh('', code), ['E_WASM_LOAD', 'went through']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
