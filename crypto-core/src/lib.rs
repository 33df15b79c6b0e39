//! PAIR/1, the protocol of Duet: identities, handshake, ratchet, files and fingerprints.
//!
//! The crate is sans-IO: bytes in, bytes out. It has no clock, no socket, no storage and no randomness of its own;
//! times and generators are parameters. `protocol.md` is the specification, section numbers in the documentation
//! of this crate are its sections.
//!
//! | module | what it is | section |
//! |---|---|---|
//! | [`primitives`] | labels, hashes, AEAD, filtered Ed25519 and X25519, ML-KEM-768 | 2, App. B |
//! | [`identity`], [`fingerprint`], [`replacement`] | accounts, keys, and what people compare | 3 |
//! | [`engine`] | the asymmetric primitives, in software or on a platform's own | – |
//! | [`handshake`] | three flights from a key to a [`session::Session`] | 4, 5 |
//! | [`prekeys`] | one-time keys for data in the first flight | 5 |
//! | [`session`] | the hybrid ratchet and what travels in it | 6 |
//! | [`files`] | descriptors, control messages, chunked encryption | 7 |
//! | [`pins`] | which key a person was known by, and how far it was checked | 3.4 |
//! | [`vault`], [`password`] | the identity and its backup at rest, the password split | 8 |
//! | [`client`] | everything between a socket and a screen that is protocol | 4 to 11 |
//! | [`relay`] | the envelope that both the relay and its clients speak | 9 |
//! | [`limits`], [`error`] | every bound, every code | 10, 11 |
//!
//! # A session cannot be had without both verifications
//!
//! [`handshake::Offer::accept`] and [`handshake::PendingSession::confirm`] are the only two functions that make a
//! [`session::Session`], and each takes its handshake by value: a frame is processed once. ([`session::Session::restore`]
//! brings back one that they made.) What an initiator says before that, with a one-time key of [`prekeys`], is a
//! [`handshake::EarlyMessage`]: another type, with weaker guarantees.
//!
//! ```
//! use duet_crypto::engine::{LocalIdentity, block_on};
//! use duet_crypto::handshake::{Listener, Offer, Presence};
//! use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
//! use duet_crypto::session::Content;
//! use rand_core::UnwrapErr;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let rng = &mut UnwrapErr(getrandom::SysRng);
//! let realm = Realm::new("chat.example")?;
//! let account = |name| Ok::<_, duet_crypto::error::Code>(AccountId::derive(&realm, &AccountName::new(name)?));
//! let alice = LocalIdentity::software(IdentitySeed::generate(rng), account("alice")?);
//! let bob = LocalIdentity::software(IdentitySeed::generate(rng), account("bob")?);
//!
//! // Bob's run listens; the relay tells Alice its presence.
//! let presence = Presence::generate(rng);
//! let mut listener = Listener::new(bob.clone(), presence);
//!
//! let offer = block_on(Offer::create(&alice, bob.party(), presence, rng))?;
//! let ringing = block_on(listener.receive(offer.frame(), &alice.party().account, None, 0))?;
//! let pending = block_on(ringing.accept(rng))?;
//! let accept = *pending.frame();
//! let accepted = block_on(offer.accept(&accept, &bob.party().account, rng))?;
//! let confirmed = block_on(pending.confirm(&accepted.confirm, &alice.party().account, rng))?;
//! let (mut at_alice, mut at_bob) = (accepted.session, confirmed.session);
//!
//! at_alice.receive(&confirmed.ready, 0)?;
//! assert!(at_alice.is_secure());
//! assert_eq!(at_alice.sas(), at_bob.sas());
//!
//! let hello = Content::Text { text: "hello".into(), reply: None };
//! let received = at_bob.receive(&at_alice.send(&hello, rng)?.frame, 0)?;
//! assert_eq!(received.content, hello);
//! # Ok(())
//! # }
//! ```
// The derive of the TypeScript is for hosts.
#![cfg_attr(not(feature = "ts"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(test)]
extern crate self as duet_crypto;
#[cfg(test)]
extern crate std;

#[cfg(test)]
#[path = "../tests/common/mod.rs"]
mod common;

mod bytes;
pub mod client;
pub mod engine;
pub mod error;
pub mod files;
pub mod fingerprint;
pub mod handshake;
pub mod identity;
mod ids;
pub mod limits;
mod map;
mod normal_form;
pub mod password;
pub mod pins;
#[cfg(feature = "serde")]
mod plain;
pub mod prekeys;
pub mod primitives;
pub mod relay;
pub mod replacement;
mod sealed;
pub mod session;
#[cfg(feature = "vectors")]
pub mod trace;
#[cfg(not(feature = "vectors"))]
#[allow(dead_code, unreachable_pub)] // What nobody notes is not read.
mod trace;
mod transcript;
pub mod vault;
pub mod wire;

/// The blocks of the guide are compiled and run with the other examples.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/rust.md")]
struct Guide;
