/** Our one-time prekeys on the relay (protocol.md section 5): made here, handed out there, used once. */
import { PREKEYS_MAX } from '@duet-chat/crypto';
import { toText } from '../bytes.ts';
import type { Bytes, Listener } from '../crypto/port.ts';
import { packageCode } from '../errors.ts';
import { PREKEYS } from '../machine/limits.ts';

/** Where PREKEY and INIT hold the prekey's id (protocol.md sections 5.1 and 5.2). */
const ID_IN_PREKEY = [2, 18] as const;
const ID_IN_INIT = [1411, 1427] as const;

export class Prekeys {
  /** Frames whose secret was not used, by id, in the order in which the relay got them: it hands out the oldest. */
  private readonly stock = new Map<string, Bytes>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly listener: Pick<Listener, 'publishPrekeys'>) {}

  /**
   * Frames for a relay that has `left` of them, until it has enough. New ones first; when as many secrets are kept as
   * may be, those that somebody fetched and never used are offered once more: they still work once.
   */
  more(left: number): Promise<readonly Bytes[]> {
    // One after the other: each counts what the one before made.
    const work = this.turn.then(() => this.add(left));
    this.turn = work.catch(() => undefined);
    return work;
  }

  private async add(left: number): Promise<readonly Bytes[]> {
    const fetched = [...this.stock].slice(0, Math.max(0, this.stock.size - left));
    const wanted = Math.max(0, PREKEYS - left);
    const made = await this.make(Math.min(wanted, PREKEYS_MAX - this.stock.size));
    const again = fetched.slice(0, wanted - made.length);
    const frames = [...made, ...again.map(([, frame]) => frame)];
    for (const frame of frames) {
      const id = toText(frame.subarray(...ID_IN_PREKEY));
      this.stock.delete(id);
      this.stock.set(id, frame);
    }
    return frames;
  }

  /** The prekey of this INIT is gone. */
  used(init: Uint8Array): void {
    this.stock.delete(toText(init.subarray(...ID_IN_INIT)));
  }

  private async make(count: number): Promise<readonly Bytes[]> {
    if (count <= 0) return [];
    try {
      return await this.listener.publishPrekeys(count);
    } catch (error) {
      // Without prekeys a call begins with an OFFER: a loss of a second, not of anything else.
      if (packageCode(error) === null) throw error;
      return [];
    }
  }
}
