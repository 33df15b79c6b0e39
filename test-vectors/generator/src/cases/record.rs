//! session_record.json

use duet_crypto::error::Code;
use duet_crypto::primitives::aead;
use duet_crypto::session::padding;
use serde_json::json;

use super::script::Script;
use crate::case::Failure;
use crate::file::VectorFile;
use crate::rng::array;
use crate::run::record::record_keys;
use crate::scene::bytes::flipped;
use crate::scene::contents::text;
use crate::scene::handshakes::appendix_c;

/// When the session began, and how many bytes of chunks it has moved.
const LIFETIME: (u64, u64) = (1_767_225_600_000, 1_049_639);

pub(super) fn session_record() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "session_record.json",
        "A session at rest (crypto-core/src/session/record.rs): scripts as in ratchet.json, with `save` and `restore` steps. \
         protocol.md has no such record: a port needs it only to take over sessions that this implementation saved.",
        &[
            (
                "RollBack",
                "An older record than the last one, put back by whoever holds the storage.",
            ),
            ("BitFlip", "One bit changed in the stored record."),
            ("Truncation", "Cut off, or something appended."),
            ("WrongKey", "Under another key."),
            (
                "Malformed",
                "Not a record of a session, or one of a later version.",
            ),
            (
                "Dishonest",
                "Sealed anew by the holder of the key, with a state that no session has.",
            ),
            (
                "Replay",
                "A frame that was received before the session was saved.",
            ),
            (
                "OutOfOrder",
                "Frames that overtake one another while the session is at rest.",
            ),
            ("Fatal", "A session that has ended stays so."),
        ],
    );
    file.handshake("appendix_c", appendix_c());
    goes_on(&mut file)?;
    begins(&mut file)?;
    ended(&mut file)?;
    refused(&mut file)?;
    malformed(&mut file)?;
    Ok(file)
}

fn key() -> [u8; 32] {
    array("session record key")
}

fn goes_on(file: &mut VectorFile) -> Result<(), Failure> {
    let key = key();
    let mut s = Script::begun(appendix_c())?;
    let first = s.send("a", "text 0", text("0"))?;
    let skipped = s.send("a", "text 1", text("1"))?;
    let third = s.send("a", "text 2", text("2"))?;
    s.receive("b", "text 0", &[], &first)?;
    s.now = 1_000;
    s.receive("b", "text 2: text 1 is skipped", &["OutOfOrder"], &third)?;
    let (before, _) = s.save(
        "b",
        "bob is saved, with a skipped key and a gap",
        &key,
        LIFETIME,
    )?;
    s.restore("b", "and restored", &key, 1, &before)?;
    s.refuse("b", "text 2 again", &["Replay"], Code::Replay, &third)?;
    s.receive("b", "text 1, late", &["OutOfOrder"], &skipped)?;
    s.say("b", "bob answers", text("got all three"))?;
    let (after, _) = s.save("b", "bob is saved again", &key, LIFETIME)?;
    let (alice, _) = s.save("a", "alice is saved", &key, (0, 0))?;
    s.restore("a", "and restored", &key, 0, &alice)?;
    s.unrestored(
        "b",
        "bob's first record, when the caller knows of a second",
        &["RollBack"],
        Code::SessionRecordOld,
        (&key, 2),
        &before,
    )?;
    s.restore("b", "bob's second", &key, 2, &after)?;
    s.say("a", "alice answers, which turns the ratchet", text("good"))?;
    s.say("b", "and on", text("yes"))?;
    s.send("a", "and on", text("and yes"))?;
    s.finish(
        file,
        "a restored session goes on: skipped keys, gaps, numbers",
    )
}

fn begins(file: &mut VectorFile) -> Result<(), Failure> {
    let key = key();
    let (mut s, ready) = Script::new(appendix_c())?;
    let (record, _) = s.save("a", "alice is saved before READY", &key, LIFETIME)?;
    s.restore("a", "and restored", &key, 1, &record)?;
    s.receive("a", "READY", &[], &ready)?;
    s.say("a", "and on", text("secure"))?;
    s.finish(file, "an initiator without a receiving chain")
}

