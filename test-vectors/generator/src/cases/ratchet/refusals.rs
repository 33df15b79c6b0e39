//! Which check of section 6.5 decides.

use duet_crypto::error::Code;

use crate::case::Failure;
use crate::cases::script::Script;
use crate::file::VectorFile;
use crate::scene::bytes::{flipped, not_canonical, replaced};
use crate::scene::contents::{padded, plaintext, text, typing};
use crate::scene::handshakes::appendix_c;
use crate::scene::layout::msg;

/// A TEXT that is authentic: what is refused is its head.
fn authentic(seq: u32) -> Vec<u8> {
    padded(plaintext(2, seq, 0, &[0; 5]))
}

/// Frames with several faults, from the first check to the last.
pub(super) fn order(file: &mut VectorFile) -> Result<(), Failure> {
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "number 0 of turn 2", text("0"))?;
    let skipped = s.send("a", "number 1", text("1"))?;
    s.say("a", "number 2: number 1 is skipped", text("2"))?;
    s.say("b", "an answer, in turn 3", text("3"))?;

    // Bob knows alice's turn 2 up to number 2, and waits for her turn 4. These frames are hers, but for their faults.
    let bad_rx = not_canonical();
    let bad_re = [0xff; 1184];
    let honest = s.next("a")?.seal(&authentic(3))?;
    let with = |changes: &[(usize, &[u8])]| replaced(&honest, changes);
    let number = |n: u32| n.to_be_bytes();
    let bad_keys: [(usize, &[u8]); 2] = [(msg::RX, &bad_rx), (msg::RE, &bad_re)];
    let and_bad_keys = |changes: &[(usize, &[u8])]| with(&[changes, &bad_keys].concat());
    for (comment, code, frame) in [
        (
            "a wrong length before all else",
            Code::FrameLength,
            [&flipped(&honest, msg::SID)[..], &[0]].concat(),
        ),
        (
            "a wrong session before N = 65,535",
            Code::SessionId,
            flipped(&with(&[(msg::N, &number(65_535))]), msg::SID),
        ),
        (
            "N = 65,535 before a replay",
            Code::SkipLimit,
            with(&[(msg::N, &number(65_535)), (msg::TURN, &number(0))]),
        ),
        (
            "PN = 65,536 before a replay",
            Code::SkipLimit,
            with(&[(msg::PN, &number(65_536)), (msg::TURN, &number(0))]),
        ),
        (
            "PN = 65,536 before a skipped key",
            Code::SkipLimit,
            replaced(&skipped, &[(msg::PN, &number(65_536))]),
        ),
        (
            "a skipped key before the keys of the frame",
            Code::Decrypt,
            replaced(&skipped, &bad_keys),
        ),
        (
            "a turn below the known one before the keys",
            Code::Replay,
            and_bad_keys(&[(msg::TURN, &number(0))]),
        ),
        (
            "one of bob's turns below the known one",
            Code::Replay,
            and_bad_keys(&[(msg::TURN, &number(1))]),
        ),
        (
            "a number of the known turn that came: its keys are not looked at",
            Code::Replay,
            and_bad_keys(&[(msg::TURN, &number(2))]),
        ),
        (
            "257 numbers ahead in the known turn",
            Code::SkipLimit,
            and_bad_keys(&[(msg::TURN, &number(2)), (msg::N, &number(260))]),
        ),
        (
            "the next number of the known turn with other keys",
            Code::Decrypt,
            and_bad_keys(&[(msg::TURN, &number(2)), (msg::N, &number(3))]),
        ),
        (
            "bob's own turn before the keys",
            Code::SkipLimit,
            and_bad_keys(&[(msg::TURN, &number(3))]),
        ),
        (
            "a turn too far ahead before the keys",
            Code::SkipLimit,
            and_bad_keys(&[(msg::TURN, &number(5))]),
        ),
        (
            "N = 257 of the next turn before the keys",
            Code::SkipLimit,
            and_bad_keys(&[(msg::N, &number(257))]),
        ),
        (
            "PN 257 above what came before the keys",
            Code::SkipLimit,
            and_bad_keys(&[(msg::PN, &number(260)), (msg::N, &number(256))]),
        ),
        (
            "RX before RE",
            Code::X25519Key,
            and_bad_keys(&[(msg::PN, &number(259)), (msg::N, &number(256))]),
        ),
        (
            "RE before an agreement that gives zero",
            Code::KemKey,
            with(&[(msg::RX, &[0; 32]), (msg::RE, &bad_re)]),
        ),
        (
            "an agreement that gives zero",
            Code::Decrypt,
            with(&[(msg::RX, &[0; 32])]),
        ),
    ] {
        s.refuse("b", comment, &["Order", "Forgery"], code, &frame)?;
    }
    s.receive("b", "the skipped one still opens", &["Poisoning"], &skipped)?;
    s.receive("b", "and so does turn 4", &["Poisoning"], &honest)?;
    s.finish(file, "the order of refusals")
}

