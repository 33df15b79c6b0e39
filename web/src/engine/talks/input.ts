/** What happens: what the package's client tells, and what the person and this device do. */
import type { ClientEvent } from '@duet-chat/crypto';
import type { MessageView, Side, TransferView } from '../contract.ts';
import type { Peer, Pin } from '../keystore/keystore.ts';
import type { Talk } from './state.ts';

type WithoutHandle<E> = E extends unknown ? Omit<E, 'conversation'> : never;

/** An event of the package, as plain data. */
export type Heard = WithoutHandle<ClientEvent>;

export type HeardOf<T extends Heard['type']> = Extract<Heard, { readonly type: T }>;

export type Deed =
  /** Everybody who is pinned, or those of whom that changed. */
  | { readonly type: 'pins'; readonly pins: readonly (Pin & { readonly accountId: string })[] }
  /** The directory said whose account calls. */
  | { readonly type: 'named'; readonly accountId: string; readonly name: string }
  /** Nobody waits for this call any more. */
  | { readonly type: 'call-over'; readonly accountId: string }
  /** Somebody is to be called. */
  | { readonly type: 'calling'; readonly peer: Peer }
  /** It could not be tried: where it stood before holds again. */
  | { readonly type: 'not-called'; readonly accountId: string; readonly before: Talk | null }
  /** The package calls, or takes the call that rings, under this key. */
  | { readonly type: 'begun'; readonly peer: Peer; readonly key: string }
  /** It must not, for this key is not the pinned one. */
  | { readonly type: 'blocked'; readonly peer: Peer; readonly key: string }
  /** The conversation is closed: nothing of it stays. */
  | { readonly type: 'closed'; readonly accountId: string }
  /** It is left because a line dropped. */
  | { readonly type: 'line-dropped'; readonly accountId: string }
  /** Of whom it is still known whether they are here; what was known of others may be true no longer. */
  | { readonly type: 'watched'; readonly accountIds: ReadonlySet<string> }
  /** We leave it; its end follows. */
  | { readonly type: 'leaving'; readonly accountId: string }
  | { readonly type: 'shown'; readonly accountId: string | null }
  /** An own message, under the name that the package gave it. */
  | {
      readonly type: 'said';
      readonly accountId: string;
      readonly id: string;
      readonly body: MessageView['body'];
    }
  /** What was done to a message, under the names that the package gave the deeds. */
  | {
      readonly type: 'edited';
      readonly accountId: string;
      readonly id: string;
      readonly act: string;
      readonly text: string;
    }
  | { readonly type: 'taken-back'; readonly accountId: string; readonly id: string; readonly act: string }
  | {
      readonly type: 'reacted';
      readonly accountId: string;
      readonly id: string;
      readonly act: string;
      readonly emoji: string;
      readonly set: boolean;
    }
  /** It is not to be seen here any more; the peer does not learn of it. */
  | { readonly type: 'hidden'; readonly accountId: string; readonly id: string }
  /** A file of the peer's was looked at, heard or saved. */
  | { readonly type: 'seen'; readonly accountId: string; readonly id: string }
  | { readonly type: 'read'; readonly accountId: string; readonly seq: number }
  /** One side stops a file for now, or lets it go on. */
  | {
      readonly type: 'file-paused';
      readonly accountId: string;
      readonly fid: string;
      readonly by: Side;
      readonly paused: boolean;
    }
  | {
      readonly type: 'transfer';
      readonly accountId: string;
      readonly fid: string;
      readonly change: Partial<TransferView>;
    };

export type Input = { readonly type: 'heard'; readonly event: Heard } | Deed;
