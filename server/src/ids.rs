//! Names of things, a type each: what is compared, stored and passed on cannot be swapped by accident. An account's is
//! the core's [`AccountId`].

pub use duet_crypto::identity::AccountId;

/// SHA-256 of what a device that has logged in before says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeviceHash(pub [u8; 32]);

/// SHA-256 of the token in the link of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InvitationHash(pub [u8; 32]);

/// SHA-256 of a recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecoveryHash(pub [u8; 32]);

/// SHA-256 of a ticket for the second half of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketHash(pub [u8; 32]);

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// A new one, unlike any other.
            #[must_use]
            pub fn random() -> Self {
                Self(crate::random())
            }
        }
    )+};
}

ids! {
    /// A login on one device, from its first refresh token to its last.
    SessionId;
    /// An access token (`jti`).
    TokenId;
    /// What the owner of a passkey names it by.
    PasskeyId;
}
