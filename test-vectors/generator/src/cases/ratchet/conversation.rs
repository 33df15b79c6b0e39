//! Every kind of message, in both directions.

use duet_crypto::error::Code;
use serde_json::json;

use crate::case::{Failure, hex};
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::messages::Shown;
use crate::scene::contents::{descriptor, receipt, text, typing};
use crate::scene::handshakes::appendix_c;

/// Every ctype in both directions, with turns.
pub(super) fn conversation(file: &mut VectorFile) -> Result<(), Failure> {
    let (mut s, ready) = Script::shown(appendix_c(), Shown::Full)?;
    s.say("a", "TEXT in turn 0, before READY came", text("…"))?;
    s.receive("a", "READY", &[], &ready)?;
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
    s.say("a", "PROBE", json!({"type": "probe"}))?;
    s.say("b", "the RECEIPT that it causes", receipt())?;
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
