/**
 * Any event in any state: nothing throws, and what protocol.md promises holds after every step. The events are
 * drawn so that about half of them fit the state (its own ids), and the rest are late, doubled or foreign.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HandshakeId, SessionId } from './ids.ts';
import type { Effect } from './machine/effects.ts';
import type { Command, Content, Event, TimerName } from './machine/events.ts';
import { MAX_EARLY, MAX_INCOMING, SESSION_MS, WINDOW } from './machine/limits.ts';
import type { State } from './machine/state.ts';
import { conversationView } from './machine/views.ts';
import {
  BOB,
  CAROL,
  DAVE,
  DESCRIPTOR,
  frame,
  hidOf,
  KEY,
  OTHER_KEY,
  PREKEY,
  reusedBy,
  sidOf,
  text16,
  text32,
  World,
} from './testing/world.ts';

const peers = [BOB, CAROL] as const;
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Draws events with the ids of the state at hand, or with others. */
class Draw {
  private counter = 100;

  constructor(
    readonly state: State,
    private readonly seed: { readonly fits: boolean; readonly n: number; readonly fresh: number },
  ) {
    this.counter = seed.fresh;
  }

  get n() {
    return this.seed.n;
  }

  /** One of the peer's, as everything that fits. */
  freshHid = () => hidOf((this.counter % 200) + 50, this.peer());
  freshSid = () => sidOf((this.counter % 200) + 50, this.peer());
  freshRef = () => this.counter;
  fresh32 = () => text32((this.counter % 200) + 50);
  peer = () => (this.seed.fits ? this.state.conversation?.peer : undefined) ?? pick(peers, this.n);
  run = () => (this.seed.fits ? this.state.conversation?.presence : undefined) ?? text16(this.n % 4);
  conversation = () => (this.seed.fits ? this.state.conversation?.id : undefined) ?? this.n % 3;
  key = () => (this.seed.fits ? this.state.conversation?.key : undefined) ?? pick([KEY, OTHER_KEY], this.n);

  hid = () => {
    const phase = this.state.conversation?.phase;
    const call = this.state.incoming[this.n % Math.max(1, this.state.incoming.length)];
    if (!this.seed.fits) return this.freshHid();
    const handshake = phase?.at === 'open' ? phase.renewal : phase;
    const own = handshake != null && 'hid' in handshake ? handshake.hid : undefined;
    return own ?? call?.hid ?? this.freshHid();
  };

  /** The runtime makes an ACCEPT only for the handshake that it was asked to accept, maybe too late. */
  accepting = () => {
    const phase = this.state.conversation?.phase;
    const handshake = phase?.at === 'open' ? phase.renewal : phase;
    return this.seed.fits && handshake?.at === 'accepting' ? handshake.hid : this.freshHid();
  };

  /** Any of the sessions that are held: the open one, the one before it, the one after it. */
  sid = () => {
    const phase = this.state.conversation?.phase;
    if (!this.seed.fits || phase?.at !== 'open') return this.freshSid();
    const { talk, old, renewal } = phase;
    const next = renewal?.at === 'handing-over' ? renewal.sid : undefined;
    const sids = [talk.sid, old?.sid, next].filter((sid) => sid !== undefined);
    return sids[(this.n >> 3) % sids.length] ?? talk.sid;
  };

  fid = () => {
    const phase = this.state.conversation?.phase;
    const talk = phase?.at === 'open' ? phase.talk : null;
    const sending = talk?.sending?.at === 'offered' ? talk.sending.fid : undefined;
    const fids = [sending, talk?.receiving?.fid].filter((fid) => fid !== undefined);
    return (this.seed.fits ? fids[(this.n >> 3) % Math.max(1, fids.length)] : undefined) ?? this.fresh32();
  };

  ref = () => {
    const phase = this.state.conversation?.phase;
    const sending = phase?.at === 'open' ? phase.talk.sending : null;
    return this.seed.fits && sending?.at === 'preparing' ? sending.ref : this.freshRef();
  };
}

