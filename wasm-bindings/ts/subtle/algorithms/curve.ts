/** What Ed25519 and X25519 (sections 27 and 28 of the specification) do alike: key pairs of 32 bytes, and their formats. */
import { exception } from '../exception.js';
import { decodeBase64url, encodeBase64url } from '../formats/base64url.js';
import { type Curve, decodePkcs8, decodeSpki, encodePkcs8, encodeSpki } from '../formats/der.js';
import { checkJwk, jwkOf } from '../formats/jwk.js';
import type { Slots } from '../key.js';
import type { Wasm } from '../module.js';
import type { Format, Jwk, Usage } from '../types.js';
import type { Algorithm, Bytes, KeyData, Wanted } from './algorithm.js';
import { attempt, checkUsages, normalizedUsages, randomBytes } from './common.js';

const KEY_LENGTH = 32;

/** What is not alike. */
export interface CurveRules {
  readonly name: Curve;
  readonly use: 'sig' | 'enc';
  /** What `alg` of a JSON Web Key may say; empty: it is not looked at. */
  readonly algs: readonly string[];
  readonly publicUsages: readonly Usage[];
  readonly privateUsages: readonly Usage[];
  publicOf(wasm: Wasm, secret: Bytes): Uint8Array | undefined;
}

/** Keys of one of the curves. */
export function curve(rules: CurveRules): Pick<Algorithm, 'generateKey' | 'importKey' | 'exportKey'> {
  const { name, publicUsages, privateUsages } = rules;
  const all = [...privateUsages, ...publicUsages];

  const publicOf = (wasm: Wasm, secret: Bytes): Bytes =>
    attempt(() => rules.publicOf(wasm, secret), 'the key has a wrong length');

  const publicKey = (material: Bytes, { extractable, usages }: Wanted): Slots => ({
    type: 'public',
    extractable,
    algorithm: { name },
    usages: normalizedUsages(usages, publicUsages),
    material,
  });

  const privateKey = (material: Bytes, { extractable, usages }: Wanted): Slots => ({
    type: 'private',
    extractable,
    algorithm: { name },
    usages: normalizedUsages(usages, privateUsages),
    material,
  });

  function importJwk(wasm: Wasm, jwk: Jwk, wanted: Wanted): Slots {
    const isPrivate = jwk.d !== undefined;
    checkUsages(wanted.usages, isPrivate ? privateUsages : publicUsages);
    checkJwk(jwk, { kty: 'OKP', crv: name, use: rules.use }, wanted.extractable, wanted.usages);
    if (jwk.alg !== undefined && rules.algs.length > 0 && !rules.algs.includes(jwk.alg)) {
      throw exception('DataError', `'alg' must be '${rules.algs[0]}'`);
    }
    const x = member(jwk.x, 'x');
    if (!isPrivate) return publicKey(x, wanted);
    const d = member(jwk.d, 'd');
    const right = publicOf(wasm, d);
    if (right.some((byte, at) => byte !== x[at])) {
      throw exception('DataError', "'x' is not the public key of 'd'");
    }
    return privateKey(d, wanted);
  }

  return {
    generateKey(wasm, _params, { extractable, usages }) {
      checkUsages(usages, all);
      const secret = randomBytes(KEY_LENGTH);
      return [
        // A public key may always be exported.
        publicKey(publicOf(wasm, secret), { extractable: true, usages }),
        privateKey(secret, { extractable, usages }),
      ];
    },

    importKey(wasm, data, _params, wanted) {
      if (data.format === 'jwk') return importJwk(wasm, data.jwk, wanted);
      checkFormat(name, data.format);
      const isPrivate = data.format === 'pkcs8';
      checkUsages(wanted.usages, isPrivate ? privateUsages : publicUsages);
      const bytes = keyIn(name, data);
      if (bytes === undefined) throw exception('DataError', `no ${name} key in the format '${data.format}'`);
      return (isPrivate ? privateKey : publicKey)(bytes, wanted);
    },

    exportKey(wasm, format, key) {
      if (format === 'jwk') {
        const isPrivate = key.type === 'private';
        const x = isPrivate ? publicOf(wasm, key.material) : key.material;
        const members: JsonWebKey = { kty: 'OKP', crv: name, x: encodeBase64url(x) };
        if (isPrivate) members.d = encodeBase64url(key.material);
        if (rules.algs[0] !== undefined) members.alg = rules.algs[0];
        return jwkOf(members, key.extractable, key.usages);
      }
      checkFormat(name, format);
      if (key.type !== (format === 'pkcs8' ? 'private' : 'public')) {
        throw exception('InvalidAccessError', `no ${key.type} key has the format '${format}'`);
      }
      if (format === 'raw') return new Uint8Array(key.material);
      return (format === 'spki' ? encodeSpki : encodePkcs8)(name, key.material);
    },
  };
}

function member(text: string | undefined, name: string): Bytes {
  const bytes = text === undefined ? undefined : decodeBase64url(text);
  if (bytes?.length !== KEY_LENGTH) throw exception('DataError', `'${name}' must be 32 bytes in base64url`);
  return bytes;
}

/** The 32 bytes of a key in one of the binary formats; undefined for anything else. */
function keyIn(name: Curve, data: Exclude<KeyData, { format: 'jwk' }>): Bytes | undefined {
  switch (data.format) {
    case 'spki':
      return decodeSpki(name, data.bytes);
    case 'pkcs8':
      return decodePkcs8(name, data.bytes);
    default:
      return data.bytes.length === KEY_LENGTH ? data.bytes : undefined;
  }
}

function checkFormat(name: Curve, format: Format): void {
  if (!['raw', 'pkcs8', 'spki'].includes(format)) {
    throw exception('NotSupportedError', `no ${name} key has the format '${format}'`);
  }
}

/** The public key in what was imported, whatever its format; undefined if there is none. */
export function publicIn(name: Curve, data: KeyData): Bytes | undefined {
  if (data.format !== 'jwk') return data.format === 'pkcs8' ? undefined : keyIn(name, data);
  const { d, x } = data.jwk;
  return d === undefined && x !== undefined ? decodeBase64url(x) : undefined;
}
