//! handshake_interactive.json, handshake_prekey.json, glare.json, end.json, and the handshakes that other files start from.

use duet_crypto::error::Code;
use serde_json::{Value, json};

use super::people::{ALICE, BOB, REALM, account, seed};
use super::primitives::flipped;
use super::ratchet::{descriptor, text};
use crate::case::{Failure, Input, hex, unhex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::run;

/// The handshake of Appendix C.
pub(crate) fn appendix_c() -> Value {
    inputs(
        (&ALICE.seed(), ALICE.name),
        (&BOB.seed(), BOB.name),
        "f9c86eb2abac07f7b4b04511dfeccdc8",
        [
            "df6d0809bdfa5cf1b170abfbb272e239",
            "4950f63ff625a9542fe7d823ba91f1b689d3f7301d900346c3500a19fb011f75",
            "9058a43fad0c6aff4ec93e75bf785acd881e2d96525a73f9daf63610734edb29\
             b3069ebe510de1c2815525977f69cd7eb758048586349311d7d770df7f1e609a",
            "974c15c088111da469cd6bba59c0d9b792a9e73915b8dceb90fe1f644497d109",
            "a540c688fe179b68e3dca23ddc818b1f059024537c9ec362bf441f7f4d590a63",
        ],
        [
            "257faf4ddacce5ded014c5e3f593e749a121b227f57e1296ce26a761014c6678",
            "d462614f65d07eb67c06414a996597acd6f5fd3ccb6013ffbec2dd0cd3dcd6cb",
            "5bc04dc529e7057334dcb9976efe7421cca5e2ab88fb377df5c4b8ef84805476",
        ],
    )
}

/// The prekey start of Appendix C. The specification gives its result alone; these are the draws that lead to it.
pub(crate) fn appendix_c_prekey() -> Value {
    let bytes = |what: &str, size: usize| hex(&blocks(&format!("pre {what}"), size));
    prekey_inputs(
        (&ALICE.seed(), ALICE.name),
        (&BOB.seed(), BOB.name),
        &bytes("presence", 16),
        [
            bytes("hid", 16),
            bytes("exA", 32),
            bytes("ekseed", 64),
            bytes("r", 32),
            bytes("mp", 32),
            bytes("rxA", 32),
        ],
        [
            bytes("pkid", 16),
            bytes("ox", 32),
            bytes("okseed", 64),
            bytes("exB", 32),
            bytes("m", 32),
            bytes("rxB", 32),
        ],
    )
}

/// A prekey start between two others, from the vectors' blocks.
fn between_with_prekey(a: &str, b: &str) -> Value {
    let bytes = |(what, size): (&str, usize)| hex(&blocks(&format!("{a} {b} prekey {what}"), size));
    prekey_inputs(
        (seed(a).expose(), a),
        (seed(b).expose(), b),
        &bytes(("presence", 16)),
        [
            ("initiator hid", 16),
            ("initiator ex", 32),
            ("initiator ekseed", 64),
            ("initiator r", 32),
            ("initiator mp", 32),
            ("initiator rx", 32),
        ]
        .map(bytes),
        [
            ("responder pkid", 16),
            ("responder ox", 32),
            ("responder okseed", 64),
            ("responder ex", 32),
            ("responder m", 32),
            ("responder rx", 32),
        ]
        .map(bytes),
    )
}

fn prekey_inputs(
    a: (&[u8], &str),
    b: (&[u8], &str),
    presence: &str,
    rnd_a: [String; 6],
    rnd_b: [String; 6],
) -> Value {
    let [hid, ex, ekseed, r, mp, rx] = &rnd_a;
    let [pkid, ox, okseed, ex_b, m, rx_b] = &rnd_b;
    json!({
        "realm": REALM, "alice": a.1, "bob": b.1, "alice_seed": hex(a.0), "bob_seed": hex(b.0), "presence_b": presence,
        "rng": {"initiator": rnd_a, "responder": rnd_b},
        "rnd_a": {"hid": hid, "ex": ex, "ekseed": ekseed, "r": r, "mp": mp, "rx": rx},
        "rnd_b": {"pkid": pkid, "ox": ox, "okseed": okseed, "ex": ex_b, "m": m, "rx": rx_b},
    })
}

/// A handshake between two others, from the vectors' blocks.
fn between(a: &str, b: &str) -> Value {
    let bytes = |what: &str, size: usize| hex(&blocks(&format!("{a} {b} {what}"), size));
    let [hid, ex, ekseed, r, rx] = [
        ("hid", 16),
        ("ex", 32),
        ("ekseed", 64),
        ("r", 32),
        ("rx", 32),
    ]
    .map(|(what, size)| bytes(&format!("initiator {what}"), size));
    let [ex_b, m, rx_b] = ["ex", "m", "rx"].map(|what| bytes(&format!("responder {what}"), 32));
    inputs(
        (seed(a).expose(), a),
        (seed(b).expose(), b),
        &bytes("presence", 16),
        [&hid, &ex, &ekseed, &r, &rx],
        [&ex_b, &m, &rx_b],
    )
}

fn inputs(
    a: (&[u8], &str),
    b: (&[u8], &str),
    presence: &str,
    rnd_a: [&str; 5],
    rnd_b: [&str; 3],
) -> Value {
    let [hid, ex, ekseed, r, rx] = rnd_a;
    let [ex_b, m, rx_b] = rnd_b;
    json!({
        "realm": REALM, "alice": a.1, "bob": b.1, "alice_seed": hex(a.0), "bob_seed": hex(b.0), "presence_b": presence,
        "rng": {"initiator": rnd_a, "responder": rnd_b},
        "rnd_a": {"hid": hid, "ex": ex, "ekseed": ekseed, "r": r, "rx": rx},
        "rnd_b": {"ex": ex_b, "m": m, "rx": rx_b},
    })
}

const INTERACTIVE: &str = "handshake_interactive.json";

pub(super) fn interactive() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        INTERACTIVE,
        "Whole interactive handshakes (section 4): the draws of both sides, the transcript T0 to T6, every secret, the three \
         frames and READY. The first one is that of Appendix C.",
        &[("EdgeCase", "Names that are not ASCII.")],
    );
    file.valid("alice and bob of Appendix C", &[], appendix_c())?;
    file.valid("the other way round", &[], between("bob", "alice"))?;
    file.valid(
        "Cyrillic names",
        &["EdgeCase"],
        between("Ёжик", "Медвежонок"),
    )?;
    Ok(file)
}