fn ended(file: &mut VectorFile) -> Result<(), Failure> {
    let key = key();
    let mut s = Script::begun(appendix_c())?;
    let bad = s.dishonest("a", 4, 0, 1, &[9])?;
    s.refuse("b", "TYPING, 9", &["Fatal"], Code::Content, &bad)?;
    let (record, _) = s.save("b", "bob is saved after a fatal error", &key, LIFETIME)?;
    s.restore("b", "and restored", &key, 1, &record)?;
    s.unsent("b", "a text", &["Fatal"], Code::Closed, text("hello?"))?;
    s.send("b", "BYE is possible", json!({"type": "bye"}))?;
    let (record, _) = s.save("b", "bob is saved after BYE", &key, LIFETIME)?;
    s.restore("b", "and restored", &key, 2, &record)?;
    s.unsent(
        "b",
        "a second BYE",
        &["Fatal"],
        Code::Closed,
        json!({"type": "bye"}),
    )?;
    s.finish(file, "a session that has ended")
}

fn refused(file: &mut VectorFile) -> Result<(), Failure> {
    let key = key();
    let mut s = Script::begun(appendix_c())?;
    s.say("a", "a text", text("hello"))?;
    let (record, _) = s.save("b", "bob is saved", &key, LIFETIME)?;
    for (field, at, code) in [
        ("the magic", 0, Code::SessionRecord),
        ("the content", 5, Code::SessionRecord),
        ("the length", 9, Code::SessionRecordLength),
        ("the revision", 17, Code::SessionRecordDamaged),
        ("the salt", 18, Code::SessionRecordKey),
        ("the commitment", 34, Code::SessionRecordKey),
        ("the sealed state", 66, Code::SessionRecordDamaged),
        ("the padding", record.len() - 17, Code::SessionRecordDamaged),
        ("the tag", record.len() - 1, Code::SessionRecordDamaged),
    ] {
        s.unrestored(
            "b",
            &format!("a bit of {field}"),
            &["BitFlip"],
            code,
            (&key, 0),
            &flipped(&record, at),
        )?;
    }
    let with = |at: usize, byte: u8| [&record[..at], &[byte], &record[at + 1..]].concat();
    for (comment, code, wrong) in [
        ("nothing", Code::SessionRecord, vec![]),
        ("version 0", Code::SessionRecord, with(4, 0)),
        ("version 2", Code::SessionRecordVersion, with(4, 2)),
        (
            "an identity's envelope by its content",
            Code::SessionRecord,
            with(5, 1),
        ),
    ] {
        s.unrestored("b", comment, &["Malformed"], code, (&key, 0), &wrong)?;
    }
    let short = u32::try_from(record.len() - 1).unwrap_or(0).to_be_bytes();
    for (comment, wrong) in [
        ("a byte short", record[..record.len() - 1].to_vec()),
        ("a byte long", [&record[..], &[0]].concat()),
        ("the head alone", record[..66].to_vec()),
        ("cut inside the salt", record[..20].to_vec()),
    ] {
        let flags: &[&str] = &["Truncation"];
        s.unrestored(
            "b",
            comment,
            flags,
            Code::SessionRecordLength,
            (&key, 0),
            &wrong,
        )?;
    }
    let relabelled = [&record[..6], &short, &record[10..record.len() - 1]].concat();
    s.unrestored(
        "b",
        "a byte short, with a length that says so",
        &["Truncation"],
        Code::SessionRecordDamaged,
        (&key, 0),
        &relabelled,
    )?;
    s.unrestored(
        "b",
        "under another key",
        &["WrongKey"],
        Code::SessionRecordKey,
        (&array("another session record key"), 0),
        &record,
    )?;
    s.unrestored(
        "b",
        "older than the revision that the caller knows of",
        &["RollBack"],
        Code::SessionRecordOld,
        (&key, 2),
        &record,
    )?;
    s.restore("b", "and the record itself", &key, 1, &record)?;
    s.say("b", "and on", text("still here"))?;
    s.finish(
        file,
        "records that are not restored, and leave the live session as it is",
    )
}

/// Length of a padded state.
fn padded_length(length: usize) -> usize {
    let padded = padding::padme(length as u64);
    usize::try_from(padded).map_or(length, |padded| padded.max(1_024))
}

