/**
 * Loading, in every way and against every obstacle. The package keeps one instance per module graph, so each case
 * runs in a worker thread of its own.
 */
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

const root = new URL('../../../', import.meta.url);

/** Runs code in a fresh thread and returns what it posts. `$` is the package, `relay()` its part for the relay, `wasm()` a file's bytes. */
function fresh(code: string): Promise<unknown> {
  const source = `
    const { parentPort } = await import('node:worker_threads');
    const { readFile } = await import('node:fs/promises');
    const wasm = () => readFile(new URL('dist/wasm/baseline.wasm', '${root}'));
    const $ = await import(new URL('dist/index.js', '${root}').href);
    const relay = () => import(new URL('dist/relay.js', '${root}').href);
    const code = (promise) => Promise.resolve(promise).then(() => 'went through', (error) => error.code ?? String(error));
    const attempt = async (work) => code(new Promise((resolve) => resolve(work())));
    ${code}
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  }).finally(() => worker.terminate());
}

function loads(name: string, code: string, wanted: unknown): void {
  test(`loader: ${name}`, async ({ assert }) => assert.deepEqual(await fresh(code), wanted));
}

loads(
  'nothing works before ready()',
  `parentPort.postMessage([
    await attempt(() => $.randomBytes(1)),
    await attempt(() => $.capabilities()),
    await attempt(() => $.createIdentity({ realm: 'a', name: 'b' })),
  ])`,
  ['E_NOT_READY', 'E_NOT_READY', 'E_NOT_READY'],
);

for (const [form, expression] of [
  ['bytes', 'await wasm()'],
  ['a compiled module', 'await WebAssembly.compile(await wasm())'],
  ['a Response', 'new Response(await wasm())'],
  ['an ArrayBuffer', 'new Uint8Array(await wasm()).buffer'],
  ['an address as text', "'data:application/wasm;base64,' + (await wasm()).toString('base64')"],
  ['an address', "new URL('data:application/wasm;base64,' + (await wasm()).toString('base64'))"],
] as const) {
  loads(
    `the module may be ${form}`,
    `await $.ready({ wasm: ${expression} });
     parentPort.postMessage([$.capabilities().wasm, $.randomBytes(8).length])`,
    ['baseline', 8],
  );
}

loads(
  'where nothing may be compiled, a given module is enough',
  `const module = await WebAssembly.compile(await wasm());
   // Node's own fetch is made of WebAssembly.
   await fetch('data:,x');
   const refused = () => { throw new Error('not allowed to compile'); };
   Object.assign(WebAssembly, { compile: refused, compileStreaming: refused });
   globalThis.fetch = refused;
   parentPort.postMessage([await code($.ready()), await code($.ready({ wasm: module })), $.randomBytes(3).length])`,
  ['E_WASM_CSP', 'went through', 3],
);

loads(
  "under a test's DOM, without streams",
  `delete globalThis.DecompressionStream; delete Blob.prototype.stream; delete globalThis.Response;
   parentPort.postMessage(await code($.ready()))`,
  'went through',
);

/** Node's own modules, but for this one. */
const withoutBuiltin = (name: string) => `
  const given = process.getBuiltinModule;
  process.getBuiltinModule = (name) => name === '${name}' ? undefined : given(name);
`;

loads(
  'the module is a file beside the script',
  `${withoutBuiltin('node:zlib')}
   delete globalThis.DecompressionStream;
   parentPort.postMessage(await code($.ready()))`,
  'went through',
);

loads(
  'a file that a bundler has lost is there as text',
  `${withoutBuiltin('node:fs/promises')}
   const lost = [];
   globalThis.fetch = async (file) => { lost.push(String(file).split('/').at(-1)); return new Response('', { status: 404 }); };
   parentPort.postMessage([await code($.ready()), ...lost])`,
  ['went through', 'simd128.wasm'],
);

loads(
  'a page in the place of the file is no module',
  `${withoutBuiltin('node:fs/promises')}
   globalThis.fetch = async () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });
   parentPort.postMessage(await code($.ready()))`,
  'went through',
);

loads(
  'the inline entry needs nothing that is imported later',
  `const inline = await import(new URL('dist/inline.js', '${root}').href);
   await inline.ready();
   parentPort.postMessage([inline.capabilities().wasm, inline.ready === $.ready])`,
  ['simd128', true],
);

loads(
  'a failed attempt is forgotten',
  `parentPort.postMessage([
    await code($.ready({ wasm: new Uint8Array([1, 2, 3]) })),
    await code($.ready({ wasm: new Response('', { status: 404 }) })),
    // A module, but not ours.
    await code($.ready({ wasm: new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) })),
    await code($.ready()),
    $.randomBytes(3).length,
  ])`,
  ['E_WASM_LOAD', 'E_WASM_LOAD', 'E_WASM_LOAD', 'went through', 3],
);

loads(
  'half a character is found where the platform does not look for it',
  `delete String.prototype.isWellFormed;
   const older = await import(new URL('dist/bytes.js?older', '${root}').href);
   const texts = ['\\ud83d', 'x\\ude00', '\\ude00\\ud83d', 'x', '\\ud83d\\ude00'];
   parentPort.postMessage(await Promise.all(texts.map((text) => attempt(() => older.text(text, 'text')))))`,
  ['E_ILL_FORMED', 'E_ILL_FORMED', 'E_ILL_FORMED', 'went through', 'went through'],
);

loads(
  'no WebAssembly',
  `delete globalThis.WebAssembly; parentPort.postMessage(await code($.ready()))`,
  'E_WASM_MISSING',
);

loads(
  'no randomness',
  `Object.defineProperty(globalThis, 'crypto', { value: {} }); parentPort.postMessage(await code($.ready()))`,
  'E_RANDOM_MISSING',
);

/** Replaces `crypto` by one whose `subtle` is as given. */
const withSubtle = (subtle: string) => `
  const platform = globalThis.crypto;
  const getRandomValues = (bytes) => platform.getRandomValues(bytes);
  Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues, subtle: ${subtle} }, configurable: true });
