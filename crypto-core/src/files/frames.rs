//! CHUNK frames (section 7.2). Decoding checks form only.

use crate::bytes::fixed;
use crate::error::FrameError;
use crate::ids::FileId;
use crate::wire::{self, FrameKind};

/// Bytes of a CHUNK before its chunks.
pub const HEADER_LENGTH: usize = 39;
/// The head of a CHUNK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkHeader {
    /// The file.
    pub file: FileId,
    /// The number of its first chunk.
    pub index: u32,
    /// Whether it holds the final chunk.
    pub last: bool,
}

impl ChunkHeader {
    /// Decodes the head of any bytes; returns it with the chunks.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<(Self, &[u8]), FrameError> {
        let mut reader = wire::open(frame, FrameKind::Chunk)?;
        let header = Self {
            file: FileId(reader.array()?),
            index: reader.u32()?,
            last: match reader.u8()? {
                0 => false,
                1 => true,
                _ => return Err(FrameError::Field),
            },
        };
        Ok((header, reader.rest()))
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        fixed(&[
            &FrameKind::Chunk.start(),
            &self.file.0,
            &self.index.to_be_bytes(),
            &[u8::from(self.last)],
        ])
    }
}
