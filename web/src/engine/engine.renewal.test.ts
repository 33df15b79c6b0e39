/** Sessions that grow old: whole engines with the real crypto package, whose clocks are put forward. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { RENEWAL_DUE as RENEW_MS, SESSION_LIFETIME as SESSION_MS } from '@duet-chat/crypto';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { MemoryRelay } from './testing/memory-relay.ts';
import { meet, Person } from './testing/person.ts';

let relay: MemoryRelay;
let alice: Person;
let bob: Person;

beforeAll(() => crypto.ready());
beforeEach(async () => {
  relay = new MemoryRelay(crypto);
  [alice, bob] = [new Person('alice', 'native', relay), new Person('bob', 'wasm', relay)];
  await Promise.all([alice.registered(), bob.registered()]);
  await meet(alice, bob);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Everybody's clock is put forward, and goes on from there. */
function later(ms: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

const renewed = () =>
  Promise.all(
    [alice, bob].map((person) =>
      person.until('renewed', () => person.conversation?.session?.number === 2 && notes(person).length === 1),
    ),
  );
const notes = (person: Person) => person.shown.filter(({ body }) => body.kind === 'note');
const sasOf = async (person: Person) => (await person.run('verification', undefined)).sas;

test('the chat goes on in a fresh session, and both are told', async () => {
  const before = await alice.run('verification', undefined);
  await alice.run('sendText', { text: 'before' });
  await bob.until('received', () => bob.text('before') !== undefined);
  later(RENEW_MS);
  await alice.run('sendText', { text: 'meanwhile' });
  await renewed();
  await alice.run('sendText', { text: 'after' });
  await bob.run('sendText', { text: 'and back' });
  await bob.until('received', () => bob.text('after') !== undefined);
  await alice.until('received', () => alice.text('and back') !== undefined);
  for (const text of ['before', 'meanwhile', 'after']) {
    await alice.until('delivered', () => alice.text(text)?.status === 'delivered');
  }
  // A new session has new emoji; whoever compares knows which session theirs are of.
  const after = await alice.run('verification', undefined);
  expect([before.sasSession, after.sasSession]).toEqual([1, 2]);
  expect(after.sas).not.toEqual(before.sas);
  expect(after.sas).toEqual(await sasOf(bob));
  expect([alice.conversation?.refusedFrames, bob.conversation?.refusedFrames]).toEqual([0, 0]);
  expect(bob.incoming).toEqual([]);
  expect([...alice.notices, ...bob.notices]).toEqual([]);
});

test('texts that are written all the time arrive once each, in order', async () => {
  later(RENEW_MS);
  const texts = Array.from({ length: 40 }, (_, i) => `${i}`);
  for (const text of texts) {
    await alice.run('sendText', { text });
    await bob.run('sendText', { text: `b${text}` });
    await new Promise((turn) => setImmediate(turn));
  }
  await renewed();
  await bob.until('all', () => bob.text('39') !== undefined);
  await alice.until('all', () => alice.text('b39') !== undefined);
  const heard = (person: Person) =>
    person.shown.flatMap(({ mine, body }) => (!mine && body.kind === 'text' ? [body.text] : []));
  expect(heard(bob)).toEqual(texts);
  expect(heard(alice)).toEqual(texts.map((text) => `b${text}`));
  const settled = (person: Person) =>
    person.shown.every(({ mine, status }) => !mine || status === 'delivered' || status === 'read');
  await alice.until('settled', () => settled(alice));
  await bob.until('settled', () => settled(bob));
});

test('a file on its way goes on', async () => {
  let chunks = 0;
  relay.tamper = (payload, type) => {
    if (type === 0x12 && ++chunks === 2) later(RENEW_MS);
    return [payload];
  };
  await alice.run('sendFile', { file: new File([new Uint8Array(20 * 1024 * 1024)], 'long') });
  await bob.until('done', () => bob.transfers[0]?.state === 'done');
  await renewed();
  expect(bob.transfers[0]?.blob?.size).toBe(20 * 1024 * 1024);
  await alice.until('done', () => alice.transfers[0]?.state === 'done');
});

test('what is read only afterwards is read at its sender, too', async () => {
  await alice.run('sendText', { text: 'from alice' });
  await bob.run('sendText', { text: 'from bob' });
  await bob.until('received', () => bob.text('from alice') !== undefined);
  await alice.until('received', () => alice.text('from bob') !== undefined);
  later(RENEW_MS);
  await alice.run('setTyping', { typing: true });
  await renewed();
  expect([alice.text('from alice')?.status, bob.text('from bob')?.status]).toEqual([
    'delivered',
    'delivered',
  ]);
  await bob.run('markRead', { seq: bob.text('from alice')?.seq ?? -1 });
  await alice.until('read', () => alice.text('from alice')?.status === 'read');
  expect(bob.text('from bob')?.status).toBe('delivered');
  await alice.run('markRead', { seq: alice.text('from bob')?.seq ?? -1 });
  await bob.until('read', () => bob.text('from bob')?.status === 'read');
});

test('without a renewal it ends with the day', async () => {
  relay.tamper = (payload, type) => (type === 0x01 || type === 0x02 ? [] : [payload]);
  later(SESSION_MS);
  await bob.run('sendText', { text: 'the last' });
  await Promise.all([alice, bob].map((person) => person.until('over', () => over(person))));
  await expect(bob.run('sendText', { text: 'later' })).rejects.toEqual({ code: 'not-secure-yet' });
});

const over = (person: Person) => ['expired', 'peer-disconnected'].includes(person.conversation?.state ?? '');

test('a renewal that the relay damages does not end the chat', async () => {
  relay.tamper = (payload, type) => {
    if (type === 0x03) payload[700] = (payload[700] ?? 0) ^ 1;
    return [payload];
  };
  later(RENEW_MS);
  await alice.run('sendText', { text: 'one' });
  await alice.until('tried', () => alice.conversation?.session?.renewing === true);
  await alice.until('failed', () => alice.conversation?.session?.renewing === false);
  await alice.run('sendText', { text: 'two' });
  await bob.until('received', () => bob.text('two') !== undefined);
  expect(alice.conversation).toMatchObject({ state: 'secure', session: { number: 1 } });
});
