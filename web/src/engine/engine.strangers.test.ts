/** Three people: whoever sends a frame, and whoever the relay says that it is, it is about their own call only. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { fromText } from './bytes.ts';
import type { IncomingView } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { call, meet, Person } from './testing/person.ts';

let relay: MemoryRelay;
let alice: Person;
let bob: Person;
let carol: Person;

beforeAll(() => crypto.ready());
beforeEach(async () => {
  relay = new MemoryRelay(crypto);
  [alice, bob, carol] = [
    new Person('alice', 'native', relay),
    new Person('bob', 'wasm', relay),
    new Person('carol', 'wasm', relay),
  ];
  await Promise.all([alice.registered(), bob.registered(), carol.registered()]);
});

const from = (person: Person): IncomingView | undefined =>
  bob.incoming.find(({ peer }) => peer.name === person.name);
const words = (person: Person) =>
  from(person)?.request.map(({ body }) => (body.kind === 'text' ? body.text : body.name));
/** Calls, with words at once. */
async function callWith(caller: Person, text: string): Promise<void> {
  await call(caller, bob);
  await caller.until('ringing', () => caller.conversation?.writable === 'early');
  await caller.run('sendText', { text });
}

test('two calls that ring have words of their own, and one’s hanging up is not the other’s', async () => {
  await callWith(alice, 'alice was here');
  await bob.until('called', () => words(alice)?.length === 1);
  await callWith(carol, 'not alice');
  await bob.until('called twice', () => words(carol)?.length === 1);
  expect([words(alice), words(carol)]).toEqual([['alice was here'], ['not alice']]);

  await carol.run('leaveChat', undefined);
  await bob.until('called once', () => bob.incoming.length === 1);
  expect(words(alice)).toEqual(['alice was here']);
  await bob.run('acceptIncoming', { id: from(alice)?.id ?? '' });
  await Promise.all([alice.untilState('secure'), bob.untilState('secure')]);
  expect(bob.conversation?.peer.name).toBe('alice');
  expect(bob.shown.map(({ body }) => body.kind === 'text' && body.text)).toEqual(['alice was here']);
  expect([...alice.notices, ...bob.notices]).toEqual([]);
});

test('a call rings beside one’s own, which goes on', async () => {
  await call(bob, alice);
  await alice.until('called', () => alice.incoming.length === 1);
  await call(carol, bob);
  await bob.until('called', () => from(carol) !== undefined);
  expect(bob.conversation).toMatchObject({ state: 'ringing-out', peer: { name: 'alice' } });
  await alice.run('acceptIncoming', { id: alice.incoming[0]?.id ?? '' });
  await Promise.all([alice.untilState('secure'), bob.untilState('secure')]);
  await carol.run('leaveChat', undefined);
  await bob.until('not called', () => bob.incoming.length === 0);
  await alice.run('sendText', { text: 'undisturbed' });
  await bob.until('received', () => bob.text('undisturbed') !== undefined);
  expect(bob.conversation).toMatchObject({ state: 'secure', refusedFrames: 0 });
  expect([...alice.notices, ...bob.notices]).toEqual([]);
});

test('a relay that calls carol’s frames alice’s puts no word into her conversation', async () => {
  await meet(alice, bob);
  const alices = fromText(relay.accounts.get('alice')?.id ?? '', 32);
  const carols = relay.accounts.get('carol')?.id ?? '';
  relay.sender = (account) => (Buffer.from(account).toString('base64url') === carols ? alices : account);
  const passed: number[] = [];
  relay.tamper = (payload, type) => {
    passed.push(type);
    return [payload];
  };
  await callWith(carol, 'I am alice');
  await carol.until('gone out', () => carol.text('I am alice')?.status === 'early');
  await alice.run('sendText', { text: 'it is me' });
  await bob.until('received', () => bob.text('it is me') !== undefined);
  expect(passed.length).toBeGreaterThan(1);
  expect(bob.shown.map(({ body }) => body.kind === 'text' && body.text)).toEqual(['it is me']);
  expect(bob.incoming).toEqual([]);
  expect(bob.conversation).toMatchObject({ state: 'secure', peer: { name: 'alice' }, refusedFrames: 0 });
});
