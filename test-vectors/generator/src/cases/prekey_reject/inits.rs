//! INIT, as bob gets it.

use duet_crypto::error::Code;
use duet_crypto::handshake::frames::{INIT_LENGTH, OFFER_LENGTH};
use duet_crypto::primitives::hash::{labelled, sha256};
use duet_crypto::primitives::labels;
use serde_json::{Value, json};

use super::Run;
use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::scene::bytes::{flipped, not_canonical, one, replaced, with_coefficient};
use crate::scene::handshakes::earlier;
use crate::scene::layout::{flight1, init, offer, prekey};
use crate::scene::people::{ALICE, account, seed, sign};

pub(super) fn inits(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "INIT: the prekey is gone",
        &["Honest"],
        run.init_case(&run.init)?,
    )?;
    let later = run.signed(&[(flight1::MAX_VERSION, &[2])])?;
    file.valid(
        "INIT with max_version 2",
        &["Honest"],
        run.init_case(&later)?,
    )?;
    let mut offer = replaced(&run.init, &[(1, &[1])])[..OFFER_LENGTH].to_vec();
    let t1 = sha256(&[
        &labelled(&labels::TRANSCRIPT, &[]),
        &offer[..offer::SIGNATURE],
    ]);
    offer[offer::SIGNATURE..].copy_from_slice(&sign(&run.alice, &labels::SIG_OFFER, &t1)?);
    file.valid(
        "an OFFER instead: the prekey stays",
        &["Honest"],
        run.init_case(&offer)?,
    )?;

    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("INIT, {comment}");
        file.invalid(&comment, &[flag], code, run.init_case(frame)?)
    };
    for (field, at, code) in [
        ("hid", flight1::HID, Code::Signature),
        ("max_version", flight1::MAX_VERSION, Code::FrameField),
        ("presence_B", flight1::PRESENCE_B, Code::StalePresence),
        ("aid_A", flight1::AID_A, Code::Sender),
        ("aid_B", flight1::AID_B, Code::NotForUs),
        ("IK_A", flight1::IK_A, Code::Signature),
        ("IK_B", flight1::IK_B, Code::NotForUs),
        ("EX_A", flight1::EX_A, Code::Signature),
        ("EK_A (in its seed)", flight1::CM_A - 1, Code::Signature),
        ("cm_A", flight1::CM_A, Code::Signature),
        ("pkid", init::PKID, Code::PrekeyUnknown),
        ("CT_P", init::CT_P, Code::Signature),
        ("R", init::SIGNATURE, Code::Signature),
        ("S", init::S, Code::Signature),
    ] {
        let frame = flipped(&run.init, at);
        refuse(&format!("a bit of {field}"), "BitFlip", code, &frame)?;
    }
    for (comment, code, frame) in [
        (
            "a byte short",
            Code::FrameLength,
            run.init[..INIT_LENGTH - 1].to_vec(),
        ),
        (
            "a byte long",
            Code::FrameLength,
            [&run.init[..], &[0]].concat(),
        ),
        (
            "cut to the length of an OFFER",
            Code::FrameLength,
            run.init[..OFFER_LENGTH].to_vec(),
        ),
        (
            "version 2",
            Code::FrameVersion,
            replaced(&run.init, &[(0, &[2])]),
        ),
        (
            "the type of an OFFER, which is shorter",
            Code::FrameLength,
            replaced(&run.init, &[(1, &[1])]),
        ),
        (
            "validly signed max_version 0",
            Code::FrameField,
            run.signed(&[(flight1::MAX_VERSION, &[0])])?,
        ),
    ] {
        refuse(comment, "Malformed", code, &frame)?;
    }
    let bare = run.init_with(&run.alice, &[], &[])?;
    refuse(
        "signed as if there were no PREKEY before it",
        "CrossProtocol",
        Code::Signature,
        &bare,
    )?;
    let t1: [u8; 32] = run
        .value("T1")?
        .try_into()
        .map_err(|_| Failure::case("a hash has 32 bytes"))?;
    let labelled = sign(&run.alice, &labels::SIG_ACCEPT, &t1)?;
    refuse(
        "with a signature of another label",
        "CrossProtocol",
        Code::Signature,
        &replaced(&run.init, &[(init::SIGNATURE, &labelled)]),
    )
}

