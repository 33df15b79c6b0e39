/** Carries out what the machine decides, and feeds it what comes of it. */
import type { Auth } from './auth.ts';
import type { EngineEvent, EngineMode } from './contract.ts';
import type { CryptoPort, HandshakeRate, RelayCodec } from './crypto/port.ts';
import type { Directory } from './effects/directory.ts';
import { Files } from './effects/files.ts';
import { Handshakes } from './effects/handshakes.ts';
import { Sessions } from './effects/sessions.ts';
import { EngineError, toUserError } from './errors.ts';
import type { SessionId } from './ids.ts';
import type { Keystore } from './keystore/keystore.ts';
import { isTalking } from './machine/connection.ts';
import type { Effect, EffectOf } from './machine/effects.ts';
import type { Command, Event, FrameKind, TimerName } from './machine/events.ts';
import { assertNever } from './machine/turn.ts';
import { viewChanges } from './machine/views.ts';
import { INITIAL, type State, transition } from './machine.ts';
import { readPayload } from './payload.ts';
import { endRun, type Run } from './run.ts';
import type { Socket } from './socket/link.ts';
import { Network } from './socket/network.ts';
import type { Fate } from './socket/outbox.ts';

export interface RuntimeDeps {
  readonly crypto: CryptoPort;
  readonly codec: RelayCodec;
  readonly auth: Auth;
  readonly keystore: Keystore;
  readonly directory: Directory;
  readonly connect: () => Socket;
  readonly mode: () => EngineMode;
  readonly emit: (event: EngineEvent) => void;
  readonly now: () => number;
  /** From 0 to 1, for delays; not for secrets. */
  readonly random: () => number;
  /** The relay refused the login of the socket. */
  readonly onRefused: () => void;
}

export class Runtime {
  private current: State = INITIAL;
  private readonly queue: Event[] = [];
  private busy = false;
  private nextReply = 1;
  private readonly replies = new Map<number, { resolve: () => void; reject: (error: EngineError) => void }>();
  private readonly timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  private run: Run | null = null;
  /** Outlives whoever is here: logging out and in again makes no new chances. */
  private rate: HandshakeRate | null = null;
  private readonly network: Network;
  private readonly handshakes: Handshakes;
  private readonly sessions: Sessions;
  private readonly files: Files;

  constructor(private readonly deps: RuntimeDeps) {
    const { crypto, codec, keystore, directory, mode } = deps;
    const dispatch = (event: Event) => this.dispatch(event);
    this.network = new Network({
      codec,
      random: deps.random,
      connect: deps.connect,
      token: () => deps.auth.fresh(),
      login: (challenge, token) => {
        const { identity, presence } = this.present();
        return identity.signLogin({ challenge, presence, token });
      },
      onRefused: deps.onRefused,
      dispatch: (event) => this.arrive(event),
    });
    const { outbox } = this.network;
    this.sessions = new Sessions(dispatch);
    this.files = new Files({
      crypto,
      mode,
      outbox,
      dispatch,
      count: (bytes) => this.countChunk(bytes),
      report: (error) => this.report(error),
    });
    this.handshakes = new Handshakes({
      crypto,
      mode,
      rate: () => {
        this.rate ??= crypto.createHandshakeRate();
        return this.rate;
      },
      keystore,
      directory,
      dispatch,
      keep: (session, first, announced) => this.sessions.keep(session, first, announced),
      // Nobody waits for it: an END that does not arrive is a call that ends by its timeout.
      post: (address, frame) => void outbox.message(address, frame),
    });
  }

  get state(): State {
    return this.current;
  }

  /** Whoever is here. */
  get person(): Run | null {
    return this.run;
  }

  /** The person is here: the machine opens the connection. */
  enter(run: Run): void {
    this.run = run;
    this.dispatch({ type: 'account', account: { stage: 'ready', name: run.name, accountId: run.owner } });
  }

  /** Ends what was open, tells the peer, and wipes every secret. */
  leave(account: Extract<State['account'], { stage: 'signed-out' | 'locked' | 'key-missing' }>): void {
    this.dispatch({ type: 'account', account });
    const { run } = this;
    this.run = null;
    this.handshakes.wipeAll();
    this.sessions.wipeAll();
    this.files.wipeAll();
    if (run !== null) endRun(run);
  }

