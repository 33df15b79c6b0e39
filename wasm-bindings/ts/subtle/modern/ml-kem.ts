/** ML-KEM-768 (the draft's section "ML-KEM"). A private key is its seed. */
import type { Bytes, KeyData, Operations, Wanted } from '../algorithms/algorithm.js';
import { checkUsages, normalizedUsages, randomBytes } from '../algorithms/common.js';
import { exception } from '../exception.js';
import { decodeBase64url, encodeBase64url } from '../formats/base64url.js';
import { checkJwk, jwkOf } from '../formats/jwk.js';
import type { Slots } from '../key.js';
import type { Jwk, KemUsage } from '../types.js';
import {
  decodePkcs8,
  decodeSpki,
  encodePkcs8,
  encodeSpki,
  hasExpandedKey,
  PUBLIC,
  SEED,
} from './ml-kem-der.js';
import { attempt, type ModernWasm, modern } from './module.js';

const NAME = 'ML-KEM-768';

const PUBLIC_USAGES: readonly KemUsage[] = ['encapsulateKey', 'encapsulateBits'];
const PRIVATE_USAGES: readonly KemUsage[] = ['decapsulateKey', 'decapsulateBits'];

/** What a JWK may say of it (draft-ietf-jose-pqc-kem): by itself, or with the wrapping of a key. An AKP key always says it. */
const ALGORITHMS: ReadonlySet<string | undefined> = new Set([NAME, `${NAME}-AES192KW`]);

/** Bytes of what encapsulation draws. */
const DRAWN = 32;
/** Bytes of a ciphertext. */
const CIPHERTEXT = 1088;

export const mlKem768: Operations<ModernWasm> = {
  encapsulate(wasm, key) {
    if (key.type !== 'public') throw exception('InvalidAccessError', 'a public key encapsulates');
    const drawn = randomBytes(DRAWN);
    const made = attempt(
      () => wasm.mlKemEncapsulate(key.material, drawn),
      'a coefficient of the public key is not below 3329',
    );
    const encapsulated = { ciphertext: made.slice(0, CIPHERTEXT), sharedKey: made.slice(CIPHERTEXT) };
    made.fill(0);
    drawn.fill(0);
    return encapsulated;
  },

  decapsulate(wasm, key, ciphertext) {
    if (key.type !== 'private') throw exception('InvalidAccessError', 'a private key decapsulates');
    return attempt(
      () => wasm.mlKemDecapsulate(key.material, ciphertext),
      `a ciphertext has ${CIPHERTEXT} bytes`,
    );
  },

  generateKey(wasm, _params, { extractable, usages }) {
    checkUsages(usages, [...PUBLIC_USAGES, ...PRIVATE_USAGES]);
    const seed = randomBytes(SEED);
    return [
      // A public key may always be exported.
      publicKey(publicOf(wasm, seed), { extractable: true, usages }),
      privateKey(seed, { extractable, usages }),
    ];
  },

  importKey(wasm, data, _params, wanted) {
    if (data.format === 'jwk') return importJwk(wasm, data.jwk, wanted);
    const isPrivate = data.format === 'pkcs8' || data.format === 'raw-seed';
    if (!isPrivate && data.format !== 'spki' && data.format !== 'raw-public') throw noFormat(data.format);
    checkUsages(wanted.usages, isPrivate ? PRIVATE_USAGES : PUBLIC_USAGES);
    const bytes = keyIn(data);
    if (bytes === undefined) throw exception('DataError', `no ${NAME} key in the format '${data.format}'`);
    return isPrivate ? privateKey(bytes, wanted) : publicKey(checked(wasm, bytes), wanted);
  },

  exportKey(wasm, format, key) {
    const isPrivate = key.type === 'private';
    if (format === 'jwk') {
      const pub = encodeBase64url(isPrivate ? publicOf(wasm, key.material) : key.material);
      const members: Jwk = { kty: 'AKP', alg: NAME, pub };
      const all = isPrivate ? { ...members, priv: encodeBase64url(key.material) } : members;
      return jwkOf(all, key.extractable, key.usages);
    }
    const wantsPrivate = format === 'pkcs8' || format === 'raw-seed';
    if (!wantsPrivate && format !== 'spki' && format !== 'raw-public') throw noFormat(format);
    if (isPrivate !== wantsPrivate) {
      throw exception('InvalidAccessError', `no ${key.type} key has the format '${format}'`);
    }
    if (format === 'pkcs8') return encodePkcs8(key.material);
    return format === 'spki' ? encodeSpki(key.material) : new Uint8Array(key.material);
  },
};

function noFormat(format: string): Error {
  return exception('NotSupportedError', `no ${NAME} key has the format '${format}'`);
}

const publicOf = (wasm: ModernWasm, seed: Bytes): Bytes =>
  attempt(() => wasm.mlKemPublic(seed), `a seed has ${SEED} bytes`);

function publicKey(material: Bytes, { extractable, usages }: Wanted): Slots {
  const algorithm = { name: NAME };
  return {
    type: 'public',
    extractable,
    algorithm,
    usages: normalizedUsages(usages, PUBLIC_USAGES),
    material,
  };
}

function privateKey(material: Bytes, { extractable, usages }: Wanted): Slots {
  const algorithm = { name: NAME };
  return {
    type: 'private',
    extractable,
    algorithm,
    usages: normalizedUsages(usages, PRIVATE_USAGES),
    material,
  };
}

/** The key in one of the binary formats; undefined for anything else. */
function keyIn(data: Exclude<KeyData, { format: 'jwk' }>): Bytes | undefined {
  switch (data.format) {
    case 'spki':
      return decodeSpki(data.bytes);
    case 'pkcs8':
      if (hasExpandedKey(data.bytes)) {
        throw exception('NotSupportedError', 'a private key with its expanded form: only seeds are read');
      }
      return decodePkcs8(data.bytes);
    default:
      return data.bytes.length === (data.format === 'raw-seed' ? SEED : PUBLIC) ? data.bytes : undefined;
  }
}

function importJwk(wasm: ModernWasm, jwk: Jwk, wanted: Wanted): Slots {
  const isPrivate = jwk.priv !== undefined;
  checkUsages(wanted.usages, isPrivate ? PRIVATE_USAGES : PUBLIC_USAGES);
  checkJwk(jwk, { kty: 'AKP', use: 'enc' }, wanted.extractable, wanted.usages);
  if (!ALGORITHMS.has(jwk.alg)) {
    throw exception('DataError', `'alg' must be one of ${[...ALGORITHMS].join(', ')}`);
  }
  const pub = member(jwk.pub, 'pub', PUBLIC);
  if (!isPrivate) return publicKey(checked(wasm, pub), wanted);
  const seed = member(jwk.priv, 'priv', SEED);
  if (publicOf(wasm, seed).some((byte, at) => byte !== pub[at])) {
    throw exception('DataError', "'pub' is not the public key of 'priv'");
  }
  return privateKey(seed, wanted);
}

/** What does not encapsulate is no key: refused where it comes in, as platforms do. */
function checked(wasm: ModernWasm, key: Bytes): Bytes {
  const isOne = modern.call(() => wasm.mlKemIsPublic(key));
  if (!isOne) throw exception('DataError', 'a coefficient of the public key is not below 3329');
  return key;
}

function member(text: string | undefined, name: string, length: number): Bytes {
  const bytes = text === undefined ? undefined : decodeBase64url(text);
  if (bytes?.length !== length) {
    throw exception('DataError', `'${name}' must be ${length} bytes in base64url`);
  }
  return bytes;
}
