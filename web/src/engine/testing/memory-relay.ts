/**
 * A relay in memory, for the engine's tests: the HTTP API and the hub as far as an engine uses them. It checks no
 * signature (the real relay's tests do); it can lie, and that is what tests want of it.
 */
import { fromText, toText } from '../bytes.ts';
import type { CryptoPort, Socket } from '../port.ts';
import type { SetKeyRequest } from '../protocol/generated/relay-api.ts';

interface Account {
  readonly id: string;
  readonly username: string;
  loginSecret: string;
  identityKey: string | null;
  /** What a login is asked for after the password. */
  code?: string;
  /** The newest first. */
  readonly keys: { readonly identityKey: string; readonly since: number; readonly proof: string }[];
  reach: 'anyone' | 'known' | 'allowed';
  /** Account ids. */
  readonly lists: Readonly<Record<'known' | 'allowed' | 'blocked', Set<string>>>;
}

/** What the relay does with a payload on its way: none, one or more go on. */
export type Tamper = (payload: Uint8Array, type: number) => Uint8Array[];

const frame = (type: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
  const length = parts.reduce((sum, part) => sum + part.length, 2);
  const bytes = new Uint8Array(length);
  bytes.set([0x01, type]);
  let at = 2;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};

/** Who may ask for somebody's key. On the socket this relay lets everybody through: what a client does then is its own. */
function admits(
  { id, reach, lists: { known, allowed, blocked } }: Account,
  asker: Account,
  turnedTo: boolean,
): boolean {
  if (id === asker.id) return true;
  if (blocked.has(asker.id)) return false;
  return (
    turnedTo || reach === 'anyone' || allowed.has(asker.id) || (reach === 'known' && known.has(asker.id))
  );
}

/** 16 bytes as base64url. */
const sessionIdOf = (cookie: string) => cookie.padEnd(22, 'A');

export class MemoryRelay {
  realm = 'duet.test';
  maxFileBytes = 50_000_000;
  accessTokenTtlMs = 900_000;
  tamper: Tamper = (payload) => [payload];
  /** Rewrites what the directory answers. */
  directory: (record: { identityKey: string }) => { identityKey: string } = (record) => record;
  /** Statuses for the next SENDs of messages, before the real one. */
  readonly acks: number[] = [];
  /** Every request, as `METHOD path`. */
  readonly requests: string[] = [];
  /** Whom a payload is delivered as from. */
  sender: (account: Uint8Array) => Uint8Array = (account) => account;
  reachable = true;
  /** False: nobody's connection comes about. */
  up = true;
  /** Frames for accounts whose line rests: they come, in order, when it does not any more. */
  private readonly resting = new Map<string, (() => void)[]>();
  /** Rewrites what a PREKEY_GET is answered with; null: none left. */
  prekey: (prekey: Uint8Array | null) => Uint8Array | null = (prekey) => prekey;
  /** Every key that was put in the place of another (or of none), with the proof that came with it. */
  readonly replacements: ({ readonly from: string | null } & SetKeyRequest)[] = [];
  refuseKeys = false;
  /** Names of accounts that the operator has closed. */
  readonly closed = new Set<string>();
  readonly accounts = new Map<string, Account>();
  /** By token. */
  readonly invitations = new Map<string, { readonly id: string; readonly username: string }>();
  /** When an invitation that is made now ends. */
  invitationEnd = () => Date.now() + 86_400_000;
  readonly refreshTokens = new Map<string, Account>();
  readonly accessTokens = new Map<string, Account>();
  private readonly online = new Map<string, Wire>();
  private readonly stockings: (() => void)[] = [];
  /** Who wrote to whom: they can be asked for, too. */
  private readonly turnedTo = new Set<string>();
  /** Logins between their two steps. */
  private readonly tickets = new Map<string, { readonly account: Account; tries: number }>();
  private counter = 0;

  constructor(private readonly crypto: Pick<CryptoPort, 'accountId'>) {}

  /** Cuts every connection. */
  cut(): void {
    for (const wire of [...this.online.values()]) wire.end(1006);
  }

  /** Closes one account's connection with a code. */
  closeWith(username: string, code: number): void {
    const account = this.accounts.get(username);
    if (account !== undefined) this.online.get(account.id)?.end(code);
  }

