// Generated from Rust by `npm run types`. Do not edit.

/** Bytes of the longest frame of the relay that has no chunks in it. */
export const MESSAGE_FRAME_MAX = 67952;

/** Bytes of the longest frame of the relay. */
export const CHUNK_MESSAGE_MAX = 1049705;

/** Bytes of a SEND or DELIVER before its payload. */
export const ENVELOPE_HEAD_LENGTH = 66;

/** Conversations at once. */
export const CONVERSATIONS_MAX = 16;

/** Emoji of a fingerprint; fewer must not be shown. */
export const FINGERPRINT_EMOJI = 12;

/** Longest realm and longest account name, in bytes. */
export const NAME_MAX = 255;

/** From OFFER to ACCEPT, in ms: then the offer is freed. */
export const ACCEPT_TIMEOUT = 60000;

/** From ACCEPT to CONFIRM, in ms. */
export const CONFIRM_TIMEOUT = 15000;

/** From CONFIRM to READY, in ms. */
export const READY_TIMEOUT = 15000;

/** Handshakes under way at once, in both directions together. */
export const PENDING_HANDSHAKES_MAX = 32;

/** Handshakes completed per peer and hour: `createHandshakeRate` counts them. */
export const HANDSHAKES_PER_HOUR = 30;

/** Bytes of a PREKEY frame. */
export const PREKEY_LENGTH = 1379;

/** Prekeys that a run may have on the relay. */
export const PREKEYS_MAX = 20;

/** With fewer prekeys on the relay, publish more. */
export const PREKEYS_LOW = 5;

/** Early messages of one handshake. */
export const EARLY_MAX = 16;

/** A session is over after so many ms; `session.renewal()` counts messages and bytes, too. */
export const SESSION_LIFETIME = 86400000;

/** Its renewal is due after so many ms. */
export const RENEWAL_DUE = 72000000;

/** Messages that may wait for a receipt. */
export const UNACKNOWLEDGED_MAX = 200;

/** Longest text, in Unicode scalar values. */
export const TEXT_MAX_CHARS = 4000;

/** Longest emoji of a reaction, in bytes. */
export const REACTION_MAX = 32;

/** An edit older than so many ms, by the receiver's clock, is ignored. */
export const EDIT_WINDOW = 900000;

/** Largest file, in bytes. */
export const FILE_SIZE_MAX = 1099511627776;

/** Longest file name, in bytes. */
export const FILE_NAME_MAX = 255;

/** Longest media type, in bytes. */
export const MEDIA_TYPE_MAX = 255;

/** Largest preview image, in bytes. */
export const PREVIEW_MAX = 16384;

/** Most peaks of a waveform. */
export const PEAKS_MAX = 255;

/** Chunks that a receiver may have wanted and not received, over all files of a conversation. */
export const CHUNKS_OUTSTANDING_MAX = 512;

/** Plaintext bytes of every chunk of a file but the last. */
export const CHUNK_LENGTH = 16384;

/** Sealed bytes of every chunk of a file but the last. */
export const SEALED_CHUNK_LENGTH = 16400;

/** Bytes that sealing adds. */
export const TAG_LENGTH = 16;

/** Bytes of a sealed file before its first chunk. */
export const FILE_HEADER_LENGTH = 56;

/** Most chunks of one CHUNK frame. */
export const FRAME_CHUNKS_MAX = 64;

/** Bytes of a CHUNK frame before its chunks. */
export const CHUNK_FRAME_HEAD_LENGTH = 39;

/** Fewest characters of a password. */
export const PASSWORD_MIN_CHARS = 8;

/** Most bytes of a password after NFC. */
export const PASSWORD_MAX = 1024;

/** Most bytes of a passphrase after NFC. */
export const PASSPHRASE_MAX = 1024;

/** Argon2id where no other cost is given: memory in KiB. */
export const ARGON2_MEMORY_KIB = 65536;

/** Argon2id where no other cost is given: passes. */
export const ARGON2_PASSES = 3;

/** Argon2id where no other cost is given: lanes. */
export const ARGON2_LANES = 1;

/** PBKDF2 where no other cost is given: iterations. */
export const PBKDF2_ITERATIONS = 600000;

/** Most people of a backup. */
export const PEOPLE_MAX = 65535;

/** Most earlier keys of a person in a backup; the oldest are left out. */
export const EARLIER_KEYS_MAX = 16;

/** Accounts whose presence one connection may watch. */
export const WATCHED_MAX = 64;

/** Longest access token of a LOGIN or TOKEN frame, in bytes. */
export const TOKEN_MAX = 4096;
