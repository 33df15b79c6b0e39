//! ML-KEM-768 (FIPS 203) behind byte strings (section 2).

use core::fmt;
use ml_kem::kem::{Decapsulate as _, Encapsulate as _, KeyExport as _};
use ml_kem::ml_kem_768;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::errors;
use crate::hash::Secret32;

/// Bytes of an encapsulation key.
pub const ENCAPSULATION_KEY: usize = 1184;
/// Bytes of a private key's seed `d || z`.
pub const SEED: usize = 64;
/// Bytes of a ciphertext.
pub const CIPHERTEXT: usize = 1088;

errors! {
    /// An encapsulation key that is refused.
    pub enum KemError {
        /// A coefficient is not below 3329 (FIPS 203 section 7.2).
        Modulus => "a coefficient of an ML-KEM key is not below 3329",
    }
}

/// A private key, kept as the expanded key of a 64-byte seed. Wiped on drop.
pub struct DecapsulationKey(ml_kem_768::DecapsulationKey);

impl DecapsulationKey {
    /// Draws the seed `d || z`, 64 bytes, from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; SEED]);
        rng.fill_bytes(&mut seed[..]);
        Self::from_seed(&seed)
    }

    /// The key of a seed `d || z`.
    #[must_use]
    pub fn from_seed(seed: &[u8; SEED]) -> Self {
        Self(ml_kem_768::DecapsulationKey::from_seed((*seed).into()))
    }

    /// The seed `d || z`.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; SEED]> {
        // A key knows its seed unless it was read from an expanded one, and there is no such constructor here.
        #[allow(clippy::expect_used)]
        let seed = self.0.to_seed().expect("the key was made from a seed");
        Zeroizing::new(seed.into())
    }

    /// The public key.
    #[must_use]
    pub fn encapsulation_key(&self) -> [u8; ENCAPSULATION_KEY] {
        self.0.encapsulation_key().to_bytes().into()
    }

    /// The shared secret of a ciphertext. A wrong ciphertext gives an unrelated secret (implicit rejection).
    #[must_use]
    pub fn decapsulate(&self, ciphertext: &[u8; CIPHERTEXT]) -> Secret32 {
        Zeroizing::new(self.0.decapsulate(&(*ciphertext).into()).into())
    }
}

impl fmt::Debug for DecapsulationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("DecapsulationKey").finish_non_exhaustive()
    }
}

/// A shared secret and what carries it to the owner of the key.
pub struct Encapsulated {
    /// For the owner of the key.
    pub ciphertext: [u8; CIPHERTEXT],
    /// What [`DecapsulationKey::decapsulate`] gives for it. Wiped on drop.
    pub secret: Secret32,
}

impl fmt::Debug for Encapsulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ciphertext: _,
            secret: _,
        } = self;
        f.debug_struct("Encapsulated").finish_non_exhaustive()
    }
}

/// A peer's public key that passed the check of FIPS 203 section 7.2.
#[derive(Clone)]
pub struct EncapsulationKey(ml_kem_768::EncapsulationKey);

impl EncapsulationKey {
    /// Checks and decodes a public key.
    ///
    /// # Errors
    /// [`KemError::Modulus`].
    pub fn new(bytes: &[u8; ENCAPSULATION_KEY]) -> Result<Self, KemError> {
        ml_kem_768::EncapsulationKey::new(&(*bytes).into())
            .map(Self)
            .map_err(|_| KemError::Modulus)
    }

    /// The bytes that were checked.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ENCAPSULATION_KEY] {
        self.0.to_bytes().into()
    }

    /// Draws `m`, 32 bytes, from `rng` and encapsulates.
    pub fn encapsulate(&self, rng: &mut dyn CryptoRng) -> Encapsulated {
        let (ciphertext, secret) = self.0.encapsulate_with_rng(rng);
        Encapsulated {
            ciphertext: ciphertext.into(),
            secret: Zeroizing::new(secret.into()),
        }
    }
}

impl fmt::Debug for EncapsulationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("EncapsulationKey").finish_non_exhaustive()
    }
}
