//! Pins: what changes one, and what never does.
// The helpers of a test may fail it.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use duet_crypto::identity::{AccountId, AccountName, IdentityKey, IdentitySeed, Realm};
use duet_crypto::limits;
use duet_crypto::pins::{Comparison, Conflict, EarlierKey, Pin, PinError, PinState, Pins, Verdict};
use duet_crypto::vault::VerifiedPeer;
use proptest::collection::vec;
use proptest::prelude::*;

const STATES: [PinState; 4] = [
    PinState::FirstUse,
    PinState::Compared,
    PinState::Sas,
    PinState::Qr,
];

fn realm() -> Realm {
    Realm::new("chat.example").unwrap()
}

fn name(name: &str) -> AccountName {
    AccountName::new(name).unwrap()
}

fn account(text: &str) -> AccountId {
    AccountId::derive(&realm(), &name(text))
}

fn key(seed: u8) -> IdentityKey {
    IdentitySeed::from_bytes(&[seed; 32]).public_key()
}

fn peer(text: &str, seed: u8, state: PinState, first_seen: u64) -> VerifiedPeer {
    VerifiedPeer {
        name: name(text),
        key: key(seed),
        state,
        first_seen,
        earlier: vec![],
    }
}

fn earlier(seed: u8, state: PinState, first_seen: u64) -> EarlierKey {
    EarlierKey {
        key: key(seed),
        state,
        first_seen,
    }
}

/// Bob, known by key 1 since 10, in this state.
fn known(state: PinState) -> Pins {
    let mut pins = Pins::new(realm());
    assert_eq!(pins.merge(&[peer("bob", 1, state, 10)]), Ok(vec![]));
    pins
}

fn bob(pins: &Pins) -> &Pin {
    pins.get(&account("bob")).unwrap()
}

#[test]
fn states_are_numbers() {
    for (state, value) in STATES.into_iter().zip(1..) {
        assert_eq!(state.value(), value);
        assert_eq!(PinState::from_value(value), Some(state));
    }
    assert_eq!(PinState::from_value(0), None);
    assert_eq!(PinState::from_value(5), None);
    assert!(STATES.is_sorted());
}

#[test]
fn a_handshake_pins_once() {
    let mut pins = Pins::new(realm());
    assert!(pins.is_empty());
    assert_eq!(pins.check(&account("bob"), &key(1)), Verdict::New);
    assert!(pins.is_empty(), "to look is not to pin");
    assert_eq!(
        pins.complete(&name("bob"), &key(1), 10),
        Ok(PinState::FirstUse)
    );
    assert_eq!(
        pins.complete(&name("bob"), &key(1), 20),
        Ok(PinState::FirstUse)
    );
    assert_eq!(bob(&pins).first_seen, 10);
    assert_eq!((pins.len(), pins.is_empty()), (1, false));
    assert_eq!(
        pins.check(&account("bob"), &key(1)),
        Verdict::Pinned(PinState::FirstUse)
    );
    assert_eq!(pins.check(&account("bob"), &key(2)), Verdict::Blocked);
    assert_eq!(pins.check(&account("eve"), &key(1)), Verdict::New);
    let before = pins.clone();
    assert_eq!(
        pins.complete(&name("bob"), &key(2), 30),
        Err(PinError::Changed)
    );
    assert_eq!(pins, before);
}

#[test]
fn comparing_never_lowers() {
    let by = [
        (Comparison::Fingerprint, PinState::Compared),
        (Comparison::Sas, PinState::Sas),
        (Comparison::Qr, PinState::Qr),
    ];
    for start in STATES {
        for (comparison, state) in by {
            let mut pins = known(start);
            let reached = pins.compare(&account("bob"), &key(1), comparison);
            assert_eq!(reached, Ok(start.max(state)));
            assert_eq!(bob(&pins).state, start.max(state));
        }
    }
    // What was on the screen was not the pinned key, or nobody's.
    let mut pins = known(PinState::FirstUse);
    let before = pins.clone();
    assert_eq!(
        pins.compare(&account("bob"), &key(2), Comparison::Qr),
        Err(PinError::Changed)
    );
    assert_eq!(
        pins.compare(&account("eve"), &key(1), Comparison::Qr),
        Err(PinError::Unknown)
    );
    assert_eq!(pins, before);
}

