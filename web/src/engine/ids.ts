/**
 * Names of what two accounts have with each other. The ids of the wire are chosen by whoever begins, so alone they name
 * nothing: the same `hid` under two accounts is two handshakes, and a frame of one account never finds the other's.
 */
import { toText } from './bytes.ts';

declare const kind: unique symbol;

/** A handshake with one account. In this folder `hid` always is one of these. */
export type HandshakeId = string & { readonly [kind]: 'handshake' };

/** A session with one account. In this folder `sid` always is one of these. */
export type SessionId = string & { readonly [kind]: 'session' };

/** `account`: base64url, as every account id here. No character of it, or of what follows, is a dot. */
export function handshakeId(account: string, hid: Uint8Array): HandshakeId {
  return `${account}.${toText(hid)}` as HandshakeId;
}

export function sessionId(account: string, sid: Uint8Array): SessionId {
  return `${account}.${toText(sid)}` as SessionId;
}
