//! The handshake: every check of section 4.5, END, glare.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{Halfway, PRESENCE, TestRng, halfway, person, sessions};
use duet_crypto::engine::{Engine as _, LocalIdentity, Software, block_on};
use duet_crypto::handshake::frames::OfferFrame;
use duet_crypto::handshake::{
    AcceptError, Accepted, AnswerError, ConfirmError, Confirmed, EndError, EndReason, ListenError,
    Listener, Offer, OfferError, Presence, Role, Unconcerned, Winner, winner,
};
use duet_crypto::identity::{AccountId, IdentityKey, IdentitySeed, Party};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::{Content, SendError};

fn offer(
    from: &LocalIdentity<Software>,
    to: &LocalIdentity<Software>,
    rng: &mut TestRng,
) -> Offer<Software> {
    block_on(Offer::create(from, to.party(), PRESENCE, rng)).unwrap()
}

/// The error of an offer, received by a fresh run of bob's.
fn heard(frame: &[u8], from: &AccountId, pin: Option<&IdentityKey>) -> Option<ListenError> {
    let mut listener = Listener::new(person("bob"), PRESENCE);
    block_on(listener.receive(frame, from, pin, 0)).err()
}

#[test]
fn both_sides_agree() {
    let (a, b) = sessions(&mut TestRng::new(1));
    assert_eq!(a.id(), b.id());
    assert_eq!(a.sas(), b.sas());
    assert_eq!((a.role(), b.role()), (Role::Initiator, Role::Responder));
    assert_eq!((a.peer(), a.local()), (b.local(), b.peer()));
    assert_eq!(a.peer(), person("bob").party());
}

#[test]
fn the_initiator_is_secure_after_ready_only() {
    let rng = &mut TestRng::new(2);
    let Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    let accept = *pending.frame();
    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
    assert!(!a.is_secure());
    // Messages may follow at once, and overtake READY on the responder's side.
    let early = a
        .send(
            &Content::Text {
                text: "first".into(),
                reply: None,
            },
            rng,
        )
        .unwrap();
    let Confirmed {
        ready,
        session: mut b,
    } = block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap();
    assert!(b.is_secure());
    assert!(b.receive(&early.frame, 0).is_ok());
    assert!(!a.is_secure());
    assert_eq!(a.receive(&ready, 0).unwrap().content, Content::Ready);
    assert!(a.is_secure());
    // READY comes once, from the responder.
    assert_eq!(
        a.send(&Content::Ready, rng).unwrap_err(),
        SendError::InvalidContent
    );
    assert_eq!(
        b.send(&Content::Ready, rng).unwrap_err(),
        SendError::InvalidContent
    );
}

#[test]
fn an_offer_to_oneself_is_not_made() {
    let rng = &mut TestRng::new(3);
    let alice = person("alice");
    let same_key = Party {
        account: common::account("bob"),
        ..alice.party()
    };
    let same_account = Party {
        key: person("bob").party().key,
        ..alice.party()
    };
    for peer in [alice.party(), same_key, same_account] {
        let result = block_on(Offer::create(&alice, peer, PRESENCE, rng));
        assert_eq!(result.unwrap_err(), OfferError::OwnKey);
    }
}

#[test]
fn every_bit_of_an_offer_counts() {
    let rng = &mut TestRng::new(4);
    let (alice, bob) = (person("alice"), person("bob"));
    let frame = offer(&alice, &bob, rng).frame().to_vec();
    assert_eq!(heard(&frame, &alice.party().account, None), None);
    for position in 0..frame.len() {
        let mut changed = frame.clone();
        changed[position] ^= 1 << (position % 8);
        assert!(
            heard(&changed, &alice.party().account, None).is_some(),
            "byte {position}"
        );
    }
}

