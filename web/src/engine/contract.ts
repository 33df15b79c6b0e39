/**
 * What the screens may ask of the engine, and what the engine tells them. The engine runs in a worker; these
 * types are all that the two sides share. Everything here can be structured-cloned.
 *
 * Account ids, message ids and file ids are strings (base64url) on this side of the border; keys never cross it.
 */

import type { FileToSend } from './media-view.ts';
import type { MessageView, TransferView } from './message-views.ts';
import type { SecondFactorCommands, SecondStepWays } from './second-factor-views.ts';

export type { FileKind, FileMode, FileToSend, MediaView } from './media-view.ts';
export type * from './message-views.ts';
export type * from './second-factor-views.ts';

export type EngineMode = 'auto' | 'native' | 'wasm';

/** Where the person stands with their account. */
export type AccountView =
  | { readonly stage: 'starting' }
  /** Nobody is logged in. */
  | { readonly stage: 'signed-out' }
  /** The password was right, and the account has a second factor. Nobody is logged in yet. */
  | { readonly stage: 'second-step'; readonly name: string; readonly ways: SecondStepWays }
  /** The login holds (refresh cookie), but the identity on this device opens with the password only. */
  | { readonly stage: 'locked'; readonly name: string }
  /** Logged in on a device that does not have this account's key: import a backup, or replace the key. */
  | { readonly stage: 'key-missing'; readonly name: string }
  /**
   * The password was changed elsewhere, and what this device keeps is still wrapped under the one before.
   * `keyOpens`: only the copy for backups is; the key itself opens without a password.
   */
  | { readonly stage: 'earlier-password'; readonly name: string; readonly keyOpens: boolean }
  | { readonly stage: 'ready'; readonly name: string; readonly accountId: string };

export type ConnectionView =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  /** `retryAt`: epoch ms of the next attempt. `browserOffline`: the machine itself has no network. */
  | { readonly state: 'waiting'; readonly retryAt: number; readonly browserOffline: boolean }
  /**
   * In use elsewhere, and `retryNow` moves it here. A tab never takes it from another one without being asked, but has it
   * again once that one is gone (`tab`); another device or browser took over (`device`); on plain http it may be either.
   */
  | { readonly state: 'replaced'; readonly by: 'tab' | 'device' | 'unknown' }
  /** The server does not take what this page sends, or this login; only the person tries again. */
  | { readonly state: 'refused' };

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

/**
 * Who may call. `known`: whose key is pinned on one of the account's devices, and those who are allowed. Whoever is
 * blocked may not in any case.
 */
export type ReachPolicy = 'anyone' | 'known' | 'allowed';

export interface ReachView {
  readonly policy: ReachPolicy;
  /** By name. */
  readonly allowed: readonly { readonly accountId: string; readonly name: string }[];
  readonly blocked: readonly { readonly accountId: string; readonly name: string }[];
}

/** Whose invitation it is. */
export interface InvitationView {
  readonly name: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** One login on one device. */
export interface LoginView {
  readonly id: string;
  /** What its browser calls itself (the `User-Agent` header); null if it did not say. */
  readonly userAgent: string | null;
  /** The network address that it came from, as the relay saw it. */
  readonly address: string;
  /** Epoch ms. */
  readonly since: number;
  /** Epoch ms, to the minute. */
  readonly lastUsed: number;
  /** The one of this page. */
  readonly current: boolean;
}

export interface UserView {
  readonly accountId: string;
  readonly name: string;
  /** False while the account has no identity key: it cannot be written to. */
  readonly reachable: boolean;
}

/** protocol.md 3.4: how far the peer's key is trusted. */
export type TrustView =
  | 'unknown'
  | 'first-use'
  /** The key came with an invitation: as sure as the way that its link took. The protocol calls it `first-use`. */
  | 'link'
  | 'compared'
  | 'sas'
  | 'qr'
  | 'changed';

/** M3. Exactly one holds, and it is always visible. */
export type ConversationState =
  | 'ringing-out'
  | 'establishing'
  | 'secure'
  /**
   * The session holds and nothing can pass just now: our line is down, or the peer gives no sign of life. What is
   * written waits and goes by itself; ten minutes of it end the conversation.
   */
  | 'reconnecting'
  /** We have left, and for two seconds at most it is found out whether our last words arrived. */
  | 'leaving'
  | 'peer-offline'
  | 'peer-disconnected'
  | 'declined'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'blocked-key-changed'
  /** Nothing was heard of the peer for as long as an interruption may last. */
  | 'peer-silent'
  /** We left, and something of ours may not have arrived: it is still shown. */
  | 'left'
  /** A line dropped, and we want nothing to outlive that: what may not have arrived is still shown. */
  | 'line-dropped'
  /** The session reached its limit (24 h) and could not be renewed. */
  | 'expired';

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
  /**
   * Which session `sas` is of, as {@link SessionView.number} counts. Keep the view with which the comparison was
   * opened; when the conversation has gone on to another session since, say that both should open it again.
   */
  readonly sasSession: number | null;
  /** Epoch ms at which the pinned key was first seen; null while none is pinned. */
  readonly firstSeen: number | null;
  /** Keys that were pinned before, oldest first. */
  readonly history: readonly KeyHistoryView[];
}

