//! The prekey start (section 5): bundles, INIT, early messages, and what the session knows of them.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use core::cell::Cell;

use common::{PRESENCE, Script, TestRng, person};
use duet_crypto::engine::{
    AgreementKeys, Engine, EngineError, LocalIdentity, SharedSecret, Software, block_on,
};
use duet_crypto::files::{Descriptor, FileKey, FileKind, FileMode, Salt};
use duet_crypto::handshake::frames::{EarlyHeader, InitFrame};
use duet_crypto::handshake::{
    Accepted, AnswerError, ConfirmError, Confirmed, DeclineError, EarlyError, EarlyMessage,
    EarlySendError, EarlySent, EndError, EndReason, IncomingOffer, ListenError, Listener, Offer,
    OfferError, PendingSession, Presence, PublishError, Winner, winner,
};
use duet_crypto::identity::{AccountId, IdentitySeed};
use duet_crypto::prekeys::frame::PrekeyFrame;
use duet_crypto::prekeys::{PrekeyBundle, PrekeyError};
use duet_crypto::primitives::x25519::Secret;
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::{Content, EarlyCount, ReceiveError, Session};
use proptest::prelude::*;
use rand_core::CryptoRng;

type Local = LocalIdentity<Software>;

fn text(text: &str) -> Content {
    Content::Text {
        text: text.into(),
        reply: None,
    }
}

fn file() -> Content {
    Content::File(Box::new(Descriptor {
        key: FileKey::from_bytes(&[1; 32]),
        salt: Salt([2; 24]),
        size: 5,
        kind: FileKind::File,
        mode: FileMode::Both,
        duration_ms: 0,
        peaks: vec![],
        name: "a.txt".into(),
        media_type: "text/plain".into(),
        preview: vec![],
    }))
}

/// Alice, Bob, and Bob's run.
struct People {
    alice: Local,
    bob: Local,
    listener: Listener<Software>,
    rng: TestRng,
}

impl People {
    fn new(seed: u64) -> Self {
        let bob = person("bob");
        Self {
            alice: person("alice"),
            listener: Listener::new(bob.clone(), PRESENCE),
            bob,
            rng: TestRng::new(seed),
        }
    }

    fn alice_account(&self) -> AccountId {
        self.alice.party().account
    }

    fn bob_account(&self) -> AccountId {
        self.bob.party().account
    }

    fn prekey(&mut self) -> [u8; 1379] {
        block_on(self.listener.publish_prekeys(1, &mut self.rng)).unwrap()[0]
    }

    fn bundle(&self, frame: &[u8]) -> PrekeyBundle {
        block_on(PrekeyBundle::verify(
            &self.alice,
            frame,
            &self.bob.party(),
            &PRESENCE,
        ))
        .unwrap()
    }

    fn offer(&mut self, prekey: &[u8]) -> Offer<Software> {
        let bundle = self.bundle(prekey);
        block_on(Offer::create_with_prekey(
            &self.alice,
            bundle,
            &mut self.rng,
        ))
        .unwrap()
    }

    fn receive(&mut self, frame: &[u8]) -> Result<IncomingOffer<Software>, ListenError> {
        let from = self.alice_account();
        block_on(self.listener.receive(frame, &from, None, 0))
    }

    /// An INIT with a fresh prekey, and its ring.
    fn ring(&mut self) -> (Offer<Software>, IncomingOffer<Software>) {
        let prekey = self.prekey();
        let offer = self.offer(&prekey);
        let incoming = self.receive(offer.frame()).unwrap();
        (offer, incoming)
    }

    /// The rest of the handshake: both sessions, and READY not yet received.
    fn complete(
        &mut self,
        offer: Offer<Software>,
        pending: PendingSession<Software>,
    ) -> (Session, Session, Vec<u8>) {
        let (from_alice, from_bob) = (self.alice_account(), self.bob_account());
        let Accepted {
            confirm,
            session: a,
        } = block_on(offer.accept(pending.frame(), &from_bob, &mut self.rng)).unwrap();
        let Confirmed { ready, session: b } =
            block_on(pending.confirm(&confirm, &from_alice, &mut self.rng)).unwrap();
        (a, b, ready)
    }
}

fn sign(local: &Local, label: &labels::Label, hash: &[u8; 32]) -> [u8; 64] {
    block_on(Software.sign(local.seed(), &[label.lp(), hash].concat())).unwrap()
}

/// A prekey with a good signature by `owner` over whatever it says.
fn signed_prekey(owner: &Local, mut prekey: PrekeyFrame) -> [u8; 1379] {
    let message = hash::labelled(&labels::PREKEY, &[&prekey.encode()[..1315]]);
    prekey.signature = sign(owner, &labels::SIG_PREKEY, &message);
    prekey.encode()
}

