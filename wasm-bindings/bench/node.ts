/** `npm run bench`: Node first, then Chromium. Tables go to standard output, numbers to `.build/bench.json`. */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { withBrowser } from '../tests/chromium/browser.js';
import { serve } from '../tests/chromium/server.js';
import { type Result, table } from './measure.js';
import { runAll } from './run.js';

const progress = (line: string) => process.stderr.write(`  ${line}\n`);

const places: Record<string, Result[]> = {};
process.stderr.write('Node\n');
places[`Node ${process.versions.node}`] = await runAll(progress);

const server = await serve({ '/bench': '' });
try {
  await withBrowser(async (context) => {
    const page = await context.newPage();
    await page.exposeFunction('progress', progress);
    await page.goto(`http://localhost:${server.port}/bench`);
    process.stderr.write('Chromium\n');
    const version = context.browser()?.version() ?? (await page.evaluate(() => navigator.userAgent));
    places[`Chromium ${version}`] = await page.evaluate(async (address) => {
      const { runAll: run } = await import(address);
      return run((globalThis as unknown as { progress(line: string): void }).progress);
    }, '/.build/bench/run.js');
  });
} finally {
  await server.close();
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
const date = new Date().toISOString().slice(0, 10);
await writeFile(
  new URL('../bench.json', import.meta.url),
  `${JSON.stringify({ date, machine, places }, null, 2)}\n`,
);
process.stdout.write(
  `${date}, ${machine}. × is the time over that of the first reference: above 1 is slower.\n`,
);
for (const [place, results] of Object.entries(places))
  process.stdout.write(`\n### ${place}\n\n${table(results)}\n`);
