//! Our messages beside Olm's (vodozemac), our handshake beside Noise XX (snow): the same work in the same process, in
//! turns. Words on the command line choose: `cargo bench -- question duet`.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../benches/common/mod.rs"]
mod common;

use std::hint::black_box;

use common::{SIZES, TestRng, message, one_way, sessions, sessions_before_ready, text};
use duet_bench_peers::{compare, measured};
use duet_crypto::primitives::kem::{DecapsulationKey, EncapsulationKey};
use duet_crypto::session::Session;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use vodozemac::olm::{Account, OlmMessage, Session as Olm, SessionConfig};
use vodozemac::{Curve25519PublicKey, Curve25519SecretKey};

/// Rounds of what takes microseconds, and of what takes a fraction of a millisecond.
const SHORT: usize = 10_000;
const LONG: usize = 2_000;
/// Messages of one pair of ours: below the 200 that may wait for a receipt.
const PER_PAIR: usize = 150;

/// Pairs whose next message turns no ratchet; a new one when the old one has talked enough.
struct Pairs {
    rng: TestRng,
    used: usize,
    pair: (Session, Session),
}

impl Pairs {
    fn new() -> Self {
        let mut rng = TestRng::new(1);
        Self {
            pair: one_way(&mut rng),
            used: 0,
            rng,
        }
    }

    fn next(&mut self) -> &mut (Session, Session) {
        self.used += 1;
        if self.used.is_multiple_of(PER_PAIR) {
            self.pair = one_way(&mut self.rng);
        }
        &mut self.pair
    }
}

/// Two Olm sessions that have heard each other, so that messages are normal ones.
fn olm() -> (Olm, Olm) {
    let (alice, mut bob) = (Account::new(), Account::new());
    bob.generate_one_time_keys(1);
    let one_time = *bob.one_time_keys().values().next().unwrap();
    let config = SessionConfig::default();
    let mut a = alice
        .create_outbound_session(config, bob.curve25519_key(), one_time)
        .unwrap();
    let OlmMessage::PreKey(first) = a.encrypt("first").unwrap() else {
        return olm();
    };
    let mut b = bob
        .create_inbound_session(config, alice.curve25519_key(), &first)
        .unwrap()
        .session;
    let answer = b.encrypt("answer").unwrap();
    a.decrypt(&answer).unwrap();
    let last = a.encrypt("and go").unwrap();
    b.decrypt(&last).unwrap();
    (a, b)
}

/// As it travels: bytes.
fn olm_send(from: &mut Olm, plain: &str) -> (usize, Vec<u8>) {
    from.encrypt(plain).unwrap().to_parts()
}

/// To a text, as ours.
fn olm_receive(to: &mut Olm, (kind, bytes): &(usize, Vec<u8>)) -> String {
    let message = OlmMessage::from_parts(*kind, bytes).unwrap();
    String::from_utf8(to.decrypt(&message).unwrap()).unwrap()
}

fn messages() {
    for (name, size) in SIZES {
        let (content, plain) = (message(size), text(size));

        let (mut pairs, mut rng) = (Pairs::new(), TestRng::new(2));
        let ((mut olm_a, _), key) = (olm(), Curve25519SecretKey::new());
        compare(
            &format!("send {name}"),
            SHORT,
            &mut [
                ("duet", &mut || {
                    let (a, _) = pairs.next();
                    measured(|| a.send(&content, &mut rng).unwrap())
                }),
                ("vodozemac", &mut || {
                    measured(|| olm_send(&mut olm_a, &plain))
                }),
                ("of it its ratchet's public key", &mut || {
                    measured(|| Curve25519PublicKey::from(black_box(&key)))
                }),
            ],
        );

        let (mut pairs, mut rng) = (Pairs::new(), TestRng::new(2));
        let (mut olm_a, mut olm_b) = olm();
        compare(
            &format!("receive {name}"),
            SHORT,
            &mut [
                ("duet", &mut || {
                    let (a, b) = pairs.next();
                    let frame = a.send(&content, &mut rng).unwrap().frame;
                    measured(|| b.receive(&frame, 0).unwrap())
                }),
                ("vodozemac", &mut || {
                    let sent = olm_send(&mut olm_a, &plain);
                    measured(|| olm_receive(&mut olm_b, &sent))
                }),
            ],
        );
    }
}

/// Question and answer: every message turns the ratchet.
fn turns() {
    let rng = &mut TestRng::new(3);
    let (mut a, mut b) = sessions(rng);
    let (content, plain) = (message(64), text(64));
    let (mut olm_a, mut olm_b) = olm();
    let mut kem_rng = TestRng::new(6);
    compare(
        "question and answer, 64 B",
        LONG,
        &mut [
            ("duet", &mut || {
                measured(|| {
                    let question = a.send(&content, rng).unwrap();
                    let heard = b.receive(&question.frame, 0).unwrap();
                    let answer = b.send(&content, rng).unwrap();
                    (heard, a.receive(&answer.frame, 0).unwrap())
                })
            }),
            ("vodozemac", &mut || {
                measured(|| {
                    let question = olm_send(&mut olm_a, &plain);
                    let heard = olm_receive(&mut olm_b, &question);
                    let answer = olm_send(&mut olm_b, &plain);
                    (heard, olm_receive(&mut olm_a, &answer))
                })
            }),
            ("of ours ML-KEM-768, two turns", &mut || {
                measured(|| {
                    kem(&mut kem_rng);
                    kem(&mut kem_rng);
                })
            }),
        ],
    );
}

