/**
 * Loads the WebAssembly module once, and remembers whether the instance is still alive.
 */
import { DuetError } from './errors.js';
import { options as plain } from './gate.js';
import { hasSimd, moduleFrom, type Own } from './module.js';
import type { ReadyOptions } from './types.js';
// Not by `import()`, which a module service worker does not have.
import * as glue from './wasm/glue.js';

export type Wasm = typeof glue;

type State =
  | { readonly stage: 'idle' }
  | { readonly stage: 'ready'; readonly wasm: Wasm; readonly memory: WebAssembly.Memory }
  | { readonly stage: 'dead'; readonly cause: unknown };

/** The package's own module. Bundlers look for addresses that are written out like these. */
let own = (): Own =>
  hasSimd()
    ? { file: () => new URL('./wasm/simd128.wasm', import.meta.url), copy: () => import('./wasm/simd128.js') }
    : {
        file: () => new URL('./wasm/baseline.wasm', import.meta.url),
        copy: () => import('./wasm/baseline.js'),
      };

/** An entry that has the module already says so before anything is loaded. */
export function provide(imported: () => Own): void {
  own = imported;
}

let state: State = { stage: 'idle' };
let loading: Promise<void> | undefined;

/**
 * Loads the module unless it is loaded. Concurrent calls share one attempt; a failed attempt is forgotten, so that
 * a call after the cause is gone succeeds.
 */
export function load(options: ReadyOptions = {}): Promise<void> {
  if (state.stage === 'ready') return Promise.resolve();
  if (state.stage === 'dead') return Promise.reject(trapped(state.cause));
  loading ??= attempt(options).finally(() => {
    loading = undefined;
  });
  return loading;
}

/** The instance. Throws `E_NOT_READY` before {@link load} has succeeded and `E_WASM_TRAP` after a trap. */
export function instance(): Wasm {
  if (state.stage === 'ready') return state.wasm;
  throw state.stage === 'dead' ? trapped(state.cause) : new DuetError('E_NOT_READY');
}

/** All of its memory, for the test that looks for secrets in it. */
export function memory(): Uint8Array<ArrayBuffer> {
  if (state.stage !== 'ready') throw new DuetError('E_NOT_READY');
  return new Uint8Array(state.memory.buffer as ArrayBuffer);
}

/** True between a successful {@link load} and a trap. */
export function isAlive(): boolean {
  return state.stage === 'ready';
}

/** Why the instance is dead, if it is. */
export function death(): DuetError | undefined {
  return state.stage === 'dead' ? trapped(state.cause) : undefined;
}

/** After a trap nothing in the instance's memory can be trusted: it is never called again. */
export function bury(cause: unknown): DuetError {
  state = { stage: 'dead', cause };
  return trapped(cause);
}

function trapped(cause: unknown): DuetError {
  return new DuetError('E_WASM_TRAP', undefined, { cause });
}

async function attempt(options: ReadyOptions): Promise<void> {
  if (typeof WebAssembly !== 'object') throw new DuetError('E_WASM_MISSING');
  try {
    const module = await moduleFrom(plain(options).wasm, own());
    refuseForeign(module);
    const { memory } = await glue.default({ module_or_path: module });
    state = { stage: 'ready', wasm: glue, memory };
  } catch (cause) {
    throw cause instanceof DuetError ? cause : new DuetError('E_WASM_LOAD', undefined, { cause });
  }
}

/** The glue keeps the first instance that it gets: a module that is not this package's must not come to it. */
function refuseForeign(module: WebAssembly.Module): void {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'variant')) {
    throw new DuetError('E_WASM_LOAD', 'the module is not this package’s');
  }
}