pub(super) const PREKEY: &str = "handshake_prekey.json";

/// What alice writes before bob has answered, in the first case of handshake_prekey.json.
pub(super) fn early_contents() -> Value {
    json!([
        text("Привет, Боб! Это ещё до твоего ответа."),
        {"type": "file", "descriptor": descriptor("early", 1_000, "план.pdf", "application/pdf")},
    ])
}

pub(super) fn prekey() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        PREKEY,
        "Whole prekey starts (section 5): bob's PREKEY, alice's INIT and early messages, ACCEPT, CONFIRM, READY, and the \
         first message of the session, whose seq goes on. The first one comes to the prekey-mode values of Appendix C.",
        &[(
            "EdgeCase",
            "No early message, or as many as there may be; names that are not ASCII.",
        )],
    );
    let case = |mut inputs: Value, early: Value| {
        inputs["early"] = early;
        inputs["first"] = text("and this one is of the session");
        inputs
    };
    file.valid(
        "alice and bob of Appendix C, two early messages",
        &[],
        case(appendix_c_prekey(), early_contents()),
    )?;
    file.valid(
        "no early message",
        &["EdgeCase"],
        case(between_with_prekey("bob", "alice"), json!([])),
    )?;
    let all: Vec<Value> = (1..=16).map(|n| text(&format!("{n} из 16"))).collect();
    file.valid(
        "Cyrillic names, sixteen early messages",
        &["EdgeCase"],
        case(between_with_prekey("Ёжик", "Медвежонок"), json!(all)),
    )?;
    Ok(file)
}

