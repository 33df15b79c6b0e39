//! Everything of one account: its calls, its conversation, its frames that wait. Who may change it is decided here: a frame
//! touches the peer that the relay names as its sender, and what it is allowed to do there is decided by the handshake or
//! the session that opens it, never by the relay.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;

use super::attempt::Attempt;
use super::conversation::{Conversation, Fate, Requested, file_id};
use super::event::{Body, EndedBy, Event, Lane, MessageId, Suspicion};
use super::job::{Handshake, JobId, Product, Work};
use super::turn::Turn;
use crate::engine::Engine;
use crate::error::Code;
use crate::handshake::{
    EarlyMessage, EndReason, IncomingOffer, ListenError, VerifiedFlight, Winner, winner,
};
use crate::identity::{AccountId, AccountName, IdentityKey, Party};
use crate::ids::Presence;
use crate::limits;
use crate::session::{Content, SessionId};
use crate::wire::{FrameHead, FrameId, FrameKind, read_head};

/// Frames of one account that wait while a job of its is out, and their bytes.
const INBOX: usize = 64;
const INBOX_BYTES: usize = 256 << 10;
/// Places of the pending handshakes that are kept for people who are pinned.
const KEPT_FOR_PINNED: usize = 8;
/// Words of ours for one account that are being signed; more are not answered, and asked for again by whoever is honest.
const WORDS: usize = 2;
/// Jobs of all accounts together beyond which no stranger's frame makes another one.
const JOBS: usize = 64;
/// Sessions with one account whose BYE is still said.
const LEAVING: usize = 8;

/// A call that rings here.
struct Ring<E: Engine> {
    offer: IncomingOffer<E>,
    presence: Presence,
    until: u64,
    /// What came with it.
    request: Vec<Requested>,
}

/// A session that we have left: BYE is said until the peer says OVER.
struct Leaving {
    sid: SessionId,
    peer: Party,
    presence: Presence,
    frame: Vec<u8>,
    again: u64,
    pause: u64,
    until: u64,
}

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
    jobs: BTreeMap<JobId, Doing>,
    ring: Option<Ring<E>>,
    pub(super) conversation: Option<Conversation<E>>,
    leaving: Vec<Leaving>,
    turned_away: Option<u64>,
}

impl<E: Engine> Peer<E> {
    pub(super) const fn new(account: AccountId) -> Self {
        Self {
            account,
            inbox: VecDeque::new(),
            inbox_bytes: 0,
            jobs: BTreeMap::new(),
            ring: None,
            conversation: None,
            leaving: Vec::new(),
            turned_away: None,
        }
    }

    /// Whether nothing of it needs to be remembered.
    pub(super) fn is_idle(&self, now: u64, turn_away: u64) -> bool {
        self.conversation.is_none()
            && self.ring.is_none()
            && self.jobs.is_empty()
            && self.inbox.is_empty()
            && self.leaving.is_empty()
            && self
                .turned_away
                .is_none_or(|at| now.saturating_sub(at) >= turn_away)
    }

    /// Frames that wait for a job.
    pub(super) fn waiting(&self) -> usize {
        self.inbox.len()
    }

