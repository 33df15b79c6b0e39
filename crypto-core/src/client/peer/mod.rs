//! Everything of one account: its calls, its conversation, its frames that wait. Who may change it is decided here: a frame
//! touches the peer that the relay names as its sender, and what it is allowed to do there is decided by the handshake or
//! the session that opens it, never by the relay.
//!
//! `calls.rs` has what may ring and how it is answered; the conversation is a room of its own.

mod calls;
mod ring;

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::conversation::{Conversation, Fate, Requested};
use super::event::{EndedBy, Event, Suspicion};
use super::job::{Handshake, JobId, Product, Work};
use super::leaving::Leaving;
use super::turn::{Tally, Turn};
use crate::engine::Engine;
use crate::error::Code;
use crate::identity::{AccountId, AccountName};
use crate::ids::Presence;
use crate::map::Map;
use crate::session::SessionId;
use crate::wire::{FrameHead, FrameId, FrameKind, read_head};
use ring::Ring;

/// Frames of one account that wait while a job of its is out, and their bytes.
const INBOX: usize = 64;
const INBOX_BYTES: usize = 256 << 10;
/// Words of ours for one account that are being signed; more are not answered, and asked for again by whoever is honest.
const WORDS: usize = 2;
/// Jobs of all accounts together beyond which no stranger's frame makes another one.
const JOBS: usize = 64;

/// What a job of this account's is about.
enum Doing {
    /// A first flight is verified.
    Flight { presence: Presence },
    /// The initiator's END is verified; the call rings on if it is not genuine.
    RingEnd {
        presence: Presence,
        until: u64,
        request: Vec<Requested>,
        accept: Option<AccountName>,
    },
    /// An END or OVER is signed.
    Word { presence: Presence },
    /// An OVER is verified.
    Over,
}

/// One account.
pub(super) struct Peer<E: Engine> {
    account: AccountId,
    inbox: VecDeque<(Presence, Vec<u8>)>,
    inbox_bytes: usize,
    jobs: Map<JobId, Doing>,
    ring: Option<Ring<E>>,
    pub(super) conversation: Option<Conversation<E>>,
    leaving: Leaving,
    /// When something is due here, as of the last step.
    pub(super) wake: Option<u64>,
}

impl<E: Engine> Peer<E> {
    pub(super) const fn new(account: AccountId) -> Self {
        Self {
            account,
            inbox: VecDeque::new(),
            inbox_bytes: 0,
            jobs: Map::new(),
            ring: None,
            conversation: None,
            leaving: Leaving::new(),
            wake: None,
        }
    }

    /// Whether nothing of it needs to be remembered.
    pub(super) fn is_idle(&self) -> bool {
        self.conversation.is_none()
            && self.ring.is_none()
            && self.jobs.is_empty()
            && self.inbox.is_empty()
            && self.leaving.is_empty()
    }

    /// Frames that wait for a job.
    pub(super) fn waiting(&self) -> usize {
        self.inbox.len()
    }

    /// What of it counts.
    pub(super) fn tally(&self) -> Tally {
        let open = self
            .conversation
            .as_ref()
            .is_some_and(Conversation::is_open);
        Tally {
            handshakes: self.handshakes(),
            conversations: usize::from(self.conversation.is_some()),
            open: usize::from(open),
        }
    }

    /// Handshakes of this account's that are under way.
    fn handshakes(&self) -> usize {
        let flights = self
            .jobs
            .values()
            .filter(|doing| matches!(doing, Doing::Flight { .. } | Doing::RingEnd { .. }))
            .count();
        let attempt = self
            .conversation
            .as_ref()
            .is_some_and(|conversation| conversation.attempt.is_some());
        flights + usize::from(attempt) + usize::from(self.ring.is_some())
    }

    /// A payload that the relay delivers as this account's.
    pub(super) fn receive(&mut self, presence: Presence, frame: &[u8], turn: &mut Turn<'_, E>) {
        let Ok(head) = read_head(frame) else { return };
        // What a session can judge needs no job and does not wait.
        if let FrameId::Session(sid) = head.id
            && head.kind == FrameKind::Message
            && (self.heard(presence, &sid, frame, turn) || self.leaving.receive(&sid, frame, turn))
        {
            return;
        }
        if self.is_busy() {
            if self.inbox.len() < INBOX && self.inbox_bytes + frame.len() <= INBOX_BYTES {
                self.inbox_bytes += frame.len();
                self.inbox.push_back((presence, frame.to_vec()));
            }
            return;
        }
        self.look_at(presence, head, frame, turn);
    }

