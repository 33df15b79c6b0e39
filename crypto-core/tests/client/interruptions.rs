//! A line that breaks, a line that swallows, a peer who sleeps: an interruption is not an end.

use duet_crypto::client::{EndedBy, Event, Settings, Stage, Status};

use duet_crypto::relay::Presence;
use duet_crypto::session::Activity;

use crate::world::{Pass, World};

/// The relay goes away for a second, and for thirty, in the middle of ten messages each way.
#[test]
fn the_relay_restarts() {
    for away in [1_000, 30_000] {
        let mut world = World::new(&["alice", "bob"]);
        world.meet(0, 1);
        let mut expected = Vec::new();
        for number in 0..10 {
            if number == 5 {
                world.cut(0);
                world.cut(1);
            }
            let text = format!("text {number}");
            world.say(0, 1, &text);
            world.say(1, 0, &text);
            expected.push(text);
            world.pass(30);
        }
        world.pass(away);
        world.connect(0);
        world.connect(1);
        world.pass(10_000);
        assert_eq!(world.texts(0, 1), expected);
        assert_eq!(world.texts(1, 0), expected);
        for index in 0..2 {
            assert!(!world.saw(index, |event| matches!(
                event,
                Event::Ended { .. } | Event::Suspicious { .. }
            )));
        }
    }
}

/// Case 3: the line swallows without closing. What was written waits, and comes.
#[test]
fn a_line_that_dies_without_a_word() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.people[0].swallowed = true;
    let ids = ["meet at nine", "bring the keys", "gate 4"].map(|text| {
        let id = world.say(1, 0, text);
        world.pass(1_000);
        id
    });
    world.pass(30_000);
    assert!(world.saw(0, |event| *event
        == (Event::Line {
            state: duet_crypto::client::LineState::Down
        })));
    assert!(
        ids.iter()
            .all(|id| world.status(1, *id) == Some(Status::Sent))
    );
    world.people[0].swallowed = false;
    world.reconnect(0);
    world.pass(40_000);
    assert_eq!(
        world.texts(0, 1),
        ["meet at nine", "bring the keys", "gate 4"]
    );
    assert!(
        ids.iter()
            .all(|id| world.status(1, *id) == Some(Status::Delivered))
    );
}

#[test]
fn ten_minutes_are_an_end_and_name_what_may_not_have_arrived() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    world.people[0].swallowed = true;
    let sent = world.say(1, 0, "did this arrive?");
    world.pass(1_000);
    world.cut(1);
    let never = world.say(1, 0, "this did not leave");
    world.pass(590_000);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    world.pass(20_000);
    let (by, unsettled, missing) = world.ended(1, 0).unwrap();
    assert_eq!((by, missing), (EndedBy::Silence, true));
    let fates: Vec<_> = unsettled
        .iter()
        .map(|one| (one.id, one.status, one.text.as_deref().unwrap()))
        .collect();
    assert_eq!(
        fates,
        [
            (sent, Status::Unconfirmed, "did this arrive?"),
            (never, Status::NotDelivered, "this did not leave"),
        ]
    );
}

/// Two people may read for an hour.
#[test]
fn silence_alone_ends_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(3_600_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// Who left while the other one slept is found to be gone, not written to in silence.
#[test]
fn whoever_wakes_late_learns_that_it_is_over() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(3_000);
    world.cut(1);
    world.leave(0, 1);
    // BYE is not said for longer than ten minutes.
    world.pass(599_000);
    world.connect(1);
    world.pass(1_000);
    world.pass(20_000);
    let by = world.ended(1, 0).map(|(by, ..)| by);
    assert!(
        matches!(by, Some(EndedBy::Peer | EndedBy::PeerBefore)),
        "{by:?}"
    );
}

#[test]
fn jobs_that_never_return_stop_nobody_else() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    world.meet(0, 1);
    world.people[0].held = Some(Vec::new());
    world.call(2, 0);
    world.pass(2_000);
    assert_eq!(world.people[0].held.as_ref().map(Vec::len), Some(1));
    world.say(1, 0, "still talking");
    world.say(0, 1, "yes");
    world.pass(2_000);
    assert_eq!(world.texts(0, 1), ["still talking"]);
    assert_eq!(world.texts(1, 0), ["yes"]);
    world.pass(10_000);
    world.people[0].held = None;
    // The jobs are given up, and a later call is heard.
    world.leave(2, 0);
    world.call(2, 0);
    world.pass(12_000);
    assert!(world.saw(0, |event| matches!(event, Event::Incoming { .. })));
}

/// The peer's last frame crossed ours, and then it was gone.
#[test]
fn a_peer_that_dies_after_its_last_word_is_noticed() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.typing(&alice, Activity::Typing, now, rng)
        })
        .unwrap();
    world.say(0, 1, "take your time");
    world.people[1].swallowed = true;
    world.reconnects = false;
    world.pass(2_000);
    assert!(world.saw(0, |event| matches!(event, Event::Activity { .. })));
    world.pass(610_000);
    assert_eq!(world.ended(0, 1).map(|(by, ..)| by), Some(EndedBy::Silence));
}

