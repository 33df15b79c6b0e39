//! Secrets do not show: `Debug` of everything that holds one is pinned, and none can be copied.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{Halfway, TestRng, halfway, person, sessions};
use duet_crypto::engine::{
    AgreementKeys, Engine, EngineError, LocalIdentity, SharedSecret, Software, block_on,
};
use duet_crypto::files::{Descriptor, FileKey, FileKind, FileMode, Salt, TransferCipher};
use duet_crypto::handshake::{Accepted, Confirmed, Listener, Offer};
use duet_crypto::identity::{AccountName, IdentitySeed, Realm};
use duet_crypto::password::{PasswordSecrets, VaultSecret};
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::primitives::{aead, kem, x25519};
use duet_crypto::relay::{Challenge, ClientFrame, Presence, login};
use duet_crypto::session::record::RecordKey;
use duet_crypto::session::{Author, Content, MessageRef};
use duet_crypto::vault::{self, IdentityRecord, Passphrase};
use rand_core::CryptoRng;

const NEEDLE: &str = "needle";

fn descriptor() -> Descriptor {
    Descriptor {
        key: FileKey::from_bytes(&[0xaa; 32]),
        salt: Salt([0xbb; 24]),
        size: 5,
        kind: FileKind::Image,
        mode: FileMode::ViewOnly,
        duration_ms: 0,
        peaks: b"needle".to_vec(),
        name: NEEDLE.into(),
        media_type: NEEDLE.into(),
        preview: b"needle".to_vec(),
    }
}

#[test]
fn debug_shows_no_secret() {
    let rng = &mut TestRng::new(1);
    let descriptor = descriptor();
    assert_eq!(
        format!("{descriptor:?}"),
        "Descriptor { size: 5, kind: Image, mode: ViewOnly, .. }"
    );
    assert_eq!(format!("{:?}", descriptor.key), "FileKey { .. }");
    assert_eq!(
        format!("{:?}", descriptor.keys().unwrap()),
        "FileKeys { .. }"
    );
    assert_eq!(
        format!("{:?}", descriptor.keys().unwrap().cipher()),
        "ChunkCipher { .. }"
    );
    let cipher = TransferCipher::new(&descriptor).unwrap();
    let run = cipher.layout().run(0, 1).unwrap();
    let opened = cipher.open(&cipher.seal(run, b"about").unwrap()).unwrap();
    let shown = format!("{opened:?}");
    assert!(shown.starts_with("Opened { chunks: OpenedChunks {") && shown.ends_with(", .. }"));
    let cipher = format!("{cipher:?}");
    assert!(cipher.starts_with("TransferCipher { layout: Layout {") && cipher.ends_with(", .. }"));
    assert_eq!(
        format!("{:?}", VaultSecret::from_bytes(&[1; 32])),
        "VaultSecret { .. }"
    );
    let secrets = PasswordSecrets::split(&common::account("alice"), "needle needle").unwrap();
    assert_eq!(format!("{secrets:?}"), "PasswordSecrets { .. }");
    assert_eq!(
        format!("{:?}", aead::Cipher::new(&[1; 32])),
        "Cipher { .. }"
    );
    assert_eq!(
        format!("{:?}", x25519::Secret::generate(rng)),
        "Secret { .. }"
    );
    assert_eq!(
        format!("{:?}", x25519::SharedSecret::new([1; 32]).unwrap()),
        "SharedSecret { .. }"
    );
    assert_eq!(
        format!("{:?}", kem::DecapsulationKey::generate(rng)),
        "DecapsulationKey { .. }"
    );
    let private = kem::DecapsulationKey::generate(rng);
    let public = kem::EncapsulationKey::new(&private.encapsulation_key()).unwrap();
    assert_eq!(
        format!("{:?}", public.encapsulate(rng)),
        "Encapsulated { .. }"
    );
    let keys = block_on(Software.generate_agreement(rng)).unwrap();
    assert_eq!(
        format!("{keys:?}"),
        format!("AgreementKeys {{ public: {:?}, .. }}", keys.public)
    );
    let seed = IdentitySeed::from_bytes(&[1; 32]);
    assert_eq!(
        format!("{seed:?}"),
        "IdentitySeed { public: IdentityKey(8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c), .. }"
    );
    let frame = block_on(login(
        &person("alice"),
        &Challenge([0; 32]),
        &Presence([0; 16]),
        NEEDLE,
    ))
    .unwrap();
    let shown = format!("{:?}", ClientFrame::decode(&frame).unwrap());
    assert!(!shown.contains(NEEDLE) && shown.contains("Token { .. }"));
}

