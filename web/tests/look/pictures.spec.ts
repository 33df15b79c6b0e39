import { test } from '@playwright/test';
import { scenes } from './scenes.js';
import { enter } from './stage.js';

/** `make screenshots`: every scene, both themes, both languages, phone and desktop, into `web/screenshots/`. */
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;

for (const [device, viewport] of Object.entries(screens)) {
  for (const theme of ['light', 'dark'] as const) {
    for (const language of ['en', 'ru'] as const) {
      test.describe(`${device} ${theme} ${language}`, () => {
        test.use({ viewport, locale: language === 'ru' ? 'ru-RU' : 'en-GB' });
        for (const scene of scenes) {
          test(scene.name, async ({ page }) => {
            await enter(page, scene, { language, theme });
            await page.screenshot({ path: `screenshots/${device}-${theme}-${language}/${scene.name}.png` });
          });
        }
      });
    }
  }
}
