//! AES-256-GCM in place (section 2).

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut as _, Aes256Gcm, KeyInit as _, Nonce, Tag};
use core::fmt;

/// Bytes of key and nonce together, as `Seal` and `Open` take them.
pub const KEY_AND_NONCE: usize = 44;
/// Bytes of a tag.
pub const TAG_LENGTH: usize = 16;

/// The data is not what was sealed under this key, nonce and associated data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthentic;

/// An expanded AES-256-GCM key. Wiped on drop.
pub struct Cipher(Aes256Gcm);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("Cipher").finish_non_exhaustive()
    }
}

impl Cipher {
    /// Expands a key.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Encrypts `buffer` in place and returns the tag. A nonce is never used twice with one key.
    ///
    /// # Errors
    /// [`Unauthentic`] if `buffer` is longer than AES-GCM allows (64 GiB).
    pub fn seal(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH], Unauthentic> {
        let tag = self
            .0
            .encrypt_inout_detached(&Nonce::from(*nonce), aad, InOutBuf::from(buffer))
            .map_err(|_| Unauthentic)?;
        Ok(tag.into())
    }

    /// Verifies the tag, and only then decrypts `buffer` in place.
    ///
    /// # Errors
    /// [`Unauthentic`]; `buffer` then still holds the ciphertext.
    pub fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Unauthentic> {
        self.0
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                aad,
                InOutBuf::from(buffer),
                &Tag::from(*tag),
            )
            .map_err(|_| Unauthentic)
    }
}

/// `Seal(okm44, aad, buffer)` in place; returns the tag. `okm44` is used for this call only.
///
/// # Errors
/// [`Unauthentic`] if `buffer` is longer than AES-GCM allows.
pub fn seal(
    okm: &[u8; KEY_AND_NONCE],
    aad: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG_LENGTH], Unauthentic> {
    let (key, nonce) = split(okm);
    Cipher::new(key).seal(nonce, aad, buffer)
}

/// `Open(okm44, aad, buffer || tag)` in place.
///
/// # Errors
/// [`Unauthentic`]; `buffer` then still holds the ciphertext.
pub fn open(
    okm: &[u8; KEY_AND_NONCE],
    aad: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_LENGTH],
) -> Result<(), Unauthentic> {
    let (key, nonce) = split(okm);
    Cipher::new(key).open(nonce, aad, buffer, tag)
}

fn split(okm: &[u8; KEY_AND_NONCE]) -> (&[u8; 32], &[u8; 12]) {
    // 44 = 32 + 12: both parts are there by the type.
    #[allow(clippy::expect_used)]
    let key = okm.first_chunk().expect("44 bytes begin with 32");
    #[allow(clippy::expect_used)]
    let nonce = okm.last_chunk().expect("44 bytes end with 12");
    (key, nonce)
}
