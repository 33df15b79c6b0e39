/**
 * What life does to a conversation: relays that go, machines that sleep, lines that die or are slow. On both engines: alice is
 * on Web Crypto, bob on plain http without it. `support/pace.ts` says how long everything takes.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from '@playwright/test';
import { expect, sha256, test } from './support/fixtures.js';
import { ENVELOPE_HEADER, type HostileRelay, payloadType, relayType } from './support/hostile-relay.js';
import { faster, megabytes, relaySettings, seconds } from './support/pace.js';
import { meet, type Person } from './support/person.js';
import { beginToLook, expectNoFalseWord } from './support/witness.js';

type Stage = Parameters<Parameters<typeof test>[2]>[0]['stage'];

test.use({ relaySettings });
// The real intervals take minutes.
test.setTimeout(900_000);

/** In a secure conversation, with everything in view and everything that is shown kept in mind. */
async function talking(alice: Person, bob: Person, pace: number): Promise<void> {
  for (const { page } of [alice, bob]) await page.setViewportSize({ width: 1100, height: 3000 });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  for (const person of [alice, bob]) {
    await person.hurry(pace);
    await beginToLook(person.page);
  }
}

/** Alice through the line, bob on plain http. `pace`: how fast their clocks run. */
async function pair(
  stage: Stage,
  { browser, pace = faster }: { readonly browser?: Browser; readonly pace?: number } = {},
): Promise<[Person, Person]> {
  const alice = await stage.person('alice', { engine: 'native', through: stage.line.port });
  const through = stage.hostile.port;
  const bob = await stage.person('bob', { engine: 'wasm', host: 'duet.test', through, browser });
  expect([await alice.isSecureContext(), await bob.isSecureContext()]).toEqual([true, false]);
  await talking(alice, bob, pace);
  return [alice, bob];
}

interface Meter {
  /** Bytes of files that browsers have sent. */
  readonly sent: number;
  /** How many there were when the last message passed: what is said, typed and received is all in messages. */
  readonly atMessage: number;
}

function meter(hostile: HostileRelay): Meter {
  let sent = 0;
  let atMessage = 0;
  hostile.watch = (frame, to) => {
    if (to !== 'relay' || frame[1] !== relayType.send) return;
    const type = frame[ENVELOPE_HEADER + 1];
    if (type === payloadType.chunk) sent += frame.length - ENVELOPE_HEADER;
    if (type === payloadType.message) atMessage = sent;
  };
  return {
    get sent() {
      return sent;
    },
    get atMessage() {
      return atMessage;
    },
  };
}

/** A file that nobody has seen before, on the disk: the largest is too large for the driver's own channel. */
async function fileOf(size: number): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const [path, bytes] = [test.info().outputPath('parcel.bin'), randomBytes(size)];
  await writeFile(path, bytes);
  return { path, bytes };
}

const heard = (person: Person) =>
  person.page.locator('[data-testid=message][data-mine=false] [data-testid=message-text]');

async function expectWhole(receiver: Person, sent: Buffer): Promise<void> {
  await expect(receiver.at('transfer')).toHaveAttribute('data-state', 'done');
  const saving = receiver.at('transfer-save').click();
  const [download] = await Promise.all([receiver.page.waitForEvent('download'), saving]);
  // A browser of its own counts as a remote one: it has no path here.
  const parts = await (await download.createReadStream()).toArray();
  expect(sha256(Buffer.concat(parts))).toBe(sha256(sent));
}

const numbers = Array.from({ length: 10 }, (_, index) => index + 1);

for (const away of [1, 30]) {
  test(`the relay away for ${away} s in the middle of ten texts each way and a file`, async ({ stage }) => {
    const [alice, bob] = await pair(stage);
    const count = meter(stage.hostile);
    const large = await fileOf(megabytes(50));
    await alice.attach(large.path);
    // Enough that beginning anew would show.
    await expect.poll(() => count.sent).toBeGreaterThan(large.bytes.length / 4);
    let back = Promise.resolve();
    let before = 0;
    for (const number of numbers) {
      if (number === 4) {
        before = count.sent;
        back = stage.relay.restart(seconds(away));
      }
      await alice.say(`alice ${number}`);
      await bob.say(`bob ${number}`);
    }
    await back;
    for (const [person, peer] of [
      [alice, 'bob'],
      [bob, 'alice'],
    ] as const) {
      await expect(heard(person)).toHaveText(numbers.map((number) => `${peer} ${number}`));
      await person.expectState('secure');
    }
    await expectWhole(bob, large.bytes);
    await expect(alice.at('transfer')).toHaveAttribute('data-state', 'done');
    // What was under way goes again; what had arrived does not.
    expect(count.sent - large.bytes.length).toBeLessThan(before / 2);
    for (const person of [alice, bob]) {
      await expectNoFalseWord(person.page);
    }
    await expect(alice.message('alice 10')).toHaveAttribute('data-status', 'read');
    await expect(bob.message('bob 10')).toHaveAttribute('data-status', 'read');
  });
}

