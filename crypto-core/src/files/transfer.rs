//! A file on its way: runs of its chunks as CHUNK frames (section 7.2).

use alloc::vec::Vec;
use core::fmt;

use super::FileError;
use super::cobblestone::{CHUNK_PLAINTEXT, ChunkCipher, FileKeys};
use super::descriptor::Descriptor;
use super::frames::HEADER_LENGTH;
use super::layout::{ChunkRun, Layout};
use crate::ids::FileId;

/// A run of chunks that was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenedChunks {
    /// Which chunks.
    pub run: ChunkRun,
    /// Where their bytes belong in the file.
    pub offset: u64,
    /// How many bytes of the file they have; padding is not counted.
    pub length: usize,
}

/// A CHUNK frame that was opened into a buffer of its own.
pub struct Opened {
    /// Which chunks, and where they belong.
    pub chunks: OpenedChunks,
    /// Their bytes of the file, without padding: [`OpenedChunks::length`] of them.
    pub plaintext: Vec<u8>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            chunks,
            plaintext: _,
        } = self;
        f.debug_struct("Opened")
            .field("chunks", chunks)
            .finish_non_exhaustive()
    }
}

/// Seals and opens the chunks of one file in software. Wiped on drop.
pub struct TransferCipher {
    layout: Layout,
    file: FileId,
    cipher: ChunkCipher,
}

impl TransferCipher {
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

    /// The CHUNK frame of a run. `bytes` are those of [`Layout::file_range`], from an immutable snapshot: one file's
    /// keys never seal two contents.
    ///
    /// # Errors
    /// [`FileError::Range`] if `bytes` has another length.
    pub fn seal(&self, run: ChunkRun, bytes: &[u8]) -> Result<Vec<u8>, FileError> {
        let range = self.layout.file_range(run);
        if bytes.len() as u64 != range.end - range.start {
            return Err(FileError::Range);
        }
        let mut frame = Vec::with_capacity(HEADER_LENGTH + self.layout.sealed_length(run));
        frame.extend_from_slice(&self.layout.header(self.file, run).encode());

        // Whole chunks go straight from the caller's bytes; where the file ends, its tail and zeros are joined.
        let padded = self.layout.plaintext_length(run);
        let (first, last) = (u64::from(run.first()), run.is_last());
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
    /// [`FileError::FileId`], [`FileError::Chunk`].
    pub fn check(&self, frame: &[u8]) -> Result<ChunkRun, FileError> {
        self.layout.check(&self.file, frame, frame.len())
    }

    /// Opens a CHUNK frame in place: afterwards the bytes of the file are at the start of `frame`, as many as the
    /// result says.
    ///
    /// # Errors
    /// [`FileError`]; nothing of `frame` may then be used.
    pub fn open_in_place(&self, frame: &mut [u8]) -> Result<OpenedChunks, FileError> {
        let run = self.check(frame)?;
        self.cipher.open(
            u64::from(run.first()),
            run.is_last(),
            &mut frame[HEADER_LENGTH..],
        )?;
        let opened = self.opened(run)?;
        frame.copy_within(HEADER_LENGTH..HEADER_LENGTH + opened.length, 0);
        Ok(opened)
    }

    /// Opens a CHUNK frame into a buffer of its own.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn open(&self, frame: &[u8]) -> Result<Opened, FileError> {
        let run = self.check(frame)?;
        let mut plaintext = frame[HEADER_LENGTH..].to_vec();
        self.cipher
            .open(u64::from(run.first()), run.is_last(), &mut plaintext)?;
        let chunks = self.opened(run)?;
        plaintext.truncate(chunks.length);
        Ok(Opened { chunks, plaintext })
    }

    fn opened(&self, run: ChunkRun) -> Result<OpenedChunks, FileError> {
        let range = self.layout.file_range(run);
        Ok(OpenedChunks {
            run,
            offset: range.start,
            length: usize::try_from(range.end - range.start).map_err(|_| FileError::Chunk)?,
        })
    }
}

impl fmt::Debug for TransferCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            layout,
            file,
            cipher: _,
        } = self;
        f.debug_struct("TransferCipher")
            .field("layout", layout)
            .field("file", file)
            .finish_non_exhaustive()
    }
}
