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
use duet_crypto::handshake::{Accepted, Confirmed, Listener, Offer, Presence};
use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Party, Realm};
use duet_crypto::primitives::{hash, labels};
#[cfg(feature = "vectors")]
use duet_crypto::session::TurnTrace;
use duet_crypto::session::padding::{bucket, padme, unpad};
use duet_crypto::session::{Content, HEADER_LENGTH, ReceiveError, Session};
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
    let mut rng_a = draws("rnd_a", &["hid", "ex", "ekseed", "r", "rx", "eseed"]);
    let mut rng_b = draws("rnd_b", &["ex", "m"]);

    let offer = block_on(Offer::create(&alice, bob.party(), presence, &mut rng_a)).unwrap();
    assert_eq!(offer.frame()[..], bytes(&v["flight1"])[..]);
    let mut listener = Listener::new(bob, presence);
    let incoming = block_on(listener.receive(offer.frame(), &from_alice, None, 0)).unwrap();
    let pending = block_on(incoming.accept(&mut rng_b)).unwrap();
    let accept = *pending.frame();
    assert_eq!(accept[..], bytes(&v["accept"])[..]);
    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(&accept, &from_bob, &mut rng_a)).unwrap();
    assert_eq!(confirm[..], bytes(&v["confirm"])[..]);
    assert!(rng_a.is_used_up() && rng_b.is_used_up());
    let script = fixture(include_str!("fixtures/ratchet.json"));
    let mut steps = script["steps"].as_array().unwrap().iter();
    let ready_step = steps.next().unwrap();
    let mut rng_b = step_draws(ready_step);
    let Confirmed {
        ready,
        session: mut b,
    } = block_on(pending.confirm(&confirm, &from_alice, &mut rng_b)).unwrap();
    assert!(rng_b.is_used_up());
    assert_eq!(ready, bytes(&ready_step["frame"]));

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
    #[cfg(feature = "vectors")]
    assert_eq!(a.ratchet_trace().last.th, array(&v["th0"]));
    assert!(!a.is_secure() && b.is_secure());

    let mut frames = vec![ready];
    for step in steps {
        let by_a = step["by"] == "A";
        let session = if by_a { &mut a } else { &mut b };
        if step["op"] == "send" {
            let plain = bytes(&step["plaintext"]);
            let content = Content::decode(plain[0], &plain[9..]).unwrap();
            // The script's author acknowledges nothing; everything but that number is the same.
            let same_ack = plain[5..9] == session.received().to_be_bytes();
            let mut rng = step_draws(step);
            let sent = session.send(&content, &mut rng).unwrap();
            assert!(rng.is_used_up());
            let expected = bytes(&step["frame"]);
            assert_eq!(sent.frame[..HEADER_LENGTH], expected[..HEADER_LENGTH]);
            assert_eq!(sent.frame == expected, same_ack, "{step}");
            frames.push(sent.frame);
            check_ratchet(session, step);
            continue;
        }
        let sent = |index: &Value| frames[index.as_u64().unwrap() as usize].clone();
        let frame = match step.get("frame_of") {
            Some(index) => sent(index),
            None => bytes(&step["frame"]),
        };
        let result = session.receive(&frame, 0);
        match step["error"].as_str() {
            Some("replay") => assert_eq!(result, Err(ReceiveError::Replay)),
            Some("decrypt") => assert_eq!(result, Err(ReceiveError::Decrypt)),
            Some(other) => panic!("an error without a meaning: {other}"),
            None => {
                let plain = bytes(&step["plaintext"]);
                let content = Content::decode(plain[0], &plain[9..]).unwrap();
                assert_eq!(result.unwrap().content, content);
                check_ratchet(session, step);
            }
        }
    }
    assert!(a.is_secure());
}

/// What a step of the script draws, in its order.
fn step_draws(step: &Value) -> Script {
    let draws: Vec<_> = step["rng"].as_array().unwrap().iter().map(bytes).collect();
    Script::new(&draws.each_slice())
}

/// Every value of a ratchet after a step.
#[cfg(feature = "vectors")]
fn check_ratchet(session: &Session, step: &Value) {
    let (trace, state) = (session.ratchet_trace(), &step["state"]);
    assert_eq!(trace.last.mk, array(&step["trace"]["mk"]));
    if step["trace"].get("th").is_some() {
        assert_eq!(trace.last.th, array(&step["trace"]["th"]));
        assert_eq!(trace.last.ss_k, Some(array(&step["trace"]["ss_k"])));
        assert_eq!(trace.last.ss_x, array(&step["trace"]["ss_x"]));
    }
    let small = |name: &str| number(&state[name]) as u32;
    assert_eq!(trace.rk, array(&state["rk"]));
    assert_eq!(
        (trace.turn, trace.n_r, trace.pn),
        (small("turn"), small("n_r"), small("pn"))
    );
    let ck_r = Some(&state["ck_r"]).filter(|key| !key.is_null());
    assert_eq!(trace.ck_r, ck_r.map(array));
    let skipped: Vec<_> = state["skipped"].as_array().unwrap().iter().collect();
    let skipped = skipped
        .iter()
        .map(|key| (number(&key[0]) as u32, number(&key[1]) as u32));
    assert!(trace.skipped.into_iter().eq(skipped));
    match trace.newest {
        TurnTrace::Ours {
            dh_s,
            dk_s,
            ck_s,
            n_s,
            ..
        } => {
            assert_eq!(state["mine"], true);
            assert_eq!((dh_s, ck_s), (array(&state["dh_s"]), array(&state["ck_s"])));
            assert_eq!((dk_s, n_s), (array(&state["e_s"]), small("n_s")));
        }
        TurnTrace::Peers { .. } => assert_eq!(state["mine"], false),
    }
}

/// Without the feature the state cannot be seen; the frames were compared.
#[cfg(not(feature = "vectors"))]
const fn check_ratchet(_session: &Session, _step: &Value) {}

trait EachSlice {
    fn each_slice(&self) -> Vec<&[u8]>;
}

impl EachSlice for Vec<Vec<u8>> {
    fn each_slice(&self) -> Vec<&[u8]> {
        self.iter().map(Vec::as_slice).collect()
    }
}
