/** Every suite in Chromium: on a secure and on an insecure origin, under a strict policy, and in a worker. */
import type { BrowserContext, Page } from 'playwright-core';
import { startRelay } from '../relay.js';
import { withBrowser } from './browser.js';
import type { Outcome } from './page.js';
import { serve } from './server.js';

const STRICT =
  "default-src 'none'; connect-src 'self'; worker-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'; script-src 'self' 'nonce-import-map'";

const POLICIES = {
  '/plain': '',
  '/strict': `${STRICT} 'wasm-unsafe-eval'`,
  '/no-wasm': STRICT,
  '/no-fetch': `${STRICT} 'wasm-unsafe-eval'`.replace("connect-src 'self'; ", ''),
};

const PAGE = '/.build/tests/chromium/page.js';

interface Scenario {
  readonly name: string;
  readonly host: 'localhost' | 'duet.test';
  readonly path: keyof typeof POLICIES;
  readonly secure: boolean;
  run(page: Page): Promise<Outcome[]>;
}

const everything = (page: Page, only?: readonly string[]): Promise<Outcome[]> =>
  page.evaluate(
    async ([address, names]) => {
      const module = await import(address as string);
      return module.runSuites(names);
    },
    [PAGE, only] as const,
  );

const inWorker = (page: Page): Promise<Outcome[]> =>
  page.evaluate(
    () =>
      new Promise<Outcome[]>((resolve, reject) => {
        const worker = new Worker('/.build/tests/chromium/worker.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message || 'the worker did not start'));
        worker.postMessage(['surface', 'identities', 'sessions', 'files', 'subtle', 'storage', 'modern']);
      }),
  );

const refusedByPolicy = async (page: Page): Promise<Outcome[]> => {
  const code = await page.evaluate(async (address) => (await import(address)).codeOfReady(), PAGE);
  const name = 'ready() names the directive that is missing';
  return [code === 'E_WASM_CSP' ? { name } : { name, error: `found ${code}` }];
};

/** Which of the two forms of the module a page has asked for once it is ready. */
const asksFor =
  (...wanted: string[]) =>
  async (page: Page): Promise<Outcome[]> => {
    const asked = await page.evaluate(async (address) => {
      const code = await (await import(address)).codeOfReady();
      const names = performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1) ?? '');
      return [code, ...names.filter((name) => name.startsWith('simd128.'))];
    }, PAGE);
    const name = `ready() asks for ${wanted}`;
    return [String(asked) === String(['ok', ...wanted]) ? { name } : { name, error: `found ${asked}` }];
  };

/** As an application of any other origin would do it, without knowing of this package. */
const installed = async (page: Page): Promise<Outcome[]> => {
  const found = await page.evaluate(async () => {
    await import('/dist/subtle/install.js' as string);
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
      'encrypt',
      'decrypt',
    ]);
    const params = { name: 'AES-GCM', iv: crypto.getRandomValues(new Uint8Array(12)) };
    const sealed = await crypto.subtle.encrypt(params, key, new TextEncoder().encode('Hello'));
    const opened = await crypto.subtle.decrypt(params, key, sealed);
    const asked = () =>
      performance.getEntriesByType('resource').filter(({ name }) => name.includes('/modern/')).length;
    const before = asked();
    await crypto.subtle.digest('SHA3-256', new Uint8Array(1));
    return [
      new TextDecoder().decode(opened),
      key instanceof CryptoKey,
      crypto.randomUUID().length,
      // Nothing of the draft's algorithms until one of them is used.
      before === 0 && asked() > 0,
    ];
  });
  const name = 'crypto.subtle is there once it is installed';
  const said = await page.evaluate(async () => {
    await import('/examples/seal.mjs' as string);
    return document.body.textContent ?? '';
  });
  return [
    String(found) === 'Hello,true,36,true' ? { name } : { name, error: String(found) },
    ...['opened: Meet me at noon.', 'damaged: OperationError', 'engine: wasm'].map((line) =>
      said.includes(line) ? { name: line } : { name: line, error: said },
    ),
  ];
};

/** A password that is split in a page's worker, beside the same on the page's own thread. */
const stretching = async (page: Page): Promise<Outcome[]> => {
  const found = await page.evaluate(async () => {
    const { ready, splitPassword } = await import('/dist/index.js' as string);
    const { stretchIn } = await import('/dist/worker.js' as string);
    const input = { realm: 'chat.example', name: 'alice', password: 'correct horse battery staple' };
    const worker = new Worker('/.build/tests/chromium/stretching.js', { type: 'module' });
    await ready();
    const [there, here] = [await stretchIn(worker).splitPassword(input), await splitPassword(input)];
    const missing = new Worker('/.build/tests/chromium/none.js', { type: 'module' });
    const lost = stretchIn(missing).splitPassword(input);
    return [
      there.loginSecret === here.loginSecret,
      String(there.vaultSecret) === String(here.vaultSecret),
      await lost.catch(({ code }: { code: string }) => code),
    ];
  });
  const name = 'a password is split in a worker';
  return [String(found) === 'true,true,E_WORKER' ? { name } : { name, error: String(found) }];
};

