//! Stable error codes (section 11).
//!
//! Each operation has a small error enum of its own; every variant maps to one [`Code`]. Codes are what crosses a
//! language border: their numbers and names never change their meaning.

use core::fmt;

use crate::bytes::Short;
use crate::primitives::{argon2, ed25519, kem, x25519};

/// What a failure asks of the caller (section 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Ignore the frame and count it. No reply, to nobody; no state has changed.
    Drop,
    /// The handshake is over and its secrets are wiped. Nothing is sent.
    AbortHandshake,
    /// The peer's key is not the pinned one: block until the user has compared fingerprints.
    BlockPeer,
    /// The session is over: send BYE if possible, wipe, close.
    FatalSession,
    /// Something the user can put right: a password, an envelope, a scanned text.
    User,
    /// The calling program asked for something that cannot be done (now).
    Caller,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $value:literal, $name:literal, $class:ident, $message:literal;)+) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $message] #[doc = concat!("(`", $name, "`, ", stringify!($value), ")")] $variant = $value,)+
        }

        impl Code {
            /// Every code, in numerical order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable number.
            #[must_use]
            pub const fn value(self) -> u16 {
                self as u16
            }

            /// The stable name, such as `E_DECRYPT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What the failure asks of the caller.
            #[must_use]
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)+ }
            }

            /// One sentence for developers. It never contains data.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

