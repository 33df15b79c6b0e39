/**
 * A line that sleeps for forty seconds while its peer sends everything again: late is not forged. The engines' timers
 * and clocks are the test's; the relay's are not.
 */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

const STEP_MS = 1_000;
const message = 0x11;

let relay: MemoryRelay;
let alice: Person;
let bob: Person;

beforeAll(() => crypto.ready());
beforeEach(async () => {
  relay = new MemoryRelay(crypto);
  alice = await new Person('alice', 'native', relay).registered();
  bob = await new Person('bob', 'wasm', relay).registered();
  await meet(alice, bob);
  await alice.run('sendText', { text: 'awake' });
  await alice.until('delivered', () => alice.text('awake')?.status === 'delivered');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time passes, and whatever it causes happens. */
async function pass(seconds: number): Promise<void> {
  for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    relay.beat();
    for (let turn = 0; turn < 5; turn += 1) await new Promise((next) => setImmediate(next));
  }
}

async function passUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await pass(1);
}

describe('a line that sleeps for forty seconds', () => {
  test.each([
    ['the receiver’s', () => bob],
    // It does not even hear that the relay took its frames.
    ['the sender’s', () => alice],
  ])('(%s) brings everything once, and nobody is alarmed', async (_, sleeper) => {
    // Twice, since a line that is silent for 25 s is a dead one (protocol.md section 9).
    const naps = [20, 20];
    const seen = new Set<string>();
    let repeated = 0;
    relay.tamper = (payload) => {
      const frame = Buffer.from(payload).toString('base64');
      if (seen.has(frame)) repeated += 1;
      seen.add(frame);
      return [payload];
    };
    await alice.run('sendFile', { file: new File([new Uint8Array(1000)], 'late.bin') });
    for (const [nap, seconds] of naps.entries()) {
      relay.rest(sleeper().name);
      await alice.run('sendText', { text: `late ${nap}` });
      await pass(seconds);
      relay.wake(sleeper().name);
      await pass(1);
    }
    const arrived = (nap: number) =>
      [alice, bob].every((person) => person.text(`late ${nap}`)?.status === 'delivered');
    await passUntil(() => [...naps.keys()].every(arrived) && bob.transfers[0]?.state === 'done');
    // Everything came again, and was known.
    expect(repeated).toBeGreaterThan(2);
    expect(bob.shown.filter(({ body }) => body.kind === 'text')).toHaveLength(1 + naps.length);
    expect([alice.conversation, bob.conversation]).toMatchObject([
      { state: 'secure', refusedFrames: 0 },
      { state: 'secure', refusedFrames: 0 },
    ]);

    // A forged one still is one.
    relay.tamper = (payload, type) =>
      type === message ? [payload.with(-1, (payload.at(-1) ?? 0) ^ 1)] : [payload];
    await alice.run('sendText', { text: 'forged' });
    await bob.until('warned', () => bob.conversation?.refusedFrames === 1);
    expect(bob.text('forged')).toBeUndefined();
  });

  test('of a conversation that is over brings no alarm into the next one', async () => {
    const kept: Uint8Array[] = [];
    relay.tamper = (payload, type) => {
      if (type === message) kept.push(payload);
      return [payload];
    };
    await alice.run('sendText', { text: 'of before' });
    await bob.until('received', () => bob.text('of before') !== undefined);
    await alice.run('leaveChat', undefined);
    await bob.untilState('peer-disconnected');
    await alice.until('left', () => alice.conversation === null);
    relay.tamper = (payload) => [payload];
    await meet(alice, bob);
    relay.tamper = (payload, type) => (type === message ? [...kept, payload] : [payload]);
    await alice.run('sendText', { text: 'of now' });
    await bob.until('received', () => bob.text('of now') !== undefined);
    expect(bob.conversation?.refusedFrames).toBe(0);
  });
});
