//! How many handshakes are completed with one peer (section 4.9).

use alloc::collections::{BTreeMap, VecDeque};

use crate::error::errors;
use crate::identity::AccountId;
use crate::limits;

errors! {
    /// A handshake that must wait.
    pub enum RateError {
        /// 30 were completed with this peer within the last hour.
        Exceeded => HandshakeRate,
    }
}

/// One hour, in ms.
const HOUR: u64 = 60 * 60 * 1000;

/// Counts completed handshakes per peer, so that nobody collects candidates for a short authentication string.
///
/// Ask [`HandshakeRate::check`] before an offer is made or accepted, tell [`HandshakeRate::completed`] for each session.
/// `now` is in milliseconds, by any clock of the caller's; one that is set back makes peers wait longer, never less.
#[derive(Debug, Default)]
pub struct HandshakeRate(BTreeMap<AccountId, VecDeque<u64>>);

impl HandshakeRate {
    /// Nothing was completed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether one more handshake with this peer may be begun.
    ///
    /// # Errors
    /// [`RateError`].
    pub fn check(&self, peer: &AccountId, now: u64) -> Result<(), RateError> {
        let within = self.0.get(peer).map_or(0, |times| {
            times.iter().filter(|&&time| is_recent(time, now)).count()
        });
        if within < limits::HANDSHAKES_PER_HOUR {
            Ok(())
        } else {
            Err(RateError::Exceeded)
        }
    }

    /// Counts a handshake that gave a session, and forgets what is older than an hour.
    pub fn completed(&mut self, peer: &AccountId, now: u64) {
        self.0.entry(*peer).or_default().push_back(now);
        self.0.retain(|_, times| {
            times.retain(|&time| is_recent(time, now));
            !times.is_empty()
        });
    }
}

const fn is_recent(time: u64, now: u64) -> bool {
    now.saturating_sub(time) < HOUR
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::person;

    #[test]
    fn thirty_per_peer_and_hour() {
        let (alice, bob) = (
            person("alice").party().account,
            person("bob").party().account,
        );
        let mut rate = HandshakeRate::new();
        for minute in 0..30 {
            assert_eq!(rate.check(&alice, minute * 60_000), Ok(()));
            rate.completed(&alice, minute * 60_000);
        }
        assert_eq!(rate.check(&alice, HOUR - 1), Err(RateError::Exceeded));
        assert_eq!(rate.check(&bob, HOUR - 1), Ok(()));
        // The first of them is an hour old, then the second.
        assert_eq!(rate.check(&alice, HOUR), Ok(()));
        rate.completed(&alice, HOUR);
        assert_eq!(rate.check(&alice, HOUR), Err(RateError::Exceeded));
        assert_eq!(rate.check(&alice, HOUR + 60_000), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_frees_nobody() {
        let alice = person("alice").party().account;
        let mut rate = HandshakeRate::new();
        for _ in 0..30 {
            rate.completed(&alice, 5 * HOUR);
        }
        assert_eq!(rate.check(&alice, 0), Err(RateError::Exceeded));
    }

    #[test]
    fn the_past_is_forgotten() {
        let (alice, bob) = (
            person("alice").party().account,
            person("bob").party().account,
        );
        let mut rate = HandshakeRate::new();
        rate.completed(&alice, 0);
        rate.completed(&bob, HOUR);
        assert_eq!(rate.0.len(), 1);
    }
}
