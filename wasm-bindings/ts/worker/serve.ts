/** In a worker: does what a page asks it to. */
import { DuetError } from '../core-errors.js';
import { splitPassword } from '../password.js';
import { ready } from '../ready.js';
import type { Bytes, ImportedIdentity, Progress } from '../types.js';
import { exportBackup, importBackup, unwrapIdentity, wrapIdentity } from '../vault.js';
import { type Answer, type Call, OPERATIONS, type Operation, type Posted } from './messages.js';

/** Where calls arrive: the worker's own global scope in a browser, `parentPort` in Node. */
export interface Inbox {
  // biome-ignore lint/suspicious/noExplicitAny: a method of a platform's class, whose events have other types in each
  addEventListener(type: 'message', listener: (event: any) => void): void;
}

/**
 * Makes this worker do what `stretchIn` of a page asks. Loads the package's module by itself; call `ready()` before, if it is to come from
 * elsewhere. Messages of your own may go on beside it.
 *
 * @example
 * ```ts
 * // stretching.worker.js, the whole file
 * import { serveStretching } from '@duet-chat/crypto/worker';
 * serveStretching();
 * ```
 */
export function serveStretching(inbox: Inbox = globalThis as Inbox): void {
  inbox.addEventListener('message', ({ data }: { data: unknown }) => {
    if (isCall(data)) void answer(data);
  });
}

function isCall(data: unknown): data is Call {
  const operation = (data as Partial<Call> | null | undefined)?.duetStretching;
  return operation !== undefined && OPERATIONS.includes(operation);
}

// biome-ignore lint/suspicious/noExplicitAny: each checks what it is given, as it does for any caller
const DOING: Readonly<Record<Operation, (input: any) => Promise<unknown>>> = {
  splitPassword,
  exportBackup,
  wrapIdentity,
  importBackup: async (input) => posted(await importBackup(input)),
  unwrapIdentity: async (input) => posted(await unwrapIdentity(input)),
};

function posted<T extends ImportedIdentity>({ identity, ...rest }: T): Posted<T> {
  const { account } = identity;
  identity.free();
  return { ...rest, account };
}

async function answer({ duetStretching: operation, input, port }: Call): Promise<void> {
  const say = (answer: Answer, transfer: Transferable[] = []) => port.postMessage(answer, transfer);
  const aborting = new AbortController();
  port.onmessage = () => aborting.abort();
  try {
    await ready();
    const result = await DOING[operation]({
      ...input,
      signal: aborting.signal,
      onProgress: (progress: Progress) => say({ type: 'progress', progress }),
    });
    say({ type: 'result', result }, secretsOf(result));
  } catch (error) {
    say(
      error instanceof DuetError
        ? { type: 'failed', code: error.code, message: error.message }
        : { type: 'threw', error },
    );
  } finally {
    input.vaultSecret?.fill(0);
  }
}

/** Moved rather than copied: nothing of them stays here. */
function secretsOf(result: unknown): Transferable[] {
  const { vaultSecret } = result as { vaultSecret?: Bytes };
  return vaultSecret === undefined ? [] : [vaultSecret.buffer];
}
