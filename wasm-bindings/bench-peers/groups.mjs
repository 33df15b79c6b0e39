// What is measured: operations that the package has on an engine, beside the same of others. All are called as their users call them; ours
// and the platform's are awaited, each call by itself.

import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { createSHA256, pbkdf2 as wasmPbkdf2 } from 'hash-wasm';
import sodium from 'libsodium-wrappers';
import { createMlKem768 } from 'mlkem';
import { createSubtle } from '../dist/subtle.js';

export const OURS = 'this package, wasm';
const NATIVE = 'Web Crypto';
const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The group of an operation: ours by `of` on the module's engine, the platform's by the same where it has it, and others. */
async function group(name, of, others) {
  const contenders = [{ name: OURS, run: await of(createSubtle({ engine: 'wasm' })) }];
  try {
    const run = await of(crypto.subtle);
    await run();
    contenders.push({ name: NATIVE, run });
  } catch {
    // This platform lacks it.
  }
  for (const [other, run] of Object.entries(others)) contenders.push({ name: other, run });
  return { name, reference: OURS, contenders };
}

async function curves() {
  const [secret, seed, message] = [bytes(32), bytes(32), bytes(48)];
  const theirs = x25519.getPublicKey(bytes(32));
  const pair = sodium.crypto_sign_seed_keypair(seed);
  const signature = ed25519.sign(message, seed);
  // RFC 8410: what comes before the 32 bytes.
  const pkcs8 = (last, key) =>
    Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, last, 4, 34, 4, 32, ...key]);
  const mine = (subtle) =>
    subtle.importKey('pkcs8', pkcs8(110, secret), { name: 'X25519' }, false, ['deriveBits']);
  return [
    await group(
      'X25519 key pair',
      (subtle) => () => subtle.generateKey({ name: 'X25519' }, true, ['deriveBits']),
      {
        '@noble/curves': () => x25519.keygen(),
        'libsodium-wrappers': () => sodium.crypto_box_keypair(),
      },
    ),
    await group(
      'X25519 agreement',
      async (subtle) => {
        const [own, other] = [await mine(subtle), await subtle.importKey('raw', theirs, 'X25519', true, [])];
        return () => subtle.deriveBits({ name: 'X25519', public: other }, own, 256);
      },
      {
        '@noble/curves': () => x25519.getSharedSecret(secret, theirs),
        'libsodium-wrappers': () => sodium.crypto_scalarmult(secret, theirs),
      },
    ),
    await group(
      'Ed25519 sign',
      async (subtle) => {
        const key = await subtle.importKey('pkcs8', pkcs8(112, seed), { name: 'Ed25519' }, false, ['sign']);
        return () => subtle.sign('Ed25519', key, message);
      },
      {
        '@noble/curves': () => ed25519.sign(message, seed),
        'libsodium-wrappers': () => sodium.crypto_sign_detached(message, pair.privateKey),
      },
    ),
    await group(
      'Ed25519 verify',
      async (subtle) => {
        const key = await subtle.importKey('raw', pair.publicKey, 'Ed25519', true, ['verify']);
        return () => subtle.verify('Ed25519', key, signature, message);
      },
      {
        '@noble/curves': () => ed25519.verify(signature, message, pair.publicKey, { zip215: false }),
        'libsodium-wrappers': () => sodium.crypto_sign_verify_detached(signature, message, pair.publicKey),
      },
    ),
  ];
}

function sealing(size, label) {
  const [key, iv, data] = [bytes(32), bytes(12), new Uint8Array(size)];
  return group(
    `AES-256-GCM, ${label}`,
    async (subtle) => {
      const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
      return () => subtle.encrypt({ name: 'AES-GCM', iv }, imported, data);
    },
    {
      '@noble/ciphers': () => gcm(key, iv).encrypt(data),
      'libsodium-wrappers (XChaCha20-Poly1305)': () =>
        sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(data, null, null, new Uint8Array(24), key),
    },
  );
}

async function hashes() {
  const data = new Uint8Array(1 << 16);
  const [secret, salt] = [bytes(32), bytes(16)];
  const hasher = await createSHA256();
  const derived = (name, more) => async (subtle) => {
    const key = await subtle.importKey('raw', secret, name, false, ['deriveBits']);
    return () => subtle.deriveBits({ name, hash: 'SHA-256', salt, ...more }, key, 256);
  };
  return [
    await group('SHA-256, 64 KiB', (subtle) => () => subtle.digest('SHA-256', data), {
      '@noble/hashes': () => sha256(data),
      'hash-wasm': () => hasher.init().update(data).digest('binary'),
    }),
    await group('HKDF-SHA-256, 32 bytes', derived('HKDF', { info: new Uint8Array() }), {
      '@noble/hashes': () => hkdf(sha256, secret, salt, new Uint8Array(), 32),
    }),
    await group('PBKDF2-SHA-256, 10,000 rounds', derived('PBKDF2', { iterations: 10_000 }), {
      '@noble/hashes': () => pbkdf2(sha256, secret, salt, { c: 10_000, dkLen: 32 }),
      'hash-wasm': () =>
        wasmPbkdf2({
          password: secret,
          salt,
          iterations: 10_000,
          hashLength: 32,
          hashFunction: createSHA256(),
          outputType: 'binary',
        }),
    }),
  ];
}

async function kem() {
  const { publicKey, secretKey } = ml_kem768.keygen(bytes(64));
  const { cipherText } = ml_kem768.encapsulate(publicKey);
  const other = await createMlKem768();
  const pair = (subtle) => subtle.generateKey('ML-KEM-768', false, ['encapsulateBits', 'decapsulateBits']);
  return [
    await group(
      'ML-KEM-768 encapsulate',
      async (subtle) => {
        const keys = await pair(subtle);
        return () => subtle.encapsulateBits('ML-KEM-768', keys.publicKey);
      },
      {
        '@noble/post-quantum': () => ml_kem768.encapsulate(publicKey),
        mlkem: () => other.encap(publicKey),
      },
    ),
    await group(
      'ML-KEM-768 decapsulate',
      async (subtle) => {
        const keys = await pair(subtle);
        const { ciphertext } = await subtle.encapsulateBits('ML-KEM-768', keys.publicKey);
        return () => subtle.decapsulateBits('ML-KEM-768', keys.privateKey, ciphertext);
      },
      {
        '@noble/post-quantum': () => ml_kem768.decapsulate(cipherText, secretKey),
        mlkem: () => other.decap(cipherText, secretKey),
      },
    ),
  ];
}

export async function groups() {
  await sodium.ready;
  return [
    ...(await curves()),
    await sealing(64, '64 bytes'),
    await sealing(1 << 16, '64 KiB'),
    ...(await hashes()),
    ...(await kem()),
  ];
}
