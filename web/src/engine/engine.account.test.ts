/** The account in its owner's hands: logins, the password, the end. Whole engines with the real crypto package. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineMode } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

const password = 'correct horse battery';
const newPassword = 'another horse entirely';
let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

const register = (name: string, mode: EngineMode) => new Person(name, mode, relay).registered();
const idOf = (name: string) => relay.accounts.get(name)?.id ?? '';

/** The key of a person comes to another device by a backup. */
async function secondDevice(of: Person, mode: EngineMode): Promise<Person> {
  const { file, passphrase } = await of.run('makeBackup', { password });
  const other = await new Person(of.name, mode, relay).start();
  await other.run('login', { name: of.name, password });
  const preview = await other.run('openBackup', { file, passphrase });
  await other.run('restoreBackup', { id: preview.id, password, take: [] });
  await other.online();
  return other;
}

/** The same device after its login has ended: with the password as it is now. */
async function returned(person: Person, typed = newPassword): Promise<Person> {
  const again = await person.reloaded().start();
  expect(again.app?.account.stage).toBe('signed-out');
  await again.run('login', { name: person.name, password: typed });
  return again;
}

describe.each(['native', 'wasm'] as const)('a password that is changed, %s', (mode) => {
  test('opens the key on this device from then on, and the one before does not', async () => {
    const alice = await register('alice', mode);
    await alice.run('changePassword', { password, newPassword });
    await alice.online();
    await expect(alice.run('makeBackup', { password })).rejects.toEqual({ code: 'key-wrong-password' });
    expect((await alice.run('makeBackup', { password: newPassword })).people).toBe(0);
    await alice.run('logout', undefined);
    await expect(alice.run('login', { name: 'alice', password })).rejects.toEqual({
      code: 'wrong-credentials',
    });
    await alice.run('login', { name: 'alice', password: newPassword });
    await alice.online();
  });

  test('is not changed with a wrong one, and nothing else is', async () => {
    const alice = await register('alice', mode);
    const wrong = { password: 'not this one', newPassword };
    const code = mode === 'native' ? 'password-wrong' : 'key-wrong-password';
    await expect(alice.run('changePassword', wrong)).rejects.toEqual({ code });
    await expect(alice.run('changePassword', { password, newPassword: 'short' })).rejects.toEqual({
      code: 'password-too-short',
    });
    expect((await alice.run('makeBackup', { password })).people).toBe(0);
    await alice.run('logout', undefined);
    await alice.run('login', { name: 'alice', password });
    await alice.online();
  });

  test('is asked for once on another device, which then knows the new one', async () => {
    const alice = await register('alice', mode);
    const phone = await secondDevice(alice, mode);
    await alice.run('changePassword', { password, newPassword });
    const again = await returned(phone);
    const keyOpens = mode === 'native';
    expect(again.app?.account).toEqual({ stage: 'earlier-password', name: 'alice', keyOpens });
    await expect(again.run('rewrap', { earlier: 'not this one' })).rejects.toEqual({
      code: 'key-wrong-password',
    });
    expect(again.app?.account.stage).toBe('earlier-password');
    await again.run('rewrap', { earlier: password });
    await again.online();
    expect((await again.run('makeBackup', { password: newPassword })).people).toBe(0);
    await again.run('logout', undefined);
    await again.run('login', { name: 'alice', password: newPassword });
    await again.online();
  });

  test('leaves a device whose earlier one nobody knows without its key, or without a copy of it', async () => {
    const alice = await register('alice', mode);
    const phone = await secondDevice(alice, mode);
    const before = relay.accounts.get('alice')?.identityKey;
    await alice.run('changePassword', { password, newPassword });
    const again = await returned(phone);
    await again.run('forgoEarlier', undefined);
    if (mode === 'native') {
      await again.online();
      expect(relay.accounts.get('alice')?.identityKey).toBe(before);
    } else {
      expect(again.app?.account.stage).toBe('key-missing');
      await again.run('replaceKey', { password: newPassword });
      await again.online();
    }
  });
});

test('a device that stopped between the relay and its own storage asks for the earlier password', async () => {
  const alice = await register('alice', 'wasm');
  const record = await alice.keystore.identity(idOf('alice'));
  if (record === null) throw new Error('no identity');
  await alice.run('changePassword', { password, newPassword });
  await alice.keystore.putIdentity(record);
  const again = await alice.reloaded().start();
  expect(again.app?.account.stage).toBe('locked');
  await expect(again.run('unlock', { password: 'not this one' })).rejects.toEqual({
    code: 'key-wrong-password',
  });
  await again.run('unlock', { password: newPassword });
  expect(again.app?.account.stage).toBe('earlier-password');
  await again.run('rewrap', { earlier: password });
  await again.online();
});

test('what is said goes on while the password is changed', async () => {
  const [alice, bob] = [await register('alice', 'wasm'), await register('bob', 'wasm')];
  await meet(alice, bob);
  await alice.run('changePassword', { password, newPassword });
  await alice.run('sendText', { text: 'still here' });
  await bob.until('told', () => bob.text('still here') !== undefined);
});

describe('logins', () => {
  test('are listed, and one of the others can be ended', async () => {
    const alice = await register('alice', 'wasm');
    const phone = await secondDevice(alice, 'wasm');
    const logins = await alice.run('logins', undefined);
    expect(logins.filter(({ current }) => current)).toHaveLength(1);
    for (const { id, current } of logins) if (!current) await alice.run('endLogin', { id });
    expect(await alice.run('logins', undefined)).toHaveLength(1);
    const again = await phone.reloaded().start();
    expect(again.app?.account.stage).toBe('signed-out');
  });

  test('end all at once, with or without this one', async () => {
    const alice = await register('alice', 'wasm');
    const phone = await secondDevice(alice, 'wasm');
    await alice.run('endLogins', { keepThis: true });
    expect(alice.app?.account.stage).toBe('ready');
    expect((await phone.reloaded().start()).app?.account.stage).toBe('signed-out');
    await alice.run('endLogins', { keepThis: false });
    expect(alice.app?.account.stage).toBe('signed-out');
    expect((await alice.reloaded().start()).app?.account.stage).toBe('signed-out');
  });
});

test('a deleted account leaves nothing on this device', async () => {
  const [alice, bob] = [await register('alice', 'wasm'), await register('bob', 'wasm')];
  const owner = idOf('alice');
  await meet(alice, bob);
  await expect(alice.run('deleteAccount', { password: 'not this one' })).rejects.toEqual({
    code: 'password-wrong',
  });
  await alice.run('deleteAccount', { password });
  expect(alice.app?.account.stage).toBe('signed-out');
  expect(await alice.keystore.identity(owner)).toBeNull();
  expect(await alice.keystore.pins(owner)).toEqual([]);
  await expect(alice.run('login', { name: 'alice', password })).rejects.toEqual({
    code: 'wrong-credentials',
  });
});
