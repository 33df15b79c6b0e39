//! Files: whole, interrupted, beside a text.

use duet_crypto::client::{Event, FileAct, Status};
use duet_crypto::files::ControlOp;

use crate::world::{Pass, World};

/// Bytes that repeat nowhere nearby.
fn bytes(length: usize) -> Vec<u8> {
    let byte = |at: usize| u8::try_from((at * 7 + at / 251) % 256).unwrap();
    (0..length).map(byte).collect()
}

fn done(world: &mut World, index: usize, from: usize, file: duet_crypto::files::FileId) {
    let from = world.account(from);
    world
        .act(index, |client, now, rng| {
            client.file(&from, file, FileAct::Done, now, rng)
        })
        .unwrap();
}

#[test]
fn a_file_goes_over() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    for length in [0, 1, 5_000, 3_000_000] {
        let bytes = bytes(length);
        let file = world.offer(0, 1, &bytes);
        world.pass(1_000);
        assert_eq!(world.take(1, 0), file);
        world.pass(30_000);
        assert!(world.has(1, file, &bytes), "{length}");
        done(&mut world, 1, 0, file);
        world.pass(1_000);
        assert!(world.saw(0, |event| matches!(event,
            Event::File { control, .. } if control.file == file && control.op == ControlOp::Done)));
    }
}

#[test]
fn it_goes_on_from_what_it_had_when_the_line_comes_back() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bytes = bytes(20_000_000);
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    let mut sent = 0;
    for _ in 0..6 {
        world.pass(150);
        world.reconnect(1);
        world.pass(400);
        world.reconnect(0);
        world.pass(400);
        sent = world.people[0].sent.iter().map(|(_, length)| length).sum();
    }
    world.pass(60_000);
    assert!(world.has(1, file, &bytes));
    let all: usize = world.people[0].sent.iter().map(|(_, length)| length).sum();
    assert!(all < 3 * bytes.len(), "{all} {sent}");
}

#[test]
fn chunks_that_are_lost_are_wanted_again() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let mut count = 0;
    world.rule = Box::new(move |_, _, payload| {
        count += 1;
        match (payload[1], count % 4) {
            (0x12, 0) => Pass::Drop,
            (0x12, 1) => Pass::Twice,
            (0x12, 2) => Pass::Late(200),
            _ => Pass::Deliver,
        }
    });
    let bytes = bytes(5_000_000);
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    world.pass(300_000);
    assert!(world.has(1, file, &bytes));
}

#[test]
fn both_ways_at_once_beside_texts() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let (one, other) = (bytes(8_000_000), bytes(6_000_001));
    let (a, b) = (world.offer(0, 1, &one), world.offer(1, 0, &other));
    world.pass(500);
    world.take(1, 0);
    world.take(0, 1);
    world.pass(50);
    let text = world.say(0, 1, "in the middle");
    world.pass(60);
    assert_eq!(world.texts(1, 0), ["in the middle"]);
    world.pass(60_000);
    assert!(world.has(1, a, &one) && world.has(0, b, &other));
    assert_eq!(world.status(0, text), Some(Status::Delivered));
}

#[test]
fn a_file_is_rejected_and_a_conversation_s_end_names_the_others() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bytes = bytes(100_000);
    let rejected = world.offer(0, 1, &bytes);
    world.pass(1_000);
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.file(&alice, rejected, FileAct::Reject, now, rng)
        })
        .unwrap();
    let open = world.offer(0, 1, &bytes);
    world.pass(1_000);
    assert!(world.saw(0, |event| matches!(event,
        Event::File { control, .. } if control.file == rejected && control.op == ControlOp::Reject)));
    world.leave(1, 0);
    world.pass(1_000);
    assert!(world.saw(0, |event| matches!(event,
        Event::Ended { unfinished, .. } if unfinished[..] == [open])));
}

