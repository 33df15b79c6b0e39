//! What one side knows, in numbers: which turn, which place in it, which keys are kept.

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
    turn: u32,
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
    Untried,
}

/// A key that is kept for a frame that has not come.
#[derive(Clone)]
struct Skipped {
    turn: u32,
    number: u32,
    since: u64,
}

/// One side.
#[derive(Clone)]
pub(super) struct Person {
    responder: bool,
    /// Number of the newest turn.
    turn: u32,
    /// It is ours.
    ours: bool,
    previous: u32,
    number: u32,
    seq: u32,
    waiting: VecDeque<u32>,
    ended: bool,
    /// The peer's turn that is being received, and its next number.
    receiving: Option<(u32, u32)>,
    /// When frames were tried in vain.
    failed: Vec<u64>,
    skipped: VecDeque<Skipped>,
    /// Everything up to here was received, and these after it.
    contiguous: u32,
    ahead: BTreeSet<u32>,
}

impl Person {
    pub(super) fn initiator() -> Self {
        Self {
            responder: false,
            turn: 0,
            ours: true,
            previous: 0,
            number: 0,
            seq: 0,
            waiting: VecDeque::new(),
            ended: false,
            receiving: None,
            failed: Vec::new(),
            skipped: VecDeque::new(),
            contiguous: 0,
            ahead: BTreeSet::new(),
        }
    }

    /// Turn 0 is the peer's.
    pub(super) fn responder() -> Self {
        Self {
            responder: true,
            ours: false,
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

    /// The newest turn, whether it is ours, `n_r`, `pn`, skipped keys.
    #[cfg(feature = "vectors")]
    pub(super) fn counters(&self) -> (u32, bool, u32, u32, usize) {
        let next = self.receiving.map_or(0, |(_, next)| next);
        let skipped = self.skipped.len();
        (self.turn, self.ours, next, self.previous, skipped)
    }

    /// `n_s`.
    pub(super) const fn sent_in_turn(&self) -> u32 {
        self.number
    }

    /// Whether the next message makes a turn.
    pub(super) const fn turn_is_due(&self) -> bool {
        !self.ours
    }

    /// Whether a frame would be tried at `now`: ten others in the last second were not authentic.
    pub(super) fn may_try(&self, now: u64) -> bool {
        let recent = self.failed.iter().filter(|&&at| now - at < 1_000);
        recent.count() < 10
    }

    /// A frame was tried in vain.
    pub(super) fn tried(&mut self, now: u64) {
        self.failed.push(now);
    }

    /// A record does not keep when frames were tried.
    pub(super) fn restarted(&mut self) {
        self.failed.clear();
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
        if !self.ours {
            (self.ours, self.turn, self.number) = (true, self.turn + 1, 0);
        }
        let frame = Frame {
            seq: self.seq,
            ack: self.contiguous(),
            content: Kept::new(content),
            bytes,
            turn: self.turn,
            previous: self.previous,
            number: self.number,
        };
        self.seq += 1;
        self.number += 1;
        frame
    }

    pub(super) fn receive(&mut self, frame: &Frame, now: u64) -> Verdict {
        self.expire(now);
        let kept = |key: &Skipped| (key.turn, key.number) == (frame.turn, frame.number);
        let place = self.skipped.iter().position(kept);
        let keys = match (place, self.receiving) {
            (Some(_), _) => Ok(Vec::new()),
            (_, Some((turn, next))) if turn == frame.turn => in_turn(next, frame),
            (_, Some((turn, _))) if frame.turn < turn => Err(Verdict::Replay),
            (_, receiving) => self.next_turn(receiving, frame),
        };
        let keys = match keys {
            Ok(keys) => keys,
            Err(verdict) => return verdict,
        };
        if !self.may_try(now) {
            return Verdict::Untried;
        }
        if let Some(place) = place {
            self.skipped.remove(place);
        } else {
            if frame.turn > self.turn {
                (self.ours, self.turn) = (false, frame.turn);
                self.previous = core::mem::take(&mut self.number);
            }
            for (turn, number) in keys {
                if self.skipped.len() >= limits::SKIPPED_STORED {
                    self.skipped.pop_front();
                }
                self.skipped.push_back(Skipped {
                    turn,
                    number,
                    since: now,
                });
            }
            self.receiving = Some((frame.turn, frame.number + 1));
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

    fn next_turn(
        &self,
        receiving: Option<(u32, u32)>,
        frame: &Frame,
    ) -> Result<Vec<(u32, u32)>, Verdict> {
        assert!(self.ours, "a turn answers ours");
        assert_eq!(frame.turn, self.turn + 1, "turns alternate");
        let new = gap(frame.turn, 0, frame.number)?;
        let mut keys = match receiving {
            Some((turn, next)) => gap(turn, next, frame.previous)?,
            None => Vec::new(),
        };
        keys.extend(new);
        Ok(keys)
    }
}

fn in_turn(next: u32, frame: &Frame) -> Result<Vec<(u32, u32)>, Verdict> {
    if frame.number < next {
        return Err(Verdict::Replay);
    }
    gap(frame.turn, next, frame.number)
}

/// The keys from `next` up to `number`, unless they are too many.
fn gap(turn: u32, next: u32, number: u32) -> Result<Vec<(u32, u32)>, Verdict> {
    if number.saturating_sub(next) > limits::SKIPPED_PER_TURN {
        return Err(Verdict::Skips);
    }
    Ok((next..number).map(|number| (turn, number)).collect())
}
