//! Accounts and identity keys (section 3.1).

use alloc::string::String;
use core::fmt;
use rand_core::CryptoRng;

use crate::bytes::ordered;
use crate::error::errors;
use crate::limits;
use crate::normal_form::nfc;
use crate::primitives::ed25519::FilterError;
use crate::primitives::{ed25519, hash, labels};

errors! {
    /// An account or an identity key that is refused.
    pub enum IdentityError {
        /// The realm is not 1 to 255 printable ASCII characters without upper case.
        Realm => Realm,
        /// The name is not 1 to 255 bytes after NFC.
        Name => AccountName,
        /// The public key is weak, not canonical or not on the curve.
        Key => Ed25519Key,
    }
    from FilterError => Key;
}

/// The public name of a deployment: ASCII, lower case. It separates accounts of one name on different relays.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Realm(String);

impl Realm {
    /// Checks a realm. Nothing is folded: a realm that needs folding is a mistake in a configuration.
    ///
    /// # Errors
    /// [`IdentityError::Realm`].
    pub fn new(realm: &str) -> Result<Self, IdentityError> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
        if (1..=limits::NAME_MAX).contains(&realm.len()) && realm.bytes().all(allowed) {
            Ok(Self(realm.into()))
        } else {
            Err(IdentityError::Realm)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An immutable login name, as the client shows it: UTF-8 in NFC.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountName(String);

impl AccountName {
    /// Brings a name to NFC and checks its length. Narrower rules (letters, case) are the relay's.
    ///
    /// # Errors
    /// [`IdentityError::Name`].
    pub fn new(name: &str) -> Result<Self, IdentityError> {
        nfc(name, limits::NAME_MAX)
            .filter(|normal| !normal.is_empty())
            .map(|normal| Self(normal.as_str().into()))
            .ok_or(IdentityError::Name)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `aid`: names an account in every transcript.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct AccountId(pub [u8; 32]);

ordered!(AccountId);

impl AccountId {
    /// `LH("account", u8(len(realm)) || realm || u8(len(name)) || name)`.
    #[must_use]
    pub fn derive(realm: &Realm, name: &AccountName) -> Self {
        let (realm, name) = (realm.as_str().as_bytes(), name.as_str().as_bytes());
        Self(hash::labelled(
            &labels::ACCOUNT,
            &[&length(realm), realm, &length(name), name],
        ))
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The length of a realm or name in one byte; their types keep it within.
fn length(text: &[u8]) -> [u8; 1] {
    debug_assert!(text.len() <= limits::NAME_MAX);
    [u8::try_from(text.len()).unwrap_or(u8::MAX)]
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({})", Hex(&self.0))
    }
}

/// `IK`: an Ed25519 public key that passed the filter of Appendix B and is a point of the curve.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityKey([u8; 32]);

ordered!(IdentityKey);

impl IdentityKey {
    /// Validates a public key.
    ///
    /// # Errors
    /// [`IdentityError::Key`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, IdentityError> {
        ed25519::check_key(bytes)?;
        if ed25519::on_curve(bytes) {
            Ok(Self(*bytes))
        } else {
            Err(IdentityError::Key)
        }
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdentityKey({})", Hex(&self.0))
    }
}

/// One side of a conversation: who, under which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Party {
    /// The account.
    pub account: AccountId,
    /// Its identity key.
    pub key: IdentityKey,
}

/// A side of a handshake and of the session that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A: made the offer.
    Initiator,
    /// B: accepted it.
    Responder,
}

/// `ik`: the 32-byte seed of an identity. Not `Clone`; wiped on drop.
pub struct IdentitySeed(ed25519::Secret);

impl IdentitySeed {
    /// Draws 32 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self(ed25519::Secret::generate(rng))
    }

    /// The identity of a seed. Every 32 bytes are a seed.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519::Secret::from_bytes(seed))
    }

    /// The secret bytes: for an envelope (section 8) and nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// `IK`.
    #[must_use]
    pub fn public_key(&self) -> IdentityKey {
        IdentityKey(self.0.public_key())
    }

    /// Signs bytes that begin with a label of this protocol.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

impl fmt::Debug for IdentitySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentitySeed")
            .field("public", &self.public_key())
            .finish_non_exhaustive()
    }
}

/// Public bytes in hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
