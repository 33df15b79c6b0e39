//! The ratchet as a state machine: whatever is lost, late, repeated or forged.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use std::collections::{BTreeSet, VecDeque};

use common::contents::samples;
use common::{TestRng, sessions};
use duet_crypto::error::Class;
use duet_crypto::limits;
use duet_crypto::session::{
    Content, HEADER_LENGTH, Lifetime, ReceiveError, Renewal, SendError, Session,
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
        // A second passes with each step, so that everything is tried.
        let mut now = 0;
        let mut wires = [Wire::default(), Wire::default()];
        let mut counter = 0;
        wires[0].seqs.insert(0); // READY
        for op in ops {
            now += 1_000;
            match op {
                Op::Send(from) => {
                    counter += 1;
                    let content = text(format!("message {counter}"));
                    let sent = people[from].send(&content, rng).unwrap();
                    wires[1 - from].under_way.push_back((sent.seq, content, sent.frame));
                }
                Op::Deliver(to) => deliver(&mut people[to], &mut wires[to], 0, now)?,
                Op::DeliverLate(to, which) => {
                    let count = wires[to].under_way.len().max(1);
                    deliver(&mut people[to], &mut wires[to], which % count, now)?;
                }
                Op::Replay(to, which) => {
                    let wire = &wires[to];
                    if let Some(frame) = wire.arrived.get(which % wire.arrived.len().max(1)) {
                        let before = state(&people[to]);
                        prop_assert_eq!(people[to].receive(frame, now).unwrap_err(), ReceiveError::Replay);
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
                        let error = people[to].receive(&forged, now).unwrap_err();
                        prop_assert_ne!(error.code().class(), Class::FatalSession);
                        prop_assert_eq!(state(&people[to]), before);
                    }
                }
            }
        }
        // What is still under way arrives after all.
        for to in 0..2 {
            while !wires[to].under_way.is_empty() {
                deliver(&mut people[to], &mut wires[to], 0, now)?;
            }
        }
    }

    #[test]
    fn any_frame_is_survived(bytes in vec(any::<u8>(), 0..700)) {
        let rng = &mut TestRng::new(2);
        let (mut a, mut b) = sessions(rng);
        let before = state(&a);
        prop_assert!(a.receive(&bytes, 0).is_err());
        // The right head, then anything.
        let mut frame = b.send(&text("x"), rng).unwrap().frame;
        for (to, from) in frame[HEADER_LENGTH..].iter_mut().zip(&bytes) {
            *to = *from;
        }
        if !bytes.is_empty() {
            prop_assert_eq!(a.receive(&frame, 0).unwrap_err(), ReceiveError::Decrypt);
        }
        prop_assert_eq!(state(&a), before);
    }
}

fn deliver(
    session: &mut Session,
    wire: &mut Wire,
    which: usize,
    now: u64,
) -> Result<(), TestCaseError> {
    let Some((seq, content, frame)) = wire.under_way.remove(which) else {
        return Ok(());
    };
    let received = session.receive(&frame, now).unwrap();
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
    let contents = samples().into_iter();
    for content in contents.filter(|content| *content != Content::Ready) {
        let frame = a.send(&content, rng).unwrap().frame;
        assert_eq!(b.receive(&frame, 0).unwrap().content, content);
    }
}

/// Every kind that this version knows is among the samples, so that no test leaves a new one out.
#[test]
fn there_is_a_sample_of_every_kind() {
    let samples = samples();
    assert!(Content::Probe.causes_receipt());
    for ctype in 0..=u8::MAX {
        let is_known = !matches!(Content::decode(ctype, &[]), Ok(Content::Unknown { .. }));
        let is_there = samples.iter().any(|content| content.ctype() == ctype);
        assert_eq!(is_there, is_known, "{ctype}");
    }
    for content in samples {
        let decoded = Content::decode(content.ctype(), &content.encode());
        assert_eq!(decoded.as_ref(), Ok(&content));
        // `Debug` shows the kind, and nothing of what is said.
        let shown = format!("{content:?}");
        assert!(
            !shown.contains(char::is_numeric) && !shown.contains('"'),
            "{shown}"
        );
    }
}