const ops = ['accept', 'reject', 'want', 'cancel', 'done', 'pause'] as const;
const activities = ['none', 'typing', 'voice', 'video'] as const;
const timers: readonly [TimerName, ...TimerName[]] = [
  'look-up',
  'prekey',
  'ring',
  'confirm',
  'ready',
  'receipt',
  'read',
  'peer-activity',
  'resend',
  'renew',
  'renewal',
  'retire',
  'expire',
  'reconnect',
];

const contents: readonly [(d: Draw) => Content, ...((d: Draw) => Content)[]] = [
  () => ({ type: 'ready' }),
  ({ n }) => ({ type: 'text', text: `secret ${n}` }),
  () => ({ type: 'receipt' }),
  ({ n }) => ({ type: 'read', upTo: n % 12 }),
  ({ n }) => ({ type: 'typing', activity: pick(activities, n) }),
  () => ({ type: 'file', descriptor: DESCRIPTOR }),
  (d) => ({
    type: 'file-control',
    fid: d.fid(),
    op: pick(ops, d.n),
    index: (d.n % 20) * 50,
    count: (d.n % 10) * 60,
  }),
  () => ({ type: 'other' }),
  () => ({ type: 'bye' }),
];

const commands: readonly [(d: Draw) => Command, ...((d: Draw) => Command)[]] = [
  (d) => ({ name: 'openChat', peer: pick(peers, d.n), wait: d.n % 9 === 0 ? d.n : 0 }),
  (d) => ({ name: 'acceptIncoming', id: d.hid() }),
  (d) => ({ name: 'declineIncoming', id: d.hid() }),
  () => ({ name: 'leaveChat' }),
  ({ n }) => ({ name: 'sendText', text: n % 7 === 0 ? '' : 'words' }),
  ({ n }) => ({ name: 'markRead', seq: n % 30 }),
  ({ n }) => ({ name: 'setTyping', typing: n % 2 === 0 }),
  (d) => ({ name: 'sendFile', ref: d.freshRef(), fileName: 'f', size: d.n % 5 === 0 ? 1e9 : d.n }),
  (d) => ({ name: 'cancelTransfer', fid: d.fid() }),
  ({ n }) => ({ name: 'markVerified', by: pick(['compared', 'sas', 'qr'] as const, n) }),
  () => ({ name: 'acceptChangedKey' }),
  () => ({ name: 'retryNow' }),
];

const facts = (d: Draw, fid: string) => ({
  fid,
  name: 'f',
  mediaType: '',
  size: d.n * 1000,
  chunks: d.n * 7 + 1,
});

