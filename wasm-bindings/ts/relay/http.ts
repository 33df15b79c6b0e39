/** The relay's HTTP API: an account, its login, and who has which key. Its answers are checked: it is not trusted. */
import { copyOf, text } from '../bytes.js';
import { DuetError } from '../errors.js';
import { callback, options, signal as signalOf } from '../gate.js';
import type {
  PasskeyQuestion,
  ErrorCode as RelayReason,
  SecondFactorProof,
  SecondFactorRequest,
} from '../generated/relay-api.js';
import type { Bytes } from '../types.js';

export type { PasskeyQuestion, RelayReason };

/** What every question to the relay needs. */
export interface Relay {
  /** Where it is: `https://chat.example`. */
  readonly url: string | URL;
  /** In the place of the platform's. */
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RelayConfig {
  /** The deployment's public name, which is part of every account: pin the first one that you see. */
  readonly realm: string;
  /** The largest file that people may send, in bytes. */
  readonly maxFileBytes: number;
  /** How long an access token lives, in ms. */
  readonly accessTokenTtlMs: number;
  readonly version: string;
}

export interface RelayUser {
  /** 32 bytes. */
  readonly accountId: Bytes;
  readonly name: string;
  /** 32 bytes; null while the account has no key. */
  readonly publicKey: Bytes | null;
}

/** A login. The refresh token is in a cookie that scripts cannot read: {@link refresh} uses it. */
export interface Login {
  readonly user: RelayUser;
  /** For `connect`, and for {@link findUsers} and {@link findKey}. */
  readonly accessToken: string;
  /** In ms since 1970, by the relay's clock. */
  readonly expiresAt: number;
}

export interface Credentials extends Relay {
  /** 3 to 32 of `a-z 0-9 _ - .`, starting with a letter. */
  readonly name: string;
  /** Of `splitPassword`: the relay never sees a password. */
  readonly loginSecret: string;
}

export interface LoginOptions extends Credentials {
  /**
   * Asked after the right password, if the account's owner turned a second factor on, and again after each wrong answer. If it
   * rejects, so does the login.
   */
  readonly secondFactor?: ((question: SecondFactorQuestion) => Promise<SecondFactorAnswer>) | undefined;
}

export interface SecondFactorQuestion {
  /** Whether the account has codes of an app. Recovery codes are always there, as long as any are left. */
  readonly totp: boolean;
  /** What `navigator.credentials.get` is to sign, if the account has passkeys for this host; bytes are base64url. */
  readonly passkey: PasskeyQuestion | null;
  /** Until when an answer is taken, in ms since 1970, by the relay's clock. */
  readonly expiresAt: number;
  /** How many answers were wrong so far. After the fifth the login begins again: `ticket_over`. */
  readonly wrong: number;
}

/**
 * What a person shows: `{ kind: 'totp', code }` of their app, or `{ kind: 'recovery', code }`, as it was typed; or what the browser
 * answers for a passkey: `{ kind: 'passkey', credential, clientData, authenticatorData, signature }`, in base64url.
 */
export type SecondFactorAnswer = SecondFactorProof & {
  /** This device is not asked again for 30 days. For pages of the relay's own site: it takes a cookie. */
  readonly trustDevice?: boolean | undefined;
};

export interface Registration extends Credentials {
  /** The identity's public key. */
  readonly publicKey: Uint8Array;
}

/** The relay's refusal, in its own words. */
export class RelayError extends DuetError {
  /** Stable, such as `username_taken`; undefined when the answer was not the relay's. */
  readonly reason: RelayReason | undefined;
  /** When a retry makes sense, in ms from now. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: 'E_RELAY_UNREACHABLE' | 'E_RELAY_ANSWER' | 'E_RELAY_REFUSED',
    reason?: RelayReason,
    retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(code, reason, options);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a client must know before it can log in. */
export async function relayConfig(relay: Relay): Promise<RelayConfig> {
  const answer = await ask(relay, { method: 'GET', path: '/api/config' });
  const { realm, maxFileBytes, accessTokenTtlMs, version } = fields(answer);
  return {
    realm: string(realm),
    maxFileBytes: number(maxFileBytes),
    accessTokenTtlMs: number(accessTokenTtlMs),
    version: string(version),
  };
}

/**
 * Makes an account and logs it in.
 * @throws RelayError with the reason `username_taken`, `invalid_username`, `rate_limited`, …
 */
export async function register(given: Registration): Promise<Login> {
  const registration = options(given);
  const identityKey = base64url(copyOf(registration.publicKey, 'publicKey', 32));
  const body = { ...credentials(registration), identityKey };
  return loginOf(await ask(registration, { method: 'POST', path: '/api/auth/register', body }));
}

/**
 * Logs in.
 * @throws RelayError with the reason `invalid_credentials`, `locked_out`, `account_locked`, `ticket_over`, `rate_limited`, …
 * @throws DuetError `E_SECOND_FACTOR` if the account has a second factor and there is no `secondFactor`
 */
export async function login(given: LoginOptions): Promise<Login> {
  const request = options(given);
  const secondFactor = callback(request.secondFactor, 'secondFactor');
  const answer = await ask(request, {
    method: 'POST',
    path: '/api/auth/login',
    body: credentials(request),
  });
  const { ticket, ticketExpiresAt, totp, passkey } = fields(answer);
  if (ticket === undefined) return loginOf(answer);
  if (secondFactor === undefined) throw new DuetError('E_SECOND_FACTOR');
  if (typeof totp !== 'boolean') throw unexpected();
  const [step, expiresAt, signing] = [string(ticket), number(ticketExpiresAt), passkeyOf(passkey)];
  for (let wrong = 0; ; wrong += 1) {
    const { trustDevice, ...proof } = proofOf(
      await secondFactor({ totp, passkey: signing, expiresAt, wrong }),
    );
    const body: SecondFactorRequest = { ticket: step, proof, trustDevice };
    try {
      return loginOf(await ask(request, { method: 'POST', path: '/api/auth/login/second-factor', body }));
    } catch (error) {
      if (!(error instanceof RelayError && error.reason === 'second_factor_wrong')) throw error;
    }
  }
}

/**
 * Renews the login by its cookie, which works once: do not call it twice at a time, in several tabs neither (Web Locks).
 * @throws RelayError with the reason `session_expired`, `session_reused`, `account_locked`, `unauthenticated`
 */
export async function refresh(relay: Relay): Promise<Login> {
  return loginOf(await ask(relay, { method: 'POST', path: '/api/auth/refresh' }));
}

/** Ends the login. */
export async function logout(relay: Relay & { readonly accessToken: string }): Promise<void> {
  await ask(relay, { method: 'POST', path: '/api/auth/logout' });
}

/** People whose names begin with `prefix`: at most 20. */
export async function findUsers(
  question: Relay & { readonly accessToken: string; readonly prefix: string },
): Promise<{ readonly accountId: Bytes; readonly name: string; readonly hasKey: boolean }[]> {
  const path = `/api/chat/users?username=${encodeURIComponent(text(options(question).prefix, 'prefix'))}`;
  const { users } = fields(await ask(question, { method: 'GET', path }));
  if (!Array.isArray(users)) throw unexpected();
  return users.map((user: unknown) => {
    const { id, username, hasKey } = fields(user);
    if (typeof hasKey !== 'boolean') throw unexpected();
    return { accountId: bytes32(id), name: string(username), hasKey };
  });
}

/** Who an account is, by the relay's word; undefined if it is nobody's, or has no key. */
export async function findKey(
  question: Relay & { readonly accessToken: string; readonly accountId: Uint8Array },
): Promise<{ readonly accountId: Bytes; readonly name: string; readonly publicKey: Bytes } | undefined> {
  const id = base64url(copyOf(options(question).accountId, 'accountId', 32));
  try {
    const answer = await ask(question, { method: 'GET', path: `/api/identity/users/${id}/key` });
    const { id: account, username, identityKey } = fields(answer);
    // Somebody else's key under this account's name would be pinned.
    if (account !== id) throw unexpected();
    return { accountId: bytes32(account), name: string(username), publicKey: bytes32(identityKey) };
  } catch (error) {
    const nobody =
      error instanceof RelayError && (error.reason === 'user_not_found' || error.reason === 'key_not_found');
    if (nobody) return undefined;
    throw error;
  }
}

function credentials({ name, loginSecret }: Credentials): { username: string; loginSecret: string } {
  return { username: text(name, 'name'), loginSecret: text(loginSecret, 'loginSecret') };
}

function proofOf(given: SecondFactorAnswer): SecondFactorProof & { trustDevice: boolean } {
  const answer = options(given, 'answer');
  const { kind, trustDevice = false } = answer;
  if (typeof trustDevice !== 'boolean') throw new DuetError('E_ARGUMENT', 'trustDevice must be a boolean');
  switch (kind) {
    case 'totp':
    case 'recovery':
      return { kind, code: text(answer.code, 'code'), trustDevice };
    case 'passkey':
      return {
        kind,
        credential: text(answer.credential, 'credential'),
        clientData: text(answer.clientData, 'clientData'),
        authenticatorData: text(answer.authenticatorData, 'authenticatorData'),
        signature: text(answer.signature, 'signature'),
        trustDevice,
      };
    default:
      throw new DuetError('E_ARGUMENT', `kind must be totp, recovery or passkey`);
  }
}

// ---- One question

const TIMEOUT_MS = 15_000;

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

async function ask(
  given: Relay & { readonly accessToken?: string },
  { method, path, body }: Question,
): Promise<unknown> {
  const relay = options(given);
  const address = addressOf(path, relay.url);
  const ownFetch = callback(relay.fetch, 'fetch') ?? fetch;
  const caller = signalOf(relay.signal);
  // The relay wants to know which page asks. Browsers say it themselves, and take nobody else's word.
  const headers = new Headers({ accept: 'application/json', origin: address.origin });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (relay.accessToken !== undefined) headers.set('authorization', `Bearer ${tokenOf(relay.accessToken)}`);
  const patience = AbortSignal.timeout(TIMEOUT_MS);
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  for (const signal of [patience, caller]) signal?.addEventListener('abort', stop, { once: true });
  caller?.throwIfAborted();
  let response: Response;
  let answer: unknown;
  try {
    response = await ownFetch(address, {
      method,
      headers,
      // A new cookie must arrive, whatever becomes of the page.
      keepalive: method === 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: giveUp.signal,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    answer = response.status === 204 ? null : parsed(await response.text());
  } catch (cause) {
    caller?.throwIfAborted();
    throw new RelayError('E_RELAY_UNREACHABLE', undefined, undefined, { cause });
  } finally {
    for (const signal of [patience, caller]) signal?.removeEventListener('abort', stop);
  }
  if (response.ok) return answer;
  throw refusal(response.status, answer);
}

/** The address of a path at the relay. */
export function addressOf(path: string, url: string | URL): URL {
  let address: URL | undefined;
  let cause: unknown;
  try {
    address = new URL(path, url);
  } catch (error) {
    cause = error;
  }
  if (address === undefined || !/^https?:$/.test(address.protocol))
    throw new DuetError('E_ARGUMENT', 'url must be where the relay is: https://chat.example', { cause });
  return address;
}

/** A header has printable ASCII only. */
function tokenOf(accessToken: string): string {
  if (/[^ -~]/.test(text(accessToken, 'accessToken')))
    throw new DuetError('E_ARGUMENT', 'accessToken is none');
  return accessToken;
}

/** Undefined when it is not JSON. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: unknown): RelayError {
  const { error } = isObject(answer) ? answer : { error: undefined };
  const { code, retryAfterMs } = isObject(error) ? error : { code: undefined, retryAfterMs: undefined };
  if (typeof code === 'string') {
    const wait = Number.isSafeInteger(retryAfterMs) ? (retryAfterMs as number) : undefined;
    return new RelayError('E_RELAY_REFUSED', code as RelayReason, wait);
  }
  // A gateway that does not reach it, or something that is no relay at all.
  return new RelayError(status >= 502 && status <= 504 ? 'E_RELAY_UNREACHABLE' : 'E_RELAY_ANSWER');
}

// ---- Answers

type Fields = Readonly<Record<string, unknown>>;

const unexpected = () => new RelayError('E_RELAY_ANSWER');

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fields(value: unknown): Fields {
  if (!isObject(value)) throw unexpected();
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string' || value.length > 8192) throw unexpected();
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unexpected();
  return value;
}

function passkeyOf(value: unknown): PasskeyQuestion | null {
  if (value === null) return null;
  const { challenge, host, known } = fields(value);
  if (!Array.isArray(known)) throw unexpected();
  return { challenge: string(challenge), host: string(host), known: known.map(string) };
}

function loginOf(answer: unknown): Login {
  const { user, accessToken, expiresAt } = fields(answer);
  const { id, username, identityKey } = fields(user);
  return {
    user: {
      accountId: bytes32(id),
      name: string(username),
      publicKey: identityKey === null ? null : bytes32(identityKey),
    },
    accessToken: string(accessToken),
    expiresAt: number(expiresAt),
  };
}

/** 32 bytes as base64url without padding. */
function bytes32(value: unknown): Bytes {
  const encoded = string(value);
  if (!/^[A-Za-z0-9_-]{43}$/.test(encoded)) throw unexpected();
  const binary = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (byte) => byte.charCodeAt(0));
}

function base64url(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
