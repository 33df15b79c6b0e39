//! When things happen, by a clock that is ours: to the millisecond, in small steps and in leaps, forwards and backwards.

use std::cell::Cell;
use std::vec::Vec;

use duet_crypto::client::{EndedBy, Event, MessageId, Settings, Stage, Status};
use duet_crypto::session::Activity;

use crate::world::{START, World};

const TEN_MINUTES: u64 = 600_000;

/// Whether a conversation has ended, exactly so long from now and not a millisecond before.
fn ends_after(world: &mut World, index: usize, with: usize, ms: u64) {
    world.pass(ms - 1);
    assert!(world.ended(index, with).is_none());
    world.pass(1);
    let by = world.ended(index, with).map(|(by, ..)| by);
    assert_eq!(by, Some(EndedBy::Silence));
}

/// Nobody had said anything: it counts from the moment in which our own line was lost.
#[test]
fn ten_minutes_without_a_line_of_ours_are_an_end() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(60_000);
    world.reconnects = false;
    world.cut(0);
    ends_after(&mut world, 0, 1, TEN_MINUTES);
}

/// Nobody had said anything: a peer of whom the relay says that it is not there is asked, and counts as silent from then on.
#[test]
fn ten_minutes_without_the_peer_are_an_end() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(60_000);
    world.reconnects = false;
    world.cut(1);
    // The relay's word needs its time.
    world.pass(20);
    ends_after(&mut world, 0, 1, TEN_MINUTES);
}

/// The relay says that a peer is gone who is there: the peer answers, and nothing ends.
#[test]
fn a_peer_who_is_said_to_be_away_and_answers_is_not_silent() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(60_000);
    let (bob, here) = (world.account(1), world.people[1].client.presence());
    let now = world.now;
    world.relay.tell(now, 0, bob, here, false);
    world.pass(3 * TEN_MINUTES);
    assert_eq!(world.stage(0, 1), Some(Stage::Secure));
}

/// The times, from now on, at which one client wants to be woken, while nothing else happens.
fn wakes(world: &mut World, index: usize) -> Vec<u64> {
    let start = world.now;
    let mut wakes = Vec::new();
    while let Some(at) = world.people[index].client.next_wake() {
        wakes.push(at - start);
        world.now = at;
        world.act(index, |client, now, rng| client.advance(now, rng));
        assert!(wakes.len() < 100, "{wakes:?}");
    }
    wakes
}

/// Without a line nothing can be said: a client wakes to show that the peer is silent, and to give up. Its last word waits for
/// a line as long again.
#[test]
fn a_client_without_a_line_sleeps() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(60_000);
    world.people[1].swallowed = true;
    world.say(0, 1, "on its way");
    world.cut(0);
    world.say(0, 1, "this waits");
    assert_eq!(wakes(&mut world, 0), [5_000, TEN_MINUTES, 2 * TEN_MINUTES]);
    assert_eq!(world.ended(0, 1).map(|(by, ..)| by), Some(EndedBy::Silence));
}

/// A call without a line waits for one so long and no longer, and nobody wakes for its flights meanwhile.
#[test]
fn a_call_without_a_line_sleeps() {
    let mut world = World::new(&["alice", "bob"]);
    world.call(0, 1);
    world.pass(1_000);
    assert_eq!(world.stage(0, 1), Some(Stage::Ringing));
    world.cut(0);
    assert_eq!(wakes(&mut world, 0).len(), 1);
    assert_eq!(
        world.ended(0, 1).map(|(by, ..)| by),
        Some(EndedBy::NoAnswer)
    );
}

/// What the screen shows of a silent peer comes five seconds after the line was lost.
#[test]
fn a_silent_peer_is_shown_after_five_seconds() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(60_000);
    world.reconnects = false;
    world.cut(0);
    let lost = world.now;
    let shown = |world: &World| {
        world.saw(0, |event| {
            matches!(event, Event::Conversation { state, .. } if state.silent_since == Some(lost))
        })
    };
    world.pass(4_999);
    assert!(!shown(&world));
    world.pass(1);
    assert!(shown(&world));
}

