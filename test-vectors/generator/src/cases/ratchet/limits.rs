//! The limits of section 10 that a session counts.

use duet_crypto::error::Code;
use duet_crypto::limits as core;
use serde_json::json;

use crate::case::Failure;
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::scene::bytes::flipped;
use crate::scene::contents::{receipt, text, typing};
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::msg;

pub(super) fn limits(file: &mut VectorFile) -> Result<(), Failure> {
    unacknowledged(file)?;
    turn(file)?;
    failures(file)
}

fn unacknowledged(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Exhaustion", "NotSent"];
    let mut s = Script::begun(appendix_c())?;
    let first = s.send("a", "text 1 of 200", text("x"))?;
    s.send_times("a", "texts 2 to 200", &[], 199, text("x"))?;
    s.unsent("a", "text 201", flags, Code::Unacknowledged, text("x"))?;
    s.send("a", "a typing notice waits for no receipt", typing())?;
    s.receive("b", "text 1", &[], &first)?;
    s.say("b", "its receipt", receipt())?;
    s.send("a", "text 201", text("x"))?;
    s.unsent("a", "text 202", flags, Code::Unacknowledged, text("x"))?;
    s.finish(file, "200 unacknowledged messages")
}

/// The last number of a turn is BYE's.
fn turn(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Exhaustion", "NotSent"];
    let mut s = Script::begun(appendix_c())?;
    let most = core::TURN_MESSAGES - 1;
    s.send_times("a", "65,534 messages in one turn", &[], most, typing())?;
    s.unsent("a", "one more", flags, Code::TurnLimit, typing())?;
    s.unsent("a", "a text", flags, Code::TurnLimit, text("x"))?;
    let bye = s.send("a", "BYE", json!({"type": "bye"}))?;
    s.refuse(
        "b",
        "which bob cannot open",
        &["Skip"],
        Code::SkipLimit,
        &bye,
    )?;
    s.unsent("a", "nothing after it", flags, Code::Closed, typing())?;
    s.finish(file, "a turn is used up")
}

/// Ten a second are tried, and none ends the session.
fn failures(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Exhaustion", "Forgery"];
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "a text", text("0"))?;
    let came = s.frame_of(3)?;
    let honest = s.send("a", "another text", text("1"))?;
    let forged = flipped(&honest, msg::BODY);
    let most = core::FAILURES_PER_WINDOW;
    s.refuse_times(
        "b",
        "ten forgeries",
        &["Forgery"],
        Code::Decrypt,
        most,
        &forged,
    )?;
    s.refuse(
        "b",
        "the eleventh is not tried",
        flags,
        Code::Untried,
        &forged,
    )?;
    let comment = "an honest one is not tried either: it will be sent again";
    s.refuse("b", comment, &["Exhaustion"], Code::Untried, &honest)?;
    let comment = "a refusal that needs no key goes on";
    s.refuse("b", comment, &["Replay"], Code::Replay, &came)?;
    s.now = core::FAILURES_WINDOW - 1;
    let comment = "a millisecond before the second is over";
    s.refuse("b", comment, &["Exhaustion"], Code::Untried, &honest)?;
    s.now += 1;
    s.receive("b", "when it is over", &[], &honest)?;
    let next = s.send("a", "a third text", text("2"))?;
    let forged = flipped(&next, msg::BODY);
    s.refuse_times("b", "ten more", &["Forgery"], Code::Decrypt, most, &forged)?;
    s.refuse("b", "and no eleventh", flags, Code::Untried, &forged)?;
    s.now += core::FAILURES_WINDOW;
    s.receive("b", "the session goes on", &[], &next)?;
    s.finish(file, "failed decryptions")
}