/// An INIT with a good signature by `initiator` over whatever it says, as an answer to `prekey`.
fn signed_init(initiator: &Local, prekey: &[u8], mut init: InitFrame) -> Vec<u8> {
    let t0 = hash::labelled(&labels::TRANSCRIPT, &[prekey]);
    let t1 = hash::sha256(&[&t0, &init.encode()[..2515]]);
    init.offer.signature = sign(initiator, &labels::SIG_OFFER, &t1);
    init.encode().to_vec()
}

#[test]
fn early_messages_go_on_in_the_session() {
    let mut people = People::new(1);
    let (mut offer, mut incoming) = people.ring();
    let (from_alice, from_bob) = (people.alice_account(), people.bob_account());
    assert!(offer.is_prekey_start() && incoming.is_prekey_start());
    assert_eq!(offer.frame().len(), 2579);

    // Before the ring is answered, and after.
    let first = offer.send_early(&text("hello")).unwrap();
    let second = offer.send_early(&file()).unwrap();
    let third = offer.send_early(&text("are you there?")).unwrap();
    assert_eq!((first.seq, second.seq, third.seq), (0, 1, 2));
    let message = |seq, content| Ok(EarlyMessage { seq, content });
    assert_eq!(
        incoming.receive_early(&first.frame, &from_alice),
        message(0, text("hello"))
    );
    assert_eq!(
        incoming.receive_early(&second.frame, &from_alice),
        message(1, file())
    );
    let mut pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    assert_eq!(
        pending.receive_early(&third.frame, &from_alice),
        message(2, text("are you there?"))
    );

    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(pending.frame(), &from_bob, &mut people.rng)).unwrap();
    let count = EarlyCount {
        sent: 3,
        received: 3,
    };
    assert_eq!(
        (a.early(), a.unacknowledged(), a.is_secure()),
        (count, 3, false)
    );
    let Confirmed {
        ready,
        session: mut b,
    } = block_on(pending.confirm(&confirm, &from_alice, &mut people.rng)).unwrap();
    assert_eq!((b.early(), b.received()), (count, 3));
    assert_eq!((a.id(), a.sas()), (b.id(), b.sas()));

    // READY acknowledges the early messages; the numbers go on.
    assert_eq!(a.receive(&ready, 0).unwrap().ack, 3);
    assert_eq!((a.early(), a.unacknowledged()), (count, 0));
    let sent = a.send(&text("secure now"), &mut people.rng).unwrap();
    assert_eq!(sent.seq, 3);
    let received = b.receive(&sent.frame, 0).unwrap();
    assert_eq!((received.seq, received.content), (3, text("secure now")));
    assert_eq!(b.received(), 4);
}

#[test]
fn a_prekey_start_without_early_messages_is_a_handshake() {
    let mut people = People::new(2);
    let (offer, incoming) = people.ring();
    let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let (mut a, b, ready) = people.complete(offer, pending);
    assert_eq!(a.receive(&ready, 0).unwrap().ack, 0);
    assert_eq!((a.sas(), a.early()), (b.sas(), EarlyCount::default()));
    assert_eq!(a.send(&text("first"), &mut people.rng).unwrap().seq, 0);
}

/// The session rests on the prekey, too: with the same randomness it is another one under another prekey.
#[test]
fn the_prekey_goes_into_the_session() {
    let session = |publish_before: usize| {
        let mut people = People::new(3);
        block_on(
            people
                .listener
                .publish_prekeys(publish_before, &mut people.rng),
        )
        .unwrap();
        let prekey = people.prekey();
        people.rng = TestRng::new(4);
        let offer = people.offer(&prekey);
        let incoming = people.receive(offer.frame()).unwrap();
        let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
        let (a, _, _) = people.complete(offer, pending);
        (a.id(), a.sas())
    };
    assert_eq!(session(0), session(0));
    assert_ne!(session(0), session(1));
}

#[test]
fn what_is_drawn_is_what_is_documented() {
    let bob = person("bob");
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let mut script = Script::new(&[&[1; 16], &[2; 32], &[3; 64], &[4; 16], &[5; 32], &[6; 64]]);
    let frames = block_on(listener.publish_prekeys(2, &mut script)).unwrap();
    assert!(script.is_used_up());
    assert_eq!(frames[0][2..18], [1; 16]);
    assert_eq!(frames[1][2..18], [4; 16]);
    assert_eq!(listener.prekeys(), 2);

    let alice = person("alice");
    let bundle = block_on(PrekeyBundle::verify(
        &alice,
        &frames[1],
        &bob.party(),
        &PRESENCE,
    ))
    .unwrap();
    let mut script = Script::new(&[&[7; 16], &[8; 32], &[9; 64], &[10; 32], &[11; 32]]);
    let offer = block_on(Offer::create_with_prekey(&alice, bundle, &mut script)).unwrap();
    assert!(script.is_used_up());
    assert_eq!(offer.hid().0, [7; 16]);
    assert_eq!(offer.frame()[1411..1427], [4; 16]);
}

