//! Big-endian reading and writing. Reading never panics and never reads past the end.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// The order of public names, as their type's derive would have it. One function for all of them: in line, each comparison of 32
/// bytes is several hundred bytes of code.
#[inline(never)]
pub(crate) fn order(a: &[u8], b: &[u8]) -> Ordering {
    a.cmp(b)
}

/// Orders a type around bytes by [`order`].
macro_rules! ordered {
    ($name:ident) => {
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                $crate::bytes::order(&self.0, &other.0)
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
    };
}

pub(crate) use ordered;

/// The input ended too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Short;

/// A cursor over bytes that somebody else wrote.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn slice(&mut self, length: usize) -> Result<&'a [u8], Short> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Short> {
        self.view().copied()
    }

    /// As [`Self::array`], without a copy.
    pub(crate) fn view<const N: usize>(&mut self) -> Result<&'a [u8; N], Short> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Short)?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Short> {
        self.array().map(u8::from_be_bytes)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Short> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Short> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Short> {
        self.array().map(u64::from_be_bytes)
    }

    /// A byte string after its length in one byte.
    pub(crate) fn short_string(&mut self) -> Result<&'a [u8], Short> {
        let length = self.u8()?;
        self.slice(length.into())
    }

    /// Everything that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.0)
    }

    /// Succeeds if nothing is left.
    pub(crate) fn end(&self) -> Result<(), Short> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Short)
        }
    }
}

/// Joins parts whose lengths add up to `N` by their types.
pub(crate) fn fixed<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    fill(&mut out, parts);
    out
}

/// As [`fixed`], into bytes that are there.
pub(crate) fn fill<const N: usize>(out: &mut [u8; N], parts: &[&[u8]]) {
    let mut rest = &mut out[..];
    for part in parts {
        let (head, tail) = rest.split_at_mut(part.len());
        head.copy_from_slice(part);
        rest = tail;
    }
    debug_assert!(rest.is_empty());
}

/// Where an encoder writes: into a buffer, or nowhere, to learn how large the buffer must be.
pub(crate) trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts what is written.
pub(crate) struct Length(pub(crate) usize);

impl Sink for Length {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// Writes a byte string after its length in one byte. The caller has checked the length.
pub(crate) fn put_short_string(out: &mut impl Sink, bytes: &[u8]) {
    debug_assert!(bytes.len() <= usize::from(u8::MAX));
    out.put(&[u8::try_from(bytes.len()).unwrap_or(u8::MAX)]);
    out.put(bytes);
}
