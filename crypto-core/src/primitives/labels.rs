//! The labels of this protocol (section 2): `LP(label) = u8(len) || "PAIR/1 " || label`.

pub use duet_primitives::label::Label;

/// Prefix of every label; part of the wire format.
const PREFIX: &str = "PAIR/1 ";

macro_rules! labels {
    ($($(#[$doc:meta])* $constant:ident = $name:literal;)+) => {
        $($(#[$doc])* pub const $constant: Label = Label::new(PREFIX, $name);)+

        /// Every label with its name, in the order of this file.
        pub const ALL: &[(&str, Label)] = &[$(($name, $constant),)+];
    };
}

labels! {
    /// Account id (section 3.1).
    ACCOUNT = "account";
    /// Salt of the safety code (section 3.3).
    SAFETY = "safety";
    /// Start of a handshake transcript (section 4.4).
    TRANSCRIPT = "transcript";
    /// Commitment to `r_A` (section 4.1).
    COMMIT = "commit";
    /// Signature of a first flight (section 4.1).
    SIG_OFFER = "sig offer";
    /// Signature of ACCEPT (section 4.2).
    SIG_ACCEPT = "sig accept";
    /// Signature of CONFIRM (section 4.3).
    SIG_CONFIRM = "sig confirm";
    /// Signature of END (section 4.8).
    SIG_END = "sig end";
    /// What END signs (section 4.8).
    END = "end";
    /// Signature of OVER (section 4.8).
    SIG_OVER = "sig over";
    /// What it signs.
    OVER = "over";
    /// Signature of a prekey (section 5.1).
    SIG_PREKEY = "sig prekey";
    /// What a prekey's signature signs (section 5.1).
    PREKEY = "prekey";
    /// Salt of the early secret (section 5.2).
    EARLY = "early";
    /// Chain of the early messages (section 5.2).
    EARLY_CHAIN = "early chain";
    /// What the early secret gives to the session (section 5.2).
    EARLY_DERIVED = "early derived";
    /// Key of the initiator's confirmation (section 4.4).
    CONFIRM_A = "confirm A";
    /// Key of the responder's confirmation (section 4.4).
    CONFIRM_B = "confirm B";
    /// Root key of a session (section 4.4).
    ROOT = "root";
    /// Session id (section 4.4).
    SESSION_ID = "session id";
    /// Short authentication string (section 4.4).
    SAS = "sas";
    /// Step of the root chain (section 6.2).
    RATCHET = "ratchet";
    /// Public part of a turn of the ratchet (section 6.2).
    TURN = "turn";
    /// Key and nonce of one message (section 6.3).
    MESSAGE = "message";
    /// A session at rest ([`crate::session::record`]).
    SESSION_RECORD = "session record";
    /// Context of a file (section 7.2).
    FILE = "file";
    /// Envelope at rest (section 8.1).
    WRAP = "wrap";
    /// Salt of the password (section 8.3).
    PASSWORD = "password";
    /// What the relay gets instead of the password (section 8.3).
    LOGIN_SECRET = "login secret";
    /// What wraps the identity at rest (section 8.3).
    VAULT_SECRET = "vault secret";
    /// Signature of LOGIN (section 9).
    SIG_LOGIN = "sig login";
    /// What LOGIN signs (section 9).
    LOGIN = "login";
    /// Signature of a key replacement by the old key.
    SIG_REPLACE = "sig replace";
    /// What a key replacement signs.
    REPLACE = "replace";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unique_and_prefix_free() {
        for (i, (name, label)) in ALL.iter().enumerate() {
            assert_eq!(usize::from(label.lp()[0]), PREFIX.len() + name.len());
            assert_eq!(&label.lp()[1..8], PREFIX.as_bytes());
            assert_eq!(&label.lp()[8..], name.as_bytes());
            for (other_name, other) in &ALL[i + 1..] {
                assert!(!label.lp().starts_with(other.lp()), "{name} / {other_name}");
                assert!(!other.lp().starts_with(label.lp()), "{name} / {other_name}");
            }
        }
    }
}
