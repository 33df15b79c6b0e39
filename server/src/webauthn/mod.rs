//! Passkeys: what a browser shows is checked as Web Authentication Level 3, sections 7.1 and 7.2, tells a relying party that
//! asks for no attestation. Signatures are `ring`'s. Why this is no library: docs/decisions/0017-passkeys.md.
//!
//! | module | what it is |
//! |---|---|
//! | [`relying_party`] | for which name of a site a passkey is good |
//! | [`client_data`] | what the browser says: for which challenge, on which page |
//! | [`authenticator_data`] | what the authenticator says: for which site, that somebody was there, the new key |
//! | [`key`] | public keys and their signatures |
//! | [`ceremony`] | a registration and a login, checked as a whole |

pub mod authenticator_data;
pub mod ceremony;
pub mod client_data;
pub mod key;
pub mod relying_party;

/// Why something is refused. For logs: whoever shows it is told only that it is not right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What the browser says is not the JSON that it should be.
    #[error("client data malformed")]
    ClientDataMalformed,
    /// A registration in the place of a login, or the other way round.
    #[error("another ceremony")]
    OtherCeremony,
    /// The challenge is not the one that was given.
    #[error("another challenge")]
    OtherChallenge,
    /// The page is another one.
    #[error("another origin")]
    OtherOrigin,
    /// The page is framed by one of another site.
    #[error("framed by another site")]
    Framed,
    /// What the authenticator says has not the form that it should have.
    #[error("authenticator data malformed")]
    AuthenticatorDataMalformed,
    /// The passkey is for another site.
    #[error("another relying party")]
    OtherRelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    NobodyPresent,
    /// The key is of a kind that was not asked for, or in no canonical form.
    #[error("key unsupported")]
    KeyUnsupported,
    /// The signature is not of the passkey.
    #[error("signature wrong")]
    SignatureWrong,
}
