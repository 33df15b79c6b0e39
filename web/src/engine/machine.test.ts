import { describe, expect, test } from 'vitest';
import { RENEW_AGAIN_MS, RENEW_MS, RESENDS, SESSION_MS } from './machine/limits.ts';
import { conversationView, viewChanges } from './machine/views.ts';
import {
  BOB,
  CAROL,
  DESCRIPTOR,
  FID,
  frame,
  HID,
  HID2,
  hidOf,
  KEY,
  OTHER_KEY,
  PREKEY,
  RUN,
  reusedBy,
  SID,
  SID2,
  sidOf,
  text16,
  text32,
  World,
} from './testing/world.ts';

const stateOf = (world: World) =>
  world.state.conversation === null ? null : conversationView(world.state.conversation).state;
const trustOf = (world: World) =>
  world.state.conversation === null ? null : conversationView(world.state.conversation).trust;

describe('calling', () => {
  test('an answered call becomes secure only with the first message of the peer', () => {
    const world = new World().ringing();
    expect(stateOf(world)).toBe('ringing-out');
    expect(world.effects('send')).toMatchObject([
      { about: 'offer', address: { to: BOB.accountId, presence: RUN } },
    ]);
    world.deliver(frame(3, HID));
    expect(stateOf(world)).toBe('establishing');
    world.run({ type: 'accept-checked', conversation: world.id, hid: HID, sid: SID, frame: frame(4, HID) });
    expect(world.effects('send')).toMatchObject([{ about: 'confirm' }]);
    expect(world.effects('pin')).toMatchObject([{ pin: { key: KEY, trust: 'first-use' } }]);
    expect(stateOf(world)).toBe('establishing');
    world.hear({ type: 'ready' }, 0);
    expect(stateOf(world)).toBe('secure');
  });

  test('a key that differs from the pin blocks before anything is sent, and not even presence is asked', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    const pin = { key: KEY, trust: 'compared' } as const;
    world.run({ type: 'looked-up', conversation: world.id, found: { key: OTHER_KEY, pin } });
    expect(stateOf(world)).toBe('blocked-key-changed');
    expect(trustOf(world)).toBe('changed');
    expect(world.all.some(({ type }) => type === 'send' || type === 'watch' || type === 'make-offer')).toBe(
      false,
    );
    // The person compared and accepts: the key is pinned first, the call is made after.
    expect(world.command({ name: 'acceptChangedKey' })).toBe('pending');
    const accepted = { key: OTHER_KEY, trust: 'first-use' } as const;
    expect(world.effects('pin')).toMatchObject([{ pin: accepted }]);
    world.run({ type: 'pinned', accountId: BOB.accountId, pin: accepted });
    expect(stateOf(world)).toBe('ringing-out');
    expect(world.effects('look-up')).toHaveLength(1);
  });

  test('an ACCEPT is checked once', () => {
    const world = new World().ringing().deliver(frame(3, HID));
    expect(world.effects('check-accept')).toHaveLength(1);
    world.deliver(frame(3, HID));
    expect(world.last).toEqual([]);
    world.run({ type: 'handshake-failed', conversation: world.id, hid: HID, wait: 0 });
    expect(stateOf(world)).toBe('failed');
    expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID }]);
  });

  test('frames with another handshake id, or from someone else, concern nobody', () => {
    const world = new World().ringing();
    world.deliver(frame(3, text16(99)));
    expect(world.last).toEqual([]);
    world.deliver(frame(3, HID), CAROL.accountId);
    expect(world.last).toEqual([]);
    expect(world.phase).toBe('ringing');
  });

  test('nobody answers', () => {
    const world = new World().ringing();
    expect(world.effects('timer')).toContainEqual({ type: 'timer', name: 'ring', ms: 60_000 });
    world.run({ type: 'timer', name: 'ring' });
    expect(stateOf(world)).toBe('no-answer');
  });

  test.each([
    ['declined', 'declined'],
    ['busy', 'busy'],
    ['version', 'failed'],
  ] as const)('a signed END (%s) ends the call as %s', (reason, expected) => {
    const world = new World().ringing().deliver(frame(5, HID));
    expect(world.effects('check-end')).toHaveLength(1);
    expect(world.phase).toBe('ringing');
    world.run({ type: 'end-checked', hid: HID, reason });
    expect(stateOf(world)).toBe(expected);
  });

  test('a person who is away is offline, and stays so until called again', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    world.run({ type: 'looked-up', conversation: world.id, found: { key: KEY, pin: null } });
    world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: false });
    expect(stateOf(world)).toBe('peer-offline');
    world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true });
    expect(stateOf(world)).toBe('peer-offline');
    expect(world.command({ name: 'openChat', peer: BOB, wait: 0 })).toBe('pending');
    expect(stateOf(world)).toBe('ringing-out');
  });

  test('a person without a key cannot be called, and the screen stays as it was', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    world.run({ type: 'looked-up', conversation: world.id, found: { key: null, pin: null } });
    expect(world.effects('reply')).toMatchObject([{ error: { code: 'peer-has-no-key' } }]);
    expect(stateOf(world)).toBeNull();
  });

  test('hanging up tells the peer with a signed END', () => {
    const world = new World().ringing();
    expect(world.command({ name: 'leaveChat' })).toBe('ok');
    expect(world.effects('end-handshake')).toMatchObject([{ hid: HID, reason: 'cancelled' }]);
    expect(stateOf(world)).toBeNull();
  });

  describe('one handshake too many within the hour', () => {
    const wait = 5_000;

    test('is refused before anything ends', () => {
      const world = new World().secure();
      const answer = world.command({ name: 'openChat', peer: CAROL, wait });
      expect(answer).toEqual({ code: 'too-many-handshakes', retryAfterMs: wait });
      expect(stateOf(world)).toBe('secure');
      expect(world.effects('look-up')).toEqual([]);
    });

    test('does not ring, and both are told', () => {
      const world = new World().online().offered({ wait });
      expect(world.state.incoming).toEqual([]);
      expect(world.effects('end-handshake')).toMatchObject([{ hid: HID, reason: 'busy' }]);
      expect(world.effects('notice')).toEqual([
        { type: 'notice', error: { code: 'call-turned-away', retryAfterMs: wait } },
      ]);
    });

    test('is no renewal from another run, or of somebody else', () => {
      for (const change of [{ presence: text16(9) }, { peer: CAROL }]) {
        const world = new World().secure().offered({ hid: HID2, wait, ...change });
        expect(world.effects('end-handshake')).toMatchObject([{ hid: HID2, reason: 'busy' }]);
        expect(world.effects('notice')).toMatchObject([{ error: { code: 'call-turned-away' } }]);
        expect(stateOf(world)).toBe('secure');
      }
    });

    test('that would be a renewal is put off in silence', () => {
      const asked = new World().secure().offered({ hid: HID2, wait });
      expect(asked.effects('end-handshake')).toMatchObject([{ hid: HID2, reason: 'busy' }]);
      const asking = new World().secure().run({ type: 'timer', name: 'renew' });
      asking.run({ type: 'handshake-failed', conversation: asking.id, hid: null, wait });
      for (const world of [asked, asking]) {
        expect(viewOf(world)).toMatchObject({ state: 'secure', session: { renewing: false } });
        expect(world.effects('notice')).toEqual([]);
      }
    });

    test.each([
      [
        'when the person accepts',
        () => new World().online().offered(),
        { name: 'acceptIncoming', id: HID },
        HID,
      ],
      ['when the offer is made', () => new World().ringingEarly(), null, null],
    ] as const)('is told %s, should it come to that', (_, begin, command, hid) => {
      const world = begin();
      if (command !== null) world.command(command);
      else world.run({ type: 'end-checked', hid: HID, reason: 'prekey-unknown' });
      world.run({ type: 'handshake-failed', conversation: world.id, hid, wait });
      expect(stateOf(world)).toBe('failed');
      expect(world.effects('notice')).toEqual([
        { type: 'notice', error: { code: 'too-many-handshakes', retryAfterMs: wait } },
      ]);
    });
  });

  test('without READY the session is given up', () => {
    const world = new World().confirmed();
    expect(world.effects('timer')).toContainEqual({ type: 'timer', name: 'ready', ms: 15_000 });
    world.run({ type: 'timer', name: 'ready' });
    expect(stateOf(world)).toBe('failed');
    expect(world.effects('wipe-session')).toEqual([{ type: 'wipe-session', sid: SID }]);
  });
});

