//! Calls: answered, declined, given up, crossing.

use duet_crypto::client::{EndedBy, Event, MessageId, Stage, Status};

use crate::world::{Pass, World};

#[test]
fn a_call_is_answered_and_both_talk() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert_eq!(world.stage(1, 0), None);
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));

    // A first session renews none.
    let renewed = |event: &Event| matches!(event, Event::Renewed { .. });
    assert!(!world.saw(0, renewed) && !world.saw(1, renewed));

    let hello = world.say(0, 1, "hello");
    let hi = world.say(1, 0, "hi");
    world.pass(2_000);
    assert_eq!(world.texts(1, 0), ["hello"]);
    assert_eq!(world.texts(0, 1), ["hi"]);
    assert_eq!(world.status(0, hello), Some(Status::Delivered));
    assert_eq!(world.status(1, hi), Some(Status::Delivered));
    let (alice, bob) = (world.account(0), world.account(1));
    assert_eq!(
        world.people[0].client.sas(&bob).map(|sas| sas.emoji),
        world.people[1].client.sas(&alice).map(|sas| sas.emoji),
    );
}

#[test]
fn words_go_with_the_call() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    let first = world.say(0, 1, "are you there?");
    world.pass(500);
    assert_eq!(world.status(0, first), Some(Status::Early));
    assert_eq!(world.texts(1, 0), ["are you there?"]);
    assert!(world.saw(1, |event| matches!(
        event,
        Event::Message { early: true, .. }
    )));
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.status(0, first), Some(Status::Delivered));
    assert!(world.saw(1, |event| matches!(
        event,
        Event::EarlyConfirmed { dropped: 0, .. }
    )));
}

#[test]
fn a_call_is_declined() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    let text = world.say(0, 1, "please");
    world.pass(500);
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| client.decline(&alice, now, rng))
        .unwrap();
    world.pass(500);
    let (by, unsettled, _) = world.ended(0, 1).unwrap();
    assert_eq!(by, EndedBy::Declined);
    assert_eq!(unsettled[0].id, text);
    assert_eq!(unsettled[0].status, Status::Unconfirmed);
    assert_eq!(unsettled[0].text.as_deref(), Some("please"));
}

#[test]
fn a_call_is_given_up() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.leave(0, 1);
    world.pass(500);
    assert_eq!(world.ended(0, 1).map(|(by, ..)| by), Some(EndedBy::Us));
    assert!(world.saw(1, |event| matches!(event, Event::IncomingOver { .. })));
    assert!(world.accept(1, 0).is_err());
}

#[test]
fn nobody_answers() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(61_000);
    assert_eq!(
        world.ended(0, 1).map(|(by, ..)| by),
        Some(EndedBy::NoAnswer)
    );
    assert!(world.saw(1, |event| matches!(event, Event::IncomingOver { .. })));
}

#[test]
fn both_call_at_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.call(1, 0);
    let text = world.say(0, 1, "first");
    let other = world.say(1, 0, "second");
    world.pass(3_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    assert_eq!(world.status(0, text), Some(Status::Delivered));
    assert_eq!(world.status(1, other), Some(Status::Delivered));
    assert!(world.ended(0, 1).is_none() && world.ended(1, 0).is_none());
}

#[test]
fn somebody_who_is_away() {
    let mut world = World::new(&["alice", "bob"]);
    world.cut(1);
    world.call(0, 1);
    let text = world.say(0, 1, "hello?");
    world.pass(500);
    let (by, unsettled, _) = world.ended(0, 1).unwrap();
    assert_eq!(by, EndedBy::Offline);
    assert_eq!(unsettled[0].id, text);
    assert_eq!(unsettled[0].status, Status::NotDelivered);
}

/// First words can be answered and a first file can be had, once there is a session.
#[test]
fn what_came_with_the_call_can_be_named() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(200);
    let first = world.say(0, 1, "look at this");
    let bytes = [7; 20_000];
    let file = world.offer(0, 1, &bytes);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    let alice = world.account(0);
    let id = MessageId::Peer { session: 1, seq: 0 };
    world
        .act(1, |client, now, rng| {
            client.react(&alice, id, true, "👍", now, rng)
        })
        .unwrap();
    world.take(1, 0);
    world.pass(5_000);
    assert!(world.saw(0, |event| matches!(event,
        Event::Reaction { id, .. } if *id == first)));
    assert!(world.has(1, file, &bytes));
}

/// What the relay drops of a first flight is said in the session that follows at once.
#[test]
fn dropped_first_words_are_said_again() {
    let mut world = World::new(&["alice", "bob"]);
    world.rule = Box::new(|_, _, payload| match payload[1] {
        0x10 => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    let first = world.say(0, 1, "one");
    let second = world.say(0, 1, "two");
    world.pass(500);
    assert_eq!(world.status(0, first), Some(Status::Early));
    world.accept(1, 0).unwrap();
    world.pass(3_000);
    assert!(world.saw(1, |event| matches!(
        event,
        Event::EarlyConfirmed { dropped: 2, .. }
    )));
    assert_eq!(world.texts(1, 0), ["one", "two"]);
    assert_eq!(world.status(0, first), Some(Status::Delivered));
    assert_eq!(world.status(0, second), Some(Status::Delivered));
}

/// What the relay said on a line that is gone is not believed.
#[test]
fn a_call_without_a_line_waits_for_one() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.cut(0);
    world.pass(61_000);
    world.call(0, 1);
    world.pass(5_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.connect(0);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
}

/// A call that came late rings no longer than its caller waits.
#[test]
fn whoever_waited_long_enough_says_so() {
    let mut world = World::new(&["alice", "bob"]);
    world.rule = Box::new(|_, _, payload| match payload[1] {
        0x02 => Pass::Late(30_000),
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(59_000);
    let over = |event: &Event| matches!(event, Event::IncomingOver { .. });
    assert!(!world.saw(1, over));
    world.pass(2_000);
    assert!(world.saw(1, over));
}

/// A flight to a run that is gone wins against nobody.
#[test]
fn both_call_and_one_has_a_new_run() {
    let mut world = World::new(&["alice", "bob"]);
    let (first, second) = world.by_key();
    world.call(first, second);
    world.pass(500);
    world.reload(second);
    world.pass(500);
    world.call(second, first);
    world.pass(2_000);
    assert_eq!(world.stage(first, second), Some(Stage::Secure));
    assert_eq!(world.stage(second, first), Some(Stage::Secure));
}

/// Whoever gives way to a call that came too late has said its own words already.
#[test]
fn words_that_were_heard_are_not_called_undelivered() {
    let mut world = World::new(&["alice", "bob"]);
    let (first, second) = world.by_key();
    let caller = world.account(first);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x02 if from == caller => Pass::Late(10_000),
        _ => Pass::Deliver,
    });
    world.call(first, second);
    world.pass(500);
    world.leave(first, second);
    world.call(second, first);
    let text = world.say(second, first, "are you there?");
    world.pass(500);
    assert_eq!(world.texts(first, second), ["are you there?"]);
    world.pass(60_000);
    assert!(world.ended(second, first).is_some());
    assert_eq!(world.status(second, text), Some(Status::Unconfirmed));
}

/// READY is lost, the peer's page is loaded again, and calls.
#[test]
fn a_new_run_calls_into_a_handshake_that_was_not_completed() {
    let mut world = World::new(&["alice", "bob"]);
    let bob = world.account(1);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x11 if from == bob => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    world.reload(1);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(500);
    world.call(1, 0);
    world.pass(500);
    world.accept(0, 1).unwrap();
    let text = world.say(0, 1, "there you are");
    world.pass(20_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}
