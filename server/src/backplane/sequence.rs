//! Numbers of what comes from one other node. Redis may lose what it publishes: when a connection breaks, and when a subscriber is
//! slow. So each node numbers its envelopes, for each node that it speaks to and for each lane, and a missing number ends the
//! stream: both sides settle what was on its way, and begin a new generation.

/// The lanes of a link: messages with everything small, and chunks of files.
pub const LANES: usize = 2;

/// What an envelope is to its receiver.
#[derive(Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The first one ever: its items count.
    First,
    /// The next one: likewise.
    Next,
    /// The first one of a new generation: likewise, and what was said before may be lost.
    Renewed,
    /// A number is missing. Everything of this generation is void from now on.
    Gap,
    /// Of a generation that is void.
    Void,
}

/// How far the other node's streams have come.
#[derive(Debug, Default)]
pub struct Sequence {
    generation: u64,
    broken: bool,
    next: [u64; LANES],
}

impl Sequence {
    /// Takes an envelope's numbers. One without items (`is_beat`) has the number of the next one.
    pub fn take(&mut self, lane: usize, generation: u64, number: u64, is_beat: bool) -> Arrival {
        if generation < self.generation {
            return Arrival::Void;
        }
        let is_first = self.generation == 0;
        let renewed = generation > self.generation;
        if renewed {
            *self = Self {
                generation,
                ..Self::default()
            };
        }
        if self.broken {
            return Arrival::Void;
        }
        if self.next.get(lane) != Some(&number) {
            self.broken = true;
            return Arrival::Gap;
        }
        if !is_beat && let Some(next) = self.next.get_mut(lane) {
            *next += 1;
        }
        if is_first {
            Arrival::First
        } else if renewed {
            Arrival::Renewed
        } else {
            Arrival::Next
        }
    }

    /// The generation that it follows, and whether that one has a gap.
    #[must_use]
    pub fn state(&self) -> (u64, bool) {
        (self.generation, self.broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_missing_number_voids_its_generation() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.take(0, 5, 0, false), Arrival::First);
        assert_eq!(sequence.take(1, 5, 0, false), Arrival::Next);
        assert_eq!(sequence.take(0, 5, 1, false), Arrival::Next);
        assert_eq!(sequence.take(0, 5, 2, true), Arrival::Next);
        assert_eq!(sequence.take(0, 5, 3, false), Arrival::Gap);
        assert_eq!(sequence.state(), (5, true));
        assert_eq!(sequence.take(1, 5, 1, false), Arrival::Void);
        assert_eq!(sequence.take(0, 4, 0, false), Arrival::Void);
        assert_eq!(sequence.take(0, 6, 0, false), Arrival::Renewed);
        assert_eq!(sequence.state(), (6, false));
    }

    #[test]
    fn the_last_one_that_is_lost_shows_in_the_next_sign_of_life() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.take(0, 1, 0, false), Arrival::First);
        assert_eq!(sequence.take(0, 1, 2, true), Arrival::Gap);
    }

    #[test]
    fn who_comes_late_misses_the_beginning() {
        assert_eq!(Sequence::default().take(0, 9, 3, false), Arrival::Gap);
    }

    proptest! {
        /// Whatever is lost on the way: what is taken is a beginning of what was sent, in order.
        #[test]
        fn what_is_taken_is_a_prefix(lost in proptest::collection::vec(any::<bool>(), 0..60)) {
            let mut sequence = Sequence::default();
            let mut taken = [0_u64; LANES];
            let mut sent = [0_u64; LANES];
            let mut whole = true;
            for (at, lost) in lost.into_iter().enumerate() {
                let lane = at % LANES;
                let number = sent[lane];
                sent[lane] += 1;
                if lost {
                    continue;
                }
                match sequence.take(lane, 1, number, false) {
                    Arrival::First | Arrival::Next | Arrival::Renewed => {
                        prop_assert!(whole && number == taken[lane]);
                        taken[lane] += 1;
                    }
                    Arrival::Gap => whole = false,
                    Arrival::Void => prop_assert!(!whole),
                }
            }
        }
    }
}