const events: readonly ((d: Draw) => Event)[] = [
  ...Array.from({ length: 10 }, () => (d: Draw) => next(d, d.state)),
  ({ n }) => ({
    type: 'account',
    account: n % 10 === 0 ? { stage: 'signed-out' } : { stage: 'ready', name: 'alice', accountId: text32(1) },
  }),
  () => ({ type: 'link-up' }),
  ({ n }) => ({
    type: 'link-down',
    loss:
      n % 5 === 0
        ? { why: pick(['replaced', 'refused'] as const, n) }
        : n % 5 === 1
          ? { why: 'restart', after: n }
          : { why: 'lost' },
    jitter: (n % 10) / 10,
  }),
  ({ n }) => ({ type: 'network', online: n % 2 === 0 }),
  (d) => ({ type: 'timer', name: d.n % 5 === 0 ? `incoming ${d.hid()}` : pick(timers, d.n) }),
  (d) => ({ type: 'presence', accountId: d.peer().accountId, presence: d.run(), online: d.n % 4 !== 0 }),
  (d) => ({
    type: 'delivered',
    from: d.peer().accountId,
    presence: d.run(),
    frame: pick(
      [
        frame(1, d.hid()),
        frame(2, d.hid()),
        frame(0x10, d.hid()),
        frame(3, d.hid()),
        frame(4, d.hid()),
        frame(5, d.hid()),
        frame(0x11, d.sid()),
        frame(0x12, d.fid()),
      ],
      d.n,
    ),
  }),
  (d) => ({
    type: 'undelivered',
    conversation: d.conversation(),
    about: pick(['offer', 'early', 'accept', 'confirm', 'message', 'chunk'] as const, d.n >> 1),
    status: d.n % 2 === 0 ? 'offline' : 'refused',
  }),
  ({ n }) => ({ type: 'prekeys-low', left: n % 5 }),
  (d) => ({
    type: 'prekey-got',
    conversation: d.conversation(),
    prekey: d.n % 4 === 0 ? null : PREKEY,
  }),
  (d) => ({
    type: 'prekey-refused',
    conversation: d.conversation(),
    key: d.n % 2 === 0 ? null : pick([KEY, OTHER_KEY], d.n >> 1),
  }),
  (d) => ({
    type: 'looked-up',
    conversation: d.conversation(),
    found:
      d.n % 9 === 0
        ? { code: 'relay-unreachable' }
        : {
            key: d.n % 8 === 0 ? null : KEY,
            pin: d.n % 3 === 0 ? { key: pick([KEY, OTHER_KEY], d.n % 2), trust: 'compared' } : null,
          },
  }),
  (d) => ({ type: 'pinned', accountId: d.peer().accountId, pin: { key: d.key(), trust: 'compared' } }),
  (d) => ({
    type: 'offer-made',
    conversation: d.conversation(),
    hid: d.freshHid(),
    early: d.n % 2 === 0,
    frame: frame(1, text16(1)),
  }),
  (d) => ({
    type: 'offer-checked',
    hid: d.freshHid(),
    peer: d.peer(),
    presence: d.run(),
    key: KEY,
    pin: d.n % 4 === 0 ? { key: OTHER_KEY, trust: 'first-use' } : null,
    changed: d.n % 4 === 0,
    prekeyStart: d.n % 3 === 0,
    wait: d.n % 7 === 0 ? d.n : 0,
    glare: d.n % 2 === 0 ? 'own' : 'peer',
  }),
  (d) => ({
    type: 'accept-made',
    conversation: d.conversation(),
    hid: d.accepting(),
    frame: frame(3, text16(1)),
  }),
  (d) => ({
    type: 'accept-checked',
    conversation: d.conversation(),
    hid: d.hid(),
    sid: d.freshSid(),
    frame: frame(4, text16(1)),
  }),
  (d) => ({
    type: 'confirm-checked',
    conversation: d.conversation(),
    hid: d.hid(),
    sid: d.freshSid(),
    early: { sent: 3, received: d.n % 4 },
    frame: frame(0x11, text16(1)),
  }),
  (d) => ({
    type: 'early-opened',
    hid: d.hid(),
    seq: d.n % 16,
    body: pick(
      [
        null,
        { kind: 'text', text: `early ${d.n}` },
        { kind: 'text', text: 'early' },
        { kind: 'file', facts: facts(d, d.fresh32()) },
      ] as const,
      d.n,
    ),
  }),
  (d) => ({
    type: 'handshake-failed',
    wait: d.n % 4 === 0 ? d.n : 0,
    conversation: d.conversation(),
    hid: d.n % 3 === 0 ? null : d.hid(),
  }),
  (d) => ({
    type: 'end-checked',
    hid: d.hid(),
    reason: pick(['declined', 'busy', 'cancelled', 'prekey-unknown', 'version'] as const, d.n),
  }),
  // Twice, so that sessions have something to say.
  (d) => ({ type: 'decrypted', sid: d.sid(), seq: d.n % 40, ack: d.n % 3, content: pick(contents, d.n)(d) }),
  (d) => ({ type: 'decrypted', sid: d.sid(), seq: d.n % 40, ack: 0, content: pick(contents, d.n % 8)(d) }),
  (d) => ({ type: 'worn', sid: d.sid(), state: d.n % 4 === 0 ? 'over' : 'due' }),
  (d) => ({
    type: 'refused',
    sid: d.sid(),
    why: pick(['wrong', 'repeated', 'wrong', 'fatal', 'untried', 'spent'] as const, d.n),
  }),
  (d) => ({ type: 'file-prepared', ref: d.ref(), facts: facts(d, d.fresh32()), descriptor: DESCRIPTOR }),
  (d) => ({ type: 'file-unprepared', ref: d.ref(), error: { code: 'internal' } }),
  (d) => ({ type: 'file-described', sid: d.sid(), seq: d.n % 40, facts: facts(d, d.fresh32()) }),
  (d) => ({ type: 'file-sent', fid: d.fid(), done: d.n, chunks: d.n % 65 }),
  (d) => ({ type: 'file-verified', fid: d.fid(), done: d.n, chunks: (d.n % 64) + 1 }),
  (d) => ({ type: 'file-whole', fid: d.fid(), blob: new Blob() }),
  (d) => ({ type: 'file-failed', fid: d.fid(), why: d.n % 2 === 0 ? 'damaged' : 'source-changed' }),
];

