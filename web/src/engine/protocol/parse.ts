/**
 * The relay's answers, checked before they are used: it is not trusted, and a proxy may answer in its place. The
 * types come from the relay's own source (`generated/relay-api.ts`).
 */
import { EngineError } from '../errors.ts';
import type {
  ErrorDetail,
  InvitationRecord,
  InvitedBy,
  KeyHistory,
  KeyRecord,
  ReachPerson,
  ReachSettings,
  Registered,
  ServerConfig,
  Session,
  SessionList,
  User,
  UserList,
} from './generated/relay-api.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Account ids and keys: 32 bytes as base64url without padding. */
const BYTES_32 = /^[A-Za-z0-9_-]{43}$/;
/** Session ids, and tokens of invitations: 16 bytes. */
const BYTES_16 = /^[A-Za-z0-9_-]{22}$/;

export function wrong(): never {
  throw new EngineError('relay-error', { cause: 'unexpected answer' });
}

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : wrong();
}

export function text(value: unknown): string {
  return typeof value === 'string' && value.length <= 8192 ? value : wrong();
}

export function id(value: unknown): string {
  const string = text(value);
  return BYTES_32.test(string) ? string : wrong();
}

export function shortId(value: unknown): string {
  const string = text(value);
  return BYTES_16.test(string) ? string : wrong();
}

export function number(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : wrong();
}

export function flag(value: unknown): boolean {
  return typeof value === 'boolean' ? value : wrong();
}

export function parseConfig(value: unknown): ServerConfig {
  const { realm, maxFileBytes, accessTokenTtlMs, version } = fields(value);
  return {
    realm: text(realm),
    maxFileBytes: number(maxFileBytes),
    accessTokenTtlMs: number(accessTokenTtlMs),
    version: text(version),
  };
}

function parseUser(value: unknown): User {
  const user = fields(value);
  const { identityKey } = user;
  return {
    id: id(user['id']),
    username: text(user['username']),
    identityKey: identityKey === null ? null : id(identityKey),
  };
}

export function parseSession(value: unknown): Session {
  const { user, accessToken, expiresAt } = fields(value);
  return { user: parseUser(user), accessToken: text(accessToken), expiresAt: number(expiresAt) };
}

export function parseRegistered(value: unknown): Registered {
  return { ...parseSession(value), keyStored: flag(fields(value)['keyStored']) };
}

export function parseSessions(value: unknown): SessionList {
  const { sessions } = fields(value);
  if (!Array.isArray(sessions)) wrong();
  return {
    sessions: sessions.map((one) => {
      const session = fields(one);
      const { userAgent } = session;
      return {
        id: shortId(session['id']),
        userAgent: userAgent === null ? null : text(userAgent),
        address: text(session['address']),
        createdAt: number(session['createdAt']),
        lastSeenAt: number(session['lastSeenAt']),
        current: flag(session['current']),
      };
    }),
  };
}

function parsePeople(value: unknown): ReachPerson[] {
  if (!Array.isArray(value)) wrong();
  return value.map((one) => {
    const person = fields(one);
    return { id: id(person['id']), username: text(person['username']) };
  });
}

export function parseReach(value: unknown): ReachSettings {
  const { policy, known, allowed, blocked } = fields(value);
  if (policy !== 'anyone' && policy !== 'known' && policy !== 'allowed') wrong();
  return {
    policy,
    known: number(known),
    allowed: parsePeople(allowed),
    blocked: parsePeople(blocked),
  };
}

export function parseUsers(value: unknown): UserList {
  const { users } = fields(value);
  if (!Array.isArray(users)) wrong();
  return {
    users: users.map((one) => {
      const user = fields(one);
      return { id: id(user['id']), username: text(user['username']), hasKey: flag(user['hasKey']) };
    }),
  };
}

export function parseKey(value: unknown): KeyRecord {
  const record = fields(value);
  return {
    id: id(record['id']),
    username: text(record['username']),
    identityKey: id(record['identityKey']),
    since: number(record['since']),
  };
}

export function parseInvitationRecord(value: unknown): InvitationRecord {
  const { token, expiresAt } = fields(value);
  return { token: shortId(token), expiresAt: number(expiresAt) };
}

export function parseInvitedBy(value: unknown): InvitedBy {
  const { id: account, username } = fields(value);
  return { id: id(account), username: text(username) };
}

export function parseKeyHistory(value: unknown): KeyHistory {
  const { id: account, keys } = fields(value);
  if (!Array.isArray(keys)) wrong();
  return {
    id: id(account),
    keys: keys.map((one) => {
      const key = fields(one);
      const { proof } = key;
      if (proof !== 'first' && proof !== 'signed' && proof !== 'lost') wrong();
      return { identityKey: id(key['identityKey']), since: number(key['since']), proof };
    }),
  };
}

/** Null for a body that is not the relay's: a proxy's page, or nothing. */
export function parseError(value: unknown): Pick<ErrorDetail, 'code' | 'retryAfterMs'> | null {
  try {
    const error = fields(fields(value)['error']);
    // An unknown code is one of a newer relay; whoever looks for a known one will not find it.
    const code = text(error['code']) as ErrorDetail['code'];
    const { retryAfterMs } = error;
    return retryAfterMs === undefined ? { code } : { code, retryAfterMs: number(retryAfterMs) };
  } catch {
    return null;
  }
}