/// Seals a state, whatever it is, with the head of a record.
fn sealed(key: &[u8; 32], record: &[u8], padded: &[u8]) -> Result<Vec<u8>, Failure> {
    let (okm, _) = record_keys(key, &record[18..34]);
    let length = u32::try_from(66 + padded.len() + 16).unwrap_or(u32::MAX);
    let head = [&record[..6], &length.to_be_bytes(), &record[10..66]].concat();
    let mut body = padded.to_vec();
    let tag = aead::seal(&okm, &head, &mut body).map_err(|_| Failure::case("too long"))?;
    Ok([&head[..], &body, &tag].concat())
}

/// Where the turn of alice's ratchet is in her state, when nothing of hers is under way.
const ALICE: usize = 231;
/// The same of bob, whose READY is not acknowledged yet.
const BOB: usize = ALICE + 4;
/// Where the other fields are, from there on.
const PN: usize = 4;
const RECEIVING: usize = PN + 4;
const N_R: usize = RECEIVING + 1 + 32;
const NEWEST: usize = N_R + 4;
/// If our turn is the newest: `ck_s`, `n_s`, `dh_s`, `d || z`, `RC`, then the skipped keys.
const N_S: usize = NEWEST + 1 + 32;
const RC: usize = N_S + 4 + 32 + 64;
const SKIPPED: usize = RC + 1088;
/// If the peer's is.
const RX: usize = NEWEST + 1;
const RE: usize = RX + 32;

