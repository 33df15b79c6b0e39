//! primitives.json

use duet_crypto::error::Code;
use duet_crypto::primitives::labels;
use serde_json::json;

use crate::case::{Failure, hex, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::output;
use crate::scene::bytes::{flipped, with_coefficient};
use crate::scene::people::ALICE;

const NAME: &str = "primitives.json";

pub(super) fn primitives() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        NAME,
        "The primitives of section 2: labels, hashes, HKDF, labelled Ed25519, X25519, ML-KEM-768, AES-256-GCM.",
        &[
            (
                "EdgeCase",
                "A legitimate input that implementations get wrong.",
            ),
            (
                "WrongLabel",
                "A signature made for one purpose, presented for another (cross-protocol reuse).",
            ),
            (
                "Forgery",
                "An altered signature, message, key or ciphertext.",
            ),
            (
                "SignatureMalleability",
                "S is not reduced: a second valid-looking signature for the same message.",
            ),
            (
                "SmallOrder",
                "A key or R of small order, under which signatures can be made without a private key.",
            ),
            (
                "NonCanonical",
                "A second encoding of a point, which hashes differ on and curves do not.",
            ),
            (
                "ImplicitRejection",
                "A damaged ML-KEM ciphertext gives a secret that only the receiver can compute.",
            ),
            (
                "Modulus",
                "An ML-KEM key with a coefficient above 3328 (FIPS 203 section 7.2).",
            ),
        ],
    );
    hashes(&mut file)?;
    ed25519(&mut file)?;
    x25519(&mut file)?;
    kem(&mut file)?;
    aead(&mut file)?;
    Ok(file)
}

fn bytes(tag: &str, size: usize) -> String {
    hex(&blocks(tag, size))
}

fn hashes(file: &mut VectorFile) -> Result<(), Failure> {
    for (label, _) in labels::ALL {
        file.valid(
            &format!("LP({label:?})"),
            &[],
            json!({"op": "lp", "label": label}),
        )?;
    }
    for (comment, x) in [
        ("empty", vec![]),
        ("three bytes", b"abc".to_vec()),
        ("two blocks", blocks("lh", 130)),
    ] {
        file.valid(
            &format!("LH, {comment}"),
            &[],
            json!({"op": "lh", "label": "account", "x": hex(&x)}),
        )?;
    }
    let counting: Vec<u8> = (0..64).collect();
    file.valid(
        "Extract with the salt of an interactive handshake",
        &[],
        json!({"op": "extract", "salt": hex(&[0; 32]), "ikm": hex(&counting)}),
    )?;
    file.valid(
        "Extract, a salt longer than a block of the hash",
        &["EdgeCase"],
        json!({"op": "extract", "salt": bytes("extract salt", 65), "ikm": bytes("extract ikm", 32)}),
    )?;
    for len in [4, 16, 32, 44, 64, 76] {
        file.valid(
            &format!("Expand to {len} bytes"),
            &[],
            json!({"op": "expand", "prk": hex(&counting[..32]), "label": "root", "ctx": hex(&[0; 32]), "len": len}),
        )?;
    }
    file.valid(
        "Expand without a context",
        &["EdgeCase"],
        json!({"op": "expand", "prk": bytes("expand", 32), "label": "message", "ctx": "", "len": 44}),
    )
}

fn ed25519(file: &mut VectorFile) -> Result<(), Failure> {
    let m = [0; 32];
    let honest =
        json!({"op": "sign", "seed": hex(&ALICE.seed()), "label": "sig offer", "m": hex(&m)});
    file.valid("a signature under its label", &[], honest.clone())?;
    file.valid(
        "another label, another message",
        &[],
        json!({"op": "sign", "seed": bytes("sign seed", 32), "label": "sig login", "m": bytes("sign m", 32)}),
    )?;
    let (public, sig) = (
        output(NAME, &honest, "public")?,
        output(NAME, &honest, "sig")?,
    );
    let case = |public: &[u8], label: &str, m: &[u8], sig: &[u8]| json!({"op": "verify", "public": hex(public), "label": label, "m": hex(m), "sig": hex(sig)});
    file.valid(
        "the same signature verifies",
        &[],
        case(&public, "sig offer", &m, &sig),
    )?;
    let mut refuse =
        |comment: &str, flag, case| file.invalid(comment, &[flag], Code::Signature, case);
    refuse(
        "made for an offer, shown as an accept",
        "WrongLabel",
        case(&public, "sig accept", &m, &sig),
    )?;
    refuse(
        "another message",
        "Forgery",
        case(&public, "sig offer", &flipped(&m, 31), &sig),
    )?;
    refuse(
        "a bit of R flipped",
        "Forgery",
        case(&public, "sig offer", &m, &flipped(&sig, 0)),
    )?;
    refuse(
        "a bit of S flipped",
        "Forgery",
        case(&public, "sig offer", &m, &flipped(&sig, 32)),
    )?;
    refuse(
        "another key",
        "Forgery",
        case(&unhex(crate::scene::people::BOB.ik)?, "sig offer", &m, &sig),
    )?;
    refuse(
        "S + L",
        "SignatureMalleability",
        case(&public, "sig offer", &m, &plus_order(&sig)),
    )?;
    let identity = little_endian(1);
    let forged = [&identity[..], &[0; 32]].concat();
    refuse(
        "key and R are the identity, S is 0: true for every message without the filter",
        "SmallOrder",
        case(&identity, "sig offer", &m, &forged),
    )?;
    refuse(
        "the same with R of small order under an honest key",
        "SmallOrder",
        case(&public, "sig offer", &m, &forged),
    )?;
    let mut second = [0xff; 32];
    (second[0], second[31]) = (0xee, 0x7f);
    refuse(
        "the identity as y = p + 1",
        "NonCanonical",
        case(&second, "sig offer", &m, &[&second[..], &[0; 32]].concat()),
    )
}

