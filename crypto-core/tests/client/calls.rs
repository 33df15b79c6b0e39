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
    // Nothing came with the call.
    assert!(!world.saw(1, |event| matches!(event, Event::EarlyConfirmed { .. })));

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
    // The smaller key's call counts (protocol 4.7): its word came with it, and the other one was said in the session.
    let (smaller, larger) = world.by_key();
    let came_early = |index| {
        world.saw(
            index,
            |event| matches!(event, Event::Message { early, .. } if *early),
        )
    };
    assert!(came_early(larger) && !came_early(smaller));
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

/// A call that was given up while its answer was being looked at makes no session, whatever was called since.
#[test]
fn work_for_a_call_that_was_given_up_is_dropped() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.people[0].held = Some(Vec::new());
    world.accept(1, 0).unwrap();
    world.pass(200);
    assert_eq!(world.people[0].held.as_ref().map(Vec::len), Some(1));
    world.leave(0, 1);
    world.call(0, 1);
    world.release(0);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.pass(500);
    // Bob still waits for what was given up, and says so at once.
    assert_eq!(world.ended(0, 1).map(|(by, ..)| by), Some(EndedBy::Busy));
    assert_eq!(world.stage(1, 0), Some(Stage::Establishing));
    world.pass(60_000);
    assert_eq!(
        world.ended(1, 0).map(|(by, ..)| by),
        Some(EndedBy::TimedOut)
    );
    world.meet(0, 1);
}

/// Whether the person is there is what the relay says of the run that one talks to.
#[test]
fn who_is_there_is_shown() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let online = |world: &World| {
        let mut events = world.people[0].events.iter().rev();
        events.find_map(|event| match event {
            Event::Conversation { state, .. } => Some(state.peer_online),
            _ => None,
        })
    };
    assert_eq!(online(&world), Some(Some(true)));
    // Nothing is being renewed.
    assert!(!world.saw(0, |event| matches!(
        event,
        Event::Conversation { state, .. } if state.renewing
    )));
    world.cut(1);
    world.pass(100);
    assert_eq!(online(&world), Some(Some(false)));
    world.connect(1);
    world.pass(500);
    assert_eq!(online(&world), Some(Some(true)));
    // Another run is somebody else's.
    world.reload(1);
    world.pass(500);
    assert_eq!(online(&world), Some(Some(false)));
    world.cut(0);
    assert_eq!(online(&world), Some(None));
}

/// Who has said yes waits for the session, and looks for nobody.
#[test]
fn a_call_that_was_accepted_is_being_established() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.people[1].held = Some(Vec::new());
    world.accept(1, 0).unwrap();
    assert_eq!(world.stage(1, 0), Some(Stage::Establishing));
    world.release(1);
    world.pass(500);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// What waits for a job is bounded, and what comes after it is heard again.
#[test]
fn so_many_frames_wait_for_a_job_and_not_more() {
    let mut world = World::new(&["alice", "bob"]);
    let waiting = |world: &World| {
        let shown = format!("{:?}", world.people[1].client);
        let (_, frames) = shown.split_once("frames: ").unwrap();
        let (frames, _) = frames.split_once(',').unwrap();
        frames.parse::<usize>().unwrap()
    };
    let flood = |world: &mut World, count: usize, length: usize| {
        let (alice, here) = (world.account(0), world.people[0].client.presence());
        for number in 0..count {
            // An ACCEPT of a handshake that nobody has begun.
            let mut frame = vec![1, 3];
            frame.extend_from_slice(&number.to_be_bytes());
            frame.resize(length, 7);
            world.deliver(alice, here, 1, &frame);
        }
        world.pass(100);
    };
    world.people[1].held = Some(Vec::new());
    world.call(0, 1);
    world.pass(500);
    assert_eq!(waiting(&world), 0);
    flood(&mut world, 63, 100);
    assert_eq!(waiting(&world), 63);
    flood(&mut world, 5, 100);
    assert_eq!(waiting(&world), 64);
    world.release(1);
    world.pass(100);
    assert_eq!(waiting(&world), 0);
    assert!(world.saw(1, |event| matches!(event, Event::Incoming { .. })));
    // The same by bytes: 256 KiB, to the byte.
    world.people[1].held = Some(Vec::new());
    world.accept(1, 0).unwrap();
    flood(&mut world, 3, 64 << 10);
    flood(&mut world, 1, (64 << 10) + 1);
    assert_eq!(waiting(&world), 3);
    flood(&mut world, 1, 64 << 10);
    assert_eq!(waiting(&world), 4);
    flood(&mut world, 1, 100);
    assert_eq!(waiting(&world), 4);
    world.release(1);
    world.pass(6_000);
    assert_eq!(waiting(&world), 0);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// A relay that owes an answer does not keep a call: after three seconds it goes out without a prekey.
#[test]
fn a_call_does_not_wait_for_a_prekey_for_ever() {
    let mut world = World::new(&["alice", "bob"]);
    world.relay.lost_prekeys = 1;
    world.call(0, 1);
    let text = world.say(0, 1, "hello");
    world.pass(2_900);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.pass(300);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert_eq!(world.status(0, text), Some(Status::Waiting));
    world.accept(1, 0).unwrap();
    world.pass(2_000);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// Sixteen first words go with a call (protocol 5.3). What is said beyond them waits for the answer, in its order.
#[test]
fn so_many_words_go_with_a_call_and_not_more() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    let texts: Vec<_> = (0..17).map(|number| number.to_string()).collect();
    let ids: Vec<_> = texts.iter().map(|text| world.say(0, 1, text)).collect();
    world.pass(3_000);
    assert_eq!(world.texts(1, 0), texts[..16]);
    assert_eq!(world.status(0, ids[15]), Some(Status::Early));
    assert_eq!(world.status(0, ids[16]), Some(Status::Waiting));
    world.accept(1, 0).unwrap();
    world.pass(3_000);
    assert_eq!(world.texts(1, 0), texts);
}

/// A file goes with a call too, follows it to the peer's new run, and can be had once there is a session.
#[test]
fn a_file_goes_with_a_call() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    let bytes = vec![7; 40_000];
    let file = world.offer(0, 1, &bytes);
    world.pass(500);
    let shown = |world: &World| {
        world.saw(1, |event| {
            matches!(event, Event::Message { early: true, .. })
        })
    };
    assert!(shown(&world));
    world.people[1].events.clear();
    world.reload(1);
    world.pass(1_000);
    assert!(shown(&world));
    world.accept(1, 0).unwrap();
    world.pass(1_000);
    assert_eq!(world.take(1, 0), file);
    world.pass(5_000);
    assert!(world.has(1, file, &bytes));
}

/// Whoever calls back the one who calls has accepted; under another key they have not.
#[test]
fn calling_back_is_accepting() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    let name = world.people[0].name.clone();
    let other = crate::common::person("mallory").party().key;
    let called = world.act(1, |client, now, rng| client.call(&name, other, now, rng));
    assert!(called.is_err());
    world.pass(500);
    assert_eq!(world.stage(1, 0), None);
    world.call(1, 0);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// A key is pinned once, with the first session.
#[test]
fn a_key_is_pinned_once() {
    let mut world = World::new(&["alice", "bob"]);
    for _ in 0..2 {
        world.meet(0, 1);
        for index in 0..2 {
            let events = world.people[index].events.iter();
            let pinned = events.filter(|event| matches!(event, Event::Pinned { .. }));
            assert_eq!(pinned.count(), 1);
        }
        world.leave(0, 1);
        world.pass(3_000);
    }
}
