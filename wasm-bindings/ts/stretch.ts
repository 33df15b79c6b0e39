/** Work that keeps this thread busy for some hundred milliseconds, announced and cancellable. */
import { run } from './boundary.js';
import { callback, signal as signalOf } from './gate.js';
import type { Wasm } from './loader.js';
import type { StretchOptions } from './types.js';
import type { Task } from './wasm/glue.js';

/**
 * Runs a task that waits for the promise it is given before it keeps this thread busy: by then the progress that was
 * just reported is painted, or posted, and a signal that was aborted meanwhile has been seen.
 */
export async function stretched<Result>(
  { onProgress: told, signal: aborting }: StretchOptions,
  start: (wasm: Wasm, begin: Promise<void>) => Task,
): Promise<Result> {
  const [onProgress, signal] = [callback(told, 'onProgress'), signalOf(aborting)];
  signal?.throwIfAborted();
  onProgress?.({ done: 0, total: 1 });
  const begin = new Promise<void>((resolve, reject) => {
    setTimeout(() => (signal?.aborted === true ? reject(signal.reason) : resolve()), 0);
  });
  // A task that refuses its arguments never waits for it.
  begin.catch(() => undefined);
  try {
    const result = await run<Result>((wasm) => start(wasm, begin));
    onProgress?.({ done: 1, total: 1 });
    return result;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
