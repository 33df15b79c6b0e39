/** SHA-1 and SHA-2. */
import { exception } from '../exception.js';
import { call } from '../module.js';
import { type Convert, dictionary, isObject, string } from '../webidl.js';
import type { Algorithm, HashName } from './algorithm.js';

const HASHES: readonly HashName[] = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];

/** Bytes of a block, which is the length of an HMAC key that nobody chose. */
export const BLOCK_LENGTH: Readonly<Record<HashName, number>> = {
  'SHA-1': 64,
  'SHA-256': 64,
  'SHA-384': 128,
  'SHA-512': 128,
};

const NAME = [{ name: 'name', convert: string, required: true }];

/** `AlgorithmIdentifier`: an object as it is, or a name. */
export function nameOf(value: unknown, what: string): string {
  if (!isObject(value)) return string(value, what);
  return dictionary<{ name: string }>(value, NAME, what).name;
}

/** `HashAlgorithmIdentifier`: one of the hashes here, however its name is written. */
export const hashIdentifier: Convert<{ name: HashName }> = (value, what) => {
  const wanted = nameOf(value, what).toUpperCase();
  const name = HASHES.find((known) => known === wanted);
  if (name === undefined) throw exception('NotSupportedError', `${what} is no hash that is known here`);
  return { name };
};

/** `digest` of each. */
export const hashes: readonly Algorithm[] = HASHES.map((name, index) => ({
  name,
  members: { digest: [] },
  digest: (wasm, _params, data) => call(() => wasm.digest(index, data)) as Uint8Array<ArrayBuffer>,
}));
