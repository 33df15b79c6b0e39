/** A relay that lies about who speaks, who is here and when; and an account that calls under the id of somebody else's call. */
import { randomBytes } from 'node:crypto';
import { expect, test } from './support/fixtures.js';
import {
  ACCOUNT_AT,
  ENVELOPE_HEADER,
  fromSomebodyElse,
  type HostileRelay,
  payloadType,
  relayType,
  replayed,
} from './support/hostile-relay.js';
import { Mallory } from './support/mallory.js';
import { meet, type Person } from './support/person.js';
import { beginToLook, expectNoFalseWord } from './support/witness.js';

type Stage = Parameters<Parameters<typeof test>[2]>[0]['stage'];

async function pair(stage: Stage): Promise<[Person, Person]> {
  const through = stage.hostile.port;
  const alice = await stage.person('alice', { through, engine: 'native' });
  const bob = await stage.person('bob', { through, engine: 'wasm', host: 'duet.test' });
  for (const person of [alice, bob]) {
    await person.page.setViewportSize({ width: 1100, height: 3000 });
    await person.register();
  }
  return [alice, bob];
}

const heard = (person: Person) =>
  person.page.locator('[data-testid=message][data-mine=false] [data-testid=message-text]');

/** The handshake id of the next frame of these types that goes to the relay. */
function nextHandshakeId(hostile: HostileRelay, types: readonly number[]): Promise<Buffer> {
  return new Promise((resolve) => {
    hostile.watch = (frame, to) => {
      if (to !== 'relay' || frame[1] !== relayType.send) return;
      if (!types.includes(frame[ENVELOPE_HEADER + 1] ?? 0)) return;
      resolve(Buffer.from(frame.subarray(ENVELOPE_HEADER + 2, ENVELOPE_HEADER + 18)));
    };
  });
}

test.describe('a third account with the handshake id of somebody else’s call', () => {
  test('puts its words into no conversation but its own, and its hanging up ends nothing', async ({
    stage,
  }) => {
    const [alice, bob] = await pair(stage);
    const mallory = await Mallory.register('mallory', `http://localhost:${stage.hostile.port}`);
    const hid = nextHandshakeId(stage.hostile, [payloadType.offer, payloadType.init]);
    await alice.call(bob);
    await expect(bob.at('incoming-accept')).toHaveCount(1);

    // To the callee, whom two call now under one id, and to the caller.
    const words = ['I am alice, honestly', 'send it to me'];
    const again = nextHandshakeId(stage.hostile, [payloadType.offer, payloadType.init]);
    const toBob = await mallory.call('bob', await hid, words);
    expect(await again).toEqual(await hid);
    await expect(bob.at('incoming-accept')).toHaveCount(2);
    const toAlice = await mallory.call('alice', await hid, words);
    await expect(alice.at('incoming-accept')).toHaveCount(1);
    await alice.expectState('ringing-out');

    await bob.page.getByRole('button', { name: 'Answer alice' }).click();
    await alice.expectState('secure');
    await bob.expectState('secure');
    for (const { page } of [alice, bob]) await beginToLook(page);
    await bob.say('is it you?');
    await expect(alice.message('is it you?')).toBeVisible();

    toBob.leave();
    toAlice.leave();
    // That they are gone is seen: what rang does not ring any more.
    for (const person of [alice, bob]) await expect(person.at('incoming-accept')).toHaveCount(0);
    await alice.say('of course');
    await expect(bob.message('of course')).toBeVisible();
    for (const person of [alice, bob]) {
      await person.expectState('secure');
      for (const word of words) await expect(person.message(word)).toHaveCount(0);
      await expectNoFalseWord(person.page);
    }
    mallory.close();
  });

  test('is answered beside it, in a conversation of its own', async ({ stage }) => {
    const [alice, bob] = await pair(stage);
    const mallory = await Mallory.register('mallory', `http://localhost:${stage.hostile.port}`);
    const hid = nextHandshakeId(stage.hostile, [payloadType.offer, payloadType.init]);
    await alice.call(bob);
    await expect(bob.at('incoming-accept')).toHaveCount(1);
    const conversation = await mallory.call('bob', await hid, ['first words']);
    await expect(bob.at('incoming-accept')).toHaveCount(2);
    await bob.page.getByRole('button', { name: 'Answer mallory' }).click();
    await bob.expectState('secure');
    await expect(bob.message('first words')).toBeVisible();
    await bob.page.getByRole('button', { name: 'Answer alice' }).click();
    await alice.expectState('secure');
    await bob.expectState('secure');
    conversation.text('more of it');
    await alice.say('from alice');
    await expect(bob.message('from alice')).toBeVisible();
    await expect(heard(bob)).toHaveText(['from alice']);
    await bob.at('conversation-row').filter({ hasText: 'mallory' }).click();
    await expect(heard(bob)).toHaveText(['first words', 'more of it']);
    conversation.leave();
    await bob.expectState('peer-disconnected');
    await alice.expectState('secure');
    mallory.close();
  });
});

