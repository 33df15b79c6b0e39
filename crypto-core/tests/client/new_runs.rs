//! A page that is loaded again: another run of the same person's, which knows nothing but the pins.

use duet_crypto::client::{EndedBy, Event, Stage, Status};
use duet_crypto::relay::{Presence, ServerFrame};

use crate::world::World;

/// Presence shows another run while the call is out: it is made anew at once, and the words go with it.
#[test]
fn a_call_follows_the_peer_to_its_new_run() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    let text = world.say(0, 1, "are you there?");
    world.pass(500);
    world.people[1].events.clear();
    world.reload(1);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    assert!(world.saw(1, |event| matches!(event, Event::Incoming { .. })));
    assert_eq!(world.texts(1, 0), ["are you there?"]);
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

/// The same while the first flight is still being made.
#[test]
fn a_call_follows_before_it_rings() {
    let mut world = World::new(&["alice", "bob"]);
    world.people[0].held = Some(Vec::new());
    world.call(0, 1);
    world.pass(500);
    world.reload(1);
    world.pass(500);
    world.release(0);
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// A relay that names another run again and again makes no storm, and ends nothing.
#[test]
fn a_relay_that_lies_about_runs_makes_few_calls() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(500);
    let bob = world.account(1);
    let before = world.people[0].sent.len();
    for number in 0..50 {
        let frame = ServerFrame::Presence {
            account: bob,
            presence: Presence([number; 16]),
            online: true,
            max_version: 1,
        };
        world.fly(0, frame.encode(), 0);
        world.pass(50);
    }
    let sent = world.people[0].sent.len() - before;
    assert!(sent <= 20, "{sent}");
    assert_eq!(world.ended(0, 1).map(|(by, ..)| by), None);
    world.pass(61_000);
    let by = world.ended(0, 1).map(|(by, ..)| by);
    assert_eq!(by, Some(EndedBy::NoAnswer));
    world.call(0, 1);
    world.pass(500);
    assert!(world.accept(1, 0).is_ok());
}

/// A new run calls without a prekey into an open session. It is no renewal: the person decides, what was under way is
/// reported, and what the new run reads says nothing of what was before.
#[test]
fn a_new_run_renews_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let had = world.say(1, 0, "this arrived");
    world.offer(1, 0, &[7; 50_000]);
    world.pass(2_000);
    assert_eq!(world.status(1, had), Some(Status::Delivered));
    world.people[0].swallowed = true;
    let under_way = world.say(1, 0, "did this?");
    world.pass(1_000);
    world.people[0].swallowed = false;
    world.reload(0);
    world.pass(500);
    world.forget_prekeys(1);
    world.people[1]
        .events
        .retain(|event| !matches!(event, Event::Incoming { .. }));
    let waits = |world: &World| world.saw(1, |event| matches!(event, Event::Incoming { .. }));
    world.call(0, 1);
    world.pass(500);
    assert!(waits(&world));
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.accept(1, 0).unwrap();
    world.pass(500);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
    assert_eq!(world.stage(1, 0), Some(Stage::Secure));
    assert!(world.saw(1, |event| matches!(event,
        Event::Restarted { unfinished, .. } if unfinished.len() == 1)));
    assert!(!world.saw(1, |event| matches!(event, Event::Renewed { .. })));
    assert_eq!(world.status(1, under_way), Some(Status::Unconfirmed));
    let new = world.say(1, 0, "there you are");
    world.pass(500);
    assert_eq!(world.texts(0, 1).last(), Some(&"there you are"));
    let (bob, id) = (world.account(1), world.newest(0));
    world
        .act(0, |client, now, rng| client.read(&bob, id, now, rng))
        .unwrap();
    world.pass(2_000);
    assert_eq!(world.status(1, new), Some(Status::Read));
    assert_eq!(world.status(1, had), Some(Status::Delivered));
    assert_eq!(world.status(1, under_way), Some(Status::Unconfirmed));
}

/// The same run renews without a question, whatever the relay says of where a frame came from.
#[test]
fn a_renewal_from_the_same_run_does_not_ring() {
    use crate::world::Pass;
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.people[1]
        .events
        .retain(|event| !matches!(event, Event::Incoming { .. }));
    world.rule = Box::new(|_, _, payload| match payload[1] {
        0x01 => Pass::From(Presence([9; 16])),
        _ => Pass::Deliver,
    });
    world.pass(20 * 3_600_000 + 5_000);
    assert!(world.saw(1, |event| matches!(event, Event::Renewed { .. })));
    assert!(!world.saw(1, |event| matches!(event, Event::Incoming { .. })));
}
