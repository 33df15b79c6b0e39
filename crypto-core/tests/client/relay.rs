//! A relay in memory: a seat for each person, frames in the air, and the rules of protocol 9. What becomes of a payload on its
//! way is the world's to say.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::vec::Vec;

use duet_crypto::identity::AccountId;
use duet_crypto::relay::{
    AckStatus, Challenge, ClientFrame, EnvelopeId, NoPrekey, PrekeyBytes, Presence, ServerFrame,
    WelcomeStatus,
};

/// One person's connection.
struct Seat {
    account: AccountId,
    /// Logged in under this run.
    run: Option<Presence>,
    watched: BTreeSet<AccountId>,
    prekeys: VecDeque<PrekeyBytes>,
}

/// A payload that somebody sends.
pub(crate) struct Payload {
    pub(crate) id: EnvelopeId,
    pub(crate) to: AccountId,
    pub(crate) presence: Presence,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct Relay {
    seats: Vec<Seat>,
    /// Frames for a client on their way: when, to whom, bytes.
    air: BTreeMap<(u64, u64), (usize, Vec<u8>)>,
    counter: u64,
    /// One way, in ms.
    pub(crate) latency: u64,
    /// So many of the next WATCHes are lost, and of the answers to them.
    pub(crate) lost_watches: usize,
    pub(crate) lost_presences: usize,
    /// So many of the next answers to PREKEY_GET are lost.
    pub(crate) lost_prekeys: usize,
    /// The prekeys that were asked for.
    pub(crate) asked: Vec<EnvelopeId>,
    /// What becomes of a prekey that it hands out.
    pub(crate) tamper: Box<dyn FnMut(PrekeyBytes) -> PrekeyBytes>,
}

impl Relay {
    pub(crate) fn new(accounts: impl IntoIterator<Item = AccountId>, latency: u64) -> Self {
        let seats = accounts.into_iter().map(|account| Seat {
            account,
            run: None,
            watched: BTreeSet::new(),
            prekeys: VecDeque::new(),
        });
        Self {
            seats: seats.collect(),
            air: BTreeMap::new(),
            counter: 0,
            latency,
            lost_watches: 0,
            lost_presences: 0,
            lost_prekeys: 0,
            asked: Vec::new(),
            tamper: Box::new(|prekey| prekey),
        }
    }

    /// The run under which somebody is logged in.
    pub(crate) fn run(&self, index: usize) -> Option<Presence> {
        self.seats[index].run
    }

    /// Whose run this is, if it is logged in.
    pub(crate) fn seat_of(&self, account: &AccountId, presence: Presence) -> Option<usize> {
        let index = self.index_of(account)?;
        (self.run(index) == Some(presence)).then_some(index)
    }

    fn index_of(&self, account: &AccountId) -> Option<usize> {
        self.seats.iter().position(|seat| seat.account == *account)
    }

    pub(crate) fn forget_prekeys(&mut self, index: usize) {
        self.seats[index].prekeys.clear();
    }

    // ---- The air

    /// A frame for a client.
    pub(crate) fn fly(&mut self, now: u64, to: usize, bytes: Vec<u8>, later: u64) {
        self.counter += 1;
        let at = now + self.latency + later;
        self.air.insert((at, self.counter), (to, bytes));
    }

    /// A payload in anybody's name, under an `eid` of its own.
    pub(crate) fn deliver(
        &mut self,
        now: u64,
        (from, presence): (AccountId, Presence),
        to: usize,
        payload: &[u8],
        later: u64,
    ) {
        let mut id = [0xee; 16];
        id[..8].copy_from_slice(&self.counter.to_be_bytes());
        let frame = ServerFrame::Deliver {
            id: EnvelopeId(id),
            from,
            presence,
            payload,
        };
        self.fly(now, to, frame.encode(), later);
    }

    /// When the next frame arrives.
    pub(crate) fn arrival(&self) -> Option<u64> {
        self.air.first_key_value().map(|((at, _), _)| *at)
    }

    /// The frame that arrives next, and at whom.
    pub(crate) fn land(&mut self) -> Option<(usize, Vec<u8>)> {
        self.air.pop_first().map(|(_, frame)| frame)
    }

    // ---- Connections

