//! What a new session takes over from the one before it.

use std::vec::Vec;

use duet_crypto::client::{Body, Event, MessageId, Settings, Stage, Status};

use crate::world::{Pass, World};

/// Sessions are renewed after so many ms (protocol 10).
const RENEWED: u64 = 20 * 3_600_000;

fn read(world: &mut World, index: usize, id: MessageId) {
    let peer = world.account(1 - index);
    world
        .act(index, |client, now, rng| client.read(&peer, id, now, rng))
        .unwrap();
}

fn renew(world: &mut World) {
    let before = [0, 1].map(|index| renewals(world, index));
    world.pass(RENEWED);
    let after = [0, 1].map(|index| renewals(world, index));
    assert_eq!(after, before.map(|count| count + 1));
}

fn renewals(world: &World, index: usize) -> usize {
    let events = world.people[index].events.iter();
    events
        .filter(|event| matches!(event, Event::Renewed { .. }))
        .count()
}

/// How often a status was told of a message.
fn times(world: &World, index: usize, id: MessageId, what: Status) -> usize {
    let events = world.people[index].events.iter();
    events
        .filter(
            |event| matches!(event, Event::Status { id: of, status, .. } if *of == id && *status == what),
        )
        .count()
}

/// Somebody reads in the evening what came in the morning: its author learns of it, and of each message once.
#[test]
fn what_is_read_long_after_a_renewal_is_told_once() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let seen = world.say(0, 1, "seen at once");
    world.pass(2_000);
    let first = world.newest(1);
    read(&mut world, 1, first);
    world.pass(2_000);
    let later = [world.say(0, 1, "seen later"), world.say(0, 1, "and this")];
    world.pass(2_000);
    let last = world.newest(1);
    renew(&mut world);
    // The session before is not heard any more.
    world.pass(3_600_000);
    assert_eq!(world.status(0, later[0]), Some(Status::Delivered));
    read(&mut world, 1, last);
    world.pass(5_000);
    for id in [seen, later[0], later[1]] {
        assert_eq!(times(&world, 0, id, Status::Read), 1, "{id:?}");
    }
    let new = world.say(0, 1, "new");
    world.pass(2_000);
    let id = world.newest(1);
    read(&mut world, 1, id);
    world.pass(5_000);
    assert_eq!(world.status(0, new), Some(Status::Read));
    for id in [seen, later[0], later[1], new] {
        assert_eq!(times(&world, 0, id, Status::Read), 1, "{id:?}");
    }
}

/// First words of a later call are pointed at by the number of the session to come.
#[test]
fn first_words_of_a_later_call_have_the_next_session_s_names() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(2_000);
    world.reload(0);
    world.pass(1_000);
    world.call(0, 1);
    let words = world.say(0, 1, "me again");
    world.pass(500);
    let id = world.newest(1);
    assert_eq!(id, MessageId::Peer { session: 2, seq: 0 });
    world.accept(1, 0).unwrap();
    world.pass(2_000);
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.react(&alice, id, true, "👋", now, rng)
        })
        .unwrap();
    world.pass(2_000);
    assert!(world.saw(
        0,
        |event| matches!(event, Event::Reaction { id, .. } if *id == words)
    ));
}

/// What cannot be named any more is refused: nobody points at a message of another session.
#[test]
fn what_was_said_before_a_renewal_is_not_pointed_at() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(1, 0, "before");
    world.pass(2_000);
    let before = world.newest(0);
    renew(&mut world);
    world.pass(3_600_000);
    // Its number is taken in the new session, too.
    world.say(1, 0, "after");
    world.pass(2_000);
    let bob = world.account(1);
    let react = |world: &mut World, id| {
        world.act(0, |client, now, rng| {
            client.react(&bob, id, true, "👋", now, rng)
        })
    };
    assert!(react(&mut world, before).is_err());
    let after = world.newest(0);
    let numbers = [before, after].map(|id| match id {
        MessageId::Peer { seq, .. } => seq,
        MessageId::Own(_) => 0,
    });
    assert_eq!(numbers[0], numbers[1]);
    assert!(react(&mut world, after).is_ok());
    // What replies to it is said, and quotes nothing else.
    world
        .act(0, |client, now, rng| {
            client.text(&bob, "to that", Some(before), now, rng)
        })
        .unwrap();
    world.pass(2_000);
    assert!(world.saw(1, |event| matches!(
        event,
        Event::Message { body: Body::Text { text, reply: None }, .. } if text == "to that"
    )));
}

