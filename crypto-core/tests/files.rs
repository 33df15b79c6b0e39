//! Files: what may happen to a file on its way. The published vectors are in `published/`.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{LARGEST_RUN, TestRng, hex_array, runs, seal_all, seal_run};
use duet_crypto::files::cobblestone::{
    self, CHUNK_SEALED, FileKeys, HEADER_LENGTH, covering_chunks,
};
use duet_crypto::files::frames;
use duet_crypto::files::{
    Descriptor, FileError, FileKey, Layout, Opened, Salt, TransferCipher, sanitize_name,
};
use duet_crypto::primitives::aead;
use rand_core::Rng as _;

fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    TestRng::new(seed).fill_bytes(&mut bytes);
    bytes
}

fn descriptor(size: u64, seed: u64) -> Descriptor {
    Descriptor {
        name: "a.bin".into(),
        media_type: "application/octet-stream".into(),
        ..common::descriptor(size, &mut TestRng::new(seed))
    }
}

#[test]
fn any_range_opens() {
    let key = hex_array(&"11".repeat(32));
    for length in [0, 1, 16_383, 16_384, 16_385, 32_768, 50_000] {
        let content = bytes(length, 1);
        let sealed = cobblestone::seal(&key, &Salt([2; 24]), b"context", &content).unwrap();
        let end = length as u64;
        for start in [0, 1, 16_383, 16_384, 20_000, end] {
            for stop in [0, 1, 16_384, 16_385, 33_000, end] {
                let result = cobblestone::open_range(&key, b"context", &sealed, start..stop);
                if start <= stop && stop <= end {
                    assert_eq!(result.unwrap(), content[start as usize..stop as usize]);
                } else {
                    assert_eq!(result.unwrap_err(), FileError::Range);
                }
            }
        }
        // A range of a file that was cut is refused, even where its chunks are whole.
        for cut in [1, 16, 17, CHUNK_SEALED] {
            if sealed.len() >= HEADER_LENGTH + cut {
                let cut = &sealed[..sealed.len() - cut];
                assert!(cobblestone::open_range(&key, b"context", cut, 0..0).is_err());
                assert!(cobblestone::open(&key, b"context", cut).is_err());
            }
        }
    }
    assert_eq!(covering_chunks(&(0..16_384)), 0..1);
    assert_eq!(covering_chunks(&(16_383..16_385)), 0..2);
    assert_eq!(covering_chunks(&(5..5)), 0..0);
}

#[test]
fn lengths_are_each_others_inverse() {
    for length in (0..100_000)
        .step_by(61)
        .chain([16_383, 16_384, 16_385, 1 << 40])
    {
        let sealed = cobblestone::sealed_length(length).unwrap();
        assert_eq!(cobblestone::plaintext_length(sealed), Ok(length));
    }
    for impossible in [0, 15, 16_400, 16_401, 16_415] {
        assert_eq!(
            cobblestone::plaintext_length(impossible),
            Err(FileError::Truncated)
        );
    }
    assert_eq!(
        cobblestone::sealed_length((1 << 52) - 1).map(|_| ()),
        Ok(())
    );
    assert_eq!(
        cobblestone::sealed_length(1 << 52),
        Err(FileError::TooLarge)
    );
}

#[test]
fn files_come_through() {
    let mib = LARGEST_RUN;
    for size in [
        0,
        1,
        4096,
        4097,
        16_383,
        16_384,
        16_385,
        mib - 1,
        mib,
        mib + 1,
        3 * mib + 5,
    ] {
        let content = bytes(size, 3);
        let descriptor = descriptor(size as u64, 4);
        let sender = TransferCipher::new(&descriptor).unwrap();
        let receiver = TransferCipher::new(&descriptor).unwrap();
        let frames = seal_all(&sender, &content);
        let total: usize = frames
            .iter()
            .map(|frame| frame.len() - frames::HEADER_LENGTH)
            .sum();
        assert_eq!(total as u64, sender.layout().sealed_size());

        // In any order, by either door.
        let mut received = vec![0; size];
        for mut frame in frames.into_iter().rev() {
            let Opened { chunks, plaintext } = receiver.open(&frame).unwrap();
            assert_eq!(receiver.open_in_place(&mut frame).unwrap(), chunks);
            assert_eq!(frame[..chunks.length], plaintext);
            received[chunks.offset as usize..][..chunks.length].copy_from_slice(&plaintext);
        }
        assert_eq!(received, content);
    }
}

