import type { Page } from '@playwright/test';
import type { PersonView } from '../../src/engine/contract.ts';
import type { Language } from '../../src/i18n/format.ts';
import type { Scene } from './scene.js';

export interface Looks {
  readonly language: Language;
  readonly theme: 'light' | 'dark';
  readonly contrast?: 'more';
}

/** Opens the page as a person with these looks would, and goes on to the scene. */
export async function enter(page: Page, scene: Scene, looks: Looks): Promise<void> {
  await page.addInitScript(({ language, theme, contrast }) => {
    localStorage.setItem('duet.language', language);
    localStorage.setItem('duet.theme', theme);
    localStorage.setItem('duet.contrast', contrast ?? 'system');
  }, looks);
  const signsIn = scene.stage === 'in' || scene.stage === 'in-alone';
  await page.goto(`/?still&fake=${signsIn ? 'signed-out' : scene.stage}`);
  await page.waitForFunction(() => document.querySelector('main') !== null && 'fake' in globalThis);
  if (signsIn) {
    await page.getByTestId('sign-in-name').waitFor();
    await page.evaluate(async (alone) => {
      const [bob] = await fake.people();
      const names = alone ? [] : ['bob', 'carol', 'grace', 'dave', 'frank'];
      const people = names.map(
        (name, index): PersonView => ({
          ...(bob as PersonView),
          accountId: name === 'bob' ? 'Ym9i' : `id-${name}`,
          trust: index % 2 === 0 ? 'compared' : 'first-use',
          fingerprint: { ...(bob as PersonView).fingerprint, name },
        }),
      );
      fake.people = async () => people;
      await fake.login({ name: 'alice', password: '' });
    }, scene.stage === 'in-alone');
    await page.getByTestId('search-input').waitFor({ state: 'attached' });
  }
  await scene.prepare?.(page, looks.language);
  await settled(page);
}

/** Fonts are there, and what moves has arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const arrivals = document.getAnimations().filter((one) => one.effect?.getTiming().iterations === 1);
    await Promise.allSettled(arrivals.map(({ finished }) => finished));
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  });
}
