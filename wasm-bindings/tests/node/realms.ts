/** Answers and keys of elsewhere: of another realm, of a relay that lies. */
import { test } from 'node:test';
import { createIdentity, randomBytes, ready, restoreIdentity } from '@duet-chat/crypto';
import { findKey } from '@duet-chat/crypto/relay';

test('realms: a platform key may be of another realm', async ({ assert }) => {
  await ready();
  const account = { realm: 'chat.example', name: 'alice' };
  const identity = await createIdentity({ ...account, engine: 'native' });
  const stored = identity.store();
  if (!('privateKey' in stored)) throw new Error('it is a native one');
  // As for an iframe's key: the class here is another one.
  const platform = globalThis.CryptoKey;
  globalThis.CryptoKey = class {} as unknown as typeof CryptoKey;
  try {
    assert.equal(stored.privateKey instanceof CryptoKey, false);
    const restored = await restoreIdentity({ ...account, stored });
    assert.deepEqual(restored.publicKey, identity.publicKey);
  } finally {
    globalThis.CryptoKey = platform;
  }
});

test('relay: a key of somebody else than was asked for is refused', async ({ assert }) => {
  const [asked, other, key] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const find = (answered: Uint8Array) =>
    findKey({
      url: 'http://relay.example',
      accessToken: 'token',
      accountId: asked,
      fetch: async () =>
        Response.json({ id: text(answered), username: 'bob', identityKey: text(key) }, { status: 200 }),
    });
  assert.deepEqual((await find(asked))?.publicKey, key);
  await assert.rejects(find(other), { code: 'E_RELAY_ANSWER' });
});
