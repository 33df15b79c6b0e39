//! Messages that overtake one another, and the bounds on the keys that are kept for them.

use duet_crypto::error::Code;
use duet_crypto::limits;

use crate::case::Failure;
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::scene::bytes::{flipped, replaced};
use crate::scene::contents::{receipt, text, typing};
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::msg;

/// Within a turn and across turns.
pub(super) fn order(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let a: Vec<Vec<u8>> = (0..5)
        .map(|n| s.send("a", &format!("text {n}"), text(&format!("{n}"))))
        .collect::<Result<_, _>>()?;
    let comment = "text 3, which opens the turn: 0, 1 and 2 are skipped";
    s.receive("b", comment, &["OutOfOrder"], &a[3])?;
    s.receive("b", "text 0, late", &["OutOfOrder"], &a[0])?;
    s.receive("b", "text 1, late", &["OutOfOrder"], &a[1])?;
    s.refuse("b", "text 1 again", &["Replay"], Code::Replay, &a[1])?;
    let comment = "text 2 with a flipped bit";
    let flags: &[&str] = &["Forgery", "Poisoning"];
    s.refuse(
        "b",
        comment,
        flags,
        Code::Decrypt,
        &flipped(&a[2], msg::BODY),
    )?;
    s.say("b", "an answer, which acknowledges 2", text("got 0, 1, 3"))?;
    let next = s.send("a", "text 5, in a new turn", text("5"))?;
    let comment = "text 5: text 4 of the earlier turn is skipped";
    s.receive("b", comment, &["OutOfOrder"], &next)?;
    s.receive("b", "text 4, a turn late", &["OutOfOrder"], &a[4])?;
    let comment = "text 2: its key is still there";
    s.receive("b", comment, &["OutOfOrder", "Poisoning"], &a[2])?;
    s.refuse("b", "text 2 again", &["Replay"], Code::Replay, &a[2])?;
    s.say("b", "everything has come", receipt())?;

    let late = s.send("a", "text 6", text("6"))?;
    let on_time = s.send("a", "text 7", text("7"))?;
    s.now = 1_000;
    s.receive("b", "text 7, at 1 s", &["OutOfOrder"], &on_time)?;
    s.now += limits::SKIPPED_LIFETIME;
    let comment = "text 6, twenty minutes later";
    s.refuse("b", comment, &["Expired"], Code::Replay, &late)?;
    s.say("a", "and on", text("8"))?;
    s.finish(file, "out of order, in a turn and across turns")
}

/// How many are skipped in one frame, and kept in all.
pub(super) fn bounds(file: &mut VectorFile) -> Result<(), Failure> {
    let number = |frame: &[u8], n: u32| replaced(frame, &[(msg::N, &n.to_be_bytes())]);
    let previous = |frame: &[u8], n: u32| replaced(frame, &[(msg::PN, &n.to_be_bytes())]);
    let flags: &[&str] = &["Skip"];
    let forged: &[&str] = &["Skip", "Forgery"];
    let mut s = Script::begun(appendix_c())?;
    let oldest = s.send("a", "number 0 of turn 2", typing())?;
    s.send_times("a", "numbers 1 to 255, lost", &[], 255, typing())?;
    let last = s.send("a", "number 256", typing())?;
    let beyond = s.send("a", "number 257", typing())?;
    let comment = "257 keys would be skipped";
    s.refuse("b", comment, flags, Code::SkipLimit, &beyond)?;
    for n in [65_534, 65_535, u32::MAX] {
        let comment = format!("N = {n}");
        s.refuse("b", &comment, forged, Code::SkipLimit, &number(&last, n))?;
    }
    s.receive("b", "256 keys are skipped", flags, &last)?;
    s.receive("b", "number 257", &[], &beyond)?;

    let answer = s.send("b", "an answer", text("turn"))?;
    s.receive("a", "the answer", &[], &answer)?;
    s.send_times("a", "numbers 0 to 255 of turn 4, lost", &[], 256, typing())?;
    let next = s.send("a", "number 256 of turn 4", typing())?;
    for (comment, n) in [
        ("PN says that 257 of turn 2 are missing", 258 + 257),
        ("PN = 65,535", 65_535),
        ("PN = 65,536", 65_536),
    ] {
        s.refuse("b", comment, forged, Code::SkipLimit, &previous(&next, n))?;
    }
    let comment = "257 of turn 4 would be skipped";
    s.refuse("b", comment, forged, Code::SkipLimit, &number(&next, 257))?;
    s.receive("b", "256 more keys are stored: 512", flags, &next)?;
    let skipped = s.send("a", "one more, lost", typing())?;
    let next = s.send("a", "and the next", typing())?;
    s.receive("b", "513: the oldest key is dropped", flags, &next)?;
    let comment = "number 0 of turn 2: its key is gone";
    s.refuse("b", comment, flags, Code::Replay, &oldest)?;
    s.receive(
        "b",
        "the latest skipped one opens",
        &["OutOfOrder"],
        &skipped,
    )?;
    s.finish(file, "the bounds on skipped keys")
}

