/** One connection to the relay at a time: CHALLENGE, LOGIN, WELCOME, then frames (protocol.md section 9). */

import type { Bytes, RelayCodec, RelayFrame } from '../crypto/port.ts';
import { EngineError } from '../errors.ts';
import type { LinkLoss } from '../machine/events.ts';
import { AFTER_CLOSE, CLOSE_CODES, type CloseCode } from '../protocol/generated/relay-api.ts';

/** The part of `WebSocket` that is used here. */
export interface Socket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

/** Frames that are left when the connection stands. */
export type Arriving = Exclude<RelayFrame, { type: 'challenge' | 'welcome' | 'beat' }>;

export interface LinkDeps {
  readonly codec: RelayCodec;
  readonly connect: () => Socket;
  /** @throws EngineError when there is no login any more, or the relay cannot be asked. */
  readonly token: () => Promise<string>;
  readonly login: (challenge: Uint8Array, token: string) => Promise<Bytes>;
  /** The relay refused the login: the token is of no use, or the account's key is another one now. */
  readonly onRefused: () => void;
  readonly onUp: () => void;
  readonly onFrame: (frame: Arriving) => void;
  readonly onDown: (loss: LinkLoss) => void;
}

/** From opening the socket to WELCOME. */
const LOGIN_MS = 15_000;
/** When nothing at all has come for so long, the connection is dead: the relay beats (protocol.md section 9). */
const SILENCE_MS = { talking: 25_000, otherwise: 90_000 } as const;
/** The last part of it. What came while this machine slept is heard before a timer that slept as well decides. */
const LAST_LOOK_MS = 1_000;
/**
 * The relay counts our silence as well, and beats only when it has nothing else to send: who hears the other one type and
 * says nothing would be taken for dead. So after this long without a word of ours, any frame is answered.
 */
const QUIET_MS = { talking: 10_000, otherwise: 60_000 } as const;
/** Refusals in a row after which trying again by itself makes no sense: the first may have been about an old token. */
const REFUSALS = 2;

const NORMAL = 1000;

