/** Browsers whose storage takes less than it should (Safari's lockdown, some embedded ones): nobody loses a key by it. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CryptoPort } from './port.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

const password = 'correct horse battery';
let relay: MemoryRelay;

const { put } = IDBObjectStore.prototype;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});
afterEach(() => {
  IDBObjectStore.prototype.put = put;
});

/** Whatever `refused` says cannot be cloned cannot be stored. */
function refuse(refused: (value: object) => boolean): void {
  const has = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    (refused(value) || (!ArrayBuffer.isView(value) && Object.values(value).some(has)));
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, value: unknown, ...key: IDBValidKey[]) {
    if (has(value)) throw new DOMException('no clone', 'DataCloneError');
    return put.call(this, value, ...key);
  };
}

test('a storage that takes no CryptoKey gets the wrapped identity, which opens with the password', async () => {
  refuse((value) => value instanceof CryptoKey);
  const alice = await new Person('alice', 'auto', relay).registered();
  const [owner, key] = [relay.accounts.get('alice')?.id ?? '', relay.accounts.get('alice')?.identityKey];
  expect((await alice.keystore.identity(owner))?.stored.kind).toBe('wrapped');
  const again = await alice.reloaded().start();
  expect(again.app?.account.stage).toBe('locked');
  await again.run('unlock', { password });
  await again.online();
  expect(relay.accounts.get('alice')?.identityKey).toBe(key);
  const bob = await new Person('bob', 'auto', relay).registered();
  await meet(again, bob);
});

test('nothing is registered whose key cannot be kept at all', async () => {
  refuse((value) => 'stored' in value);
  const alice = await new Person('alice', 'auto', relay).start();
  await expect(alice.run('register', { name: 'alice', password })).rejects.toEqual({
    code: 'storage-unavailable',
  });
  expect(relay.accounts.has('alice')).toBe(false);
});

test('whoever chose the browser’s cryptography is told that it cannot be, and keeps the name', async () => {
  refuse((value) => value instanceof CryptoKey);
  const alice = await new Person('alice', 'native', relay).start();
  await expect(alice.run('register', { name: 'alice', password })).rejects.toEqual({
    code: 'storage-unavailable',
  });
  expect(relay.accounts.has('alice')).toBe(false);
});

/** Identities that were made or opened, and are not freed yet. */
class Held {
  private readonly held = new Set<crypto.Identity>();

  get count(): number {
    return this.held.size;
  }

  private hold<T extends crypto.Identity>(identity: T): T {
    const free = identity.free.bind(identity);
    this.held.add(identity);
    Object.defineProperty(identity, 'free', {
      value: () => {
        this.held.delete(identity);
        free();
      },
    });
    return identity;
  }

  readonly crypto: Partial<CryptoPort> = {
    createIdentity: async (options) => this.hold(await crypto.createIdentity(options)),
    restoreIdentity: async (options) => this.hold(await crypto.restoreIdentity(options)),
    importBackup: async (options) => {
      const imported = await crypto.importBackup(options);
      this.hold(imported.identity);
      return imported;
    },
  };
}

describe('a storage that fails keeps no identity in memory', () => {
  const fail = (store: string) => {
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...input: Parameters<typeof put>) {
      if (this.name === store) throw new DOMException('the disk is full', 'QuotaExceededError');
      return put.apply(this, input);
    };
  };
  const failed = { code: 'storage-unavailable' };

  test.each(['auto', 'wasm'] as const)('when an account is made (%s)', async (mode) => {
    const held = new Held();
    const alice = await new Person('alice', mode, relay, relay.browser(), { crypto: held.crypto }).start();
    fail('identities');
    await expect(alice.run('register', { name: 'alice', password })).rejects.toEqual(failed);
    expect(held.count).toBe(0);
  });

  test.each(['identities', 'pins'])('when a backup is taken over (%s)', async (store) => {
    const alice = await new Person('alice', 'wasm', relay).registered();
    const bob = await new Person('bob', 'wasm', relay).registered();
    await meet(alice, bob);
    const { file, passphrase } = await alice.run('makeBackup', { password });
    const held = new Held();
    const phone = await new Person('alice', 'auto', relay, relay.browser(), { crypto: held.crypto }).start();
    await phone.run('login', { name: 'alice', password });
    expect(phone.app?.account.stage).toBe('key-missing');
    const { id } = await phone.run('openBackup', { file, passphrase });
    fail(store);
    const taken = phone.run('restoreBackup', { id, password, take: [] });
    await expect(taken).rejects.toMatchObject({ code: expect.any(String) });
    expect(held.count).toBe(0);
  });
});
