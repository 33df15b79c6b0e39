//! Cobblestone-256: C2SP chunked-encryption with SHA-512 and AES-256-GCM (<https://c2sp.org/chunked-encryption>).
//!
//! A plaintext is cut into chunks of 16 KiB, the last one always shorter (it may be empty). Each is sealed under one
//! key with the nonce `base nonce XOR chunk number`, without associated data. Key, base nonce and a 32-byte commitment
//! come from the input key, a salt and a context; the commitment is compared before anything is decrypted.
//!
//! [`FileKeys`] are what a platform's own AES needs; [`ChunkCipher`] is the software. Sealing the whole of a small
//! file is [`seal`], opening it [`open`], a part of it [`open_range`].

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::FileError;
use crate::primitives::aead::{Cipher, TAG_LENGTH};
use crate::primitives::hash::{self, Secret32};

/// Plaintext bytes of every chunk but the last.
pub const CHUNK_PLAINTEXT: usize = 16_384;
/// Sealed bytes of every chunk but the last.
pub const CHUNK_SEALED: usize = CHUNK_PLAINTEXT + TAG_LENGTH;
/// Bytes of salt and commitment before the first chunk.
pub const HEADER_LENGTH: usize = 56;
/// Chunks of one plaintext, at most (2^38; 4 PiB).
pub const CHUNKS_MAX: u64 = 1 << 38;

const PLAINTEXT: u64 = CHUNK_PLAINTEXT as u64;
const SEALED: u64 = CHUNK_SEALED as u64;
const TAG: u64 = TAG_LENGTH as u64;

const INFO: &[u8] = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0";

/// 24 bytes, never twice with one input key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Salt(pub [u8; 24]);

impl Salt {
    /// Draws 24 bytes from `rng`.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 24];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// What one file is sealed under. Wiped on drop.
pub struct FileKeys {
    key: Secret32,
    base_nonce: [u8; 12],
    commitment: [u8; 32],
}

impl FileKeys {
    /// `key || base nonce || commitment = HKDF-Expand-SHA-512(input key, info || salt || context, 76)`.
    ///
    /// The HKDF is written on HMAC: the usual interfaces refuse a 32-byte key with SHA-512.
    #[must_use]
    pub fn derive(input_key: &[u8; 32], salt: &Salt, context: &[u8]) -> Self {
        let block = |previous: &[u8], counter: u8| -> Zeroizing<[u8; 64]> {
            hash::hmac_sha512(input_key, &[previous, INFO, &salt.0, context, &[counter]])
        };
        let first = block(&[], 1);
        let second = block(&first[..], 2);

        let mut keys = Self {
            key: Secret32::default(),
            base_nonce: [0; 12],
            commitment: [0; 32],
        };
        keys.key.copy_from_slice(&first[..32]);
        keys.base_nonce.copy_from_slice(&first[32..44]);
        keys.commitment[..20].copy_from_slice(&first[44..]);
        keys.commitment[20..].copy_from_slice(&second[..12]);
        keys
    }

    /// Reads the header of a sealed file, derives its keys and compares the commitment in constant time.
    ///
    /// # Errors
    /// [`FileError::Commitment`] if the file was sealed under another key or context.
    pub fn from_header(
        header: &[u8; HEADER_LENGTH],
        input_key: &[u8; 32],
        context: &[u8],
    ) -> Result<Self, FileError> {
        let mut salt = Salt([0; 24]);
        salt.0.copy_from_slice(&header[..24]);
        let mut commitment = [0; 32];
        commitment.copy_from_slice(&header[24..]);
        let keys = Self::derive(input_key, &salt, context);
        if hash::equal(&keys.commitment, &commitment) {
            Ok(keys)
        } else {
            Err(FileError::Commitment)
        }
    }

    /// The AES-256-GCM key of every chunk.
    #[must_use]
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The base nonce.
    #[must_use]
    pub const fn base_nonce(&self) -> &[u8; 12] {
        &self.base_nonce
    }

    /// The commitment: public, and the wire id of a file of ours.
    #[must_use]
    pub const fn commitment(&self) -> &[u8; 32] {
        &self.commitment
    }

    /// The nonce of a chunk.
    #[must_use]
    pub fn nonce(&self, chunk: u64) -> [u8; 12] {
        nonce(&self.base_nonce, chunk)
    }