codes! {
    FrameLength = 101, "E_FRAME_LENGTH", Drop, "A frame does not have the length its type requires.";
    FrameVersion = 102, "E_FRAME_VERSION", Drop, "A frame belongs to another version of the protocol.";
    FrameType = 103, "E_FRAME_TYPE", Drop, "A frame has an unknown or unexpected type.";
    FrameField = 104, "E_FRAME_FIELD", Drop, "A field of a frame has a value that is not allowed.";

    Ed25519Key = 201, "E_ED25519_KEY", AbortHandshake, "An Ed25519 public key is weak, not canonical, or not on the curve.";
    Signature = 202, "E_SIGNATURE", AbortHandshake, "A signature does not verify.";
    X25519Key = 203, "E_X25519_KEY", AbortHandshake, "An X25519 public key is not canonical.";
    X25519Zero = 204, "E_X25519_ZERO", AbortHandshake, "An X25519 agreement gave the all-zero result.";
    KemKey = 205, "E_KEM_KEY", AbortHandshake, "An ML-KEM encapsulation key fails the modulus check.";
    Engine = 206, "E_ENGINE", AbortHandshake, "The engine that computes the asymmetric primitives failed.";

    Realm = 301, "E_REALM", Caller, "A realm is 1 to 255 printable ASCII characters, none of them upper case.";
    AccountName = 302, "E_ACCOUNT_NAME", Caller, "An account name is 1 to 255 bytes of UTF-8 in NFC.";
    PasswordLength = 303, "E_PASSWORD_LENGTH", User, "A password has at least 8 characters and at most 1,024 bytes.";
    OutOfMemory = 304, "E_OUT_OF_MEMORY", User, "There is not enough memory to stretch the password.";
    PinUnknown = 305, "E_PIN_UNKNOWN", Caller, "No key is pinned for this account.";
    PinsFull = 306, "E_PINS_FULL", Caller, "The pin list is full: it holds as many people as a backup can.";

    NotForUs = 401, "E_NOT_FOR_US", Drop, "An offer is addressed to another account or key than ours.";
    OwnKey = 402, "E_OWN_KEY", Drop, "The handshake uses our own key.";
    StalePresence = 403, "E_STALE_PRESENCE", Drop, "An offer is for another run of this device.";
    OfferReplayed = 404, "E_OFFER_REPLAYED", Drop, "This run has already seen the offer.";
    Sender = 405, "E_SENDER", Drop, "The sender named by the relay is not the one in the frame.";
    IdentityChanged = 406, "E_IDENTITY_CHANGED", BlockPeer, "The peer's identity key is not the pinned one.";
    OffersFull = 407, "E_OFFERS_FULL", Drop, "This run has reached the number of offers it can remember.";
    HandshakeId = 408, "E_HANDSHAKE_ID", Drop, "A frame belongs to another handshake.";
    Commitment = 409, "E_COMMITMENT", AbortHandshake, "The revealed value does not match its commitment.";
    Confirmation = 410, "E_CONFIRMATION", AbortHandshake, "A key confirmation does not verify.";
    EarlyCount = 411, "E_EARLY_COUNT", AbortHandshake, "CONFIRM does not match the early messages that arrived.";
    HandshakeFrame = 412, "E_HANDSHAKE_FRAME", AbortHandshake, "The answer to our handshake is malformed.";
    PrekeyUnknown = 413, "E_PREKEY_UNKNOWN", Drop, "A first flight names a prekey that does not exist here, or no longer.";
    PrekeyForm = 414, "E_PREKEY_FORM", Drop, "A prekey is malformed.";
    PrekeySignature = 415, "E_PREKEY_SIGNATURE", Drop, "The signature of a prekey does not verify.";
    PrekeyKey = 416, "E_PREKEY_KEY", Drop, "A prekey contains a public key that must not be used.";
    PrekeyPeer = 417, "E_PREKEY_PEER", Drop, "A prekey belongs to another account.";
    PrekeyPresence = 418, "E_PREKEY_PRESENCE", Drop, "A prekey belongs to another run.";
    PrekeysFull = 419, "E_PREKEYS_FULL", Caller, "At most 20 prekeys can be made at once.";
    PrekeyKnown = 420, "E_PREKEY_KNOWN", Caller, "The frame is not an INIT that was refused because of its prekey.";
    EarlyUnavailable = 421, "E_EARLY_UNAVAILABLE", Caller, "Early messages need an offer made with a prekey.";
    EarlyLimit = 422, "E_EARLY_LIMIT", Caller, "A first flight carries at most 16 early messages.";
    EarlyUnexpected = 423, "E_EARLY_UNEXPECTED", Drop, "An early message came for a handshake that has none.";
    EarlyOrder = 424, "E_EARLY_ORDER", Drop, "An early message is out of order in its first flight.";
    EarlyFailed = 425, "E_EARLY_FAILED", AbortHandshake, "The early data of the handshake was malformed.";
    HandshakeRate = 426, "E_HANDSHAKE_RATE", Drop, "Too many handshakes with this peer within an hour.";
    OfferRate = 427, "E_OFFER_RATE", Drop, "Too many offers from this account within an hour.";

    SessionId = 501, "E_SESSION_ID", Drop, "A message belongs to another session.";
    Replay = 502, "E_REPLAY", Drop, "The message was already received.";
    SkipLimit = 503, "E_SKIP_LIMIT", Drop, "A message skips more message keys than allowed.";
    Decrypt = 504, "E_DECRYPT", Drop, "A message does not decrypt.";
    Untried = 505, "E_UNTRIED", Drop, "The message was dropped without trying to decrypt it: too many others have failed.";
    Padding = 510, "E_PADDING", FatalSession, "An authentic message has wrong padding.";
    Content = 511, "E_CONTENT", FatalSession, "An authentic message has malformed content.";
    Sequence = 512, "E_SEQUENCE", FatalSession, "An authentic message has a sequence number that is not allowed.";
    Acknowledgement = 513, "E_ACKNOWLEDGEMENT", FatalSession, "The peer acknowledges messages that were never sent.";
    TurnLimit = 520, "E_TURN_LIMIT", Caller, "This turn of the ratchet is used up: renew the session, or wait for the peer.";
    SessionLimit = 521, "E_SESSION_LIMIT", FatalSession, "The session is used up and must be renewed.";
    FailureLimit = 522, "E_FAILURE_LIMIT", FatalSession, "Too many early messages did not decrypt.";
    TooLarge = 530, "E_TOO_LARGE", Caller, "The message is longer than a frame can hold.";
    InvalidContent = 531, "E_INVALID_CONTENT", Caller, "A message with this content cannot be sent, or not now.";
    Unacknowledged = 532, "E_UNACKNOWLEDGED", Caller, "200 messages are unacknowledged: wait for the peer.";
    Closed = 533, "E_CLOSED", Caller, "The session is closed.";

    SessionRecord = 540, "E_SESSION_RECORD", Caller, "This is not the record of a session.";
    SessionRecordVersion = 541, "E_SESSION_RECORD_VERSION", Caller, "The session record was written by a later version.";
    SessionRecordLength = 542, "E_SESSION_RECORD_LENGTH", Caller, "The session record is truncated or too long.";
    SessionRecordKey = 543, "E_SESSION_RECORD_KEY", Caller, "The session record was sealed under another key.";
    SessionRecordDamaged = 544, "E_SESSION_RECORD_DAMAGED", Caller, "The session record is damaged.";
    SessionRecordOld = 545, "E_SESSION_RECORD_OLD", Caller, "The session record is older than the latest known one.";

    FileDescriptor = 601, "E_FILE_DESCRIPTOR", Caller, "A field of a file descriptor has a value that is not allowed.";
    FileId = 602, "E_FILE_ID", Drop, "A chunk belongs to another file.";
    FileChunk = 603, "E_FILE_CHUNK", Drop, "A chunk's number, end marker or length does not match the file.";
    FileDecrypt = 604, "E_FILE_DECRYPT", Drop, "A part of a file does not decrypt.";
    FileTooLarge = 605, "E_FILE_TOO_LARGE", Caller, "The file is larger than allowed.";
    FileRange = 606, "E_FILE_RANGE", Caller, "The range lies outside the file, or the buffer does not match it.";
    FileCommitment = 607, "E_FILE_COMMITMENT", Drop, "A file was sealed under another key or context.";
    FileTruncated = 608, "E_FILE_TRUNCATED", Drop, "The sealed file is truncated: no whole file has this length.";
    FilesFull = 609, "E_FILES_FULL", Caller, "This conversation already has the maximum number of files in transfer.";

    Vault = 701, "E_VAULT", User, "Wrong passphrase or damaged file.";
    VaultCost = 702, "E_VAULT_COST", Caller, "The cost parameters for stretching the passphrase are out of bounds.";
    VaultPeers = 703, "E_VAULT_PEERS", Caller, "A backup holds at most 65,535 people and earlier keys, each person once.";
    Passphrase = 704, "E_PASSPHRASE", User, "A passphrase has 1 to 1,024 bytes.";

    QrFormat = 801, "E_QR_FORMAT", User, "The scanned text is not a Duet code.";
    QrMismatch = 802, "E_QR_MISMATCH", User, "The scanned keys are not the keys on record.";

    TokenFormat = 901, "E_TOKEN_FORMAT", Caller, "An access token is 1 to 4,096 printable ASCII characters.";

    ConversationUnknown = 1001, "E_CONVERSATION_UNKNOWN", Caller, "There is no conversation with this account, and no call from it.";
    ConversationsFull = 1002, "E_CONVERSATIONS_FULL", Caller, "16 conversations are open: leave one first.";
    QueueFull = 1003, "E_QUEUE_FULL", Caller, "The queue is full: too many messages are waiting to be sent.";
    MessageUnknown = 1004, "E_MESSAGE_UNKNOWN", Caller, "The message cannot be referenced: it belongs to another session, kind or person, or was taken back.";
    MessageLate = 1005, "E_MESSAGE_LATE", Caller, "The message is too old to be changed: a text can be for 15 minutes.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.message())
    }
}

