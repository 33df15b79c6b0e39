/** What a platform has to show before it is trusted with an algorithm of the draft. */
import { begins, digest, type ModernFeature, type Probe, refused } from '../probe.js';
import type { KemUsage, Platform } from '../types.js';
import { SEED } from './ml-kem-der.js';

const NAME = 'ML-KEM-768';
const CIPHERTEXT = 1088;

/**
 * The public key of a seed, and the secret of a ciphertext that is none of it (implicit rejection), with known answers; a round trip; and
 * a length that is refused.
 */
async function mlKem768(native: Platform): Promise<boolean> {
  const { encapsulateBits, decapsulateBits } = native;
  if (encapsulateBits === undefined || decapsulateBits === undefined) return false;
  const usages: KemUsage[] = ['decapsulateBits'];
  const seed = Uint8Array.from({ length: SEED }, (_, at) => at);
  const key = await native.importKey('raw-seed', seed, NAME, true, usages);
  const open = (ciphertext: BufferSource) => decapsulateBits.call(native, NAME, key, ciphertext);
  const { pub } = (await native.exportKey('jwk', key)) as { pub?: string };
  if (pub?.startsWith('KYqhDUI8jdoGnQK8WebN8') !== true) return false;
  const rejected = await open(new Uint8Array(CIPHERTEXT));
  const theirs = await native.importKey('jwk', { kty: 'AKP', alg: NAME, pub }, NAME, true, [
    'encapsulateBits',
  ]);
  const { sharedKey, ciphertext } = await encapsulateBits.call(native, NAME, theirs);
  const [made, opened] = [new Uint8Array(sharedKey), new Uint8Array(await open(ciphertext))];
  return (
    begins(rejected, 'c8fbeddafdacef2ffeb8b354ea644f11') &&
    opened.length === 32 &&
    opened.every((byte, at) => byte === made[at]) &&
    (await refused(open(new Uint8Array(CIPHERTEXT - 1))))
  );
}

/** True where the platform does it right. */
export const MODERN_PROBES: Readonly<Record<ModernFeature, Probe>> = {
  'SHA3-256': digest('SHA3-256', '3a985da74fe225b2'),
  'SHA3-384': digest('SHA3-384', 'ec01498288516fc9'),
  'SHA3-512': digest('SHA3-512', 'b751850b1a57168a'),
  'ML-KEM-768': mlKem768,
};
