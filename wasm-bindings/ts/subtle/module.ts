/** The WebAssembly module of this entry: a fifth of the core's, loaded when an operation first needs it. */
import { DuetError } from '../errors.js';
import { hasSimd, moduleFrom, type Own } from '../module.js';
import type { ReadyOptions } from '../types.js';
import * as glue from '../wasm/subtle/glue.js';
import { exception } from './exception.js';

/** What the module does. */
export type Wasm = typeof glue;

/** Where the module comes from: see `ready()` of the main entry. */
export type WasmSource = ReadyOptions['wasm'];

let own = (): Own =>
  hasSimd()
    ? {
        file: () => new URL('../wasm/subtle/simd128.wasm', import.meta.url),
        copy: () => import('../wasm/subtle/simd128.js'),
      }
    : {
        file: () => new URL('../wasm/subtle/baseline.wasm', import.meta.url),
        copy: () => import('../wasm/subtle/baseline.js'),
      };

/** An entry that has the module already says so before anything is loaded. */
export function provide(imported: () => Own): void {
  own = imported;
}

let loading: Promise<Wasm> | undefined;
let dead: { readonly cause: unknown } | undefined;

/** Loads the module unless it is loaded. A failed attempt is forgotten. */
export function load(source: WasmSource): Promise<Wasm> {
  loading ??= attempt(source).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function attempt(source: WasmSource): Promise<Wasm> {
  if (typeof WebAssembly !== 'object') throw new DuetError('E_WASM_MISSING');
  try {
    const module = await moduleFrom(source, own());
    // The glue keeps the first instance that it gets.
    if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'ed25519Public')) {
      throw new DuetError('E_WASM_LOAD', 'the module is not this entry’s');
    }
    await glue.default({ module_or_path: module });
    return glue;
  } catch (cause) {
    throw cause instanceof DuetError ? cause : new DuetError('E_WASM_LOAD', undefined, { cause });
  }
}

/**
 * Calls the module, and wipes what the call left on the stack. The module throws nothing of its own: what comes out is a trap (no
 * memory for a buffer, say), after which nothing in the instance is trusted any more.
 */
export function call<T>(operation: () => T): T {
  if (dead !== undefined) throw gone();
  try {
    const result = operation();
    glue.wipeStack();
    return result;
  } catch (cause) {
    dead = { cause };
    throw gone();
  }
}

function gone(): Error {
  return exception(
    'OperationError',
    'the WebAssembly instance has stopped: reload the page or worker',
    dead?.cause,
  );
}
