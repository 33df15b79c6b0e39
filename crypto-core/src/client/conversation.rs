//! A conversation with one account: the sessions that carry it, what waits to be said, and what becomes of it.
//!
//! What the relay says changes labels here. A conversation ends by the peer's authentic word, by our own, by a limit of the
//! protocol, or by ten minutes without the peer.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::attempt::Attempt;
use super::event::{
    Body, ChunksWanted, ConversationState, EndedBy, Event, Lane, MessageId, Stage, Status,
    Suspicion, Unsettled,
};
use super::line::Purpose;
use super::reading::Reading;
use super::settings::Settings;
use super::talk::{Named, Opened, Talk};
use super::transfer::{ChunkRequest, Transfers};
use super::turn::Turn;
use crate::engine::Engine;
use crate::error::{Class, Code};
use crate::files::cobblestone::CHUNK_SEALED;
use crate::files::{Control, ControlOp, Descriptor, FileId};
use crate::identity::{AccountId, AccountName, IdentityKey, Party};
use crate::ids::{EnvelopeId, Presence};
use crate::limits;
use crate::session::{
    Activity, Author, Content, MessageRef, ReceiveError, Renewal, SendError, Session, SessionId,
};

/// What waits to be said, in messages and in bytes of text.
const QUEUE: usize = 4_096;
const QUEUE_BYTES: usize = 8 << 20;

/// Something that the person did and that waits for its turn.
pub(super) enum Act {
    Text {
        text: String,
        reply: Option<MessageId>,
    },
    /// `fid`, chunks, and what is said of it.
    File(FileId, u32, Option<Box<Descriptor>>),
    Edit {
        target: MessageId,
        text: String,
    },
    Delete {
        target: MessageId,
    },
    React {
        target: MessageId,
        set: bool,
        emoji: String,
    },
}

/// In the queue.
struct Queued {
    id: u64,
    act: Act,
    /// Bytes that it takes.
    bytes: usize,
    /// It went with a call before, and may have arrived.
    went: bool,
}

impl Queued {
    /// What becomes of it if it does not go any more.
    const fn outcome(&self) -> Status {
        if self.went {
            Status::Unconfirmed
        } else {
            Status::NotDelivered
        }
    }
}

/// A message that came with a call: it can be named, and a file can be had, when there is a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requested {
    pub(super) seq: u32,
    /// `fid` and chunks, if it is a file.
    pub(super) file: Option<(FileId, u32)>,
}

/// What a round of sending came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pumped {
    /// There is nothing to send.
    Nothing,
    /// One frame was sent.
    Sent,
    /// There is something to send, and no allowance.
    Blocked,
}

/// What a step asks the caller to do with the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It lives.
    Lives,
    /// It is over.
    Ends(EndedBy),
}

/// A conversation.
pub(super) struct Conversation<E: Engine> {
    pub(super) account: AccountId,
    pub(super) name: AccountName,
    pub(super) key: IdentityKey,
    /// The peer's run, as far as it is known.
    pub(super) address: Option<Presence>,
    /// The run that our newest call is for.
    pub(super) called: Option<Presence>,
    pub(super) attempt: Option<Attempt<E>>,
    pub(super) talk: Option<Talk>,
    /// The session before, while what is on its way in it is still heard.
    pub(super) old: Option<(Talk, u64)>,
    /// When the peer was first heard in the open session after the one before had had its time.
    back_at: Option<u64>,
    queue: VecDeque<Queued>,
    queue_bytes: usize,
    /// Own messages that went with the call under way.
    pub(super) early: Vec<(u64, Content)>,
    /// The peer's, of the call that was accepted.
    pub(super) request: Vec<Requested>,
    /// What has no name and goes before the queue: about files, and what was viewed.
    controls: VecDeque<Content>,
    pub(super) transfers: Transfers,
    sessions: u32,
    reading: Reading,
    /// Own messages of earlier sessions that were delivered and not read.
    unread: Vec<u64>,
    silent_since: Option<u64>,
    probe: bool,
    told: Option<ConversationState>,
    typing_told: Option<u64>,
    peer_active_until: Option<u64>,
    /// The session is to be renewed then, after an attempt that failed.
    pub(super) renew_after: u64,
    /// Chunks are sent from then on, after the relay has refused some.
    chunks_after: u64,
}

impl<E: Engine> Conversation<E> {
    pub(super) fn new(
        account: AccountId,
        name: AccountName,
        key: IdentityKey,
        address: Option<Presence>,
    ) -> Self {
        Self {
            account,
            name,
            key,
            address,
            called: None,
            attempt: None,
            talk: None,
            old: None,
            back_at: None,
            queue: VecDeque::new(),
            queue_bytes: 0,
            early: Vec::new(),
            request: Vec::new(),
            controls: VecDeque::new(),
            transfers: Transfers::new(),
            sessions: 0,
            reading: Reading::default(),
            unread: Vec::new(),
            silent_since: None,
            probe: false,
            told: None,
            typing_told: None,
            peer_active_until: None,
            renew_after: 0,
            chunks_after: 0,
        }
    }

    // ---- How it stands

    /// Whether a session is open, secure or about to be.
    pub(super) const fn is_open(&self) -> bool {
        self.talk.is_some()
    }