#[test]
fn every_byte_of_a_prekey_counts() {
    let mut people = People::new(5);
    let frame = people.prekey();
    for position in 0..frame.len() {
        let mut changed = frame;
        changed[position] ^= 1 << (position % 8);
        let result = block_on(PrekeyBundle::verify(
            &people.alice,
            &changed,
            &people.bob.party(),
            &PRESENCE,
        ));
        let expected = match position {
            0 | 1 => PrekeyError::Malformed,
            _ => PrekeyError::Signature,
        };
        assert_eq!(result.unwrap_err(), expected, "byte {position}");
    }
}

#[test]
fn the_checks_of_a_prekey_come_in_order() {
    let mut people = People::new(6);
    let (bob, eve) = (person("bob"), person("eve"));
    let frame = people.prekey();
    let good = PrekeyFrame::decode(&frame).unwrap();
    let verify = |frame: &[u8]| {
        let peer = bob.party();
        block_on(PrekeyBundle::verify(&people.alice, frame, &peer, &PRESENCE)).err()
    };
    let change = |owner: &Local, edit: &dyn Fn(&mut PrekeyFrame)| {
        let mut prekey = good.clone();
        edit(&mut prekey);
        verify(&signed_prekey(owner, prekey))
    };
    assert_eq!(verify(&frame), None);
    assert_eq!(verify(&frame[..1378]), Some(PrekeyError::Malformed));
    assert_eq!(
        verify(&[&frame[..], &[0]].concat()),
        Some(PrekeyError::Malformed)
    );
    assert_eq!(
        change(&bob, &|prekey| prekey.max_version = 0),
        Some(PrekeyError::Malformed)
    );
    assert_eq!(change(&bob, &|prekey| prekey.max_version = 2), None);
    // Each of these has everything wrong that is checked later.
    let wrong_presence = |prekey: &mut PrekeyFrame| prekey.presence = Presence([8; 16]);
    let wrong_key = |prekey: &mut PrekeyFrame| {
        wrong_presence(prekey);
        prekey.owner_key = *eve.party().key.as_bytes();
    };
    let wrong_account = |prekey: &mut PrekeyFrame| {
        wrong_key(prekey);
        prekey.owner = eve.party().account;
    };
    let wrong_agreement = |prekey: &mut PrekeyFrame| {
        wrong_account(prekey);
        prekey.agreement_key[31] |= 0x80;
    };
    let wrong_kem = |prekey: &mut PrekeyFrame| {
        wrong_agreement(prekey);
        prekey.encapsulation_key[..2].copy_from_slice(&[0x01, 0x0d]); // the coefficient 3329
    };
    // Signed by Bob, in the name of Eve's key; and with a key under which anybody can sign.
    assert_eq!(change(&bob, &wrong_kem), Some(PrekeyError::Signature));
    assert_eq!(
        change(&bob, &|prekey| {
            wrong_kem(prekey);
            prekey.owner_key = [0; 32];
        }),
        Some(PrekeyError::Signature)
    );
    assert_eq!(
        change(&eve, &wrong_kem),
        Some(PrekeyError::EncapsulationKey)
    );
    assert_eq!(
        change(&eve, &wrong_agreement),
        Some(PrekeyError::AgreementKey)
    );
    assert_eq!(change(&eve, &wrong_account), Some(PrekeyError::Account));
    assert_eq!(change(&eve, &wrong_key), Some(PrekeyError::IdentityChanged));
    assert_eq!(change(&bob, &wrong_presence), Some(PrekeyError::Presence));
}

#[test]
fn a_prekey_of_low_order_makes_no_offer() {
    let mut people = People::new(7);
    let mut prekey = PrekeyFrame::decode(&people.prekey()).unwrap();
    prekey.agreement_key = [0; 32];
    let bundle = people.bundle(&signed_prekey(&people.bob, prekey));
    let result = block_on(Offer::create_with_prekey(
        &people.alice,
        bundle,
        &mut people.rng,
    ));
    assert_eq!(result.unwrap_err(), OfferError::PrekeyKey);
}

#[test]
fn a_prekey_of_ones_own_makes_no_offer() {
    let mut people = People::new(8);
    let prekey = people.prekey();
    let (bob, party) = (people.bob.clone(), people.bob.party());
    let bundle = block_on(PrekeyBundle::verify(&bob, &prekey, &party, &PRESENCE)).unwrap();
    let result = block_on(Offer::create_with_prekey(&bob, bundle, &mut people.rng));
    assert_eq!(result.unwrap_err(), OfferError::OwnKey);
}

