//! Messages: one way in a chain, and with a turn of the ratchet each time.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{TestRng, sessions};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use duet_crypto::session::{Content, Session};

/// A text whose plaintext has about `size` bytes. 16 KiB is the longest text there is: 4,000 characters.
fn text(size: usize) -> Content {
    let (character, width) = if size > 4000 { ("🦊", 4) } else { ("x", 1) };
    Content::Text {
        text: character.repeat(size.min(16_000) / width),
        reply: None,
    }
}

/// One way, without the peer's receipts: a fresh pair per batch keeps within the limits.
fn one_way(c: &mut Criterion) {
    let rng = &mut TestRng::new(1);
    let mut group = c.benchmark_group("message");
    for (name, size) in [("64 B", 64), ("1 KiB", 1024), ("16 KiB", 16 * 1024)] {
        let content = text(size);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("send", name), |b| {
            b.iter_batched_ref(
                || sessions(rng).0,
                |a| a.send(&content).unwrap(),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("receive", name), |b| {
            b.iter_batched_ref(
                || {
                    let mut rng = TestRng::new(2);
                    let (mut a, mut b) = sessions(&mut rng);
                    // The first message turns the ratchet: the second does not.
                    b.receive(&a.send(&Content::Receipt).unwrap().frame, 0, &mut rng)
                        .unwrap();
                    let frame = a.send(&content).unwrap().frame;
                    (b, frame, rng)
                },
                |(b, frame, rng)| b.receive(frame, 0, rng).unwrap(),
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
    let content = text(64);
    let mut pass = |from: &mut Session, to: &mut Session| {
        let sent = from.send(&content).unwrap();
        to.receive(&sent.frame, 0, rng).unwrap()
    };
    c.bench_function("message/question and answer", |bencher| {
        bencher.iter(|| {
            pass(&mut a, &mut b);
            pass(&mut b, &mut a)
        });
    });
}

criterion_group!(benches, one_way, ping_pong);
criterion_main!(benches);