describe('being called', () => {
  const accepted = () => {
    const world = new World().online().offered();
    world.command({ name: 'acceptIncoming', id: HID });
    return world.run({ type: 'accept-made', conversation: world.id, hid: HID, frame: frame(3, HID) });
  };

  test('nothing is sent before the person accepts; READY comes first after CONFIRM', () => {
    const world = new World().online().offered();
    expect(world.state.incoming).toHaveLength(1);
    expect(world.all.some(({ type }) => type === 'send' || type === 'make-accept')).toBe(false);
    world.command({ name: 'acceptIncoming', id: HID });
    expect(world.effects('make-accept')).toHaveLength(1);
    world.run({ type: 'accept-made', conversation: world.id, hid: HID, frame: frame(3, HID) });
    expect(world.effects('send')).toMatchObject([{ about: 'accept' }]);
    world.deliver(frame(4, HID));
    expect(world.effects('check-confirm')).toHaveLength(1);
    // The peer writes while CONFIRM is being checked.
    world.deliver(frame(0x11, SID));
    expect(world.last).toEqual([]);
    const ready = frame(0x11, SID);
    const early = { sent: 0, received: 0 };
    world.run({ type: 'confirm-checked', conversation: world.id, hid: HID, sid: SID, early, frame: ready });
    expect(
      world.last.map(({ type }) => type).filter((type) => type === 'send' || type === 'decrypt'),
    ).toEqual(['send', 'decrypt']);
    expect(stateOf(world)).toBe('secure');
    world.command({ name: 'sendText', text: 'hello' });
    expect(world.effects('encrypt')).toMatchObject([{ seq: 1 }]);
  });

  test('CONFIRM that does not come, or fails, ends it', () => {
    const silent = accepted().run({ type: 'timer', name: 'confirm' });
    expect(stateOf(silent)).toBe('failed');
    const wrong = accepted().deliver(frame(4, HID));
    wrong.run({ type: 'handshake-failed', conversation: wrong.id, hid: HID, wait: 0 });
    expect(stateOf(wrong)).toBe('failed');
  });

  test('a caller who hangs up while the call is being accepted is gone', () => {
    const world = accepted().deliver(frame(5, HID));
    expect(world.effects('check-end')).toHaveLength(1);
    world.run({ type: 'end-checked', hid: HID, reason: 'cancelled' });
    expect(stateOf(world)).toBe('peer-disconnected');
    expect(world.effects('wipe-handshake')).toHaveLength(1);
  });

  test('a busy person answers "busy" and is not disturbed', () => {
    const world = new World().secure().offered({ hid: hidOf(77, CAROL), peer: CAROL });
    expect(world.effects('end-handshake')).toMatchObject([
      { reason: 'busy', address: { to: CAROL.accountId } },
    ]);
    expect(world.state.incoming).toEqual([]);
    expect(stateOf(world)).toBe('secure');
  });

  test('declining is signed; a withdrawn call stops ringing', () => {
    const declined = new World().online().offered();
    declined.command({ name: 'declineIncoming', id: HID });
    expect(declined.effects('end-handshake')).toMatchObject([{ reason: 'declined' }]);
    expect(declined.state.incoming).toEqual([]);
    const withdrawn = new World().online().offered().deliver(frame(5, HID));
    expect(withdrawn.effects('check-end')).toHaveLength(1);
    withdrawn.run({ type: 'end-checked', hid: HID, reason: 'cancelled' });
    expect(withdrawn.state.incoming).toEqual([]);
  });

  test('a call rings for a minute', () => {
    const world = new World().online().offered();
    world.run({ type: 'timer', name: `incoming ${HID}` });
    expect(world.state.incoming).toEqual([]);
    expect(world.effects('wipe-handshake')).toHaveLength(1);
  });

  test('a call under a changed key can only be looked at: accepting it blocks, and nothing is sent', () => {
    const pin = { key: KEY, trust: 'first-use' } as const;
    const world = new World().online();
    const before = world.state;
    world.offered({ key: OTHER_KEY, pin, changed: true });
    expect(viewChanges(before, world.state)).toMatchObject([
      { type: 'incoming', incoming: [{ trust: 'changed' }] },
    ]);
    world.command({ name: 'acceptIncoming', id: HID });
    expect(stateOf(world)).toBe('blocked-key-changed');
    expect(world.all.some(({ type }) => type === 'send' || type === 'make-accept' || type === 'watch')).toBe(
      false,
    );
    const declined = new World().online().offered({ key: OTHER_KEY, pin, changed: true });
    declined.command({ name: 'declineIncoming', id: HID });
    expect(declined.effects('end-handshake')).toEqual([]);
  });
});

describe('both call at once', () => {
  const theirs = hidOf(31);

  test('the winner ignores the other flight', () => {
    const world = new World().ringing().offered({ hid: theirs, glare: 'own' });
    expect(world.phase).toBe('ringing');
    expect(world.last).toEqual([{ type: 'wipe-handshake', hid: theirs }]);
  });

  test('the loser wipes its own and accepts without asking', () => {
    const world = new World().ringing().offered({ hid: theirs, glare: 'peer' });
    expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID }]);
    expect(world.effects('make-accept')).toMatchObject([{ hid: theirs }]);
    expect(world.state.incoming).toEqual([]);
  });

  test('a call that rings here is answered by calling', () => {
    const world = new World().online().offered();
    expect(world.command({ name: 'openChat', peer: BOB, wait: 0 })).toBe('ok');
    expect(world.effects('make-accept')).toHaveLength(1);
  });
});

describe('an id that two accounts use', () => {
  const theirs = reusedBy(CAROL, HID);
  const early = (world: World, hid: typeof HID, text: string) =>
    world.run({ type: 'early-opened', hid, seq: 0, body: { kind: 'text', text } });

  test('is two calls that ring, each with its own words and its own end', () => {
    const world = new World().online().offered({ prekeyStart: true });
    world.deliver(frame(2, HID), CAROL.accountId);
    expect(world.effects('check-offer')).toMatchObject([{ from: CAROL.accountId }]);
    world.offered({ hid: theirs, peer: CAROL, prekeyStart: true });
    world.deliver(frame(0x10, HID), CAROL.accountId);
    expect(world.effects('open-early')).toMatchObject([{ hid: theirs, from: CAROL.accountId }]);
    early(early(world, HID, 'of bob'), theirs, 'of carol');
    const ringing = (peer: typeof BOB) =>
      world.state.incoming.filter((call) => call.peer === peer).map((call) => call.early);
    expect([ringing(BOB), ringing(CAROL)]).toMatchObject([
      [[{ body: { text: 'of bob' } }]],
      [[{ body: { text: 'of carol' } }]],
    ]);
    world.deliver(frame(5, HID), CAROL.accountId);
    expect(world.effects('check-end')).toMatchObject([{ hid: theirs }]);
    world.run({ type: 'end-checked', hid: theirs, reason: 'cancelled' });
    expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: theirs }]);
    expect(world.state.incoming).toMatchObject([{ hid: HID, peer: BOB }]);
    expect(world.command({ name: 'acceptIncoming', id: HID })).toBe('ok');
    expect(shown(world)).toMatchObject([{ body: { text: 'of bob' } }]);
  });

  test('is another call than the own one, which goes on', () => {
    const world = new World().ringing().offered({ hid: theirs, peer: CAROL, glare: 'peer' });
    expect(world.effects('end-handshake')).toMatchObject([{ hid: theirs, reason: 'busy' }]);
    expect(world.effects('wipe-handshake')).toEqual([]);
    world.run({ type: 'end-checked', hid: theirs, reason: 'declined' });
    expect(stateOf(world)).toBe('ringing-out');
    world.deliver(frame(3, HID));
    expect(world.effects('check-accept')).toMatchObject([{ hid: HID }]);
  });

  test('is another session than the open one', () => {
    const world = new World().secure().deliver(frame(0x11, SID), CAROL.accountId);
    expect(world.last).toEqual([]);
    world.run({ type: 'refused', sid: reusedBy(CAROL, SID), why: 'fatal' });
    expect(stateOf(world)).toBe('secure');
    expect(viewOf(world).refusedFrames).toBe(0);
  });

  test('of a call under another key rings anew when it comes with the right one', () => {
    const pin = { key: KEY, trust: 'compared' } as const;
    const world = new World().online().offered({ key: OTHER_KEY, pin, changed: true });
    world.offered({ pin });
    expect(world.state.incoming).toMatchObject([{ hid: HID, changed: false }]);
    expect(world.effects('wipe-handshake')).toEqual([]);
    expect(world.effects('timer').at(-1)).toMatchObject({ name: `incoming ${HID}`, ms: 60_000 });
  });
});

/** The messages that the last event showed. */
const shown = (world: World) => world.effects('show').flatMap(({ messages }) => messages);
const viewOf = (world: World) => {
  const { conversation } = world.state;
  if (conversation === null) throw new Error('no conversation');
  return conversationView(conversation);
};

