/** What came of an operation, in a form that can be compared: a value without identity, or the name of an error. */
import { hex } from '../harness.js';

/** A result, or the name that the specification gives its error. */
export async function outcomeOf(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify(plain(await work()));
  } catch (error) {
    return `refused: ${(error as Error).name}`;
  }
}

function plain(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return hex(new Uint8Array(value));
  if (isKey(value)) {
    const { type, extractable, algorithm, usages } = value;
    const { name, length, hash } = algorithm as HmacKeyAlgorithm;
    return { type, extractable, name, length, hash: hash?.name, usages: [...usages].sort() };
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, plain(part)] as const);
  // The order of members says nothing, nor that of operations; nor does an `alg` that older platforms leave out.
  return Object.fromEntries(
    entries
      .filter(([key, part]) => !(key === 'alg' && (part === 'Ed25519' || part === 'EdDSA')))
      .map(([key, part]) => [key, Array.isArray(part) ? [...part].sort() : part] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function isKey(value: unknown): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]';
}