/** What an honest runtime, relay and peer would do next: so that scripts get deep, and are disturbed there. */
function next(d: Draw, { conversation, incoming }: State): Event {
  const phase = conversation?.phase;
  const handshake = phase?.at === 'open' ? phase.renewal : phase;
  const id = conversation?.id ?? 0;
  const from = { from: conversation?.peer.accountId ?? '', presence: conversation?.presence ?? '' };
  const fresh = { conversation: id, frame: frame(1, text16(1)) };
  switch (handshake?.at) {
    case 'offering':
      return { type: 'offer-made', ...fresh, hid: d.freshHid(), early: phase?.at === 'offering' };
    case 'ringing':
      return { type: 'delivered', ...from, frame: frame(3, handshake.hid) };
    case 'confirming':
      return { type: 'accept-checked', ...fresh, hid: handshake.hid, sid: d.freshSid() };
    case 'handing-over':
      return { type: 'decrypted', sid: handshake.sid, seq: 0, ack: 0, content: { type: 'ready' } };
    case 'accepting':
      return { type: 'accept-made', ...fresh, hid: handshake.hid };
    case 'accepted':
      return { type: 'delivered', ...from, frame: frame(4, handshake.hid) };
    case 'completing': {
      const early = { sent: 2, received: 1 };
      return { type: 'confirm-checked', ...fresh, hid: handshake.hid, sid: d.freshSid(), early };
    }
    default:
  }
  if (phase?.at === 'open') {
    if (phase.old !== null || !phase.talk.secure) {
      return { type: 'decrypted', sid: phase.talk.sid, seq: 0, ack: 0, content: { type: 'receipt' } };
    }
    if (phase.talk.awaiting.length > 0 && d.n % 3 === 0) return { type: 'timer', name: 'resend' };
    if (d.n % 2 === 0) return { type: 'timer', name: 'renew' };
    const { peer, presence, pin, key } = conversation ?? { peer: BOB, presence: '', pin: null, key: KEY };
    const offer = { hid: d.freshHid(), peer, presence: presence ?? '', key: key ?? KEY, pin };
    return { type: 'offer-checked', ...offer, changed: false, prekeyStart: false, wait: 0, glare: 'peer' };
  }
  const [call] = incoming;
  if (call === undefined) return { type: 'link-up' };
  return { type: 'early-opened', hid: call.hid, seq: 0, body: { kind: 'text', text: 'early' } };
}

interface Step {
  readonly what: number;
  readonly fits: boolean;
  readonly n: number;
  readonly wait: number;
}

const steps = fc.array(
  fc.record({
    what: fc.nat(events.length + commands.length - 1),
    fits: fc.boolean(),
    n: fc.nat(199),
    // Now and then the machine slept for some hours.
    wait: fc.oneof(
      { weight: 30, arbitrary: fc.nat(2000) },
      { weight: 1, arbitrary: fc.constant(25_000_000) },
    ),
  }),
  { minLength: 1, maxLength: 120 },
);

/** Worlds to start from, so that short scripts reach deep states. */
const beginnings: readonly [() => World, ...(() => World)[]] = [
  () => new World(),
  () => new World().online(),
  () => new World().ringing(),
  () => new World().online().offered(),
  () => new World().confirmed(),
  () => new World().secure(),
  () => new World().ringingEarly(),
  () => new World().secureAsResponder(),
  () => new World().renewing(),
  () => new World().handingOver(),
  () => new World().sharing(),
  () => {
    const world = new World().ringingEarly();
    world.command({ name: 'sendText', text: 'before anybody accepted' });
    return world.acceptedEarly();
  },
  () => {
    const world = new World().online();
    world.command({ name: 'openChat', peer: BOB, wait: 0 });
    const pin = { key: OTHER_KEY, trust: 'compared' } as const;
    return world.run({ type: 'looked-up', conversation: world.id, found: { key: KEY, pin } });
  },
];

