//! Sessions at rest: restoring is as if the session had never been away, and no other record is restored.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{PRESENCE, TestRng, halfway, person, sessions};
use duet_crypto::engine::block_on;
use duet_crypto::error::{Class, Code};
use duet_crypto::handshake::{Accepted, Confirmed, Listener, Offer};
use duet_crypto::limits;
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::session::record::{RecordKey, RestoreError, Restored};
use duet_crypto::session::{
    Content, EarlyCount, HEADER_LENGTH, Lifetime, ReceiveError, Renewal, Session,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn key() -> RecordKey {
    RecordKey::from_bytes(&[9; 32])
}

fn text(text: impl Into<String>) -> Content {
    Content::Text {
        text: text.into(),
        reply: None,
    }
}

fn save(session: &mut Session, rng: &mut TestRng) -> Vec<u8> {
    session.save(&key(), &Lifetime::new(5), rng)
}

fn restore(record: &[u8]) -> Session {
    Session::restore(record, &key(), 0).unwrap().session
}

/// Through a record and back.
fn around(mut session: Session, rng: &mut TestRng) -> Session {
    let record = save(&mut session, rng);
    restore(&record)
}

/// What can be seen of a session from outside.
fn state(session: &Session) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        format!("{session:?}"),
        session.sas(),
        session.is_secure(),
        session.is_open(),
        session.unacknowledged(),
        session.early(),
    )
}

