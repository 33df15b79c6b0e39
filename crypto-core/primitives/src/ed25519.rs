//! The filter that runs before any engine verifies an Ed25519 signature (section 2, Appendix B).
//!
//! Platforms differ: some accept low-order keys, under which a signature over anything can be made without a
//! private key. So both engines get only what passed here, and then do the cofactorless check of RFC 8032.

use alloc::vec::Vec;
use core::fmt;
use ed25519_dalek::{Signer as _, SigningKey};
use rand_core::CryptoRng;

use crate::errors;
use crate::hash::{HASH_LENGTH, Secret32};
use crate::label::Label;

errors! {
    /// A key or a signature that is refused before any arithmetic.
    pub enum FilterError {
        /// The key is of low order, its y is not below p, or it is no point of the curve.
        Key => "an Ed25519 key is weak or not canonical",
        /// `R` is of low order or not canonical, or `S` is not below the group order.
        Signature => "an Ed25519 signature is weak or not canonical",
    }
}

/// p = 2^255 − 19, little-endian.
const P: [u8; 32] = little_endian(0xed, 0xff, 0x7f);

/// Order of the base point, L = 2^252 + 27742317777372353535851937790883648493, little-endian.
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The y coordinates of the points of low order that are below p (Appendix B). Either sign bit is refused.
pub const LOW_ORDER_Y: [[u8; 32]; 5] = [
    [0; 32],
    little_endian(1, 0, 0),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    little_endian(0xec, 0xff, 0x7f),
];

const fn little_endian(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut out = [middle; 32];
    out[0] = first;
    out[31] = last;
    out
}

/// Refuses a point whose encoding is of low order or not canonical. All inputs are public: no constant time.
fn check_point(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    below(&y, &P) && !LOW_ORDER_Y.contains(&y)
}

fn below(a: &[u8; 32], bound: &[u8; 32]) -> bool {
    a.iter().rev().lt(bound.iter().rev())
}

/// Checks a public key's encoding against Appendix B.
///
/// # Errors
/// [`FilterError::Key`].
pub fn check_key(key: &[u8; 32]) -> Result<(), FilterError> {
    if check_point(key) {
        Ok(())
    } else {
        Err(FilterError::Key)
    }
}

/// Checks a signature's `R` against Appendix B and its `S` against the group order.
///
/// # Errors
/// [`FilterError::Signature`].
pub fn check_signature(signature: &[u8; 64]) -> Result<(), FilterError> {
    let (r, s) = halves(signature);
    if check_point(&r) && below(&s, &L) {
        Ok(())
    } else {
        Err(FilterError::Signature)
    }
}

fn halves(signature: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&signature[..32]);
    s.copy_from_slice(&signature[32..]);
    (r, s)
}

/// `LP(label) || m` for the 32-byte hashes that are signed.
#[must_use]
pub fn message(label: &Label, m: &[u8; HASH_LENGTH]) -> Vec<u8> {
    [label.lp(), m].concat()
}

/// The software verification: the filter, then the strict check. `message` begins with a label.
#[must_use]
pub fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    if check_key(key).is_err() || check_signature(signature).is_err() {
        return false;
    }
    ed25519_dalek::VerifyingKey::from_bytes(key)
        .and_then(|key| {
            key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature))
        })
        .is_ok()
}

/// Whether the encoding is a point of the curve.
#[must_use]
pub fn on_curve(key: &[u8; 32]) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(key).is_ok()
}

/// A private key: its 32-byte seed, expanded. Wiped on drop.
pub struct Secret(SigningKey);

impl Secret {
    /// Draws 32 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Secret32::default();
        rng.fill_bytes(&mut seed[..]);
        Self::from_bytes(&seed)
    }

    /// The key of a seed. Every 32 bytes are a seed.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs bytes that begin with a label.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}
