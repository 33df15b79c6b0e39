import 'fake-indexeddb/auto';
import { EARLIER_KEYS_MAX } from '@duet-chat/crypto';
import { openDB } from 'idb';
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
    history: [{ key: 'K1', trust: 'compared', since: 100, until: 300 }],
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

test('everybody whom an account pinned, and nobody whom another one did', async () => {
  const store = openKeystore('people');
  const carol = { accountId: 'carol-id', name: 'carol' };
  await store.putPin('me', bob, { key: 'K1', trust: 'qr' }, 1);
  await store.putPin('me', carol, { key: 'K2', trust: 'first-use' }, 2);
  await store.putPin('me too', bob, { key: 'K3', trust: 'first-use' }, 3);
  expect((await store.pins('me')).map(({ name, key }) => [name, key])).toEqual([
    ['bob', 'K1'],
    ['carol', 'K2'],
  ]);
  expect(await store.pins('m')).toEqual([]);
});

test('everybody is rewritten at once, from what is pinned at that moment, or nobody', async () => {
  const store = openKeystore('rewrite');
  const carol = { accountId: 'carol-id', name: 'carol' };
  await store.putPin('me', bob, { key: 'K1', trust: 'first-use' }, 100);
  await store.putPin('me', carol, { key: 'K2', trust: 'first-use' }, 100);
  const rewriting = store.rewritePins('me', (pins) =>
    pins.filter(({ name }) => name === 'bob').map((pin) => ({ ...pin, trust: 'qr' })),
  );
  // Asked for while the other is at work: it waits, and neither undoes what the other did.
  const meanwhile = store.putPin('me', bob, { key: 'K1', trust: 'sas' }, 200);
  expect(await rewriting).toMatchObject([{ name: 'bob', trust: 'qr', since: 100 }]);
  await meanwhile;
  expect(await store.pin('me', 'bob-id')).toMatchObject({ trust: 'sas', since: 100 });
  expect(await store.pin('me', 'carol-id')).toMatchObject({ key: 'K2', trust: 'first-use' });
  // What goes wrong in the caller's part is told as it is.
  const broken = store.rewritePins('me', () => {
    throw new TypeError('mine');
  });
  await expect(broken).rejects.toThrow('mine');
  expect(await store.pins('me')).toHaveLength(2);
});

test('as many earlier keys are kept as a backup holds, the last ones', async () => {
  const store = openKeystore('history');
  for (let i = 0; i <= EARLIER_KEYS_MAX + 2; i += 1) {
    await store.putPin('me', bob, { key: `K${i}`, trust: 'first-use' }, i);
  }
  const history = (await store.pin('me', 'bob-id'))?.history ?? [];
  expect(history).toHaveLength(EARLIER_KEYS_MAX);
  expect(history[0]?.key).toBe('K2');
});

test('what the first version kept is all there after the step to the second', async () => {
  const { privateKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']);
  const identity = {
    owner: 'me',
    realm: 'r',
    name: 'alice',
    stored: { kind: 'native', publicKey: new Uint8Array(32), privateKey },
    createdAt: 1,
  };
  const pin = {
    owner: 'me',
    ...bob,
    key: 'K2',
    trust: 'compared',
    since: 300,
    history: [{ key: 'K1', trust: 'first-use', until: 300 }],
  };
  const first = await openDB('upgrade', 1, {
    upgrade(db) {
      db.createObjectStore('settings').put('duet.example', 'realm');
      db.createObjectStore('identities', { keyPath: 'owner' }).put(identity);
      db.createObjectStore('pins', { keyPath: ['owner', 'accountId'] }).put(pin);
    },
  });
  first.close();

  const store = openKeystore('upgrade');
  expect(await store.realm()).toBe('duet.example');
  expect(await store.identity('me')).toMatchObject({ name: 'alice', stored: { kind: 'native' } });
  expect(await store.pin('me', 'bob-id')).toEqual({
    ...pin,
    history: [{ key: 'K1', trust: 'first-use', since: null, until: 300 }],
  });
  await store.putPin('me', bob, { key: 'K3', trust: 'first-use' }, 400);
  const history = (await store.pin('me', 'bob-id'))?.history;
  expect(history?.map(({ key, since }) => [key, since])).toEqual([
    ['K1', null],
    ['K2', 300],
  ]);
});
