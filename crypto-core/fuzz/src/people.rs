//! Two devices of one account, their pins, and backups that go from one to the other.

use std::sync::LazyLock;
use std::vec::Vec;

use duet_crypto::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use duet_crypto::limits;
use duet_crypto::pins::{Comparison, EarlierKey, Pin, PinState, Pins, Verdict};
use duet_crypto::vault::VerifiedPeer;

use super::common::account;

const NAMES: [&str; 3] = ["alice", "bob", "carol"];
const STEPS: usize = 256;

/// More keys than a pin remembers.
static KEYS: LazyLock<Vec<IdentityKey>> = LazyLock::new(|| {
    let key = |seed| IdentitySeed::from_bytes(&[seed; 32]).public_key();
    (0..20).map(key).collect()
});

/// Four bytes are a step: what, on which device and about whom, with which key, when.
pub fn people(bytes: &[u8]) {
    let realm = Realm::new("chat.example").unwrap();
    let mut devices = [Pins::new(realm.clone()), Pins::new(realm)];
    for &[what, who, which, when] in bytes.as_chunks().0.iter().take(STEPS) {
        let device = usize::from(who & 1);
        let name = AccountName::new(NAMES[usize::from(who >> 1) % NAMES.len()]).unwrap();
        let id = account(name.as_str());
        let (key, now) = (KEYS[usize::from(which) % KEYS.len()], when.into());
        let state = PinState::from_value(what >> 3 & 3).unwrap_or(PinState::Qr);
        let before = devices[device].clone();
        let pin = before.get(&id);
        let pins = &mut devices[device];
        match what & 7 {
            0 | 1 => {
                let (verdict, completed) = (pins.check(&id, &key), pins.complete(&name, &key, now));
                match verdict {
                    Verdict::New => assert_eq!(completed, Ok(PinState::FirstUse)),
                    Verdict::Pinned(state) => assert_eq!(completed, Ok(state)),
                    Verdict::Blocked => assert!(completed.is_err()),
                }
                assert!(verdict == Verdict::New || *pins == before);
            }
            2 => {
                let by = [Comparison::Fingerprint, Comparison::Sas, Comparison::Qr];
                let by = by[usize::from(when) % by.len()];
                let good = pin.is_some_and(|pin| pin.key == key && pin.contested.is_none());
                let compared = pins.compare(&id, &key, by);
                assert_eq!(compared.is_ok(), good);
                let best = pin.filter(|_| good).map(|pin| pin.state.max(by.into()));
                assert_eq!(compared.ok(), best);
                assert!(good || *pins == before);
            }
            3 => {
                let reset = pins.reset(&id, &key, state, now);
                assert_eq!(reset.is_ok(), pin.is_some());
                let Some(before) = pin else { continue };
                let pin = pins.get(&id).unwrap();
                assert_eq!((pin.key, pin.contested), (key, None));
                if before.key == key {
                    assert_eq!(pin.state, before.state.max(state));
                } else {
                    let last = pin.earlier.last().unwrap();
                    assert_eq!((last.key, last.state), (before.key, before.state));
                    assert_eq!((pin.state, pin.first_seen), (state, now));
                }
            }
            4 | 5 => {
                let peer = VerifiedPeer {
                    name,
                    key,
                    state,
                    first_seen: now,
                    earlier: (0..usize::from(when & 3))
                        .map(|more| EarlierKey {
                            key: KEYS[(usize::from(which >> 2) + more) % KEYS.len()],
                            state,
                            first_seen: now / 2,
                        })
                        .collect(),
                };
                merge(pins, core::slice::from_ref(&peer));
            }
            6 => {
                let backup = devices[1 - device].export();
                merge(&mut devices[device], &backup);
            }
            _ => {
                // What is one's own already says nothing new: a history is put in order once.
                let own = pins.export();
                merge(pins, &own);
                let once = pins.clone();
                merge(pins, &own);
                assert_eq!(*pins, once);
            }
        }
        devices.iter().for_each(check);
    }
}

/// What an import may do: take over, say more about the same key, replace a key that was never compared, or block.
fn merge(pins: &mut Pins, backup: &[VerifiedPeer]) {
    let before = pins.clone();
    let conflicts = pins.merge(backup).unwrap();
    for peer in backup {
        let id = account(peer.name.as_str());
        let pin = pins.get(&id).unwrap();
        let conflict = conflicts.iter().find(|conflict| conflict.account == id);
        let Some(old) = before.get(&id) else {
            assert_eq!((pin.key, pin.state), (peer.key, peer.state));
            assert_eq!(conflict, None);
            continue;
        };
        let never = old.earlier.iter().all(|earlier| earlier.key != peer.key);
        if old.key == peer.key {
            assert_eq!((pin.key, pin.state), (old.key, old.state.max(peer.state)));
            assert_eq!(pin.first_seen, old.first_seen.min(peer.first_seen));
            assert_eq!((conflict, pin.contested), (None, old.contested));
        } else if old.state == PinState::FirstUse && peer.state > old.state && never {
            assert_eq!((pin.key, pin.state), (peer.key, peer.state));
            assert!(pin.earlier.len() == limits::EARLIER_KEYS || knows(pin, &old.key));
            assert_eq!(conflict, None);
        } else {
            let kept = Pin {
                contested: Some(peer.key),
                ..old.clone()
            };
            assert_eq!(*pin, kept);
            let conflict = conflict.unwrap();
            assert_eq!((conflict.pinned, conflict.imported), (old.key, peer.key));
            assert_eq!(pins.check(&id, &old.key), Verdict::Blocked);
        }
    }
    // Nobody else is touched.
    for (id, pin) in before.iter() {
        let imported = backup.iter().any(|peer| account(peer.name.as_str()) == *id);
        assert!(imported || pins.get(id) == Some(pin));
    }
}

fn knows(pin: &Pin, key: &IdentityKey) -> bool {
    pin.earlier.iter().any(|earlier| earlier.key == *key)
}

fn check(pins: &Pins) {
    for (id, pin) in pins.iter() {
        assert_eq!(account(pin.name.as_str()), *id);
        assert!(pin.earlier.len() <= limits::EARLIER_KEYS);
        for key in KEYS.iter() {
            let expected = if pin.key == *key && pin.contested.is_none() {
                Verdict::Pinned(pin.state)
            } else {
                Verdict::Blocked
            };
            assert_eq!(pins.check(id, key), expected);
        }
    }
}