    /// A MSG of a session of the conversation's; false if it is of none.
    fn heard(
        &mut self,
        presence: Presence,
        sid: &SessionId,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> bool {
        let conversation = self.conversation.as_ref();
        if !conversation.is_some_and(|conversation| conversation.holds(sid)) {
            return false;
        }
        self.converse(turn, |conversation, turn| {
            conversation.receive(presence, sid, frame, turn)
        });
        self.renew(turn);
        true
    }

    fn is_busy(&self) -> bool {
        let waits = |doing: &Doing| !matches!(doing, Doing::Word { .. });
        self.jobs.values().any(waits)
            || self
                .conversation
                .as_ref()
                .and_then(|conversation| conversation.attempt.as_ref())
                .is_some_and(|attempt| attempt.job().is_some())
    }

    fn look_at(
        &mut self,
        presence: Presence,
        head: FrameHead,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) {
        match (head.kind, head.id) {
            (FrameKind::Offer | FrameKind::Init, _) => self.first_flight(presence, frame, turn),
            (FrameKind::Accept, _) => {
                self.converse(turn, |conversation, turn| {
                    conversation.accept_came(frame, turn)
                });
            }
            (FrameKind::Confirm, _) => {
                self.converse(turn, |conversation, turn| {
                    conversation.confirm_came(frame, turn)
                });
            }
            (FrameKind::End, FrameId::Handshake(hid)) => {
                if self
                    .ring
                    .as_ref()
                    .is_some_and(|ring| ring.offer.hid() == hid)
                {
                    self.ring_end(frame, turn);
                } else {
                    self.converse(turn, |conversation, turn| {
                        conversation.end_came(&hid, frame, turn)
                    });
                }
            }
            (FrameKind::Early, _) => self.early(frame, turn),
            (FrameKind::Message, FrameId::Session(sid)) => {
                let pause = turn.shared.settings.over;
                let answers = turn
                    .shared
                    .ended
                    .answers(&self.account, &sid, turn.now, pause);
                if answers {
                    self.word(Work::SignOver(sid), presence, turn);
                } else {
                    // It waited for the handshake that made its session.
                    self.heard(presence, &sid, frame, turn);
                }
            }
            (FrameKind::Over, FrameId::Session(sid)) => self.over(sid, frame, turn),
            // Chunks are routed before; a PREKEY is the relay's.
            _ => {}
        }
    }

    /// Frames that waited for a job, until there is another one.
    fn drain(&mut self, turn: &mut Turn<'_, E>) {
        while !self.is_busy() {
            let Some((presence, frame)) = self.inbox.pop_front() else {
                break;
            };
            self.inbox_bytes -= frame.len();
            if let Ok(head) = read_head(&frame) {
                self.look_at(presence, head, &frame, turn);
            }
        }
    }

    /// Signs a word of ours and sends it. A flood of frames that ask for one costs no more than a few signatures at a time.
    fn word(&mut self, work: Work<E>, presence: Presence, turn: &mut Turn<'_, E>) {
        let words = self.jobs.values();
        let words = words.filter(|doing| matches!(doing, Doing::Word { .. }));
        if words.count() >= WORDS || turn.shared.jobs.len() >= JOBS {
            return;
        }
        let job = turn.work(Some(self.account), work);
        self.jobs.insert(job, Doing::Word { presence });
    }

    /// Leaves the conversation. Whoever says so again does not wait for what the peer may still say.
    pub(super) fn leave(&mut self, turn: &mut Turn<'_, E>) {
        self.leaving.conclude(turn);
        self.settle(Fate::Ends(EndedBy::Us), turn);
    }

    /// Whether a conversation was left whose end is not told yet.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.is_awaited()
    }