    /// The talk that a session id names.
    pub(super) fn holds(&self, sid: &SessionId) -> bool {
        self.talk.as_ref().is_some_and(|talk| talk.sid() == *sid)
            || self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid)
    }

    /// The peer of the session that an id names.
    pub(super) fn peer_of(&self, sid: &SessionId) -> Option<Party> {
        let old = self.old.as_ref().map(|(old, _)| old);
        let mut talks = self.talk.iter().chain(old);
        let named = talks.find(|talk| talk.sid() == *sid);
        named.map(|talk| talk.session.peer())
    }

    /// How many sessions it has had.
    pub(super) const fn sessions(&self) -> u32 {
        self.sessions
    }

    /// The open session.
    pub(super) fn session(&self) -> Option<&Session> {
        self.talk.as_ref().map(|talk| &talk.session)
    }

    fn is_secure(&self) -> bool {
        self.session().is_some_and(Session::is_secure)
    }

    fn state(&self, peer_online: Option<bool>, long_ago: u64) -> ConversationState {
        let stage = match (&self.attempt, &self.talk) {
            (_, Some(talk)) if talk.session.is_secure() || self.old.is_some() => Stage::Secure,
            (_, Some(_)) => Stage::Establishing,
            (Some(Attempt::Ringing { .. }), None) => Stage::Ringing,
            (Some(attempt), None) if attempt.is_calling() => Stage::Seeking,
            (_, None) => Stage::Establishing,
        };
        ConversationState {
            stage,
            session: self.talk.as_ref().map_or(0, |talk| talk.number),
            renewing: self.talk.is_some() && self.attempt.is_some(),
            peer_online,
            silent_since: self.silent_since.filter(|since| *since <= long_ago),
            waiting: self.queue.len(),
        }
    }

    /// Tells how it stands, if that has changed.
    pub(super) fn tell_state(&mut self, turn: &mut Turn<'_, E>) {
        let known = turn.shared.line.known(&self.account);
        let known =
            known.map(|known| known.online && self.address.is_none_or(|at| at == known.presence));
        let patience = turn.shared.settings.resend_first;
        let state = self.state(known, turn.now.saturating_sub(patience));
        if self.told != Some(state) {
            self.told = Some(state);
            turn.tell(Event::Conversation {
                account: self.account,
                state,
            });
        }
    }

    // ---- What the person does

    /// Takes something up for saying. `None`: more than can be kept waits already.
    pub(super) fn take_up(&mut self, act: Act, turn: &mut Turn<'_, E>) -> Option<MessageId> {
        let bytes = act.weight();
        if self.queue.len() >= QUEUE || self.queue_bytes + bytes > QUEUE_BYTES {
            return None;
        }
        let id = turn.name();
        self.queue_bytes += bytes;
        self.queue.push_back(Queued {
            id,
            act,
            bytes,
            went: false,
        });
        // A text says that nothing is being typed any more.
        self.typing_told = None;
        self.status(id, Status::Waiting, turn);
        Some(MessageId::Own(id))
    }

    /// Changes a text that still waits; false if it does not wait any more.
    pub(super) fn edit_waiting(&mut self, target: MessageId, text: &str) -> bool {
        let waiting = self
            .queue
            .iter_mut()
            .find(|queued| MessageId::Own(queued.id) == target);
        match waiting {
            Some(Queued {
                act: Act::Text { text: old, .. },
                bytes,
                ..
            }) => {
                self.queue_bytes = self.queue_bytes - *bytes + text.len();
                (*old, *bytes) = (String::from(text), text.len());
                true
            }
            _ => false,
        }
    }

    /// Takes back what still waits; false if it does not wait any more.
    pub(super) fn delete_waiting(&mut self, target: MessageId, turn: &mut Turn<'_, E>) -> bool {
        let place = self
            .queue
            .iter()
            .position(|queued| MessageId::Own(queued.id) == target);
        let Some(queued) = place.and_then(|place| self.queue.remove(place)) else {
            return false;
        };
        self.queue_bytes -= queued.bytes;
        self.status(queued.id, queued.outcome(), turn);
        true
    }

    /// Whether a message can be pointed at: by whom it is, and of what kind.
    pub(super) fn names(&self, target: MessageId) -> Option<(Author, bool)> {
        let talk = self.talk.as_ref()?;
        match target {
            MessageId::Own(id) => {
                let own = talk.own.get(&talk.seq_of(id)?)?;
                (own.kind != Named::Act).then_some((Author::Sender, own.kind == Named::Text))
            }
            MessageId::Peer { session, seq } => {
                let theirs = talk.theirs.get(&seq).filter(|_| session == talk.number)?;
                Some((Author::Receiver, theirs.kind == Named::Text))
            }
        }
    }

    /// What the person is doing. It is told at once or not at all.
    pub(super) fn typing(&mut self, activity: Activity, turn: &mut Turn<'_, E>) {
        let now = turn.now;
        let again = turn.shared.settings.typing_again;
        let due = match (activity, self.typing_told) {
            (Activity::Idle, told) => told.is_some(),
            (_, None) => true,
            (_, Some(at)) => now.saturating_sub(at) >= again,
        };
        let calm = self.talk.as_ref().is_some_and(Talk::is_calm);
        let online = turn.shared.line.is_online() && self.address.is_some();
        if !due || !calm || !online || !turn.shared.pace.take(now) {
            return;
        }
        self.typing_told = (activity != Activity::Idle).then_some(now);
        self.say(Content::Typing(activity), None, turn);
    }

    /// Everything up to this message of the peer's was in view.
    pub(super) fn read(&mut self, up_to: MessageId) {
        let (MessageId::Peer { session, seq }, Some(talk)) = (up_to, &self.talk) else {
            return;
        };
        self.reading.read(session, seq, talk.heard());
    }

    /// This one item of the peer's was viewed or heard. Nothing is said of what cannot be named any more.
    pub(super) fn viewed(&mut self, id: MessageId) {
        let MessageId::Peer { session, seq } = id else {
            return;
        };
        let named = |talk: &Talk| talk.number == session && talk.theirs.contains_key(&seq);
        if self.talk.as_ref().is_some_and(named) && self.controls.len() < QUEUE {
            self.controls.push_back(Content::Viewed { seq });
        }
    }

    /// Something about a file, to be said.
    pub(super) fn control(&mut self, control: Control) {
        if self.controls.len() < QUEUE {
            self.controls.push_back(Content::FileControl(control));
        }
    }

    // ---- Sending

    /// Sends one frame that is new, if there is one and it may go.
    pub(super) fn send_new(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        if !turn.shared.line.is_online() || self.address.is_none() {
            return Pumped::Nothing;
        }
        let now = turn.now;
        if let Some((old, _)) = &mut self.old
            && old.owes_now(now)
        {
            match old.receipt() {
                None => old.owe_nothing(),
                Some(_) if !turn.shared.pace.take(now) => return Pumped::Blocked,
                Some(content) => return self.say_in_old(content, turn),
            }
        }
        if self.talk.is_none() {
            return self.send_early(turn);
        }
        let Some(content) = self.next_content(now) else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take(now) {
            self.put_back(content);
            return Pumped::Blocked;
        }
        match content {
            Next::Queued(id, content) => {
                let file = match &content {
                    Content::File(_) => self.file_of_front(),
                    _ => None,
                };
                if self.say(content, Some(id), turn) {
                    self.pop_front();
                    if let Some((fid, chunks)) = file {
                        // One that cannot be kept in mind is not sent, and its peer hears so.
                        if self.transfers.offer(fid, chunks).is_err() {
                            self.control(Control {
                                file: fid,
                                op: ControlOp::Cancel,
                                index: 0,
                                count: 0,
                            });
                        }
                    }
                    self.status(id, Status::Sent, turn);
                } else {
                    return Pumped::Nothing;
                }
            }
            Next::Unnamed(id) => {
                self.pop_front();
                self.status(id, Status::NotDelivered, turn);
            }
            Next::Plain(content) => {
                let read = matches!(content, Content::Read { .. });
                if !self.say(content, None, turn) {
                    // The session is used up: nothing is said in it any more.
                    if let Some(talk) = &mut self.talk {
                        talk.owe_nothing();
                    }
                    return Pumped::Nothing;
                }
                if read {
                    self.reading.tell();
                }
            }
        }
        Pumped::Sent
    }

    /// What goes next in the open session, if anything may.
    fn next_content(&mut self, now: u64) -> Option<Next> {
        let talk = self.talk.as_mut()?;
        if talk.owes_now(now) {
            match talk.receipt() {
                Some(content) => return Some(Next::Plain(content)),
                None => talk.owe_nothing(),
            }
        }
        if !talk.has_room() {
            return None;
        }
        if core::mem::take(&mut self.probe) && !talk.is_waiting() {
            return Some(Next::Plain(Content::Probe));
        }
        if let Some(control) = self.controls.pop_front() {
            return Some(Next::Plain(control));
        }
        if let Some(control) = self.transfers.next_want(now) {
            return Some(Next::Plain(Content::FileControl(control)));
        }
        if let Some(queued) = self.queue.front_mut() {
            // A renewal is handing over: what is new is said in the session to come.
            return Some(match queued.act.content(talk) {
                Some(content) => Next::Queued(queued.id, content),
                None => Next::Unnamed(queued.id),
            });
        }
        let up_to = self.reading.due(talk.heard())?;
        Some(Next::Plain(Content::Read { up_to }))
    }

    /// There was no allowance for it.
    fn put_back(&mut self, next: Next) {
        match next {
            Next::Queued(_, content) => {
                if let Some(queued) = self.queue.front_mut() {
                    queued.act.restore(content);
                }
            }
            Next::Unnamed(_) => {}
            Next::Plain(content @ (Content::FileControl(_) | Content::Viewed { .. })) => {
                self.controls.push_front(content);
            }
            Next::Plain(Content::Probe) => self.probe = true,
            // A receipt is still owed, and what was read is still not told.
            Next::Plain(_) => {}
        }
    }

    fn pop_front(&mut self) {
        if let Some(queued) = self.queue.pop_front() {
            self.queue_bytes -= queued.bytes;
        }
    }

    fn file_of_front(&self) -> Option<(FileId, u32)> {
        match self.queue.front()?.act {
            Act::File(fid, chunks, _) => Some((fid, chunks)),
            _ => None,
        }
    }

    /// Says something in the open session. A message that may not be said now goes back to where it waits.
    fn say(&mut self, content: Content, id: Option<u64>, turn: &mut Turn<'_, E>) -> bool {
        let (Some(talk), Some(address)) = (&mut self.talk, self.address) else {
            return false;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        match talk.say(content, id, now, &settings, turn.rng) {
            Ok(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
                if talk.is_waiting() {
                    self.silent_since.get_or_insert(now);
                }
                true
            }
            Err((error, content)) => {
                // A session that is used up is renewed by [`Self::advance`].
                debug_assert!(
                    matches!(
                        error,
                        SendError::Unacknowledged
                            | SendError::TurnLimit
                            | SendError::SessionLimit
                            | SendError::Closed
                    ),
                    "{error}"
                );
                if id.is_some()
                    && let Some(queued) = self.queue.front_mut()
                {
                    queued.act.restore(content);
                }
                false
            }
        }
    }

    fn say_in_old(&mut self, content: Content, turn: &mut Turn<'_, E>) -> Pumped {
        let (Some((old, _)), Some(address)) = (&mut self.old, self.address) else {
            return Pumped::Nothing;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        match old.say(content, None, now, &settings, turn.rng) {
            Ok(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
                Pumped::Sent
            }
            // What else there is goes in the next round.
            Err(_) => {
                old.owe_nothing();
                Pumped::Sent
            }
        }
    }

    /// Words that go with a call before it is accepted (protocol 5.3).
    fn send_early(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        let (Some(Attempt::Ringing { offer, flight }), Some(address)) =
            (&mut self.attempt, self.address)
        else {
            return Pumped::Nothing;
        };
        let may = offer.is_prekey_start() && self.early.len() < limits::EARLY_MESSAGES as usize;
        let Some(queued) = self.queue.front_mut().filter(|_| may) else {
            return Pumped::Nothing;
        };
        let Some(content) = queued.act.early_content() else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take(turn.now) {
            queued.act.restore(content);
            return Pumped::Blocked;
        }
        let id = queued.id;
        match offer.send_early(&content) {
            Ok(sent) => {
                turn.send(Lane::Message, self.account, address, &sent.frame);
                flight.frames.push(sent.frame.into_boxed_slice());
                self.early.push((id, content));
                self.pop_front();
                self.status(id, Status::Early, turn);
                Pumped::Sent
            }
            Err(_) => {
                queued.act.restore(content);
                Pumped::Nothing
            }
        }
    }

    /// The call that carried them is gone: they wait again, before everything else.
    pub(super) fn postpone_early(&mut self, turn: &mut Turn<'_, E>) {
        for (id, content) in core::mem::take(&mut self.early).into_iter().rev() {
            self.queue_again(id, content, turn);
        }
    }

    fn queue_again(&mut self, id: u64, content: Content, turn: &mut Turn<'_, E>) {
        let act = match content {
            Content::Text { text, .. } => Act::Text { text, reply: None },
            Content::File(descriptor) => match file_id(&descriptor) {
                Some((fid, chunks)) => Act::File(fid, chunks, Some(descriptor)),
                None => return,
            },
            _ => return,
        };
        let bytes = act.weight();
        self.queue_bytes += bytes;
        self.queue.push_front(Queued {
            id,
            act,
            bytes,
            went: true,
        });
        self.status(id, Status::Waiting, turn);
    }

    /// Sends one frame again, if there is one and it may go.
    pub(super) fn send_again(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        let (true, Some(address)) = (turn.shared.line.is_online(), self.address) else {
            return Pumped::Nothing;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        let old = self.old.as_mut().map(|(old, _)| old);
        let Some(talk) = old
            .into_iter()
            .chain(&mut self.talk)
            .find(|talk| talk.has_again())
        else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take_again(now) {
            return Pumped::Blocked;
        }
        match talk.take_again(now, &settings) {
            Some(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
                Pumped::Sent
            }
            None => Pumped::Nothing,
        }
    }

    /// Asks for chunks of own files, as far as the line has room.
    pub(super) fn want_chunks(&mut self, turn: &mut Turn<'_, E>) -> bool {
        let ready = self.is_secure() && self.address.is_some() && turn.shared.line.is_online();
        if !ready || turn.now < self.chunks_after || turn.shared.chunk_pace.room() == 0 {
            return false;
        }
        let most = turn.shared.chunk_pace.frame_chunks();
        let Some(ChunkRequest { file, first, count }) = self.transfers.next_chunks(most) else {
            return false;
        };
        let wanted = ChunksWanted {
            id: EnvelopeId::generate(turn.rng),
            file,
            first,
            count,
        };
        let bytes = count as usize * CHUNK_SEALED;
        turn.shared.chunk_pace.sent(wanted.id, bytes, turn.now);
        let purpose = Purpose::Chunks(self.account, wanted);
        turn.shared.line.await_fate(wanted.id, purpose);
        turn.tell(Event::ChunksWanted {
            account: self.account,
            wanted,
        });
        true
    }

    /// The fate of a frame with chunks: it was written to the peer's socket, or it goes again.
    pub(super) fn chunks_relayed(
        &mut self,
        ChunksWanted {
            file, first, count, ..
        }: ChunksWanted,
        written: bool,
        turn: &mut Turn<'_, E>,
    ) {
        let request = ChunkRequest { file, first, count };
        if !written {
            self.transfers.requeue(request);
            // A peer who is not there would not be there at once.
            self.chunks_after = turn.after(turn.shared.settings.resend_bounds.0);
        } else if let Some(chunks) = self.transfers.relayed(&request) {
            let account = self.account;
            turn.tell(Event::FileSent {
                account,
                file,
                chunks,
            });
        }
    }

    /// Chunks that passed beside the session count towards its lifetime.
    pub(super) fn count_chunks(&mut self, count: u32) {
        if let Some(talk) = &mut self.talk {
            talk.count_chunk(u64::from(count) * CHUNK_SEALED as u64);
        }
    }

    // ---- Receiving

    /// A MSG of one of this conversation's sessions.
    pub(super) fn receive(
        &mut self,
        presence: Presence,
        sid: &SessionId,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        let (now, settings) = (turn.now, turn.shared.settings);
        let in_old = self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid);
        let talk = if in_old {
            self.old.as_mut().map(|(old, _)| old)
        } else {
            self.talk.as_mut()
        };
        let Some(talk) = talk else {
            return Fate::Lives;
        };
        match talk.receive(frame, now, &settings) {
            Ok(opened) => {
                self.address = Some(presence);
                let late = self.old.as_ref().is_some_and(|(_, until)| now >= *until);
                if late && !in_old && self.talk.as_ref().is_some_and(Talk::is_proven) {
                    self.back_at.get_or_insert(now);
                }
                // What is not acknowledged yet is owed from now on.
                let owes = self.talk.as_ref().is_some_and(Talk::is_waiting);
                self.silent_since = owes.then_some(now);
                self.opened(in_old, opened, turn)
            }
            Err(ReceiveError::Replay) => {
                if let (Some(answer), Some(address)) = (talk.repeated(now, &settings), self.address)
                    && turn.shared.pace.take_again(now)
                {
                    turn.send(Lane::Message, self.account, address, &answer);
                }
                Fate::Lives
            }
            Err(error) if error.code().class() == Class::FatalSession => {
                Fate::Ends(EndedBy::Misbehaviour(error.code()))
            }
            Err(ReceiveError::Decrypt) => {
                turn.tell(Event::Suspicious {
                    account: self.account,
                    what: Suspicion::NotAuthentic,
                });
                Fate::Lives
            }
            // Only a count: a damaged or late frame comes again.
            Err(_) => Fate::Lives,
        }
    }

    fn opened(&mut self, in_old: bool, opened: Opened, turn: &mut Turn<'_, E>) -> Fate {
        for id in opened.delivered {
            self.status(id, Status::Delivered, turn);
        }
        if opened.secured {
            self.secured(turn);
        }
        for (seq, content) in opened.said {
            if let Err(code) = self.understand(in_old, seq, content, turn) {
                return Fate::Ends(EndedBy::Misbehaviour(code));
            }
        }
        if opened.bye {
            return Fate::Ends(EndedBy::Peer);
        }
        Fate::Lives
    }

    /// READY has come: the initiator's session is secure.
    fn secured(&mut self, turn: &mut Turn<'_, E>) {
        let Some(talk) = &mut self.talk else { return };
        if talk.has_gap() {
            // What was lost of a first flight is said in the session that follows at once (protocol 5.3).
            for (id, content) in talk.take_dropped().into_iter().rev() {
                self.queue_again(id, content, turn);
            }
            self.renew_after = 0;
        }
        if self.sessions > 1 {
            turn.tell(Event::Renewed {
                account: self.account,
            });
        }
    }

    /// An authentic message of the peer's, in its turn.
    fn understand(
        &mut self,
        in_old: bool,
        seq: u32,
        content: Content,
        turn: &mut Turn<'_, E>,
    ) -> Result<(), Code> {
        let account = self.account;
        let now = turn.now;
        let talk = if in_old {
            self.old.as_mut().map(|(old, _)| old)
        } else {
            self.talk.as_mut()
        };
        let Some(talk) = talk else { return Ok(()) };
        let session = talk.number;
        let id = MessageId::Peer { session, seq };
        let name = |talk: &Talk, target: MessageRef| match target.author {
            Author::Sender => Some(MessageId::Peer {
                session,
                seq: target.seq,
            })
            .filter(|_| talk.theirs.contains_key(&target.seq)),
            Author::Receiver => talk
                .own
                .get(&target.seq)
                .filter(|own| own.kind != Named::Act)
                .map(|own| MessageId::Own(own.id)),
        };
        match content {
            Content::Text { text, reply } => {
                let reply = reply.and_then(|reply| name(talk, reply));
                self.peer_active_until = None;
                self.reading.shown(session, seq);
                turn.tell(Event::Message {
                    account,
                    id,
                    body: Body::Text { text, reply },
                    early: false,
                });
            }
            Content::File(descriptor) => {
                let (file, chunks) = file_id(&descriptor).ok_or(Code::Content)?;
                self.reading.shown(session, seq);
                if self.transfers.announced(file, chunks).is_ok() {
                    turn.tell(Event::Message {
                        account,
                        id,
                        body: Body::File { file, descriptor },
                        early: false,
                    });
                } else {
                    self.control(Control {
                        file,
                        op: ControlOp::Reject,
                        index: 0,
                        count: 0,
                    });
                }
            }
            Content::FileControl(control) => {
                if self.transfers.control(&control).is_some() {
                    turn.tell(Event::File { account, control });
                }
            }
            Content::Read { up_to } => {
                if !talk.has_said(up_to) {
                    return Err(Code::Content);
                }
                let read = talk.read_up_to(up_to);
                let before = if in_old {
                    Vec::new()
                } else {
                    let old = self.old.as_mut();
                    let old = old.map_or_else(Vec::new, |(old, _)| old.read_up_to(u32::MAX));
                    core::mem::take(&mut self.unread)
                        .into_iter()
                        .chain(old)
                        .collect()
                };
                for id in before.into_iter().chain(read) {
                    self.status(id, Status::Read, turn);
                }
            }
            Content::Viewed { seq } => {
                if let Some(own) = talk.own.get(&seq) {
                    let id = MessageId::Own(own.id);
                    turn.tell(Event::Viewed { account, id });
                }
            }
            Content::Typing(activity) => {
                let until = turn.after(turn.shared.settings.typing_forgotten);
                self.peer_active_until = (activity != Activity::Idle).then_some(until);
                turn.tell(Event::Activity { account, activity });
            }
            Content::Edit { seq: target, text } => {
                let fresh = talk.theirs.get(&target).is_some_and(|theirs| {
                    theirs.kind == Named::Text
                        && now.saturating_sub(theirs.at) <= limits::EDIT_WINDOW
                });
                if fresh {
                    let id = MessageId::Peer {
                        session,
                        seq: target,
                    };
                    turn.tell(Event::Edited { account, id, text });
                }
            }
            Content::Delete { seq: target } => {
                if talk.theirs.remove(&target).is_some() {
                    let id = MessageId::Peer {
                        session,
                        seq: target,
                    };
                    turn.tell(Event::Deleted { account, id });
                }
            }
            Content::Reaction { target, set, emoji } => {
                if let Some(id) = name(talk, target) {
                    turn.tell(Event::Reaction {
                        account,
                        id,
                        set,
                        emoji,
                    });
                }
            }
            Content::Ready
            | Content::Receipt
            | Content::Bye
            | Content::Probe
            | Content::Unknown { .. } => {}
        }
        Ok(())
    }

    // ---- Sessions come and go

    /// A handshake has made a session: the chat goes on in it.
    pub(super) fn begin(&mut self, session: Session, turn: &mut Turn<'_, E>) -> &mut Talk {
        self.sessions += 1;
        let early = core::mem::take(&mut self.early);
        for (_, content) in &early {
            if let Content::File(descriptor) = content
                && let Some((file, chunks)) = file_id(descriptor)
            {
                // Beyond the limit of files it cannot be had, and is cancelled when the peer asks.
                let _full = self.transfers.offer(file, chunks);
            }
        }
        let mut talk = Talk::new(session, self.sessions, early, turn.now);
        for Requested { seq, file } in core::mem::take(&mut self.request) {
            talk.name_early(seq, file.is_some(), turn.now);
            if let Some((file, chunks)) = file {
                let _full = self.transfers.announced(file, chunks);
            }
        }
        let until = turn.after(turn.shared.settings.retire);
        match self.talk.take() {
            // The peer may have fallen back behind it: the one before stays the way back.
            Some(before) if !before.is_proven() && self.old.is_some() => {
                self.give_up(before, turn);
                self.old = self.old.take().map(|(old, _)| (old, until));
            }
            Some(before) if before.session.is_secure() => {
                self.settle_old(turn);
                self.old = Some((before, until));
            }
            Some(before) => self.give_up(before, turn),
            None => {}
        }
        self.back_at = None;
        self.reading.begin(self.sessions);
        self.forget_views();
        self.attempt = None;
        self.renew_after = 0;
        self.talk.insert(talk)
    }

    /// The new session did not come about: the chat goes on in the one before, if there is one.
    pub(super) fn fall_back(&mut self, turn: &mut Turn<'_, E>) -> bool {
        let Some((before, _)) = self.old.take() else {
            return false;
        };
        if let Some(failed) = self.talk.replace(before) {
            self.give_up(failed, turn);
        }
        self.forget_views();
        self.back_at = None;
        self.reading
            .fall_back(self.talk.as_ref().map_or(0, |talk| talk.number));
        self.renew_after = turn.after(turn.shared.settings.renew_again);
        true
    }

    /// The peer has said, under its key, that it ended this session before.
    pub(super) fn over(&mut self, sid: &SessionId, turn: &mut Turn<'_, E>) -> Fate {
        if self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid) {
            self.settle_old(turn);
            Fate::Lives
        } else if !self.holds(sid) || self.fall_back(turn) {
            Fate::Lives
        } else {
            Fate::Ends(EndedBy::PeerBefore)
        }
    }

    /// Something is sent that the peer has to answer.
    pub(super) fn await_peer(&mut self, now: u64) {
        self.silent_since.get_or_insert(now);
    }

    /// The session before is heard no more. What it left unacknowledged may not have arrived.
    fn settle_old(&mut self, turn: &mut Turn<'_, E>) {
        if let Some((old, _)) = self.old.take() {
            self.give_up(old, turn);
        }
        self.back_at = None;
    }

    /// A session is heard no more. What it left unacknowledged may not have arrived; what was said about files is said
    /// again, since nobody is told that it was lost.
    fn give_up(&mut self, mut talk: Talk, turn: &mut Turn<'_, E>) {
        turn.shared.ended.remember(self.account, talk.sid());
        self.unread.extend(talk.unread());
        let room = QUEUE.saturating_sub(self.controls.len());
        let controls = talk.controls().take(room).map(Content::FileControl);
        self.controls.extend(controls);
        for (_, id, _) in talk.unacknowledged() {
            self.status(id, Status::Unconfirmed, turn);
        }
    }

    /// Numbers that were viewed are those of one session.
    fn forget_views(&mut self) {
        let views = |content: &Content| matches!(content, Content::Viewed { .. });
        self.controls.retain(|content| !views(content));
    }

    /// The line has come back, or the peer has: everything that was on its way goes again.
    pub(super) fn line_is_back(&mut self, turn: &mut Turn<'_, E>) {
        self.chunks_after = 0;
        let flights = match &mut self.attempt {
            Some(attempt) => attempt.flight(),
            None => None,
        };
        if let Some(flight) = flights {
            flight.again = turn.now;
        }
        if let Some((old, _)) = &mut self.old {
            old.send_all_again();
        }
        if let Some(talk) = &mut self.talk {
            talk.send_all_again();
            if let Some((_, again)) = &mut talk.confirm {
                *again = turn.now;
            }
            self.probe = true;
        }
    }

    /// The relay says that the peer is not there. It may be wrong: the peer is asked.
    pub(super) const fn peer_is_away(&mut self) {
        if self.talk.is_some() {
            self.probe = true;
        }
    }

    pub(super) fn line_is_lost(&mut self, now: u64) {
        self.transfers.lost_line();
        if self.talk.is_some() {
            self.silent_since.get_or_insert(now);
        }
    }

    // ---- The clock

    /// Looks at everything that is due.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_, E>) -> Fate {
        let (now, settings) = (turn.now, turn.shared.settings);
        if self.peer_active_until.is_some_and(|until| now >= until) {
            self.peer_active_until = None;
            turn.tell(Event::Activity {
                account: self.account,
                activity: Activity::Idle,
            });
        }
        self.transfers.advance(now);
        let is_silent = |since: u64| now.saturating_sub(since) >= settings.interruption;
        if self.talk.is_some() && self.silent_since.is_some_and(is_silent) {
            return Fate::Ends(EndedBy::Silence);
        }
        let proven = self.talk.as_ref().is_some_and(Talk::is_proven);
        if let Some((old, until)) = &mut self.old {
            old.advance(now);
            if now >= until.saturating_add(settings.interruption) {
                if proven || !self.fall_back(turn) {
                    self.settle_old(turn);
                }
            } else if self.is_retired(now, &settings) {
                self.settle_old(turn);
            }
        }
        let Some(talk) = &mut self.talk else {
            return Fate::Lives;
        };
        talk.advance(now);
        if talk.ready_by.is_some_and(|by| now >= by) && !self.fall_back(turn) {
            return Fate::Ends(EndedBy::TimedOut);
        }
        let (Some(talk), Some(address)) = (&mut self.talk, self.address) else {
            return Fate::Lives;
        };
        if let Some((frame, again)) = &mut talk.confirm
            && now >= *again
            && turn.shared.line.is_online()
        {
            *again = now.saturating_add(settings.flight_again);
            let frame = frame.clone();
            turn.send_at_once(self.account, address, &frame);
        }
        match talk.renewal(now, &settings) {
            Renewal::Over => Fate::Ends(EndedBy::Expired),
            Renewal::Due | Renewal::NotDue => Fate::Lives,
        }
    }

    /// Whether nothing more is to be expected in the session before: the peer is in the new one, and has been there for so
    /// long that it would have sent again what did not arrive. Who was away meanwhile has not had that time.
    fn is_retired(&self, now: u64, settings: &Settings) -> bool {
        let (Some((old, _)), Some(talk)) = (&self.old, &self.talk) else {
            return false;
        };
        let pause = settings.retire / 2;
        let there = self.back_at.is_some_and(|at| talk.heard_at() >= at + pause);
        let quiet = now.saturating_sub(old.heard_at()) >= pause;
        there && quiet && !old.is_waiting() && old.is_complete()
    }

    /// Whether a new handshake is wanted beside the open session.
    pub(super) fn wants_renewal(&self, now: u64, turn: &Turn<'_, E>) -> bool {
        let open = |session: &Session| session.is_secure() && session.is_open();
        self.needs_renewal(now, &turn.shared.settings)
            && now >= self.renew_after
            && self.attempt.is_none()
            && self.session().is_some_and(open)
            && turn.shared.line.is_online()
    }

    fn needs_renewal(&self, now: u64, settings: &Settings) -> bool {
        let needs = |talk: &Talk| {
            let due = talk.renewal(now, settings) == Renewal::Due || talk.has_gap();
            talk.is_initiator() && due || talk.is_stalled(now, settings)
        };
        self.talk.as_ref().is_some_and(needs)
    }

    /// When something is due.
    pub(super) fn next_wake(&self, turn: &Turn<'_, E>) -> Option<u64> {
        let settings = &turn.shared.settings;
        let online = turn.shared.line.is_online() && self.address.is_some();
        let now = turn.now;
        let mut wakes: Vec<Option<u64>> = Vec::with_capacity(10);
        wakes.push(self.peer_active_until);
        wakes.push(
            self.attempt
                .as_ref()
                .and_then(|attempt| attempt.next_wake(online)),
        );
        if let Some(talk) = &self.talk {
            let silent = |since: u64| since.saturating_add(settings.interruption);
            wakes.push(self.silent_since.map(silent));
            let noticed = |since: u64| since.saturating_add(settings.resend_first);
            wakes.push(self.silent_since.map(noticed).filter(|at| *at > now));
            wakes.push(talk.ready_by);
            wakes.push(Some(talk.next_age(now, settings)));
            if online {
                wakes.push(talk.next_wake(now));
                wakes.push(Some(self.chunks_after).filter(|at| *at > now));
                // One that has passed is looked at when there is room for what it asks.
                wakes.push(self.transfers.deadline().filter(|at| *at > now));
                if self.needs_renewal(now, settings) {
                    wakes.push(Some(self.renew_after).filter(|at| *at > now));
                }
            }
        }
        if let Some((old, until)) = &self.old {
            let quiet = old.heard_at().saturating_add(settings.retire / 2);
            let gone = until.saturating_add(settings.interruption);
            wakes.push(Some(if quiet > now { quiet.min(gone) } else { gone }));
            if online {
                wakes.push(old.next_wake(now));
            }
        }
        wakes.into_iter().flatten().min()
    }

    // ---- The end

    /// What is not settled, told with the end. The peer's BYE names what it has: the rest it will never show.
    pub(super) fn end(&mut self, by: EndedBy, turn: &mut Turn<'_, E>) {
        let after_bye = by == EndedBy::Peer;
        let mut unsettled = Vec::new();
        for (id, content) in core::mem::take(&mut self.early) {
            let text = match content {
                Content::Text { text, .. } => Some(text),
                _ => None,
            };
            unsettled.push(Unsettled::new(id, Status::Unconfirmed, text));
        }
        let mut tail_missing = self.talk.is_some() && !after_bye && by != EndedBy::Us;
        if let Some((mut old, _)) = self.old.take() {
            turn.shared.ended.remember(self.account, old.sid());
            for (_, id, text) in old.unacknowledged() {
                unsettled.push(Unsettled::new(id, Status::Unconfirmed, text));
            }
        }
        if let Some(mut talk) = self.talk.take() {
            turn.shared.ended.remember(self.account, talk.sid());
            tail_missing |= !talk.is_complete();
            let status = if after_bye {
                Status::NotDelivered
            } else {
                Status::Unconfirmed
            };
            for (_, id, text) in talk.unacknowledged() {
                unsettled.push(Unsettled::new(id, status, text));
            }
        }
        for queued in core::mem::take(&mut self.queue) {
            let status = queued.outcome();
            let text = match queued.act {
                Act::Text { text, .. } | Act::Edit { text, .. } => Some(text),
                _ => None,
            };
            unsettled.push(Unsettled::new(queued.id, status, text));
        }
        let unfinished = self.transfers.end();
        let unfinished = unfinished.into_iter().map(|one| one.file).collect();
        turn.tell(Event::Ended {
            account: self.account,
            by,
            unsettled,
            unfinished,
            tail_missing,
        });
    }

    fn status(&self, id: u64, status: Status, turn: &mut Turn<'_, E>) {
        turn.tell(Event::Status {
            account: self.account,
            id: MessageId::Own(id),
            status,
        });
    }
}