  /** Nothing reaches this account until {@link wake}: a machine that sleeps, or a line that is slow. */
  rest(username: string): void {
    this.resting.set(this.idOf(username), []);
  }

  wake(username: string): void {
    const id = this.idOf(username);
    const late = this.resting.get(id) ?? [];
    this.resting.delete(id);
    for (const deliver of late) deliver();
  }

  private idOf(username: string): string {
    return this.accounts.get(username)?.id ?? '';
  }

  /** Delivers now, or when the account's line is back. */
  pass(account: string, deliver: () => void): void {
    const late = this.resting.get(account);
    if (late === undefined) deliver();
    else late.push(deliver);
  }

  /** One browser profile: a cookie jar of its own. */
  browser(): {
    readonly fetch: typeof fetch;
    readonly WebSocket: new (url: URL) => Socket;
    readonly jar: { cookie: string | null };
  } {
    const jar: { cookie: string | null } = { cookie: null };
    const relay = this;
    return {
      jar,
      WebSocket: class extends Wire {
        constructor() {
          super(relay);
        }
      },
      fetch: async (input, init) => {
        if (!this.reachable) throw new TypeError('network');
        return this.answer(jar, new URL(String(input), 'http://relay'), init ?? {});
      },
    };
  }

  private answer(jar: { cookie: string | null }, url: URL, init: RequestInit): Response {
    const path = url.pathname;
    this.requests.push(`${init.method} ${path}`);
    const body = typeof init.body === 'string' ? JSON.parse(init.body) : {};
    const bearer = new Headers(init.headers).get('authorization')?.slice('Bearer '.length);
    const person = bearer === undefined ? undefined : this.accessTokens.get(bearer);
    const json = (value: unknown, status = 200) => Response.json(value, { status });
    const error = (status: number, code: string) =>
      json({ error: { code, message: code, requestId: 'r' } }, status);
    const session = (account: Account, more: object = {}, status = 200) => {
      const accessToken = `access-${++this.counter}`;
      jar.cookie = `refresh-${this.counter}`;
      this.accessTokens.set(accessToken, account);
      this.refreshTokens.set(jar.cookie, account);
      const { id, username, identityKey } = account;
      const user = { id, username, identityKey };
      return json({ user, accessToken, expiresAt: this.accessTokenTtlMs, ...more }, status);
    };
    switch (`${init.method} ${path}`) {
      case 'GET /api/config': {
        const { realm, maxFileBytes, accessTokenTtlMs } = this;
        return json({ realm, maxFileBytes, accessTokenTtlMs, version: 'test' });
      }
      case 'POST /api/auth/register': {
        if (this.accounts.has(body.username)) return error(409, 'username_taken');
        const id = toText(this.crypto.accountId({ realm: this.realm, name: body.username }));
        const account: Account = {
          ...body,
          id,
          identityKey: body.identityKey ?? null,
          keys: body.identityKey == null ? [] : [{ identityKey: body.identityKey, since: 0, proof: 'first' }],
          reach: 'anyone',
          lists: { known: new Set(), allowed: new Set(), blocked: new Set() },
        };
        this.accounts.set(body.username, account);
        return session(account, { keyStored: account.identityKey !== null }, 201);
      }
      case 'POST /api/auth/login': {
        const account = this.accounts.get(body.username);
        if (account?.loginSecret !== body.loginSecret || account === undefined) {
          return error(401, 'invalid_credentials');
        }
        if (this.closed.has(account.username)) return error(403, 'account_locked');
        if (account.code === undefined) return session(account);
        const ticket = toText(new Uint8Array(32).fill(++this.counter));
        this.tickets.set(ticket, { account, tries: 5 });
        return json({ ticket, ticketExpiresAt: 1, totp: true, passkey: null, passkeyHosts: [] });
      }
      case 'POST /api/auth/login/second-factor': {
        const waiting = this.tickets.get(body.ticket);
        if (waiting === undefined) return error(410, 'ticket_over');
        const right = body.proof.code === waiting.account.code;
        if (!right) waiting.tries -= 1;
        if (right || waiting.tries === 0) this.tickets.delete(body.ticket);
        return right ? session(waiting.account) : error(401, 'second_factor_wrong');
      }
      case 'POST /api/auth/refresh': {
        const account = this.refreshTokens.get(jar.cookie ?? '');
        if (this.closed.has(account?.username ?? '')) return error(403, 'account_locked');
        // Works once.
        this.refreshTokens.delete(jar.cookie ?? '');
        jar.cookie = null;
        return account === undefined ? error(401, 'session_expired') : session(account);
      }
      case 'POST /api/auth/logout':
        jar.cookie = null;
        return new Response(null, { status: 204 });
      default:
    }
    if (person === undefined) return error(401, 'unauthenticated');
    const cookies = () =>
      [...this.refreshTokens].flatMap(([cookie, one]) => (one === person ? [cookie] : []));
    const endOthers = () => {
      for (const cookie of cookies()) if (cookie !== jar.cookie) this.refreshTokens.delete(cookie);
    };
    const endTokens = () => {
      for (const [token, one] of this.accessTokens) if (one === person) this.accessTokens.delete(token);
    };
    const bad = () => body.loginSecret !== person.loginSecret;
    switch (`${init.method} ${path}`) {
      case 'GET /api/auth/sessions': {
        const sessions = cookies().map((cookie) => ({
          id: sessionIdOf(cookie),
          userAgent: null,
          address: '192.0.2.1',
          createdAt: 1,
          lastSeenAt: 2,
          current: cookie === jar.cookie,
        }));
        return json({ sessions });
      }
      case 'DELETE /api/auth/sessions':
        if (url.searchParams.get('keepThis') === 'true') endOthers();
        else {
          for (const cookie of cookies()) this.refreshTokens.delete(cookie);
          endTokens();
          this.online.get(person.id)?.end(4401);
        }
        return new Response(null, { status: 204 });
      case 'PUT /api/auth/password':
        if (bad()) return error(401, 'invalid_credentials');
        person.loginSecret = body.newLoginSecret;
        endOthers();
        endTokens();
        return session(person);
      case 'POST /api/auth/password/check':
        return bad() ? error(401, 'invalid_credentials') : new Response(null, { status: 204 });
      case 'DELETE /api/auth/account':
        if (bad()) return error(401, 'invalid_credentials');
        this.accounts.delete(person.username);
        for (const cookie of cookies()) this.refreshTokens.delete(cookie);
        endTokens();
        this.online.get(person.id)?.end(4401);
        return new Response(null, { status: 204 });
      default:
    }
    const ended = /^\/api\/auth\/sessions\/([^/]+)$/.exec(path)?.[1];
    if (ended !== undefined) {
      const cookie = cookies().find((one) => sessionIdOf(one) === ended);
      if (cookie === undefined) return error(404, 'not_found');
      this.refreshTokens.delete(cookie);
      return new Response(null, { status: 204 });
    }
    if (path === '/api/chat/users') {
      const users = [...this.accounts.values()]
        .filter((one) => one !== person && one.username.startsWith(url.searchParams.get('username') ?? ''))
        .map(({ id, username, identityKey }) => ({ id, username, hasKey: identityKey !== null }));
      return json({ users });
    }
    if (path === '/api/identity/key') {
      if (person.identityKey !== null && body.loginSecret !== person.loginSecret) {
        return error(401, 'invalid_credentials');
      }
      if (this.refuseKeys) return error(503, 'unavailable');
      this.replacements.push({ from: person.identityKey, ...body });
      const proof = person.identityKey === null ? 'first' : body.signature == null ? 'lost' : 'signed';
      person.keys.unshift({ identityKey: body.identityKey, since: person.keys.length, proof });
      person.identityKey = body.identityKey;
      const { id, username, identityKey } = person;
      return json({ id, username, identityKey, since: 0 });
    }
    if (path.startsWith('/api/reach')) {
      const [, list, id] = /^\/api\/reach\/(allowed|blocked)\/(.+)$/.exec(path) ?? [];
      if (list !== undefined && id !== undefined) {
        const people = person.lists[list as 'allowed' | 'blocked'];
        if (init.method === 'PUT') people.add(id);
        else people.delete(id);
      } else if (path === '/api/reach/known') for (const known of body.people) person.lists.known.add(known);
      else if (init.method === 'PUT') person.reach = body.policy;
      const named = (ids: Set<string>) =>
        [...this.accounts.values()]
          .filter((one) => ids.has(one.id))
          .map(({ id, username }) => ({ id, username }));
      const { known, allowed, blocked } = person.lists;
      return json({
        policy: person.reach,
        known: known.size,
        allowed: named(allowed),
        blocked: named(blocked),
      });
    }
    if (path === '/api/invitations') {
      const token = String(this.invitations.size).padStart(22, 'A');
      const expiresAt = this.invitationEnd();
      this.invitations.set(token, { id: person.id, username: person.username });
      return json({ token, expiresAt });
    }
    if (path === '/api/invitations/redeem') {
      const inviter = this.invitations.get(body.token);
      if (inviter === undefined) return error(410, 'invitation_over');
      this.accounts.get(inviter.username)?.lists.allowed.add(person.id);
      return json(inviter);
    }
    const history = /^\/api\/identity\/users\/([^/]+)\/history$/.exec(path)?.[1];
    if (history !== undefined) {
      const owner = [...this.accounts.values()].find(({ id }) => id === history);
      return owner === undefined ? error(404, 'user_not_found') : json({ id: history, keys: owner.keys });
    }
    const wanted = /^\/api\/identity\/users\/([^/]+)\/key$/.exec(path)?.[1];
    const found = [...this.accounts.values()].find(({ id }) => id === wanted);
    if (found === undefined || found.identityKey === null) return error(404, 'key_not_found');
    if (!admits(found, person, this.turnedTo.has(`${found.id} ${person.id}`)))
      return error(403, 'not_reachable');
    const { id, username, identityKey } = found;
    return json({ id, username, since: 0, ...this.directory({ identityKey }) });
  }

