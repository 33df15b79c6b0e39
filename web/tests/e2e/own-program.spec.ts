import { expect, test } from './support/fixtures.js';
import { OwnProgram } from './support/own-program.js';
import { meet } from './support/person.js';

test('somebody whose messenger comes out of a program of their own talks with somebody at the relay’s', async ({
  stage,
}) => {
  const program = await OwnProgram.start(`http://localhost:${stage.relay.port}`);
  try {
    const alice = await stage.person('alice', { through: program.port });
    const bob = await stage.person('bob');
    await alice.register();
    await bob.register();
    await meet(alice, bob);
    await alice.say('from my own program');
    await expect(bob.message('from my own program')).toBeVisible();
    await bob.say('and back');
    await expect(alice.message('and back')).toBeVisible();
    // The cookie of the login went both ways: a reload finds it.
    await alice.reload();
    await alice.unlockIfAsked();
    await alice.untilOnline();
    expect([...alice.problems, ...bob.problems]).toEqual([]);
  } finally {
    await program.stop();
  }
});

test('the documents can be read and searched at the relay, under its policy', async ({ stage, page }) => {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  await page.goto(`http://localhost:${stage.relay.port}/docs`);
  await expect(page.getByRole('heading', { level: 1, name: 'Duet' })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Search the documents' }).fill('signing keys');
  await page.getByRole('link', { name: 'Signing keys', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Signing keys', exact: true })).toBeInViewport();
  await page.getByRole('navigation', { name: 'Documents' }).getByText('Developers').click();
  await page.getByRole('link', { name: 'Reference of the package' }).click();
  await page.getByRole('link', { name: '@duet-chat/crypto/relay' }).click();
  await expect(page.getByRole('heading', { level: 1, name: '@duet-chat/crypto/relay' })).toBeVisible();
  expect(problems).toEqual([]);
});