/** Watches one world from outside and complains. */
class Witness {
  readonly timers = new Set<string>();
  readonly answered = new Set<number>();
  readonly asked = new Set<number>();
  readonly pinsAsked = new Set<number>();
  readonly sessions = new Set<SessionId>();
  readonly handshakes = new Set<HandshakeId>();
  readonly files = new Set<string | number>();
  private readonly nextSeq = new Map<string, number>();
  private readonly earlySent = new Map<string, number>();

  constructor(readonly world: World) {
    // Whatever the beginning made is accounted for from here on.
    const phase = world.state.conversation?.phase;
    if (phase?.at === 'open') {
      this.sessions.add(phase.talk.sid);
      this.nextSeq.set(phase.talk.sid, phase.talk.next);
      const { renewal } = phase;
      if (renewal !== null && 'hid' in renewal) this.handshakes.add(renewal.hid);
      if (renewal?.at === 'handing-over') {
        this.sessions.add(renewal.sid);
        this.nextSeq.set(renewal.sid, 0);
      }
    } else if (phase !== undefined && 'hid' in phase) this.handshakes.add(phase.hid);
    for (const { hid } of world.state.incoming) this.handshakes.add(hid);
    const { sending, receiving } = phase?.at === 'open' ? phase.talk : { sending: null, receiving: null };
    if (sending?.at === 'offered') this.files.add(sending.fid);
    if (receiving !== null) this.files.add(receiving.fid);
  }

  /** Before an event that brings something into the world that somebody has to wipe. */
  before(event: Event): void {
    if (event.type === 'command') {
      this.asked.add(event.reply);
      if (event.command.name === 'sendFile') this.files.add(event.command.ref);
    }
    if (event.type === 'offer-made' || (event.type === 'offer-checked' && !event.changed)) {
      this.handshakes.add(event.hid);
    }
    if (event.type === 'accept-checked' || event.type === 'confirm-checked') {
      this.sessions.add(event.sid);
      const first = event.type === 'confirm-checked' ? 1 : (this.earlySent.get(event.hid) ?? 0);
      if (!this.nextSeq.has(event.sid)) this.nextSeq.set(event.sid, first);
    }
    if (event.type === 'file-prepared') {
      this.files.delete(event.ref);
      this.files.add(event.facts.fid);
    }
    if (event.type === 'file-unprepared') this.files.delete(event.ref);
    if (event.type === 'file-described') this.files.add(event.facts.fid);
  }

  after(event: Event, before: State, effects: readonly Effect[]): void {
    for (const effect of effects) this.effect(effect, before);
    this.state(event, before, effects);
  }

