//! Fields of a record, written and read.

use alloc::vec::Vec;

use crate::bytes::Reader;

pub(super) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// A count that a limit keeps below 2^16.
pub(super) fn put_count(out: &mut Vec<u8>, count: usize) {
    debug_assert!(count <= usize::from(u16::MAX));
    out.extend_from_slice(&u16::try_from(count).unwrap_or(u16::MAX).to_be_bytes());
}

/// A number of at most `limit`.
pub(super) fn at_most(value: u32, limit: u32) -> Option<u32> {
    (value <= limit).then_some(value)
}

/// A count of at most `limit`.
pub(super) fn read_count(reader: &mut Reader<'_>, limit: usize) -> Option<usize> {
    let count = usize::from(reader.u16().ok()?);
    (count <= limit).then_some(count)
}

pub(super) fn read_flag(reader: &mut Reader<'_>) -> Option<bool> {
    match reader.u8().ok()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}
