//! What a sender says about a file (section 7.1).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::FileError;
use super::cobblestone::{FileKeys, Salt};
use super::layout::Layout;
use crate::bytes::{Reader, Sink, put_short_string};
use crate::limits;
use crate::primitives::hash::{self, Secret32};
use crate::primitives::labels;

/// Longest duration that a receiver shows, whatever the descriptor says: 24 hours, in ms.
const DURATION_MAX: u32 = 24 * 60 * 60 * 1000;

/// What a file is, as its sender says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FileKind {
    /// Any file.
    File = 0,
    /// A picture.
    Image = 1,
    /// A film.
    Video = 2,
    /// A recording.
    Audio = 3,
    /// A voice message.
    Voice = 4,
    /// A video message.
    VideoMessage = 5,
}

impl FileKind {
    /// Every kind, in numerical order.
    pub const ALL: &[Self] = &[
        Self::File,
        Self::Image,
        Self::Video,
        Self::Audio,
        Self::Voice,
        Self::VideoMessage,
    ];
}

/// What the sender wants the receiver to be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FileMode {
    /// View and download.
    Both = 0,
    /// View only.
    ViewOnly = 1,
    /// Download only.
    DownloadOnly = 2,
}

impl FileMode {
    /// Every mode, in numerical order.
    pub const ALL: &[Self] = &[Self::Both, Self::ViewOnly, Self::DownloadOnly];
}

/// `fk`: the key of one sending of one file. Wiped on drop; compared in constant time.
pub struct FileKey(Secret32);

impl FileKey {
    /// Draws 32 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Secret32::default();
        rng.fill_bytes(&mut bytes[..]);
        Self(bytes)
    }

    /// A key that was drawn elsewhere, by a CSPRNG.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret32::new(*bytes))
    }

    /// The secret bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for FileKey {
    fn eq(&self, other: &Self) -> bool {
        hash::equal(&self.0, &other.0)
    }
}

impl Eq for FileKey {}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(_key) = self;
        f.debug_struct("FileKey").finish_non_exhaustive()
    }
}

/// A file descriptor. Its fields are the sender's word: see [`Descriptor::safe_name`] and
/// [`Descriptor::shown_duration_ms`], and never trust the media type. `Debug` shows size and kind only.
#[derive(PartialEq, Eq)]
pub struct Descriptor {
    /// Fresh for every sending.
    pub key: FileKey,
    /// Fresh for every sending.
    pub salt: Salt,
    /// Bytes of the file, at most 2^40.
    pub size: u64,
    /// What it is.
    pub kind: FileKind,
    /// What the receiver may do.
    pub mode: FileMode,
    /// Playing time.
    pub duration_ms: u32,
    /// Waveform, at most 255 values.
    pub peaks: Vec<u8>,
    /// Name, at most 255 bytes.
    pub name: String,
    /// Media type, printable ASCII, at most 255 bytes.
    pub media_type: String,
    /// A small image, at most 16 KiB.
    pub preview: Vec<u8>,
}

impl Descriptor {
    /// The name, made harmless.
    #[must_use]
    pub fn safe_name(&self) -> String {
        super::sanitize_name(&self.name)
    }

    /// The playing time, clamped to 24 hours.
    #[must_use]
    pub fn shown_duration_ms(&self) -> u32 {
        self.duration_ms.min(DURATION_MAX)
    }

    /// Sizes and chunks of the file.
    ///
    /// # Errors
    /// [`FileError::TooLarge`]; not for a descriptor that was decoded.
    pub fn layout(&self) -> Result<Layout, FileError> {
        Layout::new(self.size)
    }

    /// The keys of the file: input key `fk`, `context = LP("file") || u64(size) || u64(psize)`.
    ///
    /// # Errors
    /// [`FileError::TooLarge`]; not for a descriptor that was decoded.
    pub fn keys(&self) -> Result<FileKeys, FileError> {
        let layout = self.layout()?;
        let sizes = [
            layout.size().to_be_bytes(),
            layout.padded_size().to_be_bytes(),
        ];
        let context = [labels::FILE.lp(), &sizes[0], &sizes[1]].concat();
        Ok(FileKeys::derive(self.key.expose(), &self.salt, &context))
    }

    /// Whether every field is within its bounds.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.size <= limits::FILE_SIZE_MAX
            && self.peaks.len() <= limits::PEAKS_MAX
            && self.name.len() <= limits::FILE_NAME_MAX
            && self.media_type.len() <= limits::MEDIA_TYPE_MAX
            && self
                .media_type
                .bytes()
                .all(|byte| matches!(byte, b' '..=b'~'))
            && self.preview.len() <= limits::PREVIEW_MAX
    }

    /// Writes the encoded descriptor, which is valid.
    pub(crate) fn write(&self, out: &mut impl Sink) {
        out.put(self.key.expose());
        out.put(&self.salt.0);
        out.put(&self.size.to_be_bytes());
        out.put(&[self.kind as u8, self.mode as u8]);
        out.put(&self.duration_ms.to_be_bytes());
        put_short_string(out, &self.peaks);
        put_string(out, self.name.as_bytes());
        put_short_string(out, self.media_type.as_bytes());
        put_string(out, &self.preview);
    }

    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FileError::Descriptor`].
    pub fn decode(body: &[u8]) -> Result<Self, FileError> {
        let mut reader = Reader::new(body);
        let descriptor = Self {
            key: FileKey(Secret32::new(reader.array()?)),
            salt: Salt(reader.array()?),
            size: reader.u64()?,
            kind: one_of(FileKind::ALL, reader.u8()?, |kind| *kind as u8)?,
            mode: one_of(FileMode::ALL, reader.u8()?, |mode| *mode as u8)?,
            duration_ms: reader.u32()?,
            peaks: reader.short_string()?.to_vec(),
            name: utf8(string(&mut reader)?)?,
            media_type: utf8(reader.short_string()?)?,
            preview: string(&mut reader)?.to_vec(),
        };
        reader.end()?;
        if descriptor.is_valid() {
            Ok(descriptor)
        } else {
            Err(FileError::Descriptor)
        }
    }
}

impl fmt::Debug for Descriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key: _,
            salt: _,
            size,
            kind,
            mode,
            duration_ms: _,
            peaks: _,
            name: _,
            media_type: _,
            preview: _,
        } = self;
        f.debug_struct("Descriptor")
            .field("size", size)
            .field("kind", kind)
            .field("mode", mode)
            .finish_non_exhaustive()
    }
}

fn one_of<T: Copy>(all: &[T], value: u8, number: impl Fn(&T) -> u8) -> Result<T, FileError> {
    all.iter()
        .copied()
        .find(|known| number(known) == value)
        .ok_or(FileError::Descriptor)
}

/// A byte string after its length in two bytes.
fn string<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], FileError> {
    let length = reader.u16()?;
    Ok(reader.slice(length.into())?)
}

fn put_string(out: &mut impl Sink, bytes: &[u8]) {
    debug_assert!(bytes.len() <= usize::from(u16::MAX));
    out.put(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.put(bytes);
}

fn utf8(bytes: &[u8]) -> Result<String, FileError> {
    core::str::from_utf8(bytes)
        .map(String::from)
        .map_err(|_| FileError::Descriptor)
}