/// What goes next.
enum Next {
    /// The front of the queue.
    Queued(u64, Content),
    /// The front of the queue points at what cannot be named any more.
    Unnamed(u64),
    /// What has no name.
    Plain(Content),
}

impl Act {
    /// Bytes that it takes while it waits.
    fn weight(&self) -> usize {
        match self {
            Self::Text { text, .. } | Self::Edit { text, .. } => text.len(),
            Self::File(_, _, descriptor) => {
                descriptor.as_ref().map_or(0, |file| file.preview.len())
            }
            Self::Delete { .. } | Self::React { .. } => 0,
        }
    }

    /// As a message of this session; `None` if it points at what is not of this session. The texts move out: see
    /// [`Self::restore`].
    fn content(&mut self, talk: &Talk) -> Option<Content> {
        let reference = |target: MessageId| match target {
            MessageId::Own(id) => talk.seq_of(id).map(|seq| MessageRef {
                author: Author::Sender,
                seq,
            }),
            MessageId::Peer { session, seq } => {
                (session == talk.number && talk.theirs.contains_key(&seq)).then_some(MessageRef {
                    author: Author::Receiver,
                    seq,
                })
            }
        };
        let own = |target: MessageId| match reference(target) {
            Some(MessageRef {
                author: Author::Sender,
                seq,
            }) => Some(seq),
            _ => None,
        };
        Some(match self {
            // A text is said also where what it replied to cannot be named any more.
            Self::Text { text, reply } => Content::Text {
                text: core::mem::take(text),
                reply: reply.and_then(reference),
            },
            Self::File(_, _, descriptor) => Content::File(descriptor.take()?),
            Self::Edit { target, text } => Content::Edit {
                seq: own(*target)?,
                text: core::mem::take(text),
            },
            Self::Delete { target } => Content::Delete { seq: own(*target)? },
            Self::React { target, set, emoji } => Content::Reaction {
                target: reference(*target)?,
                set: *set,
                emoji: core::mem::take(emoji),
            },
        })
    }

