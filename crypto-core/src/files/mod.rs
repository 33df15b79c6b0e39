//! Files (section 7): a descriptor inside a message, control messages, and chunks in the published format
//! Cobblestone-256 (C2SP chunked-encryption).
//!
//! A sender draws [`FileKey`] and [`Salt`] afresh for every sending and seals runs of chunks that were wanted; a receiver
//! derives everything it expects from the [`Descriptor`] and refuses what differs, before decrypting.

pub mod cobblestone;
mod control;
mod descriptor;
pub mod frames;
mod layout;
mod name;
mod transfer;

pub use crate::ids::FileId;
pub use cobblestone::{FileKeys, Salt};
pub use control::{Control, ControlOp};
pub use descriptor::{Descriptor, FileKey, FileKind, FileMode};
pub use layout::{ChunkRun, Layout};
pub use name::sanitize as sanitize_name;
pub use transfer::{Opened, OpenedChunks, TransferCipher};

use crate::bytes::Short;
use crate::error::errors;

errors! {
    /// A file, or a part of one, that is refused.
    pub enum FileError {
        /// A descriptor or control message has a field that it may not have.
        Descriptor => FileDescriptor,
        /// A chunk belongs to another file.
        FileId => FileId,
        /// A frame's chunk number, end mark or length does not fit the file.
        Chunk => FileChunk,
        /// Not authentic.
        Decrypt => FileDecrypt,
        /// Larger than a file may be.
        TooLarge => FileTooLarge,
        /// A range lies outside of the file, or a buffer does not fit it.
        Range => FileRange,
        /// Sealed under another key or context.
        Commitment => FileCommitment,
        /// The length is not that of a whole file.
        Truncated => FileTruncated,
    }
    from Short => Descriptor;
}
