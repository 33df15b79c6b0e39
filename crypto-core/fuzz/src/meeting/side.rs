//! One side: what it has under way, and what the model knows about it.

use std::collections::VecDeque;
use std::vec::Vec;

use duet_crypto::engine::{LocalIdentity, Software};
use duet_crypto::handshake::{
    HandshakeId, IncomingOffer, Listener, Offer, PendingSession, Presence,
};
use duet_crypto::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use duet_crypto::pins::{PinError, PinState, Pins};
use duet_crypto::prekeys::PrekeyId;
use duet_crypto::session::Session;

use super::super::common::account;

const NAMES: [&str; 2] = ["alice", "bob"];

/// A handshake under way, with the number of its early messages that were sent or heard.
pub(super) struct UnderWay<T> {
    pub(super) state: T,
    pub(super) early: u32,
}

impl<T> UnderWay<T> {
    pub(super) const fn new(state: T) -> Self {
        Self { state, early: 0 }
    }
}

/// One side.
pub(super) struct Side {
    index: usize,
    /// How often the page was loaded, and how often the key was replaced.
    run: u8,
    epoch: u8,
    pub(super) me: LocalIdentity<Software>,
    pub(super) listener: Listener<Software>,
    pub(super) offers: Vec<UnderWay<Offer<Software>>>,
    pub(super) ringing: Vec<UnderWay<IncomingOffer<Software>>>,
    pub(super) pending: Vec<UnderWay<PendingSession<Software>>>,
    pub(super) sessions: Vec<(HandshakeId, Session)>,
    pins: Pins,

    // The model: what the listener has taken and keeps, and the peer's pinned key.
    pub(super) seen: Vec<HandshakeId>,
    pub(super) prekeys: VecDeque<PrekeyId>,
    pinned: Option<IdentityKey>,
}

impl Side {
    pub(super) fn new(index: usize) -> Self {
        let me = identity(index, 0);
        Self {
            index,
            run: 0,
            epoch: 0,
            listener: Listener::new(me.clone(), presence(index, 0)),
            me,
            offers: Vec::new(),
            ringing: Vec::new(),
            pending: Vec::new(),
            sessions: Vec::new(),
            pins: Pins::new(Realm::new("chat.example").unwrap()),
            seen: Vec::new(),
            prekeys: VecDeque::new(),
            pinned: None,
        }
    }

    pub(super) fn key(&self) -> IdentityKey {
        self.me.party().key
    }

    pub(super) fn presence(&self) -> Presence {
        presence(self.index, self.run)
    }

    pub(super) const fn pinned(&self) -> Option<IdentityKey> {
        self.pinned
    }

    /// Another run: nothing is left but identity, pins and sessions.
    pub(super) fn reload(&mut self) {
        self.run = self.run.wrapping_add(1);
        self.listener = Listener::new(self.me.clone(), self.presence());
        self.offers.clear();
        self.ringing.clear();
        self.pending.clear();
        self.seen.clear();
        self.prekeys.clear();
    }

    /// Another key, and another run.
    pub(super) fn rekey(&mut self) {
        self.epoch = (self.epoch + 1) % 3;
        self.me = identity(self.index, self.epoch);
        self.sessions.clear();
        self.reload();
    }

    /// The user settles whose key is right.
    pub(super) fn reset(&mut self, key: &IdentityKey) {
        let peer = account(NAMES[1 - self.index]);
        let reset = self.pins.reset(&peer, key, PinState::Compared, 0);
        assert_eq!(reset.is_ok(), self.pinned.is_some());
        self.pinned = self.pinned.map(|_| *key);
    }

    /// A handshake has completed: its session is kept if the pin allows it.
    pub(super) fn complete(&mut self, hid: HandshakeId, session: Session) {
        let peer = session.peer();
        let name = AccountName::new(NAMES[1 - self.index]).unwrap();
        let written = self.pins.complete(&name, &peer.key, 0);
        if *self.pinned.get_or_insert(peer.key) == peer.key {
            assert!(written.is_ok());
            self.sessions.push((hid, session));
        } else {
            assert_eq!(written, Err(PinError::Changed));
        }
    }

    /// What can be seen is what the model says.
    pub(super) fn check(&self) {
        assert_eq!(self.listener.prekeys(), self.prekeys.len());
        assert_eq!(self.listener.presence(), self.presence());
        let pin = self.pins.get(&account(NAMES[1 - self.index]));
        assert_eq!(pin.map(|pin| pin.key), self.pinned);
    }
}

/// One of three keys of an account.
fn identity(index: usize, epoch: u8) -> LocalIdentity<Software> {
    let seed = [[index as u8 + 1, epoch]; 16].concat();
    let seed = IdentitySeed::from_bytes(seed.first_chunk().unwrap());
    LocalIdentity::software(seed, account(NAMES[index]))
}

fn presence(index: usize, run: u8) -> Presence {
    let mut presence = [index as u8; 16];
    presence[0] = run;
    Presence(presence)
}