impl core::error::Error for Code {}

/// What the primitives refuse.
macro_rules! codes_of_primitives {
    ($($name:path { $($variant:ident => $code:ident,)+ })+) => {$(
        impl From<$name> for Code {
            fn from(error: $name) -> Self {
                match error { $(<$name>::$variant => Self::$code,)+ }
            }
        }
    )+};
}

codes_of_primitives! {
    ed25519::FilterError { Key => Ed25519Key, Signature => Signature, }
    x25519::X25519Error { NotCanonical => X25519Key, Zero => X25519Zero, }
    kem::KemError { Modulus => KemKey, }
    argon2::Argon2Error { OutOfMemory => OutOfMemory, }
}

/// Declares an operation's error enum: one variant per thing that a caller can tell apart, each with its [`Code`].
///
/// After the variants, `from` says what becomes of the errors of what the operation calls: `from Other => Variant;` whatever
/// it was, `from Other { Theirs => Ours, ... }` one by one, and all of them, or it does not compile.
macro_rules! errors {
    (
        $(#[$doc:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_doc:meta])* $variant:ident => $code:ident,)+
        }
        $(from $source:ident
            $(=> $whatever:ident;)?
            $({ $($theirs:ident $(($inner:path))? => $ours:ident,)+ })?
        )*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The stable code.
            #[must_use]
            $vis const fn code(self) -> $crate::error::Code {
                match self { $(Self::$variant => $crate::error::Code::$code,)+ }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.code(), f)
            }
        }

        impl core::error::Error for $name {}

        impl From<$name> for $crate::error::Code {
            fn from(error: $name) -> Self {
                error.code()
            }
        }

        $(impl From<$source> for $name {
            fn from(_error: $source) -> Self {
                $(Self::$whatever)?
                $(match _error { $($source::$theirs $(($inner))? => Self::$ours,)+ })?
            }
        })*
    };
}
pub(crate) use errors;

errors! {
    /// A frame that is refused for its form.
    pub enum FrameError {
        /// Not the length that its type prescribes.
        Length => FrameLength,
        /// Another version.
        Version => FrameVersion,
        /// An unknown type, or one that is not expected here.
        Type => FrameType,
        /// A field has a value that it may not have.
        Field => FrameField,
    }
    from Short => Length;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_ordered_and_well_named() {
        assert!(
            Code::ALL
                .windows(2)
                .all(|pair| pair[0].value() < pair[1].value())
        );
        for (i, code) in Code::ALL.iter().enumerate() {
            assert!(
                Code::ALL[..i]
                    .iter()
                    .all(|other| other.name() != code.name())
            );
            let name = code.name();
            assert!(name.starts_with("E_"));
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(code.message().ends_with('.'));
        }
    }
}