/** How a key came to be an account's, by the relay's word. */
export type KeyProofView = 'first' | 'signed' | 'lost';

/** What the relay says of an account's keys: a hint of what happened, and no proof. */
export interface DirectoryKeyView {
  readonly fingerprint: FingerprintView;
  /** Epoch ms. */
  readonly since: number;
  /** `signed`: the key before signed it. `lost`: its owner said that the key before is lost. */
  readonly proof: KeyProofView;
  /** It is the one that this device goes by. */
  readonly inUse: boolean;
}

/** A key that was pinned once and is not any more. */
export interface KeyHistoryView {
  readonly fingerprint: FingerprintView;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
  /** Epoch ms; null where an older version of this app did not write it down. */
  readonly since: number | null;
  readonly until: number;
}

/** Somebody whose key is pinned on this device. */
export interface PersonView {
  readonly accountId: string;
  readonly fingerprint: FingerprintView;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
  readonly firstSeen: number;
  readonly history: readonly KeyHistoryView[];
}

/** What a scanned code says (protocol.md section 3.3). `verified`: the pin is of state `qr` now. */
export type QrVerdict =
  | 'verified'
  /** Not a code of this app: keep the camera running. */
  | 'not-a-code'
  /** Somebody else's code, or one that was shown to somebody else. Nothing is wrong with the keys. */
  | 'other-person'
  /** The right two people, and another key: somebody may be in the middle. Nothing was pinned. */
  | 'key-differs';

export interface ConversationView {
  readonly peer: { readonly accountId: string; readonly name: string };
  readonly state: ConversationState;
  readonly trust: TrustView;
  readonly peerActivity: 'none' | 'typing' | 'voice' | 'video';
  /**
   * Frames that were refused and that only an attack or a defect explains (forged, damaged), not those that came twice or
   * too late: shown as a warning line; nothing of them is displayed.
   */
  readonly refusedFrames: number;
  /** It ended, and the peer's last messages may be missing. */
  readonly endedAbruptly: boolean;
  /**
   * `early`: texts may be written before there is a session; they are `early` if they could go with the call, else
   * `waiting`. Nothing else can be sent. `yes`: texts and files, typing, reading; also while it reconnects.
   */
  readonly writable: 'no' | 'early' | 'yes';
  /** Messages that the caller wrote before the call was accepted and that never arrived: somebody dropped them. */
  readonly earlyDropped: number;
  /** The open session; null while there is none. */
  readonly session: SessionView | null;
}

/** One line of the list of conversations. Those that are over stay in it until they are closed. */
export interface ConversationSummary {
  readonly accountId: string;
  readonly name: string;
  readonly state: ConversationState;
  readonly trust: TrustView;
  /** Messages of the peer's that were not in view. */
  readonly unread: number;
}

/** protocol.md section 4.9: a session lives at most a day and is renewed before, while the chat goes on. */
export interface SessionView {
  /** 1 for the conversation's first session, one more at every renewal. */
  readonly number: number;
  /** Epoch ms. */
  readonly since: number;
  /** Epoch ms at which it ends if it is not renewed before. */
  readonly endsAt: number;
  /** A renewal is on its way. */
  readonly renewing: boolean;
}

export interface IncomingView {
  /** Unique as long as it rings. */
  readonly id: string;
  readonly peer: { readonly accountId: string; readonly name: string };
  readonly trust: TrustView;
  /** What came with the call: a message request, unconfirmed as long as the call is not accepted. Usually empty. */
  readonly request: readonly { readonly seq: number; readonly body: RequestBody }[];
}

/** A file comes by its name: it is fetched when the call was accepted. */
export type RequestBody =
  | { readonly kind: 'text'; readonly text: string }
  | ({ readonly kind: 'file' } & Pick<TransferView, 'name' | 'mediaType' | 'size'>);

/** A backup, just made. The passphrase is nowhere else: it is shown once. */
export interface BackupView {
  /** Four groups of five characters. */
  readonly passphrase: string;
  /** For the download. */
  readonly fileName: string;
  readonly file: Blob;
  /** People in it, besides the identity. */
  readonly people: number;
}