    /// Handshakes of this account's that are under way.
    pub(super) fn handshakes(&self) -> usize {
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

    // ---- Frames

    /// A payload that the relay delivers as this account's.
    pub(super) fn receive(&mut self, presence: Presence, frame: &[u8], turn: &mut Turn<'_, E>) {
        let Ok(head) = read_head(frame) else { return };
        // What an open session can judge needs no job and does not wait.
        if let FrameId::Session(sid) = head.id
            && head.kind == FrameKind::Message
            && let Some(conversation) = &mut self.conversation
            && conversation.holds(&sid)
        {
            let fate = conversation.receive(presence, &sid, frame, turn);
            self.settle(fate, turn);
            self.renew(turn);
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
                if let Some(conversation) = &mut self.conversation {
                    conversation.accept_came(frame, turn);
                }
            }
            (FrameKind::Confirm, _) => {
                if let Some(conversation) = &mut self.conversation {
                    conversation.confirm_came(frame, turn);
                }
            }
            (FrameKind::End, FrameId::Handshake(hid)) => {
                if self
                    .ring
                    .as_ref()
                    .is_some_and(|ring| ring.offer.hid() == hid)
                {
                    self.ring_end(frame, turn);
                } else if let Some(conversation) = &mut self.conversation
                    && conversation.is_making(&hid)
                {
                    conversation.end_came(frame, turn);
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
                } else if let Some(conversation) = &mut self.conversation
                    && conversation.holds(&sid)
                {
                    // It waited for the handshake that made its session.
                    let fate = conversation.receive(presence, &sid, frame, turn);
                    self.settle(fate, turn);
                    self.renew(turn);
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

    // ---- Calls

    fn first_flight(&mut self, presence: Presence, frame: &[u8], turn: &mut Turn<'_, E>) {
        let pin = turn.shared.pins.get(&self.account).map(|pin| pin.key);
        let pinned = pin.is_some();
        let places = limits::PENDING_HANDSHAKES - if pinned { 0 } else { KEPT_FOR_PINNED };
        let admitted = turn
            .shared
            .listener
            .admit(frame, &self.account, pin.as_ref(), turn.now);
        let work = match admitted {
            Ok(flight) if turn.shared.handshakes >= places => {
                if self.turn_away(0, turn) {
                    self.word(Work::TurnAway(flight), presence, turn);
                }
                return;
            }
            Ok(flight) => Work::Verify(flight),
            Err(ListenError::PrekeyUnknown) => {
                let unknown = turn.shared.listener.unknown_prekey(frame, &self.account);
                if let Ok(unknown) = unknown {
                    self.word(Work::DeclineUnknown(unknown), presence, turn);
                }
                return;
            }
            Err(ListenError::Full | ListenError::Rate) => {
                self.turn_away(0, turn);
                return;
            }
            Err(_) => return,
        };
        let job = turn.work(Some(self.account), work);
        self.jobs.insert(job, Doing::Flight { presence });
    }

    /// A first flight is genuine. It counts as seen from here on, whatever becomes of it.
    fn verified(&mut self, presence: Presence, flight: VerifiedFlight, turn: &mut Turn<'_, E>) {
        let account = self.account;
        let pin = turn.shared.pins.get(&account);
        let contested = pin.is_some_and(|pin| pin.contested.is_some());
        let pin = pin.map(|pin| pin.key);
        let key = flight.key();
        let remembered = turn
            .shared
            .listener
            .remember(flight, pin.as_ref(), turn.now);
        match remembered {
            Ok(_) if contested => turn.tell(Event::KeyChanged { account, key }),
            Ok(flight) => {
                let job = turn.work(Some(account), Work::Open(flight));
                self.jobs.insert(job, Doing::Flight { presence });
            }
            Err(ListenError::IdentityChanged) => turn.tell(Event::KeyChanged { account, key }),
            Err(ListenError::Full | ListenError::Rate) => {
                self.turn_away(0, turn);
            }
            Err(_) => {}
        }
    }

    /// A call that may ring.
    fn arrived(&mut self, presence: Presence, offer: IncomingOffer<E>, turn: &mut Turn<'_, E>) {
        let wait = turn.shared.rate.wait(&self.account, turn.now);
        if wait > 0 {
            self.decline_offer(offer, EndReason::Busy, presence, turn);
            self.turn_away(wait, turn);
            return;
        }
        // One account calls under one key. While nothing is pinned anybody whom the relay helps could call under another, and
        // the words of the one would stand above a session with the other.
        let key = offer.peer().key;
        let rings = self.ring.as_ref().map(|ring| ring.offer.peer().key);
        let talks = self
            .conversation
            .as_ref()
            .map(|conversation| conversation.key);
        if rings.or(talks).is_some_and(|first| first != key) {
            return;
        }
        let own = turn.shared.local.party().key;
        if let Some(conversation) = &mut self.conversation {
            let calling = conversation.attempt.as_ref().map(Attempt::is_calling);
            let renews = conversation
                .session()
                .is_some_and(|session| session.is_secure() && offer.renews(session));
            match calling {
                // Both call. The smaller key's flight counts, once it is on its way to where the peer is (protocol 4.7).
                Some(true) => {
                    let ours = matches!(conversation.attempt, Some(Attempt::Ringing { .. }))
                        && conversation.called == Some(presence);
                    if ours && winner(&own, &key) == Winner::Own {
                        return;
                    }
                    conversation.drop_attempt();
                    conversation.postpone_early(turn);
                    conversation.request.clear();
                    conversation.answer(offer, presence, turn);
                    return;
                }
                // One is being completed: a call that comes now is late, or a lie.
                Some(false) if !conversation.is_open() => return,
                Some(false) => {
                    self.decline_offer(offer, EndReason::Busy, presence, turn);
                    return;
                }
                None if renews => {
                    conversation.request.clear();
                    conversation.answer(offer, presence, turn);
                    return;
                }
                // A flight that lost (protocol 4.7) and comes late: ours was accepted, and READY is on its way.
                None if !offer.is_prekey_start() && conversation.is_open() => return,
                // A new run of the peer's client calls anew: the person decides.
                None => {}
            }
        }
        let account = self.account;
        if self.ring.is_none() && self.conversation.is_none() {
            let full = turn.shared.conversations >= limits::CONVERSATIONS;
            if full {
                self.decline_offer(offer, EndReason::Busy, presence, turn);
                self.turn_away(0, turn);
                return;
            }
        }
        turn.tell(Event::Incoming {
            account,
            key,
            known: turn.shared.pins.get(&account).is_some(),
            request: offer.is_prekey_start(),
        });
        self.ring = Some(Ring {
            offer,
            presence,
            until: turn.after(turn.shared.settings.accept),
            request: Vec::new(),
        });
    }

    /// What is refused for want of room is told once in a while; whether this time.
    fn turn_away(&mut self, wait: u64, turn: &mut Turn<'_, E>) -> bool {
        let pause = turn.shared.settings.turn_away;
        if self
            .turned_away
            .is_some_and(|at| turn.now.saturating_sub(at) < pause)
        {
            return false;
        }
        let account = self.account;
        let known = turn.shared.pins.get(&account).is_some();
        let told = known || turn.shared.strangers.may_tell(turn.now, pause);
        if told {
            self.turned_away = Some(turn.now);
            turn.tell(Event::TurnedAway { account, wait });
        }
        told
    }

    fn decline_offer(
        &mut self,
        offer: IncomingOffer<E>,
        reason: EndReason,
        presence: Presence,
        turn: &mut Turn<'_, E>,
    ) {
        let pause = turn.shared.settings.turn_away;
        let lately = self
            .turned_away
            .is_some_and(|at| turn.now.saturating_sub(at) < pause);
        if reason == EndReason::Declined || !lately {
            self.word(Work::Decline(offer, reason), presence, turn);
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

    fn ring_end(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) {
        let Some(Ring {
            offer,
            presence,
            until,
            request,
        }) = self.ring.take()
        else {
            return;
        };
        let work = Work::VerifyEnd(Handshake::Incoming(offer), frame.to_vec());
        let job = turn.work(Some(self.account), work);
        self.jobs.insert(
            job,
            Doing::RingEnd {
                presence,
                until,
                request,
                accept: None,
            },
        );
    }

    /// A word that came with a call.
    fn early(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) {
        let account = self.account;
        let opened = match (&mut self.ring, &mut self.conversation) {
            (Some(ring), _) => ring.offer.receive_early(frame, &account),
            (None, Some(conversation)) => match &mut conversation.attempt {
                Some(Attempt::Awaiting { pending, .. }) => pending.receive_early(frame, &account),
                _ => return,
            },
            (None, None) => return,
        };
        // Damaged, repeated or out of order: CONFIRM tells how many there should be.
        let Ok(EarlyMessage { seq, content }) = opened else {
            return;
        };
        let session = 1 + self.conversation.as_ref().map_or(0, Conversation::sessions);
        let (file, body) = match content {
            Content::Text { text, reply: _ } => (None, Body::Text { text, reply: None }),
            Content::File(descriptor) => match file_id(&descriptor) {
                Some((file, chunks)) => (Some((file, chunks)), Body::File { file, descriptor }),
                None => return,
            },
            _ => return,
        };
        let requested = Requested { seq, file };
        match (&mut self.ring, &mut self.conversation) {
            (Some(ring), _) => ring.request.push(requested),
            (None, Some(conversation)) => conversation.request.push(requested),
            (None, None) => return,
        }
        turn.tell(Event::Message {
            account,
            id: MessageId::Peer { session, seq },
            body,
            early: true,
        });
    }

    // ---- What the person does

    /// Whether a call rings here.
    pub(super) fn rings(&self) -> bool {
        self.ring.is_some()
            || self
                .jobs
                .values()
                .any(|doing| matches!(doing, Doing::RingEnd { .. }))
    }

    /// The key of the call that rings.
    pub(super) fn ringing_key(&self) -> Option<IdentityKey> {
        self.ring.as_ref().map(|ring| ring.offer.peer().key)
    }

    /// Calls the account.
    pub(super) fn call(&mut self, name: AccountName, key: IdentityKey, turn: &mut Turn<'_, E>) {
        let conversation = Conversation::new(self.account, name, key, None);
        let conversation = self.conversation.insert(conversation);
        conversation.seek(turn);
    }

    /// Accepts the call that rings.
    pub(super) fn accept(&mut self, name: AccountName, turn: &mut Turn<'_, E>) {
        let Some(ring) = self.ring.take() else {
            for doing in self.jobs.values_mut() {
                if let Doing::RingEnd { accept, .. } = doing {
                    *accept = Some(name.clone());
                }
            }
            return;
        };
        let account = self.account;
        turn.tell(Event::IncomingOver { account });
        let key = ring.offer.peer().key;
        let conversation = self.conversation.get_or_insert_with(|| {
            Conversation::new(account, name.clone(), key, Some(ring.presence))
        });
        conversation.drop_attempt();
        conversation.postpone_early(turn);
        (conversation.name, conversation.key) = (name, key);
        conversation.request = ring.request;
        conversation.answer(ring.offer, ring.presence, turn);
    }

    /// Declines it.
    pub(super) fn decline(&mut self, turn: &mut Turn<'_, E>) {
        if let Some(ring) = self.ring.take() {
            let account = self.account;
            turn.tell(Event::IncomingOver { account });
            self.decline_offer(ring.offer, EndReason::Declined, ring.presence, turn);
        }
    }

    /// Leaves the conversation.
    pub(super) fn leave(&mut self, turn: &mut Turn<'_, E>) {
        self.settle(Fate::Ends(EndedBy::Us), turn);
    }

    // ---- The end of a conversation

    /// What a step decided.
    pub(super) fn settle(&mut self, fate: Fate, turn: &mut Turn<'_, E>) {
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
        // Whoever has said that it is over needs no BYE.
        let told = matches!(by, EndedBy::Peer | EndedBy::PeerBefore);
        if !told
            && let (Some(talk), Some(presence)) = (&mut conversation.talk, conversation.address)
        {
            let (sid, peer) = (talk.sid(), talk.session.peer());
            if let Ok(sent) = talk.session.send(&Content::Bye, turn.rng) {
                turn.send(Lane::Message, self.account, presence, &sent.frame);
                let settings = turn.shared.settings;
                if self.leaving.len() >= LEAVING {
                    self.leaving.remove(0);
                }
                self.leaving.push(Leaving {
                    sid,
                    peer,
                    presence,
                    frame: sent.frame,
                    again: turn.after(settings.resend_first),
                    pause: settings.resend_first,
                    until: turn.after(settings.interruption),
                });
            }
        }
        conversation.end(by, turn);
    }

    fn over(&mut self, sid: SessionId, frame: &[u8], turn: &mut Turn<'_, E>) {
        let left = self.leaving.iter().find(|leaving| leaving.sid == sid);
        let peer = left.map(|leaving| leaving.peer).or_else(|| {
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
        self.leaving.retain(|leaving| leaving.sid != sid);
        if let Some(conversation) = &mut self.conversation {
            let fate = conversation.over(&sid, turn);
            self.settle(fate, turn);
        }
    }

    // ---- Jobs

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
                let Some(conversation) = &mut self.conversation else {
                    return;
                };
                let fate = attempt_done(conversation, id, result, turn);
                self.settle(fate, turn);
            }
            _ => {}
        }
        self.drain(turn);
    }

    // ---- The clock

    /// Looks at everything that is due.
    pub(super) fn advance(&mut self, turn: &mut Turn<'_, E>) {
        let now = turn.now;
        if self.ring.as_ref().is_some_and(|ring| now >= ring.until) {
            self.ring = None;
            let account = self.account;
            turn.tell(Event::IncomingOver { account });
        }
        self.leaving.retain(|leaving| now < leaving.until);
        let longest = turn.shared.settings.resend_bounds.1;
        for leaving in &mut self.leaving {
            if now < leaving.again || !turn.shared.line.is_online() {
                continue;
            }
            if turn.shared.pace.take_again(now) {
                leaving.pause = (leaving.pause * 2).min(longest);
                leaving.again = now.saturating_add(leaving.pause);
                turn.send(
                    Lane::Message,
                    self.account,
                    leaving.presence,
                    &leaving.frame,
                );
            } else {
                leaving.again = turn.shared.pace.next_again();
            }
        }
        if let Some(conversation) = &mut self.conversation {
            let fate = conversation.advance_attempt(turn);
            let fate = match fate {
                Fate::Lives => conversation.advance(turn),
                ended @ Fate::Ends(_) => ended,
            };
            self.settle(fate, turn);
        }
        self.renew(turn);
    }

    /// A new handshake beside the open session, if one is due.
    fn renew(&mut self, turn: &mut Turn<'_, E>) {
        if let Some(conversation) = &mut self.conversation
            && conversation.wants_renewal(turn.now, turn)
        {
            let fate = conversation.make_offer(None, turn);
            self.settle(fate, turn);
        }
    }

    /// When something is due.
    pub(super) fn next_wake(&self, turn: &Turn<'_, E>) -> Option<u64> {
        let online = turn.shared.line.is_online();
        let allowed = turn.shared.pace.next_again();
        let ring = self.ring.as_ref().map(|ring| ring.until);
        let leaving = self.leaving.iter().map(|leaving| {
            if online {
                leaving.until.min(leaving.again.max(allowed))
            } else {
                leaving.until
            }
        });
        let conversation = self.conversation.as_ref();
        let conversation = conversation.and_then(|conversation| conversation.next_wake(turn));
        leaving.chain(ring).chain(conversation).min()
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