pub(super) fn init_people(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let eve = seed("eve");
    let (eve_aid, eve_key) = (account("eve")?, eve.public_key());
    let mut refuse = |comment: &str, flag, code, case| {
        file.invalid(&format!("INIT, {comment}"), &[flag], code, case)
    };
    let stale = run.signed(&[(flight1::PRESENCE_B, &blocks("an earlier run", 16))])?;
    refuse(
        "recorded for an earlier run",
        "Replay",
        Code::StalePresence,
        run.init_case(&stale)?,
    )?;
    // The same pkid under another PREKEY of bob's: what alice answers is not what bob has published.
    let other = run.prekey_with(
        &run.bob,
        &[(prekey::OX_B, &run.init[flight1::EX_A..flight1::EK_A])],
    )?;
    let to_other = run.init_with(&run.alice, &other, &[])?;
    refuse(
        "to another PREKEY of the same pkid",
        "PrekeySwap",
        Code::Signature,
        run.init_case(&to_other)?,
    )?;
    let stale = run.prekey_with(
        &run.bob,
        &[(prekey::PRESENCE_B, &blocks("an earlier run", 16))],
    )?;
    let to_stale = run.init_with(&run.alice, &stale, &[])?;
    refuse(
        "to a PREKEY of another run with the same pkid, and this run's presence",
        "PrekeySwap",
        Code::Signature,
        run.init_case(&to_stale)?,
    )?;
    refuse(
        "of alice, delivered as eve's",
        "Misbinding",
        Code::Sender,
        run.case("init", "eve", &run.init)?,
    )?;
    let named = run.signed(&[(flight1::AID_B, &eve_aid.0)])?;
    refuse(
        "meant for eve's account with bob's key",
        "Misbinding",
        Code::NotForUs,
        run.init_case(&named)?,
    )?;
    let keyed = run.signed(&[(flight1::IK_B, eve_key.as_bytes())])?;
    refuse(
        "to bob's account under eve's key",
        "KeySubstitution",
        Code::NotForUs,
        run.init_case(&keyed)?,
    )?;
    let reflected = run.init_with(
        &run.bob,
        &run.prekey,
        &[(flight1::IK_A, run.bob.public_key().as_bytes())],
    )?;
    refuse(
        "signed with bob's own key",
        "Reflection",
        Code::OwnKey,
        run.init_case(&reflected)?,
    )?;
    let mut pinned = run.init_case(&run.init)?;
    pinned["pin"] = json!(hex(eve_key.as_bytes()));
    refuse(
        "under another key than alice's pin",
        "KeySubstitution",
        Code::IdentityChanged,
        pinned,
    )?;
    let forged = run.init_with(&eve, &run.prekey, &[])?;
    refuse(
        "in alice's name, signed by eve",
        "KeySubstitution",
        Code::Signature,
        run.init_case(&forged)?,
    )?;
    // The prekey before the signature and the pin, so that "prekey unknown" can be answered whatever the pin.
    let unknown = run.init_with(
        &eve,
        &run.prekey,
        &[
            (flight1::IK_A, eve_key.as_bytes()),
            (init::PKID, &blocks("another pkid", 16)),
        ],
    )?;
    for (comment, frame) in [
        (
            "a pkid that bob does not have, under another key than the pin",
            unknown.clone(),
        ),
        (
            "a pkid that bob does not have, and a wrong signature",
            flipped(&unknown, init::SIGNATURE),
        ),
    ] {
        let mut pinned = run.init_case(&frame)?;
        pinned["pin"] = json!(ALICE.ik);
        refuse(comment, "Order", Code::PrekeyUnknown, pinned)?;
    }
    let case = run.case("init", "eve", &flipped(&unknown, init::SIGNATURE))?;
    refuse("the sender before the prekey", "Order", Code::Sender, case)?;
    let forged = run.init_with(
        &run.alice,
        &run.prekey,
        &[(flight1::IK_A, eve_key.as_bytes())],
    )?;
    let mut pinned = run.init_case(&forged)?;
    pinned["pin"] = json!(ALICE.ik);
    refuse(
        "the signature before the pin",
        "Order",
        Code::Signature,
        pinned,
    )?;
    let mut pinned = run.init_case(&run.init)?;
    pinned["pin"] = json!(ALICE.ik);
    file.valid("INIT under the pinned key", &["Honest"], pinned)
}