/// Another AES under the exposed keys gives the same bytes: the door for a platform's own.
#[test]
fn exposed_keys_are_the_keys() {
    let content = bytes(40_000, 5);
    let descriptor = descriptor(40_000, 6);
    let keys = descriptor.keys().unwrap();
    let file = TransferCipher::from_keys(descriptor.layout().unwrap(), &keys);
    let frame = &seal_all(&file, &content)[0];
    assert_eq!(file.file_id().as_bytes(), keys.commitment());
    for (chunk, sealed) in (0..).zip(frame[frames::HEADER_LENGTH..].chunks(CHUNK_SEALED)) {
        let mut okm = [0; 44];
        okm[..32].copy_from_slice(keys.key());
        okm[32..].copy_from_slice(&keys.nonce(chunk));
        let (body, tag) = sealed.split_last_chunk().unwrap();
        let mut body = body.to_vec();
        aead::open(&okm, &[], &mut body, tag).unwrap();
        let start = chunk as usize * 16_384;
        let expected = &content[start.min(content.len())..content.len().min(start + 16_384)];
        assert_eq!(body[..expected.len()], *expected);
        assert!(body[expected.len()..].iter().all(|&byte| byte == 0));
    }
}

#[test]
fn chunks_do_not_fit_elsewhere() {
    let size = 2 * LARGEST_RUN + 100;
    let content = bytes(size, 7);
    let (one, other) = (descriptor(size as u64, 8), descriptor(size as u64, 9));
    let file = TransferCipher::new(&one).unwrap();
    let frames = seal_all(&file, &content);
    let edit = |frame: &[u8], edit: &dyn Fn(&mut Vec<u8>)| {
        let mut frame = frame.to_vec();
        edit(&mut frame);
        file.open(&frame).map(|_| ()).unwrap_err()
    };

    // Reordered: the number of other chunks.
    for index in [1, 64] {
        assert_eq!(
            edit(&frames[0], &|frame| frame[37] = index),
            FileError::Decrypt
        );
    }
    // Truncated: the end claimed early, or denied.
    assert_eq!(edit(&frames[0], &|frame| frame[38] = 1), FileError::Chunk);
    assert_eq!(edit(&frames[2], &|frame| frame[38] = 0), FileError::Chunk);
    assert_eq!(edit(&frames[2], &|frame| frame[38] = 2), FileError::Chunk);
    // Beyond the end, cut, extended.
    assert_eq!(edit(&frames[2], &|frame| frame[37] += 1), FileError::Chunk);
    assert_eq!(
        edit(&frames[2], &|frame| {
            frame.pop();
        }),
        FileError::Chunk
    );
    assert_eq!(edit(&frames[2], &|frame| frame.push(0)), FileError::Chunk);
    assert_eq!(file.open(&[]).unwrap_err(), FileError::Chunk);
    // A bit of the body, of a tag, of the last byte.
    for position in [39, 39 + 16_384, frames[2].len() - 1] {
        assert_eq!(
            edit(&frames[2], &|frame| frame[position] ^= 4),
            FileError::Decrypt
        );
    }
    // Two chunks of one frame exchanged.
    let swapped = edit(&frames[0], &|frame| {
        let (first, second) = frame[39..].split_at_mut(CHUNK_SEALED);
        first.swap_with_slice(&mut second[..CHUNK_SEALED]);
    });
    assert_eq!(swapped, FileError::Decrypt);
    // Of another sending of the same file.
    let spliced = seal_all(&TransferCipher::new(&other).unwrap(), &content);
    assert_eq!(file.open(&spliced[0]).unwrap_err(), FileError::FileId);
    let relabelled = [&frames[0][..39], &spliced[0][39..]].concat();
    assert_eq!(file.open(&relabelled).unwrap_err(), FileError::Decrypt);
}

