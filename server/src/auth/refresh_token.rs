//! Refresh tokens: a random family, which all tokens of a session share, and a secret that changes with every use.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

use super::signing_key::SigningKey;
use crate::{api::Bytes, store::sessions::RefreshHash};

const FAMILY: usize = 16;
const LENGTH: usize = FAMILY + 32;

/// The token itself; what is stored is its [`RefreshToken::hash`].
pub struct RefreshToken(Zeroizing<[u8; LENGTH]>);

impl RefreshToken {
    /// The first one of a session.
    #[must_use]
    pub fn first() -> Self {
        Self(Zeroizing::new(crate::random()))
    }

    /// Reads what a cookie holds.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        Bytes::decode(text).map(|Bytes(bytes)| Self(Zeroizing::new(bytes)))
    }

    /// What a cookie holds.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<String> {
        Zeroizing::new(Bytes(*self.0).encode())
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> RefreshHash {
        RefreshHash {
            family: Sha256::digest(&self.0[..FAMILY]).into(),
            token: Sha256::digest(&self.0[..]).into(),
        }
    }

    /// The next token. It follows from this one and a key of the relay's, so that it can be said again to a client that did
    /// not hear it, although only its hash is stored; without the key it cannot be told from a random one.
    #[must_use]
    pub fn successor(&self, key: &SigningKey) -> Self {
        let mut next = self.0.clone();
        // HMAC takes a key of any length.
        if let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key.bytes[..]) {
            let secret = mac
                .chain_update(b"duet refresh successor")
                .chain_update(&self.0[..])
                .finalize()
                .into_bytes();
            next[FAMILY..].copy_from_slice(&secret);
        }
        Self(next)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_) = self;
        formatter.write_str("RefreshToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes([byte; 32])
    }

    #[test]
    fn a_token_has_one_successor_under_a_key_in_the_same_family() {
        let first = RefreshToken::first();
        let next = first.successor(&key(1));
        assert_eq!(next.hash(), first.successor(&key(1)).hash());
        assert_eq!(next.hash().family, first.hash().family);
        assert_ne!(next.hash().token, first.hash().token);
        assert_ne!(first.successor(&key(2)).hash(), next.hash());
        assert_ne!(next.successor(&key(1)).hash(), next.hash());
        assert_ne!(RefreshToken::first().hash().family, first.hash().family);
    }

    #[test]
    fn a_cookie_holds_all_of_it_and_debug_nothing() {
        let token = RefreshToken::first();
        let text = token.encode();
        let again = RefreshToken::decode(&text).unwrap();
        assert_eq!(again.hash(), token.hash());
        assert_eq!(format!("{token:?}"), "RefreshToken(..)");
        assert!(RefreshToken::decode(&text[1..]).is_none());
        assert!(RefreshToken::decode(&Bytes([1; 32]).encode()).is_none());
    }
}
