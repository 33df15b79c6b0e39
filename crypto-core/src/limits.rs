//! Every bound of the protocol in one place (section 10, and the sections named beside each).
//!
//! Sizes are bytes, durations milliseconds, unless a name says otherwise.

use core::ops::RangeInclusive;

/// The version byte of every frame (section 2).
pub const VERSION: u8 = 0x01;

/// Longest realm and longest account name, in bytes (section 3.1: their length is one byte).
pub const NAME_MAX: usize = 255;

/// From OFFER to ACCEPT (section 4.6). The caller keeps the clock: dropping the handshake wipes it.
pub const ACCEPT_TIMEOUT: u64 = 60_000;
/// From ACCEPT to CONFIRM (section 4.6).
pub const CONFIRM_TIMEOUT: u64 = 15_000;
/// From CONFIRM to READY (section 4.6).
pub const READY_TIMEOUT: u64 = 15_000;
/// Offers remembered by one run (section 10). Beyond it new ones are refused until another run begins.
pub const OFFERS_REMEMBERED: usize = 65_536;
/// The last of these places, which only those take who call under the key that they are pinned to (section 10).
pub const OFFERS_KEPT_FOR_PINNED: usize = 16_384;
/// Offers of one account that are remembered within an hour (section 10). Beyond it those of this account are refused.
pub const OFFERS_PER_HOUR: usize = 256;
/// Handshakes under way at once, in both directions together (section 10). The caller counts them.
pub const PENDING_HANDSHAKES: usize = 32;
/// Conversations of one client that live at once (section 10).
pub const CONVERSATIONS: usize = 16;
/// Handshakes completed per peer and hour (section 4.9): [`crate::handshake::HandshakeRate`] counts them.
pub const HANDSHAKES_PER_HOUR: usize = 30;

/// Prekeys of one run: on the relay, in one PREKEYS frame (sections 9, 10).
pub const PREKEYS: usize = 20;
/// Prekeys whose secrets their owner keeps; the oldest is forgotten (section 5.3). Twice what the relay holds: each time
/// that a client connects it gives the relay new ones, and those that were handed out before must still work.
pub const PREKEYS_KEPT: usize = 40;
/// Below this number of prekeys on the relay their owner tops them up (section 10).
pub const PREKEYS_LOW: usize = 5;
/// Early messages of one handshake (section 5.3).
pub const EARLY_MESSAGES: u32 = 16;

/// Longest padded plaintext of a message (section 6.4).
pub const MESSAGE_PLAINTEXT_MAX: usize = 65_536;
/// Shortest padded plaintext of a message (section 6.4).
pub const MESSAGE_BUCKET_MIN: usize = 256;
/// Longest text of a TEXT or EDIT, in Unicode scalar values (section 6.4).
pub const TEXT_MAX_CHARS: usize = 4_000;
/// Longest emoji of a REACTION (section 6.4).
pub const REACTION_MAX: usize = 32;
/// Messages of one turn of the ratchet (section 10). The last one is kept for BYE.
pub const TURN_MESSAGES: u32 = 65_535;
/// Highest number of a turn: there are at most two for each message of a direction (section 10), and those of two BYEs.
pub const SESSION_TURNS: u32 = (1 << 25) + 2;
/// Messages of one session in one direction (section 10).
pub const SESSION_MESSAGES: u32 = 1 << 24;
/// Lifetime of a session (section 10): [`crate::session::Lifetime`] counts it.
pub const SESSION_LIFETIME: u64 = 24 * 60 * 60 * 1000;
/// Bytes of file chunks in one session (section 10): [`crate::session::Lifetime`] counts them.
pub const SESSION_CHUNK_BYTES: u64 = 64 << 30;
/// A session is due for renewal when this share, one sixth, of a limit is left: 4 of 24 hours.
pub const RENEWAL_SHARE: u64 = 6;
/// Longest record of a session: more than 512 skipped keys, the keys of a turn and all numbers under way can take.
pub const SESSION_RECORD_MAX: usize = 1 << 16;
/// Keys skipped per frame in the peer's earlier turn and in the new one, each (section 6.5).
pub const SKIPPED_PER_TURN: u32 = 256;
/// Skipped keys stored per session; the oldest is dropped (section 6.5).
pub const SKIPPED_STORED: usize = 512;
/// How long a skipped key is kept (section 6.5): twice as long as an interruption may last.
pub const SKIPPED_LIFETIME: u64 = 20 * 60 * 1000;
/// Unacknowledged messages per sender (section 6.4).
pub const UNACKNOWLEDGED: usize = 200;
/// Failed decryptions of one session (section 10). Beyond it nothing is tried any more: renew.
pub const FAILURES: u32 = 1 << 20;
/// Failed decryptions that are tried within [`FAILURES_WINDOW`] (section 10); further frames are dropped untried.
pub const FAILURES_PER_WINDOW: u32 = 10;
/// See [`FAILURES_PER_WINDOW`].
pub const FAILURES_WINDOW: u64 = 1000;
/// Failed decryptions of the early data of one handshake, which ends then (section 5.3).
pub const EARLY_FAILURES: u32 = 1024;
/// How far ahead of the first gap a message number may be. Above what 512 stored keys and 200 unacknowledged
/// messages allow an honest peer; it bounds the memory that a dishonest one can take.
pub const SEQUENCE_WINDOW: u32 = 2_048;
/// An EDIT that comes so long after its message, by the receiver's clock, is ignored (section 6.4). The caller keeps the
/// clock; the client seals none that is later by its own.
pub const EDIT_WINDOW: u64 = 15 * 60 * 1000;

