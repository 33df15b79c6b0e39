//! LOGIN: an access token and a signature over the connection's challenge. A stolen token alone opens no socket, a
//! stolen key alone no account.

use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::{FrameError, Presence, frame_type};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, Hex, IdentityKey};
use crate::limits;
use crate::primitives::{ed25519, hash, labels};

/// Bytes of a LOGIN that its signature covers.
const SIGNED: usize = 115;
/// Bytes of a LOGIN before the token.
const HEAD: usize = SIGNED + 64;

errors! {
    /// A LOGIN that is not made or not accepted.
    pub enum LoginError {
        /// The token is empty, too long or not printable ASCII.
        Token => TokenFormat,
        /// The frame's token digest is not that of its token.
        TokenDigest => FrameField,
        /// The identity key is weak or not canonical.
        Key => Ed25519Key,
        /// The signature does not verify.
        Signature => Signature,
        /// The engine failed to sign.
        Engine => Engine,
    }
    from EngineError => Engine;
}

/// 32 random bytes, fresh per connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge(pub [u8; 32]);

impl Challenge {
    /// Draws 32 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge({})", Hex(&self.0))
    }
}

/// An access token: 1 to 4,096 printable ASCII characters. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token<'a>(&'a str);

impl<'a> Token<'a> {
    /// Checks the form of a token.
    ///
    /// # Errors
    /// [`FrameError::Length`], [`FrameError::Field`].
    pub fn new(bytes: &'a [u8]) -> Result<Self, FrameError> {
        if !(1..=limits::TOKEN_MAX).contains(&bytes.len()) {
            return Err(FrameError::Length);
        }
        match core::str::from_utf8(bytes) {
            Ok(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(text)),
            _ => Err(FrameError::Field),
        }
    }

    /// The token itself, a secret.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_secret) = self;
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

/// A LOGIN frame. Nothing in it is true until [`Login::verify`] says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    /// The account that the client claims.
    pub account: AccountId,
    /// Its identity key, not yet validated.
    pub key: [u8; 32],
    /// The client's run.
    pub presence: Presence,
    /// The highest protocol version that the client supports.
    pub max_version: u8,
    /// The access token.
    pub token: Token<'a>,
    token_digest: [u8; 32],
    signature: [u8; 64],
    frame: Frame<'a>,
}

/// The bytes as they came, without the token in `Debug`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Frame<'a>(&'a [u8]);

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_with_token) = self;
        f.write_str("..")
    }
}

impl<'a> Login<'a> {
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (kind, mut reader) = super::open(bytes)?;
        if kind != frame_type::LOGIN {
            return Err(FrameError::Type);
        }
        let login = Self {
            account: AccountId(reader.array()?),
            key: reader.array()?,
            presence: Presence(reader.array()?),
            max_version: reader.u8()?,
            token_digest: reader.array()?,
            signature: reader.array()?,
            token: Token::new(reader.rest())?,
            frame: Frame(bytes),
        };
        if login.max_version < limits::VERSION {
            Err(FrameError::Field)
        } else {
            Ok(login)
        }
    }

    /// The bytes as they came.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.frame.0
    }

    /// Checks the token's digest, the key and the signature over `challenge`. Before it, the relay has checked the
    /// token, and that `account` and `key` are those of the token's user.
    ///
    /// # Errors
    /// [`LoginError::TokenDigest`], [`LoginError::Key`], [`LoginError::Signature`].
    pub fn verify(&self, challenge: &Challenge) -> Result<IdentityKey, LoginError> {
        if hash::sha256(&[self.token.as_str().as_bytes()]) != self.token_digest {
            return Err(LoginError::TokenDigest);
        }
        let key = IdentityKey::from_bytes(&self.key).map_err(|_| LoginError::Key)?;
        let message = ed25519::message(
            &labels::SIG_LOGIN,
            &transcript(challenge, &self.frame.0[..SIGNED]),
        );
        if ed25519::verify(&self.key, &message, &self.signature) {
            Ok(key)
        } else {
            Err(LoginError::Signature)
        }
    }
}

/// The LOGIN frame of one's own identity for a relay's challenge.
///
/// # Errors
/// [`LoginError::Token`], [`LoginError::Engine`].
pub async fn login<E: Engine>(
    local: &LocalIdentity<E>,
    challenge: &Challenge,
    presence: &Presence,
    token: &str,
) -> Result<Vec<u8>, LoginError> {
    let token = Token::new(token.as_bytes())
        .map_err(|_| LoginError::Token)?
        .as_str()
        .as_bytes();
    let party = local.party();
    let mut out = Vec::with_capacity(HEAD + token.len());
    out.extend_from_slice(&[limits::VERSION, frame_type::LOGIN]);
    out.extend_from_slice(&party.account.0);
    out.extend_from_slice(party.key.as_bytes());
    out.extend_from_slice(&presence.0);
    out.push(limits::VERSION);
    out.extend_from_slice(&hash::sha256(&[token]));
    debug_assert_eq!(out.len(), SIGNED);
    let signature = local
        .sign(&labels::SIG_LOGIN, &transcript(challenge, &out))
        .await?;
    out.extend_from_slice(&signature);
    out.extend_from_slice(token);
    Ok(out)
}

/// `LH("login", challenge || frame[0..115))`.
fn transcript(challenge: &Challenge, signed: &[u8]) -> [u8; 32] {
    hash::labelled(&labels::LOGIN, &[&challenge.0, signed])
}
