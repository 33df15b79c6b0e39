/** The conversations of whoever is here, put together: what the person does goes to one of its parts. */
import type { App } from '../app.ts';
import { fromText, toText } from '../bytes.ts';
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
import { Seat, type SeatDeps } from './seat.ts';
import { isCut, type Talk } from './state.ts';
import { transitions } from './transitions.ts';
import { Trust } from './trust.ts';
import { Words } from './words.ts';

/** 64 may be watched, and 16 of them are for conversations. */
const MOST_WATCHED = 48;

export interface TalksDeps extends RelayDeps, Pick<SeatDeps, 'locks'> {
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
  private readonly seat: Seat;
  /** There is none while another tab of this browser has one. */
  private connection: Connection | null = null;
  private browserOffline = false;
  private eraseOnDrop = false;
  private whoIsHere = false;
  /** Account ids of those who are waited for. */
  private readonly awaited = new Set<string>();

  constructor(private readonly deps: TalksDeps) {
    const { directory, emit, keystore, mode, now } = deps;
    const maxFileBytes = () => deps.app.view.maxFileBytes;
    const current = new Current({
      emit,
      now,
      onChange: (before, after, why) => {
        for (const line of deps.log === undefined ? [] : transitions(before, after, why)) deps.log?.(line);
        this.leaveDropped();
        if (before.pins !== after.pins) this.watch();
      },
    });
    this.current = current;
    this.seat = new Seat({ locks: deps.locks, onChange: (here) => this.seated(here) });
    this.files = new Files({
      mode,
      now,
      maxFileBytes,
      change: (accountId, fid, change) => current.apply({ type: 'transfer', accountId, fid, change }),
      paused: (accountId, fid, paused) =>
        current.apply({ type: 'file-paused', accountId, fid, by: 'me', paused }),
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
      onEnded: (accountId) => this.calls.ended(accountId),
    });
  }

  /** Whoever is here. */
  get person(): Run | null {
    return this.current.run;
  }

  /** The conversation with somebody. */
  talk(accountId: string): Talk | null {
    return this.current.talk(accountId);
  }

  /** The package's handle of it, while it lives. */
  handle(accountId: string): Conversation | null {
    return this.current.handle(accountId);
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
    app.change({
      account: { stage: 'ready', name: run.name, accountId: run.owner },
      connection: { state: 'connecting' },
    });
    this.seat.take(run.owner);
  }

  /** One tab of a browser is connected: what was open in this one waits here, or goes on. */
  private seated(here: boolean): void {
    const { connection, current } = this;
    const { run } = current;
    if (run === null) return;
    if (!here) {
      this.connection = null;
      connection?.close();
      this.deps.app.change({ connection: { state: 'replaced', by: 'tab' } });
      return;
    }
    this.deps.app.change({ connection: { state: 'connecting' } });
    this.connection = connectClient(this.deps, run.client, (state) => {
      if (current.run === run && this.connection !== null) this.connected(state);
    });
  }

  /** Ends what was open, and wipes every secret. */
  leave(account: Exclude<AccountView, { stage: 'ready' }>): void {
    const { connection, current } = this;
    if (current.run !== null) this.calls.leaveAll();
    this.connection = null;
    this.awaited.clear();
    this.seat.leave();
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

  /** Whether the relay is asked where the people are that this device knows. */
  setWhoIsHere(on: boolean): void {
    this.whoIsHere = on;
    this.watch();
  }

  /** Whether the relay is asked about somebody in particular. */
  awaitPerson(accountId: string, on: boolean): void {
    if (on) this.awaited.add(accountId);
    else this.awaited.delete(accountId);
    this.watch();
  }

  /** Tries to connect at once; also where another tab or device is in use. */
  retryNow(): void {
    if (this.connection === null) this.seat.takeOver();
    else this.connection.retryNow();
  }

  /** The client watches those of conversations by itself. */
  private watch(): void {
    const { run, state } = this.current;
    const known = this.whoIsHere ? state.pins.keys() : [];
    const watched = [...new Set([...this.awaited, ...known])].slice(0, MOST_WATCHED);
    this.current.apply({ type: 'watched', accountIds: new Set(watched) });
    run?.client.watch(watched.map((accountId) => fromText(accountId, 32)));
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
    this.deps.app.change({
      connection: connectionView(state, { browserOffline: this.browserOffline, tabsKnown: this.seat.known }),
    });
  }
}
