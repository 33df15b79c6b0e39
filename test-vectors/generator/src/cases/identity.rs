//! identity.json, qr_reject.json

use duet_crypto::error::Code;
use serde_json::{Value, json};

use crate::case::{Failure, Input, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::run;
use crate::scene::people::{ALICE, BOB, REALM, party};

const IDENTITY: &str = "identity.json";

pub(super) fn identity() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        IDENTITY,
        "Account ids, identity keys, fingerprints as hex and emoji, safety halves and codes, QR texts (sections 3.1 to 3.3), \
         and the emoji of a SAS.",
        &[
            (
                "Normalization",
                "Two ways to write one name are one account.",
            ),
            (
                "Misbinding",
                "Where realm ends and name begins is part of what is hashed.",
            ),
            ("BadName", "A realm or name that no account may have."),
            ("EdgeCase", "The longest, the shortest, or unusual text."),
        ],
    );
    for person in [ALICE, BOB] {
        file.valid(
            &format!("{} of Appendix C", person.name),
            &[],
            json!({"op": "identity", "seed": hex(&person.seed()), "realm": REALM, "name": person.name}),
        )?;
    }
    for (comment, name) in [("a Cyrillic name", "Ёжик"), ("a third identity", "carol")] {
        let seed = hex(&blocks(&format!("seed {name}"), 32));
        file.valid(
            comment,
            &[],
            json!({"op": "identity", "seed": seed, "realm": REALM, "name": name}),
        )?;
    }
    accounts(&mut file)?;
    let (alice, bob) = (ALICE.party()?, BOB.party()?);
    file.valid(
        "alice reads",
        &[],
        json!({"op": "safety_code", "mine": alice, "theirs": bob}),
    )?;
    file.valid(
        "bob reads the same",
        &[],
        json!({"op": "safety_code", "mine": bob, "theirs": alice}),
    )?;
    file.valid(
        "shown by alice to bob",
        &[],
        json!({"op": "qr", "me": alice, "peer": bob}),
    )?;
    file.valid(
        "shown by bob to alice",
        &[],
        json!({"op": "qr", "me": bob, "peer": alice}),
    )?;
    for bytes in ["2eff88a0", "00000000", "ffffffff"] {
        file.valid(
            "the emoji of a SAS",
            &[],
            json!({"op": "sas", "bytes": bytes}),
        )?;
    }
    Ok(file)
}

fn accounts(file: &mut VectorFile) -> Result<(), Failure> {
    let case = |realm: &str, name: &str| json!({"op": "account_id", "realm": realm, "name": name});
    let longest = "a".repeat(255);
    for (comment, flag, realm, name) in [
        ("another realm", "Misbinding", "chat.example.org", "alice"),
        (
            "a letter moved from the realm to the name",
            "Misbinding",
            "chat.exampl",
            "ealice",
        ),
        ("composed é", "Normalization", REALM, "ren\u{e9}"),
        (
            "decomposed é: the same account",
            "Normalization",
            REALM,
            "rene\u{301}",
        ),
        (
            "the Kelvin sign is K",
            "Normalization",
            REALM,
            "\u{212a}elvin",
        ),
        (
            "Hangul: letters become a syllable",
            "Normalization",
            REALM,
            "\u{1112}\u{1161}\u{11ab}",
        ),
        (
            "two marks become part of one letter",
            "Normalization",
            REALM,
            "a\u{302}\u{301}",
        ),
        (
            "marks that change places",
            "Normalization",
            REALM,
            "q\u{307}\u{323}",
        ),
        (
            "a letter that is taken apart and left so",
            "Normalization",
            REALM,
            "\u{958}",
        ),
        (
            "a character outside of the first plane",
            "Normalization",
            REALM,
            "\u{110a5}\u{110ba}",
        ),
        (
            "a ligature is no business of NFC",
            "Normalization",
            REALM,
            "\u{fb01}",
        ),
        ("one letter", "EdgeCase", REALM, "a"),
        ("255 bytes", "EdgeCase", REALM, longest.as_str()),
        ("a realm with a port", "EdgeCase", "localhost:8080", "alice"),
        ("an emoji", "EdgeCase", REALM, "🦊"),
    ] {
        file.valid(comment, &[flag], case(realm, name))?;
    }
    let too_long = "a".repeat(256);
    for (comment, code, realm, name) in [
        ("no realm", Code::Realm, "", "alice"),
        (
            "upper case in the realm",
            Code::Realm,
            "Chat.example",
            "alice",
        ),
        (
            "a realm that is not ASCII",
            Code::Realm,
            "чат.example",
            "alice",
        ),
        ("a space in the realm", Code::Realm, "chat example", "alice"),
        (
            "a realm of 256 bytes",
            Code::Realm,
            too_long.as_str(),
            "alice",
        ),
        ("no name", Code::AccountName, REALM, ""),
        (
            "a name of 256 bytes",
            Code::AccountName,
            REALM,
            too_long.as_str(),
        ),
    ] {
        file.invalid(comment, &["BadName"], code, case(realm, name))?;
    }
    Ok(())
}