/// Everything that two people do: calls, words, a file, a line that breaks, a renewal, the end.
fn life(pass: impl Fn(&mut World, u64)) -> World {
    let settings = Settings {
        lifetime: 240_000,
        ..Settings::default()
    };
    let mut world = World::with(&["alice", "bob"], settings);
    world.call(0, 1);
    world.say(0, 1, "first words");
    pass(&mut world, 700);
    world.accept(1, 0).unwrap();
    pass(&mut world, 2_000);
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.typing(&alice, Activity::Typing, now, rng)
        })
        .unwrap();
    pass(&mut world, 9_000);
    for number in 0..40 {
        world.say(0, 1, &number.to_string());
    }
    let file = world.offer(1, 0, &[7; 200_000]);
    pass(&mut world, 3_000);
    world.take(0, 1);
    pass(&mut world, 500);
    world.people[1].swallowed = true;
    world.say(0, 1, "are you there?");
    pass(&mut world, 40_000);
    world.people[1].swallowed = false;
    world.reconnect(1);
    pass(&mut world, 20_000);
    assert!(world.has(0, file, &[7; 200_000]));
    world.cut(0);
    world.say(0, 1, "this waits");
    pass(&mut world, 20_000);
    world.connect(0);
    // A renewal is due after five sixths of the lifetime, and the session before is given up a while later.
    pass(&mut world, 400_000);
    assert!(world.saw(0, |event| matches!(event, Event::Renewed { .. })));
    world.say(1, 0, "bye then");
    world.people[0].swallowed = true;
    world.leave(1, 0);
    pass(&mut world, 3_000);
    assert!(world.ended(1, 0).is_some());
    pass(&mut world, 700_000);
    world
}

/// What can be seen of a life: what was told, and every frame with its time.
fn seen(world: &World) -> Vec<String> {
    let people = world.people.iter();
    people
        .map(|one| format!("{:?} {:?}", one.events, one.sent))
        .collect()
}

/// Whoever wakes only when `next_wake` says so lives as one who looks at the clock all the time.
#[test]
fn who_sleeps_until_the_next_wake_misses_nothing() {
    let asleep = life(|world, ms| world.pass(ms));
    let awake = life(|world, ms| {
        let end = world.now + ms;
        while world.now < end {
            world.pass(70.min(end - world.now));
            for index in 0..world.people.len() {
                world.act(index, |client, now, rng| client.advance(now, rng));
            }
        }
    });
    assert_eq!(seen(&asleep), seen(&awake));
}

/// A millisecond before it is due there is nothing to do, and nothing is done.
#[test]
fn nothing_is_done_before_the_next_wake() {
    life(|world, ms| {
        let end = world.now + ms;
        loop {
            let wakes = world.people.iter();
            let wakes = wakes.filter_map(|one| one.client.next_wake());
            let next = wakes.min().filter(|at| *at <= end && *at > world.now + 1);
            let Some(next) = next else {
                world.pass(1.min(end - world.now));
                if world.now == end {
                    break;
                }
                continue;
            };
            world.pass(next - 1 - world.now);
            for one in &mut world.people {
                if one.client.next_wake() == Some(next) {
                    one.client.advance(next - 1, &mut one.rng);
                    assert!(one.client.poll().is_none());
                    assert_eq!(one.client.next_wake(), Some(next));
                }
            }
            world.pass(1);
        }
    });
}

/// Something else happens in the very millisecond in which something is due, and with the same peer: what is due is still
/// named, or was done.
#[test]
fn what_is_due_this_millisecond_is_named_until_it_was_looked_at() {
    let met = Cell::new(0);
    life(|world, ms| {
        let end = world.now + ms;
        loop {
            let wakes = world.people.iter();
            let wakes = wakes.filter_map(|one| one.client.next_wake());
            let Some(next) = wakes.min().filter(|at| *at <= end) else {
                break;
            };
            world.pass(next.saturating_sub(world.now + 1));
            // What comes in it by itself comes first.
            world.now = world.now.max(next);
            for index in 0..world.people.len() {
                let peer = world.account(1 - index);
                if world.people[index].client.next_wake() != Some(next) {
                    continue;
                }
                met.set(met.get() + 1);
                let _ = world.act(index, |client, now, rng| {
                    client.viewed(&peer, MessageId::Own(99), now, rng)
                });
                let one = &mut world.people[index];
                if one.client.next_wake().is_none_or(|at| at > next) {
                    one.client.advance(next, &mut one.rng);
                    assert!(one.client.poll().is_none(), "{next} {:?}", one.client);
                }
            }
            world.pass(0);
        }
        world.pass(end - world.now);
    });
    assert!(met.get() > 20);
}

