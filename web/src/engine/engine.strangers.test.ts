/** Three people, one of whom uses the ids of the other two: whoever sends a frame, it is about their own call only. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromText } from './bytes.ts';
import type { IncomingView } from './contract.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { call, Person } from './testing/person.ts';

const HID = [2, 18] as const;
const flights: Record<number, true> = { 1: true, 2: true };

let relay: MemoryRelay;
let alice: Person;
let bob: Person;
/** Calls under the id of the last call that went over the relay. */
let carol: Person;
/** Ids of the first flights that the relay saw, in order. */
let hids: string[];

/** `createOffer` whose first random bytes, which are the `hid`, are these. */
async function offerUnder(hid: Uint8Array, options: Parameters<typeof crypto.createOffer>[0]) {
  const fresh = globalThis.crypto.getRandomValues.bind(globalThis.crypto);
  const draw = vi.spyOn(globalThis.crypto, 'getRandomValues').mockImplementation((bytes) => {
    if (!(bytes instanceof Uint8Array) || bytes.length !== hid.length) return fresh(bytes);
    draw.mockRestore();
    bytes.set(hid);
    return bytes;
  });
  return crypto.createOffer(options);
}

beforeAll(() => crypto.ready());
beforeEach(async () => {
  relay = new MemoryRelay(crypto);
  const seen: string[] = [];
  hids = seen;
  relay.tamper = (payload, type) => {
    if (flights[type]) seen.push(Buffer.from(payload.subarray(...HID)).toString('base64url'));
    return [payload];
  };
  alice = await new Person('alice', 'native', relay).registered();
  bob = await new Person('bob', 'wasm', relay).registered();
  carol = await new Person('carol', 'wasm', relay, relay.browser(), {
    crypto: { createOffer: (options) => offerUnder(fromText(hids.at(-1) ?? '', 16), options) },
  }).registered();
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
const oneId = () => expect([hids.length, new Set(hids).size]).toEqual([2, 1]);

describe('a third account that calls under the id of', () => {
  test('a call that rings has a call of its own: its words and its hanging up are not the other’s', async () => {
    await callWith(alice, 'alice was here');
    await bob.until('called', () => words(alice)?.length === 1);
    await callWith(carol, 'not alice');
    await bob.until('called twice', () => words(carol)?.length === 1);
    oneId();
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

  test('one’s own call is told that the line is busy, and that call goes on', async () => {
    await call(bob, alice);
    await alice.until('called', () => alice.incoming.length === 1);
    await call(carol, bob);
    await carol.untilState('busy');
    oneId();
    expect(bob.conversation).toMatchObject({ state: 'ringing-out', peer: { name: 'alice' } });
    await alice.run('acceptIncoming', { id: alice.incoming[0]?.id ?? '' });
    await Promise.all([alice.untilState('secure'), bob.untilState('secure')]);
    await alice.run('sendText', { text: 'undisturbed' });
    await bob.until('received', () => bob.text('undisturbed') !== undefined);
    expect([...alice.notices, ...bob.notices]).toEqual([]);
  });

  test('a call that was accepted cannot end it', async () => {
    await call(alice, bob);
    await bob.until('called', () => from(alice) !== undefined);
    await call(carol, bob);
    await bob.until('called twice', () => from(carol) !== undefined);
    oneId();
    await bob.run('acceptIncoming', { id: from(alice)?.id ?? '' });
    await carol.run('leaveChat', undefined);
    await Promise.all([alice.untilState('secure'), bob.untilState('secure')]);
    await bob.until('not called', () => bob.incoming.length === 0);
    expect(bob.conversation).toMatchObject({ state: 'secure', peer: { name: 'alice' }, refusedFrames: 0 });
  });
});
