import { expect, test } from './support/fixtures.js';
import { ENVELOPE_HEADER, flipBit, payloadType, relayType, replayed } from './support/hostile-relay.js';
import { meet, type Person } from './support/person.js';

/** What passes inside an envelope, to know it again. */
const sealed = (frame: Buffer): string => frame.subarray(ENVELOPE_HEADER).toString('hex');

/** Both registered, alice's call ringing at bob's, with a text that she wrote meanwhile. */
async function callWithText(alice: Person, bob: Person, text: string): Promise<void> {
  await alice.register();
  await bob.register();
  await bob.untilStocked();
  await alice.call(bob);
  await expect(alice.at('composer-input')).toBeEnabled();
  await alice.say(text);
}

test('what is written while it rings arrives with the call, and is confirmed by accepting it', async ({
  stage,
}) => {
  const alice = await stage.person('alice', { engine: 'native' });
  const bob = await stage.person('bob', { engine: 'wasm' });
  await callWithText(alice, bob, 'are you there?');
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'early');
  await expect(bob.at('incoming-request')).toContainText('are you there?');
  await bob.answer();
  await alice.expectState('secure');
  await bob.expectState('secure');
  await expect(bob.message('are you there?')).toBeVisible();
  await expect(bob.at('message-unconfirmed')).toHaveCount(0);
  await expect(bob.at('early-dropped')).toHaveCount(0);
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'read');

  // The conversation goes on where the first words left off.
  await bob.say('yes, now I am');
  await expect(alice.message('yes, now I am')).toBeVisible();
  await alice.say('good');
  await expect(bob.message('good')).toBeVisible();
  const seenByAlice = await alice.fingerprints();
  const seenByBob = await bob.fingerprints();
  expect(seenByAlice.theirs).toBe(seenByBob.mine);
});

test('first words that are seen before the session is there are read all the same', async ({ stage }) => {
  const through = stage.hostile.port;
  let confirm: () => void = () => undefined;
  const held = new Promise<void>((release) => {
    confirm = release;
  });
  stage.hostile.tamper = async (frame, type) => {
    if (type === payloadType.confirm) await held;
    return [frame];
  };
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { through });
  await callWithText(alice, bob, 'are you there?');
  await bob.answer();
  await expect(bob.message('are you there?')).toBeVisible();
  await expect(bob.at('message-unconfirmed')).toBeVisible();
  confirm();
  await bob.expectState('secure');
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'read');
});

test('without prekeys the call goes out all the same, and what was written waits for the session', async ({
  stage,
}) => {
  const through = stage.hostile.port;
  // "None left", whatever was asked for.
  stage.hostile.answer = (frame, type) =>
    type === relayType.prekeyRes ? Buffer.concat([frame.subarray(0, 18), Buffer.of(1)]) : frame;
  const alice = await stage.person('alice', { through });
  const bob = await stage.person('bob');
  await callWithText(alice, bob, 'are you there?');
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'waiting');
  await expect(bob.at('incoming-request')).toHaveCount(0);
  await bob.answer();
  await expect(bob.message('are you there?')).toBeVisible();
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'read');
});

test('a forged prekey is not used', async ({ stage }) => {
  const through = stage.hostile.port;
  let given = 0;
  stage.hostile.answer = (frame, type) => {
    if (type !== relayType.prekeyRes || frame.length < 100) return frame;
    given += 1;
    // One bit of the signature.
    return flipBit(frame, 1);
  };
  const alice = await stage.person('alice', { through });
  const bob = await stage.person('bob');
  await callWithText(alice, bob, 'are you there?');
  await expect(alice.message('are you there?')).toHaveAttribute('data-status', 'waiting');
  await bob.answer();
  await expect(bob.message('are you there?')).toBeVisible();
  expect(given).toBe(1);
});

test('first words that the relay drops are missed, and said again in a session that follows at once', async ({
  stage,
}) => {
  const through = stage.hostile.port;
  stage.hostile.tamper = (frame, type) => (type === payloadType.early ? [] : [frame]);
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { through });
  await callWithText(alice, bob, 'lost on its way');
  await bob.answer();
  await bob.expectState('secure');
  await expect(bob.at('early-dropped')).toBeVisible();
  await expect(bob.message('lost on its way')).toBeVisible();
  await expect(alice.message('lost on its way')).toHaveAttribute('data-status', 'read');
  await expect(bob.at('conversation-note')).toHaveAttribute('data-note', 'renewed');
  await alice.say('and the next one');
  await expect(bob.message('and the next one')).toBeVisible();
  await expect(bob.at('message')).toHaveCount(2);
});

test('what was there before a session was renewed is read after it, too', async ({ stage }) => {
  const through = stage.hostile.port;
  // What rings for long is said again; the second text never passes.
  const texts: string[] = [];
  stage.hostile.tamper = (frame, type) => {
    if (type !== payloadType.early) return [frame];
    const text = sealed(frame);
    if (!texts.includes(text)) texts.push(text);
    return texts.indexOf(text) === 1 ? [] : [frame];
  };
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { through });
  await callWithText(alice, bob, 'one');
  await alice.say('two');
  await expect(alice.message('two')).toHaveAttribute('data-status', 'early');
  // Bob's tab is behind another one, so that nothing is read.
  const turn = (state: 'hidden' | 'visible') =>
    bob.page.evaluate((now) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => now });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await turn('hidden');
  await bob.answer();
  await expect(bob.at('conversation-note')).toHaveAttribute('data-note', 'renewed');
  await expect(bob.message('two')).toBeVisible();
  for (const text of ['one', 'two']) {
    await expect(alice.message(text)).toHaveAttribute('data-status', 'delivered');
  }
  await turn('visible');
  for (const text of ['one', 'two']) {
    await expect(alice.message(text)).toHaveAttribute('data-status', 'read');
  }
});

test('a replayed first flight rings once, and forged first words are not shown', async ({ stage }) => {
  const through = stage.hostile.port;
  const flights = new Set<string>();
  stage.hostile.tamper = (frame, type) => {
    if (type !== payloadType.init) return type === payloadType.early ? [flipBit(frame, 3)] : [frame];
    flights.add(sealed(frame));
    return [frame, replayed(frame)];
  };
  const alice = await stage.person('alice');
  const bob = await stage.person('bob', { through });
  await callWithText(alice, bob, 'changed on its way');
  await expect(bob.at('incoming-accept')).toHaveCount(1);
  await bob.answer();
  await bob.expectState('secure');
  await expect(bob.at('early-dropped')).toBeVisible();
  // It comes again in the session, whole, once.
  await expect(bob.message('changed on its way')).toHaveCount(1);
  // It may have been said again, and was the same then.
  expect(flights.size).toBe(1);
  await expect(bob.at('incoming-accept')).toHaveCount(0);
});

test('every call takes a prekey of its own', async ({ stage }) => {
  const through = stage.hostile.port;
  const taken: string[] = [];
  stage.hostile.answer = (frame, type) => {
    // PREKEY_RES: version, type, eid (16), status, then the PREKEY with its own head and `pkid`.
    if (type === relayType.prekeyRes && frame.length > 100)
      taken.push(frame.subarray(21, 37).toString('hex'));
    return frame;
  };
  const alice = await stage.person('alice', { through });
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await bob.untilStocked();
  for (const _ of [1, 2, 3]) {
    await meet(alice, bob);
    await alice.at('leave-chat').click();
    await bob.expectState('peer-disconnected');
  }
  expect(new Set(taken).size).toBe(3);
});
