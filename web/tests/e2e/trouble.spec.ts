import { expect, test, testBytes } from './support/fixtures.js';
import { meet, password } from './support/person.js';

test('a wrong password and a taken name are told apart from each other and from the rest', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  await alice.register();

  const impostor = await stage.person('alice');
  await impostor.login('not the password at all');
  await expect(impostor.at('notice')).toHaveAttribute('data-code', 'wrong-credentials');

  await impostor.at('tab-register').click();
  await impostor.at('sign-in-name').fill('alice');
  await impostor.at('sign-in-password').fill(password);
  await impostor.at('sign-in-submit').click();
  await expect(impostor.at('notice')).toHaveAttribute('data-code', 'name-taken');
});

test('a peer who is away is offline, and coming back makes them reachable', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await bob.page.goto('about:blank');
  await alice.call(bob);
  await alice.expectState('peer-offline');
  await expect(alice.at('composer-input')).toHaveCount(0);
  // Whoever is waited for is announced, once, and called with one press.
  await alice.at('await-person').click();
  await expect(alice.at('awaiting')).toContainText('You are waiting for bob');
  await bob.page.goto(bob.origin);
  await bob.unlockIfAsked();
  await bob.untilOnline();
  await expect(alice.at('arrived')).toContainText('bob is here');
  await alice.at('arrived-call').click();
  await expect(alice.at('arrived')).toHaveCount(0);
  await expect(alice.at('awaiting')).toHaveCount(0);
  await bob.answer();
  await alice.expectState('secure');
});

test('whom the operator locks out is told so in their words, and goes on once it is over', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  const boris = await stage.person('boris', { locale: 'ru' });
  await alice.register();
  await boris.register();
  await stage.relay.admin('lock', 'alice');
  await stage.relay.admin('ban', 'boris');
  const told = (person: typeof alice) =>
    person.page.locator('[data-testid="notice"][data-code="account-locked"]').first();
  await expect(told(alice)).toContainText('Whoever runs this server has closed it');
  await alice.page.reload();
  await expect(told(alice)).toBeVisible();
  // Whose logins have ended is told at the next one.
  await expect(boris.at('sign-in-name')).toBeVisible();
  await boris.login();
  await expect(told(boris)).toContainText('Его закрыл тот, кто ведёт этот сервер');

  await stage.relay.admin('unlock', 'alice');
  await alice.page.reload();
  await alice.unlockIfAsked();
  await alice.untilOnline();

  await stage.relay.admin('registration', 'closed');
  const carol = await stage.person('carol');
  await carol.at('tab-register').click();
  await carol.at('sign-in-name').fill('carol');
  await carol.at('sign-in-password').fill(password);
  await carol.at('sign-in-submit').click();
  await expect(carol.at('notice')).toHaveAttribute('data-code', 'registration-closed');
});

test('who closes the tab has said goodbye', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await bob.say('see you');
  // Nothing else is to be done: what is said as a page goes is said if its worker still gets to it.
  await expect(bob.message('see you')).toHaveAttribute('data-status', 'read');
  await bob.page.goto('about:blank');
  await alice.expectState('peer-disconnected');
  await expect(alice.page.getByText('without a goodbye')).toHaveCount(0);
});

test('a file over the limit is refused before a byte leaves', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('[data-testid="attach-input"]');
    if (input === null) throw new Error('no file input');
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(50 * 1024 * 1024 + 1)], 'too-large.bin'));
    input.files = files.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect(alice.at('intake-hint')).toContainText('too-large.bin');
  await expect(alice.at('send-dialog')).toHaveCount(0);
  await expect(bob.at('transfer')).toHaveCount(0);
});

test('either side can cancel a file, and both see it', async ({ stage }) => {
  const through = stage.hostile.port;
  const alice = await stage.person('alice', { through });
  const bob = await stage.person('bob', { through });
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  // The relay swallows the file's frames, so that the transfer stands still while the person decides.
  stage.hostile.tamper = (frame, type) => (type === 0x12 ? [] : [frame]);
  const buffer = testBytes(4 * 1024 * 1024, 'cancelled');
  await alice.attach({ name: 'first.bin', mimeType: 'application/octet-stream', buffer });
  await bob.at('transfer-cancel').click();
  await expect(bob.at('transfer').first()).toHaveAttribute('data-state', 'cancelled-by-me');
  await expect(alice.at('transfer').first()).toHaveAttribute('data-state', 'cancelled-by-peer');

  await alice.attach({ name: 'second.bin', mimeType: 'application/octet-stream', buffer });
  await expect(bob.at('transfer')).toHaveCount(2);
  await alice.at('transfer-cancel').click();
  await expect(alice.at('transfer').nth(1)).toHaveAttribute('data-state', 'cancelled-by-me');
  await expect(bob.at('transfer').nth(1)).toHaveAttribute('data-state', 'cancelled-by-peer');
});

test('logging out keeps the identity on the device', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  const before = await alice.fingerprints();
  await alice.at('leave-chat').click();
  await alice.at('settings-open').click();
  await alice.at('logout').click();
  await expect(alice.at('sign-in-name')).toBeVisible();
  await alice.login();
  await alice.untilOnline();
  await meet(alice, bob);
  expect(await alice.fingerprints()).toEqual(before);
});
