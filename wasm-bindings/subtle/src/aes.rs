//! AES-GCM with keys of 128, 192 and 256 bits, initial values of every length, and tags from 32 to 128 bits.

use core::fmt;

use duet_primitives::aead::Cipher;
use subtle::ConstantTimeEq as _;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::gcm::{Gcm, TAG};

/// An expanded key. Wiped when it is freed.
#[wasm_bindgen]
pub struct AesGcm {
    any: Gcm,
    /// A key of 256 bits with an initial value of 12 bytes and a whole tag is what nearly everybody uses: the kernel, where there is
    /// one.
    usual: Option<Cipher>,
}

impl fmt::Debug for AesGcm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { any: _, usual: _ } = self;
        f.debug_struct("AesGcm").finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl AesGcm {
    /// Expands a key of 16, 24 or 32 bytes. Nothing for any other length.
    #[must_use]
    pub fn expand(key: &[u8]) -> Option<Self> {
        Some(Self {
            any: Gcm::new(key)?,
            usual: key.try_into().ok().map(Cipher::new),
        })
    }

    /// Ciphertext and tag of `tag` bytes, one after the other. Nothing for an empty `iv` or a tag of more than 16 bytes.
    #[must_use]
    pub fn seal(&self, iv: &[u8], aad: &[u8], data: &[u8], tag: usize) -> Option<Vec<u8>> {
        if iv.is_empty() || tag > TAG {
            return None;
        }
        let mut out = Vec::with_capacity(data.len().checked_add(tag)?);
        out.extend_from_slice(data);
        let whole = match (&self.usual, iv.try_into()) {
            (Some(cipher), Ok(iv)) => cipher.seal(iv, aad, &mut out).ok()?,
            _ => self.any.seal(iv, aad, &mut out),
        };
        out.extend_from_slice(&whole[..tag]);
        Some(out)
    }

    /// The plaintext of [`Self::seal`]'s result. Nothing if the tag of `tag` bytes is not the right one.
    #[must_use]
    pub fn open(&self, iv: &[u8], aad: &[u8], data: &[u8], tag: usize) -> Option<Vec<u8>> {
        if iv.is_empty() || tag > TAG {
            return None;
        }
        let (ciphertext, given) = data.split_at_checked(data.len().checked_sub(tag)?)?;
        let mut out = ciphertext.to_vec();
        if let (Some(cipher), Ok(iv), Ok(given)) = (&self.usual, iv.try_into(), given.try_into()) {
            cipher.open(iv, aad, &mut out, given).ok()?;
            return Some(out);
        }
        let whole = self.any.tag_of(iv, aad, ciphertext);
        if !bool::from(whole[..tag].ct_eq(given)) {
            return None;
        }
        self.any.decrypt(iv, &mut out);
        Some(out)
    }
}
