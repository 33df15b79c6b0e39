//! What is built on a hash: HMAC, HKDF and PBKDF2.
//!
//! Generic code of four hashes is much code: what feeds and finishes each stands once, and everything above is written over [`Mac`]
//! (the crates `hkdf` and `pbkdf2` would be four copies each; the tests compare with them).

use hmac::{EagerHash, Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};
use subtle::ConstantTimeEq as _;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::chain::chain;
use crate::hash::{Hash, digest};

/// Bytes of the longest hash.
const LONGEST: usize = 64;

/// HMAC (FIPS 198-1) of `data`.
#[wasm_bindgen]
#[must_use]
pub fn hmac(hash: Hash, key: &[u8], data: &[u8]) -> Vec<u8> {
    Mac::new(hash, key).of(&[data]).to_vec()
}

/// Whether `tag` is the HMAC of `data`, in a time that does not say where it is not. A shorter tag is none.
#[wasm_bindgen(js_name = hmacVerify)]
#[must_use]
pub fn hmac_verify(hash: Hash, key: &[u8], data: &[u8], tag: &[u8]) -> bool {
    Mac::new(hash, key).of(&[data]).ct_eq(tag).into()
}

/// HKDF (RFC 5869), `length` bytes. Nothing for more than 255 hashes.
#[wasm_bindgen]
#[must_use]
pub fn hkdf(hash: Hash, key: &[u8], salt: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let extracted = Mac::new(hash, salt).of(&[key]);
    // Before anything is allocated.
    if length > 255 * extracted.len() {
        return None;
    }
    let keyed = Mac::new(hash, &extracted);
    let mut out = vec![0; length];
    let mut previous = Output::of_length(0);
    for (index, block) in out.chunks_mut(extracted.len()).enumerate() {
        let counter = u8::try_from(index + 1).ok()?;
        previous = keyed.of(&[&previous, info, &[counter]]);
        block.copy_from_slice(&previous[..block.len()]);
    }
    Some(out)
}

/// PBKDF2 (RFC 8018), `length` bytes. Nothing for more than 2^32 − 1 hashes.
#[wasm_bindgen]
#[must_use]
pub fn pbkdf2(
    hash: Hash,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Option<Vec<u8>> {
    let keyed = Mac::new(hash, password);
    let hashed = Zeroizing::new(digest(hash, password));
    let key = if password.len() > hash.block_length() {
        &hashed[..]
    } else {
        password
    };
    let mut out = vec![0; length];
    for (index, block) in out.chunks_mut(keyed.length()).enumerate() {
        let counter = u32::try_from(index + 1).ok()?;
        let mut last = keyed.of(&[salt, &counter.to_be_bytes()]);
        block.copy_from_slice(&last[..block.len()]);
        chain(hash, key, &mut last, iterations.saturating_sub(1), block);
    }
    Some(out)
}

/// A MAC of any of the lengths. Wiped on drop.
struct Output {
    bytes: Zeroizing<[u8; LONGEST]>,
    length: usize,
}

impl Output {
    fn of_length(length: usize) -> Self {
        Self {
            bytes: Zeroizing::new([0; LONGEST]),
            length,
        }
    }
}

impl core::ops::Deref for Output {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl core::ops::DerefMut for Output {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[..self.length]
    }
}

/// An HMAC key, its two first blocks hashed. Wiped on drop.
enum Mac {
    Sha1(Hmac<Sha1>),
    Sha256(Hmac<Sha256>),
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
}

impl Mac {
    fn new(hash: Hash, key: &[u8]) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1(keyed(key)),
            Hash::Sha256 => Self::Sha256(keyed(key)),
            Hash::Sha384 => Self::Sha384(keyed(key)),
            Hash::Sha512 => Self::Sha512(keyed(key)),
        }
    }

    fn length(&self) -> usize {
        match self {
            Self::Sha1(_) => 20,
            Self::Sha256(_) => 32,
            Self::Sha384(_) => 48,
            Self::Sha512(_) => LONGEST,
        }
    }

    /// The MAC of a message in parts.
    fn of(&self, parts: &[&[u8]]) -> Output {
        match self {
            Self::Sha1(mac) => mac_of(mac, parts),
            Self::Sha256(mac) => mac_of(mac, parts),
            Self::Sha384(mac) => mac_of(mac, parts),
            Self::Sha512(mac) => mac_of(mac, parts),
        }
    }
}

