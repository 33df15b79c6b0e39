//! Altered, replayed, reflected and foreign frames; after each of them the honest ones still open.

use duet_crypto::error::Code;
use duet_crypto::primitives::kem::{DecapsulationKey, EncapsulationKey};
use duet_crypto::primitives::x25519::Secret;
use serde_json::json;

use crate::case::{Failure, hex};
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::rng::{Replay, array, blocks};
use crate::scene::bytes::{flipped, not_canonical, one, replaced, with_coefficient};
use crate::scene::contents::text;
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::msg;

/// Of the first message of a turn: it decides which keys are used.
pub(super) fn opening(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let ready = s.frame_of(1)?;
    let first = s.send("a", "a text, which makes turn 2", text("first"))?;
    for (field, at, code) in [
        ("the version", 0, Code::FrameVersion),
        ("the type", 1, Code::FrameType),
        ("sid", msg::SID, Code::SessionId),
        ("PN", msg::N - 1, Code::Decrypt),
        ("N", msg::TURN - 1, Code::Decrypt),
        ("turn", msg::RX - 1, Code::SkipLimit),
        ("RX", msg::RX, Code::Decrypt),
        ("RE", msg::RE, Code::Decrypt),
        ("RE, in its seed", msg::RC - 1, Code::Decrypt),
        ("RC", msg::RC, Code::Decrypt),
        ("RC, its last byte", msg::BODY - 1, Code::Decrypt),
        ("the ciphertext", msg::BODY, Code::Decrypt),
        ("the padding", msg::BODY + 200, Code::Decrypt),
        ("the tag", first.len() - 1, Code::Decrypt),
    ] {
        let flags: &[&str] = &["Forgery", "Poisoning"];
        let comment = format!("a bit of {field}");
        s.refuse("b", &comment, flags, code, &flipped(&first, at))?;
    }
    for (comment, frame) in [
        ("nothing", vec![]),
        ("a version and no type", vec![1]),
        ("the head alone", first[..msg::BODY].to_vec()),
        ("a byte short", first[..first.len() - 1].to_vec()),
        ("a byte long", [&first[..], &[0]].concat()),
    ] {
        s.refuse("b", comment, &["Malformed"], Code::FrameLength, &frame)?;
    }
    let longer = [&first[..], &[0; 16]].concat();
    let comment = "sixteen bytes more: the next bucket";
    s.refuse("b", comment, &["Forgery"], Code::Decrypt, &longer)?;

    let mut top = first[msg::RX..msg::RE].to_vec();
    top[31] |= 0x80;
    for (comment, code, key) in [
        ("RX with bit 255 set", Code::X25519Key, top),
        ("RX = p", Code::X25519Key, not_canonical().to_vec()),
        (
            "RX = 0: the agreement gives zero",
            Code::Decrypt,
            vec![0; 32],
        ),
        (
            "RX = 1: the agreement gives zero",
            Code::Decrypt,
            one().to_vec(),
        ),
    ] {
        let frame = replaced(&first, &[(msg::RX, &key)]);
        s.refuse("b", comment, &["RatchetKey", "Forgery"], code, &frame)?;
    }
    let re = &first[msg::RE..msg::RC];
    let all = [&[0xff; 1152], &re[1152..]].concat();
    for (comment, key) in [
        ("RE with the coefficient 3329", with_coefficient(re, 3329)),
        ("RE with all coefficients 4095", all),
    ] {
        let frame = replaced(&first, &[(msg::RE, &key)]);
        s.refuse(
            "b",
            comment,
            &["RatchetKey", "Forgery"],
            Code::KemKey,
            &frame,
        )?;
    }

    let rx = Secret::from_bytes(&array("eve's ratchet key").into()).public_key();
    let re = DecapsulationKey::from_seed(&array("eve's ratchet seed")).encapsulation_key();
    let to_bob = EncapsulationKey::new(
        ready[msg::RE..msg::RC]
            .try_into()
            .map_err(|_| Failure::case("RE of READY"))?,
    )?;
    let rc = to_bob
        .encapsulate(&mut Replay::new(blocks("eve's coins", 32)))
        .ciphertext;
    for (comment, changes) in [
        ("somebody else's RX", &[(msg::RX, &rx[..])][..]),
        ("somebody else's RE", &[(msg::RE, &re[..])]),
        (
            "another encapsulation to the right key",
            &[(msg::RC, &rc[..])],
        ),
        ("RC of zeros", &[(msg::RC, &[0; 1088][..])]),
        (
            "a turn of somebody who knows the public keys alone",
            &[(msg::RX, &rx[..]), (msg::RE, &re[..]), (msg::RC, &rc[..])],
        ),
    ] {
        let frame = replaced(&first, changes);
        s.refuse(
            "b",
            comment,
            &["Forgery", "Poisoning"],
            Code::Decrypt,
            &frame,
        )?;
    }
    s.refuse(
        "a",
        "alice's own frame",
        &["Reflection"],
        Code::SkipLimit,
        &first,
    )?;
    s.refuse(
        "b",
        "bob's own READY",
        &["Reflection"],
        Code::SkipLimit,
        &ready,
    )?;
    s.receive("b", "and still the text opens", &["Poisoning"], &first)?;
    s.refuse("b", "the text again", &["Replay"], Code::Replay, &first)?;
    s.refuse("a", "READY again", &["Replay"], Code::Replay, &ready)?;
    s.say("b", "and on", text("second"))?;
    s.refuse(
        "b",
        "the text, when bob's turn is the newest",
        &["Replay"],
        Code::Replay,
        &first,
    )?;
    s.say("a", "and on", text("third"))?;
    s.refuse(
        "b",
        "the text, a turn later",
        &["Replay"],
        Code::Replay,
        &first,
    )?;
    s.finish(file, "forgeries of a message that opens a turn")
}

