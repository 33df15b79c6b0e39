/** The WebAssembly module of this entry: a fifth of the core's, loaded when an operation first needs it. */
import { hasSimd, type Own } from '../module.js';
import * as glue from '../wasm/subtle/glue.js';
import { Instance, type WasmSource } from './instance.js';

/** What the module does. */
export type Wasm = typeof glue;

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

const instance = /* @__PURE__ */ new Instance(glue, 'ed25519Public', () => own());

/** {@link Instance.load}. */
export function load(source: WasmSource): Promise<Wasm> {
  return instance.load(source);
}

/** {@link Instance.call}. */
export function call<T>(operation: () => T): T {
  return instance.call(operation);
}