#[test]
fn a_reset_leaves_a_history() {
    let mut pins = known(PinState::Sas);
    assert_eq!(
        pins.reset(&account("eve"), &key(2), PinState::Compared, 20),
        Err(PinError::Unknown)
    );
    pins.reset(&account("bob"), &key(2), PinState::FirstUse, 20)
        .unwrap();
    let pin = bob(&pins);
    assert_eq!(
        (pin.key, pin.state, pin.first_seen),
        (key(2), PinState::FirstUse, 20)
    );
    assert_eq!(pin.earlier, [earlier(1, PinState::Sas, 10)]);
    assert_eq!(pins.check(&account("bob"), &key(1)), Verdict::Blocked);
    // The pinned key itself: it may get a better state, and no history.
    pins.reset(&account("bob"), &key(2), PinState::Compared, 30)
        .unwrap();
    pins.reset(&account("bob"), &key(2), PinState::FirstUse, 40)
        .unwrap();
    let pin = bob(&pins);
    assert_eq!(
        (pin.state, pin.first_seen, pin.earlier.len()),
        (PinState::Compared, 20, 1)
    );
    // So many, and the oldest goes.
    for i in 0..20 {
        pins.reset(
            &account("bob"),
            &key(3 + i),
            PinState::Compared,
            100 + u64::from(i),
        )
        .unwrap();
    }
    let earlier = &bob(&pins).earlier;
    assert_eq!(earlier.len(), limits::EARLIER_KEYS);
    assert_eq!(earlier.last().unwrap().first_seen, 118);
    assert_eq!(earlier[0].first_seen, 103);
}

/// Every pair of states, the same key: the better state and the earlier time.
#[test]
fn an_import_of_the_same_key_only_adds() {
    for here in STATES {
        for there in STATES {
            for first_seen in [5, 15] {
                let mut pins = known(here);
                assert_eq!(pins.merge(&[peer("bob", 1, there, first_seen)]), Ok(vec![]));
                let pin = bob(&pins);
                assert_eq!(
                    (pin.state, pin.first_seen),
                    (here.max(there), first_seen.min(10))
                );
                assert!(pin.earlier.is_empty() && pin.contested.is_none());
            }
        }
    }
}

/// Every pair of states, another key: replaced only if nobody ever compared ours, and somebody theirs.
#[test]
fn an_import_of_another_key_replaces_or_blocks() {
    for here in STATES {
        for there in STATES {
            let mut pins = known(here);
            let conflicts = pins.merge(&[peer("bob", 2, there, 5)]).unwrap();
            let pin = bob(&pins);
            if here == PinState::FirstUse && there > PinState::FirstUse {
                assert_eq!(conflicts, []);
                assert_eq!((pin.key, pin.state, pin.first_seen), (key(2), there, 5));
                assert_eq!(pin.earlier, [earlier(1, here, 10)]);
                continue;
            }
            let conflict = Conflict {
                account: account("bob"),
                pinned: key(1),
                imported: key(2),
                state: there,
            };
            assert_eq!(conflicts, [conflict], "{here:?} {there:?}");
            assert_eq!((pin.key, pin.state, pin.first_seen), (key(1), here, 10));
            // Blocked under either key, until the user says which.
            for seed in [1, 2] {
                assert_eq!(pins.check(&account("bob"), &key(seed)), Verdict::Blocked);
                assert_eq!(
                    pins.complete(&name("bob"), &key(seed), 20),
                    Err(PinError::Changed)
                );
                assert_eq!(
                    pins.compare(&account("bob"), &key(seed), Comparison::Qr),
                    Err(PinError::Changed)
                );
            }
            let mut kept = pins.clone();
            kept.reset(&account("bob"), &key(1), PinState::FirstUse, 30)
                .unwrap();
            assert_eq!(kept.check(&account("bob"), &key(1)), Verdict::Pinned(here));
            pins.reset(&account("bob"), &key(2), PinState::Compared, 30)
                .unwrap();
            assert_eq!(
                pins.check(&account("bob"), &key(2)),
                Verdict::Pinned(PinState::Compared)
            );
        }
    }
}

/// An old backup does not bring a replaced key back, though nobody has compared the new one yet.
#[test]
fn an_import_does_not_undo_a_reset() {
    let mut pins = known(PinState::Qr);
    pins.reset(&account("bob"), &key(2), PinState::FirstUse, 20)
        .unwrap();
    let conflicts = pins.merge(&[peer("bob", 1, PinState::Qr, 10)]).unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(bob(&pins).key, key(2));
}

