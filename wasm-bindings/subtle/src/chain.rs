//! HMAC of HMAC of HMAC: what PBKDF2 spends its time with. A message as long as a hash is one block, so each HMAC is two calls of the
//! hash's compression, with the padding written once; a general HMAC copies and buffers as much again.

use sha1::block_api::compress;
use sha2::block_api::{compress256, compress512};
use zeroize::{Zeroize, Zeroizing};

use crate::hash::Hash;

/// The chaining values of a hash after a block. Words are big-endian in bytes.
trait State<const BLOCK: usize>: Copy + Zeroize {
    fn compress(&mut self, block: &[u8; BLOCK]);
    fn write(&self, out: &mut [u8]);
    /// Adds each word to this one.
    fn add(&mut self, other: &Self);
}

macro_rules! state {
    ([$word:ty; $count:literal], $block:literal, $compress:ident) => {
        impl State<$block> for [$word; $count] {
            fn compress(&mut self, block: &[u8; $block]) {
                $compress(self, core::slice::from_ref(block));
            }

            fn write(&self, out: &mut [u8]) {
                let (words, rest) = out.as_chunks_mut();
                for (bytes, word) in words.iter_mut().zip(self) {
                    *bytes = word.to_be_bytes();
                }
                debug_assert!(rest.is_empty(), "a hash has whole words");
            }

            fn add(&mut self, other: &Self) {
                for (word, more) in self.iter_mut().zip(other) {
                    *word ^= more;
                }
            }
        }
    };
}

state!([u32; 5], 64, compress);
state!([u32; 8], 64, compress256);
state!([u64; 8], 128, compress512);

// Where the hashes begin (FIPS 180-4, 5.3).

const SHA1: [u32; 5] = [
    0x6745_2301,
    0xefcd_ab89,
    0x98ba_dcfe,
    0x1032_5476,
    0xc3d2_e1f0,
];

const SHA256: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

const SHA384: [u64; 8] = [
    0xcbbb_9d5d_c105_9ed8,
    0x629a_292a_367c_d507,
    0x9159_015a_3070_dd17,
    0x152f_ecd8_f70e_5939,
    0x6733_2667_ffc0_0b31,
    0x8eb4_4a87_6858_1511,
    0xdb0c_2e0d_64f9_8fa7,
    0x47b5_481d_befa_4fa4,
];

const SHA512: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Replaces `last`, a MAC under the key, by the MAC of it, `rounds` times; each is added to `sum`, which may be shorter. The key is not
/// longer than a block: of a longer one it is the hash.
pub(crate) fn chain(hash: Hash, key: &[u8], last: &mut [u8], rounds: u32, sum: &mut [u8]) {
    match hash {
        Hash::Sha1 => run(SHA1, key, last, rounds, sum),
        Hash::Sha256 => run(SHA256, key, last, rounds, sum),
        Hash::Sha384 => run(SHA384, key, last, rounds, sum),
        Hash::Sha512 => run(SHA512, key, last, rounds, sum),
    }
}

fn run<S: State<BLOCK>, const BLOCK: usize>(
    begin: S,
    key: &[u8],
    last: &mut [u8],
    rounds: u32,
    sum: &mut [u8],
) {
    // FIPS 198-1: what follows the key in each of the two hashes begins here.
    let keyed = |pad: u8| {
        let mut block = Zeroizing::new([pad; BLOCK]);
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        let mut state = Zeroizing::new(begin);
        state.compress(&block);
        state
    };
    let (inner, outer) = (keyed(0x36), keyed(0x5c));

    // A hash, a bit, zeros, and the length of both blocks in bits.
    let mut block = Zeroizing::new([0; BLOCK]);
    block[last.len()] = 0x80;
    let bits = 8 * (BLOCK + last.len()) as u64;
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());

    let length = last.len();
    block[..length].copy_from_slice(last);
    let mut state = Zeroizing::new(begin);
    // Begins with any words, and they are taken away again.
    let mut total = Zeroizing::new(begin);
    for _ in 0..rounds {
        for start in [&inner, &outer] {
            *state = **start;
            state.compress(&block);
            state.write(&mut block[..length]);
        }
        total.add(&state);
    }
    last.copy_from_slice(&block[..length]);
    total.add(&begin);
    total.write(&mut block[..length]);
    for (byte, more) in sum.iter_mut().zip(&block[..length]) {
        *byte ^= more;
    }
}