describe('texts before the call is accepted', () => {
  const write = (world: World, text: string) => world.command({ name: 'sendText', text });

  test('a prekey is asked for, and with it the call carries texts', () => {
    const world = new World().online();
    expect(world.effects('publish-prekeys')).toEqual([{ type: 'publish-prekeys', left: 0 }]);
    world.ringingEarly();
    expect(world.all).toContainEqual(expect.objectContaining({ type: 'get-prekey' }));
    expect(world.all).toContainEqual(expect.objectContaining({ type: 'make-offer', prekey: PREKEY }));
    expect(viewOf(world)).toMatchObject({ state: 'ringing-out', writable: 'early' });
    expect(write(world, 'one')).toBe('ok');
    expect(world.effects('send-early')).toMatchObject([{ hid: HID, seq: 0, text: 'one' }]);
    expect(shown(world)).toMatchObject([{ status: 'early', body: { text: 'one' } }]);
    write(world, 'two');
    expect(world.effects('send-early')).toMatchObject([{ seq: 1 }]);

    // ACCEPT comes: what is written now waits, since the first flight has ended.
    world.acceptedEarly();
    expect(viewOf(world)).toMatchObject({ state: 'establishing', writable: 'early' });
    expect(write(world, 'three')).toBe('ok');
    expect(world.effects('send-early')).toEqual([]);
    expect(shown(world)).toMatchObject([{ status: 'waiting', body: { text: 'three' } }]);
    // READY has both early ones: they were received, and numbers go on from there.
    world.hear({ type: 'ready' }, 2);
    expect(world.effects('encrypt')).toMatchObject([{ seq: 2, content: { text: 'three' } }]);
    const last = new Map(shown(world).map(({ body, status, id }) => [id, [body, status]]));
    expect([...last.values()]).toMatchObject([
      [{ text: 'one' }, 'delivered'],
      [{ text: 'two' }, 'delivered'],
      [{ text: 'three' }, 'sending'],
    ]);
    expect(viewOf(world).writable).toBe('yes');
  });

  test('texts that were dropped on the way are repeated in a session that follows at once', () => {
    const world = new World().ringingEarly();
    for (const text of ['one', 'two']) write(world, text);
    world.acceptedEarly().hear({ type: 'ready' }, 1);
    const last = new Map(shown(world).map(({ body, status, id }) => [id, [body, status]]));
    expect([...last.values()]).toMatchObject([
      [{ text: 'one' }, 'delivered'],
      [{ text: 'two' }, 'waiting'],
    ]);
    expect(world.effects('make-offer')).toMatchObject([{ prekey: null }]);
    // What is written now would never be acknowledged in this session.
    write(world, 'three');
    expect(world.said()).toEqual([]);
    const [conversation, hid] = [world.id, HID2];
    world
      .run({ type: 'offer-made', conversation, hid, early: false, frame: frame(1, hid) })
      .deliver(frame(3, hid))
      .run({ type: 'accept-checked', conversation, hid, sid: SID2, frame: frame(4, hid) })
      .hearNext({ type: 'ready' }, 0);
    expect(world.effects('encrypt').filter(({ sid }) => sid === SID2)).toMatchObject([
      { content: { text: 'two' } },
      { content: { text: 'three' } },
    ]);
    const failed = new World().ringingEarly();
    write(failed, 'one');
    failed.acceptedEarly().hear({ type: 'ready' }, 0).run({ type: 'timer', name: 'renewal' });
    expect(stateOf(failed)).toBe('failed');
    expect(shown(failed)).toMatchObject([{ status: 'failed', body: { text: 'one' } }]);
  });

  test('sixteen are enough, and files wait', () => {
    const world = new World().ringingEarly();
    for (let i = 0; i < 16; i += 1) expect(write(world, `${i}`)).toBe('ok');
    expect(write(world, 'one more')).toEqual({ code: 'too-many-early' });
    expect(world.command({ name: 'sendFile', ref: 1, fileName: 'f', size: 1 })).toEqual({
      code: 'not-secure-yet',
    });
  });

  test.each([
    ['none left', (world: World) => world.run({ type: 'prekey-got', conversation: world.id, prekey: null })],
    ['no answer', (world: World) => world.run({ type: 'timer', name: 'prekey' })],
  ])('%s: the call is an OFFER, and what is written waits until it is secure', (_, happen) => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    world.run({ type: 'looked-up', conversation: world.id, found: { key: KEY, pin: null } });
    world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true });
    happen(world);
    expect(world.effects('make-offer')).toMatchObject([{ prekey: null }]);
    // An answer that comes too late changes nothing.
    world.run({ type: 'prekey-got', conversation: world.id, prekey: PREKEY });
    expect(world.last).toEqual([]);
    world.run({ type: 'offer-made', conversation: world.id, hid: HID, early: false, frame: frame(1, HID) });
    expect(write(world, 'x')).toBe('ok');
    expect(shown(world)).toMatchObject([{ status: 'waiting' }]);
    expect(world.effects('send-early')).toEqual([]);
    world.deliver(frame(3, HID));
    const [conversation, hid] = [world.id, HID];
    world.run({ type: 'accept-checked', conversation, hid, sid: SID, frame: frame(4, HID) });
    expect(world.said()).toEqual([]);
    world.hear({ type: 'ready' }, 0);
    expect(world.effects('encrypt')).toMatchObject([{ seq: 0, content: { text: 'x' } }]);
  });

  test('before it rings, nothing can be written; the one who is called waits for the session', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    expect(write(world, 'x')).toEqual({ code: 'not-secure-yet' });
    const called = new World().online().offered();
    called.command({ name: 'acceptIncoming', id: HID });
    expect(viewOf(called).writable).toBe('no');
    expect(write(called, 'x')).toEqual({ code: 'not-secure-yet' });
  });

  test('a peer that does not know the prekey gets an OFFER, and the texts once it is secure', () => {
    const world = new World().ringingEarly();
    write(world, 'one');
    world.deliver(frame(5, HID));
    world.run({ type: 'end-checked', hid: HID, reason: 'prekey-unknown' });
    expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID }]);
    expect(world.effects('make-offer')).toMatchObject([{ prekey: null }]);
    expect(shown(world)).toMatchObject([{ status: 'waiting' }]);
    world.run({ type: 'offer-made', conversation: world.id, hid: HID2, early: false, frame: frame(1, HID2) });
    expect(write(world, 'two')).toBe('ok');
    world.deliver(frame(3, HID2));
    const [conversation, hid] = [world.id, HID2];
    world.run({ type: 'accept-checked', conversation, hid, sid: SID, frame: frame(4, HID2) });
    expect(world.said()).toEqual([]);
    world.hear({ type: 'ready' }, 0);
    expect(world.effects('encrypt')).toMatchObject([
      { seq: 0, content: { text: 'one' } },
      { seq: 1, content: { text: 'two' } },
    ]);
  });

  test('a prekey under another key than the pinned one blocks; a bad one is passed over', () => {
    const offering = (pin: { key: string; trust: 'compared' } | null) => {
      const world = new World().online();
      world.command({ name: 'openChat', peer: BOB, wait: 0 });
      world.run({ type: 'looked-up', conversation: world.id, found: { key: KEY, pin } });
      world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true });
      return world.run({ type: 'prekey-got', conversation: world.id, prekey: PREKEY });
    };
    const pin = { key: KEY, trust: 'compared' } as const;
    const changed = offering(pin);
    changed.run({ type: 'prekey-refused', conversation: changed.id, key: OTHER_KEY });
    expect(viewOf(changed)).toMatchObject({ state: 'blocked-key-changed', trust: 'changed' });
    expect(changed.all.some(({ type }) => type === 'send')).toBe(false);
    // Never seen before, and the relay contradicts itself.
    const unknown = offering(null);
    unknown.run({ type: 'prekey-refused', conversation: unknown.id, key: OTHER_KEY });
    expect(stateOf(unknown)).toBe('failed');
    const bad = offering(pin);
    bad.run({ type: 'prekey-refused', conversation: bad.id, key: null });
    expect(bad.effects('make-offer')).toMatchObject([{ prekey: null }]);
  });

  test('nobody answers: what was written failed', () => {
    const world = new World().ringingEarly();
    write(world, 'one');
    world.run({ type: 'timer', name: 'ring' });
    expect(stateOf(world)).toBe('no-answer');
    expect(shown(world)).toMatchObject([{ status: 'failed', body: { text: 'one' } }]);
  });

  test('who loses a glare keeps the texts for the session that comes of it', () => {
    const world = new World().ringingEarly();
    write(world, 'mine');
    const hid = hidOf(31);
    world.offered({ hid, glare: 'peer', prekeyStart: true });
    expect(shown(world)).toMatchObject([{ status: 'waiting', body: { text: 'mine' } }]);
    const conversation = world.id;
    world.run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) }).deliver(frame(4, hid));
    const early = { sent: 0, received: 0 };
    const ready = frame(0x11, SID);
    world.run({ type: 'confirm-checked', conversation, hid, sid: SID, early, frame: ready });
    expect(world.effects('encrypt')).toMatchObject([{ seq: 1, content: { text: 'mine' } }]);
  });

  describe('at the other side', () => {
    const text = (world: World, seq: number, words: string) =>
      world
        .deliver(frame(0x10, HID))
        .run({ type: 'early-opened', hid: HID, seq, body: { kind: 'text', text: words } });
    const file = (world: World, seq: number, fid: string, size = 3_000_000) => {
      const facts = { fid, name: `${seq}.bin`, mediaType: '', size, chunks: 190 };
      return world
        .deliver(frame(0x10, HID))
        .run({ type: 'early-opened', hid: HID, seq, body: { kind: 'file', facts } });
    };
    const confirm = (world: World, sent: number, received: number) => {
      const [conversation, hid, early] = [world.id, HID, { sent, received }];
      return world
        .run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) })
        .deliver(frame(4, hid))
        .run({ type: 'confirm-checked', conversation, hid, sid: SID, early, frame: frame(0x11, SID) });
    };

    test('they ring as a message request, and are unconfirmed until CONFIRM', () => {
      const world = new World().online().offered({ prekeyStart: true });
      const before = world.state;
      text(world, 0, 'hello');
      expect(world.all).toContainEqual(expect.objectContaining({ type: 'open-early', hid: HID }));
      expect(world.all.some(({ type }) => type === 'show')).toBe(false);
      expect(viewChanges(before, world.state)).toMatchObject([
        { type: 'incoming', incoming: [{ request: [{ seq: 0, body: { kind: 'text', text: 'hello' } }] }] },
      ]);
      world.command({ name: 'acceptIncoming', id: HID });
      expect(shown(world)).toMatchObject([{ unconfirmed: true, body: { text: 'hello' } }]);
      text(world, 1, 'are you there?');
      expect(shown(world)).toMatchObject([{ unconfirmed: true, body: { text: 'are you there?' } }]);
      confirm(world, 2, 2);
      expect(shown(world)).toMatchObject([
        { unconfirmed: false, body: { text: 'hello' } },
        { unconfirmed: false, body: { text: 'are you there?' } },
      ]);
      expect(viewOf(world)).toMatchObject({ state: 'secure', earlyDropped: 0 });
      // They are read like any other.
      world.command({ name: 'markRead', seq: 1 });
      world.run({ type: 'timer', name: 'read' });
      expect(world.said()).toEqual([{ type: 'read', upTo: 1 }]);
    });

    test('a file rings by its name, and is fetched when the session stands', () => {
      const world = new World().online().offered({ prekeyStart: true });
      const before = world.state;
      file(world, 0, FID);
      const body = { kind: 'file', name: '0.bin', mediaType: '', size: 3_000_000 };
      expect(viewChanges(before, world.state)).toContainEqual(
        expect.objectContaining({
          type: 'incoming',
          incoming: [expect.objectContaining({ request: [{ seq: 0, body }] })],
        }),
      );
      world.command({ name: 'acceptIncoming', id: HID });
      expect(shown(world)).toMatchObject([
        { unconfirmed: true, body: { transfer: { name: '0.bin', state: 'announced' } } },
      ]);
      expect(world.effects('describe-early-file')).toEqual([]);
      confirm(world, 1, 1);
      expect(world.effects('describe-early-file')).toEqual([
        { type: 'describe-early-file', sid: SID, seq: 0 },
      ]);
      const facts = { fid: FID, name: '0.bin', mediaType: '', size: 3_000_000, chunks: 190 };
      world.run({ type: 'file-described', sid: SID, seq: 0, facts });
      expect(shown(world)).toMatchObject([
        { id: 'p1.0', unconfirmed: false, body: { transfer: { state: 'transferring' } } },
      ]);
      expect(world.said()).toMatchObject([{ op: 'accept' }, { op: 'want', index: 0, count: 190 }]);
    });

    test('of two files the second is refused, for both to see', () => {
      const world = new World().online().offered({ prekeyStart: true });
      const [one, two] = [text32(51), text32(52)];
      file(file(world, 0, one), 1, two).command({ name: 'acceptIncoming', id: HID });
      confirm(world, 2, 2);
      for (const [seq, fid] of [one, two].entries()) {
        const facts = { fid, name: `${seq}.bin`, mediaType: '', size: 3_000_000, chunks: 190 };
        world.run({ type: 'file-described', sid: SID, seq, facts });
      }
      expect(world.said()).toMatchObject([{ fid: two, op: 'reject' }]);
      expect(shown(world)).toMatchObject([{ id: 'p1.1', body: { transfer: { state: 'rejected' } } }]);
    });

    test('a file of a call that comes to nothing never comes', () => {
      const world = new World().online().offered({ prekeyStart: true });
      file(world, 0, FID).command({ name: 'acceptIncoming', id: HID });
      world.run({ type: 'handshake-failed', conversation: world.id, hid: HID, wait: 0 });
      expect(stateOf(world)).toBe('failed');
      expect(shown(world)).toMatchObject([
        { unconfirmed: true, body: { transfer: { state: 'connection-lost' } } },
      ]);
    });

    test('what was dropped on the way is counted', () => {
      const world = new World().online().offered({ prekeyStart: true });
      text(world, 0, 'hello');
      world.command({ name: 'acceptIncoming', id: HID });
      expect(viewOf(confirm(world, 3, 1)).earlyDropped).toBe(2);
    });

    test('frames of a call that does not ring here concern nobody', () => {
      const world = new World().online().offered({ prekeyStart: true });
      world.deliver(frame(0x10, text16(99)));
      expect(world.last).toEqual([]);
      world.deliver(frame(0x10, HID), CAROL.accountId);
      expect(world.last).toEqual([]);
      world.command({ name: 'declineIncoming', id: HID });
      world.deliver(frame(0x10, HID));
      expect(world.last).toEqual([]);
    });
  });

  test('the relay says when it runs out', () => {
    const world = new World().online().run({ type: 'prekeys-low', left: 4 });
    expect(world.last).toEqual([{ type: 'publish-prekeys', left: 4 }]);
  });
});

