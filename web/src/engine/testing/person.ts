/** For tests: an engine in a browser profile of its own, and what its page has been told. */
import * as crypto from '@duet-chat/crypto';
import * as packageRelay from '@duet-chat/crypto/relay';
import type {
  EngineEvent,
  EngineMode,
  InTalk,
  MessageView,
  TalkCommandName,
  TransferView,
} from '../contract.ts';
import { createEngine, type Engine } from '../engine.ts';
import { toUserError } from '../errors.ts';
import { type Keystore, openKeystore } from '../keystore/keystore.ts';
import type { CryptoPort } from '../port.ts';
import type { CommandName } from '../rpc.ts';
import type { MemoryRelay } from './memory-relay.ts';

let profiles = 0;

/** Stretching takes half a second; a test that is not about it does without. */
async function quickSplit({ realm, name, password }: { realm: string; name: string; password: string }) {
  const text = new TextEncoder().encode(`${realm} ${name} ${password}`);
  const digest = async (label: number) =>
    new Uint8Array(await globalThis.crypto.subtle.digest('SHA-256', Uint8Array.of(label, ...text)));
  const loginSecret = Buffer.from(await digest(1)).toString('base64url');
  return { loginSecret, vaultSecret: await digest(2) };
}

/** Whose conversation is on the screen is what a page adds to it. */
type ScreenInput<N extends CommandName> = N extends TalkCommandName
  ? (Omit<Parameters<Engine[N]>[0], 'accountId'> & Partial<InTalk>) | undefined
  : Parameters<Engine[N]>[0];

export class Person {
  readonly events: EngineEvent[] = [];
  private readonly messages = new Map<string, MessageView>();
  private readonly waiters = new Set<() => void>();
  readonly keystore: Keystore;
  engine: Engine;
  /** How far this person's clock is ahead, in ms. */
  ahead = 0;

  constructor(
    readonly name: string,
    readonly mode: EngineMode,
    private readonly relay: MemoryRelay,
    private readonly browser: ReturnType<MemoryRelay['browser']> = relay.browser(),
    private readonly options: {
      readonly profile?: string;
      readonly stretch?: boolean;
      /** Of the browser, if its tabs know of each other. */
      readonly locks?: Pick<LockManager, 'request'>;
      /** What this person's client does in another way. */
      readonly crypto?: Partial<CryptoPort>;
    } = {},
  ) {
    this.profile = options.profile ?? `profile-${++profiles}`;
    this.keystore = openKeystore(this.profile);
    this.engine = createEngine(
      {
        crypto: {
          ...crypto,
          ...(options.stretch === true ? {} : { splitPassword: quickSplit }),
          ...options.crypto,
        },
        relay: packageRelay,
        keystore: this.keystore,
        fetch: browser.fetch,
        origin: 'http://relay.test',
        WebSocket: browser.WebSocket,
        locks: options.locks,
        now: () => Date.now() + this.ahead,
      },
      (event) => this.take(event),
    );
  }

  private readonly profile: string;

  /** The page is loaded again: a new engine on what the profile kept. */
  reloaded(mode: EngineMode = this.mode): Person {
    return new Person(this.name, mode, this.relay, this.browser, { ...this.options, profile: this.profile });
  }

  /** Runs a command as the page would, in the conversation on the screen: it rejects with a `UserError`. */
  async run<N extends CommandName>(name: N, input: ScreenInput<N>): Promise<Awaited<ReturnType<Engine[N]>>> {
    const command = this.engine[name] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
    const accountId = this.conversation?.peer.accountId ?? '';
    try {
      return (await command({ accountId, ...input }, new AbortController().signal)) as Awaited<
        ReturnType<Engine[N]>
      >;
    } catch (error) {
      throw toUserError(error);
    }
  }

  async start(): Promise<this> {
    await this.run('start', { mode: this.mode });
    return this;
  }

  async registered(password = 'correct horse battery'): Promise<this> {
    await this.start();
    await this.run('register', { name: this.name, password });
    await this.online();
    return this;
  }

  async online(): Promise<void> {
    await this.until('online', () => this.app?.connection.state === 'online');
  }

  private last<T extends EngineEvent['type']>(type: T): Extract<EngineEvent, { type: T }> | undefined {
    return this.events.findLast((event): event is Extract<EngineEvent, { type: T }> => event.type === type);
  }

  get app() {
    return this.last('app')?.app;
  }

  get conversation() {
    return this.last('conversation')?.conversation ?? null;
  }

  get conversations() {
    return this.last('conversations')?.conversations ?? [];
  }

  get incoming() {
    return this.last('incoming')?.incoming ?? [];
  }

  get notices() {
    return this.events.flatMap((event) => (event.type === 'notice' ? [event.error.code] : []));
  }

  get shown(): readonly MessageView[] {
    return [...this.messages.values()];
  }

  text(text: string): MessageView | undefined {
    return this.shown.find(({ body }) => body.kind === 'text' && body.text === text);
  }

  get transfers(): readonly TransferView[] {
    return this.shown.flatMap(({ body }) => (body.kind === 'file' ? [body.transfer] : []));
  }

  /** Resolves when it holds; events wake it, nothing is polled. */
  async until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(look);
        const state = { app: this.app, conversation: this.conversation, notices: this.notices };
        reject(new Error(`${this.name}: not ${what}: ${JSON.stringify(state)}`));
      }, ms);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        this.waiters.delete(look);
        resolve();
      };
      this.waiters.add(look);
    });
  }

  async untilState(state: string): Promise<void> {
    await this.until(state, () => this.conversation?.state === state);
  }

  private take(event: EngineEvent): void {
    this.events.push(event);
    if (event.type === 'messages') for (const message of event.upsert) this.messages.set(message.id, message);
    if (event.type === 'messages-removed') for (const id of event.ids) this.messages.delete(id);
    if (event.type === 'messages-cleared') this.messages.clear();
    for (const look of [...this.waiters]) look();
  }
}

export async function call(caller: Person, callee: Person): Promise<void> {
  const found = await caller.run('search', { query: callee.name });
  const [peer] = found;
  if (peer === undefined) throw new Error(`${callee.name} is not found`);
  await caller.run('openChat', { accountId: peer.accountId, name: peer.name });
}

/** Both in one secure conversation. */
export async function meet(caller: Person, callee: Person): Promise<void> {
  await call(caller, callee);
  await callee.until('called', () => callee.incoming.length === 1);
  await callee.run('acceptIncoming', { id: callee.incoming[0]?.id ?? '' });
  await Promise.all([caller.untilState('secure'), callee.untilState('secure')]);
}
