//! Bytes of payloads that are being received or wait to be written, of all connections together.
//!
//! Each sender may hold a share of what is *free*, not of the whole (dynamic thresholds, as in the shared buffers of network
//! switches). So the more greedy senders there are, the less each of them gets, and some room is always left for those who
//! hold next to nothing: a thousand who fill whatever they may leave a text its place.

use prometheus_client::metrics::gauge::Gauge;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A sender may hold this part of what is free.
const SHARE: usize = 8;
/// What one connection may hold, however much is free.
const OF_ONE: usize = 8 * 1024 * 1024;

/// The budget of one relay.
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
    gauge: Gauge,
}

/// What one connection holds of it.
#[derive(Default)]
pub struct Held(AtomicUsize);

impl Budget {
    /// So many bytes; `gauge` shows how many are used.
    #[must_use]
    pub fn new(limit: usize, gauge: Gauge) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            gauge,
        }
    }

    /// Takes bytes for the connection that holds `held`; false if it has its share. Of many who ask in the same moment a few
    /// may get a little more than that.
    #[must_use]
    pub fn take(&self, held: &Held, bytes: usize) -> bool {
        let free = self.limit.saturating_sub(self.used.load(Ordering::Relaxed));
        let after = held.0.load(Ordering::Relaxed).saturating_add(bytes);
        if after > OF_ONE.min(free / SHARE) {
            return false;
        }
        held.0.fetch_add(bytes, Ordering::Relaxed);
        self.used.fetch_add(bytes, Ordering::Relaxed);
        self.gauge.inc_by(i64::try_from(bytes).unwrap_or(i64::MAX));
        true
    }

    /// Gives back what was taken.
    pub fn give_back(&self, held: &Held, bytes: usize) {
        held.0.fetch_sub(bytes, Ordering::Relaxed);
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        self.gauge.dec_by(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn one_has_its_bound_and_gets_everything_back() {
        let (budget, held) = (Budget::new(1024 * MIB, Gauge::default()), Held::default());
        for _ in 0..8 {
            assert!(budget.take(&held, MIB));
        }
        assert!(!budget.take(&held, 1));
        budget.give_back(&held, MIB);
        assert!(budget.take(&held, MIB));
        budget.give_back(&held, 8 * MIB);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
        assert_eq!(budget.gauge.get(), 0);
    }

    #[test]
    fn however_many_are_greedy_a_text_finds_room() {
        let budget = Budget::new(256 * MIB, Gauge::default());
        let greedy: Vec<Held> = std::iter::repeat_with(Held::default).take(2_000).collect();
        for _ in 0..100 {
            for held in &greedy {
                let _ = budget.take(held, 100_000);
            }
        }
        for _ in 0..100 {
            for held in &greedy {
                let _ = budget.take(held, 3_000);
            }
        }
        let honest = Held::default();
        for _ in 0..10 {
            assert!(budget.take(&honest, 3_000));
        }
        assert!(budget.used.load(Ordering::Relaxed) <= 256 * MIB);
    }
}
