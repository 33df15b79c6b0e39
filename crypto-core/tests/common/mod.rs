//! Shared by the integration tests: scripted randomness, two people, a handshake.
// Not every test uses everything; the helpers of a test may fail it.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    unused_imports
)]

use std::string::{String, ToString as _};
use std::vec::Vec;

use duet_crypto::engine::{LocalIdentity, Software, block_on};
use duet_crypto::files::cobblestone::CHUNK_PLAINTEXT;
use duet_crypto::files::{
    ChunkRun, Descriptor, FileKey, FileKind, FileMode, Layout, Salt, TransferCipher,
};
use duet_crypto::handshake::{Accepted, Confirmed, Listener, Offer, PendingSession, Presence};
use duet_crypto::identity::{AccountId, AccountName, IdentitySeed, Realm};
use duet_crypto::limits;
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::session::{Content, Session};
use duet_crypto::vault::IdentityRecord;

pub mod contents;
#[path = "../../primitives/tests/common/mod.rs"]
mod scripted;

pub use scripted::{Script, TestRng, hex, hex_array};

pub fn account(name: &str) -> AccountId {
    AccountId::derive(
        &Realm::new("chat.example").unwrap(),
        &AccountName::new(name).unwrap(),
    )
}

pub fn person(name: &str) -> LocalIdentity<Software> {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    LocalIdentity::software(IdentitySeed::from_bytes(&seed), account(name))
}

/// Alice as she is kept.
pub fn identity_record() -> IdentityRecord {
    IdentityRecord {
        seed: IdentitySeed::from_bytes(&[5; 32]),
        created: 1_700_000_000_000,
        realm: Realm::new("chat.example").unwrap(),
        name: AccountName::new("alice").unwrap(),
    }
}

pub const PRESENCE: Presence = Presence([7; 16]);

/// A handshake up to ACCEPT.
pub struct Halfway {
    pub alice: LocalIdentity<Software>,
    pub bob: LocalIdentity<Software>,
    pub offer: Offer<Software>,
    pub pending: PendingSession<Software>,
}

impl Halfway {
    /// What is left of it: two sessions, and READY on its way.
    pub fn complete(self, rng: &mut TestRng) -> (Session, Session, Vec<u8>) {
        let Self {
            alice,
            bob,
            offer,
            pending,
        } = self;
        let accept = *pending.frame();
        let Accepted {
            confirm,
            session: a,
        } = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
        let Confirmed { ready, session: b } =
            block_on(pending.confirm(&confirm, &alice.party().account, rng)).unwrap();
        (a, b, ready)
    }
}

pub fn halfway(rng: &mut TestRng) -> Halfway {
    let (alice, bob) = (person("alice"), person("bob"));
    let offer = block_on(Offer::create(&alice, bob.party(), PRESENCE, rng)).unwrap();
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let incoming =
        block_on(listener.receive(offer.frame(), &alice.party().account, None, 0)).unwrap();
    let pending = block_on(incoming.accept(rng)).unwrap();
    Halfway {
        alice,
        bob,
        offer,
        pending,
    }
}

/// Two sessions, and READY on its way.
pub fn sessions_before_ready(rng: &mut TestRng) -> (Session, Session, Vec<u8>) {
    halfway(rng).complete(rng)
}

/// Two sessions, READY received.
pub fn sessions(rng: &mut TestRng) -> (Session, Session) {
    let (mut a, b, ready) = sessions_before_ready(rng);
    a.receive(&ready, 0).unwrap();
    (a, b)
}

/// Two sessions after a prekey start, READY received: that many early messages sent, and the first ones received.
pub fn sessions_with_early(rng: &mut TestRng, sent: usize, received: usize) -> (Session, Session) {
    let (alice, bob) = (person("alice"), person("bob"));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
    let party = bob.party();
    let bundle = PrekeyBundle::verify(&alice, &prekey, &party, &PRESENCE);
    let bundle = block_on(bundle).unwrap();
    let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    let mut incoming = block_on(listener.receive(offer.frame(), &from_alice, None, 0)).unwrap();
    for index in 0..sent {
        let content = Content::Text {
            text: index.to_string(),
            reply: None,
        };
        let early = offer.send_early(&content).unwrap();
        if index < received {
            incoming.receive_early(&early.frame, &from_alice).unwrap();
        }
    }
    let pending = block_on(incoming.accept(rng)).unwrap();
    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(pending.frame(), &from_bob, rng)).unwrap();
    let Confirmed { ready, session: b } =
        block_on(pending.confirm(&confirm, &from_alice, rng)).unwrap();
    a.receive(&ready, 0).unwrap();
    (a, b)
}

/// A file about which nothing is said but its size.
pub fn descriptor(size: u64, rng: &mut TestRng) -> Descriptor {
    Descriptor {
        key: FileKey::generate(rng),
        salt: Salt::generate(rng),
        size,
        kind: FileKind::File,
        mode: FileMode::Both,
        duration_ms: 0,
        peaks: Vec::new(),
        name: String::new(),
        media_type: String::new(),
        preview: Vec::new(),
    }
}

/// Bytes of the file that the largest run carries: a mebibyte.
pub const LARGEST_RUN: usize = limits::FRAME_CHUNKS as usize * CHUNK_PLAINTEXT;

/// The runs of `each` chunks that make up a file, the last one shorter.
pub fn runs(layout: &Layout, each: u32) -> Vec<ChunkRun> {
    let chunks = layout.chunks();
    let starts = (0..chunks).step_by(each as usize);
    starts
        .map(|first| layout.run(first, each.min(chunks - first)).unwrap())
        .collect()
}

/// A run's CHUNK frame.
pub fn seal_run(file: &TransferCipher, run: ChunkRun, content: &[u8]) -> Vec<u8> {
    let range = file.layout().file_range(run);
    let (start, end) = (range.start.try_into(), range.end.try_into());
    let part: core::ops::Range<usize> = start.unwrap()..end.unwrap();
    file.seal(run, &content[part]).unwrap()
}

/// A file in frames as long as may be, padding included.
pub fn seal_all(file: &TransferCipher, content: &[u8]) -> Vec<Vec<u8>> {
    runs(file.layout(), limits::FRAME_CHUNKS)
        .into_iter()
        .map(|run| seal_run(file, run, content))
        .collect()
}
