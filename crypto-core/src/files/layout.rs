//! Sizes and segments of a file (section 7.2).

use core::ops::Range;

use super::FileError;
use super::cobblestone::{self, CHUNK_PLAINTEXT, CHUNK_SEALED};
use super::frames::{ChunkHeader, FileId, HEADER_LENGTH};
use crate::limits;
use crate::primitives::padding::padme;

/// Chunks of every segment but the last.
pub const SEGMENT_CHUNKS: usize = 64;
/// Plaintext bytes of every segment but the last: 1 MiB.
pub const SEGMENT_PLAINTEXT: usize = SEGMENT_CHUNKS * CHUNK_PLAINTEXT;
/// Sealed bytes of every segment but the last.
pub const SEGMENT_SEALED: usize = SEGMENT_CHUNKS * CHUNK_SEALED;

/// Every size that follows from a file's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    padded: u64,
    sealed: u64,
}

impl Layout {
    /// The layout of a file of `size` bytes.
    ///
    /// # Errors
    /// [`FileError::TooLarge`] above 2^40 bytes.
    pub fn new(size: u64) -> Result<Self, FileError> {
        if size > limits::FILE_SIZE_MAX {
            return Err(FileError::TooLarge);
        }
        let padded = padme(size).max(limits::FILE_PADDED_MIN);
        Ok(Self {
            size,
            padded,
            sealed: cobblestone::sealed_length(padded)?,
        })
    }

    /// Bytes of the file.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// `psize`: bytes of the plaintext stream, the file and its padding.
    #[must_use]
    pub const fn padded_size(&self) -> u64 {
        self.padded
    }

    /// Sealed bytes of all segments together.
    #[must_use]
    pub const fn sealed_size(&self) -> u64 {
        self.sealed
    }

    /// Number of segments, at least one.
    #[must_use]
    pub const fn segments(&self) -> u32 {
        let count = self.sealed.div_ceil(SEGMENT_SEALED as u64);
        // A file of 2^40 bytes has 2^20 + 1 segments.
        #[allow(clippy::cast_possible_truncation)]
        {
            count as u32
        }
    }

    /// Whether a segment is the last one.
    #[must_use]
    pub const fn is_last(&self, index: u32) -> bool {
        index == self.segments() - 1
    }

    /// Sealed bytes of a segment.
    ///
    /// # Errors
    /// [`FileError::Segment`] if there is no such segment.
    pub fn sealed_length(&self, index: u32) -> Result<usize, FileError> {
        self.length_of(index, self.sealed, SEGMENT_SEALED)
    }

    /// Bytes of the plaintext stream, padding included, in a segment.
    ///
    /// # Errors
    /// [`FileError::Segment`] if there is no such segment.
    pub fn plaintext_length(&self, index: u32) -> Result<usize, FileError> {
        self.length_of(index, self.padded, SEGMENT_PLAINTEXT)
    }

    /// The bytes of the file in a segment: what a sender reads and a receiver writes. It is empty for a segment of
    /// padding.
    ///
    /// # Errors
    /// [`FileError::Segment`] if there is no such segment.
    pub fn file_range(&self, index: u32) -> Result<Range<u64>, FileError> {
        let length = self.plaintext_length(index)? as u64;
        let start = self.start(index);
        Ok(start.min(self.size)..(start + length).min(self.size))
    }

    /// Number of the first chunk of a segment.
    #[must_use]
    pub fn first_chunk(index: u32) -> u64 {
        u64::from(index) * SEGMENT_CHUNKS as u64
    }

    /// Checks a CHUNK frame's head and length against what follows from the descriptor, before anything is decrypted.
    /// `head` begins with the frame's first [`HEADER_LENGTH`] bytes and `length` counts all of its bytes: an engine
    /// that decrypts elsewhere need not bring the segment here.
    ///
    /// # Errors
    /// [`FileError::FileId`] if it is of another file, [`FileError::Segment`] if head or length are of no segment.
    pub fn check(
        &self,
        file: &FileId,
        head: &[u8],
        length: usize,
    ) -> Result<ChunkHeader, FileError> {
        let (header, _) = ChunkHeader::decode(head).map_err(|_| FileError::Segment)?;
        if header.file != *file {
            return Err(FileError::FileId);
        }
        let fits = length == HEADER_LENGTH + self.sealed_length(header.index)?
            && header.last == self.is_last(header.index);
        if fits {
            Ok(header)
        } else {
            Err(FileError::Segment)
        }
    }

    fn start(&self, index: u32) -> u64 {
        u64::from(index) * SEGMENT_PLAINTEXT as u64
    }

    fn length_of(&self, index: u32, total: u64, each: usize) -> Result<usize, FileError> {
        if index >= self.segments() {
            return Err(FileError::Segment);
        }
        let left = total.saturating_sub(u64::from(index) * each as u64);
        Ok(usize::try_from(left).unwrap_or(usize::MAX).min(each))
    }
}