#[test]
fn forty_prekeys_are_kept_and_the_oldest_go_first() {
    let mut people = People::new(9);
    let rng = &mut people.rng;
    assert_eq!(
        block_on(people.listener.publish_prekeys(21, rng)).unwrap_err(),
        PublishError::TooMany
    );
    assert_eq!(people.listener.prekeys(), 0);
    let frames = block_on(people.listener.publish_prekeys(20, rng)).unwrap();
    assert_eq!(people.listener.prekeys(), 20);
    block_on(people.listener.publish_prekeys(20, rng)).unwrap();
    assert_eq!(people.listener.prekeys(), 40);
    block_on(people.listener.publish_prekeys(1, rng)).unwrap();
    assert_eq!(people.listener.prekeys(), 40);

    let forgotten = people.offer(&frames[0]);
    assert_eq!(
        people.receive(forgotten.frame()).unwrap_err(),
        ListenError::PrekeyUnknown
    );
    let kept = people.offer(&frames[1]);
    assert!(people.receive(kept.frame()).is_ok());
    assert_eq!(people.listener.prekeys(), 39);
}

/// A changed INIT is refused, deletes nothing and is not remembered.
#[test]
fn every_byte_of_an_init_counts() {
    let mut people = People::new(10);
    let prekey = people.prekey();
    let offer = people.offer(&prekey);
    for position in 0..offer.frame().len() {
        let mut changed = offer.frame().to_vec();
        changed[position] ^= 1 << (position % 8);
        let error = people.receive(&changed).unwrap_err();
        let expected = match position {
            0 => ListenError::Version,
            1 => ListenError::Length,
            18 if changed[18] == 0 => ListenError::Field,
            19..35 => ListenError::StalePresence,
            35..67 => ListenError::Sender,
            67..99 | 131..163 => ListenError::NotForUs,
            1411..1427 => ListenError::PrekeyUnknown,
            // A changed key may be no key at all.
            99..131 if error == ListenError::IdentityKey => ListenError::IdentityKey,
            _ => ListenError::Signature,
        };
        assert_eq!(error, expected, "byte {position}");
        assert_eq!(people.listener.prekeys(), 1);
    }
    for length in [0, 1, 2, 1475, 2578] {
        let cut = &offer.frame()[..length];
        assert_eq!(people.receive(cut).unwrap_err(), ListenError::Length);
    }
    assert!(people.receive(offer.frame()).is_ok());
}

#[test]
fn the_checks_of_an_init_come_in_order() {
    let mut people = People::new(11);
    let (alice, bob, eve) = (person("alice"), person("bob"), person("eve"));
    let prekey = people.prekey();
    let offer = people.offer(&prekey);
    let good = InitFrame::decode(offer.frame()).unwrap();
    let from = people.alice_account();
    let mut heard = |edit: &dyn Fn(&mut InitFrame), pin: Option<&Local>| {
        let mut init = good.clone();
        edit(&mut init);
        let pin = pin.map(|local| local.party().key);
        let frame = signed_init(&alice, &prekey, init);
        block_on(people.listener.receive(&frame, &from, pin.as_ref(), 0)).err()
    };
    // Each of these has everything wrong that is checked later.
    let kem = |init: &mut InitFrame| {
        init.offer.ephemeral[31] |= 0x80;
        init.offer.encapsulation_key[..2].copy_from_slice(&[0x01, 0x0d]);
    };
    let key = |init: &mut InitFrame| {
        kem(init);
        init.offer.initiator_key = [0; 32];
    };
    let pkid = |init: &mut InitFrame| {
        key(init);
        init.pkid.0[0] ^= 1;
    };
    let sender = |init: &mut InitFrame| {
        pkid(init);
        init.offer.initiator = eve.party().account;
    };
    let presence = |init: &mut InitFrame| {
        sender(init);
        init.offer.presence = Presence([8; 16]);
    };
    let own = |init: &mut InitFrame| {
        presence(init);
        init.offer.initiator_key = *bob.party().key.as_bytes();
    };
    let names = |init: &mut InitFrame| {
        own(init);
        init.offer.responder = eve.party().account;
    };
    let version = |init: &mut InitFrame| {
        names(init);
        init.offer.max_version = 0;
    };
    let top_bit = |init: &mut InitFrame| init.offer.ephemeral[31] |= 0x80;
    for (edit, expected) in [
        (&version as &dyn Fn(&mut InitFrame), ListenError::Field),
        (&names, ListenError::NotForUs),
        (&own, ListenError::OwnKey),
        (&presence, ListenError::StalePresence),
        (&sender, ListenError::Sender),
        (&pkid, ListenError::PrekeyUnknown),
        (&key, ListenError::IdentityKey),
        (&kem, ListenError::EncapsulationKey),
        (&top_bit, ListenError::EphemeralKey),
        (&|_| {}, ListenError::IdentityChanged),
    ] {
        assert_eq!(heard(edit, Some(&eve)), Some(expected));
    }
    // All of it has deleted nothing, and only the last one was seen.
    assert_eq!(heard(&|_| {}, Some(&alice)), Some(ListenError::Replayed));
    let again = |init: &mut InitFrame| init.offer.hid.0[0] ^= 1;
    assert_eq!(heard(&again, Some(&alice)), None);
    assert_eq!(people.listener.prekeys(), 0);
}