describe('renewal', () => {
  const timerOf = (world: World, name: string) =>
    world.all.findLast((effect) => effect.type === 'timer' && effect.name === name);

  test('the initiator begins it before the day is over, and the chat goes on in the old session', () => {
    const world = new World().secure();
    expect(timerOf(world, 'renew')).toMatchObject({ ms: RENEW_MS });
    expect(timerOf(world, 'expire')).toMatchObject({ ms: SESSION_MS });
    world.renewing();
    expect(viewOf(world)).toMatchObject({ state: 'secure', session: { number: 1, renewing: true } });
    expect(world.effects('send')).toMatchObject([{ about: 'offer' }]);
    world.command({ name: 'sendText', text: 'meanwhile' });
    expect(world.effects('encrypt')).toMatchObject([{ sid: SID }]);
  });

  test('the responder waits for it', () => {
    const world = new World().secureAsResponder();
    expect(timerOf(world, 'renew')).toMatchObject({ ms: null });
    expect(timerOf(world, 'expire')).toMatchObject({ ms: SESSION_MS });
  });

  test('it is a handshake without a prekey, and a machine that slept begins it with the next event', () => {
    const world = new World().secure();
    world.now += RENEW_MS;
    world.command({ name: 'setTyping', typing: true });
    expect(world.effects('make-offer')).toMatchObject([{ prekey: null }]);
    world.command({ name: 'setTyping', typing: false });
    expect(world.effects('make-offer')).toEqual([]);
  });

  test('from CONFIRM to READY texts wait, and then they are said in the new session', () => {
    const world = new World().handingOver();
    expect(world.effects('send')).toMatchObject([{ about: 'confirm' }]);
    expect(world.command({ name: 'sendText', text: 'held' })).toBe('ok');
    expect(shown(world)).toMatchObject([{ status: 'waiting' }]);
    expect(world.said()).toEqual([]);
    // What the peer said in the old session before it went over is acknowledged there.
    world.hear({ type: 'text', text: 'late' }, 0);
    expect(shown(world)).toMatchObject([{ body: { text: 'late' } }]);
    world.hearNext({ type: 'ready' }, 0);
    expect(world.effects('encrypt')).toMatchObject([
      { sid: SID, content: { type: 'receipt' } },
      { sid: SID2, seq: 0, content: { text: 'held' } },
    ]);
    expect(world.effects('wipe-session')).toEqual([{ type: 'wipe-session', sid: SID }]);
    expect(shown(world)).toContainEqual(expect.objectContaining({ body: { kind: 'note', note: 'renewed' } }));
    expect(viewOf(world).session).toMatchObject({ number: 2, since: world.now, renewing: false });
    expect(timerOf(world, 'renew')).toMatchObject({ ms: RENEW_MS });
  });

  test('numbers on the screen go on', () => {
    const world = new World().handingOver().hear({ type: 'text', text: 'before' }, 0);
    const [before] = shown(world);
    world.hearNext({ type: 'ready' }, 0).hearNext({ type: 'text', text: 'after' }, 0);
    const [after] = shown(world);
    expect(after?.id).not.toBe(before?.id);
    expect(after?.seq).toBeGreaterThan(before?.seq ?? 99);
    world.command({ name: 'markRead', seq: after?.seq ?? -1 });
    world.run({ type: 'timer', name: 'read' });
    expect(world.said()).toEqual([{ type: 'read', upTo: 1 }]);
  });

  test('what the peer never had of the old session failed', () => {
    const world = new World().renewing();
    world.command({ name: 'sendText', text: 'lost' });
    const { id } = world;
    world
      .deliver(frame(3, HID2))
      .run({ type: 'accept-checked', conversation: id, hid: HID2, sid: SID2, frame: frame(4, HID2) })
      .hearNext({ type: 'ready' }, 0);
    expect(shown(world)).toContainEqual(
      expect.objectContaining({ status: 'failed', body: { kind: 'text', text: 'lost' } }),
    );
  });

  const asked = (glare: 'own' | 'peer' = 'own', world = new World().secureAsResponder()) =>
    world.offered({ hid: HID2, pin: { key: KEY, trust: 'first-use' }, glare });
  const renewed = (world = asked()) => {
    const [conversation, hid, early] = [world.id, HID2, { sent: 0, received: 0 }];
    return world
      .run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) })
      .deliver(frame(4, hid))
      .run({ type: 'confirm-checked', conversation, hid, sid: SID2, early, frame: frame(0x11, SID2) });
  };

  test('the other side accepts without a prompt, answers with READY, and hears both for a moment', () => {
    const world = asked();
    expect(world.state.incoming).toEqual([]);
    expect(world.effects('make-accept')).toMatchObject([{ hid: HID2 }]);
    world.command({ name: 'sendText', text: 'old' });
    expect(world.effects('encrypt')).toMatchObject([{ sid: SID, seq: 1 }]);
    world.hear({ type: 'text', text: 'question' }, 1);
    renewed(world);
    // The last word in the old session comes before the first one in the new.
    const order = world.last.flatMap((effect) =>
      effect.type === 'encrypt' ? [effect.content.type] : effect.type === 'send' ? ['READY'] : [],
    );
    expect(order).toEqual(['receipt', 'READY']);
    expect(world.effects('wipe-session')).toEqual([]);
    world.command({ name: 'sendText', text: 'new' });
    expect(world.effects('encrypt')).toMatchObject([{ sid: SID2, seq: 1 }]);
    world.hear({ type: 'receipt' }, 2);
    expect(shown(world)).toMatchObject([{ status: 'delivered', body: { text: 'old' } }]);
    world.hearNext({ type: 'receipt' }, 2);
    expect(world.effects('wipe-session')).toEqual([{ type: 'wipe-session', sid: SID }]);
    expect(shown(world)).toMatchObject([{ status: 'delivered', body: { text: 'new' } }]);
  });

  test('the old session is not heard for ever', () => {
    const world = renewed().run({ type: 'timer', name: 'retire' });
    expect(world.effects('wipe-session')).toEqual([{ type: 'wipe-session', sid: SID }]);
    world.deliver(frame(0x11, SID));
    expect(world.effects('decrypt')).toEqual([]);
  });

  test('under another key, from another run, or with a prekey it is no renewal', () => {
    const pin = { key: KEY, trust: 'first-use' } as const;
    const changed = new World().secure().offered({ hid: HID2, key: OTHER_KEY, pin, changed: true });
    expect(changed.state.incoming).toMatchObject([{ changed: true }]);
    expect(stateOf(changed)).toBe('secure');
    const run = new World().secure().offered({ hid: HID2, presence: text16(9) });
    const prekey = new World().secure().offered({ hid: HID2, prekeyStart: true });
    for (const world of [run, prekey]) {
      expect(stateOf(world)).toBe('peer-disconnected');
      expect(world.state.incoming).toHaveLength(1);
      expect(world.effects('make-accept')).toEqual([]);
    }
  });

  test('an offer that comes before READY lost to ours, and is no renewal', () => {
    const world = new World().confirmed().offered({ hid: HID2, pin: { key: KEY, trust: 'first-use' } });
    expect(world.last).toEqual([{ type: 'wipe-handshake', hid: HID2 }]);
    expect(world.hear({ type: 'ready' }, 0).phase).toBe('open');
  });

  test('both at once: the same rule as for calls', () => {
    const offer = { hid: hidOf(33), pin: { key: KEY, trust: 'first-use' } } as const;
    const won = new World().renewing().offered({ ...offer, glare: 'own' });
    expect(won.last).toEqual([{ type: 'wipe-handshake', hid: offer.hid }]);
    const lost = new World().renewing().offered({ ...offer, glare: 'peer' });
    expect(lost.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID2 }]);
    expect(lost.effects('make-accept')).toMatchObject([{ hid: offer.hid }]);
  });

  test('one that fails is tried again later, and the chat goes on', () => {
    const failures: ((world: World) => World)[] = [
      (world) => world.run({ type: 'timer', name: 'renewal' }),
      (world) => world.run({ type: 'end-checked', hid: HID2, reason: 'busy' }),
      (world) => world.run({ type: 'handshake-failed', conversation: world.id, hid: HID2, wait: 0 }),
      (world) => {
        const [conversation, about, status] = [world.id, 'offer', 'refused'] as const;
        return world.run({ type: 'undelivered', conversation, about, status });
      },
    ];
    for (const fail of failures) {
      const world = fail(new World().renewing());
      expect(viewOf(world)).toMatchObject({ state: 'secure', session: { number: 1, renewing: false } });
      expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID2 }]);
      world.now += RENEW_AGAIN_MS;
      world.run({ type: 'timer', name: 'renew' });
      expect(world.effects('make-offer')).toHaveLength(1);
    }
  });

  test('without READY nobody knows in which session the peer is', () => {
    const world = new World().handingOver().run({ type: 'timer', name: 'renewal' });
    expect(stateOf(world)).toBe('failed');
    expect(world.effects('wipe-session')).toHaveLength(2);
  });

  test('a file on its way goes on in the new session', () => {
    const facts = { fid: FID, name: 'a', mediaType: '', size: 9_000_000, chunks: 553 };
    const world = new World().secure().hear({ type: 'file', descriptor: DESCRIPTOR }, 0);
    world.run({ type: 'file-described', sid: SID, seq: 1, facts });
    const [conversation, hid, early] = [world.id, HID2, { sent: 0, received: 0 }];
    world
      .offered({ hid, pin: { key: KEY, trust: 'first-use' } })
      .run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) })
      .deliver(frame(4, hid))
      .run({ type: 'confirm-checked', conversation, hid, sid: SID2, early, frame: frame(0x11, SID2) });
    for (let come = 64; come <= 576; come += 64) {
      world.run({ type: 'file-verified', fid: FID, done: come * 16_384, chunks: 64 });
    }
    world.run({ type: 'file-whole', fid: FID, blob: new Blob(['x']) });
    expect(world.effects('encrypt')).toMatchObject([{ sid: SID2, content: { op: 'done' } }]);
    expect(shown(world)).toMatchObject([{ body: { transfer: { state: 'done' } } }]);
  });

  test('an offer of a file that was lost with the old session failed, and the next one can go', () => {
    const facts = { fid: FID, name: 'a', mediaType: '', size: 1, chunks: 1 };
    const world = new World().renewing();
    world.command({ name: 'sendFile', ref: 7, fileName: 'a', size: 1 });
    world.run({ type: 'file-prepared', ref: 7, facts, descriptor: DESCRIPTOR });
    const { id } = world;
    world
      .deliver(frame(3, HID2))
      .run({ type: 'accept-checked', conversation: id, hid: HID2, sid: SID2, frame: frame(4, HID2) })
      .hearNext({ type: 'ready' }, 0);
    expect(shown(world)).toContainEqual(
      expect.objectContaining({
        status: 'failed',
        body: { kind: 'file', transfer: expect.objectContaining({ fid: FID, state: 'connection-lost' }) },
      }),
    );
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: FID }]);
    expect(world.command({ name: 'sendFile', ref: 8, fileName: 'b', size: 1 })).toBe('pending');
  });

  describe('what is read only afterwards', () => {
    const statusOf = (world: World, text: string) =>
      shown(world).find(({ body }) => body.kind === 'text' && body.text === text)?.status;

    const willTell = (world: World) =>
      world.effects('timer').some(({ name, ms }) => name === 'read' && ms !== null);

    test('is told with the first number of the new session that claims nothing else', () => {
      const world = new World().handingOver().hear({ type: 'text', text: 'one' }, 0);
      world.hear({ type: 'text', text: 'two' }, 0);
      const [two] = shown(world);
      world.hearNext({ type: 'ready' }, 0);
      // Not before the last of them was read.
      world.command({ name: 'markRead', seq: (two?.seq ?? 0) - 1 });
      expect(willTell(world)).toBe(false);
      world.command({ name: 'markRead', seq: two?.seq ?? -1 });
      world.run({ type: 'timer', name: 'read' });
      expect(world.effects('encrypt')).toMatchObject([{ sid: SID2, content: { type: 'read', upTo: 0 } }]);
      world.command({ name: 'markRead', seq: two?.seq ?? -1 });
      expect(willTell(world)).toBe(false);
    });

    test('waits where every number of the new session would claim a text that was not read', () => {
      const world = asked().hear({ type: 'text', text: 'old' }, 1);
      const [old] = shown(world);
      renewed(world);
      world.command({ name: 'markRead', seq: old?.seq ?? -1 });
      expect(willTell(world)).toBe(false);
      world.hearNext({ type: 'text', text: 'new' }, 1);
      const [fresh] = shown(world).filter(({ body }) => body.kind === 'text');
      expect(willTell(world)).toBe(false);
      world.command({ name: 'markRead', seq: fresh?.seq ?? -1 });
      world.run({ type: 'timer', name: 'read' });
      expect(world.said()).toEqual([{ type: 'read', upTo: 0 }]);
    });

    test('is told as soon as the peer has said something to name', () => {
      const world = asked().hear({ type: 'text', text: 'old' }, 1);
      const [old] = shown(world);
      renewed(world);
      world.command({ name: 'markRead', seq: old?.seq ?? -1 });
      world.hearNext({ type: 'receipt' }, 1);
      world.run({ type: 'timer', name: 'read' });
      expect(world.said()).toEqual([{ type: 'read', upTo: 0 }]);
    });

    test('survives one more renewal, and what comes late in the old session is part of it', () => {
      const world = asked().hear({ type: 'text', text: 'old' }, 1);
      renewed(world);
      world.hear({ type: 'text', text: 'late' }, 1);
      const [late] = shown(world);
      world.hearNext({ type: 'text', text: 'new' }, 1);
      const [fresh] = shown(world).filter(({ body }) => body.kind === 'text');
      expect(fresh?.seq).toBeGreaterThan(late?.seq ?? 99);
      const [conversation, hid, sid] = [world.id, hidOf(33), sidOf(43)];
      world
        .offered({ hid, pin: { key: KEY, trust: 'first-use' } })
        .run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) })
        .deliver(frame(4, hid));
      const early = { sent: 0, received: 0 };
      world.run({ type: 'confirm-checked', conversation, hid, sid, early, frame: frame(0x11, sid) });
      world.run({ type: 'decrypted', sid, seq: 0, ack: 1, content: { type: 'receipt' } });
      world.command({ name: 'markRead', seq: late?.seq ?? -1 });
      expect(willTell(world)).toBe(false);
      world.command({ name: 'markRead', seq: fresh?.seq ?? -1 });
      world.run({ type: 'timer', name: 'read' });
      expect(world.effects('encrypt')).toMatchObject([{ sid, content: { type: 'read', upTo: 0 } }]);
    });

    test('becomes read at its sender, the initiator', () => {
      const world = new World().secure();
      world.command({ name: 'sendText', text: 'old' });
      world.hear({ type: 'receipt' }, 2).run({ type: 'timer', name: 'renew' });
      const { id } = world;
      world
        .run({ type: 'offer-made', conversation: id, hid: HID2, early: false, frame: frame(1, HID2) })
        .deliver(frame(3, HID2))
        .run({ type: 'accept-checked', conversation: id, hid: HID2, sid: SID2, frame: frame(4, HID2) })
        .hearNext({ type: 'ready' }, 0)
        .run({ type: 'timer', name: 'receipt' })
        .hearNext({ type: 'read', upTo: 0 }, 1);
      expect(statusOf(world, 'old')).toBe('read');
    });

    test('becomes read at its sender, the responder; what never came does not', () => {
      const world = asked();
      world.command({ name: 'sendText', text: 'old' });
      world.command({ name: 'sendText', text: 'lost' });
      renewed(world);
      world.hear({ type: 'receipt' }, 2).hearNext({ type: 'receipt' }, 1);
      expect(statusOf(world, 'lost')).toBe('failed');
      world.hearNext({ type: 'read', upTo: 0 }, 1);
      expect(statusOf(world, 'old')).toBe('read');
      expect(statusOf(world, 'lost')).toBeUndefined();
    });
  });

  test.each([
    ['by its timer', (world: World) => world.run({ type: 'timer', name: 'expire' })],
    [
      'by the clock, with whatever happens next',
      (world: World) => world.run({ type: 'network', online: true }),
    ],
    ['by what went through it', (world: World) => world.run({ type: 'worn', sid: SID, state: 'over' })],
  ])('a session that was not renewed ends %s', (_, happen) => {
    const world = new World().secure();
    world.now += SESSION_MS;
    happen(world);
    expect(stateOf(world)).toBe('expired');
    expect(world.said()).toEqual([{ type: 'bye' }]);
    expect(world.effects('wipe-session')).toHaveLength(1);
    expect(world.command({ name: 'sendText', text: 'x' })).toEqual({ code: 'not-secure-yet' });
  });

  test('a session through which much went is renewed early', () => {
    const world = new World().secure().run({ type: 'worn', sid: SID, state: 'due' });
    expect(world.effects('make-offer')).toHaveLength(1);
  });
});

