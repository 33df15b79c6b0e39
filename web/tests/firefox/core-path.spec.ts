/** The path that everybody takes, in the browser of Debian that is no Chromium. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import puppeteer from 'puppeteer-core';
import { Person } from '../e2e/support/plain-person.js';
import { Relay } from '../e2e/support/relay.js';

test('register, call, compare emoji, text and a file, in Firefox', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'duet-firefox-'));
  const relay = await Relay.start();
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env['FIREFOX'] ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' },
  });
  try {
    const origin = `http://localhost:${relay.port}`;
    const alice = await Person.open(browser, 'alice', origin);
    const bob = await Person.open(browser, 'bob', origin);
    await alice.register();
    await bob.register();

    await test.step('a conversation that only the two can read', async () => {
      await alice.meet(bob);
    });

    await test.step('both read the same emoji to each other', async () => {
      const seen: string[] = [];
      for (const one of [alice, bob]) {
        await one.click('fingerprint-open');
        seen.push(await one.textOf('sas-emoji'));
        await one.click('sas-confirm');
        await one.at('compare-done');
        await one.page.keyboard.press('Escape');
      }
      expect(seen[0]).toBeTruthy();
      expect(seen[1]).toBe(seen[0]);
    });

    await test.step('a text arrives, and is read', async () => {
      await alice.say('Does it work in Firefox?');
      await bob.page.waitForSelector('::-p-text(Does it work in Firefox?)');
      await alice.until('message', 'data-status', 'read');
    });

    await test.step('a file arrives whole, and opens in its frame', async () => {
      const words = 'two tables by the window\n'.repeat(4_000);
      const path = join(folder, 'tables.txt');
      await writeFile(path, words);
      await alice.attach(path);
      await bob.until('transfer', 'data-state', 'done');
      await bob.click('transfer-open');
      await bob.until('viewer', 'data-state', 'shown');
      const frame = await (await bob.at('viewer-frame')).contentFrame();
      const text = await frame?.waitForSelector('pre');
      expect(await text?.evaluate((element) => element.textContent)).toBe(words);
      await bob.click('viewer-close');
    });

    for (const one of [alice, bob]) await one.close();
  } finally {
    await browser.close();
    await relay.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
