import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from '@playwright/test';
import type axe from 'axe-core';
import { expect, sha256, test, testBytes } from './support/fixtures.js';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Two origins of one relay: a secure context, and plain http, which has no `crypto.subtle`. */
const ORIGINS = [
  ['localhost', 'native'],
  ['duet.test', 'wasm'],
] as const;

/** The playground in a profile of its own, with everything that it breaks or complains of. */
async function visit(browser: Browser, address: string): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.newContext({ acceptDownloads: true });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // What plain http cannot have; the browser says it of every page.
    const lacks = message.text().startsWith('The Cross-Origin-Opener-Policy header has been ignored');
    if (['error', 'warning'].includes(message.type()) && !lacks) problems.push(message.text());
  });
  await page.exposeFunction('broke', (what: string) => problems.push(what));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (globalThis as unknown as { broke(what: string): void }).broke(`${violatedDirective}: ${blockedURI}`),
    );
  });
  await page.goto(address);
  return { page, problems };
}

const section = (page: Page, id: string, state: string) => page.locator(`#${id}[data-state="${state}"]`);

const cells = (page: Page, name: string | RegExp) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name }) })
    .getByRole('cell');

for (const [host, engine] of ORIGINS) {
  test(`the package shows itself at work at ${host}, under the relay's policy`, async ({
    stage,
    browser,
  }) => {
    const { page, problems } = await visit(browser, `http://${host}:${stage.relay.port}/playground`);
    const there = host === 'localhost' ? 'yes' : 'no';
    await expect(section(page, 'here', 'shown')).toBeVisible();
    const uses = { native: 'Web Crypto', wasm: 'WebAssembly' }[engine];
    await expect(cells(page, 'crypto.subtle').first()).toHaveText(there);
    for (const algorithm of ['Ed25519', 'X25519', 'AES-256-GCM']) {
      await expect(cells(page, new RegExp(`^${algorithm}$`))).toHaveText([there, uses]);
    }

    // A message: its text is nowhere in what goes over the wire, and the other person reads it.
    await expect(section(page, 'talk', 'met')).toBeVisible();
    await expect(
      page.getByRole('list', { name: 'The four emoji that both see' }).getByRole('listitem'),
    ).toHaveCount(4);
    const text = page.getByRole('textbox', { name: 'Message' });
    const ciphertext = page.getByTestId('ciphertext');
    const seen: string[] = [];
    for (const [writes, reads] of [
      ['Alice', 'Bob'],
      ['Bob', 'Alice'],
    ]) {
      await text.fill(`A word of ${writes}’s`);
      await page.getByRole('button', { name: `${writes} sends` }).click();
      await expect(page.getByText(`${reads} reads: A word of ${writes}’s`)).toBeVisible();
      const frame = (await ciphertext.innerText()).replace(/[^0-9a-f]/g, '');
      expect(frame.length).toBeGreaterThan(200);
      expect(frame).not.toContain(Buffer.from('A word of').toString('hex'));
      seen.push(frame);
    }
    expect(new Set(seen).size).toBe(2);

    // A file of one's own: what was opened is what was chosen, by the page's hash and by ours.
    const bytes = testBytes(3_000_001, host);
    await page.getByLabel('File', { exact: true }).setInputFiles({
      name: 'holiday.raw',
      mimeType: 'application/octet-stream',
      buffer: bytes,
    });
    await expect(page.getByText('Opened, and the same to the last byte.')).toBeVisible();
    await expect(cells(page, /^SHA-256 of (the file|what was opened)$/)).toHaveText([
      sha256(bytes),
      sha256(bytes),
    ]);
    const save = async (link: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: link }).click(),
      ]);
      return await readFile(await download.path());
    };
    expect(sha256(await save('Save what was opened'))).toBe(sha256(bytes));
    const sealed = await save('Save the sealed file');
    expect(sealed.length).toBeGreaterThan(bytes.length);
    expect(sealed.includes(bytes.subarray(1_000_000, 1_000_016))).toBe(false);

    // Times of both engines, or of the one that is here; a bar for each.
    await expect(section(page, 'speed', 'measured')).toBeVisible();
    for (const operation of ['Ed25519: sign', 'A file of 1 MiB: seal', 'Two people meet, with ML-KEM-768']) {
      const [native, wasm] = await cells(page, operation).allInnerTexts();
      expect(wasm).toMatch(/^[\d.]+ (µs|ms|s)$/);
      expect(native).toMatch(there === 'yes' ? /^[\d.]+ (µs|ms|s)$/ : /^not here$/);
    }
    const operations = await page.locator('#speed-rows tr').count();
    const chart = page.getByRole('img', { name: /How fast each engine/ });
    await expect(chart.locator('rect.wasm')).toHaveCount(operations);
    await expect(chart.locator('rect.native')).toHaveCount(there === 'yes' ? operations : 0);

    await page.getByRole('button', { name: 'Copy the code of a file' }).click();
    await expect(page.locator('#file-code').getByText('Copied.')).toBeVisible();
    expect(problems).toEqual([]);
    await page.context().close();
  });
}

test('a file that is being sealed can be given up, by keys alone', async ({ stage, browser }) => {
  const { page, problems } = await visit(browser, `http://localhost:${stage.relay.port}/playground/`);
  await expect(section(page, 'here', 'shown')).toBeVisible();
  await page.getByLabel('Engine', { exact: true }).selectOption('wasm');
  await page.getByRole('button', { name: 'Take 20 MB of random bytes' }).focus();
  // Pressed as soon as there is something to give up: before the last of 40 steps is done.
  await page.evaluate(() => {
    const cancel = document.querySelector<HTMLButtonElement>('#file-cancel');
    new MutationObserver(() => {
      if (cancel?.disabled === false) cancel.click();
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['disabled'] });
  });
  await page.keyboard.press('Enter');
  await expect(page.getByText('Cancelled.')).toBeVisible();
  await expect(page.locator('#file-result')).toBeHidden();
  expect(problems).toEqual([]);
  await page.context().close();
});

test('the playground is accessible in light and dark, and fits from 320 to 2,560 px', async ({
  stage,
  browser,
}) => {
  const { page, problems } = await visit(browser, `http://localhost:${stage.relay.port}/playground/`);
  await expect(section(page, 'speed', 'measured')).toBeVisible();
  await page.getByRole('button', { name: 'Alice sends' }).click();
  await expect(page.getByText(/^Bob reads:/)).toBeVisible();
  await page.getByRole('button', { name: 'Take 20 MB of random bytes' }).click();
  await expect(page.getByText('Opened, and the same to the last byte.')).toBeVisible();

  const faults = async () => {
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
        rules: { 'target-size': { enabled: true } },
      }),
    );
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  };
  const wider = () =>
    page.evaluate(() => {
      const { clientWidth } = document.documentElement;
      return [...document.querySelectorAll('body *:not(.skip)')]
        .filter((element) => element.closest('pre') === null || element.matches('pre'))
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          return width > 1 && (left < -1 || right > clientWidth + 1);
        })
        .map((element) => element.outerHTML.slice(0, 120));
    });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const contrast of ['no-preference', 'more'] as const) {
      await page.emulateMedia({ colorScheme, contrast });
      expect(await faults(), `${colorScheme}, contrast ${contrast}`).toEqual([]);
    }
  }
  for (const width of [320, 390, 768, 1180, 2560]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await wider(), `${width}`).toEqual([]);
    if (width === 320) expect(await faults(), '320').toEqual([]);
  }
  expect(problems).toEqual([]);
  await page.context().close();
});
