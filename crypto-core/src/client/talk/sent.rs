//! What was said in a session and is not acknowledged, and when it goes again (protocol 6.4, RFC 6298 and 6582).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::client::round_trip::RoundTrip;
use crate::client::settings::Settings;
use crate::files::{Control, ControlOp};
use crate::session::Content;

/// Messages owed a receipt after which it is not waited for.
pub(super) const RECEIPT_AFTER: u32 = 32;
/// Most messages that go again at once: the peer answers so many without waiting.
const AT_ONCE: usize = RECEIPT_AFTER as usize;

/// A frame of ours that the peer has not acknowledged.
struct Logged {
    seq: u32,
    /// Empty for an early message: it cannot be said again in this session.
    frame: Box<[u8]>,
    /// It causes a receipt.
    waits: bool,
    /// When it was first sent, until it was sent again.
    once_at: Option<u64>,
    /// When it was last sent.
    sent_at: u64,
    id: Option<u64>,
    content: Content,
}

/// Frames of ours, in their order, until the peer says that it has them.
pub(in crate::client) struct SentLog {
    log: VecDeque<Logged>,
    bytes: usize,
    /// The peer has everything before this number.
    acked: u32,
    round_trip: RoundTrip,
    resend_at: Option<u64>,
    /// Numbers that are being sent again, from the first to the last.
    again: Option<(u32, u32)>,
    /// The newest frame when one was last sent again: what is missing up to it goes again as soon as the peer says so.
    recovering: Option<u32>,
    /// How many that wait go again at once.
    at_once: usize,
    stalled_since: Option<u64>,
}

impl SentLog {
    /// `early`: own messages that went with the call, in their order.
    pub(super) fn new(early: Vec<(u64, Content)>, now: u64) -> Self {
        let mut log = VecDeque::new();
        for (seq, (id, content)) in (0..).zip(early) {
            log.push_back(Logged {
                seq,
                frame: Box::default(),
                waits: true,
                once_at: None,
                sent_at: now,
                id: Some(id),
                content,
            });
        }
        Self {
            log,
            bytes: 0,
            acked: 0,
            round_trip: RoundTrip::default(),
            resend_at: None,
            again: None,
            recovering: None,
            at_once: 1,
            stalled_since: None,
        }
    }

    /// Frames that are not acknowledged.
    pub(super) fn len(&self) -> usize {
        self.log.len()
    }