describe('a message that was damaged on its way', () => {
  const again = (world: World) => {
    world.run({ type: 'timer', name: 'resend' });
    return world.effects('resend').map(({ seq }) => seq);
  };

  test('is sent again as it was: only the first that the peer does not have, and not for ever', () => {
    const world = new World().secure();
    for (const text of ['a', 'b', 'c']) world.command({ name: 'sendText', text });
    const first = world.talk.next - 3;
    world.hear({ type: 'receipt' }, first + 1);
    expect(again(world)).toEqual([first + 1]);
    for (let i = 1; i < RESENDS; i += 1) expect(again(world)).toHaveLength(1);
    expect(again(world)).toEqual([]);
    // It came: everything behind it is acknowledged as well.
    world.hear({ type: 'receipt' }, first + 3);
    expect(shown(world)).toHaveLength(2);
    expect(again(world)).toEqual([]);
  });

  test('is not read before it has come, whatever is read behind it', () => {
    const world = new World().secure();
    for (const text of ['lost', 'read']) world.command({ name: 'sendText', text });
    const lost = world.talk.next - 2;
    world.hear({ type: 'read', upTo: lost + 1 }, lost);
    expect(shown(world)).toEqual([]);
    world.hear({ type: 'receipt' }, lost + 2);
    expect(new Map(shown(world).map(({ seq, status }) => [seq, status]))).toEqual(
      new Map([
        [lost, 'read'],
        [lost + 1, 'read'],
      ]),
    );
  });

  test('is sent again with the notices before it, which the peer may not have either', () => {
    const world = new World().secure();
    world.hear({ type: 'receipt' }, world.talk.next);
    world.command({ name: 'setTyping', typing: true });
    world.command({ name: 'sendText', text: 'a' });
    const text = world.talk.next - 1;
    expect(again(world)).toEqual([text - 1, text]);
  });

  test('READY too', () => {
    expect(again(new World().secureAsResponder())).toEqual([0]);
  });

  test('nothing that needs no acknowledgement is', () => {
    const world = new World().secure();
    world.command({ name: 'setTyping', typing: true });
    expect(again(world)).toEqual([]);
  });

  test('a frame that the peer repeats is acknowledged once more, as our word may not have reached it, and alarms nobody', () => {
    const world = new World().secure().run({ type: 'refused', sid: SID, why: 'repeated' });
    expect(viewOf(world).refusedFrames).toBe(0);
    world.run({ type: 'timer', name: 'receipt' });
    expect(world.said()).toEqual([{ type: 'receipt' }]);
  });
});

