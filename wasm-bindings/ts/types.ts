/**
 * The public types of `@duet-chat/crypto`. One file, so that the whole surface can be read in one sitting.
 *
 * Conventions: every byte input may be any `Uint8Array` and is copied before the first `await`; every byte
 * output is a fresh `Uint8Array<ArrayBuffer>` owned by the caller. Sizes are bytes, times are milliseconds.
 * Everything that fails throws a {@link DuetError} with a stable `code`.
 */
import type { ErrorCode } from './errors.js';
import type { Content } from './generated/Content.js';
import type { FileDescriptor } from './generated/FileDescriptor.js';
import type { QrClaims } from './generated/Fingerprint.js';
import type { EarlierKey, PinState } from './generated/Vault.js';

export type { Content, EarlierKey, FileDescriptor, PinState, QrClaims };

/** Bytes returned by the package: never a view of shared or wasm memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The two implementations of the primitives: Web Crypto, or the Rust core compiled to WebAssembly. */
export type EngineName = 'native' | 'wasm';

/** What a caller can ask for. `auto` chooses per operation, after the known-answer probe. */
export type EngineMode = 'auto' | EngineName;

export interface ReadyOptions {
  /** Where to take the wasm module from, instead of the copy inside the package; a string is an address, such as Vite's `?url` gives. */
  readonly wasm?: BufferSource | WebAssembly.Module | URL | string | Response;
}

/** One line of {@link Capabilities}: which engines can do an operation here, and which one `auto` uses. */
export interface OperationSupport {
  /** Whether the platform's Web Crypto passed the known-answer probe. */
  readonly native: boolean;
  /** The engine that `auto` uses. */
  readonly auto: EngineName;
  /** Why `native` is false, for developers. */
  readonly reason?: string;
}

export type Operation = 'ed25519' | 'x25519' | 'mlKem768' | 'aes256Gcm' | 'argon2id' | 'ratchet';

