// Generated from Rust by `npm run types`. Do not edit.

/**
 * How far a key was checked, weakest first.
 */
export type PinState = "first-use" | "compared" | "sas" | "qr";

/**
 * A key that a person had before.
 */
export type EarlierKey = { 
/**
 * Ed25519, 32 bytes.
 */
publicKey: Uint8Array<ArrayBuffer>, state: PinState, 
/**
 * In ms since 1970.
 */
firstSeen: number, };

/**
 * A person whose key this device knows.
 */
export type VerifiedPeer = { 
/**
 * Login name, in the realm of the identity that knows them.
 */
name: string, 
/**
 * Ed25519, 32 bytes.
 */
publicKey: Uint8Array<ArrayBuffer>, state: PinState, 
/**
 * When the key was pinned first, in ms since 1970.
 */
firstSeen: number, 
/**
 * Keys that were pinned before, oldest first.
 */
earlier: Array<EarlierKey>, };

/**
 * How a passphrase becomes a key.
 */
export type Stretching = { "type": "argon2id", memoryKiB: number, passes: number, lanes: number, } | { "type": "pbkdf2", iterations: number, };

/**
 * A key of a backup that contradicts the one that is known here.
 */
export type PeerConflict = { known: VerifiedPeer, imported: VerifiedPeer, };

/**
 * People of a backup beside those that were known.
 */
export type MergedPeers = { peers: Array<VerifiedPeer>, conflicts: Array<PeerConflict>, };
