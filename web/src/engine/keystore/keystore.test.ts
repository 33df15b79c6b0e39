import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { openKeystore } from './keystore.ts';

const bob = { accountId: 'bob-id', name: 'bob' };

test('what is kept is there after the database was opened anew', async () => {
  const store = openKeystore('kept');
  expect(await store.realm()).toBeNull();
  await store.pinRealm('duet.example');
  const { privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const stored = { kind: 'native', publicKey: new Uint8Array(32), privateKey } as const;
  await store.putIdentity({ owner: 'me', realm: 'r', name: 'alice', stored, createdAt: 1 });

  const again = openKeystore('kept');
  expect(await again.realm()).toBe('duet.example');
  const record = await again.identity('me');
  expect(record?.stored).toMatchObject({ kind: 'native', privateKey: { extractable: false } });
  expect(await again.identity('somebody else')).toBeNull();
});

test('a pin belongs to the one who pinned, keeps its date, and remembers the keys before', async () => {
  const store = openKeystore('pins');
  await store.putPin('me', bob, { key: 'K1', trust: 'first-use' }, 100);
  await store.putPin('me', bob, { key: 'K1', trust: 'compared' }, 200);
  expect(await store.pin('me', 'bob-id')).toMatchObject({
    key: 'K1',
    trust: 'compared',
    since: 100,
    history: [],
  });
  await store.putPin('me', bob, { key: 'K2', trust: 'first-use' }, 300);
  expect(await store.pin('me', 'bob-id')).toMatchObject({
    key: 'K2',
    trust: 'first-use',
    since: 300,
    history: [{ key: 'K1', trust: 'compared', until: 300 }],
  });
  expect(await store.pin('another account of mine', 'bob-id')).toBeNull();
});

test('storage that cannot be had is told as such', async () => {
  const broken = openKeystore('broken');
  const { open } = indexedDB;
  indexedDB.open = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  try {
    await expect(broken.realm()).rejects.toMatchObject({ code: 'storage-unavailable' });
  } finally {
    indexedDB.open = open;
  }
  // It may be a moment's trouble: the next use opens it.
  expect(await broken.realm()).toBeNull();
});