/// Another size, even one with the same padded size, is another file.
#[test]
fn sizes_are_bound() {
    let honest = descriptor(5000, 10);
    let mut liar = descriptor(5000, 10);
    liar.size = 5001;
    assert_eq!(
        honest.layout().unwrap().padded_size(),
        liar.layout().unwrap().padded_size()
    );
    let frames = seal_all(&TransferCipher::new(&honest).unwrap(), &bytes(5000, 11));
    let error = TransferCipher::new(&liar)
        .unwrap()
        .open(&frames[0])
        .unwrap_err();
    assert_eq!(error, FileError::FileId);
}

/// What is left in a buffer after a failure is not plaintext.
#[test]
fn a_failed_opening_leaves_nothing() {
    let content = bytes(40_000, 12);
    let file = TransferCipher::new(&descriptor(40_000, 13)).unwrap();
    let mut frame = seal_all(&file, &content).remove(0);
    let last = frame.len() - 1;
    frame[last] ^= 1;
    assert_eq!(
        file.open_in_place(&mut frame).unwrap_err(),
        FileError::Decrypt
    );
    assert!(frame[frames::HEADER_LENGTH..].iter().all(|&byte| byte == 0));
}

#[test]
fn layouts_follow_from_the_size() {
    assert_eq!(Layout::new((1 << 40) + 1).unwrap_err(), FileError::TooLarge);
    let largest = Layout::new(1 << 40).unwrap();
    let last = 1 << 26;
    assert_eq!(largest.chunks(), last + 1);
    let end = largest.run(last, 1).unwrap();
    assert!(end.is_last());
    assert_eq!(largest.sealed_length(end), 16);
    assert_eq!(largest.file_range(end), 1 << 40..1 << 40);
    let empty = Layout::new(0).unwrap();
    assert_eq!((empty.padded_size(), empty.chunks()), (4096, 1));
    assert_eq!(empty.file_range(empty.run(0, 1).unwrap()), 0..0);
    let fifty = Layout::new(50_000_000).unwrap();
    assert!(fifty.padded_size() < 51_000_000);
    // A sender that does not read what it should is refused.
    let file = TransferCipher::new(&descriptor(10, 14)).unwrap();
    let run = file.layout().run(0, 1).unwrap();
    assert_eq!(file.seal(run, &[0; 9]).unwrap_err(), FileError::Range);
}

/// A frame carries 1 to 64 chunks, and only chunks that there are.
#[test]
fn runs_have_bounds() {
    let layout = Layout::new(5_000_000).unwrap();
    let chunks = layout.chunks();
    for (first, count, fits) in [
        (0, 0, false),
        (0, 1, true),
        (0, 64, true),
        (0, 65, false),
        (chunks - 1, 1, true),
        (chunks - 1, 2, false),
        (chunks - 64, 64, true),
        (chunks - 63, 64, false),
        (chunks, 1, false),
        (u32::MAX, 1, false),
        (u32::MAX, u32::MAX, false),
    ] {
        let run = layout.run(first, count);
        assert_eq!(run.is_ok(), fits, "{count} from {first}");
        if let Ok(run) = run {
            assert_eq!((run.first(), run.count()), (first, count));
            assert_eq!(run.is_last(), first + count == chunks);
        }
    }
}

/// The sender chooses the lengths of its frames: however a file is cut into runs, the same bytes come out.
#[test]
fn a_file_may_be_cut_into_any_runs() {
    let size = 70 * 16_384 + 5;
    let content = bytes(size, 15);
    let descriptor = descriptor(size as u64, 16);
    let (sender, receiver) = (
        TransferCipher::new(&descriptor).unwrap(),
        TransferCipher::new(&descriptor).unwrap(),
    );
    let sealed: Vec<u8> = seal_all(&sender, &content)
        .iter()
        .flat_map(|frame| frame[frames::HEADER_LENGTH..].to_vec())
        .collect();
    for each in [1, 2, 3, 63, 64] {
        let (mut received, mut on_the_wire) = (Vec::new(), Vec::new());
        for run in runs(sender.layout(), each) {
            let frame = seal_run(&sender, run, &content);
            on_the_wire.extend_from_slice(&frame[frames::HEADER_LENGTH..]);
            let Opened { chunks, plaintext } = receiver.open(&frame).unwrap();
            assert_eq!((chunks.run, chunks.offset), (run, received.len() as u64));
            received.extend_from_slice(&plaintext);
        }
        assert!(received == content && on_the_wire == sealed, "{each}");
    }
}

