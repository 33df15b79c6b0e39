/** The relay's answers about the second factor, checked before they are used. */
import type {
  LoginAnswer,
  PasskeyInfo,
  PasskeyQuestion,
  PasskeySetup,
  RecoveryCodes,
  SecondFactorSettings,
  TotpSetup,
} from './generated/relay-api.ts';
import { fields, flag, id, number, parseSession, shortId, text, wrong } from './parse.ts';

function list<T>(value: unknown, parse: (one: unknown) => T): T[] {
  return Array.isArray(value) ? value.map(parse) : wrong();
}

const time = (value: unknown) => (value === null ? null : number(value));

/** Of any length, as base64url. */
function bytes(value: unknown): string {
  const encoded = text(value);
  return /^[A-Za-z0-9_-]+$/.test(encoded) ? encoded : wrong();
}

/** COSE's numbers of algorithms for signatures are negative. */
const negative = (value: unknown): number =>
  Number.isSafeInteger(value) && Number(value) < 0 ? Number(value) : wrong();

export function parseLogin(value: unknown): LoginAnswer {
  const answer = fields(value);
  if (!('ticket' in answer)) return parseSession(value);
  const { ticket, ticketExpiresAt, totp, passkey, passkeyHosts } = answer;
  return {
    ticket: id(ticket),
    ticketExpiresAt: number(ticketExpiresAt),
    totp: flag(totp),
    passkey: passkey === null ? null : parsePasskeyQuestion(passkey),
    passkeyHosts: list(passkeyHosts, text),
  };
}

function parsePasskeyQuestion(value: unknown): PasskeyQuestion {
  const { challenge, host, known } = fields(value);
  return { challenge: id(challenge), host: text(host), known: list(known, bytes) };
}

export function parsePasskeySetup(value: unknown): PasskeySetup {
  const { ticket, userId, username, algorithms } = fields(value);
  return {
    ...parsePasskeyQuestion(value),
    ticket: id(ticket),
    userId: id(userId),
    username: text(username),
    algorithms: list(algorithms, negative),
  };
}

function parsePasskey(value: unknown): PasskeyInfo {
  const { id: passkey, name, host, createdAt, lastUsedAt } = fields(value);
  return {
    id: shortId(passkey),
    name: text(name),
    host: text(host),
    createdAt: number(createdAt),
    lastUsedAt: time(lastUsedAt),
  };
}

export function parseSecondFactor(value: unknown): SecondFactorSettings {
  const { totp, passkeys, recoveryCodes } = fields(value);
  const codes = totp === null ? null : fields(totp);
  return {
    totp: codes && { createdAt: number(codes['createdAt']), lastUsedAt: time(codes['lastUsedAt']) },
    passkeys: list(passkeys, parsePasskey),
    recoveryCodes: number(recoveryCodes),
  };
}

export function parseTotpSetup(value: unknown): TotpSetup {
  const { ticket, secret, address } = fields(value);
  return { ticket: id(ticket), secret: text(secret), address: text(address) };
}

export function parseRecoveryCodes(value: unknown): RecoveryCodes {
  const { recoveryCodes } = fields(value);
  return { recoveryCodes: list(recoveryCodes, text) };
}
