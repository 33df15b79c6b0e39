import { describe, expect, test } from 'vitest';
import { conversationView, viewChanges } from './machine/views.ts';
import {
  BOB,
  CAROL,
  DESCRIPTOR,
  FID,
  frame,
  HID,
  KEY,
  OTHER_KEY,
  RUN,
  SID,
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
    expect(world.command({ name: 'sendText', text: 'early' })).toEqual({ code: 'not-secure-yet' });
    world.hear({ type: 'ready' }, 0);
    expect(stateOf(world)).toBe('secure');
  });

  test('a key that differs from the pin blocks before anything is sent, and not even presence is asked', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB });
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
    world.run({ type: 'handshake-failed', conversation: world.id, hid: HID });
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
    world.command({ name: 'openChat', peer: BOB });
    world.run({ type: 'looked-up', conversation: world.id, found: { key: KEY, pin: null } });
    world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: false });
    expect(stateOf(world)).toBe('peer-offline');
    world.run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true });
    expect(stateOf(world)).toBe('peer-offline');
    expect(world.command({ name: 'openChat', peer: BOB })).toBe('pending');
    expect(stateOf(world)).toBe('ringing-out');
  });

  test('a person without a key cannot be called, and the screen stays as it was', () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB });
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

  test('thirty handshakes with one person in an hour are enough', () => {
    const world = new World().online();
    const wait = () => {
      const answer = world.command({ name: 'openChat', peer: BOB });
      return typeof answer === 'string' ? 0 : answer.retryAfterMs;
    };
    for (let i = 0; i < 30; i += 1) {
      expect(wait()).toBe(0);
      world.answered();
      world.command({ name: 'leaveChat' });
      world.now += 1000;
    }
    expect(wait()).toBe(3_600_000 - 30_000);
    world.offered();
    expect(world.effects('end-handshake')).toMatchObject([{ reason: 'busy' }]);
    world.now += 3_600_000 - 30_000;
    expect(wait()).toBe(0);
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
    wrong.run({ type: 'handshake-failed', conversation: wrong.id, hid: HID });
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
    const world = new World().secure().offered({ hid: text16(77), peer: CAROL });
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
  const theirs = text16(31);

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
    expect(world.command({ name: 'openChat', peer: BOB })).toBe('ok');
    expect(world.effects('make-accept')).toHaveLength(1);
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
    world.run({ type: 'refused', sid: SID, fatal: false });
    expect(world.state.conversation?.refusedFrames).toBe(1);
    expect(world.effects('show')).toEqual([]);
    world.deliver(frame(0x11, text16(99)));
    expect(world.state.conversation?.refusedFrames).toBe(2);
    expect(stateOf(world)).toBe('secure');
  });

  test.each([
    ['refused beyond the limit', (world: World) => world.run({ type: 'refused', sid: SID, fatal: true })],
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
  const facts = { fid: FID, name: 'a.bin', mediaType: '', size: 20_000_000, segments: 20 };
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
    world.hear(control('want', 0, 8), 0);
    expect(world.effects('send-segments')).toMatchObject([{ index: 0, count: 8 }]);
    for (const [index, count] of [
      [8, 1],
      [0, 0],
    ] as const) {
      world.hear(control('want', index, count), 0);
      expect(world.effects('send-segments')).toEqual([]);
    }
    world.run({ type: 'file-sent', fid: FID, done: 4_000_000, segments: 4 });
    world.hear(control('want', 8, 4), 0);
    expect(world.effects('send-segments')).toMatchObject([{ index: 8, count: 4 }]);
    world.hear(control('want', 18, 4), 0);
    expect(world.effects('send-segments')).toEqual([]);
    world.hear(control('done'), 0);
    expect(transferOf(world)).toMatchObject({ state: 'done', done: facts.size });
    expect(world.effects('wipe-file')).toEqual([{ type: 'wipe-file', file: FID }]);
  });

  test('the receiver keeps the window filled and asks for each segment once', () => {
    const world = receiving();
    const wants = () =>
      world
        .said()
        .flatMap((content) =>
          content.type === 'file-control' && content.op === 'want' ? [[content.index, content.count]] : [],
        );
    expect(world.said()).toMatchObject([{ op: 'accept' }, { op: 'want', index: 0, count: 8 }]);
    const asked = [...wants()];
    for (let i = 1; i <= facts.segments; i += 1) {
      world.now += 200;
      world.run({ type: 'file-verified', fid: FID, done: i * 1_000_000 });
      asked.push(...wants());
    }
    expect(asked).toEqual([
      [0, 8],
      [8, 4],
      [12, 4],
      [16, 4],
    ]);
    const blob = new Blob(['x']);
    world.run({ type: 'file-whole', fid: FID, blob });
    expect(world.said()).toMatchObject([{ op: 'done' }]);
    expect(transferOf(world)).toMatchObject({ state: 'done', blob, done: facts.size });
  });

  test('progress is shown at most ten times a second', () => {
    const world = receiving();
    let shown = 0;
    for (let i = 1; i < facts.segments; i += 1) {
      world.now += 10;
      world.run({ type: 'file-verified', fid: FID, done: i });
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
      // Segments that were on their way are dropped.
      world.deliver(frame(0x12, FID, 100));
      expect(world.last).toEqual([]);
    }
  });

  test('one at a time', () => {
    const world = sending();
    const second = { name: 'sendFile', ref: 8, fileName: 'b', size: 1 } as const;
    expect(world.command(second)).toEqual({ code: 'transfer-busy' });
    const other = { ...facts, fid: text32(51) };
    world.hear({ type: 'file', descriptor: DESCRIPTOR }, 0);
    world.run({ type: 'file-described', sid: SID, seq: 1, facts: other });
    expect(world.said()).toMatchObject([{ fid: other.fid, op: 'reject' }]);
    expect(transferOf(world)?.state).toBe('rejected');
    expect(world.talk.transfer).toMatchObject({ fid: FID });
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

  test('taken over elsewhere: it does not fight, the person may take it back', () => {
    const world = new World().online().run({ type: 'link-down', loss: { why: 'replaced' }, jitter: 0 });
    expect(world.effects('timer')).toEqual([]);
    expect(world.state.connection.at).toBe('replaced');
    world.command({ name: 'retryNow' });
    expect(world.state.connection.at).toBe('connecting');
  });
});
