/** Whole engines with the real crypto package, on a relay in memory that may lie. */
import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import * as crypto from '@duet-chat/crypto';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EngineMode, UserError } from './contract.ts';
import { Locks } from './testing/locks.ts';
import { MemoryRelay } from './testing/memory-relay.ts';
import { call, meet, Person } from './testing/person.ts';

let relay: MemoryRelay;

beforeAll(() => crypto.ready());
beforeEach(() => {
  relay = new MemoryRelay(crypto);
});

async function pair(a: EngineMode = 'native', b: EngineMode = 'wasm'): Promise<[Person, Person]> {
  const [alice, bob] = [new Person('alice', a, relay), new Person('bob', b, relay)];
  await Promise.all([alice.registered(), bob.registered()]);
  return [alice, bob];
}

async function hashOf(blob: Blob | undefined): Promise<string> {
  const bytes = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
  return createHash('sha256').update(bytes).digest('hex');
}

function fileOf(size: number, name = 'holiday.bin'): File {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 1) bytes[i] = (i * 31 + (i >> 8)) & 0xff;
  return new File([bytes], name, { type: 'application/x-test' });
}

const wordsOf = (person: Person) =>
  person.shown.flatMap(({ body }) => (body.kind === 'text' ? [body.text] : []));

const types = { accept: 0x03, message: 0x11, chunk: 0x12 };

function flipped(payload: Uint8Array, fromEnd = 20): Uint8Array {
  const copy = payload.slice();
  const at = copy.length - fromEnd;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe.each([
  ['native', 'native'],
  ['wasm', 'wasm'],
  ['native', 'wasm'],
] as const)('%s and %s', (a, b) => {
  test('find each other, compare, write, read, send a file, and part', async () => {
    const [alice, bob] = await pair(a, b);
    await meet(alice, bob);

    const [seenByAlice, seenByBob] = [
      await alice.run('verification', undefined),
      await bob.run('verification', undefined),
    ];
    expect(seenByAlice.mine.hex).toBe(seenByBob.theirs.hex);
    expect(seenByAlice.theirs.emoji).toEqual(seenByBob.mine.emoji);
    expect(seenByAlice.mine.emoji).toHaveLength(12);
    expect(seenByAlice.safetyCode).toBe(seenByBob.safetyCode);
    expect(seenByAlice.sas).toEqual(seenByBob.sas);
    expect(seenByAlice.trust).toBe('first-use');
    await alice.run('markVerified', { by: 'compared' });
    expect(alice.conversation?.trust).toBe('compared');

    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const text = `${from.name}: привет 👋`;
      await from.run('sendText', { text });
      await to.until('received', () => to.text(text) !== undefined);
      await from.until('delivered', () => from.text(text)?.status === 'delivered');
      await to.run('markRead', { seq: to.text(text)?.seq ?? -1 });
      await from.until('read', () => from.text(text)?.status === 'read');
    }

    const file = fileOf(10 * 1024 * 1024 + 5);
    await alice.run('sendFile', { file });
    await bob.until('whole', () => bob.transfers[0]?.state === 'done');
    await alice.until('done', () => alice.transfers[0]?.state === 'done');
    const { blob, name } = bob.transfers[0] ?? {};
    expect(name).toBe('holiday.bin');
    expect(await hashOf(blob)).toBe(await hashOf(file));

    await alice.run('leaveChat', undefined);
    await bob.untilState('peer-disconnected');
    expect(bob.conversation?.endedAbruptly).toBe(false);
    expect([...alice.shown, ...bob.shown]).toEqual([]);
    expect([...alice.notices, ...bob.notices]).toEqual([]);

    // And the other way round, on the pins that were made.
    await meet(bob, alice);
    expect(alice.conversation?.trust).toBe('compared');
  });

  test('an empty file is a file', async () => {
    const [alice, bob] = await pair(a, b);
    await meet(alice, bob);
    await bob.run('sendFile', { file: fileOf(0, 'empty') });
    await alice.until('done', () => alice.transfers[0]?.state === 'done');
    expect(alice.transfers[0]?.blob?.size).toBe(0);
  });
});

