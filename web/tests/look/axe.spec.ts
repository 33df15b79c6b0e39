import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import type axe from 'axe-core';
import { scenes } from './scenes.js';
import { enter } from './stage.js';

const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What another look can change: its colours, and with its edges the size of things. */
const OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size'];

/** Every rule there is by default, and the one for the size of targets (WCAG 2.2) which is not. Nothing is excused. */
const faults = (page: Page) => faultsBy(page, { rules: { 'target-size': { enabled: true } } });

/** The same elements, which every rule was asked about, in another look. */
const faultsOfLook = (page: Page) => faultsBy(page, { runOnly: OF_LOOKS });

async function faultsBy(page: Page, options: axe.RunOptions): Promise<string[]> {
  const { violations } = await page.evaluate(
    (asked) => (globalThis as unknown as { axe: typeof axe }).axe.run(document, asked),
    options,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
  );
}

const look = (page: Page, looks: Readonly<Record<string, string>>) =>
  page.evaluate((next) => void Object.assign(document.documentElement.dataset, next), looks);

/** Elements that stick out of the page, or whose words do not fit into them, at this width. */
const sticksOut = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth } = document.documentElement;
    const visible = [...document.querySelectorAll('body *')].filter(
      (element) => element.checkVisibility() && !element.closest('.sr-only, [aria-hidden=true], nav'),
    );
    const out = visible.filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && (left < -1 || right > clientWidth + 1);
    });
    const wide = visible.filter(
      (element) =>
        element.matches('button, a, label, h1, h2, h3, p') &&
        getComputedStyle(element).textOverflow !== 'ellipsis' &&
        element.scrollWidth > element.clientWidth + 1 &&
        element.clientWidth > 0,
    );
    return [...out, ...wide].map((element) => element.outerHTML.slice(0, 160));
  });

for (const scene of scenes) {
  test(`${scene.name} is accessible in every look`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await enter(page, scene, { language: 'en', theme: 'light' });
    await page.evaluate(source);
    expect(await faults(page), 'light').toEqual([]);
    await look(page, { theme: 'dark' });
    expect(await faultsOfLook(page), 'dark').toEqual([]);
    await look(page, { contrast: 'more' });
    expect(await faultsOfLook(page), 'dark, high contrast').toEqual([]);
    await look(page, { theme: 'light' });
    expect(await faultsOfLook(page), 'light, high contrast').toEqual([]);
  });

  test(`${scene.name} fits from 320 to 2,560 px`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await enter(page, scene, { language: 'ru', theme: 'light' });
    expect(await sticksOut(page), '320').toEqual([]);
    await page.evaluate(source);
    expect(await faults(page), '320').toEqual([]);
    for (const width of [390, 768, 1180, 2560]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await sticksOut(page), `${width}`).toEqual([]);
    }
  });
}