describe('trust', () => {
  test('looking at emoji does not undo a scanned code', () => {
    const world = new World().secure();
    const pinnedBy = (by: 'compared' | 'sas' | 'qr') => {
      world.command({ name: 'markVerified', by });
      const [pin] = world.effects('pin').map((effect) => effect.pin);
      if (pin === undefined) throw new Error('not pinned');
      world.run({ type: 'pinned', accountId: BOB.accountId, pin });
      return pin.trust;
    };
    expect([pinnedBy('compared'), pinnedBy('qr'), pinnedBy('sas')]).toEqual(['compared', 'qr', 'qr']);
  });

  test('a key that is pinned while a call under another one rings makes it a changed one', () => {
    const world = new World().online().offered({ key: OTHER_KEY });
    const pin = { key: KEY, trust: 'qr' } as const;
    world.run({ type: 'pinned', accountId: BOB.accountId, pin });
    expect(world.effects('wipe-handshake')).toEqual([{ type: 'wipe-handshake', hid: HID }]);
    world.command({ name: 'acceptIncoming', id: HID });
    expect(stateOf(world)).toBe('blocked-key-changed');
    expect(world.effects('make-accept')).toEqual([]);
  });
});

describe('talking', () => {
  test('sending, delivered, read: by the authenticated word of the peer', () => {
    const world = new World().secure();
    world.command({ name: 'sendText', text: 'hello' });
    const [encrypt] = world.effects('encrypt');
    const seq = encrypt?.seq ?? -1;
    expect(world.effects('show')).toMatchObject([{ messages: [{ id: `m1.${seq}`, status: 'sending' }] }]);
    world.hear({ type: 'receipt' }, seq + 1);
    expect(world.effects('show')).toMatchObject([{ messages: [{ id: `m1.${seq}`, status: 'delivered' }] }]);
    world.hear({ type: 'read', upTo: seq }, seq + 1);
    expect(world.effects('show')).toMatchObject([{ messages: [{ id: `m1.${seq}`, status: 'read' }] }]);
    expect(world.talk.live.size).toBe(0);
  });

  test('a text is acknowledged within a second, and receipts are never acknowledged', () => {
    const world = new World().secure().hear({ type: 'text', text: 'hi' }, 0);
    const [timer] = world.effects('timer').filter(({ name, ms }) => name === 'receipt' && ms !== null);
    expect(timer?.ms).toBeLessThanOrEqual(1000);
    world.run({ type: 'timer', name: 'receipt' });
    expect(world.said()).toEqual([{ type: 'receipt' }]);
    for (const content of [{ type: 'receipt' }, { type: 'typing', activity: 'typing' }] as const) {
      world.hear(content, 0);
      expect(world.talk.owed).toBe(0);
    }
  });

  test('the 32nd message is acknowledged at once', () => {
    const world = new World().secure();
    for (let i = 0; i < 31; i += 1) world.hear({ type: 'text', text: `${i}` }, 0);
    expect(world.said()).toEqual([]);
    world.hear({ type: 'text', text: '31' }, 0);
    expect(world.said()).toEqual([{ type: 'receipt' }]);
  });

  test('whatever is said carries the acknowledgement', () => {
    const world = new World().secure().hear({ type: 'text', text: 'hi' }, 0);
    world.command({ name: 'sendText', text: 'hello' });
    expect(world.effects('timer')).toContainEqual({ type: 'timer', name: 'receipt', ms: null });
    expect(world.talk.owed).toBe(0);
  });

  test('messages read together are reported together, and once', () => {
    const world = new World().secure();
    for (let i = 0; i < 3; i += 1) world.hear({ type: 'text', text: `${i}` }, 0);
    world.command({ name: 'markRead', seq: 1 });
    world.command({ name: 'markRead', seq: 3 });
    world.command({ name: 'markRead', seq: 2 });
    world.run({ type: 'timer', name: 'read' });
    expect(world.said()).toEqual([{ type: 'read', upTo: 3 }]);
    world.command({ name: 'markRead', seq: 3 });
    world.run({ type: 'timer', name: 'read' });
    expect(world.said()).toEqual([]);
  });

  test('nothing that the peer has not sent is reported as read', () => {
    const world = new World().secure().hear({ type: 'text', text: 'only' }, 0);
    world.command({ name: 'markRead', seq: 900 });
    world.run({ type: 'timer', name: 'read' });
    expect(world.said()).toEqual([{ type: 'read', upTo: 1 }]);
  });

  test.each([
    ['', 'text-empty'],
    [' \n', 'text-empty'],
    ['x'.repeat(4001), 'text-too-long'],
    ['👋'.repeat(4001), 'text-too-long'],
  ] as const)('%.5j is refused as %s', (text, code) => {
    expect(new World().secure().command({ name: 'sendText', text })).toEqual({ code });
  });

  test('4000 characters are characters, not UTF-16 units', () => {
    expect(new World().secure().command({ name: 'sendText', text: '👋'.repeat(4000) })).toBe('ok');
  });

  test('a question whether anybody is there is answered by a receipt, and not shown', () => {
    const world = new World().secure().hear({ type: 'other' }, 0);
    expect(world.effects('show')).toEqual([]);
    world.run({ type: 'timer', name: 'receipt' });
    expect(world.said()).toEqual([{ type: 'receipt' }]);
  });

  test('200 unacknowledged messages are the limit; typing does not count', () => {
    const world = new World().secure();
    world.command({ name: 'setTyping', typing: true });
    for (let i = 0; i < 200; i += 1) expect(world.command({ name: 'sendText', text: 'x' })).toBe('ok');
    expect(world.command({ name: 'sendText', text: 'x' })).toEqual({ code: 'too-many-unacknowledged' });
    world.hear({ type: 'receipt' }, 3);
    expect(world.command({ name: 'sendText', text: 'x' })).toBe('ok');
  });

  test('typing is told when it begins, again while it lasts, and when it ends', () => {
    const world = new World().secure();
    const told = (typing: boolean, after = 0) => {
      world.now += after;
      world.command({ name: 'setTyping', typing });
      return world.said().length;
    };
    expect([told(false), told(true), told(true, 3999), told(true, 1), told(false), told(false)]).toEqual([
      0, 1, 0, 1, 1, 0,
    ]);
  });

  test('what the peer does is forgotten when no more is heard of it', () => {
    const world = new World().secure().hear({ type: 'typing', activity: 'voice' }, 0);
    expect(world.talk.peerActivity).toBe('voice');
    world.run({ type: 'timer', name: 'peer-activity' });
    expect(world.talk.peerActivity).toBe('none');
  });

  test('a refused frame is counted and shows nothing; the session goes on', () => {
    const world = new World().secure().deliver(frame(0x11, SID));
    expect(world.effects('decrypt')).toHaveLength(1);
    world.run({ type: 'refused', sid: SID, why: 'wrong' });
    expect(world.state.conversation?.refusedFrames).toBe(1);
    expect(world.effects('show')).toEqual([]);
    world.deliver(frame(0x11, text16(99)));
    expect(world.state.conversation?.refusedFrames).toBe(2);
    expect(stateOf(world)).toBe('secure');
  });

  test.each([
    ['wrong', 1],
    ['fatal', 1],
    ['repeated', 0],
    ['untried', 0],
    ['spent', 0],
  ] as const)(
    'what is %s counts for the warning (%i) only if an attack or a defect explains it',
    (why, counted) => {
      const world = new World().secure().run({ type: 'refused', sid: SID, why });
      expect(viewOf(world).refusedFrames).toBe(counted);
    },
  );

  test.each<[string, () => World]>([
    ['conversation', () => new World().secure().hear({ type: 'bye' }, 0)],
    [
      'session of a conversation that goes on',
      () => new World().handingOver().hearNext({ type: 'ready' }, 0),
    ],
  ])('a late frame of a %s that is over is no alarm; one of no session that ever was is', (_, begin) => {
    const world = begin();
    if (world.phase === 'ended') {
      world.command({ name: 'openChat', peer: BOB, wait: 0 });
      world.answered(SID2).hearNext({ type: 'ready' }, 0);
    }
    world.deliver(frame(0x11, SID));
    expect([world.last, viewOf(world).refusedFrames]).toEqual([[], 0]);
    world.deliver(frame(0x11, sidOf(99)));
    expect(viewOf(world).refusedFrames).toBe(1);
  });

  test.each([
    ['refused beyond the limit', (world: World) => world.run({ type: 'refused', sid: SID, why: 'fatal' })],
    ['a session that is used up', (world: World) => world.run({ type: 'refused', sid: SID, why: 'spent' })],
    ['more acknowledged than was said', (world: World) => world.hear({ type: 'receipt' }, 99)],
    ['more read than was said', (world: World) => world.hear({ type: 'read', upTo: 99 }, 0)],
  ])('%s is fatal: BYE, wipe, close', (_, happen) => {
    const world = happen(new World().secure());
    expect(world.said()).toEqual([{ type: 'bye' }]);
    expect(world.effects('wipe-session')).toHaveLength(1);
    expect(stateOf(world)).toBe('failed');
  });
});

