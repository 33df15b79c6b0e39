/**
 * What is measured: the package on each engine, beside `@noble/*` and libsodium in the same run. Where the package
 * has no such operation of its own, its operation contains the primitive and a little more, which counts against it.
 */
import {
  capabilities,
  createListener,
  createOffer,
  createOutgoingFile,
  type EngineName,
  type Identity,
  randomBytes,
  ready,
  splitPassword,
} from '@duet-chat/crypto';
import { engineOperation } from '@duet-chat/crypto/testing';
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import sodium from 'libsodium-wrappers';
import { meet, peerOf, person } from '../tests/people.js';
import type { Contender, Group } from './measure.js';

const OURS = 'this package, wasm';

const contender = (name: string, run: () => unknown): Contender => ({ name, run });

/** One contender per engine that is here. */
const each = (make: (engine: EngineName) => () => unknown): Contender[] => {
  const engines: EngineName[] = capabilities().operations.ed25519.native ? ['native', 'wasm'] : ['wasm'];
  return engines.map((engine) =>
    contender(engine === 'wasm' ? OURS : 'this package, native (Web Crypto)', make(engine)),
  );
};

async function handshake(engine: EngineName): Promise<() => Promise<unknown>> {
  const [alice, bob] = [await person('alice', engine), await person('bob', engine)];
  const presence = randomBytes(16);
  return async () => {
    const listener = createListener({ identity: bob.identity, presence, engine });
    const offer = await createOffer({ identity: alice.identity, peer: peerOf(bob), presence, engine });
    const incoming = await listener.receive({ frame: offer.frame, from: alice.identity.accountId });
    const pending = await incoming.accept();
    const accepted = await offer.accept({ frame: pending.frame, from: bob.identity.accountId });
    const confirmed = await pending.confirm({ frame: accepted.confirm, from: alice.identity.accountId });
    accepted.session.receive(confirmed.ready);
    for (const held of [listener, offer, incoming, pending, accepted.session, confirmed.session]) held.free();
  };
}