`;

loads(
  'no crypto.subtle: wasm does everything, and native is refused by name',
  `${withSubtle('undefined')}
   await $.ready();
   const { operations, subtle } = $.capabilities();
   const refusal = await $.createIdentity({ realm: 'a', name: 'b', engine: 'native' }).catch((error) => error.message);
   const identity = await $.createIdentity({ realm: 'a', name: 'b' });
   parentPort.postMessage([
     subtle, operations.ed25519.native, operations.aes256Gcm.auto, identity.engine,
     refusal.includes('E_ENGINE_UNAVAILABLE') && refusal.includes('ed25519') && refusal.includes('crypto.subtle'),
   ])`,
  [false, false, 'wasm', 'wasm', true],
);

loads(
  'Web Crypto without the curves: each operation is chosen by itself',
  `${withSubtle(`new Proxy(platform.subtle, {
     get: (target, name) => (...rest) => {
       if (rest.includes('X25519') || rest.some((part) => part?.name === 'X25519')) {
         return Promise.reject(new DOMException('', 'NotSupportedError'));
       }
       return target[name](...rest);
     },
   })`)}
   await $.ready();
   const { operations } = $.capabilities();
   parentPort.postMessage([operations.ed25519.auto, operations.x25519.auto, operations.aes256Gcm.auto])`,
  ['native', 'wasm', 'native'],
);

loads(
  'Web Crypto that accepts any signature does not pass the probe',
  `${withSubtle(`new Proxy(platform.subtle, {
     get: (target, name) => name === 'verify' ? () => Promise.resolve(true) : (...rest) => target[name](...rest),
   })`)}
   await $.ready();
   parentPort.postMessage($.capabilities().operations.ed25519.auto)`,
  'wasm',
);

loads(
  'a trap ends the instance, and says so from then on',
  `await $.ready();
   const identity = await $.createIdentity({ realm: 'a', name: 'b', engine: 'wasm' });
   Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues() { throw new Error('gone'); } } });
   parentPort.postMessage([
     await attempt(() => $.randomBytes(1)),
     await attempt(() => identity.publicKey),
     await attempt(() => $.fingerprintOf(new Uint8Array(32))),
     await code($.ready()),
     await attempt(() => identity.free()),
   ])`,
  ['E_WASM_TRAP', 'E_WASM_TRAP', 'E_WASM_TRAP', 'E_WASM_TRAP', 'went through'],
);

loads(
  'a trap reaches whoever listens to a client, and whoever reads now or later',
  `await $.ready();
   const identity = await $.createIdentity({ realm: 'a', name: 'b', engine: 'wasm' });
   const client = $.createClient({ identity });
   const reading = client[Symbol.asyncIterator]().next();
   const listened = new Promise((resolve) => client.addEventListener('failed', ({ detail }) => resolve(detail)));
   Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues() { throw new Error('gone'); } } });
   const dying = await attempt(() => $.randomBytes(1));
   const call = await attempt(() => client.lost());
   const { type, error } = await listened;
   const later = client[Symbol.asyncIterator]();
   parentPort.postMessage([dying, call, await code(reading), type, error.code, await code(later.next()), (await later.next()).done]);`,
  ['E_WASM_TRAP', 'E_WASM_TRAP', 'E_WASM_TRAP', 'failed', 'E_WASM_TRAP', 'E_WASM_TRAP', true],
);

loads(
  'a trap ends the connection, which says so and opens no other',
  `const { connect } = await relay();
   await $.ready();
   const client = $.createClient({ identity: await $.createIdentity({ realm: 'a', name: 'b', engine: 'wasm' }) });
   const sockets = [];
   class Scripted extends EventTarget {
     bufferedAmount = 0;
     constructor() { super(); sockets.push(this); }
     send() {}
     close() {}
   }
   const given = { url: 'http://relay.example', client, token: async () => 'token', WebSocket: Scripted };
   const connection = connect(given);
   Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues() { throw new Error('gone'); } } });
   const dying = await attempt(() => $.randomBytes(1));
   sockets[0].dispatchEvent(Object.assign(new Event('close'), { code: 1006 }));
   const { at, why, cause } = connection.state;
   parentPort.postMessage([dying, at, why, cause?.code, await code(connection.online), sockets.length, await attempt(() => connect(given))]);`,
  ['E_WASM_TRAP', 'stopped', 'closed', 'E_WASM_TRAP', 'E_CONNECTION_STOPPED', 1, 'E_WASM_TRAP'],
);

loads(
  'a client that is freed has not failed',
  `await $.ready();
   const client = $.createClient({ identity: await $.createIdentity({ realm: 'a', name: 'b' }) });
   let failed = false;
   client.addEventListener('failed', () => { failed = true; });
   const reading = client[Symbol.asyncIterator]().next();
   client.free();
   await Promise.resolve();
   parentPort.postMessage([(await reading).done, (await client[Symbol.asyncIterator]().next()).done, failed]);`,
  [true, true, false],
);

loads(
  'a trap after an await reaches the caller',
  `await $.ready();
   const make = (name) => $.createIdentity({ realm: 'a', name, engine: 'native' });
   const [a, b] = [await make('a'), await make('b')];
   const peer = { accountId: b.accountId, publicKey: b.publicKey };
   const { subtle } = globalThis.crypto;
   // The native engine draws its own key first; the core's first draw after that await fails.
   let draws = 0;
   const getRandomValues = (bytes) => {
     if (++draws > 1) throw new Error('gone');
     return bytes;
   };
   Object.defineProperty(globalThis, 'crypto', { value: { subtle, getRandomValues } });
   const presence = new Uint8Array(16);
   parentPort.postMessage([
     await code($.createOffer({ identity: a, peer, presence, engine: 'native' })),
     await attempt(() => a.publicKey),
   ])`,
  ['E_WASM_TRAP', 'E_WASM_TRAP'],
);
