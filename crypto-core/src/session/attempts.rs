//! How many frames may be tried that turn out not to be authentic (section 10).

use alloc::collections::VecDeque;

use crate::limits;

/// Counts failed decryptions. What a relay or anybody else makes up costs at most a few tries a second, and ends nothing:
/// what is dropped untried and was genuine is sent again.
#[derive(Default)]
pub(super) struct Attempts {
    failed: u32,
    /// When the last ones failed, oldest first.
    recent: VecDeque<u64>,
}

impl Attempts {
    /// What a record kept.
    pub(super) fn restore(failed: u32) -> Self {
        Self {
            failed,
            ..Self::default()
        }
    }

    /// All that failed so far.
    pub(super) const fn failed(&self) -> u32 {
        self.failed
    }

    /// Whether one more frame may be tried at `now`, in milliseconds.
    pub(super) fn may_try(&self, now: u64) -> bool {
        let most = limits::FAILURES_PER_WINDOW as usize;
        // A clock that was set back must not close the window for long: the distance counts, not the order.
        let is_recent = |at: &u64| now.abs_diff(*at) < limits::FAILURES_WINDOW;
        self.failed < limits::FAILURES
            && self.recent.iter().filter(|at| is_recent(at)).count() < most
    }

    /// Counts one that failed at `now`.
    pub(super) fn count(&mut self, now: u64) {
        self.failed += 1;
        if self.recent.len() >= limits::FAILURES_PER_WINDOW as usize {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of tries that were left at each of these times, all of them used.
    fn tries(times: &[u64]) -> std::vec::Vec<u32> {
        let mut attempts = Attempts::default();
        let mut tries = |now: &u64| {
            let mut tried = 0;
            while attempts.may_try(*now) {
                attempts.count(*now);
                tried += 1;
            }
            tried
        };
        times.iter().map(&mut tries).collect()
    }

    #[test]
    fn ten_a_second() {
        assert_eq!(tries(&[0, 999, 1000, 1001, 2000]), [10, 0, 10, 0, 10]);
        // A clock that is set back, and one that goes on after it.
        assert_eq!(tries(&[5000, 4500, 4000, 5000]), [10, 0, 10, 10]);
    }

    #[test]
    fn a_million_in_all() {
        let mut attempts = Attempts::restore(limits::FAILURES - 1);
        assert!(attempts.may_try(0));
        attempts.count(0);
        assert!(!attempts.may_try(u64::MAX));
        assert_eq!(attempts.failed(), 1 << 20);
    }
}
