//! The keys of section 6, written out a second time from the primitives: what two sessions agree on is also what the
//! specification says.
#![cfg(feature = "vectors")]
// The helpers of a test may fail it.
#![allow(clippy::panic, clippy::unwrap_used)]

mod common;

use common::{TestRng, sessions_before_ready};
use duet_crypto::primitives::{aead, hash, labels};
use duet_crypto::session::{Content, HEADER_LENGTH};
use x25519_dalek::{PublicKey, StaticSecret};

fn dh(secret: [u8; 32], public: [u8; 32]) -> [u8; 32] {
    StaticSecret::from(secret)
        .diffie_hellman(&PublicKey::from(public))
        .to_bytes()
}

/// `KDF_RK`.
fn root_step(rk: &[u8; 32], d: &[u8; 32], sid: &[u8; 16]) -> ([u8; 32], [u8; 32]) {
    let o = hash::expand::<64>(&hash::extract(rk, &[d]), &labels::RATCHET, &[sid]);
    (*o.first_chunk().unwrap(), *o.last_chunk().unwrap())
}

#[test]
fn keys_are_those_of_section_6() {
    let rng = &mut TestRng::new(1);
    let (mut a, b, ready) = sessions_before_ready(rng);
    let sid = a.id().0;

    // READY turns A's ratchet: rk -> ck_r by A's old key, then ck_s by its new one.
    let (before, at_b) = (a.ratchet_trace(), b.ratchet_trace());
    a.receive(&ready, 0, rng).unwrap();
    let after = a.ratchet_trace();
    assert_eq!(after.dh_r, at_b.dh_s_public);
    let (rk, ck) = root_step(&before.rk, &dh(before.dh_s, after.dh_r), &sid);
    assert_eq!(after.mk, *hash::hmac(&ck, &[&[1]]));
    assert_eq!(after.ck_r.unwrap(), *hash::hmac(&ck, &[&[2]]));
    let (rk, ck) = root_step(&rk, &dh(after.dh_s, after.dh_r), &sid);
    assert_eq!((after.rk, after.ck_s), (rk, ck));
    assert_eq!(
        after.dh_s_public,
        PublicKey::from(&StaticSecret::from(after.dh_s)).to_bytes()
    );

    // A message: AES-GCM under key and nonce from mk, the head as associated data.
    let content = Content::Delete { seq: 0x0102_0304 };
    let frame = a.send(&content).unwrap().frame;
    let mk = a.ratchet_trace().mk;
    assert_eq!(mk, *hash::hmac(&ck, &[&[1]]));
    let okm = hash::expand::<44>(&mk, &labels::MESSAGE, &[]);
    let (head, sealed) = frame.split_at(HEADER_LENGTH);
    let (body, tag) = sealed.split_last_chunk().unwrap();
    let mut plaintext = body.to_vec();
    aead::open(&okm, head, &mut plaintext, tag).unwrap();
    let mut expected = vec![9, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 0x80];
    expected.resize(256, 0);
    assert_eq!(plaintext, expected);
}
