//! Files in software, segment by segment, as they travel.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::TestRng;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use duet_crypto::files::{Descriptor, FileKey, FileKind, FileMode, Salt, SegmentCipher};

fn file(size: u64) -> SegmentCipher {
    let rng = &mut TestRng::new(1);
    SegmentCipher::new(&Descriptor {
        key: FileKey::generate(rng),
        salt: Salt::generate(rng),
        size,
        kind: FileKind::File,
        mode: FileMode::Both,
        duration_ms: 0,
        peaks: Vec::new(),
        name: String::new(),
        media_type: String::new(),
        preview: Vec::new(),
    })
    .unwrap()
}

fn seal(file: &SegmentCipher, content: &[u8]) -> Vec<Vec<u8>> {
    let part = |index| {
        let range = file.layout().file_range(index).unwrap();
        &content[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
    };
    (0..file.layout().segments())
        .map(|index| file.seal(index, part(index)).unwrap())
        .collect()
}

fn files(c: &mut Criterion) {
    let mut group = c.benchmark_group("file");
    group.sample_size(10);
    for (name, size) in [("1 MB", 1_000_000), ("50 MB", 50_000_000)] {
        let content = vec![7; size];
        let file = file(size as u64);
        let frames = seal(&file, &content);
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(BenchmarkId::new("seal", name), |b| {
            b.iter(|| seal(&file, &content))
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
