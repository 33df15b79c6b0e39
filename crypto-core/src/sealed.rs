//! The container of what is kept: an identity, a backup (sections 8.1 and 8.2), a session ([`crate::session::record`]).
//!
//! ```text
//! "PAIR" || version || kind || fields of the kind || commitment(32) || Seal(o[0..44), aad = all before, record)
//! ```
//! `o = Expand(secret, label, what the kind binds, 76)`; the commitment is `o[44..76)`, so that nothing opens under two
//! secrets. It is compared before anything is decrypted: [`Sealed::verify`] is the only way to [`Verified::decrypt`].

use alloc::vec::Vec;
use zeroize::Zeroizing;

use crate::bytes::Reader;
use crate::limits;
use crate::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH, Unauthentic};
use crate::primitives::hash;
use crate::primitives::labels::Label;
use crate::primitives::padding::padme;

const MAGIC: &[u8; 4] = b"PAIR";
/// Bytes of a commitment.
const COMMITMENT: usize = 32;
/// Key, nonce and commitment.
const OUTPUT: usize = KEY_AND_NONCE + COMMITMENT;
/// Shortest padded record.
const PADDED_MIN: u64 = 1024;
/// Ends a record that is padded.
const END: u8 = 0x80;

/// What is in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum RecordKind {
    /// An identity.
    Identity = 1,
    /// An identity and the people it knows.
    Backup = 2,
    /// A session.
    Session = 3,
}

/// Why bytes are no container of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormError {
    /// Something else.
    Form,
    /// Made by a later version.
    Version,
}

/// Reads magic, version and kind.
pub(crate) fn read_form(reader: &mut Reader<'_>, kind: RecordKind) -> Result<(), FormError> {
    let form = |_| FormError::Form;
    let magic: [u8; 4] = reader.array().map_err(form)?;
    let (version, found) = (reader.u8().map_err(form)?, reader.u8().map_err(form)?);
    if magic != *MAGIC || found != kind as u8 || version == 0 {
        return Err(FormError::Form);
    }
    if version > limits::VERSION {
        return Err(FormError::Version);
    }
    Ok(())
}

/// Key and nonce of one container, and the commitment to them. Wiped on drop.
pub(crate) struct Keys {
    okm: Zeroizing<[u8; KEY_AND_NONCE]>,
    commitment: [u8; COMMITMENT],
}

impl Keys {
    /// `Expand(secret, label, bound, 76)` in its parts. What is bound holds a fresh salt: a fresh key and nonce.
    pub(crate) fn derive(secret: &[u8; 32], label: &Label, bound: &[u8]) -> Self {
        let o: Zeroizing<[u8; OUTPUT]> = hash::expand(secret, label, &[bound]);
        let mut keys = Self {
            okm: Zeroizing::new([0; KEY_AND_NONCE]),
            commitment: [0; COMMITMENT],
        };
        keys.okm.copy_from_slice(&o[..KEY_AND_NONCE]);
        keys.commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
        keys
    }
}

/// Bytes of a container with `head` bytes before its commitment and a record of `record` bytes.
pub(crate) const fn length(head: usize, record: usize) -> usize {
    head + COMMITMENT + record + TAG_LENGTH
}

/// A container on its way: its head is written.
pub(crate) struct Sealing(Vec<u8>);

impl Sealing {
    /// Writes the head into `out`, which is empty and has room for the [`length`] of all: the record is encrypted where it
    /// is written, and no copy of it stays behind.
    pub(crate) fn new(mut out: Vec<u8>, kind: RecordKind, fields: &[&[u8]]) -> Self {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[limits::VERSION, kind as u8]);
        fields.iter().for_each(|field| out.extend_from_slice(field));
        Self(out)
    }

    /// What was written.
    pub(crate) fn head(&self) -> &[u8] {
        &self.0
    }

    /// Seals the record that `write` appends.
    pub(crate) fn finish(self, keys: &Keys, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let Self(mut out) = self;
        let room = out.capacity();
        out.extend_from_slice(&keys.commitment);
        let head = out.len();
        write(&mut out);
        let (head, record) = out.split_at_mut(head);
        // AES-GCM seals 64 GiB; a backup, the longest record, has some 20 MB.
        #[allow(clippy::expect_used)]
        let tag = aead::seal(&keys.okm, head, record).expect("a record is short");
        out.extend_from_slice(&tag);
        debug_assert!(out.capacity() == room, "it did not move");
        out
    }
}

