//! Flights and words that come late, twice, or in the wrong order: they ring nobody, end nothing and take nobody's place.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::vec::Vec;

use duet_crypto::client::{EndedBy, Event, Stage, Status};

use crate::world::{Pass, World};

const OFFER: u8 = 0x01;
const ACCEPT: u8 = 0x03;
const CONFIRM: u8 = 0x04;
const MESSAGE: u8 = 0x11;

/// CONFIRM needs eleven seconds on a bad line. Whoever has said yes waits for fifteen, and says it again meanwhile.
#[test]
fn an_answer_waits_for_its_confirmation() {
    let mut world = World::new(&["alice", "bob"]);
    world.rule = Box::new(|_, _, payload| match payload[1] {
        CONFIRM => Pass::Late(11_000),
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(10_900);
    assert_eq!(world.stage(1, 0), Some(Stage::Establishing));
    world.pass(300);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// And no longer than that, to the millisecond.
#[test]
fn an_answer_that_is_never_confirmed_is_given_up() {
    let mut world = World::new(&["alice", "bob"]);
    world.rule = Box::new(|_, _, payload| match payload[1] {
        CONFIRM => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(14_999);
    assert!(world.ended(1, 0).is_none());
    world.pass(1);
    let by = world.ended(1, 0).map(|(by, ..)| by);
    assert_eq!(by, Some(EndedBy::TimedOut));
}

/// Both call, and the flight that lost (protocol 4.7) comes while READY of the other is on its way. It rings nobody.
#[test]
fn an_offer_that_lost_and_comes_before_ready_rings_nobody() {
    let mut world = World::new(&["alice", "bob"]);
    let (winner, loser) = world.by_key();
    world.forget_prekeys(0);
    world.forget_prekeys(1);
    let lost = Rc::new(RefCell::new(None));
    let kept = lost.clone();
    let from_loser = world.account(loser);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        OFFER if from == from_loser => {
            *kept.borrow_mut() = Some(payload.to_vec());
            Pass::Drop
        }
        MESSAGE if from == from_loser => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(loser, winner);
    world.pass(200);
    world.call(winner, loser);
    world.pass(1_000);
    assert_eq!(world.stage(winner, loser), Some(Stage::Establishing));
    let flight = lost.borrow().clone().unwrap();
    let there = world.people[loser].client.presence();
    world.deliver(from_loser, there, winner, &flight);
    world.pass(1_000);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(6_000);
    assert_eq!(world.rings(winner), 0);
    assert_eq!(world.stage(winner, loser), Some(Stage::Secure));
    let text = world.say(winner, loser, "hello");
    world.pass(3_000);
    assert_eq!(world.status(winner, text), Some(Status::Delivered));
}

/// Somebody left, which did not arrive, and calls again from the same run: it is a call and no renewal, and the person decides.
#[test]
fn a_call_from_the_run_that_one_talks_to_rings() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let alice = world.account(0);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        MESSAGE if from == alice => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.leave(0, 1);
    world.pass(3_000);
    world.people[1].events.clear();
    world.call(0, 1);
    world.pass(500);
    assert_eq!(world.rings(1), 1);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.accept(1, 0).unwrap();
    world.pass(1_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// The same while READY of the first call is on its way: it was given up, and the second one rings.
#[test]
fn a_call_into_a_handshake_that_is_being_completed_rings() {
    let mut world = World::new(&["alice", "bob"]);
    let bob = world.account(1);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        MESSAGE if from == bob => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Establishing));
    // Bob's word does not reach her; he leaves, and calls with a prekey.
    world.leave(1, 0);
    world.pass(3_000);
    world.call(1, 0);
    world.pass(500);
    assert_eq!(world.rings(0), 1);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.accept(0, 1).unwrap();
    world.pass(1_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// Both call and neither flight has arrived. The one whose flight counts answers nobody, the other one answers it.
#[test]
fn of_two_calls_that_cross_one_is_answered() {
    let mut world = World::new(&["alice", "bob"]);
    let (winner, loser) = world.by_key();
    let accepts = Rc::new(RefCell::new(BTreeSet::new()));
    let seen = accepts.clone();
    world.rule = Box::new(move |from, _, payload| {
        if payload[1] == ACCEPT {
            seen.borrow_mut().insert((from, payload.to_vec()));
        }
        Pass::Late(200)
    });
    world.call(winner, loser);
    world.call(loser, winner);
    world.pass(3_000);
    assert_eq!(world.stage(winner, loser), Some(Stage::Secure));
    assert_eq!(world.stage(loser, winner), Some(Stage::Secure));
    let from: Vec<_> = accepts.borrow().iter().map(|(from, _)| *from).collect();
    assert_eq!(from, [world.account(loser)]);
}

/// An END of another call, however genuine, is not looked at as one of this.
#[test]
fn an_end_of_an_earlier_call_costs_a_later_one_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    let end = Rc::new(RefCell::new(None));
    let kept = end.clone();
    world.rule = Box::new(move |_, _, payload| {
        if payload[1] == 0x05 {
            *kept.borrow_mut() = Some(payload.to_vec());
        }
        Pass::Deliver
    });
    let alice = world.account(0);
    let here = world.people[0].client.presence();
    world.call(0, 1);
    world.pass(500);
    world.leave(0, 1);
    world.pass(500);
    let end = end.borrow().clone().unwrap();
    world.rule = Box::new(|_, _, payload| match payload[1] {
        CONFIRM => Pass::Late(2_000),
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    // Whatever Bob's client has to work on is counted.
    world.people[1].held = Some(Vec::new());
    world.deliver(alice, here, 1, &end);
    world.pass(500);
    assert_eq!(world.people[1].held.as_ref().map(Vec::len), Some(0));
    world.people[1].held = None;
    world.pass(3_000);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// Words in a conversation whose end the peer has forgotten: the peer says so under its key, and nobody waits or goes on saying
/// goodbye.
#[test]
fn who_leaves_one_that_has_left_learns_it_at_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let (alice, bob) = (world.account(0), world.account(1));
    world.rule = Box::new(move |from, _, _| match from == bob {
        true => Pass::Drop,
        false => Pass::Deliver,
    });
    world.leave(1, 0);
    // Bob says goodbye for ten minutes, and none of it arrives.
    world.pass(700_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    let said = Rc::new(Cell::new(0));
    let count = said.clone();
    world.rule = Box::new(move |from, _, payload| {
        count.set(count.get() + u32::from(from == alice && payload[1] == MESSAGE));
        Pass::Deliver
    });
    let text = world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.pass(100);
    let by = world.ended(0, 1).map(|(by, ..)| by);
    assert_eq!(by, Some(EndedBy::Us));
    assert_eq!(world.status(0, text), Some(Status::Unconfirmed));
    // The text and the last word, once each.
    world.pass(60_000);
    assert_eq!(said.get(), 2);
}

/// A call is taken back, and what its caller says cannot be checked. It rings no longer than the work may take.
#[test]
fn a_call_whose_end_cannot_be_checked_rings_no_longer() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.people[1].held = Some(Vec::new());
    world.leave(0, 1);
    world.pass(20);
    assert_eq!(world.people[1].held.as_ref().map(Vec::len), Some(1));
    let over = |world: &World| world.saw(1, |event| matches!(event, Event::IncomingOver { .. }));
    world.pass(9_999);
    assert!(!over(&world));
    world.pass(1);
    assert!(over(&world));
}

/// First words go with a call on a slow line, whatever else a client wakes for while it waits for the prekey.
#[test]
fn a_slow_prekey_is_waited_for() {
    for later in (2_600..5_000).step_by(300) {
        let mut world = World::new(&["alice", "bob"]);
        world.meet(0, 1);
        world.pass(5_000);
        // Goodbye is said again and again.
        world.rule = Box::new(|_, _, payload| match payload[1] {
            MESSAGE => Pass::Drop,
            _ => Pass::Deliver,
        });
        world.leave(0, 1);
        world.pass(later);
        world.relay.latency = 1_200;
        world.call(0, 1);
        let words = world.say(0, 1, "me again");
        world.pass(4_000);
        assert_eq!(world.status(0, words), Some(Status::Early), "{later}");
    }
}
