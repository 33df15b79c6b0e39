//! bad_points.json

use curve25519_dalek::scalar::{Scalar, clamp_integer};
use duet_crypto::error::Code;
use duet_crypto::primitives::ed25519::LOW_ORDER_Y;
use duet_crypto::primitives::labels;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::rng::{array, blocks};
use crate::scene::people::ALICE;

/// p = 2^255 − 19 as an encoding is `ed ff … ff 7f`.
const P_LOW: u8 = 0xed;

/// The k < 19 for which y = p + k is on the curve and not of small order: `ed25519-dalek`'s `is_weak` and
/// `verify_strict` let these 20 encodings pass (two signs each).
const MISSED_BY_COMMON_FILTERS: [u8; 10] = [3, 4, 5, 6, 9, 10, 14, 15, 16, 18];

/// ALICE's key plus a point of order 8: neither of small order nor in the prime-order group. Verification without the
/// cofactor is defined for it, and Appendix B does not refuse it.
const MIXED_ORDER: &str = "dcc07d33f3fd891f6d5548a66dab370ead9d674afe6785255aad7c676aeeb315";

/// The u coordinates of small order, below p.
const SMALL_ORDER_U: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// p + k, k < 19.
fn above_p(k: u8) -> [u8; 32] {
    let mut out = [0xff; 32];
    (out[0], out[31]) = (P_LOW + k, 0x7f);
    out
}

fn top_bit(mut encoding: [u8; 32]) -> [u8; 32] {
    encoding[31] ^= 0x80;
    encoding
}

pub(super) fn bad_points() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "bad_points.json",
        "Encodings of Ed25519 keys (as IK, and as R of a signature) and of X25519 keys that are refused before any \
         arithmetic, or for their result (Appendix B), and some that may be used.",
        &[
            (
                "SmallOrder",
                "Under such a key anybody can sign, or every agreement gives the same secret.",
            ),
            (
                "NonCanonical",
                "A second encoding of a point: curves take both for one, hashes and transcripts do not.",
            ),
            (
                "MissedByCommonFilters",
                "Not of small order, so a strict verification alone lets it pass.",
            ),
            ("NotOnCurve", "No point has this y."),
            (
                "SmallOrderR",
                "A signature whose R is of small order, with the S that a verifier that multiplies by the cofactor takes: \
                 libraries disagree about it.",
            ),
            ("EdgeCase", "Unusual, and allowed."),
        ],
    );
    ed25519(&mut file)?;
    signatures(&mut file)?;
    x25519(&mut file)?;
    Ok(file)
}

fn ed25519(file: &mut VectorFile) -> Result<(), Failure> {
    let case = |encoding: &str| json!({"kind": "ed25519", "encoding": encoding});
    file.valid("an honest key", &[], case(ALICE.ik))?;
    file.valid(
        "an honest key plus a point of order 8",
        &["EdgeCase"],
        case(MIXED_ORDER),
    )?;
    let mut refuse = |comment: String, flags: &[&'static str], encoding: &[u8]| {
        file.invalid(&comment, flags, Code::Ed25519Key, case(&hex(encoding)))
    };
    for (index, y) in LOW_ORDER_Y.iter().enumerate() {
        refuse(format!("small order {index}, sign 0"), &["SmallOrder"], y)?;
        refuse(
            format!("small order {index}, sign 1"),
            &["SmallOrder"],
            &top_bit(*y),
        )?;
    }
    for k in 0..19 {
        let flags: &[&str] = match k {
            0 | 1 => &["NonCanonical", "SmallOrder"],
            k if MISSED_BY_COMMON_FILTERS.contains(&k) => {
                &["NonCanonical", "MissedByCommonFilters"]
            }
            _ => &["NonCanonical", "NotOnCurve"],
        };
        refuse(format!("y = p + {k}, sign 0"), flags, &above_p(k))?;
        refuse(format!("y = p + {k}, sign 1"), flags, &top_bit(above_p(k)))?;
    }
    let mut off = [0; 32];
    off[0] = 2;
    refuse("y = 2".into(), &["NotOnCurve"], &off)
}

