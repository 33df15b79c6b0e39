//! Shared by the integration tests, those of the crates above too: scripted randomness and hexadecimal.
// Not every test uses everything; the helpers of a test may fail it.
#![allow(clippy::panic, clippy::unwrap_used, dead_code, unreachable_pub)]

use core::convert::Infallible;
use std::vec::Vec;

use duet_primitives::hash::sha256;
use rand_core::{TryCryptoRng, TryRng};

/// A generator that replays given bytes and panics when they are used up.
pub struct Script(Vec<u8>);

impl Script {
    pub fn new(parts: &[&[u8]]) -> Self {
        Self(parts.concat())
    }

    pub fn is_used_up(&self) -> bool {
        self.0.is_empty()
    }
}

/// A generator for tests that do not care: `SHA-256(seed || counter)` blocks.
pub struct TestRng {
    seed: [u8; 32],
    counter: u64,
}

impl TestRng {
    /// How many blocks of at most 32 bytes were drawn.
    pub const fn drawn(&self) -> u64 {
        self.counter
    }

    pub fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self {
            seed: bytes,
            counter: 0,
        }
    }
}

macro_rules! rng {
    ($name:ident, |$self:ident, $dst:ident| $fill:block) => {
        impl TryRng for $name {
            type Error = Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Infallible> {
                let mut bytes = [0; 4];
                self.try_fill_bytes(&mut bytes)?;
                Ok(u32::from_be_bytes(bytes))
            }
            fn try_next_u64(&mut self) -> Result<u64, Infallible> {
                let mut bytes = [0; 8];
                self.try_fill_bytes(&mut bytes)?;
                Ok(u64::from_be_bytes(bytes))
            }
            fn try_fill_bytes(&mut $self, $dst: &mut [u8]) -> Result<(), Infallible> {
                $fill
                Ok(())
            }
        }
        impl TryCryptoRng for $name {}
    };
}

rng!(Script, |self, dst| {
    assert!(
        self.0.len() >= dst.len(),
        "the script has no {} bytes left",
        dst.len()
    );
    let rest = self.0.split_off(dst.len());
    dst.copy_from_slice(&self.0);
    self.0 = rest;
});

rng!(TestRng, |self, dst| {
    for block in dst.chunks_mut(32) {
        let bytes = sha256(&[&self.seed, &self.counter.to_be_bytes()]);
        block.copy_from_slice(&bytes[..block.len()]);
        self.counter += 1;
    }
});

pub fn hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "whole bytes");
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}

pub fn hex_array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}
