//! ACCEPT and CONFIRM of a prekey start, and what alice may send early.

use duet_crypto::error::Code;
use duet_crypto::primitives::hash::{expand, extract, hmac};
use duet_crypto::primitives::labels;
use serde_json::{Value, json};

use super::{Run, came};
use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::scene::bytes::{flipped, replaced};
use crate::scene::contents::text;
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::{accept, confirm};
use crate::scene::people::{ALICE, BOB};

pub(super) fn accepts(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    file.valid(
        "ACCEPT",
        &["Honest"],
        run.case("accept", BOB.name, &run.accept)?,
    )?;
    // Whoever has bob's identity key and not his prekey: everything right, but `hs` over a salt of zeros.
    let hs = extract(&[0; 32], &[&run.value("ssk")?, &run.value("ssx")?]);
    let kc_b = expand::<32>(&hs, &labels::CONFIRM_B, &[&run.value("T2")?]);
    let mac = hmac(&kc_b[..], &[&run.value("T3")?]);
    let without = replaced(&run.accept, &[(accept::MAC_B, &mac[..])]);
    file.invalid(
        "ACCEPT, signed by bob, the MAC without the prekey's secrets",
        &["KeyConfirmation"],
        Code::Confirmation,
        run.case("accept", BOB.name, &without)?,
    )?;
    for (field, at, code) in [
        ("EX_B", accept::EX_B, Code::Signature),
        ("CT_B", accept::CT_B, Code::Signature),
        ("mac_B", accept::MAC_B, Code::Confirmation),
    ] {
        file.invalid(
            &format!("ACCEPT, a bit of {field}"),
            &["BitFlip"],
            code,
            run.case("accept", BOB.name, &flipped(&run.accept, at))?,
        )?;
    }
    Ok(())
}

pub(super) fn confirms(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let case = |early: &[Vec<u8>], frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.case("confirm", ALICE.name, frame)?;
        case["before"] = came(early)?;
        Ok(case)
    };
    file.valid(
        "CONFIRM after both early messages",
        &["Honest"],
        case(&run.early, &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts two, one came: bob learns that one was dropped",
        &["Truncation"],
        case(&run.early[..1], &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts two, none came",
        &["Truncation"],
        case(&[], &run.confirm)?,
    )?;
    file.valid(
        "CONFIRM counts sixteen",
        &["Honest"],
        case(&run.early, &run.confirm_with(16)?)?,
    )?;
    for (comment, early, count) in [
        ("counts one, two came", &run.early[..], 1),
        ("counts none, one came", &run.early[..1], 0),
        ("counts seventeen", &run.early[..], 17),
        ("counts 2^32 - 1", &[], u32::MAX),
    ] {
        file.invalid(
            &format!("CONFIRM {comment}, signed and confirmed"),
            &["Truncation"],
            Code::EarlyCount,
            case(early, &run.confirm_with(count)?)?,
        )?;
    }
    file.invalid(
        "CONFIRM, a bit of early_count: the relay hides that messages were dropped",
        &["Truncation", "BitFlip"],
        Code::Signature,
        case(&run.early, &flipped(&run.confirm, confirm::EARLY_COUNT + 3))?,
    )
}

pub(super) fn sends(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let case = |times: u32, content: Value| json!({"base": run.base, "at": "send", "times": times, "content": content});
    file.valid("the first early message", &["Honest"], case(1, text("one")))?;
    file.valid(
        "the sixteenth early message",
        &["Honest"],
        case(16, text("again")),
    )?;
    file.invalid(
        "a seventeenth early message",
        &["Exhaustion"],
        Code::EarlyLimit,
        case(17, text("again")),
    )?;
    let fid = hex(&blocks("fid", 32));
    for (comment, content) in [
        ("READY", json!({"type": "ready"})),
        ("RECEIPT", json!({"type": "receipt"})),
        ("TYPING", json!({"type": "typing", "activity": "typing"})),
        (
            "FILECTL",
            json!({"type": "fileControl", "fid": fid, "op": "accept", "index": 0, "count": 0}),
        ),
        ("BYE", json!({"type": "bye"})),
        ("PROBE", json!({"type": "probe"})),
        ("EDIT", json!({"type": "edit", "seq": 0, "text": "x"})),
        ("DELETE", json!({"type": "delete", "seq": 0})),
        (
            "REACTION",
            json!({"type": "reaction", "of": "mine", "seq": 0, "set": true, "emoji": "👍"}),
        ),
        ("a TEXT of 4,001 characters", text(&"x".repeat(4_001))),
    ] {
        file.invalid(
            &format!("sending {comment} early"),
            &["NotSent"],
            Code::InvalidContent,
            case(1, content),
        )?;
    }
    let mut without = case(1, text("x"));
    without["base"] = appendix_c();
    file.invalid(
        "sending early after an OFFER",
        &["NotSent"],
        Code::EarlyUnavailable,
        without,
    )
}
