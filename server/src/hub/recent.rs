//! Which frames a connection has sent lately, so that one that is sent again is not delivered twice (protocol.md
//! section 9: the last 1024, or 120 s).

use duet_crypto::relay::EnvelopeId;
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};
use tokio::time::Instant;

const REMEMBERED: usize = 1024;
/// How long a frame is remembered.
pub(super) const LIFETIME: Duration = Duration::from_secs(120);

/// What is known of a frame that arrives.
#[derive(Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: deliver it.
    New,
    /// It is on its way; its acknowledgement will come.
    Pending,
    /// It was written to the recipient's socket: acknowledge it again.
    Written,
}

/// The memory. Frames that could not be delivered are forgotten at once, so that trying again is possible.
#[derive(Default)]
pub struct Recent {
    order: VecDeque<(EnvelopeId, Instant)>,
    frames: HashMap<EnvelopeId, (Instant, bool)>,
}

impl Recent {
    /// Looks a frame up and remembers it.
    pub fn begin(&mut self, id: EnvelopeId, now: Instant) -> Seen {
        self.forget_old(now);
        match self.frames.get(&id) {
            Some((_, true)) => return Seen::Written,
            Some((_, false)) => return Seen::Pending,
            None => {}
        }
        if self.order.len() == REMEMBERED {
            self.forget_first();
        }
        self.order.push_back((id, now));
        self.frames.insert(id, (now, false));
        Seen::New
    }

    /// The frame was written.
    pub fn written(&mut self, id: EnvelopeId) {
        if let Some((_, written)) = self.frames.get_mut(&id) {
            *written = true;
        }
    }

    /// The frame was not delivered.
    pub fn forget(&mut self, id: EnvelopeId) {
        self.frames.remove(&id);
    }

    fn forget_old(&mut self, now: Instant) {
        while self
            .order
            .front()
            .is_some_and(|(_, at)| now.duration_since(*at) >= LIFETIME)
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((id, at)) = self.order.pop_front()
            // It may have failed and been sent again since: then this entry is not the last word on it.
            && self.frames.get(&id).is_some_and(|(sent, _)| *sent == at)
        {
            self.frames.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> EnvelopeId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        EnvelopeId(bytes)
    }

    #[test]
    fn a_frame_is_new_once() {
        let (mut recent, now) = (Recent::default(), Instant::now());
        assert_eq!(recent.begin(id(1), now), Seen::New);
        assert_eq!(recent.begin(id(1), now), Seen::Pending);
        recent.written(id(1));
        assert_eq!(recent.begin(id(1), now), Seen::Written);
    }

    #[test]
    fn a_frame_that_failed_may_be_tried_again() {
        let (mut recent, now) = (Recent::default(), Instant::now());
        recent.begin(id(1), now);
        recent.forget(id(1));
        let later = now + Duration::from_secs(60);
        assert_eq!(recent.begin(id(1), later), Seen::New);
        recent.written(id(1));
        // The first try grows old; the second is remembered for its own time.
        assert_eq!(
            recent.begin(id(1), now + Duration::from_secs(121)),
            Seen::Written
        );
        assert_eq!(recent.begin(id(1), later + LIFETIME), Seen::New);
    }

    #[test]
    fn memory_is_bounded_in_frames_and_time() {
        let (mut recent, now) = (Recent::default(), Instant::now());
        for number in 0..5000 {
            assert_eq!(recent.begin(id(number), now), Seen::New);
        }
        assert_eq!(
            (recent.order.len(), recent.frames.len()),
            (REMEMBERED, REMEMBERED)
        );
        assert_eq!(recent.begin(id(4999), now), Seen::Pending);
        assert_eq!(recent.begin(id(0), now), Seen::New);
        recent.begin(id(1), now + LIFETIME);
        assert_eq!((recent.order.len(), recent.frames.len()), (1, 1));
    }
}
