//! Handshakes, any number of them at once: offers, prekeys, early messages, refusals, glare, renewal, other keys, a relay
//! that repeats, forges and lies. Beside them a model that says beforehand what every frame must meet with.

mod side;
mod step;

use std::vec::Vec;

use duet_crypto::engine::block_on;
use duet_crypto::handshake::{
    Accepted, Confirmed, DeclineError, EarlyError, EndError, EndReason, HandshakeId, ListenError,
    Offer, Presence, Role, Unconcerned, Winner, winner,
};
use duet_crypto::identity::{AccountId, IdentityKey, Party};
use duet_crypto::limits;
use duet_crypto::prekeys::frame::PrekeyFrame;
use duet_crypto::prekeys::{PrekeyBundle, PrekeyError, PrekeyId};
use duet_crypto::session::{Content, EarlyCount, Session};

use super::common::TestRng;
use side::{Side, UnderWay};
use step::Step;

/// Longest script, most frames, and most offers of a side under way.
const STEPS: usize = 48;
const FRAMES: usize = 96;
const OFFERS: usize = 4;

/// Somebody else, whom the relay may name.
const STRANGER: AccountId = AccountId([9; 32]);

/// A frame that an honest side made.
struct Frame {
    from: usize,
    hid: HandshakeId,
    what: What,
    bytes: Vec<u8>,
}

/// What a frame is, and what the model needs to know about it.
#[derive(Clone, Copy)]
enum What {
    First(First),
    Accept,
    Confirm,
    Early { seq: u32 },
    End(EndReason),
}

/// OFFER or INIT: under which keys, to which run, with which prekey.
#[derive(Clone, Copy)]
struct First {
    from: IdentityKey,
    to: IdentityKey,
    presence: Presence,
    prekey: Option<PrekeyId>,
}

/// A prekey that the relay has seen.
struct Published {
    owner: usize,
    pkid: PrekeyId,
    presence: Presence,
    key: IdentityKey,
    bytes: Vec<u8>,
}

/// Two people, and everything that was ever sent.
struct Meeting {
    sides: [Side; 2],
    frames: Vec<Frame>,
    prekeys: Vec<Published>,
    rng: TestRng,
}

/// A script of handshakes.
pub fn meeting(bytes: &[u8]) {
    let mut meeting = Meeting {
        sides: [Side::new(0), Side::new(1)],
        frames: Vec::new(),
        prekeys: Vec::new(),
        rng: TestRng::new(0),
    };
    for step in bytes.as_chunks().0.iter().take(STEPS) {
        // What a script may take is bounded: a step adds at most two frames.
        if meeting.frames.len() + 2 > FRAMES {
            break;
        }
        meeting.step(Step::decode(*step));
        meeting.sides.iter().for_each(Side::check);
    }
}

impl Meeting {
    fn step(&mut self, step: Step) {
        match step {
            Step::Offer { side } => self.offer(side, None),
            Step::Init { side, which } => {
                let of_peer = |at: &usize| self.prekeys[*at].owner != side;
                let of_peer: Vec<_> = (0..self.prekeys.len()).filter(of_peer).collect();
                if let Some(which) = which.checked_rem(of_peer.len()) {
                    self.offer(side, Some(of_peer[which]));
                }
            }
            Step::Publish { side, count } => self.publish(side, count),
            Step::Early { side, which } => self.early(side, which),
            Step::Accept { side, which } => self.accept(side, which),
            Step::Decline {
                side,
                which,
                reason,
            } => {
                if let Some(ringing) = take(&mut self.sides[side].ringing, which) {
                    let hid = ringing.state.hid();
                    let end = block_on(ringing.state.decline(reason)).unwrap();
                    self.put(side, hid, What::End(reason), &end);
                }
            }
            Step::Cancel { side, which } => {
                if let Some(offer) = take(&mut self.sides[side].offers, which) {
                    let hid = offer.state.hid();
                    let end = block_on(offer.state.cancel()).unwrap();
                    self.put(side, hid, What::End(EndReason::Cancelled), &end);
                }
            }
            Step::Deliver { which, lie } => {
                if let Some(which) = which.checked_rem(self.frames.len()) {
                    self.deliver(which, lie);
                }
            }
            Step::Reflect { which } => {
                if let Some(which) = which.checked_rem(self.frames.len()) {
                    let Frame { from, bytes, .. } = &self.frames[which];
                    let (to, bytes) = (*from, bytes.clone());
                    self.refuse(to, &bytes);
                }
            }
            Step::Forge { which, at, change } => {
                if let Some(which) = which.checked_rem(self.frames.len()) {
                    let Frame { from, bytes, .. } = &self.frames[which];
                    let (to, mut bytes) = (1 - from, bytes.clone());
                    let at = at % bytes.len();
                    bytes[at] ^= change;
                    self.refuse(to, &bytes);
                }
            }
            Step::Reload { side } => self.sides[side].reload(),
            Step::Rekey { side } => self.sides[side].rekey(),
            Step::Reset { side } => {
                let key = self.sides[1 - side].key();
                self.sides[side].reset(&key);
            }
        }
    }

