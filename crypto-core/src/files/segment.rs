//! Segments of a file, sealed and opened (section 7.2).

use alloc::vec::Vec;
use core::fmt;

use super::FileError;
use super::cobblestone::{CHUNK_PLAINTEXT, ChunkCipher, FileKeys};
use super::descriptor::Descriptor;

pub use super::frames::{CHUNK, ChunkHeader, FileId, HEADER_LENGTH};
pub use super::layout::{Layout, SEGMENT_CHUNKS, SEGMENT_PLAINTEXT, SEGMENT_SEALED};

/// A segment that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedSegment {
    /// The segment.
    pub index: u32,
    /// Whether it is the last one.
    pub last: bool,
    /// Where its bytes belong in the file.
    pub offset: u64,
    /// How many bytes of the file it has; padding is not counted.
    pub length: usize,
}

/// Seals and opens the segments of one file in software. Wiped on drop.
pub struct SegmentCipher {
    layout: Layout,
    file: FileId,
    cipher: ChunkCipher,
}

impl SegmentCipher {
    /// The cipher of a descriptor's file.
    ///
    /// # Errors
    /// [`FileError::TooLarge`]; not for a descriptor that was decoded.
    pub fn new(descriptor: &Descriptor) -> Result<Self, FileError> {
        Ok(Self::from_keys(descriptor.layout()?, &descriptor.keys()?))
    }

    /// The cipher of keys that were derived already.
    #[must_use]
    pub fn from_keys(layout: Layout, keys: &FileKeys) -> Self {
        Self {
            layout,
            file: FileId(*keys.commitment()),
            cipher: keys.cipher(),
        }
    }

    /// The file's sizes.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// `fid`.
    #[must_use]
    pub const fn file_id(&self) -> FileId {
        self.file
    }

    /// The CHUNK frame of a segment. `bytes` are those of [`Layout::file_range`], from an immutable snapshot: one
    /// file's keys never seal two contents.
    ///
    /// # Errors
    /// [`FileError::Segment`] if there is no such segment, [`FileError::Range`] if `bytes` has another length.
    pub fn seal(&self, index: u32, bytes: &[u8]) -> Result<Vec<u8>, FileError> {
        let range = self.layout.file_range(index)?;
        if bytes.len() as u64 != range.end - range.start {
            return Err(FileError::Range);
        }
        let last = self.layout.is_last(index);
        let mut frame = Vec::with_capacity(HEADER_LENGTH + self.layout.sealed_length(index)?);
        frame.extend_from_slice(
            &ChunkHeader {
                file: self.file,
                index,
                last,
            }
            .encode(),
        );

        // Whole chunks go straight from the caller's bytes; where the file ends, its tail and zeros are joined.
        let padded = self.layout.plaintext_length(index)?;
        let first = Layout::first_chunk(index);
        if bytes.len() == padded {
            self.cipher.seal(first, last, bytes, &mut frame)?;
        } else {
            let whole = bytes.len() / CHUNK_PLAINTEXT;
            let (head, tail) = bytes.split_at(whole * CHUNK_PLAINTEXT);
            self.cipher.seal(first, false, head, &mut frame)?;
            let mut rest = zeroize::Zeroizing::new(Vec::with_capacity(padded - head.len()));
            rest.extend_from_slice(tail);
            rest.resize(padded - head.len(), 0);
            self.cipher
                .seal(first + whole as u64, last, &rest, &mut frame)?;
        }
        Ok(frame)
    }

    /// [`Layout::check`] of a frame that is here as a whole.
    ///
    /// # Errors
    /// [`FileError::FileId`], [`FileError::Segment`].
    pub fn check(&self, frame: &[u8]) -> Result<ChunkHeader, FileError> {
        self.layout.check(&self.file, frame, frame.len())
    }

    /// Opens a CHUNK frame in place: afterwards the bytes of the file are at the start of `frame`, as many as the
    /// result says.
    ///
    /// # Errors
    /// [`FileError`]; nothing of `frame` may then be used.
    pub fn open_in_place(&self, frame: &mut [u8]) -> Result<OpenedSegment, FileError> {
        let header = self.check(frame)?;
        let range = self.layout.file_range(header.index)?;
        let length = usize::try_from(range.end - range.start).map_err(|_| FileError::Segment)?;
        self.cipher.open(
            Layout::first_chunk(header.index),
            header.last,
            &mut frame[HEADER_LENGTH..],
        )?;
        frame.copy_within(HEADER_LENGTH..HEADER_LENGTH + length, 0);
        Ok(OpenedSegment {
            index: header.index,
            last: header.last,
            offset: range.start,
            length,
        })
    }

    /// Opens a CHUNK frame into a buffer of its own.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(&self, frame: &[u8]) -> Result<(OpenedSegment, Vec<u8>), FileError> {
        let header = self.check(frame)?;
        let range = self.layout.file_range(header.index)?;
        let mut bytes = frame[HEADER_LENGTH..].to_vec();
        self.cipher
            .open(Layout::first_chunk(header.index), header.last, &mut bytes)?;
        let length = usize::try_from(range.end - range.start).map_err(|_| FileError::Segment)?;
        bytes.truncate(length);
        Ok((
            OpenedSegment {
                index: header.index,
                last: header.last,
                offset: range.start,
                length,
            },
            bytes,
        ))
    }
}

impl fmt::Debug for SegmentCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            layout,
            file,
            cipher: _,
        } = self;
        f.debug_struct("SegmentCipher")
            .field("layout", layout)
            .field("file", file)
            .finish_non_exhaustive()
    }
}