/// What waits while a session takes over says what it points at, or is told as not said.
#[test]
fn what_points_at_the_session_before_is_not_said_of_another_message() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(1, 0, "before");
    world.pass(RENEWED - 10_000);
    let before = world.newest(0);
    let bob = world.account(1);
    // READY of the renewal is kept back: what Alice does now waits for it.
    let first = std::rc::Rc::new(std::cell::RefCell::new(None::<Vec<u8>>));
    let session = first.clone();
    world.rule = Box::new(move |_, _, payload| {
        let lost = payload[1] == 0x11 && {
            let mut session = session.borrow_mut();
            *session.get_or_insert_with(|| payload[2..18].to_vec()) != payload[2..18]
        };
        if lost { Pass::Drop } else { Pass::Deliver }
    });
    world.say(0, 1, "still in the first session");
    while renewals(&world, 1) == 0 {
        world.pass(100);
    }
    let reaction = world
        .act(0, |client, now, rng| {
            client.react(&bob, before, true, "👋", now, rng)
        })
        .unwrap_err();
    assert_eq!(reaction, duet_crypto::client::CommandError::Message);
    let reply = world
        .act(0, |client, now, rng| {
            client.text(&bob, "to that", Some(before), now, rng)
        })
        .unwrap();
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    world.pass(60_000);
    assert_eq!(world.status(0, reply), Some(Status::Delivered));
    assert!(!world.saw(1, |event| matches!(event, Event::Reaction { .. })));
    assert_eq!(world.texts(1, 0), ["still in the first session", "to that"]);
}

/// The session before is heard for a while and no longer: what comes of it after that is answered with OVER.
#[test]
fn the_session_before_is_given_up_in_time() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let alice = world.account(0);
    let copy = std::rc::Rc::new(std::cell::RefCell::new(None));
    let overs = std::rc::Rc::new(std::cell::Cell::new(0));
    let (kept, count) = (copy.clone(), overs.clone());
    world.rule = Box::new(move |from, _, payload| {
        match payload[1] {
            0x11 if from == alice => {
                kept.borrow_mut().get_or_insert_with(|| payload.to_vec());
            }
            0x07 => count.set(count.get() + 1),
            _ => {}
        }
        Pass::Deliver
    });
    world.say(0, 1, "hello");
    world.pass(RENEWED - 20_000);
    while !(0..2).all(|index| renewals(&world, index) == 1) {
        world.pass(100);
    }
    let frame = copy.borrow().clone().unwrap();
    let here = world.people[0].client.presence();
    let mut when = Vec::new();
    for minute in 0..30 {
        // Both are there.
        world.say(0, 1, "and?");
        world.say(1, 0, "well");
        let before = overs.get();
        world.deliver(alice, here, 1, &frame);
        world.pass(1_000);
        if overs.get() > before {
            when.push(minute);
        }
        world.pass(59_000);
    }
    // Not in the first minute, and from the fourth on in any case.
    assert_eq!(
        when.first().map(|first| (1..=3).contains(first)),
        Some(true),
        "{when:?}"
    );
    assert_eq!(when.len(), 30 - when[0], "{when:?}");
}

/// Chunks count towards a session's life: after five sixths of 64 GiB it is renewed (protocol 10).
#[test]
fn many_chunks_renew_a_session() {
    use duet_crypto::files::FileId;
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    let chunks = u32::try_from((64_u64 << 30) / 16_400 / 6).unwrap();
    let count = |world: &mut World, count| {
        world
            .act(0, |client, now, rng| {
                client.chunks_opened(&bob, FileId([1; 32]), 0, count, now, rng)
            })
            .unwrap();
        // Who takes a file says something all the time.
        world.say(1, 0, "go on");
        world.pass(2_000);
    };
    count(&mut world, 5 * chunks - 1_000);
    assert_eq!(renewals(&world, 0), 0);
    count(&mut world, 2_000);
    assert_eq!(renewals(&world, 0), 1);
}