    /// A step of the conversation, if there is one, and what comes of it.
    pub(super) fn converse(
        &mut self,
        turn: &mut Turn<'_, E>,
        step: impl FnOnce(&mut Conversation<E>, &mut Turn<'_, E>) -> Fate,
    ) {
        if let Some(conversation) = &mut self.conversation {
            let fate = step(conversation, turn);
            self.settle(fate, turn);
        }
    }

    /// What a step decided.
    fn settle(&mut self, fate: Fate, turn: &mut Turn<'_, E>) {
        let Fate::Ends(by) = fate else { return };
        let Some(mut conversation) = self.conversation.take() else {
            return;
        };
        if let Some(offer) = conversation.drop_attempt()
            && let Some(address) = conversation.address
            && matches!(by, EndedBy::Us | EndedBy::NoAnswer)
        {
            self.word(Work::Cancel(offer), address, turn);
        }
        let (farewell, end) = conversation.end(by, turn);
        self.leaving.leave(farewell, end, turn);
    }

    fn over(&mut self, sid: SessionId, frame: &[u8], turn: &mut Turn<'_, E>) {
        let peer = self.leaving.peer_of(&sid).or_else(|| {
            let conversation = self.conversation.as_ref()?;
            conversation.peer_of(&sid)
        });
        if let Some(peer) = peer {
            let frame = frame.to_vec();
            let work = Work::VerifyOver { sid, peer, frame };
            let job = turn.work(Some(self.account), work);
            self.jobs.insert(job, Doing::Over);
        }
    }

    fn over_verified(&mut self, sid: SessionId, turn: &mut Turn<'_, E>) {
        self.leaving.over(&sid, turn);
        self.converse(turn, |conversation, turn| conversation.over(&sid, turn));
    }

    /// A job of this account's is done, or counts as failed.
    pub(super) fn done(
        &mut self,
        id: JobId,
        result: Result<Product<E>, Code>,
        turn: &mut Turn<'_, E>,
    ) {
        match (self.jobs.remove(&id), result) {
            (Some(Doing::Flight { presence }), Ok(Product::Verified(flight))) => {
                self.verified(presence, flight, turn);
            }
            (Some(Doing::Flight { presence }), Ok(Product::Opened(offer))) => {
                self.arrived(presence, offer, turn);
            }
            (
                Some(Doing::RingEnd {
                    presence,
                    until,
                    request,
                    accept,
                }),
                Ok(Product::EndVerified(Handshake::Incoming(offer), verdict)),
            ) => {
                let account = self.account;
                if verdict.is_ok() {
                    turn.tell(Event::IncomingOver { account });
                } else {
                    self.ring = Some(Ring {
                        offer,
                        presence,
                        until,
                        request,
                    });
                    if let Some(name) = accept {
                        self.accept(name, turn);
                    }
                }
            }
            (Some(Doing::RingEnd { .. }), Err(_)) => {
                let account = self.account;
                turn.tell(Event::IncomingOver { account });
            }
            (Some(Doing::Word { presence }), Ok(Product::Word(frame))) => {
                turn.answer(self.account, presence, &frame);
            }
            (Some(Doing::Over), Ok(Product::OverVerified(sid))) => self.over_verified(sid, turn),
            (Some(Doing::Over), Err(Code::Signature)) => {
                let (account, what) = (self.account, Suspicion::Signature);
                turn.tell(Event::Suspicious { account, what });
            }
            (None, result) => {
                self.converse(turn, |conversation, turn| {
                    attempt_done(conversation, id, result, turn)
                });
            }
            _ => {}
        }
        self.drain(turn);
    }

    /// Looks at everything that is due.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_, E>) {
        let now = turn.now;
        if self.ring.as_ref().is_some_and(|ring| now >= ring.until) {
            self.ring = None;
            let account = self.account;
            turn.tell(Event::IncomingOver { account });
        }
        self.leaving.advance(self.account, turn);
        self.converse(turn, |conversation, turn| {
            match conversation.advance_attempt(turn) {
                Fate::Lives => conversation.advance(turn),
                ended @ Fate::Ends(_) => ended,
            }
        });
        self.renew(turn);
    }

    /// A new handshake beside the open session, if one is due.
    fn renew(&mut self, turn: &mut Turn<'_, E>) {
        self.converse(turn, |conversation, turn| {
            if conversation.wants_renewal(turn.now, turn) {
                conversation.make_offer(None, turn)
            } else {
                Fate::Lives
            }
        });
    }

    /// When something is due.
    pub(super) fn next_wake(&self, turn: &Turn<'_, E>) -> Option<u64> {
        let ring = self.ring.as_ref().map(|ring| ring.until);
        let conversation = self.conversation.as_ref();
        let conversation = conversation.and_then(|conversation| conversation.next_wake(turn));
        let wakes = [ring, conversation, self.leaving.next_wake(turn)];
        wakes.into_iter().flatten().min()
    }
}

/// A step of the conversation's handshake is done.
fn attempt_done<E: Engine>(
    conversation: &mut Conversation<E>,
    id: JobId,
    result: Result<Product<E>, Code>,
    turn: &mut Turn<'_, E>,
) -> Fate {
    match result {
        Ok(Product::Offered(offer)) => conversation.offered(id, offer, turn),
        Ok(Product::PrekeyRefused(error, frame)) => {
            return conversation.prekey_refused(id, error, &frame, turn);
        }
        Ok(Product::Answered(pending)) => conversation.answered(id, pending, turn),
        Ok(Product::Accepted { confirm, session }) => {
            return conversation.accepted(id, &confirm, session, turn);
        }
        Ok(Product::Confirmed { ready, session }) => {
            return conversation.confirmed(id, ready, session, turn);
        }
        Ok(Product::EndVerified(handshake, verdict)) => {
            return conversation.end_verified(id, handshake, verdict, turn);
        }
        Err(code) => return conversation.job_failed(id, code, turn),
        Ok(_) => {}
    }
    Fate::Lives
}