/// Largest file (section 7.3).
pub const FILE_SIZE_MAX: u64 = 1 << 40;
/// Least padded size of a file (section 7.2).
pub const FILE_PADDED_MIN: u64 = 4_096;
/// Longest file name, in bytes (section 7.1).
pub const FILE_NAME_MAX: usize = 255;
/// Longest media type, in bytes (section 7.1).
pub const MEDIA_TYPE_MAX: usize = 255;
/// Largest preview image (section 7.1).
pub const PREVIEW_MAX: usize = 16 * 1024;
/// Most peaks of a waveform (section 7.1: their count is one byte).
pub const PEAKS_MAX: usize = 255;
/// Most chunks of one CHUNK frame (section 7.2): about a megabyte.
pub const FRAME_CHUNKS: u32 = 64;
/// Chunks that a receiver may have wanted and not received, over all files of a conversation (section 7.3).
pub const CHUNKS_OUTSTANDING: u32 = 512;
/// Files of one conversation that are offered or on their way, in each direction (section 10).
pub const FILES_UNDER_WAY: usize = 64;

/// Fewest characters of a password (section 8.3).
pub const PASSWORD_MIN_CHARS: usize = 8;
/// Most bytes of a password after NFC. Nothing is ever cut off; this only bounds the work.
pub const PASSWORD_MAX: usize = 1_024;

/// Argon2id of an envelope (section 8.1) and of the password (8.3): memory in KiB. The low-memory choice of RFC 9106.
pub const ARGON2_MEMORY: u32 = 65_536;
/// Argon2id passes.
pub const ARGON2_PASSES: u32 = 3;
/// Argon2id lanes: WebAssembly has one thread.
pub const ARGON2_LANES: u8 = 1;
/// Argon2id memory in KiB that an envelope may ask for (section 8.1): a planted file must not weaken the key, nor take
/// all memory.
pub const ARGON2_MEMORY_BOUNDS: RangeInclusive<u32> = 19_456..=1_048_576;
/// Argon2id passes that an envelope may ask for.
pub const ARGON2_PASSES_BOUNDS: RangeInclusive<u32> = 2..=16;
/// Argon2id lanes that an envelope may ask for.
pub const ARGON2_LANES_BOUNDS: RangeInclusive<u8> = 1..=4;
/// PBKDF2 iterations where none are given (section 8.1).
pub const PBKDF2_ITERATIONS: u32 = 600_000;
/// PBKDF2 iterations that an envelope may ask for.
pub const PBKDF2_ITERATIONS_BOUNDS: RangeInclusive<u32> = 600_000..=10_000_000;
/// Most bytes of a passphrase after NFC. Nothing is ever cut off; this only bounds the work.
pub const PASSPHRASE_MAX: usize = 1_024;
/// Longest identity record (section 8.2): seed, time, realm and name.
pub const IDENTITY_RECORD_MAX: usize = 32 + 8 + 2 * (1 + NAME_MAX);
/// Most people of a backup, whose count is two bytes (section 8.2), and so most pins.
pub const PEOPLE: usize = 65_535;
/// Earlier keys remembered per person; the oldest is forgotten. More changes than this are no history but an alarm.
pub const EARLIER_KEYS: usize = 16;

/// Accounts whose presence one connection may watch (section 9).
pub const WATCHED: usize = 64;
/// Longest access token in a LOGIN or TOKEN frame (section 9).
pub const TOKEN_MAX: usize = 4_096;
/// Largest handshake payload that the relay forwards (section 9).
pub const PAYLOAD_HANDSHAKE_MAX: usize = 2_579;
/// Largest message payload that the relay forwards (section 9).
pub const PAYLOAD_MESSAGE_MAX: usize = 67_886;
/// Largest file chunk payload that the relay forwards (section 9).
pub const PAYLOAD_CHUNK_MAX: usize = 1_049_639;
