//! The points that are refused (Appendix B), whatever a platform thinks of them.
// The helpers of a test may fail it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used
)]

mod common;

use common::{TestRng, hex_array};
use duet_crypto::engine::{Engine as _, Software, block_on};
use duet_crypto::identity::{IdentityKey, IdentitySeed};
use duet_crypto::primitives::{ed25519, x25519};

/// The 14 encodings of the 8 points of low order, and p + 1 with either sign: Appendix B by another road, from the
/// orders of the points.
const LOW_ORDER: [&str; 14] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// y = p + k for k below 19, with either sign bit.
fn not_canonical() -> impl Iterator<Item = [u8; 32]> {
    (0..19_u8).flat_map(|k| {
        let mut y = [0xff; 32];
        y[0] = 0xed + k;
        y[31] = 0x7f;
        let mut negative = y;
        negative[31] = 0xff;
        [y, negative]
    })
}

#[test]
fn ed25519_keys_of_low_order_are_refused() {
    for point in LOW_ORDER.map(hex_array::<32>) {
        assert_eq!(ed25519::check_key(&point), Err(ed25519::FilterError::Key));
        assert!(IdentityKey::from_bytes(&point).is_err());
    }
}

#[test]
fn ed25519_keys_that_are_not_canonical_are_refused() {
    for point in not_canonical() {
        assert_eq!(ed25519::check_key(&point), Err(ed25519::FilterError::Key));
        assert!(IdentityKey::from_bytes(&point).is_err());
    }
}

#[test]
fn a_key_off_the_curve_is_refused() {
    // y = 2 is no point of the curve.
    let mut y = [0; 32];
    y[0] = 2;
    assert_eq!(ed25519::check_key(&y), Ok(()));
    assert!(IdentityKey::from_bytes(&y).is_err());
}

/// Under a key of low order `R = -[h]A + [S]B` can be met without a private key: the attack that the filter stops.
#[test]
fn signatures_with_a_weak_r_or_a_large_s_are_refused() {
    let seed = IdentitySeed::generate(&mut TestRng::new(1));
    let key = *seed.public_key().as_bytes();
    let message = b"message";
    let signature = block_on(Software.sign(&seed, message)).unwrap();
    let verify =
        |signature: &[u8; 64]| block_on(Software.verify(&key, message, signature)).unwrap();
    assert!(verify(&signature));
    assert_eq!(ed25519::check_signature(&signature), Ok(()));

    for point in LOW_ORDER
        .map(hex_array::<32>)
        .into_iter()
        .chain(not_canonical())
    {
        let mut forged = signature;
        forged[..32].copy_from_slice(&point);
        assert_eq!(
            ed25519::check_signature(&forged),
            Err(ed25519::FilterError::Signature)
        );
        assert!(!verify(&forged));
        assert!(!block_on(Software.verify(&point, message, &signature)).unwrap());
    }

    // S + L is the same scalar: malleability.
    let order = hex_array::<32>("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut malleable = signature;
    let mut carry = 0_u16;
    for (byte, add) in malleable[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(
        ed25519::check_signature(&malleable),
        Err(ed25519::FilterError::Signature)
    );
    assert!(!verify(&malleable));
    // The order itself is the first S that is refused, the one below it the last that passes the filter.
    let mut edge = signature;
    edge[32..].copy_from_slice(&order);
    assert!(ed25519::check_signature(&edge).is_err());
    edge[32] -= 1;
    assert!(ed25519::check_signature(&edge).is_ok());
}

#[test]
fn x25519_keys_have_one_encoding() {
    let secret = x25519::Secret::generate(&mut TestRng::new(2));
    for point in not_canonical() {
        assert_eq!(
            x25519::check_key(&point),
            Err(x25519::X25519Error::NotCanonical)
        );
        assert_eq!(
            secret.agree(&point).unwrap_err(),
            x25519::X25519Error::NotCanonical
        );
    }
    let mut public = secret.public_key();
    assert!(secret.agree(&public).is_ok());
    public[31] |= 0x80;
    assert_eq!(
        secret.agree(&public).unwrap_err(),
        x25519::X25519Error::NotCanonical
    );
    // p - 1 is canonical (and of low order), p is not.
    let mut edge = [0xff; 32];
    edge[0] = 0xec;
    edge[31] = 0x7f;
    assert_eq!(x25519::check_key(&edge), Ok(()));
}

#[test]
fn x25519_keys_of_low_order_agree_on_nothing() {
    let secret = x25519::Secret::generate(&mut TestRng::new(3));
    for point in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        assert_eq!(
            secret.agree(&hex_array(point)).unwrap_err(),
            x25519::X25519Error::Zero
        );
    }
}

#[test]
fn an_engine_cannot_return_the_zero_secret() {
    assert_eq!(
        x25519::SharedSecret::new([0; 32]).unwrap_err(),
        x25519::X25519Error::Zero
    );
}
