//! ratchet.json

use duet_crypto::error::Code;
use duet_crypto::limits;
use serde_json::json;

use super::script::Script;
use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::scene::bytes::{flipped, not_canonical};
use crate::scene::contents::{descriptor, padded, receipt, text, typing};
use crate::scene::handshakes::appendix_c;

pub(super) fn ratchet() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "ratchet.json",
        "Scripts of sends and receives on two live sessions (section 6). Each starts from a handshake; a step that is refused \
         changes nothing, which the steps after it show, unless it is fatal.",
        &[
            (
                "Forgery",
                "A frame that was altered or made without the keys.",
            ),
            ("Replay", "A frame that was received before."),
            ("Reflection", "A side's own frame, sent back to it."),
            ("OtherSession", "A frame of another session."),
            (
                "Malformed",
                "A version, type or length that a MSG does not have.",
            ),
            (
                "OutOfOrder",
                "Frames that overtake one another, also across a turn of the ratchet.",
            ),
            (
                "Skip",
                "A counter that asks for more skipped keys than may be made or kept (memory exhaustion).",
            ),
            (
                "Poisoning",
                "A forged header that must not disturb the state: the next honest frame still opens.",
            ),
            (
                "Expired",
                "A message that comes after its skipped key was dropped.",
            ),
            (
                "Dishonest",
                "Authentic, but malformed inside: a peer with the keys that does not keep to the protocol. Fatal.",
            ),
            ("Fatal", "What remains possible after a fatal error."),
            ("Exhaustion", "A limit of section 10 is reached."),
            (
                "Unknown",
                "A ctype of a later version: ignored, its seq counts.",
            ),
            ("NotSent", "A content that must not leave."),
        ],
    );
    file.handshake("appendix_c", appendix_c());
    conversation(&mut file)?;
    attacks(&mut file)?;
    order(&mut file)?;
    skips(&mut file)?;
    both_chains(&mut file)?;
    ages(&mut file)?;
    contents(&mut file)?;
    bodies(&mut file)?;
    inside(&mut file)?;
    limits(&mut file)?;
    Ok(file)
}

/// Every ctype in both directions, with turns.
fn conversation(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "TEXT", text("Привет, Боб! 👋"))?;
    s.say("b", "RECEIPT", receipt())?;
    s.say("b", "TYPING", typing())?;
    s.say(
        "b",
        "TEXT in reply",
        json!({"type": "text", "text": "hi", "reply": {"of": "yours", "seq": 0}}),
    )?;
    s.say("a", "RECEIPT, read", json!({"type": "read", "upTo": 3}))?;
    s.say(
        "a",
        "TEXT in reply to oneself",
        json!({"type": "text", "text": "…", "reply": {"of": "mine", "seq": 0}}),
    )?;
    s.say(
        "a",
        "EDIT",
        json!({"type": "edit", "seq": 2, "text": "I mean: how are you?"}),
    )?;
    s.say("a", "DELETE", json!({"type": "delete", "seq": 0}))?;
    s.say(
        "b",
        "REACTION",
        json!({"type": "reaction", "of": "yours", "seq": 2, "set": true, "emoji": "❤️"}),
    )?;
    s.say(
        "b",
        "REACTION removed",
        json!({"type": "reaction", "of": "yours", "seq": 2, "set": false, "emoji": "❤️"}),
    )?;
    s.say(
        "a",
        "REACTION to oneself",
        json!({"type": "reaction", "of": "mine", "seq": 2, "set": true, "emoji": "👍🏽"}),
    )?;
    for activity in ["none", "voice", "video"] {
        s.say(
            "a",
            &format!("TYPING, {activity}"),
            json!({"type": "typing", "activity": activity}),
        )?;
    }
    let fid = hex(&blocks("fid", 32));
    s.say("b", "FILE", json!({"type": "file", "descriptor": descriptor("ratchet", 3 << 20, "отчёт.pdf", "application/pdf")}))?;
    for (op, index, count) in [
        ("accept", 0, 0),
        ("want", 0, 3),
        ("pause", 0, 0),
        ("want", 1, 2),
        ("done", 0, 0),
        ("cancel", 0, 0),
        ("reject", 0, 0),
    ] {
        let control =
            json!({"type": "fileControl", "fid": fid, "op": op, "index": index, "count": count});
        s.say("a", &format!("FILECTL, {op}"), control)?;
    }
    s.say("a", "RECEIPT, viewed", json!({"type": "viewed", "seq": 6}))?;
    s.say("b", "a long TEXT", text(&"длинный текст ".repeat(30)))?;
    s.say("a", "an empty TEXT", text(""))?;
    s.say("b", "BYE", json!({"type": "bye"}))?;
    s.say("a", "BYE", json!({"type": "bye"}))?;
    s.unsent(
        "a",
        "a text after BYE",
        &["NotSent"],
        Code::Closed,
        text("one more"),
    )?;
    s.finish(file, "a conversation with every kind of message")
}

