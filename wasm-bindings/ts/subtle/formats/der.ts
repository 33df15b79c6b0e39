/**
 * The `SubjectPublicKeyInfo` and `PrivateKeyInfo` of the curves (RFC 8410). Both have one length and one beginning for each curve, so
 * that a template is their whole grammar: DER allows no other encoding.
 */

/** Last byte of the object identifier 1.3.101.x. */
export const OID = { X25519: 0x6e, Ed25519: 0x70 } as const;

/** A curve of RFC 8410. */
export type Curve = keyof typeof OID;

/** SEQUENCE { SEQUENCE { OID }, BIT STRING }. */
const spki = (curve: Curve) => [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, OID[curve], 3, 0x21, 0];

/** SEQUENCE { INTEGER 0, SEQUENCE { OID }, OCTET STRING { OCTET STRING } }. */
const pkcs8 = (curve: Curve) => [
  0x30,
  0x2e,
  2,
  1,
  0,
  0x30,
  5,
  6,
  3,
  0x2b,
  0x65,
  OID[curve],
  4,
  0x22,
  4,
  0x20,
];

const KEY_LENGTH = 32;

/** `SubjectPublicKeyInfo` of a public key. */
export function encodeSpki(curve: Curve, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...spki(curve), ...key);
}

/** The public key in it; undefined for anything else. */
export function decodeSpki(curve: Curve, der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return after(spki(curve), der);
}

/** `PrivateKeyInfo` of a private key. */
export function encodePkcs8(curve: Curve, key: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(...pkcs8(curve), ...key);
}

/** The private key in it; undefined for anything else. */
export function decodePkcs8(curve: Curve, der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  return after(pkcs8(curve), der);
}

function after(template: readonly number[], der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const matches =
    der.length === template.length + KEY_LENGTH && template.every((byte, at) => der[at] === byte);
  return matches ? new Uint8Array(der.subarray(template.length)) : undefined;
}
