//! Something honest for each fuzzer to begin with: `cargo run --example seeds` writes them into `corpus/`.

use std::vec::Vec;

use duet_crypto::engine::block_on;
use duet_crypto::files::cobblestone;
use duet_crypto::fingerprint::qr_text;
use duet_crypto::handshake::{Accepted, Confirmed, EndReason, Listener, Offer};
use duet_crypto::identity::{AccountName, IdentitySeed, Realm};
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::relay::{Challenge, login, send_header};
use duet_crypto::session::{Content, Lifetime, OverFrame};

use super::common::contents::samples;
use super::common::{Halfway, PRESENCE, TestRng, halfway, person};
use super::envelopes::session_state;
use super::honest::{honest_frame, three_bytes};

/// Target and input.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut add = |target: &'static str, bytes: &[u8]| seeds.push((target, bytes.to_vec()));
    let rng = &mut TestRng::new(1);

    let (alice, bob) = (person("alice"), person("bob"));
    let from = alice.party().account;
    let mut listener = Listener::new(bob.clone(), PRESENCE);
    let frame = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
    add("handshake", &frame);
    add("prekey_bundle", &frame);
    let bundle = block_on(PrekeyBundle::verify(
        &alice,
        &frame,
        &bob.party(),
        &PRESENCE,
    ))
    .unwrap();
    let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
    add("handshake", offer.frame());
    let text = |text: &str| Content::Text {
        text: text.into(),
        reply: None,
    };
    add(
        "handshake",
        &offer.send_early(&text("first")).unwrap().frame,
    );
    let incoming = block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap();
    add(
        "handshake",
        &block_on(incoming.decline(EndReason::Busy)).unwrap(),
    );
    let Halfway {
        alice,
        bob,
        offer,
        pending,
    } = halfway(rng);
    add("handshake", offer.frame());
    add("handshake", pending.frame());
    let accept = *pending.frame();
    let Accepted {
        confirm,
        session: mut a,
    } = block_on(offer.accept(&accept, &bob.party().account, rng)).unwrap();
    add("handshake", &confirm);
    let over = block_on(OverFrame::sign(&bob, a.id())).unwrap();
    add("handshake", &over.encode());
    add("message", &a.send(&text("hello"), rng).unwrap().frame);
    let Confirmed {
        ready,
        session: mut b,
    } = block_on(pending.confirm(&confirm, &from, rng)).unwrap();
    let lifetime = Lifetime::new(1_700_000_000_000);
    add("session_record", &session_state(&mut a, &lifetime));
    a.receive(&ready, 0).unwrap();
    let skipped = a.send(&text("late"), rng).unwrap();
    let frame = a.send(&text("first"), rng).unwrap().frame;
    b.receive(&frame, 0).unwrap();
    assert_eq!(skipped.seq, 1);
    add("session_record", &session_state(&mut a, &lifetime));
    add("session_record", &session_state(&mut b, &lifetime));

    let described = Content::decode(5, &descriptor()).unwrap();
    for content in samples().into_iter().chain([described]) {
        add(
            "content",
            &[&[content.ctype()][..], &content.encode()].concat(),
        );
    }
    let mut padded = std::vec![2, 0, 0, 0, 1, 0, 0, 0, 0, 0x80];
    padded.resize(256, 0);
    add("content", &padded);
    add("file_messages", &descriptor());
    add(
        "file_messages",
        &[&[8; 32][..], &[3, 0, 0, 0, 1, 0, 0, 0, 8]].concat(),
    );
    add("chunk", &honest_frame(&three_bytes())[..64]);
    add("chunk", &[0, 39, 1]);
    add(
        "cobblestone",
        &cobblestone::seal(&[0; 32], &cobblestone::Salt([4; 24]), &[], b"a file").unwrap(),
    );

    let token = "eyJhbGciOiJFZERTQSJ9.e30.c2ln";
    let frame = block_on(login(&alice, &Challenge([3; 32]), &PRESENCE, token)).unwrap();
    add("relay_client", &frame);
    let id = duet_crypto::relay::EnvelopeId([9; 16]);
    add(
        "relay_client",
        &[&send_header(id, &from, &PRESENCE)[..], &confirm].concat(),
    );
    for kind in [0x43_u8, 0x46, 0x47, 0x49, 0x4b] {
        for length in [16, 32, 48, 50, 64] {
            add(
                "relay_client",
                &[&[1, kind][..], &std::vec![1; length]].concat(),
            );
        }
    }
    for kind in [0x40_u8, 0x42, 0x44, 0x45, 0x48, 0x4a, 0x4c] {
        for length in [1, 6, 17, 32, 33, 50, 64, 80] {
            add(
                "relay_server",
                &[&[1, kind][..], &std::vec![1; length]].concat(),
            );
        }
    }

    for text in [
        qr_text(&bob.party(), &alice.party()),
        qr_text(&alice.party(), &bob.party()),
        "chat.example".into(),
        "A\u{30a}\u{1100}\u{1161}\u{fb1d}".into(),
        "7qk4m-0ztrw-9hxbc-3evj2".into(),
        "../C:\\\u{202e}gpj.exe".into(),
    ] {
        add("texts", text.as_bytes());
    }

    let record = identity();
    add("identity_record", &record);
    add("backup_record", &[&record[..], &[0, 0]].concat());
    let mut backup = [&record[..], &[0, 2, 3], b"bob"].concat();
    backup.extend_from_slice(bob.party().key.as_bytes());
    backup.extend_from_slice(&[2, 0, 0, 1, 2, 3, 4, 5, 6, 5]);
    backup.extend_from_slice(b"carol");
    backup.extend_from_slice(alice.party().key.as_bytes());
    backup.extend_from_slice(&[1, 0, 0, 1, 2, 3, 4, 5, 7]);
    add("backup_record", &backup);
    add("envelope", &envelope());

    for script in [
        &[
            0, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0, 21, 0, 0, 0, 47, 0, 3, 9,
        ][..],
        &[
            18, 0, 1, 4, 33, 254, 0, 0, 33, 10, 0, 0, 60, 250, 0, 0, 60, 250, 0, 0, 43, 1, 0, 0,
        ],
        &[
            0, 4, 0, 0, 0, 6, 0, 0, 54, 0, 0, 70, 50, 0, 0, 255, 56, 0, 0, 90, 58, 1, 0, 0,
        ],
    ] {
        add("conversation", script);
        add("prekey_conversation", &[&[3, 2], script].concat());
    }
    for flight in 0..4 {
        add("first_flight", &[flight, 0, 2, 1]);
        add("first_flight", &[flight, 4, 40, 0]);
    }
    for (target, script) in super::scripts::ALL {
        add(target, script);
    }
    seeds
}

