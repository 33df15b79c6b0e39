//! handshake_interactive.json, handshake_prekey.json, glare.json

use serde_json::{Value, json};

use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::scene::contents::text;
use crate::scene::handshakes::{
    appendix_c, appendix_c_prekey, between, between_with_prekey, early_contents,
};
use crate::scene::people::{ALICE, BOB, seed};

pub(super) fn interactive() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "handshake_interactive.json",
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

pub(super) fn prekey() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "handshake_prekey.json",
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