/// One value of the completed handshake of Appendix C, by its name in handshake_interactive.json.
pub(super) fn honest(name: &str) -> Result<Vec<u8>, Failure> {
    let outputs = run(INTERACTIVE, Input::new(&appendix_c()))?;
    unhex(
        outputs
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| Failure::case(format!("no output {name}")))?,
    )
}

pub(super) fn glare() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "glare.json",
        "Two offers at once (section 4.7): which one counts, from one side's point of view. A case and its mirror must disagree.",
        &[(
            "EdgeCase",
            "The keys differ late, or in their top bit: they are compared as byte strings, unsigned.",
        )],
    );
    let mut pairs = vec![(
        "alice and bob".to_owned(),
        ALICE.ik.to_owned(),
        BOB.ik.to_owned(),
        vec![],
    )];
    let keys: Vec<String> = (0..40)
        .map(|index| hex(seed(&format!("glare {index}")).public_key().as_bytes()))
        .collect();
    // A pair whose first bytes lie on both sides of 0x80: signed bytes would be compared the other way.
    let first = |key: &str| u8::from_str_radix(&key[..2], 16).unwrap_or_default();
    let low = keys.iter().find(|key| first(key) < 0x80);
    let high = keys.iter().find(|key| first(key) >= 0x80);
    if let (Some(low), Some(high)) = (low, high) {
        pairs.push((
            "first bytes below and above 0x80".into(),
            low.clone(),
            high.clone(),
            vec!["EdgeCase"],
        ));
    }
    // Two keys that agree in their first byte, so that a later one decides.
    let close = keys.iter().enumerate().find_map(|(index, key)| {
        keys[index + 1..]
            .iter()
            .find(|other| other[..2] == key[..2])
            .map(|other| (key.clone(), other.clone()))
    });
    if let Some((a, b)) = close {
        pairs.push(("the same first byte".into(), a, b, vec!["EdgeCase"]));
    }
    for (comment, a, b, flags) in pairs {
        file.valid(&comment, &flags, json!({"own": a, "peer": b}))?;
        file.valid(
            &format!("{comment}, mirrored"),
            &flags,
            json!({"own": b, "peer": a}),
        )?;
    }
    Ok(file)
}

