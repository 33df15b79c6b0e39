//! Every size that follows from a file's size, and which chunks a CHUNK frame may carry (section 7.2).

use core::ops::Range;

use super::FileError;
use super::cobblestone::{self, CHUNK_PLAINTEXT, CHUNK_SEALED};
use super::frames::{ChunkFrame, ChunkHeader, HEADER_LENGTH};
use crate::ids::FileId;
use crate::limits;
use crate::primitives::padding;

/// Every size that follows from a file's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    size: u64,
    padded: u64,
    sealed: u64,
}

/// A run of consecutive chunks of one file, as one CHUNK frame carries it: 1 to 64 of them, all within the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRun {
    /// The first chunk.
    first: u32,
    /// How many.
    count: u32,
    /// Whether the final chunk of the file is among them.
    last: bool,
}

impl ChunkRun {
    /// The number of its first chunk.
    #[must_use]
    pub const fn first(&self) -> u32 {
        self.first
    }

    /// How many chunks it has.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Whether the final chunk of the file is among them.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.last
    }

    /// Where what follows the whole chunks before `chunk` begins, if each has `length` bytes.
    const fn start(&self, length: usize) -> u64 {
        self.first as u64 * length as u64
    }

    const fn end(&self, length: usize, total: u64) -> u64 {
        let end = (self.first as u64 + self.count as u64) * length as u64;
        // The final chunk is shorter than the others, and may be empty.
        if self.last { total } else { end }
    }
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
        let padded = padding::padme(size).max(limits::FILE_PADDED_MIN);
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

    /// Sealed bytes of all chunks together.
    #[must_use]
    pub const fn sealed_size(&self) -> u64 {
        self.sealed
    }

    /// Number of chunks, at least one.
    #[must_use]
    pub const fn chunks(&self) -> u32 {
        // A file of 2^40 bytes has 2^26 + 1 chunks.
        #[allow(clippy::cast_possible_truncation)]
        {
            cobblestone::chunk_count(self.padded) as u32
        }
    }

    /// The run of `count` chunks from chunk `first` on.
    ///
    /// # Errors
    /// [`FileError::Chunk`] if a frame may not carry so many, or the file has not all of them.
    pub const fn run(&self, first: u32, count: u32) -> Result<ChunkRun, FileError> {
        let chunks = self.chunks();
        let Some(end) = first.checked_add(count) else {
            return Err(FileError::Chunk);
        };
        if count == 0 || count > limits::FRAME_CHUNKS || end > chunks {
            return Err(FileError::Chunk);
        }
        Ok(ChunkRun {
            first,
            count,
            last: end == chunks,
        })
    }

    /// Sealed bytes of a run.
    #[must_use]
    pub const fn sealed_length(&self, run: ChunkRun) -> usize {
        length(run.end(CHUNK_SEALED, self.sealed) - run.start(CHUNK_SEALED))
    }

    /// Bytes of the plaintext stream, padding included, in a run.
    #[must_use]
    pub const fn plaintext_length(&self, run: ChunkRun) -> usize {
        length(run.end(CHUNK_PLAINTEXT, self.padded) - run.start(CHUNK_PLAINTEXT))
    }

    /// The bytes of the file in a run: what a sender reads and a receiver writes. It is empty for a run of padding.
    #[must_use]
    pub fn file_range(&self, run: ChunkRun) -> Range<u64> {
        let (start, end) = (
            run.start(CHUNK_PLAINTEXT),
            run.end(CHUNK_PLAINTEXT, self.padded),
        );
        start.min(self.size)..end.min(self.size)
    }

    /// The head of the CHUNK frame that carries a run.
    #[must_use]
    pub const fn header(&self, file: FileId, run: ChunkRun) -> ChunkHeader {
        ChunkHeader {
            file,
            index: run.first,
            last: run.last,
        }
    }

    /// Checks a CHUNK frame's head and length against what follows from the descriptor, before anything is decrypted.
    /// `head` begins with the frame's first [`HEADER_LENGTH`] bytes and `length` counts all of its bytes: an engine
    /// that decrypts elsewhere need not bring the chunks here.
    ///
    /// # Errors
    /// [`FileError::FileId`] if it is of another file, [`FileError::Chunk`] if head or length are of no run of it.
    pub fn check(&self, file: &FileId, head: &[u8], length: usize) -> Result<ChunkRun, FileError> {
        let ChunkFrame { header, .. } = ChunkFrame::decode(head).map_err(|_| FileError::Chunk)?;
        if header.file != *file {
            return Err(FileError::FileId);
        }
        let sealed = length.checked_sub(HEADER_LENGTH).ok_or(FileError::Chunk)?;
        let count = u32::try_from(sealed.div_ceil(CHUNK_SEALED)).map_err(|_| FileError::Chunk)?;
        let run = self.run(header.index, count)?;
        if header.last == run.last && sealed == self.sealed_length(run) {
            Ok(run)
        } else {
            Err(FileError::Chunk)
        }
    }
}

/// Bytes of a run, at most about a megabyte.
#[allow(clippy::cast_possible_truncation)]
const fn length(bytes: u64) -> usize {
    bytes as usize
}
