/**
 * What writing and drawing cost the page's main thread, in CPU time: a key in a field that holds 200 kB beside one in a
 * bare textarea, and a message more, or a reaction, among 10,000.
 */
import { type CDPSession, type Page, test } from '@playwright/test';
import { textMessage } from '../../src/testing/conversation.js';
import type {} from '../look/scenes.js';

const PASTED = 200_000;
const KEYS = 20;
const ROUNDS = 5;
const MESSAGES = 10_000;
const TIMES = 21;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function meter(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** Milliseconds of CPU of the main thread, so far. */
async function spent(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

const drawn = (page: Page) =>
  page.evaluate(() => new Promise((wake) => requestAnimationFrame(() => requestAnimationFrame(wake))));

/** In bob's conversation, with nothing that happens by itself. */
async function talk(page: Page): Promise<void> {
  await page.goto('/?still&fake=ready');
  await page.waitForFunction(() => 'fake' in globalThis);
  await page.getByTestId('search-input').waitFor();
  await page.evaluate(async () => {
    await fake.openChat({ accountId: 'Ym9i', name: 'bob' });
    fake.setState('secure');
  });
  await page.getByTestId('composer-input').waitFor();
}

async function keys(page: Page, session: CDPSession): Promise<number> {
  const before = await spent(session);
  for (let key = 0; key < KEYS; key += 1) await page.keyboard.press('a');
  await drawn(page);
  return ((await spent(session)) - before) / KEYS;
}

test(`a key after ${PASTED / 1000} kB were pasted`, async ({ page, context }) => {
  const text = 'So that was the third cat, and we walked on. '
    .repeat(Math.ceil(PASTED / 45))
    .slice(0, PASTED);
  await talk(page);
  const bare = await context.newPage();
  await bare.setContent(
    '<textarea style="width: 700px; height: 160px; font: 16px/24px sans-serif"></textarea>',
  );
  const [ours, theirs] = [await meter(page), await meter(bare)];
  await page.getByTestId('composer-input').fill(text);
  await bare.locator('textarea').fill(text);
  const costs: [number, number][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await page.bringToFront();
    await page.getByTestId('composer-input').focus();
    const field = await keys(page, ours);
    await bare.bringToFront();
    await bare.locator('textarea').focus();
    costs.push([field, await keys(bare, theirs)]);
  }
  const [field, plain] = [median(costs.map(([a]) => a)), median(costs.map(([, b]) => b))];
  const ratio = median(costs.map(([a, b]) => a / b));
  process.stdout.write(
    `a key at ${PASTED / 1000} kB: ${field.toFixed(2)} ms, in a bare textarea ${plain.toFixed(2)} ms, ${ratio.toFixed(2)}x\n`,
  );
});

test(`${MESSAGES} messages`, async ({ page }) => {
  await talk(page);
  const session = await meter(page);
  const say = (first: number, count: number) =>
    page.evaluate(
      ([template, from, many]) => {
        const upsert = Array.from({ length: many }, (_, index) => {
          const number = from + index;
          const id = `p${number}`;
          return {
            ...template,
            id,
            mine: number % 3 === 0,
            seq: number,
            at: 1_700_000_000_000 + number * 60_000,
          };
        });
        fake.emit({ type: 'messages', upsert } as never);
      },
      [textMessage({ text: 'So that was the third cat' }), first, count] as const,
    );
  await say(0, MESSAGES);
  await drawn(page);
  const cost = async (act: () => Promise<unknown>): Promise<number> => {
    const before = await spent(session);
    await act();
    await drawn(page);
    return (await spent(session)) - before;
  };
  const idle: number[] = [];
  const append: number[] = [];
  const reaction: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    idle.push(await cost(() => page.evaluate(() => undefined)));
    append.push(await cost(() => say(MESSAGES + time, 1)));
    const id = `p${MESSAGES + time}`;
    reaction.push(await cost(() => page.evaluate((one) => fake.peer.react(one, '👍'), id)));
  }
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  const ms = (values: readonly number[]) => (median(values) - median(idle)).toFixed(2);
  process.stdout.write(
    `among ${MESSAGES} messages, CPU beyond two frames of nothing (${median(idle).toFixed(2)} ms): append ${ms(append)} ms, reaction ${ms(reaction)} ms; ${elements} elements\n`,
  );
});