    /// As an early message, which points at nothing.
    fn early_content(&mut self) -> Option<Content> {
        match self {
            Self::Text { text, .. } => Some(Content::Text {
                text: core::mem::take(text),
                reply: None,
            }),
            Self::File(_, _, descriptor) => descriptor.take().map(Content::File),
            _ => None,
        }
    }

    /// What [`Self::content`] took comes back.
    fn restore(&mut self, content: Content) {
        match (self, content) {
            (Self::Text { text: place, .. }, Content::Text { text, .. })
            | (Self::Edit { text: place, .. }, Content::Edit { text, .. }) => *place = text,
            (Self::File(_, _, place), Content::File(descriptor)) => *place = Some(descriptor),
            (Self::React { emoji: place, .. }, Content::Reaction { emoji, .. }) => *place = emoji,
            _ => {}
        }
    }
}

impl Unsettled {
    fn new(id: u64, status: Status, text: Option<String>) -> Self {
        Self {
            id: MessageId::Own(id),
            status,
            text,
        }
    }
}

/// `fid` and the number of chunks of a descriptor's file.
pub(super) fn file_id(descriptor: &Descriptor) -> Option<(FileId, u32)> {
    let chunks = descriptor.layout().ok()?.chunks();
    let keys = descriptor.keys().ok()?;
    Some((FileId(*keys.commitment()), chunks))
}
