//! One session of a conversation: what was said in it and is not acknowledged, what came and in which order it counts
//! (protocol 6.4).
//!
//! Who speaks in a talk is `session.peer()`, and nothing else says so.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::round_trip::RoundTrip;
use super::settings::Settings;
use crate::files::{Control, ControlOp};
use crate::identity::Role;
use crate::ids::Presence;
use crate::limits;
use crate::session::{
    Content, Lifetime, ReceiveError, Received, Renewal, SendError, Sent, Session, SessionId,
};

/// Bytes of unacknowledged frames of one conversation.
const UNACKNOWLEDGED_BYTES: usize = 1 << 20;
/// Messages owed a receipt after which it is not waited for.
const RECEIPT_AFTER: u32 = 32;
/// Frames beyond `ack` from which no typing is told, and receipts ask for one themselves.
const CROWDED: usize = 128;
/// Frames beyond `ack` from which no receipt is sealed.
const FULL: usize = 1024;
/// Contents that came after a gap: their number, and the bytes of their texts. An honest peer has 200 messages and 1 MiB
/// under way, and receipts and typing among them.
const HELD: usize = 512;
const HELD_BYTES: usize = 2 << 20;
/// Messages of one side that can still be named: replied to, edited, reacted to.
const NAMED: usize = 65_536;
/// Most messages that go again at once: the peer answers so many without waiting.
const AT_ONCE: usize = RECEIPT_AFTER as usize;
/// How often the peer is told that something of its is missing, each time after twice as long.
const COMPLAINTS: u32 = 6;
/// The least pause between two answers to repetitions, in ms. While nothing comes of them each is twice as long.
const ANSWER_EVERY: u64 = 1_000;

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

/// An own message that can be named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) id: u64,
    pub(super) kind: Named,
    delivered: bool,
    read: bool,
    /// Once the session after this one has begun: see [`Unread::after`].
    after: u32,
}

/// An own message of a session before that was delivered and not read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unread {
    pub(super) id: u64,
    /// How many frames of the open session the peer must have had when it says that it has read everything, so that this
    /// one is among it: 0 if it was delivered before that session began.
    pub(super) after: u32,
}

/// A message of the peer's that can be named.
#[derive(Debug, Clone, Copy)]
pub(super) struct Theirs {
    pub(super) kind: Named,
    pub(super) at: u64,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Text,
    File,
    /// An edit, a deletion, a reaction: it has a fate and cannot be pointed at.
    Act,
}

impl Named {
    pub(super) fn of(content: &Content) -> Self {
        match content {
            Content::Text { .. } => Self::Text,
            Content::File(_) => Self::File,
            _ => Self::Act,
        }
    }
}

/// What a frame of the peer's brought.
#[derive(Default)]
pub(super) struct Opened {
    /// Own messages that the peer has now.
    pub(super) delivered: Vec<u64>,
    /// What counts now, in the peer's order: its number, what it acknowledged, and what it says.
    pub(super) said: Vec<(u32, u32, Content)>,
    /// The session is secure from here on.
    pub(super) secured: bool,
    /// The peer's last word.
    pub(super) bye: bool,
}

/// A session and everything that is remembered of it.
pub(super) struct Talk {
    pub(super) session: Session,
    lifetime: Lifetime,
    /// Which session of the conversation it is, from 1.
    pub(super) number: u32,
    /// The peer's run in the handshake that made it.
    pub(super) home: Option<Presence>,
    /// How many frames of ours it has had.
    said: u32,
    log: VecDeque<Logged>,
    log_bytes: usize,
    acked: u32,
    pub(super) own: BTreeMap<u32, Own>,
    pub(super) theirs: BTreeMap<u32, Theirs>,
    /// What came after a gap, with what it acknowledged.
    held: BTreeMap<u32, (u32, Content)>,
    held_bytes: usize,
    /// The peer's next number that counts.
    next: u32,
    owed: u32,
    receipt_at: Option<u64>,
    /// What our newest frame acknowledged.
    told_ack: u32,
    round_trip: RoundTrip,
    resend_at: Option<u64>,
    /// Numbers that are being sent again, from the first to the last.
    again: Option<(u32, u32)>,
    /// When a repetition was last answered, and how often since either side has had anything new.
    answered: Option<(u64, u32)>,
    /// The newest frame when one was last sent again: what is missing up to it goes again as soon as the peer says so.
    recovering: Option<u32>,
    /// How many that wait go again at once.
    at_once: usize,
    stalled_since: Option<u64>,
    heard_at: u64,
    /// When a frame came a second time: somebody answers, if nothing new.
    repeated_at: u64,
    /// When the peer is told again that something of its is missing, and how often it was.
    complaint: Option<(u64, u32)>,
    /// CONFIRM, until READY comes: it is sent again like any flight.
    pub(super) confirm: Option<(Box<[u8]>, u64)>,
    /// READY is awaited until then.
    pub(super) ready_by: Option<u64>,
    /// Early messages of ours were dropped: nothing that is said here can be acknowledged any more.
    gap: bool,
    /// The peer's last word came, and not all before it.
    tail_missing: bool,
}