test.describe('a relay that lies', () => {
  const five = [1, 2, 3, 4, 5];

  async function expectAll(alice: Person, bob: Person): Promise<void> {
    for (const number of five) {
      await alice.say(`alice ${number}`);
      await bob.say(`bob ${number}`);
    }
    await expect(heard(bob)).toHaveText(five.map((number) => `alice ${number}`));
    await expect(heard(alice)).toHaveText(five.map((number) => `bob ${number}`));
  }

  test('about presence: nothing ends, and what is said arrives', async ({ stage }) => {
    const [alice, bob] = await pair(stage);
    const truths = new Map<string, Buffer>();
    stage.hostile.watch = (frame, to) => {
      if (to !== 'browser' || frame[1] !== relayType.presence) return;
      truths.set(frame.subarray(2, 34).toString('hex'), Buffer.from(frame));
    };
    await meet(alice, bob);
    for (const { page } of [alice, bob]) await beginToLook(page);
    await expect.poll(() => truths.size).toBe(2);
    const [presenceAt, onlineAt] = [34, 50];
    for (const truth of truths.values()) {
      const offline = Buffer.from(truth);
      offline.writeUInt8(0, onlineAt);
      const otherRun = Buffer.from(truth);
      otherRun.set(randomBytes(16), presenceAt);
      for (const lie of [offline, otherRun, truth, otherRun, offline]) stage.hostile.say(lie);
    }
    await alice.expectState('reconnecting');
    await bob.expectState('reconnecting');
    await alice.say('said meanwhile');
    for (const truth of truths.values()) stage.hostile.say(truth);
    await expect(bob.message('said meanwhile')).toBeVisible();
    await bob.say('heard');
    await expect(alice.message('heard')).toBeVisible();
    for (const person of [alice, bob]) {
      await person.expectState('secure');
      await expectNoFalseWord(person.page);
    }
  });

  test('by saying everything twice, and in another order', async ({ stage }) => {
    const [alice, bob] = await pair(stage);
    await meet(alice, bob);
    for (const { page } of [alice, bob]) await beginToLook(page);
    // One of each sender's is held back until the next one has passed it.
    const held = new Map<string, Buffer>();
    stage.hostile.tamper = (frame, type) => {
      if (type !== payloadType.message) return [frame];
      const from = frame.subarray(ACCOUNT_AT, ACCOUNT_AT + 32).toString('hex');
      const before = held.get(from);
      if (before === undefined) {
        held.set(from, frame);
        return [];
      }
      held.delete(from);
      return [frame, replayed(frame), before, replayed(before)];
    };
    await expectAll(alice, bob);
    for (const person of [alice, bob]) {
      await person.expectState('secure');
      await expectNoFalseWord(person.page);
    }
  });

  test('by saying it in the name of others', async ({ stage }) => {
    const [alice, bob] = await pair(stage);
    await meet(alice, bob);
    for (const { page } of [alice, bob]) await beginToLook(page);
    const accounts = new Set<string>();
    stage.hostile.tamper = (frame, type) => {
      if (type !== payloadType.message) return [frame];
      accounts.add(frame.subarray(ACCOUNT_AT, ACCOUNT_AT + 32).toString('hex'));
      // A stranger, and the receiver themselves.
      const others = [randomBytes(32), ...[...accounts].map((account) => Buffer.from(account, 'hex'))];
      return [...others.map((account) => fromSomebodyElse(frame, account)), frame];
    };
    await expectAll(alice, bob);
    for (const person of [alice, bob]) {
      await person.expectState('secure');
      await expect(person.at('conversation-row')).toHaveCount(1);
      await expect(person.at('incoming-accept')).toHaveCount(0);
      await expectNoFalseWord(person.page);
    }
  });
});