pub(super) fn end() -> Result<VectorFile, Failure> {
    let name = "end.json";
    let mut file = VectorFile::new(
        name,
        "END (section 4.8): a signed refusal, by the side that `role` names. Without a valid one a client says \"no answer\".",
        &[
            (
                "FalseRefusal",
                "A relay that claims that somebody declined.",
            ),
            ("Reflection", "One's own END, sent back."),
            ("Replay", "An END of another handshake."),
            ("Malformed", "A length, role or reason that does not exist."),
        ],
    );
    let base = appendix_c();
    file.handshake("appendix_c", base.clone());
    file.handshake("appendix_c_prekey", appendix_c_prekey());
    let encode = |role: &str, reason: &str| json!({"op": "encode", "base": base, "role": role, "reason": reason});
    let signed = |role: &str, reason: &str| -> Result<Vec<u8>, Failure> {
        let outputs = run(name, Input::new(&encode(role, reason)))?;
        unhex(
            outputs
                .get("frame")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        )
    };
    let all = [
        ("initiator", "cancelled"),
        ("responder", "declined"),
        ("responder", "busy"),
        ("responder", "version"),
    ];
    for (role, reason) in all {
        file.valid(&format!("the {role}: {reason}"), &[], encode(role, reason))?;
    }
    let (alice, bob) = (account(ALICE.name)?, account(BOB.name)?);
    let verify = |role: &str, from: &[u8], frame: &[u8]| json!({"op": "verify", "base": base, "role": role, "from": hex(from), "frame": hex(frame)});
    for (role, reason) in all {
        let from = if role == "initiator" { &alice } else { &bob };
        file.valid(
            &format!("from the {role}: {reason}"),
            &[],
            verify(role, &from.0, &signed(role, reason)?),
        )?;
    }
    let with_prekey = appendix_c_prekey();
    let unknown = |op: &str| json!({"op": op, "base": with_prekey, "role": "responder"});
    let mut case = unknown("encode");
    case["reason"] = json!("prekey-unknown");
    file.valid("the responder: prekey-unknown", &[], case.clone())?;
    let outputs = run(name, Input::new(&case))?;
    let mut case = unknown("verify");
    case["from"] = json!(hex(&bob.0));
    case["frame"] = outputs.get("frame").cloned().unwrap_or_default();
    file.valid("from the responder: prekey-unknown", &[], case.clone())?;
    case["base"] = base.clone();
    file.invalid(
        "the END of an INIT, for an OFFER",
        &["Replay"],
        Code::HandshakeId,
        case,
    )?;
    let declined = signed("responder", "declined")?;
    let from_bob = |frame: &[u8]| verify("responder", &bob.0, frame);
    let mut refuse = |comment: &str, flag, code, case| file.invalid(comment, &[flag], code, case);
    let mut relabelled = declined.clone();
    relabelled[19] = 2;
    refuse(
        "declined turned into busy",
        "FalseRefusal",
        Code::Signature,
        from_bob(&relabelled),
    )?;
    refuse(
        "a bit of the signature",
        "FalseRefusal",
        Code::Signature,
        from_bob(&flipped(&declined, 30)),
    )?;
    let unsigned = [&declined[..20], &[0; 64]].concat();
    refuse(
        "no signature",
        "FalseRefusal",
        Code::Signature,
        from_bob(&unsigned),
    )?;
    let cancelled = signed("initiator", "cancelled")?;
    refuse(
        "alice's own END comes back as bob's",
        "Reflection",
        Code::FrameField,
        from_bob(&cancelled),
    )?;
    let mut as_bob = cancelled.clone();
    as_bob[18] = 0x42;
    refuse(
        "the same with bob's role",
        "Reflection",
        Code::Signature,
        from_bob(&as_bob),
    )?;
    refuse(
        "another handshake's id",
        "Replay",
        Code::HandshakeId,
        from_bob(&flipped(&declined, 2)),
    )?;
    let mut other = declined.clone();
    let again = json!({"op": "encode", "base": between("bob", "alice"), "role": "responder", "reason": "declined"});
    let outputs = run(name, Input::new(&again))?;
    let theirs = unhex(
        outputs
            .get("frame")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )?;
    other[20..].copy_from_slice(&theirs[20..]);
    refuse(
        "the signature of another handshake's END",
        "Replay",
        Code::Signature,
        from_bob(&other),
    )?;
    refuse(
        "the relay names another sender",
        "FalseRefusal",
        Code::Sender,
        verify("responder", &alice.0, &declined),
    )?;
    for (comment, reason) in [("reason 0", 0), ("reason 6", 6)] {
        let mut frame = declined.clone();
        frame[19] = reason;
        refuse(comment, "Malformed", Code::FrameField, from_bob(&frame))?;
    }
    let mut role = declined.clone();
    role[18] = 0x43;
    refuse("role 0x43", "Malformed", Code::FrameField, from_bob(&role))?;
    refuse(
        "a byte short",
        "Malformed",
        Code::FrameField,
        from_bob(&declined[..83]),
    )?;
    refuse(
        "a byte long",
        "Malformed",
        Code::FrameField,
        from_bob(&[&declined[..], &[0]].concat()),
    )?;
    refuse("nothing", "Malformed", Code::HandshakeId, from_bob(&[]))?;
    refuse(
        "version 2",
        "Malformed",
        Code::HandshakeId,
        from_bob(&[&[2], &declined[1..]].concat()),
    )?;
    refuse(
        "the type of an ACCEPT",
        "Malformed",
        Code::HandshakeId,
        from_bob(&[&[1, 3], &declined[2..]].concat()),
    )
    .map(|()| file)
}