impl Talk {
    /// A session that a handshake has just made. `early`: own messages that went with the call, in their order.
    pub(super) fn new(session: Session, number: u32, early: Vec<(u64, Content)>, now: u64) -> Self {
        let mut log = VecDeque::new();
        let mut own = BTreeMap::new();
        for (seq, (id, content)) in (0..).zip(early) {
            own.insert(seq, Own::new(id, &content));
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
            next: session.received(),
            session,
            lifetime: Lifetime::new(now),
            number,
            home: None,
            said: u32::try_from(own.len()).unwrap_or(u32::MAX),
            log,
            log_bytes: 0,
            acked: 0,
            own,
            theirs: BTreeMap::new(),
            held: BTreeMap::new(),
            held_bytes: 0,
            owed: 0,
            receipt_at: None,
            told_ack: 0,
            round_trip: RoundTrip::default(),
            resend_at: None,
            again: None,
            answered: None,
            recovering: None,
            at_once: 1,
            stalled_since: None,
            heard_at: now,
            repeated_at: now,
            complaint: None,
            confirm: None,
            ready_by: None,
            gap: false,
            tail_missing: false,
        }
    }

    /// A message of the peer's that came with its call.
    pub(super) fn name_early(&mut self, seq: u32, is_file: bool, now: u64) {
        let kind = if is_file { Named::File } else { Named::Text };
        self.theirs.insert(seq, Theirs { kind, at: now });
    }

    pub(super) const fn sid(&self) -> SessionId {
        self.session.id()
    }

    pub(super) const fn is_initiator(&self) -> bool {
        matches!(self.session.role(), Role::Initiator)
    }

    /// How many frames of ours it has had: the number of the next one.
    pub(super) const fn said(&self) -> u32 {
        self.said
    }

    /// Nothing more is remembered of it than what opens and seals.
    pub(super) fn into_session(self) -> Session {
        self.session
    }

    /// READY, which the handshake has sealed: the first frame of the responder's log.
    pub(super) fn log_ready(&mut self, frame: Vec<u8>, now: u64, settings: &Settings) {
        self.note(Sent { seq: 0, frame }, Content::Ready, None, now, settings);
    }

    /// Whether a message may be said now.
    pub(super) fn has_room(&self) -> bool {
        self.session.is_open()
            && self.session.is_secure()
            && !self.gap
            && self.session.unacknowledged() < limits::UNACKNOWLEDGED
            && self.log_bytes < UNACKNOWLEDGED_BYTES
            && self.log.len() < FULL
    }

    /// Whether what the person is doing may be told: it is not worth a frame that waits.
    pub(super) fn is_calm(&self) -> bool {
        self.session.is_open() && self.session.is_secure() && !self.gap && self.log.len() < CROWDED
    }

