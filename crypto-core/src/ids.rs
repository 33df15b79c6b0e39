//! What names a frame, a run, a handshake, a session or a file on the wire: each a type of its own.

use core::fmt;
use rand_core::CryptoRng;

use crate::bytes::ordered;
use crate::identity::Hex;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub [u8; $length]);

        ordered!($name);

        impl $name {
            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
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
    EnvelopeId, 16
}
id! {
    /// Made once per run (page load) of a client, kept through reconnects (section 4).
    Presence, 16
}
id! {
    /// `hid`: names a handshake (section 4.1).
    HandshakeId, 16
}
id! {
    /// `pkid`: names a one-time prekey (section 5.1).
    PrekeyId, 16
}
id! {
    /// `sid`: names a session; derived, not drawn (section 4.4).
    SessionId, 16
}

id! {
    /// `fid`: wire id and key commitment of a file in one (section 7.2).
    FileId, 32
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