/// Turns that are not opened, however authentic, and those that are.
pub(super) fn turns(file: &mut VectorFile) -> Result<(), Failure> {
    let (mut s, ready) = Script::new(appendix_c())?;
    let first = s.send("a", "a text in turn 0", text("0"))?;
    let flags: &[&str] = &["UnknownTurn", "Reflection"];
    let comment = "alice's own turn 0: she knows none of bob's";
    s.refuse("a", comment, flags, Code::SkipLimit, &first)?;
    let at = |frame: &[u8], turn: u32| replaced(frame, &[(msg::TURN, &turn.to_be_bytes())]);
    let flags: &[&str] = &["UnknownTurn"];
    for turn in [2, 3, u32::MAX] {
        let comment = format!("READY as of turn {turn}");
        s.refuse("a", &comment, flags, Code::SkipLimit, &at(&ready, turn))?;
    }
    let comment = "READY as of turn 0, which is alice's";
    s.refuse("a", comment, flags, Code::SkipLimit, &at(&ready, 0))?;
    s.receive("a", "READY, in turn 1", &[], &ready)?;
    for turn in [2, 3, 4] {
        let comment = format!("READY as of turn {turn}, when alice's turn 2 is due");
        s.refuse("a", &comment, flags, Code::SkipLimit, &at(&ready, turn))?;
    }
    s.receive("b", "turn 0, when bob's turn 1 is the newest", &[], &first)?;

    let flags: &[&str] = &["RatchetKey", "Dishonest"];
    let mut bad = s.next("a")?;
    bad.re[..1152].fill(0xff);
    let frame = bad.seal(&authentic(1))?;
    let comment = "an authentic turn 2 whose RE is malformed";
    s.refuse("b", comment, flags, Code::KemKey, &frame)?;
    let mut bad = s.next("a")?;
    bad.rx[31] |= 0x80;
    let frame = bad.seal(&authentic(1))?;
    let comment = "an authentic turn 2 whose RX has bit 255 set";
    s.refuse("b", comment, flags, Code::X25519Key, &frame)?;
    let mut bad = s.next("a")?;
    bad.rx = [0; 32];
    let frame = bad.seal(&authentic(1))?;
    let comment = "a turn 2 whose RX gives an agreement of zero";
    s.refuse("b", comment, flags, Code::Decrypt, &frame)?;
    s.say("a", "an honest turn 2", text("1"))?;
    s.say("a", "and on in it", typing())?;
    let again = s.send("b", "turn 3", text("2"))?;
    let comment = "turn 3 sent back";
    s.refuse(
        "b",
        comment,
        &["UnknownTurn", "Reflection"],
        Code::SkipLimit,
        &again,
    )?;
    s.receive("a", "turn 3", &[], &again)?;
    s.finish(file, "which turns are opened")
}

/// A knows no earlier turn of B's when B's first one comes: its PN says nothing.
pub(super) fn previous_of_turn_1(file: &mut VectorFile) -> Result<(), Failure> {
    let (mut s, ready) = Script::new(appendix_c())?;
    let mut first = s.next("b")?;
    first.number = 1;
    let body = padded(plaintext(1, 0, 0, &[]));
    first.previous = 65_536;
    let frame = first.seal(&body)?;
    s.refuse(
        "a",
        "READY with PN = 65,536",
        &["Skip"],
        Code::SkipLimit,
        &frame,
    )?;
    first.previous = 65_535;
    let frame = first.seal(&body)?;
    s.receive(
        "a",
        "READY with PN = 65,535, as number 1",
        &["Dishonest"],
        &frame,
    )?;
    s.say("a", "and on", text("secure"))?;
    let comment = "number 0, which is READY with seq 0 a second time";
    s.refuse("a", comment, &["Dishonest"], Code::Sequence, &ready)?;
    s.finish(file, "PN of turn 1 is ignored")
}