/// What wraps, opens or holds an identity at rest.
#[test]
fn debug_of_the_vault_shows_no_secret() {
    let passphrase = Passphrase::new(NEEDLE).unwrap();
    let secret = VaultSecret::from_bytes(&[1; 32]);
    let key = RecordKey::from_bytes(&[1; 32]);
    assert_eq!(format!("{passphrase:?}"), "Passphrase { .. }");
    assert_eq!(format!("{key:?}"), "RecordKey { .. }");
    assert_eq!(
        format!("{:?}", vault::Secret::Passphrase(&passphrase)),
        "Passphrase(Passphrase { .. })"
    );
    assert_eq!(
        format!("{:?}", vault::Protection::VaultSecret(&secret)),
        "VaultSecret(VaultSecret { .. })"
    );
    let record = IdentityRecord {
        seed: IdentitySeed::from_bytes(&[1; 32]),
        created: 7,
        realm: Realm::new("chat.example").unwrap(),
        name: AccountName::new("alice").unwrap(),
    };
    assert_eq!(
        format!("{record:?}"),
        "IdentityRecord { seed: IdentitySeed { public: \
         IdentityKey(8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c), .. }, created: 7, \
         realm: Realm(\"chat.example\"), name: AccountName(\"alice\") }"
    );
}

#[test]
fn debug_of_contents_shows_the_kind_only() {
    let target = MessageRef {
        author: Author::Sender,
        seq: 1,
    };
    let reply = Some(target);
    for (content, shown) in [
        (
            Content::Text {
                text: NEEDLE.into(),
                reply,
            },
            "Text { .. }",
        ),
        (
            Content::Edit {
                seq: 1,
                text: NEEDLE.into(),
            },
            "Edit { .. }",
        ),
        (
            Content::Reaction {
                target,
                set: true,
                emoji: NEEDLE.into(),
            },
            "Reaction { .. }",
        ),
        (Content::File(Box::new(descriptor())), "File(..)"),
        (Content::Receipt, "Receipt"),
    ] {
        assert_eq!(format!("{content:?}"), shown);
    }
}

#[test]
fn debug_of_states_names_people_only() {
    let rng = &mut TestRng::new(2);
    let (a, _) = sessions(rng);
    let Halfway {
        alice,
        offer,
        pending,
        ..
    } = halfway(rng);
    let party = format!("{:?}", alice.party());
    assert_eq!(
        format!("{alice:?}"),
        format!("LocalIdentity {{ party: {party}, .. }}")
    );
    let peer = format!("{:?}", offer.peer());
    let expected = format!(
        "Offer {{ hid: {:?}, local: {party}, peer: {peer}, .. }}",
        offer.hid()
    );
    assert_eq!(format!("{offer:?}"), expected);
    let expected = format!(
        "PendingSession {{ hid: {:?}, local: {peer}, peer: {party}, .. }}",
        pending.hid()
    );
    assert_eq!(format!("{pending:?}"), expected);
    let expected = format!(
        "Session {{ id: {:?}, role: Initiator, local: {party}, peer: {peer}, \
         early: EarlyCount {{ sent: 0, received: 0 }}, sent: 0, received: 1, \
         skipped_keys: 0, failure: None, failures: 0, .. }}",
        a.id()
    );
    assert_eq!(format!("{a:?}"), expected);
    let mut listener = Listener::new(person("bob"), common::PRESENCE);
    let another = halfway(&mut TestRng::new(3)).offer;
    let incoming =
        block_on(listener.receive(another.frame(), &alice.party().account, None, 0)).unwrap();
    let expected = format!(
        "IncomingOffer {{ hid: {:?}, local: {peer}, peer: {party}, .. }}",
        incoming.hid()
    );
    assert_eq!(format!("{incoming:?}"), expected);
    assert!(format!("{listener:?}").ends_with("prekeys: [], seen: 1 }"));
}

#[test]
fn debug_of_a_prekey_start_names_people_only() {
    let rng = &mut TestRng::new(4);
    let (alice, bob) = (person("alice"), person("bob"));
    let mut listener = Listener::new(bob.clone(), common::PRESENCE);
    let frame = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
    let bundle = block_on(PrekeyBundle::verify(
        &alice,
        &frame,
        &bob.party(),
        &common::PRESENCE,
    ))
    .unwrap();
    let (party, peer) = (format!("{:?}", alice.party()), format!("{:?}", bob.party()));
    let pkid = bundle.pkid();
    assert_eq!(
        format!("{bundle:?}"),
        format!(
            "PrekeyBundle {{ pkid: {pkid:?}, peer: {peer}, presence: {:?}, .. }}",
            common::PRESENCE
        )
    );
    assert_eq!(
        format!("{listener:?}"),
        format!(
            "Listener {{ local: {peer}, presence: {:?}, prekeys: [{pkid:?}], seen: 0 }}",
            common::PRESENCE
        )
    );
    let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    let hid = offer.hid();
    assert_eq!(
        format!("{offer:?}"),
        format!("Offer {{ hid: {hid:?}, local: {party}, peer: {peer}, .. }}")
    );
    let text = Content::Text {
        text: NEEDLE.into(),
        reply: None,
    };
    let sent = offer.send_early(&text).unwrap();
    let from = alice.party().account;
    let mut incoming = block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap();
    let message = incoming.receive_early(&sent.frame, &from).unwrap();
    assert_eq!(
        format!("{message:?}"),
        "EarlyMessage { seq: 0, content: Text { .. } }"
    );
    assert_eq!(
        format!("{incoming:?}"),
        format!("IncomingOffer {{ hid: {hid:?}, local: {peer}, peer: {party}, .. }}")
    );
    let pending = block_on(incoming.accept(rng)).unwrap();
    assert_eq!(
        format!("{pending:?}"),
        format!("PendingSession {{ hid: {hid:?}, local: {peer}, peer: {party}, .. }}")
    );
}