/// One lie about the peer's run is not believed for ever.
#[test]
fn a_frame_from_a_run_that_does_not_exist() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let bob = world.account(1);
    world.rule = Box::new(move |from, _, _| match from == bob {
        true => Pass::From(Presence([9; 16])),
        false => Pass::Deliver,
    });
    world.say(1, 0, "hello");
    world.pass(30);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    assert_eq!(world.texts(0, 1), ["hello"]);
    let text = world.say(0, 1, "where are you?");
    world.pass(15_000);
    assert_eq!(world.texts(1, 0), ["where are you?"]);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// A line breaks between CONFIRM and READY of a renewal, for longer than the handshake may take.
#[test]
fn an_interruption_in_the_middle_of_a_renewal() {
    for away in [10_000, 30_000, 100_000, 300_000] {
        let mut world = World::new(&["alice", "bob"]);
        world.meet(0, 1);
        let confirmed = std::rc::Rc::new(std::cell::Cell::new(false));
        let seen = confirmed.clone();
        world.rule = Box::new(move |_, _, payload| {
            seen.set(seen.get() || payload[1] == 0x04);
            Pass::Deliver
        });
        confirmed.set(false);
        world.pass(20 * 3_600_000 - 10_000);
        while !confirmed.get() {
            world.pass(5);
        }
        // CONFIRM is on its way, READY will not arrive.
        world.people[0].swallowed = true;
        world.pass(100);
        world.cut(0);
        let text = world.say(1, 0, "are you there?");
        world.pass(away);
        world.people[0].swallowed = false;
        world.connect(0);
        let other = world.say(0, 1, "yes");
        world.pass(60_000);
        for index in 0..2 {
            assert!(world.ended(index, 1 - index).is_none(), "{away}");
        }
        assert_eq!(world.status(0, other), Some(Status::Delivered), "{away}");
        assert_ne!(world.status(1, text), Some(Status::Sent), "{away}");
        let last = world.say(1, 0, "good");
        world.pass(5_000);
        assert_eq!(world.status(1, last), Some(Status::Delivered), "{away}");
    }
}

/// What was said just before a renewal and did not arrive is opened whenever it comes again within an interruption.
#[test]
fn what_was_said_before_a_renewal_comes_after_an_interruption() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(20 * 3_600_000 - 10_000);
    let alice = world.account(0);
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x11 if from == alice => Pass::Drop,
        _ => Pass::Deliver,
    });
    let text = loop {
        let text = world.say(0, 1, "did you see this?");
        world.pass(100);
        if world.saw(1, |event| matches!(event, Event::Renewed { .. })) {
            break text;
        }
    };
    world.cut(0);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.say(1, 0, "hello?");
    world.pass(400_000);
    world.connect(0);
    world.pass(120_000);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
    assert!(!world.saw(0, |event| matches!(
        event,
        Event::Status {
            status: Status::Unconfirmed,
            ..
        }
    )));
}

/// Nobody waits for a receipt to be acknowledged, and its key is not kept for ever.
#[test]
fn a_receipt_that_was_lost_stands_in_nobody_s_way_later() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let bob = world.account(1);
    let mut count = 0;
    world.rule = Box::new(move |from, _, _| {
        count += u32::from(from == bob);
        if from == bob && count == 1 {
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    world.say(0, 1, "one");
    world.pass(1_100);
    world.say(0, 1, "two");
    world.pass(25 * 60_000);
    let text = world.say(1, 0, "three");
    world.pass(10_000);
    assert_eq!(world.texts(0, 1), ["three"]);
    assert_eq!(world.status(1, text), Some(Status::Delivered));
}

/// A frame that can never be opened is not waited for: the session is renewed.
#[test]
fn a_gap_that_cannot_be_closed_is_left_behind() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let bob = world.account(1);
    let missing = std::rc::Rc::new(std::cell::RefCell::new(None));
    let kept = missing.clone();
    // One frame of Bob's is lost whenever it comes.
    world.rule = Box::new(move |from, _, payload| {
        let mut kept = kept.borrow_mut();
        let lost = from == bob && payload[1] == 0x11 && {
            let first = kept.get_or_insert_with(|| payload.to_vec());
            *first == payload
        };
        if lost { Pass::Drop } else { Pass::Deliver }
    });
    world.say(1, 0, "one");
    world.say(1, 0, "two");
    world.pass(120_000);
    assert!(world.saw(0, |event| matches!(event, Event::Renewed { .. })));
    let text = world.say(1, 0, "three");
    world.pass(5_000);
    assert_eq!(world.status(1, text), Some(Status::Delivered));
}

/// Everything of a minute was lost, and nobody's line broke. It does not come one by one.
#[test]
fn much_that_was_lost_comes_soon() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    world.rule = Box::new(|_, _, _| Pass::Drop);
    let texts: Vec<_> = (0..150).map(|number| number.to_string()).collect();
    for text in &texts {
        world.say(0, 1, text);
        world.pass(100);
    }
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(60_000);
    assert_eq!(world.texts(1, 0), texts);
}

