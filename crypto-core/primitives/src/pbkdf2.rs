//! PBKDF2-HMAC-SHA-256 (RFC 8018).

use crate::hash::Secret32;

/// Writes the 32 bytes that a password and a salt become.
pub fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32, out: &mut Secret32) {
    ::pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, iterations, &mut out[..]);
}