/// Altered, replayed, reflected and foreign frames; after each of them the honest ones still open.
fn attacks(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let first = s.send("a", "a text", text("first"))?;
    for (field, at, code) in [
        ("the version", 0, Code::FrameVersion),
        ("the type", 1, Code::FrameType),
        ("sid", 2, Code::SessionId),
        ("RX", 18, Code::Decrypt),
        ("PN", 53, Code::Decrypt),
        ("N", 57, Code::Decrypt),
        ("the ciphertext", 58, Code::Decrypt),
        ("the padding", 300, Code::Decrypt),
        ("the tag", first.len() - 1, Code::Decrypt),
    ] {
        s.refuse(
            "b",
            &format!("a bit of {field}"),
            &["Forgery"],
            code,
            &flipped(&first, at),
        )?;
    }
    for (comment, frame) in [
        ("nothing", vec![]),
        ("a version and no type", vec![1]),
        ("the head alone", first[..58].to_vec()),
        ("a byte short", first[..first.len() - 1].to_vec()),
        ("a byte long", [&first[..], &[0]].concat()),
    ] {
        s.refuse("b", comment, &["Malformed"], Code::FrameLength, &frame)?;
    }
    let longer = [&first[..], &[0; 16]].concat();
    s.refuse(
        "b",
        "sixteen bytes more: the next bucket",
        &["Forgery"],
        Code::Decrypt,
        &longer,
    )?;
    let mut top = first.clone();
    top[49] |= 0x80;
    s.refuse(
        "b",
        "RX with bit 255 set",
        &["Forgery"],
        Code::Decrypt,
        &top,
    )?;
    for (comment, key) in [("RX = 0", [0; 32]), ("RX = p", not_canonical())] {
        let frame = [&first[..18], &key, &first[50..]].concat();
        s.refuse(
            "b",
            comment,
            &["Forgery", "Poisoning"],
            Code::Decrypt,
            &frame,
        )?;
    }
    let frame = [
        &first[..18],
        &blocks("eve's ratchet key", 32)[..31],
        &[0x11],
        &first[50..],
    ]
    .concat();
    s.refuse(
        "b",
        "somebody else's RX",
        &["Forgery", "Poisoning"],
        Code::Decrypt,
        &frame,
    )?;
    s.refuse(
        "a",
        "alice's own frame",
        &["Reflection"],
        Code::Decrypt,
        &first,
    )?;
    s.receive("b", "and still the text opens", &["Poisoning"], &first)?;
    s.refuse("b", "the text again", &["Replay"], Code::Replay, &first)?;

    let mut other = appendix_c();
    other["rnd_a"]["hid"] = json!(hex(&blocks("another hid", 16)));
    other["rng"]["initiator"][0] = other["rnd_a"]["hid"].clone();
    let mut elsewhere = Script::begun(other)?;
    let foreign = elsewhere.send("a", "a text", text("first"))?;
    s.refuse(
        "b",
        "a frame of another session",
        &["OtherSession"],
        Code::SessionId,
        &foreign,
    )?;
    let renamed = [&foreign[..2], &s.sid().0, &foreign[18..]].concat();
    s.refuse(
        "b",
        "the same under this session's id",
        &["OtherSession"],
        Code::Replay,
        &renamed,
    )?;
    let later = elsewhere.send("a", "a text", text("second"))?;
    let renamed = [&later[..2], &s.sid().0, &later[18..]].concat();
    s.refuse(
        "b",
        "the next of that session",
        &["OtherSession"],
        Code::Decrypt,
        &renamed,
    )?;

    let answer = s.send("b", "an answer", text("second"))?;
    s.receive("a", "the answer", &[], &answer)?;
    let third = s.send("a", "after a turn", text("third"))?;
    let spliced = [&third[..58], &first[58..]].concat();
    s.refuse(
        "b",
        "the new head on the old ciphertext",
        &["Forgery", "Poisoning"],
        Code::Decrypt,
        &spliced,
    )?;
    let spliced = [&first[..58], &third[58..]].concat();
    s.refuse(
        "b",
        "the old head on the new ciphertext",
        &["Forgery"],
        Code::Replay,
        &spliced,
    )?;
    s.refuse(
        "a",
        "bob's answer again",
        &["Replay"],
        Code::Replay,
        &answer,
    )?;
    s.receive("b", "and still it opens", &["Poisoning"], &third)?;
    s.refuse(
        "b",
        "the first text, two chains later",
        &["Replay"],
        Code::Replay,
        &first,
    )?;
    s.say("b", "and on", text("fourth"))?;
    s.finish(file, "alterations, replays, reflections, splices")
}