#[test]
fn the_checks_of_an_offer_come_in_order() {
    let rng = &mut TestRng::new(5);
    let (alice, bob, eve) = (person("alice"), person("bob"), person("eve"));
    let from = alice.party().account;
    let frame = offer(&alice, &bob, rng).frame().to_vec();
    let decoded = OfferFrame::decode(&frame).unwrap();
    let change = |edit: &dyn Fn(&mut OfferFrame)| {
        let mut offer = decoded.clone();
        edit(&mut offer);
        heard(&offer.encode(), &from, None)
    };

    assert_eq!(
        heard(&frame[..1474], &from, None),
        Some(ListenError::Length)
    );
    assert_eq!(
        change(&|offer| offer.max_version = 0),
        Some(ListenError::Field)
    );
    // A higher version is no reason to refuse: it is signed, for a later version to notice a downgrade.
    assert_eq!(
        change(&|offer| offer.max_version = 2),
        Some(ListenError::Signature)
    );
    assert_eq!(
        change(&|offer| offer.responder = eve.party().account),
        Some(ListenError::NotForUs)
    );
    assert_eq!(
        change(&|offer| offer.responder_key = *eve.party().key.as_bytes()),
        Some(ListenError::NotForUs)
    );
    assert_eq!(
        change(&|offer| offer.initiator_key = *bob.party().key.as_bytes()),
        Some(ListenError::OwnKey)
    );
    assert_eq!(
        change(&|offer| offer.presence = Presence([8; 16])),
        Some(ListenError::StalePresence)
    );
    assert_eq!(
        change(&|offer| offer.initiator = eve.party().account),
        Some(ListenError::Sender)
    );
    assert_eq!(
        change(&|offer| offer.initiator_key = [0; 32]),
        Some(ListenError::IdentityKey)
    );
    assert_eq!(
        change(&|offer| offer.commitment = [0; 32]),
        Some(ListenError::Signature)
    );
    assert_eq!(
        heard(&frame, &eve.party().account, None),
        Some(ListenError::Sender)
    );
    let other = eve.party().key;
    assert_eq!(
        heard(&frame, &from, Some(&other)),
        Some(ListenError::IdentityChanged)
    );
    assert_eq!(heard(&frame, &from, Some(&alice.party().key)), None);
}

/// Signs an offer as it is, whatever it says.
fn sign(signer: &LocalIdentity<Software>, offer: &mut OfferFrame) {
    let t0 = hash::labelled(&labels::TRANSCRIPT, &[]);
    let t1 = hash::sha256(&[&t0, &offer.encode()[..1411]]);
    let message = [labels::SIG_OFFER.lp(), &t1].concat();
    offer.signature = block_on(Software.sign(signer.seed(), &message)).unwrap();
}

/// A key swapped by the directory: the offer of somebody who signs with a key of their own under a pinned name.
#[test]
fn a_changed_identity_is_told_from_a_forgery() {
    let rng = &mut TestRng::new(6);
    let bob = person("bob");
    let pinned = person("alice").party().key;
    let impostor = LocalIdentity::software(IdentitySeed::generate(rng), common::account("alice"));
    let frame = offer(&impostor, &bob, rng).frame().to_vec();
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let mut hear = |frame: &[u8], pin| {
        let from = common::account("alice");
        block_on(listener.receive(frame, &from, Some(pin), 0)).err()
    };
    // Anybody can write another key into an offer, one that is good: without its signature that is no change of identity.
    let genuine = offer(&person("alice"), &bob, rng).frame().to_vec();
    let key = impostor.party().key;
    let mut renamed = genuine.clone();
    renamed[99..131].copy_from_slice(key.as_bytes());
    // Nor with the pinned key's signature of the same words, nor with that of a forger who holds neither key.
    let mut resigned = frame.clone();
    resigned[1411..].copy_from_slice(&genuine[1411..]);
    let mut others = OfferFrame::decode(&frame).unwrap();
    sign(&person("eve"), &mut others);
    let mut damaged = frame.clone();
    damaged[1474] ^= 1;
    for forged in [&renamed[..], &resigned, &others.encode(), &damaged] {
        assert_ne!(forged[99..131], pinned.as_bytes()[..]);
        assert_eq!(hear(forged, &pinned), Some(ListenError::Signature));
    }
    // Nor a replay of what the impostor said to somebody else, or elsewhere, or in another handshake.
    for at in [2, 19, 67, 131, 163] {
        let mut moved = frame.clone();
        moved[at] ^= 1;
        let refused = hear(&moved, &pinned);
        assert_ne!(refused, Some(ListenError::IdentityChanged), "byte {at}");
        assert!(refused.is_some(), "byte {at}");
    }
    // Nor is a key that nobody can sign under.
    let mut nobodys = frame.clone();
    nobodys[99..131].fill(0);
    assert_eq!(hear(&nobodys, &pinned), Some(ListenError::IdentityKey));
    // One that is genuine is, once: it counts as seen whatever is pinned then.
    assert_eq!(hear(&frame, &pinned), Some(ListenError::IdentityChanged));
    assert_eq!(hear(&frame, &pinned), Some(ListenError::Replayed));
    assert_eq!(hear(&frame, &key), Some(ListenError::Replayed));
}