#[test]
fn frames_have_few_lengths() {
    let rng = &mut TestRng::new(3);
    let (mut a, _) = sessions(rng);
    for length in [0, 1, 100, 241] {
        assert_eq!(
            a.send(&text("a".repeat(length)), rng).unwrap().frame.len(),
            HEADER_LENGTH + 256 + 16
        );
    }
    assert_eq!(
        a.send(&text("a".repeat(242)), rng).unwrap().frame.len(),
        HEADER_LENGTH + 272 + 16
    );
    assert_eq!(
        a.send(&Content::Receipt, rng).unwrap().frame.len(),
        HEADER_LENGTH + 256 + 16
    );
}

#[test]
fn acknowledgements_free_the_sender() {
    let rng = &mut TestRng::new(4);
    let (mut a, mut b) = sessions(rng);
    let frames: Vec<_> = (0..limits::UNACKNOWLEDGED)
        .map(|i| a.send(&text(format!("{i}")), rng).unwrap())
        .collect();
    assert_eq!(
        a.send(&text("one more"), rng).unwrap_err(),
        SendError::Unacknowledged
    );
    // What causes no receipt is not held back, nor is BYE; a refusal is not the end.
    assert!(a.send(&Content::Receipt, rng).is_ok());
    assert_eq!(a.failure(), None);
    for sent in &frames[..150] {
        b.receive(&sent.frame, 0).unwrap();
    }
    let receipt = b.send(&Content::Receipt, rng).unwrap();
    assert_eq!(a.receive(&receipt.frame, 0).unwrap().ack, 150);
    assert_eq!(a.unacknowledged(), 50);
    assert!(a.send(&text("one more"), rng).is_ok());
}

/// A re-sent frame is recognised even after the ratchet has turned many times.
#[test]
fn old_frames_are_replays() {
    let rng = &mut TestRng::new(5);
    let (mut a, mut b) = sessions(rng);
    let mut frames = Vec::new();
    for i in 0..100 {
        let sent = a.send(&text(format!("{i}")), rng).unwrap();
        b.receive(&sent.frame, 0).unwrap();
        let answer = b.send(&Content::Receipt, rng).unwrap();
        a.receive(&answer.frame, 0).unwrap();
        frames.push(sent.frame);
    }
    for frame in &frames {
        assert_eq!(b.receive(frame, 0).unwrap_err(), ReceiveError::Replay);
    }
    assert_eq!(b.failure(), None);
}

