/** The conversations of whoever is here: commands go to the package's client, and what it tells becomes views. */
import { ACCEPT_TIMEOUT, TEXT_MAX_CHARS } from '@duet-chat/crypto';
import type { App } from '../app.ts';
import { fromText, toText } from '../bytes.ts';
import type { AccountView, EngineEvent, EngineMode } from '../contract.ts';
import type { Directory } from '../directory.ts';
import { EngineError, packageCode, toUserError } from '../errors.ts';
import type { Keystore, Peer, Pin, PinRecord } from '../keystore/keystore.ts';
import { toPeer } from '../keystore/peers.ts';
import type {
  ClientEvent,
  Connection,
  ConnectionState,
  Conversation,
  CryptoPort,
  Identity,
} from '../port.ts';
import { beginRun, endRun, type Run } from '../run.ts';
import { Files } from './files.ts';
import type { Deed, Heard, Input } from './input.ts';
import { project } from './projection.ts';
import { connectClient, connectionView, type RelayDeps } from './relay.ts';
import { isLive, isSecure, NOTHING, type State, type Talk } from './state.ts';
import { viewChanges, visibleTalk } from './views.ts';

export interface TalksDeps extends RelayDeps {
  readonly crypto: CryptoPort;
  readonly keystore: Keystore;
  readonly directory: Directory;
  readonly app: App;
  readonly mode: () => EngineMode;
  readonly emit: (event: EngineEvent) => void;
  readonly now: () => number;
}

/** Every event of the package's client. A missing or an unknown name is a compile error. */
const eventTypes = {
  line: true,
  incoming: true,
  incomingOver: true,
  turnedAway: true,
  keyChanged: true,
  conversation: true,
  pinned: true,
  message: true,
  earlyConfirmed: true,
  edited: true,
  deleted: true,
  reaction: true,
  status: true,
  viewed: true,
  activity: true,
  renewed: true,
  draining: true,
  fileSent: true,
  fileControl: true,
  chunksWanted: true,
  suspicious: true,
  ended: true,
} as const satisfies Record<ClientEvent['type'], true>;

const comparisons = { compared: 'fingerprint', sas: 'sas', qr: 'qr' } as const;

export class Talks {
  private current: State = NOTHING;
  private run: Run | null = null;
  private connection: Connection | null = null;
  private browserOffline = false;
  private readonly files: Files;

  constructor(private readonly deps: TalksDeps) {
    this.files = new Files({
      mode: deps.mode,
      now: deps.now,
      maxFileBytes: () => deps.app.view.maxFileBytes,
      change: (accountId, fid, change) => this.apply({ type: 'transfer', accountId, fid, change }),
      report: (error) => this.report(error),
    });
  }

  /** Whoever is here. */
  get person(): Run | null {
    return this.run;
  }

  /** The conversation on the screen. */
  get visible(): Talk | null {
    return visibleTalk(this.current);
  }

  /** The package's handle of the conversation on the screen, while it lives. */
  get handle(): Conversation | null {
    const talk = this.visible;
    return talk === null || this.run === null || talk.phase.at !== 'live' ? null : this.handleOf(talk);
  }

  /** The person is here: with those who are known, on the way to the relay. */
  async enter(identity: Identity): Promise<void> {
    const { app, crypto, keystore, mode } = this.deps;
    const pins = await keystore.pins(toText(identity.accountId));
    const run = beginRun(crypto, identity, pins.map(toPeer), mode());
    this.run = run;
    this.apply({ type: 'pins', pins });
    for (const type of Object.keys(eventTypes) as ClientEvent['type'][]) {
      run.client.addEventListener(type, ({ detail }) => this.hear(run, detail));
    }
    void this.watch(run);
    app.change({ account: { stage: 'ready', name: run.name, accountId: run.owner } });
    this.connection = connectClient(this.deps, run.client, (state) => {
      if (this.run === run) this.connected(state);
    });
  }

  /** Ends what was open, and wipes every secret. */
  leave(account: Exclude<AccountView, { stage: 'ready' }>): void {
    const { run, connection } = this;
    if (run !== null) this.sayGoodbye();
    this.run = null;
    this.connection = null;
    connection?.close();
    this.files.forget();
    this.become(NOTHING);
    if (run !== null) endRun(run);
    this.deps.app.change({ account, connection: { state: 'idle' } });
  }

  /** A fresh token for the connection that there is. */
  renew(token: string): void {
    this.run?.client.token(token);
  }

  network(online: boolean): void {
    this.browserOffline = !online;
    if (this.connection !== null) this.connected(this.connection.state);
  }

  retryNow(): void {
    this.connection?.retryNow();
  }

  // ---- Calls

