//! Somebody's line comes back: what was lost with it goes again at once.

use duet_crypto::client::{Stage, Status};

use crate::world::{Pass, World};

/// The peer was away for minutes, in which what goes again goes ever more rarely. It is back, and so is the text.
#[test]
fn a_text_arrives_as_soon_as_the_peer_is_back() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    world.reconnects = false;
    world.cut(1);
    world.pass(1_000);
    let text = world.say(0, 1, "read this when you are back");
    world.pass(300_000);
    // Whatever Bob says needs long: it is the relay's word that counts.
    let bob = world.account(1);
    world.rule = Box::new(move |from, _, _| match from == bob {
        true => Pass::Late(1_000),
        false => Pass::Deliver,
    });
    world.connect(1);
    world.pass(100);
    assert_eq!(world.texts(1, 0), ["read this when you are back"]);
    world.pass(5_000);
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// The one who called has lost the line before the answer came. It comes with the line.
#[test]
fn an_answer_arrives_as_soon_as_the_caller_is_back() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    world.reconnects = false;
    world.people[0].swallowed = true;
    world.accept(1, 0).unwrap();
    world.pass(6_000);
    world.cut(0);
    world.pass(3_000);
    world.people[0].swallowed = false;
    let alice = world.account(0);
    // Whatever Alice says needs long.
    world.rule = Box::new(move |from, _, payload| match from == alice {
        true if payload[1] < 0x04 => Pass::Late(1_000),
        _ => Pass::Deliver,
    });
    world.connect(0);
    world.pass(200);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
}

/// A phone that rings loses its line for a moment, and rings on: it is the same call.
#[test]
fn a_call_outlives_the_line_of_whom_it_rings_at() {
    let mut world = World::new(&["alice", "bob"]);
    let flights = std::rc::Rc::new(std::cell::RefCell::new(std::collections::BTreeSet::new()));
    let seen = flights.clone();
    world.rule = Box::new(move |_, _, payload| {
        if payload[1] < 0x03 {
            seen.borrow_mut().insert(payload.to_vec());
        }
        Pass::Deliver
    });
    world.call(0, 1);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.reconnects = false;
    world.cut(1);
    world.pass(2_000);
    world.connect(1);
    world.pass(2_000);
    assert_eq!((world.rings(1), flights.borrow().len()), (1, 1));
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// A peer that goes, or that is said to be elsewhere, is asked, and not shouted at.
#[test]
fn nothing_is_said_again_to_a_peer_who_goes() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    world.reconnects = false;
    world.people[1].swallowed = true;
    for text in ["one", "two", "three"] {
        world.say(0, 1, text);
    }
    world.pass(1_000);
    let said = world.people[0].sent.len();
    world.cut(1);
    world.pass(100);
    assert_eq!(world.people[0].sent.len(), said);
    let (bob, elsewhere) = (world.account(1), duet_crypto::relay::Presence([9; 16]));
    let now = world.now;
    world.relay.tell(now, 0, bob, elsewhere, true);
    world.pass(100);
    assert_eq!(world.people[0].sent.len(), said);
}
