/**
 * Every call into the WebAssembly instance goes through here: the core's error numbers become {@link DuetError}s,
 * and a trap ends the instance for good.
 */
import { DuetError, numberedError } from './core-errors.js';
import { bury, instance, isAlive, type Wasm } from './loader.js';
import type { Task } from './wasm/glue.js';

/** Calls the instance. */
export function call<T>(operation: (wasm: Wasm) => T): T {
  const wasm = instance();
  try {
    return operation(wasm);
  } catch (thrown) {
    // Of this side: the object behind the call was freed, say.
    if (thrown instanceof DuetError) throw thrown;
    // The bindings throw numbers and nothing else; whatever else comes out is a trap.
    const error = typeof thrown === 'number' ? numberedError(thrown) : undefined;
    throw error ?? bury(thrown);
  }
}

/**
 * {@link call} of a method of an object of the instance. The object is looked up before: what fails there, because a caller's proxy
 * stands in the place of ours, say, is no trap.
 */
export function on<O, T>(object: O, operation: (object: O) => T): T {
  return call(() => operation(object));
}

/** {@link callWithSecret} of a method. */
export function onWithSecret<O, T>(object: O, operation: (object: O) => T): T {
  return callWithSecret(() => operation(object));
}

/**
 * Runs a task to its end: a future of the core that stops wherever it needs Web Crypto. Each step is a plain call,
 * so a trap in any of them reaches the caller, which a future that is polled from a promise callback cannot do.
 *
 * With the wasm engine for every operation nothing is awaited: the result is there after the first step.
 */
export async function run<Result>(start: (wasm: Wasm) => Task): Promise<Result> {
  const task = call(start);
  try {
    let waiting = call(() => task.start());
    while (waiting !== undefined) {
      const outcome = await settled(waiting);
      waiting = call(() => ('value' in outcome ? task.resolve(outcome.value) : task.reject(outcome.reason)));
    }
    return call(() => task.result()) as Result;
  } finally {
    release(task);
    wipe();
  }
}

/** {@link call} for what handles a secret and keeps it, or gives it out: what it left on the stack is overwritten. */
export function callWithSecret<T>(operation: (wasm: Wasm) => T): T {
  try {
    return call(operation);
  } finally {
    wipe();
  }
}

/** Everything that is freed is wiped by the allocator; this is for the stack. Costs a few microseconds. */
function wipe(): void {
  if (isAlive()) instance().wipeStack();
}

type Outcome = { readonly value: unknown } | { readonly reason: unknown };

function settled(promise: Promise<unknown>): Promise<Outcome> {
  return promise.then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
}

/** Frees an object of the instance. After a trap there is nothing left to free. */
export function release(object: { free(): void }): void {
  if (!isAlive()) return;
  object.free();
  wipe();
}
