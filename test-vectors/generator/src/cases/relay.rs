//! relay.json

use duet_crypto::error::Code;
use serde_json::{Value, json};

use crate::case::{Failure, hex, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::{TO_RELAY, output};
use crate::scene::bytes::flipped;
use crate::scene::people::{ALICE, BOB, account, seed};

const NAME: &str = "relay.json";
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

fn bytes(tag: &str, size: usize) -> String {
    hex(&blocks(&format!("relay {tag}"), size))
}

pub(super) fn relay() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        NAME,
        "The relay's envelope (section 9): every frame both ways, size classes, forwarding, LOGIN, \
         and the signature under which a key is replaced. `to` says who decodes.",
        &[
            ("Length", "Shorter or longer than the type prescribes."),
            (
                "UnknownValue",
                "A version, type or value that this version does not have.",
            ),
            (
                "WrongDirection",
                "A frame of the relay sent to the relay, or of a client sent to a client.",
            ),
            ("SizeClass", "A payload above the bound of its type."),
            (
                "Replay",
                "A LOGIN answered to another challenge: recorded, or forwarded from another relay.",
            ),
            ("TokenTheft", "A token put into somebody else's LOGIN."),
            ("Forgery", "A signed field changed."),
            ("SmallOrder", "A key under which anybody can sign."),
            (
                "EdgeCase",
                "The smallest, the largest, or every value of a field.",
            ),
        ],
    );
    let frames = frames()?;
    for (comment, flags, inputs) in &frames {
        file.valid(comment, flags, inputs.clone())?;
    }
    lengths(&mut file, &frames)?;
    values(&mut file)?;
    prekeys(&mut file)?;
    watches(&mut file)?;
    payloads(&mut file)?;
    login(&mut file)?;
    let replacement = json!({
        "op": "replacement", "seed": hex(&ALICE.seed()), "aid": hex(account(ALICE.name)?.as_bytes()),
        "new": hex(seed("alice's next device").public_key().as_bytes()),
    });
    file.valid("alice's old key agrees to her new one", &[], replacement)?;
    Ok(file)
}

