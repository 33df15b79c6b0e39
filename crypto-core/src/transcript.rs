//! The transcript of a handshake (section 4.4): `T0` begins it, and each hash takes in what the next flight adds.

use core::fmt;

use crate::identity::Hex;
use crate::primitives::hash::{labelled, sha256};
use crate::primitives::labels;

/// `TN`. The hash of one point is never taken for that of another: they are different types.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transcript<const N: u8>([u8; 32]);

impl Transcript<0> {
    /// `T0 = LH("transcript", prekey)`: the PREKEY frame, or nothing in the interactive mode.
    pub(crate) fn begin(prekey: &[u8]) -> Self {
        Self(labelled(&labels::TRANSCRIPT, &[prekey]))
    }
}

impl<const N: u8> Transcript<N> {
    /// `TM = SHA(TN || parts)`, where `M` comes after `N`.
    pub(crate) fn then<const M: u8>(&self, parts: [&[u8]; 2]) -> Transcript<M> {
        const { assert!(M == N + 1, "one after the other") };
        let [first, second] = parts;
        Transcript(sha256(&[&self.0, first, second]))
    }

    /// The bytes, which are public.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl<const N: u8> fmt::Debug for Transcript<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{N}({})", Hex(&self.0))
    }
}