describe('a reload', () => {
  test('with a native key goes straight on', async () => {
    const alice = await new Person('alice', 'native', relay).registered();
    const again = await alice.reloaded().start();
    await again.online();
    expect(again.app?.account).toMatchObject({ stage: 'ready', name: 'alice' });
    // The earlier page is told that it was replaced, and does not fight.
    await alice.until('replaced', () => alice.app?.connection.state === 'replaced');
  });

  test('with a wrapped key asks for the password, and only for that', async () => {
    const [alice, bob] = await pair('wasm', 'native');
    await meet(alice, bob);
    const { mine } = await alice.run('verification', undefined);
    const again = await alice.reloaded().start();
    expect(again.app?.account).toEqual({ stage: 'locked', name: 'alice' });
    await expect(again.run('unlock', { password: 'not this one' })).rejects.toEqual({
      code: 'key-wrong-password',
    });
    expect(again.app?.account.stage).toBe('locked');
    await again.run('unlock', { password: 'correct horse battery' });
    await again.online();
    // That page said no goodbye: its peer waits for it, until it calls anew.
    await bob.untilState('reconnecting');
    await relay.stocked('bob');
    await meet(again, bob);
    expect((await again.run('verification', undefined)).mine).toEqual(mine);
    expect(again.conversation?.trust).toBe('first-use');
  });

  test('in another mode opens what is stored, as far as that mode can', async () => {
    const wrapped = await new Person('alice', 'wasm', relay).registered();
    const native = await wrapped.reloaded('native').start();
    await native.run('unlock', { password: 'correct horse battery' });
    await native.online();

    const kept = await new Person('bob', 'native', relay).registered();
    const forced = kept.reloaded('wasm');
    await expect(forced.start()).rejects.toEqual({ code: 'engine-unavailable' });
    expect(forced.app?.account.stage).toBe('signed-out');
  });

  test('without a login ends at the door', async () => {
    const nobody = await new Person('alice', 'auto', relay).start();
    expect(nobody.app?.account.stage).toBe('signed-out');
    expect(nobody.app?.realm).toBe('duet.test');
  });
});

describe('whoever is faster than the start', () => {
  const password = 'correct horse battery';

  test('is signed in once it is over', async () => {
    const alice = new Person('alice', 'auto', relay);
    const registering = alice.run('register', { name: 'alice', password });
    await alice.start();
    await registering;
    await alice.online();
  });

  test('waits for a server that is not there yet, as the start does', async () => {
    const alice = new Person('alice', 'auto', relay);
    const registering = alice.run('register', { name: 'alice', password });
    relay.reachable = false;
    await expect(alice.start()).rejects.toEqual({ code: 'relay-unreachable' });
    relay.reachable = true;
    await alice.start();
    await registering;
    await alice.online();
  });

  test('is not signed in over a login that was there after all', async () => {
    const alice = await new Person('alice', 'auto', relay).registered();
    await new Person('bob', 'auto', relay).registered();
    const again = alice.reloaded();
    const signingIn = again.run('login', { name: 'bob', password });
    await again.start();
    await signingIn;
    expect(again.app?.account).toMatchObject({ stage: 'ready', name: 'alice' });
  });
});