/// Whoever sends it stops it for now, also across a lost line, and only they go on with it.
#[test]
fn its_sender_stops_it_and_goes_on() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bytes = bytes(8_000_000);
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    world.pass(50);
    let says = |world: &mut World, index: usize, act| {
        let other = world.account(1 - index);
        world.act(index, |client, now, rng| {
            client.file(&other, file, act, now, rng)
        })
    };
    let told = |world: &World, op| {
        world.saw(1, |event| {
            matches!(event,
            Event::File { control, .. } if control.file == file && control.op == op)
        })
    };
    says(&mut world, 0, FileAct::Pause).unwrap();
    world.pass(5_000);
    assert!(told(&world, ControlOp::Pause));
    world.reconnect(1);
    let sent = |world: &World| {
        world.people[0]
            .sent
            .iter()
            .map(|(_, length)| length)
            .sum::<usize>()
    };
    let before = sent(&world);
    assert!(says(&mut world, 1, FileAct::Resume).is_err());
    world.pass(60_000);
    assert!(!world.has(1, file, &bytes));
    assert!(sent(&world) - before < 16_000, "{}", sent(&world) - before);
    says(&mut world, 0, FileAct::Resume).unwrap();
    world.pass(30_000);
    assert!(told(&world, ControlOp::Accept));
    assert!(world.has(1, file, &bytes));
}

/// A file survives the renewal of its session.
#[test]
fn a_renewal_does_not_touch_it() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    world.pass(20 * 3_600_000 - 5_000);
    let bytes = bytes(3_000_000);
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    world.relay.latency = 200;
    world.pass(30_000);
    assert!(world.saw(1, |event| matches!(event, Event::Renewed { .. })));
    assert!(world.has(1, file, &bytes));
}

/// What was wanted, and is not any more when it is sealed, leaves the line as it was.
#[test]
fn files_that_are_cancelled_before_they_go_cost_the_others_nothing() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bytes = bytes(300_000);
    for _ in 0..3 {
        world.people[0].slow = Some(Vec::new());
        let file = world.offer(0, 1, &bytes);
        world.pass(1_000);
        world.take(1, 0);
        world.pass(1_000);
        let bob = world.account(1);
        world
            .act(0, |client, now, rng| {
                client.file(&bob, file, FileAct::Cancel, now, rng)
            })
            .unwrap();
        world.seal_late(0);
    }
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    world.pass(10_000);
    assert!(world.has(1, file, &bytes));
}

/// Nothing is thrown at a peer who is not there.
#[test]
fn a_peer_who_is_away_is_not_sent_chunks_all_the_time() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let bytes = bytes(8_000_000);
    let file = world.offer(0, 1, &bytes);
    world.pass(1_000);
    world.take(1, 0);
    world.pass(100);
    world.cut(1);
    world.pass(1_000);
    let chunks = |world: &World| {
        let sent = world.people[0].sent.iter();
        sent.filter(|(_, length)| *length > 16_000).count()
    };
    let before = chunks(&world);
    world.pass(60_000);
    assert!(chunks(&world) - before < 300, "{}", chunks(&world) - before);
    world.connect(1);
    world.pass(30_000);
    assert!(world.has(1, file, &bytes));
}

/// What the relay could not pass on goes again after two seconds, to the millisecond, and not before.
#[test]
fn chunks_that_were_refused_go_again_after_two_seconds() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let file = world.offer(0, 1, &bytes(8_000_000));
    world.pass(1_000);
    world.take(1, 0);
    world.pass(100);
    world.reconnects = false;
    world.cut(1);
    // What is on its way comes back.
    world.pass(100);
    let before = world.people[0].sent.len();
    world.pass(10_000);
    let chunks = world.people[0].sent[before..].iter();
    let mut chunks: Vec<_> = chunks
        .filter(|(_, length)| *length > 16_000)
        .map(|(at, _)| *at)
        .collect();
    chunks.dedup();
    assert!(chunks.len() >= 4, "{chunks:?}");
    // Two seconds from when the relay said so, which is a latency later.
    let pauses = chunks.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        pauses.clone().all(|pause| pause == 2_020),
        "{:?}",
        pauses.collect::<Vec<_>>()
    );
    world.connect(1);
    world.pass(30_000);
    assert!(world.has(1, file, &bytes(8_000_000)));
}

