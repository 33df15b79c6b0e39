/** Texts that travel with the call: whole engines with the real crypto package, on a relay that may lie. */
import 'fake-indexeddb/auto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { MemoryRelay, type Tamper } from './testing/memory-relay.ts';
import { call, Person } from './testing/person.ts';

let relay: MemoryRelay;
let alice: Person;
let bob: Person;

beforeAll(() => crypto.ready());
beforeEach(async () => {
  relay = new MemoryRelay(crypto);
  [alice, bob] = [new Person('alice', 'native', relay), new Person('bob', 'wasm', relay)];
  await Promise.all([alice.registered(), bob.registered()]);
  await relay.stocked('alice', 'bob');
});

const types = { offer: 0x01, init: 0x02, end: 0x05, early: 0x10, chunk: 0x12 };

/** What passed the relay, by type. */
function watched(tamper: Tamper = (payload) => [payload]): number[] {
  const passed: number[] = [];
  relay.tamper = (payload, type) => {
    passed.push(type);
    return tamper(payload, type);
  };
  return passed;
}

async function write(...texts: string[]): Promise<void> {
  await call(alice, bob);
  await alice.until('able to write', () => alice.conversation?.writable === 'early');
  for (const text of texts) await alice.run('sendText', { text });
}

const request = () =>
  bob.incoming[0]?.request.map(({ body }) => (body.kind === 'text' ? body.text : body)) ?? [];
const accept = () => bob.run('acceptIncoming', { id: bob.incoming[0]?.id ?? '' });
const secure = () => Promise.all([alice.untilState('secure'), bob.untilState('secure')]);

test('they ring with the call, and are part of the chat once it is accepted', async () => {
  const passed = watched();
  await write('hello', 'it is me');
  await alice.until('gone', () => alice.text('hello')?.status === 'early');
  await bob.until('asked', () => request().length === 2);
  expect(request()).toEqual(['hello', 'it is me']);
  expect(bob.shown).toEqual([]);
  await accept();
  await secure();
  expect(passed.filter((type) => type === types.init)).toHaveLength(1);
  expect(passed).not.toContain(types.offer);
  expect(bob.shown.map(({ unconfirmed }) => unconfirmed)).toEqual([false, false]);
  expect(bob.conversation?.earlyDropped).toBe(0);
  await alice.until('delivered', () => alice.text('it is me')?.status === 'delivered');
  await bob.run('markRead', { seq: bob.text('it is me')?.seq ?? -1 });
  await alice.until('read', () => alice.text('it is me')?.status === 'read');
  // And the chat goes on, both ways.
  await alice.run('sendText', { text: 'how are you?' });
  await bob.until('asked', () => bob.text('how are you?') !== undefined);
  await bob.run('sendText', { text: 'fine' });
  await alice.until('answered', () => alice.text('fine') !== undefined);
  expect([...alice.notices, ...bob.notices]).toEqual([]);
});

/** This messenger sends no file with a call; another client may. */
test('a file that another client sends with the call is fetched once it is accepted', async () => {
  const bytes = new Uint8Array(100_000).fill(7);
  const clients: ReturnType<typeof crypto.createClient>[] = [];
  const carol = await new Person('carol', 'wasm', relay, relay.browser(), {
    crypto: {
      createClient(options) {
        const client = crypto.createClient(options);
        clients.push(client);
        return client;
      },
    },
  }).registered();
  await call(carol, bob);
  await carol.until('able to write', () => carol.conversation?.writable === 'early');
  const about = { name: 'plan.pdf', mediaType: 'application/pdf' };
  const bobs = crypto.accountId({ realm: relay.realm, name: 'bob' });
  clients[0]?.conversation(bobs).sendFile({ source: new Blob([bytes]), ...about });
  await bob.until('asked', () => request().length === 1);
  expect(request()).toEqual([{ kind: 'file', ...about, size: 100_000 }]);
  const passed = watched();
  await accept();
  await bob.until('whole', () => bob.transfers[0]?.state === 'done');
  expect(passed).toContain(types.chunk);
  const received = new Uint8Array((await bob.transfers[0]?.blob?.arrayBuffer()) ?? new ArrayBuffer(0));
  expect(Buffer.compare(received, bytes)).toBe(0);
  expect(bob.conversation?.refusedFrames).toBe(0);
});

test('without a prekey the call is an OFFER, and texts wait', async () => {
  const passed = watched();
  relay.prekey = () => null;
  await write('hello');
  expect(alice.text('hello')?.status).toBe('waiting');
  await bob.until('called', () => bob.incoming.length === 1);
  expect(passed).toEqual([types.offer]);
  expect(request()).toEqual([]);
  await accept();
  await secure();
  await bob.until('received', () => bob.text('hello') !== undefined);
  await alice.until('delivered', () => alice.text('hello')?.status === 'delivered');
});

