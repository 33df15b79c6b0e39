/** The conversations of whoever is here, put together: what the person does goes to one of its parts. */
import type { App } from '../app.ts';
import { toText } from '../bytes.ts';
import type { AccountView, EngineEvent, EngineMode } from '../contract.ts';
import type { Directory } from '../directory.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { toPeer } from '../keystore/peers.ts';
import type { Connection, ConnectionState, Conversation, CryptoPort, Identity } from '../port.ts';
import { beginRun, endRun, type Run } from '../run.ts';
import { Calls } from './calls.ts';
import { Current } from './current.ts';
import { Files } from './files.ts';
import { Hearing } from './hearing.ts';
import { connectClient, connectionView, type RelayDeps } from './relay.ts';
import { isCut, type Talk } from './state.ts';
import { transitions } from './transitions.ts';
import { Trust } from './trust.ts';
import { Words } from './words.ts';

export interface TalksDeps extends RelayDeps {
  readonly crypto: CryptoPort;
  readonly keystore: Keystore;
  readonly directory: Directory;
  readonly app: App;
  readonly mode: () => EngineMode;
  readonly emit: (event: EngineEvent) => void;
  /** Whose calls are not shown. */
  readonly isBlocked: (accountId: string) => boolean;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told of every transition, without contents. */
  readonly log?: ((line: string) => void) | undefined;
}

export class Talks {
  readonly calls: Calls;
  readonly words: Words;
  readonly trust: Trust;
  private readonly current: Current;
  private readonly files: Files;
  private readonly hearing: Hearing;
  private connection: Connection | null = null;
  private browserOffline = false;
  private eraseOnDrop = false;

  constructor(private readonly deps: TalksDeps) {
    const { directory, emit, keystore, mode, now } = deps;
    const maxFileBytes = () => deps.app.view.maxFileBytes;
    const current = new Current({
      emit,
      now,
      onChange: (before, after, why) => {
        for (const line of deps.log === undefined ? [] : transitions(before, after, why)) deps.log?.(line);
        this.leaveDropped();
      },
    });
    this.current = current;
    this.files = new Files({
      mode,
      now,
      maxFileBytes,
      change: (accountId, fid, change) => current.apply({ type: 'transfer', accountId, fid, change }),
      report: (error) => current.report(error),
    });
    const { files } = this;
    this.calls = new Calls({ current, directory, files });
    this.words = new Words({ current, files, maxFileBytes, now });
    this.trust = new Trust({ current, calls: this.calls, keystore, now });
    this.hearing = new Hearing({
      current,
      directory,
      files,
      trust: this.trust,
      emit,
      isBlocked: deps.isBlocked,
    });
  }

  /** Whoever is here. */
  get person(): Run | null {
    return this.current.run;
  }

  /** The conversation on the screen. */
  get visible(): Talk | null {
    return this.current.visible;
  }

  /** The package's handle of the conversation on the screen, while it lives. */
  get handle(): Conversation | null {
    return this.current.handle;
  }

  /** The person is here: with those who are known, on the way to the relay. */
  async enter(identity: Identity): Promise<void> {
    const { current } = this;
    const { app, crypto, keystore, mode } = this.deps;
    const pins = await keystore.pins(toText(identity.accountId));
    const run = beginRun(crypto, identity, pins.map(toPeer), mode());
    current.begin(run);
    current.apply({ type: 'pins', pins });
    this.hearing.begin(run);
    app.change({ account: { stage: 'ready', name: run.name, accountId: run.owner } });
    this.connection = connectClient(this.deps, run.client, (state) => {
      if (current.run === run) this.connected(state);
    });
  }

  /** Ends what was open, and wipes every secret. */
  leave(account: Exclude<AccountView, { stage: 'ready' }>): void {
    const { connection, current } = this;
    if (current.run !== null) this.calls.leaveAll();
    this.connection = null;
    const run = current.end();
    connection?.close();
    this.files.forget();
    if (run !== null) endRun(run);
    this.deps.app.change({ account, connection: { state: 'idle' } });
  }

  /** A fresh token for the connection that there is. */
  renew(token: string): void {
    this.current.run?.client.token(token);
  }

  network(online: boolean): void {
    this.browserOffline = !online;
    if (this.connection !== null) this.connected(this.connection.state);
  }

  /** Whether a conversation is left, and erased, as soon as a line drops. */
  setEraseOnDrop(on: boolean): void {
    this.eraseOnDrop = on;
    this.leaveDropped();
  }

  retryNow(): void {
    this.connection?.retryNow();
  }

  /** What may not have arrived is named by what the package tells of the end. */
  private leaveDropped(): void {
    const { current, eraseOnDrop } = this;
    if (!eraseOnDrop) return;
    for (const { peer } of current.state.talks.values()) {
      const { accountId } = peer;
      // Leaving one changes the state: what is asked is what holds now.
      const talk = current.state.talks.get(accountId);
      if (talk === undefined || talk.lineDropped || !isCut(current.state, talk)) continue;
      current.apply({ type: 'line-dropped', accountId });
      current.handleOf(talk).leave();
    }
  }

  private connected(state: ConnectionState): void {
    this.deps.app.change({ connection: connectionView(state, this.browserOffline) });
  }
}