/// Of a later message of a turn: its ratchet keys are associated data only.
pub(super) fn going_on(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let first = s.send("a", "a text", text("first"))?;
    s.receive("b", "the text", &[], &first)?;
    let second = s.send("a", "another one in its turn", text("second"))?;
    for (field, at) in [
        ("PN", msg::N - 1),
        ("N", msg::TURN - 2),
        ("RX", msg::RX),
        ("RE", msg::RE),
        ("RC", msg::RC),
        ("the ciphertext", msg::BODY),
        ("the tag", second.len() - 1),
    ] {
        let comment = format!("a bit of {field}");
        let frame = flipped(&second, at);
        s.refuse("b", &comment, &["Forgery"], Code::Decrypt, &frame)?;
    }
    for (comment, at, key) in [
        (
            "RX = p, which nobody looks at",
            msg::RX,
            &not_canonical()[..],
        ),
        ("RX = 0", msg::RX, &[0; 32]),
        ("RE with coefficients 4095", msg::RE, &[0xff; 1152]),
    ] {
        let frame = replaced(&second, &[(at, key)]);
        s.refuse("b", comment, &["Forgery"], Code::Decrypt, &frame)?;
    }
    let spliced = [&second[..msg::BODY], &first[msg::BODY..]].concat();
    let comment = "the head of the second on the ciphertext of the first";
    s.refuse("b", comment, &["Forgery"], Code::Decrypt, &spliced)?;
    let spliced = [&first[..msg::BODY], &second[msg::BODY..]].concat();
    let comment = "the head of the first on the ciphertext of the second";
    s.refuse("b", comment, &["Forgery"], Code::Replay, &spliced)?;

    let answer = s.send("b", "an answer", text("third"))?;
    s.receive("a", "the answer", &[], &answer)?;
    let next = s.send("a", "a text of the next turn", text("fourth"))?;
    let spliced = [&next[..msg::BODY], &second[msg::BODY..]].concat();
    let comment = "the head of the next turn on the ciphertext of this one";
    s.refuse(
        "b",
        comment,
        &["Forgery", "Poisoning"],
        Code::Decrypt,
        &spliced,
    )?;
    let mut mixed = next.clone();
    mixed[msg::RX..msg::BODY].copy_from_slice(&second[msg::RX..msg::BODY]);
    let comment = "the next turn with the keys of this one";
    s.refuse(
        "b",
        comment,
        &["Forgery", "Poisoning"],
        Code::Decrypt,
        &mixed,
    )?;
    let mut mixed = second.clone();
    mixed[msg::RX..msg::BODY].copy_from_slice(&next[msg::RX..msg::BODY]);
    let comment = "this turn with the keys of the next one";
    s.refuse("b", comment, &["Forgery"], Code::Decrypt, &mixed)?;
    s.receive("b", "and still the next turn opens", &["Poisoning"], &next)?;
    s.receive("b", "and the second text", &["OutOfOrder"], &second)?;
    s.refuse(
        "a",
        "bob's answer again",
        &["Replay"],
        Code::Replay,
        &answer,
    )?;
    s.say("b", "and on", text("fifth"))?;
    s.finish(file, "forgeries of a message that goes on in a turn")
}

/// Frames of a session with other keys.
pub(super) fn of_another_session(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let mut other = appendix_c();
    other["rnd_a"]["hid"] = json!(hex(&blocks("another hid", 16)));
    other["rng"]["initiator"][0] = other["rnd_a"]["hid"].clone();
    let mut elsewhere = Script::begun(other)?;
    let foreign = elsewhere.send("a", "a text", text("first"))?;
    let later = elsewhere.send("a", "a text", text("second"))?;
    let sid = s.sid().0;
    let renamed = |frame: &[u8]| replaced(frame, &[(msg::SID, &sid[..])]);
    let flags: &[&str] = &["OtherSession"];
    s.refuse(
        "b",
        "a frame of another session",
        flags,
        Code::SessionId,
        &foreign,
    )?;
    let comment = "the same under this session's id: a turn that it does not open";
    s.refuse("b", comment, flags, Code::Decrypt, &renamed(&foreign))?;
    s.say("a", "a text", text("first"))?;
    let comment = "the same, when its number is taken";
    s.refuse("b", comment, flags, Code::Replay, &renamed(&foreign))?;
    s.refuse(
        "b",
        "the next of that session",
        flags,
        Code::Decrypt,
        &renamed(&later),
    )?;
    s.say("a", "and on", text("second"))?;
    s.finish(file, "frames of another session between the same two")
}