describe('accounts', () => {
  test('logging out keeps the identity', async () => {
    for (const mode of ['native', 'wasm'] as const) {
      const name = `alice-${mode}`;
      const alice = await new Person(name, mode, relay).registered();
      const before = relay.accounts.get(name)?.identityKey;
      await alice.run('logout', undefined);
      expect(alice.app?.account.stage).toBe('signed-out');
      expect(alice.app?.connection.state).toBe('idle');
      await alice.run('login', { name, password: 'correct horse battery' });
      await alice.online();
      expect(relay.accounts.get(name)?.identityKey).toBe(before);
    }
  });

  test('a wrong password, a taken name and a bad name are told apart', async () => {
    await new Person('alice', 'native', relay).registered();
    const impostor = await new Person('impostor', 'native', relay).start();
    const password = 'not the password';
    await expect(impostor.run('login', { name: 'alice', password })).rejects.toEqual({
      code: 'wrong-credentials',
    });
    await expect(impostor.run('register', { name: 'alice', password })).rejects.toEqual({
      code: 'name-taken',
    });
    await expect(impostor.run('register', { name: 'Alice!', password })).rejects.toEqual({
      code: 'name-invalid',
    });
    await expect(impostor.run('register', { name: 'eve', password: 'short' })).rejects.toEqual({
      code: 'password-too-short',
    });
    // The attempt left no identity behind that would claim to be alice's.
    const id = relay.accounts.get('alice')?.id ?? '';
    expect(await impostor.keystore.identity(id)).toBeNull();
    relay.reachable = false;
    await expect(impostor.run('login', { name: 'alice', password })).rejects.toEqual({
      code: 'relay-unreachable',
    });
  });

  test('registering a name that is taken costs nobody the identity that this device keeps', async () => {
    for (const mode of ['native', 'wasm'] as const) {
      const name = `owner-${mode}`;
      const owner = await new Person(name, mode, relay).registered();
      const id = relay.accounts.get(name)?.id ?? '';
      const before = await owner.keystore.identity(id);
      await owner.run('logout', undefined);
      const again = owner.run('register', { name, password: 'another password' });
      await expect(again).rejects.toEqual({ code: 'name-taken' });
      expect(await owner.keystore.identity(id)).toEqual(before);
      await owner.run('login', { name, password: 'correct horse battery' });
      await owner.online();
    }
  });

  test('the password is stretched for real', async () => {
    const alice = await new Person('alice', 'wasm', relay, relay.browser(), { stretch: true }).registered();
    const again = await alice.reloaded().start();
    await again.run('unlock', { password: 'correct horse battery' });
    expect(relay.accounts.get('alice')?.loginSecret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('a device without the key can replace it, and the peer is blocked until the person has compared', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    const before = (await alice.run('verification', undefined)).theirs;
    await bob.run('leaveChat', undefined);
    const other = await new Person('bob', 'wasm', relay).start();
    await other.run('login', { name: 'bob', password: 'correct horse battery' });
    expect(other.app?.account).toEqual({ stage: 'key-missing', name: 'bob' });
    await expect(other.run('replaceKey', { password: 'not this one' })).rejects.toEqual({
      code: 'wrong-credentials',
    });
    await other.run('replaceKey', { password: 'correct horse battery' });
    await other.online();

    await call(alice, other);
    await alice.untilState('blocked-key-changed');
    expect(other.incoming).toEqual([]);
    const shown = await alice.run('verification', undefined);
    expect(shown.pinned).toEqual(before);
    expect(shown.theirs.hex).toBe((await seenBy(other)).hex);
    expect(shown.trust).toBe('changed');
    await alice.run('acceptChangedKey', undefined);
    await other.until('called', () => other.incoming.length === 1);
    await other.run('acceptIncoming', { id: other.incoming[0]?.id ?? '' });
    await alice.untilState('secure');
    const pin = await alice.keystore.pin(
      relay.accounts.get('alice')?.id ?? '',
      relay.accounts.get('bob')?.id ?? '',
    );
    expect(pin?.history).toHaveLength(1);
  });

  const seenBy = async (person: Person) => {
    const key = Buffer.from(relay.accounts.get(person.name)?.identityKey ?? '', 'base64url');
    return crypto.fingerprintOf(key);
  };

  test('a call under a changed key rings as such, and accepting it sends nothing', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    await bob.run('leaveChat', undefined);
    const other = await new Person('bob', 'wasm', relay).start();
    await other.run('login', { name: 'bob', password: 'correct horse battery' });
    await other.run('replaceKey', { password: 'correct horse battery' });
    await other.online();
    await call(other, alice);
    await alice.until('called', () => alice.incoming.length === 1);
    expect(alice.incoming).toMatchObject([{ trust: 'changed' }]);
    await alice.run('acceptIncoming', { id: alice.incoming[0]?.id ?? '' });
    expect(alice.conversation?.state).toBe('blocked-key-changed');
    expect(other.conversation?.state).toBe('ringing-out');
  });

  test('a device whose key was replaced elsewhere is told so when its login is refused', async () => {
    const bob = await new Person('bob', 'native', relay).registered();
    const account = relay.accounts.get('bob');
    if (account === undefined) throw new Error('not registered');
    account.identityKey = Buffer.alloc(32, 9).toString('base64url');
    relay.closeWith('bob', 4401);
    await bob.until('key-missing', () => bob.app?.account.stage === 'key-missing');
    expect(bob.app?.connection.state).toBe('idle');
  });

  test('another realm is not taken in silence', async () => {
    const alice = await new Person('alice', 'native', relay).registered();
    relay.realm = 'elsewhere.test';
    const again = alice.reloaded();
    await expect(again.start()).rejects.toEqual({ code: 'realm-changed' });
    expect(again.app?.account.stage).toBe('signed-out');
  });

  test('an access token that ran out is renewed without a word', async () => {
    const [alice, bob] = await pair();
    relay.accessTokens.clear();
    await call(alice, bob);
    await bob.until('called', () => bob.incoming.length === 1);
    expect(alice.notices).toEqual([]);
  });

  test('a login that ended on the relay ends here', async () => {
    const [alice] = await pair();
    relay.accessTokens.clear();
    relay.refreshTokens.clear();
    await expect(alice.run('search', { query: 'bob' })).rejects.toEqual({ code: 'session-expired' });
    expect(alice.app?.account.stage).toBe('signed-out');
    expect(alice.notices).toEqual(['session-expired']);
  });
});

describe('an account that the operator closes', () => {
  test('is told as such where it is open, after a reload and at a login, and goes on once it is open again', async () => {
    const alice = await new Person('alice', 'native', relay).registered();
    relay.closed.add('alice');
    relay.accessTokens.clear();
    relay.closeWith('alice', 4401);
    await alice.until('told', () => alice.notices.length > 0);
    expect(alice.notices).toEqual(['account-locked']);
    expect(alice.app?.account.stage).toBe('signed-out');

    const reloaded = alice.reloaded();
    await reloaded.start();
    expect(reloaded.notices).toEqual(['account-locked']);
    expect(reloaded.app?.account.stage).toBe('signed-out');
    const login = reloaded.run('login', { name: 'alice', password: 'correct horse battery' });
    await expect(login).rejects.toEqual({ code: 'account-locked' });

    relay.closed.clear();
    const again = reloaded.reloaded();
    await again.start();
    expect(again.notices).toEqual([]);
    expect(again.app?.account.stage).toBe('ready');
  });
});

describe('calls', () => {
  test('declined, busy, hung up, away', async () => {
    const [alice, bob] = await pair();
    const carol = await new Person('carol', 'wasm', relay).registered();
    await call(alice, bob);
    await bob.until('called', () => bob.incoming.length === 1);
    expect(bob.incoming).toMatchObject([{ peer: { name: 'alice' }, trust: 'unknown' }]);
    await bob.run('declineIncoming', { id: bob.incoming[0]?.id ?? '' });
    await alice.untilState('declined');

    await call(alice, bob);
    await bob.until('called', () => bob.incoming.length === 1);
    await alice.run('leaveChat', undefined);
    await bob.until('quiet', () => bob.incoming.length === 0);

    // Somebody else's call rings beside the conversation.
    await meet(alice, bob);
    await call(carol, bob);
    await bob.until('called', () => bob.incoming.length === 1);
    expect(bob.conversation).toMatchObject({ state: 'secure', peer: { name: 'alice' } });
    await bob.run('declineIncoming', { id: bob.incoming[0]?.id ?? '' });
    await carol.untilState('declined');

    await bob.run('logout', undefined);
    await alice.untilState('peer-disconnected');
    await call(alice, bob);
    await alice.untilState('peer-offline');
  });

  test('the relay hears whether a conversation is open, so that a dead line is noticed soon', async () => {
    const [alice, bob] = await pair();
    const talking = () => [relay.isTalking('alice'), relay.isTalking('bob')];
    const told = (...wanted: boolean[]) => vi.waitFor(() => expect(talking()).toEqual(wanted), 20_000);
    await told(false, false);
    await meet(alice, bob);
    await told(true, true);
    await alice.run('leaveChat', undefined);
    await bob.untilState('peer-disconnected');
    await told(false, false);
  });

  test('whoever was called before is asked for anew: a presence that did not change is told once', async () => {
    const [alice, bob] = await pair();
    for (let i = 0; i < 2; i += 1) {
      await call(alice, bob);
      await bob.until('called', () => bob.incoming.length === 1);
      await bob.run('declineIncoming', { id: bob.incoming[0]?.id ?? '' });
      await alice.untilState('declined');
    }
  });

  test('both at once become one conversation', async () => {
    const [alice, bob] = await pair();
    await Promise.all([call(alice, bob), call(bob, alice)]);
    await Promise.all([alice.untilState('secure'), bob.untilState('secure')]);
    await alice.run('sendText', { text: 'one session' });
    await bob.until('received', () => bob.text('one session') !== undefined);
    expect([...alice.incoming, ...bob.incoming]).toEqual([]);
  });
});

describe('a relay that lies', () => {
  test('a flipped bit is refused, nothing of it is shown, and the session goes on', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    await alice.run('sendText', { text: 'before' });
    await alice.until('delivered', () => alice.text('before')?.status === 'delivered');
    let done = false;
    relay.tamper = (payload, type) => {
      if (done || type !== types.message) return [payload];
      done = true;
      return [flipped(payload)];
    };
    await alice.run('sendText', { text: 'damaged' });
    await bob.until('warned', () => bob.conversation?.refusedFrames === 1);
    expect(bob.text('damaged')).toBeUndefined();
    // What did not arrive is never called delivered.
    expect(alice.text('damaged')?.status).toBe('sending');
    await alice.run('sendText', { text: 'after' });
    // It is sent again as it was, and then everything has arrived, in the order in which it was said.
    await bob.until('received', () => bob.text('after') !== undefined);
    await alice.until('delivered', () => alice.text('after')?.status === 'delivered');
    expect(alice.text('damaged')?.status).toBe('delivered');
    expect(wordsOf(bob)).toEqual(['before', 'damaged', 'after']);
    expect(bob.conversation?.refusedFrames).toBe(1);
  });

  test('a replayed message is shown once, without an alarm: an honest client sends again, too', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    relay.tamper = (payload, type) => (type === types.message ? [payload, payload] : [payload]);
    await alice.run('sendText', { text: 'once' });
    await alice.run('sendText', { text: 'after' });
    await bob.until('received', () => bob.text('after') !== undefined);
    expect(bob.shown).toHaveLength(2);
    expect(bob.conversation?.refusedFrames).toBe(0);
  });

  test('a swapped key in the directory blocks before anything is sent', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    await alice.run('leaveChat', undefined);
    await bob.untilState('peer-disconnected');
    relay.directory = () => ({ identityKey: relay.accounts.get('alice')?.identityKey ?? '' });
    await call(alice, bob);
    await alice.untilState('blocked-key-changed');
    expect(bob.incoming).toEqual([]);
    await expect(alice.run('sendText', { text: 'x' })).rejects.toEqual({ code: 'not-secure-yet' });
  });

  test('an altered handshake never becomes a session', async () => {
    const [alice, bob] = await pair();
    relay.tamper = (payload, type) => [type === types.accept ? flipped(payload) : payload];
    await call(alice, bob);
    await bob.until('called', () => bob.incoming.length === 1);
    await bob.run('acceptIncoming', { id: bob.incoming[0]?.id ?? '' });
    await alice.untilState('failed');
    expect(bob.conversation?.state).toBe('establishing');
    const owner = relay.accounts.get('alice')?.id ?? '';
    expect(await alice.keystore.pin(owner, relay.accounts.get('bob')?.id ?? '')).toBeNull();
  });

  test.each([
    ['flipped', (payload: Uint8Array) => flipped(payload, 5000)],
    ['truncated', (payload: Uint8Array) => payload.slice(0, -16)],
  ])('of a file with a %s frame nothing is kept but what is right: the frame comes again', async (_, cut) => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    let chunks = 0;
    relay.tamper = (payload, type) => [type === types.chunk && ++chunks === 2 ? cut(payload) : payload];
    const file = fileOf(3 * 1024 * 1024);
    await alice.run('sendFile', { file });
    await bob.until('whole', () => bob.transfers[0]?.state === 'done', 40_000);
    await alice.until('told', () => alice.transfers[0]?.state === 'done');
    expect(await hashOf(bob.transfers[0]?.blob)).toBe(await hashOf(file));
  });
});

