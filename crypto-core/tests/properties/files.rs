//! Files of any size around every boundary, any range of them, any change to them.

use duet_crypto::files::cobblestone::{self, CHUNK_PLAINTEXT};
use duet_crypto::files::frames::HEADER_LENGTH;
use duet_crypto::files::{FileError, Layout, Opened, Salt, TransferCipher};
use proptest::prelude::*;

use crate::common::{LARGEST_RUN, TestRng, descriptor, runs, seal_run};

const KEY: [u8; 32] = [3; 32];
const CONTEXT: &[u8] = b"context";

fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    TestRng::new(seed).fill_bytes(&mut bytes);
    bytes
}

fn file(size: u64, seed: u64) -> TransferCipher {
    TransferCipher::new(&descriptor(size, &mut TestRng::new(seed))).unwrap()
}

/// Sizes within two bytes of one at which something changes, below `limit`.
fn size(limit: usize) -> impl Strategy<Value = usize> {
    let edges: Vec<usize> = [
        0,
        4096,
        CHUNK_PLAINTEXT,
        2 * CHUNK_PLAINTEXT,
        LARGEST_RUN,
        2 * LARGEST_RUN,
        3 * LARGEST_RUN,
    ]
    .into_iter()
    .filter(|edge| *edge < limit)
    .collect();
    prop_oneof![
        3 => (proptest::sample::select(edges), 0..5_usize).prop_map(|(edge, more)| (edge + more).saturating_sub(2)),
        1 => 0..limit,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a file is cut into runs, every byte of it is in exactly one of them, at its place, and what is sealed has
    /// the length that the layout says.
    #[test]
    fn runs_make_up_the_file(size in size(3 * LARGEST_RUN + 2), seed in any::<u64>(), each in 1..=64_u32) {
        let content = bytes(size, seed);
        let file = file(size as u64, seed);
        let layout = file.layout();
        let mut whole = Vec::new();
        let mut sealed = 0;
        for run in runs(layout, each) {
            let frame = seal_run(&file, run, &content);
            prop_assert_eq!(frame.len() - HEADER_LENGTH, layout.sealed_length(run));
            let whole_chunks = run.count() as usize * cobblestone::CHUNK_SEALED;
            prop_assert_eq!(run.is_last(), frame.len() - HEADER_LENGTH < whole_chunks);
            sealed += frame.len() - HEADER_LENGTH;
            let Opened { chunks, plaintext } = file.open(&frame).unwrap();
            prop_assert_eq!((chunks.run, chunks.offset as usize, chunks.length), (run, whole.len(), plaintext.len()));
            whole.extend_from_slice(&plaintext);
        }
        prop_assert!(whole == content);
        prop_assert_eq!(sealed as u64, layout.sealed_size());
    }

    /// One bit anywhere, an end cut anywhere, something appended: refused, and what was in the buffer is not plaintext.
    #[test]
    fn no_change_of_a_frame_opens(
        size in size(2 * LARGEST_RUN),
        each in 1..=64_u32,
        which in any::<usize>(),
        bit in any::<usize>(),
        cut in any::<usize>(),
        more in 1..40_usize,
    ) {
        let content = bytes(size, 1);
        let file = file(size as u64, 2);
        let runs = runs(file.layout(), each);
        let frame = seal_run(&file, runs[which % runs.len()], &content);

        let mut flipped = frame.clone();
        let bit = bit % (8 * frame.len());
        flipped[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(file.open(&flipped).is_err());
        let error = file.open_in_place(&mut flipped).unwrap_err();
        if bit / 8 >= HEADER_LENGTH {
            prop_assert_eq!(error, FileError::Decrypt);
            prop_assert!(flipped[HEADER_LENGTH..].iter().all(|&byte| byte == 0));
        }
        // A frame that is cut between two chunks is a shorter run, unless it says that it holds the final chunk.
        let cut = &frame[..cut % frame.len()];
        let whole_chunks = cut.len() > HEADER_LENGTH
            && (cut.len() - HEADER_LENGTH).is_multiple_of(cobblestone::CHUNK_SEALED);
        prop_assert_eq!(file.open(cut).is_ok(), whole_chunks && frame[38] == 0);
        let longer = [&frame[..], &vec![0; more]].concat();
        prop_assert!(file.open(&longer).is_err());
    }

    /// Nothing of another file, or from another place of the same file, opens.
    #[test]
    fn nothing_fits_elsewhere(
        frames in 2..4_usize,
        from in 0..3_usize,
        to in 0..3_usize,
        chunks in (0..64_usize, 0..64_usize),
    ) {
        // The last frame is as long as the others but for one chunk.
        let size = frames * LARGEST_RUN - CHUNK_PLAINTEXT;
        let (from, to) = (from % frames, to % frames);
        let content = bytes(size, 3);
        let (one, other) = (file(size as u64, 4), file(size as u64, 5));
        let runs = runs(one.layout(), 64);
        let target = seal_run(&one, runs[to], &content);
        let source = seal_run(&other, runs[to], &content);
        let moved = seal_run(&one, runs[from], &content);

        // A whole run, under the head of the place where it is put.
        for body in [&source, &moved] {
            let spliced = [&target[..HEADER_LENGTH], &body[HEADER_LENGTH..]].concat();
            prop_assert_eq!(one.open(&spliced).is_ok(), spliced == target);
        }
        prop_assert_eq!(one.open(&source).unwrap_err(), FileError::FileId);

        // One chunk of another file, or of another place.
        let count = (target.len() - HEADER_LENGTH) / cobblestone::CHUNK_SEALED;
        let place = |chunk: usize| {
            let start = HEADER_LENGTH + chunk % count * cobblestone::CHUNK_SEALED;
            start..start + cobblestone::CHUNK_SEALED
        };
        for (donor, chunk) in [(&source, chunks.0), (&target, chunks.1)] {
            let mut spliced = target.clone();
            spliced[place(chunks.0)].copy_from_slice(&donor[place(chunk)]);
            prop_assert_eq!(one.open(&spliced).is_ok(), spliced == target);
        }
    }

    /// Any range opens to exactly its bytes, by decrypting its chunks and the last one; a file that was cut opens at
    /// no range at all.
    #[test]
    fn any_range_of_any_file(
        size in size(5 * CHUNK_PLAINTEXT),
        range in (any::<u64>(), any::<u64>()),
        cut in 1..100_000_usize,
    ) {
        let content = bytes(size, 6);
        let sealed = cobblestone::seal(&KEY, &Salt([7; 24]), CONTEXT, &content).unwrap();
        let bound = size as u64 + 1;
        let (start, end) = (range.0 % bound, range.1 % bound);
        let (start, end) = (start.min(end), start.max(end));
        let opened = cobblestone::open_range(&KEY, CONTEXT, &sealed, start..end).unwrap();
        prop_assert!(opened == content[start as usize..end as usize]);
        prop_assert_eq!(
            cobblestone::open_range(&KEY, CONTEXT, &sealed, start..bound).unwrap_err(),
            FileError::Range
        );
        let cut = &sealed[..sealed.len().saturating_sub(cut)];
        prop_assert!(cobblestone::open(&KEY, CONTEXT, cut).is_err());
        prop_assert!(cobblestone::open_range(&KEY, CONTEXT, cut, 0..0).is_err());
    }

    /// Sizes alone, without their bytes: up to the largest file there may be.
    #[test]
    fn layouts_add_up(size in prop_oneof![0..=1_u64 << 40, (0..41_u32, 0..3_u64).prop_map(|(bit, more)| ((1 << bit) + more).saturating_sub(1).min(1 << 40))]) {
        let layout = Layout::new(size).unwrap();
        let chunks = layout.chunks();
        prop_assert!(layout.padded_size() >= size.max(4096));
        // At most 6.3 % more, above the smallest.
        prop_assert!(layout.padded_size() == 4096 || (layout.padded_size() - size) as f64 <= 0.063 * size as f64);
        prop_assert_eq!(cobblestone::plaintext_length(layout.sealed_size()), Ok(layout.padded_size()));
        prop_assert_eq!(u64::from(chunks), layout.padded_size() / 16_384 + 1);
        let end = layout.run(chunks - 1, 1).unwrap();
        prop_assert_eq!(layout.file_range(end).end, size);
        prop_assert_eq!(
            u64::from(chunks - 1) * cobblestone::CHUNK_SEALED as u64 + layout.sealed_length(end) as u64,
            layout.sealed_size()
        );
        prop_assert_eq!(
            u64::from(chunks - 1) * CHUNK_PLAINTEXT as u64 + layout.plaintext_length(end) as u64,
            layout.padded_size()
        );
        prop_assert_eq!(layout.run(chunks, 1), Err(FileError::Chunk));
    }
}

/// Each single bit of the smallest file on the wire, and each place to cut it.
#[test]
fn every_bit_and_every_cut_of_a_small_file() {
    let sealed = cobblestone::seal(&KEY, &Salt([8; 24]), CONTEXT, b"a small file").unwrap();
    for bit in 0..8 * sealed.len() {
        let mut forged = sealed.clone();
        forged[bit / 8] ^= 1 << (bit % 8);
        assert!(cobblestone::open(&KEY, CONTEXT, &forged).is_err());
        assert!(cobblestone::open_range(&KEY, CONTEXT, &forged, 0..1).is_err());
    }
    for length in 0..sealed.len() {
        assert!(cobblestone::open(&KEY, CONTEXT, &sealed[..length]).is_err());
    }

    let file = file(1, 9);
    let frame = seal_run(&file, file.layout().run(0, 1).unwrap(), &[1]);
    for byte in 0..frame.len() {
        let mut forged = frame.clone();
        forged[byte] ^= 1 << (byte % 8);
        assert!(file.open(&forged).is_err());
        assert!(file.open(&frame[..byte]).is_err());
    }
    assert_eq!(file.open(&frame).unwrap().plaintext, [1]);
}
