/** AES-GCM (section 29 of the specification). */

import type { AesGcm } from '../../wasm/subtle/glue.js';
import { exception } from '../exception.js';
import { decodeBase64url, encodeBase64url } from '../formats/base64url.js';
import { checkJwk, jwkOf } from '../formats/jwk.js';
import type { Slots } from '../key.js';
import { call, type Wasm } from '../module.js';
import { bufferSource, octet, unsignedShort } from '../webidl.js';
import type { Algorithm, Bytes, KeyData, Params, Wanted } from './algorithm.js';
import { attempt, checkUsages, given, randomBytes, secretKey } from './common.js';

const NAME = 'AES-GCM';
const USAGES = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] as const;
const LENGTHS = [128, 192, 256];
const TAG_LENGTHS = [32, 64, 96, 104, 112, 120, 128];
const NONE = new Uint8Array();

const PARAMS = [
  { name: 'additionalData', convert: bufferSource },
  { name: 'iv', convert: bufferSource, required: true },
  { name: 'tagLength', convert: octet },
];
const LENGTH = [{ name: 'length', convert: unsignedShort, required: true }];

export const aesGcm: Algorithm = {
  name: NAME,
  rawName: 'raw-secret',
  members: { encrypt: PARAMS, decrypt: PARAMS, generateKey: LENGTH, importKey: [], getKeyLength: LENGTH },

  encrypt(wasm, key, params, data) {
    const { iv, aad, tag } = checked(params);
    const cipher = cipherOf(wasm, key);
    return attempt(() => cipher.seal(iv, aad, data, tag), 'the message cannot be encrypted');
  },

  decrypt(wasm, key, params, data) {
    const { iv, aad, tag } = checked(params);
    if (data.length < tag) throw exception('OperationError', 'the ciphertext is shorter than its tag');
    const cipher = cipherOf(wasm, key);
    return attempt(() => cipher.open(iv, aad, data, tag), 'the message is not authentic');
  },

  generateKey(_wasm, params, wanted) {
    checkUsages(wanted.usages, USAGES);
    const length = given(params.length);
    checkLength(length, 'OperationError');
    return secretKey({ name: NAME, length }, randomBytes(length / 8), wanted);
  },

  importKey(_wasm, data, _params, wanted) {
    checkUsages(wanted.usages, USAGES);
    const bytes = bytesOf(data, wanted);
    return secretKey({ name: NAME, length: 8 * bytes.length }, bytes, wanted);
  },

  exportKey(_wasm, format, key) {
    if (format === 'raw') return new Uint8Array(key.material);
    if (format !== 'jwk') throw exception('NotSupportedError', `no AES key has the format '${format}'`);
    const k = encodeBase64url(key.material);
    return jwkOf({ kty: 'oct', k, alg: jwkAlg(key.material) }, key.extractable, key.usages);
  },

  getKeyLength(params) {
    const length = given(params.length);
    checkLength(length, 'OperationError');
    return length;
  },
};

function checked(params: Params) {
  const { iv, additionalData: aad = NONE, tagLength = 128 } = params;
  if (!TAG_LENGTHS.includes(tagLength)) {
    throw exception('OperationError', `a tag has ${TAG_LENGTHS.join(', ')} bits, not ${tagLength}`);
  }
  // SP 800-38D, 5.2.1.1: at least one bit.
  if (iv === undefined || iv.length === 0) throw exception('OperationError', "'iv' must not be empty");
  return { iv, aad, tag: tagLength / 8 };
}

/** Expanded keys, for as long as their slots are there. */
const ciphers = new WeakMap<Slots, AesGcm>();

/**
 * The slots that have one, oldest first. Collecting them frees their ciphers, but may come late: a loop that makes a key for each message and
 * waits for nothing else would fill the module's memory.
 */
const recent: { deref(): Slots | undefined }[] = [];
const RECENT_MAX = 64;

const weakly: (key: Slots) => { deref(): Slots | undefined } =
  typeof WeakRef === 'function' ? (key) => new WeakRef(key) : (key) => ({ deref: () => key });

function cipherOf(wasm: Wasm, key: Slots): AesGcm {
  const known = ciphers.get(key);
  if (known !== undefined) return known;
  const cipher = call(() => wasm.AesGcm.expand(key.material));
  if (cipher === undefined) throw exception('OperationError', 'the key has a wrong length');
  ciphers.set(key, cipher);
  if (recent.push(weakly(key)) > RECENT_MAX) {
    const oldest = recent.shift()?.deref();
    if (oldest !== undefined) {
      ciphers.get(oldest)?.free();
      ciphers.delete(oldest);
    }
  }
  return cipher;
}

function checkLength(bits: number, error: 'OperationError' | 'DataError'): void {
  if (!LENGTHS.includes(bits)) throw exception(error, 'an AES key has 128, 192 or 256 bits');
}

function bytesOf(data: KeyData, { extractable, usages }: Wanted): Bytes {
  if (data.format === 'raw') {
    checkLength(8 * data.bytes.length, 'DataError');
    return data.bytes;
  }
  if (data.format !== 'jwk') {
    throw exception('NotSupportedError', `no AES key has the format '${data.format}'`);
  }
  const { jwk } = data;
  checkJwk(jwk, { kty: 'oct', use: 'enc' }, extractable, usages);
  const bytes = jwk.k === undefined ? undefined : decodeBase64url(jwk.k);
  if (bytes === undefined) throw exception('DataError', "'k' must be base64url");
  checkLength(8 * bytes.length, 'DataError');
  const alg = jwkAlg(bytes);
  if (jwk.alg !== undefined && jwk.alg !== alg) throw exception('DataError', `'alg' must be '${alg}'`);
  return bytes;
}

/** RFC 7518, 5.1. */
function jwkAlg(key: Bytes): string {
  return `A${8 * key.length}GCM`;
}
