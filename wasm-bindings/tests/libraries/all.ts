/**
 * Libraries of others on `@duet-chat/crypto/subtle/install`, where the platform has no `crypto.subtle`: they know nothing of this package,
 * and ask for what they expect of any browser.
 */
import '@duet-chat/crypto/subtle/install';
import { engineOf } from '@duet-chat/crypto/subtle';
import { equal, type Test } from '../harness.js';
import { ageTests } from './age.js';
import { hpkeTests } from './hpke.js';
import { joseTests } from './jose.js';

const LIBRARIES: Readonly<Record<string, readonly Test[]>> = {
  jose: joseTests,
  '@hpke/core': hpkeTests,
  'age-encryption': ageTests,
};

/** Runs everything; what failed has an error. */
export async function runLibraries(): Promise<{ name: string; error?: string }[]> {
  const outcomes: { name: string; error?: string }[] = [];
  // Else the platform would be tested.
  const key = (await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])) as CryptoKey;
  equal(engineOf(key), 'wasm', 'who computes');
  for (const [library, tests] of Object.entries(LIBRARIES)) {
    for (const { name, run } of tests) {
      const title = `${library}: ${name}`;
      try {
        await run();
        outcomes.push({ name: title });
      } catch (error) {
        outcomes.push({ name: title, error: String((error as Error).stack ?? error) });
      }
    }
  }
  return outcomes;
}
