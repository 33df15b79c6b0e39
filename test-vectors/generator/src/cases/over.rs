//! over.json

use duet_crypto::error::Code;
use duet_crypto::session::OVER_LENGTH;
use serde_json::{Value, json};

use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::run::output;
use crate::scene::bytes::{flipped, replaced};
use crate::scene::handshakes::{appendix_c, between};
use crate::scene::layout::over;
use crate::scene::people::{ALICE, BOB, account};

const NAME: &str = "over.json";

pub(super) fn over() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        NAME,
        "OVER (section 4.8): a side that has ended the session of the `base` handshake tells the peer that still writes into \
         it. One that fails a check is dropped, and the session goes on.",
        &[
            (
                "FalseEnd",
                "A relay that claims that somebody has ended a session.",
            ),
            ("Reflection", "One's own OVER, sent back."),
            ("Replay", "An OVER of another session."),
            (
                "Malformed",
                "A length, version or type that an OVER does not have.",
            ),
        ],
    );
    let base = appendix_c();
    file.handshake("appendix_c", base.clone());
    let encode = |base: &Value, by: &str| json!({"op": "encode", "base": base, "by": by});
    let (alice, bob) = (account(ALICE.name)?, account(BOB.name)?);
    let verify = |by: &str, from: &[u8], frame: &[u8]| json!({"op": "verify", "base": base, "by": by, "from": hex(from), "frame": hex(frame)});
    file.valid("alice's", &[], encode(&base, "a"))?;
    file.valid("bob's", &[], encode(&base, "b"))?;
    let alices = output(NAME, &encode(&base, "a"), "frame")?;
    let bobs = output(NAME, &encode(&base, "b"), "frame")?;
    file.valid("alice's, to bob", &[], verify("b", &alice.0, &alices))?;
    file.valid("bob's, to alice", &[], verify("a", &bob.0, &bobs))?;

    let to_alice = |frame: &[u8]| verify("a", &bob.0, frame);
    let mut refuse = |comment: &str, flag, code, case| file.invalid(comment, &[flag], code, case);
    for (field, at, code) in [
        ("the version", 0, Code::FrameVersion),
        ("the type", 1, Code::FrameType),
        ("sid", over::SID, Code::SessionId),
        ("R", over::SIGNATURE, Code::Signature),
        ("S", over::SIGNATURE + 32, Code::Signature),
    ] {
        let comment = format!("a bit of {field}");
        refuse(&comment, "FalseEnd", code, to_alice(&flipped(&bobs, at)))?;
    }
    let unsigned = replaced(&bobs, &[(over::SIGNATURE, &[0; 64])]);
    refuse(
        "no signature",
        "FalseEnd",
        Code::Signature,
        to_alice(&unsigned),
    )?;
    let comment = "alice's own OVER comes back as bob's";
    refuse(comment, "Reflection", Code::Signature, to_alice(&alices))?;
    let comment = "alice's own OVER comes back as hers";
    refuse(
        comment,
        "Reflection",
        Code::Sender,
        verify("a", &alice.0, &alices),
    )?;
    let comment = "the relay names another sender";
    refuse(
        comment,
        "FalseEnd",
        Code::Sender,
        verify("a", &account("eve")?.0, &bobs),
    )?;

    // Bob has ended another session with alice: alice and bob in each other's place.
    let elsewhere = output(NAME, &encode(&between("bob", "alice"), "a"), "frame")?;
    let comment = "another session's";
    refuse(comment, "Replay", Code::SessionId, to_alice(&elsewhere))?;
    let mut other = base.clone();
    other["rnd_a"]["r"] = base["rnd_a"]["rx"].clone();
    other["rng"]["initiator"][3] = base["rnd_a"]["rx"].clone();
    let before = output(NAME, &encode(&other, "b"), "frame")?;
    let moved = replaced(&before, &[(over::SID, &bobs[over::SID..over::SIGNATURE])]);
    let comment = "bob's signature for another session of the two";
    refuse(comment, "Replay", Code::Signature, to_alice(&moved))?;

    for (comment, frame) in [
        ("nothing", vec![]),
        ("a byte short", bobs[..OVER_LENGTH - 1].to_vec()),
        ("a byte long", [&bobs[..], &[0]].concat()),
    ] {
        refuse(comment, "Malformed", Code::FrameLength, to_alice(&frame))?;
    }
    let long = [&flipped(&bobs, 0)[..], &[0]].concat();
    let comment = "a wrong length before a wrong version";
    refuse(comment, "Malformed", Code::FrameLength, to_alice(&long))?;
    let end = replaced(&bobs, &[(1, &[0x05])]);
    refuse(
        "the type of an END",
        "Malformed",
        Code::FrameType,
        to_alice(&end),
    )?;
    let foreign = flipped(&bobs, over::SID);
    let comment = "another session before another sender";
    refuse(
        comment,
        "Replay",
        Code::SessionId,
        verify("a", &alice.0, &foreign),
    )
    .map(|()| file)
}
