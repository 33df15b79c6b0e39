/**
 * What a page and its worker say to each other. Each call comes with a port of its own, over which everything about it goes: progress and
 * an answer one way, the wish to cancel the other. Whatever else the two have to say passes by.
 */

import type { ErrorCode } from '../errors.js';
import type { Account, Bytes, Progress } from '../types.js';
import type { importBackup, unwrapIdentity } from '../vault.js';

/** What a worker does for a page. */
export const OPERATIONS = [
  'splitPassword',
  'exportBackup',
  'wrapIdentity',
  'importBackup',
  'unwrapIdentity',
] as const;

/** The name of one of them. */
export type Operation = (typeof OPERATIONS)[number];

/** From the page. */
export interface Call {
  /** Present in a call, and in no message of the application's own. */
  readonly duetStretching: Operation;
  /** The caller's options, less what cannot be posted. The secret is the worker's to wipe. */
  readonly input: { readonly vaultSecret?: Bytes | undefined };
  readonly port: MessagePort;
}

/** From the worker, the last one being a result or an error. */
export type Answer =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'result'; readonly result: unknown }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'threw'; readonly error: unknown };

/** An identity cannot be posted, and what is stored of it can: the page takes it up from there. */
export type Posted<Imported> = Omit<Imported, 'identity'> & { readonly account: Account };

/** What comes back of a backup. */
export type PostedBackup = Posted<Awaited<ReturnType<typeof importBackup>>>;

/** What comes back of an identity alone. */
export type PostedIdentity = Posted<Awaited<ReturnType<typeof unwrapIdentity>>>;
