//! AES-256-GCM in place (section 2): by a kernel of our own where WebAssembly has SIMD, by the library everywhere else.

#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod kernel;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod reference;
mod tag;

use core::fmt;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use self::kernel as backend;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use self::reference as backend;
pub use self::tag::{TAG_LENGTH, Unauthentic};

/// Bytes of key and nonce together, as `Seal` and `Open` take them.
pub const KEY_AND_NONCE: usize = 44;
/// An expanded AES-256-GCM key. Wiped on drop.
pub struct Cipher(backend::Cipher);

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
        Self(backend::Cipher::new(key))
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
        self.0.seal(nonce, aad, buffer)
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
        self.0.open(nonce, aad, buffer, tag)
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