    fn put(&mut self, from: usize, hid: HandshakeId, what: What, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.frames.push(Frame {
            from,
            hid,
            what,
            bytes,
        });
    }

    fn publish(&mut self, side: usize, count: usize) {
        let owner = &mut self.sides[side];
        let made = block_on(owner.listener.publish_prekeys(count, &mut self.rng));
        assert_eq!(made.is_ok(), count <= limits::PREKEYS);
        for bytes in made.unwrap_or_default() {
            let pkid = PrekeyFrame::decode(&bytes).unwrap().pkid;
            owner.prekeys.push_back(pkid);
            if owner.prekeys.len() > limits::PREKEYS_KEPT {
                owner.prekeys.pop_front();
            }
            self.prekeys.push(Published {
                owner: side,
                pkid,
                presence: owner.presence(),
                key: owner.key(),
                bytes: bytes.to_vec(),
            });
        }
    }

    /// Offers to whom the pin names, or the directory where nobody is pinned.
    fn offer(&mut self, side: usize, prekey: Option<usize>) {
        let presence = self.sides[1 - side].presence();
        let mut peer = self.sides[1 - side].me.party();
        let own = &mut self.sides[side];
        peer.key = own.pinned().unwrap_or(peer.key);
        if own.offers.len() >= OFFERS {
            return;
        }
        let prekey = prekey.map(|at| &self.prekeys[at]);
        let offer = if let Some(prekey) = prekey {
            let verified = PrekeyBundle::verify(&own.me, &prekey.bytes, &peer, &presence);
            let expected = if prekey.key != peer.key {
                Some(PrekeyError::IdentityChanged)
            } else if prekey.presence != presence {
                Some(PrekeyError::Presence)
            } else {
                None
            };
            let bundle = match block_on(verified) {
                Ok(bundle) => bundle,
                Err(error) => return assert_eq!(Some(error), expected),
            };
            assert_eq!((expected, bundle.pkid()), (None, prekey.pkid));
            block_on(Offer::create_with_prekey(&own.me, bundle, &mut self.rng))
        } else {
            block_on(Offer::create(&own.me, peer, presence, &mut self.rng))
        };
        let offer = offer.unwrap();
        assert_eq!(offer.is_prekey_start(), prekey.is_some());
        let first = First {
            from: own.key(),
            to: peer.key,
            presence,
            prekey: prekey.map(|prekey| prekey.pkid),
        };
        let (hid, bytes) = (offer.hid(), offer.frame().to_vec());
        own.offers.push(UnderWay::new(offer));
        self.put(side, hid, What::First(first), &bytes);
    }

    fn early(&mut self, side: usize, which: usize) {
        let offers = &mut self.sides[side].offers;
        let Some(which) = which.checked_rem(offers.len()) else {
            return;
        };
        let offer = &mut offers[which];
        let may = offer.state.is_prekey_start() && offer.early < limits::EARLY_MESSAGES;
        let sent = offer.state.send_early(&text(offer.early));
        assert_eq!(sent.is_ok(), may);
        if let Ok(sent) = sent {
            assert_eq!(sent.seq, offer.early);
            offer.early += 1;
            let hid = offer.state.hid();
            self.put(side, hid, What::Early { seq: sent.seq }, &sent.frame);
        }
    }

    fn accept(&mut self, side: usize, which: usize) {
        let Some(ringing) = take(&mut self.sides[side].ringing, which) else {
            return;
        };
        let pending = block_on(ringing.state.accept(&mut self.rng)).unwrap();
        let (hid, bytes) = (pending.hid(), *pending.frame());
        self.sides[side].pending.push(UnderWay {
            state: pending,
            early: ringing.early,
        });
        self.put(side, hid, What::Accept, &bytes);
    }

