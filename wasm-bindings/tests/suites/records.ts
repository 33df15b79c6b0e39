/** Sessions that were saved, and how long they live. */
import { createIdentity, randomBytes, restoreSession, type Session } from '@duet-chat/crypto';
import { assert, equal, hex, pairs, refused, type Suite, type Test } from '../harness.js';
import { meet } from '../people.js';

const HOUR = 3_600_000;

const GIB = 2 ** 30;

function say(from: Session, to: Session, text: string): void {
  equal(to.receive(from.send({ type: 'text', text, reply: null }).frame).content, {
    type: 'text',
    text,
    reply: null,
  });
}

export const records: Suite = ({ engines }) => {
  const tests: Test[] = [];
  const add = (name: string, run: () => Promise<void>) => tests.push({ name, run });

  for (const [first, second] of pairs(engines)) {
    add(`a session goes on after a reload: ${first} and ${second}`, async () => {
      const { alice, bob, a, b } = await meet(first, second);
      say(a, b, 'before');
      // One that is still on its way: its key must survive.
      const late = b.send({ type: 'text', text: 'late', reply: null });
      say(b, a, 'later');
      const secret = randomBytes(32);
      equal(a.revision, 0);
      const record = a.save(secret);
      equal(a.revision, 1);
      const { session, revision } = restoreSession({
        identity: alice.identity,
        record: structuredClone(record),
        secret,
        minimumRevision: 1,
      });
      a.free();
      equal(
        [revision, session.revision, hex(session.id), session.role, session.secure],
        [1, 1, hex(b.id), 'initiator', true],
      );
      equal(
        [hex(session.peer.publicKey), session.unacknowledged, session.sas],
        [hex(bob.identity.publicKey), 0, b.sas],
      );
      equal(session.receive(late.frame).content, { type: 'text', text: 'late', reply: null });
      await refused('E_REPLAY', () => session.receive(late.frame));
      say(session, b, 'after');
      say(b, session, 'and back');
      session.save(secret);
      equal(session.revision, 2);
    });
  }

  add('a record opens with its secret, whole, and not after a newer one', async () => {
    const { a, bob } = await meet('wasm', 'wasm');
    const secret = randomBytes(32);
    const [record, newer] = [a.save(secret), a.save(secret)];
    const restore = (change: object) => () =>
      restoreSession({ record, secret, minimumRevision: 0, ...change });
    equal(restore({})().revision, 1);
    equal(restore({ record: newer, minimumRevision: 2 })().revision, 2);
    // Every save has a salt, and so a key, of its own.
    assert(hex(record.subarray(18)) !== hex(newer.subarray(18)), 'different bytes');
    await refused('E_SESSION_RECORD_OLD', restore({ minimumRevision: 2 }));
    await refused('E_SESSION_RECORD_KEY', restore({ secret: randomBytes(32) }));
    await refused('E_SESSION_RECORD', restore({ identity: bob.identity }));
    await refused('E_SESSION_RECORD', restore({ record: new Uint8Array(3) }));
    await refused('E_SESSION_RECORD_LENGTH', restore({ record: record.subarray(0, record.length - 1) }));
    for (const [at, code] of [
      [0, 'E_SESSION_RECORD'],
      [8, 'E_SESSION_RECORD_LENGTH'],
      // The revision is authenticated: it cannot be made newer.
      [17, 'E_SESSION_RECORD_DAMAGED'],
      [20, 'E_SESSION_RECORD_KEY'],
      [40, 'E_SESSION_RECORD_KEY'],
      [100, 'E_SESSION_RECORD_DAMAGED'],
      [record.length - 1, 'E_SESSION_RECORD_DAMAGED'],
    ] as const) {
      const damaged = record.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await refused(code, restore({ record: damaged }));
    }
    await refused('E_ARGUMENT', restore({ minimumRevision: -1 }));
    await refused('E_ARGUMENT', restore({ minimumRevision: 1.5 }));
    await refused('E_ARGUMENT', restore({ secret: new Uint8Array(31) }));
    await refused('E_ARGUMENT', restore({ record: 'record' }));
    await refused('E_ARGUMENT', () => a.save(new Uint8Array(16)));
    const stranger = await createIdentity({ realm: 'chat.example', name: 'eve', engine: 'wasm' });
    await refused('E_SESSION_RECORD', restore({ identity: stranger }));
  });

  add('a session is renewed by time and by chunks', async () => {
    const { a } = await meet('wasm', 'wasm');
    const begin = Date.now();
    equal(a.renewal(), 'not-due');
    // The clock of the page and the system's may differ by a little: the borders are the core's to test.
    equal(a.renewal(begin + 19 * HOUR), 'not-due');
    equal(a.renewal(begin + 21 * HOUR), 'due');
    equal(a.renewal(begin + 25 * HOUR), 'over');
    a.countChunk(53 * GIB);
    equal(a.renewal(), 'not-due');
    a.countChunk(2 * GIB);
    equal(a.renewal(), 'due');
    const secret = randomBytes(32);
    const { session } = restoreSession({ record: a.save(secret), secret, minimumRevision: 0 });
    equal([session.renewal(), session.renewal(begin + 25 * HOUR)], ['due', 'over'], 'what is left survives');
    session.countChunk(9 * GIB);
    equal(session.renewal(), 'over');
    await refused('E_ARGUMENT', () => a.countChunk(-1));
    await refused('E_ARGUMENT', () => a.countChunk(1.5));
    await refused('E_ARGUMENT', () => a.renewal(Number.NaN));
  });
  return tests;
};
