//! Random names of 16 bytes, each a type of its own.

use core::fmt;
use rand_core::CryptoRng;

use crate::identity::Hex;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), Hex(&self.0))
            }
        }
    };
}

id! {
    /// `eid`: random per relay frame, equal only for a re-sent identical frame (section 9).
    EnvelopeId
}
id! {
    /// Made once per run (page load) of a client, kept through reconnects (section 4).
    Presence
}
id! {
    /// `hid`: names a handshake (section 4.1).
    HandshakeId
}
id! {
    /// `pkid`: names a one-time prekey (section 5.1).
    PrekeyId
}
id! {
    /// `sid`: names a session; derived, not drawn (section 4.4).
    SessionId
}

macro_rules! generate {
    ($($name:ident),+) => {$(
        impl $name {
            /// Draws 16 bytes from `rng`.
            pub fn generate(rng: &mut dyn CryptoRng) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        }
    )+};
}

generate!(EnvelopeId, Presence, HandshakeId, PrekeyId);
