//! SHA-1 and SHA-2.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use wasm_bindgen::prelude::wasm_bindgen;

/// The hashes of Web Crypto.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Broken as a hash; HMAC and KDFs of older protocols still stand on it.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Hash {
    /// Bytes of a block.
    pub(crate) fn block_length(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha256 => 64,
            Self::Sha384 | Self::Sha512 => 128,
        }
    }
}

/// The hash of `data`.
#[wasm_bindgen]
#[must_use]
pub fn digest(hash: Hash, data: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha1 => digest_of::<Sha1>(data),
        Hash::Sha256 => digest_of::<Sha256>(data),
        Hash::Sha384 => digest_of::<Sha384>(data),
        Hash::Sha512 => digest_of::<Sha512>(data),
    }
}

#[inline(never)]
fn digest_of<D: Digest>(data: &[u8]) -> Vec<u8> {
    D::digest(data).to_vec()
}