  join(wire: Wire): void {
    this.online.get(wire.account)?.end(4409);
    this.online.set(wire.account, wire);
    wire.down(frame(0x42, Uint8Array.of(0)));
    this.announce(wire.account);
  }

  leave(wire: Wire): void {
    if (this.online.get(wire.account) !== wire) return;
    this.online.delete(wire.account);
    this.announce(wire.account);
  }

  announce(account: string): void {
    for (const wire of this.online.values()) if (wire.watched.has(account)) wire.down(this.presence(account));
  }

  /** A sign of life for everybody. */
  beat(): void {
    for (const wire of this.online.values()) wire.down(frame(0x4d, new Uint8Array(4)));
  }

  /** Whether this account's page says that a conversation is open. */
  isTalking(username: string): boolean {
    return this.online.get(this.idOf(username))?.talking ?? false;
  }

  presence(account: string): Uint8Array<ArrayBuffer> {
    const there = this.online.get(account);
    return frame(
      0x4a,
      fromText(account, 32),
      there?.presence ?? new Uint8Array(16),
      Uint8Array.of(there === undefined ? 0 : 1, there === undefined ? 0 : 1),
    );
  }

  /** How many prekeys somebody has here. */
  prekeysOf(username: string): number {
    return this.online.get(this.idOf(username))?.prekeys.length ?? 0;
  }