  private effect(effect: Effect, before: State): void {
    switch (effect.type) {
      case 'reply':
        expect(this.asked.has(effect.reply), 'answers only what was asked').toBe(true);
        expect(this.answered.has(effect.reply), 'answers once').toBe(false);
        this.answered.add(effect.reply);
        break;
      case 'pin':
        if (effect.reply !== null) this.pinsAsked.add(effect.reply);
        break;
      case 'timer':
        if (effect.ms === null) this.timers.delete(effect.name);
        else this.timers.add(effect.name);
        break;
      case 'encrypt': {
        expect(this.sessions.has(effect.sid), 'no word after the session was wiped').toBe(true);
        const seq = this.nextSeq.get(effect.sid);
        expect(effect.seq, 'numbers of a session have no gap').toBe(seq);
        this.nextSeq.set(effect.sid, effect.seq + 1);
        break;
      }
      case 'send-early': {
        const phase = before.conversation?.phase;
        expect(phase, 'a first flight ends with ACCEPT').toMatchObject({ at: 'ringing', hid: effect.hid });
        const seq = this.earlySent.get(effect.hid) ?? 0;
        expect(effect.seq, 'numbers of a first flight have no gap').toBe(seq);
        expect(seq).toBeLessThan(MAX_EARLY);
        this.earlySent.set(effect.hid, seq + 1);
        break;
      }
      case 'resend':
        expect(this.sessions.has(effect.sid)).toBe(true);
        expect(effect.seq, 'what was never sent is not sent again').toBeLessThan(
          this.nextSeq.get(effect.sid) ?? 0,
        );
        break;
      case 'decrypt':
        expect(this.sessions.has(effect.sid)).toBe(true);
        break;
      case 'wipe-session':
        this.sessions.delete(effect.sid);
        break;
      case 'wipe-handshake':
      case 'end-handshake':
        this.handshakes.delete(effect.hid);
        break;
      case 'check-accept':
      case 'check-confirm':
        break;
      case 'wipe-file':
        this.files.delete(effect.file);
        break;
      case 'send-chunks':
        expect(effect.count).toBeGreaterThan(0);
        expect(effect.count).toBeLessThanOrEqual(WINDOW);
        break;
      case 'link':
        if (effect.open)
          expect(before.account.stage === 'ready' || this.world.state.account.stage === 'ready').toBe(true);
        break;
      default:
        break;
    }
  }