test('the receiver’s browser stopped for 90 s while texts and a file are sent', async ({ stage }) => {
  const own = await stage.ownBrowser();
  const [alice, bob] = await pair(stage, { browser: own.browser });
  const count = meter(stage.hostile);
  await alice.say('before');
  await expect(alice.message('before')).toHaveAttribute('data-status', 'read');

  const asleep = pause(seconds(90));
  own.sleep();
  const texts = ['meet at nine', 'bring the keys', 'gate 4'];
  for (const text of texts) await alice.say(text);
  const parcel = await fileOf(megabytes(10));
  await alice.attach(parcel.path);
  // The peer gives no sign of life, and that is what is said: not that they left, and not that anything arrived.
  await alice.expectState('reconnecting');
  for (const text of texts)
    await expect(alice.message(text)).toHaveAttribute('data-status', /^(waiting|sending)$/);
  await alice.say('are you asleep?');
  await asleep;
  for (const text of [...texts, 'are you asleep?']) {
    await expect(alice.message(text)).toHaveAttribute('data-status', /^(waiting|sending)$/);
  }
  own.wake();

  await expect(heard(bob)).toHaveText(['before', ...texts, 'are you asleep?']);
  await expectWhole(bob, parcel.bytes);
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'done');
  expect(count.sent).toBeLessThan(2 * parcel.bytes.length);
  for (const person of [alice, bob]) {
    await person.expectState('secure');
    await expectNoFalseWord(person.page);
  }
  await expect(alice.message('are you asleep?')).toHaveAttribute('data-status', 'read');
});

test('a line that swallows everything without closing', async ({ stage }) => {
  const [alice, bob] = await pair(stage);
  await alice.say('before');
  await expect(bob.message('before')).toBeVisible();

  stage.line.swallow();
  const swallowed = ['meet at nine', 'bring the keys', 'gate 4'];
  for (const text of swallowed) await bob.say(text);
  await alice.say('is somebody there?');
  // Both notice, and neither says that the other has left.
  await alice.expectState('reconnecting');
  await bob.expectState('reconnecting');
  for (const text of swallowed)
    await expect(bob.message(text)).toHaveAttribute('data-status', /^(waiting|sending)$/);
  await expect(alice.message('is somebody there?')).toHaveAttribute('data-status', /^(waiting|sending)$/);
  await expect(bob.at('composer-input')).toBeEnabled();
  await bob.say('still writing');
  stage.line.restore();

  await expect(heard(alice)).toHaveText([...swallowed, 'still writing']);
  await expect(heard(bob)).toHaveText(['before', 'is somebody there?']);
  for (const person of [alice, bob]) {
    await person.expectState('secure');
    await expectNoFalseWord(person.page);
  }
  await expect(bob.message('still writing')).toHaveAttribute('data-status', 'read');
});

test('an uplink of 1 Mbit/s with a file of 10 MB on its way: a text overtakes it', async ({ stage }) => {
  // Nothing waits here, and what is measured is a line.
  const [alice, bob] = await pair(stage, { pace: 1 });
  const count = meter(stage.hostile);
  const large = await fileOf(10 * 1024 * 1024);
  stage.line.uplink = 1_000_000;
  await alice.attach(large.path);
  await expect.poll(() => count.sent).toBeGreaterThan(0);
  for (const text of ['meanwhile', 'and again']) {
    await alice.at('composer-input').fill(text);
    const before = count.sent;
    await alice.at('composer-send').click();
    await expect(bob.message(text)).toBeVisible();
    // Counted where it passes, not where it is seen: a few seconds of the line, where the whole file is eighty.
    expect(count.atMessage - before).toBeLessThan(1024 * 1024);
  }
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'transferring');
  stage.line.uplink = null;
  await expectWhole(bob, large.bytes);
  // A slow line is no reason to send anything twice.
  expect(count.sent).toBeLessThan(1.1 * large.bytes.length);
  for (const person of [alice, bob]) {
    await person.expectState('secure');
    await expectNoFalseWord(person.page);
  }
});
