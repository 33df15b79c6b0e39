//! Randomness: the platform's generator, or the bytes of a test vector.

use std::convert::Infallible;

use rand_core::{Rng, TryCryptoRng, TryRng};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// Where an operation draws its random bytes from.
pub(crate) enum Random {
    /// `crypto.getRandomValues`, which exists on insecure origins too.
    Platform,
    /// The bytes of a vector, in the order in which they are drawn. Only the package's `testing` entry makes these.
    Script {
        bytes: Zeroizing<Vec<u8>>,
        drawn: usize,
    },
}

impl Random {
    pub(crate) fn new(script: Option<Vec<u8>>) -> Self {
        match script {
            None => Self::Platform,
            Some(bytes) => Self::Script {
                bytes: Zeroizing::new(bytes),
                drawn: 0,
            },
        }
    }

    pub(crate) fn is_script(&self) -> bool {
        matches!(self, Self::Script { .. })
    }

    /// Bytes of the script that were not drawn; negative if more were drawn than it has. Nothing without a script.
    pub(crate) fn left(&self) -> Option<f64> {
        match self {
            Self::Platform => None,
            // A script is a few kilobytes.
            #[allow(clippy::cast_precision_loss)]
            Self::Script { bytes, drawn } => Some(bytes.len() as f64 - *drawn as f64),
        }
    }

    fn fill(&mut self, out: &mut [u8]) {
        match self {
            Self::Platform => fill_from_platform(out),
            Self::Script { bytes, drawn } => {
                for byte in out {
                    // Past its end a script gives zeros, and `left` tells.
                    *byte = bytes.get(*drawn).copied().unwrap_or(0);
                    *drawn += 1;
                }
            }
        }
    }
}

/// `ready()` has seen this work. Should it fail later, going on would mean keys that anybody can guess: stop.
#[allow(clippy::panic, reason = "there is no safe way to go on")]
fn fill_from_platform(out: &mut [u8]) {
    if getrandom::fill(out).is_err() {
        panic!("crypto.getRandomValues failed");
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for Random {}

/// Fresh random bytes from the platform.
#[wasm_bindgen(js_name = randomBytes)]
#[must_use]
pub fn random_bytes(length: usize) -> Vec<u8> {
    let mut out = vec![0; length];
    Random::Platform.fill_bytes(&mut out);
    out
}
