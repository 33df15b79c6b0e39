/** In a page: the functions that stretch a passphrase, done by a worker. */
import { copyOf } from '../bytes.js';
import { DuetError } from '../core-errors.js';
import { callback, options, signal as signalOf } from '../gate.js';
import { restoreIdentity } from '../identity.js';
import type { splitPassword } from '../password.js';
import type { Identity, Progress, StretchOptions } from '../types.js';
import type { exportBackup, importBackup, unwrapIdentity, wrapIdentity } from '../vault.js';
import type { Answer, Call, Operation, PostedBackup, PostedIdentity } from './messages.js';

/** What a worker can be told, in a browser (`Worker`) and in Node (`node:worker_threads`). */
export interface WorkerLike {
  // biome-ignore lint/suspicious/noExplicitAny: a method of a platform's class, which names its own kinds of what is moved
  postMessage(message: unknown, transfer: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above, events
  addEventListener?(type: 'error', listener: (event: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above, listeners
  on?(type: any, listener: (...values: any[]) => void): unknown;
}

/** The functions of the same names, done elsewhere. */
export interface Stretching {
  readonly splitPassword: typeof splitPassword;
  readonly exportBackup: typeof exportBackup;
  readonly wrapIdentity: typeof wrapIdentity;
  readonly importBackup: typeof importBackup;
  readonly unwrapIdentity: typeof unwrapIdentity;
}

/**
 * The functions that keep a thread busy for some hundred milliseconds, done by a worker that has called `serveStretching`: the page goes on
 * meanwhile. What they take, give and throw is the same; a `signal` ends the call at once, though not what the worker has begun.
 * A worker that does not start, or stops, is `E_WORKER`.
 *
 * @example
 * ```ts
 * const stretching = stretchIn(new Worker(new URL('./stretching.worker.js', import.meta.url), { type: 'module' }));
 * const { loginSecret, vaultSecret } = await stretching.splitPassword({ realm, name, password });
 * ```
 */
export function stretchIn(worker: WorkerLike): Stretching {
  const calls = new Calls(worker);
  return {
    splitPassword: (input) => calls.make('splitPassword', input),
    exportBackup: (input) => calls.make('exportBackup', input),
    wrapIdentity: (input) => calls.make('wrapIdentity', input),
    importBackup: (input) => takenUp(input, () => calls.make<PostedBackup>('importBackup', input)),
    unwrapIdentity: (input) => takenUp(input, () => calls.make<PostedIdentity>('unwrapIdentity', input)),
  };
}

/** Options of any of them. */
type Given = StretchOptions & { readonly vaultSecret?: Uint8Array | undefined };

async function takenUp<T extends PostedIdentity>(
  input: Given,
  call: () => Promise<T>,
): Promise<Omit<T, 'account'> & { readonly identity: Identity }> {
  const { vaultSecret } = options(input);
  const secret = vaultSecret === undefined ? undefined : copyOf(vaultSecret, 'vaultSecret', 32);
  try {
    const { account, ...rest } = await call();
    return {
      ...rest,
      identity: await restoreIdentity({ ...account, stored: rest.stored, vaultSecret: secret }),
    };
  } finally {
    secret?.fill(0);
  }
}

/** Calls under way. */
class Calls {
  readonly #worker: WorkerLike;
  readonly #waiting = new Set<(error: DuetError) => void>();
  #gone: DuetError | undefined;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    if (worker.addEventListener === undefined) {
      worker.on?.('error', (cause: unknown) => this.#lost(cause));
      worker.on?.('exit', () => this.#lost());
    } else worker.addEventListener('error', (event) => this.#lost(event.error ?? event.message));
  }

  /** An error that nobody caught: whether the worker lives on is not known, and what it was asked may never be answered. */
  #lost(cause?: unknown): void {
    this.#gone = new DuetError('E_WORKER', undefined, { cause });
    for (const fail of this.#waiting) fail(this.#gone);
  }

  async make<T>(operation: Operation, given: Given): Promise<T> {
    const { onProgress: told, signal: aborting, vaultSecret: secret, ...rest } = options(given);
    // Posted as it is, it would take with it whatever else its buffer holds.
    const vaultSecret = secret === undefined ? undefined : copyOf(secret, 'vaultSecret', 32);
    const input = { ...rest, vaultSecret };
    const [onProgress, signal] = [callback(told, 'onProgress'), signalOf(aborting)];
    signal?.throwIfAborted();
    if (this.#gone !== undefined) throw this.#gone;
    const { port1: port, port2: theirs } = new MessageChannel();
    let fail: (error: unknown) => void = () => undefined;
    const abort = () => {
      port.postMessage('cancel');
      fail(signal?.reason);
    };
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject;
        this.#waiting.add(reject);
        signal?.addEventListener('abort', abort);
        port.onmessage = ({ data }: MessageEvent<Answer>) => settle<T>(data, resolve, reject, onProgress);
        this.#post({ duetStretching: operation, input, port: theirs });
      });
    } finally {
      this.#waiting.delete(fail);
      signal?.removeEventListener('abort', abort);
      port.close();
    }
  }

  /** What cannot be copied is refused by the platform: a function among the options, say. The secret is moved. */
  #post(call: Call): void {
    const { vaultSecret } = call.input;
    try {
      this.#worker.postMessage(call, [call.port, ...(vaultSecret === undefined ? [] : [vaultSecret.buffer])]);
    } catch (cause) {
      throw new DuetError('E_ARGUMENT', 'cannot be posted to a worker', { cause });
    }
  }
}

function settle<T>(
  answer: Answer,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
  onProgress: ((progress: Progress) => void) | undefined,
): void {
  if (answer.type === 'result') resolve(answer.result as T);
  else if (answer.type === 'threw') reject(answer.error);
  else if (answer.type === 'failed') {
    const error = new DuetError(answer.code);
    // With what was added to it there.
    error.message = answer.message;
    reject(error);
  } else onProgress?.(answer.progress);
}
