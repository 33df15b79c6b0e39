//! CHUNK frames and the names of files on the wire (section 7.2). Decoding checks form only.

use core::fmt;

use crate::bytes::Reader;
use crate::error::FrameError;
use crate::identity::Hex;
use crate::limits;

/// Type of CHUNK.
pub const CHUNK: u8 = 0x12;
/// Bytes of a CHUNK before its chunks.
pub const HEADER_LENGTH: usize = 39;
/// `fid`: wire id and key commitment of a file in one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub [u8; 32]);

impl FileId {
    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({})", Hex(&self.0))
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
    /// Decodes the head of any bytes; returns it with the chunks.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<(Self, &[u8]), FrameError> {
        let mut reader = Reader::new(frame);
        if reader.u8()? != limits::VERSION {
            return Err(FrameError::Version);
        }
        if reader.u8()? != CHUNK {
            return Err(FrameError::Type);
        }
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
        let mut out = [0; HEADER_LENGTH];
        out[0] = limits::VERSION;
        out[1] = CHUNK;
        out[2..34].copy_from_slice(&self.file.0);
        out[34..38].copy_from_slice(&self.index.to_be_bytes());
        out[38] = u8::from(self.last);
        out
    }
}