  async call(peer: Peer): Promise<void> {
    const run = this.present();
    const { accountId } = peer;
    const before = this.current.talks.get(accountId);
    if (before !== undefined && isLive(before)) return this.show(accountId);
    this.apply({ type: 'calling', peer });
    this.show(accountId);
    const asked = this.current.talks.get(accountId);
    const close = (error: unknown) => {
      if (this.current.talks.get(accountId) === asked) this.apply({ type: 'closed', accountId });
      throw error;
    };
    const { key, pin } = await this.deps.directory.lookUp(run.owner, peer).catch(close);
    // Given up meanwhile, or the peer called and was accepted.
    if (this.run !== run || this.current.talks.get(accountId) !== asked) return;
    if (key === null) return close(new EngineError('peer-has-no-key'));
    if (pin !== null && pin.key !== key) return this.apply({ type: 'blocked', peer, key });
    try {
      run.client.call({ name: peer.name, publicKey: fromText(key, 32) });
    } catch (error) {
      if (packageCode(error) === 'E_IDENTITY_CHANGED') return this.apply({ type: 'blocked', peer, key });
      const wait = run.client.wait(fromText(accountId, 32));
      return close(wait > 0 ? new EngineError('too-many-handshakes', { retryAfterMs: wait }) : error);
    }
    this.apply({ type: 'begun', peer, key });
  }

  accept(accountId: string): void {
    const { client } = this.present();
    const call = this.current.calls.get(accountId);
    if (call === undefined || call.name === null) return;
    const { key, changed, name } = call;
    const peer = { accountId, name };
    if (changed) this.apply({ type: 'blocked', peer, key });
    else {
      client.accept(name);
      this.apply({ type: 'begun', peer, key });
    }
    this.show(accountId);
  }

  decline(accountId: string): void {
    const call = this.current.calls.get(accountId);
    if (call === undefined) return;
    if (!call.changed) this.present().client.decline(fromText(accountId, 32));
    this.apply({ type: 'call-over', accountId });
    this.forgetAnnounced(accountId);
  }

  show(accountId: string | null): void {
    const known = accountId !== null && this.current.talks.has(accountId) ? accountId : null;
    this.apply({ type: 'shown', accountId: known });
    const { client } = this.present();
    client.show(known === null ? undefined : client.conversation(fromText(known, 32)));
  }

  /** Of the conversation on the screen. What is over is closed. */
  leaveVisible(): void {
    const talk = this.visible;
    if (talk === null) return;
    if (talk.phase.at === 'live') this.handleOf(talk).leave();
    else this.apply({ type: 'closed', accountId: talk.peer.accountId });
  }

  sayGoodbye(): void {
    for (const talk of this.current.talks.values()) if (talk.phase.at === 'live') this.handleOf(talk).leave();
  }

  // ---- Words

  sendText(text: string): void {
    const { talk, handle } = this.writable('early');
    if (text.trim() === '') throw new EngineError('text-empty');
    if ([...text].length > TEXT_MAX_CHARS) throw new EngineError('text-too-long');
    const id = handle.text(text);
    this.apply({ type: 'said', accountId: talk.peer.accountId, id, body: { kind: 'text', text } });
  }

  markRead(seq: number): void {
    const talk = this.visible;
    if (talk === null || talk.phase.at !== 'live') return;
    const last = [...talk.messages.values()].findLast((message) => !message.mine && message.seq <= seq);
    this.apply({ type: 'read', accountId: talk.peer.accountId, seq });
    if (last !== undefined) this.handleOf(talk).read(last.id as Parameters<Conversation['read']>[0]);
  }

  setTyping(typing: boolean): void {
    const talk = this.visible;
    if (talk !== null && isSecure(talk)) this.handleOf(talk).typing(typing ? 'typing' : 'none');
  }

  sendFile(file: File): void {
    const { talk, handle } = this.writable('yes');
    if (!(file.size <= this.deps.app.view.maxFileBytes)) throw new EngineError('file-too-large');
    const { accountId } = talk.peer;
    const { message, transfer } = this.files.send(handle, accountId, file);
    this.apply({ type: 'said', accountId, id: message, body: { kind: 'file', transfer } });
  }

  cancelTransfer(fid: string): void {
    const talk = this.visible;
    if (talk !== null) this.files.cancel(talk.peer.accountId, fid);
  }

  // ---- Trust

  /** The person compared. Only a key that a handshake pinned can be marked. */
  async markVerified(by: keyof typeof comparisons): Promise<void> {
    const { client } = this.present();
    const talk = this.visible;
    const pin = talk === null ? undefined : this.current.pins.get(talk.peer.accountId);
    if (talk === null || pin === undefined || talk.key !== pin.key) throw new EngineError('not-secure-yet');
    const { key, peer } = talk;
    const [accountId, publicKey] = [fromText(peer.accountId, 32), fromText(key, 32)];
    const trust = client.compare({ accountId, publicKey, by: comparisons[by] });
    await this.keepPin(peer, { key, trust });
  }

  /** The new key was compared and accepted by the person: it is pinned, and the call is made anew. */
  async acceptChangedKey(): Promise<void> {
    const { client } = this.present();
    const talk = this.visible;
    if (talk === null || talk.phase.at !== 'blocked' || talk.key === null)
      throw new EngineError('not-connected');
    const { key, peer } = talk;
    const [accountId, publicKey] = [fromText(peer.accountId, 32), fromText(key, 32)];
    client.trust({ accountId, publicKey, state: 'first-use' });
    await this.keepPin(peer, { key, trust: 'first-use' });
    await this.call(peer);
  }