describe('handshakes with one person', () => {
  test('are thirty in an hour, renewals and calls of both sides counted', async () => {
    const [alice, bob] = await pair('wasm', 'native');
    for (let i = 0; i < 15; i += 1) {
      for (const [caller, callee] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        await meet(caller, callee);
        await caller.run('leaveChat', undefined);
        await callee.untilState('peer-disconnected');
      }
    }
    const refused = await call(alice, bob).then(
      () => null,
      (error: UserError) => error,
    );
    expect(refused?.code).toBe('too-many-handshakes');
    expect(refused?.retryAfterMs).toBeGreaterThan(0);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    // Where it stood before holds again.
    expect(alice.conversation?.state).toBe('peer-disconnected');
    const returned = call(bob, alice).catch((error: UserError) => error);
    expect(await returned).toMatchObject({ code: 'too-many-handshakes' });
    expect(alice.incoming).toEqual([]);
    // It is about this one person.
    const carol = await new Person('carol', 'native', relay).registered();
    await meet(carol, alice);
  });
});

describe('trouble', () => {
  test('a message that the relay refuses for its rate is sent again, in order', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    await alice.run('sendText', { text: 'settled' });
    await alice.until('delivered', () => alice.text('settled')?.status === 'delivered');
    relay.acks.push(2, 6);
    for (const text of ['1', '2', '3']) await alice.run('sendText', { text });
    await bob.until('all', () => bob.text('3') !== undefined);
    expect(bob.shown.map(({ body }) => body.kind === 'text' && body.text)).toEqual([
      'settled',
      '1',
      '2',
      '3',
    ]);
    expect(bob.conversation?.refusedFrames).toBe(0);
  });

  test('either side cancels, both see it, and the next file goes through', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    relay.tamper = (payload, type) => (type === types.chunk ? [] : [payload]);
    await alice.run('sendFile', { file: fileOf(4_000_000, 'first') });
    await bob.until('offered', () => bob.transfers.length === 1);
    await bob.run('cancelTransfer', { fid: bob.transfers[0]?.fid ?? '' });
    await alice.until('told', () => alice.transfers[0]?.state === 'cancelled-by-peer');
    await alice.run('sendFile', { file: fileOf(4_000_000, 'second') });
    await bob.until('offered', () => bob.transfers.length === 2);
    await alice.run('cancelTransfer', { fid: alice.transfers[1]?.fid ?? '' });
    await bob.until('told', () => bob.transfers[1]?.state === 'cancelled-by-peer');
    relay.tamper = (payload) => [payload];
    await alice.run('sendFile', { file: fileOf(4_000_000, 'third') });
    await bob.until('done', () => bob.transfers[2]?.state === 'done');
  });

  test('several files come one after the other; one that is stopped for now lets the next one come', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    relay.tamper = (payload, type) => (type === types.chunk ? [] : [payload]);
    for (const name of ['first', 'second']) await alice.run('sendFile', { file: fileOf(400_000, name) });
    const states = (person: Person) => person.transfers.map(({ state }) => state).join();
    await bob.until('both', () => states(bob) === 'transferring,offered');
    await alice.until('taken', () => states(alice) === 'transferring,offered');
    const fid = bob.transfers[0]?.fid ?? '';
    await bob.run('pauseTransfer', { fid, paused: true });
    await bob.until('next', () => states(bob) === 'paused,transferring');
    await alice.until('told', () => states(alice) === 'paused,transferring');
    relay.tamper = (payload) => [payload];
    await bob.run('pauseTransfer', { fid, paused: false });
    for (const person of [alice, bob]) await person.until('done', () => states(person) === 'done,done');
  });

  test('who sends a file stops it for now, says so, and alone goes on with it', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    relay.tamper = (payload, type) => (type === types.chunk ? [] : [payload]);
    await alice.run('sendFile', { file: fileOf(400_000, 'one') });
    const by = (person: Person) =>
      person.transfers.map(({ state, pausedBy }) => [state, ...pausedBy].join('-')).join();
    await alice.until('taken', () => by(alice) === 'transferring');
    const fid = bob.transfers[0]?.fid ?? '';
    await alice.run('pauseTransfer', { fid, paused: true });
    await bob.until('told', () => by(bob) === 'paused-peer');
    expect(by(alice)).toBe('paused-me');
    relay.tamper = (payload) => [payload];
    // What is not theirs to do is not done, and nothing is said of it that is not so.
    await bob.run('pauseTransfer', { fid, paused: false });
    expect(by(bob)).toBe('paused-peer');
    await alice.run('pauseTransfer', { fid, paused: false });
    for (const person of [alice, bob]) await person.until('done', () => by(person) === 'done');
  });

  test('a file says what it is and what may be done with it, and is read when it was seen', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    const said = {
      kind: 'voice',
      mode: 'viewOnly',
      durationMs: 4_200,
      peaks: Uint8Array.of(1, 200, 3),
      preview: Uint8Array.of(9, 9),
    } as const;
    await alice.run('sendFile', { file: fileOf(5_000, 'words'), ...said });
    await bob.until('done', () => bob.transfers[0]?.state === 'done');
    expect(bob.transfers[0]).toMatchObject({ ...said, seen: false });
    const { id, seq } = bob.shown[0] ?? { id: '', seq: 0 };
    expect(id).not.toBe('');
    await bob.run('markRead', { seq });
    await alice.run('sendText', { text: 'did you hear it?' });
    await bob.until('said', () => bob.shown.length === 2);
    await bob.run('markRead', { seq: bob.shown[1]?.seq ?? 0 });
    const status = () => alice.shown.map((message) => message.status).join();
    await alice.until('the text is read, the file is not', () => status() === 'delivered,read');
    await bob.run('markSeen', { fid: bob.transfers[0]?.fid ?? '' });
    await alice.until('heard', () => status() === 'read,read');
    expect(bob.transfers[0]?.seen).toBe(true);
  });

  test('two files that are offered in the same moment both arrive', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    const files = { alice: fileOf(4_000_000, 'of alice'), bob: fileOf(3_000_000, 'of bob') };
    await Promise.all([
      alice.run('sendFile', { file: files.alice }),
      bob.run('sendFile', { file: files.bob }),
    ]);
    for (const person of [alice, bob]) {
      await person.until('done', () => person.transfers.map(({ state }) => state).join() === 'done,done');
    }
    const got = (person: Person) =>
      person.transfers.find(({ name }) => name !== files[person.name as 'alice' | 'bob'].name)?.blob;
    for (const [blob, sent] of [
      [got(bob), files.alice],
      [got(alice), files.bob],
    ] as const) {
      expect(await hashOf(blob)).toBe(await hashOf(sent));
    }
  });

  test('a line that is lost ends nothing: ten texts each way and a file arrive, once', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    let chunks = 0;
    relay.tamper = (payload, type) => {
      if (type === types.chunk && ++chunks === 2) {
        relay.up = false;
        relay.cut();
      }
      return [payload];
    };
    const file = fileOf(6_000_000);
    await alice.run('sendFile', { file });
    await Promise.all([alice.untilState('reconnecting'), bob.untilState('reconnecting')]);
    const said = Array.from({ length: 10 }, (_, i) => `${i}`);
    for (const text of said) {
      await alice.run('sendText', { text: `a${text}` });
      await bob.run('sendText', { text: `b${text}` });
    }
    expect(alice.conversation?.writable).toBe('yes');
    expect(alice.text('a0')?.status).toBe('waiting');
    relay.up = true;
    for (const person of [alice, bob]) {
      await person.run('retryNow', undefined);
      await person.untilState('secure');
    }
    await bob.until('whole', () => bob.transfers[0]?.state === 'done');
    await alice.until('heard', () => alice.text('b9') !== undefined);
    await bob.until('heard', () => bob.text('a9') !== undefined);
    const heard = (person: Person, voice: string) =>
      person.shown.flatMap(({ mine, body }) =>
        !mine && body.kind === 'text' ? [body.text.replace(voice, '')] : [],
      );
    expect([heard(alice, 'b'), heard(bob, 'a')]).toEqual([said, said]);
    expect(await hashOf(bob.transfers[0]?.blob)).toBe(await hashOf(file));
    expect([alice, bob].map((person) => person.conversation?.refusedFrames)).toEqual([0, 0]);
    expect([...alice.notices, ...bob.notices]).toEqual([]);
  });

  test('what may not have arrived is shown with its text before anything goes', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    await alice.run('sendText', { text: 'arrived' });
    await alice.until('delivered', () => alice.text('arrived')?.status === 'delivered');
    relay.up = false;
    relay.cut();
    await alice.untilState('reconnecting');
    await alice.run('sendText', { text: 'never left' });
    await alice.run('leaveChat', undefined);
    await alice.untilState('left');
    expect(alice.shown.map(({ body, status }) => [body.kind === 'text' && body.text, status])).toEqual([
      ['never left', 'not-delivered'],
    ]);
    await alice.run('leaveChat', undefined);
    expect([alice.conversation, alice.shown, alice.conversations]).toEqual([null, [], []]);
  });
});

