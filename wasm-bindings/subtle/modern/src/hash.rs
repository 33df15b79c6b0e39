//! SHA-3 (FIPS 202).

use sha3::{Digest, Sha3_256, Sha3_384, Sha3_512};
use wasm_bindgen::prelude::wasm_bindgen;

/// The SHA-3 hash of `length` bytes. Nothing for a length other than 32, 48 and 64.
#[wasm_bindgen]
#[must_use]
pub fn sha3(length: usize, data: &[u8]) -> Option<Vec<u8>> {
    Some(match length {
        32 => Sha3_256::digest(data).to_vec(),
        48 => Sha3_384::digest(data).to_vec(),
        64 => Sha3_512::digest(data).to_vec(),
        _ => return None,
    })
}