    /// The software cipher of these keys.
    #[must_use]
    pub fn cipher(&self) -> ChunkCipher {
        ChunkCipher {
            cipher: Cipher::new(&self.key),
            base_nonce: self.base_nonce,
        }
    }
}

impl fmt::Debug for FileKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            key: _,
            base_nonce: _,
            commitment: _,
        } = self;
        f.debug_struct("FileKeys").finish_non_exhaustive()
    }
}

fn nonce(base: &[u8; 12], chunk: u64) -> [u8; 12] {
    let mut nonce = *base;
    for (byte, counter) in nonce[4..].iter_mut().zip(chunk.to_be_bytes()) {
        *byte ^= counter;
    }
    nonce
}

/// Seals and opens runs of chunks. Wiped on drop.
pub struct ChunkCipher {
    cipher: Cipher,
    base_nonce: [u8; 12],
}

impl ChunkCipher {
    /// Seals consecutive chunks, the first of which is number `first`, and appends them to `out`. With `last` the
    /// plaintext ends here; without it, its length must be a multiple of 16 KiB.
    ///
    /// The caller never seals two contents under one chunk number.
    ///
    /// # Errors
    /// [`FileError::Range`] for a length that does not fit, [`FileError::TooLarge`] beyond 2^38 chunks.
    pub fn seal(
        &self,
        first: u64,
        last: bool,
        plaintext: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), FileError> {
        let (full, tail) = plaintext.as_chunks::<CHUNK_PLAINTEXT>();
        if !last && !tail.is_empty() {
            return Err(FileError::Range);
        }
        in_bounds(first, full.len(), last)?;
        out.reserve(full.len() * CHUNK_SEALED + if last { tail.len() + TAG_LENGTH } else { 0 });
        let mut chunk = first;
        for part in full {
            self.seal_one(chunk, part, out)?;
            chunk += 1;
        }
        if last {
            self.seal_one(chunk, tail, out)
        } else {
            Ok(())
        }
    }

    fn seal_one(&self, chunk: u64, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), FileError> {
        let start = out.len();
        out.extend_from_slice(plaintext);
        let tag = self
            .cipher
            .seal(&nonce(&self.base_nonce, chunk), &[], &mut out[start..])
            .map_err(|_| FileError::TooLarge)?;
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// Opens consecutive chunks in place, the first of which is number `first`. The plaintext ends up at the start of
    /// `buffer`; its length is returned. With `last` the buffer ends with the last chunk, which is shorter.
    ///
    /// # Errors
    /// [`FileError::Truncated`] for a length that does not fit, [`FileError::Decrypt`] if a chunk is not authentic:
    /// then nothing of `buffer` may be used, and it is wiped.
    pub fn open(&self, first: u64, last: bool, buffer: &mut [u8]) -> Result<usize, FileError> {
        let tail = buffer.len() % CHUNK_SEALED;
        let full = buffer.len() / CHUNK_SEALED;
        if (last && tail < TAG_LENGTH) || (!last && tail != 0) {
            return Err(FileError::Truncated);
        }
        in_bounds(first, full, last)?;
        let result = self.open_all(first, buffer);
        if result.is_err() {
            buffer.fill(0);
        }
        result
    }

    fn open_all(&self, first: u64, buffer: &mut [u8]) -> Result<usize, FileError> {
        let mut chunk = first;
        let (mut read, mut written) = (0, 0);
        while read < buffer.len() {
            let end = buffer.len().min(read + CHUNK_SEALED);
            let sealed = &mut buffer[read..end];
            let (body, tag) = sealed
                .split_last_chunk_mut::<TAG_LENGTH>()
                .ok_or(FileError::Truncated)?;
            let length = body.len();
            self.cipher
                .open(&nonce(&self.base_nonce, chunk), &[], body, tag)
                .map_err(|_| FileError::Decrypt)?;
            buffer.copy_within(read..read + length, written);
            written += length;
            read = end;
            chunk += 1;
        }
        Ok(written)
    }
}

impl fmt::Debug for ChunkCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cipher: _,
            base_nonce: _,
        } = self;
        f.debug_struct("ChunkCipher").finish_non_exhaustive()
    }
}

fn in_bounds(first: u64, full: usize, last: bool) -> Result<(), FileError> {
    let end = u64::try_from(full)
        .ok()
        .and_then(|full| first.checked_add(full)?.checked_add(u64::from(last)));
    if end.is_some_and(|end| end <= CHUNKS_MAX) {
        Ok(())
    } else {
        Err(FileError::TooLarge)
    }
}

/// Chunks of a plaintext: the last one is shorter than the others, so there is always one more than fit.
#[must_use]
pub const fn chunk_count(plaintext_length: u64) -> u64 {
    plaintext_length / PLAINTEXT + 1
}

