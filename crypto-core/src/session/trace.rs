//! What the ratchet derived last, for the test vectors: a type without content where they are not built.

use super::chain::MessageKey;
use super::turn::TurnSecrets;
#[cfg(feature = "vectors")]
use crate::primitives::kem;

/// The last root step and the last message key.
#[cfg(not(feature = "vectors"))]
#[derive(Clone, Default)]
pub(super) struct Trace(());

#[cfg(not(feature = "vectors"))]
impl Trace {
    /// Notes a root step.
    #[allow(clippy::unused_self)]
    pub(super) const fn root_step(&mut self, _context: &[u8; 32], _secrets: &TurnSecrets) {}

    /// Notes a message key.
    #[allow(clippy::unused_self)]
    pub(super) const fn message(&mut self, _key: &MessageKey) {}
}

/// The last root step and the last message key. It wipes nothing: vectors are public.
#[cfg(feature = "vectors")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// `th` of the last root step.
    pub th: [u8; 32],
    /// `ss_k` of the last root step; none in turn 0.
    pub ss_k: Option<[u8; 32]>,
    /// `ss_x` of the last root step.
    pub ss_x: [u8; 32],
    /// Message key of the last message that was sealed or opened.
    pub mk: [u8; 32],
}

#[cfg(feature = "vectors")]
impl Trace {
    /// Notes a root step.
    pub(super) fn root_step(&mut self, context: &[u8; 32], secrets: &TurnSecrets) {
        self.th = *context;
        self.ss_k = secrets.encapsulated.as_ref().map(|secret| **secret);
        self.ss_x = *secrets.agreed.expose();
    }

    /// Notes a message key.
    pub(super) fn message(&mut self, key: &MessageKey) {
        self.mk = key.expose();
    }
}

/// The whole state of a ratchet, for the test vectors. It wipes nothing: vectors are public.
#[cfg(feature = "vectors")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatchetTrace {
    /// Root key.
    pub rk: [u8; 32],
    /// Number of the newest turn.
    pub turn: u32,
    /// Whose turn that is, and its keys.
    pub newest: TurnTrace,
    /// Receiving chain key.
    pub ck_r: Option<[u8; 32]>,
    /// Next number of the receiving chain.
    pub n_r: u32,
    /// Length of our previous turn.
    pub pn: u32,
    /// `(turn, N)` of the skipped keys, oldest first.
    pub skipped: alloc::vec::Vec<(u32, u32)>,
    /// What was derived last.
    pub last: Trace,
}

/// The newest turn of a [`RatchetTrace`].
#[cfg(feature = "vectors")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // Test vectors only.
pub enum TurnTrace {
    /// Our turn.
    Ours {
        /// Private X25519 key.
        dh_s: [u8; 32],
        /// Seed `d || z` of the private ML-KEM key.
        dk_s: [u8; kem::SEED],
        /// `RC` as sent.
        rc: [u8; kem::CIPHERTEXT],
        /// Sending chain key.
        ck_s: [u8; 32],
        /// Next number of the sending chain.
        n_s: u32,
    },
    /// The peer's turn.
    Peers {
        /// `RX`.
        rx: [u8; 32],
        /// `RE`.
        re: [u8; kem::ENCAPSULATION_KEY],
    },
}
