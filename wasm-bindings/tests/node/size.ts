/** The package does not grow unnoticed. */
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../../scripts/size.mjs', import.meta.url));

test('size: nothing has outgrown its budget', (context) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8' });
  for (const line of stdout.trim().split('\n')) context.diagnostic(line);
  context.assert.equal(status, 0, `${stdout}${stderr}`);
});