/// The largest gap that one frame may leave: 256 in the earlier turn and 256 in the new one.
pub(super) fn both_turns(file: &mut VectorFile) -> Result<(), Failure> {
    let flags: &[&str] = &["Skip"];
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "number 0 of turn 2", text("first"))?;
    let oldest = s.send("a", "number 1, lost", typing())?;
    s.send_times("a", "numbers 2 to 256, lost", &[], 255, typing())?;
    s.say("b", "an answer", text("turn"))?;
    s.send_times("a", "numbers 0 to 254 of turn 4, lost", &[], 255, typing())?;
    let latest = s.send("a", "number 255, lost", typing())?;
    let next = s.send("a", "number 256 of turn 4", typing())?;
    let pn = replaced(&next, &[(msg::PN, &258_u32.to_be_bytes())]);
    let comment = "PN says that 257 of turn 2 are missing";
    s.refuse("b", comment, &["Skip", "Forgery"], Code::SkipLimit, &pn)?;
    let comment = "256 keys of either turn are skipped at once";
    s.receive("b", comment, flags, &next)?;
    s.receive("b", "the oldest of the 512 opens", &["OutOfOrder"], &oldest)?;
    s.receive("b", "the latest opens", &["OutOfOrder"], &latest)?;
    s.refuse("b", "the oldest again", &["Replay"], Code::Replay, &oldest)?;
    s.say("b", "and on", text("all there"))?;
    s.finish(
        file,
        "256 skipped keys in the earlier turn and 256 in the new one, in one frame",
    )
}

/// A skipped key is kept twenty minutes, and not a millisecond less.
pub(super) fn ages(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    let sent: Vec<Vec<u8>> = (0..5)
        .map(|n| s.send("a", &format!("text {n}"), text(&format!("{n}"))))
        .collect::<Result<_, _>>()?;
    s.now = 5_000;
    s.receive("b", "text 2, at 5 s", &["OutOfOrder"], &sent[2])?;
    s.now += 1_000;
    s.receive("b", "text 4, at 6 s", &["OutOfOrder"], &sent[4])?;
    s.now += limits::SKIPPED_LIFETIME - 1_001;
    s.forget(
        "b",
        "a millisecond before twenty minutes are over: nothing is too old",
    )?;
    let comment = "text 0, a millisecond before twenty minutes are over";
    s.receive("b", comment, &["OutOfOrder"], &sent[0])?;
    s.now += 1;
    let comment = "text 1, when they are over";
    s.refuse("b", comment, &["Expired"], Code::Replay, &sent[1])?;
    s.now += 1_000;
    s.forget("b", "the key of text 3 is too old, although nothing comes")?;
    s.now -= 1_000;
    let comment = "text 3, by a clock that was set back: its key is gone";
    s.refuse("b", comment, &["Expired"], Code::Replay, &sent[3])?;
    s.say("b", "and on", text("two are missing"))?;
    s.finish(file, "how long a skipped key is kept")
}
