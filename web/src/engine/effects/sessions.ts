/** Open sessions, by `sid`. Encrypting and decrypting are synchronous: the order of calls is the order on the wire. */
import { toText } from '../bytes.ts';
import type { EmojiView } from '../contract.ts';
import { fromPackage, toPackage } from '../crypto/content.ts';
import type { Bytes, Session } from '../crypto/port.ts';
import type { Content, Event } from '../machine/events.ts';

/** The package's error classes after which a frame is dropped and the session goes on (PROTOCOL.md section 11). */
const DROPPED = 'drop';

export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly dispatch: (event: Event) => void) {}

  keep(session: Session): string {
    const sid = toText(session.id);
    this.sessions.set(sid, session);
    return sid;
  }

  sas(sid: string): readonly EmojiView[] | null {
    return this.sessions.get(sid)?.sas ?? null;
  }

  /** The frame to send; null when the session cannot go on, which is reported. */
  encrypt(sid: string, seq: number, content: Content): Bytes | null {
    const session = this.sessions.get(sid);
    if (session === undefined || content.type === 'other') return null;
    try {
      const sent = session.send(toPackage(content));
      if (sent.seq !== seq) throw new TypeError(`message ${sent.seq} was to be ${seq}`);
      return sent.frame;
    } catch {
      // Used up, closed, or out of step: nothing more can be said in it.
      this.dispatch({ type: 'refused', sid, fatal: true });
      return null;
    }
  }

  decrypt(sid: string, frame: Uint8Array): void {
    const session = this.sessions.get(sid);
    if (session === undefined) return;
    let event: Event;
    try {
      const { seq, ack, content } = session.receive(frame);
      event = { type: 'decrypted', sid, seq, ack, content: fromPackage(content) };
    } catch (error) {
      event = { type: 'refused', sid, fatal: !isDropped(error) };
    }
    this.dispatch(event);
  }

  wipe(sid: string): void {
    this.sessions.get(sid)?.free();
    this.sessions.delete(sid);
  }

  wipeAll(): void {
    for (const sid of [...this.sessions.keys()]) this.wipe(sid);
  }
}

function isDropped(error: unknown): boolean {
  return error instanceof Error && 'class' in error && error.class === DROPPED;
}
