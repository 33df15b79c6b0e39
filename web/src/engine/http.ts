/** The relay's HTTP API. Every failure is an {@link EngineError}; whether somebody is logged in is `auth.ts`'s. */
import type { UserErrorCode } from './contract.ts';
import { EngineError } from './errors.ts';
import type {
  AddPasskeyRequest,
  ChangePasswordRequest,
  ConfirmTotpRequest,
  DeleteAccountRequest,
  ErrorCode,
  InvitationRecord,
  InvitedBy,
  KeyHistory,
  KeyRecord,
  KnownPeopleRequest,
  LoginAnswer,
  PasskeySetup,
  PasswordProof,
  ReachList,
  ReachSettings,
  RecoveryCodes,
  RedeemRequest,
  Registered,
  RenamePasskeyRequest,
  SecondFactorRequest,
  SecondFactorSettings,
  ServerConfig,
  Session,
  SessionList,
  SetKeyRequest,
  SetReachRequest,
  TotpSetup,
  UserList,
} from './protocol/generated/relay-api.ts';
import {
  parseConfig,
  parseError,
  parseInvitationRecord,
  parseInvitedBy,
  parseKey,
  parseKeyHistory,
  parseReach,
  parseRegistered,
  parseSession,
  parseSessions,
  parseUsers,
} from './protocol/parse.ts';
import {
  parseLogin,
  parsePasskeySetup,
  parseRecoveryCodes,
  parseSecondFactor,
  parseTotpSetup,
} from './protocol/parse-second-factor.ts';

/** An error that the relay answered with. `api`: its own code; null when the answer was not the relay's. */
export class ApiError extends EngineError {
  constructor(
    readonly api: ErrorCode | null,
    code: UserErrorCode,
    retryAfterMs?: number,
  ) {
    super(code, { retryAfterMs });
  }
}

const TIMEOUT_MS = 15_000;
const SECOND_FACTOR = '/api/auth/second-factor';
const PASSKEYS = `${SECOND_FACTOR}/passkeys`;

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly body?: object;
  readonly signal?: AbortSignal;
  /** Survives the page: an answer that carries a new cookie must arrive. */
  readonly keepalive?: boolean;
}

export class Http {
  /** `origin`: where the relay is; a worker's own site by default. */
  constructor(
    private readonly fetcher: typeof fetch = (...args) => fetch(...args),
    private readonly origin: string = '',
  ) {}

  async config(): Promise<ServerConfig> {
    return parseConfig(await this.call({ method: 'GET', path: '/api/config' }));
  }

  async register(body: { username: string; loginSecret: string; identityKey: string }): Promise<Registered> {
    return parseRegistered(await this.call({ method: 'POST', path: '/api/auth/register', body }));
  }

  /** In, or asked for the second factor. */
  async login(body: { username: string; loginSecret: string }): Promise<LoginAnswer> {
    return parseLogin(await this.call({ method: 'POST', path: '/api/auth/login', body }));
  }

  async secondStep(body: SecondFactorRequest): Promise<Session> {
    return parseSession(await this.call({ method: 'POST', path: '/api/auth/login/second-factor', body }));
  }

  /** Whether it is the account's. */
  async checkPassword(token: string, body: PasswordProof): Promise<void> {
    await this.call({ method: 'POST', path: '/api/auth/password/check', token, body });
  }

  async secondFactor(token: string): Promise<SecondFactorSettings> {
    return parseSecondFactor(await this.call({ method: 'GET', path: SECOND_FACTOR, token }));
  }

  async startTotp(token: string, body: PasswordProof): Promise<TotpSetup> {
    return parseTotpSetup(await this.call({ method: 'POST', path: `${SECOND_FACTOR}/totp`, token, body }));
  }

  async finishTotp(token: string, body: ConfirmTotpRequest): Promise<RecoveryCodes> {
    return parseRecoveryCodes(await this.call({ method: 'PUT', path: `${SECOND_FACTOR}/totp`, token, body }));
  }

  async removeTotp(token: string, body: PasswordProof): Promise<void> {
    await this.call({ method: 'DELETE', path: `${SECOND_FACTOR}/totp`, token, body });
  }

  async startPasskey(token: string, body: PasswordProof): Promise<PasskeySetup> {
    return parsePasskeySetup(await this.call({ method: 'POST', path: PASSKEYS, token, body }));
  }

  async finishPasskey(token: string, body: AddPasskeyRequest): Promise<RecoveryCodes> {
    return parseRecoveryCodes(await this.call({ method: 'PUT', path: PASSKEYS, token, body }));
  }

  async renamePasskey(token: string, id: string, body: RenamePasskeyRequest): Promise<void> {
    await this.call({ method: 'PUT', path: `${PASSKEYS}/${id}`, token, body });
  }

  async removePasskey(token: string, id: string, body: PasswordProof): Promise<void> {
    await this.call({ method: 'DELETE', path: `${PASSKEYS}/${id}`, token, body });
  }

  async newRecoveryCodes(token: string, body: PasswordProof): Promise<RecoveryCodes> {
    const path = `${SECOND_FACTOR}/recovery-codes`;
    return parseRecoveryCodes(await this.call({ method: 'POST', path, token, body }));
  }

  async refresh(): Promise<Session> {
    const answer = await this.call({ method: 'POST', path: '/api/auth/refresh', keepalive: true });
    return parseSession(answer);
  }

  async logout(token: string | null): Promise<void> {
    const bearer = token === null ? {} : { token };
    await this.call({ method: 'POST', path: '/api/auth/logout', keepalive: true, ...bearer });
  }

