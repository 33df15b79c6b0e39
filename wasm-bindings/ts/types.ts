/**
 * The public types of `@duet-chat/crypto`. One file, so that the whole surface can be read in one sitting.
 *
 * Conventions: every byte input may be any `Uint8Array` and is copied before the first `await`; every byte
 * output is a fresh `Uint8Array<ArrayBuffer>` that the caller owns. Sizes are bytes, times are milliseconds.
 * Everything that fails throws a {@link DuetError} with a stable `code`.
 */
import type { ErrorCode } from './errors.js';
import type { Content } from './generated/Content.js';
import type { FileDescriptor } from './generated/FileDescriptor.js';
import type { QrClaims } from './generated/Fingerprint.js';
import type { EarlierKey, PinState } from './generated/Vault.js';

export type { Content, EarlierKey, FileDescriptor, PinState, QrClaims };

/** Bytes that the package hands out: never a view on shared or wasm memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The two implementations of the primitives: Web Crypto, or the Rust core compiled to WebAssembly. */
export type EngineName = 'native' | 'wasm';

/** What a caller may ask for. `auto` picks per operation, after the known-answer probe. */
export type EngineMode = 'auto' | EngineName;

export interface ReadyOptions {
  /** Where the wasm module comes from, if not from the copy inside the package. */
  readonly wasm?: BufferSource | WebAssembly.Module | URL | Response;
}

/** One line of {@link Capabilities}: who can do an operation here, and who does it under `auto`. */
export interface OperationSupport {
  /** The platform's Web Crypto gave the right answer to the known-answer probe. */
  readonly native: boolean;
  /** The engine that `auto` uses. */
  readonly auto: EngineName;
  /** Why `native` is false, in words for a developer. */
  readonly reason?: string;
}

export type Operation = 'ed25519' | 'x25519' | 'mlKem768' | 'aes256Gcm' | 'argon2id' | 'ratchet';

export interface Capabilities {
  /** `globalThis.isSecureContext`, or true outside browsers. */
  readonly secureContext: boolean;
  /** `crypto.subtle` exists at all. */
  readonly subtle: boolean;
  /** Which wasm module was loaded. */
  readonly wasm: 'baseline' | 'simd128';
  readonly operations: Readonly<Record<Operation, OperationSupport>>;
}

// ---------------------------------------------------------------------------------------------------------
// Identity (protocol.md section 3)

/** The account that an identity belongs to: the deployment's realm and the immutable login name. */
export interface Account {
  readonly realm: string;
  readonly name: string;
}

/**
 * What `identity.store()` gives: structured-cloneable, made to be put into IndexedDB as it is. `envelope` is the seed
 * wrapped under the vault secret (protocol.md section 8, kdf 3). Beside a native key it is there if the identity was
 * made or imported with a vault secret, and a backup is made from nothing else.
 */
export type StoredIdentity =
  | {
      readonly kind: 'native';
      readonly publicKey: Bytes;
      readonly privateKey: CryptoKey;
      readonly envelope?: Bytes | undefined;
    }
  | { readonly kind: 'wrapped'; readonly publicKey: Bytes; readonly envelope: Bytes };

/** How {@link Identity} comes to be: an account, and where its private key shall be. */
export interface CreateIdentityOptions extends Account {
  readonly engine?: EngineMode;
  /**
   * 32 bytes, from {@link splitPassword}. On the native engine the seed is then made in WebAssembly, imported as a
   * non-extractable `CryptoKey` and kept only as wrapped under this secret, so that {@link exportBackup} can work;
   * without it the platform makes the key, and nobody can ever export it.
   */
  readonly vaultSecret?: Uint8Array | undefined;
}