  /** A fresh token for the connection that there is. */
  renew(token: string): void {
    this.network.renew(token);
  }

  /** Gives the machine a name for a file. */
  pick(file: File): number {
    return this.files.keep(file);
  }

  /** Milliseconds until one more handshake with this account is allowed; 0: now. */
  handshakeWait(accountId: string): number {
    return this.handshakes.wait(accountId);
  }

  sasOf(sid: SessionId) {
    return this.sessions.sas(sid);
  }

  /** Rejects with an {@link EngineError}. */
  command(command: Command): Promise<void> {
    const reply = this.nextReply++;
    return new Promise((resolve, reject) => {
      this.replies.set(reply, { resolve, reject });
      this.dispatch({ type: 'command', reply, command });
    });
  }

  /** Events are handled one by one, in the order in which they came; what an effect causes comes after it. */
  dispatch(event: Event): void {
    this.queue.push(event);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) this.step(next);
    } finally {
      this.busy = false;
    }
  }

  private step(event: Event): void {
    const before = this.current;
    const [after, effects] = transition(before, event, this.deps.now());
    this.current = after;
    for (const view of viewChanges(before, after)) this.deps.emit(view);
    this.network.talk(isTalking(after));
    for (const effect of effects) {
      try {
        this.perform(effect);
      } catch (error) {
        this.report(error);
      }
    }
  }

  private perform(effect: Effect) {
    switch (effect.type) {
      case 'show':
        return this.deps.emit({ type: 'messages', upsert: effect.messages });
      case 'clear':
        return this.deps.emit({ type: 'messages-cleared' });
      case 'notice':
        return this.deps.emit({ type: 'notice', error: effect.error });
      case 'reply':
        return this.reply(effect);
      case 'timer':
        return this.timer(effect);
      case 'link':
        return effect.open ? this.network.open() : this.network.close();
      case 'watch':
        return this.network.outbox.watch(effect.accountIds);
      case 'send':
        return this.send(effect, effect.about, effect.frame);
      case 'publish-prekeys':
        return this.later(this.publishPrekeys(effect.left));
      case 'get-prekey':
        return this.later(this.getPrekey(effect));
      case 'look-up':
        return this.later(this.lookUp(effect));
      case 'pin':
        return this.later(this.pin(effect));
      case 'make-offer':
        return this.later(this.handshakes.makeOffer(this.present(), effect));
      case 'check-offer':
        return this.later(this.handshakes.checkOffer(this.present(), effect));
      case 'send-early':
        return this.sendEarly(effect);
      case 'open-early':
        return this.later(this.handshakes.openEarly(effect));
      case 'make-accept':
        return this.later(this.handshakes.makeAccept(effect));
      case 'check-accept':
        return this.later(this.handshakes.checkAccept(effect));
      case 'check-confirm':
        return this.later(this.handshakes.checkConfirm(effect));
      case 'check-end':
        return this.later(this.handshakes.checkEnd(effect));
      case 'end-handshake':
        return this.later(this.handshakes.end(effect));
      case 'wipe-handshake':
        return this.handshakes.wipe(effect.hid);
      case 'encrypt':
        return this.encrypt(effect);
      case 'resend':
        return this.resend(effect);
      case 'decrypt':
        return this.sessions.decrypt(effect.sid, effect.frame);
      case 'wipe-session':
        return this.sessions.wipe(effect.sid);
      case 'prepare-file':
        return this.files.prepare(effect.ref);
      case 'describe-file':
        return this.files.describe(effect);
      case 'describe-early-file':
        return this.describeEarlyFile(effect);
      case 'send-chunks':
        return this.files.send(effect);
      case 'open-chunks':
        return this.files.open(effect.fid, effect.frame);
      case 'wipe-file':
        return this.files.wipe(effect.file);
      default:
        return assertNever(effect);
    }
  }

  private present(): Run {
    if (this.run === null) throw new TypeError('nobody is here');
    return this.run;
  }

  /** Failures of an effect that nobody waits for are told as a notice. */
  private later(work: Promise<void>): void {
    work.catch((error: unknown) => this.report(error));
  }

  private report(error: unknown): void {
    this.deps.emit({ type: 'notice', error: toUserError(error) });
  }

  private reply({ reply, error }: EffectOf<'reply'>): void {
    const waiting = this.replies.get(reply);
    this.replies.delete(reply);
    if (error === null) waiting?.resolve();
    else waiting?.reject(new EngineError(error.code, error));
  }

  private timer({ name, ms }: EffectOf<'timer'>): void {
    clearTimeout(this.timers.get(name));
    this.timers.delete(name);
    if (ms === null) return;
    const timer = setTimeout(() => {
      this.timers.delete(name);
      this.dispatch({ type: 'timer', name });
    }, ms);
    this.timers.set(name, timer);
  }

  /** What the relay brings. */
  private arrive(event: Event): void {
    const header = event.type === 'delivered' ? readPayload(event.from, event.frame) : null;
    // A caller who hangs up or writes at once: neither END nor EARLY may come before the call that they belong to.
    const follows = header?.type === 'end' || header?.type === 'early';
    const check = follows ? this.handshakes.checkOf(header.hid) : undefined;
    if (check === undefined) this.dispatch(event);
    else if (check !== null) this.later(check.finally(() => this.dispatch(event)));
  }

  private async publishPrekeys(left: number): Promise<void> {
    this.network.outbox.publish(await this.present().prekeys.more(left));
  }

  private async getPrekey({ conversation, address }: EffectOf<'get-prekey'>): Promise<void> {
    const prekey = await this.network.outbox.prekey(address);
    this.dispatch({ type: 'prekey-got', conversation, prekey });
  }

  private sendEarly(effect: EffectOf<'send-early'>): void {
    const frame = this.handshakes.sendEarly(effect);
    if (frame !== null) this.send(effect, 'early', frame);
  }

  private describeEarlyFile({ sid, seq }: EffectOf<'describe-early-file'>): void {
    const announced = this.sessions.takeAnnounced(sid, seq);
    if (announced !== undefined) this.files.take(sid, seq, announced);
  }

  private resend(effect: EffectOf<'resend'>): void {
    const frame = this.sessions.again(effect.sid, effect.seq);
    if (frame !== null) this.send(effect, 'message', frame);
  }

  /** The chunks of a file count for the session that is open when they pass. */
  private countChunk(bytes: number): void {
    const phase = this.current.conversation?.phase;
    if (phase?.at === 'open') this.sessions.countChunk(phase.talk.sid, bytes);
  }

  private encrypt(effect: EffectOf<'encrypt'>): void {
    const frame = this.sessions.encrypt(effect.sid, effect.seq, effect.content);
    if (frame !== null) this.send(effect, 'message', frame);
  }

  private send(
    { conversation, address }: Pick<EffectOf<'send'>, 'conversation' | 'address'>,
    about: FrameKind,
    frame: Uint8Array,
  ): void {
    this.network.outbox.message(address, frame).then((status: Fate) => {
      if (status !== 'offline' && status !== 'refused') return;
      this.dispatch({ type: 'undelivered', conversation, about, status });
    });
  }

  private async lookUp({ conversation, peer }: EffectOf<'look-up'>): Promise<void> {
    const found = await this.deps.directory.lookUp(this.present().owner, peer).catch(toUserError);
    this.dispatch({ type: 'looked-up', conversation, found });
  }

  private async pin({ peer, pin, reply }: EffectOf<'pin'>): Promise<void> {
    try {
      await this.deps.keystore.putPin(this.present().owner, peer, pin, this.deps.now());
    } catch (thrown) {
      const error = toUserError(thrown);
      if (reply === null) this.deps.emit({ type: 'notice', error });
      else this.reply({ type: 'reply', reply, error });
      return;
    }
    this.dispatch({ type: 'pinned', accountId: peer.accountId, pin });
    if (reply !== null) this.reply({ type: 'reply', reply, error: null });
  }
}
