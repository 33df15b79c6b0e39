/** What both sides of a handshake have in common. */
import { call, release, run } from '../boundary.js';
import { copyOf } from '../bytes.js';
import { now } from '../clock.js';
import { Held } from '../dispose.js';
import { pick } from '../engines.js';
import { DuetError } from '../errors.js';
import { options } from '../gate.js';
import { ENVELOPE_HEAD_LENGTH, MESSAGE_FRAME_MAX } from '../generated/limits.js';
import type { Wasm } from '../loader.js';
import { Serial } from '../serial.js';
import { sessionFrom } from '../session.js';
import type { Bytes, EndReason, EngineMode, Session } from '../types.js';
import type { Choice, Established, Task } from '../wasm/glue.js';

/** A frame and its sender, as the relay says. */
export interface Addressed {
  readonly frame: Uint8Array;
  readonly from: Uint8Array;
}

/** No frame of a handshake, and no early message, is longer. */
const PAYLOAD_MAX = MESSAGE_FRAME_MAX - ENVELOPE_HEAD_LENGTH;

/** Copies both; refuses a sender that is no account id. */
export function addressed(input: Addressed): { frame: Bytes; from: Bytes } {
  const { frame, from } = options(input, 'input');
  return { frame: copyOf(frame, 'frame', undefined, PAYLOAD_MAX), from: copyOf(from, 'from', 32) };
}

/** An object of the instance that one operation at a time works on, in the order of the calls. */
export class Turns<T extends { free(): void }> {
  readonly #held: Held<T>;
  readonly #turns = new Serial();

  constructor(inner: T) {
    this.#held = new Held(inner);
  }

  /** The object, for what is over at once. Throws `E_FREED` if it is gone. */
  get live(): T {
    return this.#held.live;
  }

  run<Result>(start: (object: T) => Task): Promise<Result> {
    return this.#turns.run(() => run<Result>(() => start(this.#held.live)));
  }

  free(): void {
    this.#held.free();
  }
}

/** {@link Turns} of what waits for its peer, which may answer with an END at any time. */
export class Waiting<
  T extends { free(): void; verifyEnd(frame: Bytes, from: Bytes): Task },
> extends Turns<T> {
  async verifyEnd(input: Addressed): Promise<EndReason> {
    const { frame, from } = addressed(input);
    const number = await this.run<number>((object) => object.verifyEnd(frame, from));
    const reason = END_REASONS[number - 1];
    if (reason === undefined) throw new DuetError('E_FRAME_FIELD');
    return reason;
  }
}

/** By the number on the wire (protocol.md section 4.8). */
const END_REASONS: readonly EndReason[] = ['declined', 'busy', 'cancelled', 'prekey-unknown', 'version'];

/** The frame that completes a handshake, and the session. */
export function parts(done: Established): { first: Bytes; session: Session } {
  try {
    return { first: call(() => done.frame()), session: sessionFrom(call(() => done.session(now()))) };
  } finally {
    release(done);
  }
}

/** Both operations are decided here, before the handshake begins, and stay what they are to its end. */
export function withChoice<T>(mode: EngineMode | undefined, use: (choice: Choice) => T): T {
  const [ed25519, x25519] = [pick('ed25519', mode) === 'native', pick('x25519', mode) === 'native'];
  const choice = call((wasm: Wasm) => new wasm.Choice(ed25519, x25519));
  try {
    // The bindings copy it while they are called.
    return use(choice);
  } finally {
    release(choice);
  }
}
