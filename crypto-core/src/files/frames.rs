//! CHUNK frames (section 7.2). Decoding checks form only.

use crate::bytes::fixed;
use crate::error::FrameError;
use crate::ids::FileId;
use crate::wire::{self, FrameKind};

/// Bytes of a CHUNK before its chunks.
pub const HEADER_LENGTH: usize = 39;
/// A CHUNK, of which only the form was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkFrame<'a> {
    /// Its head.
    pub header: ChunkHeader,
    /// Its sealed chunks, one after the other.
    pub chunks: &'a [u8],
}

impl<'a> ChunkFrame<'a> {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open(frame, FrameKind::Chunk)?;
        let header = ChunkHeader {
            file: FileId(reader.array()?),
            index: reader.u32()?,
            last: match reader.u8()? {
                0 => false,
                1 => true,
                _ => return Err(FrameError::Field),
            },
        };
        let chunks = reader.rest();
        Ok(Self { header, chunks })
    }
}

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
