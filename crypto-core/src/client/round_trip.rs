//! When an unacknowledged frame is sent again: after what the measured round trips say (RFC 6298, with a floor that leaves
//! the peer its second for a receipt).

/// The estimate of one session, in ms.
#[derive(Debug, Default)]
pub(super) struct RoundTrip {
    /// Smoothed round trip and its variation; `None` before the first measurement.
    estimate: Option<(u64, u64)>,
    /// How often the pause was doubled since the last progress.
    doubled: u32,
}

impl RoundTrip {
    /// An acknowledgement came for a frame that was sent once.
    pub(super) fn measured(&mut self, ms: u64) {
        self.estimate = Some(match self.estimate {
            None => (ms, ms / 2),
            Some((smooth, variation)) => (
                (7 * smooth + ms) / 8,
                (3 * variation + smooth.abs_diff(ms)) / 4,
            ),
        });
    }

    /// The peer has acknowledged more.
    pub(super) const fn progress(&mut self) {
        self.doubled = 0;
    }

    /// A pause has passed in vain: the next one is twice as long.
    pub(super) const fn in_vain(&mut self) {
        self.doubled = self.doubled.saturating_add(1);
    }

    /// The pause before sending again.
    pub(super) fn pause(&self, first: u64, (least, longest): (u64, u64)) -> u64 {
        let pause = self.estimate.map_or(first, |(smooth, variation)| {
            smooth.saturating_add(4 * variation).max(least)
        });
        pause
            .saturating_mul(1 << self.doubled.min(16))
            .min(longest.max(least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: (u64, u64) = (2_000, 30_000);

    #[test]
    fn follows_the_line() {
        let mut trip = RoundTrip::default();
        assert_eq!(trip.pause(5_000, BOUNDS), 5_000);
        trip.measured(100);
        assert_eq!(trip.pause(5_000, BOUNDS), 2_000);
        for _ in 0..50 {
            trip.measured(8_000);
        }
        let slow = trip.pause(5_000, BOUNDS);
        assert!((8_000..10_000).contains(&slow), "{slow}");
    }

    /// RFC 6298, 2.2 and 2.3, to the number.
    #[test]
    fn smooths_as_the_rfc_says() {
        let any = (0, u64::MAX);
        let mut trip = RoundTrip::default();
        trip.measured(8_000);
        assert_eq!(trip.pause(5_000, any), 8_000 + 4 * 4_000);
        trip.measured(16_000);
        // 9,000 and a variation of (3 * 4,000 + 8,000) / 4.
        assert_eq!(trip.pause(5_000, any), 9_000 + 4 * 5_000);
        trip.measured(1_000);
        assert_eq!(trip.pause(5_000, any), 8_000 + 4 * 5_750);
    }

    #[test]
    fn doubles_until_something_comes() {
        let mut trip = RoundTrip::default();
        trip.measured(1_000);
        let pauses: [u64; 5] = core::array::from_fn(|_| {
            let pause = trip.pause(5_000, BOUNDS);
            trip.in_vain();
            pause
        });
        assert_eq!(pauses, [3_000, 6_000, 12_000, 24_000, 30_000]);
        trip.progress();
        assert_eq!(trip.pause(5_000, BOUNDS), 3_000);
        for _ in 0..100 {
            trip.in_vain();
        }
        assert_eq!(trip.pause(5_000, BOUNDS), 30_000);
    }
}
