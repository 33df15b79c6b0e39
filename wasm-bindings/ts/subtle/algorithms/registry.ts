/** The algorithms of the wasm engine, and the specification's "normalize an algorithm" over them. */
import { exception } from '../exception.js';
import { dictionary, isObject } from '../webidl.js';
import { aesGcm } from './aes-gcm.js';
import type { Algorithm, Operation, Params, Registered } from './algorithm.js';
import { ed25519 } from './ed25519.js';
import { hashes, nameOf } from './hashes.js';
import { hmac } from './hmac.js';
import { hkdf, pbkdf2 } from './kdf.js';
import { x25519 } from './x25519.js';

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map(
  [...hashes, hmac, hkdf, pbkdf2, aesGcm, ed25519, x25519].map((one) => [one.name.toUpperCase(), one]),
);

/** Those of the draft, whose operations (`../modern/`) are loaded when one of them is used. */
const MODERN: ReadonlyMap<string, Registered> = new Map(
  [
    ...['SHA3-256', 'SHA3-384', 'SHA3-512'].map((name) => ({ name, members: { digest: [] } })),
    { name: 'ML-KEM-768', members: { encapsulate: [], decapsulate: [], generateKey: [], importKey: [] } },
  ].map((one) => [one.name, one]),
);

/** A normalised algorithm of ours, or one that only the platform may know. */
export type Normalized =
  | { readonly known: true; readonly algorithm: Registered; readonly params: Params }
  | { readonly known: false; readonly name: string };

/** The algorithm with a registered name. */
export function algorithmNamed(name: string): Registered | undefined {
  return operationsNamed(name) ?? MODERN.get(name.toUpperCase());
}

/** The same, if it is one of the first module's. */
export function operationsNamed(name: string): Algorithm | undefined {
  return ALGORITHMS.get(name.toUpperCase());
}

/**
 * Section 18.4.4. Each member is read once; what a name in another case means is decided here. An algorithm that is ours but does
 * not have the operation is refused.
 */
export function normalize(operation: Operation, value: unknown, what = 'algorithm'): Normalized {
  const name = nameOf(value, what);
  const algorithm = algorithmNamed(name);
  if (algorithm === undefined) return { known: false, name };
  const members = algorithm.members[operation];
  if (members === undefined) throw unsupported(algorithm.name, operation);
  const rest = isObject(value) ? value : undefined;
  return {
    known: true,
    algorithm,
    params: { ...dictionary<Omit<Params, 'name'>>(rest, members, what), name: algorithm.name },
  };
}

/** What is known to nobody here. */
export function unsupported(name: string, operation: string): Error {
  return exception('NotSupportedError', `${name} has no ${operation} here`);
}
