import type { Page } from '@playwright/test';
import type { Scene } from './scene.js';

const open = async (page: Page) => {
  await page.getByTestId('settings-open').click();
  await page.getByTestId('open-second-factor').click();
  await page.getByTestId('totp-row').waitFor();
};

/** Through the set-up, as far as the code of the app. */
const setUp = async (page: Page) => {
  await open(page);
  await page.getByTestId('totp-set-up').click();
  await page.getByTestId('second-factor-password').fill('correct horse');
  await page.getByTestId('second-factor-submit').click();
  await page.getByTestId('totp-secret').waitFor();
};

const byCode = (page: Page) => page.getByTestId('second-by-totp').click();

const addPasskey = async (page: Page) => {
  await page.evaluate(() =>
    fake.finishPasskey({
      ticket: '',
      name: 'My phone',
      clientData: new Uint8Array(),
      authenticatorData: new Uint8Array(),
    }),
  );
  await open(page);
};

export const secondFactorScenes: readonly Scene[] = [
  { name: '01-second-step-passkey', stage: 'second-step' },
  { name: '01-second-step', stage: 'second-step', prepare: byCode },
  {
    name: '01-second-step-wrong',
    stage: 'second-step',
    prepare: async (page) => {
      await byCode(page);
      await page.evaluate(() => fake.failNext('secondStep', { code: 'second-factor-wrong' }));
      await page.getByTestId('second-code').fill('123 456');
      await page.getByTestId('second-submit').click();
      await page.getByTestId('notice').waitFor();
    },
  },
  {
    name: '01-second-step-recovery',
    stage: 'second-step',
    prepare: (page) => page.getByTestId('second-by-recovery').click(),
  },
  { name: '08-second-factor-off', stage: 'in', prepare: open },
  {
    name: '08-second-factor',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => {
        const since = new Date('2026-11-02T12:00').getTime();
        fake.secondFactor = async () => ({
          totp: { since, lastUsed: Date.now() - 7_200_000 },
          passkeys: [
            { id: 'phone', name: 'My phone', host: location.hostname, since, lastUsed: Date.now() - 60_000 },
            { id: 'ring', name: 'A key on my ring', host: 'another.example', since, lastUsed: null },
          ],
          recoveryCodes: 8,
        });
      });
      await open(page);
    },
  },
  {
    name: '08-second-factor-passkey',
    stage: 'in',
    prepare: async (page) => {
      await addPasskey(page);
      await page.getByTestId('passkey-row').click();
      await page.getByTestId('passkey-remove').waitFor();
    },
  },
  {
    name: '08-second-factor-make-passkey',
    stage: 'in',
    prepare: async (page) => {
      await open(page);
      await page.getByTestId('passkey-add').click();
      await page.getByTestId('second-factor-password').fill('correct horse');
      await page.getByTestId('second-factor-submit').click();
      await page.getByTestId('passkey-make').waitFor();
    },
  },
  {
    name: '08-second-factor-no-passkeys',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => Object.defineProperty(window, 'isSecureContext', { value: false }));
      await open(page);
    },
  },
  { name: '08-second-factor-app', stage: 'in', prepare: setUp },
  {
    name: '08-second-factor-last',
    stage: 'in',
    prepare: async (page) => {
      await page.evaluate(() => fake.finishTotp({ ticket: '', code: '' }));
      await open(page);
      await page.getByTestId('totp-turn-off').click();
      await page.getByTestId('second-factor-password').waitFor();
    },
  },
  {
    name: '08-recovery-codes',
    stage: 'in',
    prepare: async (page) => {
      await setUp(page);
      await page.getByTestId('totp-code').fill('123456');
      await page.getByTestId('totp-submit').click();
      await page.getByTestId('recovery-codes').waitFor();
    },
  },
];