export interface Identity {
  readonly account: Account;
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  /** The engine that holds the private key. `native` means: a non-extractable `CryptoKey`. */
  readonly engine: EngineName;
  fingerprint(): Fingerprint;
  /**
   * What to keep on this device. A native identity is stored as its non-extractable key, with the envelope that it
   * was made with, if any; a wasm identity is wrapped under `vaultSecret` (32 bytes, from {@link splitPassword}) and
   * cannot be stored without it.
   */
  store(vaultSecret?: Uint8Array): StoredIdentity;
  /** The LOGIN frame for a relay's challenge (protocol.md section 9). */
  signLogin(login: { challenge: Uint8Array; presence: Uint8Array; token: string }): Promise<Bytes>;
  /** The old key's agreement to a new one: goes to the relay when a key is replaced. 64 bytes. */
  signReplacement(newPublicKey: Uint8Array): Promise<Bytes>;
  free(): void;
  [Symbol.dispose](): void;
}

export interface EmojiName {
  readonly emoji: string;
  readonly en: string;
  readonly ru: string;
}

export interface Fingerprint {
  /** SHA-256 of the public key, 64 hex digits in groups of four separated by spaces. */
  readonly hex: string;
  /** Twelve emoji with their names, shown as three rows of four. */
  readonly emoji: readonly EmojiName[];
}

// ---------------------------------------------------------------------------------------------------------
// Password (protocol.md section 8.3)

export interface PasswordSecrets {
  /** Sent to the relay in the place of the password: base64url, 43 characters. */
  readonly loginSecret: string;
  /** Wraps the identity at rest. 32 bytes; wipe with `fill(0)` when done. */
  readonly vaultSecret: Bytes;
}

// ---------------------------------------------------------------------------------------------------------
// Vault and backup (protocol.md sections 8.1 and 8.2)

/**
 * How a passphrase becomes a key. Costs that are not given are the defaults: Argon2id with 65,536 KiB, 3 passes and
 * 1 lane; PBKDF2-HMAC-SHA-256 with 600,000 iterations. What is outside the protocol's bounds is refused.
 */
export type PassphraseKdf =
  | {
      readonly name: 'argon2id';
      readonly memoryKiB?: number;
      readonly passes?: number;
      readonly lanes?: number;
    }
  | { readonly name: 'pbkdf2'; readonly iterations?: number };

/** A person whose key this device knows: what a backup carries beside the identity. */
export interface VerifiedPeer {
  /** Login name in the realm of the backup's account. */
  readonly name: string;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly state: PinState;
  /** When the key was pinned first, in ms since 1970. */
  readonly firstSeen: number;
  /** Keys that this person had before, oldest first: at most 16. There in all that this package gives. */
  readonly earlier?: readonly EarlierKey[] | undefined;
}

