//! What lies under the tag of a MSG and of an EARLY (section 6.4): `ctype || seq || ack || body`, then the padding.

use alloc::vec::Vec;

use super::content::Content;
use super::padding;
use crate::bytes::{Reader, Short};

/// Bytes before the body: ctype, seq, ack.
const PREFIX_LENGTH: usize = 9;

/// An authentic plaintext, understood.
pub(crate) struct Plaintext {
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) content: Content,
}

/// What is wrong with an authentic plaintext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The padding is not canonical.
    Padding,
    /// Too short, or the body is not what its ctype allows.
    Content,
}

impl From<Short> for Fault {
    fn from(_: Short) -> Self {
        Self::Content
    }
}

/// Bytes of the padded plaintext.
pub(crate) fn padded_length(content: &Content) -> usize {
    padding::bucket(PREFIX_LENGTH + content.body_length() + 1)
}

/// Appends the padded plaintext to `frame`, which is allocated large enough: nothing is left behind by a move.
pub(crate) fn write(frame: &mut Vec<u8>, seq: u32, ack: u32, content: &Content) {
    let head = frame.len();
    frame.push(content.ctype());
    frame.extend_from_slice(&seq.to_be_bytes());
    frame.extend_from_slice(&ack.to_be_bytes());
    content.encode_body(frame);
    frame.push(0x80);
    let padded = padding::bucket(frame.len() - head);
    debug_assert!(padded == padded_length(content));
    frame.resize(head + padded, 0);
}

/// Reads a padded plaintext whose tag has verified.
pub(crate) fn read(padded: &[u8]) -> Result<Plaintext, Fault> {
    let length = padding::unpad(padded).ok_or(Fault::Padding)?;
    let mut reader = Reader::new(&padded[..length]);
    let ctype = reader.u8()?;
    let (seq, ack) = (reader.u32()?, reader.u32()?);
    let content = Content::decode(ctype, reader.rest()).map_err(|_| Fault::Content)?;
    Ok(Plaintext { seq, ack, content })
}
