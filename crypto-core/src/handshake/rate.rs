//! How many handshakes are completed with one peer (section 4.9).

use alloc::collections::VecDeque;

use crate::error::errors;
use crate::identity::AccountId;
use crate::limits;
use crate::map::Map;

errors! {
    /// A handshake that must wait.
    pub enum RateError {
        /// 30 were completed with this peer within the last hour.
        Exceeded => HandshakeRate,
    }
}

/// One hour, in ms.
const HOUR: u64 = 60 * 60 * 1000;

/// What happened with each account, and when. `now` is in milliseconds, by any clock of the caller's; one that is set back
/// makes an hour longer, never shorter.
#[derive(Debug, Default)]
pub(super) struct Hourly(Map<AccountId, VecDeque<u64>>);

impl Hourly {
    /// Nothing has happened yet.
    pub(super) const fn new() -> Self {
        Self(Map::new())
    }

    /// When it happened within the last hour, in no order: a clock may have been set back.
    fn recent(&self, account: &AccountId, now: u64) -> impl Iterator<Item = u64> + Clone {
        let times = self.0.get(account).into_iter().flatten().copied();
        times.filter(move |&time| is_recent(time, now))
    }

    /// How often it happened within the last hour.
    pub(super) fn count(&self, account: &AccountId, now: u64) -> usize {
        self.recent(account, now).count()
    }

    /// It happened once more. What is older than an hour is forgotten of this account.
    pub(super) fn add(&mut self, account: &AccountId, now: u64) {
        let times = self.0.get_or_insert_with(*account, VecDeque::new);
        times.retain(|&time| is_recent(time, now));
        times.push_back(now);
    }

    /// Forgets what is older than an hour of every account.
    fn forget(&mut self, now: u64) {
        self.0.retain(|_, times| {
            times.retain(|&time| is_recent(time, now));
            !times.is_empty()
        });
    }
}

/// Counts completed handshakes per peer, so that nobody collects candidates for a short authentication string.
///
/// Ask [`HandshakeRate::check`] (or [`HandshakeRate::wait`], to say how long) before an offer is made or accepted, tell
/// [`HandshakeRate::completed`] for each session.
/// `now` is in milliseconds, by any clock of the caller's; one that is set back makes peers wait longer, never less.
#[derive(Debug, Default)]
pub struct HandshakeRate(Hourly);

impl HandshakeRate {
    /// Nothing was completed yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Hourly::new())
    }

    /// Whether one more handshake with this peer may be begun.
    ///
    /// # Errors
    /// [`RateError`].
    pub fn check(&self, peer: &AccountId, now: u64) -> Result<(), RateError> {
        match self.wait(peer, now) {
            0 => Ok(()),
            _ => Err(RateError::Exceeded),
        }
    }

    /// Milliseconds until one more handshake with this peer may be begun; 0: now.
    #[must_use]
    pub fn wait(&self, peer: &AccountId, now: u64) -> u64 {
        let recent = self.0.recent(peer, now);
        if recent.clone().count() < limits::HANDSHAKES_PER_HOUR {
            return 0;
        }
        // The first to pass of those after which fewer than the limit are left. A clock that was set back may have put a
        // later one first: they are in no order.
        let later = |time| recent.clone().filter(|&other| other > time).count();
        recent
            .clone()
            .filter(|&time| later(time) < limits::HANDSHAKES_PER_HOUR)
            .min()
            .map_or(0, |awaited| {
                awaited.saturating_add(HOUR).saturating_sub(now)
            })
    }

    /// Counts a handshake that gave a session, and forgets what is older than an hour.
    pub fn completed(&mut self, peer: &AccountId, now: u64) {
        self.0.add(peer, now);
        self.0.forget(now);
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
    fn says_how_long_to_wait() {
        let alice = person("alice").party().account;
        let mut rate = HandshakeRate::new();
        for second in 0..30 {
            assert_eq!(rate.wait(&alice, 30_000), 0);
            rate.completed(&alice, second * 1000);
        }
        // Until the first of them is an hour old; with one more, until the second is.
        assert_eq!(rate.wait(&alice, 30_000), HOUR - 30_000);
        assert_eq!(rate.wait(&alice, HOUR - 1), 1);
        assert_eq!(rate.wait(&alice, HOUR), 0);
        rate.completed(&alice, 30_000);
        assert_eq!(rate.wait(&alice, 30_000), HOUR - 29_000);
        assert_eq!(rate.wait(&alice, HOUR), 1000);
    }

    #[test]
    fn waits_for_the_oldest_whatever_the_order() {
        let alice = person("alice").party().account;
        let mut rate = HandshakeRate::new();
        for minute in (0..30).rev() {
            rate.completed(&alice, minute * 60_000);
        }
        assert_eq!(rate.wait(&alice, HOUR / 2), HOUR / 2);
        // The end of time is no way around.
        rate.completed(&alice, u64::MAX);
        assert_eq!(rate.wait(&alice, u64::MAX), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_frees_nobody() {
        let alice = person("alice").party().account;
        let mut rate = HandshakeRate::new();
        for _ in 0..30 {
            rate.completed(&alice, 5 * HOUR);
        }
        assert_eq!(rate.check(&alice, 0), Err(RateError::Exceeded));
        assert_eq!(rate.wait(&alice, 0), 6 * HOUR);
    }

    /// Who is asked about and never swept takes no more room than an hour does.
    #[test]
    fn an_accounts_own_past_is_forgotten() {
        let (alice, bob) = (
            person("alice").party().account,
            person("bob").party().account,
        );
        let mut hourly = Hourly::new();
        hourly.add(&bob, 0);
        for minute in 0..90 {
            hourly.add(&alice, minute * 60_000);
        }
        assert_eq!(hourly.count(&alice, 89 * 60_000), 60);
        assert_eq!(hourly.0.get(&alice).unwrap().len(), 60);
        assert_eq!((hourly.count(&bob, 0), hourly.count(&bob, HOUR)), (1, 0));
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
        assert_eq!(rate.0.0.len(), 1);
    }
}