  async sessions(token: string): Promise<SessionList> {
    return parseSessions(await this.call({ method: 'GET', path: '/api/auth/sessions', token }));
  }

  async endSession(token: string, id: string): Promise<void> {
    await this.call({ method: 'DELETE', path: `/api/auth/sessions/${id}`, token });
  }

  async endSessions(token: string, keepThis: boolean): Promise<void> {
    const path = `/api/auth/sessions${keepThis ? '?keepThis=true' : ''}`;
    await this.call({ method: 'DELETE', path, token, keepalive: true });
  }

  async changePassword(token: string, body: ChangePasswordRequest): Promise<Session> {
    return parseSession(await this.call({ method: 'PUT', path: '/api/auth/password', token, body }));
  }

  async deleteAccount(token: string, body: DeleteAccountRequest): Promise<void> {
    await this.call({ method: 'DELETE', path: '/api/auth/account', token, body });
  }

  async reach(token: string): Promise<ReachSettings> {
    return parseReach(await this.call({ method: 'GET', path: '/api/reach', token }));
  }

  async setReach(token: string, body: SetReachRequest): Promise<ReachSettings> {
    return parseReach(await this.call({ method: 'PUT', path: '/api/reach', token, body }));
  }

  async setListed(token: string, list: ReachList, id: string, listed: boolean): Promise<ReachSettings> {
    const method = listed ? 'PUT' : 'DELETE';
    return parseReach(await this.call({ method, path: `/api/reach/${list}/${id}`, token }));
  }

  async knowPeople(token: string, body: KnownPeopleRequest): Promise<ReachSettings> {
    return parseReach(await this.call({ method: 'POST', path: '/api/reach/known', token, body }));
  }

  async invite(token: string): Promise<InvitationRecord> {
    return parseInvitationRecord(await this.call({ method: 'POST', path: '/api/invitations', token }));
  }

  /** Whose invitation it is. */
  async redeem(token: string, body: RedeemRequest): Promise<InvitedBy> {
    return parseInvitedBy(await this.call({ method: 'POST', path: '/api/invitations/redeem', token, body }));
  }

  async search(token: string, prefix: string, signal?: AbortSignal): Promise<UserList> {
    const path = `/api/chat/users?username=${encodeURIComponent(prefix)}`;
    return parseUsers(await this.call({ method: 'GET', path, token, ...(signal && { signal }) }));
  }

  /** Null for an account without a key. */
  async key(token: string, accountId: string): Promise<KeyRecord | null> {
    try {
      const path = `/api/identity/users/${accountId}/key`;
      return parseKey(await this.call({ method: 'GET', path, token }));
    } catch (error) {
      if (error instanceof ApiError && (error.api === 'key_not_found' || error.api === 'user_not_found')) {
        return null;
      }
      throw error;
    }
  }

  async keyHistory(token: string, accountId: string): Promise<KeyHistory> {
    const path = `/api/identity/users/${accountId}/history`;
    return parseKeyHistory(await this.call({ method: 'GET', path, token }));
  }

  async setKey(token: string, body: SetKeyRequest): Promise<void> {
    await this.call({ method: 'PUT', path: '/api/identity/key', token, body });
  }

  private async call({ method, path, token, body, signal, keepalive = false }: Call): Promise<unknown> {
    const headers = new Headers({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    const timer = setTimeout(giveUp, TIMEOUT_MS);
    signal?.addEventListener('abort', giveUp, { once: true });
    let response: Response;
    let answer: unknown;
    try {
      response = await this.fetcher(`${this.origin}${path}`, {
        method,
        headers,
        keepalive,
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
        signal: patience.signal,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      answer = response.status === 204 ? null : await readJson(response);
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw new EngineError('relay-unreachable', { cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
    if (response.ok) return answer;
    throw refusal(response.status, answer);
  }
}

/** Undefined when the body is not JSON; a body that breaks off is an error of the network. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, answer: unknown): ApiError {
  const error = parseError(answer);
  if (error !== null) return new ApiError(error.code, userCode(error.code), error.retryAfterMs);
  // Not the relay's own words: a gateway that does not reach it, or something that is no relay at all.
  return new ApiError(null, status >= 502 && status <= 504 ? 'relay-unreachable' : 'relay-error');
}

function userCode(code: ErrorCode): UserErrorCode {
  switch (code) {
    case 'invalid_credentials':
      return 'wrong-credentials';
    case 'username_taken':
      return 'name-taken';
    case 'invalid_username':
      return 'name-invalid';
    case 'locked_out':
      return 'locked-out';
    case 'account_locked':
      return 'account-locked';
    case 'registration_closed':
      return 'registration-closed';
    case 'rate_limited':
      return 'rate-limited';
    case 'unauthenticated':
    case 'token_expired':
    case 'session_expired':
    case 'session_reused':
      return 'session-expired';
    case 'second_factor_wrong':
      return 'second-factor-wrong';
    case 'ticket_over':
      return 'second-step-over';
    case 'factor_conflict':
      return 'factor-conflict';
    case 'passkey_limit':
      return 'passkey-limit';
    case 'invitation_over':
      return 'invitation-over';
    case 'not_reachable':
      return 'not-reachable';
    case 'request_timeout':
    case 'unavailable':
      return 'relay-unreachable';
    case 'invalid_request':
    case 'invalid_identity_key':
    case 'origin_refused':
    case 'proof_required':
    case 'invalid_proof':
    case 'not_found':
    case 'user_not_found':
    case 'key_not_found':
    case 'method_not_allowed':
    case 'payload_too_large':
    case 'unsupported_media_type':
    case 'upgrade_required':
    case 'internal':
      return 'relay-error';
    default:
      code satisfies never;
      return 'relay-error';
  }
}