/// Both are lied to, and what they say again has arrived before.
#[test]
fn both_are_said_to_be_in_runs_that_do_not_exist() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let ids = [world.say(0, 1, "one"), world.say(1, 0, "two")];
    world.rule = Box::new(|_, _, _| Pass::From(Presence([9; 16])));
    world.pass(2_000);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(30_000);
    for (index, id) in ids.into_iter().enumerate() {
        assert_eq!(world.status(index, id), Some(Status::Delivered));
    }
    let more = world.say(0, 1, "three");
    world.pass(5_000);
    assert_eq!(world.status(0, more), Some(Status::Delivered));
}

/// Intervals that are as short as can be end everything soon, and nobody wakes for nothing.
#[test]
fn the_shortest_intervals_are_lived_through() {
    let shortest = Settings::default().divided_by(u64::MAX);
    let mut world = World::with(&["alice", "bob"], shortest);
    world.call(0, 1);
    world.pass(1_000);
    assert!(world.ended(0, 1).is_some());
    world.reconnect(0);
    world.call(1, 0);
    world.pass(1_000);
    assert!(world.steps < 20_000, "{}", world.steps);
}

/// One side has completed a renewal and the other has not, and no OVER arrives: they go on where both are.
#[test]
fn a_renewal_that_only_one_side_knows_of() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let confirmed = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = confirmed.clone();
    world.rule = Box::new(move |_, _, payload| {
        seen.set(seen.get() || payload[1] == 0x04);
        Pass::Deliver
    });
    world.pass(20 * 3_600_000 - 10_000);
    while !confirmed.get() {
        world.pass(5);
    }
    world.people[0].swallowed = true;
    world.pass(100);
    world.cut(0);
    world.pass(20_000);
    world.people[0].swallowed = false;
    world.rule = Box::new(|_, _, payload| match payload[1] {
        0x01 | 0x07 => Pass::Drop,
        _ => Pass::Deliver,
    });
    world.connect(0);
    for number in 0..26 {
        let text = world.say(0, 1, &number.to_string());
        world.pass(30_000);
        assert_eq!(world.status(0, text), Some(Status::Delivered));
    }
    let text = world.say(1, 0, "here");
    world.pass(10_000);
    assert_eq!(world.status(1, text), Some(Status::Delivered));
}

/// Who has answered a call and hears nothing more of the caller is told so after ten minutes, not after a day.
#[test]
fn a_caller_who_vanishes_at_once_is_noticed() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    let alice = world.account(0);
    // CONFIRM passes, and nothing after it.
    let confirmed = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = confirmed.clone();
    world.rule = Box::new(move |from, _, payload| {
        if seen.get() {
            return Pass::Drop;
        }
        seen.set(from == alice && payload[1] == 0x04);
        Pass::Deliver
    });
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    world.pass(590_000);
    assert!(world.ended(1, 0).is_none());
    world.pass(20_000);
    let by = world.ended(1, 0).map(|(by, ..)| by);
    assert_eq!(by, Some(EndedBy::Silence));
}

/// Nothing is remembered of people who have gone.
#[test]
fn nobody_is_remembered_for_ever() {
    let mut world = World::new(&["alice", "bob"]);
    let peers = |world: &World, index: usize| {
        let shown = format!("{:?}", world.people[index].client);
        shown.contains("peers: 0") && shown.contains("jobs: 0") && shown.contains("frames: 0")
    };
    assert!(peers(&world, 0) && peers(&world, 1));
    world.meet(0, 1);
    world.say(0, 1, "hello");
    world.pass(2_000);
    assert!(!peers(&world, 0) && !peers(&world, 1));
    world.leave(0, 1);
    world.pass(2_000);
    assert!(peers(&world, 0) && peers(&world, 1));
    // A call that nobody takes.
    world.call(0, 1);
    world.pass(61_000);
    assert!(peers(&world, 0) && peers(&world, 1));
}

/// A line on which nobody talks is given ninety seconds of silence.
#[test]
fn an_idle_line_is_given_more_time() {
    let mut world = World::new(&["alice", "bob"]);
    world.reconnects = false;
    world.people[0].swallowed = true;
    let down = |world: &World| {
        let down = Event::Line {
            state: duet_crypto::client::LineState::Down,
        };
        world.saw(0, |event| *event == down)
    };
    world.pass(80_000);
    assert!(!down(&world));
    world.pass(20_000);
    assert!(down(&world));
}
