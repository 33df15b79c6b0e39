//! What is not sent, and authentic messages that are malformed inside.

use duet_crypto::error::Code;
use duet_crypto::limits;
use serde_json::json;

use crate::case::Failure;
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::scene::contents::{descriptor, padded, receipt, text, typing};
use crate::scene::handshakes::appendix_c;

/// What a client must not send, and kinds that it does not know.
pub(super) fn contents(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    for (comment, by, content) in [
        ("READY from the initiator", "a", json!({"type": "ready"})),
        ("READY a second time", "b", json!({"type": "ready"})),
        (
            "an unknown kind",
            "a",
            json!({"type": "unknown", "ctype": 12}),
        ),
        ("a text of 4,001 characters", "a", text(&"x".repeat(4_001))),
        (
            "an edit to 4,001 characters",
            "a",
            json!({"type": "edit", "seq": 0, "text": "x".repeat(4_001)}),
        ),
        (
            "a reaction without an emoji",
            "a",
            json!({"type": "reaction", "of": "mine", "seq": 0, "set": true, "emoji": ""}),
        ),
        (
            "a reaction of 33 bytes",
            "a",
            json!({"type": "reaction", "of": "mine", "seq": 0, "set": true, "emoji": "x".repeat(33)}),
        ),
        (
            "read up to the marker of viewed",
            "a",
            json!({"type": "read", "upTo": u32::MAX}),
        ),
        (
            "a file above 2^40 bytes",
            "a",
            json!({"type": "file", "descriptor": descriptor("large", (1 << 40) + 1, "x", "")}),
        ),
        (
            "a file name of 256 bytes",
            "a",
            json!({"type": "file", "descriptor": descriptor("name", 1, &"x".repeat(256), "")}),
        ),
    ] {
        s.unsent(by, comment, &["NotSent"], Code::InvalidContent, content)?;
    }
    s.say(
        "a",
        "a reaction of 32 bytes",
        json!({"type": "reaction", "of": "mine", "seq": 0, "set": true, "emoji": "x".repeat(32)}),
    )?;
    let unknown = s.dishonest("a", 12, 1, 1, b"from the future")?;
    s.receive("b", "ctype 12", &["Unknown"], &unknown)?;
    s.send("b", "its seq is acknowledged", receipt())?;
    s.finish(
        file,
        "contents that are not sent, and one that is not known",
    )
}

/// Authentic messages with a body that their ctype does not allow: each ends its session.
pub(super) fn bodies(file: &mut VectorFile) -> Result<(), Failure> {
    for (comment, ctype, body) in [
        ("READY from the initiator", 1, vec![]),
        ("TEXT without its reply field", 2, vec![0, 0, 0, 0]),
        (
            "TEXT that replies to nobody's message 1",
            2,
            vec![0, 0, 0, 0, 1],
        ),
        ("TEXT that replies to author 3", 2, vec![3, 0, 0, 0, 0]),
        ("TEXT that is not UTF-8", 2, vec![0, 0, 0, 0, 0, 0xc3, 0x28]),
        (
            "TEXT with a surrogate",
            2,
            vec![0, 0, 0, 0, 0, 0xed, 0xa0, 0x80],
        ),
        ("RECEIPT of three bytes", 3, vec![0, 0, 0]),
        ("RECEIPT of five bytes", 3, vec![0, 0, 0, 1, 0]),
        ("RECEIPT, viewed what?", 3, vec![0xff; 4]),
        ("RECEIPT of eight bytes without the marker", 3, vec![0; 8]),
        ("TYPING, 4", 4, vec![4]),
        ("TYPING, empty", 4, vec![]),
        ("FILE, cut short", 5, vec![0; 72]),
        ("FILECTL, op 7", 6, [&[0; 32][..], &[7], &[0; 8]].concat()),
        ("FILECTL of 40 bytes", 6, vec![1; 40]),
        ("BYE with a body", 7, vec![0]),
        ("PROBE with a body", 11, vec![0]),
        ("EDIT without a seq", 8, vec![0, 0, 0]),
        ("DELETE with a byte too many", 9, vec![0; 5]),
        ("REACTION without an emoji", 10, vec![1, 0, 0, 0, 0, 1]),
        (
            "REACTION, op 2",
            10,
            [&[1, 0, 0, 0, 0, 2][..], "👍".as_bytes()].concat(),
        ),
        (
            "REACTION to author 0",
            10,
            [&[0, 0, 0, 0, 0, 1][..], "👍".as_bytes()].concat(),
        ),
    ] {
        let (mut s, _) = Script::new(appendix_c())?;
        let frame = s.dishonest("a", ctype, 0, 0, &body)?;
        s.refuse("b", comment, &["Dishonest"], Code::Content, &frame)?;
        s.finish(file, comment)?;
    }
    Ok(())
}

