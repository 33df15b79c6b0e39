//! An open conversation: order, receipts, acts, limits, renewal.

use duet_crypto::client::{EndedBy, Event, MessageId, Stage, Status};
use duet_crypto::session::Activity;

use crate::world::{Pass, World};

#[test]
fn reading_is_told() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let text = world.say(0, 1, "read me");
    world.pass(500);
    let alice = world.account(0);
    let id = peer_id(&world, 1);
    world
        .act(1, |client, now, rng| client.read(&alice, id, now, rng))
        .unwrap();
    world.pass(500);
    assert_eq!(world.status(0, text), Some(Status::Read));
}

/// The newest message of the peer's.
fn peer_id(world: &World, index: usize) -> MessageId {
    let newest = world.people[index].events.iter().rev();
    newest
        .filter_map(|event| match event {
            Event::Message { id, .. } => Some(*id),
            _ => None,
        })
        .next()
        .unwrap()
}

#[test]
fn acts_point_at_messages() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let text = world.say(0, 1, "helo");
    world.pass(500);
    let (alice, bob) = (world.account(0), world.account(1));
    let edit = world
        .act(0, |client, now, rng| {
            client.edit(&bob, text, "hello", now, rng)
        })
        .unwrap();
    let theirs = peer_id(&world, 1);
    world
        .act(1, |client, now, rng| {
            client.react(&alice, theirs, true, "👋", now, rng)
        })
        .unwrap();
    world
        .act(1, |client, now, rng| {
            client.text(&alice, "hi", Some(theirs), now, rng)
        })
        .unwrap();
    // Nobody edits what another one wrote.
    assert!(
        world
            .act(1, |client, now, rng| client
                .edit(&alice, theirs, "mine", now, rng))
            .is_err()
    );
    world.pass(1_500);
    assert_eq!(world.status(0, edit), Some(Status::Delivered));
    assert!(world.saw(1, |event| matches!(event,
        Event::Edited { id, text, .. } if *id == theirs && text == "hello")));
    assert!(world.saw(0, |event| matches!(event,
        Event::Reaction { id, set: true, .. } if *id == text)));
    assert!(world.saw(0, |event| matches!(event,
        Event::Message { body: duet_crypto::client::Body::Text { reply, .. }, .. } if *reply == Some(text))));
    world
        .act(0, |client, now, rng| client.delete(&bob, text, now, rng))
        .unwrap();
    world.pass(500);
    assert!(world.saw(
        1,
        |event| matches!(event, Event::Deleted { id, .. } if *id == theirs)
    ));
}

#[test]
fn typing_is_told_and_forgotten() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    world
        .act(0, |client, now, rng| {
            client.typing(&bob, Activity::Typing, now, rng)
        })
        .unwrap();
    world.pass(500);
    let told = |activity| move |event: &Event| matches!(event, Event::Activity { activity: told, .. } if *told == activity);
    assert!(world.saw(1, told(Activity::Typing)));
    assert!(!world.saw(1, told(Activity::Idle)));
    world.pass(8_000);
    assert!(world.saw(1, told(Activity::Idle)));
}

/// Case 5 of the messenger's: 300 sends in ten seconds, none is lost.
#[test]
fn a_burst_loses_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let texts: Vec<_> = (0..300).map(|number| format!("text {number}")).collect();
    let ids: Vec<_> = texts
        .iter()
        .map(|text| {
            let id = world.say(0, 1, text);
            world.pass(33);
            id
        })
        .collect();
    assert!(world.saw(0, |event| matches!(event,
        Event::Conversation { state, .. } if state.waiting > 10)));
    world.pass(60_000);
    assert_eq!(world.texts(1, 0), texts);
    assert!(
        ids.iter()
            .all(|id| world.status(0, *id) == Some(Status::Delivered))
    );
    // Ten a second, after a burst.
    let window = |from: u64| {
        let times = world.people[0].sent.iter().map(|(at, _)| *at);
        times
            .filter(|at| (from..from + 10_000).contains(at))
            .count()
    };
    assert!(window(crate::world::START + 5_000) <= 125);
}

#[test]
fn what_is_damaged_comes_again_in_order_and_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let mut count = 0;
    world.rule = Box::new(move |_, _, payload| {
        count += 1;
        match (payload[1], count % 5) {
            (0x11, 0) => Pass::Drop,
            (0x11, 1) => Pass::Twice,
            (0x11, 2) => Pass::Late(3_000),
            _ => Pass::Deliver,
        }
    });
    let texts: Vec<_> = (0..40).map(|number| format!("text {number}")).collect();
    for text in &texts {
        world.say(0, 1, text);
        world.say(1, 0, text);
        world.pass(200);
    }
    world.pass(120_000);
    assert_eq!(world.texts(1, 0), texts);
    assert_eq!(world.texts(0, 1), texts);
    for index in 0..2 {
        assert!(!world.saw(index, |event| matches!(event, Event::Suspicious { .. })));
        assert!(!world.saw(index, |event| matches!(event, Event::Ended { .. })));
    }
}