/** Somebody in a backup. */
export interface BackupPersonView {
  readonly accountId: string;
  readonly name: string;
  readonly trust: Exclude<TrustView, 'unknown' | 'changed'>;
  readonly firstSeen: number;
  readonly theirs: FingerprintView;
  /**
   * `new`: not known here. `same`: known with this key. `replaces`: here is another key that nobody ever compared,
   * and the backup's was. `conflict`: another key is pinned here, and only the person can tell which one is right.
   */
  readonly verdict: 'new' | 'same' | 'replaces' | 'conflict';
  /** The fingerprint that is pinned here; null when it is `new`. */
  readonly pinned: FingerprintView | null;
}

/** What a backup would bring. Nothing has changed yet. */
export interface BackupPreview {
  /** For {@link EngineCommands.restoreBackup}; a later preview, or leaving, makes it void. */
  readonly id: number;
  readonly name: string;
  /** Epoch ms at which the identity was made. */
  readonly created: number;
  readonly fingerprint: FingerprintView;
  /**
   * `restored`: the identity comes with it, and this device can be used with the account. `here`: it is on this
   * device already, so that only people come. A backup of another account or of a key that is not the account's any
   * more has no preview: see `backup-other-account` and `backup-old-key`.
   */
  readonly identity: 'restored' | 'here';
  readonly people: readonly BackupPersonView[];
}

/** Everything that can go wrong for a person, by stable code; the words are in `i18n/`. */
export type UserErrorCode =
  | 'wrong-credentials'
  | 'name-taken'
  | 'name-invalid'
  | 'password-too-short'
  | 'locked-out'
  | 'rate-limited'
  /** Whoever runs the relay has closed the account. */
  | 'account-locked'
  /** Whoever runs the relay lets nobody register. */
  | 'registration-closed'
  | 'session-expired'
  | 'relay-unreachable'
  | 'relay-error'
  | 'realm-changed'
  | 'engine-unavailable'
  | 'wasm-blocked'
  | 'storage-unavailable'
  | 'key-wrong-password'
  /** The relay says that it is not the account's password. */
  | 'password-wrong'
  /** The code is not right, or was used before. */
  | 'second-factor-wrong'
  /** The five minutes or the five tries of what was begun with the password are over. */
  | 'second-step-over'
  /** The second factor was turned on or off meanwhile. */
  | 'factor-conflict'
  /** Nobody confirmed it, or there is no passkey here. */
  | 'passkey-cancelled'
  /** This device has a passkey of the account already. */
  | 'passkey-known'
  /** The relay does not take it. */
  | 'passkey-refused'
  /** The account has as many passkeys as it may. */
  | 'passkey-limit'
  | 'not-connected'
  | 'peer-has-no-key'
  /** They chose who may call them. */
  | 'not-reachable'
  | 'not-secure-yet'
  | 'text-too-long'
  /** The time in which a message can be changed is over. */
  | 'edit-too-late'
  /** It was said in a session that is over, or it is not there any more: it cannot be pointed at. */
  | 'message-out-of-reach'
  | 'text-empty'
  | 'too-many-unacknowledged'
  | 'file-too-large'
  | 'file-empty-name'
  | 'transfer-busy'
  /** protocol.md section 4.9: thirty handshakes with one person in an hour. */
  | 'too-many-handshakes'
  /** The same, when the other one called. */
  | 'call-turned-away'
  /** As many conversations are open as may be. */
  | 'too-many-conversations'
  /** This device's key was made so that nothing can copy it: only a new key (`replaceKey`) can be backed up. */
  | 'backup-not-possible'
  /** No invitation, or of another deployment. */
  | 'invitation-unreadable'
  /** Its day is over, or it was never made. */
  | 'invitation-over'
  /** One's own. */
  | 'invitation-own'
  /** The person is known here by another key than the one in it. */
  | 'invitation-other-key'
  /** "Wrong passphrase or damaged file": which of the two, nobody can tell. */
  | 'backup-unreadable'
  /** Not a backup of this app, or of a newer version. */
  | 'backup-unknown-format'
  /** The backup belongs to another account, or to another deployment. */
  | 'backup-other-account'
  /** The account has another key since this backup was made. */
  | 'backup-old-key'
  /** The preview is not there any more: open the file again. */
  | 'backup-closed'
  /** Stretching the passphrase needs 64 MB, and this device did not give them. */
  | 'out-of-memory'
  | 'internal';

