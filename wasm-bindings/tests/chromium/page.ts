/** The suites inside a page or a worker: what happened is kept in `globalThis.outcomes`. */
import { capabilities, DuetError, ready } from '@duet-chat/crypto';
import type { Environment } from '../harness.js';
import { suites } from '../suites/all.js';

export interface Outcome {
  readonly name: string;
  readonly error?: string;
}

const environment = (): Environment => ({
  engines: capabilities().operations.ed25519.native ? ['native', 'wasm'] : ['wasm'],
  // The server of these pages passes it on. A worker has no page.
  relay: 'document' in globalThis ? location.origin : undefined,
  // Other ones than in Node, and fewer: there are several pages.
  tries: { runs: 250, seed: 9 },
  otherRealm: otherRealm(),
  text: async (name) => {
    const response = await fetch(`/test-vectors/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  },
});

/** Of an iframe. A worker has none. */
function otherRealm(): Record<string, unknown> | undefined {
  if (!('document' in globalThis)) return undefined;
  const frame = document.createElement('iframe');
  document.documentElement.append(frame);
  return frame.contentWindow as unknown as Record<string, unknown>;
}

/** What never comes is a failure with a name, and not a page that says nothing. */
const LIMIT_MS = 90_000;

function ended(run: void | Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${LIMIT_MS} ms`)), LIMIT_MS);
  });
  return Promise.race([run, late]).finally(() => clearTimeout(timer));
}

/** Runs every suite, or those that are named. */
export async function runSuites(only: readonly string[] | undefined): Promise<Outcome[]> {
  await ready();
  const outcomes: Outcome[] = [];
  for (const [suite, tests] of Object.entries(suites)) {
    if (only !== undefined && !only.includes(suite)) continue;
    for (const { name, run } of await tests(environment())) {
      const title = `${suite}: ${name}`;
      try {
        await ended(run());
        outcomes.push({ name: title });
      } catch (error) {
        outcomes.push({
          name: title,
          error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
    }
  }
  return outcomes;
}

/** What `ready()` ends with here: `ok`, or the code of its error. */
export async function codeOfReady(): Promise<string> {
  return ready().then(
    () => 'ok',
    (error: unknown) => (error instanceof DuetError ? error.code : String(error)),
  );
}

export { capabilities };
