/** Every suite in Node, with Node's own test runner. */
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { ready } from '@duet-chat/crypto';
import type { Environment } from './harness.js';
import './node/example.js';
import './node/guide.js';
import './node/loader.js';
import './node/size.js';
import { startRelay } from './relay.js';
import { suites } from './suites/all.js';

const relay = await startRelay();
after(() => relay.stop());

const environment: Environment = {
  engines: ['native', 'wasm'],
  relay: relay.url,
  restartRelay: (pause) => relay.restart(pause),
  text: (name) => readFile(new URL(`../../../test-vectors/${name}`, import.meta.url), 'utf8'),
};

await ready();
for (const [name, suite] of Object.entries(suites)) {
  for (const { name: title, run } of await suite(environment)) {
    test(`${name}: ${title}`, async () => run());
  }
}