fn little_endian(n: u8) -> [u8; 32] {
    let mut out = [0; 32];
    out[0] = n;
    out
}

/// The signature with S + L in the place of S.
fn plus_order(signature: &[u8]) -> Vec<u8> {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut out = signature.to_vec();
    let mut carry = 0;
    for (s, l) in out[32..].iter_mut().zip(L) {
        let sum = u16::from(*s) + u16::from(l) + carry;
        let [low, high] = sum.to_le_bytes();
        (*s, carry) = (low, u16::from(high));
    }
    out
}

fn x25519(file: &mut VectorFile) -> Result<(), Failure> {
    let (a, b) = (bytes("dh a", 32), bytes("dh b", 32));
    for secret in [&a, &b] {
        file.valid(
            "a public key",
            &[],
            json!({"op": "dh_public", "secret": secret}),
        )?;
    }
    let public = hex(&output(
        NAME,
        &json!({"op": "dh_public", "secret": b}),
        "out",
    )?);
    file.valid(
        "an agreement",
        &[],
        json!({"op": "dh", "secret": a, "public": public}),
    )?;
    let public = hex(&output(
        NAME,
        &json!({"op": "dh_public", "secret": a}),
        "out",
    )?);
    file.valid(
        "the same from the other side",
        &[],
        json!({"op": "dh", "secret": b, "public": public}),
    )?;
    file.invalid(
        "u = 1: the result would be zero",
        &["SmallOrder"],
        Code::X25519Zero,
        json!({"op": "dh", "secret": a, "public": hex(&little_endian(1))}),
    )?;
    let mut top = unhex(&public)?;
    top[31] |= 0x80;
    file.invalid(
        "an honest key with bit 255 set",
        &["NonCanonical"],
        Code::X25519Key,
        json!({"op": "dh", "secret": b, "public": hex(&top)}),
    )
}

fn kem(file: &mut VectorFile) -> Result<(), Failure> {
    let seed = bytes("kem seed", 64);
    let keygen = json!({"op": "kem_keygen", "seed": seed});
    file.valid("a key pair from its seed d || z", &[], keygen.clone())?;
    let ek = output(NAME, &keygen, "ek")?;
    let encaps = json!({"op": "kem_encaps", "ek": hex(&ek), "m": bytes("kem m", 32)});
    file.valid("encapsulation with the coins m", &[], encaps.clone())?;
    let ct = output(NAME, &encaps, "ct")?;
    file.valid(
        "decapsulation",
        &[],
        json!({"op": "kem_decaps", "seed": seed, "ct": hex(&ct)}),
    )?;
    file.valid(
        "a ciphertext with a flipped bit",
        &["ImplicitRejection"],
        json!({"op": "kem_decaps", "seed": seed, "ct": hex(&flipped(&ct, 500))}),
    )?;
    for (comment, coefficient) in [
        ("the first coefficient is 3329", 3329_u16),
        ("the first coefficient is 4095", 4095),
    ] {
        file.invalid(
            comment,
            &["Modulus"],
            Code::KemKey,
            json!({"op": "kem_encaps", "ek": hex(&with_coefficient(&ek, coefficient)), "m": bytes("kem m", 32)}),
        )?;
    }
    Ok(())
}

fn aead(file: &mut VectorFile) -> Result<(), Failure> {
    let okm = bytes("okm", 44);
    for (comment, aad, pt) in [
        ("a message", bytes("aad", 58), bytes("pt", 256)),
        ("nothing to encrypt", bytes("aad", 58), String::new()),
        ("no associated data", String::new(), bytes("pt", 17)),
    ] {
        file.valid(
            comment,
            &[],
            json!({"op": "seal", "okm": okm, "aad": aad, "pt": pt}),
        )?;
    }
    let (aad, pt) = (blocks("aad", 58), blocks("pt", 33));
    let ct = output(
        NAME,
        &json!({"op": "seal", "okm": okm, "aad": hex(&aad), "pt": hex(&pt)}),
        "out",
    )?;
    let case =
        |aad: &[u8], ct: &[u8]| json!({"op": "open", "okm": okm, "aad": hex(aad), "ct": hex(ct)});
    file.valid("opened", &[], case(&aad, &ct))?;
    for (comment, case) in [
        ("a bit of the ciphertext", case(&aad, &flipped(&ct, 0))),
        ("a bit of the tag", case(&aad, &flipped(&ct, ct.len() - 1))),
        (
            "a bit of the associated data",
            case(&flipped(&aad, 57), &ct),
        ),
        ("a tag cut to 15 bytes", case(&aad, &ct[..ct.len() - 1])),
        ("shorter than a tag", case(&aad, &ct[..15])),
    ] {
        file.invalid(comment, &["Forgery"], Code::Decrypt, case)?;
    }
    Ok(())
}