/// A clock that is set back by an hour stands still: nothing is done twice, lost, or late.
#[test]
fn a_clock_that_runs_backwards_stands_still() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let before = world.now;
    for hours in [1, 100] {
        let now = before - hours * 3_600_000;
        let bob = world.account(1);
        world.act(0, |client, _, rng| client.advance(now, rng));
        let text = world
            .act(0, |client, _, rng| {
                client.text(&bob, "late?", None, now, rng)
            })
            .unwrap();
        assert!(world.people[0].client.next_wake() > Some(before));
        world.pass(5_000);
        assert_eq!(world.status(0, text), Some(Status::Delivered));
    }
    assert_eq!(world.texts(1, 0), ["late?", "late?"]);
    // The ten minutes are counted by the clock that stood still: no sooner and no later.
    world.reconnects = false;
    world.cut(0);
    world.act(0, |client, _, rng| client.advance(START, rng));
    ends_after(&mut world, 0, 1, TEN_MINUTES);
}

/// A lid was closed for `ms`: the client does nothing meanwhile, its line is gone, and it notices when it wakes.
fn sleep(world: &mut World, index: usize, ms: u64) {
    world.people[index].swallowed = true;
    world.now += ms;
    world.act(index, |client, now, rng| client.advance(now, rng));
    world.people[index].swallowed = false;
}

/// A leap that is shorter than an interruption may be: the line is dead, and everything goes on.
#[test]
fn a_clock_that_leaps_by_minutes_ends_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let before = world.say(0, 1, "before");
    sleep(&mut world, 0, 590_000);
    assert!(world.saw(0, |event| *event
        == (Event::Line {
            state: duet_crypto::client::LineState::Down
        })));
    let after = world.say(0, 1, "after");
    world.pass(60_000);
    for (index, with) in [(0, 1), (1, 0)] {
        assert!(world.ended(index, with).is_none());
    }
    assert_eq!(world.texts(1, 0), ["before", "after"]);
    for id in [before, after] {
        assert_eq!(world.status(0, id), Some(Status::Delivered));
    }
}

/// A leap of hours with something under way is ten minutes without the peer: it ends, and what may not have arrived is named
/// once. Nothing comes twice.
#[test]
fn a_clock_that_leaps_by_hours_ends_what_was_unanswered() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(5_000);
    let arrived = world.say(0, 1, "arrived");
    world.pass(5_000);
    world.people[0].swallowed = true;
    let lost = world.say(0, 1, "lost");
    world.pass(1_000);
    sleep(&mut world, 0, 5 * 3_600_000);
    let (by, unsettled, _) = world.ended(0, 1).unwrap();
    assert_eq!(by, EndedBy::Silence);
    let unsettled: Vec<_> = unsettled.iter().map(|one| (one.id, one.status)).collect();
    assert_eq!(unsettled, [(lost, Status::Unconfirmed)]);
    assert_eq!(world.status(0, arrived), Some(Status::Delivered));
    world.pass(60_000);
    assert_eq!(world.texts(1, 0), ["arrived"]);
    assert!(world.ended(1, 0).is_some());
    // They talk again as if nothing had been.
    world.call(0, 1);
    world.pass(500);
    world.accept(1, 0).unwrap();
    world.pass(500);
    world.say(0, 1, "here again");
    world.pass(2_000);
    assert_eq!(world.texts(1, 0), ["arrived", "here again"]);
}

/// A leap of hours with nothing under way: silence alone ends nothing, and the words that follow arrive once.
#[test]
fn a_clock_that_leaps_by_hours_ends_nothing_that_was_quiet() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.say(0, 1, "before");
    world.pass(60_000);
    sleep(&mut world, 0, 5 * 3_600_000);
    assert!(world.ended(0, 1).is_none());
    world.pass(60_000);
    let after = world.say(0, 1, "after");
    world.pass(5_000);
    assert_eq!(world.status(0, after), Some(Status::Delivered));
    assert_eq!(world.texts(1, 0), ["before", "after"]);
    for (index, with) in [(0, 1), (1, 0)] {
        assert!(world.ended(index, with).is_none());
    }
}
