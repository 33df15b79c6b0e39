/** Scripts of older formats have no address of their own: what is bundled into one finds its module all the same. */
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const PROGRAM = `
  import { readFile } from 'node:fs/promises';
  import { capabilities, ready } from './dist/index.js';
  import { createSubtle } from './dist/subtle.js';
  const given = process.argv[2] === 'given';
  const file = (name) => (given ? readFile('dist/wasm/' + name) : undefined);
  const run = async () => {
    await ready({ wasm: await file('baseline.wasm') });
    const subtle = createSubtle({ engine: 'wasm', wasm: await file('subtle/baseline.wasm') });
    const digest = await subtle.digest('SHA-256', new Uint8Array());
    process.stdout.write(capabilities().wasm + ' ' + Buffer.from(digest).toString('hex').slice(0, 8));
  };
  run();
`;

for (const format of ['cjs', 'iife'] as const) {
  test(`a bundle as ${format} loads the module, its own and a given one`, async ({ assert }) => {
    const { outputFiles } = await build({
      stdin: { contents: PROGRAM, resolveDir: root },
      bundle: true,
      platform: 'node',
      format,
      write: false,
      logLevel: 'error',
      // What has no address is the point here.
      logOverride: { 'empty-import-meta': 'silent' },
    });
    for (const [from, variant] of [
      ['own', 'simd128'],
      ['given', 'baseline'],
    ] as const) {
      const { stdout, stderr } = spawnSync(process.execPath, ['-', from], {
        cwd: root,
        input: outputFiles[0]?.text ?? '',
        encoding: 'utf8',
      });
      assert.equal(stdout, `${variant} e3b0c442`, stderr);
    }
  });
}