    /// A socket was opened.
    pub(crate) fn welcome(&mut self, now: u64, index: usize) {
        let challenge = ServerFrame::Challenge(challenge_for(index)).encode();
        self.fly(now, index, challenge, 0);
    }

    /// Closes a connection, and forgets.
    pub(crate) fn hang_up(&mut self, now: u64, index: usize) {
        self.air.retain(|_, (to, _)| *to != index);
        let seat = &mut self.seats[index];
        seat.prekeys.clear();
        seat.watched.clear();
        if let Some(presence) = seat.run.take() {
            self.tell_all(now, index, presence, false);
        }
    }

    /// A word about an account.
    pub(crate) fn tell(
        &mut self,
        now: u64,
        to: usize,
        account: AccountId,
        presence: Presence,
        online: bool,
    ) {
        let frame = ServerFrame::Presence {
            account,
            presence,
            online,
            max_version: 1,
        };
        self.fly(now, to, frame.encode(), 0);
    }

    fn tell_all(&mut self, now: u64, index: usize, presence: Presence, online: bool) {
        let account = self.seats[index].account;
        for watcher in 0..self.seats.len() {
            if self.seats[watcher].watched.contains(&account) {
                self.tell(now, watcher, account, presence, online);
            }
        }
    }

    // ---- Frames

    pub(crate) fn acknowledge(
        &mut self,
        now: u64,
        index: usize,
        id: EnvelopeId,
        status: AckStatus,
    ) {
        self.fly(now, index, ServerFrame::Ack { id, status }.encode(), 0);
    }

    /// A frame of a client's. A payload comes back: it is not on its way yet.
    pub(crate) fn take(&mut self, now: u64, index: usize, bytes: &[u8]) -> Option<Payload> {
        match ClientFrame::decode(bytes).unwrap() {
            ClientFrame::Login(login) => {
                login.verify(&challenge_for(index)).unwrap();
                assert_eq!(login.account, self.seats[index].account);
                self.seats[index].run = Some(login.presence);
                let welcome = ServerFrame::Welcome(WelcomeStatus::Ok).encode();
                self.fly(now, index, welcome, 0);
                self.tell_all(now, index, login.presence, true);
            }
            ClientFrame::Token(_) => {
                let welcome = ServerFrame::Welcome(WelcomeStatus::Ok).encode();
                self.fly(now, index, welcome, 0);
            }
            ClientFrame::Send {
                id,
                to,
                presence,
                payload,
            } => {
                let bytes = payload.to_vec();
                return Some(Payload {
                    id,
                    to,
                    presence,
                    bytes,
                });
            }
            ClientFrame::Prekeys { id, prekeys } => {
                self.seats[index].prekeys.extend(prekeys);
                self.acknowledge(now, index, id, AckStatus::Written);
            }
            ClientFrame::PrekeyGet {
                id,
                account,
                presence,
            } => {
                self.asked.push(id);
                if self.lost_prekeys > 0 {
                    self.lost_prekeys -= 1;
                    return None;
                }
                let owner = self.seat_of(&account, presence);
                let prekey = owner.and_then(|one| self.seats[one].prekeys.pop_front());
                let prekey = prekey.map(&mut self.tamper);
                let frame = ServerFrame::PrekeyResponse {
                    id,
                    prekey: prekey.as_ref().ok_or(NoPrekey::NoneLeft),
                };
                let frame = frame.encode();
                self.fly(now, index, frame, 0);
            }
            ClientFrame::Watch { accounts, .. } => self.watch(now, index, accounts.accounts()),
            ClientFrame::Beat { .. } => {}
        }
        None
    }

    fn watch(&mut self, now: u64, index: usize, accounts: impl Iterator<Item = AccountId>) {
        if self.lost_watches > 0 {
            self.lost_watches -= 1;
            return;
        }
        let set: BTreeSet<_> = accounts.collect();
        let before = core::mem::replace(&mut self.seats[index].watched, set.clone());
        for account in set.difference(&before) {
            if self.lost_presences > 0 {
                self.lost_presences -= 1;
                continue;
            }
            let run = self.index_of(account).and_then(|one| self.run(one));
            let presence = run.unwrap_or(Presence([0; 16]));
            self.tell(now, index, *account, presence, run.is_some());
        }
    }
}

/// The challenge of a client's connection.
fn challenge_for(index: usize) -> Challenge {
    Challenge([u8::try_from(index).unwrap(); 32])
}