#[derive(Debug, Clone)]
enum Op {
    /// Side 0 or 1 sends a text, or a receipt.
    Send(usize, bool),
    /// Any frame that is under way arrives.
    Deliver(usize, usize),
    /// Any frame that is under way is lost.
    Lose(usize, usize),
    /// A frame that has arrived comes again.
    Replay(usize, usize),
    /// A forged frame arrives.
    Forge(usize, usize),
    /// Side 0 or 1 is saved and restored.
    Restart(usize),
    /// Seconds pass.
    Wait(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let side = 0..2_usize;
    let which = any::<usize>();
    prop_oneof![
        5 => (side.clone(), any::<bool>()).prop_map(|(side, receipt)| Op::Send(side, receipt)),
        4 => (side.clone(), which).prop_map(|(side, which)| Op::Deliver(side, which)),
        1 => (side.clone(), which).prop_map(|(side, which)| Op::Lose(side, which)),
        1 => (side.clone(), which).prop_map(|(side, which)| Op::Replay(side, which)),
        1 => (side.clone(), which).prop_map(|(side, which)| Op::Forge(side, which)),
        3 => side.prop_map(Op::Restart),
        1 => (0..200_u64).prop_map(Op::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same conversation twice, with the same randomness: once with restarts in between. Every frame is the same to
    /// the bit, and so is every answer.
    #[test]
    fn a_restart_changes_nothing(ops in vec(op(), 1..80)) {
        let (mut rng, mut twin_rng, mut salts) = (TestRng::new(1), TestRng::new(1), TestRng::new(2));
        let mut people = <[Session; 2]>::from(sessions(&mut rng));
        let mut twins = <[Session; 2]>::from(sessions(&mut twin_rng));
        let mut under_way = [vec![], vec![]];
        let mut arrived = [vec![], vec![]];
        let (mut now, mut counter) = (0, 0);
        for op in ops {
            match op {
                Op::Send(from, receipt) => {
                    counter += 1;
                    let content = if receipt { Content::Receipt } else { text(format!("{counter}")) };
                    let sent = people[from].send(&content, &mut rng).unwrap();
                    prop_assert_eq!(&sent, &twins[from].send(&content, &mut twin_rng).unwrap());
                    under_way[1 - from].push(sent.frame);
                }
                Op::Deliver(to, which) if !under_way[to].is_empty() => {
                    let which = which % under_way[to].len();
                    let frame: Vec<u8> = under_way[to].remove(which);
                    prop_assert_eq!(
                        people[to].receive(&frame, now),
                        twins[to].receive(&frame, now)
                    );
                    arrived[to].push(frame);
                }
                Op::Lose(to, which) if !under_way[to].is_empty() => {
                    let which = which % under_way[to].len();
                    under_way[to].remove(which);
                }
                Op::Replay(to, which) if !arrived[to].is_empty() => {
                    let frame = &arrived[to][which % arrived[to].len()];
                    let answer = people[to].receive(frame, now);
                    prop_assert_eq!(&answer, &twins[to].receive(frame, now));
                    prop_assert!(answer.is_err());
                }
                Op::Forge(to, which) if !under_way[to].is_empty() => {
                    let mut frame = under_way[to][which % under_way[to].len()].clone();
                    let position = which % frame.len();
                    frame[position] ^= 1;
                    let answer = people[to].receive(&frame, now);
                    prop_assert_eq!(&answer, &twins[to].receive(&frame, now));
                    prop_assert!(answer.is_err());
                }
                Op::Restart(side) => {
                    let record = save(&mut people[side], &mut salts);
                    people[side] = restore(&record);
                }
                Op::Wait(seconds) => now += 1000 * seconds,
                _ => {}
            }
            for side in 0..2 {
                prop_assert_eq!(state(&people[side]), state(&twins[side]));
            }
        }
    }

    #[test]
    fn no_changed_bit_is_restored(position in any::<usize>(), bit in 0..8_u32) {
        let rng = &mut TestRng::new(3);
        let mut record = save(&mut sessions(rng).0, rng);
        let position = position % record.len();
        record[position] ^= 1 << bit;
        let error = Session::restore(&record, &key(), 0).unwrap_err();
        let expected = match position {
            0..4 | 5 => vec![RestoreError::Form],
            4 => vec![RestoreError::Form, RestoreError::Version],
            6..10 => vec![RestoreError::Length],
            10..18 => vec![RestoreError::Damaged],
            18..66 => vec![RestoreError::Key],
            _ => vec![RestoreError::Damaged],
        };
        prop_assert!(expected.contains(&error), "byte {}: {}", position, error);
    }

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..200), tail in vec(any::<u8>(), 0..2000)) {
        prop_assert!(Session::restore(&bytes, &key(), 0).is_err());
        let framed = [&b"PAIR\x01\x03"[..], &(tail.len() as u32 + 10).to_be_bytes(), &tail].concat();
        prop_assert!(Session::restore(&framed, &key(), 0).is_err());
    }
}

#[test]
fn each_fault_has_its_name() {
    let rng = &mut TestRng::new(4);
    let mut session = sessions(rng).0;
    let first = save(&mut session, rng);
    let second = save(&mut session, rng);
    let refused = |record: &[u8], minimum| Session::restore(record, &key(), minimum).unwrap_err();

    // Cut anywhere, or longer.
    for length in 0..first.len() {
        let expected = if length < 6 {
            RestoreError::Form
        } else {
            RestoreError::Length
        };
        assert_eq!(refused(&first[..length], 0), expected, "{length}");
    }
    assert_eq!(
        refused(&[&first[..], &[0]].concat(), 0),
        RestoreError::Length
    );
    // Its own length, but longer than any session: refused before any work.
    for (length, expected) in [(65_536, RestoreError::Key), (65_537, RestoreError::Length)] {
        let mut record = b"PAIR\x01\x03".to_vec();
        record.extend_from_slice(&u32::to_be_bytes(length));
        record.resize(length as usize, 0);
        assert_eq!(refused(&record, 0), expected);
    }
    // A later version, whatever else it looks like.
    assert_eq!(refused(b"PAIR\x02\x03", 0), RestoreError::Version);
    // An envelope of the vault.
    assert_eq!(refused(b"PAIR\x01\x01", 0), RestoreError::Form);
    // Another key.
    let other = RecordKey::from_bytes(&[8; 32]);
    assert_eq!(
        Session::restore(&first, &other, 0).unwrap_err(),
        RestoreError::Key
    );
    // Rolled back: told only of a record that is authentic.
    assert_eq!(refused(&first, 2), RestoreError::RolledBack);
    let mut claims = first.clone();
    claims[17] = 2;
    assert_eq!(refused(&claims, 2), RestoreError::Damaged);
    assert_eq!(
        Session::restore(&second, &key(), 2)
            .unwrap()
            .session
            .revision(),
        2
    );
    // None of them is the user's to put right, and none is silent.
    for code in Code::ALL
        .iter()
        .filter(|code| (540..550).contains(&code.value()))
    {
        assert_eq!(code.class(), Class::Caller);
    }
}

#[test]
fn revisions_count_saves() {
    let rng = &mut TestRng::new(5);
    let mut session = sessions(rng).0;
    assert_eq!(session.revision(), 0);
    for revision in 1..4 {
        let record = save(&mut session, rng);
        assert_eq!(session.revision(), revision);
        assert_eq!(record[10..18], revision.to_be_bytes());
        session = restore(&record);
        assert_eq!(session.revision(), revision);
    }
}

#[test]
fn records_are_fresh_padded_and_bounded() {
    let rng = &mut TestRng::new(6);
    let (mut a, mut b) = sessions(rng);
    let (first, second) = (save(&mut a, rng), save(&mut a, rng));
    assert_eq!(first.len(), 66 + 1536 + 16);
    assert_eq!(
        first.capacity(),
        first.len(),
        "no copy is left in a freed buffer"
    );
    assert_ne!(first[18..34], second[18..34]);
    assert_ne!(first[66..], second[66..]);

    // As large as a session gets: all skipped keys, a turn of its own, 200 messages that wait.
    for _ in 0..3 {
        for _ in 0..200 {
            a.send(&Content::Receipt, rng).unwrap();
        }
        let frame = a.send(&Content::Receipt, rng).unwrap().frame;
        b.receive(&frame, 0).unwrap();
    }
    for _ in 0..limits::UNACKNOWLEDGED {
        b.send(&text("x"), rng).unwrap();
    }
    assert!(format!("{b:?}").contains("skipped_keys: 512"));
    let record = save(&mut b, rng);
    assert!(
        record.len() <= limits::SESSION_RECORD_MAX,
        "{}",
        record.len()
    );
    assert_eq!(record.capacity(), record.len());
    let before = state(&b);
    assert_eq!(state(&restore(&record)), before);
}

#[test]
fn what_is_left_of_the_lifetime_survives() {
    let rng = &mut TestRng::new(7);
    let mut session = sessions(rng).0;
    let mut lifetime = Lifetime::new(1_000);
    lifetime.count_chunk(7);
    let record = session.save(&key(), &lifetime, rng);
    let Restored {
        session,
        lifetime: restored,
    } = Session::restore(&record, &key(), 1).unwrap();
    assert_eq!(restored, lifetime);
    assert_eq!((restored.started(), restored.chunk_bytes()), (1_000, 7));
    assert_eq!(
        restored.renewal(&session, 1_000 + limits::SESSION_LIFETIME),
        Renewal::Over
    );
}

#[test]
fn a_failure_and_a_bye_survive() {
    let rng = &mut TestRng::new(8);
    let (mut a, mut b) = sessions(rng);
    // Rolled back, A is told of a message that it does not know to have sent.
    let first = a.send(&Content::Receipt, rng).unwrap().frame;
    let record = save(&mut a, rng);
    let second = a.send(&Content::Receipt, rng).unwrap().frame;
    b.receive(&first, 0).unwrap();
    b.receive(&second, 0).unwrap();
    let answer = b.send(&Content::Receipt, rng).unwrap().frame;
    a = restore(&record);
    assert_eq!(a.receive(&answer, 0), Err(ReceiveError::Acknowledgement));
    a = around(a, rng);
    assert_eq!(a.failure(), Some(Code::Acknowledgement));
    assert_eq!(a.receive(&answer, 0), Err(ReceiveError::Closed));

    let (mut a, mut b) = sessions(rng);
    let bye = a.send(&Content::Bye, rng).unwrap().frame;
    b.receive(&bye, 0).unwrap();
    (a, b) = (around(a, rng), around(b, rng));
    assert!(!a.is_open() && !b.is_open());
    assert!(a.send(&Content::Receipt, rng).is_err());
}

/// Before the first message of the peer there is no receiving chain; and the responder is in the turn of its READY.
#[test]
fn a_session_is_saved_at_its_very_start() {
    let rng = &mut TestRng::new(9);
    let common::Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    let accept = *pending.frame();
    let Accepted {
        confirm,
        session: a,
    } = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
    let mut a = around(a, rng);
    assert!(!a.is_secure());
    let Confirmed { ready, session: b } =
        block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap();
    let mut b = around(b, rng);
    let early_bird = a.send(&text("first"), rng).unwrap().frame;
    a.receive(&ready, 0).unwrap();
    assert!(a.is_secure());
    assert_eq!(b.receive(&early_bird, 0).unwrap().content, text("first"));
}

#[test]
fn early_messages_stay_counted() {
    let rng = &mut TestRng::new(10);
    let (alice, bob) = (person("alice"), person("bob"));
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
    let bundle = block_on(PrekeyBundle::verify(
        &alice,
        &prekey,
        &bob.party(),
        &PRESENCE,
    ))
    .unwrap();
    let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let mut incoming = block_on(listener.receive(offer.frame(), &from_alice, None, 0)).unwrap();
    let heard = offer.send_early(&text("heard")).unwrap();
    offer.send_early(&text("lost")).unwrap();
    incoming.receive_early(&heard.frame, &from_alice).unwrap();
    let pending = block_on(incoming.accept(rng)).unwrap();
    let Accepted {
        confirm,
        session: a,
    } = block_on(offer.accept(pending.frame(), &from_bob, rng)).unwrap();
    let Confirmed { ready, session: b } =
        block_on(pending.confirm(&confirm, &from_alice, rng)).unwrap();
    let (mut a, mut b) = (around(a, rng), around(b, rng));
    assert_eq!(
        b.early(),
        EarlyCount {
            sent: 2,
            received: 1
        }
    );
    a.receive(&ready, 0).unwrap();
    a = around(a, rng);
    assert_eq!(
        a.early(),
        EarlyCount {
            sent: 2,
            received: 1
        }
    );
    // The numbers go on after the early ones.
    let sent = a.send(&text("now"), rng).unwrap();
    assert_eq!(sent.seq, 2);
    assert_eq!(b.receive(&sent.frame, 0).unwrap().seq, 2);
}

/// Why the revision is there: an old record repeats a key and nonce, and takes a replay for new.
#[test]
fn what_rolling_back_costs() {
    let rng = &mut TestRng::new(11);
    let (mut a, mut b) = sessions(rng);
    // Where our turn is the newest. Where it is due, the turn is drawn anew.
    let before = a.send(&Content::Receipt, rng).unwrap().frame;
    b.receive(&before, 0).unwrap();
    let record = save(&mut a, rng);
    let frame = a.send(&text("attack at dawn"), rng).unwrap().frame;
    let again = restore(&record)
        .send(&text("attack at dusk"), rng)
        .unwrap()
        .frame;
    // One header, one key: the XOR of the ciphertexts is that of the texts.
    assert_eq!(frame[..HEADER_LENGTH], again[..HEADER_LENGTH]);
    let xor: Vec<u8> = frame[HEADER_LENGTH..]
        .iter()
        .zip(&again[HEADER_LENGTH..])
        .map(|(a, b)| a ^ b)
        .collect();
    assert!(xor[..24].iter().all(|&byte| byte == 0) && xor[24..28].iter().any(|&byte| byte != 0));

    let record = save(&mut b, rng);
    b.receive(&frame, 0).unwrap();
    assert_eq!(b.receive(&frame, 0), Err(ReceiveError::Replay));
    assert!(restore(&record).receive(&frame, 0).is_ok());
}
