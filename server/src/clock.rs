//! Time as a parameter: what counts in wall-clock time (tokens, sessions, lockouts, rate limits) asks the relay's
//! clock, so that tests move it instead of waiting. Timers of a connection are the runtime's.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// A time as the wire has it; one before 1970 is 1970.
#[must_use]
pub fn unsigned(time: Millis) -> u64 {
    u64::try_from(time).unwrap_or(0)
}

/// A duration in milliseconds.
#[must_use]
pub fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}

/// A source of time; its copies are one clock.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// The system's, with the moment from which its monotonic side counts.
    System(Instant),
    /// Nanoseconds since the Unix epoch, moved by hand; and what somebody has set the clock forward by.
    Manual(Arc<AtomicU64>, Arc<AtomicU64>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// A clock that shows the time of its making and moves by [`Clock::advance`] only: for tests.
    #[must_use]
    pub fn manual() -> Self {
        let nanos = u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX);
        Self(Source::Manual(
            Arc::new(AtomicU64::new(nanos)),
            Arc::default(),
        ))
    }

    /// Moves a manual clock; the system's goes its own way.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(nanos, _) = &self.0 {
            let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
            nanos.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock forward, as an operator does who corrects a machine's: no time passes by it.
    pub fn set_forward(&self, by: Duration) {
        if let Source::Manual(_, set) = &self.0 {
            let by = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
            set.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System(_) => millis(since_epoch()),
            Source::Manual(nanos, set) => millis(
                Duration::from_nanos(nanos.load(Ordering::SeqCst))
                    + Duration::from_nanos(set.load(Ordering::SeqCst)),
            ),
        }
    }

    /// For rate limits: time that never goes back, even when somebody sets the system's.
    #[must_use]
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System(start) => start.elapsed(),
            Source::Manual(nanos, _) => Duration::from_nanos(nanos.load(Ordering::SeqCst)),
        }
    }
}

impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.monotonic()
    }
}

pub(crate) fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_by_hand_and_with_its_copies() {
        let clock = Clock::manual();
        let (copy, start) = (clock.clone(), clock.now());
        assert_eq!(copy.now(), start);
        clock.advance(Duration::from_millis(1500));
        assert_eq!(copy.now(), start + 1500);
        let before = copy.monotonic();
        clock.set_forward(Duration::from_secs(3600));
        assert_eq!(copy.now(), start + 3_601_500);
        assert_eq!(copy.monotonic(), before);
    }

    #[test]
    fn the_systems_clock_cannot_be_moved() {
        let clock = Clock::system();
        clock.advance(Duration::from_secs(1 << 40));
        assert!(clock.now() <= Clock::system().now());
    }
}