#[test]
fn an_offer_rings_once() {
    let rng = &mut TestRng::new(7);
    let (alice, bob) = (person("alice"), person("bob"));
    let from = alice.party().account;
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let frame = offer(&alice, &bob, rng).frame().to_vec();
    // An offer that failed a check is not remembered, so it can't be used to shut out the real one.
    let mut damaged = frame.clone();
    damaged[1474] ^= 1;
    assert_eq!(
        block_on(listener.receive(&damaged, &from, None, 0)).unwrap_err(),
        ListenError::Signature
    );
    assert!(block_on(listener.receive(&frame, &from, None, 0)).is_ok());
    assert_eq!(
        block_on(listener.receive(&frame, &from, None, 0)).unwrap_err(),
        ListenError::Replayed
    );
    assert!(block_on(listener.receive(offer(&alice, &bob, rng).frame(), &from, None, 0)).is_ok());
    // Another run does not take it.
    let mut later = Listener::new(bob, Presence([9; 16]));
    assert_eq!(
        block_on(later.receive(&frame, &from, None, 0)).unwrap_err(),
        ListenError::StalePresence
    );
}

/// Offers that are signed well over keys that are bad.
#[test]
fn validly_signed_bad_keys_are_refused() {
    let rng = &mut TestRng::new(8);
    let (alice, bob) = (person("alice"), person("bob"));
    let from = alice.party().account;
    let good = OfferFrame::decode(offer(&alice, &bob, rng).frame()).unwrap();
    let sign = |mut offer: OfferFrame| {
        sign(&alice, &mut offer);
        offer.encode()
    };
    assert_eq!(heard(&sign(good.clone()), &from, None), None);

    let mut bad_kem = good.clone();
    bad_kem.encapsulation_key[..2].copy_from_slice(&[0x01, 0x0d]); // the coefficient 3329
    assert_eq!(
        heard(&sign(bad_kem), &from, None),
        Some(ListenError::EncapsulationKey)
    );

    let mut top_bit = good.clone();
    top_bit.ephemeral[31] |= 0x80;
    assert_eq!(
        heard(&sign(top_bit), &from, None),
        Some(ListenError::EphemeralKey)
    );

    // A key of low order shows at the agreement.
    let mut low_order = good;
    low_order.ephemeral = [0; 32];
    let mut listener = Listener::new(bob, PRESENCE);
    let incoming = block_on(listener.receive(&sign(low_order), &from, None, 0)).unwrap();
    assert_eq!(
        block_on(incoming.accept(rng)).unwrap_err(),
        AnswerError::Zero
    );
}

#[test]
fn every_bit_of_an_accept_counts() {
    // Every field's first and last byte, and a few in between.
    let positions = [
        18, 19, 50, 51, 52, 300, 700, 1000, 1138, 1139, 1170, 1171, 1202, 1203, 1234,
    ];
    for position in positions {
        let rng = &mut TestRng::new(9);
        let Halfway {
            bob,
            offer,
            pending,
            ..
        } = halfway(rng);
        let mut accept = *pending.frame();
        accept[position] ^= 0x10;
        let error = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap_err();
        let expected = if position >= 1203 {
            AcceptError::Confirmation
        } else {
            AcceptError::Signature
        };
        assert_eq!(error, expected, "byte {position}");
    }
}

#[test]
fn every_bit_of_a_confirm_counts() {
    let rng = &mut TestRng::new(10);
    // Every byte but for most of `RE_A`, which is long and all of one kind.
    let is_sampled =
        |position: &usize| !(82..1266).contains(position) || position.is_multiple_of(37);
    for position in (18..1366).filter(is_sampled) {
        let Halfway {
            alice,
            bob,
            offer,
            pending,
        } = halfway(rng);
        let accept = *pending.frame();
        let mut confirm = block_on(offer.accept(&accept, &bob.party().account, rng))
            .unwrap()
            .confirm;
        confirm[position] ^= 0x20;
        let error = block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap_err();
        let expected = match position {
            18..50 => ConfirmError::Commitment,
            50..1334 => ConfirmError::Signature,
            _ => ConfirmError::Confirmation,
        };
        assert_eq!(error, expected, "byte {position}");
    }
}

#[test]
fn frames_of_others_do_not_end_a_handshake() {
    let rng = &mut TestRng::new(11);
    let Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    let other = halfway(&mut TestRng::new(12));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let accept = *pending.frame();
    assert_eq!(
        offer.concerns(other.pending.frame(), &from_bob),
        Err(Unconcerned::HandshakeId)
    );
    assert_eq!(
        offer.concerns(&accept, &from_alice),
        Err(Unconcerned::Sender)
    );
    assert_eq!(
        offer.concerns(&[], &from_bob),
        Err(Unconcerned::HandshakeId)
    );
    assert_eq!(
        offer.concerns(other.offer.frame(), &from_bob),
        Err(Unconcerned::Type)
    );
    let mut version = accept;
    version[0] = 2;
    assert_eq!(
        offer.concerns(&version, &from_bob),
        Err(Unconcerned::Version)
    );
    assert_eq!(offer.concerns(&accept, &from_bob), Ok(()));
    assert_eq!(
        pending.concerns(&accept, &from_alice),
        Err(Unconcerned::Type)
    );
    let confirm = block_on(offer.accept(&accept, &from_bob, rng))
        .unwrap()
        .confirm;
    assert_eq!(
        pending.concerns(&confirm, &from_bob),
        Err(Unconcerned::Sender)
    );
    assert_eq!(pending.concerns(&confirm, &from_alice), Ok(()));
    // A cut frame of the right handshake ends it.
    assert_eq!(pending.concerns(&confirm[..100], &from_alice), Ok(()));
    let error = block_on(pending.confirm(&confirm[..100], &from_alice, rng)).unwrap_err();
    assert_eq!(error, ConfirmError::Malformed);
}

