import { type Page, test } from '@playwright/test';
import { scenes } from './scenes.js';
import { enter, type Looks } from './stage.js';

/** `make screenshots`: every scene, both themes, both languages, phone and desktop, into `web/screenshots/`. */
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

async function picture(page: Page, name: string, looks: Looks, path: string): Promise<void> {
  const scene = scenes.find((one) => one.name === name);
  if (scene === undefined) throw new Error(`no scene ${name}`);
  await enter(page, scene, looks);
  await page.screenshot({ path: `screenshots/${path}.png` });
}

for (const [device, viewport] of Object.entries(screens)) {
  for (const theme of ['light', 'dark'] as const) {
    for (const language of ['en', 'ru'] as const) {
      test.describe(`${device} ${theme} ${language}`, () => {
        test.use({ viewport, locale: language === 'ru' ? 'ru-RU' : 'en-GB' });
        for (const { name } of scenes) {
          test(name, async ({ page }) => {
            await picture(page, name, { language, theme }, `${device}-${theme}-${language}/${name}`);
          });
        }
      });
    }
  }
}

/** Those of the front page, which are copied to `docs/images/` when the look changes. */
test.describe('documents', () => {
  test.use({ viewport: { width: 1200, height: 720 }, locale: 'en-GB' });
  for (const [file, name, theme] of [
    ['chat', '03-conversation', 'light'],
    ['compare', '05-compare', 'light'],
    ['changed-key', '05-changed-key', 'dark'],
  ] as const) {
    test(file, async ({ page }) => picture(page, name, { language: 'en', theme }, `docs/${file}`));
  }
});
