/** For the machine's tests: names, frames and a world that carries effects out on paper. */
import { fromText, toText } from '../bytes.ts';
import type { UserError } from '../contract.ts';
import type { FileDescriptor } from '../crypto/port.ts';
import { type HandshakeId, handshakeId, type SessionId, sessionId } from '../ids.ts';
import type { Effect } from '../machine/effects.ts';
import type { Command, Content, Event } from '../machine/events.ts';
import { INITIAL, type State, transition } from '../machine.ts';

export const text16 = (n: number) => toText(new Uint8Array(16).fill(n));
export const text32 = (n: number) => toText(new Uint8Array(32).fill(n));

export const ME = { accountId: text32(1), name: 'alice' };
export const BOB = { accountId: text32(2), name: 'bob' };
export const CAROL = { accountId: text32(3), name: 'carol' };
export const DAVE = { accountId: text32(4), name: 'dave' };
/** The run of Bob's client. */
export const RUN = text16(2);
export const KEY = text32(20);
export const OTHER_KEY = text32(21);
/** A handshake or a session with Bob, or under the same number with somebody else. */
export const hidOf = (n: number, { accountId } = BOB): HandshakeId =>
  handshakeId(accountId, new Uint8Array(16).fill(n));
export const sidOf = (n: number, { accountId } = BOB): SessionId =>
  sessionId(accountId, new Uint8Array(16).fill(n));
/** The same id of the wire under another account. */
export const reusedBy = <Id extends HandshakeId | SessionId>({ accountId }: typeof BOB, id: Id): Id =>
  `${accountId}${id.slice(id.indexOf('.'))}` as Id;
export const HID = hidOf(30);
export const HID2 = hidOf(32);
export const SID = sidOf(40);
export const SID2 = sidOf(42);
export const PREKEY = new Uint8Array(1379);
export const FID = text32(50);

/** A descriptor as far as the machine is concerned: something to pass on. */
export const DESCRIPTOR = {} as FileDescriptor;

/** `id`: a handshake, a session or a file; whose it is does not stand in the frame. */
export function frame(type: number, id: string, length = 64): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x01, type]);
  bytes.set(fromText(id.slice(id.indexOf('.') + 1)), 2);
  return bytes;
}

/** Applies events one by one and keeps every effect. */
export class World {
  state: State = INITIAL;
  now = 1_000_000;
  readonly all: Effect[] = [];
  /** Effects of the last event. */
  last: readonly Effect[] = [];
  private replies = 0;

  run(event: Event): this {
    [this.state, this.last] = transition(this.state, event, this.now);
    this.all.push(...this.last);
    return this;
  }

  /** Runs a command; its answer, if it has one yet. */
  command(command: Command): UserError | 'ok' | 'pending' {
    const reply = ++this.replies;
    this.run({ type: 'command', reply, command });
    const answer = this.effects('reply').find((effect) => effect.reply === reply);
    return answer === undefined ? 'pending' : (answer.error ?? 'ok');
  }

  /** The last event's effects of one type. */
  effects<T extends Effect['type']>(type: T): Extract<Effect, { type: T }>[] {
    return this.last.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
  }

  /** What the last event said to the peer. */
  said(): Content[] {
    return this.effects('encrypt').map(({ content }) => content);
  }

  get phase() {
    return this.state.conversation?.phase.at ?? null;
  }

  get id(): number {
    return this.state.conversation?.id ?? -1;
  }

  get talk() {
    const phase = this.state.conversation?.phase;
    if (phase?.at !== 'open') throw new Error(`no session: ${phase?.at}`);
    return phase.talk;
  }

  online(): this {
    return this.run({ type: 'configured', app: { maxFileBytes: 50_000_000, realm: 'duet.example' } })
      .run({ type: 'account', account: { stage: 'ready', ...ME } })
      .run({ type: 'link-up' });
  }

  /** Called Bob, and he rings. */
  ringing(): this {
    this.online().command({ name: 'openChat', peer: BOB, wait: 0 });
    return this.called();
  }

  /** Bob accepted; READY has not come. */
  confirmed(): this {
    this.online().command({ name: 'openChat', peer: BOB, wait: 0 });
    return this.answered();
  }

