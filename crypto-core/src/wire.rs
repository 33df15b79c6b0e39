//! The frames of the protocol (sections 4 to 7) in one table, and what all of them begin with: version, type, and the id of
//! what they are about. It is read here and nowhere else.
//!
//! ```
//! use duet_crypto::wire::{FrameId, FrameKind, read_head};
//!
//! fn about(frame: &[u8]) -> Option<FrameId> {
//!     let head = read_head(frame).ok()?;
//!     (head.kind != FrameKind::Prekey).then_some(head.id)
//! }
//! assert_eq!(about(&[2, 0x11]), None); // another version
//! ```

use crate::bytes::Reader;
use crate::error::FrameError;
use crate::ids::{FileId, HandshakeId, PrekeyId, SessionId};
use crate::limits;

/// What a frame says that it is about. Nothing is true of it yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameId {
    /// `hid`.
    Handshake(HandshakeId),
    /// `pkid`.
    Prekey(PrekeyId),
    /// `sid`.
    Session(SessionId),
    /// `fid`.
    File(FileId),
}

macro_rules! frames {
    ($($(#[$doc:meta])* $kind:ident = $value:literal, $name:literal, $id:ident, $type:ident;)+) => {
        /// The kinds of frames between two clients.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum FrameKind {
            $($(#[$doc])* $kind = $value,)+
        }

        impl FrameKind {
            /// Every kind, in numerical order.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The name in the specification.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)+ }
            }

            /// Reads the id that a frame of this kind has after its type.
            fn id(self, reader: &mut Reader<'_>) -> Result<FrameId, FrameError> {
                Ok(match self { $(Self::$kind => FrameId::$id($type(reader.array()?)),)+ })
            }
        }
    };
}

frames! {
    /// Rings (section 4.1).
    Offer = 0x01, "OFFER", Handshake, HandshakeId;
    /// Rings, with a prekey (section 5.2).
    Init = 0x02, "INIT", Handshake, HandshakeId;
    /// Answers (section 4.2).
    Accept = 0x03, "ACCEPT", Handshake, HandshakeId;
    /// Completes (section 4.3).
    Confirm = 0x04, "CONFIRM", Handshake, HandshakeId;
    /// Ends a handshake (section 4.8).
    End = 0x05, "END", Handshake, HandshakeId;
    /// A one-time prekey, for the relay to hand out (section 5.1).
    Prekey = 0x06, "PREKEY", Prekey, PrekeyId;
    /// Tells that a session has ended (section 4.8).
    Over = 0x07, "OVER", Session, SessionId;
    /// A message of a first flight (section 5.3).
    Early = 0x10, "EARLY", Handshake, HandshakeId;
    /// A message of a session (section 6.3).
    Message = 0x11, "MSG", Session, SessionId;
    /// Chunks of a file (section 7.2).
    Chunk = 0x12, "CHUNK", File, FileId;
}

impl FrameKind {
    /// The type byte.
    #[must_use]
    pub const fn value(self) -> u8 {
        self as u8
    }

    /// The two bytes that a frame of this kind begins with: version and type.
    pub(crate) const fn start(self) -> [u8; 2] {
        [limits::VERSION, self.value()]
    }
}

/// What a frame begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHead {
    /// What kind of frame it is.
    pub kind: FrameKind,
    /// What it is about.
    pub id: FrameId,
}

/// Reads version, type and id of any bytes: for whoever has to find out whom a frame concerns. Nothing else of it is
/// looked at, its length neither.
///
/// # Errors
/// [`FrameError::Version`], [`FrameError::Type`], and [`FrameError::Length`] for what ends before its id does.
pub fn read_head(frame: &[u8]) -> Result<FrameHead, FrameError> {
    let (kind, mut reader) = kind_of(frame)?;
    let id = kind.id(&mut reader)?;
    Ok(FrameHead { kind, id })
}

/// The kind of any bytes, and what follows the type.
pub(crate) fn kind_of(frame: &[u8]) -> Result<(FrameKind, Reader<'_>), FrameError> {
    let mut reader = Reader::new(frame);
    if reader.u8()? != limits::VERSION {
        return Err(FrameError::Version);
    }
    let value = reader.u8()?;
    let kind = FrameKind::ALL.iter().find(|kind| kind.value() == value);
    Ok((*kind.ok_or(FrameError::Type)?, reader))
}

/// Checks version and type, and gives what follows them.
pub(crate) fn open(frame: &[u8], kind: FrameKind) -> Result<Reader<'_>, FrameError> {
    let (found, reader) = kind_of(frame)?;
    if found == kind {
        Ok(reader)
    } else {
        Err(FrameError::Type)
    }
}

/// As [`open`], of a frame that has one length only, which is checked first.
pub(crate) fn open_exact(
    frame: &[u8],
    kind: FrameKind,
    length: usize,
) -> Result<Reader<'_>, FrameError> {
    if frame.len() == length {
        open(frame, kind)
    } else {
        Err(FrameError::Length)
    }
}
