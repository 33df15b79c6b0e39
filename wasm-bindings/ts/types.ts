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

export type { Content, FileDescriptor };

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
// Identity (PROTOCOL.md section 3)

/** The account that an identity belongs to: the deployment's realm and the immutable login name. */
export interface Account {
  readonly realm: string;
  readonly name: string;
}

/** What `identity.store()` gives: structured-cloneable, made to be put into IndexedDB as it is. */
export type StoredIdentity =
  | { readonly kind: 'native'; readonly publicKey: Bytes; readonly privateKey: CryptoKey }
  | { readonly kind: 'wrapped'; readonly publicKey: Bytes; readonly envelope: Bytes };

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
   * What to keep on this device. A native identity is stored as its non-extractable key; a wasm identity is
   * wrapped under `vaultSecret` (32 bytes, from {@link splitPassword}) and cannot be stored without it.
   */
  store(vaultSecret?: Uint8Array): StoredIdentity;
  /** The LOGIN frame for a relay's challenge (PROTOCOL.md section 9). */
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
// Password (PROTOCOL.md section 8.3)

export interface PasswordSecrets {
  /** Sent to the relay in the place of the password: base64url, 43 characters. */
  readonly loginSecret: string;
  /** Wraps the identity at rest. 32 bytes; wipe with `fill(0)` when done. */
  readonly vaultSecret: Bytes;
}

// ---------------------------------------------------------------------------------------------------------
// Handshake (PROTOCOL.md section 4)

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
  /** The OFFER frame to send. */
  readonly frame: Bytes;
  /** Processes ACCEPT once; any failure ends this handshake for good. `from` is the relay's sender id. */
  accept(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ confirm: Bytes; session: Session }>;
  /** A signed END (cancelled) for the peer; the offer is spent. */
  cancel(): Promise<Bytes>;
  /** Verifies an END from the peer and returns its reason. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

/** Receives offers for one run (page load) of one identity. Remembers every (key, hid) it saw. */
export interface Listener {
  /**
   * All checks of PROTOCOL.md 4.5. `pin` is the key that this account is pinned to, if any: another key throws
   * `E_IDENTITY_CHANGED` and the caller must block the peer.
   */
  receive(input: {
    frame: Uint8Array;
    from: Uint8Array;
    pin?: Uint8Array | undefined;
  }): Promise<IncomingOffer>;
  free(): void;
}

/** A verified OFFER: it may ring. */
export interface IncomingOffer {
  readonly hid: Bytes;
  readonly peer: { readonly accountId: Bytes; readonly publicKey: Bytes };
  accept(): Promise<PendingSession>;
  decline(reason: 'declined' | 'busy'): Promise<Bytes>;
  /** Verifies the initiator's END (cancelled) while ringing. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

/** The responder's side after ACCEPT, waiting for CONFIRM. Single use. */
export interface PendingSession {
  /** The ACCEPT frame to send. */
  readonly frame: Bytes;
  /** Processes CONFIRM once. The session's first message, READY, comes with it and must be sent first. */
  confirm(input: { frame: Uint8Array; from: Uint8Array }): Promise<{ ready: Bytes; session: Session }>;
  /** Verifies the initiator's END while its CONFIRM is awaited. */
  verifyEnd(input: { frame: Uint8Array; from: Uint8Array }): Promise<EndReason>;
  free(): void;
}

// ---------------------------------------------------------------------------------------------------------
// Session (PROTOCOL.md section 6)

export interface Received {
  /** The peer's number for this message, from 0 by 1. */
  readonly seq: number;
  /** How many of our messages the peer has received without a gap. */
  readonly ack: number;
  readonly content: Content;
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
  /** Encrypts one message. Synchronous: two calls can never share a key. */
  send(content: Content): { readonly seq: number; readonly frame: Bytes };
  /** Decrypts one MSG frame. A refused frame changes nothing. */
  receive(frame: Uint8Array): Received;
  free(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------------------------------------------------
// Files (PROTOCOL.md section 7)

export interface Progress {
  /** Plaintext bytes done and in all. */
  readonly done: number;
  readonly total: number;
}

/** A file on its way out: an immutable snapshot, a fresh key, and CHUNK frames by index. */
export interface OutgoingFile {
  readonly descriptor: FileDescriptor;
  /** 32 bytes: wire id and key commitment in one. */
  readonly fid: Bytes;
  readonly segments: number;
  /** The CHUNK frame of one segment. Throws `E_FILE_SOURCE_CHANGED` if the source is not what it was. */
  segment(index: number, options?: { signal?: AbortSignal }): Promise<Bytes>;
  /** Wipes the key. */
  free(): void;
}

/** A file on its way in. Every CHUNK is checked against the descriptor before it is decrypted. */
export interface IncomingFile {
  readonly fid: Bytes;
  readonly size: number;
  readonly segments: number;
  /** Plaintext of one CHUNK frame: already cut to `size`, so padding never shows. */
  open(frame: Uint8Array): Promise<{
    readonly index: number;
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
