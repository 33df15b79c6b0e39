//! A whole handshake, both sides computed, and what people compare.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{TestRng, halfway, person, sessions};
use criterion::{Criterion, criterion_group, criterion_main};
use duet_crypto::fingerprint::{Fingerprint, SafetyHalf};
use duet_crypto::password::PasswordSecrets;
use std::hint::black_box;

fn handshake(c: &mut Criterion) {
    let rng = &mut TestRng::new(1);
    c.bench_function("handshake/offer to accept", |b| b.iter(|| halfway(rng)));
    c.bench_function("handshake/both sides to ready", |b| {
        b.iter(|| sessions(rng))
    });
}

fn compare(c: &mut Criterion) {
    let party = person("alice").party();
    c.bench_function("fingerprint/emoji", |b| {
        b.iter(|| Fingerprint::of(black_box(&party.key)).emoji())
    });
    let mut slow = c.benchmark_group("stretched");
    slow.sample_size(10);
    slow.bench_function("safety half", |b| {
        b.iter(|| SafetyHalf::derive(black_box(&party)))
    });
    slow.bench_function("password split", |b| {
        b.iter(|| {
            PasswordSecrets::split(&party.account, black_box("correct horse battery staple"))
                .unwrap()
        });
    });
    slow.finish();
}

criterion_group!(benches, handshake, compare);
criterion_main!(benches);
