//! Calls of this account's, and ours to it: what may ring, what is answered at once, what is turned away.

use alloc::vec::Vec;

use super::ring::Ring;
use super::{Doing, Peer};
use crate::client::attempt::Attempt;
use crate::client::conversation::{Conversation, Requested, file_id};
use crate::client::event::{Body, Event, MessageId};
use crate::client::job::{Handshake, Work};
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::handshake::{
    EarlyMessage, EndReason, IncomingOffer, ListenError, VerifiedFlight, Winner, winner,
};
use crate::identity::{AccountName, IdentityKey};
use crate::ids::Presence;
use crate::limits;
use crate::session::Content;

/// Places of the pending handshakes that are kept for people who are pinned.
const KEPT_FOR_PINNED: usize = 8;

impl<E: Engine> Peer<E> {
    pub(super) fn first_flight(
        &mut self,
        presence: Presence,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) {
        let pin = turn.shared.pins.get(&self.account).map(|pin| pin.key);
        let pinned = pin.is_some();
        let places = limits::PENDING_HANDSHAKES - if pinned { 0 } else { KEPT_FOR_PINNED };
        let admitted = turn
            .shared
            .listener
            .admit(frame, &self.account, pin.as_ref(), turn.now);
        let work = match admitted {
            Ok(flight) if turn.shared.tally.handshakes >= places => {
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
    pub(super) fn verified(
        &mut self,
        presence: Presence,
        flight: VerifiedFlight,
        turn: &mut Turn<'_, E>,
    ) {
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
    pub(super) fn arrived(
        &mut self,
        presence: Presence,
        offer: IncomingOffer<E>,
        turn: &mut Turn<'_, E>,
    ) {
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
                // Not the client that has the session: the person decides.
                _ if conversation.begins_anew(presence, turn) => {}
                // Both call. The smaller key's flight counts, once it is on its way to where the peer is (protocol 4.7).
                Some(true) => {
                    let ours = matches!(conversation.attempt, Some(Attempt::Ringing { .. }))
                        && conversation.partner == Some(presence);
                    if ours && winner(&own, &key) == Winner::Own {
                        return;
                    }
                    conversation.drop_attempt();
                    conversation.postpone_early(turn);
                    conversation.request.clear();
                    conversation.answer(offer, presence, turn);
                    return;
                }
                // One is being completed, and the caller has given that up, or the call is late, or a lie.
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
            let full = turn.shared.tally.conversations >= limits::CONVERSATIONS;
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
        let account = self.account;
        let known = turn.shared.pins.get(&account).is_some();
        let pause = turn.shared.settings.turn_away;
        let told = turn
            .shared
            .turned_away
            .may_tell(account, known, turn.now, pause);
        if told {
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
        let lately = turn
            .shared
            .turned_away
            .lately(&self.account, turn.now, pause);
        if reason == EndReason::Declined || !lately {
            self.word(Work::Decline(offer, reason), presence, turn);
        }
    }

    pub(super) fn ring_end(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) {
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
    pub(super) fn early(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) {
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

    /// Whether a call rings here.
    pub(in crate::client) fn rings(&self) -> bool {
        self.ring.is_some()
            || self
                .jobs
                .values()
                .any(|doing| matches!(doing, Doing::RingEnd { .. }))
    }

    /// The key of the call that rings.
    pub(in crate::client) fn ringing_key(&self) -> Option<IdentityKey> {
        self.ring.as_ref().map(|ring| ring.offer.peer().key)
    }

    /// Calls the account.
    pub(in crate::client) fn call(
        &mut self,
        name: AccountName,
        key: IdentityKey,
        turn: &mut Turn<'_, E>,
    ) {
        self.leaving.conclude(turn);
        let conversation = Conversation::new(self.account, name, key, None);
        let conversation = self.conversation.insert(conversation);
        conversation.seek(turn);
    }

    /// Accepts the call that rings.
    pub(in crate::client) fn accept(&mut self, name: AccountName, turn: &mut Turn<'_, E>) {
        let Some(ring) = self.ring.take() else {
            for doing in self.jobs.values_mut() {
                if let Doing::RingEnd { accept, .. } = doing {
                    *accept = Some(name.clone());
                }
            }
            return;
        };
        self.leaving.conclude(turn);
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
        conversation.answer_anew(ring.offer, ring.presence, turn);
    }

    /// Declines it.
    pub(in crate::client) fn decline(&mut self, turn: &mut Turn<'_, E>) {
        if let Some(ring) = self.ring.take() {
            let account = self.account;
            turn.tell(Event::IncomingOver { account });
            self.decline_offer(ring.offer, EndReason::Declined, ring.presence, turn);
        }
    }
}
