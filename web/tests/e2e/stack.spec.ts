import { expect, test } from '@playwright/test';
import { meet, Person } from './support/person.js';

const origin = process.env['STACK_URL'] ?? '';
test.skip(origin === '', 'runs in `make test-stack`, which starts nginx, PostgreSQL and the rest');
// The stack's certificate is its own.
test.use({ ignoreHTTPSErrors: true });

test('two people talk through nginx, with TLS', async ({ browser }) => {
  const open = (name: string) => Person.open(browser, { name, origin, engine: 'auto', locale: 'en' });
  const people = [await open('alice'), await open('bob')] as const;
  const [alice, bob] = people;
  try {
    for (const person of people) await person.register();
    await meet(alice, bob);
    await alice.say('through nginx');
    await expect(bob.message('through nginx')).toBeVisible();
    expect(await alice.isSecureContext()).toBe(true);
  } finally {
    for (const person of people) await person.close();
  }
});