/// A signature is over one bundle: under another prekey of the same run it does not verify.
#[test]
fn an_init_is_bound_to_its_bundle() {
    let mut people = People::new(12);
    let (one, other) = (people.prekey(), people.prekey());
    let offer = people.offer(&one);
    let mut init = InitFrame::decode(offer.frame()).unwrap();
    init.pkid = PrekeyFrame::decode(&other).unwrap().pkid;
    assert_eq!(
        people
            .receive(&signed_init(&people.alice.clone(), &one, init))
            .unwrap_err(),
        ListenError::Signature
    );
    assert_eq!(people.listener.prekeys(), 2);
}

/// The agreement with the prekey comes after all checks, when the prekey is gone.
#[test]
fn an_init_of_low_order_uses_its_prekey_up() {
    let mut people = People::new(13);
    let prekey = people.prekey();
    let offer = people.offer(&prekey);
    let mut init = InitFrame::decode(offer.frame()).unwrap();
    init.offer.ephemeral = [0; 32];
    let frame = signed_init(&people.alice.clone(), &prekey, init);
    assert_eq!(people.receive(&frame).unwrap_err(), ListenError::Zero);
    assert_eq!(people.listener.prekeys(), 0);
    assert_eq!(people.receive(&frame).unwrap_err(), ListenError::Replayed);
}

#[test]
fn a_prekey_is_used_once() {
    let mut people = People::new(14);
    let (from_alice, from_bob) = (people.alice_account(), people.bob_account());
    let prekey = people.prekey();
    // Handed out twice, by a relay that breaks its promise.
    let (first, second) = (people.offer(&prekey), people.offer(&prekey));
    assert!(people.receive(first.frame()).is_ok());
    assert_eq!(people.listener.prekeys(), 0);
    assert_eq!(
        people.receive(first.frame()).unwrap_err(),
        ListenError::Replayed
    );
    assert_eq!(
        people.receive(second.frame()).unwrap_err(),
        ListenError::PrekeyUnknown
    );
    // The second one is told, under a signature.
    let listener = &people.listener;
    let end = block_on(listener.decline_unknown_prekey(second.frame(), &from_alice)).unwrap();
    assert_eq!(
        block_on(second.verify_end(&end, &from_bob)),
        Ok(EndReason::PrekeyUnknown)
    );
    assert_eq!(
        block_on(first.verify_end(&end, &from_bob)),
        Err(EndError::Unconcerned)
    );
    // Not declined: what was answered already, what is not ours, what is no INIT.
    let mut damaged = second.frame().to_vec();
    damaged[67] ^= 1;
    for (frame, from) in [
        (first.frame(), &from_alice),
        (second.frame(), &from_bob),
        (&damaged, &from_alice),
        (&second.frame()[..1475], &from_alice),
    ] {
        assert_eq!(
            block_on(people.listener.decline_unknown_prekey(frame, from)),
            Err(DeclineError::NotUnknown)
        );
    }
    let known = people.prekey();
    let known = people.offer(&known);
    assert_eq!(
        block_on(
            people
                .listener
                .decline_unknown_prekey(known.frame(), &from_alice)
        ),
        Err(DeclineError::NotUnknown)
    );
}

/// The prekeys of a run die with it.
#[test]
fn another_run_knows_no_prekey() {
    let mut people = People::new(15);
    let prekey = people.prekey();
    let offer = people.offer(&prekey);
    people.listener = Listener::new(people.bob.clone(), PRESENCE);
    assert_eq!(
        people.receive(offer.frame()).unwrap_err(),
        ListenError::PrekeyUnknown
    );
}

#[test]
fn sixteen_texts_and_files_are_early() {
    let mut people = People::new(16);
    let (mut offer, mut incoming) = people.ring();
    let from = people.alice_account();
    for content in [
        Content::Ready,
        Content::Receipt,
        Content::Bye,
        Content::Delete { seq: 0 },
        Content::Edit {
            seq: 0,
            text: "no".into(),
        },
        text(&"a".repeat(4001)),
    ] {
        assert_eq!(
            offer.send_early(&content),
            Err(EarlySendError::InvalidContent)
        );
    }
    let mut last = None;
    for seq in 0..16 {
        let sent = offer.send_early(&text("hello")).unwrap();
        assert_eq!(sent.seq, seq);
        assert!(incoming.receive_early(&sent.frame, &from).is_ok());
        last = Some(sent.frame);
    }
    assert_eq!(offer.send_early(&file()), Err(EarlySendError::Limit));
    // A 17th is refused for its number, whatever it holds.
    let mut beyond = last.unwrap();
    beyond[18..22].copy_from_slice(&16_u32.to_be_bytes());
    assert_eq!(
        incoming.receive_early(&beyond, &from),
        Err(EarlyError::Order)
    );
    let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let (_, b, _) = people.complete(offer, pending);
    assert_eq!((b.early().sent, b.early().dropped()), (16, 0));
}