describe('whoever is to be called once the conversation with them, which was left, is over', () => {
  /** Alice has left and called bob again; whether her last words arrived is not known yet. */
  async function leaving() {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    relay.tamper = () => [];
    await alice.run('sendText', { text: 'one more thing' });
    await alice.run('leaveChat', undefined);
    await alice.untilState('leaving');
    await call(alice, bob);
    expect(alice.conversation?.state).toBe('leaving');
    return [alice, bob] as const;
  }

  test('is called', async () => {
    const [alice] = await leaving();
    await alice.untilState('ringing-out');
  });

  test('is not called by somebody who leaves everything', async () => {
    const [alice] = await leaving();
    await alice.run('leaveAll', undefined);
    await alice.untilState('left');
    expect(alice.conversation?.state).toBe('left');
  });

  test('is not called by somebody who blocks them', async () => {
    const [alice, bob] = await leaving();
    const { accountId = '' } = alice.conversation?.peer ?? {};
    await alice.run('block', { accountId });
    expect([alice.conversations, bob.incoming]).toEqual([[], []]);
  });
});

describe('whoever wants nothing to outlive a line that drops', () => {
  const lose = () => {
    relay.up = false;
    relay.cut();
  };

  test('loses the conversation with it, is told what may not have arrived, and the other side learns of the end', async () => {
    const [alice, bob] = await pair();
    await alice.run('setEraseOnDrop', { on: true });
    await meet(alice, bob);
    for (const [from, to, text] of [
      [alice, bob, 'from alice'],
      [bob, alice, 'from bob'],
    ] as const) {
      await from.run('sendText', { text });
      await from.until('delivered', () => from.text(text)?.status === 'delivered');
      expect(to.text(text)).toBeDefined();
    }
    relay.tamper = () => [];
    await alice.run('sendText', { text: 'on its way' });
    lose();
    await alice.untilState('line-dropped');
    expect(alice.shown.map(({ body, status }) => [body.kind === 'text' && body.text, status])).toEqual([
      ['on its way', 'unconfirmed'],
    ]);
    expect(alice.conversation?.writable).toBe('no');
    await bob.untilState('reconnecting');
    relay.tamper = (payload) => [payload];
    relay.up = true;
    for (const person of [alice, bob]) await person.run('retryNow', undefined);
    await bob.untilState('peer-disconnected');
    expect(bob.shown).toEqual([]);
    // Closed, nothing of it is left, and both talk again.
    await alice.run('leaveChat', undefined);
    expect([alice.conversation, alice.shown]).toEqual([null, []]);
    await relay.stocked('alice', 'bob');
    await meet(alice, bob);
    expect([...alice.notices, ...bob.notices]).toEqual([]);
  });

  test('loses it when the other line drops, too', async () => {
    const [alice, bob] = await pair();
    await alice.run('setEraseOnDrop', { on: true });
    await meet(alice, bob);
    relay.closeWith('bob', 1001);
    await alice.untilState('line-dropped');
    expect(alice.shown).toEqual([]);
  });

  test('can choose so while a line is down already; unchosen, it ends nothing', async () => {
    const [alice, bob] = await pair();
    await meet(alice, bob);
    lose();
    await alice.untilState('reconnecting');
    await alice.run('setEraseOnDrop', { on: false });
    expect(alice.conversation?.state).toBe('reconnecting');
    await alice.run('setEraseOnDrop', { on: true });
    await alice.untilState('line-dropped');
    await bob.untilState('reconnecting');
  });
});

