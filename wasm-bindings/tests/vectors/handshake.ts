/** handshake_interactive.json, handshake_reject.json and end.json. The prekey start is in prekeys.ts. */
import type { IncomingOffer, Offer } from '@duet-chat/crypto';
import { scriptLeft } from '@duet-chat/crypto/testing';
import { equal, hex, unhex } from '../harness.js';
import { addressed, before, emojiText, outcome, type Runners } from './case.js';
import { baseOf, listening, Stage } from './stage.js';

export const interactive: Runners = {
  '*': async (test, _, engine) => {
    const stage = await Stage.of(test, engine);
    equal(hex(stage.alice.accountId), test.aid_a, 'aid_A');
    equal(hex(stage.bob.publicKey), test.ik_b, 'IK_B');
    equal(hex(stage.offer.frame), test.flight1, 'OFFER');
    const { accept, confirm, ready, a, b } = await stage.complete();
    equal(hex(accept), test.accept, 'ACCEPT');
    equal(hex(confirm), test.confirm, 'CONFIRM');
    equal(hex(ready), test.ready, 'READY');
    for (const session of [a, b]) {
      equal(hex(session.id), test.sid, 'session id');
      equal(emojiText(session.sas), test.sas_emoji, 'SAS');
      equal(scriptLeft(session), 0, 'random bytes that were not drawn');
    }
    equal([a.secure, b.secure], [false, true], 'secure before READY');
    equal(a.receive(ready).content.type, 'ready', 'READY');
    equal(a.secure, true, 'secure after READY');
  },
};

export const reject: Runners = {
  offer: async (test, file, engine) => {
    const { listener } = await Stage.of(baseOf(test, file), engine);
    const pin = test.pin === null ? undefined : unhex(test.pin);
    await before(test, (input) => listener.receive({ ...input, pin }));
    await outcome(test, () => listener.receive({ ...addressed(test), pin }));
  },
  ring: async (test, file, engine) => {
    const { listener } = await Stage.of(baseOf(test, file), engine);
    const incoming = await listener.receive({ frame: unhex(test.frame), from: unhex(test.from) });
    await outcome(test, () => incoming.accept());
  },
  accept: async (test, file, engine) => {
    const { offer } = await Stage.of(baseOf(test, file), engine);
    await outcome(test, () => offer.accept({ frame: unhex(test.frame), from: unhex(test.from) }));
  },
  confirm: async (test, file, engine) => {
    const stage = await Stage.of(baseOf(test, file), engine);
    const pending = await (await stage.ring()).accept();
    await outcome(test, () => pending.confirm({ frame: unhex(test.frame), from: unhex(test.from) }));
  },
};

export const end: Runners = {
  encode: async (test, file, engine) => {
    const stage = await Stage.of(baseOf(test, file), engine);
    if (test.role === 'initiator') {
      // The package gives an initiator one reason: it gave up.
      if (test.reason === 'cancelled') equal(hex(await stage.offer.cancel()), test.frame, 'END');
    } else if (test.reason === 'declined' || test.reason === 'busy') {
      const incoming = await stage.ring();
      equal(hex(await incoming.decline(test.reason)), test.frame, 'END');
    }
    // Whoever makes them, every reason must be understood by the other side.
    const other: Offer | IncomingOffer =
      test.role === 'initiator'
        ? await listening(baseOf(test, file), engine)
        : (await Stage.of(baseOf(test, file), engine)).offer;
    const from = test.role === 'initiator' ? stage.alice : stage.bob;
    equal(await other.verifyEnd({ frame: unhex(test.frame), from: from.accountId }), test.reason, 'reason');
  },
  verify: async (test, file, engine) => {
    const base = baseOf(test, file);
    // `role` is the sender's: the other side verifies.
    const receiver =
      test.role === 'initiator' ? await listening(base, engine) : (await Stage.of(base, engine)).offer;
    await outcome(test, async () => {
      const reason = await receiver.verifyEnd({ frame: unhex(test.frame), from: unhex(test.from) });
      equal(reason, test.reason, 'reason');
    });
  },
};
