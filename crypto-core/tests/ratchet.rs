//! The keys of section 6, written out a second time from the primitives: what two sessions agree on is also what the
//! specification says.
#![cfg(feature = "vectors")]
// The helpers of a test may fail it.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Script, TestRng, sessions_before_ready};
use duet_crypto::primitives::{aead, hash, kem, labels};
use duet_crypto::session::{Content, HEADER_LENGTH, TurnTrace};
use x25519_dalek::{PublicKey, StaticSecret};

fn dh(secret: [u8; 32], public: [u8; 32]) -> [u8; 32] {
    StaticSecret::from(secret)
        .diffie_hellman(&PublicKey::from(public))
        .to_bytes()
}

/// `KDF_RK`.
fn root_step(rk: &[u8; 32], d: &[u8], sid: &[u8; 16], th: &[u8; 32]) -> ([u8; 32], [u8; 32]) {
    let prk = hash::extract(rk, &[d]);
    let o = hash::expand::<64>(&prk, &labels::RATCHET, &[sid, th]);
    (*o.first_chunk().unwrap(), *o.last_chunk().unwrap())
}

/// `mk` and the chain key after it.
fn chain_step(ck: &[u8; 32]) -> ([u8; 32], [u8; 32]) {
    (*hash::hmac(ck, &[&[1]]), *hash::hmac(ck, &[&[2]]))
}

#[test]
fn keys_are_those_of_section_6() {
    let rng = &mut TestRng::new(1);
    let (mut a, b, ready) = sessions_before_ready(rng);
    let sid = a.id().0;

    // Turn 0 is A's: its keys came with CONFIRM, and no KEM is in it.
    let before = a.ratchet_trace();
    let TurnTrace::Ours { dh_s, dk_s, rc, .. } = before.newest else {
        panic!("turn 0 is A's");
    };
    assert_eq!(
        (before.turn, before.ck_r, rc),
        (0, None, [0; kem::CIPHERTEXT])
    );
    assert_eq!(before.last.ss_k, None);

    // READY is the first message of turn 1: everything that makes it is in its head.
    let (head, sealed) = ready.split_at(HEADER_LENGTH);
    assert_eq!(head[..2], [1, 0x11]);
    assert_eq!(
        (&head[2..18], &head[18..30]),
        (&sid[..], &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1][..])
    );
    let rx: [u8; 32] = head[30..62].try_into().unwrap();
    let rc: [u8; kem::CIPHERTEXT] = head[1246..].try_into().unwrap();
    let th = hash::labelled(&labels::TURN, &[&head[26..]]);
    let ss_k = kem::DecapsulationKey::from_seed(&dk_s).decapsulate(&rc);
    let d = [&ss_k[..], &dh(dh_s, rx)].concat();
    let (rk, ck) = root_step(&before.rk, &d, &sid, &th);
    let (mk, next) = chain_step(&ck);

    // B, who made the turn, and A, who opens it, derive the same.
    let at_b = b.ratchet_trace();
    let TurnTrace::Ours {
        dh_s,
        dk_s,
        ck_s,
        n_s,
        ..
    } = at_b.newest
    else {
        panic!("turn 1 is B's");
    };
    assert_eq!((at_b.rk, at_b.turn, ck_s, n_s), (rk, 1, next, 1));
    assert_eq!(PublicKey::from(&StaticSecret::from(dh_s)).to_bytes(), rx);
    let re = kem::DecapsulationKey::from_seed(&dk_s).encapsulation_key();
    assert_eq!(re, head[62..1246]);
    a.receive(&ready, 0).unwrap();
    let after = a.ratchet_trace();
    assert_eq!(
        (after.rk, after.turn, after.ck_r, after.n_r, after.pn),
        (rk, 1, Some(next), 1, 0)
    );
    assert_eq!(after.newest, TurnTrace::Peers { rx, re });
    assert_eq!(
        (after.last.th, after.last.ss_k, after.last.mk),
        (th, Some(*ss_k), mk)
    );

    // A message: AES-GCM under key and nonce from mk, the head as associated data.
    let okm = hash::expand::<44>(&mk, &labels::MESSAGE, &[]);
    let (body, tag) = sealed.split_last_chunk().unwrap();
    let mut plaintext = body.to_vec();
    aead::open(&okm, head, &mut plaintext, tag).unwrap();
    let mut expected = vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];
    expected.resize(256, 0);
    assert_eq!(plaintext, expected);

    // A's answer makes turn 2 of three draws: `rx`, `d || z`, `m`.
    let draws: [&[u8]; 3] = [&[3; 32], &[4; 64], &[5; 32]];
    let mut script = Script::new(&draws);
    let frame = a
        .send(&Content::Delete { seq: 0x0102_0304 }, &mut script)
        .unwrap()
        .frame;
    assert!(script.is_used_up());
    assert_eq!(frame[26..30], [0, 0, 0, 2]);
    assert_eq!(
        frame[30..62],
        PublicKey::from(&StaticSecret::from([3; 32])).to_bytes()
    );
    assert_eq!(
        frame[62..1246],
        kem::DecapsulationKey::from_seed(&[4; 64]).encapsulation_key()
    );
    let peer = kem::EncapsulationKey::new(&re).unwrap();
    let sent = peer.encapsulate(&mut Script::new(&[&[5; 32]]));
    assert_eq!(frame[1246..HEADER_LENGTH], sent.ciphertext);
    let d = [&sent.secret[..], &dh([3; 32], rx)].concat();
    let th = hash::labelled(&labels::TURN, &[&frame[26..HEADER_LENGTH]]);
    let (rk, ck) = root_step(&rk, &d, &sid, &th);
    assert_eq!(
        (a.ratchet_trace().rk, a.ratchet_trace().last.mk),
        (rk, chain_step(&ck).0)
    );
}

/// Section 6.1: once the peer's turn is open, no private key is there; and turn 0 begins so for the responder.
#[test]
fn who_waits_has_no_private_key() {
    let rng = &mut TestRng::new(2);
    let (mut a, _, ready) = sessions_before_ready(rng);
    a.receive(&ready, 0).unwrap();
    assert!(matches!(a.ratchet_trace().newest, TurnTrace::Peers { .. }));
    a.send(&Content::Receipt, rng).unwrap();
    assert!(matches!(a.ratchet_trace().newest, TurnTrace::Ours { .. }));
}
