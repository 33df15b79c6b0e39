/** HMAC (section 31 of the specification). */
import { exception } from '../exception.js';
import { decodeBase64url, encodeBase64url } from '../formats/base64url.js';
import { checkJwk, jwkOf } from '../formats/jwk.js';
import { call } from '../module.js';
import { unsignedLong } from '../webidl.js';
import type { Algorithm, Bytes, HashName, KeyData, Params, Wanted } from './algorithm.js';
import { checkUsages, HASH, hashOf, randomBytes, secretKey, truncated, wasmHash } from './common.js';
import { BLOCK_LENGTH } from './hashes.js';

const USAGES = ['sign', 'verify'] as const;
const LENGTH = { name: 'length', convert: unsignedLong };

/** What the `alg` of a JSON Web Key says (RFC 7518, 3.1; SHA-1 is the specification's). */
const JWK_ALG: Readonly<Record<HashName, string>> = {
  'SHA-1': 'HS1',
  'SHA-256': 'HS256',
  'SHA-384': 'HS384',
  'SHA-512': 'HS512',
};

export const hmac: Algorithm = {
  name: 'HMAC',
  rawName: 'raw-secret',
  members: {
    sign: [],
    verify: [],
    generateKey: [HASH, LENGTH],
    importKey: [HASH, LENGTH],
    getKeyLength: [HASH, LENGTH],
  },

  sign: (wasm, key, _params, data) =>
    call(() => wasm.hmac(wasmHash(wasm, key.algorithm), key.material, data)) as Bytes,

  verify: (wasm, key, _params, signature, data) =>
    call(() => wasm.hmacVerify(wasmHash(wasm, key.algorithm), key.material, data, signature)),

  generateKey(_wasm, params, wanted) {
    checkUsages(wanted.usages, USAGES);
    const length = params.length ?? 8 * BLOCK_LENGTH[hashOf(params)];
    if (length === 0) throw exception('OperationError', 'an HMAC key has at least one bit');
    return keyOf(randomBytes(Math.ceil(length / 8)), length, params, wanted);
  },

  importKey(_wasm, data, params, wanted) {
    checkUsages(wanted.usages, USAGES);
    const bytes = bytesOf(data, params, wanted);
    const bits = 8 * bytes.length;
    if (bits === 0) throw exception('DataError', 'an HMAC key has at least one bit');
    const length = params.length ?? bits;
    if (length > bits || length <= bits - 8) {
      throw exception('DataError', `the key has ${bits} bits, which is not 'length'`);
    }
    return keyOf(bytes, length, params, wanted);
  },

  exportKey(_wasm, format, key) {
    if (format === 'raw') return new Uint8Array(key.material);
    if (format !== 'jwk') throw exception('NotSupportedError', `no HMAC key has the format '${format}'`);
    const k = encodeBase64url(key.material);
    return jwkOf({ kty: 'oct', k, alg: JWK_ALG[hashOf(key.algorithm)] }, key.extractable, key.usages);
  },

  getKeyLength(params) {
    if (params.length === 0) throw new TypeError("'length' must not be 0");
    return params.length ?? 8 * BLOCK_LENGTH[hashOf(params)];
  },
};

function keyOf(bytes: Bytes, length: number, params: Params, wanted: Wanted) {
  const algorithm = { name: 'HMAC', length, hash: { name: hashOf(params) } };
  return secretKey(algorithm, truncated(bytes, length), wanted);
}

function bytesOf(data: KeyData, params: Params, { extractable, usages }: Wanted): Bytes {
  if (data.format === 'raw') return data.bytes;
  if (data.format !== 'jwk') {
    throw exception('NotSupportedError', `no HMAC key has the format '${data.format}'`);
  }
  const { jwk } = data;
  checkJwk(jwk, { kty: 'oct', use: 'sig' }, extractable, usages);
  const alg = JWK_ALG[hashOf(params)];
  if (jwk.alg !== undefined && jwk.alg !== alg) throw exception('DataError', `'alg' must be '${alg}'`);
  const bytes = jwk.k === undefined ? undefined : decodeBase64url(jwk.k);
  if (bytes === undefined) throw exception('DataError', "'k' must be base64url");
  return bytes;
}
