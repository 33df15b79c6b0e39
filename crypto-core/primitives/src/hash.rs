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
    digest([parts, &[]])
}

/// `LH(label, x) = SHA(LP(label) || x)`, `x` in parts.
#[must_use]
pub fn labelled(label: &Label, parts: &[&[u8]]) -> [u8; HASH_LENGTH] {
    digest([&[label.lp()], parts])
}

// Buffers of blocks are much code, and generic: what feeds and finishes a hash stands once in a program, not wherever somebody
// hashes. A call costs nothing beside a block.

#[inline(never)]
fn digest(groups: [&[&[u8]]; 2]) -> [u8; HASH_LENGTH] {
    let mut hash = Sha256::new();
    for part in groups.into_iter().flatten() {
        hash.update(part);
    }
    hash.finalize().into()
}

/// An HMAC key that is used more than once: its two first blocks are hashed only here. Wiped on drop.
pub struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    /// Hashes the blocks of a key, of any length.
    #[must_use]
    #[inline(never)]
    pub fn new(key: &[u8]) -> Self {
        // HMAC takes keys of every length: the error type exists for other MACs.
        #[allow(clippy::expect_used)]
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of every length"))
    }

    /// `HMAC(key, m)`, `m` in parts.
    #[must_use]
    pub fn mac(&self, parts: &[&[u8]]) -> Secret32 {
        self.mac_of([parts, &[], &[]])
    }

    fn mac_of(&self, groups: [&[&[u8]]; 3]) -> Secret32 {
        let mut mac = self.duplicate();
        for part in groups.into_iter().flatten() {
            mac.feed(part);
        }
        mac.finish()
    }

    /// For one more MAC under the key. No `Clone`: nobody else needs a second one.
    pub(crate) fn duplicate(&self) -> Self {
        Self(self.0.clone())
    }

    #[inline(never)]
    pub(crate) fn feed(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    #[inline(never)]
    pub(crate) fn finish(self) -> Secret32 {
        Zeroizing::new(self.0.finalize().into_bytes().into())
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
    let mut out = Zeroizing::new([0; N]);
    expand_into(prk, label, ctx, &mut out[..]);
    out
}

fn expand_into(prk: &[u8; HASH_LENGTH], label: &Label, ctx: &[&[u8]], out: &mut [u8]) {
    let keyed = HmacKey::new(prk);
    let mut previous = Secret32::default();
    let mut used = 0;
    let mut counter = 0_u8;
    for block in out.chunks_mut(HASH_LENGTH) {
        counter += 1;
        previous = keyed.mac_of([&[&previous[..used], label.lp()], ctx, &[&[counter]]]);
        used = HASH_LENGTH;
        block.copy_from_slice(&previous[..block.len()]);
    }
}

/// Compares two secrets in constant time.
#[must_use]
pub fn equal<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    a[..].ct_eq(&b[..]).into()
}
