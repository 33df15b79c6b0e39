//! What an envelope is sealed under and opened with (sections 8.1 and 8.3).

use core::fmt;
use zeroize::Zeroizing;

use super::kdf::Kdf;
use super::passphrase::Passphrase;
use crate::primitives::hash::Secret32;

/// Wraps an identity at rest (section 8.1, kdf 3). Wiped on drop.
pub struct VaultSecret(Secret32);

impl VaultSecret {
    /// Takes a vault secret that was derived earlier.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }

    pub(crate) const fn new(secret: Secret32) -> Self {
        Self(secret)
    }

    /// The secret bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for VaultSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_secret) = self;
        f.debug_struct("VaultSecret").finish_non_exhaustive()
    }
}

/// What an envelope is sealed under.
#[derive(Debug, Clone, Copy)]
pub enum Protection<'a> {
    /// The vault secret of section 8.3 (kdf 3).
    VaultSecret(&'a VaultSecret),
    /// A passphrase, stretched (kdf 1 or 2).
    Passphrase(&'a Passphrase, Kdf),
}

/// What an envelope is opened with. How a passphrase is stretched stands in the envelope.
///
/// A password is neither: it is split first (section 8.3).
///
/// ```compile_fail,E0308
/// # use duet_crypto::vault::{Secret, open_identity};
/// let opened = open_identity(&[], Secret::Passphrase("my login password"));
/// ```
#[derive(Debug, Clone, Copy)]
pub enum Secret<'a> {
    /// The vault secret of section 8.3.
    VaultSecret(&'a VaultSecret),
    /// A passphrase.
    Passphrase(&'a Passphrase),
}
