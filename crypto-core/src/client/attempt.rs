//! A handshake under way, from the wish to talk to its completion (protocol 4.6), with what is sent again of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::job::JobId;
use crate::engine::Engine;
use crate::handshake::{Offer, PendingSession};
use crate::ids::EnvelopeId;

/// Frames that wait for an answer. They go again, identically, until it comes or the time is over.
pub(super) struct Flight {
    pub(super) frames: Vec<Box<[u8]>>,
    /// When they go again.
    pub(super) again: u64,
    /// When the handshake is over.
    pub(super) until: u64,
}

/// How far a handshake is. Only one side of a job is here: what a job owns comes back with it.
pub(super) enum Attempt<E: Engine> {
    /// We call: where the peer is, the relay has not said.
    Seeking { until: u64 },
    /// A prekey was asked for.
    Fetching { id: EnvelopeId, until: u64 },
    /// The first flight is made.
    Making { job: JobId },
    /// The first flight is out: ACCEPT is awaited.
    Ringing { offer: Offer<E>, flight: Flight },
    /// A word of the peer's is checked: ACCEPT, CONFIRM or END.
    Checking { job: JobId, flight: Flight },
    /// ACCEPT is made.
    Answering { job: JobId },
    /// ACCEPT is out: CONFIRM is awaited.
    Awaiting {
        pending: PendingSession<E>,
        flight: Flight,
    },
}

impl<E: Engine> Attempt<E> {
    /// The job that works on it.
    pub(super) const fn job(&self) -> Option<JobId> {
        match self {
            Self::Making { job } | Self::Checking { job, .. } | Self::Answering { job } => {
                Some(*job)
            }
            Self::Seeking { .. }
            | Self::Fetching { .. }
            | Self::Ringing { .. }
            | Self::Awaiting { .. } => None,
        }
    }

    /// Whether it is our call, and nobody has accepted it yet: another one may take its place.
    pub(super) const fn is_calling(&self) -> bool {
        matches!(
            self,
            Self::Seeking { .. }
                | Self::Fetching { .. }
                | Self::Making { .. }
                | Self::Ringing { .. }
        )
    }

    /// What is sent again.
    pub(super) const fn flight(&mut self) -> Option<&mut Flight> {
        match self {
            Self::Ringing { flight, .. } | Self::Awaiting { flight, .. } => Some(flight),
            Self::Seeking { .. }
            | Self::Fetching { .. }
            | Self::Making { .. }
            | Self::Checking { .. }
            | Self::Answering { .. } => None,
        }
    }

    /// When something is due.
    pub(super) fn next_wake(&self, online: bool) -> Option<u64> {
        match self {
            Self::Seeking { until } | Self::Fetching { until, .. } => Some(*until),
            Self::Ringing { flight, .. } | Self::Awaiting { flight, .. } => Some(if online {
                flight.until.min(flight.again)
            } else {
                flight.until
            }),
            // Its job has a time of its own.
            Self::Making { .. } | Self::Checking { .. } | Self::Answering { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Software;

    type Of = Attempt<Software>;

    #[test]
    fn what_a_handshake_waits_for() {
        let id = EnvelopeId([1; 16]);
        let job = JobId(7);
        let waiting: [Of; 2] = [
            Attempt::Seeking { until: 50 },
            Attempt::Fetching { id, until: 50 },
        ];
        for attempt in waiting {
            assert_eq!(attempt.job(), None);
            assert!(attempt.is_calling());
            // Also without a line: the wish to talk does not wait for ever.
            assert_eq!(attempt.next_wake(true), Some(50));
            assert_eq!(attempt.next_wake(false), Some(50));
        }
        let working: [(Of, bool); 2] = [
            (Attempt::Making { job }, true),
            (Attempt::Answering { job }, false),
        ];
        for (mut attempt, calling) in working {
            assert_eq!(attempt.job(), Some(job));
            assert_eq!(attempt.is_calling(), calling);
            assert_eq!(attempt.next_wake(true), None);
            assert!(attempt.flight().is_none());
        }
    }
}
