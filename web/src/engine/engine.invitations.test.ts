/** Invitations: found and known by a link, whatever the relay says. Whole engines with the real crypto package. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

const register = (name: string) => new Person(name, 'wasm', relay).registered();
const idOf = (name: string) => relay.accounts.get(name)?.id ?? '';

async function takes(guest: Person, host: Person, text: string): Promise<void> {
  await guest.run('acceptInvitation', { text });
  await host.until('called', () => host.incoming.length === 1);
  await host.run('acceptIncoming', { id: host.incoming[0]?.id ?? '' });
  await Promise.all([guest.untilState('secure'), host.untilState('secure')]);
}

test('whoever opens it can call, and knows who made it; meeting makes that no weaker', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await alice.run('setReach', { policy: 'allowed' });
  const { text, name } = await alice.run('invite', undefined);
  expect(name).toBe('alice');
  expect(await bob.run('readInvitation', { text })).toMatchObject({ name: 'alice' });
  await takes(bob, alice, text);
  expect(bob.conversation?.trust).toBe('link');
  expect((await bob.run('people', undefined)).map(({ trust }) => trust)).toEqual(['link']);
  const again = await bob.reloaded().start();
  await again.run('unlock', { password: 'correct horse battery' });
  await again.online();
  await alice.untilState('reconnecting');
  await relay.stocked('alice');
  await meet(again, alice);
  expect(again.conversation?.trust).toBe('link');
  await again.run('markVerified', { by: 'sas' });
  expect(again.conversation?.trust).toBe('sas');
});

test('the key in it counts, not the one that the relay gives: another one is a changed key', async () => {
  const [alice, bob, carol] = [await register('alice'), await register('bob'), await register('carol')];
  const { text } = await alice.run('invite', undefined);
  const forged = relay.accounts.get('carol')?.identityKey ?? '';
  relay.directory = () => ({ identityKey: forged });
  await bob.run('acceptInvitation', { text });
  await bob.untilState('blocked-key-changed');
  expect(alice.incoming).toEqual([]);
  expect(carol.incoming).toEqual([]);
});

test('somebody who is known by another key is not taken for the one in the link', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  await meet(alice, bob);
  await bob.run('leaveChat', undefined);
  const { text } = await alice.run('invite', undefined);
  const key = relay.accounts.get('alice')?.identityKey ?? '';
  const other = relay.accounts.get('bob')?.identityKey ?? '';
  await expect(bob.run('acceptInvitation', { text: text.replace(key, other) })).rejects.toEqual({
    code: 'invitation-other-key',
  });
  const pinned = () => bob.keystore.pin(idOf('bob'), idOf('alice'));
  await expect.poll(pinned, { timeout: 20_000 }).toMatchObject({ key });
});

test('what is over, one’s own, of another deployment, or none, calls nobody', async () => {
  const [alice, bob] = [await register('alice'), await register('bob')];
  const { text } = await alice.run('invite', undefined);
  const accept = (person: Person, link: string) => person.run('acceptInvitation', { text: link });
  await expect(accept(alice, text)).rejects.toEqual({ code: 'invitation-own' });
  await expect(accept(bob, 'https://example.org')).rejects.toEqual({ code: 'invitation-unreadable' });
  // A relay whose word for the token is somebody else's.
  await expect(accept(bob, text.replace(/alice$/, 'carol'))).rejects.toEqual({
    code: 'invitation-unreadable',
  });
  relay.invitationEnd = () => Date.now() - 1000;
  const old = await alice.run('invite', undefined);
  await expect(accept(bob, old.text)).rejects.toEqual({ code: 'invitation-over' });
  relay.invitations.clear();
  await expect(accept(bob, text)).rejects.toEqual({ code: 'invitation-over' });
  expect(await bob.run('people', undefined)).toEqual([]);
  expect(alice.incoming).toEqual([]);
});
