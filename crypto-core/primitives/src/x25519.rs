//! X25519 (RFC 7748) with one byte string per key and no all-zero result (section 2, Appendix B).

use core::fmt;
use rand_core::CryptoRng;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::errors;
use crate::hash::{self, Secret32};

errors! {
    /// An agreement that is refused.
    pub enum X25519Error {
        /// The public key has bit 255 set or its u is not below p.
        NotCanonical => "an X25519 key is not canonical",
        /// The result is all zero: the public key is of low order.
        Zero => "an X25519 agreement gave the all-zero result",
    }
}

/// Checks that a public key is the one canonical encoding of its u coordinate.
///
/// # Errors
/// [`X25519Error::NotCanonical`].
pub fn check_key(key: &[u8; 32]) -> Result<(), X25519Error> {
    // u ≥ p = 2^255 − 19 or bit 255 set. Public input: no constant time.
    let above = key[31] > 0x7f
        || (key[31] == 0x7f && key[1..31].iter().all(|&b| b == 0xff) && key[0] >= 0xed);
    if above {
        Err(X25519Error::NotCanonical)
    } else {
        Ok(())
    }
}

/// The result of an agreement; never all zero. Wiped on drop.
pub struct SharedSecret(Secret32);

impl SharedSecret {
    /// Takes the raw result of an engine's X25519.
    ///
    /// # Errors
    /// [`X25519Error::Zero`] if it is all zero, found in constant time.
    pub fn new(result: [u8; 32]) -> Result<Self, X25519Error> {
        let result = Zeroizing::new(result);
        if hash::equal(&result, &[0; 32]) {
            Err(X25519Error::Zero)
        } else {
            Ok(Self(result))
        }
    }

    /// The secret bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_secret) = self;
        f.debug_struct("SharedSecret").finish_non_exhaustive()
    }
}

/// A private X25519 key in software. Wiped on drop.
pub struct Secret(StaticSecret);

impl Secret {
    /// Draws 32 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Secret32::default();
        rng.fill_bytes(&mut bytes[..]);
        Self(StaticSecret::from(*bytes))
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        PublicKey::from(&self.0).to_bytes()
    }

    /// `DH(self, public)`.
    ///
    /// # Errors
    /// [`X25519Error`], whenever the peer's key is not an honest one.
    pub fn agree(&self, public: &[u8; 32]) -> Result<SharedSecret, X25519Error> {
        check_key(public)?;
        SharedSecret::new(self.0.diffie_hellman(&PublicKey::from(*public)).to_bytes())
    }

    /// A private key that was saved. Every 32 bytes are one.
    #[must_use]
    pub fn from_bytes(bytes: &Secret32) -> Self {
        Self(StaticSecret::from(**bytes))
    }

    /// The private bytes, for a record.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}
