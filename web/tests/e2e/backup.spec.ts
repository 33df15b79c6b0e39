import { makeBackup, openBackup } from './support/backup.js';
import { expect, test } from './support/fixtures.js';
import { meet, password } from './support/person.js';

for (const engine of ['native', 'wasm'] as const) {
  test(`a backup carries the key and the people to another device: ${engine}`, async ({ stage }) => {
    const alice = await stage.person('alice', { engine });
    const bob = await stage.person('bob');
    await alice.register();
    await bob.register();
    await meet(alice, bob);
    await alice.at('fingerprint-open').click();
    await alice.at('twelve-open').click();
    await expect(alice.at('fingerprint-row')).toHaveCount(3);
    for (const row of await alice.at('fingerprint-row').all()) await row.check();
    await alice.at('fingerprint-confirm').click();
    await expect(alice.at('compare-done')).toBeVisible();
    await alice.page.keyboard.press('Escape');
    const before = await alice.fingerprints();
    await alice.at('leave-chat').click();

    const backup = await makeBackup(alice);
    expect(backup.passphrase).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    for (const secret of ['alice', 'bob', backup.passphrase]) {
      expect(backup.file.buffer.includes(secret), secret).toBe(false);
    }

    const laptop = await stage.person('alice', { engine: 'auto' });
    await laptop.login();
    await laptop.at('key-missing-restore').click();
    await openBackup(laptop, { ...backup, passphrase: '00000-00000-00000-00000' });
    await expect(laptop.at('notice')).toHaveAttribute('data-code', 'backup-unreadable');
    // As somebody would type it from paper.
    await openBackup(laptop, {
      ...backup,
      passphrase: `“${backup.passphrase.toLowerCase().replaceAll('-', ' ')}”. `,
    });
    await expect(laptop.at('backup-person')).toHaveCount(1);
    await expect(laptop.at('backup-person')).toContainText('bob');
    await laptop.at('backup-restore-password').fill(password);
    await laptop.at('backup-restore').click();
    await laptop.untilOnline();

    // The same key, so that bob is not warned; and bob is compared already.
    await meet(laptop, bob);
    expect(await laptop.fingerprints()).toEqual(before);
    await expect(laptop.at('trust-badge')).toHaveAttribute('data-trust', 'compared');
    await laptop.say('from the new device');
    await expect(bob.message('from the new device')).toBeVisible();
  });
}

test('people of a backup come to the account that is in use; somebody else’s backup does not', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('leave-chat').click();
  const backup = await makeBackup(alice);

  await alice.at('open-restore').click();
  await openBackup(alice, backup);
  await expect(alice.at('backup-person')).toContainText('known with this key');
  await alice.at('backup-restore').click();
  await expect(alice.at('backup-restored')).toBeVisible();

  await bob.at('settings-open').click();
  await expect(bob.at('people')).toContainText('alice');
  await bob.at('open-restore').click();
  await openBackup(bob, backup);
  await expect(bob.at('notice')).toHaveAttribute('data-code', 'backup-other-account');
});

test('a key that nothing can copy is replaced, with the old key’s signature', async ({ stage }) => {
  const alice = await stage.person('alice', { engine: 'native' });
  await alice.register();
  // As a version kept it that made no wrapped copies.
  await alice.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('duet');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const transaction = database.transaction('identities', 'readwrite');
          const store = transaction.objectStore('identities');
          const reading = store.getAll();
          reading.onsuccess = () => {
            for (const record of reading.result) {
              delete record.stored.envelope;
              store.put(record);
            }
          };
          transaction.oncomplete = () => {
            database.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
  );
  await alice.reload();
  await alice.untilOnline();
  await alice.at('settings-open').click();
  await alice.at('open-make-backup').click();
  await alice.at('backup-password').fill(password);
  await alice.at('backup-make').click();
  await alice.at('backup-new-key-understood').check();
  await alice.at('backup-new-key').click();
  await expect.poll(() => stage.relay.log().includes('"proof":"Signed"')).toBe(true);
  await alice.untilOnline();
  await expect(alice.at('make-backup-page')).toBeHidden();
});
