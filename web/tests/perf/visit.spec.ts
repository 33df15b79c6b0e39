/**
 * What a phone makes of the messenger: the first visit over a mobile line, presses and keys, and what a tab holds after a conversation.
 * The site is the one that is served, by a real relay. Beside a budget of DESIGN.md stands what was measured.
 */
import type { CDPSession, Page } from '@playwright/test';
import { test } from '../e2e/support/fixtures.js';
import { meet, type Person } from '../e2e/support/person.js';

const VISITS = 5;
/** A phone of the middle, as Lighthouse has it: its CPU four times slower than this one, 1.6 Mbit/s, 150 ms there and back. */
const PHONE = { slower: 4, latency: 150, down: 1_600_000 / 8, up: 750_000 / 8 };
const SIZE = { width: 390, height: 844 };
const TEXTS = 200;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const say = (line: string) => process.stdout.write(`${line}\n`);
const all = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(', ');

async function asPhone(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await page.setViewportSize(SIZE);
  await session.send('Emulation.setCPUThrottlingRate', { rate: PHONE.slower });
  return session;
}

/** Kept by the page from its first moment on. */
interface Seen {
  largest: number;
  shifted: number;
  /** Presses and keys that took longer than two pictures: what, where, and how many milliseconds until it was drawn. */
  slow: [what: string, milliseconds: number][];
  blocked: number;
}

declare global {
  var seen: Seen;
}

function watch(): void {
  globalThis.seen = { largest: 0, shifted: 0, slow: [], blocked: 0 };
  const look = (type: string, take: (entry: PerformanceEntry) => void, more: object = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      type,
      buffered: true,
      ...more,
    });
  look('largest-contentful-paint', ({ startTime }) => {
    seen.largest = startTime;
  });
  look('layout-shift', (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!hadRecentInput) seen.shifted += value;
  });
  look('longtask', ({ duration }) => {
    seen.blocked += Math.max(0, duration - 50);
  });
  // The least that browsers report.
  look(
    'event',
    (entry) => {
      const { name, duration, interactionId, target } = entry as PerformanceEntry & {
        interactionId: number;
        target: Element | null;
      };
      const place = target?.closest('[data-testid]')?.getAttribute('data-testid') ?? '';
      if (interactionId > 0) seen.slow.push([`${name} ${place}`, duration]);
    },
    { durationThreshold: 16 },
  );
}

test('the first visit with a phone', async ({ stage, browser }) => {
  const largest: number[] = [];
  const shifted: number[] = [];
  const blocked: number[] = [];
  for (let visit = 0; visit < VISITS; visit += 1) {
    const context = await browser.newContext();
    await context.addInitScript(watch);
    const page = await context.newPage();
    const session = await asPhone(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: PHONE.latency,
      downloadThroughput: PHONE.down,
      uploadThroughput: PHONE.up,
    });
    await page.goto(`http://localhost:${stage.relay.port}`, { waitUntil: 'networkidle' });
    await page.getByTestId('sign-in-name').waitFor();
    const found = await page.evaluate(() => seen);
    largest.push(found.largest);
    shifted.push(found.shifted);
    blocked.push(found.blocked);
    await context.close();
  }
  say(
    `first visit, 4x slower CPU, 1.6 Mbit/s, 150 ms: largest paint ${median(largest).toFixed(0)} ms (${all(largest)}), budget 1800`,
  );
  say(
    `  layout shift ${Math.max(...shifted).toFixed(3)}, budget 0; long tasks beyond 50 ms together ${median(blocked).toFixed(0)} ms`,
  );
});

test('presses and keys with a phone', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.page.addInitScript(watch);
  await alice.page.reload();
  await asPhone(alice.page);
  await alice.register();
  await bob.register();
  await meet(alice, bob);
  const field = alice.at('composer-input');
  await field.click();
  for (const text of ['So that was the third cat', 'and we walked on']) {
    await alice.page.keyboard.type(text);
    await alice.page.keyboard.press('Enter');
    await bob.message(text).waitFor();
  }
  await alice.at('emoji-open').click();
  await alice.at('emoji-common').first().click();
  await alice.page.keyboard.press('Escape');
  await alice.at('fingerprint-open').click();
  await alice.at('twelve-open').click();
  await alice.at('fingerprint-theirs-emoji').waitFor();
  const { slow } = await alice.page.evaluate(() => seen);
  const slowest = slow.sort(([, a], [, b]) => b - a).slice(0, 5);
  say('presses and keys at a quarter of the CPU, the slowest until they were drawn, budget 100 ms:');
  for (const [what, milliseconds] of slowest) say(`  ${milliseconds.toFixed(0)} ms  ${what}`);
});

test('what a tab holds after a conversation', async ({ stage }) => {
  const alice = await stage.person('alice');
  const bob = await stage.person('bob');
  await alice.register();
  await bob.register();
  const session = await alice.page.context().newCDPSession(alice.page);
  /** Once to warm up: what is loaded for the first conversation stays loaded. */
  const held: number[] = [];
  for (let talk = 0; talk < 4; talk += 1) {
    await meet(alice, bob);
    await talkOf(alice, bob);
    await alice.at('leave-chat').click();
    await bob.expectState('peer-disconnected');
    await bob.page.getByRole('button', { name: 'Close', exact: true }).last().click();
    await session.send('HeapProfiler.enable');
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    held.push(usedSize / 1024);
  }
  say(
    `the page's heap after each of ${held.length} conversations of ${TEXTS} texts and a file of 5 MB: ${all(held)} KiB`,
  );
});

async function talkOf(alice: Person, bob: Person): Promise<void> {
  for (let number = 1; number <= TEXTS; number += 1) await alice.say(`${number}: So that was the third cat`);
  await bob.message(`${TEXTS}: So that was the third cat`).waitFor();
  await alice.attach({ name: 'a.bin', mimeType: '', buffer: Buffer.alloc(5_000_000, 7) });
  await bob.page.locator('[data-testid=transfer][data-state=done]').waitFor();
}
