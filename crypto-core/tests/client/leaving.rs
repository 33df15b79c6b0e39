//! Leaving: what was said last is settled, and honestly.

use duet_crypto::client::{EndedBy, Event, Stage, Status};

use crate::world::{Pass, World};

/// The peer got it and says so with its last word.
#[test]
fn a_text_before_leaving_is_known_to_have_arrived() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let text = world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.pass(100);
    assert_eq!(world.texts(1, 0), ["bye then"]);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
    let (by, unsettled, _) = world.ended(0, 1).unwrap();
    assert_eq!((by, unsettled.len()), (EndedBy::Us, 0));
    assert_eq!(world.ended(1, 0).map(|(by, ..)| by), Some(EndedBy::Peer));
}

/// Nobody answers: two seconds are enough, and nothing is claimed.
#[test]
fn who_leaves_does_not_wait_long() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    world.people[1].swallowed = true;
    let text = world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.pass(1_900);
    assert!(world.ended(0, 1).is_none());
    world.pass(200);
    let (by, unsettled, _) = world.ended(0, 1).unwrap();
    assert_eq!((by, unsettled.len()), (EndedBy::Us, 1));
    assert_eq!(world.status(0, text), Some(Status::Unconfirmed));
    // The peer comes back, and the end is not told twice.
    world.people[1].swallowed = false;
    world.pass(60_000);
    let ends = world.people[0].events.iter();
    let ends = ends.filter(|event| matches!(event, Event::Ended { .. }));
    assert_eq!(ends.count(), 1);
    assert!(world.ended(1, 0).is_some());
}

/// The last word of the peer's says what never came, too.
#[test]
fn what_did_not_come_before_the_last_word_was_not_delivered() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let alice = world.account(0);
    let mut first = true;
    world.rule = Box::new(move |from, _, _| {
        if from == alice && core::mem::take(&mut first) {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    let text = world.say(0, 1, "lost");
    world.leave(0, 1);
    world.pass(1_000);
    assert!(world.texts(1, 0).is_empty());
    assert_eq!(world.status(0, text), Some(Status::NotDelivered));
    assert_eq!(world.ended(1, 0).map(|(.., missing)| missing), Some(true));
}

/// Who has nothing under way waits for nothing, and neither does one who says it twice.
#[test]
fn leaving_is_told_at_once_where_nothing_is_open() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    world.leave(0, 1);
    assert!(world.ended(0, 1).is_some());

    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(0, 1, "bye then");
    world.leave(0, 1);
    assert!(world.ended(0, 1).is_none());
    world.leave(0, 1);
    assert!(world.ended(0, 1).is_some());
    let bob = world.account(1);
    let more = world.act(0, |client, now, rng| client.leave(&bob, now, rng));
    assert!(more.is_err());
}

/// What the peer says after our last word is not shown here, and the peer is told so.
#[test]
fn words_that_cross_the_last_one_are_not_delivered() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let own = world.say(0, 1, "one more thing");
    world.leave(0, 1);
    let crossing = world.say(1, 0, "wait!");
    world.pass(1_000);
    assert!(world.texts(0, 1).is_empty());
    assert_eq!(world.status(1, crossing), Some(Status::NotDelivered));
    assert_eq!(world.status(0, own), Some(Status::Delivered));
}

/// Both leave at once, each with a word under way.
#[test]
fn both_leave_at_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let ids = [world.say(0, 1, "bye"), world.say(1, 0, "bye")];
    world.leave(0, 1);
    world.leave(1, 0);
    world.pass(1_000);
    for (index, id) in ids.into_iter().enumerate() {
        assert!(world.texts(index, 1 - index).is_empty());
        assert_eq!(world.status(index, id), Some(Status::NotDelivered));
        let by = world.ended(index, 1 - index).map(|(by, ..)| by);
        assert_eq!(by, Some(EndedBy::Us));
    }
}

/// The end is told before anything of the next conversation.
#[test]
fn a_new_call_waits_for_no_farewell() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    world.people[1].swallowed = true;
    let text = world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.call(0, 1);
    assert_eq!(world.status(0, text), Some(Status::Unconfirmed));
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
}

/// The last word goes again, each time after twice as long, at most half a minute, for ten minutes: to the millisecond, and
/// whatever else wakes a client.
#[test]
fn the_last_word_is_said_ever_more_rarely() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let begun = world.now;
    world.people[1].swallowed = true;
    // Whether this arrived is waited for, for two seconds.
    world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.pass(600_000);
    // And then nothing is remembered.
    assert!(format!("{:?}", world.people[0].client).contains("peers: 0"));
    world.pass(100_000);
    let mut expected = vec![0, 0, 5_000, 15_000, 35_000];
    expected.extend((65_000..600_000).step_by(30_000));
    // Nothing else of hers is as long: the relay is not told again whom she watches.
    let said = world.people[0].sent.iter();
    let said = said.filter(|(at, length)| *at >= begun && *length > 300);
    let said_at: Vec<_> = said.map(|(at, _)| at - begun).collect();
    assert_eq!(said_at, expected);
}