  /** Resolves when the prekeys of these people are here. */
  async stocked(...usernames: string[]): Promise<void> {
    while (!usernames.every((username) => this.prekeysOf(username) >= PREKEYS_LOW)) {
      await new Promise<void>((stocked) => this.stockings.push(stocked));
    }
  }

  wasStocked(): void {
    for (const stocked of this.stockings.splice(0)) stocked();
  }

  hand(to: Wire, bytes: Uint8Array) {
    const eid = bytes.slice(2, 18);
    const there = this.online.get(toText(bytes.slice(18, 50)));
    const right = there !== undefined && toText(there.presence) === toText(bytes.slice(50, 66));
    if (!right) return to.down(frame(0x48, eid, Uint8Array.of(3)));
    const prekey = this.prekey(there.prekeys.shift() ?? null);
    const left = there.prekeys.length;
    if (left < PREKEYS_LOW) there.down(frame(0x4c, Uint8Array.of(0, 2, 0, 0, 0, left)));
    if (prekey === null) to.down(frame(0x48, eid, Uint8Array.of(1)));
    else to.down(frame(0x48, eid, Uint8Array.of(0), prekey));
  }

  route(from: Wire, bytes: Uint8Array): void {
    const eid = bytes.slice(2, 18);
    const [to, presence, payload] = [bytes.slice(18, 50), bytes.slice(50, 66), bytes.slice(66)];
    const forced = payload[1] === 0x12 ? undefined : this.acks.shift();
    const there = this.online.get(toText(to));
    const right = there !== undefined && toText(there.presence) === toText(presence);
    if (right) this.turnedTo.add(`${from.account} ${toText(to)}`);
    const status = forced ?? (right ? 0 : 1);
    from.down(frame(0x45, eid, Uint8Array.of(status)));
    if (status !== 0 || there === undefined) return;
    for (const part of this.tamper(payload, payload[1] ?? 0)) {
      there.down(frame(0x44, eid, this.sender(from.aid), from.presence, part));
    }
  }
}

