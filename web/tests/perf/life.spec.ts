/**
 * How long people wait while a file is on its way: `npm run bench:life`. Times are taken by the pages themselves, in a browser that
 * nobody watches: to tell a driver of each frame costs a browser as much as the file itself. Each line has the median, the
 * least and the most.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test as base } from '@playwright/test';
import puppeteer from 'puppeteer-core';
import { HostileRelay } from '../e2e/support/hostile-relay.js';
import { Line } from '../e2e/support/line.js';
import { Person } from '../e2e/support/plain-person.js';
import { Relay } from '../e2e/support/relay.js';
import { cpuTimes, cpuUsed } from './cpu.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const TEXTS = 9;
/** Between two texts, in ms: somebody who writes short ones. */
const PAUSE = 300;
const UPLINK = 1_000_000;

function report(what: string, milliseconds: readonly number[]): void {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const said = (value: number | undefined) => `${((value ?? Number.NaN) / 1000).toFixed(2)} s`;
  const median = sorted[Math.floor(sorted.length / 2)];
  process.stdout.write(
    `${what}: median ${said(median)}, from ${said(sorted[0])} to ${said(sorted.at(-1))}, ${sorted.length} times\n`,
  );
}

/** The wall's clock at the moment in which this page shows it, in ms. */
const shownAt = (person: Person, what: { text: string } | { transfers: number }): Promise<number> =>
  person.page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const all = (testId: string) => [...document.querySelectorAll(`[data-testid="${testId}"]`)];
        const isShown = () =>
          'text' in wanted
            ? all('message-text').some(({ textContent }) => textContent === wanted.text)
            : all('transfer').filter((one) => one.getAttribute('data-state') === 'done').length >=
              wanted.transfers;
        const look = () => {
          if (!isShown()) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { attributes: true, childList: true, subtree: true });
        look();
      }),
    what,
  );

/** Keeps the durations of tasks of more than 50 ms in the page's main thread. */
const watchTasks = ({ page }: Person): Promise<void> =>
  page.evaluate(() => {
    const long: number[] = [];
    Object.assign(globalThis, { long });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) long.push(duration);
    }).observe({ type: 'longtask' });
  });

const longTasks = ({ page }: Person): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { long: number[] }).long);

/** From the press to the other screen, as long as `goesOn`. */
async function delays(
  alice: Person,
  bob: Person,
  name: string,
  goesOn: () => Promise<boolean> = async () => true,
): Promise<number[]> {
  const all: number[] = [];
  for (let number = 0; number < TEXTS && (await goesOn()); number += 1) {
    const text = `${name} ${number}`;
    const shown = shownAt(bob, { text });
    await alice.fill('composer-input', text);
    const said = await alice.press('composer-send');
    all.push((await shown) - said);
    await pause(PAUSE);
  }
  return all;
}

interface Measured {
  readonly alice: Person;
  readonly bob: Person;
  /** A file of so many MiB. */
  readonly file: (mebibytes: number) => Promise<string>;
  readonly slow: (bitsPerSecond: number | null) => void;
}

const test = base.extend<{ measured: Measured }>({
  measured: async ({ launchOptions: { args = [], executablePath = '' } }, use, { title }) => {
    const relay = await Relay.start();
    const hostile = await HostileRelay.start(relay.port);
    const line = await Line.start(hostile.port);
    const browser = await puppeteer.launch({
      executablePath,
      args,
      headless: true,
      networkEnabled: false,
      protocolTimeout: 600_000,
    });
    // Only the slow one has anything before the relay.
    const through = title.includes('Mbit') ? line.port : relay.port;
    const alice = await Person.open(browser, 'alice', `http://localhost:${through}`);
    const bob = await Person.open(browser, 'bob', `http://localhost:${relay.port}`);
    for (const person of [alice, bob]) {
      // All that is counted is in view.
      await person.page.setViewport({ width: 1100, height: title.startsWith('50 MiB') ? 760 : 3000 });
      await person.register();
    }
    await alice.meet(bob);
    const folder = await mkdtemp(join(tmpdir(), 'duet-perf-'));
    await use({
      alice,
      bob,
      file: async (mebibytes) => {
        const path = join(folder, `${mebibytes}-${Date.now()}.bin`);
        await writeFile(path, randomBytes(mebibytes * 1024 * 1024));
        return path;
      },
      slow: (rate) => {
        line.uplink = rate;
      },
    });
    for (const person of [alice, bob]) await person.close();
    await browser.close();
    await line.stop();
    await hostile.stop();
    await relay.stop();
    await rm(folder, { recursive: true });
  },
});

test('50 MiB from browser to browser', async ({ measured: { alice, bob, file } }) => {
  const times: number[] = [];
  const path = await file(50);
  for (const one of [alice, bob]) await watchTasks(one);
  for (let round = 1; round <= ROUNDS; round += 1) {
    await alice.choose(path);
    const done = shownAt(bob, { transfers: round });
    const before = await cpuTimes();
    const begun = await alice.press('send-submit');
    times.push((await done) - begun);
    const used = cpuUsed(before, await cpuTimes());
    const each = used.slice(0, 12).map(([thread, seconds]) => `${thread} ${seconds.toFixed(2)}`);
    const total = used.reduce((sum, [, seconds]) => sum + seconds, 0);
    process.stdout.write(`  ${times.at(-1)} ms; CPU ${total.toFixed(2)} s: ${each.join(', ')}\n`);
  }
  report('50 MiB from browser to browser', times);
  const long = [...(await longTasks(alice)), ...(await longTasks(bob))].map(Math.round);
  process.stdout.write(`tasks of more than 50 ms in a main thread: ${long.join(', ') || 'none'}\n`);
});

test('a text while nothing else goes, and beside 50 MiB', async ({ measured: { alice, bob, file } }) => {
  report('a text while nothing else goes', await delays(alice, bob, 'idle'));
  const path = await file(50);
  const moving = '[data-testid="transfer"][data-state="transferring"]';
  const beside: number[] = [];
  for (let round = 1; beside.length < TEXTS; round += 1) {
    const done = shownAt(bob, { transfers: round });
    await alice.attach(path);
    await bob.page.waitForSelector(moving);
    const isMoving = async () => (await bob.page.$(moving)) !== null;
    beside.push(...(await delays(alice, bob, `beside ${round}`, isMoving)));
    await done;
  }
  report('a text beside 50 MiB', beside);
});

test('a text beside 10 MB on an uplink of 1 Mbit/s', async ({ measured: { alice, bob, file, slow } }) => {
  slow(UPLINK);
  await alice.attach(await file(10));
  await alice.until('transfer', 'data-state', 'transferring');
  await pause(6_000);
  report('a text beside 10 MB on an uplink of 1 Mbit/s', await delays(alice, bob, 'slow'));
  await bob.until('transfer', 'data-state', 'transferring');
  slow(null);
  await bob.until('transfer', 'data-state', 'done');
});