/// Sealed bytes of a plaintext, without the header.
///
/// # Errors
/// [`FileError::TooLarge`] above 4 PiB - 1.
pub const fn sealed_length(plaintext_length: u64) -> Result<u64, FileError> {
    if plaintext_length >= CHUNKS_MAX * PLAINTEXT {
        return Err(FileError::TooLarge);
    }
    Ok(plaintext_length + chunk_count(plaintext_length) * TAG)
}

/// Plaintext bytes of a sealed file, whose length does not count the header.
///
/// # Errors
/// [`FileError::Truncated`] if no plaintext has this sealed length.
pub const fn plaintext_length(sealed_length: u64) -> Result<u64, FileError> {
    let (full, tail) = (sealed_length / SEALED, sealed_length % SEALED);
    if tail < TAG || full >= CHUNKS_MAX {
        return Err(FileError::Truncated);
    }
    Ok(full * PLAINTEXT + tail - TAG)
}

/// Seals a whole file: salt, commitment, chunks.
///
/// # Errors
/// [`FileError::TooLarge`].
pub fn seal(
    input_key: &[u8; 32],
    salt: &Salt,
    context: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, FileError> {
    let keys = FileKeys::derive(input_key, salt, context);
    let sealed =
        usize::try_from(sealed_length(plaintext.len() as u64)?).map_err(|_| FileError::TooLarge)?;
    let mut out = Vec::with_capacity(HEADER_LENGTH + sealed);
    out.extend_from_slice(&salt.0);
    out.extend_from_slice(&keys.commitment);
    keys.cipher().seal(0, true, plaintext, &mut out)?;
    Ok(out)
}

/// Opens a whole file.
///
/// # Errors
/// [`FileError::Truncated`], [`FileError::Commitment`], [`FileError::Decrypt`].
pub fn open(input_key: &[u8; 32], context: &[u8], file: &[u8]) -> Result<Vec<u8>, FileError> {
    let (header, chunks) = file.split_first_chunk().ok_or(FileError::Truncated)?;
    let keys = FileKeys::from_header(header, input_key, context)?;
    let mut buffer = chunks.to_vec();
    let length = keys.cipher().open(0, true, &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

/// Opens the plaintext bytes `range` of a whole file, decrypting only the chunks that hold them and the last one,
/// which proves the length.
///
/// # Errors
/// As [`open`]; [`FileError::Range`] if the range ends beyond the file.
pub fn open_range(
    input_key: &[u8; 32],
    context: &[u8],
    file: &[u8],
    range: Range<u64>,
) -> Result<Vec<u8>, FileError> {
    let (header, chunks) = file.split_first_chunk().ok_or(FileError::Truncated)?;
    let total = plaintext_length(chunks.len() as u64)?;
    let keys = FileKeys::from_header(header, input_key, context)?;
    let cipher = keys.cipher();
    let last = chunk_count(total) - 1;
    open_chunks(&cipher, chunks, last..last + 1, last)?;
    if range.start > range.end || range.end > total {
        return Err(FileError::Range);
    }
    if range.is_empty() {
        return Ok(Vec::new());
    }
    let cover = covering_chunks(&range);
    let plaintext = open_chunks(&cipher, chunks, cover.clone(), last)?;
    let offset = |position: u64| {
        usize::try_from(position - cover.start * PLAINTEXT).map_err(|_| FileError::Range)
    };
    Ok(plaintext
        .get(offset(range.start)?..offset(range.end)?)
        .ok_or(FileError::Range)?
        .to_vec())
}

/// The chunks that hold the plaintext bytes `range`; none for an empty one.
#[must_use]
pub const fn covering_chunks(range: &Range<u64>) -> Range<u64> {
    let start = range.start / PLAINTEXT;
    if range.start >= range.end {
        start..start
    } else {
        start..(range.end - 1) / PLAINTEXT + 1
    }
}

/// Opens whole chunks of a file without its header.
fn open_chunks(
    cipher: &ChunkCipher,
    chunks: &[u8],
    which: Range<u64>,
    last: u64,
) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let position = |chunk: u64| usize::try_from(chunk * SEALED).map_err(|_| FileError::Range);
    let end = position(which.end)?.min(chunks.len());
    let mut buffer = Zeroizing::new(
        chunks
            .get(position(which.start)?..end)
            .ok_or(FileError::Range)?
            .to_vec(),
    );
    let length = cipher.open(which.start, which.end > last, &mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}