    /// An honest frame arrives: the model knows what must happen.
    fn deliver(&mut self, which: usize, lie: bool) {
        let Frame {
            from,
            hid,
            what,
            ref bytes,
        } = self.frames[which];
        let (to, bytes) = (1 - from, bytes.clone());
        let sender = if lie {
            STRANGER
        } else {
            self.sides[from].me.party().account
        };
        match what {
            What::First(first) => self.ring(to, hid, &first, &bytes, &sender),
            What::Early { seq } => self.sides[to].hear(hid, seq, &bytes, &sender),
            What::End(reason) => self.sides[to].end(hid, reason, &bytes, &sender),
            What::Accept => {
                let own = &mut self.sides[to];
                let Some(at) = own.offers.iter().position(|offer| offer.state.hid() == hid) else {
                    return;
                };
                let concerns = own.offers[at].state.concerns(&bytes, &sender);
                if lie {
                    return assert_eq!(concerns, Err(Unconcerned::Sender));
                }
                let UnderWay { state, early } = own.offers.remove(at);
                let peer = state.peer();
                let accepted = block_on(state.accept(&bytes, &sender, &mut self.rng));
                let Accepted { confirm, session } = accepted.unwrap();
                assert_eq!((session.role(), session.peer()), (Role::Initiator, peer));
                assert_eq!((session.early().sent, session.is_secure()), (early, false));
                own.complete(hid, session);
                self.put(to, hid, What::Confirm, &confirm);
            }
            What::Confirm => {
                let own = &mut self.sides[to];
                let Some(at) = own.pending.iter().position(|it| it.state.hid() == hid) else {
                    return;
                };
                let concerns = own.pending[at].state.concerns(&bytes, &sender);
                if lie {
                    return assert_eq!(concerns, Err(Unconcerned::Sender));
                }
                let UnderWay { state, early } = own.pending.remove(at);
                let peer = state.peer();
                let confirmed = block_on(state.confirm(&bytes, &sender, &mut self.rng));
                let Confirmed { ready, mut session } = confirmed.unwrap();
                assert_eq!((session.role(), session.peer()), (Role::Responder, peer));
                assert_eq!(
                    (session.early().received, session.is_secure()),
                    (early, true)
                );
                let mut others = self.sides[from].sessions.iter_mut();
                if let Some((_, other)) = others.find(|(other, _)| *other == hid) {
                    meet(other, &mut session, &ready, &mut self.rng);
                }
                self.sides[to].complete(hid, session);
            }
        }
    }

    /// A first flight arrives. With an offer of one's own under way, section 4.7 says whose counts.
    fn ring(
        &mut self,
        to: usize,
        hid: HandshakeId,
        first: &First,
        bytes: &[u8],
        sender: &AccountId,
    ) {
        let peer = Party {
            account: self.sides[1 - to].me.party().account,
            key: first.from,
        };
        let own = &mut self.sides[to];
        let pin = own.pinned();
        let unknown = |pkid: &PrekeyId| !own.prekeys.contains(pkid);
        let expected = if first.to != own.key() {
            Some(ListenError::NotForUs)
        } else if first.presence != own.presence() {
            Some(ListenError::StalePresence)
        } else if own.seen.contains(&hid) {
            Some(ListenError::Replayed)
        } else if *sender != peer.account {
            Some(ListenError::Sender)
        } else if first.prekey.as_ref().is_some_and(unknown) {
            Some(ListenError::PrekeyUnknown)
        } else if pin.is_some_and(|pin| pin != first.from) {
            Some(ListenError::IdentityChanged)
        } else {
            None
        };
        let heard = block_on(own.listener.receive(bytes, sender, pin.as_ref(), 0));
        assert_eq!(heard.as_ref().err(), expected.as_ref());
        let declined = block_on(own.listener.decline_unknown_prekey(bytes, sender));
        match expected {
            Some(ListenError::PrekeyUnknown) => {
                let end = What::End(EndReason::PrekeyUnknown);
                return self.put(to, hid, end, &declined.unwrap());
            }
            _ => assert_eq!(declined, Err(DeclineError::NotUnknown)),
        }
        // What is refused for its pin alone is genuine, and counts as seen.
        if matches!(expected, None | Some(ListenError::IdentityChanged)) {
            own.seen.push(hid);
        }
        let Ok(ringing) = heard else {
            return;
        };
        own.prekeys.retain(|pkid| Some(*pkid) != first.prekey);
        assert_eq!((ringing.hid(), ringing.peer()), (hid, peer));
        assert_eq!(ringing.is_prekey_start(), first.prekey.is_some());
        for (_, session) in &own.sessions {
            let renews = first.prekey.is_none() && session.peer() == peer;
            assert_eq!(ringing.renews(session), renews);
        }
        let (mine, theirs) = (own.key(), peer.key);
        let counts = winner(&mine, &theirs);
        assert_ne!(counts, winner(&theirs, &mine));
        if own.offers.is_empty() {
            own.ringing.push(UnderWay::new(ringing));
        } else if counts == Winner::Peer {
            own.offers.clear();
            own.ringing.push(UnderWay::new(ringing));
            self.accept(to, self.sides[to].ringing.len() - 1);
        }
    }

