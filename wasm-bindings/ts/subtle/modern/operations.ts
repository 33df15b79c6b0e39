/** The operations of the draft's algorithms, with their module: what is loaded when one of them is used. */
import type { Operations } from '../algorithms/algorithm.js';
import { unsupported } from '../algorithms/registry.js';
import type { WasmSource } from '../instance.js';
import { mlKem768 } from './ml-kem.js';
import { type ModernWasm, modern } from './module.js';
import { sha3 } from './sha3.js';

const OPERATIONS: Readonly<Record<string, Operations<ModernWasm>>> = {
  'ML-KEM-768': mlKem768,
  'SHA3-256': sha3(256),
  'SHA3-384': sha3(384),
  'SHA3-512': sha3(512),
};

/** The operations of an algorithm that is registered, and what they are called with. */
export async function loadModern(
  name: string,
  source: WasmSource,
): Promise<{ does: Operations<ModernWasm>; wasm: ModernWasm }> {
  const does = OPERATIONS[name];
  if (does === undefined) throw unsupported(name, 'operation');
  return { does, wasm: await modern.load(source) };
}
