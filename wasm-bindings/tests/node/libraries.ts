/** Libraries of others where the platform has no `crypto.subtle`. */
import { test } from 'node:test';
import { fresh, INSECURE } from './thread.js';

const all = new URL('../libraries/all.js', import.meta.url);

test('libraries on subtle/install, without crypto.subtle', async (context) => {
  const outcomes = (await fresh(
    INSECURE,
    `const { runLibraries } = await import('${all}');
     parentPort.postMessage(await runLibraries())`,
  )) as { name: string; error?: string }[];
  for (const { name, error } of outcomes) {
    await context.test(name, ({ assert }) => assert.equal(error, undefined, error));
  }
});
