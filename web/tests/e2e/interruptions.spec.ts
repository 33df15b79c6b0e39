/** Lines that break while people talk: nothing ends by it. */
import { readFile } from 'node:fs/promises';
import { expect, sha256, test, testBytes } from './support/fixtures.js';
import { payloadType } from './support/hostile-relay.js';
import { meet, type Person } from './support/person.js';

const file = (name: string, megabytes: number) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: testBytes(megabytes * 1024 * 1024, name),
});

/** What the peer said, in the order in which it is shown. */
const heard = (person: Person) => person.page.locator('[data-testid=message][data-mine=false]');

test('a relay that restarts in the middle of ten texts each way: nothing is lost, nothing twice, nobody is warned', async ({
  stage,
}) => {
  const alice = await stage.person('alice', { engine: 'native' });
  const bob = await stage.person('bob', { engine: 'wasm' });
  // Everything is in view: the list draws no more than that.
  for (const { page } of [alice, bob]) await page.setViewportSize({ width: 1100, height: 2600 });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  let restarted = Promise.resolve();
  const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
  for (const number of numbers) {
    if (number === 4) restarted = stage.relay.restart();
    await alice.say(`alice says ${number}`);
    await bob.say(`bob says ${number}`);
  }
  await restarted;
  for (const [person, name] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    await expect(heard(person)).toHaveText(
      numbers.map((number) => new RegExp(`${name} says ${number}(?!\\d)`)),
    );
    await person.expectState('secure');
    await expect(person.at('refused-warning')).toHaveCount(0);
    await expect(person.page.locator('[data-testid=message][data-mine=true]')).toHaveCount(numbers.length);
  }
  await expect(alice.message('alice says 10')).toHaveAttribute('data-status', 'read');
});

test('a file goes on from what it had when the line breaks, and what is written meanwhile waits', async ({
  stage,
}) => {
  const through = stage.hostile.port;
  const alice = await stage.person('alice', { through });
  const bob = await stage.person('bob', { through });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  let chunks = 0;
  stage.hostile.tamper = (frame, type) => {
    if (type === payloadType.chunk && ++chunks === 5) stage.hostile.cut();
    return [frame];
  };
  const sent = file('interrupted.bin', 12);
  await alice.attach(sent);
  await expect.poll(() => chunks).toBeGreaterThanOrEqual(5);
  await alice.say('still here?');
  await expect(bob.message('still here?')).toBeVisible();
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'done');
  const [download] = await Promise.all([bob.page.waitForEvent('download'), bob.at('transfer-save').click()]);
  expect(sha256(await readFile(await download.path()))).toBe(sha256(sent.buffer));
  await alice.expectState('secure');
  for (const person of [alice, bob]) await expect(person.at('refused-warning')).toHaveCount(0);
});

test('a text does not wait behind a file of 10 MB', async ({ stage }) => {
  // A slow line leads there, so that the file is not over before a hand has written anything.
  const alice = await stage.person('alice', { through: stage.line.port });
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  stage.line.uplink = 4_000_000;
  // What passes on the way to the relay, in order.
  const passed: number[] = [];
  stage.hostile.watch = (frame, to) => {
    if (to === 'relay' && frame[1] === 0x43) passed.push(frame[67] ?? 0);
  };
  await alice.attach(file('large.bin', 10));
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'transferring');
  await alice.say('meanwhile');
  await expect(bob.message('meanwhile')).toBeVisible();
  stage.line.uplink = null;
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
  const last = (type: number) => passed.lastIndexOf(type);
  expect(passed.indexOf(payloadType.message, passed.indexOf(payloadType.chunk))).toBeGreaterThan(0);
  expect(passed.indexOf(payloadType.message, passed.indexOf(payloadType.chunk))).toBeLessThan(
    last(payloadType.chunk),
  );
});

