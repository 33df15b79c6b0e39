//! primitives.json, bad_points.json

use duet_crypto::engine::{Engine as _, Software, block_on};
use duet_crypto::error::Code;
use duet_crypto::identity::{IdentityKey, IdentitySeed};
use duet_crypto::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use duet_crypto::primitives::kem::{DecapsulationKey, Encapsulated, EncapsulationKey};
use duet_crypto::primitives::labels::{self, Label};
use duet_crypto::primitives::{ed25519, hash, x25519};

use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::Replay;

pub(super) fn primitives(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "lp" => Ok(outputs! { "out" => hex(label(case)?.lp()) }),
        "lh" => Ok(outputs! { "out" => hex(&hash::labelled(&label(case)?, &[&case.hex("x")?])) }),
        "extract" => {
            Ok(outputs! { "out" => hex(&*hash::extract(&case.hex("salt")?, &[&case.hex("ikm")?])) })
        }
        "expand" => expand(case),
        "sign" => sign(case),
        "verify" => verify(case),
        "dh" => Ok(outputs! { "out" => hex(agree(case, "public")?.expose()) }),
        "dh_public" => Ok(outputs! { "out" => hex(&secret(case)?.public_key()) }),
        "kem_keygen" => Ok(outputs! { "ek" => hex(&key_pair(case)?.encapsulation_key()) }),
        "kem_encaps" => {
            let Encapsulated { ciphertext, secret } = EncapsulationKey::new(&case.array("ek")?)?
                .encapsulate(&mut Replay::new(case.hex("m")?));
            Ok(outputs! { "ct" => hex(&ciphertext), "ss" => hex(&*secret) })
        }
        "kem_decaps" => {
            Ok(outputs! { "ss" => hex(&*key_pair(case)?.decapsulate(&case.array("ct")?)) })
        }
        "seal" => {
            let mut buffer = case.hex("pt")?;
            let tag = aead::seal(
                &case.array::<KEY_AND_NONCE>("okm")?,
                &case.hex("aad")?,
                &mut buffer,
            )
            .map_err(|_| Failure::case("too long to seal"))?;
            buffer.extend(tag);
            Ok(outputs! { "out" => hex(&buffer) })
        }
        "open" => {
            let mut buffer = case.hex("ct")?;
            let length = buffer
                .len()
                .checked_sub(TAG_LENGTH)
                .ok_or(Failure::Refused(Code::Decrypt))?;
            let (sealed, tag) = buffer.split_at_mut(length);
            let tag = <[u8; TAG_LENGTH]>::try_from(&*tag)
                .map_err(|_| Failure::case("a tag has 16 bytes"))?;
            aead::open(
                &case.array::<KEY_AND_NONCE>("okm")?,
                &case.hex("aad")?,
                sealed,
                &tag,
            )
            .map_err(|_| Failure::Refused(Code::Decrypt))?;
            Ok(outputs! { "pt" => hex(sealed) })
        }
        op => Err(unknown(op)),
    }
}

fn label(case: Input<'_>) -> Result<Label, Failure> {
    let wanted = case.text("label")?;
    let found = labels::ALL.iter().find(|(name, _)| *name == wanted);
    found
        .map(|(_, label)| *label)
        .ok_or_else(|| Failure::case(format!("no label {wanted:?}")))
}

/// The lengths that the protocol asks of Expand, each a type in the core.
fn expand(case: Input<'_>) -> Result<Outputs, Failure> {
    let (prk, label, ctx) = (case.array("prk")?, label(case)?, case.hex("ctx")?);
    let ctx = &[&ctx[..]];
    let out = match case.number("len")? {
        4_usize => hash::expand::<4>(&prk, &label, ctx).to_vec(),
        16 => hash::expand::<16>(&prk, &label, ctx).to_vec(),
        32 => hash::expand::<32>(&prk, &label, ctx).to_vec(),
        44 => hash::expand::<44>(&prk, &label, ctx).to_vec(),
        64 => hash::expand::<64>(&prk, &label, ctx).to_vec(),
        76 => hash::expand::<76>(&prk, &label, ctx).to_vec(),
        other => return Err(Failure::case(format!("no key of PAIR/1 has {other} bytes"))),
    };
    Ok(outputs! { "out" => hex(&out) })
}

fn message(case: Input<'_>) -> Result<Vec<u8>, Failure> {
    Ok([label(case)?.lp(), &case.hex("m")?].concat())
}

fn sign(case: Input<'_>) -> Result<Outputs, Failure> {
    let seed = IdentitySeed::from_bytes(&case.array("seed")?);
    let signature = block_on(Software.sign(&seed, &message(case)?))?;
    Ok(outputs! { "public" => hex(seed.public_key().as_bytes()), "sig" => hex(&signature) })
}

/// As a handshake does it: the filter of Appendix B on key and signature, then the engine.
fn verify(case: Input<'_>) -> Result<Outputs, Failure> {
    let (public, signature) = (case.array("public")?, case.array("sig")?);
    let allowed =
        ed25519::check_key(&public).is_ok() && ed25519::check_signature(&signature).is_ok();
    if allowed && block_on(Software.verify(&public, &message(case)?, &signature))? {
        Ok(outputs! {})
    } else {
        Err(Failure::Refused(Code::Signature))
    }
}

fn secret(case: Input<'_>) -> Result<x25519::Secret, Failure> {
    Ok(x25519::Secret::generate(&mut Replay::new(
        case.array::<32>("secret")?.into(),
    )))
}

fn agree(case: Input<'_>, public: &str) -> Result<x25519::SharedSecret, Failure> {
    Ok(secret(case)?.agree(&case.array(public)?)?)
}

fn key_pair(case: Input<'_>) -> Result<DecapsulationKey, Failure> {
    Ok(DecapsulationKey::generate(&mut Replay::new(
        case.array::<64>("seed")?.into(),
    )))
}

pub(super) fn bad_points(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("kind")? {
        "ed25519" => IdentityKey::from_bytes(&case.array("encoding")?)
            .map(|_| outputs! {})
            .map_err(Failure::from),
        "signature" => verify(case),
        "x25519" => Ok(outputs! { "out" => hex(agree(case, "encoding")?.expose()) }),
        kind => Err(unknown(kind)),
    }
}