#[test]
fn an_interactive_handshake_has_no_early_data() {
    let mut people = People::new(17);
    let from = people.alice_account();
    let mut offer = block_on(Offer::create(
        &people.alice,
        people.bob.party(),
        PRESENCE,
        &mut people.rng,
    ))
    .unwrap();
    assert!(!offer.is_prekey_start());
    assert_eq!(
        offer.send_early(&text("hello")),
        Err(EarlySendError::Unavailable)
    );
    let mut incoming = people.receive(offer.frame()).unwrap();
    let header = EarlyHeader {
        hid: offer.hid(),
        number: 0,
    };
    let frame = [&header.encode()[..], &[0; 272]].concat();
    assert_eq!(
        incoming.receive_early(&frame, &from),
        Err(EarlyError::Unexpected)
    );
    let mut pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    assert_eq!(
        pending.receive_early(&frame, &from),
        Err(EarlyError::Unexpected)
    );
    people.complete(offer, pending);
}

/// Whatever comes in between, the next early message is still accepted.
#[test]
fn a_refused_early_frame_changes_nothing() {
    let mut people = People::new(18);
    let (mut offer, mut incoming) = people.ring();
    let (from, from_bob) = (people.alice_account(), people.bob_account());
    let (mut other, _) = people.ring();
    let of_other = other.send_early(&text("other")).unwrap();
    let sent: Vec<EarlySent> = ["one", "two", "three"]
        .map(|word| offer.send_early(&text(word)).unwrap())
        .into();
    for (index, frame) in sent.iter().map(|sent| &sent.frame).enumerate() {
        let mut refuse = |frame: &[u8], from: &AccountId, error: EarlyError| {
            assert_eq!(incoming.receive_early(frame, from), Err(error));
        };
        for position in 0..frame.len() {
            let mut changed = frame.clone();
            changed[position] ^= 0x40;
            let expected = match position {
                0..18 => EarlyError::Unconcerned,
                18..22 => EarlyError::Order,
                _ => EarlyError::Decrypt,
            };
            refuse(&changed, &from, expected);
        }
        refuse(&of_other.frame, &from, EarlyError::Unconcerned);
        refuse(&[], &from, EarlyError::Unconcerned);
        refuse(frame, &from_bob, EarlyError::Sender);
        refuse(&frame[..frame.len() - 1], &from, EarlyError::Length);
        refuse(&[&frame[..], &[0]].concat(), &from, EarlyError::Length);
        refuse(&frame[..22], &from, EarlyError::Length);
        if index > 0 {
            refuse(&sent[index - 1].frame, &from, EarlyError::Replay);
        }
        if let Some(later) = sent.get(index + 1) {
            refuse(&later.frame, &from, EarlyError::Order);
        }
        let message = incoming.receive_early(frame, &from).unwrap();
        assert_eq!(message.seq as usize, index);
    }
}

/// Forging is given a bounded number of tries, as in a session.
#[test]
fn forged_early_frames_end_the_handshake_in_the_end() {
    let mut people = People::new(19);
    let (mut offer, mut incoming) = people.ring();
    let from = people.alice_account();
    let good = offer.send_early(&text("hello")).unwrap().frame;
    let mut forged = good.clone();
    forged[30] ^= 1;
    for _ in 0..1023 {
        assert_eq!(
            incoming.receive_early(&forged, &from),
            Err(EarlyError::Decrypt)
        );
    }
    assert_eq!(
        incoming.receive_early(&forged, &from),
        Err(EarlyError::FailureLimit)
    );
    assert_eq!(
        incoming.receive_early(&good, &from),
        Err(EarlyError::Closed)
    );
    assert_eq!(
        block_on(incoming.accept(&mut people.rng)).unwrap_err(),
        AnswerError::Early
    );

    // Between ACCEPT and CONFIRM alike.
    let (offer, incoming) = people.ring();
    forged[2..18].copy_from_slice(&offer.hid().0);
    let from_bob = people.bob_account();
    let mut pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let confirm = block_on(offer.accept(pending.frame(), &from_bob, &mut people.rng))
        .unwrap()
        .confirm;
    while pending.receive_early(&forged, &from) == Err(EarlyError::Decrypt) {}
    assert_eq!(
        block_on(pending.confirm(&confirm, &from, &mut people.rng)).unwrap_err(),
        ConfirmError::Early
    );
}

