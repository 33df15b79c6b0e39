/** Open sessions, by account and `sid`, with the frames that the peer may not have yet. Encrypting and decrypting are synchronous: the order of calls is the order on the wire. */
import { toText } from '../bytes.ts';
import type { EmojiView } from '../contract.ts';
import { fromPackage, toPackage } from '../crypto/content.ts';
import type { Bytes, Session } from '../crypto/port.ts';
import { packageCode } from '../errors.ts';
import { type SessionId, sessionId } from '../ids.ts';
import type { Content, Event, Refusal } from '../machine/events.ts';
import type { Announced } from './files.ts';

/** What an error of the package says of a frame, by its code and else by its class (protocol.md section 11). */
const BY_CODE: Readonly<Record<string, Refusal>> = { E_REPLAY: 'repeated', E_UNTRIED: 'untried' };
const BY_CLASS: Readonly<Record<string, Refusal>> = {
  drop: 'wrong',
  // A ratchet key in the frame fails its check.
  'abort-handshake': 'wrong',
  'fatal-session': 'fatal',
};

/** Frames kept to be sent again; what is older than the last so many cannot be repaired. */
const KEPT = 256;

interface Held {
  readonly session: Session;
  /** By `seq`. */
  readonly sent: Map<number, Bytes>;
  /** Files that came with the first flight, by `seq`, until somebody asks for them. */
  readonly announced: Map<number, Announced>;
  /** What the machine was told of its age. */
  renewal: 'not-due' | 'due' | 'over';
}

export class Sessions {
  private readonly sessions = new Map<SessionId, Held>();

  constructor(private readonly dispatch: (event: Event) => void) {}

  /** `first`: the message that came with the session, as its number 0. `announced`: files of its first flight. */
  keep(session: Session, first?: Bytes, announced: Map<number, Announced> = new Map()): SessionId {
    const sid = sessionId(toText(session.peer.accountId), session.id);
    const sent = new Map(first && [[0, first]]);
    this.sessions.set(sid, { session, sent, announced, renewal: 'not-due' });
    return sid;
  }

  /** The file of this number of the first flight, which is the caller's from now on. */
  takeAnnounced(sid: SessionId, seq: number): Announced | undefined {
    const announced = this.sessions.get(sid)?.announced;
    const file = announced?.get(seq);
    announced?.delete(seq);
    return file;
  }

  sas(sid: SessionId): readonly EmojiView[] | null {
    return this.sessions.get(sid)?.session.sas ?? null;
  }

  /** The frame to send; null when the session cannot go on, which is reported. */
  encrypt(sid: SessionId, seq: number, content: Content): Bytes | null {
    const held = this.sessions.get(sid);
    if (held === undefined || content.type === 'other') return null;
    try {
      const sent = held.session.send(toPackage(content));
      if (sent.seq !== seq) throw new TypeError(`message ${sent.seq} was to be ${seq}`);
      held.sent.set(seq, sent.frame);
      held.sent.delete(seq - KEPT);
      this.wear(sid);
      return sent.frame;
    } catch {
      // Used up, closed, or out of step: nothing more can be said in it.
      this.dispatch({ type: 'refused', sid, why: 'spent' });
      return null;
    }
  }

  decrypt(sid: SessionId, frame: Uint8Array): void {
    const held = this.sessions.get(sid);
    if (held === undefined) return;
    let event: Event;
    try {
      const { seq, ack, content } = held.session.receive(frame);
      for (const old of held.sent.keys()) if (old < ack) held.sent.delete(old);
      event = { type: 'decrypted', sid, seq, ack, content: fromPackage(content) };
    } catch (error) {
      event = { type: 'refused', sid, why: refusalOf(error) };
    }
    this.dispatch(event);
    this.wear(sid);
  }

  /** The frame of this number, as it was sent; null when the peer has it by now. */
  again(sid: SessionId, seq: number): Bytes | null {
    return this.sessions.get(sid)?.sent.get(seq) ?? null;
  }

  /** Chunks of a file went beside this session. */
  countChunk(sid: SessionId, bytes: number): void {
    this.sessions.get(sid)?.session.countChunk(bytes);
    this.wear(sid);
  }

  /**
   * protocol.md section 10: tells the machine, once, when the session is due to be renewed, and when it is over. The
   * package counts messages, bytes and the time by a clock that nobody can set; the machine looks at the wall clock as
   * well, which goes on while a machine sleeps.
   */
  private wear(sid: SessionId): void {
    const held = this.sessions.get(sid);
    const renewal = held?.session.renewal(performance.timeOrigin + performance.now());
    if (held === undefined || renewal === undefined || renewal === held.renewal) return;
    held.renewal = renewal;
    if (renewal !== 'not-due') this.dispatch({ type: 'worn', sid, state: renewal });
  }

  wipe(sid: SessionId): void {
    const held = this.sessions.get(sid);
    held?.session.free();
    for (const { file } of held?.announced.values() ?? []) file.free();
    this.sessions.delete(sid);
  }

  wipeAll(): void {
    for (const sid of [...this.sessions.keys()]) this.wipe(sid);
  }
}

/** Anything else is about the session: it is closed, or the package failed. */
function refusalOf(error: unknown): Refusal {
  const errorClass = error instanceof Error && 'class' in error ? String(error.class) : '';
  return BY_CODE[packageCode(error) ?? ''] ?? BY_CLASS[errorClass] ?? 'spent';
}
