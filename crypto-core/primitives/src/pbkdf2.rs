//! PBKDF2-HMAC-SHA-256 (RFC 8018).

use ::pbkdf2::hmac::digest::typenum::U32;
use ::pbkdf2::hmac::digest::{
    FixedOutput, InvalidLength, Key, KeyInit, Output, OutputSizeUser, Update, common::KeySizeUser,
};

use crate::hash::{HASH_LENGTH, HmacKey, Secret32};

/// Writes the 32 bytes that a password and a salt become.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32, out: &mut Secret32) {
    // HMAC takes keys of every length: the error type exists for other functions.
    #[allow(clippy::expect_used)]
    ::pbkdf2::pbkdf2::<Prf>(password, salt, iterations, &mut out[..])
        .expect("HMAC takes keys of every length");
}

/// This crate's HMAC as the library wants it.
struct Prf(HmacKey);

impl KeySizeUser for Prf {
    type KeySize = U32;
}

impl KeyInit for Prf {
    fn new(key: &Key<Self>) -> Self {
        Self(HmacKey::new(key))
    }

    fn new_from_slice(key: &[u8]) -> Result<Self, InvalidLength> {
        Ok(Self(HmacKey::new(key)))
    }
}

impl Clone for Prf {
    fn clone(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl Update for Prf {
    fn update(&mut self, data: &[u8]) {
        self.0.feed(data);
    }
}

impl OutputSizeUser for Prf {
    type OutputSize = U32;
}

impl FixedOutput for Prf {
    fn finalize_into(self, out: &mut Output<Self>) {
        let mac: &[u8; HASH_LENGTH] = &self.0.finish();
        out.copy_from_slice(mac);
    }
}
