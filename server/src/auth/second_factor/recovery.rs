//! Recovery codes: ten, each good once, for who lost everything else. Only hashes are stored; 80 random bits need no slow one.

use sha2::{Digest as _, Sha256};
use std::fmt;
use totp_rs::Secret;
use zeroize::Zeroizing;

use crate::ids::{AccountId, RecoveryHash};

/// So many are made at once.
pub const NUMBER: usize = 10;
const LENGTH: usize = 10;

/// One of them.
pub struct RecoveryCode(Zeroizing<[u8; LENGTH]>);

impl RecoveryCode {
    /// A set of new ones.
    #[must_use]
    pub fn set() -> Vec<Self> {
        (0..NUMBER)
            .map(|_| Self(Zeroizing::new(crate::random())))
            .collect()
    }

    /// Reads what somebody typed: case, spaces and hyphens do not count. `None` if it cannot be a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters: Zeroizing<String> = Zeroizing::new(
            text.chars()
                .filter(|sign| !sign.is_whitespace() && *sign != '-')
                .map(|sign| sign.to_ascii_uppercase())
                .collect(),
        );
        let secret = Secret::try_from_base32(&*letters).ok()?;
        let bytes = secret.as_bytes().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// As it is shown, once: base32 in groups of four.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let letters = Zeroizing::new(Secret::new(Box::from(&self.0[..])).to_base32());
        let mut text = Zeroizing::new(String::with_capacity(20));
        for (at, sign) in letters.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.push(sign.to_ascii_lowercase());
        }
        text
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self, user: &AccountId) -> RecoveryHash {
        let hash = Sha256::new()
            .chain_update(b"duet recovery code")
            .chain_update(user.0)
            .chain_update(&self.0[..])
            .finalize();
        RecoveryHash(hash.into())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let user = AccountId([1; 32]);
        let codes = RecoveryCode::set();
        assert_eq!(codes.len(), 10);
        for code in codes {
            let text = code.text();
            assert_eq!(text.len(), 19);
            for typed in [
                text.to_string(),
                text.to_uppercase(),
                text.replace('-', ""),
                format!(" {} ", text.replace('-', " ")),
            ] {
                let read = RecoveryCode::parse(&typed).unwrap();
                assert_eq!(read.hash(&user), code.hash(&user));
            }
            // The same code of another account is another.
            assert_ne!(code.hash(&user), code.hash(&AccountId([2; 32])));
            assert!(RecoveryCode::parse(&text[1..]).is_none());
            assert!(RecoveryCode::parse(&format!("{}aaaa", *text)).is_none());
            assert_eq!(format!("{code:?}"), "RecoveryCode(..)");
        }
        assert!(RecoveryCode::parse("").is_none());
        assert!(RecoveryCode::parse("0189-0189-0189-0189").is_none());
    }
}