#[test]
fn names_are_made_harmless() {
    for (name, safe) in [
        ("report.pdf", "report.pdf"),
        ("отчёт 2026.pdf", "отчёт 2026.pdf"),
        ("../../etc/passwd", "....etcpasswd"),
        ("C:\\Windows\\a.exe", "CWindowsa.exe"),
        ("photo\u{202e}gpj.exe", "photogpj.exe"),
        ("a\u{2066}b\u{2069}c\u{200f}", "abc"),
        ("tab\tnewline\nnul\0", "tabnewlinenul"),
        ("  spaced  ", "spaced"),
        ("", "file"),
        (".", "file"),
        ("..", "file"),
        ("/", "file"),
    ] {
        assert_eq!(sanitize_name(name), safe);
    }
}

#[test]
fn descriptors_have_bounds() {
    let encode = |edit: &dyn Fn(&mut Descriptor)| {
        let mut descriptor = descriptor(1, 15);
        edit(&mut descriptor);
        duet_crypto::session::Content::File(Box::new(descriptor)).encode()
    };
    assert!(Descriptor::decode(&encode(&|_| {})).is_ok());
    for body in [
        encode(&|d| d.size = (1 << 40) + 1),
        encode(&|d| d.name = "n".repeat(256)),
        encode(&|d| d.media_type = "текст".into()),
        encode(&|d| d.preview = vec![0; 16 * 1024 + 1]),
    ] {
        assert_eq!(
            Descriptor::decode(&body).unwrap_err(),
            FileError::Descriptor
        );
    }
    let mut kind = encode(&|_| {});
    kind[64] = 6;
    assert_eq!(
        Descriptor::decode(&kind).unwrap_err(),
        FileError::Descriptor
    );
    let mut mode = encode(&|_| {});
    mode[65] = 3;
    assert_eq!(
        Descriptor::decode(&mode).unwrap_err(),
        FileError::Descriptor
    );
}

/// Plaintext is not left behind in buffers that were too small.
#[test]
fn room_for_sealed_chunks_is_made_once() {
    let cipher = FileKeys::derive(&[3; 32], &Salt([4; 24]), b"context").cipher();
    for (length, last) in [
        (0, true),
        (100, true),
        (16_384, false),
        (40_000, true),
        (49_152, false),
    ] {
        let mut out = Vec::new();
        cipher.seal(0, last, &bytes(length, 2), &mut out).unwrap();
        assert_eq!(out.capacity(), out.len(), "{length}");
    }
}

#[test]
fn chunk_numbers_have_an_end() {
    let cipher = FileKeys::derive(&[3; 32], &Salt([4; 24]), b"context").cipher();
    let refused = |first, last, length: usize| {
        let mut buffer = vec![0; length];
        cipher.open(first, last, &mut buffer).unwrap_err()
    };
    for (full, length) in [(2, 2 * CHUNK_SEALED), (0, 16), (2, 2 * CHUNK_SEALED + 16)] {
        let last = length % CHUNK_SEALED != 0;
        let chunks = full + u64::from(last);
        // Not authentic, but looked at.
        assert_eq!(
            refused(cobblestone::CHUNKS_MAX - chunks, last, length),
            FileError::Decrypt
        );
        assert_eq!(
            refused(cobblestone::CHUNKS_MAX - chunks + 1, last, length),
            FileError::TooLarge
        );
    }
}

#[test]
fn a_name_is_shown_made_safe() {
    let mut file = descriptor(1, 1);
    file.name = "../a/b\u{202e}.bin".into();
    assert_eq!(file.safe_name(), sanitize_name(&file.name));
    assert_ne!(file.safe_name(), file.name);
}

#[test]
fn descriptors_with_other_keys_are_others() {
    let file = || descriptor(1, 1);
    let mut other = file();
    other.key = FileKey::generate(&mut TestRng::new(2));
    assert!(file() == file() && file() != other);
}

#[test]
fn no_duration_is_shown_beyond_a_day() {
    for (said, shown) in [
        (0, 0),
        (86_400_000, 86_400_000),
        (86_400_001, 86_400_000),
        (u32::MAX, 86_400_000),
    ] {
        let mut file = descriptor(1, 1);
        file.duration_ms = said;
        assert_eq!(file.shown_duration_ms(), shown);
    }
}
