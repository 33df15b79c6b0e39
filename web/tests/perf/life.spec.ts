/**
 * How long people wait while a file is on its way: `npm run bench:life`. Times are taken by the pages themselves, so that what
 * drives them is not counted; each line has the median, the least and the most.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { test as base, expect } from '../e2e/support/fixtures.js';
import { meet, type Person } from '../e2e/support/person.js';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const TEXTS = 9;
/** Between two texts, in ms: somebody who writes short ones. */
const PAUSE = 500;
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

/** Says it at once, as a key press does; gives the wall's clock of that moment. */
async function sayNow(person: Person, text: string): Promise<number> {
  await person.at('composer-input').fill(text);
  return await person.page.evaluate(() => {
    const at = Date.now();
    document.querySelector<HTMLElement>('[data-testid="composer-send"]')?.click();
    return at;
  });
}

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
    const said = await sayNow(alice, text);
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
  measured: async ({ stage }, use, { title }) => {
    // Only the slow one has anything before the relay.
    const through = title.includes('Mbit') ? stage.line.port : stage.relay.port;
    const alice = await stage.person('alice', { through });
    const bob = await stage.person('bob');
    for (const person of [alice, bob]) {
      await person.page.setViewportSize({ width: 1100, height: 3000 });
      await person.register();
    }
    await meet(alice, bob);
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
        stage.line.uplink = rate;
      },
    });
    await rm(folder, { recursive: true });
  },
});

test('50 MiB from browser to browser', async ({ measured: { alice, bob, file } }) => {
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const path = await file(50);
    const done = shownAt(bob, { transfers: round });
    const begun = Date.now();
    await alice.attach(path);
    times.push((await done) - begun);
  }
  report('50 MiB from browser to browser', times);
});

test('a text while nothing else goes, and beside 50 MiB', async ({ measured: { alice, bob, file } }) => {
  report('a text while nothing else goes', await delays(alice, bob, 'idle'));
  await alice.attach(await file(50));
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'transferring');
  const isMoving = async () => (await bob.at('transfer').getAttribute('data-state')) === 'transferring';
  report('a text beside 50 MiB', await delays(alice, bob, 'beside', isMoving));
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
});

test('a text beside 10 MB on an uplink of 1 Mbit/s', async ({ measured: { alice, bob, file, slow } }) => {
  slow(UPLINK);
  await alice.attach(await file(10));
  await expect(alice.at('transfer')).toHaveAttribute('data-state', 'transferring');
  await pause(6_000);
  report('a text beside 10 MB on an uplink of 1 Mbit/s', await delays(alice, bob, 'slow'));
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'transferring');
  slow(null);
  await expect(bob.at('transfer')).toHaveAttribute('data-state', 'done');
});
