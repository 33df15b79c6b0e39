//! PAIR/1, the protocol of Duet: identities, handshake, ratchet, files and fingerprints.
//!
//! The crate is sans-IO: bytes in, bytes out. It has no clock, no socket, no storage and no randomness of its own;
//! times and generators are parameters. `PROTOCOL.md` is the specification, section numbers in the documentation
//! of this crate are its sections.
//!
//! | module | what it is | section |
//! |---|---|---|
//! | [`primitives`] | labels, hashes, AEAD, filtered Ed25519 and X25519, ML-KEM-768 | 2, App. B |
//! | [`identity`], [`fingerprint`] | accounts, keys, and what people compare | 3 |
//! | [`engine`] | the asymmetric primitives, in software or on a platform's own | – |
//! | [`handshake`] | three flights from a key to a [`session::Session`] | 4 |
//! | [`session`] | the Double Ratchet and what travels in it | 6 |
//! | [`files`] | descriptors, control messages, chunked encryption | 7 |
//! | [`vault`], [`password`] | the identity at rest, the password split | 8 |
//! | [`relay`] | the envelope that both the relay and its clients speak | 9 |
//! | [`limits`], [`error`] | every bound, every code | 10, 11 |
//!
//! # A session cannot be had without both verifications
//!
//! [`handshake::Offer::accept`] and [`handshake::PendingSession::confirm`] are the only two functions that return a
//! [`session::Session`], and each takes its handshake by value: a frame is processed once.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod bytes;
pub mod engine;
pub mod error;
pub mod files;
pub mod fingerprint;
pub mod handshake;
pub mod identity;
mod ids;
pub mod limits;
pub mod password;
pub mod primitives;
pub mod relay;
pub mod session;
pub mod vault;
