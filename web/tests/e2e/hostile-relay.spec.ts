import { readFile } from 'node:fs/promises';
import { expect, sha256, test, testBytes } from './support/fixtures.js';
import { flipBit, payloadType, replayed } from './support/hostile-relay.js';
import { meet, type Person } from './support/person.js';

/** Two people whose every frame goes through the hostile relay. */
async function pair(stage: Parameters<Parameters<typeof test>[2]>[0]['stage']): Promise<[Person, Person]> {
  const through = stage.hostile.port;
  const alice = await stage.person('alice', { through, engine: 'native' });
  const bob = await stage.person('bob', { through, engine: 'wasm' });
  await alice.register();
  await bob.register();
  return [alice, bob];
}

test('a flipped bit in a message is refused, nothing of it is shown, and the message comes again', async ({
  stage,
}) => {
  const [alice, bob] = await pair(stage);
  await meet(alice, bob);
  await alice.say('before');
  await expect(alice.message('before')).toHaveAttribute('data-status', 'read');

  // Every message from here on, whoever sends it: a text and a typing notice look alike from outside.
  let flipped = 0;
  stage.hostile.tamper = (frame, type) => {
    if (type !== payloadType.message) return [frame];
    flipped += 1;
    return [flipBit(frame, 40)];
  };
  await alice.say('this one is damaged on its way');
  await expect(bob.at('refused-warning')).toBeVisible();
  await expect.poll(() => flipped).toBeGreaterThanOrEqual(2);
  await expect(alice.message('this one is damaged on its way')).toHaveAttribute('data-status', 'sending');
  stage.hostile.tamper = (frame) => [frame];

  // The session is not poisoned: the next message arrives, and the damaged one comes again by itself, once.
  await alice.say('after');
  await expect(bob.message('after')).toBeVisible();
  await expect(bob.message('this one is damaged on its way')).toBeVisible();
  await expect(alice.message('this one is damaged on its way')).toHaveAttribute('data-status', 'read');
  await expect(bob.at('message')).toHaveCount(3);
});

test('a replayed message is shown once, and nobody is alarmed: an honest client repeats itself too', async ({
  stage,
}) => {
  const [alice, bob] = await pair(stage);
  await meet(alice, bob);
  let repeated = 0;
  stage.hostile.tamper = (frame, type) => {
    if (type !== payloadType.message) return [frame];
    // Every one: whatever of it is a text and whatever a notice.
    repeated += 1;
    return [frame, replayed(frame)];
  };
  await alice.say('only once');
  await alice.say('after');
  await expect(bob.message('after')).toBeVisible();
  expect(repeated).toBeGreaterThan(1);
  await expect(bob.message('only once')).toHaveCount(1);
  await expect(bob.at('refused-warning')).toHaveCount(0);
});

test('a key swapped in the directory blocks the chat and shows both fingerprints', async ({ stage }) => {
  const [alice, bob] = await pair(stage);
  await meet(alice, bob);
  const { theirs } = await alice.fingerprints();
  await alice.at('leave-chat').click();
  await bob.expectState('peer-disconnected');

  // The base point: a valid key that is nobody's here.
  const another = Buffer.from(`58${'66'.repeat(31)}`, 'hex').toString('base64url');
  let swapped = 0;
  stage.hostile.rewrite = (path, body) => {
    if (!/\/api\/identity\/users\/[^/]+\/key$/.test(path)) return body;
    swapped += 1;
    return JSON.stringify({ ...JSON.parse(body), identityKey: another });
  };
  await alice.call(bob);
  await alice.expectState('blocked-key-changed');
  expect(swapped).toBeGreaterThan(0);
  await expect(alice.at('composer-input')).toHaveCount(0);
  await expect(alice.at('fingerprint-pinned-emoji')).toHaveText(new RegExp(theirs.split(' ')[0] ?? 'never'));
  await expect(bob.at('incoming-accept')).toHaveCount(0);
});

test('an altered handshake never becomes a session', async ({ stage }) => {
  const [alice, bob] = await pair(stage);
  stage.hostile.tamper = (frame, type) => (type === payloadType.accept ? [flipBit(frame, 20)] : [frame]);
  await alice.call(bob);
  await bob.answer();
  await alice.expectState('failed');
  await expect(bob.at('conversation-state')).not.toHaveAttribute('data-state', 'secure');
  await expect(alice.at('message')).toHaveCount(0);
});

for (const [title, cut] of [
  ['a truncated frame', (frame: Buffer) => [frame.subarray(0, frame.length - 16)]],
  ['a flipped bit', (frame: Buffer) => [flipBit(frame, 5000)]],
] as const) {
  test(`of a file with ${title} nothing is kept but what is right: the frame comes again`, async ({
    stage,
  }) => {
    const [alice, bob] = await pair(stage);
    await meet(alice, bob);
    let chunks = 0;
    stage.hostile.tamper = (frame, type) => {
      if (type !== payloadType.chunk) return [frame];
      chunks += 1;
      return chunks === 2 ? cut(frame) : [frame];
    };
    const buffer = testBytes(3 * 1024 * 1024, 'report');
    await alice.attach({ name: 'report.pdf', mimeType: 'application/pdf', buffer });
    await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
    await expect(alice.at('transfer')).toHaveAttribute('data-state', 'done');
    const [download] = await Promise.all([
      bob.page.waitForEvent('download'),
      bob.at('transfer-save').click(),
    ]);
    expect(sha256(await readFile(await download.path()))).toBe(sha256(buffer));
  });
}
