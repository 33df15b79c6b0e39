//! The size class of a payload: all that the relay looks at.

use super::FrameError;
use crate::limits;
use crate::wire::{self, FrameKind};

/// What a payload is, by its type byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayloadKind {
    /// OFFER, INIT, ACCEPT, CONFIRM, END, OVER.
    Handshake,
    /// MSG, EARLY.
    Message,
    /// CHUNK.
    Chunk,
}

impl PayloadKind {
    /// Largest payload of this kind.
    #[must_use]
    pub const fn max_length(self) -> usize {
        match self {
            Self::Handshake => limits::PAYLOAD_HANDSHAKE_MAX,
            Self::Message => limits::PAYLOAD_MESSAGE_MAX,
            Self::Chunk => limits::PAYLOAD_CHUNK_MAX,
        }
    }
}

/// Checks version, type and size class of a payload.
///
/// # Errors
/// [`FrameError::Version`] and [`FrameError::Type`] for what is no payload of this version, [`FrameError::Length`]
/// for one that is too large for its kind or has no type byte.
pub fn payload_kind(payload: &[u8]) -> Result<PayloadKind, FrameError> {
    let (kind, _) = wire::kind_of(payload)?;
    let kind = match kind {
        FrameKind::Offer
        | FrameKind::Init
        | FrameKind::Accept
        | FrameKind::Confirm
        | FrameKind::End
        | FrameKind::Over => PayloadKind::Handshake,
        FrameKind::Message | FrameKind::Early => PayloadKind::Message,
        FrameKind::Chunk => PayloadKind::Chunk,
        // For the relay itself, in frames of its own.
        FrameKind::Prekey => return Err(FrameError::Type),
    };
    if payload.len() > kind.max_length() {
        Err(FrameError::Length)
    } else {
        Ok(kind)
    }
}
