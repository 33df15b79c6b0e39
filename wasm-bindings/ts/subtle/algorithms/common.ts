/** What several algorithms do alike. */
import { DuetError } from '../../errors.js';
import { exception } from '../exception.js';
import type { Slots } from '../key.js';
import type { Wasm } from '../module.js';
import { call } from '../module.js';
import type { Usage } from '../types.js';
import { cryptoKey, type Member, USAGES } from '../webidl.js';
import type { Bytes, HashName, Params, Wanted } from './algorithm.js';
import { hashIdentifier } from './hashes.js';

/** The member `hash`. */
export const HASH: Member = { name: 'hash', convert: hashIdentifier, required: true };

/** The member `public`. */
export const PUBLIC: Member = { name: 'public', convert: cryptoKey, required: true };

/** Refuses usages that the algorithm does not have. */
export function checkUsages(usages: readonly Usage[], allowed: readonly Usage[]): void {
  if (usages.some((usage) => !allowed.includes(usage))) {
    throw exception('SyntaxError', `the usages of such a key are ${allowed.join(', ') || 'none'}`);
  }
}

/** In the specification's order, each once. */
export function normalizedUsages(usages: readonly Usage[], allowed: readonly Usage[] = USAGES): Usage[] {
  return USAGES.filter((usage) => usages.includes(usage) && allowed.includes(usage));
}

/** Slots of a secret key. */
export function secretKey(algorithm: Slots['algorithm'], material: Bytes, wanted: Wanted): Slots {
  const { extractable, usages } = wanted;
  return { type: 'secret', extractable, algorithm, usages: normalizedUsages(usages), material };
}

/** The hash of a normalised algorithm that requires one. */
export function hashOf({ hash }: { readonly hash?: { readonly name: string } }): HashName {
  if (hash === undefined) throw exception('OperationError', 'the algorithm has no hash');
  return hash.name as HashName;
}

/** Random bytes of the platform. Its generator takes 65,536 at a time. */
export function randomBytes(length: number): Bytes {
  if (typeof globalThis.crypto?.getRandomValues !== 'function') throw new DuetError('E_RANDOM_MISSING');
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += RANDOM_MOST) {
    crypto.getRandomValues(bytes.subarray(at, at + RANDOM_MOST));
  }
  return bytes;
}

const RANDOM_MOST = 65_536;

/** Bits beyond a length that is no multiple of eight are 0. */
export function truncated(bytes: Bytes, bits: number): Bytes {
  const out = new Uint8Array(bytes.subarray(0, Math.ceil(bits / 8)));
  const unused = (8 - (bits % 8)) % 8;
  const last = out.length - 1;
  if (unused > 0) out[last] = (out[last] ?? 0) & (0xff << unused);
  return out;
}

/** The result of the module, or the refusal that its absence stands for. */
export function orOperationError(result: Uint8Array | undefined, message: string): Bytes {
  if (result === undefined) throw exception('OperationError', message);
  return result as Bytes;
}

/** {@link call} of something that refuses by giving nothing. */
export function attempt(operation: () => Uint8Array | undefined, message: string): Bytes {
  return orOperationError(call(operation), message);
}

/** A member that the dictionary requires, so that it is there. */
export function given<T>(value: T | undefined): T {
  if (value === undefined) throw exception('OperationError', 'a required parameter is missing');
  return value;
}

/** Names of the hashes in the module. */
export function wasmHash(wasm: Wasm, params: Pick<Params, 'hash'> | { hash?: { name: string } }): number {
  const { Hash } = wasm;
  return { 'SHA-1': Hash.Sha1, 'SHA-256': Hash.Sha256, 'SHA-384': Hash.Sha384, 'SHA-512': Hash.Sha512 }[
    hashOf(params as { hash?: { name: string } })
  ];
}