/// The relay answers with keys of its own: without the responder's identity key it gets nowhere.
#[test]
fn an_accept_of_somebody_else_is_refused() {
    let rng = &mut TestRng::new(13);
    let (alice, bob, eve) = (person("alice"), person("bob"), person("eve"));
    let offer = offer(&alice, &bob, rng);
    // Eve re-signs nothing: she answers an offer that was made to her, under the same id.
    let to_eve = block_on(Offer::create(
        &alice,
        eve.party(),
        PRESENCE,
        &mut TestRng::new(13),
    ))
    .unwrap();
    assert_eq!(to_eve.hid(), offer.hid());
    let mut listener = Listener::new(eve, PRESENCE);
    let incoming =
        block_on(listener.receive(to_eve.frame(), &alice.party().account, None, 0)).unwrap();
    let pending = block_on(incoming.accept(rng)).unwrap();
    let error = block_on(offer.accept(pending.frame(), &bob.party().account, rng)).unwrap_err();
    assert_eq!(error, AcceptError::Signature);
}

#[test]
fn end_is_signed_and_bound() {
    let rng = &mut TestRng::new(14);
    let (alice, bob) = (person("alice"), person("bob"));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let made = offer(&alice, &bob, rng);
    let ring = |listener: &mut Listener<Software>, offer: &Offer<Software>| {
        block_on(listener.receive(offer.frame(), &from_alice, None, 0)).unwrap()
    };

    for reason in [EndReason::Declined, EndReason::Busy] {
        let another = offer(&alice, &bob, rng);
        let end = block_on(ring(&mut listener, &another).decline(reason)).unwrap();
        assert_eq!(block_on(another.verify_end(&end, &from_bob)), Ok(reason));
        assert_eq!(end[18..20], [0x42, reason.value()]);
        // Of another handshake, from another sender, and with every byte changed.
        assert_eq!(
            block_on(made.verify_end(&end, &from_bob)),
            Err(EndError::Unconcerned)
        );
        assert_eq!(
            block_on(another.verify_end(&end, &from_alice)),
            Err(EndError::Sender)
        );
        for position in 0..end.len() {
            let mut changed = end;
            changed[position] ^= 1;
            assert!(
                block_on(another.verify_end(&changed, &from_bob)).is_err(),
                "byte {position}"
            );
        }
    }

    let incoming = ring(&mut listener, &made);
    let cancelled = block_on(made.cancel()).unwrap();
    assert_eq!(cancelled[18..20], [0x41, 3]);
    assert_eq!(
        block_on(incoming.verify_end(&cancelled, &from_alice)),
        Ok(EndReason::Cancelled)
    );
    let pending = block_on(incoming.accept(rng)).unwrap();
    assert_eq!(
        block_on(pending.verify_end(&cancelled, &from_alice)),
        Ok(EndReason::Cancelled)
    );
}

#[test]
fn one_side_wins_a_glare() {
    let (alice, bob) = (person("alice").party().key, person("bob").party().key);
    assert_ne!(winner(&alice, &bob), winner(&bob, &alice));
    let smaller = if alice.as_bytes() < bob.as_bytes() {
        alice
    } else {
        bob
    };
    let larger = if smaller == alice { bob } else { alice };
    assert_eq!(winner(&smaller, &larger), Winner::Own);
}

#[test]
fn names_are_bound() {
    // Eve registers Alice's public key under her own name: Bob believes to talk to "eve", Alice to "bob".
    let rng = &mut TestRng::new(15);
    let (alice, bob) = (person("alice"), person("bob"));
    let frame = offer(&alice, &bob, rng).frame().to_vec();
    let mut renamed = OfferFrame::decode(&frame).unwrap();
    renamed.initiator = common::account("eve");
    assert_eq!(
        heard(&renamed.encode(), &common::account("eve"), None),
        Some(ListenError::Signature)
    );
}