fn malformed(file: &mut VectorFile) -> Result<(), Failure> {
    let key = key();
    let mut s = Script::begun(appendix_c())?;
    let (record, state) = s.save("b", "bob is saved", &key, LIFETIME)?;
    let pad = |state: &[u8]| {
        let mut out = [state, &[0x80]].concat();
        out.resize(padded_length(out.len()), 0);
        out
    };
    let with =
        |at: usize, bytes: &[u8]| pad(&[&state[..at], bytes, &state[at + bytes.len()..]].concat());
    let mut too_short = pad(&state);
    too_short.pop();
    let mut bad_rx = [0xff; 32];
    bad_rx[31] = 0x7f;
    let skipped = |turn: u32, n: u32| {
        let key = [&turn.to_be_bytes(), &n.to_be_bytes(), &[7; 40][..]].concat();
        [
            &state[..BOB + SKIPPED],
            &[0, 1],
            &key,
            &state[BOB + SKIPPED + 2..],
        ]
        .concat()
    };
    let ahead = |numbers: &[u32]| {
        let count = u16::try_from(numbers.len()).unwrap_or(0).to_be_bytes();
        let numbers: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        [&state[..185], &count, &numbers, &state[187..]].concat()
    };
    let cases = [
        ("the layout of an earlier version", with(0, &[1])),
        ("another layout", with(0, &[3])),
        ("role C", with(1, b"C")),
        ("alice's role, whose turns are the even ones", with(1, b"A")),
        ("a key of small order for bob", with(34, &[0; 32])),
        (
            "a key that is not canonical for alice",
            with(98, &[0xff; 32]),
        ),
        ("seventeen early messages", with(134, &17_u32.to_be_bytes())),
        (
            "a failure that ends no session",
            with(158, &504_u16.to_be_bytes()),
        ),
        (
            "a failure that does not exist",
            with(158, &9_999_u16.to_be_bytes()),
        ),
        (
            "2^20 + 1 failed decryptions",
            with(160, &((1_u32 << 20) + 1).to_be_bytes()),
        ),
        ("a flag of 2", with(168, &[2])),
        (
            "201 unacknowledged messages",
            with(169, &201_u16.to_be_bytes()),
        ),
        (
            "a number to send beyond the last one",
            with(164, &((1_u32 << 24) + 2).to_be_bytes()),
        ),
        (
            "an unacknowledged number that was not sent",
            with(171, &1_u32.to_be_bytes()),
        ),
        (
            "the same number unacknowledged twice",
            pad(&[&state[..169], &[0, 2], &state[171..175], &state[171..]].concat()),
        ),
        ("a peer that was heard with a flag of 2", with(175, &[2])),
        (
            "more received than a session has",
            with(176, &((1_u32 << 24) + 2).to_be_bytes()),
        ),
        ("an end of flag 2", with(180, &[2])),
        (
            "the number of a BYE that has not come",
            with(181, &[0, 0, 0, 1]),
        ),
        ("a number ahead that is next", pad(&ahead(&[0]))),
        ("a number ahead beyond the window", pad(&ahead(&[2_048]))),
        ("numbers ahead that descend", pad(&ahead(&[9, 7]))),
        ("a number ahead twice", pad(&ahead(&[7, 7]))),
        (
            "a number ahead that is not there",
            with(185, &1_u16.to_be_bytes()),
        ),
        ("2,049 numbers ahead", with(185, &2_049_u16.to_be_bytes())),
        ("an even turn for bob", with(BOB, &2_u32.to_be_bytes())),
        (
            "a turn above 2^25 + 2",
            with(BOB, &((1_u32 << 25) + 3).to_be_bytes()),
        ),
        ("PN of 65,536", with(BOB + PN, &65_536_u32.to_be_bytes())),
        ("a receiving chain of flag 2", with(BOB + RECEIVING, &[2])),
        (
            "65,536 received",
            with(BOB + N_R, &65_536_u32.to_be_bytes()),
        ),
        ("a newest turn of flag 2", with(BOB + NEWEST, &[2])),
        ("65,536 sent", with(BOB + N_S, &65_536_u32.to_be_bytes())),
        ("RC of zeros in turn 1", with(BOB + RC, &[0; 1088])),
        ("a skipped key of bob's own turn", pad(&skipped(1, 0))),
        ("a skipped key of a turn to come", pad(&skipped(2, 0))),
        ("a skipped key of number 65,535", pad(&skipped(0, 65_535))),
        (
            "a skipped key that is not there",
            with(BOB + SKIPPED, &1_u16.to_be_bytes()),
        ),
        (
            "513 skipped keys",
            with(BOB + SKIPPED, &513_u16.to_be_bytes()),
        ),
        ("a byte too many", pad(&[&state[..], &[0x81]].concat())),
        ("cut short", pad(&state[..state.len() - 1])),
        ("no end mark", vec![0; 1_024]),
        ("a zero too few", too_short),
        ("a zero too many", [&pad(&state)[..], &[0]].concat()),
    ];
    for (comment, padded) in cases {
        let wrong = sealed(&key, &record, &padded)?;
        s.unrestored(
            "b",
            &format!("sealed anew: {comment}"),
            &["Dishonest"],
            Code::SessionRecordDamaged,
            (&key, 0),
            &wrong,
        )?;
    }
    s.restore(
        "b",
        "sealed anew with a skipped key",
        &key,
        0,
        &sealed(&key, &record, &pad(&skipped(0, 0)))?,
    )?;
    s.restore(
        "b",
        "sealed anew with the first and the last number that may be ahead",
        &key,
        0,
        &sealed(&key, &record, &pad(&ahead(&[1, 2_047])))?,
    )?;
    s.restore(
        "b",
        "sealed anew as it was",
        &key,
        0,
        &sealed(&key, &record, &pad(&state))?,
    )?;
    s.say("b", "and on", text("the same"))?;

    let (record, state) = s.save("a", "alice is saved, whose turn is due", &key, LIFETIME)?;
    let with =
        |at: usize, bytes: &[u8]| pad(&[&state[..at], bytes, &state[at + bytes.len()..]].concat());
    for (comment, padded) in [
        ("RX that is not canonical", with(ALICE + RX, &bad_rx)),
        ("RX of small order", with(ALICE + RX, &[0; 32])),
        ("RE with coefficients 4095", with(ALICE + RE, &[0xff; 1152])),
        ("turn 0, which is alice's own", with(ALICE, &[0; 4])),
    ] {
        let wrong = sealed(&key, &record, &padded)?;
        s.unrestored(
            "a",
            &format!("sealed anew: {comment}"),
            &["Dishonest"],
            Code::SessionRecordDamaged,
            (&key, 0),
            &wrong,
        )?;
    }
    s.restore("a", "and the record itself", &key, 1, &record)?;
    s.say("a", "and on", text("me too"))?;
    s.finish(file, "states that no session has")
}
