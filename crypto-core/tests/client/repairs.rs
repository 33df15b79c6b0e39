//! What was lost on a line that lives is said again, and nothing is said again for ever.

use duet_crypto::client::{Body, Event, MessageId, Stage, Status};

use crate::world::{Pass, World};

/// Both wait for a frame whose key is gone, and no renewal comes through: they do not keep each other awake.
#[test]
fn repetitions_quiet_down() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let bob = world.account(1);
    let found = std::rc::Rc::new(std::cell::Cell::new(false));
    let said = std::rc::Rc::new(std::cell::Cell::new(0));
    let (passes, count) = (found.clone(), said.clone());
    let mut lost = [None, None];
    // One frame of each is lost whenever it comes, until nobody can open it, and so are first flights.
    world.rule = Box::new(move |from, _, payload| match payload[1] {
        0x11 => {
            count.set(count.get() + 1);
            let first = lost[usize::from(from == bob)].get_or_insert_with(|| payload.to_vec());
            if *first == payload && !passes.get() {
                Pass::Drop
            } else {
                Pass::Deliver
            }
        }
        0x01 | 0x02 => Pass::Drop,
        _ => Pass::Deliver,
    });
    for minute in 0..22 {
        for index in 0..2 {
            world.say(index, 1 - index, &minute.to_string());
        }
        world.pass(60_000);
    }
    // A line so slow that each hears the other when it may answer again.
    world.relay.latency = 600;
    found.set(true);
    said.set(0);
    world.pass(120_000);
    assert!(said.get() < 40, "{}", said.get());
    assert!(world.ended(0, 1).is_none());
}

/// WATCH is lost and nothing else is: the call goes out all the same.
#[test]
fn a_lost_watch_is_said_again() {
    let mut world = World::new(&["alice", "bob"]);
    world.relay.lost_watches = 1;
    world.call(0, 1);
    world.pass(4_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.pass(3_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
}

/// WATCH came, and its answer was lost.
#[test]
fn a_lost_presence_is_asked_for_again() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    world.meet(0, 2);
    world.relay.lost_presences = 1;
    world.call(0, 1);
    world.pass(4_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Seeking));
    world.pass(3_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert_eq!(world.stage(0, 2), Some(Stage::Secure));
}

/// A relay that never answers is not asked without end.
#[test]
fn a_watch_that_is_never_answered_is_given_up() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    world.relay.lost_watches = usize::MAX;
    let bob = world.account(1);
    world.act(0, |client, now, rng| client.watch(&[bob], now, rng));
    world.pass(1_000_000);
    let asked = usize::MAX - world.relay.lost_watches;
    assert!((3..=13).contains(&asked), "{asked}");
}

/// What came late in the session before is called read only when it was: the word that says so overtook nothing.
#[test]
fn read_is_never_said_of_what_was_not_seen() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let (alice, bob) = (world.account(0), world.account(1));
    world.pass(20 * 3_600_000 - 10_000);
    let seen = world.say(0, 1, "seen");
    world.pass(2_000);
    assert_eq!(world.status(0, seen), Some(Status::Delivered));
    let first = world.newest(1);
    // Nothing that Alice says from now on in the first session passes.
    let session = std::rc::Rc::new(std::cell::RefCell::new(None::<Vec<u8>>));
    let sid = session.clone();
    world.rule = Box::new(move |from, _, payload| {
        let mut sid = sid.borrow_mut();
        let lost = from == alice && payload[1] == 0x11 && {
            let first = sid.get_or_insert_with(|| payload[2..18].to_vec());
            *first == payload[2..18]
        };
        if lost { Pass::Drop } else { Pass::Deliver }
    });
    let late = world.say(0, 1, "late");
    let renewed = |event: &Event| matches!(event, Event::Renewed { .. });
    while !(world.saw(0, renewed) && world.saw(1, renewed)) {
        world.pass(100);
    }
    assert_eq!(world.texts(1, 0), ["seen"]);
    // What Bob says in the new session is on its way for long.
    let sid = session.clone();
    world.rule = Box::new(move |from, _, payload| {
        let old = sid.borrow().as_deref() == Some(&payload[2..18]);
        if from == bob && payload[1] == 0x11 && !old {
            Pass::Late(20_000)
        } else {
            Pass::Deliver
        }
    });
    read(&mut world, first);
    while world.status(0, late) != Some(Status::Delivered) {
        world.pass(100);
    }
    world.pass(25_000);
    assert_eq!(world.status(0, seen), Some(Status::Read));
    assert_eq!(world.status(0, late), Some(Status::Delivered));
    // And when it is read, that is told.
    let last = world.newest(1);
    read(&mut world, last);
    world.pass(1_000);
    assert_eq!(world.status(0, late), Some(Status::Read));
}

/// Bob has everything up to this one in view.
fn read(world: &mut World, id: MessageId) {
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| client.read(&alice, id, now, rng))
        .unwrap();
}

/// A reply to first words names them at their author's, whenever it is written.
#[test]
fn a_reply_to_first_words_names_them() {
    for ready in [false, true] {
        let mut world = World::new(&["alice", "bob"]);
        world.call(0, 1);
        let texts = [world.say(0, 1, "one"), world.say(0, 1, "two")];
        world.pass(500);
        world.accept(1, 0).unwrap();
        if ready {
            world.pass(500);
        }
        let alice = world.account(0);
        let second = MessageId::Peer { session: 1, seq: 1 };
        world
            .act(1, |client, now, rng| {
                client.text(&alice, "to two", Some(second), now, rng)
            })
            .unwrap();
        world.pass(2_000);
        assert!(world.saw(0, |event| matches!(event,
            Event::Message { body: Body::Text { reply, .. }, .. } if *reply == Some(texts[1]))));
    }
}
