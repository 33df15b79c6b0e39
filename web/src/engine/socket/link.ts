/** One connection to the relay at a time: CHALLENGE, LOGIN, WELCOME, then frames (protocol.md section 9). */

import type { Bytes, RelayCodec, RelayFrame } from '../crypto/port.ts';
import { EngineError } from '../errors.ts';
import type { LinkLoss } from '../machine/events.ts';
import { CLOSE_CODES } from '../protocol/generated/relay-api.ts';

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
export type Arriving = Exclude<RelayFrame, { type: 'challenge' } | { type: 'welcome' } | { type: 'beat' }>;

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
/** When frames were sent and nothing at all has come back for so long, the connection is dead. */
const SILENCE_MS = 30_000;

const NORMAL = 1000;

/** One attempt and, if it succeeds, one connection. */
interface Attempt {
  socket: Socket | null;
  up: boolean;
  /** Milliseconds that the relay asked to stay away, if it did. */
  restart: number | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Link {
  private attempt: Attempt | null = null;

  constructor(private readonly deps: LinkDeps) {}

  /** Bytes that the socket has not sent yet. */
  get bufferedAmount(): number {
    return this.attempt?.socket?.bufferedAmount ?? 0;
  }

  /** Starts an attempt in the place of whatever there was. Ends with `onUp`, or with `onDown`. */
  open(): void {
    this.close();
    const attempt: Attempt = { socket: null, up: false, restart: null, timer: undefined };
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
    attempt.socket.send(frame);
    if (attempt.timer === undefined) attempt.timer = setTimeout(() => this.lose(attempt), SILENCE_MS);
    return true;
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
    socket.addEventListener('close', ({ code }) => {
      if (code === CLOSE_CODES.unauthenticated) this.deps.onRefused();
      this.lose(attempt, code);
    });
  }

  private receive(attempt: Attempt, data: unknown, token: string) {
    if (this.attempt !== attempt) return;
    if (attempt.up) {
      clearTimeout(attempt.timer);
      attempt.timer = undefined;
    }
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
        // Not `send`: an answer does not wait for one.
        attempt.socket?.send(this.deps.codec.encodeBeat({ number: frame.number, talking: false }));
        return;
      default:
        if (!attempt.up) return this.lose(attempt);
        return this.deps.onFrame(frame);
    }
  }

  private async answer(attempt: Attempt, challenge: Uint8Array, token: string): Promise<void> {
    try {
      const login = await this.deps.login(challenge, token);
      if (this.attempt === attempt) attempt.socket?.send(login);
    } catch {
      // The identity was put away in the meantime; a login without it makes no sense.
      this.lose(attempt);
    }
  }

  private welcome(attempt: Attempt, status: 'ok' | 'refused' | 'tryLater') {
    if (status === 'ok') {
      clearTimeout(attempt.timer);
      attempt.timer = undefined;
      attempt.up = true;
      return this.deps.onUp();
    }
    if (status === 'refused') this.deps.onRefused();
    this.lose(attempt);
  }

  private lose(attempt: Attempt, code?: number): void {
    if (this.attempt !== attempt) return;
    this.close();
    if (code === CLOSE_CODES.takenOver) this.deps.onDown({ why: 'replaced' });
    else if (attempt.restart !== null) this.deps.onDown({ why: 'restart', after: attempt.restart });
    else this.deps.onDown({ why: 'lost' });
  }
}