/// The software engine, counting the X25519 secrets that are alive.
struct Counting(Arc<AtomicUsize>);

struct Counted {
    secret: x25519::Secret,
    alive: Arc<AtomicUsize>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine for Counting {
    type Identity = IdentitySeed;
    type Agreement = Counted;

    async fn sign(&self, identity: &IdentitySeed, message: &[u8]) -> Result<[u8; 64], EngineError> {
        Software.sign(identity, message).await
    }

    async fn verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, EngineError> {
        Software.verify(key, message, signature).await
    }

    async fn generate_agreement(
        &self,
        rng: &mut dyn CryptoRng,
    ) -> Result<AgreementKeys<Counted>, EngineError> {
        let AgreementKeys { secret, public } = Software.generate_agreement(rng).await?;
        self.0.fetch_add(1, Ordering::Relaxed);
        let alive = Arc::clone(&self.0);
        let secret = Counted { secret, alive };
        Ok(AgreementKeys { secret, public })
    }

    async fn agree(
        &self,
        secret: &Counted,
        public: &[u8; 32],
    ) -> Result<SharedSecret, EngineError> {
        Software.agree(&secret.secret, public).await
    }
}

/// Single-use secrets are dropped, and with that wiped, by the step that uses them up: not later, and not earlier.
#[test]
fn secrets_die_with_their_use() {
    let rng = &mut TestRng::new(5);
    let counted = |name: &str| {
        let alive = Arc::new(AtomicUsize::new(0));
        let seed = IdentitySeed::from_bytes(person(name).seed().expose());
        let party = person(name).party();
        let local = LocalIdentity::new(Counting(Arc::clone(&alive)), seed, party);
        (local, alive)
    };
    let ((alice, at_alice), (bob, at_bob)) = (counted("alice"), counted("bob"));
    let (from_alice, from_bob) = (alice.party().account, bob.party().account);
    let alive = || {
        (
            at_alice.load(Ordering::Relaxed),
            at_bob.load(Ordering::Relaxed),
        )
    };

    let mut listener = Listener::new(bob.clone(), common::PRESENCE);
    let prekeys = block_on(listener.publish_prekeys(20, rng)).unwrap();
    assert_eq!(alive(), (0, 20));
    // The 41st takes the place of the first.
    block_on(listener.publish_prekeys(20, rng)).unwrap();
    block_on(listener.publish_prekeys(1, rng)).unwrap();
    assert_eq!(alive(), (0, 40));

    let party = bob.party();
    let bundle = PrekeyBundle::verify(&alice, &prekeys[1], &party, &common::PRESENCE);
    let bundle = block_on(bundle).unwrap();
    let offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    assert_eq!(alive(), (1, 40));
    let mut damaged = offer.frame().to_vec();
    damaged[2578] ^= 1;
    assert!(block_on(listener.receive(&damaged, &from_alice, None, 0)).is_err());
    assert_eq!(alive(), (1, 40));
    // The prekey is gone before anybody has accepted.
    let incoming = block_on(listener.receive(offer.frame(), &from_alice, None, 0)).unwrap();
    assert_eq!(alive(), (1, 39));
    let pending = block_on(incoming.accept(rng)).unwrap();
    assert_eq!(alive(), (1, 40));
    let Accepted {
        confirm,
        session: _a,
    } = block_on(offer.accept(pending.frame(), &from_bob, rng)).unwrap();
    assert_eq!(alive(), (0, 40));
    let Confirmed { session: _b, .. } =
        block_on(pending.confirm(&confirm, &from_alice, rng)).unwrap();
    assert_eq!(alive(), (0, 39));
    // The run ends.
    drop(listener);
    assert_eq!(alive(), (0, 0));

    // A handshake that is given up, and one that fails.
    let mut listener = Listener::new(bob.clone(), common::PRESENCE);
    let mut begin = || {
        let offer = block_on(Offer::create(&alice, bob.party(), common::PRESENCE, rng)).unwrap();
        let incoming = listener.receive(offer.frame(), &from_alice, None, 0);
        let pending = block_on(block_on(incoming).unwrap().accept(rng)).unwrap();
        (offer, pending)
    };
    let (offer, pending) = begin();
    assert_eq!(alive(), (1, 1));
    block_on(offer.cancel()).unwrap();
    drop(pending);
    assert_eq!(alive(), (0, 0));
    let (offer, pending) = begin();
    let mut accept = *pending.frame();
    accept[1234] ^= 1;
    assert!(block_on(offer.accept(&accept, &from_bob, &mut TestRng::new(6))).is_err());
    assert_eq!(alive(), (0, 1));
}
