//! Segments of a file on the wire: CHUNK frames (section 7.2).

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::FileError;
use super::cobblestone::{self, CHUNK_PLAINTEXT, CHUNK_SEALED, ChunkCipher, FileKeys};
use super::descriptor::Descriptor;
use crate::bytes::Reader;
use crate::error::FrameError;
use crate::identity::Hex;
use crate::limits;
use crate::session::padding;

/// Type of CHUNK.
pub const CHUNK: u8 = 0x12;
/// Bytes of a CHUNK before its segment.
pub const HEADER_LENGTH: usize = 39;
/// Chunks of every segment but the last.
pub const SEGMENT_CHUNKS: usize = 64;
/// Plaintext bytes of every segment but the last: 1 MiB.
pub const SEGMENT_PLAINTEXT: usize = SEGMENT_CHUNKS * CHUNK_PLAINTEXT;
/// Sealed bytes of every segment but the last.
pub const SEGMENT_SEALED: usize = SEGMENT_CHUNKS * CHUNK_SEALED;

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
    /// The segment.
    pub index: u32,
    /// Whether it is the last one.
    pub last: bool,
}

impl ChunkHeader {
    /// Decodes the head of any bytes; returns it with the segment.
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
