/** Who has which key, by the relay's directory; and which key is pinned, by this device. */
import type { Auth } from './auth.ts';
import { toText } from './bytes.ts';
import type { UserView } from './contract.ts';
import { EngineError } from './errors.ts';
import type { Http } from './http.ts';
import type { Keystore, Peer, Pin } from './keystore/keystore.ts';
import type { CryptoPort } from './port.ts';
import { USERNAME_PATTERN } from './protocol/generated/relay-api.ts';

export interface DirectoryDeps {
  readonly crypto: Pick<CryptoPort, 'accountId'>;
  readonly http: Http;
  readonly auth: Auth;
  readonly keystore: Keystore;
  readonly realm: () => string | null;
}

/** Characters of a login name; anything else finds nobody, so it is not asked. */
const PREFIX = /^[a-z0-9_.-]{1,32}$/;

export class Directory {
  constructor(private readonly deps: DirectoryDeps) {}

  async search(query: string, signal: AbortSignal): Promise<readonly UserView[]> {
    const prefix = query.trim().toLowerCase();
    if (!PREFIX.test(prefix)) return [];
    const { users } = await this.deps.auth.with((token) => this.deps.http.search(token, prefix, signal));
    return users
      .filter(({ id, username }) => this.isAccount(id, username))
      .map(({ id, username, hasKey }) => ({ accountId: id, name: username, reachable: hasKey }));
  }

  /** The account's key by the directory and the pinned one. A record about another account is an error of the relay. */
  async lookUp(owner: string, peer: Peer): Promise<{ key: string | null; pin: Pin | null }> {
    const [record, pin] = await Promise.all([
      this.deps.auth.with((token) => this.deps.http.key(token, peer.accountId)),
      this.deps.keystore.pin(owner, peer.accountId),
    ]);
    if (record === null) return { key: null, pin };
    const right =
      record.id === peer.accountId && record.username === peer.name && this.isAccount(record.id, peer.name);
    if (!right) throw new EngineError('relay-error');
    return { key: record.identityKey, pin };
  }

  /** The login name behind an account id: the pin's, else the directory's; the id itself proves it. */
  async nameOf(owner: string, accountId: string): Promise<string> {
    const pin = await this.deps.keystore.pin(owner, accountId);
    const name =
      pin?.name ?? (await this.deps.auth.with((token) => this.deps.http.key(token, accountId)))?.username;
    if (name === undefined || !this.isAccount(accountId, name)) throw new EngineError('relay-error');
    return name;
  }

  /** protocol.md section 3.1: the id follows from the name, so the relay cannot show one under another's name. */
  private isAccount(id: string, name: string): boolean {
    const realm = this.deps.realm();
    if (realm === null || !USERNAME_PATTERN.test(name)) return false;
    return toText(this.deps.crypto.accountId({ realm, name })) === id;
  }
}
