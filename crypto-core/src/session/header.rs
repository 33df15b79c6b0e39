//! The head of a MSG, which is also its associated data (section 6.3).

use super::padding;
use crate::bytes::Reader;
use crate::error::FrameError;
use crate::ids::SessionId;
use crate::limits;
use crate::primitives::aead::TAG_LENGTH;

/// Type of MSG.
pub const MSG: u8 = 0x11;
/// Bytes of a MSG before its ciphertext.
pub const HEADER_LENGTH: usize = 58;

/// The head of a MSG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The session.
    pub sid: SessionId,
    /// The sender's current ratchet key.
    pub ratchet_key: [u8; 32],
    /// `PN`: length of the sender's previous chain.
    pub previous: u32,
    /// `N`: number in this chain.
    pub number: u32,
}

impl Header {
    /// Decodes the head of any bytes and checks that the whole has the length of a MSG.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader::new(frame);
        if reader.u8()? != limits::VERSION {
            return Err(FrameError::Version);
        }
        if reader.u8()? != MSG {
            return Err(FrameError::Type);
        }
        let header = Self {
            sid: SessionId(reader.array()?),
            ratchet_key: reader.array()?,
            previous: reader.u32()?,
            number: reader.u32()?,
        };
        match reader.rest().len().checked_sub(TAG_LENGTH) {
            Some(padded) if padding::is_bucket(padded) => Ok(header),
            _ => Err(FrameError::Length),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        let mut out = [0; HEADER_LENGTH];
        out[0] = limits::VERSION;
        out[1] = MSG;
        out[2..18].copy_from_slice(&self.sid.0);
        out[18..50].copy_from_slice(&self.ratchet_key);
        out[50..54].copy_from_slice(&self.previous.to_be_bytes());
        out[54..].copy_from_slice(&self.number.to_be_bytes());
        out
    }
}