export interface Capabilities {
  /** `globalThis.isSecureContext`, or true outside browsers. */
  readonly secureContext: boolean;
  /** Whether `crypto.subtle` exists at all. */
  readonly subtle: boolean;
  /** Which build of the wasm module is loaded. */
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
 * What `identity.store()` returns: structured-cloneable, ready to be put into IndexedDB. `envelope` is the seed
 * wrapped under the vault secret (protocol.md section 8, kdf 3). A native key has one if the identity was created or
 * imported with a vault secret; backups are made from the envelope only.
 */
export type StoredIdentity =
  | {
      readonly kind: 'native';
      readonly publicKey: Bytes;
      readonly privateKey: CryptoKey;
      readonly envelope?: Bytes | undefined;
    }
  | { readonly kind: 'wrapped'; readonly publicKey: Bytes; readonly envelope: Bytes };

/** How to create an {@link Identity}: its account, and the engine that will hold its private key. */
export interface CreateIdentityOptions extends Account {
  readonly engine?: EngineMode;
  /**
   * 32 bytes, from {@link splitPassword}. On the native engine the seed is then generated in WebAssembly, imported as
   * a non-extractable `CryptoKey`, and kept only in wrapped form under this secret, so that {@link exportBackup} works.
   * Without it the platform generates the key, and it can never be exported.
   */
  readonly vaultSecret?: Uint8Array | undefined;
}

export interface Identity {
  readonly account: Account;
  /** 32 bytes. */
  readonly accountId: Bytes;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  /** The engine that holds the private key; `native` means a non-extractable `CryptoKey`. */
  readonly engine: EngineName;
  fingerprint(): Fingerprint;
  /**
   * What to keep on this device. A native identity is stored as its non-extractable key, together with its envelope
   * if it has one; a wasm identity is wrapped under `vaultSecret` (32 bytes, from {@link splitPassword}) and cannot be
   * stored without it.
   */
  store(vaultSecret?: Uint8Array): StoredIdentity;
  /** Signs a relay's challenge: the LOGIN frame (protocol.md section 9). */
  signLogin(login: { challenge: Uint8Array; presence: Uint8Array; token: string }): Promise<Bytes>;
  /** This key's signature over the key that replaces it, for the relay. 64 bytes. */
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
  /** Sent to the relay instead of the password: base64url, 43 characters. */
  readonly loginSecret: string;
  /** Wraps the identity at rest. 32 bytes; wipe it with `fill(0)` when done. */
  readonly vaultSecret: Bytes;
}

// ---------------------------------------------------------------------------------------------------------
// Vault and backup (protocol.md sections 8.1 and 8.2)

/**
 * How a passphrase becomes a key. Defaults: Argon2id with 65,536 KiB, 3 passes and 1 lane; PBKDF2-HMAC-SHA-256 with
 * 600,000 iterations. Values outside the protocol's bounds are refused.
 */
export type PassphraseKdf =
  | {
      readonly name: 'argon2id';
      readonly memoryKiB?: number;
      readonly passes?: number;
      readonly lanes?: number;
    }
  | { readonly name: 'pbkdf2'; readonly iterations?: number };

/** A person whose key this device knows. A backup carries these beside the identity. */
export interface VerifiedPeer {
  /** Login name in the realm of the backup's account. */
  readonly name: string;
  /** Ed25519 public key, 32 bytes. */
  readonly publicKey: Bytes;
  readonly state: PinState;
  /** When the key was pinned first, in ms since 1970. */
  readonly firstSeen: number;
  /** Earlier keys of this person, oldest first, at most 16. Always present in values this package returns. */
  readonly earlier?: readonly EarlierKey[] | undefined;
}

/** Options of every operation that stretches a passphrase. */
export interface StretchOptions {
  /** Called at the start and at the end: `{ done: 0, total: 1 }`, then `{ done: 1, total: 1 }`. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts the call with the signal's reason, until stretching begins, one turn of the event loop after the call. */
  readonly signal?: AbortSignal | undefined;
}

/** What an export is made from: an identity as it was stored, and the secret that opens its envelope. */
export interface ExportSource {
  /** What `identity.store()` returned. A native identity without an envelope cannot be exported: `E_NOT_EXPORTABLE`. */
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
  /** As somebody typed it: a generated one in either case or width, whatever stands between, I and L for 1, O for 0. */
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

/** An identity opened from an envelope, and what to keep of it on this device. */
export interface ImportedIdentity {
  readonly identity: Identity;
  readonly stored: StoredIdentity;
  /** When the identity was made, in ms since 1970. */
  readonly created: number;
}

export interface ImportedBackup extends ImportedIdentity {
  /**
   * In the order of the backup. The caller merges them: a key that contradicts a pin of state `compared` or better
   * must not overwrite it (protocol.md section 8.2); block the peer and ask the user. {@link mergePeers} finds these.
   */
  readonly peers: readonly VerifiedPeer[];
}

/** A peer whose key in the backup differs from the one this device has verified: block the peer and ask the user. */
export interface PeerConflict {
  readonly known: VerifiedPeer;
  readonly imported: VerifiedPeer;
}

export interface MergedPeers {
  /** The people known from now on, in no particular order. */
  readonly peers: readonly VerifiedPeer[];
  /** Keys that were not imported: `peers` keeps the known key of each of these people. */
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

/** The initiator's side of a handshake, waiting for ACCEPT. Single use. */
export interface Offer {
  /** 16 bytes. */
  readonly hid: Bytes;
  /** The frame to send: OFFER, or INIT if it was made with a prekey. */
  readonly frame: Bytes;
  /** Whether it was made with a prekey: if so, {@link sendEarly} works until {@link accept}. */
  readonly early: boolean;
  /**
   * Encrypts a text or a file that the peer can read before accepting (protocol.md section 5.3); at most 16. Until
   * CONFIRM its guarantees are weaker than a session's (section 12.2). Synchronous: two calls never share a key.
   */
  sendEarly(content: Content): { readonly seq: number; readonly frame: Bytes };
  /** Processes ACCEPT, once; any failure ends this handshake for good. `from` is the sender's account id as the relay names it. */
  accept(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ confirm: Bytes; session: Session }>;
  /** Returns a signed END (cancelled) for the peer. The offer cannot be used afterwards. */
  cancel(): Promise<Bytes>;
  /** Verifies an END from the peer and returns its reason. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * Receives offers for one run (page load) of one identity. It remembers every (key, hid) it has seen, and holds the
 * secrets of the prekeys it published, in memory only: they are gone when it is.
 */
export interface Listener {
  /** How many published prekeys are still unused. */
  readonly prekeys: number;
  /** Makes one-time prekeys and returns their PREKEY frames for the relay. At most 20 per call, 40 in all. */
  publishPrekeys(count: number): Promise<Bytes[]>;
  /**
   * The signed END (prekey unknown) for an INIT that {@link receive} refused with `E_PREKEY_UNKNOWN`: the caller then
   * starts again with an OFFER.
   */
  declineUnknownPrekey(input: { frame: Uint8Array; from: Uint8Array }): Promise<Bytes>;
  /**
   * Processes an OFFER or an INIT with all checks of protocol.md 4.5 and 5.2. An INIT that passes uses up its prekey.
   * `pin` is the key pinned for this account, if any: any other key throws `E_IDENTITY_CHANGED`, and the caller must
   * block the peer. `E_OFFER_RATE`: this account has sent 256 offers within an hour. `E_OFFERS_FULL`: start a new run,
   * with a new presence and a new listener; until then only offers from pinned keys are accepted.
   */
  receive(input: {
    frame: Uint8Array;
    from: Uint8Array;
    pin?: Uint8Array | undefined;
  }): Promise<IncomingOffer>;
  free(): void;
  [Symbol.dispose](): void;
}

/** A verified OFFER or INIT: it can ring. */
export interface IncomingOffer {
  readonly hid: Bytes;
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  /** Whether it is an INIT, which early messages may follow. */
  readonly prekeyStart: boolean;
  /**
   * Opens one EARLY frame of this handshake, in order. Until CONFIRM its content is a message request and nothing
   * more. A refused frame changes nothing. Throws `E_BUSY` while {@link accept} is pending: give the frame to its result.
   */
  receiveEarly(input: { frame: Uint8Array; from: Uint8Array }): EarlyMessage;
  /**
   * Whether it renews an open session with the same person (protocol.md section 4.9). If so, {@link accept} without
   * asking the user. An INIT never does.
   */
  renews(session: Session): boolean;
  accept(): Promise<PendingSession>;
  decline(reason: 'declined' | 'busy'): Promise<Bytes>;
  /** Verifies the initiator's END (cancelled) while ringing. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
  [Symbol.dispose](): void;
}

/**
 * A message of a first flight. It is not a {@link Received}: it is unconfirmed until the session is open, and
 * {@link Session.early} then tells whether any were dropped.
 */
export interface EarlyMessage {
  /** The sender's number for this message, counting from 0; the session continues the count. */
  readonly seq: number;
  /** A text or a file. */
  readonly content: Content;
}

/**
 * Limits completed handshakes per account to 30 an hour (protocol.md section 4.9). Check it before making or accepting an
 * offer, and count each session. `now` is in ms, always of the same clock, which must not run backwards; by default the
 * clock of sessions. A clock that is set back makes people wait longer, never less.
 */
export interface HandshakeRate {
  /** Milliseconds until another handshake with this account may begin; 0 means now. `accountId` is 32 bytes. */
  wait(accountId: Uint8Array, now?: number): number;
  /** Throws `E_HANDSHAKE_RATE` while {@link wait} is above 0. */
  check(accountId: Uint8Array, now?: number): void;
  /** Counts a handshake that led to a session. */
  completed(accountId: Uint8Array, now?: number): void;
  free(): void;
  [Symbol.dispose](): void;
}

/** The responder's side of a handshake after ACCEPT, waiting for CONFIRM. Single use. */
export interface PendingSession {
  /** The ACCEPT frame to send. */
  readonly frame: Bytes;
  /** Like {@link IncomingOffer.receiveEarly}: early messages can come until CONFIRM. */
  receiveEarly(input: { frame: Uint8Array; from: Uint8Array }): EarlyMessage;
  /** Processes CONFIRM, once. Returns the session and its first message, READY, which must be sent first. */
  confirm(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ ready: Bytes; session: Session }>;
  /** Verifies the initiator's END while waiting for its CONFIRM. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------------------------------------------------
// Session (protocol.md section 6)

export interface Received {
  /** The peer's number for this message, counting from 0. */
  readonly seq: number;
  /** How many of our messages the peer has received without a gap. */
  readonly ack: number;
  readonly content: Content;
}

export type RenewalState = 'not-due' | 'due' | 'over';

export interface RestoreSessionOptions {
  /** If given, the record of another identity's session is refused. */
  readonly identity?: Identity | undefined;
  /** What `session.save()` returned. */
  readonly record: Uint8Array;
  /** The secret it was saved under, 32 bytes. */
  readonly secret: Uint8Array;
  /** The latest revision the caller knows of: an older record is refused. */
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
  /** True once the peer's first message has been decrypted: do not show "secure" before. */
  readonly secure: boolean;
  /** How many of our messages are unacknowledged; at 200, {@link send} refuses until a receipt comes. */
  readonly unacknowledged: number;
  /** Why the session has failed, if it has. A failed session can send nothing but BYE. */
  readonly failure: ErrorCode | undefined;
  /** The four emoji of this session's short authentication string. */
  readonly sas: readonly EmojiName[];
  /**
   * Early messages of the handshake: how many the initiator sent, as its signature says, and how many arrived. The
   * rest, always the last ones, were dropped on the way and are lost. On the initiator's side `received` equals `sent`
   * until READY acknowledges fewer.
   */
  readonly early: { readonly sent: number; readonly received: number };
  /** Increased by one at every {@link save}; 0 if the session was never saved. */
  readonly revision: number;
  /**
   * Seals the session as a record for {@link restoreSession}, under `secret`: 32 random bytes, or a key of equal
   * strength. Save after making or reading a frame and before sending or showing it; keep the revision where an older
   * record cannot bring it back. A session that is rolled back seals two messages under one key: whoever sees both
   * frames learns the difference of the texts, and can forge.
   */
  save(secret: Uint8Array): Bytes;
  /**
   * Whether a new handshake must renew this session (protocol.md section 4.9). It is `over` after 24 hours, 2^24
   * messages or 64 GiB of chunks, and `due` after five sixths of that, or of the messages that a turn can hold without
   * an answer. `now` is in ms since 1970, by default the present.
   */
  renewal(now?: number): RenewalState;
  /**
   * Forgets the keys of messages skipped more than 20 minutes before `now` (ms since 1970, by default the present).
   * {@link receive} does this too; call it about once a minute for sessions in which nothing arrives.
   */
  forget(now?: number): void;
  /** Counts the bytes of a CHUNK frame sent or received alongside this session. */
  countChunk(bytes: number): void;
  /**
   * Encrypts one message. Synchronous: two calls never share a key. The first message after one of the peer's makes a
   * turn of the ratchet and generates its keys.
   */
  send(content: Content): { readonly seq: number; readonly frame: Bytes };
  /** Decrypts one MSG frame. A refused frame changes nothing; after ten failures within a second, `E_UNTRIED`. */
  receive(frame: Uint8Array): Received;
  free(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------------------------------------------------
// Files (protocol.md section 7)

export interface Progress {
  /** How much is done, and the total: plaintext bytes for files, steps for anything else. */
  readonly done: number;
  readonly total: number;
}

/** An outgoing file: an immutable snapshot, a fresh key, and CHUNK frames by index. */
export interface OutgoingFile {
  readonly descriptor: FileDescriptor;
  /** 32 bytes: the file's id on the wire, which also commits to its key. */
  readonly fid: Bytes;
  /** How many chunks of 16 KiB the file has; `index` and `count` of a `want` are in these units. */
  readonly chunks: number;
  /**
   * The CHUNK frame with `count` chunks (1 to 64) from chunk `index` on. Rejects with `E_FILE_SOURCE_CHANGED` if the
   * source has changed.
   */
  frame(index: number, count: number, options?: { signal?: AbortSignal }): Promise<Bytes>;
  /** Wipes the key. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The plaintext of one CHUNK frame, already cut to the file's size, without padding. `last`: it contains the final chunk. */
export interface OpenedChunks {
  readonly index: number;
  readonly count: number;
  readonly last: boolean;
  /** Where `bytes` begin in the file. */
  readonly offset: number;
  readonly bytes: Bytes;
}

/** An incoming file. Every CHUNK is checked against the descriptor before it is decrypted. */
export interface IncomingFile {
  readonly fid: Bytes;
  readonly size: number;
  /** How many chunks of 16 KiB the file has. */
  readonly chunks: number;
  /** Opens one CHUNK frame. */
  open(frame: Uint8Array): Promise<OpenedChunks>;
  /** Wipes the key. */
  free(): void;
  [Symbol.dispose](): void;
}

export interface FileStreamOptions {
  readonly engine?: EngineMode;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}