describe('two tabs of one browser', () => {
  const inTab = { state: 'replaced', by: 'tab' } as const;

  test('one is in use: the second takes nothing by itself, and "use here" moves the conversation there and back', async () => {
    const locks = new Locks();
    const alice = new Person('alice', 'native', relay, relay.browser(), { locks });
    const bob = new Person('bob', 'wasm', relay);
    await Promise.all([alice.registered(), bob.registered()]);
    await meet(alice, bob);
    const other = await alice.reloaded().start();
    await other.until('told', () => other.app?.connection.state === 'replaced');
    expect(other.app?.connection).toEqual(inTab);
    expect(alice.app?.connection).toEqual({ state: 'online' });
    await alice.run('sendText', { text: 'still here' });
    await bob.until('received', () => bob.text('still here') !== undefined);

    await other.run('retryNow', undefined);
    await other.online();
    expect(alice.app?.connection).toEqual(inTab);
    await alice.untilState('reconnecting');
    await alice.run('sendText', { text: 'from the tab that waits' });
    await alice.run('retryNow', undefined);
    await alice.untilState('secure');
    await bob.until('received', () => bob.text('from the tab that waits') !== undefined);
    await other.until('told', () => other.app?.connection.state === 'replaced');
    expect([...alice.notices, ...bob.notices, ...other.notices]).toEqual([]);
  });

  test('the one that waits goes on by itself once the other is gone', async () => {
    const locks = new Locks();
    const alice = await new Person('alice', 'native', relay, relay.browser(), { locks }).registered();
    const other = await alice.reloaded().start();
    await other.until('told', () => other.app?.connection.state === 'replaced');
    await alice.run('logout', undefined);
    await other.online();
  });
});

