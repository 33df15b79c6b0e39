//! A file on its way: frames that come in any order, twice, changed, in each other's place, or out of another file.

use std::sync::OnceLock;
use std::vec;
use std::vec::Vec;

use duet_crypto::files::frames::HEADER_LENGTH;
use duet_crypto::files::{ChunkRun, FileError, Opened, TransferCipher};
use duet_crypto::limits;

use super::common::{LARGEST_RUN, TestRng, descriptor, runs, seal_all};
use rand_core::Rng as _;

/// Sizes at which something changes. The last two, of whole frames, take a hundred times as long.
const SIZES: [usize; SMALL + 2] = [
    0,
    1,
    3,
    4_095,
    4_096,
    4_097,
    8_191,
    12_000,
    16_383,
    16_384,
    16_385,
    32_768,
    32_769,
    40_000,
    LARGEST_RUN,
    2 * LARGEST_RUN + 1,
];
const SMALL: usize = 14;
const STEPS: usize = 32;

/// A file, and another one of the same size, sealed once.
struct Sealed {
    content: Vec<u8>,
    ciphers: [TransferCipher; 2],
    runs: Vec<ChunkRun>,
    frames: [Vec<Vec<u8>>; 2],
}

impl Sealed {
    fn new(size: usize) -> Self {
        let rng = &mut TestRng::new(size as u64);
        let mut content = vec![0; size];
        rng.fill_bytes(&mut content);
        let ciphers = [cipher(size, rng), cipher(size, rng)];
        let frames = [0, 1].map(|which: usize| seal_all(&ciphers[which], &content));
        Self {
            content,
            runs: runs(ciphers[0].layout(), limits::FRAME_CHUNKS),
            ciphers,
            frames,
        }
    }
}

fn cipher(size: usize, rng: &mut TestRng) -> TransferCipher {
    TransferCipher::new(&descriptor(size as u64, rng)).unwrap()
}

/// The first byte says how long the file is, seldom a long one; every four bytes after it are a step.
pub fn transfer(bytes: &[u8]) {
    static FILES: [OnceLock<Sealed>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let Some((size, script)) = bytes.split_first() else {
        return;
    };
    let size = match usize::from(*size) {
        long @ 0xf8.. => SMALL + long % 2,
        short => short % SMALL,
    };
    let sealed = FILES[size].get_or_init(|| Sealed::new(SIZES[size]));
    let [file, other] = &sealed.ciphers;
    let frames = &sealed.frames[0];
    let mut written = vec![0; sealed.content.len()];
    let mut came = vec![false; frames.len()];

    for &[what, which, high, low] in script.as_chunks().0.iter().take(STEPS) {
        let which = usize::from(which) % frames.len();
        let place = usize::from(u16::from_be_bytes([high, low])) * usize::from(what >> 4 | 1);
        let mut frame = frames[which].clone();
        let length = frame.len();
        match what % 8 {
            0..=2 => {
                let Opened { chunks, plaintext } = file.open(&frame).unwrap();
                let offset = usize::try_from(chunks.offset).unwrap();
                assert_eq!(
                    (chunks.run, chunks.length),
                    (sealed.runs[which], plaintext.len())
                );
                assert_eq!(chunks.run.is_last(), which + 1 == frames.len());
                written[offset..offset + chunks.length].copy_from_slice(&plaintext);
                came[which] = true;
                continue;
            }
            3 => frame[place / 8 % length] ^= 1 << (place % 8),
            4 => frame.truncate(place % length),
            5 => frame.resize(length + 1 + place % 64, 0),
            6 => {
                // The body of another frame, or the same one of another file, under this head.
                let donor = &sealed.frames[usize::from(what >> 4 & 1)][place % frames.len()];
                frame.truncate(HEADER_LENGTH);
                frame.extend_from_slice(&donor[HEADER_LENGTH..]);
            }
            _ => {
                frame.clone_from(&sealed.frames[1][which]);
                assert_eq!(other.open(&frame).unwrap().chunks.run, sealed.runs[which]);
                assert_eq!(file.open(&frame).unwrap_err(), FileError::FileId);
            }
        }
        if frame == frames[which] {
            continue;
        }
        // What the head and the length tell is told before anything is decrypted.
        let checked = file.check(&frame);
        let is_prefix = frames[which].starts_with(&frame);
        let error = match file.open_in_place(&mut frame) {
            Err(error) => error,
            Ok(shorter) => {
                // Cut between two chunks: those that are left are genuine.
                assert!(is_prefix && !shorter.run.is_last());
                assert_eq!(shorter.run.first(), sealed.runs[which].first());
                let start = usize::try_from(shorter.offset).unwrap();
                assert_eq!(
                    frame[..shorter.length],
                    sealed.content[start..start + shorter.length]
                );
                continue;
            }
        };
        match checked {
            Ok(_) => {
                assert_eq!(error, FileError::Decrypt);
                assert!(frame[HEADER_LENGTH..].iter().all(|&byte| byte == 0));
            }
            Err(expected) => assert_eq!(error, expected),
        }
    }
    for (index, came) in came.iter().enumerate() {
        let range = file.layout().file_range(sealed.runs[index]);
        let range = range.start as usize..range.end as usize;
        let expected = &sealed.content[range.clone()];
        assert!(if *came {
            written[range] == *expected
        } else {
            written[range].iter().all(|&byte| byte == 0)
        });
    }
}