    /// Says something. On failure the content comes back, and nothing has changed.
    pub(super) fn say(
        &mut self,
        content: Content,
        id: Option<u64>,
        now: u64,
        settings: &Settings,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, (SendError, Content)> {
        match self.session.send(&content, rng) {
            Ok(sent) => Ok(self.note(sent, content, id, now, settings)),
            Err(error) => Err((error, content)),
        }
    }

    fn note(
        &mut self,
        Sent { seq, frame }: Sent,
        content: Content,
        id: Option<u64>,
        now: u64,
        settings: &Settings,
    ) -> Vec<u8> {
        if let Some(id) = id {
            self.own.insert(seq, Own::new(id, &content));
            bound(&mut self.own);
        }
        self.said = seq.saturating_add(1);
        let waits = content.causes_receipt();
        if waits && self.resend_at.is_none() && self.again.is_none() {
            self.resend_at = Some(now.saturating_add(self.pause(settings)));
        }
        self.log_bytes += frame.len();
        self.log.push_back(Logged {
            seq,
            frame: frame.as_slice().into(),
            waits,
            once_at: Some(now),
            sent_at: now,
            id,
            content,
        });
        self.told_ack = self.session.received();
        (self.owed, self.receipt_at) = (0, None);
        if let Some((at, times)) = &mut self.complaint
            && now >= *at
        {
            (*at, *times) = (
                now.saturating_add(settings.resend_first << *times),
                *times + 1,
            );
        }
        frame
    }

    fn pause(&self, settings: &Settings) -> u64 {
        self.round_trip
            .pause(settings.resend_first, settings.resend_bounds)
    }

    /// Opens a frame of the peer's. `after`: see [`Unread::after`], of what it acknowledges.
    pub(super) fn receive(
        &mut self,
        frame: &[u8],
        now: u64,
        settings: &Settings,
        after: u32,
    ) -> Result<Opened, ReceiveError> {
        let was_secure = self.session.is_secure();
        let Received { seq, ack, content } = self.session.receive(frame, now)?;
        self.heard_at = now;
        let mut opened = Opened {
            secured: !was_secure && self.session.is_secure(),
            ..Opened::default()
        };
        if opened.secured {
            (self.confirm, self.ready_by) = (None, None);
            self.gap = self.session.early().dropped() > 0;
        }
        self.acknowledge(ack, now, settings, after, &mut opened.delivered);
        self.fill_gap(now, settings);
        if content == Content::Bye {
            opened.bye = true;
            self.tail_missing = seq != self.next;
            return Ok(opened);
        }
        if content.causes_receipt() {
            self.owed += 1;
            let at = now.saturating_add(settings.receipt);
            self.receipt_at = Some(self.receipt_at.map_or(at, |earlier| earlier.min(at)));
        }
        // A hole that closes is told at once: the peer may know of another one then.
        let gap = !self.held.is_empty();
        self.held_bytes += weight(&content);
        self.held.insert(seq, (ack, content));
        while let Some((ack, content)) = self.held.remove(&self.next) {
            self.held_bytes -= weight(&content);
            let kind = Named::of(&content);
            if kind != Named::Act {
                self.theirs.insert(self.next, Theirs { kind, at: now });
                bound(&mut self.theirs);
            }
            opened.said.push((self.next, ack, content));
            self.next += 1;
        }
        if !opened.said.is_empty() {
            self.answers_help();
        }
        if gap && opened.said.len() > 1 && self.owed > 0 {
            self.receipt_at = Some(now);
        }
        // A receipt that was lost causes none, and is sent again by nobody unless it is missed.
        self.complaint = match self.complaint {
            _ if self.held.is_empty() => None,
            None => Some((now.saturating_add(settings.resend_first), 0)),
            complaint => complaint,
        };
        // More than an honest peer has under way.
        if self.held.len() > HELD || self.held_bytes > HELD_BYTES {
            return Err(ReceiveError::Sequence);
        }
        Ok(opened)
    }

    /// The peer has everything before `ack`.
    fn acknowledge(
        &mut self,
        ack: u32,
        now: u64,
        settings: &Settings,
        after: u32,
        delivered: &mut Vec<u64>,
    ) {
        if ack <= self.acked {
            return;
        }
        self.acked = ack;
        self.answers_help();
        let (mut gap, mut newest) = (false, None);
        while self.log.front().is_some_and(|logged| logged.seq < ack) {
            let Some(logged) = self.log.pop_front() else {
                break;
            };
            self.log_bytes -= logged.frame.len();
            // What stood behind a gap says how long the gap was open, and nothing about the line.
            gap |= logged.once_at.is_none();
            if logged.waits {
                newest = logged.once_at;
            }
            if let Some(own) = self.own.get_mut(&logged.seq) {
                (own.delivered, own.after) = (true, after);
                delivered.push(own.id);
            }
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
    }

    /// The peer has just said something, and not that it has what was sent to it long before. The first of it goes again, a
    /// receipt too: its key is not kept for ever (protocol 6.5).
    fn fill_gap(&mut self, now: u64, settings: &Settings) {
        let long_ago = now.saturating_sub(self.pause(settings));
        let missed = self.log.front().filter(|first| first.sent_at <= long_ago);
        if let (None, Some(missed)) = (self.again, missed) {
            self.again = Some((self.acked, missed.seq));
        }
    }

    /// Whether a frame that causes a receipt is not acknowledged.
    pub(super) fn is_waiting(&self) -> bool {
        self.log.iter().any(|logged| logged.waits)
    }

    /// Everything up to the newest frame that waits goes again: the line has come back.
    pub(super) fn send_all_again(&mut self) {
        let last = self.log.iter().rev().find(|logged| logged.waits);
        if let Some(last) = last {
            self.again = Some((self.acked, last.seq));
            self.resend_at = None;
        }
    }

    /// Looks at the clock: a frame may have waited long enough.
    pub(super) fn advance(&mut self, now: u64) {
        self.session.forget(now);
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
    pub(super) const fn has_again(&self) -> bool {
        self.again.is_some()
    }

    /// The next frame to send again, identically.
    pub(super) fn take_again(&mut self, now: u64, settings: &Settings) -> Option<Vec<u8>> {
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

    /// Something new has come of it: the next repetition is answered soon again.
    const fn answers_help(&mut self) {
        if let Some((_, times)) = &mut self.answered {
            *times = 0;
        }
    }

    /// A frame came a second time: the peer may not know that it arrived. Where that changes nothing, because it misses
    /// something else, both sides say again what the other has: each time after a longer pause.
    pub(super) fn repeated(&mut self, now: u64, settings: &Settings) -> Option<Vec<u8>> {
        self.repeated_at = now;
        let least = ANSWER_EVERY.min(settings.receipt);
        let pause = |times: u32| (least << times.min(16)).min(settings.resend_bounds.1.max(least));
        let (at, times) = self.answered.unwrap_or_default();
        let early = self.answered.is_some() && now.saturating_sub(at) < pause(times);
        if early || !self.session.is_open() {
            return None;
        }
        let times = self.answered.map_or(0, |_| times.saturating_add(1));
        self.answered = Some((now, times));
        if self.session.received() > self.told_ack {
            self.owed = self.owed.max(1);
            self.receipt_at = Some(now);
            return None;
        }
        self.log.back().map(|logged| logged.frame.to_vec())
    }

    /// Whether a receipt is due.
    pub(super) fn owes_now(&self, now: u64) -> bool {
        let due = |at: Option<u64>| at.is_some_and(|at| now >= at);
        self.owed >= RECEIPT_AFTER || due(self.receipt_at) || due(self.complains_at())
    }

    /// When the peer is told again that something is missing.
    fn complains_at(&self) -> Option<u64> {
        let complaint = self.complaint.filter(|(_, times)| *times < COMPLAINTS);
        complaint.map(|(at, _)| at)
    }

    /// What a receipt is here: it asks for one itself where too much has gone unacknowledged; nothing where that was in vain.
    pub(super) fn receipt(&self) -> Option<Content> {
        if !self.session.is_open() || !self.session.is_secure() || self.log.len() >= FULL {
            None
        } else if self.log.len() >= CROWDED && !self.is_waiting() {
            Some(Content::Probe)
        } else {
            Some(Content::Receipt)
        }
    }

    /// A receipt that cannot be sealed is not owed any more.
    pub(super) const fn owe_nothing(&mut self) {
        (self.owed, self.receipt_at, self.complaint) = (0, None, None);
    }

    /// Whether `ack` stands still although the peer is heard.
    pub(super) fn is_stalled(&self, now: u64, settings: &Settings) -> bool {
        self.stalled_since.is_some_and(|since| {
            let heard_at = self.heard_at.max(self.repeated_at);
            now.saturating_sub(since) >= settings.stalled && heard_at > since
        })
    }

    /// Whether the peer is known to have this session too: it cannot fall back behind it any more.
    pub(super) const fn is_proven(&self) -> bool {
        match self.session.role() {
            Role::Initiator => self.session.is_secure(),
            // READY is the responder's first message.
            Role::Responder => self.acked > 0,
        }
    }

    pub(super) const fn has_gap(&self) -> bool {
        self.gap
    }

    /// Whether the peer's numbers are complete, as far as is known: nothing that came has a gap before it.
    pub(super) fn is_complete(&self) -> bool {
        self.held.is_empty() && !self.tail_missing
    }

    pub(super) const fn heard_at(&self) -> u64 {
        self.heard_at
    }

    /// Counts a CHUNK frame beside the session.
    pub(super) const fn count_chunk(&mut self, bytes: u64) {
        self.lifetime.count_chunk(bytes);
    }

    pub(super) fn renewal(&self, now: u64, settings: &Settings) -> Renewal {
        let age = now.saturating_sub(self.lifetime.started());
        let share = settings.lifetime / limits::RENEWAL_SHARE;
        let by_age = if age >= settings.lifetime {
            Renewal::Over
        } else if age >= settings.lifetime - share {
            Renewal::Due
        } else {
            Renewal::NotDue
        };
        by_age.max(self.lifetime.renewal(&self.session, now))
    }

    /// When the line is needed here: a receipt, a frame or a flight that goes again. A receipt that is due already waits
    /// for the allowance of frames, which has a time of its own.
    pub(super) fn next_wake(&self, now: u64) -> Option<u64> {
        let confirm = self.confirm.as_ref().map(|(_, again)| *again);
        let receipt = [self.receipt_at, self.complains_at()].into_iter().flatten();
        let receipt = receipt.filter(|at| *at > now).min();
        let wakes = [self.resend_at, receipt, confirm];
        wakes.into_iter().flatten().min()
    }

    /// When the session's age is to be looked at next.
    pub(super) fn next_age(&self, now: u64, settings: &Settings) -> u64 {
        let started = self.lifetime.started();
        let share = settings.lifetime / limits::RENEWAL_SHARE;
        let due = started.saturating_add(settings.lifetime - share);
        if now < due {
            due
        } else {
            started.saturating_add(settings.lifetime)
        }
    }

    /// Own messages that the peer has read: those up to `up_to` that it has.
    pub(super) fn read_up_to(&mut self, up_to: u32) -> Vec<u64> {
        let acked = self.acked;
        let mut read = Vec::new();
        for (_, own) in self.own.range_mut(..=up_to) {
            if own.delivered && !own.read {
                own.read = true;
                read.push(own.id);
            }
        }
        debug_assert!(read.len() <= acked as usize);
        read
    }

    /// Whether `seq` is one that we have used.
    pub(super) fn has_said(&self, seq: u32) -> bool {
        seq < self.acked || self.log.iter().any(|logged| logged.seq == seq)
    }

    /// Own messages that were delivered and not read, for a later session that says so.
    pub(super) fn unread(&self) -> impl Iterator<Item = Unread> + '_ {
        let unread = self.own.values().filter(|own| own.delivered && !own.read);
        unread.map(|own| Unread {
            id: own.id,
            after: own.after,
        })
    }

    /// Those of them are read that the peer is `known` to have had.
    pub(super) fn read_by(&mut self, known: impl Fn(u32) -> bool) -> Vec<u64> {
        let unread = self.own.values_mut();
        let unread = unread.filter(|own| own.delivered && !own.read && known(own.after));
        let mut read = Vec::new();
        for own in unread {
            own.read = true;
            read.push(own.id);
        }
        read
    }

    /// What was said about files and nobody has acknowledged. What is wanted is wanted again in any case.
    pub(super) fn controls(&self) -> impl Iterator<Item = Control> + '_ {
        self.log.iter().filter_map(|logged| match &logged.content {
            Content::FileControl(control) if control.op != ControlOp::Want => Some(*control),
            _ => None,
        })
    }

    /// What nobody has acknowledged, with its text, oldest first.
    pub(super) fn unacknowledged(&mut self) -> Vec<(u32, u64, Option<String>)> {
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

    /// Early messages that the peer did not get, to be said in the session that follows.
    pub(super) fn take_dropped(&mut self) -> Vec<(u64, Content)> {
        let mut dropped = Vec::new();
        let is_early = |logged: &Logged| logged.frame.is_empty();
        while self.log.front().is_some_and(is_early) {
            let Some(logged) = self.log.pop_front() else {
                break;
            };
            self.own.remove(&logged.seq);
            dropped.extend(logged.id.map(|id| (id, logged.content)));
        }
        dropped
    }

    /// The number of an own message, if it was said here.
    pub(super) fn seq_of(&self, id: u64) -> Option<u32> {
        let mut found = self.own.iter().rev().filter(|(_, own)| own.id == id);
        found.next().map(|(seq, _)| *seq)
    }

    /// How many of the peer's messages count.
    pub(super) const fn heard(&self) -> u32 {
        self.next
    }
}

impl Own {
    fn new(id: u64, content: &Content) -> Self {
        Self {
            id,
            kind: Named::of(content),
            delivered: false,
            read: false,
            after: 0,
        }
    }
}

/// What a content takes while it is held.
fn weight(content: &Content) -> usize {
    match content {
        Content::Text { text, .. } | Content::Edit { text, .. } => text.len(),
        Content::File(descriptor) => descriptor.preview.len() + descriptor.name.len(),
        _ => 0,
    }
}

/// The oldest names are forgotten.
fn bound<T>(names: &mut BTreeMap<u32, T>) {
    while names.len() > NAMED {
        names.pop_first();
    }
}