/// READY of a renewal is lost, and that of the next one too. All the time what is said in the session before arrives.
#[test]
fn a_renewal_that_fails_twice_ends_nothing() {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::rc::Rc;
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bob = world.account(1);
    let first = Rc::new(RefCell::new(None));
    let confirms = Rc::new(RefCell::new(BTreeSet::new()));
    let (session, seen) = (first.clone(), confirms.clone());
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x04 => {
            seen.borrow_mut().insert(payload.to_vec());
            Pass::Deliver
        }
        0x11 => {
            let mut session = session.borrow_mut();
            let session = session.get_or_insert_with(|| payload[2..18].to_vec());
            match from == bob && *session != payload[2..18] {
                true => Pass::Drop,
                false => Pass::Deliver,
            }
        }
        _ => Pass::Deliver,
    });
    world.say(0, 1, "the first session");
    world.pass(RENEWED - 20_000);
    for number in 0..50 {
        let text = world.say(0, 1, &number.to_string());
        world.pass(30_000);
        assert_eq!(world.status(0, text), Some(Status::Delivered), "{number}");
    }
    assert!(confirms.borrow().len() >= 2);
    world.rule = Box::new(|_, _, _| Pass::Deliver);
    // Bob is still where Alice never was, and learns so.
    let text = world.say(1, 0, "here?");
    world.pass(60_000);
    assert_ne!(world.status(1, text), Some(Status::Sent));
    let texts = [world.say(1, 0, "here"), world.say(0, 1, "there")];
    world.pass(5_000);
    assert_eq!(world.status(1, texts[0]), Some(Status::Delivered));
    assert_eq!(world.status(0, texts[1]), Some(Status::Delivered));
    assert!((0..2).all(|index| world.ended(index, 1 - index).is_none()));
}

/// Sessions that are renewed while the one before the last is still heard: nothing is lost, doubled, or called uncertain.
#[test]
fn renewals_in_quick_succession_lose_nothing() {
    let settings = Settings {
        lifetime: 60_000,
        ..Settings::default()
    };
    let mut world = World::with(&["alice", "bob"], settings);
    world.meet(0, 1);
    world.relay.latency = 1_000;
    let mut texts = Vec::new();
    for number in 0..400 {
        let text = number.to_string();
        world.say(0, 1, &text);
        world.say(1, 0, &text);
        world.pass(700);
        texts.push(text);
    }
    world.pass(20_000);
    for index in 0..2 {
        assert!(renewals(&world, index) >= 4);
        assert_eq!(world.texts(index, 1 - index), texts);
        assert!(!world.saw(index, |event| matches!(
            event,
            Event::Ended { .. }
                | Event::Status {
                    status: Status::Unconfirmed | Status::NotDelivered,
                    ..
                }
        )));
    }
}

/// What was said just before a renewal needs longer than a minute, and arrives: both have talked in the new session for less
/// than half a minute since.
#[test]
fn a_straggler_of_the_session_before_is_heard() {
    for late in [70_000, 85_000] {
        let mut world = World::new(&["alice", "bob"]);
        world.meet(0, 1);
        world.pass(RENEWED - 20_000);
        let bob = world.account(1);
        let first = std::rc::Rc::new(std::cell::RefCell::new(None));
        let session = first.clone();
        let open = std::rc::Rc::new(std::cell::Cell::new(false));
        let passes = open.clone();
        world.rule = Box::new(move |from, _, payload| {
            let before = payload[1] == 0x11 && {
                let mut session = session.borrow_mut();
                *session.get_or_insert_with(|| payload[2..18].to_vec()) == payload[2..18]
            };
            match before && from == bob && !passes.get() {
                true => Pass::Drop,
                false => Pass::Deliver,
            }
        });
        let text = world.say(1, 0, "the last word before");
        while renewals(&world, 0) == 0 {
            world.pass(50);
        }
        let renewed = world.now;
        // Both talk in the new session, also after a minute.
        while world.now < renewed + late {
            world.say(0, 1, "and?");
            world.say(1, 0, "well");
            world.pass(1_000);
        }
        open.set(true);
        world.pass(35_000);
        assert_eq!(world.status(1, text), Some(Status::Delivered), "{late}");
        assert!(world.texts(0, 1).contains(&"the last word before"));
    }
}