#[test]
fn leaving_is_heard_and_answered() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(0, 1, "bye then");
    world.leave(0, 1);
    world.pass(1_000);
    assert_eq!(world.texts(1, 0), ["bye then"]);
    let (by, unsettled, missing) = world.ended(1, 0).unwrap();
    assert_eq!((by, unsettled.len(), missing), (EndedBy::Peer, 0, false));
    // Signs of life are shorter than any message.
    let messages = |world: &World| {
        let sent = world.people[0].sent.iter();
        sent.filter(|(_, length)| *length > 2_000).count()
    };
    let said = messages(&world);
    world.pass(60_000);
    // BYE was answered by BYE, and is not said again.
    assert_eq!(messages(&world), said);
}

#[test]
fn a_session_is_renewed_while_people_talk() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let hour = 3_600_000;
    let mut texts = Vec::new();
    for number in 0..30 {
        let text = format!("hour {number}");
        world.say(number % 2, 1 - number % 2, &text);
        texts.push(text);
        world.pass(hour);
    }
    assert!(world.saw(0, |event| matches!(event, Event::Renewed { .. })));
    assert!(world.saw(1, |event| matches!(event, Event::Renewed { .. })));
    assert!(world.ended(0, 1).is_none());
    let seen = [world.texts(1, 0), world.texts(0, 1)].concat();
    assert_eq!(seen.len(), texts.len());
}

#[test]
fn sixteen_conversations_and_not_one_more() {
    let names: Vec<_> = (0..18).map(|number| format!("person{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    for index in 1..=16 {
        world.meet(0, index);
    }
    let (name, key) = (world.people[17].name.clone(), world.people[17].key);
    assert!(
        world
            .act(0, |client, now, rng| client.call(&name, key, now, rng))
            .is_err()
    );
    world.call(17, 0);
    world.pass(1_000);
    assert!(world.saw(0, |event| matches!(event, Event::TurnedAway { .. })));
    assert_eq!(world.ended(17, 0).map(|(by, ..)| by), Some(EndedBy::Busy));
    for index in 1..=16 {
        world.say(0, index, "still here");
    }
    world.pass(5_000);
    assert!((1..=16).all(|index| world.texts(index, 0) == ["still here"]));
    // One of the sixteen has a new run: it takes no place that it does not have, and rings.
    world.reload(16);
    world.pass(1_000);
    world.people[0].events.clear();
    world.call(16, 0);
    world.pass(1_000);
    assert!(world.saw(0, |event| matches!(event, Event::Incoming { .. })));
    // A place is free: who was turned away a moment ago is heard, and hears a no.
    world.leave(0, 1);
    world.pass(5_000);
    world.call(17, 0);
    world.pass(1_000);
    let caller = world.account(17);
    world
        .act(0, |client, now, rng| client.decline(&caller, now, rng))
        .unwrap();
    world.pass(1_000);
    assert_eq!(
        world.ended(17, 0).map(|(by, ..)| by),
        Some(EndedBy::Declined)
    );
}

/// CONFIRM is sent again until READY comes; READY like any message.
#[test]
fn every_flight_may_be_lost_once() {
    for kind in [0x01, 0x02, 0x03, 0x04, 0x11] {
        let mut world = World::new(&["alice", "bob"]);
        let mut lost = false;
        world.rule = Box::new(move |_, _, payload| {
            if payload[1] == kind && !lost {
                lost = true;
                return Pass::Drop;
            }
            Pass::Deliver
        });
        world.call(0, 1);
        world.pass(8_000);
        world.accept(1, 0).unwrap();
        world.pass(8_000);
        let text = world.say(0, 1, "through");
        world.pass(8_000);
        assert_eq!(world.status(0, text), Some(Status::Delivered), "{kind}");
    }
}

/// A client that waits for its allowance sleeps until then.
#[test]
fn who_waits_does_not_spin() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    world.meet(0, 1);
    world.meet(0, 2);
    for number in 0..200 {
        world.say(0, 1, &format!("text {number}"));
        world.say(2, 0, &format!("text {number}"));
    }
    world.pass(60_000);
    assert_eq!(world.texts(1, 0).len(), 200);
    assert_eq!(world.texts(0, 2).len(), 200);
    // Thousands of steps a second would be a spin.
    assert!(world.steps < 20_000, "{}", world.steps);
}

