/** SHA-3 (the draft's section of that name). */
import type { Operations } from '../algorithms/algorithm.js';
import { attempt, type ModernWasm } from './module.js';

/** The hash of so many bits. */
export function sha3(bits: number): Operations<ModernWasm> {
  return {
    digest: (wasm, _params, data) => attempt(() => wasm.sha3(bits / 8, data), 'there is no such hash'),
  };
}
