/** Drives the core's client: one call for each input, then what it wants done is carried out, in order. */
import { call, on, onWithSecret, release, run } from '../boundary.js';
import { checkedLength, copyOf, joinedBytes, text, viewOf, wholeNumber } from '../bytes.js';
import { now } from '../clock.js';
import { DISPOSE, Held } from '../dispose.js';
import { DuetError } from '../errors.js';
import { callback, elements, options, signal as signalOf } from '../gate.js';
import type { Event } from '../generated/Client.js';
import {
  CHUNK_FRAME_HEAD_LENGTH,
  CHUNK_MESSAGE_MAX,
  ENVELOPE_HEAD_LENGTH,
  MESSAGE_FRAME_MAX,
} from '../generated/limits.js';
import { SETTINGS } from '../generated/shapes.js';
import { withChoice } from '../handshake/step.js';
import { internalIdentity } from '../identity.js';
import { death } from '../loader.js';
import { report } from '../report.js';
import type { Account, Bytes, PinState, VerifiedPeer } from '../types.js';
import { peersToWire } from '../vault.js';
import type { Finished, Task, Client as WasmClient } from '../wasm/glue.js';
import { HeldConversation } from './conversation.js';
import { Feed } from './feed.js';
import type { Inputs } from './inputs.js';
import { Alarm, onWakeUp } from './timing.js';
import type {
  Client,
  ClientEvent,
  ClientEventType,
  ClientListener,
  ClientOptions,
  CloseReason,
  Comparison,
  Conversation,
  Lane,
  Settings,
  Transport,
} from './types.js';

/** What `poll` gives. */
type Output =
  | { readonly type: 'send'; readonly lane: Lane; readonly bytes: Bytes }
  | { readonly type: 'job'; readonly task: Task }
  | { readonly type: 'token' }
  | { readonly type: 'close'; readonly why: CloseReason }
  | { readonly type: 'event'; readonly event: Event };

/** Of a frame with chunks only its beginning goes to the core. */
const CHUNK_BEGINNING = ENVELOPE_HEAD_LENGTH + CHUNK_FRAME_HEAD_LENGTH + 1;

export class HeldClient implements Client, Inputs {
  readonly account: Account;
  readonly accountId: Bytes;
  readonly #held: Held<WasmClient>;
  readonly #conversations = new Map<string, HeldConversation>();
  readonly #target = new EventTarget();
  readonly #feed = new Feed(this.#target);
  readonly #alarm = new Alarm(() => this.#look());
  readonly #sleepless: () => void;
  readonly #todo: Output[] = [];
  #busy = false;
  readonly #onFree = new Set<() => void>();
  #transport: Transport | undefined;
  #freed = false;

