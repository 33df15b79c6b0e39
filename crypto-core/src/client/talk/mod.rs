//! One session of a conversation: what was said in it and is not acknowledged, what came and in which order it counts
//! (protocol 6.4).
//!
//! Who speaks in a talk is `session.peer()`, and nothing else says so.

mod names;
mod sent;
#[cfg(test)]
mod tests;

pub(super) use names::{Named, Own, Unread};

use alloc::boxed::Box;
use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::event::Status;
use super::settings::Settings;
use crate::identity::Role;
use crate::ids::Presence;
use crate::limits;
use crate::map::Map;
use crate::session::{
    Content, Lifetime, ReceiveError, Received, Renewal, SendError, Sent, Session, SessionId,
};
use names::Names;
use sent::{RECEIPT_AFTER, SentLog};

/// Bytes of unacknowledged frames of one conversation.
const UNACKNOWLEDGED_BYTES: usize = 1 << 20;
/// Frames beyond `ack` from which no typing is told, and receipts ask for one themselves.
const CROWDED: usize = 128;
/// Frames beyond `ack` from which no receipt is sealed.
const FULL: usize = 1024;
/// Contents that came after a gap: their number, and the bytes of their texts. An honest peer has 200 messages and 1 MiB
/// under way, and receipts and typing among them.
const HELD: usize = 512;
const HELD_BYTES: usize = 2 << 20;
/// How often the peer is told that something of its is missing, each time after twice as long.
const COMPLAINTS: u32 = 6;
/// The least pause between two answers to repetitions, in ms. While nothing comes of them each is twice as long.
const ANSWER_EVERY: u64 = 1_000;

/// What a frame of the peer's brought.
#[derive(Default)]
pub(super) struct Opened {
    /// Own messages that the peer has now, and what that comes to.
    pub(super) arrived: Vec<(u64, Status)>,
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
    pub(super) sent: SentLog,
    pub(super) names: Names,
    /// What came after a gap, with what it acknowledged.
    held: Map<u32, (u32, Content)>,
    held_bytes: usize,
    /// The peer's next number that counts.
    next: u32,
    owed: u32,
    receipt_at: Option<u64>,
    /// What our newest frame acknowledged.
    told_ack: u32,
    /// When a repetition was last answered, and how often since either side has had anything new.
    answered: Option<(u64, u32)>,
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
        let mut names = Names::default();
        let mut said = 0;
        for (id, content) in &early {
            names.say(said, *id, content, now);
            said += 1;
        }
        Self {
            next: session.received(),
            session,
            lifetime: Lifetime::new(now),
            number,
            home: None,
            said,
            sent: SentLog::new(early, now),
            names,
            held: Map::new(),
            held_bytes: 0,
            owed: 0,
            receipt_at: None,
            told_ack: 0,
            answered: None,
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
        self.names.hear(seq, kind, now);
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

    /// An own message that something can be done to, with its number.
    pub(super) fn name_own(&self, id: u64) -> Option<(u32, &Own)> {
        self.names.name_own(id, self.said)
    }

    /// Whether something can be done to a message of the peer's, in this session under this number.
    pub(super) fn names_theirs(&self, session: u32, seq: u32) -> bool {
        session == self.number && self.names.names_theirs(seq, self.next)
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
            && self.sent.bytes() < UNACKNOWLEDGED_BYTES
            && self.sent.len() < FULL
    }

    /// Whether what the person is doing may be told: it is not worth a frame that waits.
    pub(super) fn is_calm(&self) -> bool {
        self.session.is_open() && self.session.is_secure() && !self.gap && self.sent.len() < CROWDED
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
            self.names.say(seq, id, &content, now);
        }
        self.said = seq.saturating_add(1);
        self.sent.note((seq, &frame), content, id, now, settings);
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
        let arrived = self.sent.acknowledge(ack, now, settings);
        if !arrived.is_empty() {
            self.answers_help();
        }
        let arrived = arrived.into_iter();
        let arrived = arrived.filter_map(|seq| self.names.deliver(seq, after, now));
        opened.arrived.extend(arrived);
        self.sent.fill_gap(now, settings);
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
            self.names.hear(self.next, Named::of(&content), now);
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
        self.sent.newest()
    }

    /// Looks at the clock: a frame may have waited long enough.
    pub(super) fn advance(&mut self, now: u64) {
        self.session.forget(now);
        self.sent.advance(now);
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
        if !self.session.is_open() || !self.session.is_secure() || self.sent.len() >= FULL {
            None
        } else if self.sent.len() >= CROWDED && !self.sent.is_waiting() {
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
        let heard_at = self.heard_at.max(self.repeated_at);
        self.sent.is_stalled(heard_at, now, settings)
    }

    /// Whether the peer is known to have this session too: it cannot fall back behind it any more.
    pub(super) const fn is_proven(&self) -> bool {
        match self.session.role() {
            Role::Initiator => self.session.is_secure(),
            // READY is the responder's first message.
            Role::Responder => self.sent.acked() > 0,
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
    /// for the allowance of frames, which has a time of its own: one that was due when it was `looked_at`.
    pub(super) fn next_wake(&self, looked_at: u64) -> Option<u64> {
        let confirm = self.confirm.as_ref().map(|(_, again)| *again);
        let receipt = [self.receipt_at, self.complains_at()].into_iter().flatten();
        let receipt = receipt.filter(|at| *at > looked_at).min();
        let wakes = [self.sent.resend_at(), receipt, confirm];
        wakes.into_iter().flatten().min()
    }

    /// When the session's age is to be looked at next, after it was last `looked_at`.
    pub(super) fn next_age(&self, looked_at: u64, settings: &Settings) -> u64 {
        let started = self.lifetime.started();
        let share = settings.lifetime / limits::RENEWAL_SHARE;
        let due = started.saturating_add(settings.lifetime - share);
        if looked_at < due {
            due
        } else {
            started.saturating_add(settings.lifetime)
        }
    }

    /// Early messages that the peer did not get, to be said in the session that follows.
    pub(super) fn take_dropped(&mut self) -> Vec<(u64, Content)> {
        let mut dropped = Vec::new();
        for (seq, id, content) in self.sent.take_early() {
            self.names.forget_own(seq);
            dropped.extend(id.map(|id| (id, content)));
        }
        dropped
    }

    /// How many of the peer's messages count.
    pub(super) const fn heard(&self) -> u32 {
        self.next
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