/** Libraries of others, where they would find no `crypto.subtle`. */
const libraries = (page: Page): Promise<Outcome[]> =>
  page.evaluate(async () => {
    const { runLibraries } = await import('/.build/tests/libraries/all.js' as string);
    return runLibraries();
  });

const exampleOfRelay = async (page: Page): Promise<Outcome[]> => {
  const said = await page.evaluate(async () => {
    await import('/examples/relay.mjs' as string);
    return document.body.textContent ?? '';
  });
  const wanted = [
    'Bob reads: Hello, Bob.',
    "Alice's text: delivered",
    'Alice reads: Hello, Alice., and both see ',
  ];
  return wanted.map((line) => (said.includes(line) ? { name: line } : { name: line, error: said }));
};

const SCENARIOS: readonly Scenario[] = [
  { name: 'secure origin', host: 'localhost', path: '/plain', secure: true, run: (page) => everything(page) },
  {
    name: 'insecure origin',
    host: 'duet.test',
    path: '/plain',
    secure: false,
    run: (page) => everything(page),
  },
  { name: 'stretching', host: 'duet.test', path: '/plain', secure: false, run: stretching },
  { name: 'subtle installed', host: 'duet.test', path: '/plain', secure: false, run: installed },
  { name: 'libraries on subtle', host: 'duet.test', path: '/plain', secure: false, run: libraries },
  {
    name: 'strict policy',
    host: 'localhost',
    path: '/strict',
    secure: true,
    run: (page) =>
      everything(page, ['surface', 'identities', 'sessions', 'files', 'subtle', 'storage', 'modern']),
  },
  {
    name: 'policy without WebAssembly',
    host: 'localhost',
    path: '/no-wasm',
    secure: true,
    run: refusedByPolicy,
  },
  {
    name: 'the module is a file',
    host: 'localhost',
    path: '/strict',
    secure: true,
    run: asksFor('simd128.wasm'),
  },
  {
    name: 'policy that forbids to fetch: the module is text',
    host: 'localhost',
    path: '/no-fetch',
    secure: true,
    // The browser refuses to ask for the file, and counts that as no request.
    run: asksFor('simd128.js'),
  },
  {
    name: 'example through the relay',
    host: 'localhost',
    path: '/plain',
    secure: true,
    run: exampleOfRelay,
  },
  {
    name: 'example through the relay, insecure origin',
    host: 'duet.test',
    path: '/plain',
    secure: false,
    run: exampleOfRelay,
  },
  { name: 'worker', host: 'localhost', path: '/plain', secure: true, run: inWorker },
];

/** One scenario: its own outcomes, and that the page is what the scenario says it is. */
async function play(scenario: Scenario, context: BrowserContext, port: number): Promise<Outcome[]> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://${scenario.host}:${port}${scenario.path}`);
  const facts = await page.evaluate(() => ({ secure: isSecureContext, subtle: crypto.subtle !== undefined }));
  const expected = facts.secure === scenario.secure && facts.subtle === scenario.secure;
  const outcomes: Outcome[] = [
    expected
      ? { name: 'is what it should be' }
      : { name: 'is what it should be', error: JSON.stringify(facts) },
    ...(await scenario.run(page)),
  ];
  for (const complaint of complaints) outcomes.push({ name: 'no uncaught error', error: complaint });
  await page.close();
  return outcomes;
}

const only = process.argv[2];
let [passed, failed] = [0, 0];
const relay = await startRelay();
const server = await serve(POLICIES, relay.port);
try {
  await withBrowser(async (context) => {
    for (const scenario of SCENARIOS) {
      if (only !== undefined && scenario.name !== only) continue;
      const begun = performance.now();
      const outcomes = await play(scenario, context, server.port);
      const bad = outcomes.filter(({ error }) => error !== undefined);
      passed += outcomes.length - bad.length;
      failed += bad.length;
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      process.stdout.write(
        `${scenario.name}: ${outcomes.length - bad.length} of ${outcomes.length} (${seconds} s)\n`,
      );
      for (const { name, error } of bad) process.stdout.write(`  failed: ${name}\n    ${error}\n`);
    }
  });
} finally {
  await server.close();
  await relay.stop();
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