export async function groups(): Promise<Group[]> {
  await Promise.all([ready(), sodium.ready]);
  const list: Group[] = [];
  const add = (name: string, contenders: readonly Contender[], reference = OURS) =>
    list.push({ name, reference, contenders });

  const seed = randomBytes(32);
  const message = randomBytes(48);
  const pair = sodium.crypto_sign_seed_keypair(seed);
  const signature = ed25519.sign(message, seed);
  const signers = new Map<EngineName, Identity>();
  for (const engine of ['native', 'wasm'] as const) {
    if (engine === 'wasm' || capabilities().operations.ed25519.native) {
      signers.set(engine, (await person('alice', engine)).identity);
    }
  }
  const newKey = ed25519.getPublicKey(randomBytes(32));
  add('Ed25519 sign', [
    ...each((engine) => () => signers.get(engine)?.signReplacement(newKey)),
    contender('@noble/curves', () => ed25519.sign(message, seed)),
    contender('libsodium-wrappers', () => sodium.crypto_sign_detached(message, pair.privateKey)),
  ]);
  add('Ed25519 verify', [
    ...each((engine) => () => engineOperation.verify(engine, pair.publicKey, message, signature)),
    contender('@noble/curves', () => ed25519.verify(signature, message, pair.publicKey, { zip215: false })),
    contender('libsodium-wrappers', () =>
      sodium.crypto_sign_verify_detached(signature, message, pair.publicKey),
    ),
  ]);

  const other = x25519.getPublicKey(randomBytes(32));
  add('X25519 key pair and agreement', [
    ...each((engine) => () => engineOperation.agree(engine, seed, other)),
    contender('@noble/curves', () => [x25519.getPublicKey(seed), x25519.getSharedSecret(seed, other)]),
    contender('libsodium-wrappers', () => [
      sodium.crypto_scalarmult_base(seed),
      sodium.crypto_scalarmult(seed, other),
    ]),
  ]);

  const hands = new Map<EngineName, () => Promise<unknown>>();
  for (const engine of signers.keys()) hands.set(engine, await handshake(engine));
  add(
    'whole handshake, both sides (Ed25519, X25519, ML-KEM-768)',
    each((engine) => () => hands.get(engine)?.()),
  );

  const { a, b } = await meet('wasm', 'wasm');
  const text = { type: 'typing', activity: 'typing' } as const;
  const key = randomBytes(32);
  const [plain, nonce] = [randomBytes(256), randomBytes(12)];
  const messages = [
    contender('this package: send and receive', () => b.receive(a.send(text).frame)),
    contender('@noble/ciphers: AES-256-GCM of 256 bytes, both ways', () => {
      const sealed = gcm(key, nonce).encrypt(plain);
      return gcm(key, nonce).decrypt(sealed);
    }),
    contender('libsodium-wrappers: XChaCha20-Poly1305 of 256 bytes, both ways', () => {
      const wide = new Uint8Array(24);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, null, null, wide, key);
      return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, null, wide, key);
    }),
  ];
  if (capabilities().subtle) {
    const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']);
    const parameters = { name: 'AES-GCM', iv: nonce };
    messages.push(
      contender('crypto.subtle: AES-256-GCM of 256 bytes, both ways, key imported', async () => {
        const sealed = await crypto.subtle.encrypt(parameters, imported, plain);
        return crypto.subtle.decrypt(parameters, imported, sealed);
      }),
    );
  }
  add('one message', messages, 'this package: send and receive');

  const asked = { type: 'text', reply: null, text: 'x'.repeat(64) } as const;
  add('question and answer, 64 B: a turn of the ratchet each', [
    contender(OURS, () => {
      b.receive(a.send(asked).frame);
      return a.receive(b.send(asked).frame);
    }),
  ]);

  const mebibyte = new Uint8Array(1 << 20);
  const source = new Blob([mebibyte]);
  add('1 MiB of a file', [
    ...each((engine) => {
      const file = createOutgoingFile({ source, name: 'a', mediaType: '', engine });
      return () => file.frame(0, 64);
    }),
    contender('@noble/ciphers: AES-256-GCM', () => gcm(key, nonce).encrypt(mebibyte)),
    contender('libsodium-wrappers: XChaCha20-Poly1305', () =>
      sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(mebibyte, null, null, new Uint8Array(24), key),
    ),
  ]);

  const account = { realm: 'chat.example', name: 'alice' };
  const password = 'correct horse battery';
  const salt = randomBytes(16);
  add('Argon2id, 64 MiB, 3 passes', [
    contender(OURS, () => splitPassword({ ...account, password })),
    contender('@noble/hashes', () => argon2id(password, salt, { m: 65_536, t: 3, p: 1, dkLen: 32 })),
  ]);
  const { safetyCode } = await import('@duet-chat/crypto');
  const me = { accountId: randomBytes(32), publicKey: pair.publicKey };
  add('PBKDF2-HMAC-SHA-256, 2 × 100,000 iterations (safety code)', [
    contender(OURS, () => safetyCode({ mine: me, theirs: me })),
    contender('@noble/hashes', () => [1, 2].map(() => pbkdf2(sha256, seed, salt, { c: 100_000, dkLen: 32 }))),
  ]);
  return list;
}

/** Where `auto` should change engines: one chunk of a file, sealed by each. */
export async function crossover(): Promise<Group[]> {
  const { sealFile } = await import('@duet-chat/crypto');
  const key = randomBytes(32);
  return [64, 256, 1024, 2048, 4096, 8192, 16_383].map((size) => {
    const source = new Blob([new Uint8Array(size)]);
    return {
      name: `crossover: a file of ${size} bytes`,
      reference: OURS,
      contenders: each((engine) => async () => {
        const reader = sealFile({ source, key, engine }).stream.getReader();
        while (!(await reader.read()).done);
      }),
    };
  });
}
