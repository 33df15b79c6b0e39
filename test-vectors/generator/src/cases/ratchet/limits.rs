//! The limits of section 10 that a session counts.

use duet_crypto::error::Code;
use duet_crypto::limits as core;
use serde_json::json;

use crate::case::Failure;
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::scene::bytes::{flipped, not_canonical, replaced};
use crate::scene::contents::{receipt, text, typing};
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::msg;

pub(super) fn limits(file: &mut VectorFile) -> Result<(), Failure> {
    unacknowledged(file)?;
    probes(file)?;
    turn(file)?;
    failures(file)?;
    flood(file)
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

/// A PROBE causes a receipt, so it waits for one.
fn probes(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Exhaustion", "NotSent"];
    let probe = || json!({"type": "probe"});
    let mut s = Script::begun(appendix_c())?;
    s.send_times("a", "texts 1 to 199", &[], 199, text("x"))?;
    let last = s.send("a", "a probe, the 200th that waits", probe())?;
    s.unsent("a", "another probe", flags, Code::Unacknowledged, probe())?;
    s.unsent("a", "a text", flags, Code::Unacknowledged, text("x"))?;
    s.receive("b", "the probe, before the texts", &["OutOfOrder"], &last)?;
    s.say("b", "its receipt acknowledges nothing yet", receipt())?;
    s.unsent("a", "a probe still", flags, Code::Unacknowledged, probe())?;
    s.finish(file, "200 unacknowledged messages, one of them a probe")
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

/// While nothing is tried, what needs no key is refused as ever, and what does need one waits: of a skipped message, too.
fn flood(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Exhaustion"];
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "number 0 of turn 2", text("0"))?;
    let skipped = s.send("a", "number 1", text("1"))?;
    s.say("a", "number 2: number 1 is skipped", text("2"))?;
    let newest = s.send("a", "number 3", text("3"))?;
    s.say("b", "an answer, in turn 3", text("4"))?;
    let next = s.send("a", "turn 4", text("5"))?;

    s.refuse_times(
        "b",
        "ten forgeries of turn 4",
        &["Forgery"],
        Code::Decrypt,
        core::FAILURES_PER_WINDOW,
        &flipped(&next, msg::BODY),
    )?;
    s.refuse("b", "turn 4 itself", flags, Code::Untried, &next)?;
    s.refuse("b", "in the known turn", flags, Code::Untried, &newest)?;
    s.refuse("b", "of a skipped key", flags, Code::Untried, &skipped)?;
    let forged = flipped(&skipped, msg::BODY);
    let comment = "a forgery of a skipped key";
    s.refuse("b", comment, flags, Code::Untried, &forged)?;
    let bad_rx = replaced(&next, &[(msg::RX, &not_canonical())]);
    let bad_re = replaced(&next, &[(msg::RE, &[0xff; 1184])]);
    let zero = replaced(&next, &[(msg::RX, &[0; 32])]);
    let turn_6 = replaced(&next, &[(msg::TURN, &6_u32.to_be_bytes())]);
    let far = replaced(&next, &[(msg::N, &257_u32.to_be_bytes())]);
    let flags: &[&str] = &["Exhaustion", "RatchetKey"];
    let comment = "turn 4 with an RX that is not canonical";
    s.refuse("b", comment, flags, Code::X25519Key, &bad_rx)?;
    let comment = "turn 4 with a malformed RE";
    s.refuse("b", comment, flags, Code::KemKey, &bad_re)?;
    let comment = "turn 4 with an RX that would give an agreement of zero";
    s.refuse("b", comment, flags, Code::Untried, &zero)?;
    let flags: &[&str] = &["Exhaustion", "UnknownTurn"];
    let comment = "turn 4 as of turn 6";
    s.refuse("b", comment, flags, Code::SkipLimit, &turn_6)?;
    let flags: &[&str] = &["Exhaustion", "Skip"];
    let comment = "turn 4 with N = 257";
    s.refuse("b", comment, flags, Code::SkipLimit, &far)?;

    s.now += core::FAILURES_WINDOW;
    s.receive(
        "b",
        "the skipped one, a second later",
        &["OutOfOrder"],
        &skipped,
    )?;
    s.receive("b", "turn 4", &[], &next)?;
    let comment = "number 3 of turn 2, skipped by turn 4";
    s.receive("b", comment, &["OutOfOrder"], &newest)?;
    s.finish(file, "what a flood of forgeries changes")
}
