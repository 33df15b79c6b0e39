// A text sealed under a passphrase with nothing but Web Crypto's interface, on any origin: PBKDF2, AES-256-GCM, and a key pair that signs.
import { engineOf, subtle } from '@duet-chat/crypto/subtle';

const print = (...parts) =>
  globalThis.process
    ? process.stdout.write(`${parts.join(' ')}\n`)
    : document.body.append(`${parts.join(' ')}\n`);
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

const salt = crypto.getRandomValues(new Uint8Array(16));
const password = await subtle.importKey(
  'raw',
  encoder.encode('correct horse battery staple'),
  'PBKDF2',
  false,
  ['deriveKey'],
);
const stretching = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: 100_000 };
const key = await subtle.deriveKey(stretching, password, { name: 'AES-GCM', length: 256 }, false, [
  'encrypt',
  'decrypt',
]);

const iv = crypto.getRandomValues(new Uint8Array(12));
const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode('Meet me at noon.'));
print('sealed:', sealed.byteLength, 'bytes');

const { privateKey, publicKey } = await subtle.generateKey('Ed25519', false, ['sign', 'verify']);
const signature = await subtle.sign('Ed25519', privateKey, sealed);
print('signed by its author:', await subtle.verify('Ed25519', publicKey, signature, sealed));
print('opened:', decoder.decode(await subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed)));

const damaged = sealed.slice(0);
new Uint8Array(damaged)[0] ^= 1;
print('damaged:', await subtle.decrypt({ name: 'AES-GCM', iv }, key, damaged).catch((error) => error.name));
print('engine:', engineOf(key));
