//! SHA-256, HMAC-SHA-256 and HKDF as section 2 writes them.
//!
//! Inputs that the specification concatenates are passed as parts, so that nothing secret is copied into a buffer.

use core::fmt;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::label::Label;

/// Bytes of a SHA-256 output.
pub const HASH_LENGTH: usize = 32;

/// A secret of 32 bytes that wipes itself.
pub type Secret32 = Zeroizing<[u8; HASH_LENGTH]>;

/// `SHA(parts[0] || parts[1] || ...)`.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; HASH_LENGTH] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// `LH(label, x) = SHA(LP(label) || x)`, `x` in parts.
#[must_use]
pub fn labelled(label: &Label, parts: &[&[u8]]) -> [u8; HASH_LENGTH] {
    let mut hash = Sha256::new();
    hash.update(label.lp());
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// An HMAC key that is used more than once: its two first blocks are hashed only here. Wiped on drop.
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Hashes the blocks of a key, of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        // HMAC takes keys of every length: the error type exists for other MACs.
        #[allow(clippy::expect_used)]
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
    }

    /// `HMAC(key, m)`, `m` in parts.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> Secret32 {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("HmacKey").finish_non_exhaustive()
    }
}

/// HMAC-SHA-512 of `m` in parts.
#[must_use]
pub fn hmac_sha512(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    // HMAC takes keys of every length: the error type exists for other MACs.
    #[allow(clippy::expect_used)]
    let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// `HMAC(key, m)`, `m` in parts.
#[must_use]
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Secret32 {
    HmacKey::new(key).mac(parts)
}

/// `Extract(salt, ikm)`, `ikm` in parts.
#[must_use]
pub fn extract(salt: &[u8], ikm: &[&[u8]]) -> Secret32 {
    hmac(salt, ikm)
}

/// `Expand(prk, label, ctx, N)`: HKDF-Expand (RFC 5869) with `info = LP(label) || ctx`, `ctx` in parts.
///
/// `N` is at most 255 × 32, which the compiler checks.
#[must_use]
pub fn expand<const N: usize>(
    prk: &[u8; HASH_LENGTH],
    label: &Label,
    ctx: &[&[u8]],
) -> Zeroizing<[u8; N]> {
    const { assert!(N <= 255 * HASH_LENGTH, "RFC 5869 bounds the output") };
    let keyed = HmacKey::new(prk);
    let mut out = Zeroizing::new([0; N]);
    let mut previous = Secret32::default();
    let mut counter = 0_u8;
    for block in out.chunks_mut(HASH_LENGTH) {
        counter += 1;
        let mut mac = keyed.0.clone();
        if counter > 1 {
            mac.update(&previous[..]);
        }
        mac.update(label.lp());
        for part in ctx {
            mac.update(part);
        }
        mac.update(&[counter]);
        *previous = mac.finalize().into_bytes().into();
        block.copy_from_slice(&previous[..block.len()]);
    }
    out
}

/// Compares two secrets in constant time.
#[must_use]
pub fn equal<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    a[..].ct_eq(&b[..]).into()
}
