// Generated from Rust by `npm run types`. Do not edit.

/** Plaintext bytes of every chunk of a file but the last. */
export const CHUNK_LENGTH = 16384;

/** Sealed bytes of every chunk of a file but the last. */
export const SEALED_CHUNK_LENGTH = 16400;

/** Bytes that sealing adds. */
export const TAG_LENGTH = 16;

/** Bytes of a sealed file before its first chunk. */
export const FILE_HEADER_LENGTH = 56;

/** Chunks of every segment of a transfer but the last. */
export const SEGMENT_CHUNKS = 64;

/** Bytes of a CHUNK frame before its segment. */
export const CHUNK_FRAME_HEAD_LENGTH = 39;

/** Longest text, in Unicode scalar values. */
export const TEXT_MAX_CHARS = 4000;

/** Messages that may wait for a receipt. */
export const UNACKNOWLEDGED_MAX = 200;

/** Longest file name, in bytes. */
export const FILE_NAME_MAX = 255;

/** Largest preview image, in bytes. */
export const PREVIEW_MAX = 16384;

/** Bytes of a PREKEY frame. */
export const PREKEY_LENGTH = 1379;

/** Prekeys that a run may have on the relay. */
export const PREKEYS_MAX = 20;

/** With fewer prekeys on the relay, publish more. */
export const PREKEYS_LOW = 5;

/** Early messages of one handshake. */
export const EARLY_MAX = 16;

/** Fewest characters of a password. */
export const PASSWORD_MIN_CHARS = 8;