/// Frames that overtake one another.
fn order(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let a: Vec<Vec<u8>> = (0..5)
        .map(|n| s.send("a", &format!("text {n}"), text(&format!("{n}"))))
        .collect::<Result<_, _>>()?;
    s.receive("b", "text 0", &[], &a[0])?;
    s.receive("b", "text 3: 1 and 2 are skipped", &["OutOfOrder"], &a[3])?;
    s.receive("b", "text 1, late", &["OutOfOrder"], &a[1])?;
    s.refuse("b", "text 1 again", &["Replay"], Code::Replay, &a[1])?;
    s.refuse(
        "b",
        "text 2 with a flipped bit",
        &["Forgery", "Poisoning"],
        Code::Decrypt,
        &flipped(&a[2], 100),
    )?;
    s.say("b", "an answer, which acknowledges 2", text("got 0, 1, 3"))?;
    let next = s.send("a", "text 5, in a new chain", text("5"))?;
    s.receive(
        "b",
        "text 5: text 4 of the old chain is skipped",
        &["OutOfOrder"],
        &next,
    )?;
    s.receive("b", "text 4, a chain late", &["OutOfOrder"], &a[4])?;
    s.receive(
        "b",
        "text 2: its key is still there",
        &["OutOfOrder", "Poisoning"],
        &a[2],
    )?;
    s.refuse("b", "text 2 again", &["Replay"], Code::Replay, &a[2])?;
    s.say("b", "everything has come", receipt())?;

    let late = s.send("a", "text 6", text("6"))?;
    let on_time = s.send("a", "text 7", text("7"))?;
    s.now = 1_000;
    s.receive("b", "text 7, at 1 s", &["OutOfOrder"], &on_time)?;
    s.now += limits::SKIPPED_LIFETIME;
    s.refuse(
        "b",
        "text 6, five minutes later",
        &["Expired"],
        Code::Replay,
        &late,
    )?;
    s.say("a", "and on", text("8"))?;
    s.finish(file, "out of order, in a chain and across turns")
}

/// The bounds on skipped keys.
fn skips(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let oldest = s.send("a", "number 0", typing())?;
    s.send_times("a", "numbers 1 to 255, lost", &[], 255, typing())?;
    let last = s.send("a", "number 256", typing())?;
    let beyond = s.send("a", "number 257", typing())?;
    s.refuse(
        "b",
        "257 keys would be skipped",
        &["Skip"],
        Code::SkipLimit,
        &beyond,
    )?;
    let far = [&last[..54], &u32::MAX.to_be_bytes(), &last[58..]].concat();
    s.refuse(
        "b",
        "N = 2^32 - 1",
        &["Skip", "Forgery"],
        Code::SkipLimit,
        &far,
    )?;
    s.receive("b", "256 keys are skipped", &["Skip"], &last)?;
    s.receive("b", "number 257", &[], &beyond)?;

    let answer = s.send("b", "an answer", text("turn"))?;
    s.receive("a", "the answer", &[], &answer)?;
    s.send_times(
        "a",
        "numbers 0 to 255 of a new chain, lost",
        &[],
        256,
        typing(),
    )?;
    let next = s.send("a", "number 256 of the new chain", typing())?;
    let pn = [&next[..50], &(258_u32 + 257).to_be_bytes(), &next[54..]].concat();
    s.refuse(
        "b",
        "PN says that 257 of the old chain are missing",
        &["Skip", "Forgery"],
        Code::SkipLimit,
        &pn,
    )?;
    let far = [&next[..54], &257_u32.to_be_bytes(), &next[58..]].concat();
    s.refuse(
        "b",
        "257 of the new chain would be skipped",
        &["Skip", "Forgery"],
        Code::SkipLimit,
        &far,
    )?;
    s.receive("b", "256 more keys are stored: 512", &["Skip"], &next)?;
    let skipped = s.send("a", "one more, lost", typing())?;
    let next = s.send("a", "and the next", typing())?;
    s.receive("b", "513: the oldest key is dropped", &["Skip"], &next)?;
    s.refuse(
        "b",
        "number 0 of the first chain: its key is gone",
        &["Skip"],
        Code::Replay,
        &oldest,
    )?;
    s.receive(
        "b",
        "the latest skipped one opens",
        &["OutOfOrder"],
        &skipped,
    )?;
    s.finish(file, "the bounds on skipped keys")
}