  private state(event: Event, before: State, effects: readonly Effect[]): void {
    const { state } = this.world;
    const { conversation } = state;
    const phase = conversation?.phase;
    const talk = phase?.at === 'open' ? phase.talk : null;

    // Nothing of the peer's is shown unless it was decrypted in a session, which is secure from then on.
    const theirs = effects
      .filter((effect) => effect.type === 'show')
      .flatMap(({ messages }) => messages)
      .filter(({ mine }) => !mine);
    for (const { body, unconfirmed } of theirs) {
      if (body.kind !== 'text') continue;
      // A message request is shown as one, and is part of the chat only when CONFIRM said whose it is.
      if (unconfirmed) expect(['accepting', 'accepted', 'completing']).toContain(phase?.at);
      else expect(['decrypted', 'confirm-checked']).toContain(event.type);
    }
    if (event.type === 'confirm-checked') {
      const request = before.conversation?.request.map(({ body }) => body) ?? [];
      const texts = theirs.flatMap(({ body }) => (body.kind === 'text' ? [body] : []));
      expect(request).toEqual(expect.arrayContaining(texts));
    }
    if (talk !== null && !talk.secure)
      expect(talk.live.size, 'no messages before the session is secure').toBe(0);
    if (event.type === 'refused') expect(theirs.filter(({ body }) => body.kind === 'text')).toEqual([]);

    // A changed key blocks, and to a blocked peer nothing is sent.
    if (conversation !== null && conversation.pin !== null && conversation.key !== null) {
      if (conversation.pin.key !== conversation.key) {
        expect(['blocked', 'ended']).toContain(phase?.at);
        expect(conversationView(conversation).trust).toBe('changed');
      }
    }
    if (phase?.at === 'blocked') {
      const { accountId } = conversation?.peer ?? BOB;
      const meant = effects.filter(
        (effect) =>
          (effect.type === 'send' &&
            effect.address.to === accountId &&
            effect.conversation === conversation?.id) ||
          effect.type === 'make-offer' ||
          effect.type === 'make-accept',
      );
      expect(meant).toEqual([]);
    }

    // Of everything secret the runtime holds exactly what the state names.
    const held = new Set<HandshakeId>();
    if (phase !== undefined && 'hid' in phase) held.add(phase.hid);
    const renewal = phase?.at === 'open' ? phase.renewal : null;
    if (renewal !== null && 'hid' in renewal) held.add(renewal.hid);
    for (const call of state.incoming) if (!call.changed) held.add(call.hid);
    // A handshake that completed became a session; the runtime freed it when it did.
    if (
      talk !== null ||
      before.conversation?.phase.at === 'confirming' ||
      before.conversation?.phase.at === 'completing'
    ) {
      const was = before.conversation?.phase;
      const done = was?.at === 'open' ? was.renewal : was;
      const completed = event.type === 'accept-checked' || event.type === 'confirm-checked';
      if (completed && done != null && 'hid' in done && !held.has(done.hid)) this.handshakes.delete(done.hid);
    }
    expect(this.handshakes, 'handshakes').toEqual(held);
    const sids = new Set<SessionId>();
    if (talk !== null) sids.add(talk.sid);
    if (phase?.at === 'open' && phase.old !== null) sids.add(phase.old.sid);
    if (renewal?.at === 'handing-over') sids.add(renewal.sid);
    expect(this.sessions, 'sessions').toEqual(sids);
    if (talk !== null) expect(this.world.now - talk.since, 'a session has a day').toBeLessThan(SESSION_MS);
    if (this.timers.has('renewal')) expect(renewal).not.toBeNull();
    if (this.timers.has('retire'))
      expect(phase).toMatchObject({ at: 'open', old: { sid: expect.anything() } });
    // What was written before there was a session is said as soon as there is one, and never forgotten.
    if ((conversation?.drafts.length ?? 0) > 0) {
      expect(phase?.at).not.toBe('ended');
      if (talk?.secure === true) expect(talk.gap || renewal?.at === 'handing-over').toBe(true);
    }
    const { sending, receiving } = talk ?? { sending: null, receiving: null };
    const files = new Set<string | number>();
    if (sending !== null) files.add(sending.at === 'preparing' ? sending.ref : sending.fid);
    if (receiving !== null) files.add(receiving.fid);
    expect(this.files, 'files').toEqual(files);
    if (sending?.at === 'offered') expect(sending.queued).toBeLessThanOrEqual(WINDOW);
    if (receiving !== null) {
      expect(receiving.wanted - receiving.verified).toBeLessThanOrEqual(WINDOW);
      expect(receiving.wanted).toBeLessThanOrEqual(receiving.chunks);
    }

    // Commands that are not answered yet are waited for by something.
    const waiting = new Set(this.pinsAsked);
    if (phase?.at === 'looking-up' && phase.reply !== null) waiting.add(phase.reply);
    if (sending?.at === 'preparing') waiting.add(sending.reply);
    expect(new Set([...this.asked].filter((reply) => !this.answered.has(reply)))).toEqual(waiting);

    // Nothing goes on without an account, a connection or a conversation.
    expect(state.incoming.length).toBeLessThanOrEqual(MAX_INCOMING);
    if (state.account.stage !== 'ready') {
      expect(conversation).toBeNull();
      expect(state.connection.at).toBe('idle');
      expect(state.incoming).toEqual([]);
    }
    if (conversation === null || phase?.at === 'ended' || phase?.at === 'blocked') {
      const left = [...this.timers].filter((name) => name !== 'reconnect' && !name.startsWith('incoming '));
      expect(left, 'timers of a conversation that is over').toEqual([]);
    }
    for (const name of this.timers) {
      if (name.startsWith('incoming ')) {
        expect(state.incoming.some(({ hid }) => `incoming ${hid}` === name)).toBe(true);
      }
    }
  }
}