/** One attempt and, if it succeeds, one connection. */
interface Attempt {
  socket: Socket | null;
  up: boolean;
  /** Milliseconds that the relay asked to stay away, if it did. */
  restart: number | null;
  /** The number of the relay's last BEAT. */
  beat: number;
  /** When something was last sent, by the monotonic clock. */
  sentAt: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Link {
  private attempt: Attempt | null = null;
  private talking = false;
  private refusals = 0;

  constructor(private readonly deps: LinkDeps) {}

  /** Bytes that the socket has not sent yet. */
  get bufferedAmount(): number {
    return this.attempt?.socket?.bufferedAmount ?? 0;
  }

  /** Starts an attempt in the place of whatever there was. Ends with `onUp`, or with `onDown`. */
  open(): void {
    this.drop();
    const attempt: Attempt = { socket: null, up: false, restart: null, beat: 0, sentAt: 0, timer: undefined };
    this.attempt = attempt;
    attempt.timer = setTimeout(() => this.lose(attempt), LOGIN_MS);
    this.deps.token().then(
      (token) => {
        if (this.attempt === attempt) this.dial(attempt, token);
      },
      (error: unknown) => {
        // An ended login is told by whoever found out; this is about the connection.
        if (!(error instanceof EngineError)) throw error;
        this.lose(attempt);
      },
    );
  }

  /** Ends it without a word to the engine: it asked for that. */
  close(): void {
    this.refusals = 0;
    this.drop();
  }

  private drop(): void {
    const { attempt } = this;
    this.attempt = null;
    if (attempt === null) return;
    clearTimeout(attempt.timer);
    attempt.socket?.close(NORMAL);
  }

  /** False when there is no connection: the frame is lost, as the engine knows or is about to be told. */
  send(frame: Uint8Array<ArrayBuffer>): boolean {
    const { attempt } = this;
    if (attempt === null || attempt.socket === null || !attempt.up) return false;
    this.write(attempt, frame);
    return true;
  }

  /** Whether a conversation is open: the relay is told when that changes, and a dead line is noticed sooner. */
  talk(talking: boolean): void {
    const { attempt } = this;
    if (talking === this.talking) return;
    this.talking = talking;
    if (attempt === null || !attempt.up) return;
    this.beat(attempt);
    this.listen(attempt);
  }

  /** A fresh token for the connection that there is. */
  renew(token: string): void {
    this.send(this.deps.codec.encodeToken(token));
  }

  private dial(attempt: Attempt, token: string): void {
    const socket = this.deps.connect();
    socket.binaryType = 'arraybuffer';
    attempt.socket = socket;
    socket.addEventListener('message', ({ data }) => this.receive(attempt, data, token));
    socket.addEventListener('close', ({ code }) => this.closed(attempt, code));
  }

  private receive(attempt: Attempt, data: unknown, token: string) {
    if (this.attempt !== attempt) return;
    if (attempt.up) this.heard(attempt);
    let frame: RelayFrame;
    try {
      if (!(data instanceof ArrayBuffer)) throw new TypeError('not binary');
      frame = this.deps.codec.decodeRelayFrame(new Uint8Array(data));
    } catch {
      // Not a relay, or not this protocol: nothing that it says can be used.
      return this.lose(attempt);
    }
    switch (frame.type) {
      case 'challenge':
        if (attempt.up) return this.lose(attempt);
        void this.answer(attempt, frame.challenge, token);
        return;
      case 'welcome':
        if (!attempt.up) this.welcome(attempt, frame.status);
        return;
      case 'notice':
        if (frame.notice === 'draining') attempt.restart = frame.value;
        else if (attempt.up) this.deps.onFrame(frame);
        return;
      case 'beat':
        if (!attempt.up) return this.lose(attempt);
        attempt.beat = frame.number;
        return this.beat(attempt);
      default:
        if (!attempt.up) return this.lose(attempt);
        return this.deps.onFrame(frame);
    }
  }

  private async answer(attempt: Attempt, challenge: Uint8Array, token: string): Promise<void> {
    try {
      const login = await this.deps.login(challenge, token);
      if (this.attempt === attempt) this.write(attempt, login);
    } catch {
      // The identity was put away in the meantime; a login without it makes no sense.
      this.lose(attempt);
    }
  }

  private welcome(attempt: Attempt, status: 'ok' | 'refused' | 'tryLater') {
    if (status === 'ok') {
      this.refusals = 0;
      attempt.up = true;
      this.listen(attempt);
      if (this.talking) this.beat(attempt);
      return this.deps.onUp();
    }
    if (status === 'refused') this.refuse(attempt);
    else this.lose(attempt);
  }

  private write(attempt: Attempt, frame: Uint8Array<ArrayBuffer>): void {
    attempt.socket?.send(frame);
    attempt.sentAt = performance.now();
  }

  private beat(attempt: Attempt): void {
    this.write(attempt, this.deps.codec.encodeBeat({ number: attempt.beat, talking: this.talking }));
  }

  private heard(attempt: Attempt): void {
    this.listen(attempt);
    const quiet = this.talking ? QUIET_MS.talking : QUIET_MS.otherwise;
    if (performance.now() - attempt.sentAt >= quiet) this.beat(attempt);
  }

  /** Waits for the next frame, whatever it is. */
  private listen(attempt: Attempt): void {
    clearTimeout(attempt.timer);
    const silence = this.talking ? SILENCE_MS.talking : SILENCE_MS.otherwise;
    attempt.timer = setTimeout(() => {
      attempt.timer = setTimeout(() => this.lose(attempt), LAST_LOOK_MS);
    }, silence - LAST_LOOK_MS);
  }

  /** What the relay says by the code with which it closes (protocol.md section 9); one that is not known says nothing. */
  private closed(attempt: Attempt, code: number) {
    if (this.attempt !== attempt) return;
    if (code === CLOSE_CODES.takenOver) return this.end(attempt, { why: 'replaced' });
    const after = AFTER_CLOSE[code as CloseCode] ?? 'reconnect';
    switch (after) {
      case 'reconnect':
        return this.lose(attempt);
      case 'renewToken':
        return this.refuse(attempt);
      case 'stay':
        return this.end(attempt, { why: 'refused' });
      default:
        after satisfies never;
    }
  }

  private refuse(attempt: Attempt): void {
    if (this.attempt !== attempt) return;
    this.refusals += 1;
    this.deps.onRefused();
    if (this.refusals < REFUSALS) this.lose(attempt);
    else this.end(attempt, { why: 'refused' });
  }

  private lose(attempt: Attempt): void {
    const { restart } = attempt;
    this.end(attempt, restart === null ? { why: 'lost' } : { why: 'restart', after: restart });
  }

  private end(attempt: Attempt, loss: LinkLoss): void {
    if (this.attempt !== attempt) return;
    this.drop();
    this.deps.onDown(loss);
  }
}
