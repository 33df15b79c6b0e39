//! How a passphrase becomes a key (section 8.1): Argon2id or PBKDF2, within bounds that are checked before any work.

use super::{Passphrase, VaultError};
use crate::limits;
use crate::primitives::argon2::{self, argon2id};
use crate::primitives::hash::Secret32;
use crate::primitives::pbkdf2::pbkdf2;

/// `kdf` of the envelope.
const ARGON2ID: u8 = 1;
const PBKDF2: u8 = 2;
/// `kdf` of an envelope under a vault secret.
pub(super) const NONE: u8 = 3;

/// Bytes of the salt.
pub(super) const SALT: usize = 16;

/// A way to stretch a passphrase, with costs within the protocol's bounds: no other value can be made.
///
/// The default is Argon2id with 65,536 KiB, 3 passes and 1 lane: the low-memory choice of RFC 9106 with one lane, since
/// WebAssembly has one thread.
///
/// ```compile_fail,E0423
/// let too_cheap = duet_crypto::vault::Kdf(1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kdf(Cost);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Cost {
    Argon2id { memory: u32, passes: u32, lanes: u8 },
    Pbkdf2 { iterations: u32 },
}

impl Default for Kdf {
    fn default() -> Self {
        Self(Cost::Argon2id {
            memory: limits::ARGON2_MEMORY,
            passes: limits::ARGON2_PASSES,
            lanes: limits::ARGON2_LANES,
        })
    }
}

impl Kdf {
    /// Argon2id v1.3 (RFC 9106) with `memory` KiB, 19,456 to 1,048,576; 2 to 16 passes; 1 to 4 lanes.
    ///
    /// # Errors
    /// [`VaultError::Cost`] outside of these bounds.
    pub fn argon2id(memory: u32, passes: u32, lanes: u8) -> Result<Self, VaultError> {
        let within = limits::ARGON2_MEMORY_BOUNDS.contains(&memory)
            && limits::ARGON2_PASSES_BOUNDS.contains(&passes)
            && limits::ARGON2_LANES_BOUNDS.contains(&lanes);
        let cost = Cost::Argon2id {
            memory,
            passes,
            lanes,
        };
        within.then_some(Self(cost)).ok_or(VaultError::Cost)
    }

    /// PBKDF2-HMAC-SHA-256 (RFC 8018) with 600,000 to 10,000,000 iterations: only for platforms without WebAssembly.
    ///
    /// # Errors
    /// [`VaultError::Cost`] outside of these bounds.
    pub fn pbkdf2(iterations: u32) -> Result<Self, VaultError> {
        limits::PBKDF2_ITERATIONS_BOUNDS
            .contains(&iterations)
            .then_some(Self(Cost::Pbkdf2 { iterations }))
            .ok_or(VaultError::Cost)
    }

    /// Bytes 6 to 16 of an envelope: kdf, lanes, memory or iterations, passes.
    pub(super) fn encode(self) -> [u8; 10] {
        let (kdf, lanes, cost, passes) = match self.0 {
            Cost::Argon2id {
                memory,
                passes,
                lanes,
            } => (ARGON2ID, lanes, memory, passes),
            Cost::Pbkdf2 { iterations } => (PBKDF2, 0, iterations, 0),
        };
        let mut out = [0; 10];
        out[0] = kdf;
        out[1] = lanes;
        out[2..6].copy_from_slice(&cost.to_be_bytes());
        out[6..].copy_from_slice(&passes.to_be_bytes());
        out
    }

    /// Reads what [`Self::encode`] wrote. Nothing outside of the bounds comes out of it.
    pub(super) fn decode(kdf: u8, lanes: u8, cost: u32, passes: u32) -> Option<Self> {
        match (kdf, lanes, passes) {
            (ARGON2ID, ..) => Self::argon2id(cost, passes, lanes).ok(),
            (PBKDF2, 0, 0) => Self::pbkdf2(cost).ok(),
            _ => None,
        }
    }

    /// The 32 bytes that a passphrase and a salt become. Some hundred milliseconds.
    pub(super) fn run(
        self,
        passphrase: &Passphrase,
        salt: &[u8; SALT],
    ) -> Result<Secret32, VaultError> {
        let passphrase = passphrase.expose().as_bytes();
        let mut out = Secret32::default();
        match self.0 {
            Cost::Argon2id {
                memory,
                passes,
                lanes,
            } => {
                let cost = argon2::Cost {
                    memory,
                    passes,
                    lanes: lanes.into(),
                };
                argon2id(passphrase, salt, cost, &mut out)?;
            }
            Cost::Pbkdf2 { iterations } => pbkdf2(passphrase, salt, iterations, &mut out),
        }
        Ok(out)
    }

    /// The stretched passphrase, for the test vectors.
    ///
    /// # Errors
    /// [`VaultError::OutOfMemory`].
    #[cfg(feature = "vectors")]
    pub fn stretch(
        self,
        passphrase: &Passphrase,
        salt: &[u8; SALT],
    ) -> Result<Secret32, VaultError> {
        self.run(passphrase, salt)
    }
}
