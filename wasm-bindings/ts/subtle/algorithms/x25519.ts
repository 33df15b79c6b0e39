/** X25519 (section 28 of the specification). */
import { exception } from '../exception.js';
import { slotsOf } from '../key.js';
import type { Algorithm } from './algorithm.js';
import { attempt, PUBLIC, truncated } from './common.js';
import { curve } from './curve.js';

const BITS = 256;

export const x25519: Algorithm = {
  name: 'X25519',
  rawName: 'raw-public',
  members: { deriveBits: [PUBLIC], generateKey: [], importKey: [] },
  ...curve({
    name: 'X25519',
    use: 'enc',
    algs: [],
    publicUsages: [],
    privateUsages: ['deriveKey', 'deriveBits'],
    publicOf: (wasm, secret) => wasm.x25519Public(secret),
  }),

  deriveBits(wasm, key, params, length) {
    if (key.type !== 'private') throw exception('InvalidAccessError', 'a private key agrees');
    const theirs = slotsOf(params.public);
    if (theirs?.type !== 'public') throw exception('InvalidAccessError', "'public' must be a public key");
    if (theirs.algorithm.name !== key.algorithm.name) {
      throw exception('InvalidAccessError', "'public' is a key of another algorithm");
    }
    const secret = attempt(
      () => wasm.x25519(key.material, theirs.material),
      'the public key is of low order',
    );
    if (length === null) return secret;
    if (length > BITS) throw exception('OperationError', `an agreement has ${BITS} bits`);
    return truncated(secret, length);
  },
};