describe('the end of a conversation', () => {
  test('BYE: disconnected, history gone, nothing missing', () => {
    const world = new World().secure().hear({ type: 'bye' }, 0);
    expect(stateOf(world)).toBe('peer-disconnected');
    expect(world.effects('clear')).toHaveLength(1);
    expect(world.effects('wipe-session')).toHaveLength(1);
    expect(world.state.conversation?.endedAbruptly).toBe(false);
  });

  test.each([
    ['gone', { online: false, presence: RUN }],
    ['back as another run', { online: true, presence: text16(9) }],
  ])('the peer is %s without BYE: the last messages may be missing', (_, more) => {
    const world = new World().secure().run({ type: 'presence', accountId: BOB.accountId, ...more });
    expect(stateOf(world)).toBe('peer-disconnected');
    expect(world.state.conversation?.endedAbruptly).toBe(true);
    expect(world.effects('clear')).toHaveLength(1);
  });

  test('our own connection is lost: what was not delivered failed, and the words stay until the person leaves', () => {
    const world = new World().secure();
    world.command({ name: 'sendText', text: 'on its way' });
    world.run({ type: 'link-down', loss: { why: 'lost' }, jitter: 0.5 });
    expect(stateOf(world)).toBe('connection-lost');
    expect(world.effects('show')).toMatchObject([{ messages: [{ status: 'failed' }] }]);
    expect(world.effects('clear')).toEqual([]);
    world.command({ name: 'leaveChat' });
    expect(world.effects('clear')).toHaveLength(1);
    expect(stateOf(world)).toBeNull();
  });

  test('leaving says BYE before anything is wiped', () => {
    const world = new World().secure();
    world.command({ name: 'leaveChat' });
    expect(world.last.map(({ type }) => type).filter((type) => type !== 'timer')).toEqual([
      'encrypt',
      'wipe-session',
      'clear',
      'reply',
    ]);
    expect(world.said()).toEqual([{ type: 'bye' }]);
  });

  test('logging out leaves the chat and closes the connection, in this order', () => {
    const world = new World().secure().run({ type: 'account', account: { stage: 'signed-out' } });
    const kinds = world.last.map(({ type }) => type).filter((type) => type !== 'timer');
    expect(kinds).toEqual(['encrypt', 'wipe-session', 'clear', 'link']);
  });
});