/// What was said about a file in a session that did not come about is said again in the one before.
#[test]
fn a_word_about_a_file_survives_a_renewal_that_failed() {
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let file = world.offer(0, 1, &bytes(100_000));
    world.pass(5_000);
    let confirmed = std::rc::Rc::new(std::cell::Cell::new(false));
    let seen = confirmed.clone();
    world.rule = Box::new(move |_, _, payload| {
        seen.set(seen.get() || payload[1] == 0x04);
        Pass::Deliver
    });
    world.pass(20 * 3_600_000 - 20_000);
    while !confirmed.get() {
        world.pass(5);
    }
    // CONFIRM arrives, and READY does not.
    world.people[0].swallowed = true;
    world.pass(100);
    world.cut(0);
    let alice = world.account(0);
    world
        .act(1, |client, now, rng| {
            client.file(&alice, file, FileAct::Reject, now, rng)
        })
        .unwrap();
    world.pass(30_000);
    world.people[0].swallowed = false;
    world.connect(0);
    world.pass(60_000);
    assert!(world.ended(0, 1).is_none() && world.ended(1, 0).is_none());
    assert!(world.saw(0, |event| matches!(event,
        Event::File { control, .. } if control.file == file && control.op == ControlOp::Reject)));
}

/// Two files to two people share the line.
#[test]
fn nobody_s_file_waits_for_another_one_s() {
    let mut world = World::new(&["alice", "bob", "carol"]);
    world.meet(0, 1);
    world.meet(0, 2);
    let bytes = bytes(6_000_000);
    let files = [world.offer(0, 1, &bytes), world.offer(0, 2, &bytes)];
    world.pass(1_000);
    world.take(1, 0);
    world.take(2, 0);
    let sent = |world: &World, wanted| {
        let told = world.people[0].events.iter();
        let mut chunks = told.filter_map(|event| match event {
            Event::FileSent { file, chunks, .. } if *file == wanted => Some(*chunks),
            _ => None,
        });
        chunks.next_back().unwrap_or(0)
    };
    while files.iter().all(|file| sent(&world, *file) < 100) {
        world.pass(20);
    }
    let sent = files.map(|file| sent(&world, file));
    assert!(sent.iter().all(|sent| *sent >= 50), "{sent:?}");
}

/// Of a frame with chunks only its beginning is read before its length is believed: one that cannot be is not opened.
#[test]
fn chunks_of_a_strange_length_are_not_opened() {
    use duet_crypto::client::Handled;
    use duet_crypto::limits::PAYLOAD_CHUNK_MAX;
    use duet_crypto::relay::{EnvelopeId, HEADER_LENGTH, ServerFrame};
    let mut world = World::new(&["alice", "bob"]);
    world.meet(0, 1);
    let file = world.offer(0, 1, &bytes(3 * 16_384));
    world.pass(1_000);
    let alice = world.account(0);
    let copy = std::rc::Rc::new(std::cell::RefCell::new(None));
    let kept = copy.clone();
    world.rule = Box::new(move |_, _, payload| {
        if payload[1] == 0x12 {
            kept.borrow_mut().get_or_insert_with(|| payload.to_vec());
            Pass::Drop
        } else {
            Pass::Deliver
        }
    });
    world.take(1, 0);
    world.pass(1_000);
    let payload = copy.borrow().clone().unwrap();
    let there = world.people[0].client.presence();
    let frame = ServerFrame::Deliver {
        id: EnvelopeId([1; 16]),
        from: alice,
        presence: there,
        payload: &payload[..39],
    };
    let frame = frame.encode();
    let mut given = |length: usize| {
        world.act(1, |client, now, rng| {
            client.receive(&frame, length, now, rng)
        })
    };
    let chunks = Handled::Chunks {
        account: alice,
        file,
    };
    let head = HEADER_LENGTH + 39;
    for (length, handled) in [
        (0, Handled::Done),
        (head, Handled::Done),
        (head + 1, chunks),
        (head + 16_400, chunks),
        (HEADER_LENGTH + PAYLOAD_CHUNK_MAX, chunks),
        (HEADER_LENGTH + PAYLOAD_CHUNK_MAX + 1, Handled::Done),
        (usize::MAX, Handled::Done),
    ] {
        assert_eq!(given(length), handled, "{length}");
    }
}