/// A container in its parts. Nothing in it is true yet.
pub(crate) struct Sealed<'a> {
    /// All before the commitment.
    pub(crate) head: &'a [u8],
    authenticated: &'a [u8],
    commitment: &'a [u8; COMMITMENT],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl<'a> Sealed<'a> {
    /// Cuts a container with `head` bytes before its commitment.
    pub(crate) fn split(bytes: &'a [u8], head: usize) -> Option<Self> {
        let (authenticated, sealed) = bytes.split_at_checked(head + COMMITMENT)?;
        let (ciphertext, tag) = sealed.split_last_chunk()?;
        let (head, commitment) = authenticated.split_last_chunk()?;
        Some(Self {
            head,
            authenticated,
            commitment,
            ciphertext,
            tag,
        })
    }

    /// Bytes of the record.
    pub(crate) const fn record_length(&self) -> usize {
        self.ciphertext.len()
    }

    /// Compares the commitment, in constant time; `None` if the container was sealed under other keys.
    pub(crate) fn verify(&self, keys: &'a Keys) -> Option<Verified<'a>> {
        hash::equal(&keys.commitment, self.commitment).then_some(Verified {
            keys,
            authenticated: self.authenticated,
            ciphertext: self.ciphertext,
            tag: self.tag,
        })
    }
}

/// A container whose keys these are.
pub(crate) struct Verified<'a> {
    keys: &'a Keys,
    authenticated: &'a [u8],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl Verified<'_> {
    /// The record, in `buffer`, which is empty.
    pub(crate) fn decrypt(self, buffer: Vec<u8>) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        let mut record = Zeroizing::new(buffer);
        record.extend_from_slice(self.ciphertext);
        aead::open(&self.keys.okm, self.authenticated, &mut record, self.tag)?;
        Ok(record)
    }
}

/// Bytes of a padded record: `max(1024, padme(len + 1))`.
pub(crate) const fn padded(length: usize) -> usize {
    let padme = padme(length as u64 + 1);
    let padded = if padme < PADDED_MIN {
        PADDED_MIN
    } else {
        padme
    };
    // A record has at most some 20 MB.
    #[allow(clippy::cast_possible_truncation)]
    {
        padded as usize
    }
}

/// Pads the record that begins at `begin`.
pub(crate) fn pad(out: &mut Vec<u8>, begin: usize) {
    let padded = padded(out.len() - begin);
    out.push(END);
    out.resize(begin + padded, 0);
}

/// The record in its padding, or `None` if that is not exactly what the record calls for.
pub(crate) fn unpad(padded_record: &[u8]) -> Option<&[u8]> {
    let end = padded_record.iter().rposition(|&byte| byte != 0)?;
    let fits = padded_record[end] == END && padded(end) == padded_record.len();
    fits.then_some(&padded_record[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::labels;
    use std::vec;

    fn sealed(secret: u8, record: &[u8]) -> Vec<u8> {
        let sealing = Sealing::new(
            Vec::with_capacity(length(8, record.len())),
            RecordKind::Session,
            &[b"x", b"y"],
        );
        let keys = Keys::derive(&[secret; 32], &labels::WRAP, sealing.head());
        sealing.finish(&keys, |out| out.extend_from_slice(record))
    }

    fn opened(secret: u8, bytes: &[u8]) -> Option<Vec<u8>> {
        let sealed = Sealed::split(bytes, 8)?;
        let keys = Keys::derive(&[secret; 32], &labels::WRAP, sealed.head);
        let record = sealed.verify(&keys)?.decrypt(Vec::new()).ok()?;
        Some(record.to_vec())
    }

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let bytes = sealed(1, b"record");
        assert_eq!(bytes.len(), length(8, 6));
        assert_eq!(&bytes[..8], b"PAIR\x01\x03xy");
        assert_eq!(opened(1, &bytes).as_deref(), Some(&b"record"[..]));
        assert_eq!(opened(2, &bytes), None);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(opened(1, &changed), None, "byte {at}");
            assert_eq!(opened(1, &bytes[..at]), None, "cut at {at}");
        }
    }

    #[test]
    fn the_form_tells_what_it_is() {
        let read = |bytes: &[u8], kind| read_form(&mut Reader::new(bytes), kind);
        let later = [b"PAIR".as_slice(), &[limits::VERSION + 1, 1]].concat();
        assert_eq!(read(b"PAIR\x01\x01", RecordKind::Identity), Ok(()));
        assert_eq!(read(&later, RecordKind::Identity), Err(FormError::Version));
        for other in [
            &b"PAIR\x01"[..],
            b"PEAR\x01\x01",
            b"PAIR\x00\x01",
            b"PAIR\x01\x02",
        ] {
            assert_eq!(read(other, RecordKind::Identity), Err(FormError::Form));
        }
    }

    #[test]
    fn padding_is_what_the_length_calls_for() {
        assert_eq!([0, 1023, 1024].map(padded), [1024, 1024, 1088]);
        for length in [0, 1022, 1023, 3000] {
            // It begins behind a head.
            let mut body = vec![7; 3];
            body.resize(3 + length, 1);
            pad(&mut body, 3);
            body.drain(..3);
            assert_eq!(body.len(), padded(length));
            assert_eq!(unpad(&body), Some(&body[..length]));
            // Longer, shorter by a byte, without its end, and nothing but zeros.
            assert_eq!(unpad(&[&body[..], &[0; 512]].concat()), None);
            assert_eq!(unpad(&body[..body.len() - 1]), None);
            body[length] = 1;
            assert_eq!(unpad(&body), None);
        }
        assert_eq!(unpad(&[0; 1024]), None);
    }
}