describe('files', () => {
  const facts = { fid: FID, name: 'a.bin', mediaType: '', size: 20_000_000, chunks: 1240 };
  const sending = () => {
    const world = new World().secure();
    world.command({ name: 'sendFile', ref: 7, fileName: 'a.bin', size: facts.size });
    return world.run({ type: 'file-prepared', ref: 7, facts, descriptor: DESCRIPTOR });
  };
  const control = (op: 'accept' | 'reject' | 'want' | 'cancel' | 'done', index = 0, count = 0) =>
    ({ type: 'file-control', fid: FID, op, index, count }) as const;
  const receiving = () =>
    new World()
      .secure()
      .hear({ type: 'file', descriptor: DESCRIPTOR }, 0)
      .run({ type: 'file-described', sid: SID, seq: 1, facts });
  const transferOf = (world: World) =>
    world
      .effects('show')
      .flatMap(({ messages }) => messages)
      .flatMap(({ body }) => (body.kind === 'file' ? [body.transfer] : []))
      .at(-1);

  test('only what was wanted is sent, and never more than the window', () => {
    const world = sending();
    expect(transferOf(world)?.state).toBe('offered');
    world.hear(control('accept'), 0);
    expect(transferOf(world)?.state).toBe('transferring');
    world.hear(control('want', 0, 512), 0);
    expect(world.effects('send-chunks')).toMatchObject([{ index: 0, count: 512 }]);
    for (const [index, count] of [
      [512, 1],
      [0, 0],
    ] as const) {
      world.hear(control('want', index, count), 0);
      expect(world.effects('send-chunks')).toEqual([]);
    }
    world.run({ type: 'file-sent', fid: FID, done: 4_194_304, chunks: 256 });
    world.hear(control('want', 512, 256), 0);
    expect(world.effects('send-chunks')).toMatchObject([{ index: 512, count: 256 }]);
    world.run({ type: 'file-sent', fid: FID, done: 12_582_912, chunks: 512 });
    world.hear(control('want', 1_200, 41), 0);
    expect(world.effects('send-chunks')).toEqual([]);
    // What was sent before is sent again to somebody who wants it again.
    world.hear(control('want', 0, 64), 0);
    expect(world.effects('send-chunks')).toMatchObject([{ index: 0, count: 64 }]);
    world.hear(control('done'), 0);
    expect(transferOf(world)).toMatchObject({ state: 'done', done: facts.size });
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: FID }]);
  });

  test('the receiver keeps the window filled and asks for each chunk once', () => {
    const world = receiving();
    const wants = () =>
      world
        .said()
        .flatMap((content) =>
          content.type === 'file-control' && content.op === 'want' ? [[content.index, content.count]] : [],
        );
    expect(world.said()).toMatchObject([{ op: 'accept' }, { op: 'want', index: 0, count: 512 }]);
    const asked = [...wants()];
    for (let come = 0; come < facts.chunks; come += 64) {
      world.now += 200;
      const chunks = Math.min(64, facts.chunks - come);
      world.run({ type: 'file-verified', fid: FID, done: (come + chunks) * 16_384, chunks });
      asked.push(...wants());
    }
    expect(asked).toEqual([
      [0, 512],
      [512, 256],
      [768, 256],
      [1024, 216],
    ]);
    const blob = new Blob(['x']);
    world.run({ type: 'file-whole', fid: FID, blob });
    expect(world.said()).toMatchObject([{ op: 'done' }]);
    expect(transferOf(world)).toMatchObject({ state: 'done', blob, done: facts.size });
  });

  test('progress is shown at most ten times a second', () => {
    const world = receiving();
    let shown = 0;
    for (let i = 1; i < 20; i += 1) {
      world.now += 10;
      world.run({ type: 'file-verified', fid: FID, done: i, chunks: 1 });
      shown += world.effects('show').length;
    }
    expect(shown).toBe(1);
  });

  test.each([
    ['cancelled by the receiver', () => sending().hear(control('cancel'), 0), 'cancelled-by-peer'],
    ['rejected', () => sending().hear(control('reject'), 0), 'rejected'],
    ['cancelled by the sender', () => receiving().hear(control('cancel'), 0), 'cancelled-by-peer'],
    ['damaged', () => receiving().run({ type: 'file-failed', fid: FID, why: 'damaged' }), 'damaged'],
    [
      'changed on disk',
      () => sending().run({ type: 'file-failed', fid: FID, why: 'source-changed' }),
      'source-changed',
    ],
    [
      'cut off',
      () => sending().run({ type: 'link-down', loss: { why: 'lost' }, jitter: 0 }),
      'connection-lost',
    ],
  ] as const)('a file that is %s is over, its key is wiped and another may follow', (_, happen, state) => {
    const world = happen();
    expect(transferOf(world)?.state).toBe(state);
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: FID }]);
    expect(transferOf(world)?.blob).toBeUndefined();
  });

  test('cancelling tells the peer', () => {
    for (const world of [sending(), receiving()]) {
      expect(world.command({ name: 'cancelTransfer', fid: FID })).toBe('ok');
      expect(world.said()).toMatchObject([{ op: 'cancel' }]);
      expect(transferOf(world)?.state).toBe('cancelled-by-me');
      // Chunks that were on their way are dropped.
      world.deliver(frame(0x12, FID, 100));
      expect(world.last).toEqual([]);
    }
  });

  test('one at a time in each direction', () => {
    const world = sending();
    const second = { name: 'sendFile', ref: 8, fileName: 'b', size: 1 } as const;
    expect(world.command(second)).toEqual({ code: 'transfer-busy' });
    // Offered in the same moment: both are taken.
    const theirs = { ...facts, fid: text32(51) };
    world.hear({ type: 'file', descriptor: DESCRIPTOR }, 0);
    world.run({ type: 'file-described', sid: SID, seq: 1, facts: theirs });
    expect(world.said()).toMatchObject([
      { fid: theirs.fid, op: 'accept' },
      { fid: theirs.fid, op: 'want', index: 0, count: 512 },
    ]);
    world.hear(control('want', 0, 8), 0);
    expect(world.effects('send-chunks')).toMatchObject([{ fid: FID, index: 0, count: 8 }]);
    world.deliver(frame(0x12, theirs.fid, 100));
    expect(world.effects('open-chunks')).toMatchObject([{ fid: theirs.fid }]);
    // Their second one is not: an honest client waits for the first.
    const third = { ...facts, fid: text32(52) };
    world.hear({ type: 'file', descriptor: DESCRIPTOR }, 0);
    world.run({ type: 'file-described', sid: SID, seq: 3, facts: third });
    expect(world.said()).toMatchObject([{ fid: third.fid, op: 'reject' }]);
    expect(transferOf(world)?.state).toBe('rejected');
    // What becomes of one is nothing to the other.
    world.command({ name: 'cancelTransfer', fid: theirs.fid });
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: theirs.fid }]);
    expect(world.talk).toMatchObject({ sending: { fid: FID }, receiving: null });
    world.hear(control('done'), 0);
    expect(transferOf(world)).toMatchObject({ fid: FID, state: 'done' });
    expect(world.talk).toMatchObject({ sending: null, receiving: null });
  });

  test.each([
    [{ ref: 1, fileName: 'x', size: 50_000_001 }, 'file-too-large'],
    [{ ref: 1, fileName: ' ', size: 1 }, 'file-empty-name'],
  ] as const)('%j is refused before a byte leaves', (file, code) => {
    const world = new World().secure();
    expect(world.command({ name: 'sendFile', ...file })).toEqual({ code });
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: 1 }]);
    expect(world.said()).toEqual([]);
  });

  test('a file larger than the limit is not taken', () => {
    const world = new World().secure();
    world.run({ type: 'file-described', sid: SID, seq: 1, facts: { ...facts, size: 50_000_001 } });
    expect(world.said()).toMatchObject([{ op: 'reject' }]);
    expect(transferOf(world)?.state).toBe('rejected');
  });
});

describe('the connection', () => {
  const lose = (world: World, jitter: number) => {
    world.run({ type: 'link-down', loss: { why: 'lost' }, jitter });
    return world.effects('timer').find(({ name, ms }) => name === 'reconnect' && ms !== null)?.ms;
  };

  test('the delay doubles up to its limit, cut by chance', () => {
    const world = new World().online();
    const delays = [];
    for (let i = 0; i < 9; i += 1) {
      delays.push(lose(world, 1));
      world.run({ type: 'timer', name: 'reconnect' });
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(lose(world, 0)).toBe(15_000);
  });

  test('a connection that held starts from the first delay again', () => {
    const world = new World().online();
    for (let i = 0; i < 4; i += 1) {
      lose(world, 1);
      world.run({ type: 'timer', name: 'reconnect' });
    }
    world.run({ type: 'link-up' });
    world.now += 10_000;
    expect(lose(world, 1)).toBe(500);
  });

  test('the network comes back: no waiting', () => {
    const world = new World().online();
    lose(world, 1);
    world.run({ type: 'network', online: false });
    expect(world.state.connection).toMatchObject({ at: 'waiting', browserOffline: true });
    world.run({ type: 'network', online: true });
    expect(world.effects('link')).toEqual([{ type: 'link', open: true }]);
  });

  test.each([
    ['taken over elsewhere: it does not fight, the person may take it back', 'replaced'],
    ['refused: only the person tries again', 'refused'],
  ] as const)('%s', (_, why) => {
    const world = new World().online().run({ type: 'link-down', loss: { why }, jitter: 0 });
    expect(world.effects('timer')).toEqual([]);
    expect(world.state.connection.at).toBe(why);
    world.run({ type: 'network', online: true });
    expect(world.effects('link')).toEqual([]);
    world.command({ name: 'retryNow' });
    expect(world.state.connection.at).toBe('connecting');
  });
});