test('a prekey that was handed out twice: END, an OFFER, and the texts once it is secure', async () => {
  let first: Uint8Array | null = null;
  relay.prekey = (prekey) => {
    first ??= prekey;
    return first;
  };
  await write('hello');
  await bob.until('asked', () => request().length === 1);
  await bob.run('declineIncoming', { id: bob.incoming[0]?.id ?? '' });
  await alice.untilState('declined');

  const passed = watched();
  await write('again');
  await bob.until('called', () => bob.incoming.length === 1 && passed.includes(types.offer));
  expect(passed).toContain(types.end);
  await accept();
  await secure();
  await bob.until('received', () => bob.text('again') !== undefined);
  await alice.until('delivered', () => alice.text('again')?.status === 'delivered');
});

test("somebody else's prekey is passed over", async () => {
  const mallory = await new Person('mallory', 'wasm', relay).registered();
  await relay.stocked('mallory');
  const passed = watched();
  const theirs: { prekey: Uint8Array | null } = { prekey: null };
  relay.prekey = (prekey) => {
    theirs.prekey = prekey;
    return prekey;
  };
  await call(bob, mallory);
  await mallory.until('called', () => mallory.incoming.length === 1);
  await bob.run('leaveChat', undefined);
  await mallory.until('quiet', () => mallory.incoming.length === 0);
  relay.prekey = () => theirs.prekey;
  passed.length = 0;
  await call(alice, bob);
  await bob.until('called', () => bob.incoming.length === 1);
  expect(passed).toEqual([types.offer]);
});

test('texts that the relay drops are counted there, and repeated here', async () => {
  // What rings for long is said again; the second text never passes.
  const early: string[] = [];
  watched((payload, type) => {
    if (type !== types.early) return [payload];
    const text = Buffer.from(payload).toString('hex');
    if (!early.includes(text)) early.push(text);
    return early.indexOf(text) === 1 ? [] : [payload];
  });
  await write('one', 'two');
  await bob.until('asked', () => request().length === 1);
  await vi.waitUntil(() => early.length === 2, { timeout: 20_000, interval: 5 });
  await accept();
  await bob.until('warned', () => bob.conversation?.earlyDropped === 1);
  await bob.until('received', () => bob.text('two') !== undefined);
  await alice.until('delivered', () => alice.text('two')?.status === 'delivered');
  expect(bob.conversation).toMatchObject({ state: 'secure', session: { number: 2 } });
});

test('a damaged text shows nothing', async () => {
  watched((payload, type) => {
    if (type === types.early) payload[payload.length - 1] = (payload[payload.length - 1] ?? 0) ^ 1;
    return [payload];
  });
  await write('damaged');
  await bob.until('called', () => bob.incoming.length === 1);
  await accept();
  await bob.until('warned', () => bob.conversation?.earlyDropped === 1);
  expect(bob.shown.filter(({ unconfirmed }) => unconfirmed)).toEqual([]);
});

test('a first flight that is replayed rings once', async () => {
  const passed = watched((payload, type) => (type === types.init ? [payload, payload] : [payload]));
  await write('once');
  await bob.until('asked', () => request().length === 1);
  await alice.run('leaveChat', undefined);
  await bob.until('quiet', () => bob.incoming.length === 0);
  expect(passed.filter((type) => type === types.init)).toHaveLength(1);
  const calls = bob.events.filter((event) => event.type === 'incoming' && event.incoming.length > 0);
  const ids = new Set(
    calls.flatMap((event) => (event.type === 'incoming' ? event.incoming : [])).map((c) => c.id),
  );
  expect(ids.size).toBe(1);
});

test('both write at once: one conversation, and nothing is lost', async () => {
  await Promise.all([call(alice, bob), call(bob, alice)]);
  await secure();
  await alice.run('sendText', { text: 'from alice' });
  await bob.run('sendText', { text: 'from bob' });
  await bob.until('received', () => bob.text('from alice') !== undefined);
  await alice.until('received', () => alice.text('from bob') !== undefined);
});

test('the relay has new ones before it has none, and after a reconnect', async () => {
  for (let i = 0; i < 7; i += 1) {
    await write('hello');
    await bob.until('asked', () => request().length === 1);
    await alice.run('leaveChat', undefined);
    await bob.until('quiet', () => bob.incoming.length === 0);
  }
  await relay.stocked('bob');
  relay.cut();
  await relay.stocked('bob');
  await alice.until('online', () => alice.app?.connection.state === 'online');
  await write('still here');
  await bob.until('asked', () => request().length === 1);
});
