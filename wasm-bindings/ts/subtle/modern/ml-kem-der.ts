/**
 * `SubjectPublicKeyInfo` and `PrivateKeyInfo` of ML-KEM-768 (RFC 9935). As of the curves, each has one length and one beginning. A private
 * key may be written in three ways; the one that holds the seed alone is written and read.
 */

/** Bytes of a public key. */
export const PUBLIC = 1184;
/** Bytes of a seed `d || z`. */
export const SEED = 64;

/** SEQUENCE { OID 2.16.840.1.101.3.4.4.2 }. */
const ALGORITHM = [0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, 2];

/** SEQUENCE { SEQUENCE { OID }, BIT STRING }. */
const SPKI = [0x30, 0x82, 4, 0xb2, ...ALGORITHM, 3, 0x82, 4, 0xa1, 0];

/** INTEGER 0, SEQUENCE { OID }. */
const VERSION = [2, 1, 0, ...ALGORITHM];

/** SEQUENCE { INTEGER 0, SEQUENCE { OID }, OCTET STRING { [0] } }. */
const PKCS8 = [0x30, 0x54, ...VERSION, 4, 0x42, 0x80, 0x40];

/** The same around OCTET STRING, the expanded key, and around SEQUENCE { OCTET STRING, OCTET STRING }, both forms. */
const EXPANDED = [0x30, 0x82, 9, 0x78, ...VERSION, 4, 0x82, 9, 0x64, 4, 0x82, 9, 0x60];
const BOTH = [0x30, 0x82, 9, 0xbe, ...VERSION, 4, 0x82, 9, 0xaa, 0x30, 0x82, 9, 0xa6];

/** `SubjectPublicKeyInfo` of a public key. */
export function encodeSpki(key: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...SPKI, ...key);
}

/** The public key in it; undefined for anything else. */
export function decodeSpki(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return after(SPKI, der, PUBLIC);
}

/** `PrivateKeyInfo` of a seed. */
export function encodePkcs8(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...PKCS8, ...seed);
}

/** The seed in it; undefined for anything else. */
export function decodePkcs8(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return after(PKCS8, der, SEED);
}

/** Whether it is a private key that is not written as a seed alone. */
export function hasExpandedKey(der: Uint8Array): boolean {
  return [EXPANDED, BOTH].some((template) => begins(template, der));
}

function begins(template: readonly number[], der: Uint8Array): boolean {
  return template.every((byte, at) => der[at] === byte);
}

function after(
  template: readonly number[],
  der: Uint8Array,
  length: number,
): Uint8Array<ArrayBuffer> | undefined {
  const matches = der.length === template.length + length && begins(template, der);
  return matches ? new Uint8Array(der.subarray(template.length)) : undefined;
}