describe('several conversations', () => {
  test('each with its own words, state and count of what is unread', async () => {
    const [alice, bob] = await pair();
    const carol = await new Person('carol', 'wasm', relay).registered();
    await meet(alice, bob);
    await carol.run('openChat', { accountId: relay.accounts.get('bob')?.id ?? '', name: 'bob' });
    await bob.until('called', () => bob.incoming.length === 1);
    await bob.run('acceptIncoming', { id: bob.incoming[0]?.id ?? '' });
    await carol.untilState('secure');
    await bob.until('with carol', () => bob.conversation?.peer.name === 'carol');
    await bob.untilState('secure');

    await alice.run('sendText', { text: 'from alice' });
    await carol.run('sendText', { text: 'from carol' });
    await bob.until('told', () => bob.conversations.every(({ unread }) => unread === 1));
    expect(bob.conversations).toMatchObject([
      { name: 'alice', state: 'secure', trust: 'first-use', unread: 1 },
      { name: 'carol', state: 'secure', trust: 'first-use', unread: 1 },
    ]);
    expect(wordsOf(bob)).toEqual(['from carol']);
    await bob.run('markRead', { seq: bob.text('from carol')?.seq ?? -1 });
    await carol.until('read', () => carol.text('from carol')?.status === 'read');

    await bob.run('showChat', { accountId: bob.conversations[0]?.accountId ?? '' });
    expect(wordsOf(bob)).toEqual(['from alice']);
    await bob.run('sendText', { text: 'to alice' });
    await bob.until('delivered', () => bob.text('to alice')?.status === 'delivered');
    expect(alice.text('to alice')).toBeDefined();
    expect(carol.text('to alice')).toBeUndefined();

    // What was begun for one goes to them, whoever has come to the screen since.
    const carols = bob.conversations[1]?.accountId ?? '';
    await bob.run('sendText', { accountId: carols, text: 'to carol' });
    await bob.run('sendFile', { accountId: carols, file: new File(['for carol'], 'carol.txt') });
    await bob.run('markVerified', { accountId: carols, by: 'compared' });
    await carol.until('the file', () => carol.transfers[0]?.state === 'done');
    expect(wordsOf(carol)).toContain('to carol');
    expect(wordsOf(alice)).not.toContain('to carol');
    expect(alice.transfers).toEqual([]);
    expect(bob.conversations).toMatchObject([
      { name: 'alice', trust: 'first-use' },
      { name: 'carol', trust: 'compared' },
    ]);

    await bob.run('leaveChat', undefined);
    await alice.untilState('peer-disconnected');
    expect(bob.conversation).toBeNull();
    expect(bob.conversations).toMatchObject([{ name: 'carol', state: 'secure', unread: 0 }]);
    expect(carol.conversation?.state).toBe('secure');
    expect([...alice.notices, ...bob.notices, ...carol.notices]).toEqual([]);
  });
});
