/** The WebAssembly module of the draft's algorithms. */
import type { Own } from '../../module.js';
import * as glue from '../../wasm/subtle/modern/glue.js';
import { exception } from '../exception.js';
import { Instance } from '../instance.js';

/** What the module does. */
export type ModernWasm = typeof glue;

let own = (): Own => ({
  file: () => new URL('../../wasm/subtle/modern/baseline.wasm', import.meta.url),
  copy: () => import('../../wasm/subtle/modern/baseline.js'),
});

/** An entry that has the module already says so before anything is loaded. */
export function provideModern(imported: () => Own): void {
  own = imported;
}

export const modern = /* @__PURE__ */ new Instance(glue, 'mlKemPublic', () => own());

/** A call that refuses by giving nothing. */
export function attempt(operation: () => Uint8Array | undefined, message: string): Uint8Array<ArrayBuffer> {
  const result = modern.call(operation);
  if (result === undefined) throw exception('OperationError', message);
  return result as Uint8Array<ArrayBuffer>;
}