  constructor(given: ClientOptions) {
    const { identity, pins = [], engine, settings = {} } = options(given);
    const inner = internalIdentity(identity);
    this.account = identity.account;
    this.accountId = identity.accountId;
    const { realm } = this.account;
    const [people, intervals] = [peersToWire(pins, 'pins'), intervalsOf(settings)];
    this.#held = new Held(
      withChoice(engine, (choice) =>
        call((wasm) => new wasm.Client(inner, choice, realm, people, intervals)),
      ),
    );
    this.#sleepless = onWakeUp(() => this.#alarm.soon());
  }

  /** False for a proxy of one, which has nothing of its inside. */
  static is(client: unknown): client is HeldClient {
    return typeof client === 'object' && client !== null && #held in client;
  }

  get freed(): boolean {
    return this.#freed;
  }

  get presence(): Bytes {
    return on(this.#held.live, (client) => client.presence());
  }

  step<T>(input: (client: WasmClient, at: number) => T): T {
    try {
      const result = onWithSecret(this.#held.live, (client) => input(client, now()));
      this.#carryOut();
      return result;
    } finally {
      this.#mourn();
    }
  }

  look<T>(at: (client: WasmClient) => T): T {
    return on(this.#held.live, at);
  }

  // ---- People

  call(person: { readonly name: string; readonly publicKey: Uint8Array }): Conversation {
    const { name, publicKey } = options(person, 'person');
    const [checked, key] = [text(name, 'name'), copyOf(publicKey, 'publicKey', 32)];
    return this.conversation(this.step((client, at) => client.call(checked, key, at)));
  }

  accept(name: string): Conversation {
    const checked = text(name, 'name');
    this.step((client, at) => client.accept(checked, at));
    return this.conversation(call((wasm) => wasm.accountId(this.account.realm, checked)));
  }

  decline(accountId: Uint8Array): void {
    const account = copyOf(accountId, 'accountId', 32);
    this.step((client, at) => client.decline(account, at));
  }

  wait(accountId: Uint8Array): number {
    const account = copyOf(accountId, 'accountId', 32);
    return on(this.#held.live, (client) => client.wait(account));
  }

  conversation(accountId: Uint8Array): HeldConversation {
    const account = copyOf(accountId, 'accountId', 32);
    const id = Array.from(account, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    const conversation = new HeldConversation(this, account, id);
    this.#conversations.set(id, conversation);
    return conversation;
  }

  show(conversation: Conversation | undefined): void {
    if (conversation !== undefined && !HeldConversation.is(conversation))
      throw new DuetError('E_ARGUMENT', 'conversation must be one of this client');
    const account = conversation?.accountId.slice();
    this.step((client) => client.show(account));
  }

  watch(accountIds: readonly Uint8Array[]): void {
    const joined = joinedBytes(elements(accountIds, 'accountIds'), 'accountIds', 32);
    this.step((client, at) => client.watch(joined, at));
  }

  pins(): VerifiedPeer[] {
    return on(this.#held.live, (client) => client.pins()) as VerifiedPeer[];
  }

  replacePins(pins: readonly VerifiedPeer[]): void {
    const people = peersToWire(pins, 'pins');
    this.step((client) => client.replacePins(this.account.realm, people));
  }

  compare(given: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly by: Comparison;
  }): PinState {
    const compared = options(given, 'compared');
    const account = copyOf(compared.accountId, 'accountId', 32);
    const key = copyOf(compared.publicKey, 'publicKey', 32);
    const { by } = compared;
    return this.step((client) => client.compare(account, key, by)) as PinState;
  }

  trust(given: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly state: PinState;
  }): void {
    const trusted = options(given, 'trusted');
    const account = copyOf(trusted.accountId, 'accountId', 32);
    const key = copyOf(trusted.publicKey, 'publicKey', 32);
    const { state } = trusted;
    this.step((client, at) => client.trust(account, key, state, at));
  }

  // ---- The line

  opened(transport: Transport): void {
    checkTransport(transport);
    if (this.#freed) {
      transport.close('freed');
      throw new DuetError('E_FREED');
    }
    this.#transport = transport;
    this.step((client, at) => client.opened(at));
  }

  lost(): void {
    // The socket's end may be told later than ours.
    if (this.#freed) return;
    this.#transport = undefined;
    this.step((client, at) => client.lost(at));
  }

  token(accessToken: string): void {
    const token = text(accessToken, 'accessToken');
    this.step((client, at) => client.token(token, at));
  }

  receive(frame: Uint8Array): void {
    // Lengths before copies.
    const length = checkedLength(frame, 'frame');
    if (length > CHUNK_MESSAGE_MAX) return;
    const part = copyOf(length > MESSAGE_FRAME_MAX ? viewOf(frame, 0, CHUNK_BEGINNING) : frame, 'frame');
    const chunks = this.step((client, at) => client.receive(part, length, at)) as
      | { readonly account: Bytes; readonly file: Bytes }
      | undefined;
    if (chunks === undefined) return;
    this.conversation(chunks.account).arrived(chunks.file, viewOf(frame, ENVELOPE_HEAD_LENGTH, length));
  }

  send(frame: Bytes, lane: Lane): void {
    this.#transport?.send(frame, lane);
  }

  // ---- Events

  addEventListener<Type extends ClientEventType>(
    type: Type,
    listener: ClientListener<Type>,
    how?: AddEventListenerOptions | boolean,
  ): void {
    checkListener(type, listener, how);
    this.#target.addEventListener(type, listener as EventListener, how);
  }

  removeEventListener<Type extends ClientEventType>(
    type: Type,
    listener: ClientListener<Type>,
    how?: EventListenerOptions | boolean,
  ): void {
    checkListener(type, listener, how);
    this.#target.removeEventListener(type, listener as EventListener, how);
  }

  [Symbol.asyncIterator](): AsyncIterator<ClientEvent> {
    return this.#feed.reader();
  }

  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    this.#alarm.clear();
    this.#sleepless();
    for (const conversation of this.#conversations.values()) conversation.drop();
    const transport = this.#transport;
    this.#transport = undefined;
    this.#todo.length = 0;
    this.#held.free();
    this.#feed.end();
    transport?.close('freed');
    for (const then of this.#onFree) then();
    this.#onFree.clear();
  }

  /** Calls `then` once it is freed. Returns what takes that back. */
  onFree(then: () => void): () => void {
    this.#onFree.add(then);
    return () => this.#onFree.delete(then);
  }

  [DISPOSE](): void {
    this.free();
  }

  // ---- What the core wants done

  /** Nobody waits for it: what is the end of the instance is told as that, and everything else as a defect. */
  #look(): void {
    try {
      this.step((client, at) => client.advance(at));
    } catch (error) {
      if (death() === undefined) report(error);
    }
  }

  /** In order, also where the transport answers at once by another input. */
  #carryOut(): void {
    this.#todo.push(...(on(this.#held.live, (client) => client.poll()) as readonly Output[]));
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let output = this.#todo.shift(); output !== undefined; output = this.#todo.shift())
        this.#do(output);
    } finally {
      this.#busy = false;
    }
    if (!this.#freed) this.#alarm.set(on(this.#held.live, (client) => client.nextWake()));
  }

  #do(output: Output) {
    switch (output.type) {
      case 'send':
        return this.#transport?.send(output.bytes, output.lane);
      case 'token':
        return this.#transport?.tokenWanted();
      case 'close':
        return this.#transport?.close(output.why);
      case 'job':
        void this.#work(output.task);
        return;
      case 'event':
        return this.#tell(output.event);
      default:
        output satisfies never;
    }
  }

  #tell(event: Event) {
    if (!('account' in event)) return this.#feed.tell(event);
    const conversation = this.conversation(event.account);
    if (conversation.hears(event)) this.#feed.tell({ ...event, conversation });
  }

  /** Jobs are independent: whichever is done first is told first, and one that never ends is given up by the core. */
  async #work(task: Task): Promise<void> {
    try {
      const finished = await run<Finished>(() => task);
      if (this.#freed) release(finished);
      else this.step((client, at) => client.done(finished, at));
    } catch (error) {
      // What a job fails with is told to the core. What is left is the end of the instance, or a transport that throws.
      if (death() === undefined) report(error);
      this.#mourn();
    }
  }

  /** Tells the end of the instance, if this is it. */
  #mourn(): void {
    const dead = death();
    if (dead !== undefined) this.#feed.fail(dead);
  }
}

