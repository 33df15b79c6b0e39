/** Several tabs of one account, an open page and a newer server. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/fixtures.js';
import { meet, Person } from './support/person.js';
import { Relay } from './support/relay.js';
import { beginToLook, expectNoFalseWord } from './support/witness.js';

const dist = process.env['DUET_SITE'] ?? fileURLToPath(new URL('../../dist', import.meta.url));

test('of two tabs one is in use: it rings there, the other says so, and "use here" moves everything', async ({
  stage,
}) => {
  const alice = await stage.person('alice', { engine: 'native' });
  const bob = await stage.person('bob', { locale: 'ru' });
  const carol = await stage.person('carol');
  for (const person of [alice, bob, carol]) await person.register();
  await meet(alice, bob);
  for (const { page } of [alice, bob]) await beginToLook(page);

  // It takes nothing without being asked.
  const other = await alice.tab();
  await expect(other.at('connection-state')).toHaveAttribute('data-state', 'replaced');
  await expect(other.page.getByText('You are using Duet in another tab.')).toBeVisible();
  await expect(other.page).toHaveTitle('Duet · Paused here');
  await alice.expectState('secure');
  await bob.say('тут?');
  await expect(bob.message('тут?')).toHaveAttribute('data-status', 'read');

  await other.page.getByRole('button', { name: 'Use Duet here' }).click();
  await other.untilOnline();
  await expect(alice.at('connection-state')).toHaveAttribute('data-state', 'replaced');
  await expect(alice.at('conversation-state')).toHaveText('Paused here');
  await expect(alice.page.getByText('You are using Duet in another tab.')).toBeVisible();
  await bob.expectState('reconnecting');
  await bob.say('ты где?');
  await expect(bob.message('ты где?')).toHaveAttribute('data-status', /^(waiting|sending)$/);
  await carol.call(alice);
  await expect(other.at('incoming-accept')).toBeVisible();
  await expect(alice.at('incoming-accept')).toHaveCount(0);
  await other.at('incoming-decline').click();
  await carol.expectState('declined');

  await alice.page.getByRole('button', { name: 'Use Duet here' }).click();
  await alice.expectState('secure');
  await expect(alice.message('ты где?')).toBeVisible();
  await bob.expectState('secure');
  await expect(bob.message('ты где?')).toHaveAttribute('data-status', 'read');
  await expect(other.at('connection-state')).toHaveAttribute('data-state', 'replaced');

  for (const { page } of [alice, bob]) await expectNoFalseWord(page);

  // A tab that is closed leaves its place to the other one, and one that is loaded again is no other tab.
  await alice.page.close();
  await other.untilOnline();
  await other.page.addInitScript(() => {
    new MutationObserver(() => {
      const replaced = document.querySelector('[data-testid=connection-state][data-state=replaced]');
      if (replaced !== null) document.documentElement.dataset['replaced'] = 'yes';
    }).observe(document, { attributes: true, childList: true, subtree: true });
  });
  await other.reload();
  await other.untilOnline();
  expect(await other.page.evaluate(() => document.documentElement.dataset['replaced'])).toBeUndefined();
});

test('tabs that open in the same moment on plain http stay signed in', async ({ stage }) => {
  const alice = await stage.person('alice', { host: 'duet.test' });
  await alice.register();
  for (const _ of [1, 2]) {
    const tabs = await Promise.all([alice.tab(), alice.tab(), alice.tab()]);
    for (const tab of tabs) {
      await expect(tab.at('unlock-password')).toBeVisible();
      await tab.page.close();
    }
  }
});

test('who of the people one knows is here, and who has gone, is known', async ({ stage }) => {
  const alice = await stage.person('alice', { engine: 'native' });
  const bob = await stage.person('bob', { engine: 'wasm' });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('leave-chat').click();
  const row = alice.at('known-row').locator('[data-presence]');
  await expect(row).toHaveAttribute('data-presence', 'here');
  await bob.page.goto('about:blank');
  await expect(row).toHaveAttribute('data-presence', 'away');
});

test('who calls while the last words are still on their way sees that one leaves, and then calls', async ({
  stage,
}) => {
  const alice = await stage.person('alice', { through: stage.hostile.port });
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  // Nothing of bob's comes through: whether alice's last words arrived is not known.
  stage.hostile.tamper = () => [];
  await alice.say('one more thing');
  // One leaves for two seconds at most, in which a test has to do three things: twenty of its own.
  await alice.hurry(0.1);
  await alice.at('leave-chat').click();
  await alice.expectState('leaving');
  await expect(alice.at('composer-input')).toHaveCount(0);
  await alice.call(bob);
  await alice.expectState('ringing-out');
  // What may not have arrived is still there.
  await expect(alice.message('one more thing')).toHaveAttribute('data-status', 'unconfirmed');
  stage.hostile.tamper = (frame) => [frame];
  await bob.answer();
  await alice.expectState('secure');
});

/** A newer build of the site: without some parts of the one before, and with another page. */
async function deploy(site: string): Promise<void> {
  for (const name of await readdir(join(site, 'assets'))) {
    if (/^(decode|dom|EmojiPicker)-/.test(name)) await rm(join(site, 'assets', name));
  }
  const page = join(site, 'index.html');
  const digest = async () =>
    createHash('sha256')
      .update(await readFile(page))
      .digest('base64');
  const before = await digest();
  await writeFile(page, (await readFile(page, 'utf8')).replace('</body>', '<!-- the next one --></body>'));
  const worker = join(site, 'sw.js');
  const code = (await readFile(worker, 'utf8')).replaceAll(before, await digest());
  // Parts that are gone are in no list; and the version has another name.
  const listed = code.replaceAll(/"?`?\/assets\/(decode|dom|EmojiPicker)-[^:]+:[`"'][^`"']+[`"'],?/g, '');
  await writeFile(worker, listed.replace(/duet-[0-9a-f]{16}/, 'duet-feedfacefeedface'));
}

test('a page that is older than its server goes on whole; the newer one is offered, and never in a conversation', async ({
  browser,
}) => {
  const site = await mkdtemp(join(tmpdir(), 'duet-site-'));
  await cp(dist, site, { recursive: true });
  const relay = await Relay.start({ DUET_SITE: site });
  const open = (name: string, host: string) =>
    Person.open(browser, { name, origin: `http://${host}:${relay.port}`, engine: 'auto' });
  const alice = await open('alice', 'localhost');
  const bob = await open('bob', 'duet.test');
  try {
    await alice.register();
    await bob.register();
    await meet(alice, bob);
    await alice.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await deploy(site);
    await relay.restart();
    await alice.expectState('secure');
    // The page looks for a newer one whenever one turns to it, from a moment after its start on.
    const found = () =>
      alice.page.evaluate(async () => {
        document.dispatchEvent(new Event('visibilitychange'));
        return (await navigator.serviceWorker.ready).waiting !== null;
      });
    await expect.poll(found).toBe(true);
    await expect(alice.at('update-offer')).toHaveCount(0);

    // Alice's browser kept the parts; on plain http there is no service worker, and bob is told.
    const picture = {
      name: 'code.png',
      mimeType: 'image/png',
      buffer: await readFile(join(site, 'icon-192.png')),
    };
    for (const [person, told] of [
      [alice, 'scan-outcome'],
      [bob, 'part-gone'],
    ] as const) {
      await person.at('fingerprint-open').click();
      await person.at('scan-open').click();
      await person.at('scan-picture').setInputFiles(picture);
      await expect(person.at(told)).toBeVisible();
      await person.page.keyboard.press('Escape');
      await person.page.keyboard.press('Escape');
    }
    await alice.say('still here');
    await expect(bob.message('still here')).toBeVisible();

    await alice.at('leave-chat').click();
    await expect(alice.at('update-offer')).toBeVisible();
    await Promise.all([alice.page.waitForEvent('load'), alice.at('update-now').click()]);
    await alice.untilOnline();
    expect(await alice.page.content()).toContain('the next one');

    // Without a server the page still opens, and says what is missing.
    await relay.kill();
    await alice.reload();
    await expect(alice.at('start-trouble')).toHaveAttribute('data-code', 'relay-unreachable');
    await relay.restart();
    await alice.untilOnline();
  } finally {
    for (const person of [alice, bob]) await person.close();
    await relay.stop();
    await rm(site, { recursive: true, force: true });
  }
});
