//! The values that came with the specification (protocol.md, Appendix C and its vectors), reproduced byte for byte.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{Script, hex, hex_array};
use duet_crypto::engine::{LocalIdentity, block_on};
use duet_crypto::fingerprint::{
    Emoji, Fingerprint, SafetyHalf, qr_text, safety_code, sas_emoji, verify_qr_text,
};
use duet_crypto::handshake::{Listener, Offer, Presence};
use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Party, Realm};
use duet_crypto::primitives::{hash, labels};
use duet_crypto::session::padding::{bucket, padme, unpad};
use serde_json::Value;

fn fixture(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex(value.as_str().unwrap())
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    hex_array(value.as_str().unwrap())
}

fn symbols(emoji: &[&Emoji]) -> String {
    emoji.iter().map(|emoji| emoji.symbol).collect()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn primitives() {
    let v = fixture(include_str!("fixtures/primitives.json"));
    assert_eq!(labels::ACCOUNT.lp(), bytes(&v["lp"]["account"]));
    assert_eq!(labels::SIG_OFFER.lp(), bytes(&v["lp"]["sig offer"]));
    assert_eq!(
        hash::labelled(&labels::ACCOUNT, &[&bytes(&v["lh"]["x"])]),
        array(&v["lh"]["out"])
    );
    let expanded = hash::expand::<76>(
        &array(&v["expand"]["prk"]),
        &labels::ROOT,
        &[&bytes(&v["expand"]["ctx"])],
    );
    assert_eq!(expanded[..], bytes(&v["expand"]["out"])[..]);
    let extracted = hash::extract(
        &bytes(&v["extract"]["salt"]),
        &[&bytes(&v["extract"]["ikm"])],
    );
    assert_eq!(extracted[..], bytes(&v["extract"]["out"])[..]);
    let seed = IdentitySeed::from_bytes(&array(&v["sign"]["seed"]));
    assert_eq!(*seed.public_key().as_bytes(), array(&v["sign"]["pub"]));
}

#[test]
fn identities_and_what_people_compare() {
    let v = fixture(include_str!("fixtures/identity.json"));
    let people = v.as_array().unwrap();
    let mut halves = Vec::new();
    let mut parties = Vec::new();
    for person in &people[..2] {
        let seed = IdentitySeed::from_bytes(&array(&person["seed"]));
        let key = seed.public_key();
        assert_eq!(*key.as_bytes(), array(&person["ik"]));
        let realm = Realm::new(person["realm"].as_str().unwrap()).unwrap();
        let name = AccountName::new(person["name"].as_str().unwrap()).unwrap();
        let account = AccountId::derive(&realm, &name);
        assert_eq!(account.0, array(&person["aid"]));
        let fingerprint = Fingerprint::of(&key);
        assert_eq!(
            fingerprint.hex().replace(' ', ""),
            person["fingerprint"].as_str().unwrap()
        );
        assert_eq!(
            symbols(&fingerprint.emoji()),
            person["emoji"].as_str().unwrap()
        );
        let party = Party { account, key };
        let half = SafetyHalf::derive(&party);
        assert_eq!(half.as_str(), person["safety_half"].as_str().unwrap());
        halves.push(half);
        parties.push(party);
    }
    let code = people[2]["safety_code"].as_str().unwrap();
    assert_eq!(safety_code(&halves[0], &halves[1]), code);
    assert_eq!(safety_code(&halves[1], &halves[0]), code);
    let text = qr_text(&parties[0], &parties[1]);
    assert_eq!(text, people[2]["qr_shown_by_alice"].as_str().unwrap());
    assert_eq!(text.len(), 178);
    assert_eq!(verify_qr_text(&text, &parties[1], &parties[0]), Ok(()));
}

#[test]
fn padding() {
    let v = fixture(include_str!("fixtures/padding.json"));
    for pair in v["padme"].as_array().unwrap() {
        assert_eq!(padme(number(&pair[0])), number(&pair[1]));
    }
    for pair in v["bucket"].as_array().unwrap() {
        assert_eq!(
            bucket(usize::try_from(number(&pair[0])).unwrap()) as u64,
            number(&pair[1])
        );
    }
    for case in v["pad"].as_array().unwrap() {
        let (plain, padded) = (bytes(&case["x"]), bytes(&case["out"]));
        assert_eq!(unpad(&padded), Some(plain.len()));
        assert_eq!(padded[..plain.len()], plain);
        assert_eq!(bucket(plain.len() + 1), padded.len());
    }
}

#[test]
fn interactive_handshake() {
    let v = fixture(include_str!("fixtures/handshake_interactive.json"));
    let realm = Realm::new(v["realm"].as_str().unwrap()).unwrap();
    let person = |seed: &str, name: &str| {
        let name = AccountName::new(v[name].as_str().unwrap()).unwrap();
        LocalIdentity::software(
            IdentitySeed::from_bytes(&array(&v[seed])),
            AccountId::derive(&realm, &name),
        )
    };
    let (alice, bob) = (person("alice_seed", "alice"), person("bob_seed", "bob"));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let presence = Presence(array(&v["presence_b"]));
    let draws = |side: &str, names: &[&str]| {
        Script::new(
            &names
                .iter()
                .map(|name| bytes(&v[side][*name]))
                .collect::<Vec<_>>()
                .each_slice(),
        )
    };
    let mut rng_a = draws("rnd_a", &["hid", "ex", "ekseed", "r", "rx"]);
    let mut rng_b = draws("rnd_b", &["ex", "m", "rx"]);

    let offer = block_on(Offer::create(&alice, bob.party(), presence, &mut rng_a)).unwrap();
    assert_eq!(offer.frame()[..], bytes(&v["flight1"])[..]);
    let mut listener = Listener::new(bob, presence);
    let incoming = block_on(listener.receive(offer.frame(), &from_alice, None)).unwrap();
    let pending = block_on(incoming.accept(&mut rng_b)).unwrap();
    let accept = *pending.frame();
    assert_eq!(accept[..], bytes(&v["accept"])[..]);
    let (confirm, mut a) = block_on(offer.accept(&accept, &from_bob, &mut rng_a)).unwrap();
    assert_eq!(confirm[..], bytes(&v["confirm"])[..]);
    let (ready, b) = block_on(pending.confirm(&confirm, &from_alice, &mut rng_b)).unwrap();
    assert!(rng_a.is_used_up() && rng_b.is_used_up());

    for session in [&a, &b] {
        assert_eq!(session.id().0, array(&v["sid"]));
        assert_eq!(session.sas(), array::<4>(&v["sas"]));
        assert_eq!(
            symbols(&sas_emoji(&session.sas())),
            v["sas_emoji"].as_str().unwrap()
        );
    }
    #[cfg(feature = "vectors")]
    for session in [&a, &b] {
        let trace = session.handshake_trace().unwrap();
        for (i, t) in trace.t.iter().enumerate() {
            assert_eq!(*t, array(&v[format!("T{i}").as_str()]), "T{i}");
        }
        assert_eq!(trace.ss_k, array(&v["ssk"]));
        assert_eq!(trace.ss_x, array(&v["ssx"]));
        assert_eq!(trace.hs, array(&v["hs"]));
        assert_eq!(trace.kc_a, array(&v["kcA"]));
        assert_eq!(trace.kc_b, array(&v["kcB"]));
        assert_eq!(trace.rk0, array(&v["rk0"]));
    }
    assert!(!a.is_secure());
    a.receive(&ready, 0, &mut common::TestRng::new(0)).unwrap();
    assert!(a.is_secure() && b.is_secure());
}

trait EachSlice {
    fn each_slice(&self) -> Vec<&[u8]>;
}

impl EachSlice for Vec<Vec<u8>> {
    fn each_slice(&self) -> Vec<&[u8]> {
        self.iter().map(Vec::as_slice).collect()
    }
}
