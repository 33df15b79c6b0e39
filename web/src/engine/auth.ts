/**
 * The login: an access token in memory, kept fresh by the refresh cookie. A refresh token works once, so refreshes
 * go one at a time, across the tabs of the site as well.
 */
import type { UserErrorCode } from './contract.ts';
import { EngineError, endsLogin } from './errors.ts';
import type { Http } from './http.ts';
import type { Session } from './protocol/generated/relay-api.ts';

export interface AuthDeps {
  readonly http: Http;
  readonly now: () => number;
  /** `navigator.locks`, where the platform has it: secure contexts only. */
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  /** Whenever a token was renewed: the socket needs the new one, and the account's key may have been replaced. */
  readonly onRenewed: (session: Session) => void;
  /** The login has ended on the relay's side, for this reason. */
  readonly onExpired: (why: UserErrorCode) => void;
}

/** A token is renewed this long before its end, or a quarter of its life if that is less. */
const MARGIN_MS = 60_000;
/** After a refresh that did not reach the relay. */
const RETRY_MS = 5_000;

export class Auth {
  private current: { readonly token: string; readonly expiresAt: number } | null = null;
  private refreshing: Promise<Session> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts logins, so that a refresh that comes back after a logout changes nothing. */
  private era = 0;
  private lifeMs = 0;

  constructor(private readonly deps: AuthDeps) {}

  /** Life of a token by the relay's word. Its clock is not used: this machine's may be wrong. */
  configure(lifeMs: number): void {
    this.lifeMs = lifeMs;
  }

  /** Takes up a login. */
  adopt(session: Session): void {
    this.current = { token: session.accessToken, expiresAt: this.deps.now() + this.lifeMs };
    this.schedule(this.lifeMs - this.margin);
  }

  /** Forgets the login on this side. */
  drop(): void {
    this.era += 1;
    this.current = null;
    this.refreshing = null;
    clearTimeout(this.timer);
  }

  /** The token as it is, for the logout that ends it. */
  get token(): string | null {
    return this.current?.token ?? null;
  }

  /** The relay refused the token: the next use gets a new one. */
  invalidate(): void {
    if (this.current !== null) this.current = { ...this.current, expiresAt: 0 };
  }

  /**
   * A token that is good for a while.
   * @throws EngineError `session-expired`, `account-locked`, `relay-unreachable`, `relay-error`
   */
  async fresh(): Promise<string> {
    const { current } = this;
    if (current !== null && current.expiresAt - this.deps.now() > this.margin) return current.token;
    return (await this.refresh()).accessToken;
  }

  /**
   * Renews the login by the cookie.
   * @throws EngineError `session-expired` when there is none (any more), `account-locked`, `relay-unreachable`, `relay-error`
   */
  refresh(): Promise<Session> {
    if (this.refreshing !== null) return this.refreshing;
    const refreshing = this.renew().finally(() => {
      if (this.refreshing === refreshing) this.refreshing = null;
    });
    this.refreshing = refreshing;
    return refreshing;
  }

  /** Runs a request with a token; one that the relay calls too old is renewed once. */
  async with<T>(request: (token: string) => Promise<T>): Promise<T> {
    const token = await this.fresh();
    try {
      return await request(token);
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'session-expired') throw error;
      this.invalidate();
      return request(await this.fresh());
    }
  }

  private get margin(): number {
    return Math.min(MARGIN_MS, this.lifeMs / 4);
  }

  private async renew(): Promise<Session> {
    const { era } = this;
    const ask = () => this.deps.http.refresh();
    const { locks } = this.deps;
    try {
      const session = await (locks === undefined ? ask() : locks.request('duet-refresh', ask));
      if (era !== this.era) throw new EngineError('session-expired');
      this.adopt(session);
      this.deps.onRenewed(session);
      return session;
    } catch (error) {
      if (endsLogin(error) && era === this.era && this.current !== null) {
        this.drop();
        this.deps.onExpired(error.code);
      }
      throw error;
    }
  }

  private schedule(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.refresh().catch((error: unknown) => {
        const unreachable = error instanceof EngineError && !endsLogin(error);
        if (unreachable && this.current !== null) this.schedule(RETRY_MS);
      });
    }, delay);
  }
}
