//! AES-256-GCM on vectors of sixteen bytes, about three times as fast in WebAssembly as the library, which has no such backend.
//!
//! Compiled for `simd128`; the library does it everywhere else and is the reference. Hosts test the same code on vectors
//! without SIMD: every length against the library, and published vectors. Constant time by its form: no branch, no address and no
//! table lookup in memory depends on a key, a plaintext or a tag.

mod aes;
mod ghash;
mod permutation;
#[cfg(not(target_arch = "wasm32"))]
mod portable;
#[cfg(target_arch = "wasm32")]
mod simd128;
mod vector;

use alloc::boxed::Box;
use subtle::ConstantTimeEq as _;

use self::aes::{KeyStream, RoundKeys};
use self::vector::V;
use super::tag::{TAG_LENGTH, Unauthentic};

/// Bytes of plaintext under one nonce (NIST SP 800-38D, 5.2.1.1).
const LONGEST: u64 = (1 << 36) - 32;

/// An expanded key: six kilobytes that are never moved, and wiped on drop.
pub(super) struct Cipher(Box<Keys>);

struct Keys {
    aes: RoundKeys,
    ghash: ghash::Key,
}

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let mut keys = Box::new(Keys {
            aes: RoundKeys::zero(),
            ghash: ghash::Key::zero(),
        });
        keys.aes.expand(key);
        keys.ghash.expand(keys.aes.of_zeros());
        Self(keys)
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH], Unauthentic> {
        if buffer.len() as u64 > LONGEST {
            return Err(Unauthentic);
        }
        let stream = KeyStream::new(&self.0.aes, nonce);
        let first = stream.eight(0);
        apply(&stream, &first, buffer);
        Ok(self.tag(&first, aad, buffer))
    }

    pub(super) fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Unauthentic> {
        if buffer.len() as u64 > LONGEST {
            return Err(Unauthentic);
        }
        let stream = KeyStream::new(&self.0.aes, nonce);
        let first = stream.eight(0);
        if !bool::from(self.tag(&first, aad, buffer).ct_eq(tag)) {
            return Err(Unauthentic);
        }
        apply(&stream, &first, buffer);
        Ok(())
    }

    /// Block 1 of the key stream hides the hash.
    fn tag(&self, first: &[V; 8], aad: &[u8], ciphertext: &[u8]) -> [u8; TAG_LENGTH] {
        let mut tag = [0; TAG_LENGTH];
        (first[1] ^ ghash::ghash(&self.0.ghash, aad, ciphertext)).store(&mut tag);
        tag
    }
}

/// Adds the key stream from block 2 on. `first` are its blocks 0 to 7.
fn apply(stream: &KeyStream<'_>, first: &[V; 8], buffer: &mut [u8]) {
    let (begin, rest) = buffer.split_at_mut(buffer.len().min(16 * 6));
    add(&first[2..], begin);
    let mut counter = 8;
    for eight in rest.chunks_mut(16 * 8) {
        add(&stream.eight(counter), eight);
        counter += 8;
    }
}

/// Adds blocks to as many bytes or fewer.
#[inline(always)]
fn add(blocks: &[V], bytes: &mut [u8]) {
    let (whole, rest) = bytes.as_chunks_mut();
    for (bytes, block) in whole.iter_mut().zip(blocks) {
        (V::load(bytes) ^ *block).store(bytes);
    }
    if let Some(block) = blocks.get(whole.len()) {
        let mut last = [0; 16];
        block.store(&mut last);
        for (byte, key) in rest.iter_mut().zip(last) {
            *byte ^= key;
        }
    }
}

#[cfg(test)]
mod tests;
