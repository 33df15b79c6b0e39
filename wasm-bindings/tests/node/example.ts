/** The example of the README does what it says. */
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

test('example: two people', async ({ assert }) => {
  const file = fileURLToPath(new URL('../../../examples/two-people.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  assert.match(stdout, /^secure: true$/m);
  assert.match(stdout, /Bob reads: Hello, Bob\.$/m);
  assert.match(stdout, /^holiday\.raw: 3000000 of 3000000 bytes$/m);
});
