//! The password split (section 8.3): the relay never sees the password.

use alloc::string::String;
use alloc::vec::Vec;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64ct::{Base64UrlUnpadded, Encoding as _};
use core::fmt;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::{Zeroize, Zeroizing};

use crate::error::errors;
use crate::identity::AccountId;
use crate::limits;
use crate::primitives::hash::{self, Secret32};
use crate::primitives::labels;

/// Argon2id memory in KiB.
pub const MEMORY: u32 = 65_536;
/// Argon2id passes.
pub const PASSES: u32 = 3;
/// Argon2id lanes.
pub const LANES: u32 = 1;

errors! {
    /// A password that cannot be split.
    pub enum PasswordError {
        /// Fewer than 8 characters or more than 1,024 bytes.
        Length => PasswordLength,
        /// 64 MiB are not to be had.
        OutOfMemory => OutOfMemory,
    }
}

/// Wraps an identity at rest (section 8.1, kdf 3). Wiped on drop.
pub struct VaultSecret(Secret32);

impl VaultSecret {
    /// Takes a vault secret that was derived earlier.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
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
        // NFC never makes UTF-8 shorter than a third (Hangul is the worst case): refuse before doing the work.
        if password.len() > 3 * limits::PASSWORD_MAX {
            return Err(PasswordError::Length);
        }
        // Nor longer than three times (UAX 15): the string never moves, so no copy is left behind.
        let mut normal = Zeroizing::new(String::with_capacity(3 * password.len()));
        normal.extend(password.nfc());
        if normal.chars().count() < limits::PASSWORD_MIN_CHARS
            || normal.len() > limits::PASSWORD_MAX
        {
            return Err(PasswordError::Length);
        }
        let salt = hash::labelled(&labels::PASSWORD, &[&account.0]);
        let mut pw = Secret32::default();
        argon2id(normal.as_bytes(), &salt[..16], &mut pw)?;
        Ok(Self {
            login: hash::expand(&pw, &labels::LOGIN_SECRET, &[&account.0]),
            vault: VaultSecret(hash::expand(&pw, &labels::VAULT_SECRET, &[&account.0])),
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

/// Argon2id with the parameters of section 8.3. Its memory is wiped: whoever reads it has the output.
fn argon2id(password: &[u8], salt: &[u8], out: &mut Secret32) -> Result<(), PasswordError> {
    // The parameters are constants within the bounds of RFC 9106: only memory can be missing.
    let missing = |_| PasswordError::OutOfMemory;
    let params = Params::new(MEMORY, PASSES, LANES, Some(out.len())).map_err(missing)?;
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| PasswordError::OutOfMemory)?;
    memory.resize(params.block_count(), Block::new());
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, &mut out[..], &mut memory);
    memory.iter_mut().for_each(Zeroize::zeroize);
    result.map_err(missing)
}

impl fmt::Debug for PasswordSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { login: _, vault: _ } = self;
        f.debug_struct("PasswordSecrets").finish_non_exhaustive()
    }
}
