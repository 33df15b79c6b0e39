//! Files in software, frame by frame, as they travel.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{TestRng, descriptor, seal_all};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use duet_crypto::files::TransferCipher;

fn file(size: u64) -> TransferCipher {
    TransferCipher::new(&descriptor(size, &mut TestRng::new(1))).unwrap()
}

fn files(c: &mut Criterion) {
    let mut group = c.benchmark_group("file");
    group.sample_size(10);
    for (name, size) in [("1 MB", 1_000_000), ("50 MB", 50_000_000)] {
        let content = vec![7; size];
        let file = file(size as u64);
        let frames = seal_all(&file, &content);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("seal", name), |b| {
            b.iter(|| seal_all(&file, &content))
        });
        group.bench_function(BenchmarkId::new("open in place", name), |b| {
            b.iter_batched_ref(
                || frames.clone(),
                |frames| {
                    for frame in frames {
                        file.open_in_place(frame).unwrap();
                    }
                },
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, files);
criterion_main!(benches);
