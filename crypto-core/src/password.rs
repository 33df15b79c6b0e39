//! The password split (section 8.3): the relay never sees the password.

use alloc::string::String;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use core::fmt;
use zeroize::Zeroizing;

use crate::error::errors;
use crate::identity::AccountId;
use crate::limits;
use crate::normal_form::nfc;
use crate::primitives::argon2::{Argon2Error, Cost, argon2id};
use crate::primitives::hash::{self, Secret32};
use crate::primitives::labels;

pub use crate::vault::VaultSecret;

/// Argon2id memory in KiB.
pub const MEMORY: u32 = limits::ARGON2_MEMORY;
/// Argon2id passes.
pub const PASSES: u32 = limits::ARGON2_PASSES;
/// Argon2id lanes.
pub const LANES: u32 = limits::ARGON2_LANES as u32;

errors! {
    /// A password that cannot be split.
    pub enum PasswordError {
        /// Fewer than 8 characters or more than 1,024 bytes.
        Length => PasswordLength,
        /// 64 MiB of memory could not be allocated.
        OutOfMemory => OutOfMemory,
    }
    from Argon2Error => OutOfMemory;
}

/// What a password is split into. Wiped on drop.
pub struct PasswordSecrets {
    /// Sent to the relay in the place of the password.
    login: Secret32,
    /// Stays on the device.
    vault: VaultSecret,
}

impl PasswordSecrets {
    /// Stretches a password: Argon2id over 64 MiB, some hundred milliseconds. The password is brought to NFC and
    /// never cut off.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn split(account: &AccountId, password: &str) -> Result<Self, PasswordError> {
        let normal = nfc(password, limits::PASSWORD_MAX)
            .filter(|normal| normal.chars().count() >= limits::PASSWORD_MIN_CHARS)
            .ok_or(PasswordError::Length)?;
        let salt = hash::labelled(&labels::PASSWORD, &[&account.0]);
        let mut pw = Secret32::default();
        argon2id(
            normal.as_bytes(),
            &salt[..16],
            Cost {
                memory: MEMORY,
                passes: PASSES,
                lanes: LANES,
            },
            &mut pw,
        )?;
        Ok(Self {
            login: hash::expand(&pw, &labels::LOGIN_SECRET, &[&account.0]),
            vault: VaultSecret::new(hash::expand(&pw, &labels::VAULT_SECRET, &[&account.0])),
        })
    }

    /// The login secret as it travels: base64url, 43 characters.
    #[must_use]
    pub fn login_secret(&self) -> Zeroizing<String> {
        Zeroizing::new(Base64UrlUnpadded::encode_string(&self.login[..]))
    }

    /// The vault secret.
    #[must_use]
    pub const fn vault_secret(&self) -> &VaultSecret {
        &self.vault
    }
}

impl fmt::Debug for PasswordSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { login: _, vault: _ } = self;
        f.debug_struct("PasswordSecrets").finish_non_exhaustive()
    }
}