test('three hundred texts in ten seconds: none is lost or given back, and which of them wait is seen', async ({
  stage,
}) => {
  // The relay lets ten frames a second pass, and a busy machine fewer.
  const slowly = { timeout: 300_000 };
  test.setTimeout(900_000);
  const [alice, bob] = [await stage.person('alice'), await stage.person('bob')];
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('composer-input').click();
  await alice.page.evaluate(async () => {
    const field = document.querySelector<HTMLTextAreaElement>('[data-testid="composer-input"]');
    if (field === null) throw new Error('nothing can be written');
    // As React hears a key: the setter of the element, and the event.
    const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value') ?? {};
    for (let number = 1; number <= 300; number += 1) {
      set?.call(field, `text ${number}`);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((next) => setTimeout(next, 33));
      document.querySelector<HTMLElement>('[data-testid="composer-send"]')?.click();
      await new Promise((next) => setTimeout(next));
    }
  });
  await expect(alice.message('text 300')).toBeVisible();
  await expect(alice.at('composer-input')).toHaveValue('');
  await expect(alice.at('notice')).toHaveCount(0);
  await expect(bob.message('text 300')).toBeVisible(slowly);
  for (const { page } of [alice, bob]) {
    await expect(page.locator('[aria-posinset="300"][aria-setsize="300"]')).toHaveCount(1);
  }
  await expect(alice.message('text 300')).toHaveAttribute('data-status', 'read');
});

test('whoever chose so loses the conversation with the line, and is shown first what may not have arrived', async ({
  stage,
}) => {
  const through = stage.hostile.port;
  const [alice, bob] = [await stage.person('alice', { through }), await stage.person('bob', { through })];
  await alice.register();
  await bob.register();
  await alice.at('settings-open').click();
  await alice.at('settings-erase-on-drop').check();
  // It is kept on this device, and holds after a reload.
  await alice.reload();
  await alice.unlockIfAsked();
  await alice.untilOnline();
  await meet(alice, bob);
  await alice.say('arrived');
  await expect(alice.message('arrived')).toHaveAttribute('data-status', 'read');
  stage.hostile.tamper = (frame, type) => (type === payloadType.message ? [] : [frame]);
  await alice.say('perhaps');
  await stage.relay.kill();
  await alice.expectState('line-dropped');
  await expect(alice.at('message')).toHaveCount(1);
  await expect(alice.message('perhaps')).toHaveAttribute('data-status', /^(unconfirmed|not-delivered)$/);
  await expect(alice.at('composer-input')).toHaveCount(0);
  await bob.expectState('reconnecting');
  stage.hostile.tamper = (frame) => [frame];
  await stage.relay.restart();
  await bob.expectState('peer-disconnected');
  await expect(bob.at('message')).toHaveCount(0);
  await alice.at('settings-open').click();
  await expect(alice.at('settings-erase-on-drop')).toBeChecked();
});

test('a third person’s call rings beside a conversation, and both go on', async ({ stage }) => {
  const [alice, bob, carol] = [
    await stage.person('alice'),
    await stage.person('bob'),
    await stage.person('carol'),
  ];
  for (const person of [alice, bob, carol]) await person.register();
  await meet(alice, bob);
  await carol.call(bob);
  await bob.expectState('secure');
  await bob.answer();
  await carol.expectState('secure');
  await expect(bob.at('conversation-row')).toHaveCount(2);
  await alice.say('are you still there?');
  await carol.say('hello');
  await expect(bob.message('hello')).toBeVisible();
  await expect(bob.message('are you still there?')).toHaveCount(0);
  await bob.at('conversation-row').filter({ hasText: 'alice' }).click();
  await expect(bob.message('are you still there?')).toBeVisible();
  await bob.say('yes');
  await expect(alice.message('yes')).toBeVisible();
  await expect(carol.message('yes')).toHaveCount(0);
  await expect(bob.message('yes')).toHaveAttribute('data-status', 'read');
  await bob.at('leave-chat').click();
  await alice.expectState('peer-disconnected');
  await carol.expectState('secure');
});
