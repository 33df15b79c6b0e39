//! The client's allowance of frames: ten a second, as the relay grants them, of which re-sending takes at most eight.
//!
//! An allowance lets a burst through and refills evenly. What cannot wait (a handshake, BYE) may overdraw it; what follows
//! then waits longer.

/// Frames a second, and at most at once.
const ALL: Allowance = Allowance::full(10, 20);
/// The share of re-sending.
const AGAIN: Allowance = Allowance::full(8, 8);
/// How far urgent frames may overdraw, in frames.
const OVERDRAFT: i64 = 20;

/// One allowance, in thousandths of a frame.
#[derive(Debug, Clone, Copy)]
struct Allowance {
    per_second: i64,
    most: i64,
    left: i64,
    /// When `left` was true, in ms.
    at: u64,
}

impl Allowance {
    const fn full(per_second: i64, burst: i64) -> Self {
        Self {
            per_second,
            most: burst * 1000,
            left: burst * 1000,
            at: 0,
        }
    }

    fn refill(&mut self, now: u64) {
        let passed = i64::try_from(now.saturating_sub(self.at).min(60_000)).unwrap_or(0);
        self.left = (self.left + passed * self.per_second).min(self.most);
        self.at = self.at.max(now);
    }

    /// When there is a whole frame's worth.
    fn next(&self) -> u64 {
        let missing = (1000 - self.left).max(0);
        let ms = (missing + self.per_second - 1) / self.per_second;
        self.at.saturating_add(u64::try_from(ms).unwrap_or(0))
    }
}

/// The allowance of one connection.
#[derive(Debug)]
pub(super) struct Pace {
    all: Allowance,
    again: Allowance,
}

impl Pace {
    pub(super) const fn new() -> Self {
        Self {
            all: ALL,
            again: AGAIN,
        }
    }

    /// Takes a frame that waits for its turn; false if there is none left.
    pub(super) fn take(&mut self, now: u64) -> bool {
        self.all.refill(now);
        if self.all.left < 1000 {
            return false;
        }
        self.all.left -= 1000;
        true
    }

    /// Takes a frame that is sent again.
    pub(super) fn take_again(&mut self, now: u64) -> bool {
        self.again.refill(now);
        if self.again.left < 1000 || !self.take(now) {
            return false;
        }
        self.again.left -= 1000;
        true
    }

    /// A frame that does not wait.
    pub(super) fn overdraw(&mut self, now: u64) {
        self.all.refill(now);
        self.all.left = (self.all.left - 1000).max(-OVERDRAFT * 1000);
    }

    /// When the next frame may go.
    pub(super) fn next(&self) -> u64 {
        self.all.next()
    }

    /// When the next frame may go again.
    pub(super) fn next_again(&self) -> u64 {
        self.all.next().max(self.again.next())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_a_second_after_a_burst() {
        let mut pace = Pace::new();
        let now = 1_000_000;
        assert_eq!((0..100).filter(|_| pace.take(now)).count(), 20);
        assert_eq!(pace.next(), now + 100);
        assert!(!pace.take(now + 99));
        assert!(pace.take(now + 100));
        let taken = (1..=1000).filter(|ms| pace.take(now + 100 + ms)).count();
        assert_eq!(taken, 10);
    }

    #[test]
    fn sending_again_leaves_room_for_the_rest() {
        let mut pace = Pace::new();
        let start = 5_000;
        while pace.take_again(start) {}
        while pace.take(start) {}
        let mut again = 0;
        let mut rest = 0;
        for ms in 1..=10_000 {
            again += usize::from(pace.take_again(start + ms));
            rest += usize::from(pace.take(start + ms));
        }
        assert_eq!(again + rest, 100);
        assert!(again <= 80, "{again}");
    }

    /// Whoever sleeps until it says so may send then, and not a moment before.
    #[test]
    fn says_when_the_next_may_go_again() {
        let mut pace = Pace::new();
        let start = 5_000;
        while pace.take_again(start) {}
        // Eight of twenty are used up, at eight a second.
        assert_eq!(pace.next(), start);
        assert_eq!(pace.next_again(), start + 125);
        assert!(!pace.take_again(start + 124));
        assert!(pace.take_again(start + 125));
        // Now nothing at all may go before the tenth of a second.
        while pace.take(start + 125) {}
        for _ in 0..3 {
            pace.overdraw(start + 125);
        }
        assert_eq!(pace.next_again(), pace.next());
        assert!(pace.next() > start + 125 + 300);
        let next = pace.next();
        assert!(!pace.take_again(next - 1));
        assert!(pace.take_again(next));
    }

    #[test]
    fn what_cannot_wait_is_paid_later_and_not_for_ever() {
        let mut pace = Pace::new();
        for _ in 0..1000 {
            pace.overdraw(0);
        }
        assert_eq!(pace.next(), 2_100);
        assert!(pace.take(2_100));
        // A clock that is set back gives nothing and breaks nothing.
        assert!(!pace.take(0));
    }
}