/// Early messages that did not come are counted, and their numbers are nobody's.
#[test]
fn dropped_early_messages_are_noticed() {
    let mut people = People::new(20);
    let (mut offer, mut incoming) = people.ring();
    let from = people.alice_account();
    let sent: Vec<EarlySent> = ["one", "two", "three"]
        .map(|word| offer.send_early(&text(word)).unwrap())
        .into();
    incoming.receive_early(&sent[0].frame, &from).unwrap();
    // The second is lost, so the third does not count.
    assert_eq!(
        incoming.receive_early(&sent[2].frame, &from),
        Err(EarlyError::Order)
    );
    let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let (mut a, mut b, ready) = people.complete(offer, pending);
    let count = EarlyCount {
        sent: 3,
        received: 1,
    };
    assert_eq!((b.early(), b.early().dropped()), (count, 2));
    // The initiator learns it from READY.
    assert_eq!(a.early().dropped(), 0);
    assert_eq!(a.receive(&ready, 0).unwrap().ack, 1);
    assert_eq!(a.early(), count);
    // `ack` never claims what did not come.
    let next = a.send(&text("four"), &mut people.rng).unwrap();
    assert_eq!(next.seq, 3);
    assert_eq!(b.receive(&next.frame, 0).unwrap().seq, 3);
    assert_eq!(b.received(), 1);
    // An early frame is no message of the session.
    assert_eq!(b.receive(&sent[1].frame, 0), Err(ReceiveError::Type));
}

/// Two runs of one initiator with the same randomness: what one of them sent, the other's CONFIRM does not count.
#[test]
fn a_confirm_that_counts_fewer_than_came_is_refused() {
    let mut people = People::new(21);
    let prekey = people.prekey();
    let mut offer = || {
        people.rng = TestRng::new(22);
        people.offer(&prekey)
    };
    let (silent, mut talking) = (offer(), offer());
    assert_eq!(silent.frame(), talking.frame());
    let (from, from_bob) = (people.alice_account(), people.bob_account());
    let mut incoming = people.receive(silent.frame()).unwrap();
    let sent = talking.send_early(&text("hello")).unwrap();
    incoming.receive_early(&sent.frame, &from).unwrap();
    let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let confirm = block_on(silent.accept(pending.frame(), &from_bob, &mut people.rng))
        .unwrap()
        .confirm;
    assert_eq!(
        block_on(pending.confirm(&confirm, &from, &mut people.rng)).unwrap_err(),
        ConfirmError::EarlyCount
    );
}

#[test]
fn a_glare_is_decided_alike_for_either_flight() {
    let mut people = People::new(23);
    let (alice, bob) = (people.alice.clone(), people.bob.clone());
    let prekey = people.prekey();
    let init = people.offer(&prekey);
    // Bob calls at the same moment, without a prekey.
    let mut at_alice = Listener::new(alice.clone(), PRESENCE);
    let offer = block_on(Offer::create(
        &bob,
        alice.party(),
        PRESENCE,
        &mut people.rng,
    ))
    .unwrap();
    let at_bob = people.receive(init.frame()).unwrap();
    let at_alice =
        block_on(at_alice.receive(offer.frame(), &bob.party().account, None, 0)).unwrap();
    let seen_by_alice = winner(&alice.party().key, &at_alice.peer().key);
    let seen_by_bob = winner(&bob.party().key, &at_bob.peer().key);
    assert_ne!(seen_by_alice, seen_by_bob);
    // The winner's flight completes, the loser drops its own.
    if seen_by_alice == Winner::Own {
        let pending = block_on(at_bob.accept(&mut people.rng)).unwrap();
        people.complete(init, pending);
    } else {
        let pending = block_on(at_alice.accept(&mut people.rng)).unwrap();
        let from_alice = alice.party().account;
        let confirm = block_on(offer.accept(pending.frame(), &from_alice, &mut people.rng))
            .unwrap()
            .confirm;
        let from_bob = bob.party().account;
        assert!(block_on(pending.confirm(&confirm, &from_bob, &mut people.rng)).is_ok());
    }
}

#[test]
fn an_open_session_is_renewed_by_the_same_two() {
    let mut people = People::new(24);
    let (offer, incoming) = people.ring();
    let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
    let (mut a, mut b, _) = people.complete(offer, pending);
    let (alice, bob) = (people.alice.clone(), people.bob.clone());
    let mut interactive = |initiator: &Local, listener: &mut Listener<Software>| {
        let responder = bob.party();
        let offer = Offer::create(initiator, responder, PRESENCE, &mut people.rng);
        let offer = block_on(offer).unwrap();
        let from = initiator.party().account;
        block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap()
    };
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let again = interactive(&alice, &mut listener);
    assert!(again.renews(&b));
    // Not the session's two people in these roles of local and peer.
    assert!(!again.renews(&a));
    // Somebody else, and somebody else under Alice's name.
    let eve = person("eve");
    let rng = &mut TestRng::new(25);
    let impostor = LocalIdentity::software(IdentitySeed::generate(rng), alice.party().account);
    assert!(!interactive(&eve, &mut listener).renews(&b));
    assert!(!interactive(&impostor, &mut listener).renews(&b));
    // A renewal is interactive: early data would ride on it unseen.
    let (_, init) = people.ring();
    assert!(!init.renews(&b));
    // After BYE, from either side, it is a new conversation.
    let bye = a.send(&Content::Bye, rng).unwrap();
    assert!(b.is_open());
    b.receive(&bye.frame, 0).unwrap();
    assert!(!b.is_open() && !again.renews(&b));
    assert!(!a.is_open());
}