/// The largest gap that one frame may leave: 256 in the old chain and 256 in the new one.
fn both_chains(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "number 0", text("first"))?;
    let oldest = s.send("a", "number 1, lost", typing())?;
    s.send_times("a", "numbers 2 to 256, lost", &[], 255, typing())?;
    s.say("b", "a turn", text("turn"))?;
    s.send_times(
        "a",
        "numbers 0 to 254 of a new chain, lost",
        &[],
        255,
        typing(),
    )?;
    let latest = s.send("a", "number 255, lost", typing())?;
    let next = s.send("a", "number 256 of the new chain", typing())?;
    let pn = [&next[..50], &258_u32.to_be_bytes(), &next[54..]].concat();
    s.refuse(
        "b",
        "PN says that 257 of the old chain are missing",
        &["Skip", "Forgery"],
        Code::SkipLimit,
        &pn,
    )?;
    s.receive(
        "b",
        "256 keys of either chain are skipped at once",
        &["Skip"],
        &next,
    )?;
    s.receive("b", "the oldest of the 512 opens", &["OutOfOrder"], &oldest)?;
    s.receive("b", "the latest opens", &["OutOfOrder"], &latest)?;
    s.refuse("b", "the oldest again", &["Replay"], Code::Replay, &oldest)?;
    s.say("b", "and on", text("all there"))?;
    s.finish(
        file,
        "256 skipped keys in the old chain and 256 in the new one, in one frame",
    )
}

/// A skipped key is kept five minutes, and not a millisecond less.
fn ages(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let [first, second, third] = ["first", "second", "third"];
    let early = s.send("a", "text 0", text(first))?;
    let late = s.send("a", "text 1", text(second))?;
    let on_time = s.send("a", "text 2", text(third))?;
    s.now = 5_000;
    s.receive("b", "text 2, at 5 s", &["OutOfOrder"], &on_time)?;
    s.now += limits::SKIPPED_LIFETIME - 1;
    s.receive(
        "b",
        "text 0, a millisecond before five minutes are over",
        &["OutOfOrder"],
        &early,
    )?;
    s.now += 1;
    s.refuse(
        "b",
        "text 1, when they are over",
        &["Expired"],
        Code::Replay,
        &late,
    )?;
    s.say("b", "and on", text("one is missing"))?;
    s.finish(file, "how long a skipped key is kept")
}

/// What a client must not send, and kinds that it does not know.
fn contents(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    for (comment, by, content) in [
        ("READY from the initiator", "a", json!({"type": "ready"})),
        ("READY a second time", "b", json!({"type": "ready"})),
        (
            "an unknown kind",
            "a",
            json!({"type": "unknown", "ctype": 11}),
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
    let unknown = s.dishonest("a", 11, 1, 1, b"from the future")?;
    s.receive("b", "ctype 11", &["Unknown"], &unknown)?;
    s.send("b", "its seq is acknowledged", receipt())?;
    s.finish(
        file,
        "contents that are not sent, and one that is not known",
    )
}

/// Authentic messages with a body that their ctype does not allow: each ends its session.
fn bodies(file: &mut VectorFile) -> Result<(), Failure> {
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
fn inside(file: &mut VectorFile) -> Result<(), Failure> {
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
    s.refuse_after_turn(
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

/// The limits of section 10 that a session counts.
fn limits(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let first = s.send("a", "text 1 of 200", text("x"))?;
    s.send_times("a", "texts 2 to 200", &[], 199, text("x"))?;
    s.unsent(
        "a",
        "text 201",
        &["Exhaustion", "NotSent"],
        Code::Unacknowledged,
        text("x"),
    )?;
    s.send("a", "a typing notice waits for no receipt", typing())?;
    s.receive("b", "text 1", &[], &first)?;
    s.say("b", "its receipt", receipt())?;
    s.send("a", "text 201", text("x"))?;
    s.unsent(
        "a",
        "text 202",
        &["Exhaustion", "NotSent"],
        Code::Unacknowledged,
        text("x"),
    )?;
    s.finish(file, "200 unacknowledged messages")?;

    let mut s = Script::begun(appendix_c())?;
    s.send_times(
        "a",
        "65,535 messages without a turn",
        &[],
        limits::CHAIN_MESSAGES,
        typing(),
    )?;
    s.unsent("a", "one more", &["Exhaustion"], Code::ChainLimit, typing())?;
    s.unsent(
        "a",
        "a receipt after that",
        &["Fatal"],
        Code::Closed,
        receipt(),
    )?;
    s.finish(file, "a chain is used up")?;

    let mut s = Script::begun(appendix_c())?;
    let honest = s.send("a", "a text", text("x"))?;
    let forged = flipped(&honest, 60);
    s.refuse_times(
        "b",
        "1,023 forgeries",
        &["Forgery"],
        Code::Decrypt,
        limits::FAILURES - 1,
        &forged,
    )?;
    s.refuse(
        "b",
        "the 1,024th",
        &["Exhaustion", "Forgery"],
        Code::FailureLimit,
        &forged,
    )?;
    s.refuse(
        "b",
        "the honest one comes too late",
        &["Fatal"],
        Code::Closed,
        &honest,
    )?;
    s.finish(file, "failed decryptions")
}