/// Receipts wait for the allowance too, and nobody wakes for nothing meanwhile.
#[test]
fn many_talk_faster_than_they_may() {
    let names: Vec<_> = (0..13).map(|number| format!("person{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    for index in 1..13 {
        world.meet(0, index);
    }
    for number in 0..12 {
        for index in 1..13 {
            world.say(0, index, &format!("{number}"));
            world.say(index, 0, &format!("{number}"));
        }
    }
    world.pass(5_000);
    for index in 1..9 {
        world.leave(0, index);
    }
    world.pass(60_000);
    assert!((1..9).all(|index| world.ended(index, 0).is_some()));
    assert!((9..13).all(|index| world.texts(index, 0).len() == 12));
}

/// The last word came, and one before it did not.
#[test]
fn what_is_missing_before_the_last_word_is_told() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    let mut count = 0;
    world.rule = Box::new(move |_, _, payload| {
        count += u32::from(payload[1] == 0x11);
        if count == 1 {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    world.say(0, 1, "one more thing");
    world.leave(0, 1);
    world.pass(1_000);
    let (by, _, missing) = world.ended(1, 0).unwrap();
    assert_eq!((by, missing), (EndedBy::Peer, true));
}

/// The peer was away when the session was to be renewed. There are four hours for it.
#[test]
fn a_renewal_that_failed_is_tried_again() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.rule = Box::new(|_, _, payload| match payload[1] {
        0x01 => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.pass(20 * 3_600_000 + 90_000);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(5 * 3_600_000);
    assert!(world.saw(0, |event| matches!(event, Event::Renewed { .. })));
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// A number that was viewed names a message of its own session.
#[test]
fn what_was_viewed_before_a_renewal_is_not_another_one() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    for text in ["zero", "one", "two"] {
        world.say(0, 1, text);
    }
    world.pass(5_000);
    let viewed = peer_id(&world, 1);
    let renews = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = renews.clone();
    world.rule = Box::new(move |_, _, payload| {
        seen.set(seen.get() || payload[1] == 0x01);
        Pass::Deliver
    });
    world.pass(20 * 3_600_000 - 20_000);
    while !renews.get() {
        world.pass(5);
    }
    // More than may go before the renewal is through.
    for number in 0..40 {
        world.say(1, 0, &format!("{number}"));
    }
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.viewed(&alice, viewed, now, rng)
        })
        .unwrap();
    while !world.saw(0, |event| matches!(event, Event::Renewed { .. })) {
        world.pass(5);
    }
    for number in 0..5 {
        world.say(0, 1, &format!("later {number}"));
    }
    world.pass(30_000);
    let other =
        |event: &Event| matches!(event, Event::Viewed { id: MessageId::Own(own), .. } if *own > 3);
    assert!(!world.saw(0, other));
}

/// Whoever has much to say to one person is heard by the others too, whichever is on the screen.
#[test]
fn everybody_gets_a_turn() {
    for shown in [None, Some(1), Some(2)] {
        let mut world = World::new(&["alice", "bob", "carol"]);
        world.meet(0, 1);
        world.meet(0, 2);
        let shown = shown.map(|index| world.account(index));
        world.people[0].client.show(shown);
        for number in 0..150 {
            world.say(0, 1, &format!("text {number}"));
            world.say(0, 2, &format!("text {number}"));
        }
        world.pass(4_000);
        let heard = [world.texts(1, 0).len(), world.texts(2, 0).len()];
        assert!(heard.iter().all(|heard| *heard >= 11), "{heard:?}");
    }
}

/// What is on the screen goes first.
#[test]
fn the_conversation_on_the_screen_goes_first() {
    for shown in [1, 2] {
        let mut world = World::new(&["alice", "bob", "carol"]);
        world.meet(0, 1);
        world.meet(0, 2);
        world.pass(5_000);
        let account = world.account(shown);
        world.act(0, |client, _, _| client.show(Some(account)));
        for number in 0..40 {
            world.say(0, 1, &number.to_string());
            world.say(0, 2, &number.to_string());
        }
        world.pass(2_000);
        let (first, second) = (world.texts(shown, 0).len(), world.texts(3 - shown, 0).len());
        assert!(first > second, "{first} {second}");
    }
}

/// Typing is told once in a while, not with every key.
#[test]
fn typing_is_not_told_with_every_key() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    let told = |world: &World| {
        let events = world.people[1].events.iter();
        events
            .filter(|event| matches!(event, Event::Activity { .. }))
            .count()
    };
    for _ in 0..30 {
        world
            .act(0, |client, now, rng| {
                client.typing(&bob, Activity::Typing, now, rng)
            })
            .unwrap();
        world.pass(100);
    }
    assert_eq!(told(&world), 1);
    world.pass(1_500);
    world
        .act(0, |client, now, rng| {
            client.typing(&bob, Activity::Typing, now, rng)
        })
        .unwrap();
    world.pass(100);
    assert_eq!(told(&world), 2);
}
