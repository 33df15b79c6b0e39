import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './support/fixtures.js';
import { meet } from './support/person.js';

test.use({ relaySettings: { DUET_TLS_SELF_SIGNED: 'true' } });

test('on a network at home, with a certificate that the relay made, two people have Web Crypto', async ({
  stage,
}) => {
  const certificate = new X509Certificate(
    await readFile(join(stage.relay.folder, 'duet.tls-certificate.pem')),
  );
  // What people compare with what their browser shows.
  expect(stage.relay.log()).toContain(certificate.fingerprint256);

  const at = { host: 'duet.test', secure: true, engine: 'auto' } as const;
  const [alice, bob] = [await stage.person('alice', at), await stage.person('bob', at)];
  for (const person of [alice, bob]) {
    expect(await person.isSecureContext()).toBe(true);
    await expect(person.at('insecure-banner')).toHaveCount(0);
    await person.register();
  }
  const cookies = await alice.context.cookies();
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie.name).toMatch(/^__Host-duet_/);
    expect([cookie.secure, cookie.httpOnly, cookie.sameSite]).toEqual([true, true, 'Strict']);
  }
  await meet(alice, bob);
  await alice.say('over the relay’s own TLS');
  await expect(bob.message('over the relay’s own TLS')).toBeVisible();
  await bob.say('and back');
  await expect(bob.message('and back')).toHaveAttribute('data-status', 'read');
  await alice.at('settings-open').click();
  const agreement = alice.at('engine-table').locator('[data-operation="x25519"]');
  await expect(agreement).toHaveAttribute('data-engine', 'native');
  await alice.page.keyboard.press('Escape');

  // Whoever types the address without https is led on.
  await bob.page.goto(`http://duet.test:${stage.relay.port}/`);
  await expect(bob.page).toHaveURL(`https://duet.test:${stage.relay.port}/`);
});
