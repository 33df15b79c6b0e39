/**
 * Who may call: the relay keeps the choice and the lists, and holds others to them; this device tells it whom it knows
 * where that matters, and does not show calls of those who are blocked, should the relay let them through.
 */
import type { Auth } from '../auth.ts';
import type { ReachPolicy, ReachView } from '../contract.ts';
import type { Http } from '../http.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { ReachSettings } from '../protocol/generated/relay-api.ts';

export interface ReachabilityDeps {
  readonly http: Pick<Http, 'reach' | 'setReach' | 'setListed' | 'knowPeople'>;
  readonly auth: Pick<Auth, 'with'>;
  readonly keystore: Pick<Keystore, 'pins'>;
}

/** As many as one request takes. */
const AT_ONCE = 256;

export class Reachability {
  private settings: ReachSettings | null = null;

  constructor(private readonly deps: ReachabilityDeps) {}

  isBlocked(accountId: string): boolean {
    return this.settings?.blocked.some(({ id }) => id === accountId) ?? false;
  }

  /** Somebody is here. Another device may have chosen `known`, and this one knows other people. */
  async arrived(owner: string): Promise<void> {
    this.settings = null;
    await this.view();
    await this.share(owner);
  }

  async view(): Promise<ReachView> {
    const { auth, http } = this.deps;
    return this.take(await auth.with((token) => http.reach(token)));
  }

  async setPolicy(owner: string, policy: ReachPolicy): Promise<ReachView> {
    const { auth, http } = this.deps;
    // Before the door closes, so that none of them stands before it.
    if (policy === 'known') await this.tell(owner);
    return this.take(await auth.with((token) => http.setReach(token, { policy })));
  }

  async setListed(list: 'allowed' | 'blocked', accountId: string, listed: boolean): Promise<ReachView> {
    const { auth, http } = this.deps;
    return this.take(await auth.with((token) => http.setListed(token, list, accountId, listed)));
  }

  /** Somebody may have become known: said to the relay only where it makes a difference. */
  async share(owner: string): Promise<void> {
    if (this.settings?.policy === 'known') await this.tell(owner);
  }

  private async tell(owner: string): Promise<void> {
    const { auth, http, keystore } = this.deps;
    const people = (await keystore.pins(owner)).map(({ accountId }) => accountId);
    for (let at = 0; at < people.length; at += AT_ONCE) {
      const part = people.slice(at, at + AT_ONCE);
      await auth.with((token) => http.knowPeople(token, { people: part }));
    }
  }

  private take(settings: ReachSettings): ReachView {
    this.settings = settings;
    const { policy, allowed, blocked } = settings;
    const people = (list: typeof allowed) =>
      list.map(({ id, username }) => ({ accountId: id, name: username }));
    return { policy, allowed: people(allowed), blocked: people(blocked) };
  }
}

/** The same keystore, which says when somebody new is in it. */
export function telling(keystore: Keystore, onMet: (owner: string) => void): Keystore {
  return {
    ...keystore,
    async putPin(owner, peer, pin, now) {
      const written = await keystore.putPin(owner, peer, pin, now);
      if (written.since === now && written.history.length === 0) onMet(owner);
      return written;
    },
    async rewritePins(owner, change) {
      const written = await keystore.rewritePins(owner, change);
      onMet(owner);
      return written;
    },
  };
}
