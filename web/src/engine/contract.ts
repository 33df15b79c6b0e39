/**
 * What the screens may ask of the engine, and what the engine tells them. The engine runs in a worker; these
 * types are all that the two sides share. Everything here can be structured-cloned.
 *
 * Account ids, message ids and file ids are strings (base64url) on this side of the border; keys never cross it.
 */

export type EngineMode = 'auto' | 'native' | 'wasm';

/** Where the person stands with their account. */
export type AccountView =
  | { readonly stage: 'starting' }
  /** Nobody is logged in. */
  | { readonly stage: 'signed-out' }
  /** The login holds (refresh cookie), but the identity on this device opens with the password only. */
  | { readonly stage: 'locked'; readonly name: string }
  /** Logged in on a device that does not have this account's key: import a backup, or replace the key. */
  | { readonly stage: 'key-missing'; readonly name: string }
  | { readonly stage: 'ready'; readonly name: string; readonly accountId: string };

export type ConnectionView =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** `retryAt`: epoch ms of the next attempt. `browserOffline`: the machine itself has no network. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly browserOffline: boolean }
  /** Opened elsewhere: another tab or device of this account took over; it does not reconnect by itself. */
  | { readonly state: 'replaced' };

/** Which engine does what, for the settings screen and for tests. */
export interface CryptoView {
  readonly mode: EngineMode;
  readonly secureContext: boolean;
  readonly operations: Readonly<
    Record<string, { readonly engine: 'native' | 'wasm'; readonly reason?: string }>
  >;
}

export interface AppView {
  readonly account: AccountView;
  readonly connection: ConnectionView;
  readonly crypto: CryptoView | null;
  /** The deployment's public name, pinned at first use. */
  readonly realm: string | null;
  readonly maxFileBytes: number;
}

export interface UserView {
  readonly accountId: string;
  readonly name: string;
  /** False while the account has no identity key: it cannot be written to. */
  readonly reachable: boolean;
}

/** PROTOCOL.md 3.4: how far the peer's key is trusted. */
export type TrustView = 'unknown' | 'first-use' | 'compared' | 'sas' | 'qr' | 'changed';

/** M3. Exactly one holds, and it is always visible. */
export type ConversationState =
  | 'ringing-out'
  | 'establishing'
  | 'secure'
  | 'peer-offline'
  | 'peer-disconnected'
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'blocked-key-changed'
  /** Our own connection is gone: the conversation has ended, the person is told so. */
  | 'connection-lost';

export interface EmojiView {
  readonly emoji: string;
  readonly en: string;
  readonly ru: string;
}

export interface FingerprintView {
  readonly name: string;
  /** 64 hex digits in groups of four. */
  readonly hex: string;
  readonly emoji: readonly EmojiView[];
}

/** For the fingerprint dialog; the hash is always of the key in use. */
export interface VerificationView {
  readonly mine: FingerprintView;
  readonly theirs: FingerprintView;
  /** Set when the key differs from the pinned one: the fingerprint that was pinned. */
  readonly pinned: FingerprintView | null;
  readonly trust: TrustView;
  readonly safetyCode: string;
  readonly qrText: string;
  /** Four emoji of the open session, if there is one. */
  readonly sas: readonly EmojiView[] | null;
}

export interface ConversationView {
  readonly peer: { readonly accountId: string; readonly name: string };
  readonly state: ConversationState;
  readonly trust: TrustView;
  readonly peerActivity: 'none' | 'typing' | 'voice' | 'video';
  /** Something was refused (forged, replayed, damaged): shown as a warning line; nothing of it is displayed. */
  readonly refusedFrames: number;
  /** The session closed without the peer's BYE: the last messages may be missing. */
  readonly endedAbruptly: boolean;
}

export type MessageStatus = 'sending' | 'delivered' | 'read' | 'failed';

export type TransferState =
  | 'offered'
  | 'transferring'
  | 'done'
  | 'cancelled-by-me'
  | 'cancelled-by-peer'
  | 'rejected'
  /** A frame did not verify: nothing of the file is kept. */
  | 'damaged'
  | 'connection-lost'
  | 'source-changed';

