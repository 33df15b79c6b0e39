/** handshake_prekey.json and prekey_reject.json. */
import type { EarlyMessage, EngineName, IncomingOffer, PendingSession } from '@duet-chat/crypto';
import { scriptLeft } from '@duet-chat/crypto/testing';
import { equal, hex, unhex } from '../harness.js';
import { addressed, before, type Case, emojiText, outcome, type Runners } from './case.js';
import { contentFromVector, contentToVector } from './content.js';
import { sha256 } from './data.js';
import { baseOf, Stage } from './stage.js';

export const prekeyStart: Runners = {
  '*': async (test, _, engine) => {
    const { alice, bob, listener, offer, prekey } = await Stage.of(test, engine);
    equal(hex(alice.accountId), test.aid_a, 'aid_A');
    equal(hex(bob.publicKey), test.ik_b, 'IK_B');
    equal(hex(prekey ?? new Uint8Array(0)), test.prekey, 'PREKEY');
    equal(hex(offer.frame), test.flight1, 'INIT');

    const from = alice.accountId;
    const incoming = await listener.receive({ frame: offer.frame, from });
    equal([incoming.prekeyStart, listener.prekeys], [true, 0], 'the prekey is used up');
    for (const [index, content] of test.early.entries()) {
      const wanted = test.early_messages[index];
      const sent = offer.sendEarly(contentFromVector(content));
      equal([sent.seq, hex(sent.frame)], [wanted.seq, wanted.frame], 'EARLY');
      const received = incoming.receiveEarly({ frame: sent.frame, from });
      equal([received.seq, contentToVector(received.content)], [wanted.seq, content], 'early message');
    }

    const pending = await incoming.accept();
    equal(hex(pending.frame), test.accept, 'ACCEPT');
    const { confirm, session: a } = await offer.accept({ frame: pending.frame, from: bob.accountId });
    equal(hex(confirm), test.confirm, 'CONFIRM');
    const { ready, session: b } = await pending.confirm({ frame: confirm, from });
    equal(hex(ready), test.ready, 'READY');
    for (const session of [a, b]) {
      equal(hex(session.id), test.sid, 'session id');
      equal(emojiText(session.sas), test.sas_emoji, 'SAS');
      equal(scriptLeft(session), 0, 'random bytes that were not drawn');
      equal(session.early, { sent: test.early.length, received: test.early.length }, 'early messages');
    }
    // Alice writes on before READY has come: the number goes on.
    const first = a.send(contentFromVector(test.first));
    equal([first.seq, hex(first.frame)], [test.first_message.seq, test.first_message.frame], 'first MSG');
    const received = b.receive(first.frame);
    equal([received.seq, contentToVector(received.content)], [first.seq, test.first], 'first message');
    equal(a.receive(ready).ack, test.early.length, 'what READY acknowledges');
  },
};

export const prekeyReject: Runners = {
  bundle: async (test, file, engine) => {
    await outcome(test, async () => {
      const { offer } = await Stage.of(baseOf(test, file), engine, { prekey: unhex(test.frame) });
      equal(sha256(offer.frame), test.flight1_sha256, 'first flight');
    });
  },
  send: async (test, file, engine) => {
    const { offer } = await Stage.of(baseOf(test, file), engine);
    const content = contentFromVector(test.content);
    for (let time = 1; time < test.times; time++) offer.sendEarly(content);
    await outcome(test, () => {
      const sent = offer.sendEarly(content);
      equal([sent.seq, hex(sent.frame)], [test.seq, test.frame], 'EARLY');
    });
  },
  init: async (test, file, engine) => {
    const { listener } = await Stage.of(baseOf(test, file), engine);
    await before(test, (input) => listener.receive(input));
    const pin = test.pin === null ? undefined : unhex(test.pin);
    await outcome(test, async () => {
      const incoming = await listener.receive({ ...addressed(test), pin });
      equal([listener.prekeys, incoming.prekeyStart], [test.prekeys, test.early], 'prekeys, early');
    });
  },
  unknown: async (test, file, engine) => {
    const { listener } = await Stage.of(baseOf(test, file), engine);
    await outcome(test, async () =>
      equal(hex(await listener.declineUnknownPrekey(addressed(test))), test.end, 'END'),
    );
  },
  early: async (test, file, engine) => {
    const bob = await receiving(baseOf(test, file), engine, test.accepted);
    await before(test, (input) => bob.receiveEarly(input));
    await outcome(test, () => {
      const message: EarlyMessage = bob.receiveEarly(addressed(test));
      equal([message.seq, contentToVector(message.content)], [test.seq, test.content], 'message');
    });
  },
  confirm: async (test, file, engine) => {
    const bob = (await receiving(baseOf(test, file), engine, true)) as PendingSession;
    await before(test, (input) => bob.receiveEarly(input));
    await outcome(test, async () => {
      const { session } = await bob.confirm(addressed(test));
      equal(session.early, { sent: test.sent, received: test.received }, 'early messages');
    });
  },
  accept: async (test, file, engine) => {
    const { offer } = await Stage.of(baseOf(test, file), engine);
    await outcome(test, () => offer.accept(addressed(test)));
  },
};

/** Bob, while it rings or after he accepted: he takes early messages in both. */
async function receiving(
  base: Case,
  engine: EngineName,
  accepted: boolean,
): Promise<IncomingOffer | PendingSession> {
  const incoming = await (await Stage.of(base, engine)).ring();
  return accepted ? incoming.accept() : incoming;
}