export interface UserError {
  readonly code: UserErrorCode;
  /** Milliseconds until a retry makes sense. */
  readonly retryAfterMs?: number;
}

/** Pushed by the worker, in order. */
export type EngineEvent =
  | { readonly type: 'app'; readonly app: AppView }
  /** All that there are, oldest first. */
  | { readonly type: 'conversations'; readonly conversations: readonly ConversationSummary[] }
  /** The one on the screen. */
  | { readonly type: 'conversation'; readonly conversation: ConversationView | null }
  /** Of the one on the screen: added or changed, by `id`. */
  | { readonly type: 'messages'; readonly upsert: readonly MessageView[] }
  /** Of the one on the screen: these are not there any more. */
  | { readonly type: 'messages-removed'; readonly ids: readonly string[] }
  | { readonly type: 'messages-cleared' }
  | { readonly type: 'incoming'; readonly incoming: readonly IncomingView[] }
  /** Who of the people known here is here (true) or away, by the relay's word. Of everybody else nothing is known. */
  | { readonly type: 'presence'; readonly here: ReadonlyMap<string, boolean> }
  /** How far a backup is made or read, from 0 to 1; null when it is over, however it ended. */
  | { readonly type: 'backup-progress'; readonly done: number | null }
  /** Something failed that no command is waiting for. */
  | { readonly type: 'notice'; readonly error: UserError };

/** Which conversation: the one with this account. */
export interface InTalk {
  readonly accountId: string;
}

/**
 * What is done in a conversation. Each says in which one: another may have come to the screen by the time it is heard, and nobody's
 * words may go to somebody else.
 */
export interface TalkCommands {
  /**
   * Leaves it: cancels a call, or says BYE, and history goes on both sides. What may not have
   * arrived is still shown (`left`). One that is over is closed.
   */
  leaveChat(input: InTalk): Promise<void>;
  /** `reply`: the id of the message that it answers. */
  sendText(input: InTalk & { text: string; reply?: string }): Promise<void>;
  /** Changes the text of an own message, which stays possible for `EDIT_WINDOW` ms. */
  editText(input: InTalk & { id: string; text: string }): Promise<void>;
  /** Takes an own message back on both screens; one that still waits never goes. */
  takeBack(input: InTalk & { id: string }): Promise<void>;
  /** Removes a message from this screen alone. */
  hideMessage(input: InTalk & { id: string }): Promise<void>;
  /** Sets or removes a reaction of one's own. */
  react(input: InTalk & { id: string; emoji: string; set: boolean }): Promise<void>;
  /** Called when messages up to this peer `seq` were in view. */
  markRead(input: InTalk & { seq: number }): Promise<void>;
  setTyping(input: InTalk & { typing: boolean }): Promise<void>;
  /** Says that a voice or video message is being recorded, or not any more. */
  setRecording(input: InTalk & { what: 'voice' | 'video' | null }): Promise<void>;
  sendFile(input: InTalk & FileToSend): Promise<void>;
  cancelTransfer(input: InTalk & { fid: string }): Promise<void>;
  /** Stops a file of the peer's for now, or goes on with it, whichever side stopped it. */
  pauseTransfer(input: InTalk & { fid: string; paused: boolean }): Promise<void>;
  /** A whole file of the peer's was looked at, heard or saved. */
  markSeen(input: InTalk & { fid: string }): Promise<void>;
  verification(input: InTalk): Promise<VerificationView>;
  /** Every key of the person by the relay's word, the newest first. */
  keyHistory(input: InTalk): Promise<readonly DirectoryKeyView[]>;
  /** The person compared the fingerprints. `by`: what they compared. */
  markVerified(input: InTalk & { by: 'compared' | 'sas' }): Promise<void>;
  /** The text of a QR code, from the camera, a picture or the clipboard. */
  checkQr(input: InTalk & { text: string }): Promise<QrVerdict>;
  /** After `blocked-key-changed`: pin the new key, both fingerprints having been shown. */
  acceptChangedKey(input: InTalk): Promise<void>;
}

/**
 * Commands: each resolves with its result or rejects with a {@link UserError}; one that takes a signal rejects with
 * the signal's reason when it is aborted.
 */
