/** `jose`: tokens that are signed and encrypted, through every algorithm of its list that the module has. */
import * as jose from 'jose';
import { equal, type Test, unhex } from '../harness.js';
import { outcomeOf } from '../subtle/outcome.js';

/** RFC 8037, Appendix A.1. */
const ED25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

const text = new TextEncoder();
const wrongSignature = 'refused: JWSSignatureVerificationFailed';

const signed = (alg: string, key: jose.CryptoKey | jose.JWK | Uint8Array) =>
  new jose.SignJWT({ room: 7 })
    .setProtectedHeader({ alg })
    .setIssuer('alice')
    .setExpirationTime('5m')
    .sign(key);

/** The token with one bit of its signature changed. */
function damaged(token: string): string {
  const at = token.lastIndexOf('.') + 5;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

async function signsWithEd25519(alg: string): Promise<void> {
  const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  const token = await signed(alg, privateKey);
  const { payload, protectedHeader } = await jose.jwtVerify(token, publicKey, { issuer: 'alice' });
  equal([payload.room, protectedHeader.alg], [7, alg]);
  equal(await outcomeOf(() => jose.jwtVerify(damaged(token), publicKey)), wrongSignature);

  // Every form in which a key may come.
  const [pkcs8, spki] = [await jose.exportPKCS8(privateKey), await jose.exportSPKI(publicKey)];
  const [secretJwk, publicJwk] = [await jose.exportJWK(privateKey), await jose.exportJWK(publicKey)];
  const thumbprint = await jose.calculateJwkThumbprint(publicJwk);
  equal(await jose.calculateJwkThumbprint(secretJwk), thumbprint, 'thumbprint');
  const keys = jose.createLocalJWKSet({ keys: [{ ...publicJwk, alg }] });
  for (const secret of [await jose.importPKCS8(pkcs8, alg), await jose.importJWK(secretJwk, alg)]) {
    const again = await signed(alg, secret);
    await jose.jwtVerify(again, await jose.importSPKI(spki, alg));
    await jose.jwtVerify(again, keys);
  }
}

async function knownSignature(): Promise<void> {
  const jws = await new jose.CompactSign(text.encode('Example of Ed25519 signing'))
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(await jose.importJWK(ED25519, 'EdDSA'));
  // RFC 8037, A.4.
  equal(
    jws,
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.' +
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  );
}

async function signsWithHmac(alg: string): Promise<void> {
  const secret = (await jose.generateSecret(alg, { extractable: true })) as jose.CryptoKey;
  const token = await signed(alg, secret);
  equal((await jose.jwtVerify(token, secret)).payload.room, 7);
  await jose.jwtVerify(token, await jose.importJWK(await jose.exportJWK(secret), alg));
  equal(await outcomeOf(() => jose.jwtVerify(token, new Uint8Array(64))), wrongSignature);
}

async function knownMac(): Promise<void> {
  // RFC 7515, A.1.
  const token =
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.' +
    'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.' +
    'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const key = unhex(
    '0323354b2b0fa5bc837e0665777ba68f5ab328e6f054c928a90f84b2d2502ebf' +
      'd3fb5a92d20647ef968ab4c377623d223d2e2172052e4f08c0cd9af567d080a3',
  );
  const { payload } = await jose.jwtVerify(token, key, { currentDate: new Date(1_300_819_000_000) });
  equal(payload.iss, 'joe');
}

/** Encrypts a token to somebody, and opens it. */
async function encrypts(
  alg: string,
  enc: string,
  [seal, open]: readonly [seal: jose.CryptoKey | Uint8Array, open: jose.CryptoKey | Uint8Array],
): Promise<void> {
  const token = await new jose.EncryptJWT({ room: 7 }).setProtectedHeader({ alg, enc }).encrypt(seal);
  equal((await jose.jwtDecrypt(token, open)).payload.room, 7);
  const wrong = await outcomeOf(() => jose.jwtDecrypt(damaged(token), open));
  equal(wrong, 'refused: JWEDecryptionFailed');
}

async function encryptsWithSecret(alg: string, enc: string): Promise<void> {
  const secret = (await jose.generateSecret(alg === 'dir' ? enc : alg)) as jose.CryptoKey;
  await encrypts(alg, enc, [secret, secret]);
}

async function encryptsWithX25519(enc: string): Promise<void> {
  const { publicKey, privateKey } = await jose.generateKeyPair('ECDH-ES', {
    crv: 'X25519',
    extractable: true,
  });
  await encrypts('ECDH-ES', enc, [publicKey, privateKey]);
  const imported = await jose.importJWK(await jose.exportJWK(publicKey), 'ECDH-ES');
  await encrypts('ECDH-ES', enc, [
    imported,
    await jose.importPKCS8(await jose.exportPKCS8(privateKey), 'ECDH-ES'),
  ]);
}

/** RSA, ECDSA, AES-KW and AES-CBC are not here: the specification's name for that, and nothing of another kind. */
async function refusesTheRest(): Promise<void> {
  const refusal = 'refused: NotSupportedError';
  for (const alg of ['RS256', 'PS256', 'ES256', 'RSA-OAEP-256', 'ECDH-ES']) {
    equal(await outcomeOf(() => jose.generateKeyPair(alg)), refusal, alg);
  }
  const { publicKey } = await jose.generateKeyPair('ECDH-ES', { crv: 'X25519' });
  const to = (alg: string, enc: string, key: jose.CryptoKey | Uint8Array) => () =>
    new jose.EncryptJWT({}).setProtectedHeader({ alg, enc }).encrypt(key);
  equal(await outcomeOf(to('ECDH-ES+A256KW', 'A256GCM', publicKey)), refusal, 'AES-KW');
  equal(await outcomeOf(to('dir', 'A128CBC-HS256', new Uint8Array(32))), refusal, 'AES-CBC');
}

export const joseTests: readonly Test[] = [
  ...['EdDSA', 'Ed25519'].map((alg) => ({ name: `signs as ${alg}`, run: () => signsWithEd25519(alg) })),
  { name: 'makes the signature of RFC 8037', run: knownSignature },
  ...['HS256', 'HS384', 'HS512'].map((alg) => ({ name: `signs as ${alg}`, run: () => signsWithHmac(alg) })),
  { name: 'verifies the token of RFC 7515', run: knownMac },
  ...['A128GCM', 'A192GCM', 'A256GCM'].map((enc) => ({
    name: `encrypts as dir and ${enc}`,
    run: () => encryptsWithSecret('dir', enc),
  })),
  { name: 'encrypts as A256GCMKW and A256GCM', run: () => encryptsWithSecret('A256GCMKW', 'A256GCM') },
  ...['A128GCM', 'A256GCM'].map((enc) => ({
    name: `encrypts as ECDH-ES with X25519 and ${enc}`,
    run: () => encryptsWithX25519(enc),
  })),
  { name: 'says NotSupportedError of what is not here', run: refusesTheRest },
];