  /** A backup brought people: they take the place of those who are known. */
  async pinsChanged(): Promise<void> {
    const { run } = this;
    if (run === null) return;
    const pins: readonly PinRecord[] = await this.deps.keystore.pins(run.owner);
    if (this.run !== run) return;
    run.client.replacePins(pins.map(toPeer));
    this.apply({ type: 'pins', pins });
  }

  // ---- What the client tells

  private hear(
    run: Run,
    { conversation: _, ...event }: ClientEvent & { readonly conversation?: Conversation },
  ): void {
    if (this.run !== run) return;
    this.apply({ type: 'heard', event: event as Heard });
    this.follow(run, event as Heard);
  }

  /** What is to be done because of it. */
  private follow({ client, owner }: Run, event: Heard): void {
    switch (event.type) {
      case 'incoming':
      case 'keyChanged':
        this.later(this.name(owner, toText(event.account), event.type === 'keyChanged'));
        break;
      case 'turnedAway': {
        const { wait } = event;
        // Nobody has to wait where there is no room.
        const error =
          wait > 0
            ? ({ code: 'call-turned-away', retryAfterMs: wait } as const)
            : ({ code: 'too-many-conversations' } as const);
        this.deps.emit({ type: 'notice', error });
        break;
      }
      case 'pinned':
        this.later(this.pinned(toText(event.account)));
        break;
      case 'message': {
        if (event.body.type !== 'file') break;
        const accountId = toText(event.account);
        if (event.early) this.files.announce(accountId, event.body);
        else this.files.receive(client.conversation(event.account), accountId, event.body);
        break;
      }
      case 'earlyConfirmed':
        this.files.settleAnnounced(client.conversation(event.account), toText(event.account), true);
        break;
      case 'ended':
        this.forgetAnnounced(toText(event.account));
        break;
      case 'incomingOver':
        // Accepted, its files are still to come.
        if (!this.current.talks.has(toText(event.account))) this.forgetAnnounced(toText(event.account));
        break;
      default:
    }
  }

  /** Whose account calls. A call under a changed key is not answered, so nothing ends it but the time. */
  private async name(owner: string, accountId: string, changed: boolean): Promise<void> {
    const call = this.current.calls.get(accountId);
    if (call === undefined) return;
    if (changed) {
      setTimeout(() => {
        if (this.current.calls.get(accountId)?.changed) this.apply({ type: 'call-over', accountId });
      }, ACCEPT_TIMEOUT);
    }
    if (call.name !== null) return;
    const name = await this.deps.directory.nameOf(owner, accountId);
    this.apply({ type: 'named', accountId, name });
  }

  private async pinned(accountId: string): Promise<void> {
    const { client } = this.present();
    const peer = this.current.talks.get(accountId)?.peer;
    const known = client.pins().find(({ name }) => name === peer?.name);
    if (peer === undefined || known === undefined) return;
    await this.keepPin(peer, { key: toText(known.publicKey), trust: known.state });
  }

  private async keepPin(peer: Peer, pin: Pin): Promise<void> {
    await this.deps.keystore.putPin(this.present().owner, peer, pin, this.deps.now());
    this.apply({ type: 'pins', pins: [{ ...pin, accountId: peer.accountId }] });
  }

  private connected(state: ConnectionState): void {
    this.deps.app.change({ connection: connectionView(state, this.browserOffline) });
  }

  /** Whatever ends the client by itself is a defect, and is told. */
  private async watch({ client }: Run): Promise<void> {
    try {
      for await (const _ of client);
    } catch (error) {
      this.report(error);
    }
  }

  // ---- Inside

  private apply(deed: Deed | Extract<Input, { type: 'heard' }>): void {
    this.become(project(this.current, deed, this.deps.now()));
  }

  private become(after: State): void {
    const before = this.current;
    this.current = after;
    for (const event of viewChanges(before, after)) this.deps.emit(event);
  }

  private present(): Run {
    if (this.run === null) throw new EngineError('not-connected');
    return this.run;
  }

  private handleOf({ peer }: Talk): Conversation {
    return this.present().client.conversation(fromText(peer.accountId, 32));
  }

  /** @throws EngineError `not-secure-yet` */
  private writable(least: 'early' | 'yes'): { readonly talk: Talk; readonly handle: Conversation } {
    const { visible: talk, handle } = this;
    if (talk === null || handle === null || (least === 'yes' && !isSecure(talk))) {
      throw new EngineError('not-secure-yet');
    }
    return { talk, handle };
  }

  private forgetAnnounced(accountId: string): void {
    const client = this.run?.client;
    if (client !== undefined) {
      this.files.settleAnnounced(client.conversation(fromText(accountId, 32)), accountId, false);
    }
  }

  /** Failures that nobody waits for are told as a notice. */
  private later(work: Promise<void>): void {
    work.catch((error: unknown) => this.report(error));
  }

  private report(error: unknown): void {
    this.deps.emit({ type: 'notice', error: toUserError(error) });
  }
}