/** What operations with a passphrase have in common. */
export interface StretchOptions {
  /** Told the begin and the end: `{ done: 0, total: 1 }`, then `{ done: 1, total: 1 }`. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Cancels until the stretching begins, which happens after a turn of the event loop; then it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Where the secret of an envelope comes from: an identity as it is stored, and the secret that opens it. */
export interface ExportSource {
  /** What `identity.store()` gave. A native one without an envelope cannot be exported: `E_NOT_EXPORTABLE`. */
  readonly stored: StoredIdentity;
  readonly account: Account;
  /** 32 bytes, from {@link splitPassword}: a backup asks for the password again. */
  readonly vaultSecret: Uint8Array;
}

export interface WrapIdentityOptions extends ExportSource, StretchOptions {
  /** 1 to 1,024 bytes of UTF-8; {@link generatePassphrase} makes a good one. */
  readonly passphrase: string;
  readonly kdf?: PassphraseKdf | undefined;
}

export interface ExportBackupOptions extends WrapIdentityOptions {
  /** At most 65,535, earlier keys counted, and each name once. */
  readonly peers: readonly VerifiedPeer[];
}

export interface OpenEnvelopeOptions extends StretchOptions {
  /** As somebody typed it: a generated one in either case, with or without dashes and spaces, I and L for 1, O for 0. */
  readonly passphrase: string;
  /** 32 bytes: wraps the identity on this device. The wasm engine needs it; see {@link CreateIdentityOptions}. */
  readonly vaultSecret?: Uint8Array | undefined;
  /** Where the private key shall be. */
  readonly engine?: EngineMode | undefined;
}

export interface UnwrapIdentityOptions extends OpenEnvelopeOptions {
  readonly envelope: Uint8Array;
}

export interface ImportBackupOptions extends OpenEnvelopeOptions {
  readonly backup: Uint8Array;
}

/** An identity that came out of an envelope, and what to keep of it on this device. */
export interface ImportedIdentity {
  readonly identity: Identity;
  readonly stored: StoredIdentity;
  /** When the identity was made, in ms since 1970. */
  readonly created: number;
}

export interface ImportedBackup extends ImportedIdentity {
  /**
   * In the order of the backup. Merging is the caller's: a key that contradicts a pin of state `compared` or better
   * must not overwrite it (protocol.md section 8.2) but block the peer and ask; {@link mergePeers} says which.
   */
  readonly peers: readonly VerifiedPeer[];
}

/** A peer whose key in a backup is not the one that this device has checked: block, and ask the user. */
export interface PeerConflict {
  readonly known: VerifiedPeer;
  readonly imported: VerifiedPeer;
}

export interface MergedPeers {
  /** Whom to know from now on, in no particular order. */
  readonly peers: readonly VerifiedPeer[];
  /** Keys that were not taken over: `peers` has the known key of each. */
  readonly conflicts: readonly PeerConflict[];
}

// ---------------------------------------------------------------------------------------------------------
// Handshake (protocol.md section 4), prekey start (section 5)

/** The other person, as the caller believes them to be. */
export interface Peer {
  readonly accountId: Uint8Array;
  readonly publicKey: Uint8Array;
}

export type EndReason = 'declined' | 'busy' | 'cancelled' | 'prekey-unknown' | 'version';

/** The initiator's side, waiting for ACCEPT. Single use. */
export interface Offer {
  /** 16 bytes. */
  readonly hid: Bytes;
  /** The frame to send: OFFER, or INIT if it was made with a prekey. */
  readonly frame: Bytes;
  /** True if it was made with a prekey: then {@link sendEarly} works until {@link accept}. */
  readonly early: boolean;
  /**
   * Encrypts a text or a file that the peer can read before accepting (protocol.md section 5.3): at most 16. Its
   * guarantees are weaker than a session's until CONFIRM (section 12.2). Synchronous: two calls can never share a key.
   */
  sendEarly(content: Content): { readonly seq: number; readonly frame: Bytes };
  /** Processes ACCEPT once; any failure ends this handshake for good. `from` is the relay's sender id. */
  accept(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ confirm: Bytes; session: Session }>;
  /** A signed END (cancelled) for the peer; the offer is spent. */
  cancel(): Promise<Bytes>;
  /** Verifies an END from the peer and returns its reason. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

/**
 * Receives offers for one run (page load) of one identity. Remembers every (key, hid) it saw, and keeps the secrets of
 * the prekeys that it published: in memory only, they die with it.
 */
export interface Listener {
  /** How many published prekeys were not used yet. */
  readonly prekeys: number;
  /** Makes one-time prekeys and gives their PREKEY frames for the relay. At most 20 are made at once, and 40 kept in all. */
  publishPrekeys(count: number): Promise<Bytes[]>;
  /**
   * The signed END (prekey unknown) for an INIT that {@link receive} refused with `E_PREKEY_UNKNOWN`: the caller then
   * starts again with an OFFER.
   */
  declineUnknownPrekey(input: { frame: Uint8Array; from: Uint8Array }): Promise<Bytes>;
  /**
   * Takes an OFFER or an INIT. All checks of protocol.md 4.5 and 5.2; an INIT that passes uses its prekey up. `pin` is the key that this account is pinned to, if any: another key throws
   * `E_IDENTITY_CHANGED` and the caller must block the peer. `E_OFFER_RATE`: this account has sent 256 within an hour.
   * `E_OFFERS_FULL`: a new run is due, with a new presence and a new listener; until then those who are pinned are heard.
   */
  receive(input: {
    frame: Uint8Array;
    from: Uint8Array;
    pin?: Uint8Array | undefined;
  }): Promise<IncomingOffer>;
  free(): void;
}

/** A verified OFFER or INIT: it may ring. */
export interface IncomingOffer {
  readonly hid: Bytes;
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  /** True for an INIT: early messages may come. */
  readonly prekeyStart: boolean;
  /**
   * Opens one EARLY frame of this handshake, in order. Until CONFIRM what it says is a message request and nothing
   * more. A refused frame changes nothing. `E_BUSY` while {@link accept} is awaited: then the frame is for what that gives.
   */
  receiveEarly(input: { frame: Uint8Array; from: Uint8Array }): EarlyMessage;
  /**
   * Whether it renews an open session with the same person (protocol.md section 4.9): then {@link accept} needs no
   * question. An INIT never does.
   */
  renews(session: Session): boolean;
  accept(): Promise<PendingSession>;
  decline(reason: 'declined' | 'busy'): Promise<Bytes>;
  /** Verifies the initiator's END (cancelled) while ringing. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

/**
 * A message of a first flight. Not a {@link Received}: it is not confirmed until the session is there, and
 * {@link Session.early} then says whether any were dropped.
 */
export interface EarlyMessage {
  /** The sender's number for this message, from 0 by 1; it goes on in the session. */
  readonly seq: number;
  /** A text or a file. */
  readonly content: Content;
}

/**
 * Completed handshakes per account: at most 30 an hour (protocol.md section 4.9). Ask before an offer is made or accepted,
 * and count each session. `now` is in ms of any clock that does not run backwards, always the same one; that of sessions if
 * left out. One that is set back makes people wait longer, never less.
 */
export interface HandshakeRate {
  /** Milliseconds until one more handshake with this account may be begun; 0: now. `accountId` is 32 bytes. */
  wait(accountId: Uint8Array, now?: number): number;
  /** Throws `E_HANDSHAKE_RATE` while {@link wait} is above 0. */
  check(accountId: Uint8Array, now?: number): void;
  /** Counts a handshake that gave a session. */
  completed(accountId: Uint8Array, now?: number): void;
  free(): void;
  [Symbol.dispose](): void;
}

/** The responder's side after ACCEPT, waiting for CONFIRM. Single use. */
export interface PendingSession {
  /** The ACCEPT frame to send. */
  readonly frame: Bytes;
  /** As {@link IncomingOffer.receiveEarly}: early messages may be sent until CONFIRM. */
  receiveEarly(input: { frame: Uint8Array; from: Uint8Array }): EarlyMessage;
  /** Processes CONFIRM once. The session's first message, READY, comes with it and must be sent first. */
  confirm(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ ready: Bytes; session: Session }>;
  /** Verifies the initiator's END while its CONFIRM is awaited. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

// ---------------------------------------------------------------------------------------------------------
// Session (protocol.md section 6)

export interface Received {
  /** The peer's number for this message, from 0 by 1. */
  readonly seq: number;
  /** How many of our messages the peer has received without a gap. */
  readonly ack: number;
  readonly content: Content;
}

export type RenewalState = 'not-due' | 'due' | 'over';

export interface RestoreSessionOptions {
  /** If given, a record of another identity's session is refused. */
  readonly identity?: Identity | undefined;
  /** What `session.save()` gave. */
  readonly record: Uint8Array;
  /** The secret that it was saved under, 32 bytes. */
  readonly secret: Uint8Array;
  /** The last revision that the caller knows of: an older record is refused. */
  readonly minimumRevision: number;
}

export interface RestoredSession {
  readonly session: Session;
  readonly revision: number;
}

export interface Session {
  /** 16 bytes. */
  readonly id: Bytes;
  readonly role: 'initiator' | 'responder';
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  /** True once the peer's first message was decrypted: only then say "secure". */
  readonly secure: boolean;
  /** How many of our messages wait for a receipt; at 200 {@link send} refuses until one comes. */
  readonly unacknowledged: number;
  /** Why the session has failed, if it has: then BYE is all that may be sent. */
  readonly failure: ErrorCode | undefined;
  /** The four emoji of this session's short authentication string. */
  readonly sas: readonly EmojiName[];
  /**
   * Early messages of the handshake: how many the initiator sent, by its own signed word, and how many of them came.
   * The others were dropped on the way and are lost; they are the last ones. On the initiator's side `received` is
   * `sent` until READY acknowledges fewer.
   */
  readonly early: { readonly sent: number; readonly received: number };
  /** Counts up by one at every {@link save}; 0 if the session was never saved. */
  readonly revision: number;
  /**
   * The session as a record that only `secret` (32 bytes, of a generator or as strong) opens, for
   * {@link restoreSession}. Save after a frame was made or read and before it is sent or shown; keep the revision where
   * an older record cannot bring it back. A session that is rolled back seals two messages under one key: whoever sees
   * both frames learns the difference of the texts, and can forge.
   */
  save(secret: Uint8Array): Bytes;
  /**
   * Whether this session must be renewed by a new handshake (protocol.md section 4.9): after 24 hours, 2^24 messages
   * or 64 GiB of chunks it is `over`; `due` comes after five sixths of that, and of the messages of a turn that nobody answers. `now` is in ms since 1970, and what it is
   * if left out.
   */
  renewal(now?: number): RenewalState;
  /**
   * Forgets the keys of messages that were skipped 20 minutes before `now` (ms since 1970, and what it is if left out).
   * {@link receive} does it too: this is for a session in which nothing comes. Call it once a minute or so.
   */
  forget(now?: number): void;
  /** Counts the bytes of a CHUNK frame that was sent or received beside this session. */
  countChunk(bytes: number): void;
  /**
   * Encrypts one message. Synchronous: two calls can never share a key. The first message after the peer's makes a turn of the
   * ratchet and draws its keys.
   */
  send(content: Content): { readonly seq: number; readonly frame: Bytes };
  /** Decrypts one MSG frame. A refused frame changes nothing; ten a second are tried in vain, then `E_UNTRIED`. */
  receive(frame: Uint8Array): Received;
  free(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------------------------------------------------
// Files (protocol.md section 7)

export interface Progress {
  /** Done and in all: plaintext bytes of a file, steps of anything else. */
  readonly done: number;
  readonly total: number;
}

/** A file on its way out: an immutable snapshot, a fresh key, and CHUNK frames by index. */
export interface OutgoingFile {
  readonly descriptor: FileDescriptor;
  /** 32 bytes: wire id and key commitment in one. */
  readonly fid: Bytes;
  /** How many chunks of 16 KiB the file has: what `index` and `count` of a `want` count. */
  readonly chunks: number;
  /**
   * The CHUNK frame of `count` chunks from chunk `index` on: 1 to 64, as the line allows. Throws `E_FILE_SOURCE_CHANGED` if the
   * source is not what it was.
   */
  frame(index: number, count: number, options?: { signal?: AbortSignal }): Promise<Bytes>;
  /** Wipes the key. */
  free(): void;
}

/** A file on its way in. Every CHUNK is checked against the descriptor before it is decrypted. */
export interface IncomingFile {
  readonly fid: Bytes;
  readonly size: number;
  /** How many chunks of 16 KiB the file has. */
  readonly chunks: number;
  /** Plaintext of one CHUNK frame: already cut to `size`, so padding never shows. `last` if the final chunk is in it. */
  open(frame: Uint8Array): Promise<{
    readonly index: number;
    readonly count: number;
    readonly last: boolean;
    readonly offset: number;
    readonly bytes: Bytes;
  }>;
  /** Wipes the key. */
  free(): void;
}

export interface FileStreamOptions {
  readonly engine?: EngineMode;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
