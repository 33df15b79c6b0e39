/** The way to the relay: a WebSocket at a time, and another one when it is lost. */
import { HeldClient } from '../client/client.js';
import { onWakeUp } from '../client/timing.js';
import type { Client, ClientListener, Transport } from '../client/types.js';
import { DuetError } from '../errors.js';
import { callback, isArrayBuffer, options as own } from '../gate.js';
import { AFTER_CLOSE, CLOSE_CODES, type CloseCode } from '../generated/relay-api.js';
import { death } from '../loader.js';
import { told } from '../report.js';
import type { Bytes } from '../types.js';
import { addressOf } from './http.js';
import { Outbox } from './outbox.js';

/** The part of `WebSocket` that is used here. */
export interface Socket {
  binaryType: BinaryType;
  readonly bufferedAmount: number;
  send(frame: Bytes): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

/** `WebSocket`, or what takes its place. The second argument is given where there is no page: Node's and `ws` take it. */
export type SocketClass = new (
  url: URL,
  options?: { readonly headers: { readonly origin: string } },
) => Socket;

/** How the connection stands. */
export type ConnectionState =
  | { readonly at: 'connecting' }
  | { readonly at: 'online' }
  /**
   * The next attempt is made at this time, in ms since 1970; {@link Connection.retryNow} makes it at once. `cause` is there where
   * there was no token: what `token` rejected with.
   */
  | { readonly at: 'waiting'; readonly retryAt: number; readonly cause?: unknown }
  /**
   * No attempt is made by itself. `takenOver`: the account connected elsewhere. `refused`: the relay takes neither this token
   * nor a fresh one, or not what we say; or what `token` gave is no token, which `cause` tells. `closed`: by us, because the
   * client was freed, or because the module's instance is dead, which `cause` tells then.
   */
  | { readonly at: 'stopped'; readonly why: 'takenOver' | 'refused' | 'closed'; readonly cause?: unknown };

export interface ConnectOptions {
  /** Where the relay is: `https://chat.example`. */
  readonly url: string | URL;
  readonly client: Client;
  /** An access token; `refused`: the last one was, so a fresh one is wanted. If it rejects, that is an attempt that failed. */
  readonly token: (refused: boolean) => Promise<string>;
  /** What it throws is reported as an error of a listener is, and changes nothing. */
  readonly onState?: ((state: ConnectionState) => void) | undefined;
  /** In the place of the platform's. */
  readonly WebSocket?: SocketClass | undefined;
}

export interface Connection {
  /**
   * Fulfilled when the client is online for the first time. Rejected with `E_CONNECTION_STOPPED` if the connection stops before;
   * {@link Connection.retryNow} does not change that any more.
   */
  readonly online: Promise<void>;
  readonly state: ConnectionState;
  /** Tries at once, if there is no connection. */
  retryNow(): void;
  /** Ends it. Conversations go on when somebody connects within ten minutes. */
  close(): void;
}

/** From opening the socket to being logged in. */
const LOGIN_MS = 15_000;
/** The pause doubles from the first to the longest, each cut by up to a half at random. */
const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 30_000;
/** A connection that held this long was a good one: the next pause is the first again. */
const STABLE_MS = 10_000;
/** Refusals in a row after which trying by itself makes no sense: the first may have been about an old token. */
const REFUSALS = 2;

const NORMAL = 1000;

/**
 * Connects a client with its relay, and keeps it connected: logs in, answers signs of life, closes what is dead, and tries again
 * after growing pauses.
 *
 * ```ts
 * const connection = connect({ url, client, token: async () => (await refresh({ url })).accessToken });
 * ```
 */
export function connect(options: ConnectOptions): Connection {
  return new Reconnecting(options);
}

/** One attempt and, if it succeeds, one connection. */
interface Attempt {
  readonly socket: Socket;
  readonly outbox: Outbox;
  /** When it was online first. */
  since: number | undefined;
  /** Milliseconds that the relay asked to stay away, if it did. */
  restart: number | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Why an attempt failed, where it is more than the line. */
interface Reason {
  readonly cause?: unknown;
}

class Reconnecting implements Connection {
  readonly #options: ConnectOptions;
  readonly #client: HeldClient;
  readonly #address: URL;
  readonly #sleepless: () => void;
  readonly #kept: () => void;
  readonly online: Promise<void>;
  #isOnline: () => void = () => undefined;
  #isNot: (error: DuetError) => void = () => undefined;
  #state: ConnectionState = { at: 'connecting' };
  #attempt: Attempt | undefined;
  #failures = 0;
  #refusals = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(given: ConnectOptions) {
    const options = own(given);
    if (callback(options.token, 'token') === undefined) throw new DuetError('E_ARGUMENT', 'token is needed');
    callback(options.onState, 'onState');
    callback(options.WebSocket, 'WebSocket');
    const { client } = options;
    if (!HeldClient.is(client)) throw new DuetError('E_ARGUMENT', 'client must be one of this package');
    if (client.freed) throw new DuetError('E_FREED');
    const dead = death();
    if (dead !== undefined) throw dead;
    this.#options = options;
    this.#client = client;
    this.online = new Promise((resolve, reject) => {
      this.#isOnline = resolve;
      this.#isNot = reject;
    });
    // Whoever looks at the state instead need not hear of it.
    this.online.catch(() => undefined);
    this.#address = addressOf('/ws', options.url);
    this.#address.protocol = this.#address.protocol.replace('http', 'ws');
    client.addEventListener('line', this.#onLine);
    client.addEventListener('draining', this.#onDraining);
    client.addEventListener('failed', this.#onFailed);
    // Also where it has no line, or not yet, that it would close.
    this.#kept = client.onFree(() => this.close());
    this.#sleepless = onWakeUp(() => {
      if (this.#state.at !== 'waiting') return;
      clearTimeout(this.#timer);
      this.#again();
    });
    try {
      this.#open();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get state(): ConnectionState {
    return this.#state;
  }

  retryNow(): void {
    if (this.#state.at !== 'waiting' && this.#state.at !== 'stopped') return;
    if (this.#state.at === 'stopped') {
      if (this.#state.why === 'closed') return;
      this.#refusals = 0;
    }
    clearTimeout(this.#timer);
    this.#open();
  }

  close(): void {
    this.#end({});
  }

  #end(reason: Reason): void {
    if (this.#state.at === 'stopped' && this.#state.why === 'closed') return;
    this.#client.removeEventListener('line', this.#onLine);
    this.#client.removeEventListener('draining', this.#onDraining);
    this.#client.removeEventListener('failed', this.#onFailed);
    this.#kept();
    this.#sleepless();
    clearTimeout(this.#timer);
    const attempt = this.#attempt;
    if (attempt !== undefined) this.#drop(attempt);
    this.#stopped({ at: 'stopped', why: 'closed', ...reason }, attempt !== undefined);
  }

  // ---- An attempt

  #open(): void {
    const Socket = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as SocketClass | undefined);
    if (Socket === undefined) throw new DuetError('E_ARGUMENT', 'this platform has no WebSocket: give one');
    // The relay wants to know which page asks. Browsers say it themselves.
    const { origin } = new URL(this.#options.url);
    const isPage = globalThis.location !== undefined;
    const socket = isPage ? new Socket(this.#address) : new Socket(this.#address, { headers: { origin } });
    socket.binaryType = 'arraybuffer';
    const attempt: Attempt = {
      socket,
      outbox: new Outbox(socket),
      since: undefined,
      restart: undefined,
      timer: setTimeout(() => this.#lose(attempt), LOGIN_MS),
    };
    this.#attempt = attempt;
    this.#turn({ at: 'connecting' });
    const here = (then: () => void) => () => {
      if (this.#attempt === attempt) then();
    };
    socket.addEventListener(
      'open',
      here(() => this.#client.opened(this.#transport(attempt))),
    );
    socket.addEventListener('message', ({ data }) => {
      if (this.#attempt !== attempt) return;
      // Not a relay, or not this protocol: nothing that it says can be used.
      if (!isArrayBuffer(data)) return this.#lose(attempt);
      this.#client.receive(new Uint8Array(data));
    });
    // Of a connection that failed. Not every platform tells its end as well.
    socket.addEventListener('error', () => this.#lose(attempt));
    socket.addEventListener('close', ({ code }) => {
      if (this.#attempt === attempt) this.#closed(attempt, code);
    });
  }

  #transport(attempt: Attempt): Transport {
    return {
      send: (frame, lane) => {
        if (this.#attempt === attempt) attempt.outbox.send(frame, lane);
      },
      close: (why) => {
        if (this.#attempt !== attempt) return;
        if (why === 'freed') this.close();
        else this.#lose(attempt);
      },
      tokenWanted: () => {
        void this.#identify(attempt);
      },
    };
  }

  async #identify(attempt: Attempt): Promise<void> {
    let token: string;
    try {
      token = await this.#options.token(this.#refusals > 0);
    } catch (cause) {
      return this.#lose(attempt, { cause });
    }
    if (this.#attempt !== attempt) return;
    try {
      this.#client.token(token);
    } catch (cause) {
      // Whoever gave it would give it again.
      this.#stop(attempt, 'refused', { cause });
    }
  }

  readonly #onLine: ClientListener<'line'> = ({ detail }) => {
    const attempt = this.#attempt;
    if (attempt === undefined) return;
    if (detail.state === 'online' && attempt.since === undefined) {
      clearTimeout(attempt.timer);
      attempt.since = Date.now();
      this.#refusals = 0;
      this.#isOnline();
      this.#turn({ at: 'online' });
    } else if (detail.state === 'refused') {
      this.#refuse(attempt);
    }
  };

  readonly #onDraining: ClientListener<'draining'> = ({ detail }) => {
    if (this.#attempt !== undefined) this.#attempt.restart = detail.ms;
  };

  /** The module's instance is dead, and the client with it. */
  readonly #onFailed: ClientListener<'failed'> = ({ detail }) => this.#end({ cause: detail.error });

  // ---- Its end

  /** What the relay says by the code with which it closes; one that is not known says nothing. */
  #closed(attempt: Attempt, code: number) {
    const after = AFTER_CLOSE[code as CloseCode] ?? 'reconnect';
    switch (after) {
      case 'reconnect':
        return this.#lose(attempt);
      case 'renewToken':
        return this.#refuse(attempt);
      case 'stay':
        return this.#stop(attempt, code === CLOSE_CODES.takenOver ? 'takenOver' : 'refused');
      default:
        after satisfies never;
    }
  }

  #refuse(attempt: Attempt): void {
    this.#refusals += 1;
    if (this.#refusals < REFUSALS) this.#lose(attempt);
    else this.#stop(attempt, 'refused');
  }

  #stop(attempt: Attempt, why: 'takenOver' | 'refused', reason: Reason = {}): void {
    if (this.#died()) return;
    this.#drop(attempt);
    this.#stopped({ at: 'stopped', why, ...reason }, true);
  }

  /** Ends it if the module's instance is dead, also before the client has told. */
  #died(): boolean {
    const cause = death();
    if (cause !== undefined) this.#end({ cause });
    return cause !== undefined;
  }

  #stopped(state: Extract<ConnectionState, { at: 'stopped' }>, lost: boolean): void {
    // First, and not only told: the client may answer at once.
    this.#state = state;
    if (lost && death() === undefined) this.#client.lost();
    const { why, cause } = state;
    this.#isNot(new DuetError('E_CONNECTION_STOPPED', why, cause === undefined ? {} : { cause }));
    this.#turn(state);
  }

  #lose(attempt: Attempt, reason: Reason = {}): void {
    if (this.#attempt !== attempt) return;
    if (this.#died()) return;
    this.#drop(attempt);
    const stable = attempt.since !== undefined && Date.now() - attempt.since >= STABLE_MS;
    if (stable) this.#failures = 0;
    const longest = Math.min(RETRY_FIRST_MS * 2 ** Math.min(this.#failures, 16), RETRY_LONGEST_MS);
    this.#failures += 1;
    // At least half of the pause, so that a relay that comes back is not met by everybody at once.
    const pause = Math.max(attempt.restart ?? 0, longest / 2) + (Math.random() * longest) / 2;
    this.#timer = setTimeout(() => this.#again(), pause);
    this.#client.lost();
    this.#turn({ at: 'waiting', retryAt: Date.now() + pause, ...reason });
  }

  /** A platform that lets nobody open a socket any more, by a policy perhaps, is no line that comes back. */
  #again(): void {
    try {
      this.#open();
    } catch (cause) {
      this.#stopped({ at: 'stopped', why: 'refused', cause }, false);
    }
  }

  #drop(attempt: Attempt): void {
    this.#attempt = undefined;
    clearTimeout(attempt.timer);
    attempt.outbox.clear();
    attempt.socket.close(NORMAL);
  }

  /** The last of whatever is done: a listener may do the next thing at once. */
  #turn(state: ConnectionState): void {
    this.#state = state;
    told(this.#options.onState, state);
  }
}
