/** Who may call: the choice, the lists, and what a device does about a call that should not have come through. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { MemoryRelay } from './testing/memory-relay.ts';
import { call, meet, Person } from './testing/person.ts';

/** What the relay learns has no event here. */
const POLL = { timeout: 20_000 };

let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

const register = (name: string) => new Person(name, 'wasm', relay).registered();
const idOf = (name: string) => relay.accounts.get(name)?.id ?? '';
const listOf = (name: string, list: 'known' | 'allowed' | 'blocked') => [
  ...(relay.accounts.get(name)?.lists[list] ?? []),
];

test('the relay is told whom somebody knows only where they chose that those may call', async () => {
  const [alice, bob, carol] = [await register('alice'), await register('bob'), await register('carol')];
  await meet(alice, bob);
  expect(listOf('alice', 'known')).toEqual([]);
  expect(await alice.run('setReach', { policy: 'known' })).toMatchObject({ policy: 'known' });
  expect(listOf('alice', 'known')).toEqual([idOf('bob')]);
  // Whoever is met from now on is known, too.
  await call(alice, carol);
  await carol.until('called', () => carol.incoming.length === 1);
  await carol.run('acceptIncoming', { id: carol.incoming[0]?.id ?? '' });
  await alice.untilState('secure');
  await expect.poll(() => listOf('alice', 'known'), POLL).toContain(idOf('carol'));
});

test('another device of somebody who chose it says whom it knows when it comes', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await meet(alice, bob);
  const account = relay.accounts.get('alice');
  if (account === undefined) throw new Error('no account');
  account.reach = 'known';
  const again = await alice.reloaded().start();
  await again.run('unlock', { password: 'correct horse battery' });
  await again.online();
  await expect.poll(() => listOf('alice', 'known'), POLL).toContain(idOf('bob'));
});

test('whoever may not call somebody is told so, and nothing rings', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await alice.run('setReach', { policy: 'allowed' });
  await expect(call(bob, alice)).rejects.toEqual({ code: 'not-reachable' });
  expect(bob.conversation).toBeNull();
  const listed = await alice.run('setListed', { list: 'allowed', accountId: idOf('bob'), listed: true });
  expect(listed).toEqual({
    policy: 'allowed',
    allowed: [{ accountId: idOf('bob'), name: 'bob' }],
    blocked: [],
  });
  await meet(bob, alice);
});

test('blocking somebody ends what is open with them, and turns their calls away whatever the relay does', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await meet(alice, bob);
  await alice.run('block', { accountId: idOf('bob') });
  expect(alice.conversation).toBeNull();
  await bob.untilState('peer-disconnected');
  expect(listOf('alice', 'blocked')).toEqual([idOf('bob')]);
  await expect(call(bob, alice)).rejects.toEqual({ code: 'not-reachable' });
  // A relay that forgot it.
  relay.accounts.get('alice')?.lists.blocked.clear();
  await relay.stocked('alice');
  await call(bob, alice);
  await bob.untilState('declined');
  expect(alice.incoming).toEqual([]);
  await alice.run('setListed', { list: 'blocked', accountId: idOf('bob'), listed: false });
  await meet(bob, alice);
});

test('a call that rings is turned away with the one who is blocked', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await call(bob, alice);
  await alice.until('called', () => alice.incoming.length === 1);
  await alice.run('block', { accountId: idOf('bob') });
  await bob.untilState('declined');
  expect(alice.incoming).toEqual([]);
});

test('what the relay says of somebody’s keys is shown with what is in use here', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await bob.run('replaceKey', { password: 'correct horse battery' });
  await bob.online();
  await meet(alice, bob);
  const keys = await alice.run('keyHistory', undefined);
  expect(keys.map(({ proof, inUse }) => [proof, inUse])).toEqual([
    ['signed', true],
    ['first', false],
  ]);
  const { theirs } = await alice.run('verification', undefined);
  expect(keys[0]?.fingerprint.hex).toBe(theirs.hex);
});
