//! The circuit breaker: a database that fails again and again is left alone for a while, so that requests are told at once to
//! come back later, and it is not buried under them when it returns.

use prometheus_client::metrics::gauge::Gauge;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Failures one after the other that open it.
const FAILURES: u32 = 5;
/// While one is trying, the others are told to come back so soon.
const TRIAL: Duration = Duration::from_secs(1);

/// See the module's documentation. Time is the caller's.
pub(super) struct Breaker {
    state: Mutex<State>,
    /// How long it stays open.
    pause: Duration,
    /// 0 closed, 1 half open, 2 open.
    gauge: Gauge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Duration,
    },
    /// Half open: one is let through, and decides.
    Trial,
}

impl Breaker {
    pub(super) fn new(pause: Duration, gauge: Gauge) -> Self {
        Self {
            state: Mutex::new(State::Closed { failures: 0 }),
            pause,
            gauge,
        }
    }

    /// Lets one through, or says when to come back.
    pub(super) fn enter(&self, now: Duration) -> Result<Pass<'_>, Duration> {
        let mut state = self.lock();
        let trial = match *state {
            State::Closed { .. } => false,
            State::Open { until } if until > now => return Err(until - now),
            State::Open { .. } => {
                self.set(&mut state, State::Trial);
                true
            }
            State::Trial => return Err(TRIAL),
        };
        Ok(Pass {
            breaker: self,
            trial,
        })
    }

    /// Whether nobody is let through now.
    pub(super) fn is_open(&self, now: Duration) -> bool {
        matches!(*self.lock(), State::Open { until } if until > now)
    }

    /// Whether everybody is let through.
    pub(super) fn is_closed(&self) -> bool {
        matches!(*self.lock(), State::Closed { .. })
    }

    fn set(&self, state: &mut State, new: State) {
        *state = new;
        self.gauge.set(match new {
            State::Closed { .. } => 0,
            State::Trial => 1,
            State::Open { .. } => 2,
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One that was let through. Dropped without a word about the database (a request that was broken off), it decides nothing.
pub(super) struct Pass<'a> {
    breaker: &'a Breaker,
    trial: bool,
}

impl Pass<'_> {
    /// The database answered.
    pub(super) fn answered(mut self) {
        let mut state = self.breaker.lock();
        match *state {
            State::Closed { failures: 0 } => {}
            State::Closed { .. } => *state = State::Closed { failures: 0 },
            _ if self.trial => {
                self.breaker.set(&mut state, State::Closed { failures: 0 });
                tracing::info!(
                    category = "store",
                    "circuit breaker closed: the database answers"
                );
            }
            // It was asked before the breaker opened: old news.
            _ => {}
        }
        self.trial = false;
    }

    /// It did not.
    pub(super) fn failed(mut self, now: Duration) {
        let breaker = self.breaker;
        let mut state = breaker.lock();
        let open = match *state {
            State::Closed { failures } if failures + 1 < FAILURES => {
                *state = State::Closed {
                    failures: failures + 1,
                };
                false
            }
            State::Closed { .. } => true,
            _ => self.trial,
        };
        if open {
            let until = now + breaker.pause;
            breaker.set(&mut state, State::Open { until });
            tracing::error!(
                category = "store",
                seconds = breaker.pause.as_secs(),
                "circuit breaker open: the database is left alone"
            );
        }
        self.trial = false;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.trial {
            // Broken off: the next one tries instead.
            let mut state = self.breaker.lock();
            let until = Duration::ZERO;
            self.breaker.set(&mut state, State::Open { until });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    fn breaker() -> Breaker {
        Breaker::new(PAUSE, Gauge::default())
    }

    fn opened() -> Breaker {
        let breaker = breaker();
        for _ in 0..FAILURES {
            breaker.enter(SECOND).ok().unwrap().failed(SECOND);
        }
        breaker
    }

    #[test]
    fn five_failures_in_a_row_open_it_and_an_answer_between_them_does_not_let_it() {
        let breaker = breaker();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                breaker.enter(SECOND).ok().unwrap().failed(SECOND);
            }
            breaker.enter(SECOND).ok().unwrap().answered();
        }
        assert_eq!(breaker.gauge.get(), 0);
        for _ in 0..FAILURES {
            breaker.enter(SECOND).ok().unwrap().failed(SECOND);
        }
        assert_eq!(breaker.gauge.get(), 2);
        assert_eq!(breaker.enter(SECOND * 11).err(), Some(SECOND * 20));
        assert!(breaker.is_open(SECOND * 30) && !breaker.is_open(SECOND * 31));
    }

    #[test]
    fn after_the_pause_one_is_let_through_and_decides() {
        let breaker = opened();
        let at = SECOND + PAUSE;
        let trial = breaker.enter(at).ok().unwrap();
        assert_eq!(breaker.gauge.get(), 1);
        assert_eq!(breaker.enter(at).err(), Some(TRIAL));
        trial.failed(at);
        assert_eq!(breaker.enter(at).err(), Some(PAUSE));
        breaker.enter(at + PAUSE).ok().unwrap().answered();
        assert_eq!(breaker.gauge.get(), 0);
        assert!(breaker.enter(at).is_ok() && breaker.enter(at).is_ok());
    }

    #[test]
    fn a_trial_that_is_broken_off_leaves_its_turn_to_the_next() {
        let breaker = opened();
        let at = SECOND + PAUSE;
        drop(breaker.enter(at).ok().unwrap());
        breaker.enter(at).ok().unwrap().answered();
        assert_eq!(breaker.gauge.get(), 0);
    }

    #[test]
    fn what_was_asked_before_it_opened_does_not_close_it() {
        let breaker = breaker();
        let early = [(); 2].map(|()| breaker.enter(SECOND).ok().unwrap());
        for _ in 0..FAILURES {
            breaker.enter(SECOND).ok().unwrap().failed(SECOND);
        }
        let [good, bad] = early;
        good.answered();
        assert_eq!(breaker.enter(SECOND).err(), Some(PAUSE));
        bad.failed(SECOND * 2);
        assert_eq!(breaker.enter(SECOND).err(), Some(PAUSE));
    }
}