const PREKEY_BYTES = 1379;
/** With fewer left the owner is told. */
const PREKEYS_LOW = 5;

/** One WebSocket. Frames arrive in later tasks, in order, as from a network. */
class Wire implements Socket {
  binaryType: BinaryType = 'blob';
  readonly bufferedAmount = 0;
  account = '';
  aid: Uint8Array = new Uint8Array(32);
  presence: Uint8Array = new Uint8Array(16);
  watched: ReadonlySet<string> = new Set();
  talking = false;
  /** What others may start a session with; oldest first, each handed out once. */
  readonly prekeys: Uint8Array[] = [];
  private over = false;
  private readonly opens: (() => void)[] = [];
  private readonly messages: ((event: { data: unknown }) => void)[] = [];
  private readonly closes: ((event: { code: number }) => void)[] = [];

  constructor(private readonly relay: MemoryRelay) {
    setImmediate(() => {
      if (relay.up) for (const listener of this.opens) listener();
      else this.end(1006);
    });
    this.down(frame(0x40, new Uint8Array(32).fill(7)));
  }

  /** A line here does not fail: it closes. */
  addEventListener(type: 'open' | 'error' | 'message' | 'close', listener: never): void {
    if (type === 'open') this.opens.push(listener);
    else if (type === 'message') this.messages.push(listener);
    else if (type === 'close') this.closes.push(listener);
  }

  down(bytes: Uint8Array<ArrayBuffer>): void {
    this.relay.pass(this.account, () =>
      setImmediate(() => {
        if (!this.over) for (const listener of this.messages) listener({ data: bytes.buffer });
      }),
    );
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    const copy = bytes.slice();
    setImmediate(() => {
      if (!this.over) this.up(copy);
    });
  }

  close(code = 1005): void {
    // What was sent before goes out before.
    setImmediate(() => this.end(code));
  }

  end(code: number): void {
    if (this.over) return;
    this.over = true;
    this.relay.leave(this);
    for (const listener of this.closes) listener({ code });
  }

  /** The whole set: who was in it before is not told of again. */
  private watch(bytes: Uint8Array): void {
    const before = this.watched;
    const count = bytes[18] ?? 0;
    const at = (index: number) => 19 + 32 * index;
    this.watched = new Set(
      Array.from({ length: count }, (_, index) => toText(bytes.slice(at(index), at(index + 1)))),
    );
    for (const account of this.watched) if (!before.has(account)) this.down(this.relay.presence(account));
  }

  private up(bytes: Uint8Array): void {
    switch (bytes[1]) {
      case 0x41: {
        this.aid = bytes.slice(2, 34);
        this.account = toText(this.aid);
        this.presence = bytes.slice(66, 82);
        const token = new TextDecoder().decode(bytes.slice(2 + 32 + 32 + 16 + 1 + 32 + 64));
        const account = this.relay.accessTokens.get(token);
        const right = account?.id === this.account && account.identityKey === toText(bytes.slice(34, 66));
        if (right) this.relay.join(this);
        else {
          this.down(frame(0x42, Uint8Array.of(1)));
          setImmediate(() => this.end(4401));
        }
        break;
      }
      case 0x43:
        this.relay.route(this, bytes);
        break;
      case 0x46:
        for (let at = 19; at < bytes.length; at += PREKEY_BYTES) {
          this.prekeys.push(bytes.slice(at, at + PREKEY_BYTES));
        }
        this.down(frame(0x45, bytes.slice(2, 18), Uint8Array.of(0)));
        this.relay.wasStocked();
        break;
      case 0x47:
        this.relay.hand(this, bytes);
        break;
      case 0x49:
        this.watch(bytes);
        break;
      case 0x4d:
        this.talking = (bytes[2] ?? 0) >= 0x80;
        break;
      case 0x4b:
        this.down(frame(0x42, Uint8Array.of(0)));
        break;
      default:
        throw new TypeError(`unexpected frame ${bytes[1]}`);
    }
  }
}