#[inline(never)]
fn keyed<D: EagerHash>(key: &[u8]) -> Hmac<D> {
    // HMAC takes keys of every length: the error type exists for other MACs.
    #[allow(clippy::expect_used)]
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

#[inline(never)]
fn mac_of<D: EagerHash>(mac: &Hmac<D>, parts: &[&[u8]]) -> Output {
    let mut mac = mac.clone();
    for part in parts {
        mac.update(part);
    }
    let found = mac.finalize().into_bytes();
    let mut out = Output::of_length(found.len());
    out.bytes[..found.len()].copy_from_slice(&found);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASHES: [Hash; 4] = [Hash::Sha1, Hash::Sha256, Hash::Sha384, Hash::Sha512];

    /// The crates' own, generic ones.
    fn reference_hkdf(
        hash: Hash,
        key: &[u8],
        salt: &[u8],
        info: &[u8],
        length: usize,
    ) -> Option<Vec<u8>> {
        let mut out = vec![0; length];
        let done = match hash {
            Hash::Sha1 => hkdf::Hkdf::<Sha1>::new(Some(salt), key).expand(info, &mut out),
            Hash::Sha256 => hkdf::Hkdf::<Sha256>::new(Some(salt), key).expand(info, &mut out),
            Hash::Sha384 => hkdf::Hkdf::<Sha384>::new(Some(salt), key).expand(info, &mut out),
            Hash::Sha512 => hkdf::Hkdf::<Sha512>::new(Some(salt), key).expand(info, &mut out),
        };
        done.ok().map(|()| out)
    }

    fn reference_pbkdf2(
        hash: Hash,
        password: &[u8],
        salt: &[u8],
        rounds: u32,
        length: usize,
    ) -> Vec<u8> {
        let mut out = vec![0; length];
        match hash {
            Hash::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut out),
            Hash::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut out),
            Hash::Sha384 => pbkdf2::pbkdf2_hmac::<Sha384>(password, salt, rounds, &mut out),
            Hash::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut out),
        }
        out
    }

    #[test]
    fn derivations_are_those_of_the_crates() {
        let bytes: Vec<u8> = (0..=255).collect();
        for hash in HASHES {
            let size = digest(hash, b"").len();
            for length in [
                0,
                1,
                size - 1,
                size,
                size + 1,
                3 * size,
                255 * size,
                255 * size + 1,
            ] {
                for given in [0, 1, 63, 64, 65, 127, 128, 129, 200] {
                    let (key, salt, info) =
                        (&bytes[..given], &bytes[given..], &bytes[3..given + 3]);
                    assert_eq!(
                        super::hkdf(hash, key, salt, info, length),
                        reference_hkdf(hash, key, salt, info, length),
                    );
                }
            }
            for (rounds, length) in [(1, 0), (1, size + 1), (2, size), (7, 1), (3, 2 * size + 5)] {
                for given in [0, 1, 63, 64, 65, 127, 128, 129, 200] {
                    let (password, salt) = (&bytes[..given], &bytes[given..]);
                    assert_eq!(
                        super::pbkdf2(hash, password, salt, rounds, length),
                        Some(reference_pbkdf2(hash, password, salt, rounds, length)),
                    );
                }
            }
        }
    }

    #[test]
    fn a_shorter_tag_is_none() {
        for hash in HASHES {
            let tag = hmac(hash, b"key", b"message");
            assert!(hmac_verify(hash, b"key", b"message", &tag));
            assert!(!hmac_verify(
                hash,
                b"key",
                b"message",
                &tag[..tag.len() - 1]
            ));
            assert!(!hmac_verify(hash, b"key", b"message", b""));
            assert!(!hmac_verify(hash, b"key", b"massage", &tag));
        }
    }
}
