import { expect, test } from './support/fixtures.js';

test('the module comes once, as a file, compressed', async ({ stage, browser }) => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const modules: [path: string, type: string | undefined, encoding: string | undefined][] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    const headers = response.headers();
    if (/simd128|baseline/.test(pathname))
      modules.push([
        pathname.replace(/-[\w-]+\./, '.'),
        headers['content-type'],
        headers['content-encoding'],
      ]);
  });
  await page.goto(`http://localhost:${stage.relay.port}`);
  // Drawn by what the engine's worker says, which needs the module.
  await expect(page.getByTestId('sign-in-name')).toBeVisible();
  await expect.poll(() => modules).toEqual([['/assets/simd128.wasm', 'application/wasm', 'br']]);
  await context.close();
});
