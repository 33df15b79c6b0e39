/** Numbers that the machine keeps to. Times are milliseconds. Those of the protocol are the package's. */
export {
  ACCEPT_TIMEOUT as RING_MS,
  CHUNKS_OUTSTANDING_MAX as WINDOW,
  CONFIRM_TIMEOUT as CONFIRM_MS,
  EARLY_MAX as MAX_EARLY,
  PENDING_HANDSHAKES_MAX as MAX_INCOMING,
  READY_TIMEOUT as READY_MS,
  RENEWAL_DUE as RENEW_MS,
  SESSION_LIFETIME as SESSION_MS,
  TEXT_MAX_CHARS as MAX_TEXT,
  UNACKNOWLEDGED_MAX as MAX_UNACKNOWLEDGED,
} from '@duet-chat/crypto';

/** From the wish to talk to the OFFER: directory, presence, key generation. */
export const LOOK_UP_MS = 15_000;

/** protocol.md section 6.4: a RECEIPT within 1 s or 32 messages. Sooner feels better and costs as much. */
export const RECEIPT_MS = 250;
export const RECEIPT_AFTER = 32;
/** Messages that come into view together are reported together. */
export const READ_MS = 100;

/** A typing notice is repeated while the person types, and forgotten when no repetition comes. */
export const TYPING_EVERY_MS = 4_000;
export const TYPING_FORGOTTEN_MS = 7_000;

/** More chunks are asked for when so many of the window came. */
export const WANT_STEP = 256;
/** Progress is shown at most ten times a second. */
export const PROGRESS_MS = 100;

/** Sessions that are over and remembered. */
export const MAX_OVER = 256;

/** Frames kept while CONFIRM is being checked: the peer may write at once. */
export const MAX_HELD = 32;

/** The relay's answer to PREKEY_GET; without one the call goes out as an OFFER. */
export const PREKEY_MS = 3_000;
/** Prekeys that this run tries to have on the relay. */
export const PREKEYS = 10;

/** After a renewal that failed. */
export const RENEW_AGAIN_MS = 600_000;
/** How long a renewed session still reads what was on its way in the one before. */
export const RETIRE_MS = 15_000;

/** The first message that the peer has not acknowledged is sent again, identically, after this long, so many times. */
export const RESEND_MS = 5_000;
export const RESENDS = 5;

/** Reconnecting: the delay doubles from the first to the longest, each cut by up to a half at random. */
export const RETRY_FIRST_MS = 500;
export const RETRY_LONGEST_MS = 30_000;
/** A connection that held this long was a good one: the next failure starts from the first delay. */
export const STABLE_MS = 10_000;
