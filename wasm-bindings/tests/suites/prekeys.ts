/** The prekey start: data in the first flight, on every pair of engines. */
import {
  type Content,
  createListener,
  createOffer,
  type EngineName,
  type Listener,
  type Offer,
  randomBytes,
} from '@duet-chat/crypto';
import { assert, equal, hex, pairs, refused, type Suite, type Test } from '../harness.js';
import { meet, type Person, peerOf, person } from '../people.js';

interface Start {
  readonly alice: Person;
  readonly bob: Person;
  readonly presence: Uint8Array;
  readonly listener: Listener;
  readonly prekey: Uint8Array;
  readonly offer: Offer;
}

/** Bob has published one prekey, and Alice has made an INIT with it. */
async function start(aliceEngine: EngineName, bobEngine: EngineName): Promise<Start> {
  const [alice, bob] = [await person('alice', aliceEngine), await person('bob', bobEngine)];
  const presence = randomBytes(16);
  const listener = createListener({ identity: bob.identity, presence, engine: bobEngine });
  const [prekey] = await listener.publishPrekeys(1);
  assert(prekey !== undefined, 'a prekey');
  return { alice, bob, presence, listener, prekey, offer: await call(alice, bob, presence, prekey) };
}

function call(alice: Person, bob: Person, presence: Uint8Array, prekey?: Uint8Array): Promise<Offer> {
  return createOffer({
    identity: alice.identity,
    peer: peerOf(bob),
    presence,
    prekey,
    engine: alice.engine,
  });
}

const said = (text: string): Content => ({ type: 'text', text, reply: null });

