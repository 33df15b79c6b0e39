//! end.json

use duet_crypto::error::Code;
use serde_json::json;

use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::run::output;
use crate::scene::bytes::flipped;
use crate::scene::handshakes::{appendix_c, appendix_c_prekey, between};
use crate::scene::people::{ALICE, BOB, account};

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
    let signed = |role: &str, reason: &str| output(name, &encode(role, reason), "frame");
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
    let frame = output(name, &case, "frame")?;
    let mut case = unknown("verify");
    case["from"] = json!(hex(&bob.0));
    case["frame"] = json!(hex(&frame));
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
    let theirs = output(name, &again, "frame")?;
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