/// What a message weighs on the wire: every one of ours carries the public part of its turn.
fn sizes() {
    println!("\nbytes of a message");
    for (name, size) in SIZES {
        let rng = &mut TestRng::new(7);
        let (mut a, _) = one_way(rng);
        let ours = a.send(&message(size), rng).unwrap().frame.len();
        let (_, theirs) = olm_send(&mut olm().0, &text(size));
        println!(
            "  {name:<30} duet {ours:>6}   vodozemac {:>6}",
            theirs.len()
        );
    }
}

/// Noise XX between two new states, both sides computed, to transport mode.
fn noise(suite: &str, keys: &[snow::Keypair; 2]) {
    let builder = || snow::Builder::new(suite.parse().unwrap());
    let mut a = builder()
        .local_private_key(&keys[0].private)
        .unwrap()
        .build_initiator()
        .unwrap();
    let mut b = builder()
        .local_private_key(&keys[1].private)
        .unwrap()
        .build_responder()
        .unwrap();
    let (mut wire, mut payload) = ([0; 1024], [0; 1024]);
    let length = a.write_message(&[], &mut wire).unwrap();
    b.read_message(&wire[..length], &mut payload).unwrap();
    let length = b.write_message(&[], &mut wire).unwrap();
    a.read_message(&wire[..length], &mut payload).unwrap();
    let length = a.write_message(&[], &mut wire).unwrap();
    b.read_message(&wire[..length], &mut payload).unwrap();
    black_box((
        a.into_transport_mode().unwrap(),
        b.into_transport_mode().unwrap(),
    ));
}

/// Two people sign and verify: what XX lacks to prove the same long-term keys as ours.
fn signatures(keys: &[SigningKey; 2]) {
    for key in keys {
        let signature = key.sign(black_box(&[7; 48]));
        // A peer's key comes as bytes.
        VerifyingKey::from_bytes(&key.verifying_key().to_bytes())
            .unwrap()
            .verify_strict(&[7; 48], &signature)
            .unwrap();
    }
}

fn kem(rng: &mut TestRng) {
    let secret = DecapsulationKey::generate(rng);
    let public = EncapsulationKey::new(&secret.encapsulation_key()).unwrap();
    let ciphertext = public.encapsulate(rng).ciphertext;
    black_box(secret.decapsulate(&ciphertext));
}

/// What a handshake has of it: OFFER's key pair and ACCEPT's ciphertext for it, the key pair in CONFIRM, and READY, which
/// makes a turn and is not opened yet.
fn handshake_kem(rng: &mut TestRng) {
    kem(rng);
    let first = DecapsulationKey::generate(rng);
    let public = EncapsulationKey::new(&first.encapsulation_key()).unwrap();
    let ready = DecapsulationKey::generate(rng);
    black_box((ready.encapsulation_key(), public.encapsulate(rng)));
}

/// To the point where both sides have their keys; READY is sealed and not yet opened.
fn ours(rng: &mut TestRng) {
    black_box(sessions_before_ready(rng));
}

fn handshakes() {
    let builder = |suite: &str| snow::Builder::new(suite.parse().unwrap());
    let signers = [1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    let aes = "Noise_XX_25519_AESGCM_SHA256";
    let chacha = "Noise_XX_25519_ChaChaPoly_SHA256";
    // X25519 keys, the same for both suites.
    let keys = [0, 1].map(|_| builder(aes).generate_keypair().unwrap());
    let signed = |suite| {
        measured(|| {
            noise(suite, &keys);
            signatures(&signers);
        })
    };
    let (mut rng, mut kem_rng) = (TestRng::new(4), TestRng::new(5));
    compare(
        "handshake, both sides",
        LONG,
        &mut [
            ("duet", &mut || measured(|| ours(&mut rng))),
            ("of it ML-KEM-768", &mut || {
                measured(|| handshake_kem(&mut kem_rng))
            }),
            ("of it two identities", &mut || {
                measured(|| (common::person("alice"), common::person("bob")))
            }),
            ("snow, AESGCM", &mut || measured(|| noise(aes, &keys))),
            ("snow, AESGCM, signed", &mut || signed(aes)),
            ("snow, ChaChaPoly", &mut || {
                measured(|| noise(chacha, &keys))
            }),
            ("snow, ChaChaPoly, signed", &mut || signed(chacha)),
        ],
    );
}

fn main() {
    sizes();
    messages();
    turns();
    handshakes();
}