    /// Their bytes.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn acked(&self) -> u32 {
        self.acked
    }

    /// When the first of them goes again.
    pub(super) const fn resend_at(&self) -> Option<u64> {
        self.resend_at
    }

    /// The newest of them.
    pub(super) fn newest(&self) -> Option<Vec<u8>> {
        self.log.back().map(|logged| logged.frame.to_vec())
    }

    /// A frame was sent for the first time.
    pub(super) fn note(
        &mut self,
        (seq, frame): (u32, &[u8]),
        content: Content,
        id: Option<u64>,
        now: u64,
        settings: &Settings,
    ) {
        let waits = content.causes_receipt();
        if waits && self.resend_at.is_none() && self.again.is_none() {
            self.resend_at = Some(now.saturating_add(self.pause(settings)));
        }
        self.bytes += frame.len();
        self.log.push_back(Logged {
            seq,
            frame: frame.into(),
            waits,
            once_at: Some(now),
            sent_at: now,
            id,
            content,
        });
    }

    fn pause(&self, settings: &Settings) -> u64 {
        self.round_trip
            .pause(settings.resend_first, settings.resend_bounds)
    }

    /// The peer has everything before `ack`: the numbers of which that is new.
    pub(super) fn acknowledge(&mut self, ack: u32, now: u64, settings: &Settings) -> Vec<u32> {
        let mut arrived = Vec::new();
        if ack <= self.acked {
            return arrived;
        }
        self.acked = ack;
        let (mut gap, mut newest) = (false, None);
        while self.log.front().is_some_and(|logged| logged.seq < ack) {
            let Some(logged) = self.log.pop_front() else {
                break;
            };
            self.bytes -= logged.frame.len();
            // What stood behind a gap says how long the gap was open, and nothing about the line.
            gap |= logged.once_at.is_none();
            if logged.waits {
                newest = logged.once_at;
            }
            arrived.push(logged.seq);
        }
        if let Some(at) = newest.filter(|_| !gap) {
            self.round_trip.measured(now.saturating_sub(at));
        }
        self.round_trip.progress();
        self.stalled_since = None;
        if let Some((from, to)) = self.again {
            self.again = (to >= ack).then_some((from.max(ack), to));
        }
        let due = now.saturating_add(self.pause(settings));
        self.resend_at = (self.is_waiting() && self.again.is_none()).then_some(due);
        // One hole is closed, and the peer says where the next one begins (RFC 6582). It may be a long one: each time twice
        // as much goes again.
        self.recovering = self.recovering.filter(|newest| ack <= *newest);
        if let (Some(newest), None) = (self.recovering, self.again) {
            self.at_once = (2 * self.at_once).min(AT_ONCE);
            let missing = self.log.iter().filter(|logged| logged.waits);
            let missing = missing.take_while(|logged| logged.seq <= newest);
            let last = missing.take(self.at_once).last();
            self.again = last.map(|last| (self.acked, last.seq));
        }
        arrived
    }

    /// The peer has just said something, and not that it has what was sent to it long before. The first of it goes again, a
    /// receipt too: its key is not kept for ever (protocol 6.5).
    pub(super) fn fill_gap(&mut self, now: u64, settings: &Settings) {
        let long_ago = now.saturating_sub(self.pause(settings));
        let missed = self.log.front().filter(|first| first.sent_at <= long_ago);
        if let (None, Some(missed)) = (self.again, missed) {
            self.again = Some((self.acked, missed.seq));
        }
    }

    /// Whether a frame that causes a receipt is not acknowledged.
    pub(in crate::client) fn is_waiting(&self) -> bool {
        self.log.iter().any(|logged| logged.waits)
    }

    /// Everything up to the newest frame that waits goes again: the line has come back.
    pub(in crate::client) fn send_all_again(&mut self) {
        let last = self.log.iter().rev().find(|logged| logged.waits);
        if let Some(last) = last {
            self.again = Some((self.acked, last.seq));
            self.resend_at = None;
        }
    }

    /// Looks at the clock: a frame may have waited long enough.
    pub(super) fn advance(&mut self, now: u64) {
        if self.again.is_none() && self.resend_at.is_some_and(|at| now >= at) {
            let first = self.log.iter().find(|logged| logged.waits);
            self.again = first.map(|first| (self.acked, first.seq));
            self.resend_at = None;
            self.at_once = 1;
            self.recovering = self.log.back().map(|logged| logged.seq);
            self.round_trip.in_vain();
            self.stalled_since.get_or_insert(now);
        }
    }

    /// Whether a frame is to be sent again.
    pub(in crate::client) const fn has_again(&self) -> bool {
        self.again.is_some()
    }

    /// The next frame to send again, identically.
    pub(in crate::client) fn take_again(
        &mut self,
        now: u64,
        settings: &Settings,
    ) -> Option<Vec<u8>> {
        let (from, to) = self.again?;
        let due = self
            .log
            .iter_mut()
            .find(|logged| logged.seq >= from && logged.seq <= to && !logged.frame.is_empty());
        let frame = due.map(|logged| {
            logged.once_at = None;
            logged.sent_at = now;
            (logged.seq, logged.frame.to_vec())
        });
        self.again = frame
            .as_ref()
            .and_then(|(seq, _)| (seq < &to).then_some((seq + 1, to)));
        if self.again.is_none() && self.is_waiting() {
            self.resend_at = Some(now.saturating_add(self.pause(settings)));
        }
        frame.map(|(_, frame)| frame)
    }

    /// Whether `ack` has stood still for long although the peer was heard meanwhile, last at `heard_at`.
    pub(super) fn is_stalled(&self, heard_at: u64, now: u64, settings: &Settings) -> bool {
        self.stalled_since
            .is_some_and(|since| now.saturating_sub(since) >= settings.stalled && heard_at > since)
    }

    /// Whether `seq` is one that we have used.
    pub(in crate::client) fn has_said(&self, seq: u32) -> bool {
        seq < self.acked || self.log.iter().any(|logged| logged.seq == seq)
    }

    /// What was said about files and nobody has acknowledged. What is wanted is wanted again in any case.
    pub(in crate::client) fn controls(&self) -> impl Iterator<Item = Control> + '_ {
        self.log.iter().filter_map(|logged| match &logged.content {
            Content::FileControl(control) if control.op != ControlOp::Want => Some(*control),
            _ => None,
        })
    }

    /// What nobody has acknowledged, with its text, oldest first.
    pub(in crate::client) fn unacknowledged(&mut self) -> Vec<(u32, u64, Option<String>)> {
        let log = core::mem::take(&mut self.log);
        log.into_iter()
            .filter_map(|logged| {
                let id = logged.id?;
                let text = match logged.content {
                    Content::Text { text, .. } | Content::Edit { text, .. } => Some(text),
                    _ => None,
                };
                Some((logged.seq, id, text))
            })
            .collect()
    }

    /// Early messages that the peer did not get, with their numbers and names.
    pub(super) fn take_early(&mut self) -> Vec<(u32, Option<u64>, Content)> {
        let mut early = Vec::new();
        while let Some(logged) = self.log.pop_front_if(|logged| logged.frame.is_empty()) {
            early.push((logged.seq, logged.id, logged.content));
        }
        early
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::FileId;

    const SETTINGS: fn() -> Settings = Settings::default;

    fn text(text: &str) -> Content {
        Content::Text {
            text: text.into(),
            reply: None,
        }
    }

    fn control(op: ControlOp) -> Content {
        Content::FileControl(Control {
            file: FileId([1; 32]),
            op,
            index: 0,
            count: 1,
        })
    }

    /// Texts under the numbers from 0, sent at `now`.
    fn said(count: u32, now: u64) -> SentLog {
        let mut sent = SentLog::new(Vec::new(), now);
        for seq in 0..count {
            note(&mut sent, seq, text("x"), now);
        }
        sent
    }

    fn note(sent: &mut SentLog, seq: u32, content: Content, now: u64) {
        let frame = seq.to_be_bytes();
        let id = Some(u64::from(seq) + 100);
        sent.note((seq, &frame), content, id, now, &SETTINGS());
    }

    /// The numbers that go again now.
    fn again(sent: &mut SentLog, now: u64) -> Vec<u32> {
        let mut numbers = Vec::new();
        while let Some(frame) = sent.take_again(now, &SETTINGS()) {
            numbers.push(u32::from_be_bytes(frame.try_into().unwrap()));
        }
        assert!(!sent.has_again());
        numbers
    }

    #[test]
    fn what_nobody_acknowledges_goes_again_after_a_while() {
        let mut sent = said(3, 1_000);
        assert_eq!((sent.len(), sent.bytes()), (3, 12));
        assert_eq!(sent.resend_at(), Some(6_000));
        sent.advance(5_999);
        assert!(!sent.has_again());
        sent.advance(6_000);
        assert_eq!(sent.resend_at(), None);
        // The first only: what else is missing the peer says.
        assert_eq!(again(&mut sent, 6_000), [0]);
        assert_eq!(sent.resend_at(), Some(6_000 + 10_000));
        assert_eq!(sent.acknowledge(2, 6_100, &SETTINGS()), [0, 1]);
        // It said so: the hole that comes next goes at once.
        assert_eq!(again(&mut sent, 6_100), [2]);
        assert_eq!(sent.acknowledge(3, 6_200, &SETTINGS()), [2]);
        assert_eq!((sent.len(), sent.bytes(), sent.acked()), (0, 0, 3));
        assert_eq!(sent.resend_at(), None);
        // Said before, and nothing new.
        assert_eq!(sent.acknowledge(3, 6_300, &SETTINGS()), []);
        assert_eq!(sent.acknowledge(1, 6_300, &SETTINGS()), []);
        assert_eq!(sent.acked(), 3);
    }

    /// A long hole closes faster and faster, thirty-two at a time at most (RFC 6582 opens it by one).
    #[test]
    fn a_long_hole_closes_ever_faster() {
        let mut sent = said(150, 0);
        sent.advance(5_000);
        let mut batches = Vec::new();
        let mut acked = 0;
        while sent.len() > 0 {
            let batch = again(&mut sent, 5_000);
            assert_eq!(batch.first(), Some(&acked));
            acked += u32::try_from(batch.len()).unwrap();
            batches.push(batch.len());
            sent.acknowledge(acked, 5_000, &SETTINGS());
        }
        assert_eq!(batches, [1, 2, 4, 8, 16, 32, 32, 32, 23]);
    }

    #[test]
    fn what_was_said_after_the_loss_waits_its_own_time() {
        let mut sent = said(2, 0);
        sent.advance(5_000);
        assert_eq!(again(&mut sent, 5_000), [0]);
        note(&mut sent, 2, text("later"), 5_000);
        sent.acknowledge(1, 5_100, &SETTINGS());
        assert_eq!(again(&mut sent, 5_100), [1]);
        sent.acknowledge(2, 5_200, &SETTINGS());
        // 2 was on its way when 0 went again: nothing says that it was lost.
        assert!(!sent.has_again());
        assert!(sent.resend_at().is_some());
    }

    #[test]
    fn what_causes_no_receipt_is_waited_for_by_nobody() {
        let mut sent = SentLog::new(Vec::new(), 0);
        note(&mut sent, 0, Content::Receipt, 0);
        assert!(!sent.is_waiting());
        assert_eq!(sent.resend_at(), None);
        sent.send_all_again();
        assert!(!sent.has_again());
        note(&mut sent, 1, text("x"), 10);
        note(&mut sent, 2, Content::Receipt, 20);
        assert!(sent.is_waiting());
        assert_eq!(sent.resend_at(), Some(5_010));
        // The line has come back: everything up to the last that waits, the receipt before it too.
        sent.send_all_again();
        assert!(sent.has_again());
        assert_eq!(sent.resend_at(), None);
        assert_eq!(again(&mut sent, 30), [0, 1]);
        assert_eq!(sent.resend_at(), Some(5_030));
        assert_eq!(sent.newest(), Some(2_u32.to_be_bytes().to_vec()));
    }

    #[test]
    fn what_is_acknowledged_meanwhile_does_not_go_again() {
        let mut sent = said(4, 0);
        sent.send_all_again();
        sent.acknowledge(2, 10, &SETTINGS());
        assert_eq!(again(&mut sent, 10), [2, 3]);
        sent.send_all_again();
        sent.acknowledge(4, 20, &SETTINGS());
        assert!(!sent.has_again());
        assert_eq!(sent.resend_at(), None);
    }

    /// A receipt that was lost is missed when the peer speaks, and goes again then; what has just been sent does not.
    #[test]
    fn a_gap_is_filled_when_the_peer_speaks() {
        let mut sent = SentLog::new(Vec::new(), 0);
        note(&mut sent, 0, Content::Receipt, 1_000);
        sent.fill_gap(5_999, &SETTINGS());
        assert!(!sent.has_again());
        sent.fill_gap(6_000, &SETTINGS());
        assert_eq!(again(&mut sent, 6_000), [0]);
        // It went again just now.
        sent.fill_gap(6_001, &SETTINGS());
        assert!(!sent.has_again());
    }

    /// A round trip is measured of what went once, and not of what waited behind a hole.
    #[test]
    fn only_what_went_once_measures_the_line() {
        let mut sent = said(1, 0);
        sent.acknowledge(1, 1_000, &SETTINGS());
        note(&mut sent, 1, text("x"), 10_000);
        // 1,000 and four times 500.
        assert_eq!(sent.resend_at(), Some(13_000));
        sent.advance(13_000);
        assert_eq!(again(&mut sent, 13_000), [1]);
        note(&mut sent, 2, text("y"), 13_000);
        sent.acknowledge(3, 100_000, &SETTINGS());
        note(&mut sent, 3, text("z"), 100_000);
        assert_eq!(sent.resend_at(), Some(103_000));
    }

    #[test]
    fn it_is_stalled_where_the_peer_is_heard_and_says_nothing_new() {
        let settings = SETTINGS();
        let mut sent = said(1, 0);
        assert!(!sent.is_stalled(70_000, 70_000, &settings));
        sent.advance(5_000);
        assert!(!sent.is_stalled(64_999, 64_999, &settings));
        assert!(sent.is_stalled(64_999, 65_000, &settings));
        // Not heard since: that is an interruption.
        assert!(!sent.is_stalled(5_000, 65_000, &settings));
        sent.acknowledge(1, 66_000, &settings);
        assert!(!sent.is_stalled(90_000, 90_000, &settings));
    }

    #[test]
    fn only_numbers_that_were_used_were_said() {
        let mut sent = said(2, 0);
        for acked in 0..=2 {
            sent.acknowledge(acked, 0, &SETTINGS());
            assert!(sent.has_said(0) && sent.has_said(1));
            assert!(!sent.has_said(2));
        }
    }

    #[test]
    fn what_is_left_is_named_with_its_text() {
        let early = [(7, text("first words")), (8, text("more"))];
        let mut sent = SentLog::new(early.into(), 0);
        assert_eq!((sent.len(), sent.is_waiting()), (2, true));
        // It went with the call, and cannot go again in this session.
        sent.send_all_again();
        assert_eq!(again(&mut sent, 0), []);
        sent.acknowledge(1, 0, &SETTINGS());
        let edit = Content::Edit {
            seq: 0,
            text: "other words".into(),
        };
        sent.note((2, &[2]), edit, Some(9), 0, &SETTINGS());
        sent.note((3, &[3]), control(ControlOp::Accept), None, 0, &SETTINGS());
        sent.note((4, &[4]), control(ControlOp::Want), None, 0, &SETTINGS());
        let controls: Vec<_> = sent.controls().map(|control| control.op).collect();
        assert_eq!(controls, [ControlOp::Accept]);
        let taken = sent.take_early();
        assert_eq!(taken, [(1, Some(8), text("more"))]);
        assert_eq!(sent.take_early(), []);
        let left = sent.unacknowledged();
        assert_eq!(left, [(2, 9, Some("other words".into()))]);
        assert_eq!(sent.len(), 0);
    }
}
