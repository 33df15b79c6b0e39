//! EARLY, as bob gets it.

use duet_crypto::error::Code;
use duet_crypto::limits;
use serde_json::{Value, json};

use super::{Run, came};
use crate::case::{Failure, unhex};
use crate::file::VectorFile;
use crate::scene::bytes::{flipped, replaced};
use crate::scene::contents;
use crate::scene::contents::{descriptor, plaintext};
use crate::scene::handshakes::{appendix_c, earlier};
use crate::scene::people::ALICE;

fn early_text(text: &str, seq: u32) -> Vec<u8> {
    padded(2, seq, 0, &[&[0; 5], text.as_bytes()].concat())
}

/// A plaintext with its padding.
fn padded(ctype: u8, seq: u32, ack: u32, body: &[u8]) -> Vec<u8> {
    contents::padded(plaintext(ctype, seq, ack, body))
}

pub(super) fn early(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let [first, second] = &run.early[..] else {
        return Err(Failure::case("two early messages"));
    };
    let case = |before: &[Vec<u8>], accepted: bool, frame: &[u8]| -> Result<Value, Failure> {
        let mut case = run.case("early", ALICE.name, frame)?;
        case["before"] = came(before)?;
        case["accepted"] = json!(accepted);
        Ok(case)
    };
    let one = std::slice::from_ref(first);
    file.valid(
        "EARLY, the first, while it rings",
        &["Honest"],
        case(&[], false, first)?,
    )?;
    file.valid(
        "EARLY, the second, after bob accepted",
        &["Honest"],
        case(one, true, second)?,
    )?;
    let sixteen = (0..16)
        .map(|n| run.early_with(n, &early_text(&format!("{n}"), n)))
        .collect::<Result<Vec<_>, _>>()?;
    file.valid(
        "EARLY, the sixteenth",
        &["Honest"],
        case(&sixteen[..15], false, &sixteen[15])?,
    )?;

    let mut refuse = |comment: &str, flag, code, case| {
        file.invalid(&format!("EARLY, {comment}"), &[flag], code, case)
    };
    refuse(
        "the second without the first",
        "OutOfOrder",
        Code::EarlyOrder,
        case(&[], false, second)?,
    )?;
    refuse(
        "the first a second time",
        "Replay",
        Code::Replay,
        case(one, false, first)?,
    )?;
    refuse(
        "the first after the second",
        "Replay",
        Code::Replay,
        case(&run.early, true, first)?,
    )?;
    let beyond = run.early_with(16, &early_text("16", 16))?;
    refuse(
        "a seventeenth",
        "Exhaustion",
        Code::EarlyOrder,
        case(&sixteen, false, &beyond)?,
    )?;
    let far = replaced(first, &[(18, &u32::MAX.to_be_bytes())]);
    refuse(
        "N = 2^32 - 1",
        "OutOfOrder",
        Code::EarlyOrder,
        case(&[], false, &far)?,
    )?;
    for (field, at, code) in [
        ("the version", 0, Code::HandshakeId),
        ("the type", 1, Code::HandshakeId),
        ("hid", 2, Code::HandshakeId),
        ("N", 21, Code::EarlyOrder),
        ("the ciphertext", 22, Code::Decrypt),
        ("the padding", 270, Code::Decrypt),
        ("the tag", first.len() - 1, Code::Decrypt),
    ] {
        refuse(
            &format!("a bit of {field}"),
            "BitFlip",
            code,
            case(&[], false, &flipped(first, at))?,
        )?;
    }
    for (comment, code, frame) in [
        ("nothing", Code::HandshakeId, vec![]),
        ("the head alone", Code::FrameLength, first[..22].to_vec()),
        (
            "a byte short",
            Code::FrameLength,
            first[..first.len() - 1].to_vec(),
        ),
        (
            "a byte long",
            Code::FrameLength,
            [&first[..], &[0]].concat(),
        ),
    ] {
        refuse(comment, "Malformed", code, case(&[], false, &frame)?)?;
    }
    let longer = [&first[..], &[0; 16]].concat();
    refuse(
        "sixteen bytes more: the next bucket",
        "Forgery",
        Code::Decrypt,
        case(&[], false, &longer)?,
    )?;
    let spliced = [&first[..22], &second[22..]].concat();
    refuse(
        "the second's ciphertext under the first's head",
        "Forgery",
        Code::Decrypt,
        case(&[], false, &spliced)?,
    )?;
    refuse(
        "from another account",
        "Misbinding",
        Code::Sender,
        run.case("early", "eve", first)?,
    )?;
    let mut offered = case(
        &[],
        false,
        &replaced(first, &[(2, &unhex("df6d0809bdfa5cf1b170abfbb272e239")?)]),
    )?;
    offered["base"] = appendix_c();
    refuse(
        "for an OFFER, which has no early messages",
        "CrossProtocol",
        Code::EarlyUnexpected,
        offered,
    )?;

    let mut poisoned = case(&[], false, second)?;
    poisoned["before"] = json!([
        earlier(&flipped(first, 100), Some(Code::Decrypt), 1)?,
        earlier(second, Some(Code::EarlyOrder), 1)?,
        earlier(first, None, 1)?,
        earlier(first, Some(Code::Replay), 1)?,
    ]);
    file.valid(
        "EARLY, the second, after a forgery, itself too early, the first, and the first again",
        &["Forgery", "OutOfOrder"],
        poisoned,
    )
}