  /** Called Bob with a prekey: texts may be written before he accepts. */
  ringingEarly(): this {
    this.online().command({ name: 'openChat', peer: BOB, wait: 0 });
    return this.run({ type: 'looked-up', conversation: this.id, found: { key: KEY, pin: null } })
      .run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true })
      .run({ type: 'prekey-got', conversation: this.id, prekey: PREKEY })
      .run({ type: 'offer-made', conversation: this.id, hid: HID, early: true, frame: frame(2, HID) });
  }

  /** Bob accepts it. */
  acceptedEarly(): this {
    this.deliver(frame(3, HID));
    const { id } = this;
    return this.run({ type: 'accept-checked', conversation: id, hid: HID, sid: SID, frame: frame(4, HID) });
  }

  /** In a secure session as its responder. */
  secureAsResponder(): this {
    this.online().offered().command({ name: 'acceptIncoming', id: HID });
    const [conversation, hid] = [this.id, HID];
    const early = { sent: 0, received: 0 };
    this.heard = 0;
    return this.run({ type: 'accept-made', conversation, hid, frame: frame(3, hid) })
      .deliver(frame(4, hid))
      .run({ type: 'confirm-checked', conversation, hid, sid: SID, early, frame: frame(0x11, SID) });
  }

  /** Both offered a file in the same moment. */
  sharing(): this {
    const about = { name: 'a.bin', mediaType: '', size: 20_000_000, chunks: 1240 };
    const descriptor = DESCRIPTOR;
    this.secure().command({ name: 'sendFile', ref: 1, fileName: about.name, size: about.size });
    return this.run({ type: 'file-prepared', ref: 1, facts: { ...about, fid: text32(10) }, descriptor })
      .hear({ type: 'file', descriptor }, 1)
      .run({ type: 'file-described', sid: SID, seq: 1, facts: { ...about, fid: text32(11) } });
  }

  /** The initiator's session is due: Bob rings for the next one, and his screen shows nothing. */
  renewing(): this {
    this.secure().run({ type: 'timer', name: 'renew' });
    const { id } = this;
    return this.run({ type: 'offer-made', conversation: id, hid: HID2, early: false, frame: frame(1, HID2) });
  }

  /** CONFIRM of the renewal is out. */
  handingOver(): this {
    this.renewing().deliver(frame(3, HID2));
    const { id } = this;
    return this.run({
      type: 'accept-checked',
      conversation: id,
      hid: HID2,
      sid: SID2,
      frame: frame(4, HID2),
    });
  }

  /** Whoever is being called rings. */
  private called(): this {
    return this.run({ type: 'looked-up', conversation: this.id, found: { key: KEY, pin: null } })
      .run({ type: 'presence', accountId: BOB.accountId, presence: RUN, online: true })
      .run({ type: 'prekey-got', conversation: this.id, prekey: null })
      .run({ type: 'offer-made', conversation: this.id, hid: HID, early: false, frame: frame(1, HID) });
  }

  /** Whoever is being called accepts. */
  answered(sid = SID): this {
    this.called().deliver(frame(3, HID));
    const { id } = this;
    return this.run({ type: 'accept-checked', conversation: id, hid: HID, sid, frame: frame(4, HID) });
  }

  /** In a secure session as its initiator; Bob's READY was acknowledged. */
  secure(): this {
    return this.confirmed().hear({ type: 'ready' }, 0).run({ type: 'timer', name: 'receipt' });
  }

  deliver(bytes: Uint8Array, from = BOB.accountId): this {
    return this.run({ type: 'delivered', from, presence: RUN, frame: bytes });
  }

  /** Bob's offer verified. */
  offered(change: Partial<Extract<Event, { type: 'offer-checked' }>> = {}): this {
    return this.run({
      type: 'offer-checked',
      hid: HID,
      peer: BOB,
      presence: RUN,
      key: KEY,
      pin: null,
      changed: false,
      prekeyStart: false,
      wait: 0,
      glare: 'own',
      ...change,
    });
  }

  private heard = 0;

  /** Bob says something; he has `ack` of our messages. */
  hear(content: Content, ack: number): this {
    return this.run({ type: 'decrypted', sid: SID, seq: this.heard++, ack, content });
  }

  private heardNext = 0;

  /** The same in the session that follows. */
  hearNext(content: Content, ack: number): this {
    return this.run({ type: 'decrypted', sid: SID2, seq: this.heardNext++, ack, content });
  }
}