/** A transport may be an object of a class: its methods are called, and only called. */
function checkTransport(transport: Transport): void {
  try {
    for (const method of [transport.send, transport.close, transport.tokenWanted])
      if (callback(method, 'a method of the transport') === undefined)
        throw new TypeError('a method is missing');
  } catch (cause) {
    throw new DuetError('E_ARGUMENT', 'transport must have the methods send, close and tokenWanted', {
      cause,
    });
  }
}

/** `EventTarget` takes more than this, and fails in its own words. */
function checkListener(type: unknown, listener: unknown, how: unknown): void {
  if (typeof type !== 'string') throw new DuetError('E_ARGUMENT', 'type must be a string');
  callback(listener, 'listener');
  if (how === undefined || typeof how === 'boolean') return;
  signalOf(options(how as AddEventListenerOptions, 'options').signal);
}

/** All intervals in the order of the core, NaN for the usual one. */
export function intervalsOf(settings: Partial<Settings>): Float64Array {
  const given: Partial<Record<string, unknown>> = options(settings, 'settings');
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(SETTINGS, name)) throw new DuetError('E_ARGUMENT', `settings has no ${name}`);
  }
  const intervals = Object.entries(SETTINGS).flatMap(([name, count]) => {
    const value = given[name];
    if (value === undefined) return Array.from({ length: count }, () => Number.NaN);
    const numbers = count === 1 ? [value] : elements(value, `settings.${name}`);
    if (numbers.length !== count) throw new DuetError('E_ARGUMENT', `settings.${name} is ${count} numbers`);
    return numbers.map((number) => wholeNumber(number as number, `settings.${name}`));
  });
  return Float64Array.from(intervals);
}
