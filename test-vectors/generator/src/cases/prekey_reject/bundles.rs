//! PREKEY, as alice gets it.

use duet_crypto::error::Code;
use duet_crypto::primitives::hash::labelled;
use duet_crypto::primitives::labels;

use super::Run;
use crate::case::{Failure, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::scene::bytes::{flipped, not_canonical, one, replaced, with_coefficient};
use crate::scene::layout::prekey;
use crate::scene::people::{account, seed, sign};

pub(super) fn bundles(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid("PREKEY", &["Honest"], run.bundle_case(&run.prekey))?;
    let later = run.prekey_with(&run.bob, &[(prekey::MAX_VERSION, &[2])])?;
    file.valid(
        "PREKEY with max_version 2: a later version is not refused for it",
        &["Honest"],
        run.bundle_case(&later),
    )?;
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("PREKEY, {comment}");
        file.invalid(&comment, &[flag], code, run.bundle_case(frame))
    };
    for (field, at, code) in [
        ("pkid", prekey::PKID, Code::PrekeySignature),
        ("max_version", prekey::MAX_VERSION, Code::PrekeyForm),
        ("presence_B", prekey::PRESENCE_B, Code::PrekeySignature),
        ("aid_B", prekey::AID_B, Code::PrekeySignature),
        ("IK_B", prekey::IK_B, Code::PrekeySignature),
        ("OX_B", prekey::OX_B, Code::PrekeySignature),
        (
            "OK_B (in its seed)",
            prekey::SIGNATURE - 1,
            Code::PrekeySignature,
        ),
        ("R", prekey::SIGNATURE, Code::PrekeySignature),
        ("S", prekey::S, Code::PrekeySignature),
    ] {
        let frame = flipped(&run.prekey, at);
        refuse(&format!("a bit of {field}"), "BitFlip", code, &frame)?;
    }
    for (comment, frame) in [
        ("nothing", vec![]),
        ("a byte short", run.prekey[..1378].to_vec()),
        ("a byte long", [&run.prekey[..], &[0]].concat()),
        ("version 2", replaced(&run.prekey, &[(0, &[2])])),
        ("the type of an INIT", replaced(&run.prekey, &[(1, &[2])])),
        (
            "validly signed max_version 0",
            run.prekey_with(&run.bob, &[(prekey::MAX_VERSION, &[0])])?,
        ),
    ] {
        refuse(comment, "Malformed", Code::PrekeyForm, &frame)?;
    }

    let eve = seed("eve");
    let theirs = eve.public_key();
    let forged = run.prekey_with(&eve, &[])?;
    refuse(
        "signed by eve in bob's name",
        "KeySubstitution",
        Code::PrekeySignature,
        &forged,
    )?;
    let swapped = run.prekey_with(&eve, &[(prekey::IK_B, theirs.as_bytes())])?;
    refuse(
        "eve's key for bob's account, validly signed: bob is blocked until keys are compared",
        "KeySubstitution",
        Code::IdentityChanged,
        &swapped,
    )?;
    let misbound = run.prekey_with(&run.bob, &[(prekey::AID_B, &account("eve")?.0)])?;
    refuse(
        "bob's key under eve's account, validly signed",
        "Misbinding",
        Code::PrekeyPeer,
        &misbound,
    )?;
    let own = run.prekey_with(
        &eve,
        &[
            (prekey::AID_B, &account("eve")?.0),
            (prekey::IK_B, theirs.as_bytes()),
        ],
    )?;
    refuse(
        "eve's own good prekey",
        "PrekeySwap",
        Code::PrekeyPeer,
        &own,
    )?;
    let stale = run.prekey_with(
        &run.bob,
        &[(prekey::PRESENCE_B, &blocks("an earlier run", 16))],
    )?;
    refuse(
        "of an earlier run of bob's",
        "PrekeySwap",
        Code::PrekeyPresence,
        &stale,
    )?;
    let weak = replaced(
        &run.prekey,
        &[
            (prekey::IK_B, &one()),
            (prekey::SIGNATURE, &one()),
            (prekey::S, &[0; 32]),
        ],
    );
    refuse(
        "the identity point as IK_B, with the signature that fits every message",
        "SmallOrder",
        Code::PrekeySignature,
        &weak,
    )?;
    let mut unlabelled = run.prekey.clone();
    let hash = labelled(&labels::PREKEY, &[&unlabelled[..prekey::SIGNATURE]]);
    unlabelled[prekey::SIGNATURE..].copy_from_slice(&sign(&run.bob, &labels::SIG_OFFER, &hash)?);
    refuse(
        "with a signature of another label",
        "CrossProtocol",
        Code::PrekeySignature,
        &unlabelled,
    )?;

    let ok = with_coefficient(&run.prekey[prekey::OK_B..prekey::SIGNATURE], 3329);
    let frame = run.prekey_with(&run.bob, &[(prekey::OK_B, &ok)])?;
    refuse(
        "OK_B with the coefficient 3329",
        "Modulus",
        Code::PrekeyKey,
        &frame,
    )?;
    let frame = run.prekey_with(&run.bob, &[(prekey::OK_B, &[0xff; 1152])])?;
    refuse(
        "OK_B with all coefficients 4095",
        "Modulus",
        Code::PrekeyKey,
        &frame,
    )?;
    let mut top = run.prekey[prekey::OX_B..prekey::OK_B].to_vec();
    top[31] |= 0x80;
    for (comment, flag, point) in [
        ("OX_B = p", "NonCanonical", not_canonical().to_vec()),
        ("OX_B with bit 255 set", "NonCanonical", top),
        ("OX_B = 0", "SmallOrder", vec![0; 32]),
        ("OX_B = 1", "SmallOrder", one().to_vec()),
        (
            "OX_B of order 8",
            "SmallOrder",
            unhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")?,
        ),
    ] {
        let frame = run.prekey_with(&run.bob, &[(prekey::OX_B, &point)])?;
        refuse(comment, flag, Code::PrekeyKey, &frame)?;
    }
    Ok(())
}
