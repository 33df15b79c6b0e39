//! Edge cases of Ed25519 points, after CCTV's `ed25519vectors` (<https://c2sp.org/CCTV/ed25519>), made here: every pair
//! of a key A and a commitment R out of the encodings of the 8 points of low order and out of points with a component of
//! low order, with and without a residue of that component.
//!
//! Each case is a signature that *some* verifier takes: `8([S]B − [k]A − R)` is zero, which is checked. What this core
//! takes of them is listed in [`ACCEPTED`].

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use duet_primitives::ed25519::{check_key, check_signature, on_curve, verify};
use sha2::{Digest as _, Sha512};

/// Other encodings of points of low order, with the index of the point in `EIGHT_TORSION`: y not below p, or −0 for x.
fn other_encodings() -> Vec<(usize, [u8; 32])> {
    let encode = |first: u8, rest: u8, last: u8| {
        let mut y = [rest; 32];
        (y[0], y[31]) = (first, last);
        y
    };
    let encodings = [
        encode(0x01, 0x00, 0x80),
        encode(0xee, 0xff, 0x7f),
        encode(0xee, 0xff, 0xff),
        encode(0xec, 0xff, 0xff),
        encode(0xed, 0xff, 0x7f),
        encode(0xed, 0xff, 0xff),
    ];
    encodings
        .into_iter()
        .map(|encoding| {
            let point = CompressedEdwardsY(encoding).decompress().unwrap();
            assert_ne!(point.compress().0, encoding, "another encoding");
            let torsion = EIGHT_TORSION.iter().position(|&t| t == point).unwrap();
            (torsion, encoding)
        })
        .collect()
}

struct Case {
    encoding: [u8; 32],
    /// Index of its component of low order.
    torsion: usize,
    /// Its other component is `scalar · B`; zero for points of low order.
    scalar: Scalar,
}

/// The 14 encodings of points of low order, and `scalar · B` plus each of the 8 points.
fn points(scalar: u64) -> Vec<Case> {
    let scalar = Scalar::from(scalar);
    let case = |torsion, encoding, scalar| Case {
        encoding,
        torsion,
        scalar,
    };
    let low = (0..8).map(|t| case(t, EIGHT_TORSION[t].compress().0, Scalar::ZERO));
    let other = other_encodings()
        .into_iter()
        .map(|(t, encoding)| case(t, encoding, Scalar::ZERO));
    let mixed = (0..8).map(|t| case(t, (scalar * B + EIGHT_TORSION[t]).compress().0, scalar));
    low.chain(other).chain(mixed).collect()
}