export interface TransferView {
  readonly fid: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly done: number;
  readonly state: TransferState;
  /** Set on the receiver when `state` is `done`; a Blob is passed by reference, not copied. */
  readonly blob?: Blob;
}

export interface MessageView {
  /** Unique in the conversation: `m<seq>` for mine, `p<seq>` for the peer's. */
  readonly id: string;
  readonly mine: boolean;
  readonly seq: number;
  /** Epoch ms by this machine's clock. */
  readonly at: number;
  readonly status: MessageStatus;
  readonly body:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly transfer: TransferView };
}

export interface IncomingView {
  readonly id: string;
  readonly peer: { readonly accountId: string; readonly name: string };
  readonly trust: TrustView;
}

/** Everything that can go wrong for a person, by stable code; the words are in `i18n/`. */
export type UserErrorCode =
  | 'wrong-credentials'
  | 'name-taken'
  | 'name-invalid'
  | 'password-too-short'
  | 'locked-out'
  | 'rate-limited'
  | 'session-expired'
  | 'relay-unreachable'
  | 'relay-error'
  | 'realm-changed'
  | 'engine-unavailable'
  | 'wasm-blocked'
  | 'storage-unavailable'
  | 'key-wrong-password'
  | 'not-connected'
  | 'peer-has-no-key'
  | 'not-secure-yet'
  | 'text-too-long'
  | 'text-empty'
  | 'too-many-unacknowledged'
  | 'file-too-large'
  | 'file-empty-name'
  | 'transfer-busy'
  | 'internal';

export interface UserError {
  readonly code: UserErrorCode;
  /** Milliseconds until a retry makes sense. */
  readonly retryAfterMs?: number;
}

/** Pushed by the worker, in order. */
export type EngineEvent =
  | { readonly type: 'app'; readonly app: AppView }
  | { readonly type: 'conversation'; readonly conversation: ConversationView | null }
  /** Added or changed, by `id`. */
  | { readonly type: 'messages'; readonly upsert: readonly MessageView[] }
  | { readonly type: 'messages-cleared' }
  | { readonly type: 'incoming'; readonly incoming: readonly IncomingView[] }
  /** Something failed that no command is waiting for. */
  | { readonly type: 'notice'; readonly error: UserError };

/** Commands: each resolves with its result or rejects with a {@link UserError}. */
export interface EngineCommands {
  /** First call. Restores the login from the refresh cookie if there is one. */
  start(input: { mode: EngineMode }): Promise<void>;
  register(input: { name: string; password: string }): Promise<void>;
  login(input: { name: string; password: string }): Promise<void>;
  unlock(input: { password: string }): Promise<void>;
  /** `key-missing`: makes a new identity and replaces the account's key; contacts will be warned. */
  replaceKey(input: { password: string }): Promise<void>;
  /** Keeps the identity on this device. */
  logout(): Promise<void>;
  search(input: { query: string }): Promise<readonly UserView[]>;
  openChat(input: { accountId: string; name: string }): Promise<void>;
  acceptIncoming(input: { id: string }): Promise<void>;
  declineIncoming(input: { id: string }): Promise<void>;
  /** Cancels a ringing offer, or says BYE and closes the conversation; history goes on both sides. */
  leaveChat(): Promise<void>;
  sendText(input: { text: string }): Promise<void>;
  /** Called when messages up to this peer `seq` were in view. */
  markRead(input: { seq: number }): Promise<void>;
  setTyping(input: { typing: boolean }): Promise<void>;
  sendFile(input: { file: File }): Promise<void>;
  cancelTransfer(input: { fid: string }): Promise<void>;
  verification(): Promise<VerificationView>;
  /** The person compared the fingerprints. `by`: what they compared. */
  markVerified(input: { by: 'compared' | 'sas' }): Promise<void>;
  /** After `blocked-key-changed`: pin the new key, both fingerprints having been shown. */
  acceptChangedKey(): Promise<void>;
  /** Wake the reconnect timer now. */
  retryNow(): Promise<void>;
  /** Takes effect at the next start; an operation never changes its engine half-way. */
  setEngineMode(input: { mode: EngineMode }): Promise<void>;
}

/** What the screens hold: commands, and one stream of events. */
export interface EngineClient extends EngineCommands {
  subscribe(listener: (event: EngineEvent) => void): () => void;
}
