//! Codes that an app makes of a secret and the time (RFC 6238): six digits of HMAC-SHA-1 every 30 seconds, which is what all
//! such apps can do.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use totp_rs::{Algorithm, Builder, Secret, Totp, TotpError};
use zeroize::Zeroizing;

use crate::{api::Bytes, clock::Millis};

/// Seconds that a code is shown.
const STEP: u64 = 30;
/// Codes of so many steps before and after this one are taken too: clocks differ, and people type slowly.
const SKEW: u16 = 1;

/// The secret that relay and app share, of the length that RFC 4226 advises.
pub struct TotpSecret(Zeroizing<[u8; 20]>);

impl TotpSecret {
    /// A new one.
    #[must_use]
    pub fn random() -> Self {
        Self(Zeroizing::new(crate::random()))
    }

    /// One that was stored.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, to be stored.
    #[must_use]
    pub fn expose(&self) -> &[u8; 20] {
        &self.0
    }

    /// As people type it into an app: base32.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.0).to_base32())
    }

    /// As an app reads it from a QR code: an `otpauth:` address.
    ///
    /// # Errors
    /// None in practice: secret and names are of a form that every app takes.
    pub fn address(&self, realm: &str, username: &str) -> Result<Zeroizing<String>, TotpError> {
        // A colon would end the issuer.
        let issuer = format!("Duet ({})", realm.replace(':', " "));
        let totp = self
            .builder()
            .with_account_name(username)
            .with_issuer(Some(issuer))
            .build()?;
        totp.to_url().map(Zeroizing::new)
    }

    /// The time step whose code this is, if it is one that is taken now. Which steps were used is the caller's to know.
    ///
    /// # Errors
    /// None in practice: the secret has the right length.
    pub fn step_of(&self, code: &str, now: Millis) -> Result<Option<i64>, TotpError> {
        let digits: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
        let seconds = u64::try_from(now / 1000).unwrap_or(0);
        let step = self.totp()?.check(&digits, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    fn totp(&self) -> Result<Totp, TotpError> {
        self.builder().build()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(SKEW)
            .with_step_duration(STEP)
            .with_secret(Secret::new_stack(*self.0))
    }
}

/// While it waits for its first code.
impl Serialize for TotpSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Bytes(*self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TotpSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bytes::deserialize(deserializer).map(|Bytes(bytes)| Self::from_bytes(bytes))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("TotpSecret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn the_codes_of_the_standard() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = seconds / 30;
            assert_eq!(secret.step_of(code, seconds * 1000).unwrap(), Some(step));
            // One step away in either direction, and no further.
            for (away, taken) in [(-2, false), (-1, true), (1, true), (2, false)] {
                let now = (step + away) * 30_000;
                let expected = taken.then_some(step);
                if now >= 0 {
                    assert_eq!(secret.step_of(code, now).unwrap(), expected, "{away}");
                }
            }
        }
    }

    #[test]
    fn a_code_may_be_typed_in_groups_and_nothing_else_is_one() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        assert_eq!(secret.step_of(" 287 082 ", 59_000).unwrap(), Some(1));
        for refused in [
            "",
            "28708",
            "2870820",
            "94287082",
            "28708a",
            "-87082",
            "+87082",
            "٢٨٧٠٨٢",
        ] {
            assert_eq!(secret.step_of(refused, 59_000).unwrap(), None, "{refused}");
        }
    }

    #[test]
    fn an_app_reads_whose_it_is() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        assert_eq!(&*secret.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let address = secret.address("chat.example:8", "al.ice_1").unwrap();
        assert!(
            address.starts_with("otpauth://totp/Duet%20%28chat.example%208%29:al.ice_1?"),
            "{}",
            *address
        );
        assert!(
            address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{}",
            *address
        );
        assert_eq!(format!("{secret:?}"), "TotpSecret(..)");
    }
}
