import { expect, test } from './support/fixtures.js';
import type { Person } from './support/person.js';

async function invite(person: Person): Promise<string> {
  await person.at('invite-open').click();
  return (await person.at('invite-link').textContent()) ?? '';
}

test('a link leads somebody without an account through registration to the chat, and its key is known', async ({
  stage,
}) => {
  const alice = await stage.person('alice');
  await alice.register();
  const link = await invite(alice);
  expect(new URL(link).hash).toContain('alice');

  const bob = await stage.person('bob', { locale: 'ru' });
  const asked: string[] = [];
  bob.page.on('request', (request) => asked.push(request.url()));
  await bob.page.goto(link);
  await bob.reload();
  await expect(bob.at('invited-note')).toContainText('alice');
  // It is not left in the address, where somebody could read it over a shoulder or in the history.
  expect(bob.page.url()).not.toContain('invite');
  await bob.at('sign-in-name').fill('bob');
  await bob.at('sign-in-password').fill('correct horse battery staple');
  await bob.at('sign-in-submit').click();
  await bob.at('invited-call').click();
  await alice.answer();
  await bob.expectState('secure');
  await expect(bob.at('trust-badge')).toHaveAttribute('data-trust', 'link');
  await expect(alice.at('trust-badge')).toHaveAttribute('data-trust', 'first-use');
  await bob.say('привет');
  await expect(alice.message('привет')).toBeVisible();
  const token = new URL(link).hash.split('.')[2] ?? 'none';
  expect(asked.filter((url) => url.includes(token))).toEqual([]);
  await bob.reload();
  await bob.unlockIfAsked();
  await expect(bob.at('invited')).toHaveCount(0);
});

test('a guest gets through where nobody else does', async ({ stage }) => {
  const [alice, bob] = [await stage.person('alice'), await stage.person('bob')];
  await alice.register();
  await bob.register();
  await alice.lets(/Only those on my list/);
  await bob.call(alice);
  await expect(bob.notice('not-reachable')).toBeVisible();
  const link = await invite(alice);
  await bob.page.goto(link);
  await bob.unlockIfAsked();
  await bob.at('invited-call').click();
  await alice.answer();
  await bob.expectState('secure');
});