    /// What nobody sent to this side is refused by everything that it has under way. An ACCEPT or CONFIRM that concerns a
    /// handshake ends it; nothing else changes.
    fn refuse(&mut self, to: usize, bytes: &[u8]) {
        let from = 1 - to;
        let mut honest = self.frames.iter().filter(|frame| frame.from == from);
        if honest.any(|frame| frame.bytes == bytes) {
            return;
        }
        let sender = self.sides[from].me.party().account;
        let own = &mut self.sides[to];
        let pin = own.pinned();
        assert!(block_on(own.listener.receive(bytes, &sender, pin.as_ref(), 0)).is_err());
        for at in (0..own.offers.len()).rev() {
            let offer = &own.offers[at].state;
            assert!(block_on(offer.verify_end(bytes, &sender)).is_err());
            if offer.concerns(bytes, &sender).is_ok() {
                let offer = own.offers.remove(at).state;
                assert!(block_on(offer.accept(bytes, &sender, &mut self.rng)).is_err());
            }
        }
        for ringing in &mut own.ringing {
            let ringing = &mut ringing.state;
            assert!(block_on(ringing.verify_end(bytes, &sender)).is_err());
            assert!(ringing.receive_early(bytes, &sender).is_err());
        }
        for at in (0..own.pending.len()).rev() {
            let pending = &mut own.pending[at].state;
            assert!(block_on(pending.verify_end(bytes, &sender)).is_err());
            assert!(pending.receive_early(bytes, &sender).is_err());
            if pending.concerns(bytes, &sender).is_ok() {
                let pending = own.pending.remove(at).state;
                assert!(block_on(pending.confirm(bytes, &sender, &mut self.rng)).is_err());
            }
        }
    }
}

impl Side {
    /// An early message arrives.
    fn hear(&mut self, hid: HandshakeId, seq: u32, bytes: &[u8], sender: &AccountId) {
        let ringing = self.ringing.iter_mut().find(|it| it.state.hid() == hid);
        let pending = self.pending.iter_mut().find(|it| it.state.hid() == hid);
        let (heard, early) = match (ringing, pending) {
            (Some(it), _) => (it.state.receive_early(bytes, sender), &mut it.early),
            (_, Some(it)) => (it.state.receive_early(bytes, sender), &mut it.early),
            _ => return,
        };
        if *sender == STRANGER {
            assert_eq!(heard, Err(EarlyError::Sender));
        } else if seq != *early {
            let late = seq < *early;
            let expected = [EarlyError::Order, EarlyError::Replay][usize::from(late)];
            assert_eq!(heard, Err(expected));
        } else {
            let heard = heard.unwrap();
            assert_eq!((heard.seq, heard.content), (seq, text(seq)));
            *early += 1;
        }
    }

    /// A refusal arrives: what it concerns is over.
    fn end(&mut self, hid: HandshakeId, reason: EndReason, bytes: &[u8], sender: &AccountId) {
        let expected = if *sender == STRANGER {
            Err(EndError::Sender)
        } else {
            Ok(reason)
        };
        macro_rules! end {
            ($($list:ident),+) => {$(
                if let Some(at) = self.$list.iter().position(|it| it.state.hid() == hid) {
                    let ended = block_on(self.$list[at].state.verify_end(bytes, sender));
                    assert_eq!(ended, expected);
                    if ended.is_ok() {
                        self.$list.remove(at);
                    }
                }
            )+};
        }
        end!(offers, ringing, pending);
    }
}

/// Two sessions of one handshake: they agree on everything, and what one says the other reads.
fn meet(a: &mut Session, b: &mut Session, ready: &[u8], rng: &mut TestRng) {
    assert_eq!((a.id(), a.sas()), (b.id(), b.sas()));
    assert_eq!((a.local(), a.peer()), (b.peer(), b.local()));
    let EarlyCount { sent, received } = b.early();
    assert_eq!(a.early().sent, sent);
    assert!(received <= sent);
    assert_eq!(a.receive(ready, 0).unwrap().content, Content::Ready);
    assert!(a.is_secure());
    for (from, to) in [(0, 1), (1, 0), (0, 1)] {
        let pair = [&mut *a, &mut *b];
        let sent = pair[from].send(&text(7), rng).unwrap();
        let received = pair[to].receive(&sent.frame, 0).unwrap();
        assert_eq!((received.seq, received.content), (sent.seq, text(7)));
    }
}

fn text(number: u32) -> Content {
    Content::Text {
        text: std::format!("{number}"),
        reply: None,
    }
}

/// One of a list, if there is one.
fn take<T>(list: &mut Vec<T>, which: usize) -> Option<T> {
    let at = which.checked_rem(list.len())?;
    Some(list.remove(at))
}
