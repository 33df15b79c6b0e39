//! Messages: one way within a turn, and with a turn of the ratchet each time.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{SIZES, TestRng, message, one_way, sessions};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use duet_crypto::session::Session;

/// One way, without the peer's receipts: a fresh pair per message keeps within the limits.
fn within_a_turn(c: &mut Criterion) {
    let mut group = c.benchmark_group("message");
    for (name, size) in SIZES {
        let content = message(size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("send", name), |b| {
            b.iter_batched_ref(
                || {
                    let mut rng = TestRng::new(1);
                    (one_way(&mut rng).0, rng)
                },
                |(a, rng)| a.send(&content, rng).unwrap(),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("receive", name), |b| {
            b.iter_batched_ref(
                || {
                    let mut rng = TestRng::new(2);
                    let (mut a, b) = one_way(&mut rng);
                    let frame = a.send(&content, &mut rng).unwrap().frame;
                    (b, frame)
                },
                |(b, frame)| b.receive(frame, 0).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// Question and answer: two sends, two receives, two turns.
fn ping_pong(c: &mut Criterion) {
    let rng = &mut TestRng::new(3);
    let (mut a, mut b) = sessions(rng);
    let content = message(64);
    let mut pass = |from: &mut Session, to: &mut Session| {
        let sent = from.send(&content, rng).unwrap();
        to.receive(&sent.frame, 0).unwrap()
    };
    c.bench_function("message/question and answer", |bencher| {
        bencher.iter(|| {
            pass(&mut a, &mut b);
            pass(&mut b, &mut a)
        });
    });
}

criterion_group!(benches, within_a_turn, ping_pong);
criterion_main!(benches);
