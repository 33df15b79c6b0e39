import { makeBackup, openBackup } from './support/backup.js';
import { expect, type Stage, test } from './support/fixtures.js';
import { type Engine, meet, type Person, password } from './support/person.js';

const changed = 'another horse entirely';

/** The key of a person comes to another browser by a backup, as they would bring it. */
async function secondDevice(stage: Stage, of: Person, engine: Engine): Promise<Person> {
  const backup = await makeBackup(of);
  const other = await stage.person(of.name, { engine });
  await other.login();
  await other.at('key-missing-restore').click();
  await openBackup(other, backup);
  await other.at('backup-restore-password').fill(password);
  await other.at('backup-restore').click();
  await other.untilOnline();
  return other;
}

async function changePassword(person: Person): Promise<void> {
  await person.at('open-change-password').click();
  await person.at('password-now').fill(password);
  await person.at('password-next').fill(changed);
  await person.at('password-submit').click();
  await expect(person.at('password-changed')).toBeVisible();
}

for (const engine of ['native', 'wasm'] as const) {
  test(`a changed password signs the other device out, which asks once for the one before: ${engine}`, async ({
    stage,
  }) => {
    const laptop = await stage.person('alice', { engine });
    await laptop.register();
    const phone = await secondDevice(stage, laptop, engine);
    await changePassword(laptop);
    await expect(phone.at('tab-login')).toBeVisible();

    await phone.login(password);
    await expect(phone.notice('wrong-credentials')).toBeVisible();
    await phone.login(changed);
    await phone.at('earlier-password').fill('not this one');
    await phone.at('earlier-submit').click();
    await expect(phone.notice('key-wrong-password')).toBeVisible();
    await phone.at('earlier-password').fill(password);
    await phone.at('earlier-submit').click();
    await phone.untilOnline();

    // Once: the next time the new one is enough, and it makes a backup.
    await phone.at('settings-open').click();
    await phone.at('logout').click();
    await phone.login(changed);
    await phone.untilOnline();
    await phone.at('settings-open').click();
    await phone.at('open-make-backup').click();
    await phone.at('backup-password').fill(changed);
    await phone.at('backup-make').click();
    await expect(phone.at('backup-passphrase')).toBeVisible();
  });
}

test('the list of logins names both devices, and ends the one that was lost', async ({ stage }) => {
  const laptop = await stage.person('alice');
  await laptop.register();
  const phone = await secondDevice(stage, laptop, 'auto');
  await laptop.reload();
  await laptop.unlockIfAsked();
  await laptop.untilOnline();
  await laptop.at('settings-open').click();
  await expect(laptop.at('login-here')).toContainText('Chrome');
  await expect(laptop.at('login-other')).toHaveCount(1);
  await laptop.at('login-end').click();
  await expect(laptop.at('login-other')).toHaveCount(0);
  // The line was the laptop's, so the phone learns of it when it is next used.
  await phone.reload();
  await expect(phone.at('tab-login')).toBeVisible();

  await phone.login();
  await phone.untilOnline();
  await phone.at('settings-open').click();
  await phone.at('login-end-others').click();
  await expect(phone.at('login-other')).toHaveCount(0);
  await laptop.reload();
  await expect(laptop.at('tab-login')).toBeVisible();
  await phone.at('login-end-all').click();
  await expect(phone.at('tab-login')).toBeVisible();
  await phone.reload();
  await expect(phone.at('tab-login')).toBeVisible();
});

test('a deleted account is gone for both, and its name is nobody’s', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('settings-open').click();
  await alice.at('open-delete-account').click();
  await alice.at('delete-understood').check();
  await alice.at('delete-password').fill('not this one');
  await alice.at('delete-submit').click();
  await expect(alice.notice('password-wrong')).toBeVisible();
  await alice.at('delete-password').fill(password);
  await alice.at('delete-submit').click();
  await expect(alice.at('tab-login')).toBeVisible();
  await expect(bob.at('conversation-state')).not.toHaveAttribute('data-state', 'secure');
  await bob.at('search-input').fill('alice');
  await expect(bob.page.getByText('Nobody’s name starts with')).toBeVisible();
  await expect(bob.page.getByRole('button', { name: /alice/ }).and(bob.at('search-result'))).toHaveCount(0);

  await alice.login();
  await expect(alice.notice('wrong-credentials')).toBeVisible();
  await alice.at('tab-register').click();
  await alice.at('sign-in-submit').click();
  await expect(alice.notice('name-taken')).toBeVisible();
});

/** The server does not say what it is before `answer` is called. */
async function slowStart({ page }: Person): Promise<{ asked: Promise<unknown>; answer: () => void }> {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const asked = page.waitForRequest('**/api/config');
  await page.route(
    '**/api/config',
    async (route) => {
      await answered;
      await route.continue();
    },
    { times: 1 },
  );
  return { asked, answer };
}

test('whoever is new begins at once, before the server has answered; whoever was signed in is not asked', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  const first = await slowStart(alice);
  await alice.page.reload();
  await alice.at('tab-register').click();
  await alice.at('sign-in-name').fill(alice.name);
  await alice.at('sign-in-password').fill(password);
  await alice.at('sign-in-submit').click();
  await first.asked;
  await expect(alice.at('sign-in-submit')).toBeDisabled();
  first.answer();
  await alice.untilOnline();

  const second = await slowStart(alice);
  await alice.page.reload();
  await second.asked;
  await expect(alice.page.getByRole('status')).toHaveText('One moment…');
  await expect(alice.at('sign-in-name')).toHaveCount(0);
  second.answer();
  await alice.unlockIfAsked();
  await alice.untilOnline();
});
