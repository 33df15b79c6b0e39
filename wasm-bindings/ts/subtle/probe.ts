/**
 * What a platform has to show before it is trusted with an algorithm: the operations as they are used, with answers that are known
 * (RFC 4231, 5869, 7748, 8032 and SP 800-38D, and their functions of "abc").
 */
import type { HashName } from './algorithms/algorithm.js';
import { encodePkcs8 } from './formats/der.js';
import type { Platform } from './types.js';

/** What is chosen by itself. AES is by length: Chromium has no AES-192. */
export type Feature = FirstFeature | ModernFeature;

/** Of the draft; their probes are loaded with their algorithms. */
export const MODERN_FEATURES = ['SHA3-256', 'SHA3-384', 'SHA3-512', 'ML-KEM-768'] as const;

export type ModernFeature = (typeof MODERN_FEATURES)[number];

type FirstFeature =
  | HashName
  | 'HMAC'
  | 'HKDF'
  | 'PBKDF2'
  | 'AES-128-GCM'
  | 'AES-192-GCM'
  | 'AES-256-GCM'
  | 'Ed25519'
  | 'X25519';

export type Probe = (native: Platform) => Promise<boolean>;

const ABC = Uint8Array.of(0x61, 0x62, 0x63);
const ZERO_KEY = new Uint8Array(32);

function unhex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Whether the bytes begin with these. */
export function begins(bytes: ArrayBuffer, wanted: string): boolean {
  const found = new Uint8Array(bytes);
  return unhex(wanted).every((byte, at) => byte === found[at]);
}

/** Whether it rejects. */
export const refused = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => false,
    () => true,
  );

/** Of "abc", known to begin like that. */
export const digest =
  (name: string, wanted: string): Probe =>
  async (native) =>
    begins(await native.digest(name, ABC), wanted);

const aes =
  (length: number, wanted: string): Probe =>
  async (native) => {
    const key = await native.importKey('raw', ZERO_KEY.slice(0, length), 'AES-GCM', false, [
      'encrypt',
      'decrypt',
    ]);
    const params = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: ABC };
    const sealed = await native.encrypt(params, key, ABC);
    const opened = await native.decrypt(params, key, sealed);
    const damaged = new Uint8Array(sealed.slice(0));
    damaged[0] = (damaged[0] ?? 0) ^ 1;
    return (
      begins(sealed, wanted) &&
      begins(opened, '616263') &&
      (await refused(native.decrypt(params, key, damaged)))
    );
  };

async function hmac(native: Platform): Promise<boolean> {
  const key = await native.importKey('raw', ABC, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
    'verify',
  ]);
  const tag = await native.sign('HMAC', key, ABC);
  return (
    begins(tag, '2f02e24ae2e1fe880399f27600afa88364e6062bf9bbe114b32fa8f23d03608a') &&
    (await native.verify('HMAC', key, tag, ABC)) &&
    !(await native.verify('HMAC', key, tag.slice(0, 16), ABC))
  );
}

/** With more `info` than OpenSSL 3.0 takes: what a platform would refuse later is not begun there. */
async function hkdf(native: Platform): Promise<boolean> {
  const key = await native.importKey('raw', ABC, 'HKDF', false, ['deriveBits']);
  const params = { name: 'HKDF', hash: 'SHA-256', salt: ABC, info: new Uint8Array(1025) };
  return begins(await native.deriveBits(params, key, 128), 'd280b5cffa28d40b18061fd66588c5f3');
}

async function pbkdf2(native: Platform): Promise<boolean> {
  const key = await native.importKey('raw', ABC, 'PBKDF2', false, ['deriveBits']);
  const params = { name: 'PBKDF2', hash: 'SHA-256', salt: ABC, iterations: 2 };
  return begins(await native.deriveBits(params, key, 128), 'ac1490535c4a8b396de387991a69745b');
}

async function ed25519(native: Platform): Promise<boolean> {
  const message = Uint8Array.of(0x72);
  const known = unhex(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  );
  const seed = unhex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
  const point = unhex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c');
  const [key, secret] = await Promise.all([
    native.importKey('raw', point, 'Ed25519', true, ['verify']),
    native.importKey('pkcs8', encodePkcs8('Ed25519', seed), 'Ed25519', false, ['sign']),
    native.generateKey('Ed25519', false, ['sign', 'verify']),
  ]);
  // Safari's signatures are not always the same.
  const made = await native.sign('Ed25519', secret, message);
  return (
    (await native.verify('Ed25519', key, known, message)) &&
    (await native.verify('Ed25519', key, made, message)) &&
    !(await native.verify('Ed25519', key, known, ABC))
  );
}

async function x25519(native: Platform): Promise<boolean> {
  const secret = unhex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a');
  const [key, theirs, low] = await Promise.all([
    native.importKey('pkcs8', encodePkcs8('X25519', secret), 'X25519', false, ['deriveBits']),
    native.importKey(
      'raw',
      unhex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'),
      'X25519',
      true,
      [],
    ),
    native.importKey('raw', ZERO_KEY, 'X25519', true, []),
    native.generateKey('X25519', false, ['deriveBits']),
  ]);
  return (
    begins(
      await native.deriveBits({ name: 'X25519', public: theirs }, key, 256),
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    ) && (await refused(native.deriveBits({ name: 'X25519', public: low }, key, 256)))
  );
}

/** True where the platform does it right. */
export const PROBES: Readonly<Record<FirstFeature, Probe>> = {
  'SHA-1': digest('SHA-1', 'a9993e364706816a'),
  'SHA-256': digest('SHA-256', 'ba7816bf8f01cfea'),
  'SHA-384': digest('SHA-384', 'cb00753f45a35e8b'),
  'SHA-512': digest('SHA-512', 'ddaf35a193617aba'),
  HMAC: hmac,
  HKDF: hkdf,
  PBKDF2: pbkdf2,
  'AES-128-GCM': aes(16, '62eab9bf67f939cdda16c3734a8e7e71c21166'),
  'AES-192-GCM': aes(24, 'f98547702ff53aa3da1cd2624a732f132525ab'),
  'AES-256-GCM': aes(32, 'afc52334b702005a8ea50bf334a31cc93ee4b5'),
  Ed25519: ed25519,
  X25519: x25519,
};
