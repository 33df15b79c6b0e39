/** Every suite in Node, with Node's own test runner. */
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { ready } from '@duet-chat/crypto';
import type { Environment } from './harness.js';
import './node/bundles.js';
import './node/collected.js';
import './node/connect.js';
import './node/cost.js';
import './node/example.js';
import './node/files.js';
import './node/guide.js';
import './node/libraries.js';
import './node/loader.js';
import './node/realms.js';
import './node/size.js';
import './node/subtle.js';
import './node/worker.js';
import { startRelay } from './relay.js';
import { suites } from './suites/all.js';

/** `DUET_SHAPES=10000` tries more, from a seed of the day; `DUET_SHAPES_SEED` repeats one. */
function triesOf({ DUET_SHAPES, DUET_SHAPES_SEED }: NodeJS.ProcessEnv) {
  if (DUET_SHAPES === undefined) return undefined;
  const seed = DUET_SHAPES_SEED === undefined ? Date.now() % 2 ** 31 : Number(DUET_SHAPES_SEED);
  return { runs: Number(DUET_SHAPES), seed };
}

const relay = await startRelay();
after(() => relay.stop());

const environment: Environment = {
  engines: ['native', 'wasm'],
  relay: relay.url,
  restartRelay: (pause) => relay.restart(pause),
  tries: triesOf(process.env),
  aes192: true,
  otherRealm: runInNewContext('({ Uint8Array, ArrayBuffer, Object, Array, String, Proxy })') as Record<
    string,
    unknown
  >,
  text: (name) => readFile(new URL(`../../../test-vectors/${name}`, import.meta.url), 'utf8'),
};

await ready();
for (const [name, suite] of Object.entries(suites)) {
  for (const { name: title, run } of await suite(environment)) {
    test(`${name}: ${title}`, async () => run());
  }
}
