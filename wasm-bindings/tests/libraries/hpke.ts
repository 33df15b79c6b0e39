/** `@hpke/core`: hybrid public key encryption (RFC 9180) with X25519. */
import {
  Aes128Gcm,
  Aes256Gcm,
  CipherSuite,
  DhkemP256HkdfSha256,
  DhkemX25519HkdfSha256,
  HkdfSha256,
  HkdfSha512,
} from '@hpke/core';
import { equal, pattern, sameBytes, type Test, unhex } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

const text = new TextEncoder();
const read = (bytes: ArrayBuffer) => new TextDecoder().decode(bytes);

/** What `Aes128Gcm` and the others share. */
type Suite = ConstructorParameters<typeof CipherSuite>[0];

/** RFC 9180, A.1.1: what somebody else has sealed. */
async function opensKnown(): Promise<void> {
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const secret = unhex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8');
  const recipient = await suite.createRecipientContext({
    recipientKey: await suite.kem.importKey('raw', secret.buffer, false),
    enc: unhex('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
    info: text.encode('Ode on a Grecian Urn'),
  });
  const sealed = unhex(
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9' + '6d8770ac83d07bea87e13c512a',
  );
  equal(read(await recipient.open(sealed, text.encode('Count-0'))), 'Beauty is truth, truth beauty');
}

/** All four modes: plain, with a shared secret, from a known sender, and both. */
async function talks({ kdf, aead }: Pick<Suite, 'kdf' | 'aead'>): Promise<void> {
  const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf, aead });
  const bob = await suite.kem.generateKeyPair();
  const alice = await suite.kem.deriveKeyPair(pattern(32).buffer);
  const psk = { id: text.encode('shared'), key: pattern(32) };
  for (const [ours, theirs] of [
    [{}, {}],
    [{ psk }, { psk }],
    [{ senderKey: alice }, { senderPublicKey: alice.publicKey }],
    [
      { senderKey: alice, psk },
      { senderPublicKey: alice.publicKey, psk },
    ],
  ]) {
    const sender = await suite.createSenderContext({ recipientPublicKey: bob.publicKey, ...ours });
    const recipient = await suite.createRecipientContext({ recipientKey: bob, enc: sender.enc, ...theirs });
    for (const said of ['one', 'two']) {
      equal(read(await recipient.open(await sender.seal(text.encode(said)))), said);
    }
    const [left, right] = [
      await sender.export(text.encode('x'), 40),
      await recipient.export(text.encode('x'), 40),
    ];
    sameBytes(new Uint8Array(left), new Uint8Array(right), 'exported secret');
    const sealed = new Uint8Array(await sender.seal(text.encode('three')));
    sealed[0] = (sealed[0] ?? 0) ^ 1;
    equal(await outcomeOf(() => recipient.open(sealed)), 'refused: OpenError');
  }
}

async function keysInEveryForm(): Promise<void> {
  const { kem } = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const { publicKey, privateKey } = await kem.generateKeyPair();
  const [open, secret] = [await kem.serializePublicKey(publicKey), await kem.serializePrivateKey(privateKey)];
  const again = await kem.serializePublicKey(await kem.deserializePublicKey(open));
  sameBytes(new Uint8Array(again), new Uint8Array(open), 'public key');
  const jwk = await crypto.subtle.exportKey('jwk', await kem.deserializePrivateKey(secret));
  const imported = await kem.serializePrivateKey(await kem.importKey('jwk', jwk, false));
  sameBytes(new Uint8Array(imported), new Uint8Array(secret), 'private key');
}

/** The library gives its own error for what `generateKey` refuses. */
async function refusesTheRest(): Promise<void> {
  const suite = new CipherSuite({
    kem: new DhkemP256HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  equal(await outcomeOf(() => suite.kem.generateKeyPair()), 'refused: NotSupportedError');
}

export const hpkeTests: readonly Test[] = [
  { name: 'opens what RFC 9180 has sealed', run: opensKnown },
  {
    name: 'HKDF-SHA256 and AES-128-GCM, in all modes',
    run: () => talks({ kdf: new HkdfSha256(), aead: new Aes128Gcm() }),
  },
  {
    name: 'HKDF-SHA512 and AES-256-GCM, in all modes',
    run: () => talks({ kdf: new HkdfSha512(), aead: new Aes256Gcm() }),
  },
  { name: 'keys in every form', run: keysInEveryForm },
  { name: 'says NotSupportedError of P-256', run: refusesTheRest },
];
