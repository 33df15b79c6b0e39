//! The primitives of section 2, which are a crate of their own, and the labels under which this protocol uses them.

pub use duet_primitives::{aead, argon2, ed25519, hash, kem, padding, pbkdf2, x25519};

pub mod labels;
