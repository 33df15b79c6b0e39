/**
 * The relay's answers, checked before they are used: it is not trusted, and a proxy may answer in its place. The
 * types come from the relay's own source (`generated/relay-api.ts`).
 */
import { EngineError } from '../errors.ts';
import type {
  ErrorDetail,
  KeyRecord,
  Registered,
  ServerConfig,
  Session,
  User,
  UserList,
} from './generated/relay-api.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Account ids and keys: 32 bytes as base64url without padding. */
const BYTES_32 = /^[A-Za-z0-9_-]{43}$/;

function wrong(): never {
  throw new EngineError('relay-error', { cause: 'unexpected answer' });
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : wrong();
}

function text(value: unknown): string {
  return typeof value === 'string' && value.length <= 8192 ? value : wrong();
}

function id(value: unknown): string {
  const string = text(value);
  return BYTES_32.test(string) ? string : wrong();
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : wrong();
}

function flag(value: unknown): boolean {
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
