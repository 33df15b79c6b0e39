/** The text of an invitation, which travels in the fragment of a link: no server is ever asked for it. */
import { USERNAME_PATTERN } from './protocol/generated/relay-api.ts';

export interface Invitation {
  readonly name: string;
  /** The identity key of whoever made it. */
  readonly key: string;
  /** What the relay knows it by. */
  readonly token: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The version, a key of 32 bytes, a token of 16, the end in whole seconds, and the name, which may have dots. */
const TEXT = /^1\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{22})\.([0-9a-z]{1,9})\.(.+)$/;

export function invitationText({ name, key, token, expiresAt }: Invitation): string {
  return ['1', key, token, Math.floor(expiresAt / 1000).toString(36), name].join('.');
}

/** Null for whatever is none. */
export function parseInvitation(text: string): Invitation | null {
  const [, key, token, seconds, name] = TEXT.exec(text) ?? [];
  if (key === undefined || token === undefined || seconds === undefined || name === undefined) return null;
  if (!USERNAME_PATTERN.test(name)) return null;
  return { name, key, token, expiresAt: Number.parseInt(seconds, 36) * 1000 };
}
