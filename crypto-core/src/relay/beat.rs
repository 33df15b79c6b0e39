//! BEAT: a sign of life, from either side.
//!
//! The relay counts up; the client sends the same number back, with the top bit set while a conversation is open. So a
//! client needs no timer of its own, and the relay knows how soon a dead line must be noticed.

use super::FrameError;

/// The number of a BEAT: below 2^31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BeatNumber(u32);

/// Set by a client while a conversation is open.
const TALKING: u32 = 1 << 31;

impl BeatNumber {
    /// `None` from 2^31 on.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number < TALKING {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0
    }

    /// The number after it; after the last one comes 0.
    #[must_use]
    pub const fn next(self) -> Self {
        Self((self.0 + 1) % TALKING)
    }

    /// What the relay sends.
    pub(super) fn from_relay(word: u32) -> Result<Self, FrameError> {
        Self::new(word).ok_or(FrameError::Field)
    }

    /// What a client sends: the number, and whether a conversation is open.
    pub(super) const fn from_client(word: u32) -> (Self, bool) {
        (Self(word & !TALKING), word & TALKING != 0)
    }

    pub(super) const fn to_relay(self, talking: bool) -> u32 {
        if talking { self.0 | TALKING } else { self.0 }
    }
}