/// Authentic frames that no honest client makes.
pub(super) fn dishonest(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let unmarked = {
        let mut out = early_text("x", 0);
        out.iter_mut()
            .for_each(|byte| *byte = if *byte == 0x80 { 0 } else { *byte });
        out
    };
    let too_long = {
        let mut out = early_text("x", 0);
        out.resize(272, 0);
        out
    };
    let mut peeled = padded(2, 0, 0, &[0; 5]);
    peeled[9..].fill(0);
    peeled[8] = 0x80;
    let long = "x".repeat(4_001);
    let descriptor = descriptor("early", 1 << 41, "x", "");
    let file_body = [
        unhex(descriptor["key"].as_str().unwrap_or_default())?,
        unhex(descriptor["salt"].as_str().unwrap_or_default())?,
        (1_u64 << 41).to_be_bytes().to_vec(),
        vec![0; 12],
    ]
    .concat();
    let cases = [
        ("no end mark", Code::Padding, unmarked),
        (
            "a zero for the next bucket too many",
            Code::Padding,
            too_long,
        ),
        ("eight bytes inside", Code::Content, peeled),
        ("READY", Code::Content, padded(1, 0, 0, &[])),
        ("RECEIPT", Code::Content, padded(3, 0, 0, &[])),
        ("TYPING", Code::Content, padded(4, 0, 0, &[1])),
        (
            "FILECTL",
            Code::Content,
            padded(6, 0, 0, &[&[7; 32][..], &[1], &[0; 8]].concat()),
        ),
        ("BYE", Code::Content, padded(7, 0, 0, &[])),
        ("EDIT", Code::Content, padded(8, 0, 0, &[0, 0, 0, 0, 0x78])),
        ("DELETE", Code::Content, padded(9, 0, 0, &[0; 4])),
        (
            "REACTION",
            Code::Content,
            padded(10, 0, 0, &[1, 0, 0, 0, 0, 1, 0x78]),
        ),
        ("PROBE", Code::Content, padded(11, 0, 0, &[])),
        (
            "a ctype of a later version",
            Code::Content,
            padded(12, 0, 0, &[]),
        ),
        (
            "a TEXT that is not UTF-8",
            Code::Content,
            padded(2, 0, 0, &[0, 0, 0, 0, 0, 0xff]),
        ),
        (
            "a TEXT of 4,001 characters",
            Code::Content,
            padded(2, 0, 0, &[&[0; 5], long.as_bytes()].concat()),
        ),
        (
            "a FILE of 2^41 bytes",
            Code::Content,
            padded(5, 0, 0, &file_body),
        ),
        ("a seq of 1 at number 0", Code::Sequence, early_text("x", 1)),
        (
            "an ack of what bob never sent",
            Code::Acknowledgement,
            padded(2, 0, 1, &[0; 5]),
        ),
    ];
    for (comment, code, plaintext) in &cases {
        let frame = run.early_with(0, plaintext)?;
        let case = run.case("early", ALICE.name, &frame)?;
        file.invalid(&format!("EARLY, {comment}"), &["Dishonest"], *code, case)?;
    }
    // It ends the handshake: neither the next message nor the CONFIRM counts any more.
    let bad = run.early_with(0, &padded(4, 0, 0, &[1]))?;
    let failed = json!([earlier(&bad, Some(Code::Content), 1)?]);
    let mut after = run.case("early", ALICE.name, &run.early[0])?;
    after["before"] = failed.clone();
    file.invalid(
        "EARLY, an honest one after TYPING",
        &["Dishonest"],
        Code::Closed,
        after,
    )?;
    let mut confirm = run.case("confirm", ALICE.name, &run.confirm)?;
    confirm["before"] = failed;
    file.invalid(
        "CONFIRM after TYPING as early message",
        &["Dishonest"],
        Code::EarlyFailed,
        confirm,
    )
}

/// 1,024 that do not decrypt end the handshake.
pub(super) fn flood(file: &mut VectorFile, run: &Run) -> Result<(), Failure> {
    let [first, ..] = &run.early[..] else {
        return Err(Failure::case("two early messages"));
    };
    let forged = flipped(first, 100);
    let most = limits::EARLY_FAILURES - 1;
    let almost = earlier(&forged, Some(Code::Decrypt), most)?;
    let last = earlier(&forged, Some(Code::FailureLimit), 1)?;
    let case = |at: &str, frame: &[u8], before: Value| -> Result<Value, Failure> {
        let mut case = run.case(at, ALICE.name, frame)?;
        case["before"] = before;
        Ok(case)
    };
    let early = "EARLY, the first, after 1,023 forgeries";
    let before = json!([almost]);
    file.valid(early, &["Honest"], case("early", first, before.clone())?)?;
    let mut refuse =
        |comment: &str, code, case| file.invalid(comment, &["Exhaustion", "Forgery"], code, case);
    let comment = "EARLY, the 1,024th forgery";
    refuse(comment, Code::FailureLimit, case("early", &forged, before)?)?;
    let before = json!([almost, last]);
    let comment = "EARLY, an honest one after 1,024 forgeries";
    refuse(comment, Code::Closed, case("early", first, before.clone())?)?;
    let comment = "CONFIRM after 1,024 forgeries";
    let case = case("confirm", &run.confirm, before)?;
    refuse(comment, Code::EarlyFailed, case)
}