#[test]
fn skipped_keys_have_a_bound_and_an_age() {
    let rng = &mut TestRng::new(6);
    let (mut a, mut b) = sessions(rng);
    let receipts = |a: &mut Session, count: usize, rng: &mut TestRng| -> Vec<_> {
        (0..count)
            .map(|_| a.send(&Content::Receipt, rng).unwrap().frame)
            .collect()
    };
    let frames = receipts(&mut a, 258, rng);
    assert_eq!(
        b.receive(&frames[257], 0).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert!(b.receive(&frames[256], 0).is_ok());
    // Late, but in time.
    assert!(b.receive(&frames[0], limits::SKIPPED_LIFETIME - 1).is_ok());
    assert_eq!(b.receive(&frames[0], 0).unwrap_err(), ReceiveError::Replay);
    // Too late: the key is gone.
    assert_eq!(
        b.receive(&frames[1], limits::SKIPPED_LIFETIME).unwrap_err(),
        ReceiveError::Replay
    );
    assert!(b.receive(&frames[257], limits::SKIPPED_LIFETIME).is_ok());

    // 512 keys are kept: those of three gaps of 256 are not all there.
    let (mut a, mut b) = sessions(rng);
    let frames = receipts(&mut a, 3 * 257, rng);
    for gap in 1..=3 {
        b.receive(&frames[gap * 257 - 1], 0).unwrap();
    }
    assert_eq!(b.receive(&frames[0], 0).unwrap_err(), ReceiveError::Replay);
    assert_eq!(
        b.receive(&frames[255], 0).unwrap_err(),
        ReceiveError::Replay
    );
    assert!(b.receive(&frames[257], 0).is_ok());
    assert!(b.receive(&frames[769], 0).is_ok());
}

#[test]
fn skips_across_a_turn_are_bounded_on_both_sides_of_it() {
    let rng = &mut TestRng::new(7);
    let (mut a, mut b) = sessions(rng);
    let old: Vec<_> = (0..200)
        .map(|_| a.send(&Content::Receipt, rng).unwrap().frame)
        .collect();
    b.receive(&old[0], 0).unwrap();
    let answer = b.send(&text("turn"), rng).unwrap();
    a.receive(&answer.frame, 0).unwrap();
    let new: Vec<_> = (0..200)
        .map(|_| a.send(&Content::Receipt, rng).unwrap().frame)
        .collect();
    assert!(b.receive(&new[150], 0).is_ok());
    for frame in old[1..].iter().chain(&new[..150]) {
        assert!(b.receive(frame, 0).is_ok());
    }
    assert_eq!(b.received(), 351);
}

/// A header that promises a far future costs nothing and changes nothing.
#[test]
fn forged_counters_are_refused() {
    let rng = &mut TestRng::new(8);
    let (mut a, mut b) = sessions(rng);
    let sent = a.send(&text("x"), rng).unwrap();
    let before = state(&b);
    let number = |n: u32| {
        let mut frame = sent.frame.clone();
        frame[22..26].copy_from_slice(&n.to_be_bytes());
        frame
    };
    assert_eq!(
        b.receive(&number(300), 0).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert_eq!(
        b.receive(&number(u32::MAX), 0).unwrap_err(),
        ReceiveError::SkipLimit
    );
    assert_eq!(
        b.receive(&number(200), 0).unwrap_err(),
        ReceiveError::Decrypt
    );
    assert_eq!(state(&b), before);
    assert!(b.receive(&sent.frame, 0).is_ok());
}

#[test]
fn heads_are_checked() {
    let rng = &mut TestRng::new(9);
    let (mut a, mut b) = sessions(rng);
    let (mut other, _) = sessions(&mut TestRng::new(10));
    let good = a.send(&text("x"), rng).unwrap().frame;
    let mut error = |frame: &[u8]| b.receive(frame, 0).unwrap_err();
    assert_eq!(
        error(&other.send(&text("x"), rng).unwrap().frame),
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
}

/// A frame of the next turn, with other bytes at a place of its head.
fn edited(frame: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    frame[at..at + bytes.len()].copy_from_slice(bytes);
    frame
}

/// Section 6.5: the order of what is refused before a key is used, and that only the tag decides after it.
#[test]
fn turns_are_opened_in_the_order_of_section_6() {
    let rng = &mut TestRng::new(15);
    // Both have a turn of their own behind them, and A's turn 2 is the newest for A.
    let (mut a, mut b) = sessions(rng);
    let early = a.send(&text("turn 2"), rng).unwrap().frame;
    b.receive(&early, 0).unwrap();
    let next = b.send(&text("turn 3"), rng).unwrap().frame;
    let (pn, n, turn, rx, re, rc) = (18, 22, 26, 30, 62, 1246);
    let number = |value: u32| value.to_be_bytes();
    let before = state(&a);
    let mut error = |frame: &[u8], now| a.receive(frame, now).unwrap_err();

    // B sent READY in turn 1, so that A has received one message of it: 256 more may be skipped.
    let bad_rx = edited(&next, rx, &[0xff; 32]);
    let bad_re = edited(&next, re, &[0xff; 2]);
    let both_bad = edited(&bad_rx, re, &[0xff; 2]);
    for (what, frame, expected) in [
        (
            "N beyond a turn",
            edited(&next, n, &number(65_535)),
            ReceiveError::SkipLimit,
        ),
        (
            "PN beyond a turn",
            edited(&next, pn, &number(65_536)),
            ReceiveError::SkipLimit,
        ),
        (
            "an earlier turn",
            edited(&next, turn, &number(0)),
            ReceiveError::Replay,
        ),
        (
            "our turn",
            edited(&next, turn, &number(2)),
            ReceiveError::SkipLimit,
        ),
        (
            "the turn after the next",
            edited(&next, turn, &number(4)),
            ReceiveError::SkipLimit,
        ),
        (
            "a turn of ours to come",
            edited(&next, turn, &number(u32::MAX)),
            ReceiveError::SkipLimit,
        ),
        ("our own frame", early, ReceiveError::SkipLimit),
        (
            "N, before the keys",
            edited(&both_bad, n, &number(257)),
            ReceiveError::SkipLimit,
        ),
        (
            "PN, before the keys",
            edited(&both_bad, pn, &number(258)),
            ReceiveError::SkipLimit,
        ),
        ("RX, before RE", both_bad, ReceiveError::AgreementKey),
        ("RX", bad_rx, ReceiveError::AgreementKey),
        ("RE", bad_re, ReceiveError::EncapsulationKey),
        // A key is used: one code for everything.
        (
            "RX of low order",
            edited(&next, rx, &[0; 32]),
            ReceiveError::Decrypt,
        ),
        (
            "another RX",
            edited(&next, rx, &[9; 32]),
            ReceiveError::Decrypt,
        ),
        (
            "another RC",
            edited(&next, rc, &[9; 32]),
            ReceiveError::Decrypt,
        ),
        (
            "N within the bound",
            edited(&next, n, &number(256)),
            ReceiveError::Decrypt,
        ),
        (
            "PN within the bound",
            edited(&next, pn, &number(257)),
            ReceiveError::Decrypt,
        ),
        (
            "the turn's number",
            edited(&next, turn, &number(1)),
            ReceiveError::Replay,
        ),
        (
            "the text",
            edited(&next, HEADER_LENGTH, &[0]),
            ReceiveError::Decrypt,
        ),
    ] {
        assert_eq!(error(&frame, 0), expected, "{what}");
    }
    assert_eq!(state(&a), before);
    assert_eq!(a.receive(&next, 0).unwrap().content, text("turn 3"));
}

/// The first turn of the responder follows none of its own, so that its `PN` says nothing.
#[test]
fn the_previous_turn_of_turn_1_is_ignored() {
    let rng = &mut TestRng::new(16);
    let (mut a, _, ready) = common::sessions_before_ready(rng);
    let frame = edited(&ready, 18, &65_535_u32.to_be_bytes());
    // It is associated data all the same.
    assert_eq!(a.receive(&frame, 0), Err(ReceiveError::Decrypt));
    let frame = edited(&ready, 18, &65_536_u32.to_be_bytes());
    assert_eq!(a.receive(&frame, 0), Err(ReceiveError::SkipLimit));
    assert!(a.receive(&ready, 0).is_ok());
}

/// Who has heard nothing of the peer knows no turn of it: nothing can be a replay.
#[test]
fn before_ready_there_is_no_turn_of_the_peer() {
    let rng = &mut TestRng::new(17);
    let (mut a, _, ready) = common::sessions_before_ready(rng);
    let own = a.send(&text("first"), rng).unwrap().frame;
    assert_eq!(a.receive(&own, 0), Err(ReceiveError::SkipLimit));
    assert!(a.receive(&ready, 0).is_ok());
    assert_eq!(a.receive(&own, 0), Err(ReceiveError::Replay));
}

/// Any message of a turn opens it, whatever became of the ones before: each carries the whole public part.
#[test]
fn any_message_opens_a_turn() {
    for first in 0..4 {
        let rng = &mut TestRng::new(18);
        let (mut a, mut b) = sessions(rng);
        let frames: Vec<_> = (0..4)
            .map(|i| a.send(&text(format!("{i}")), rng).unwrap().frame)
            .collect();
        assert!(
            frames
                .iter()
                .all(|frame| frame[26..HEADER_LENGTH] == frames[0][26..HEADER_LENGTH])
        );
        assert!(b.receive(&frames[first], 0).is_ok());
        let answer = b.send(&text("answer"), rng).unwrap().frame;
        assert!(a.receive(&answer, 0).is_ok());
        for (i, frame) in frames.iter().enumerate() {
            assert_eq!(b.receive(frame, 0).is_ok(), i != first, "{i} after {first}");
        }
    }
}

/// A silent session forgets too, and nothing else changes.
#[test]
fn skipped_keys_are_forgotten_in_silence() {
    let rng = &mut TestRng::new(19);
    let (mut a, mut b) = sessions(rng);
    let late = a.send(&text("late"), rng).unwrap().frame;
    let frame = a.send(&text("first"), rng).unwrap().frame;
    b.receive(&frame, 1_000).unwrap();
    let kept = |b: &Session| format!("{b:?}").contains("skipped_keys: 1");
    b.forget(1_000 + limits::SKIPPED_LIFETIME - 1);
    assert!(kept(&b));
    b.forget(1_000 + limits::SKIPPED_LIFETIME);
    assert!(!kept(&b));
    assert_eq!(b.receive(&late, 1_000), Err(ReceiveError::Replay));
}

/// A refused message draws nothing: every refusal comes before the keys of a turn.
#[test]
fn a_refused_message_makes_no_turn() {
    let rng = &mut TestRng::new(20);
    let (mut a, _) = sessions(rng);
    let before = (rng.drawn(), state(&a));
    for content in [text("я".repeat(4001)), Content::Ready] {
        assert_eq!(a.send(&content, rng), Err(SendError::InvalidContent));
    }
    assert_eq!((rng.drawn(), state(&a)), before);
    a.send(&text("x"), rng).unwrap();
    let made = rng.drawn();
    assert_eq!(made - before.0, 4);
    a.send(&text("y"), rng).unwrap();
    assert_eq!(rng.drawn(), made);
}

/// Whatever a relay makes up: it costs ten tries a second, and nothing that is genuine is lost by it.
#[test]
fn forgeries_are_dropped_untried_and_end_nothing() {
    let rng = &mut TestRng::new(11);
    let (mut a, mut b) = sessions(rng);
    let good = a.send(&text("x"), rng).unwrap().frame;
    let mut bad = good.clone();
    bad[100] ^= 1;
    for now in [0, 1_000, 2_000] {
        for _ in 0..limits::FAILURES_PER_WINDOW {
            assert_eq!(b.receive(&bad, now), Err(ReceiveError::Decrypt));
        }
        let before = state(&b);
        for frame in [&bad, &good] {
            assert_eq!(b.receive(frame, now), Err(ReceiveError::Untried));
            assert_eq!(b.receive(frame, now + 999), Err(ReceiveError::Untried));
        }
        // What needs no key is told as ever.
        assert_eq!(
            b.receive(&edited(&good, 22, &300_u32.to_be_bytes()), now),
            Err(ReceiveError::SkipLimit)
        );
        assert_eq!(state(&b), before);
    }
    assert_eq!(ReceiveError::Untried.code().class(), Class::Drop);
    assert!(b.receive(&good, 3_000).is_ok());
    assert!(b.is_open() && b.failure().is_none());
}

#[test]
fn bye_is_the_last() {
    let rng = &mut TestRng::new(12);
    let (mut a, mut b) = sessions(rng);
    let late = a.send(&text("late"), rng).unwrap();
    let bye = a.send(&Content::Bye, rng).unwrap();
    assert_eq!(a.send(&text("x"), rng).unwrap_err(), SendError::Closed);
    b.receive(&bye.frame, 0).unwrap();
    // What was sent before may still come.
    assert!(b.receive(&late.frame, 0).is_ok());
    // The one who said BYE still listens, and may be told that it came.
    let receipt = b.send(&Content::Receipt, rng).unwrap();
    assert_eq!(a.receive(&receipt.frame, 0).unwrap().ack, 2);
}

#[test]
fn what_cannot_be_read_is_not_sent() {
    let rng = &mut TestRng::new(13);
    let (mut a, _) = sessions(rng);
    for content in [
        text("я".repeat(4001)),
        Content::Read { up_to: u32::MAX },
        Content::Unknown { ctype: 77 },
    ] {
        assert_eq!(
            a.send(&content, rng).unwrap_err(),
            SendError::InvalidContent
        );
    }
    assert!(a.send(&text("я".repeat(4000)), rng).is_ok());
    assert_eq!(a.failure(), None);
}

#[test]
fn a_turn_that_is_used_up_can_still_end() {
    let rng = &mut TestRng::new(14);
    let (mut a, mut b) = sessions(rng);
    let lifetime = Lifetime::new(0);
    for _ in 0..limits::TURN_MESSAGES - 1 {
        let frame = a.send(&Content::Receipt, rng).unwrap().frame;
        b.receive(&frame, 0).unwrap();
    }
    assert_eq!(lifetime.renewal(&a, 0), Renewal::Due);
    for content in [Content::Receipt, text("x")] {
        assert_eq!(a.send(&content, rng), Err(SendError::TurnLimit));
    }
    assert_eq!(a.failure(), None);
    // An answer begins another turn.
    let answer = b.send(&Content::Receipt, rng).unwrap().frame;
    a.receive(&answer, 0).unwrap();
    assert!(a.send(&text("x"), rng).is_ok());
    assert_eq!(lifetime.renewal(&a, 0), Renewal::NotDue);

    let (mut a, _) = sessions(rng);
    for _ in 1..limits::TURN_MESSAGES {
        a.send(&Content::Receipt, rng).unwrap();
    }
    assert!(a.send(&Content::Bye, rng).is_ok());
}