type Honest = (String, Vec<&'static str>, Value);

/// Every kind, and every value of the fields that are enumerations.
fn frames() -> Result<Vec<Honest>, Failure> {
    let (alice, bob) = (
        hex(account(ALICE.name)?.as_bytes()),
        hex(account(BOB.name)?.as_bytes()),
    );
    let (eid, presence) = (bytes("eid", 16), bytes("presence", 16));
    let mut out = Vec::new();
    let mut add = |comment: String, flags: &[&'static str], kind: &str, fields: Value| {
        out.push((
            comment,
            flags.to_vec(),
            json!({"op": "frame", "kind": kind, "fields": fields}),
        ));
    };
    add(
        "CHALLENGE".into(),
        &[],
        "challenge",
        json!({"challenge": bytes("challenge", 32)}),
    );
    for status in 0..=2 {
        add(
            format!("WELCOME, status {status}"),
            &["EdgeCase"],
            "welcome",
            json!({"status": status}),
        );
    }
    add("TOKEN".into(), &[], "token", json!({"token": TOKEN}));
    add(
        "TOKEN of one character".into(),
        &["EdgeCase"],
        "token",
        json!({"token": "~"}),
    );
    add(
        "TOKEN of 4,096 characters".into(),
        &["EdgeCase"],
        "token",
        json!({"token": "a".repeat(4096)}),
    );
    for code in 1..=3 {
        add(
            format!("NOTICE, code {code}"),
            &["EdgeCase"],
            "notice",
            json!({"code": code, "value": 1500 * (code - 1)}),
        );
    }
    add(
        "NOTICE, the largest value".into(),
        &["EdgeCase"],
        "notice",
        json!({"code": 1, "value": u32::MAX}),
    );
    let payload = bytes("payload", 84);
    let send = json!({"eid": eid, "to": bob, "presence": presence, "payload": payload});
    add("SEND".into(), &[], "send", send);
    add(
        "SEND with an empty payload: form alone does not forbid it".into(),
        &["EdgeCase"],
        "send",
        json!({"eid": eid, "to": bob, "presence": presence, "payload": ""}),
    );
    add(
        "DELIVER".into(),
        &[],
        "deliver",
        json!({"eid": eid, "from": alice, "presence": presence, "payload": payload}),
    );
    prekey_frames(&mut add, &eid, &bob, &presence);
    for status in 0..=6 {
        add(
            format!("ACK, status {status}"),
            &["EdgeCase"],
            "ack",
            json!({"eid": eid, "status": status}),
        );
    }
    for (comment, flags, aids) in [
        (
            "WATCH, two accounts",
            &[][..],
            vec![bob.clone(), alice.clone()],
        ),
        ("WATCH, nobody", &["EdgeCase"][..], Vec::new()),
        (
            "WATCH, one account twice: form alone does not forbid it",
            &["EdgeCase"][..],
            vec![bob.clone(), bob.clone()],
        ),
        (
            "WATCH, 64 accounts",
            &["EdgeCase"][..],
            (0..64).map(watched).collect(),
        ),
    ] {
        add(
            comment.into(),
            flags,
            "watch",
            json!({"eid": eid, "aids": aids}),
        );
    }
    for (comment, flags, value) in [
        ("BEAT, either way", &[][..], 258),
        ("BEAT, either way, the first number", &["EdgeCase"], 0),
        (
            "BEAT, either way, the largest number",
            &["EdgeCase"],
            0x7fff_ffff,
        ),
        (
            "BEAT of a client with a conversation open",
            &[],
            0x8000_0102_u32,
        ),
        (
            "BEAT of a client with a conversation open, before any of the relay's",
            &["EdgeCase"],
            0x8000_0000,
        ),
        (
            "BEAT of a client with a conversation open, the largest number",
            &["EdgeCase"],
            u32::MAX,
        ),
    ] {
        add(comment.into(), flags, "beat", json!({"value": value}));
    }
    for online in 0..=1 {
        let fields = json!({"aid": bob, "presence": presence, "online": online, "max_version": 1});
        add(
            format!("PRESENCE, online {online}"),
            &[],
            "presence",
            fields,
        );
    }
    Ok(out)
}

fn watched(index: usize) -> String {
    bytes(&format!("watched {index}"), 32)
}

/// A PREKEY as the relay sees one: version and type, and bytes that it does not look at.
fn prekey(index: usize) -> String {
    format!("0106{}", bytes(&format!("prekey {index}"), 1_377))
}

fn prekey_frames(
    add: &mut impl FnMut(String, &[&'static str], &str, Value),
    eid: &str,
    aid: &str,
    presence: &str,
) {
    for count in [2, 0, 20] {
        add(
            format!("PREKEYS, {count} of them"),
            if count == 2 { &[] } else { &["EdgeCase"] },
            "prekeys",
            json!({"eid": eid, "prekeys": (0..count).map(prekey).collect::<Vec<_>>()}),
        );
    }
    add(
        "PREKEY_GET".into(),
        &[],
        "prekey_get",
        json!({"eid": eid, "aid": aid, "presence": presence}),
    );
    add(
        "PREKEY_RES with a prekey".into(),
        &[],
        "prekey_res",
        json!({"eid": eid, "status": 0, "prekey": prekey(0)}),
    );
    for (status, why) in [
        (1, "none left"),
        (2, "rate limit"),
        (3, "offline, or another run"),
        (5, "not on the allow-list"),
    ] {
        add(
            format!("PREKEY_RES, {why}"),
            &["EdgeCase"],
            "prekey_res",
            json!({"eid": eid, "status": status, "prekey": null}),
        );
    }
}

/// Each fixed-length frame a byte short and a byte long; the others without their last fixed field.
fn lengths(file: &mut VectorFile, frames: &[Honest]) -> Result<(), Failure> {
    let mut seen = Vec::new();
    for (_, _, inputs) in frames {
        let kind = inputs["kind"].as_str().unwrap_or_default().to_owned();
        if seen.contains(&kind) {
            continue;
        }
        let frame = output(NAME, inputs, "frame")?;
        let to = if TO_RELAY.contains(&kind.as_str()) {
            "relay"
        } else {
            "client"
        };
        let other = if to == "relay" { "client" } else { "relay" };
        let case = |to: &str, frame: &[u8]| json!({"op": "decode", "to": to, "frame": hex(frame)});
        let mut refuse = |comment: String, flag, code, case| {
            file.invalid(&format!("{kind}: {comment}"), &[flag], code, case)
        };
        let shortest = match kind.as_str() {
            "send" | "deliver" => 66,
            "token" => 3,
            _ => {
                let longer = [&frame[..], &[0]].concat();
                refuse(
                    "a byte too long".into(),
                    "Length",
                    Code::FrameLength,
                    case(to, &longer),
                )?;
                frame.len()
            }
        };
        refuse(
            "a byte too short".into(),
            "Length",
            Code::FrameLength,
            case(to, &frame[..shortest - 1]),
        )?;
        // A BEAT goes both ways.
        if kind != "beat" {
            refuse(
                format!("to the {other}"),
                "WrongDirection",
                Code::FrameType,
                case(other, &frame),
            )?;
        }
        seen.push(kind);
    }
    Ok(())
}

fn values(file: &mut VectorFile) -> Result<(), Failure> {
    let (eid, aid) = (bytes("eid", 16), bytes("aid", 32));
    let mut refuse = |comment: &str, flag, code, to: &str, frame: String| {
        file.invalid(
            comment,
            &[flag],
            code,
            json!({"op": "decode", "to": to, "frame": frame}),
        )
    };
    for to in ["relay", "client"] {
        refuse("nothing", "Length", Code::FrameLength, to, String::new())?;
        refuse(
            "a version and no type",
            "Length",
            Code::FrameLength,
            to,
            "01".into(),
        )?;
        refuse(
            "version 2",
            "UnknownValue",
            Code::FrameVersion,
            to,
            "024900000000".into(),
        )?;
        refuse("type 0", "UnknownValue", Code::FrameType, to, "0100".into())?;
        refuse(
            "a handshake frame without its envelope",
            "UnknownValue",
            Code::FrameType,
            to,
            bytes_of_offer(),
        )?;
        refuse(
            "a type that nothing has",
            "UnknownValue",
            Code::FrameType,
            to,
            format!("013f{eid}{aid}{eid}"),
        )?;
    }
    refuse(
        "WELCOME, status 3",
        "UnknownValue",
        Code::FrameField,
        "client",
        "014203".into(),
    )?;
    refuse(
        "NOTICE, code 0",
        "UnknownValue",
        Code::FrameField,
        "client",
        "014c000000000000".into(),
    )?;
    refuse(
        "NOTICE, code 4",
        "UnknownValue",
        Code::FrameField,
        "client",
        "014c000400000000".into(),
    )?;
    refuse(
        "ACK, status 7",
        "UnknownValue",
        Code::FrameField,
        "client",
        format!("0145{eid}07"),
    )?;
    refuse(
        "PRESENCE, online 2",
        "UnknownValue",
        Code::FrameField,
        "client",
        format!("014a{aid}{eid}0201"),
    )?;
    refuse(
        "an empty TOKEN",
        "Length",
        Code::FrameLength,
        "relay",
        "014b".into(),
    )?;
    refuse(
        "a TOKEN with a line break",
        "UnknownValue",
        Code::FrameField,
        "relay",
        "014b61620a".into(),
    )?;
    refuse(
        "a TOKEN that is not ASCII",
        "UnknownValue",
        Code::FrameField,
        "relay",
        "014bd0b0".into(),
    )?;
    refuse(
        "a TOKEN of 4,097 bytes",
        "Length",
        Code::FrameLength,
        "relay",
        format!("014b{}", "61".repeat(4_097)),
    )
}

/// What a relay must not take as prekeys, and a client not as one.
fn prekeys(file: &mut VectorFile) -> Result<(), Failure> {
    let eid = bytes("eid", 16);
    let [first, second] = [prekey(0), prekey(1)];
    let mut refuse = |comment: &str, flag, code, to: &str, frame: String| {
        file.invalid(
            comment,
            &[flag],
            code,
            json!({"op": "decode", "to": to, "frame": frame}),
        )
    };
    let all = (0..21).map(prekey).collect::<String>();
    for (comment, flag, code, frame) in [
        (
            "PREKEYS, 21 of them",
            "UnknownValue",
            Code::FrameField,
            format!("0146{eid}15{all}"),
        ),
        (
            "PREKEYS, two announced and one there",
            "Length",
            Code::FrameLength,
            format!("0146{eid}02{first}"),
        ),
        (
            "PREKEYS, one announced and two there",
            "Length",
            Code::FrameLength,
            format!("0146{eid}01{first}{second}"),
        ),
        (
            "PREKEYS, a byte short inside the second",
            "Length",
            Code::FrameLength,
            format!("0146{eid}02{first}{}", &second[2..]),
        ),
        (
            "PREKEYS, the second is an OFFER by its type",
            "UnknownValue",
            Code::FrameField,
            format!("0146{eid}02{first}0101{}", &second[4..]),
        ),
        (
            "PREKEYS, the first is of version 2",
            "UnknownValue",
            Code::FrameField,
            format!("0146{eid}020206{}{second}", &first[4..]),
        ),
    ] {
        refuse(comment, flag, code, "relay", frame)?;
    }
    for (comment, flag, code, frame) in [
        (
            "PREKEY_RES, status 4",
            "UnknownValue",
            Code::FrameField,
            format!("0148{eid}04"),
        ),
        (
            "PREKEY_RES, status 6",
            "UnknownValue",
            Code::FrameField,
            format!("0148{eid}06"),
        ),
        (
            "PREKEY_RES, a prekey promised and none there",
            "Length",
            Code::FrameLength,
            format!("0148{eid}00"),
        ),
        (
            "PREKEY_RES, none left and yet one there",
            "Length",
            Code::FrameLength,
            format!("0148{eid}01{first}"),
        ),
        (
            "PREKEY_RES, two prekeys",
            "Length",
            Code::FrameLength,
            format!("0148{eid}00{first}{second}"),
        ),
        (
            "PREKEY_RES, an OFFER by its type in the prekey's place",
            "UnknownValue",
            Code::FrameField,
            format!("0148{eid}000101{}", &first[4..]),
        ),
    ] {
        refuse(comment, flag, code, "client", frame)?;
    }
    Ok(())
}

/// What a relay must not take as a set of accounts, and a client not as a sign of life.
fn watches(file: &mut VectorFile) -> Result<(), Failure> {
    let eid = bytes("eid", 16);
    let [first, second] = [watched(0), watched(1)];
    let all = (0..65).map(watched).collect::<String>();
    for (comment, flag, code, to, frame) in [
        (
            "WATCH, 65 accounts",
            "UnknownValue",
            Code::FrameField,
            "relay",
            format!("0149{eid}41{all}"),
        ),
        (
            "WATCH, two announced and one there",
            "Length",
            Code::FrameLength,
            "relay",
            format!("0149{eid}02{first}"),
        ),
        (
            "WATCH, one announced and two there",
            "Length",
            Code::FrameLength,
            "relay",
            format!("0149{eid}01{first}{second}"),
        ),
        (
            "WATCH, nobody announced and one there",
            "Length",
            Code::FrameLength,
            "relay",
            format!("0149{eid}00{first}"),
        ),
        (
            "WATCH as it was before it was a set: one account and no count",
            "Length",
            Code::FrameLength,
            "relay",
            format!("0149{eid}{first}"),
        ),
        (
            "BEAT of the relay with the top bit of a client's",
            "UnknownValue",
            Code::FrameField,
            "client",
            "014d80000000".to_owned(),
        ),
        (
            "BEAT of the relay, all bits set",
            "UnknownValue",
            Code::FrameField,
            "client",
            "014dffffffff".to_owned(),
        ),
    ] {
        file.invalid(
            comment,
            &[flag],
            code,
            json!({"op": "decode", "to": to, "frame": frame}),
        )?;
    }
    Ok(())
}

/// The first bytes of an OFFER are enough: its type is not one of the relay's.
fn bytes_of_offer() -> String {
    format!("0101{}", bytes("hid", 16))
}

fn payloads(file: &mut VectorFile) -> Result<(), Failure> {
    let case = |head: &str, len: usize| json!({"op": "payload", "head": head, "len": len});
    for (name, head, largest) in [
        ("an OFFER", "0101", 2_579),
        ("an INIT", "0102", 2_579),
        ("an ACCEPT", "0103", 2_579),
        ("a CONFIRM", "0104", 2_579),
        ("an END", "0105", 2_579),
        ("an OVER", "0107", 2_579),
        ("an EARLY", "0110", 67_886),
        ("a MSG", "0111", 67_886),
        ("a CHUNK", "0112", 1_049_639),
    ] {
        file.valid(
            &format!("{name} of the largest size"),
            &["EdgeCase"],
            case(head, largest),
        )?;
        file.invalid(
            &format!("{name} a byte above"),
            &["SizeClass"],
            Code::FrameLength,
            case(head, largest + 1),
        )?;
    }
    file.invalid(
        "an empty payload",
        &["Length"],
        Code::FrameLength,
        case("", 0),
    )?;
    file.invalid(
        "a payload of one byte",
        &["Length"],
        Code::FrameLength,
        case("01", 1),
    )?;
    file.invalid(
        "a payload of version 2",
        &["UnknownValue"],
        Code::FrameVersion,
        case("0211", 330),
    )?;
    file.invalid(
        "a PREKEY as payload: it travels in the relay's own frames",
        &["UnknownValue"],
        Code::FrameType,
        case("0106", 1_379),
    )?;
    file.invalid(
        "a frame of the relay as payload",
        &["UnknownValue"],
        Code::FrameType,
        case("0143", 330),
    )?;

    let (alice, presence) = (
        hex(account(ALICE.name)?.as_bytes()),
        bytes("presence of alice", 16),
    );
    let forward = |frame: String| json!({"op": "forward", "frame": frame, "from": alice, "presence": presence});
    let head = [bytes("eid", 16), bytes("to", 32), bytes("presence", 16)].concat();
    file.valid(
        "SEND becomes DELIVER",
        &[],
        forward(format!("0143{head}{}", bytes("payload", 84))),
    )?;
    file.invalid(
        "a WATCH cannot be delivered",
        &["UnknownValue"],
        Code::FrameType,
        forward(format!("0149{}01{}", &head[..32], &head[32..96])),
    )
}

fn login(file: &mut VectorFile) -> Result<(), Failure> {
    let challenge = bytes("challenge", 32);
    let honest = |token: &str| -> Result<Value, Failure> {
        Ok(json!({
            "op": "login", "seed": hex(&ALICE.seed()), "challenge": challenge, "aid": hex(account(ALICE.name)?.as_bytes()),
            "presence": bytes("presence of alice", 16), "token": token,
        }))
    };
    file.valid("alice logs in", &[], honest(TOKEN)?)?;
    file.valid(
        "with a token of 4,096 characters",
        &["EdgeCase"],
        honest(&"a".repeat(4_096))?,
    )?;
    file.invalid(
        "with a token of 4,097 characters",
        &["Length"],
        Code::TokenFormat,
        honest(&"a".repeat(4_097))?,
    )?;
    file.invalid(
        "without a token",
        &["Length"],
        Code::TokenFormat,
        honest("")?,
    )?;
    let frame = output(NAME, &honest(TOKEN)?, "frame")?;
    let verify =
        |frame: &[u8]| json!({"op": "login_verify", "challenge": challenge, "frame": hex(frame)});
    file.valid("the relay takes it", &[], verify(&frame))?;
    let mut refuse = |comment: &str, flag, code, case| file.invalid(comment, &[flag], code, case);
    let again = json!({"op": "login_verify", "challenge": bytes("another challenge", 32), "frame": hex(&frame)});
    refuse(
        "the same on another connection",
        "Replay",
        Code::Signature,
        again,
    )?;
    refuse(
        "another account",
        "Forgery",
        Code::Signature,
        verify(&flipped(&frame, 2)),
    )?;
    refuse(
        "bob's key",
        "Forgery",
        Code::Signature,
        verify(&[&frame[..34], &unhex(BOB.ik)?, &frame[66..]].concat()),
    )?;
    refuse(
        "another presence",
        "Forgery",
        Code::Signature,
        verify(&flipped(&frame, 66)),
    )?;
    refuse(
        "a higher version",
        "Forgery",
        Code::Signature,
        verify(&with(&frame, 82, 2)),
    )?;
    refuse(
        "no version",
        "UnknownValue",
        Code::FrameField,
        verify(&with(&frame, 82, 0)),
    )?;
    refuse(
        "a bit of R",
        "Forgery",
        Code::Signature,
        verify(&flipped(&frame, 115)),
    )?;
    refuse(
        "a bit of S",
        "Forgery",
        Code::Signature,
        verify(&flipped(&frame, 147)),
    )?;
    let stolen = [
        &frame[..179],
        &TOKEN.replace("alice", "carol").as_bytes()[1..],
        b"x",
    ]
    .concat();
    refuse(
        "another token behind the same digest",
        "TokenTheft",
        Code::FrameField,
        verify(&stolen),
    )?;
    let digest = duet_crypto::primitives::hash::sha256(&[&stolen[179..]]);
    let both = [&stolen[..83], &digest, &stolen[115..]].concat();
    refuse(
        "another token and its digest",
        "TokenTheft",
        Code::Signature,
        verify(&both),
    )?;
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = [
        &frame[..34],
        &identity,
        &frame[66..115],
        &identity,
        &[0; 32],
        &frame[179..],
    ]
    .concat();
    refuse(
        "the identity point as key and as R",
        "SmallOrder",
        Code::Ed25519Key,
        verify(&weak),
    )?;
    refuse(
        "cut before its token",
        "Length",
        Code::FrameLength,
        verify(&frame[..179]),
    )?;
    refuse(
        "cut inside the signature",
        "Length",
        Code::FrameLength,
        verify(&frame[..178]),
    )
}

fn with(frame: &[u8], index: usize, value: u8) -> Vec<u8> {
    let mut out = frame.to_vec();
    out[index] = value;
    out
}
