//! What one side knows, in numbers: which chain, which place in it, which keys are kept.

use std::collections::{BTreeSet, VecDeque};
use std::vec::Vec;

use duet_crypto::limits;
use duet_crypto::session::{Content, SendError};

/// A frame that an honest side sent.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) content: Kept,
    pub(super) bytes: Vec<u8>,
    chain: u32,
    previous: u32,
    number: u32,
}

/// A content that can be copied: sessions never copy theirs.
pub(super) type Kept = std::sync::Arc<Content>;

/// What an honest frame meets with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    Replay,
    Skips,
}

/// A key that is kept for a frame that has not come.
#[derive(Clone)]
struct Skipped {
    chain: u32,
    number: u32,
    since: u64,
}

/// One side.
#[derive(Clone)]
pub(super) struct Person {
    responder: bool,
    /// How often the sending chain was replaced.
    chain: u32,
    previous: u32,
    number: u32,
    seq: u32,
    waiting: VecDeque<u32>,
    ended: bool,
    /// The peer's chain that is being received, and its next number.
    receiving: Option<(u32, u32)>,
    skipped: VecDeque<Skipped>,
    /// Everything up to here was received, and these after it.
    contiguous: u32,
    ahead: BTreeSet<u32>,
}

impl Person {
    pub(super) fn initiator() -> Self {
        Self {
            responder: false,
            chain: 0,
            previous: 0,
            number: 0,
            seq: 0,
            waiting: VecDeque::new(),
            ended: false,
            receiving: None,
            skipped: VecDeque::new(),
            contiguous: 0,
            ahead: BTreeSet::new(),
        }
    }

    /// Has taken its first step of the ratchet at CONFIRM.
    pub(super) fn responder() -> Self {
        Self {
            responder: true,
            receiving: Some((0, 0)),
            ..Self::initiator()
        }
    }

    /// One more message went before CONFIRM: a chain of its own, the same numbers.
    pub(super) fn sent_early(&mut self) {
        self.waiting.push_back(self.seq);
        self.seq += 1;
    }

    pub(super) fn heard_early(&mut self) {
        self.record(self.contiguous);
    }

    pub(super) const fn sent(&self) -> u32 {
        self.seq
    }

    pub(super) fn unacknowledged(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_secure(&self) -> bool {
        self.responder || self.contiguous > 0 || !self.ahead.is_empty()
    }

    pub(super) const fn contiguous(&self) -> u32 {
        self.contiguous
    }

    /// `n_s`, `n_r`, `pn`, skipped keys.
    #[cfg(feature = "vectors")]
    pub(super) fn counters(&self) -> (u32, u32, u32, usize) {
        let next = self.receiving.map_or(0, |(_, next)| next);
        (self.number, next, self.previous, self.skipped.len())
    }

    pub(super) fn may_send(&self, content: &Content) -> Result<(), SendError> {
        let waits = content.causes_receipt() && *content != Content::Bye;
        if self.ended {
            Err(SendError::Closed)
        } else if waits && self.waiting.len() >= limits::UNACKNOWLEDGED {
            Err(SendError::Unacknowledged)
        } else {
            Ok(())
        }
    }

    pub(super) fn send(&mut self, content: Content, bytes: Vec<u8>) -> Frame {
        if content.causes_receipt() && content != Content::Bye {
            self.waiting.push_back(self.seq);
        }
        self.ended = content == Content::Bye;
        let frame = Frame {
            seq: self.seq,
            ack: self.contiguous(),
            content: Kept::new(content),
            bytes,
            chain: self.chain,
            previous: self.previous,
            number: self.number,
        };
        self.seq += 1;
        self.number += 1;
        frame
    }

    pub(super) fn receive(&mut self, frame: &Frame, now: u64) -> Verdict {
        self.expire(now);
        let kept = |key: &Skipped| (key.chain, key.number) == (frame.chain, frame.number);
        if let Some(place) = self.skipped.iter().position(kept) {
            self.skipped.remove(place);
        } else {
            let place = match self.receiving {
                Some((chain, next)) if chain == frame.chain => self.in_chain(next, frame),
                Some((chain, _)) if frame.chain < chain => Err(Verdict::Replay),
                receiving => self.turn(receiving, frame),
            };
            let keys = match place {
                Ok(keys) => keys,
                Err(verdict) => return verdict,
            };
            for (chain, number) in keys {
                if self.skipped.len() >= limits::SKIPPED_STORED {
                    self.skipped.pop_front();
                }
                self.skipped.push_back(Skipped {
                    chain,
                    number,
                    since: now,
                });
            }
            self.receiving = Some((frame.chain, frame.number + 1));
        }
        self.record(frame.seq);
        while self.waiting.front().is_some_and(|&seq| seq < frame.ack) {
            self.waiting.pop_front();
        }
        Verdict::Accepted
    }

    fn record(&mut self, seq: u32) {
        let new = seq >= self.contiguous && self.ahead.insert(seq);
        assert!(new, "nothing is accepted twice");
        while self.ahead.remove(&self.contiguous) {
            self.contiguous += 1;
        }
    }

    pub(super) fn expire(&mut self, now: u64) {
        let old = |key: &Skipped| now - key.since >= limits::SKIPPED_LIFETIME;
        while self.skipped.front().is_some_and(old) {
            self.skipped.pop_front();
        }
    }

    fn in_chain(&self, next: u32, frame: &Frame) -> Result<Vec<(u32, u32)>, Verdict> {
        if frame.number < next {
            return Err(Verdict::Replay);
        }
        gap(frame.chain, next, frame.number)
    }

    fn turn(
        &mut self,
        receiving: Option<(u32, u32)>,
        frame: &Frame,
    ) -> Result<Vec<(u32, u32)>, Verdict> {
        let mut keys = Vec::new();
        if let Some((chain, next)) = receiving {
            assert_eq!(
                frame.chain,
                chain + 1,
                "a chain follows what was heard of the one before"
            );
            keys = gap(chain, next, frame.previous)?;
        }
        keys.append(&mut gap(frame.chain, 0, frame.number)?);
        self.chain += 1;
        self.previous = core::mem::take(&mut self.number);
        Ok(keys)
    }
}

/// The keys from `next` up to `number`, unless they are too many.
fn gap(chain: u32, next: u32, number: u32) -> Result<Vec<(u32, u32)>, Verdict> {
    if number.saturating_sub(next) > limits::SKIPPED_PER_CHAIN {
        return Err(Verdict::Skips);
    }
    Ok((next..number).map(|number| (chain, number)).collect())
}
