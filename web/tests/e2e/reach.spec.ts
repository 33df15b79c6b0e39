import { expect, test } from './support/fixtures.js';
import { meet } from './support/person.js';

test('somebody who is blocked from the chat sees nobody there, until that is taken back', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  await alice.at('fingerprint-open').click();
  await alice.at('block-open').click();
  await alice.at('block-confirm').click();
  await expect(alice.at('conversation-state')).toHaveCount(0);
  await bob.expectState('peer-disconnected');

  await bob.at('leave-chat').click();
  await bob.call(alice);
  await expect(bob.notice('not-reachable')).toBeVisible();
  await expect(alice.at('incoming-accept')).toHaveCount(0);

  await alice.at('settings-open').click();
  await alice.at('reach-blocked').getByRole('button', { name: 'Unblock bob' }).click();
  await expect(alice.at('reach-blocked').getByRole('button', { name: 'Unblock bob' })).toHaveCount(0);
  await meet(bob, alice);
});

test('whom somebody knows may call, a stranger may not, and whoever is called can answer', async ({
  stage,
}) => {
  const [alice, bob, carol] = [
    await stage.person('alice'),
    await stage.person('bob', { locale: 'ru' }),
    await stage.person('carol'),
  ];
  for (const person of [alice, bob, carol]) await person.register();
  await meet(alice, bob);
  await alice.at('leave-chat').click();
  await bob.at('leave-chat').click();
  await alice.lets(/People I know/);
  await carol.call(alice);
  await expect(carol.notice('not-reachable')).toBeVisible();
  await meet(bob, alice);
  await alice.at('leave-chat').click();

  // She turns to carol herself, who can answer, and is known from then on.
  await meet(alice, carol);
  await carol.say('hello');
  await expect(alice.message('hello')).toBeVisible();
  await alice.at('leave-chat').click();
  await carol.at('leave-chat').click();
  await meet(carol, alice);
});
