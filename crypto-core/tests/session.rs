//! The Double Ratchet as a state machine: whatever is lost, late, repeated or forged.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use std::collections::{BTreeSet, VecDeque};

use common::{TestRng, sessions};
use duet_crypto::error::{Class, Code};
use duet_crypto::files::{Control, ControlOp, FileId};
use duet_crypto::limits;
use duet_crypto::session::{
    Activity, Author, Content, MessageRef, ReceiveError, SendError, Session,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn text(text: impl Into<String>) -> Content {
    Content::Text {
        text: text.into(),
        reply: None,
    }
}

/// Everything that a refused frame must leave alone.
fn state(session: &Session) -> impl PartialEq + std::fmt::Debug + use<> {
    #[cfg(feature = "vectors")]
    let ratchet = session.ratchet_trace();
    #[cfg(not(feature = "vectors"))]
    let ratchet = ();
    (
        ratchet,
        session.received(),
        session.unacknowledged(),
        session.failure(),
        session.is_secure(),
    )
}

#[derive(Debug, Clone)]
enum Op {
    /// Side 0 or 1 sends.
    Send(usize),
    /// The oldest frame for a side arrives.
    Deliver(usize),
    /// Any frame that is under way arrives.
    DeliverLate(usize, usize),
    /// A frame that has arrived comes again.
    Replay(usize, usize),
    /// A frame under way is copied with one bit flipped; the copy arrives.
    Flip(usize, usize, usize),
}

fn op() -> impl Strategy<Value = Op> {
    let side = 0..2_usize;
    prop_oneof![
        4 => side.clone().prop_map(Op::Send),
        4 => side.clone().prop_map(Op::Deliver),
        2 => (side.clone(), any::<usize>()).prop_map(|(side, which)| Op::DeliverLate(side, which)),
        1 => (side.clone(), any::<usize>()).prop_map(|(side, which)| Op::Replay(side, which)),
        1 => (side, any::<usize>(), any::<usize>()).prop_map(|(side, which, bit)| Op::Flip(side, which, bit)),
    ]
}

/// What is under way to one side, and what has arrived there.
#[derive(Default)]
struct Wire {
    under_way: VecDeque<(u32, Content, Vec<u8>)>,
    arrived: Vec<Vec<u8>>,
    seqs: BTreeSet<u32>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_decrypts(ops in vec(op(), 1..80)) {
        let rng = &mut TestRng::new(1);
        let (a, b) = sessions(rng);
        let mut people = [a, b];
        let mut wires = [Wire::default(), Wire::default()];
        let mut counter = 0;
        wires[0].seqs.insert(0); // READY
        for op in ops {
            match op {
                Op::Send(from) => {
                    counter += 1;
                    let content = text(format!("message {counter}"));
                    let sent = people[from].send(&content).unwrap();
                    wires[1 - from].under_way.push_back((sent.seq, content, sent.frame));
                }
                Op::Deliver(to) => deliver(&mut people[to], &mut wires[to], 0, rng)?,
                Op::DeliverLate(to, which) => {
                    let count = wires[to].under_way.len().max(1);
                    deliver(&mut people[to], &mut wires[to], which % count, rng)?;
                }
                Op::Replay(to, which) => {
                    let wire = &wires[to];
                    if let Some(frame) = wire.arrived.get(which % wire.arrived.len().max(1)) {
                        let before = state(&people[to]);
                        prop_assert_eq!(people[to].receive(frame, 0, rng).unwrap_err(), ReceiveError::Replay);
                        prop_assert_eq!(state(&people[to]), before);
                    }
                }
                Op::Flip(to, which, bit) => {
                    let wire = &wires[to];
                    if let Some((.., frame)) = wire.under_way.get(which % wire.under_way.len().max(1)) {
                        let mut forged = frame.clone();
                        let bit = bit % (8 * forged.len());
                        forged[bit / 8] ^= 1 << (bit % 8);
                        let before = state(&people[to]);
                        let error = people[to].receive(&forged, 0, rng).unwrap_err();
                        prop_assert_eq!(error.code().class(), Class::Drop);
                        prop_assert_eq!(state(&people[to]), before);
                    }
                }
            }
        }
        // What is still under way arrives after all.
        for to in 0..2 {
            while !wires[to].under_way.is_empty() {
                deliver(&mut people[to], &mut wires[to], 0, rng)?;
            }
        }
    }

    #[test]
    fn any_frame_is_survived(bytes in vec(any::<u8>(), 0..700)) {
        let rng = &mut TestRng::new(2);
        let (mut a, mut b) = sessions(rng);
        let before = state(&a);
        prop_assert!(a.receive(&bytes, 0, rng).is_err());
        // The right head, then anything.
        let mut frame = b.send(&text("x")).unwrap().frame;
        for (to, from) in frame[58..].iter_mut().zip(&bytes) {
            *to = *from;
        }
        if !bytes.is_empty() {
            prop_assert_eq!(a.receive(&frame, 0, rng).unwrap_err(), ReceiveError::Decrypt);
        }
        prop_assert_eq!(state(&a), before);
    }
}

fn deliver(
    session: &mut Session,
    wire: &mut Wire,
    which: usize,
    rng: &mut TestRng,
) -> Result<(), TestCaseError> {
    let Some((seq, content, frame)) = wire.under_way.remove(which) else {
        return Ok(());
    };
    let received = session.receive(&frame, 0, rng).unwrap();
    prop_assert_eq!(received.seq, seq);
    prop_assert_eq!(received.content, content);
    wire.arrived.push(frame);
    wire.seqs.insert(seq);
    let contiguous = (0..)
        .zip(&wire.seqs)
        .take_while(|(expected, seq)| expected == *seq)
        .count();
    prop_assert_eq!(session.received() as usize, contiguous);
    Ok(())
}

/// Each kind, each of its numbers: what arrives is what was sent.
#[test]
fn every_content_arrives() {
    let rng = &mut TestRng::new(20);
    let (mut a, mut b) = sessions(rng);
    let reference = |author| MessageRef { author, seq: 7 };
    let mut contents = vec![
        text("without a reply"),
        Content::Receipt,
        Content::Read { up_to: 3 },
        Content::Viewed { seq: 4 },
        Content::Edit {
            seq: 5,
            text: "new".into(),
        },
        Content::Delete { seq: 6 },
    ];
    for author in [Author::Sender, Author::Receiver] {
        contents.push(Content::Text {
            text: "a reply".into(),
            reply: Some(reference(author)),
        });
        for set in [true, false] {
            contents.push(Content::Reaction {
                target: reference(author),
                set,
                emoji: "👍".into(),
            });
        }
    }
    contents.extend(
        [
            Activity::Idle,
            Activity::Typing,
            Activity::RecordingVoice,
            Activity::RecordingVideo,
        ]
        .map(Content::Typing),
    );
    contents.extend(ControlOp::ALL.iter().map(|&op| {
        Content::FileControl(Control {
            file: FileId([8; 32]),
            op,
            index: 1,
            count: 2,
        })
    }));
    contents.push(Content::Bye);
    for content in contents {
        let frame = a.send(&content).unwrap().frame;
        assert_eq!(b.receive(&frame, 0, rng).unwrap().content, content);
    }
}

#[test]
fn frames_have_few_lengths() {
    let (mut a, _) = sessions(&mut TestRng::new(3));
    for length in [0, 1, 100, 241] {
        assert_eq!(
            a.send(&text("a".repeat(length))).unwrap().frame.len(),
            58 + 256 + 16
        );
    }
    assert_eq!(
        a.send(&text("a".repeat(242))).unwrap().frame.len(),
        58 + 272 + 16
    );
    assert_eq!(
        a.send(&Content::Receipt).unwrap().frame.len(),
        58 + 256 + 16
    );
}

#[test]
fn acknowledgements_free_the_sender() {
    let rng = &mut TestRng::new(4);
    let (mut a, mut b) = sessions(rng);
    let frames: Vec<_> = (0..limits::UNACKNOWLEDGED)
        .map(|i| a.send(&text(format!("{i}"))).unwrap())
        .collect();
    assert_eq!(
        a.send(&text("one more")).unwrap_err(),
        SendError::Unacknowledged
    );
    // What causes no receipt is not held back, nor is BYE; a refusal is not the end.
    assert!(a.send(&Content::Receipt).is_ok());
    assert_eq!(a.failure(), None);
    for sent in &frames[..150] {
        b.receive(&sent.frame, 0, rng).unwrap();
    }
    let receipt = b.send(&Content::Receipt).unwrap();
    assert_eq!(a.receive(&receipt.frame, 0, rng).unwrap().ack, 150);
    assert_eq!(a.unacknowledged(), 50);
    assert!(a.send(&text("one more")).is_ok());
}

/// A re-sent frame is recognised even after the ratchet has turned many times.
#[test]
fn old_frames_are_replays() {
    let rng = &mut TestRng::new(5);
    let (mut a, mut b) = sessions(rng);
    let mut frames = Vec::new();
    for i in 0..100 {
        let sent = a.send(&text(format!("{i}"))).unwrap();
        b.receive(&sent.frame, 0, rng).unwrap();
        let answer = b.send(&Content::Receipt).unwrap();
        a.receive(&answer.frame, 0, rng).unwrap();
        frames.push(sent.frame);
    }
    for frame in &frames {
        assert_eq!(b.receive(frame, 0, rng).unwrap_err(), ReceiveError::Replay);
    }
    assert_eq!(b.failure(), None);
}

#[test]
fn skipped_keys_have_a_bound_and_an_age() {
    let rng = &mut TestRng::new(6);
    let (mut a, mut b) = sessions(rng);
    let receipts = |a: &mut Session, count: usize| -> Vec<_> {
        (0..count)
            .map(|_| a.send(&Content::Receipt).unwrap().frame)
            .collect()
    };
    let frames = receipts(&mut a, 258);
    assert_eq!(
        b.receive(&frames[257], 0, rng).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert!(b.receive(&frames[256], 0, rng).is_ok());
    // Late, but in time.
    assert!(
        b.receive(&frames[0], limits::SKIPPED_LIFETIME - 1, rng)
            .is_ok()
    );
    assert_eq!(
        b.receive(&frames[0], 0, rng).unwrap_err(),
        ReceiveError::Replay
    );
    // Too late: the key is gone.
    assert_eq!(
        b.receive(&frames[1], limits::SKIPPED_LIFETIME, rng)
            .unwrap_err(),
        ReceiveError::Replay
    );
    assert!(
        b.receive(&frames[257], limits::SKIPPED_LIFETIME, rng)
            .is_ok()
    );

    // 512 keys are kept: those of three gaps of 256 are not all there.
    let (mut a, mut b) = sessions(rng);
    let frames = receipts(&mut a, 3 * 257);
    for gap in 1..=3 {
        b.receive(&frames[gap * 257 - 1], 0, rng).unwrap();
    }
    assert_eq!(
        b.receive(&frames[0], 0, rng).unwrap_err(),
        ReceiveError::Replay
    );
    assert_eq!(
        b.receive(&frames[255], 0, rng).unwrap_err(),
        ReceiveError::Replay
    );
    assert!(b.receive(&frames[257], 0, rng).is_ok());
    assert!(b.receive(&frames[769], 0, rng).is_ok());
}

#[test]
fn skips_across_a_turn_are_bounded_on_both_chains() {
    let rng = &mut TestRng::new(7);
    let (mut a, mut b) = sessions(rng);
    let old: Vec<_> = (0..200)
        .map(|_| a.send(&Content::Receipt).unwrap().frame)
        .collect();
    b.receive(&old[0], 0, rng).unwrap();
    let answer = b.send(&text("turn")).unwrap();
    a.receive(&answer.frame, 0, rng).unwrap();
    let new: Vec<_> = (0..200)
        .map(|_| a.send(&Content::Receipt).unwrap().frame)
        .collect();
    assert!(b.receive(&new[150], 0, rng).is_ok());
    for frame in old[1..].iter().chain(&new[..150]) {
        assert!(b.receive(frame, 0, rng).is_ok());
    }
    assert_eq!(b.received(), 351);
}

/// A header that promises a far future costs nothing and changes nothing.
#[test]
fn forged_counters_are_refused() {
    let rng = &mut TestRng::new(8);
    let (mut a, mut b) = sessions(rng);
    let sent = a.send(&text("x")).unwrap();
    let before = state(&b);
    let number = |n: u32| {
        let mut frame = sent.frame.clone();
        frame[54..58].copy_from_slice(&n.to_be_bytes());
        frame
    };
    assert_eq!(
        b.receive(&number(300), 0, rng).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert_eq!(
        b.receive(&number(u32::MAX), 0, rng).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert_eq!(
        b.receive(&number(200), 0, rng).unwrap_err(),
        ReceiveError::Decrypt
    );
    assert_eq!(state(&b), before);
    assert!(b.receive(&sent.frame, 0, rng).is_ok());
}

#[test]
fn heads_are_checked() {
    let rng = &mut TestRng::new(9);
    let (mut a, mut b) = sessions(rng);
    let (mut other, _) = sessions(&mut TestRng::new(10));
    let good = a.send(&text("x")).unwrap().frame;
    let mut error = |frame: &[u8]| b.receive(frame, 0, rng).unwrap_err();
    assert_eq!(
        error(&other.send(&text("x")).unwrap().frame),
        ReceiveError::SessionId
    );
    assert_eq!(error(&good[..good.len() - 1]), ReceiveError::Length);
    assert_eq!(error(&[&good[..], &[0]].concat()), ReceiveError::Length);
    assert_eq!(error(&good[..57]), ReceiveError::Length);
    assert_eq!(error(&[]), ReceiveError::Length);
    assert_eq!(error(&[&[2], &good[1..]].concat()), ReceiveError::Version);
    assert_eq!(
        error(&[&[1, 0x12], &good[2..]].concat()),
        ReceiveError::Type
    );
    // A ratchet key of low order, and one that is not canonical.
    for byte in [0, 0xff] {
        let mut frame = good.clone();
        frame[18..50].fill(byte);
        assert_eq!(error(&frame), ReceiveError::Decrypt);
    }
}

#[test]
fn too_many_forgeries_end_a_session() {
    let rng = &mut TestRng::new(11);
    let (mut a, mut b) = sessions(rng);
    let good = a.send(&text("x")).unwrap().frame;
    let mut bad = good.clone();
    bad[100] ^= 1;
    for _ in 1..limits::FAILURES {
        assert_eq!(b.receive(&bad, 0, rng).unwrap_err(), ReceiveError::Decrypt);
    }
    let error = b.receive(&bad, 0, rng).unwrap_err();
    assert_eq!(
        (error, error.code().class()),
        (ReceiveError::FailureLimit, Class::FatalSession)
    );
    assert_eq!(b.failure(), Some(Code::FailureLimit));
    assert_eq!(b.receive(&good, 0, rng).unwrap_err(), ReceiveError::Closed);
    // BYE is all that may still be said.
    assert_eq!(b.send(&text("x")).unwrap_err(), SendError::Closed);
    let bye = b.send(&Content::Bye).unwrap();
    assert_eq!(b.send(&Content::Bye).unwrap_err(), SendError::Closed);
    assert_eq!(a.receive(&bye.frame, 0, rng).unwrap().content, Content::Bye);
}

#[test]
fn bye_is_the_last() {
    let rng = &mut TestRng::new(12);
    let (mut a, mut b) = sessions(rng);
    let late = a.send(&text("late")).unwrap();
    let bye = a.send(&Content::Bye).unwrap();
    assert_eq!(a.send(&text("x")).unwrap_err(), SendError::Closed);
    b.receive(&bye.frame, 0, rng).unwrap();
    // What was sent before may still come.
    assert!(b.receive(&late.frame, 0, rng).is_ok());
    // The one who said BYE still listens, and may be told that it came.
    let receipt = b.send(&Content::Receipt).unwrap();
    assert_eq!(a.receive(&receipt.frame, 0, rng).unwrap().ack, 2);
}

#[test]
fn what_cannot_be_read_is_not_sent() {
    let (mut a, _) = sessions(&mut TestRng::new(13));
    for content in [
        text("я".repeat(4001)),
        Content::Read { up_to: u32::MAX },
        Content::Unknown { ctype: 77 },
    ] {
        assert_eq!(a.send(&content).unwrap_err(), SendError::InvalidContent);
    }
    assert!(a.send(&text("я".repeat(4000))).is_ok());
    assert_eq!(a.failure(), None);
}

#[test]
fn a_chain_without_a_turn_ends() {
    let (mut a, _) = sessions(&mut TestRng::new(14));
    for _ in 0..limits::CHAIN_MESSAGES {
        a.send(&Content::Receipt).unwrap();
    }
    assert_eq!(
        a.send(&Content::Receipt).unwrap_err(),
        SendError::ChainLimit
    );
    assert_eq!(a.failure(), Some(Code::ChainLimit));
}
