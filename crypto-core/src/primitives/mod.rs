//! The primitives of section 2: one hash, one AEAD, one signature, one agreement, one KEM.

pub mod aead;
pub mod ed25519;
pub mod hash;
pub mod kem;
pub mod labels;
pub mod x25519;