export const prekeys: Suite = ({ engines }) => {
  const tests: Test[] = [];
  const add = (name: string, run: () => Promise<void>) => tests.push({ name, run });

  for (const [a, b] of pairs(engines)) {
    add(`texts before the peer accepts: ${a} calls ${b}`, async () => {
      const { alice, bob, listener, offer } = await start(a, b);
      equal([offer.early, offer.frame.length, listener.prekeys], [true, 2579, 1]);
      const from = alice.identity.accountId;
      const first = offer.sendEarly(said('one'));
      const second = offer.sendEarly(said('two'));

      const incoming = await listener.receive({ frame: offer.frame, from });
      equal([incoming.prekeyStart, listener.prekeys], [true, 0], 'the prekey is used up');
      await refused('E_EARLY_ORDER', () => incoming.receiveEarly({ frame: second.frame, from }));
      equal(incoming.receiveEarly({ frame: first.frame, from }), { seq: 0, content: said('one') });
      await refused('E_REPLAY', () => incoming.receiveEarly({ frame: first.frame, from }));

      const accepting = incoming.accept();
      await refused('E_BUSY', () => incoming.receiveEarly({ frame: second.frame, from }));
      const pending = await accepting;
      await refused('E_FREED', () => incoming.receiveEarly({ frame: second.frame, from }));
      equal(pending.receiveEarly({ frame: second.frame, from }), { seq: 1, content: said('two') });
      // Still before CONFIRM, though the ACCEPT is on its way.
      const third = offer.sendEarly(said('three'));
      const dropped = offer.sendEarly(said('four'));
      equal(pending.receiveEarly({ frame: third.frame, from }).seq, 2);

      const accepted = await offer.accept({ frame: pending.frame, from: bob.identity.accountId });
      await refused('E_FREED', () => offer.sendEarly(said('too late')));
      const confirmed = await pending.confirm({ frame: accepted.confirm, from });
      await refused('E_FREED', () => pending.receiveEarly({ frame: dropped.frame, from }));
      equal(confirmed.session.early, { sent: 4, received: 3 }, 'one was dropped, and B knows');
      const ready = accepted.session.receive(confirmed.ready);
      equal([ready.content.type, ready.ack], ['ready', 3]);
      equal(accepted.session.early, { sent: 4, received: 3 }, 'and now A knows');

      // Numbers go on.
      const next = accepted.session.send(said('five'));
      equal(next.seq, 4);
      equal(confirmed.session.receive(next.frame).seq, 4);
      const back = confirmed.session.send(said('hello'));
      equal(accepted.session.receive(back.frame).content, said('hello'));
      equal(
        accepted.session.sas.map(({ emoji }) => emoji),
        confirmed.session.sas.map(({ emoji }) => emoji),
      );
    });
  }

  for (const engine of engines) {
    const on = (name: string, run: () => Promise<void>) => add(`${name} (${engine})`, run);

    on('a prekey is used once, and a replayed first flight is refused', async () => {
      const { alice, bob, presence, prekey, listener, offer } = await start(engine, engine);
      const from = alice.identity.accountId;
      const flight = { frame: offer.frame, from };
      (await listener.receive(flight)).free();
      await refused('E_OFFER_REPLAYED', () => listener.receive(flight));
      // Another first flight with the same prekey: A is told, and believes it.
      const late = await call(alice, bob, presence, prekey);
      const refusedFlight = { frame: late.frame, from };
      const error = await refused('E_PREKEY_UNKNOWN', () => listener.receive(refusedFlight));
      equal(error.class, 'drop');
      const end = await listener.declineUnknownPrekey(refusedFlight);
      equal(await late.verifyEnd({ frame: end, from: bob.identity.accountId }), 'prekey-unknown');
      // What is not refused for its prekey is not answered.
      const plain = await call(alice, bob, presence);
      await refused('E_PREKEY_KNOWN', () => listener.declineUnknownPrekey({ frame: plain.frame, from }));
      await refused('E_PREKEY_KNOWN', () =>
        listener.declineUnknownPrekey({ ...refusedFlight, from: bob.identity.accountId }),
      );
      equal((await listener.receive({ frame: plain.frame, from })).prekeyStart, false);
    });

    on('a first flight that fails a check uses nothing up', async () => {
      const { alice, listener, offer } = await start(engine, engine);
      const from = alice.identity.accountId;
      for (const at of [0, 1, 20, 120, 1500, 2570]) {
        const damaged = offer.frame.slice();
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        await listener.receive({ frame: damaged, from }).then(
          () => assert(false, `byte ${at} went through`),
          () => undefined,
        );
      }
      equal(listener.prekeys, 1);
      equal((await listener.receive({ frame: offer.frame, from })).prekeyStart, true);
    });

    on('a prekey is verified before anything is made of it', async () => {
      const { alice, bob, presence, prekey } = await start(engine, engine);
      const eve = await person('eve', engine);
      const listener = createListener({ identity: eve.identity, presence, engine });
      const [foreign] = await listener.publishPrekeys(1);
      const damaged = (at: number) => {
        const copy = prekey.slice();
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      };
      const attempt = (given: Uint8Array) => () => call(alice, bob, presence, given);
      await refused('E_PREKEY_FORM', attempt(prekey.subarray(1)));
      await refused('E_PREKEY_FORM', attempt(damaged(0)));
      await refused('E_PREKEY_SIGNATURE', attempt(damaged(5)));
      await refused('E_PREKEY_SIGNATURE', attempt(damaged(1378)));
      await refused('E_PREKEY_PEER', attempt(foreign ?? prekey));
      await refused('E_PREKEY_PRESENCE', () => call(alice, bob, randomBytes(16), prekey));
      const impostor = await person('bob', engine);
      const error = await refused('E_IDENTITY_CHANGED', () => call(alice, impostor, presence, prekey));
      equal(error.class, 'block-peer');
      equal((await call(alice, bob, presence, prekey)).early, true);
    });

    on('without a prekey there is nothing early', async () => {
      const { alice, bob, presence, listener } = await start(engine, engine);
      const from = alice.identity.accountId;
      const offer = await call(alice, bob, presence);
      equal([offer.early, offer.frame.length], [false, 1475]);
      await refused('E_EARLY_UNAVAILABLE', () => offer.sendEarly(said('hello')));
      const incoming = await listener.receive({ frame: offer.frame, from });
      const early = new Uint8Array(22 + 256 + 16);
      early.set([1, 0x10, ...offer.hid]);
      await refused('E_EARLY_UNEXPECTED', () => incoming.receiveEarly({ frame: early, from }));
    });

    on('sixteen texts or files, and nothing else', async () => {
      const { offer } = await start(engine, engine);
      await refused('E_INVALID_CONTENT', () => offer.sendEarly({ type: 'receipt' }));
      await refused('E_ARGUMENT', () => offer.sendEarly({ type: 'song' } as never));
      for (let seq = 0; seq < 16; seq++) equal(offer.sendEarly(said('again')).seq, seq);
      await refused('E_EARLY_LIMIT', () => offer.sendEarly(said('again')));
    });

    on('twenty prekeys are made at once, and forty kept', async () => {
      const { listener } = await start(engine, engine);
      await refused('E_PREKEYS_FULL', () => listener.publishPrekeys(21));
      await refused('E_ARGUMENT', () => listener.publishPrekeys(-1));
      const frames = await listener.publishPrekeys(20);
      equal([frames.length, listener.prekeys], [20, 21], 'beside the one that it had');
      equal(new Set(frames.map(hex)).size, 20, 'all different');
      for (const kept of [40, 40])
        equal([(await listener.publishPrekeys(20)).length, listener.prekeys], [20, kept]);
    });

    on('frames are copied before anything is awaited', async () => {
      const { alice, bob, presence, prekey, listener } = await start(engine, engine);
      const given = prekey.slice();
      const making = call(alice, bob, presence, given);
      given.fill(0);
      const frame = (await making).frame.slice();
      const receiving = listener.receive({ frame, from: alice.identity.accountId });
      frame.fill(0);
      equal((await receiving).prekeyStart, true);
    });

    on('a renewal is told from a new call', async () => {
      const { alice, bob, a, b } = await meet(engine, engine);
      const presence = randomBytes(16);
      const listener = createListener({ identity: bob.identity, presence, engine });
      const from = alice.identity.accountId;
      const receive = async (offer: Offer) => listener.receive({ frame: offer.frame, from });
      equal((await receive(await call(alice, bob, presence))).renews(b), true);
      const eve = await person('eve', engine);
      const strange = await listener.receive({
        frame: (await call(eve, bob, presence)).frame,
        from: eve.identity.accountId,
      });
      equal(strange.renews(b), false);
      equal(strange.renews(a), false);
      const [prekey] = await listener.publishPrekeys(1);
      equal((await receive(await call(alice, bob, presence, prekey))).renews(b), false);
      await refused('E_ARGUMENT', () => strange.renews({} as never));
      b.send({ type: 'bye' });
      equal((await receive(await call(alice, bob, presence))).renews(b), false, 'after BYE');
    });
  }
  return tests;
};