pub(super) fn init_keys(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let mut refuse = |comment: &str, flag, code, frame: &[u8]| {
        let comment = format!("INIT, {comment}");
        file.invalid(&comment, &[flag], code, run.init_case(frame)?)
    };
    let weak = replaced(
        &run.init,
        &[
            (flight1::IK_A, &one()),
            (init::SIGNATURE, &one()),
            (init::S, &[0; 32]),
        ],
    );
    refuse(
        "under the identity point, with the signature that fits every message",
        "SmallOrder",
        Code::Ed25519Key,
        &weak,
    )?;
    let ek = with_coefficient(&run.init[flight1::EK_A..flight1::CM_A], 3329);
    refuse(
        "EK_A with the coefficient 3329",
        "Modulus",
        Code::KemKey,
        &run.signed(&[(flight1::EK_A, &ek)])?,
    )?;
    let mut top = run.init[flight1::EX_A..flight1::EK_A].to_vec();
    top[31] |= 0x80;
    for (comment, flag, code, point) in [
        (
            "EX_A = p",
            "NonCanonical",
            Code::X25519Key,
            not_canonical().to_vec(),
        ),
        (
            "EX_A with bit 255 set",
            "NonCanonical",
            Code::X25519Key,
            top,
        ),
        ("EX_A = 0", "SmallOrder", Code::X25519Zero, vec![0; 32]),
        ("EX_A = 1", "SmallOrder", Code::X25519Zero, one().to_vec()),
    ] {
        refuse(
            comment,
            flag,
            code,
            &run.signed(&[(flight1::EX_A, &point)])?,
        )?;
    }
    Ok(())
}

/// A prekey is used once, and by a good INIT only.
pub(super) fn used(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let after = |before: Vec<Value>, frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.init_case(frame)?;
        case["before"] = json!(before);
        Ok(case)
    };
    file.invalid(
        "INIT, a second time, when its prekey is gone",
        &["Replay"],
        Code::OfferReplayed,
        after(vec![earlier(&run.init, None, 1)?], &run.init)?,
    )?;
    let second = run.signed(&[(flight1::HID, &blocks("another hid", 16))])?;
    file.invalid(
        "INIT, another one with the prekey that is gone",
        &["PrekeyReuse"],
        Code::PrekeyUnknown,
        after(vec![earlier(&run.init, None, 1)?], &second)?,
    )?;
    let eve = seed("eve");
    let theirs = run.init_with(
        &eve,
        &run.prekey,
        &[
            (flight1::HID, &blocks("eve's hid", 16)),
            (flight1::AID_A, &account("eve")?.0),
            (flight1::IK_A, eve.public_key().as_bytes()),
        ],
    )?;
    let mut case = after(vec![earlier(&run.init, None, 1)?], &theirs)?;
    case["from"] = json!(hex(&account("eve")?.0));
    file.invalid(
        "INIT, eve's with the prekey that alice used: the relay handed it out twice",
        &["PrekeyReuse"],
        Code::PrekeyUnknown,
        case,
    )?;
    let mut bad_ek = run.init[flight1::EK_A..flight1::CM_A].to_vec();
    bad_ek = with_coefficient(&bad_ek, 3329);
    let failing = [
        (flipped(&run.init, init::SIGNATURE), Code::Signature),
        (flipped(&run.init, init::CT_P), Code::Signature),
        (flipped(&run.init, flight1::PRESENCE_B), Code::StalePresence),
        (run.signed(&[(flight1::EK_A, &bad_ek)])?, Code::KemKey),
        (
            run.signed(&[(flight1::EX_A, &not_canonical())])?,
            Code::X25519Key,
        ),
        (run.init[..INIT_LENGTH - 1].to_vec(), Code::FrameLength),
    ];
    let before = failing
        .iter()
        .map(|(frame, code)| earlier(frame, Some(*code), 1))
        .collect::<Result<_, _>>()?;
    file.valid(
        "INIT after six that failed a check: none of them has used the prekey up",
        &["PrekeyExhaustion"],
        after(before, &run.init)?,
    )
}

pub(super) fn unknown(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let named = run.signed(&[(init::PKID, &blocks("another pkid", 16))])?;
    file.invalid(
        "INIT, a pkid that bob does not have",
        &["PrekeySwap"],
        Code::PrekeyUnknown,
        run.init_case(&named)?,
    )?;
    file.valid(
        "declined: END, prekey unknown",
        &["Honest"],
        run.case("unknown", ALICE.name, &named)?,
    )?;
    let mut refuse = |comment: &str, flag, case| {
        let comment = format!("declining {comment}");
        file.invalid(&comment, &[flag], Code::PrekeyKnown, case)
    };
    refuse(
        "an INIT whose prekey is there",
        "Malformed",
        run.case("unknown", ALICE.name, &run.init)?,
    )?;
    refuse(
        "what is no INIT",
        "Malformed",
        run.case("unknown", ALICE.name, &run.confirm)?,
    )?;
    refuse(
        "an INIT from another account",
        "Misbinding",
        run.case("unknown", "eve", &named)?,
    )?;
    let stale = replaced(&named, &[(flight1::PRESENCE_B, &[0; 16])]);
    refuse(
        "an INIT for another run",
        "Replay",
        run.case("unknown", ALICE.name, &stale)?,
    )
}
