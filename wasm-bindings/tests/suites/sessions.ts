/** Handshake and session across engines: whatever one does, the other understands. */
import {
  createListener,
  createOffer,
  DuetError,
  fingerprintOf,
  parseQrText,
  qrText,
  randomBytes,
  safetyCode,
  verifyQrText,
} from '@duet-chat/crypto';
import { assert, equal, hex, pairs, refused, type Suite, type Test } from '../harness.js';
import { meet, peerOf, person } from '../people.js';

export const sessions: Suite = ({ engines }) => {
  const tests: Test[] = pairs(engines).map(([first, second]) => ({
    name: `${first} and ${second} understand each other`,
    run: async () => {
      const { alice, bob, a, b } = await meet(first, second);
      equal([alice.identity.engine, bob.identity.engine], [first, second]);
      equal([a.role, b.role], ['initiator', 'responder']);
      equal(hex(a.id), hex(b.id), 'session id');
      equal(a.sas, b.sas, 'SAS');
      equal(a.sas.length, 4, 'length of the SAS');
      equal([a.secure, b.secure], [true, true]);
      equal(
        [hex(a.peer.publicKey), hex(b.peer.accountId)],
        [hex(bob.identity.publicKey), hex(alice.identity.accountId)],
      );
      for (let turn = 0; turn < 12; turn++) {
        const [from, to] = turn % 3 === 0 ? [b, a] : [a, b];
        const sent = from.send({ type: 'text', text: `Nachricht ${turn} 🦊`, reply: null });
        const received = to.receive(sent.frame);
        equal(received.seq, sent.seq);
        equal(received.content, { type: 'text', text: `Nachricht ${turn} 🦊`, reply: null });
      }
      const last = a.send({ type: 'bye' });
      equal(b.receive(last.frame).content, { type: 'bye' });
      await refused('E_CLOSED', () => a.send({ type: 'receipt' }));
    },
  }));

  for (const engine of engines) {
    const on = (name: string, run: () => Promise<void>) => tests.push({ name: `${name} (${engine})`, run });

    on('64 messages sent at once never share a key', async () => {
      const { a, b } = await meet(engine, engine);
      const sent = await Promise.all(
        Array.from({ length: 64 }, async (_, index) =>
          a.send({ type: 'text', text: `${index}`, reply: null }),
        ),
      );
      // The key of a message follows from its number and that of its turn, bytes 22 to 30 of the frame.
      const names = new Set(sent.map(({ frame }) => hex(frame.subarray(22, 30))));
      equal(names.size, 64, 'different keys');
      equal(a.unacknowledged, 64);
      for (const { seq, frame } of sent.reverse()) {
        equal(b.receive(frame).content, { type: 'text', text: `${seq}`, reply: null });
      }
      a.receive(b.send({ type: 'receipt' }).frame);
      equal(a.unacknowledged, 0);
    });

    on('a refused frame changes nothing, and counts as nothing', async () => {
      const { a, b } = await meet(engine, engine);
      const { frame } = a.send({ type: 'text', text: 'once', reply: null });
      for (const at of [20, 23, 70, frame.length - 1]) {
        const forged = frame.slice();
        forged[at] = (forged[at] ?? 0) ^ 1;
        const error = await refused(at === 23 ? 'E_SKIP_LIMIT' : 'E_DECRYPT', () => b.receive(forged));
        equal(error.class, 'drop');
      }
      equal(b.receive(frame).content, { type: 'text', text: 'once', reply: null });
      await refused('E_REPLAY', () => b.receive(frame));
      equal(b.failure, undefined);
      await refused('E_FRAME_LENGTH', () => b.receive(frame.subarray(0, 100)));
    });

    on('a silent session forgets the keys of messages that did not come', async () => {
      const { a, b } = await meet(engine, engine);
      const late = a.send({ type: 'text', text: 'late', reply: null });
      b.receive(a.send({ type: 'receipt' }).frame);
      const minute = 60_000;
      b.forget(Date.now() + 19 * minute);
      equal(b.receive(late.frame).content, { type: 'text', text: 'late', reply: null });
      const lost = a.send({ type: 'text', text: 'lost', reply: null });
      b.receive(a.send({ type: 'receipt' }).frame);
      b.forget(Date.now() + 21 * minute);
      await refused('E_REPLAY', () => b.receive(lost.frame));
      equal(b.failure, undefined);
    });

    on('inputs are copied before anything is awaited', async () => {
      const [alice, bob] = [await person('alice', engine), await person('bob', engine)];
      const presence = randomBytes(16);
      const listener = createListener({ identity: bob.identity, presence, engine });
      const peer = peerOf(bob);
      const making = createOffer({ identity: alice.identity, peer, presence, engine });
      peer.accountId.fill(0);
      peer.publicKey.fill(0);
      const offer = await making;
      const frame = offer.frame.slice();
      const from = alice.identity.accountId;
      const ringing = listener.receive({ frame, from });
      frame.fill(0);
      from.fill(0);
      const pending = await (await ringing).accept();
      const answer = pending.frame.slice();
      const accepting = offer.accept({ frame: answer, from: bob.identity.accountId });
      answer.fill(0);
      const { confirm } = await accepting;
      const confirming = pending.confirm({ frame: confirm, from: alice.identity.accountId });
      confirm.fill(0);
      equal((await confirming).session.role, 'responder');
    });

    on('each step happens once', async () => {
      const [alice, bob] = [await person('alice', engine), await person('bob', engine)];
      const presence = randomBytes(16);
      const listener = createListener({ identity: bob.identity, presence, engine });
      const offer = await createOffer({ identity: alice.identity, peer: peerOf(bob), presence, engine });
      const [fromAlice, fromBob] = [alice.identity.accountId, bob.identity.accountId];
      // Both calls are made before either is done: the second one must find the first.
      const [first, second] = await Promise.allSettled([
        listener.receive({ frame: offer.frame, from: fromAlice }),
        listener.receive({ frame: offer.frame, from: fromAlice }),
      ]);
      assert(first.status === 'fulfilled', 'the first offer rings');
      assert(second.status === 'rejected' && second.reason instanceof DuetError, 'the second does not');
      equal(second.reason.code, 'E_OFFER_REPLAYED');

      const incoming = first.value;
      const accepts = await Promise.allSettled([incoming.accept(), incoming.accept()]);
      assert(accepts[0].status === 'fulfilled', 'accepted once');
      assert(accepts[1].status === 'rejected' && accepts[1].reason.code === 'E_FREED', 'and not twice');
      const pending = accepts[0].value;
      const answer = { frame: pending.frame, from: fromBob };
      // A frame that is not this handshake's is dropped, and the offer goes on waiting.
      await refused('E_SENDER', () => offer.accept({ ...answer, from: fromAlice }));
      const { confirm } = await offer.accept(answer);
      await refused('E_FREED', () => offer.accept(answer));
      const forged = confirm.slice();
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
      await refused('E_CONFIRMATION', () => pending.confirm({ frame: forged, from: fromAlice }));
      await refused('E_FREED', () => pending.confirm({ frame: confirm, from: fromAlice }));
    });

    on('declined, cancelled and busy are signed', async () => {
      const [alice, bob] = [await person('alice', engine), await person('bob', engine)];
      const presence = randomBytes(16);
      const listener = createListener({ identity: bob.identity, presence, engine });
      for (const reason of ['declined', 'busy'] as const) {
        const offer = await createOffer({ identity: alice.identity, peer: peerOf(bob), presence, engine });
        const incoming = await listener.receive({ frame: offer.frame, from: alice.identity.accountId });
        const end = await incoming.decline(reason);
        const forged = end.slice();
        forged[19] = (forged[19] ?? 0) ^ 3;
        await refused('E_SIGNATURE', () => offer.verifyEnd({ frame: forged, from: bob.identity.accountId }));
        equal(await offer.verifyEnd({ frame: end, from: bob.identity.accountId }), reason);
      }
      const offer = await createOffer({ identity: alice.identity, peer: peerOf(bob), presence, engine });
      const incoming = await listener.receive({ frame: offer.frame, from: alice.identity.accountId });
      const pending = await incoming.accept();
      const end = { frame: await offer.cancel(), from: alice.identity.accountId };
      equal(await pending.verifyEnd(end), 'cancelled');
      await refused('E_FREED', () => incoming.verifyEnd(end));
    });

    on('a changed key blocks', async () => {
      const [alice, eve, bob] = [
        await person('alice', engine),
        await person('alice', engine),
        await person('bob', engine),
      ];
      const presence = randomBytes(16);
      const listener = createListener({ identity: bob.identity, presence, engine });
      const offering = { identity: eve.identity, peer: peerOf(bob), presence, engine };
      const call = { frame: (await createOffer(offering)).frame, from: eve.identity.accountId };
      // Without the key nobody raises the alarm.
      const forged = call.frame.slice();
      forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
      await refused('E_SIGNATURE', () =>
        listener.receive({ ...call, frame: forged, pin: alice.identity.publicKey }),
      );
      const error = await refused('E_IDENTITY_CHANGED', () =>
        listener.receive({ ...call, pin: alice.identity.publicKey }),
      );
      equal(error.class, 'block-peer');
      // One flight raises one alarm; the next one rings where the pin says so.
      await refused('E_OFFER_REPLAYED', () => listener.receive({ ...call, pin: eve.identity.publicKey }));
      const next = { ...call, frame: (await createOffer(offering)).frame };
      equal(
        hex((await listener.receive({ ...next, pin: eve.identity.publicKey })).peer.publicKey),
        hex(eve.identity.publicKey),
      );
    });

    on('use after free says so', async () => {
      const { a, b, alice } = await meet(engine, engine);
      a.free();
      a.free();
      await refused('E_FREED', () => a.send({ type: 'receipt' }));
      b[Symbol.dispose]();
      await refused('E_FREED', () => b.receive(new Uint8Array(330)));
      alice.identity.free();
      await refused('E_FREED', () => alice.identity.publicKey);
      await refused('E_FREED', () =>
        createListener({ identity: alice.identity, presence: randomBytes(16), engine }),
      );
    });

    on('both sides compare the same things', async () => {
      const { alice, bob } = await meet(engine, engine);
      const [a, b] = [peerOf(alice), peerOf(bob)];
      equal(fingerprintOf(a.publicKey), alice.identity.fingerprint());
      equal(alice.identity.fingerprint().emoji.length, 12);
      const code = await safetyCode({ mine: a, theirs: b });
      assert(/^[0-9]{60}$/.test(code), 'sixty digits');
      equal(await safetyCode({ mine: b, theirs: a }), code);
      const text = qrText({ mine: a, theirs: b });
      equal(text.length, 178);
      verifyQrText({ text, mine: b, theirs: a });
      await refused('E_QR_MISMATCH', () => verifyQrText({ text, mine: a, theirs: b }));
      await refused('E_QR_FORMAT', () => verifyQrText({ text: 'https://example.org', mine: b, theirs: a }));
      // What Alice's device shows, read by anybody: who shows it to whom, and what it claims.
      const claims = {
        shownBy: a.accountId,
        shownKey: a.publicKey,
        shownTo: b.accountId,
        knownKey: b.publicKey,
      };
      equal(parseQrText(text), claims);
      // Well-formed and wrong: it can be read, and is not verified.
      const eve = peerOf(await person('bob', engine));
      const alarm = qrText({ mine: a, theirs: eve });
      await refused('E_QR_MISMATCH', () => verifyQrText({ text: alarm, mine: b, theirs: a }));
      equal(parseQrText(alarm), { ...claims, knownKey: eve.publicKey });
    });
  }

  tests.push({
    name: 'arguments of the wrong kind are refused before anything happens',
    run: async () => {
      const engine = engines[0] ?? 'wasm';
      const { a } = await meet(engine, engine);
      const any = (value: unknown) => value as never;
      await refused('E_ARGUMENT', () => a.receive(any('text')));
      await refused('E_ARGUMENT', () => a.send(any({ type: 'song' })));
      await refused('E_ARGUMENT', () => a.send(any({ type: 'text', text: 7, reply: null })));
      await refused('E_ARGUMENT', () => a.send(any({ type: 'read', upTo: -1 })));
      await refused('E_ARGUMENT', () => a.send(any({ type: 'read', upTo: 1.5 })));
      await refused('E_ARGUMENT', () => a.send(any({ type: 'read', upTo: 2 ** 32 })));
      await refused('E_ARGUMENT', () => a.send(any(null)));
      await refused('E_ARGUMENT', () =>
        a.send(any({ type: 'fileControl', fid: new Uint8Array(31), op: 'accept', index: 0, count: 0 })),
      );
      await refused('E_ARGUMENT', () => randomBytes(-1));
      await refused('E_ARGUMENT', () => fingerprintOf(new Uint8Array(31)));
      equal(a.send({ type: 'receipt' }).seq, 0, 'none of them used a number up');
    },
  });
  return tests;
};
