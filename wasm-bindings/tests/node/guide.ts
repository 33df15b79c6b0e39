/** The guide and the README files do what they say: their blocks run as programs, and print what stands behind their arrows. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = new URL('../../../', import.meta.url);

/** What a program prints, by lines. One that is evaluated finds the package by its name from the folder it runs in. */
async function printed(program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(root),
  });
  return stdout.trimEnd().split('\n');
}

test('guide: ten minutes', async ({ assert }) => {
  const guide = await readFile(new URL('../docs/guide/javascript.md', root), 'utf8');
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  const program = blocks.join('');
  const expected = [...program.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
  assert.equal(blocks.length > 5 && expected.length > 10, true, 'the guide has become empty');
  assert.deepEqual(await printed(program), expected);
});

/** The first block below a heading. */
async function blockOf(document: string, heading: string): Promise<string> {
  const text = await readFile(new URL(document, root), 'utf8');
  const [, code] = text.slice(text.indexOf(`\n## ${heading}\n`)).match(/^```js\n(.*?)^```$/ms) ?? [];
  if (code === undefined) throw new Error(`${document} has no block below ${heading}`);
  return code;
}

test('guide: the package in one minute, in both README files', async ({ assert }) => {
  const program = await blockOf('../README.md', 'The package in one minute');
  assert.equal(await blockOf('README.md', 'Use'), program);
  const [emoji, text, ...rest] = await printed(program);
  assert.match(emoji ?? '', /^(\p{Extended_Pictographic}\uFE0F?){12}$/u);
  assert.deepEqual([text, rest], ['Hello, Bob.', []]);
});
