/** Drives the core's client: one call for each input, then what it wants done is carried out, in order. */
import { call, callWithSecret, release, run } from '../boundary.js';
import { checkedLength, copyOf, text, viewOf, wholeNumber } from '../bytes.js';
import { now } from '../clock.js';
import { DISPOSE, Held } from '../dispose.js';
import { DuetError } from '../errors.js';
import { options } from '../gate.js';
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
import type { Account, Bytes, PinState, VerifiedPeer } from '../types.js';
import { peersToWire } from '../vault.js';
import type { Finished, Task, Client as WasmClient } from '../wasm/glue.js';
import { HeldConversation } from './conversation.js';
import { Feed } from './feed.js';
import { Alarm, onWakeUp } from './timing.js';
import type {
  Client,
  ClientEvent,
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

export class HeldClient implements Client {
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

  get freed(): boolean {
    return this.#freed;
  }

  get presence(): Bytes {
    return call(() => this.#held.live.presence());
  }

  /** One input, and what follows from it. */
  step<T>(input: (client: WasmClient, at: number) => T): T {
    const result = callWithSecret(() => input(this.#held.live, now()));
    this.#carryOut();
    return result;
  }

  /** A look, after which nothing follows. */
  look<T>(at: (client: WasmClient) => T): T {
    return call(() => at(this.#held.live));
  }

  // ---- People

  call({ name, publicKey }: { readonly name: string; readonly publicKey: Uint8Array }): Conversation {
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
    return call(() => this.#held.live.wait(account));
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
    const account = conversation === undefined ? undefined : copyOf(conversation.accountId, 'accountId', 32);
    this.step((client) => client.show(account));
  }

  watch(accountIds: readonly Uint8Array[]): void {
    if (!Array.isArray(accountIds)) throw new DuetError('E_ARGUMENT', 'accountIds must be an array');
    const joined = new Uint8Array(32 * accountIds.length);
    for (const [index, account] of accountIds.entries())
      joined.set(copyOf(account, 'accountIds', 32), 32 * index);
    this.step((client, at) => client.watch(joined, at));
  }

  pins(): VerifiedPeer[] {
    return call(() => this.#held.live.pins()) as VerifiedPeer[];
  }

  replacePins(pins: readonly VerifiedPeer[]): void {
    const people = peersToWire(pins, 'pins');
    this.step((client) => client.replacePins(this.account.realm, people));
  }

  compare(compared: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly by: Comparison;
  }): PinState {
    const account = copyOf(compared.accountId, 'accountId', 32);
    const key = copyOf(compared.publicKey, 'publicKey', 32);
    const { by } = compared;
    return this.step((client) => client.compare(account, key, by)) as PinState;
  }

  trust(trusted: {
    readonly accountId: Uint8Array;
    readonly publicKey: Uint8Array;
    readonly state: PinState;
  }): void {
    const account = copyOf(trusted.accountId, 'accountId', 32);
    const key = copyOf(trusted.publicKey, 'publicKey', 32);
    const { state } = trusted;
    this.step((client, at) => client.trust(account, key, state, at));
  }

  // ---- The line

  opened(transport: Transport): void {
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

  /** A frame that is made outside of the core. */
  send(frame: Bytes, lane: Lane): void {
    this.#transport?.send(frame, lane);
  }

  // ---- Events

  addEventListener<Type extends ClientEvent['type']>(
    type: Type,
    listener: ClientListener<Type>,
    how?: AddEventListenerOptions | boolean,
  ): void {
    this.#target.addEventListener(type, listener as EventListener, how);
  }

  removeEventListener<Type extends ClientEvent['type']>(
    type: Type,
    listener: ClientListener<Type>,
    how?: EventListenerOptions | boolean,
  ): void {
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
  }

  [DISPOSE](): void {
    this.free();
  }

  // ---- What the core wants done

  #look(): void {
    this.step((client, at) => client.advance(at));
  }

  /** In order, also where the transport answers at once by another input. */
  #carryOut(): void {
    this.#todo.push(...(call(() => this.#held.live.poll()) as readonly Output[]));
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let output = this.#todo.shift(); output !== undefined; output = this.#todo.shift())
        this.#do(output);
    } finally {
      this.#busy = false;
    }
    if (!this.#freed) this.#alarm.set(call(() => this.#held.live.nextWake()));
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
      // What a job fails with is told to the core. This is the end of the instance.
      this.#feed.fail(error);
    }
  }
}

/** All intervals in the order of the core; NaN stands for the usual one. */
function intervalsOf(settings: Partial<Settings>): Float64Array {
  const given: Partial<Record<string, unknown>> = options(settings, 'settings');
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(SETTINGS, name)) throw new DuetError('E_ARGUMENT', `settings has no ${name}`);
  }
  const intervals = Object.entries(SETTINGS).flatMap(([name, count]) => {
    const value = given[name];
    if (value === undefined) return Array.from({ length: count }, () => Number.NaN);
    const numbers: unknown[] = Array.isArray(value) ? value : [value];
    if (numbers.length !== count) throw new DuetError('E_ARGUMENT', `settings.${name} is ${count} numbers`);
    return numbers.map((number) => wholeNumber(number as number, `settings.${name}`));
  });
  return Float64Array.from(intervals);
}
