/** The guide does what it says: its blocks run as one program, and print what stands behind their arrows. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../../', import.meta.url);

test('guide: ten minutes', async ({ assert }) => {
  const guide = await readFile(new URL('../docs/guide/javascript.md', root), 'utf8');
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  const program = blocks.join('');
  const expected = [...program.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
  assert.equal(blocks.length > 5 && expected.length > 10, true, 'the guide has become empty');
  // A program that is evaluated finds the package by its name from the folder it runs in.
  const options = { cwd: fileURLToPath(root) };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    options,
  );
  assert.deepEqual(stdout.trimEnd().split('\n'), expected);
});