/// The software engine, until it has done so many things.
struct Failing(Cell<u32>);

impl Failing {
    fn spend(&self) -> Result<(), EngineError> {
        let left = self.0.get().checked_sub(1).ok_or(EngineError::Failed)?;
        self.0.set(left);
        Ok(())
    }
}

impl Engine for Failing {
    type Identity = IdentitySeed;
    type Agreement = Secret;

    async fn sign(&self, identity: &IdentitySeed, message: &[u8]) -> Result<[u8; 64], EngineError> {
        self.spend()?;
        Software.sign(identity, message).await
    }

    async fn verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, EngineError> {
        self.spend()?;
        Software.verify(key, message, signature).await
    }

    async fn generate_agreement(
        &self,
        rng: &mut dyn CryptoRng,
    ) -> Result<AgreementKeys<Secret>, EngineError> {
        self.spend()?;
        Software.generate_agreement(rng).await
    }

    async fn agree(&self, secret: &Secret, public: &[u8; 32]) -> Result<SharedSecret, EngineError> {
        self.spend()?;
        Software.agree(secret, public).await
    }
}

/// Each prekey is a key pair and a signature. Either all are published or none.
#[test]
fn an_engine_that_fails_publishes_nothing() {
    let bob = person("bob");
    let failing = |budget| {
        let seed = IdentitySeed::from_bytes(bob.seed().expose());
        let local = LocalIdentity::new(Failing(Cell::new(budget)), seed, bob.party());
        Listener::new(local, PRESENCE)
    };
    let rng = &mut TestRng::new(30);
    for budget in 0..6 {
        let mut listener = failing(budget);
        assert_eq!(
            block_on(listener.publish_prekeys(3, rng)),
            Err(PublishError::Engine)
        );
        assert_eq!(listener.prekeys(), 0);
    }
    // A failure at the signature costs nothing, one at the agreement the prekey: it may have been used.
    let alice = person("alice");
    let from = alice.party().account;
    for (budget, left, again) in [(2, 1, ListenError::Engine), (3, 0, ListenError::Replayed)] {
        let mut listener = failing(budget);
        let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
        let party = bob.party();
        let bundle = PrekeyBundle::verify(&alice, &prekey, &party, &PRESENCE);
        let bundle = block_on(bundle).unwrap();
        let offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
        let mut receive = || block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap_err();
        assert_eq!(receive(), ListenError::Engine);
        assert_eq!(receive(), again);
        assert_eq!(listener.prekeys(), left);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Early frames arrive in any order, some never, some twice, before and after ACCEPT. Exactly the longest unbroken run
    /// is accepted, the session says how many, and it works.
    #[test]
    fn early_messages_survive_any_network(
        sent in 0..=16_usize,
        arrivals in proptest::collection::vec(0..16_usize, 0..40),
        accept_after in 0..40_usize,
        seed in any::<u64>(),
    ) {
        let mut people = People::new(seed);
        let (mut offer, mut incoming) = people.ring();
        let from = people.alice_account();
        let frames: Vec<Vec<u8>> = (0..sent)
            .map(|index| offer.send_early(&text(&index.to_string())).unwrap().frame)
            .collect();
        let mut next = 0;
        let mut expect = |index: usize| {
            if index < next {
                Err(EarlyError::Replay)
            } else if index > next {
                Err(EarlyError::Order)
            } else {
                next += 1;
                Ok(EarlyMessage { seq: index as u32, content: text(&index.to_string()) })
            }
        };
        let (before, after) = arrivals.split_at(accept_after.min(arrivals.len()));
        let existing = |index: &&usize| **index < sent;
        for &index in before.iter().filter(existing) {
            prop_assert_eq!(incoming.receive_early(&frames[index], &from), expect(index));
        }
        let mut pending = block_on(incoming.accept(&mut people.rng)).unwrap();
        for &index in after.iter().filter(existing) {
            prop_assert_eq!(pending.receive_early(&frames[index], &from), expect(index));
        }
        let (mut a, mut b, ready) = people.complete(offer, pending);
        let count = EarlyCount { sent: sent as u32, received: next as u32 };
        prop_assert_eq!(b.early(), count);
        prop_assert_eq!(a.receive(&ready, 0).unwrap().ack, count.received);
        prop_assert_eq!(a.early(), count);
        prop_assert_eq!(a.unacknowledged() as u32, count.dropped());
        let message = a.send(&text("in the session"), &mut people.rng).unwrap();
        prop_assert_eq!(message.seq, count.sent);
        prop_assert_eq!(b.receive(&message.frame, 0).unwrap().seq, count.sent);
        prop_assert_eq!(a.receive(&b.send(&text("back"), &mut people.rng).unwrap().frame, 0).unwrap().seq, 1);
    }
}
