import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { written } from './draw.mjs';
import { ASSUMED, isCarried, LIMITS, MEASURED, needs } from './model.mjs';
import { hour } from './simulate.mjs';

const near = (found, wanted, of = 0.001) =>
  assert.ok(Math.abs(found - wanted) <= Math.abs(wanted) * of, `${found} is not ${wanted}`);

test('a million accounts, by hand', () => {
  const found = needs(1e6);
  assert.equal(found.connected, 100_000);
  // One message a minute, and its receipt.
  near(found.frames, 3333.3);
  // One login a week, three times as many in the busiest hour.
  near(found.logins, 4.96, 0.01);
  // Once a minute, once in a quarter of an hour; a login writes twice.
  near(found.writes, 1777.8 + 9.9, 0.01);
  near(found.databaseCores, (found.writes * MEASURED.write) / 1000);
  near(found.fileBits, 1.39e9, 0.01);
});

test('more people never need less', () => {
  let before = needs(1e3);
  for (let power = 3.1; power <= 9; power += 0.1) {
    const found = needs(10 ** power);
    for (const part of ['relays', 'relayCores', 'redisCores', 'databaseCores']) {
      assert.ok(found[part] >= before[part], `${part} at 10^${power.toFixed(1)}`);
    }
    before = found;
  }
});

test('the relays that are found are enough, and one fewer is not', () => {
  for (const accounts of [1e6, 1e7, 1e8]) {
    const { relays, connected, relayCores } = needs(accounts);
    assert.ok(relayCores <= relays * ASSUMED.cores * ASSUMED.planned);
    const memory = (count) => (connected / count) * (MEASURED.connection / 1024) + MEASURED.queued;
    assert.ok(memory(relays) <= ASSUMED.memory * ASSUMED.planned);
    const fewer = needs(accounts, { relays: relays - 1 });
    const network =
      fewer.fileBits * (2 - 1 / (relays - 1)) > (relays - 1) * ASSUMED.network * ASSUMED.planned;
    const cpu = fewer.relayCores > (relays - 1) * ASSUMED.cores * ASSUMED.planned;
    assert.ok(network || cpu || memory(relays - 1) > ASSUMED.memory * ASSUMED.planned, `${accounts}`);
  }
});

test('a part stops where it is said to', () => {
  const parts = ['one PostgreSQL', 'one Redis: its thread', 'one Redis: 10 Gbit/s'];
  const smaller = Math.min(...parts.map((part) => LIMITS[part]()));
  assert.ok(isCarried(needs(smaller * 0.97)));
  assert.ok(!isCarried(needs(smaller * 1.05)));
});

test('an hour that is played is an hour as the model has it', () => {
  for (const relays of [2, 8, 20]) {
    const { frames, crossing, handled, model } = hour(2e5, relays);
    near(frames, model.frames, 0.02);
    near(crossing, model.crossing, 0.02);
    // A balancer spreads people evenly enough: the busiest relay has a tenth more than the average at most.
    for (const one of handled) near(one, model.handled, 0.1);
  }
});

test('the document shows what the model says', () => {
  for (const [file, content] of written()) {
    assert.equal(readFileSync(file, 'utf8'), content, `${file.pathname}: node infra/scaling/draw.mjs`);
  }
});
