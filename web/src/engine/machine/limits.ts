/** Numbers that the machine keeps to. Times are milliseconds. */

/** protocol.md section 4.6. */
export const RING_MS = 60_000;
export const CONFIRM_MS = 15_000;
export const READY_MS = 15_000;
/** From the wish to talk to the OFFER: directory, presence, key generation. */
export const LOOK_UP_MS = 15_000;

/** protocol.md section 6.4: a RECEIPT within 1 s or 32 messages. Sooner feels better and costs as much. */
export const RECEIPT_MS = 250;
export const RECEIPT_AFTER = 32;
/** Messages that come into view together are reported together. */
export const READ_MS = 100;
/** protocol.md section 6.4. */
export const MAX_UNACKNOWLEDGED = 200;
/** protocol.md section 6.4, in Unicode code points. */
export const MAX_TEXT = 4000;

/** A typing notice is repeated while the person types, and forgotten when no repetition comes. */
export const TYPING_EVERY_MS = 4_000;
export const TYPING_FORGOTTEN_MS = 7_000;

/** protocol.md section 7.3: segments outstanding. More are asked for when half of them came. */
export const WINDOW = 8;
export const WANT_STEP = 4;
/** Progress is shown at most ten times a second. */
export const PROGRESS_MS = 100;

/** protocol.md section 10: pending handshakes in all. */
export const MAX_INCOMING = 32;
/** Frames kept while CONFIRM is being checked: the peer may write at once. */
export const MAX_HELD = 32;

/** protocol.md section 10: texts written before the call was accepted. */
export const MAX_EARLY = 16;
/** The relay's answer to PREKEY_GET; without one the call goes out as an OFFER. */
export const PREKEY_MS = 3_000;
/** Prekeys that this run tries to have on the relay, and when it adds some (protocol.md section 10). */
export const PREKEYS = 10;
export const PREKEYS_LOW = 5;

/** protocol.md section 4.9: a session's life, and when its initiator begins to renew it. */
export const SESSION_MS = 24 * 3_600_000;
export const RENEW_MS = 20 * 3_600_000;
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

/** protocol.md section 4.9: each completed handshake is one more SAS that an attacker may have picked. */
export const HANDSHAKES_PER_HOUR = 30;
export const HOUR_MS = 3_600_000;
