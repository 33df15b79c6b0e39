//! Every interval of the client in one place, in milliseconds.
//!
//! They are settings so that a test can live through ten minutes in a second; a product uses [`Settings::default`].

use crate::limits;

/// Intervals, in milliseconds. What the protocol prescribes stands in [`limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename_all = "camelCase"))]
pub struct Settings {
    /// How long a session outlives the loss of the line, or a peer who does not answer.
    pub interruption: u64,
    /// How long a job may take before it counts as failed.
    pub job: u64,
    /// From the wish to talk until the peer's run is known and a prekey has come.
    pub seek: u64,
    /// How long PREKEY_GET may take; then the call goes out without a prekey.
    pub prekey: u64,
    /// From OFFER to ACCEPT (protocol 4.6).
    pub accept: u64,
    /// From ACCEPT to CONFIRM (protocol 4.6).
    pub confirm: u64,
    /// From CONFIRM to READY (protocol 4.6).
    pub ready: u64,
    /// After this long without an answer a flight of a handshake is sent again, identically.
    pub flight_again: u64,
    /// The latest moment for a RECEIPT (protocol 6.4).
    pub receipt: u64,
    /// Before a round trip was measured, an unacknowledged frame is sent again after this long.
    pub resend_first: u64,
    /// The least and the longest pause before an unacknowledged frame is sent again.
    pub resend_bounds: (u64, u64),
    /// How long `ack` may stand still, while the peer is heard, before the session is renewed (protocol 6.4).
    pub stalled: u64,
    /// How long a session that was renewed is still listened to.
    pub retire: u64,
    /// After a renewal that failed, before the next one.
    pub renew_again: u64,
    /// Who leaves waits for so long for the peer's word about what was said last.
    pub farewell: u64,
    /// A typing notice is forgotten when it was not repeated for this long.
    pub typing_forgotten: u64,
    /// A typing notice is repeated after this long.
    pub typing_again: u64,
    /// Without a frame of the relay's for this long the line is dead, while a conversation is open.
    pub silence_talking: u64,
    /// The same while no conversation is open.
    pub silence_idle: u64,
    /// A client that has sent nothing for this long answers a frame with a BEAT, while a conversation is open.
    pub beat_talking: u64,
    /// The same while no conversation is open.
    pub beat_idle: u64,
    /// What was refused for want of room is answered and told once in this time for each account.
    pub turn_away: u64,
    /// An ended session is answered with OVER once in this time (protocol 4.8).
    pub over: u64,
    /// How long a session lives (protocol 10).
    pub lifetime: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interruption: 600_000,
            job: 10_000,
            seek: 10_000,
            prekey: 3_000,
            accept: limits::ACCEPT_TIMEOUT,
            confirm: limits::CONFIRM_TIMEOUT,
            ready: limits::READY_TIMEOUT,
            flight_again: 5_000,
            receipt: 1_000,
            resend_first: 5_000,
            resend_bounds: (2_000, 30_000),
            stalled: 60_000,
            retire: 60_000,
            renew_again: 600_000,
            farewell: 2_000,
            typing_forgotten: 7_000,
            typing_again: 4_000,
            silence_talking: 25_000,
            silence_idle: 90_000,
            beat_talking: 10_000,
            beat_idle: 60_000,
            turn_away: 60_000,
            over: 10_000,
            lifetime: limits::SESSION_LIFETIME,
        }
    }
}

impl Settings {
    /// Every interval divided by `divisor`, at least 1 ms: for tests that live through all of them.
    #[must_use]
    pub fn divided_by(self, divisor: u64) -> Self {
        let short = |ms: u64| (ms / divisor.max(1)).max(1);
        Self {
            interruption: short(self.interruption),
            job: short(self.job),
            seek: short(self.seek),
            prekey: short(self.prekey),
            accept: short(self.accept),
            confirm: short(self.confirm),
            ready: short(self.ready),
            flight_again: short(self.flight_again),
            receipt: short(self.receipt),
            resend_first: short(self.resend_first),
            resend_bounds: (short(self.resend_bounds.0), short(self.resend_bounds.1)),
            stalled: short(self.stalled),
            retire: short(self.retire),
            renew_again: short(self.renew_again),
            farewell: short(self.farewell),
            typing_forgotten: short(self.typing_forgotten),
            typing_again: short(self.typing_again),
            silence_talking: short(self.silence_talking),
            silence_idle: short(self.silence_idle),
            beat_talking: short(self.beat_talking),
            beat_idle: short(self.beat_idle),
            turn_away: short(self.turn_away),
            over: short(self.over),
            lifetime: short(self.lifetime),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_divided_and_never_vanish() {
        assert_eq!(Settings::default().divided_by(1), Settings::default());
        assert_eq!(Settings::default().divided_by(0), Settings::default());
        let fast = Settings::default().divided_by(10);
        assert_eq!(
            (fast.interruption, fast.resend_bounds),
            (60_000, (200, 3_000))
        );
        let shortest = Settings::default().divided_by(1_000_000);
        assert_eq!((shortest.receipt, shortest.resend_bounds), (1, (1, 1)));
    }
}
