/** The examples do what they say. */
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startRelay } from '../relay.js';

const EXPECTED: Readonly<Record<string, readonly RegExp[]>> = {
  'two-people': [/^secure: true$/m, /Bob reads: Hello, Bob\.$/m, /^holiday\.raw: 3000000 of 3000000 bytes$/m],
  comparing: [
    /^safety code: ([0-9]{5} ?){12}$/m,
    /^same for Bob: true$/m,
    /^scanned: it is Alice$/m,
    /^both see the same four: true$/m,
  ],
  'first-flight': [
    /^message request: It is Alice\. Have you got a minute\?$/m,
    /^secure: true · early texts that came: 1 of 1$/m,
    /^too late: E_PREKEY_UNKNOWN, and Alice hears: prekey-unknown$/m,
  ],
  reload: [/^after the reload: Where were we\?$/m, /^an older copy: E_SESSION_RECORD_OLD$/m],
  seal: [
    /^sealed: 32 bytes$/m,
    /^signed by its author: true$/m,
    /^opened: Meet me at noon\.$/m,
    /^damaged: OperationError$/m,
    /^engine: native$/m,
  ],
  backup: [
    /^backup: 0 of 1\nbackup: 1 of 1$/m,
    /^the same person: true$/m,
    /^people: bob \(compared\) · conflicts: 0$/m,
  ],
};

for (const [name, lines] of Object.entries(EXPECTED)) {
  test(`example: ${name}`, async ({ assert }) => {
    const file = fileURLToPath(new URL(`../../../examples/${name}.mjs`, import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    for (const line of lines) assert.match(stdout, line);
  });
}

test('example: relay', async ({ assert }) => {
  const relay = await startRelay();
  try {
    const file = fileURLToPath(new URL('../../../examples/relay.mjs', import.meta.url));
    const run = promisify(execFile)(process.execPath, ['--experimental-websocket', file, relay.url]);
    const { stdout } = await run;
    assert.match(stdout, /^Bob reads: Hello, Bob\.$/m);
    assert.match(stdout, /^Alice's text: delivered$/m);
    assert.match(stdout, /^Alice reads: Hello, Alice\., and both see [^,]+(, [^,]+){3}$/m);
  } finally {
    await relay.stop();
  }
});