describe('any event in any state', () => {
  const play = (beginning: number, script: readonly Step[], look = (_: State): void => undefined): World => {
    const world = pick(beginnings, beginning)();
    const witness = new Witness(world);
    script.forEach(({ what, fits, n, wait }, index) => {
      const draw = new Draw(world.state, { fits, n, fresh: index });
      const reply = 10_000 + index;
      const event: Event =
        what < events.length
          ? pick(events, what)(draw)
          : { type: 'command', reply, command: pick(commands, what - events.length)(draw) };
      // A handshake, session or file id is made once.
      const before = world.state;
      world.now += wait;
      if (event.type === 'timer') witness.timers.delete(event.name);
      witness.before(event);
      world.run(event);
      witness.after(event, before, world.last);
      look(world.state);
    });
    return world;
  };

  test('holds what the protocol promises', () => {
    fc.assert(
      fc.property(fc.nat(beginnings.length - 1), steps, (beginning, script) => {
        play(beginning, script);
      }),
      { numRuns: 1500 },
    );
  });

  test('nothing of two others is touched by a third account that uses their ids', () => {
    fc.assert(
      fc.property(fc.nat(beginnings.length - 1), steps, fc.nat(199), (beginning, script, n) => {
        const world = play(beginning, script);
        const { conversation, incoming } = world.state;
        const draw = new Draw(world.state, { fits: true, n, fresh: script.length });
        const hid = reusedBy(DAVE, draw.hid());
        const hidsOf = (effects: readonly Effect[]) =>
          effects.flatMap((effect) => ('hid' in effect ? [effect.hid] : []));
        const untouched = () => {
          expect(world.state.conversation).toBe(conversation);
          expect(world.state.incoming.filter(({ peer }) => peer !== DAVE)).toEqual(incoming);
          expect(hidsOf(world.last).filter((one) => one !== hid)).toEqual([]);
        };
        const frames = [0x01, 0x02, 0x03, 0x04, 0x05, 0x10].map((type) => frame(type, hid));
        for (const bytes of [...frames, frame(0x11, draw.sid()), frame(0x12, draw.fid())]) {
          world.deliver(bytes, DAVE.accountId);
          untouched();
          expect(world.last.filter(({ type }) => type !== 'check-offer')).toEqual([]);
        }
        world.offered({ hid, peer: DAVE, glare: n % 2 === 0 ? 'own' : 'peer' });
        untouched();
        world.run({ type: 'early-opened', hid, seq: 0, body: { kind: 'text', text: 'not of them' } });
        untouched();
        world.run({ type: 'end-checked', hid, reason: 'cancelled' });
        untouched();
        expect(world.state.incoming).toEqual(incoming);
      }),
      { numRuns: 500 },
    );
  });

  test('the same events give the same state and effects', () => {
    fc.assert(
      fc.property(fc.nat(beginnings.length - 1), steps, (beginning, script) => {
        const [one, two] = [play(beginning, script), play(beginning, script)];
        expect(one.state).toEqual(two.state);
        expect(one.all).toEqual(two.all);
      }),
      { numRuns: 50 },
    );
  });

  test('the scripts reach the states that they are about', () => {
    const seen = new Set<string>();
    const look = ({ conversation, incoming }: State) => {
      if (incoming.some(({ early }) => early.length > 0)) seen.add('a request rings');
      if (conversation === null) return;
      seen.add(conversationView(conversation).state);
      const { phase, request, drafts } = conversation;
      if (request.length > 0) seen.add('a request is accepted');
      if (drafts.some(({ seq }) => seq !== null)) seen.add('a text before the answer');
      if (drafts.some(({ seq }) => seq === null)) seen.add('a text that waits');
      if (phase.at !== 'open') return;
      if (phase.renewal !== null) seen.add(`renewal ${phase.renewal.at}`);
      if (phase.old !== null) seen.add('two sessions');
      if (phase.talk.number > 1) seen.add(`renewed as ${phase.talk.role}`);
      if (phase.talk.gap) seen.add('texts that were dropped');
      if (phase.talk.resent > 0) seen.add('sent again');
      if (phase.talk.unread !== null) seen.add('to be read from before');
      if ([...phase.talk.live.values()].some(({ seq }) => seq < 0)) seen.add('not read from before');
      if (phase.talk.sending !== null && phase.talk.receiving !== null) seen.add('a file each way');
    };
    fc.assert(
      fc.property(fc.nat(beginnings.length - 1), steps, (beginning, script) => {
        play(beginning, script, look);
      }),
      // A fixed seed: this is about the scripts, not about the machine.
      { numRuns: 2000, seed: 1 },
    );
    expect([...seen].sort()).toEqual(expect.arrayContaining([...expected].sort()));
  });
});

const expected = [
  'secure',
  'establishing',
  'blocked-key-changed',
  'peer-disconnected',
  'connection-lost',
  'expired',
  'a request rings',
  'a request is accepted',
  'a text before the answer',
  'a text that waits',
  'renewal offering',
  'renewal ringing',
  'renewal confirming',
  'renewal handing-over',
  'renewal accepting',
  'renewal accepted',
  'renewal completing',
  'renewed as initiator',
  'renewed as responder',
  'two sessions',
  'sent again',
  'to be read from before',
  'not read from before',
  'a file each way',
  'texts that were dropped',
];
