//! Generators whose every byte is known: the vectors' blocks, and a replay of what a case names.

use duet_crypto::primitives::hash::sha256;
use rand_core::{Infallible, TryCryptoRng, TryRng};

/// The first `size` bytes of `SHA("PAIR/1 vector " || tag || u32(i))`, i = 0, 1, 2 … (section 14).
pub(crate) fn blocks(tag: &str, size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(size + 32);
    let mut i = 0_u32;
    while out.len() < size {
        out.extend_from_slice(&block(tag, i));
        i += 1;
    }
    out.truncate(size);
    out
}

fn block(tag: &str, i: u32) -> [u8; 32] {
    sha256(&[b"PAIR/1 vector ", tag.as_bytes(), &i.to_be_bytes()])
}

/// A fixed array out of [`blocks`].
pub(crate) fn array<const N: usize>(tag: &str) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&blocks(tag, N));
    out
}

/// Gives the bytes it was made with, and remembers how they were drawn and whether they were enough.
#[derive(Default)]
pub(crate) struct Replay {
    bytes: Vec<u8>,
    at: usize,
    exhausted: bool,
}

impl Replay {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            at: 0,
            exhausted: false,
        }
    }

    /// Whether exactly the given bytes were drawn.
    pub(crate) fn is_used_up(&self) -> bool {
        self.at == self.bytes.len() && !self.exhausted
    }

    /// What was drawn so far.
    pub(crate) fn drawn(&self) -> &[u8] {
        &self.bytes[..self.at]
    }
}

impl TryRng for Replay {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        match self.bytes.get(self.at..self.at + target.len()) {
            Some(bytes) => {
                target.copy_from_slice(bytes);
                self.at += target.len();
            }
            None => {
                target.fill(0);
                self.exhausted = true;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

/// All of the [`blocks`] under a tag, one after the other.
pub(crate) struct Blocks {
    tag: String,
    /// What was made and not drawn.
    bytes: Vec<u8>,
    next: u32,
}

impl Blocks {
    pub(crate) const fn new(tag: String) -> Self {
        Self {
            tag,
            bytes: Vec::new(),
            next: 0,
        }
    }
}

impl TryRng for Blocks {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        while self.bytes.len() < target.len() {
            self.bytes.extend(block(&self.tag, self.next));
            self.next += 1;
        }
        let rest = self.bytes.split_off(target.len());
        target.copy_from_slice(&self.bytes);
        self.bytes = rest;
        Ok(())
    }
}

impl TryCryptoRng for Blocks {}
