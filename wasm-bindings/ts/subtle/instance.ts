/** One WebAssembly module: loaded when an operation first needs it, wiped after each call, and given up after a trap. */
import { DuetError } from '../errors.js';
import { moduleFrom, type Own } from '../module.js';
import type { ReadyOptions } from '../types.js';
import { exception } from './exception.js';

/** Where a module comes from: see `ready()` of the main entry. */
export type WasmSource = ReadyOptions['wasm'];

/** What the glue of every module here has. */
interface Glue {
  readonly default: (source: { module_or_path: WebAssembly.Module }) => Promise<unknown>;
  wipeStack(): void;
}

/** A module that is loaded once. */
export class Instance<G extends Glue> {
  readonly #glue: G;
  readonly #own: () => Own;
  readonly #mark: string;
  #loading: Promise<G> | undefined;
  #dead: { readonly cause: unknown } | undefined;

  /** `mark` is an export that no other module has. */
  constructor(glue: G, mark: keyof G & string, own: () => Own) {
    this.#glue = glue;
    this.#mark = mark;
    this.#own = own;
  }

  /** Loads the module unless it is loaded. A failed attempt is forgotten. */
  load(source: WasmSource): Promise<G> {
    this.#loading ??= this.#attempt(source).catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /**
   * Calls the module, and wipes what the call left on the stack. The module throws nothing of its own: what comes out is a trap (no
   * memory for a buffer, say), after which nothing in the instance is trusted any more.
   */
  call<T>(operation: () => T): T {
    if (this.#dead !== undefined) throw gone(this.#dead.cause);
    try {
      const result = operation();
      this.#glue.wipeStack();
      return result;
    } catch (cause) {
      this.#dead = { cause };
      throw gone(cause);
    }
  }

  async #attempt(source: WasmSource): Promise<G> {
    if (typeof WebAssembly !== 'object') throw new DuetError('E_WASM_MISSING');
    try {
      const module = await moduleFrom(source, this.#own());
      // The glue keeps the first instance that it gets.
      if (!WebAssembly.Module.exports(module).some(({ name }) => name === this.#mark)) {
        throw new DuetError('E_WASM_LOAD', 'the module is another one of the package');
      }
      await this.#glue.default({ module_or_path: module });
      return this.#glue;
    } catch (cause) {
      throw cause instanceof DuetError ? cause : new DuetError('E_WASM_LOAD', undefined, { cause });
    }
  }
}

function gone(cause: unknown): Error {
  return exception(
    'OperationError',
    'the WebAssembly instance has stopped: reload the page or worker',
    cause,
  );
}