/// Authentic messages with padding or numbers that they may not have.
pub(super) fn inside(file: &mut VectorFile) -> Result<(), Failure> {
    let head = [2, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut wide = padded([&head[..], &[0; 5], b"hi"].concat());
    wide.resize(272, 0);
    let plain = [&head[..], &[0; 5], b"hi"].concat();
    let mut unmarked = plain.clone();
    unmarked.resize(256, 0);
    for (comment, code, buffer) in [
        ("no end mark", Code::Padding, unmarked),
        ("only zeros", Code::Padding, vec![0; 256]),
        ("a bucket too large", Code::Padding, wide),
        (
            "shorter than ctype, seq and ack",
            Code::Content,
            padded(vec![2, 0, 0, 0, 0, 0, 0, 0]),
        ),
        ("empty", Code::Content, padded(vec![])),
    ] {
        let (mut s, _) = Script::new(appendix_c())?;
        let frame = s.sealed("a", &buffer)?;
        s.refuse("b", comment, &["Dishonest"], code, &frame)?;
        s.finish(file, comment)?;
    }

    let mut s = Script::begun(appendix_c())?;
    s.say("a", "a text", text("0"))?;
    let again = s.dishonest("a", 2, 0, 1, &[0; 5])?;
    s.refuse(
        "b",
        "seq 0 a second time, in a frame of its own",
        &["Dishonest"],
        Code::Sequence,
        &again,
    )?;
    let honest = s.send("a", "an honest text", text("1"))?;
    s.refuse(
        "b",
        "nothing is received any more",
        &["Fatal"],
        Code::Closed,
        &honest,
    )?;
    s.unsent(
        "b",
        "and nothing is sent",
        &["Fatal"],
        Code::Closed,
        text("?"),
    )?;
    s.say("b", "but BYE", json!({"type": "bye"}))?;
    s.finish(file, "a seq that was seen before")?;

    for (comment, code, ctype, seq, ack) in [
        (
            "a seq far ahead",
            Code::Sequence,
            2,
            limits::SEQUENCE_WINDOW,
            0,
        ),
        (
            "an ack of what was never sent",
            Code::Acknowledgement,
            2,
            0,
            2,
        ),
    ] {
        let (mut s, _) = Script::new(appendix_c())?;
        let frame = s.dishonest("a", ctype, seq, ack, &[0; 5])?;
        s.refuse("b", comment, &["Dishonest"], code, &frame)?;
        s.finish(file, comment)?;
    }

    let (mut s, _) = Script::new(appendix_c())?;
    let first = s.dishonest("b", 2, 0, 0, &[0; 5])?;
    s.refuse(
        "a",
        "a text in the place of READY",
        &["Dishonest"],
        Code::Content,
        &first,
    )?;
    s.finish(file, "the responder's first message is READY")?;

    let mut s = Script::begun(appendix_c())?;
    let again = s.dishonest("b", 1, 1, 0, &[])?;
    s.refuse(
        "a",
        "READY a second time",
        &["Dishonest"],
        Code::Content,
        &again,
    )?;
    s.finish(file, "READY comes once")?;

    let mut s = Script::begun(appendix_c())?;
    s.say("a", "BYE", json!({"type": "bye"}))?;
    let after = s.dishonest("a", 2, 1, 1, &[0; 5])?;
    s.refuse(
        "b",
        "a text after BYE",
        &["Dishonest"],
        Code::Sequence,
        &after,
    )?;
    s.finish(file, "nothing comes after BYE")?;

    let mut s = Script::begun(appendix_c())?;
    s.say("a", "a typing notice", typing())?;
    let first = s.dishonest("a", 2, 5, 1, &[0; 5])?;
    s.receive("b", "a text with seq 5", &["OutOfOrder"], &first)?;
    s.send("a", "the frame that went before, lost", typing())?;
    let bye = s.dishonest("a", 7, 2, 1, &[])?;
    s.refuse(
        "b",
        "BYE with seq 2, after seq 5",
        &["Dishonest"],
        Code::Sequence,
        &bye,
    )?;
    s.finish(file, "BYE is the last message of its sender")
}
