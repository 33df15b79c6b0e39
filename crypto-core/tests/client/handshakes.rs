//! A handshake that somebody disturbs goes on, or ends with the word that is true.

use std::cell::RefCell;
use std::rc::Rc;

use duet_crypto::client::{EndedBy, Event, Stage, Status, Suspicion};
use duet_crypto::engine::{LocalIdentity, block_on};
use duet_crypto::error::Code;
use duet_crypto::identity::IdentitySeed;
use duet_crypto::prekeys::OwnPrekey;
use duet_crypto::relay::{NoPrekey, Presence, ServerFrame};

use crate::common::TestRng;
use crate::world::{Pass, World};

/// Frame types of protocol 4.
const ACCEPT: u8 = 3;
const CONFIRM: u8 = 4;
const END: u8 = 5;

/// Copies of everything that passes: to whom, and the payload.
type Copies = Rc<RefCell<Vec<(usize, Vec<u8>)>>>;

/// Keeps copies, and drops the frames of one kind.
fn tap(world: &mut World, without: Option<u8>) -> Copies {
    let copies = Copies::default();
    let (kept, bob) = (copies.clone(), world.account(1));
    world.rule = Box::new(move |_, to, payload| {
        kept.borrow_mut()
            .push((usize::from(to == bob), payload.to_vec()));
        if without == Some(payload[1]) {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    copies
}

/// Something was said by the wrong key.
fn suspicious(event: &Event) -> bool {
    matches!(
        event,
        Event::Suspicious {
            what: Suspicion::Signature,
            ..
        }
    )
}

/// An END of the handshake whose first flight this is, which nobody has signed. `role`: 0x41 caller, 0x42 the other.
fn forged_end(flight: &[u8], role: u8) -> Vec<u8> {
    let mut frame = vec![flight[0], END];
    frame.extend_from_slice(&flight[2..18]);
    frame.extend_from_slice(&[role, 1]);
    frame.extend_from_slice(&[7; 64]);
    frame
}

/// Frames of a call that is over come again, during every step of the next one. They belong to nobody.
#[test]
fn frames_of_an_earlier_call_touch_no_later_one() {
    let mut world = World::new(&["alice", "bob"]);
    let copies = tap(&mut world, None);
    world.meet(0, 1);
    world.leave(0, 1);
    world.pass(20_000);
    let old: Vec<_> = copies.borrow_mut().drain(..).collect();
    let kinds = |kind| old.iter().any(|(_, payload)| payload[1] == kind);
    assert!(kinds(ACCEPT) && kinds(CONFIRM));
    let again = |world: &mut World| {
        for (to, payload) in &old {
            let from = world.account(1 - to);
            let there = world.people[1 - to].client.presence();
            world.deliver(from, there, *to, payload);
            world.pass(50);
        }
    };
    let _calls = tap(&mut world, Some(CONFIRM));
    world.call(0, 1);
    world.pass(500);
    again(&mut world);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.accept(1, 0).unwrap();
    world.pass(500);
    again(&mut world);
    assert_eq!(world.stage(1, 0), Some(Stage::Establishing));
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(6_000);
    again(&mut world);
    for (one, other) in [(0, 1), (1, 0)] {
        assert_eq!(world.stage(one, other), Some(Stage::Secure));
        world.say(one, other, "hello");
    }
    world.pass(2_000);
    assert_eq!(world.texts(0, 1), ["hello"]);
    assert_eq!(world.texts(1, 0), ["hello"]);
}

/// Anybody can write an END. One that is not signed by the peer ends nothing, and is told.
#[test]
fn a_forged_end_ends_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    let (alice, bob) = (world.account(0), world.account(1));
    let copies = tap(&mut world, Some(CONFIRM));
    world.call(0, 1);
    let text = world.say(0, 1, "it is me");
    world.pass(500);
    let flight = copies.borrow()[0].1.clone();
    let there = world.people[1].client.presence();
    // One of another handshake is not even looked at.
    world.people[0].held = Some(Vec::new());
    let mut other = flight.clone();
    other[2] ^= 1;
    world.deliver(bob, there, 0, &forged_end(&other, 0x42));
    world.pass(100);
    assert_eq!(world.people[0].held.as_ref().map(Vec::len), Some(0));
    world.release(0);
    // While it rings, at both.
    world.deliver(bob, there, 0, &forged_end(&flight, 0x42));
    let here = world.people[0].client.presence();
    world.deliver(alice, here, 1, &forged_end(&flight, 0x41));
    world.pass(100);
    assert!(world.saw(0, suspicious));
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert!(!world.saw(1, |event| matches!(event, Event::IncomingOver { .. })));
    world.accept(1, 0).unwrap();
    world.pass(100);
    // While CONFIRM is awaited.
    assert!(!world.saw(1, suspicious));
    world.deliver(alice, here, 1, &forged_end(&flight, 0x41));
    world.pass(100);
    assert!(world.saw(1, suspicious));
    assert_eq!(world.stage(1, 0), Some(Stage::Establishing));
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(6_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// A person who says yes while the caller's END is looked at is not left waiting when it was a forgery.
#[test]
fn a_yes_during_a_forged_end_counts() {
    let mut world = World::new(&["alice", "bob"]);
    let alice = world.account(0);
    let copies = tap(&mut world, None);
    world.call(0, 1);
    world.pass(500);
    let flight = copies.borrow()[0].1.clone();
    world.people[1].held = Some(Vec::new());
    let here = world.people[0].client.presence();
    world.deliver(alice, here, 1, &forged_end(&flight, 0x41));
    world.pass(100);
    world.accept(1, 0).unwrap();
    world.release(1);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// A prekey that is damaged is not used, and the call goes out without one: the words wait for the answer.
#[test]
fn a_damaged_prekey_is_no_reason_not_to_call() {
    let mut world = World::new(&["alice", "bob"]);
    world.relay.tamper = Box::new(|mut prekey| {
        prekey[1_378] ^= 1;
        prekey
    });
    world.call(0, 1);
    let text = world.say(0, 1, "hello");
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert_eq!(world.status(0, text), Some(Status::Waiting));
    assert!(!world.saw(0, |event| matches!(event, Event::KeyChanged { .. })));
    world.accept(1, 0).unwrap();
    world.pass(2_000);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// A genuine prekey under another key: that is the alarm where the person is known, and no call in any case.
#[test]
fn a_prekey_under_another_key_makes_no_call() {
    for known in [false, true] {
        let mut world = World::new(&["alice", "bob"]);
        if known {
            world.meet(0, 1);
            world.leave(0, 1);
            world.pass(3_000);
        }
        let other = LocalIdentity::software(IdentitySeed::from_bytes(&[77; 32]), world.account(1));
        let there = world.people[1].client.presence();
        let mut rng = TestRng::new(5);
        let theirs = block_on(OwnPrekey::generate(&other, there, 1, &mut rng)).unwrap();
        let frame = *theirs[0].frame();
        world.relay.tamper = Box::new(move |_| frame);
        world.call(0, 1);
        let text = world.say(0, 1, "hello");
        world.pass(500);
        let key = other.party().key;
        let alarm = world.saw(
            0,
            |event| matches!(event, Event::KeyChanged { key: told, .. } if *told == key),
        );
        assert_eq!(alarm, known);
        let by = if known {
            EndedBy::KeyChanged
        } else {
            EndedBy::Failed(Code::IdentityChanged)
        };
        assert_eq!(world.ended(0, 1).map(|(by, ..)| by), Some(by));
        assert_eq!(world.status(0, text), Some(Status::NotDelivered));
        assert!(!world.saw(1, |event| matches!(event, Event::Message { .. })));
    }
}

/// An answer of the relay that comes when the call has long gone out without it makes no other call.
#[test]
fn a_prekey_that_nobody_waits_for_is_dropped() {
    let mut world = World::new(&["alice", "bob"]);
    world.relay.lost_prekeys = 1;
    world.call(0, 1);
    // The call does not wait for a prekey for ever.
    world.pass(3_500);
    assert_eq!(world.rings(1), 1);
    let sent = world.people[0].sent.len();
    let answer = ServerFrame::PrekeyResponse {
        id: world.relay.asked[0],
        prekey: Err(NoPrekey::NoneLeft),
    };
    world.fly(0, answer.encode(), 0);
    world.pass(500);
    assert_eq!(world.people[0].sent.len(), sent);
    assert_eq!(world.rings(1), 1);
}

/// Both call, and the flight that lost (protocol 4.7) comes when the session is open: it rings nobody and ends nothing.
#[test]
fn an_offer_that_lost_and_comes_late_rings_nobody() {
    let mut world = World::new(&["alice", "bob"]);
    let (winner, loser) = world.by_key();
    // Without prekeys, so that both calls are plain.
    world.forget_prekeys(0);
    world.forget_prekeys(1);
    let lost = Rc::new(RefCell::new(None));
    let kept = lost.clone();
    let from_loser = world.account(loser);
    world.rule = Box::new(move |from, _, payload| {
        if from == from_loser && payload[1] == 1 {
            *kept.borrow_mut() = Some(payload.to_vec());
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    world.call(loser, winner);
    world.pass(200);
    world.call(winner, loser);
    world.pass(1_000);
    assert_eq!(world.stage(winner, loser), Some(Stage::Secure));
    let flight = lost.borrow().clone().unwrap();
    let there: Presence = world.people[loser].client.presence();
    world.people[winner].events.clear();
    world.deliver(from_loser, there, winner, &flight);
    world.pass(1_000);
    assert!(!world.saw(winner, |event| matches!(
        event,
        Event::Incoming { .. } | Event::Renewed { .. } | Event::Ended { .. }
    )));
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.say(winner, loser, "hello");
    world.pass(1_000);
    assert_eq!(world.texts(loser, winner), ["hello"]);
}
