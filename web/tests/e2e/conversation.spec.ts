import { readFile } from 'node:fs/promises';
import { ready, splitPassword } from '@duet-chat/crypto';
import { expect, sha256, test, testBytes } from './support/fixtures.js';
import { meet, type Person, password } from './support/person.js';

const fileBytes = testBytes(5 * 1024 * 1024, 'five megabytes');
const fileName = 'holiday-pictures-5mb.bin';

/** Everything that a relay must never hold, in every shape in which it could be written down. */
function shapes(secret: string | Uint8Array): Buffer[] {
  const bytes = Buffer.from(secret);
  return [
    bytes,
    Buffer.from(bytes.toString('hex')),
    Buffer.from(bytes.toString('base64url')),
    Buffer.from(bytes.toString('base64')),
  ];
}

async function tenEachWay(alice: Person, bob: Person): Promise<string[]> {
  const said: string[] = [];
  for (let i = 1; i <= 10; i += 1) {
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const text = `${from.name} says number ${i}: привет, ${to.name} \u{1F44B}`;
      await from.say(text);
      await expect(to.message(text)).toBeVisible();
      await expect(from.message(text)).toHaveAttribute('data-status', 'read');
      said.push(text);
    }
  }
  return said;
}

async function sendFile(from: Person, to: Person): Promise<void> {
  await from.attach({ name: fileName, mimeType: 'application/octet-stream', buffer: fileBytes });
  await expect(to.at('transfer')).toHaveAttribute('data-state', 'done');
  await expect(from.at('transfer')).toHaveAttribute('data-state', 'done');
  const [download] = await Promise.all([to.page.waitForEvent('download'), to.at('transfer-save').click()]);
  expect(download.suggestedFilename()).toBe(fileName);
  expect(sha256(await readFile(await download.path()))).toBe(sha256(fileBytes));
}

test('two files that are offered in the same moment both arrive', async ({ stage }) => {
  const [alice, bob] = [await stage.person('alice'), await stage.person('bob')];
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  const file = (name: string) => ({ name, mimeType: 'application/octet-stream', buffer: fileBytes });
  await Promise.all([alice.attach(file('of-alice.bin')), bob.attach(file('of-bob.bin'))]);
  for (const [person, name] of [
    [alice, 'of-bob.bin'],
    [bob, 'of-alice.bin'],
  ] as const) {
    await expect(person.page.locator('[data-testid=transfer][data-state=done]')).toHaveCount(2);
    const [download] = await Promise.all([
      person.page.waitForEvent('download'),
      person.at('transfer-save').click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    expect(sha256(await readFile(await download.path()))).toBe(sha256(fileBytes));
  }
});

const pairs = [
  { title: 'native and native', a: { engine: 'native' }, b: { engine: 'native' } },
  { title: 'wasm and wasm', a: { engine: 'wasm' }, b: { engine: 'wasm' } },
  { title: 'native and wasm', a: { engine: 'native' }, b: { engine: 'wasm' } },
  {
    title: 'localhost and a plain-http origin without crypto.subtle',
    a: { engine: 'auto' },
    b: { engine: 'auto', host: 'duet.test' },
  },
] as const;

for (const pair of pairs) {
  test(`two people, one secret conversation: ${pair.title}`, async ({ stage }) => {
    const alice = await stage.person('alice', pair.a);
    const bob = await stage.person('bob', pair.b);
    expect(await alice.isSecureContext()).toBe(true);
    expect(await bob.isSecureContext()).toBe(!('host' in pair.b));
    await alice.register();
    await bob.register();

    await meet(alice, bob);
    const seenByAlice = await alice.fingerprints();
    const seenByBob = await bob.fingerprints();
    expect(seenByAlice.mine).toBe(seenByBob.theirs);
    expect(seenByAlice.theirs).toBe(seenByBob.mine);
    expect(seenByAlice.mine).not.toBe(seenByAlice.theirs);

    const said = await tenEachWay(alice, bob);
    await sendFile(alice, bob);

    await test.step('the relay kept nothing of it', async () => {
      const remains = await stage.relay.remains();
      expect([...remains.keys()].some((path) => path.endsWith('duet.db'))).toBe(true);
      const confidences = [...alice.confidences, ...bob.confidences];
      // The password, its stand-in, an access token and a refresh token, of each.
      expect(confidences.length).toBeGreaterThanOrEqual(8);
      const secrets: (string | Uint8Array)[] = [
        ...said,
        ...confidences,
        fileName,
        fileBytes.subarray(0, 48),
        fileBytes.subarray(-48),
      ];
      // The keys that wrap the identities at rest, derived here as the browsers derived them.
      await ready();
      for (const person of [alice, bob]) {
        const split = await splitPassword({ realm: 'duet.local', name: person.name, password });
        expect(person.confidences).toContain(split.loginSecret);
        secrets.push(split.vaultSecret);
      }
      for (const [path, bytes] of remains) {
        for (const secret of secrets.flatMap(shapes)) {
          expect(bytes.includes(secret), `${path} holds ${secret.subarray(0, 24).toString()}`).toBe(false);
        }
      }
      // The search itself works: what the relay may know is found.
      expect([...remains.values()].some((bytes) => bytes.includes('alice'))).toBe(true);
    });

    await test.step('one leaves; the other sees it and the history is gone', async () => {
      await alice.at('leave-chat').click();
      await bob.expectState('peer-disconnected');
      await expect(bob.at('message')).toHaveCount(0);
      await expect(alice.at('message')).toHaveCount(0);
    });

    await test.step('a reload keeps the login and the identity', async () => {
      for (const person of [alice, bob]) {
        await person.reload();
        await person.unlockIfAsked();
        await person.untilOnline();
      }
      await meet(bob, alice);
      expect(await bob.fingerprints()).toEqual(seenByBob);
      expect(await alice.fingerprints()).toEqual(seenByAlice);
      await expect(alice.at('message')).toHaveCount(0);
    });
  });
}