/// The encodings that no key may have, as R. Whoever holds the key can make such signatures, and two people who use
/// different libraries then disagree whether they are valid.
fn signatures(file: &mut VectorFile) -> Result<(), Failure> {
    let m = blocks("bad point message", 32);
    let case = |r: &[u8; 32], s: &[u8]| json!({"kind": "signature", "public": ALICE.ik, "label": "sig offer", "m": hex(&m), "sig": hex(&[r, s].concat())});
    let message = [labels::SIG_OFFER.lp(), &m].concat();
    let own = |r: &[u8; 32]| own_share(r, &message);
    for (index, y) in LOW_ORDER_Y.iter().enumerate() {
        for (sign, r) in [(0, *y), (1, top_bit(*y))] {
            file.invalid(
                &format!("R of small order {index}, sign {sign}"),
                &["SmallOrderR"],
                Code::Signature,
                case(&r, &own(&r)?),
            )?;
        }
    }
    for k in 0..19 {
        let small = k < 2;
        let flags: &[&str] = match k {
            0 | 1 => &["NonCanonical", "SmallOrderR"],
            k if MISSED_BY_COMMON_FILTERS.contains(&k) => {
                &["NonCanonical", "MissedByCommonFilters"]
            }
            _ => &["NonCanonical", "NotOnCurve"],
        };
        for (sign, r) in [(0, above_p(k)), (1, top_bit(above_p(k)))] {
            // Nobody knows the logarithm of the other ones: their S is as good as any.
            let s = if small {
                own(&r)?
            } else {
                array(&format!("bad point S {k} {sign}"))
            };
            let s = Scalar::from_bytes_mod_order(s).to_bytes();
            file.invalid(
                &format!("R with y = p + {k}, sign {sign}"),
                flags,
                Code::Signature,
                case(&r, &s),
            )?;
        }
    }
    Ok(())
}

/// `S = H(R || A || m) a mod L`: with an R of small order, `8 S B = 8 R + 8 H(R || A || m) A`.
fn own_share(r: &[u8; 32], message: &[u8]) -> Result<[u8; 32], Failure> {
    let expanded = Sha512::digest(ALICE.seed());
    let mut secret = [0; 32];
    secret.copy_from_slice(&expanded[..32]);
    let a = Scalar::from_bytes_mod_order(clamp_integer(secret));
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(crate::case::unhex(ALICE.ik)?)
        .chain_update(message)
        .finalize();
    Ok((Scalar::from_bytes_mod_order_wide(&hash.into()) * a).to_bytes())
}

fn x25519(file: &mut VectorFile) -> Result<(), Failure> {
    let secret = hex(&blocks("bad point secret", 32));
    let case = |encoding: &str| -> Value {
        json!({"kind": "x25519", "secret": secret, "encoding": encoding})
    };
    let honest: [u8; 32] = duet_crypto::primitives::x25519::Secret::generate(
        &mut crate::rng::Replay::new(array::<32>("bad point peer").into()),
    )
    .public_key();
    file.valid("an honest key", &[], case(&hex(&honest)))?;
    file.valid(
        "u = 2, a point of the twist",
        &["EdgeCase"],
        case(&format!("02{}", "00".repeat(31))),
    )?;
    file.invalid(
        "an honest key, bit 255 set",
        &["NonCanonical"],
        Code::X25519Key,
        case(&hex(&top_bit(honest))),
    )?;
    for (index, u) in SMALL_ORDER_U.iter().enumerate() {
        file.invalid(
            &format!("small order {index}"),
            &["SmallOrder"],
            Code::X25519Zero,
            case(u),
        )?;
        let with_top_bit: [u8; 32] = crate::case::unhex(u)?
            .try_into()
            .map_err(|_| Failure::case("a coordinate has 32 bytes"))?;
        file.invalid(
            &format!("small order {index}, bit 255 set"),
            &["SmallOrder", "NonCanonical"],
            Code::X25519Key,
            case(&hex(&top_bit(with_top_bit))),
        )?;
    }
    for k in 0..19 {
        let flags: &[&str] = if k < 2 {
            &["NonCanonical", "SmallOrder"]
        } else {
            &["NonCanonical"]
        };
        file.invalid(
            &format!("u = p + {k}"),
            flags,
            Code::X25519Key,
            case(&hex(&above_p(k))),
        )?;
    }
    Ok(())
}