fn challenge(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let mut hash = Sha512::new();
    hash.update(r);
    hash.update(a);
    hash.update(message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// A message for which the low-order components of R + [k]A cancel (or do not), with its k; `None` where none exists.
fn message(a: &Case, r: &Case, residue: bool) -> Option<(Vec<u8>, Scalar)> {
    (0..200_u32).find_map(|i| {
        let message = format!("edge case {i}").into_bytes();
        let k = challenge(&r.encoding, &a.encoding, &message);
        let rest = EIGHT_TORSION[r.torsion] + k * EIGHT_TORSION[a.torsion];
        (rest.is_identity() != residue).then_some((message, k))
    })
}

/// What is accepted: A and R with the same honest component as any key, plus the low-order components of these indices
/// that cancel (A's index, then R's). (0, 0) is the ordinary signature.
///
/// Why the others are no harm: neither point is of low order, so no encoding tells them apart, and a check of the order
/// would cost a scalar multiplication that Web Crypto does not do (the engines must agree). Whoever can make such a
/// signature holds the private scalar: nobody else's signature is forged, and no key verifies everything. The key's
/// bytes, not its point, are hashed, pinned and compared, so A and A plus a component are two identities.
const ACCEPTED: [(usize, &[usize]); 8] = [
    (0, &[0]),
    (1, &[0, 1, 2, 3, 4, 5, 6, 7]),
    (2, &[0, 2, 4, 6]),
    (3, &[0, 1, 2, 3, 4, 5, 6, 7]),
    (4, &[0, 4]),
    (5, &[0, 1, 2, 3, 4, 5, 6, 7]),
    (6, &[0, 2, 4, 6]),
    (7, &[0, 1, 2, 3, 4, 5, 6, 7]),
];

#[test]
fn every_pair_of_points() {
    let (mut cases, mut accepted) = (0, Vec::new());
    for a in points(0x1234_5678_9abc_def1) {
        for r in points(0x0fed_cba9_8765_4321) {
            for residue in [false, true] {
                let Some((message, k)) = message(&a, &r, residue) else {
                    continue;
                };
                cases += 1;
                let s = r.scalar + k * a.scalar;
                let a_point = CompressedEdwardsY(a.encoding).decompress().unwrap();
                let r_point = CompressedEdwardsY(r.encoding).decompress().unwrap();
                let difference = s * B - k * a_point - r_point;
                assert!(
                    difference.mul_by_cofactor().is_identity(),
                    "a cofactored verifier takes it"
                );
                assert_eq!(
                    difference.is_identity(),
                    !residue,
                    "a cofactorless one by the residue"
                );

                let mut signature = [0; 64];
                signature[..32].copy_from_slice(&r.encoding);
                signature[32..].copy_from_slice(s.as_bytes());
                let low = (a.scalar == Scalar::ZERO, r.scalar == Scalar::ZERO);
                assert_eq!(check_key(&a.encoding).is_err(), low.0);
                assert!(on_curve(&a.encoding));
                assert_eq!(check_signature(&signature).is_err(), low.1);
                if verify(&a.encoding, &message, &signature) {
                    assert!(!residue && !low.0 && !low.1);
                    accepted.push((a.torsion, r.torsion));
                }
            }
        }
    }
    // 22 keys by 22 commitments, twice where both kinds of k exist.
    assert_eq!(cases, 768);
    let expected: Vec<(usize, usize)> = ACCEPTED
        .iter()
        .flat_map(|(a, rs)| rs.iter().map(move |r| (*a, *r)))
        .collect();
    assert_eq!(accepted, expected);
}

/// CCTV's `reencoded_k`: k from the canonical encodings of A and R, where the signature carries other ones.
#[test]
fn a_challenge_over_other_bytes_is_refused() {
    let honest = Scalar::from(77_u64);
    let mut run = 0;
    for (torsion, encoding) in other_encodings() {
        let canonical = EIGHT_TORSION[torsion].compress().0;
        let a = (honest * B).compress().0;
        for i in 0..8_u32 {
            let message = i.to_be_bytes();
            // R in another encoding under an honest key, then the key itself in another encoding.
            let s = challenge(&canonical, &a, &message) * honest;
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&encoding);
            signature[32..].copy_from_slice(s.as_bytes());
            assert!(!verify(&a, &message, &signature));
            let r = (honest * B).compress().0;
            signature[..32].copy_from_slice(&r);
            signature[32..].copy_from_slice(honest.as_bytes());
            assert!(!verify(&encoding, &message, &signature));
            run += 2;
        }
    }
    assert_eq!(run, 96);
}

/// All encodings that are not canonical: 38 with y not below p, 2 with x = −0. Those that decode to points of low order
/// are on many lists; 20 decode to ordinary points, and common filters, which are lists of low order, let them pass.
#[test]
fn all_encodings_that_are_not_canonical() {
    let mut encodings = Vec::new();
    for k in 0..19 {
        for sign in [0x7f, 0xff] {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (0xed + k, sign);
            encodings.push(y);
        }
    }
    encodings.extend(
        other_encodings()
            .into_iter()
            .map(|(_, y)| y)
            .filter(|y| y[0] == 1 || y[0] == 0xec),
    );
    let (mut low_order, mut ordinary, mut off_curve) = (0, 0, 0);
    for y in &encodings {
        assert!(check_key(y).is_err());
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(y);
        assert!(check_signature(&signature).is_err());
        match CompressedEdwardsY(*y).decompress() {
            None => off_curve += 1,
            Some(point) => {
                assert_ne!(point.compress().0, *y);
                if point.is_small_order() {
                    low_order += 1;
                } else {
                    ordinary += 1;
                }
            }
        }
    }
    assert_eq!(
        (encodings.len(), low_order, ordinary, off_curve),
        (40, 6, 20, 14)
    );
}
