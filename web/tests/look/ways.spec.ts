import { expect, type Locator, type Page, test } from '@playwright/test';
import { scenes } from './scenes.js';
import { enter } from './stage.js';

const scene = (name: string) => {
  const found = scenes.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no scene ${name}`);
  return found;
};

test.use({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}`);
}

for (const width of [1280, 900]) {
  test(`a whole conversation by keyboard alone, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    const at = (testId: string) => page.getByTestId(testId);
    await page.goto('/?fake=signed-out');
    await at('sign-in-name').waitFor();
    await tabTo(page, at('sign-in-name'));
    await page.keyboard.type('alice');
    await tabTo(page, at('sign-in-password'));
    await page.keyboard.type('correct horse battery');
    await page.keyboard.press('Enter');

    await at('search-input').waitFor();
    await tabTo(page, at('search-input'));
    await page.keyboard.type('bob');
    await at('search-result').waitFor();
    await tabTo(page, at('search-result'));
    await page.keyboard.press('Enter');
    await expect(at('conversation-state')).toHaveAttribute('data-state', 'secure');
    await tabTo(page, at('composer-input'));
    await page.keyboard.type('hello');
    await page.keyboard.press('Enter');
    await expect(at('message').filter({ hasText: 'hello' }).first()).toBeVisible();

    await tabTo(page, at('fingerprint-open'));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Is it really bob?' })).toBeFocused();
    await tabTo(page, at('twelve-open'));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Twelve emoji' })).toBeFocused();
    for (const row of await at('fingerprint-row').all()) {
      await tabTo(page, row);
      await page.keyboard.press('Space');
    }
    await tabTo(page, at('fingerprint-confirm'));
    await page.keyboard.press('Enter');
    await expect(at('compare-done')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(at('compare-panel')).toHaveCount(0);
    await expect(at('fingerprint-open')).toBeFocused();

    await tabTo(page, at('settings-open'));
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'Settings' })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(at('settings-open')).toBeFocused();
    await tabTo(page, at('leave-chat'));
    await page.keyboard.press('Enter');
    await expect(at('conversation-state')).toHaveCount(0);
  });
}

test('high contrast looks the same, whether the system or the person asked for it', async ({ page }) => {
  await enter(page, scene('03-conversation'), { language: 'en', theme: 'light' });
  const colours = () =>
    page.evaluate(() => {
      const bubble = document.querySelector('.bubble');
      if (bubble === null) throw new Error('no bubble');
      return [getComputedStyle(document.body).backgroundColor, getComputedStyle(bubble).boxShadow];
    });
  const plain = await colours();
  await page.evaluate(() => {
    document.documentElement.dataset['contrast'] = 'more';
  });
  const asked = await colours();
  await page.evaluate(() => {
    delete document.documentElement.dataset['contrast'];
  });
  expect(await colours()).toEqual(plain);
  await page.emulateMedia({ contrast: 'more' });
  expect(await colours()).toEqual(asked);
  expect(asked[0]).toBe('rgb(255, 255, 255)');
  expect(asked).not.toEqual(plain);
});

test('two discs call each other and then meet, once; with reduced motion nothing moves', async ({ page }) => {
  const moving = () =>
    page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length);
  await enter(page, scene('02-calling'), { language: 'en', theme: 'light' });
  await expect.poll(moving).toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(moving).toBeGreaterThan(0);
  await page.evaluate(() => fake.setState('secure'));
  await expect(page.locator('main [data-moves="meet"]')).toBeVisible();
  // The meeting ends by itself, and nothing goes on behind it.
  await expect.poll(moving).toBe(0);
});

/** What a screen reader is given. A change here is a change for those who hear the page. */
for (const name of ['01-welcome', '02-lobby', '03-conversation', '05-compare', '08-settings']) {
  test(`${name}: the accessibility tree`, async ({ page }) => {
    await enter(page, scene(name), { language: 'en', theme: 'light' });
    await expect(page.locator('body')).toMatchAriaSnapshot({ name: `${name}.aria.yml` });
  });
}

test('an empty field is one line high on the narrowest phone, in both languages', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const language of ['en', 'ru'] as const) {
    await enter(page, scene('03-conversation'), { language, theme: 'light' });
    const field = page.getByTestId('composer-input');
    await expect(field).toHaveValue('');
    await expect.poll(async () => (await field.boundingBox())?.height).toBe(44);
  }
});

test('emoji stand in eight columns as wide as the panel, also in a row that is not full', async ({
  page,
}) => {
  await enter(page, scene('03-conversation'), { language: 'en', theme: 'light' });
  await page.getByTestId('emoji-open').click();
  await page.getByTestId('emoji-search').fill('heart');
  const picker = page.getByTestId('emoji-picker');
  const cells = picker.getByRole('gridcell');
  await expect(cells.nth(8)).toBeVisible();
  const columns = await cells.evaluateAll((all) => [
    ...new Set(all.map((cell) => Math.round(cell.getBoundingClientRect().left))),
  ]);
  expect(columns).toHaveLength(8);
  const row = await picker.getByRole('row').first().boundingBox();
  const last = await cells.nth(7).boundingBox();
  expect(Math.round((last?.x ?? 0) + (last?.width ?? 0))).toBe(Math.round((row?.x ?? 0) + (row?.width ?? 0)));
});
