//! AES-256-GCM of the library `aes-gcm`.

use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut as _, Aes256Gcm, KeyInit as _, Nonce, Tag};

use super::tag::{TAG_LENGTH, Unauthentic};

/// An expanded key. Wiped on drop.
pub(super) struct Cipher(Aes256Gcm);

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    pub(super) fn seal(
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

    pub(super) fn open(
        &self,
        nonce: &[u8; 12],
        aad: &[u8],
        buffer: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Unauthentic> {
        let (nonce, tag) = (Nonce::from(*nonce), Tag::from(*tag));
        self.0
            .decrypt_inout_detached(&nonce, aad, InOutBuf::from(buffer), &tag)
            .map_err(|_| Unauthentic)
    }
}
