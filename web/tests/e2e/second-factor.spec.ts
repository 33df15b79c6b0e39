import { createHmac } from 'node:crypto';
import { expect, test } from './support/fixtures.js';
import { type Person, password } from './support/person.js';

const STEP = 30_000;

/** RFC 6238 with what apps use: HMAC-SHA-1, six digits, 30 seconds. */
function codeOf(secret: string, at: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const open = async (person: Person) => {
  await person.at('settings-open').click();
  await person.at('open-second-factor').click();
};

const prove = async (person: Person, secret = password) => {
  await person.at('second-factor-password').fill(secret);
  await person.at('second-factor-submit').click();
};

const signOut = async (person: Person) => {
  await person.at('settings-open').click();
  await person.at('logout').click();
};

/** The codes that are shown, kept. */
async function keep(person: Person): Promise<readonly string[]> {
  const shown = person.at('recovery-codes').locator('li');
  await expect(shown).toHaveCount(10);
  const codes = await shown.allTextContents();
  await person.at('codes-kept').check();
  await person.at('codes-done').click();
  return codes;
}

const show = async (person: Person, code: string) => {
  await person.at('second-code').fill(code);
  await person.at('second-submit').click();
};

test('codes of an app: set up, asked for, a recovery code in their place, turned off', async ({ stage }) => {
  const alice = await stage.person('alice');
  await alice.register();
  await open(alice);
  await expect(alice.at('second-factor-off')).toBeVisible();
  await alice.at('totp-set-up').click();
  await prove(alice, 'not this one');
  await expect(alice.notice('password-wrong')).toBeVisible();
  await prove(alice);
  const secret = ((await alice.at('totp-secret').textContent()) ?? '').replaceAll(' ', '');
  await alice.at('totp-code').fill('12345');
  await alice.at('totp-submit').click();
  await expect(alice.notice('second-factor-wrong')).toBeVisible();
  // A code is good once, and for the steps around its own: now this one, later the next, however slow the machine is.
  await alice.at('totp-code').fill(codeOf(secret, Date.now()));
  await alice.at('totp-submit').click();
  const codes = await keep(alice);
  await expect(alice.at('codes-row')).toContainText('10');
  await alice.page.keyboard.press('Escape');
  await alice.page.keyboard.press('Escape');

  await signOut(alice);
  await alice.login();
  await show(alice, '12345');
  await expect(alice.notice('second-factor-wrong')).toBeVisible();
  await show(alice, codeOf(secret, Date.now() + STEP));
  await alice.untilOnline();

  await signOut(alice);
  await alice.login();
  await alice.at('second-leave').click();
  await expect(alice.at('tab-login')).toBeVisible();
  await alice.login();
  await alice.at('second-by-recovery').click();
  await show(alice, (codes[4] ?? '').toUpperCase());
  await alice.untilOnline();

  await open(alice);
  await expect(alice.at('codes-row')).toContainText('9');
  await alice.at('totp-turn-off').click();
  await prove(alice);
  await expect(alice.at('second-factor-off')).toBeVisible();
  await alice.page.keyboard.press('Escape');
  await alice.page.keyboard.press('Escape');
  await signOut(alice);
  await alice.login();
  await alice.untilOnline();
});

/** An authenticator of Chromium's own, that confirms everything at once. */
async function authenticator(person: Person) {
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasUserVerification: false,
      automaticPresenceSimulation: true,
    },
  });
  return {
    confirms: (enabled: boolean) =>
      devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    credentials: async () =>
      (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

test('a passkey: made, signed in with, called another name, removed', async ({ stage }) => {
  const alice = await stage.person('alice');
  const key = await authenticator(alice);
  await alice.register();
  await open(alice);
  await alice.at('passkey-add').click();
  await prove(alice);
  await alice.at('passkey-name').fill('A key on my ring');
  await alice.at('passkey-make').click();
  await keep(alice);
  await expect(alice.at('passkey-row')).toContainText('A key on my ring');
  expect(await key.credentials()).toMatchObject([{ rpId: 'localhost', signCount: 1 }]);

  // The same authenticator takes no second one of the same account.
  await alice.at('passkey-add').click();
  await prove(alice);
  await alice.at('passkey-make').click();
  await expect(alice.notice('passkey-known')).toBeVisible();
  for (let step = 0; step < 3; step += 1) await alice.page.keyboard.press('Escape');

  await signOut(alice);
  await alice.login();
  await alice.at('second-submit').click();
  await alice.untilOnline();
  expect(await key.credentials()).toMatchObject([{ signCount: 2 }]);

  await open(alice);
  await alice.at('passkey-row').click();
  await alice.at('passkey-name').fill('My key');
  await alice.at('passkey-rename').click();
  await expect(alice.at('passkey-row')).toContainText('My key');
  await alice.at('passkey-row').click();
  await alice.at('passkey-remove').click();
  await prove(alice);
  await expect(alice.at('second-factor-off')).toBeVisible();
  for (let step = 0; step < 2; step += 1) await alice.page.keyboard.press('Escape');
  await signOut(alice);
  await alice.login();
  await alice.untilOnline();
});