export interface EngineCommands extends SecondFactorCommands, TalkCommands {
  /** First call. Restores the login from the refresh cookie if there is one. */
  start(input: { mode: EngineMode }): Promise<void>;
  register(input: { name: string; password: string }): Promise<void>;
  login(input: { name: string; password: string }): Promise<void>;
  unlock(input: { password: string }): Promise<void>;
  /**
   * `key-missing`: makes a new identity and replaces the account's key; contacts will be warned. In `ready` the same,
   * for those whose key cannot be backed up: what is open ends.
   */
  replaceKey(input: { password: string }): Promise<void>;
  /** `earlier-password`: opens what the password before wraps, and wraps it under the present one. */
  rewrap(input: { earlier: string }): Promise<void>;
  /** `earlier-password`: nobody knows it any more. The key, unless it opens by itself, counts as missing here. */
  forgoEarlier(): Promise<void>;
  /** Keeps the identity on this device. */
  logout(): Promise<void>;
  /** Where the account is logged in, the one used last first. */
  logins(): Promise<readonly LoginView[]>;
  /** Ends one of the others. */
  endLogin(input: { id: string }): Promise<void>;
  /** Ends all of them. `keepThis`: but for the one of this page. */
  endLogins(input: { keepThis: boolean }): Promise<void>;
  /** Ends every other login; other devices will ask once for the password that was. */
  changePassword(input: { password: string; newPassword: string }): Promise<void>;
  /** For good, and nobody can have the name again. This device forgets the key and the people. */
  deleteAccount(input: { password: string }): Promise<void>;
  /** Who may call. */
  reach(): Promise<ReachView>;
  /** `known`: the relay learns whom this device knows. */
  setReach(input: { policy: ReachPolicy }): Promise<ReachView>;
  /** Puts somebody on a list, or takes them off. */
  setListed(input: { list: 'allowed' | 'blocked'; accountId: string; listed: boolean }): Promise<ReachView>;
  /** Ends the conversation or the call with somebody, and blocks them. */
  block(input: { accountId: string }): Promise<void>;
  /** Makes an invitation, good for a day. `text`: what the fragment of its link holds. */
  invite(): Promise<InvitationView & { readonly text: string }>;
  /** What a link says; null if it is none. Asks nobody. */
  readInvitation(input: { text: string }): Promise<InvitationView | null>;
  /** Takes somebody's invitation: their key is known by it, and they are called. */
  acceptInvitation(input: { text: string }): Promise<void>;
  search(input: { query: string }): Promise<readonly UserView[]>;
  /** Calls somebody, or shows the conversation that there is. Others go on. */
  openChat(input: { accountId: string; name: string }): Promise<void>;
  /** Puts another conversation on the screen; null: none. */
  showChat(input: { accountId: string | null }): Promise<void>;
  /** Takes a call, which is on the screen then. Other conversations go on. */
  acceptIncoming(input: { id: string }): Promise<void>;
  declineIncoming(input: { id: string }): Promise<void>;
  /** Says BYE to everybody: the page goes. */
  leaveAll(): Promise<void>;
  /** Everybody whose key is pinned here, by name. */
  people(): Promise<readonly PersonView[]>;
  /** `ready` only: a file with the identity and the people, under a passphrase that is generated here. */
  makeBackup(input: { password: string }, signal?: AbortSignal): Promise<BackupView>;
  /** `ready` (for the people) or `key-missing` (for the identity as well). Reads the file and changes nothing. */
  openBackup(input: { file: Blob; passphrase: string }, signal?: AbortSignal): Promise<BackupPreview>;
  /**
   * Takes over what the preview showed. `password`: needed when the identity comes with it. `take`: account ids of
   * conflicts in which the person, having seen both fingerprints, chose the backup's; every other conflict keeps
   * what is pinned here.
   */
  restoreBackup(input: { id: number; password: string | null; take: readonly string[] }): Promise<void>;
  /** Forgets the preview and the identity in it. */
  closeBackup(): Promise<void>;
  /**
   * The stricter rule: as soon as either line drops, a conversation is left, and erased. Off until it is said; holds at once,
   * also for what is interrupted already.
   */
  setEraseOnDrop(input: { on: boolean }): Promise<void>;
  /**
   * Whether the relay is asked who of the people known here is here: by that it hears whom one knows, for as long as one is
   * connected. Off until it is said.
   */
  setWhoIsHere(input: { on: boolean }): Promise<void>;
  /** The relay is asked about one person, whatever was said of all; `presence` tells. Ends when one logs out. */
  awaitPerson(input: { accountId: string; on: boolean }): Promise<void>;
  /** Wake the reconnect timer now. */
  retryNow(): Promise<void>;
  /** Takes effect at the next start; an operation never changes its engine half-way. */
  setEngineMode(input: { mode: EngineMode }): Promise<void>;
}

/** Those of {@link TalkCommands} by name. */
export type TalkCommandName = keyof TalkCommands;

/** What the screens hold: commands, and one stream of events. */
export interface EngineClient extends EngineCommands {
  subscribe(listener: (event: EngineEvent) => void): () => void;
}
