//! What people compare: fingerprints, safety codes, QR texts, session SAS (sections 3.2, 3.3, 4.4).

pub mod emoji;
mod qr;
mod safety;

pub use emoji::Emoji;
pub use qr::{QrError, QrText, encode as qr_text, verify as verify_qr_text};
pub use safety::{SafetyHalf, code as safety_code};

use alloc::string::String;
use core::fmt::Write as _;

use crate::identity::IdentityKey;
use crate::primitives::hash;

/// Emoji of a fingerprint. Fewer must not be shown (section 3.2).
pub const FINGERPRINT_EMOJI: usize = 12;
/// Emoji of a session's short authentication string (section 4.4).
pub const SAS_EMOJI: usize = 4;

/// `F = SHA(IK)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a key.
    #[must_use]
    pub fn of(key: &IdentityKey) -> Self {
        Self(hash::sha256(&[key.as_bytes()]))
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 hexadecimal digits in groups of four, separated by spaces.
    #[must_use]
    pub fn hex(&self) -> String {
        let mut out = String::with_capacity(79);
        for (i, pair) in self.0.chunks(2).enumerate() {
            if i > 0 {
                out.push(' ');
            }
            for byte in pair {
                // Writing to a String cannot fail.
                let _ = write!(out, "{byte:02x}");
            }
        }
        out
    }

    /// Twelve emoji, shown in three rows of four.
    #[must_use]
    pub fn emoji(&self) -> [&'static Emoji; FINGERPRINT_EMOJI] {
        core::array::from_fn(|i| of_byte(self.0[i]))
    }
}

/// The four emoji of a session's SAS.
#[must_use]
pub fn sas_emoji(sas: &[u8; SAS_EMOJI]) -> [&'static Emoji; SAS_EMOJI] {
    sas.each_ref().map(|&byte| of_byte(byte))
}

fn of_byte(byte: u8) -> &'static Emoji {
    &emoji::TABLE[usize::from(byte)]
}