pub(super) fn qr_reject() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "qr_reject.json",
        "Scanned texts (section 3.3). `me` is the scanner, `peer` is the scanner's record of the other side. The first case is \
         the one text that is right.",
        &[
            (
                "KeySubstitution",
                "A server in the middle shows keys of its own to one of the two.",
            ),
            (
                "Misbinding",
                "The right keys under another name, or the two sides exchanged.",
            ),
            (
                "Malformed",
                "Not a text of this protocol, or a second way to write the right one.",
            ),
        ],
    );
    let (alice, bob, eve) = (ALICE.party()?, BOB.party()?, party("eve")?);
    let show = |me: &Value, peer: &Value| -> Result<String, Failure> {
        let outputs = run(
            IDENTITY,
            Input::new(&json!({"op": "qr", "me": me, "peer": peer})),
        )?;
        Ok(outputs
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .into())
    };
    let mixed = |aid: &Value, ik: &Value| json!({"aid": aid["aid"], "ik": ik["ik"]});
    let case = |text: &str| json!({"text": text, "me": bob, "peer": alice});
    let right = show(&alice, &bob)?;
    file.valid("alice shows, bob scans", &[], case(&right))?;
    for (comment, flag, text) in [
        (
            "alice's name with eve's key",
            "KeySubstitution",
            show(&mixed(&alice, &eve), &bob)?,
        ),
        (
            "alice knows another key of bob",
            "KeySubstitution",
            show(&alice, &mixed(&bob, &eve))?,
        ),
        (
            "eve's name with alice's key",
            "Misbinding",
            show(&mixed(&eve, &alice), &bob)?,
        ),
        (
            "alice talks with an account named otherwise",
            "Misbinding",
            show(&alice, &mixed(&eve, &bob))?,
        ),
        (
            "bob's own text, reflected",
            "Misbinding",
            show(&bob, &alice)?,
        ),
        ("eve shows hers", "KeySubstitution", show(&eve, &bob)?),
    ] {
        file.invalid(comment, &[flag], Code::QrMismatch, case(&text))?;
    }
    let last = right.len() - 1;
    let changed = |at: usize, with: &str| format!("{}{with}{}", &right[..at], &right[at + 1..]);
    for (comment, text) in [
        ("empty", String::new()),
        ("another prefix", right.replace("PAIR1:", "PAIR2:")),
        ("a prefix in lower case", right.replace("PAIR1:", "pair1:")),
        ("a character short", right[..last].into()),
        ("a character long", format!("{right}A")),
        ("padding", format!("{right}=")),
        ("a space at the end", format!("{right} ")),
        ("version 2", changed(7, "g")),
        ("a character of the other base64 alphabet", changed(40, "+")),
        ("a character outside of base64", changed(40, "!")),
        (
            "a web address instead",
            "https://chat.example/verify".into(),
        ),
    ] {
        file.invalid(comment, &["Malformed"], Code::QrFormat, case(&text))?;
    }
    Ok(file)
}