fn descriptor() -> Vec<u8> {
    let mut out = std::vec![1; 56];
    out.extend_from_slice(&5000_u64.to_be_bytes());
    out.extend_from_slice(&[4, 1, 0, 0, 1, 0, 2, 9, 8, 0, 5]);
    out.extend_from_slice(b"a.ogg\x09audio/ogg\x00\x02");
    out.extend_from_slice(&[1, 2]);
    out
}

fn identity() -> Vec<u8> {
    let mut out = std::vec![7; 32];
    out.extend_from_slice(&1_700_000_000_000_u64.to_be_bytes());
    out.extend_from_slice(b"\x0cchat.example\x05alice");
    out
}

fn envelope() -> Vec<u8> {
    use duet_crypto::password::VaultSecret;
    use duet_crypto::vault::{IdentityRecord, Protection, seal_identity};
    let record = IdentityRecord {
        seed: IdentitySeed::from_bytes(&[7; 32]),
        created: 1_700_000_000_000,
        realm: Realm::new("chat.example").unwrap(),
        name: AccountName::new("alice").unwrap(),
    };
    let secret = VaultSecret::from_bytes(&[5; 32]);
    let protection = Protection::VaultSecret(&secret);
    seal_identity(&record, protection, &mut TestRng::new(2)).unwrap()
}
