/** HKDF and PBKDF2 (sections 32 and 33 of the specification): keys that nothing is exported from, and only bits are derived from. */
import { exception } from '../exception.js';
import { bufferSource, type Member, unsignedLong } from '../webidl.js';
import type { Algorithm } from './algorithm.js';
import { attempt, checkUsages, given, HASH, secretKey, wasmHash } from './common.js';

const USAGES = ['deriveKey', 'deriveBits'] as const;
const bytes = (name: string): Member => ({ name, convert: bufferSource, required: true });

/** What both do alike. */
function kdf(name: string, deriveMembers: readonly Member[]): Algorithm {
  return {
    name,
    rawName: 'raw-secret',
    members: { deriveBits: deriveMembers, importKey: [], getKeyLength: [] },

    importKey(_wasm, data, _params, wanted) {
      if (data.format !== 'raw') {
        throw exception('NotSupportedError', `no ${name} key has the format '${data.format}'`);
      }
      checkUsages(wanted.usages, USAGES);
      if (wanted.extractable) throw exception('SyntaxError', `a key of ${name} is never extractable`);
      return secretKey({ name }, data.bytes, wanted);
    },

    getKeyLength: () => null,
  };
}

function bytesOfLength(length: number | null): number {
  if (length === null || length % 8 !== 0) {
    throw exception('OperationError', "'length' must be a multiple of 8 bits");
  }
  return length / 8;
}

export const hkdf: Algorithm = {
  ...kdf('HKDF', [HASH, bytes('info'), bytes('salt')]),

  deriveBits(wasm, key, params, bits) {
    const length = bytesOfLength(bits);
    const [salt, info] = [given(params.salt), given(params.info)];
    return attempt(
      () => wasm.hkdf(wasmHash(wasm, params), key.material, salt, info, length),
      'HKDF gives at most 255 hashes',
    );
  },
};

export const pbkdf2: Algorithm = {
  ...kdf('PBKDF2', [HASH, { name: 'iterations', convert: unsignedLong, required: true }, bytes('salt')]),

  deriveBits(wasm, key, params, bits) {
    const length = bytesOfLength(bits);
    const [salt, iterations] = [given(params.salt), given(params.iterations)];
    if (iterations === 0) throw exception('OperationError', "'iterations' must be at least 1");
    return attempt(
      () => wasm.pbkdf2(wasmHash(wasm, params), key.material, salt, iterations, length),
      'PBKDF2 gives at most 2^32 - 1 hashes',
    );
  },
};
