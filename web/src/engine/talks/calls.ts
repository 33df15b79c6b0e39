/** Who is called, whose call is taken, which conversation is on the screen, and which one is left. */
import { fromText } from '../bytes.ts';
import type { Directory } from '../directory.ts';
import { EngineError, packageCode } from '../errors.ts';
import type { Peer } from '../keystore/keystore.ts';
import type { Current } from './current.ts';
import type { Files } from './files.ts';
import { isLive, type Talk } from './state.ts';

export interface CallsDeps {
  readonly current: Current;
  readonly directory: Pick<Directory, 'lookUp'>;
  readonly files: Files;
}

export class Calls {
  /** Who is to be called as soon as the conversation with them, which was left, is over. */
  private again: Peer | null = null;

  constructor(private readonly deps: CallsDeps) {}

  /** Calls somebody, or shows the conversation that there is. */
  async call(peer: Peer): Promise<void> {
    const { current, directory } = this.deps;
    const run = current.present();
    const { accountId } = peer;
    const before = current.state.talks.get(accountId);
    if (before?.leaving) {
      this.again = peer;
      return this.show(accountId);
    }
    this.again = null;
    if (before !== undefined && isLive(before)) return this.show(accountId);
    current.apply({ type: 'calling', peer });
    this.show(accountId);
    const asked = current.state.talks.get(accountId);
    const close = (error: unknown) => {
      if (current.state.talks.get(accountId) === asked)
        current.apply({ type: 'not-called', accountId, before: before ?? null });
      throw error;
    };
    const { key, pin } = await directory.lookUp(run.owner, peer).catch(close);
    // Given up meanwhile, or the peer called and was accepted.
    if (current.run !== run || current.state.talks.get(accountId) !== asked) return;
    if (key === null) return close(new EngineError('peer-has-no-key'));
    if (pin !== null && pin.key !== key) return current.apply({ type: 'blocked', peer, key });
    try {
      run.client.call({ name: peer.name, publicKey: fromText(key, 32) });
    } catch (error) {
      if (packageCode(error) === 'E_IDENTITY_CHANGED') return current.apply({ type: 'blocked', peer, key });
      const wait = run.client.wait(fromText(accountId, 32));
      return close(wait > 0 ? new EngineError('too-many-handshakes', { retryAfterMs: wait }) : error);
    }
    current.apply({ type: 'begun', peer, key });
  }

  /** A conversation is over. */
  ended(accountId: string): void {
    const { again } = this;
    if (again?.accountId !== accountId) return;
    this.again = null;
    this.deps.current.later(this.call(again));
  }

  accept(accountId: string): void {
    const { current } = this.deps;
    const { client } = current.present();
    const call = current.state.calls.get(accountId);
    if (call === undefined || call.name === null) return;
    const { key, changed, name } = call;
    const peer = { accountId, name };
    if (changed) current.apply({ type: 'blocked', peer, key });
    else {
      client.accept(name);
      current.apply({ type: 'begun', peer, key });
    }
    this.show(accountId);
  }

  decline(accountId: string): void {
    const { current, files } = this.deps;
    const call = current.state.calls.get(accountId);
    if (call === undefined) return;
    const { client } = current.present();
    if (!call.changed) client.decline(fromText(accountId, 32));
    current.apply({ type: 'call-over', accountId });
    files.settleAnnounced(client.conversation(fromText(accountId, 32)), accountId, false);
  }

  /** Leaves the conversation with somebody, or turns their call away, and closes it. */
  end(accountId: string): void {
    const { current } = this.deps;
    if (this.again?.accountId === accountId) this.again = null;
    this.decline(accountId);
    const talk = current.state.talks.get(accountId);
    if (talk === undefined) return;
    if (talk.phase.at === 'live') current.handleOf(talk).leave();
    current.apply({ type: 'closed', accountId });
  }

  /** Whoever turns to somebody else waits for nobody that was to be called. */
  show(accountId: string | null): void {
    const { current } = this.deps;
    if (this.again?.accountId !== accountId) this.again = null;
    const known = accountId !== null && current.state.talks.has(accountId) ? accountId : null;
    current.apply({ type: 'shown', accountId: known });
    const { client } = current.present();
    client.show(known === null ? undefined : client.conversation(fromText(known, 32)));
  }

  /** What is over is closed. */
  leaveTalk(accountId: string): void {
    const { current } = this.deps;
    const talk = current.talk(accountId);
    if (talk === null) return;
    if (this.again?.accountId === accountId) this.again = null;
    if (talk.phase.at === 'live') this.leave(talk);
    else current.apply({ type: 'closed', accountId });
  }

  private leave(talk: Talk): void {
    const { current } = this.deps;
    current.apply({ type: 'leaving', accountId: talk.peer.accountId });
    current.handleOf(talk).leave();
  }

  /** Leaves every conversation. Whoever was to be called afterwards is not. */
  leaveAll(): void {
    const { current } = this.deps;
    this.again = null;
    for (const talk of current.state.talks.values()) {
      if (talk.phase.at === 'live' && !talk.leaving) this.leave(talk);
    }
  }
}
