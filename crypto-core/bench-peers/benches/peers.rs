//! Our messages beside Olm's (vodozemac), our handshake beside Noise XX (snow): the same work in the same process.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use common::{Halfway, TestRng, halfway, sessions};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use duet_crypto::engine::block_on;
use duet_crypto::primitives::kem::{DecapsulationKey, EncapsulationKey};
use duet_crypto::session::{Content, Session};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use vodozemac::olm::{Account, OlmMessage, Session as Olm, SessionConfig};

const SIZES: [(&str, usize); 3] = [("64 B", 64), ("1 KiB", 1024), ("16 KiB", 16 * 1024)];

/// Inputs of one batch. Both sides get the same number.
const BATCH: BatchSize = BatchSize::NumIterations(50);
/// Messages of one pair of ours: below the 200 that may wait for a receipt.
const PER_PAIR: usize = 150;

/// A text of about `size` bytes: the longest text has 4,000 characters.
fn text(size: usize) -> String {
    let (character, width) = if size > 4000 {
        ("\u{1f98a}", 4)
    } else {
        ("x", 1)
    };
    character.repeat(size.min(16_000) / width)
}

fn content(size: usize) -> Content {
    Content::Text {
        text: text(size),
        reply: None,
    }
}

/// Pairs whose next message turns no ratchet; a new one when the old one has talked enough.
struct Pairs {
    rng: TestRng,
    used: usize,
    pair: (Rc<RefCell<Session>>, Rc<RefCell<Session>>),
}

impl Pairs {
    fn new() -> Self {
        let mut rng = TestRng::new(1);
        Self {
            pair: Self::fresh(&mut rng),
            used: 0,
            rng,
        }
    }

    fn fresh(rng: &mut TestRng) -> (Rc<RefCell<Session>>, Rc<RefCell<Session>>) {
        let (mut a, mut b) = sessions(rng);
        let first = a.send(&Content::Receipt).unwrap();
        b.receive(&first.frame, 0, rng).unwrap();
        (Rc::new(RefCell::new(a)), Rc::new(RefCell::new(b)))
    }

    fn next(&mut self) -> (Rc<RefCell<Session>>, Rc<RefCell<Session>>) {
        self.used += 1;
        if self.used.is_multiple_of(PER_PAIR) {
            self.pair = Self::fresh(&mut self.rng);
        }
        self.pair.clone()
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

fn messages(c: &mut Criterion) {
    for (name, size) in SIZES {
        let mut group = c.benchmark_group(format!("send {name}"));
        let (mut pairs, content, plain) = (Pairs::new(), content(size), text(size));
        group.bench_function("duet", |b| {
            b.iter_batched(
                || pairs.next().0,
                |a| a.borrow_mut().send(&content).unwrap(),
                BATCH,
            );
        });
        let (mut a, _) = olm();
        group.bench_function("vodozemac", |b| {
            // As it travels: bytes.
            b.iter_batched(|| (), |()| a.encrypt(&plain).unwrap().to_parts(), BATCH);
        });
        group.finish();

        let mut group = c.benchmark_group(format!("receive {name}"));
        let mut pairs = Pairs::new();
        let rng = RefCell::new(TestRng::new(2));
        group.bench_function("duet", |b| {
            b.iter_batched(
                || {
                    let (a, b) = pairs.next();
                    let frame = a.borrow_mut().send(&content).unwrap().frame;
                    (b, frame)
                },
                |(b, frame)| {
                    b.borrow_mut()
                        .receive(&frame, 0, &mut *rng.borrow_mut())
                        .unwrap()
                },
                BATCH,
            );
        });
        let (mut a, mut b) = olm();
        group.bench_function("vodozemac", |bencher| {
            bencher.iter_batched(
                || a.encrypt(&plain).unwrap().to_parts(),
                |(kind, bytes)| {
                    let message = OlmMessage::from_parts(kind, &bytes).unwrap();
                    b.decrypt(&message).unwrap()
                },
                BATCH,
            );
        });
        group.finish();
    }
}

/// Question and answer: every message turns the ratchet.
fn turns(c: &mut Criterion) {
    let mut group = c.benchmark_group("question and answer, 64 B");
    let rng = &mut TestRng::new(3);
    let (mut a, mut b) = sessions(rng);
    let content = content(64);
    group.bench_function("duet", |bencher| {
        bencher.iter(|| {
            let question = a.send(&content).unwrap();
            b.receive(&question.frame, 0, rng).unwrap();
            let answer = b.send(&content).unwrap();
            a.receive(&answer.frame, 0, rng).unwrap()
        });
    });
    let (mut a, mut b) = olm();
    let plain = text(64);
    let pass = |from: &mut Olm, to: &mut Olm| {
        let (kind, bytes) = from.encrypt(&plain).unwrap().to_parts();
        to.decrypt(&OlmMessage::from_parts(kind, &bytes).unwrap())
            .unwrap()
    };
    group.bench_function("vodozemac", |bencher| {
        bencher.iter(|| {
            pass(&mut a, &mut b);
            pass(&mut b, &mut a)
        });
    });
    group.finish();
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
    let (ciphertext, _) = public.encapsulate(rng);
    black_box(secret.decapsulate(&ciphertext));
}

/// To the point where both sides have their keys; READY is sealed and not yet opened.
fn ours(rng: &mut TestRng) {
    let Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    let accept = *pending.frame();
    let (confirm, a) = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
    let (ready, b) = block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap();
    black_box((a, b, ready));
}

fn handshakes(c: &mut Criterion) {
    let mut group = c.benchmark_group("handshake, both sides");
    let rng = &mut TestRng::new(4);
    group.bench_function("duet", |b| b.iter(|| ours(rng)));
    group.bench_function("of it ML-KEM-768", |b| b.iter(|| kem(rng)));
    group.bench_function("of it two identities", |b| {
        b.iter(|| (common::person("alice"), common::person("bob")))
    });
    let signers = [1, 2].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    for suite in [
        "Noise_XX_25519_AESGCM_SHA256",
        "Noise_XX_25519_ChaChaPoly_SHA256",
    ] {
        let builder = || snow::Builder::new(suite.parse().unwrap());
        let keys = [0, 1].map(|_| builder().generate_keypair().unwrap());
        group.bench_function(BenchmarkId::new("snow", suite), |b| {
            b.iter(|| noise(suite, &keys))
        });
        group.bench_function(BenchmarkId::new("snow and two signatures", suite), |b| {
            b.iter(|| {
                noise(suite, &keys);
                signatures(&signers);
            })
        });
    }
    group.finish();
}

criterion_group!(benches, messages, turns, handshakes);
criterion_main!(benches);