#[test]
fn histories_are_merged() {
    let mut theirs = peer("bob", 1, PinState::FirstUse, 10);
    theirs.earlier = vec![earlier(2, PinState::Sas, 3), earlier(3, PinState::Qr, 6)];
    let mut pins = known(PinState::Qr);
    pins.merge(std::slice::from_ref(&theirs)).unwrap();
    assert_eq!(bob(&pins).earlier, theirs.earlier);
    pins.merge(std::slice::from_ref(&theirs)).unwrap();
    assert_eq!(bob(&pins).earlier, theirs.earlier, "nothing twice");
    let exported = pins.export();
    assert_eq!(exported[0].earlier, theirs.earlier);
    let mut elsewhere = Pins::new(realm());
    elsewhere.merge(&exported).unwrap();
    assert_eq!(elsewhere, pins);
}

#[test]
fn there_is_an_end() {
    let someone = peer("someone", 1, PinState::Compared, 1);
    let one = |i| VerifiedPeer {
        name: name(&format!("{i}")),
        ..someone.clone()
    };
    let crowd: Vec<_> = (0..limits::PEOPLE).map(one).collect();
    let mut pins = Pins::new(realm());
    assert_eq!(pins.merge(&crowd), Ok(vec![]));
    let before = pins.len();
    assert_eq!(before, limits::PEOPLE);
    assert_eq!(
        pins.complete(&name("late"), &key(1), 1),
        Err(PinError::Full)
    );
    let late = [peer("late", 1, PinState::Qr, 1)];
    assert_eq!(pins.merge(&late), Err(PinError::Full));
    assert_eq!(
        pins.merge(&crowd[..10]),
        Ok(vec![]),
        "people who are known take no room"
    );
    assert_eq!(pins.len(), before);
}

#[derive(Debug, Clone)]
enum Op {
    Complete(u8),
    Compare(u8, Comparison),
    Reset(u8, PinState),
    Merge(u8, PinState),
}

fn op() -> impl Strategy<Value = Op> {
    let seed = 1..4_u8;
    let state = proptest::sample::select(&STATES[..]);
    let comparison =
        proptest::sample::select(&[Comparison::Fingerprint, Comparison::Sas, Comparison::Qr][..]);
    prop_oneof![
        3 => seed.clone().prop_map(Op::Complete),
        3 => (seed.clone(), comparison).prop_map(|(seed, by)| Op::Compare(seed, by)),
        1 => (seed.clone(), state.clone()).prop_map(|(seed, state)| Op::Reset(seed, state)),
        3 => (seed, state).prop_map(|(seed, state)| Op::Merge(seed, state)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens: a key that somebody compared is replaced by nothing but a reset, no state is lowered under the same
    /// key, no refused call changes anything, and no key is forgotten in silence.
    #[test]
    fn only_a_reset_replaces_a_compared_key(ops in vec(op(), 1..40)) {
        let mut pins = Pins::new(realm());
        for (now, op) in (0_u64..).zip(ops) {
            let before = pins.get(&account("bob")).cloned();
            let refused = match &op {
                Op::Complete(seed) => pins.complete(&name("bob"), &key(*seed), now).is_err(),
                Op::Compare(seed, by) => pins.compare(&account("bob"), &key(*seed), *by).is_err(),
                Op::Reset(seed, state) => {
                    pins.reset(&account("bob"), &key(*seed), *state, now).is_err()
                }
                Op::Merge(seed, state) => {
                    pins.merge(&[peer("bob", *seed, *state, now)]).unwrap();
                    false
                }
            };
            let after = pins.get(&account("bob"));
            if refused {
                prop_assert_eq!(after, before.as_ref());
            }
            if let (Some(before), Some(after)) = (before, after) {
                if before.key == after.key {
                    prop_assert!(after.state >= before.state);
                    prop_assert!(after.first_seen <= before.first_seen);
                } else {
                    let by_hand = matches!(op, Op::Reset(..));
                    prop_assert!(by_hand || before.state == PinState::FirstUse);
                    prop_assert_eq!(after.earlier.iter().any(|old| old.key == before.key), true);
                }
                prop_assert!(after.earlier.len() <= limits::EARLIER_KEYS);
            }
        }
    }
}
