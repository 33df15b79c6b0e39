//! wrap.json

use argon2::{Algorithm, Argon2, Params, Version};
use duet_crypto::error::Code;
use duet_crypto::primitives::aead;
use serde_json::{Value, json};

use crate::case::{Failure, hex, unhex};
use crate::file::VectorFile;
use crate::rng::{array, blocks};
use crate::run::output;
use crate::run::vault::keys;
use crate::scene::bytes::flipped;
use crate::scene::people::{ALICE, BOB, REALM, seed};

const NAME: &str = "wrap.json";
/// 2026-01-01.
const CREATED: u64 = 1_767_225_600_000;
/// As cheap as section 8.1 allows: for the cases in which the cost is not the point.
const CHEAP: [u32; 3] = [19_456, 2, 1];

/// Where the fields of an envelope are (section 8.1).
const FIELDS: [(&str, usize); 12] = [
    ("the magic", 0),
    ("the version", 4),
    ("the content type", 5),
    ("the kdf", 6),
    ("the lanes", 7),
    ("the memory cost", 11),
    ("the passes", 15),
    ("the salt", 16),
    ("IK", 32),
    ("the commitment", 64),
    ("the sealed record", 96),
    ("the tag", 0),
];

pub(super) fn wrap() -> Result<VectorFile, Failure> {
    let name = "wrap.json";
    let mut file = VectorFile::new(
        name,
        "Envelopes (sections 8.1 and 8.2): an identity under the vault secret (kdf 3), an identity and a backup under a \
         passphrase (Argon2id, PBKDF2). Every refusal to open looks the same: a wrong secret cannot be told from a damaged file.",
        &[
            ("WrongSecret", "Another vault secret or passphrase."),
            ("BitFlip", "One bit changed in the stored file."),
            (
                "Downgrade",
                "Another kdf, or a cost below the bounds, put into a planted file.",
            ),
            (
                "Exhaustion",
                "A cost above the bounds in a planted file: hours of work, or all memory.",
            ),
            (
                "Normalization",
                "Two ways to type one passphrase are one passphrase.",
            ),
            ("EdgeCase", "At a bound, or at a border of the padding."),
            (
                "Padding",
                "A backup that is not padded as it must be: bytes that could carry something else.",
            ),
            (
                "KeyCommitment",
                "Sealed anew by somebody who knows the secret, under a commitment that is not the key's.",
            ),
            (
                "KeySubstitution",
                "A record whose seed is not that of the public key.",
            ),
            ("Malformed", "A record or an envelope that is not one."),
            ("WrittenOff", "A generated passphrase as people write it."),
        ],
    );
    let secret = array::<32>("vault secret");
    let honest = |who: &str, seed: &[u8], created: u64| {
        let salt = hex(&blocks(&format!("wrap salt {who}"), 16));
        json!({
            "op": "wrap", "seed": hex(seed), "created": created, "realm": REALM, "name": who,
            "secret": hex(&secret), "rng": [salt], "salt": salt,
        })
    };
    let alice = honest(ALICE.name, &ALICE.seed(), 1_767_225_600_000);
    file.valid("alice's identity", &[], alice.clone())?;
    file.valid(
        "a Cyrillic name",
        &[],
        honest("Ёжик", seed("Ёжик").expose(), 0),
    )?;
    file.valid(
        "a name of 255 bytes",
        &[],
        honest(&"a".repeat(255), seed("a").expose(), 1),
    )?;
    let envelope = output(name, &alice, "envelope")?;
    let open = |envelope: &[u8]| json!({"op": "unwrap", "secret": hex(&secret), "envelope": hex(envelope)});
    file.valid("alice's identity, opened", &[], open(&envelope))?;

    let mut refuse = |comment: &str, flag, case| file.invalid(comment, &[flag], Code::Vault, case);
    let other =
        json!({"op": "unwrap", "secret": hex(&flipped(&secret, 31)), "envelope": hex(&envelope)});
    refuse("a secret with another bit", "WrongSecret", other)?;
    for (field, at) in FIELDS {
        let at = if field == "the tag" {
            envelope.len() - 1
        } else {
            at
        };
        refuse(
            &format!("a bit of {field}"),
            "BitFlip",
            open(&flipped(&envelope, at)),
        )?;
    }
    refuse("nothing", "Malformed", open(&[]))?;
    refuse("the head alone", "Malformed", open(&envelope[..96]))?;
    refuse(
        "a byte short",
        "Malformed",
        open(&envelope[..envelope.len() - 1]),
    )?;
    refuse(
        "a byte long",
        "Malformed",
        open(&[&envelope[..], &[0]].concat()),
    )?;

    // What follows is sealed anew, so that only the field in question is wrong.
    let head = &envelope[..64];
    let record = output(name, &alice, "record")?;
    let with = |at: usize, bytes: &[u8]| [&head[..at], bytes, &head[at + bytes.len()..]].concat();
    refuse(
        "kdf 1 under the vault secret",
        "Downgrade",
        open(&sealed(&secret, &with(6, &[1]), &record)?),
    )?;
    refuse(
        "kdf 0",
        "Downgrade",
        open(&sealed(&secret, &with(6, &[0]), &record)?),
    )?;
    refuse(
        "kdf 3 with a cost",
        "Downgrade",
        open(&sealed(&secret, &with(15, &[3]), &record)?),
    )?;
    refuse(
        "content 2 with an identity inside",
        "Malformed",
        open(&sealed(&secret, &with(5, &[2]), &record)?),
    )?;
    refuse(
        "version 2",
        "Malformed",
        open(&sealed(&secret, &with(4, &[2]), &record)?),
    )?;
    let mut uncommitted = sealed(&secret, head, &record)?;
    uncommitted[64..96].fill(0);
    let (okm, _) = keys(&secret, head);
    let mut body = record.clone();
    let tag =
        aead::seal(&okm, &uncommitted[..96], &mut body).map_err(|_| Failure::case("too long"))?;
    let uncommitted = [&uncommitted[..96], &body, &tag].concat();
    refuse(
        "a commitment of zeros, authenticated",
        "KeyCommitment",
        open(&uncommitted),
    )?;
    let eve = seed("eve");
    let theirs = with(32, eve.public_key().as_bytes());
    refuse(
        "eve's public key over alice's seed",
        "KeySubstitution",
        open(&sealed(&secret, &theirs, &record)?),
    )?;
    let swapped = [eve.expose(), &record[32..]].concat();
    refuse(
        "eve's seed under alice's public key",
        "KeySubstitution",
        open(&sealed(&secret, head, &swapped)?),
    )?;
    for (comment, record) in [
        ("a record cut short", record[..record.len() - 1].to_vec()),
        (
            "a record with a byte too many",
            [&record[..], &[0]].concat(),
        ),
        ("an empty record", vec![]),
        (
            "an empty realm",
            [&record[..40], &[0, 5], ALICE.name.as_bytes()].concat(),
        ),
        (
            "an upper-case realm",
            [&record[..40], b"\x01X\x05alice"].concat(),
        ),
        (
            "a name that is not UTF-8",
            [&record[..53], &[1, 0xff]].concat(),
        ),
        (
            "a name that is not NFC",
            [&record[..53], "\u{3}e\u{301}".as_bytes()].concat(),
        ),
    ] {
        refuse(comment, "Malformed", open(&sealed(&secret, head, &record)?))?;
    }
    passphrases(&mut file)?;
    identities(&mut file)?;
    backups(&mut file)?;
    Ok(file)
}

/// An envelope with this head of 64 bytes, with the right commitment and tag.
fn sealed(secret: &[u8; 32], head: &[u8], record: &[u8]) -> Result<Vec<u8>, Failure> {
    let (okm, commitment) = keys(secret, head);
    let head = [head, &commitment].concat();
    let mut body = record.to_vec();
    let tag = aead::seal(&okm, &head, &mut body).map_err(|_| Failure::case("too long"))?;
    Ok([&head[..], &body, &tag].concat())
}

fn argon2id([memory, passes, lanes]: [u32; 3]) -> Value {
    json!({"name": "argon2id", "memoryKiB": memory, "passes": passes, "lanes": lanes})
}

fn pbkdf2(iterations: u32) -> Value {
    json!({"name": "pbkdf2", "iterations": iterations})
}

/// Generated passphrases, and what a person makes of them on paper.
fn passphrases(file: &mut VectorFile) -> Result<(), Failure> {
    for tag in ["passphrase", "another passphrase"] {
        let draw = hex(&blocks(tag, 20));
        file.valid(
            "a generated passphrase: the low five bits of each byte",
            &[],
            json!({"op": "generate", "rng": [draw]}),
        )?;
    }
    file.valid(
        "every character of the alphabet, first half",
        &[],
        json!({"op": "generate", "rng": [hex(&(0..20).collect::<Vec<u8>>())]}),
    )?;
    file.valid(
        "every character of the alphabet, second half; higher bits do not count",
        &["EdgeCase"],
        json!({"op": "generate", "rng": [hex(&(0xec..=0xff).collect::<Vec<u8>>())]}),
    )?;
    for (comment, text) in [
        ("as it is shown", "7QK4M-0ZTRW-9HXBC-3EVJ2"),
        ("without dashes", "7QK4M0ZTRW9HXBC3EVJ2"),
        ("in lower case, with blanks", " 7qk4m 0ztrw 9hxbc 3evj2 "),
        ("with O for 0", "7QK4M-oZTRW-9HXBC-3EVJ2"),
        ("with I and l for 1", "IQK4M-0ZTRW-9HXBC-3EVJl"),
        (
            "with a line break and dashes of a word processor",
            "7QK4M\u{2013}0ZTRW\n9HXBC\u{2014}3EVJ2",
        ),
        (
            "in full width, as a keyboard for Chinese or Japanese writes it",
            "７ＱＫ４Ｍ－０ＺＴＲＷ－９ＨＸＢＣ－３ＥＶＪ２",
        ),
        (
            "with a space that has no width",
            "7QK4M-0\u{200b}ZTRW-9HXBC-3EVJ2",
        ),
        ("in quotes", "\u{201c}7QK4M-0ZTRW-9HXBC-3EVJ2\u{201d}"),
        (
            "with the full stop that a phone makes of two spaces",
            "7QK4M-0ZTRW-9HXBC-3EVJ2. ",
        ),
    ] {
        file.valid(
            comment,
            &["WrittenOff"],
            json!({"op": "typed", "text": text}),
        )?;
    }
    for (comment, text) in [
        (
            "one character short: taken as it is",
            "7qk4m-0ztrw-9hxbc-3evj",
        ),
        (
            "one character long: taken as it is",
            "7qk4m-0ztrw-9hxbc-3evj2-x",
        ),
        (
            "with a U, which no generated one has: taken as it is",
            "uqk4m-0ztrw-9hxbc-3evj2",
        ),
        (
            "a sentence: taken as it is, blanks and all",
            "  correct horse battery staple ",
        ),
    ] {
        file.valid(comment, &["EdgeCase"], json!({"op": "typed", "text": text}))?;
    }
    file.valid(
        "decomposed letters: brought to NFC",
        &["Normalization"],
        json!({"op": "typed", "text": "pa\u{308}sswo\u{308}rter"}),
    )?;
    for (comment, text) in [("empty", String::new()), ("1,025 bytes", "a".repeat(1_025))] {
        file.invalid(
            comment,
            &["Malformed"],
            Code::Passphrase,
            json!({"op": "typed", "text": text}),
        )?;
    }
    Ok(())
}

fn identity_case(op: &str, passphrase: &str, kdf: &Value, who: &str, secret: &[u8]) -> Value {
    let salt = hex(&blocks(&format!("{op} salt {who} {kdf}"), 16));
    json!({
        "op": op, "passphrase": passphrase, "kdf": kdf, "seed": hex(secret), "created": CREATED, "realm": REALM,
        "name": who, "rng": [salt], "salt": salt,
    })
}

const PASSPHRASE: &str = "7QK4M0ZTRW9HXBC3EVJ2";

fn identities(file: &mut VectorFile) -> Result<(), Failure> {
    let alice = |passphrase: &str, kdf: &Value| {
        identity_case(
            "wrap_passphrase",
            passphrase,
            kdf,
            ALICE.name,
            &ALICE.seed(),
        )
    };
    let open = |passphrase: &str, envelope: &[u8]| json!({"op": "unwrap_passphrase", "passphrase": passphrase, "envelope": hex(envelope)});

    file.valid(
        "alice's identity, Argon2id with the default costs",
        &[],
        alice(PASSPHRASE, &argon2id([65_536, 3, 1])),
    )?;
    file.valid(
        "alice's identity, PBKDF2 with the default cost, which is the lowest",
        &["EdgeCase"],
        alice(PASSPHRASE, &pbkdf2(600_000)),
    )?;
    for (comment, cost) in [
        ("the lowest costs of Argon2id", CHEAP),
        ("the most passes", [19_456, 16, 1]),
        ("the most lanes", [19_456, 2, 4]),
    ] {
        file.valid(comment, &["EdgeCase"], alice(PASSPHRASE, &argon2id(cost)))?;
    }
    file.valid(
        "a Cyrillic name",
        &[],
        identity_case(
            "wrap_passphrase",
            "пароль на бумаге",
            &argon2id(CHEAP),
            "Ёжик",
            seed("Ёжик").expose(),
        ),
    )?;
    for (comment, kdf, flag) in [
        ("19,455 KiB", argon2id([19_455, 2, 1]), "Downgrade"),
        ("1,048,577 KiB", argon2id([1_048_577, 2, 1]), "Exhaustion"),
        ("one pass", argon2id([19_456, 1, 1]), "Downgrade"),
        ("17 passes", argon2id([19_456, 17, 1]), "Exhaustion"),
        ("no lane", argon2id([19_456, 2, 0]), "Downgrade"),
        ("five lanes", argon2id([19_456, 2, 5]), "Exhaustion"),
        ("599,999 iterations", pbkdf2(599_999), "Downgrade"),
        ("10,000,001 iterations", pbkdf2(10_000_001), "Exhaustion"),
    ] {
        file.invalid(
            &format!("wrapping with {comment}"),
            &[flag],
            Code::VaultCost,
            alice(PASSPHRASE, &kdf),
        )?;
    }

    // One envelope for two ways to type its passphrase: NFC makes them one.
    let typed = output(
        NAME,
        &alice("p\u{e4}ssw\u{f6}rter", &argon2id(CHEAP)),
        "envelope",
    )?;
    file.valid(
        "opened with the composed letters it was wrapped with",
        &["Normalization"],
        open("p\u{e4}ssw\u{f6}rter", &typed),
    )?;
    file.valid(
        "opened with decomposed letters",
        &["Normalization"],
        open("pa\u{308}sswo\u{308}rter", &typed),
    )?;

    let envelope = output(NAME, &alice(PASSPHRASE, &argon2id(CHEAP)), "envelope")?;
    file.valid("alice's identity, opened", &[], open(PASSPHRASE, &envelope))?;
    let by_pbkdf2 = output(NAME, &alice(PASSPHRASE, &pbkdf2(600_000)), "envelope")?;
    file.valid("the same under PBKDF2", &[], open(PASSPHRASE, &by_pbkdf2))?;

    let mut refuse = |comment: &str, flag, case| file.invalid(comment, &[flag], Code::Vault, case);
    refuse(
        "another passphrase",
        "WrongSecret",
        open("7QK4M0ZTRW9HXBC3EVJ3", &envelope),
    )?;
    refuse(
        "the passphrase in lower case",
        "WrongSecret",
        open(&PASSPHRASE.to_lowercase(), &envelope),
    )?;
    refuse(
        "another passphrase, PBKDF2",
        "WrongSecret",
        open("7QK4M0ZTRW9HXBC3EVJ3", &by_pbkdf2),
    )?;
    for (field, at) in FIELDS {
        let at = if field == "the tag" {
            envelope.len() - 1
        } else {
            at
        };
        refuse(
            &format!("under a passphrase, a bit of {field}"),
            "BitFlip",
            open(PASSPHRASE, &flipped(&envelope, at)),
        )?;
    }

    // Planted files: sealed with the very key that their cost fields give, so that nothing but the bounds refuses them.
    let record = output(NAME, &alice(PASSPHRASE, &argon2id(CHEAP)), "record")?;
    let head = &envelope[..64];
    let planted = |kdf: u8, lanes: u8, cost: u32, passes: u32, key: &[u8; 32]| {
        let fields = [
            &[kdf, lanes][..],
            &cost.to_be_bytes(),
            &passes.to_be_bytes(),
        ]
        .concat();
        sealed(key, &[&head[..6], &fields, &head[16..]].concat(), &record)
    };
    for (comment, flag, [memory, passes, lanes]) in [
        ("19,455 KiB", "Downgrade", [19_455, 2, 1]),
        ("8 KiB", "Downgrade", [8, 2, 1]),
        ("one pass", "Downgrade", [19_456, 1, 1]),
        ("17 passes", "Exhaustion", [19_456, 17, 1]),
        ("five lanes", "Exhaustion", [19_456, 2, 5]),
    ] {
        let key = stretched([memory, passes, lanes], head)?;
        let lanes = u8::try_from(lanes).unwrap_or(u8::MAX);
        refuse(
            &format!("planted, Argon2id with {comment}"),
            flag,
            open(PASSPHRASE, &planted(1, lanes, memory, passes, &key)?),
        )?;
    }
    let mut weak = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(PASSPHRASE.as_bytes(), &head[16..32], 599_999, &mut weak);
    refuse(
        "planted, PBKDF2 with 599,999 iterations",
        "Downgrade",
        open(PASSPHRASE, &planted(2, 0, 599_999, 0, &weak)?),
    )?;
    let zeros = [0; 32];
    for (comment, flag, [kdf, lanes], cost, passes) in [
        (
            "Argon2id with 1,048,577 KiB",
            "Exhaustion",
            [1, 1],
            1_048_577,
            2,
        ),
        ("Argon2id with 4 TiB", "Exhaustion", [1, 1], u32::MAX, 2),
        ("Argon2id without lanes", "Downgrade", [1, 0], 19_456, 2),
        ("Argon2id without passes", "Downgrade", [1, 1], 19_456, 0),
        (
            "Argon2id with 2^32 - 1 passes",
            "Exhaustion",
            [1, 1],
            19_456,
            u32::MAX,
        ),
        (
            "PBKDF2 with 10,000,001 iterations",
            "Exhaustion",
            [2, 0],
            10_000_001,
            0,
        ),
        (
            "PBKDF2 with 2^32 - 1 iterations",
            "Exhaustion",
            [2, 0],
            u32::MAX,
            0,
        ),
        ("PBKDF2 without iterations", "Downgrade", [2, 0], 0, 0),
        ("kdf 0", "Downgrade", [0, 0], 0, 0),
        ("kdf 4", "Malformed", [4, 1], 65_536, 3),
    ] {
        refuse(
            &format!(
                "planted, {comment} (under a key of zeros: nobody can be asked to make its own)"
            ),
            flag,
            open(PASSPHRASE, &planted(kdf, lanes, cost, passes, &zeros)?),
        )?;
    }
    let mut pbkdf2_key = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(
        PASSPHRASE.as_bytes(),
        &head[16..32],
        600_000,
        &mut pbkdf2_key,
    );
    refuse(
        "planted, PBKDF2 with a lane",
        "Malformed",
        open(PASSPHRASE, &planted(2, 1, 600_000, 0, &pbkdf2_key)?),
    )?;
    refuse(
        "planted, PBKDF2 with a pass",
        "Malformed",
        open(PASSPHRASE, &planted(2, 0, 600_000, 1, &pbkdf2_key)?),
    )?;
    let under_secret = output(
        NAME,
        &json!({
            "op": "wrap", "seed": hex(&ALICE.seed()), "created": CREATED, "realm": REALM, "name": ALICE.name,
            "secret": hex(&array::<32>("vault secret")), "rng": [hex(&head[16..32])], "salt": hex(&head[16..32]),
        }),
        "envelope",
    )?;
    refuse(
        "an envelope of the vault secret under a passphrase",
        "Downgrade",
        open(PASSPHRASE, &under_secret),
    )?;

    // Sealed anew by somebody who knows the passphrase.
    let key = stretched(CHEAP, head)?;
    let mut uncommitted = sealed(&key, head, &record)?;
    uncommitted[64..96].fill(0);
    let mut body = record.clone();
    let tag = aead::seal(&keys(&key, head).0, &uncommitted[..96], &mut body)
        .map_err(|_| Failure::case("too long"))?;
    refuse(
        "under a passphrase, a commitment of zeros, authenticated",
        "KeyCommitment",
        open(PASSPHRASE, &[&uncommitted[..96], &body, &tag].concat()),
    )?;
    let with = |at: usize, bytes: &[u8]| [&head[..at], bytes, &head[at + bytes.len()..]].concat();
    refuse(
        "under a passphrase, eve's public key over alice's seed",
        "KeySubstitution",
        open(
            PASSPHRASE,
            &sealed(
                &key,
                &with(32, seed("eve").public_key().as_bytes()),
                &record,
            )?,
        ),
    )?;
    refuse(
        "under a passphrase, content 2 with an identity inside",
        "Malformed",
        open(PASSPHRASE, &sealed(&key, &with(5, &[2]), &record)?),
    )
}

/// Argon2id of [`PASSPHRASE`] with the salt of an envelope, whatever the costs.
fn stretched([memory, passes, lanes]: [u32; 3], head: &[u8]) -> Result<[u8; 32], Failure> {
    let mut key = [0; 32];
    Params::new(memory, passes, lanes, Some(key.len()))
        .and_then(|params| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                PASSPHRASE.as_bytes(),
                &head[16..32],
                &mut key,
            )
        })
        .map_err(|error| Failure::case(error.to_string()))?;
    Ok(key)
}

/// Somebody known: a key from the vectors' blocks, or one of Appendix C.
fn peer(name: &str, state: &str, first_seen: u64) -> Value {
    let key = if name == BOB.name {
        BOB.ik.to_owned()
    } else {
        hex(seed(name).public_key().as_bytes())
    };
    json!({"name": name, "publicKey": key, "state": state, "firstSeen": first_seen, "earlier": []})
}

fn backup_case(peers: &[Value], kdf: &Value) -> Value {
    let mut case = identity_case("backup", PASSPHRASE, kdf, ALICE.name, &ALICE.seed());
    case["peers"] = json!(peers);
    case
}

fn backups(file: &mut VectorFile) -> Result<(), Failure> {
    let cheap = argon2id(CHEAP);
    let everybody = [
        peer("bob", "qr", CREATED),
        peer("carol", "sas", 1),
        peer("dave", "compared", u64::MAX >> 11),
        peer("Ёжик", "first-use", 0),
    ];
    file.valid(
        "a backup without people",
        &[],
        backup_case(&[], &argon2id([65_536, 3, 1])),
    )?;
    file.valid(
        "a backup with people of every state, PBKDF2",
        &[],
        backup_case(&everybody, &pbkdf2(600_000)),
    )?;
    let mut changed = peer("bob", "compared", CREATED);
    changed["earlier"] = json!([
        {"publicKey": hex(seed("bob's first phone").public_key().as_bytes()), "state": "qr", "firstSeen": 5},
        {"publicKey": hex(seed("bob's second phone").public_key().as_bytes()), "state": "first-use", "firstSeen": 6},
    ]);
    let history = [changed, peer("carol", "sas", 1)];
    file.valid(
        "a backup with earlier keys: entries of the same name, the state's highest bit set",
        &[],
        backup_case(&history, &cheap),
    )?;
    // The identity of alice has 59 bytes, the count 2, and a person with a name of n bytes 42 + n.
    let people = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|index| peer(&format!("person {index:03}"), "compared", 7))
            .collect()
    };
    for (comment, count, last) in [
        (
            "one byte below the least length: 1,022 and the end mark",
            18,
            5,
        ),
        ("at the least length: 1,023 and the end mark", 18, 6),
        (
            "above it: 1,024 and the end mark, padded to the next length",
            18,
            7,
        ),
        ("a hundred people", 99, 10),
    ] {
        let mut peers = people(count - 1);
        peers.push(peer(&"x".repeat(last), "sas", 7));
        file.valid(comment, &["EdgeCase"], backup_case(&peers, &cheap))?;
    }
    file.invalid(
        "a backup that has bob twice",
        &["Malformed"],
        Code::VaultPeers,
        backup_case(&[peer("bob", "qr", 1), peer("bob", "sas", 2)], &cheap),
    )?;
    restored(file, &everybody, &history)
}

fn restored(file: &mut VectorFile, everybody: &[Value], history: &[Value]) -> Result<(), Failure> {
    let cheap = argon2id(CHEAP);
    let open = |passphrase: &str, envelope: &[u8]| json!({"op": "restore", "passphrase": passphrase, "envelope": hex(envelope)});
    let envelope = output(NAME, &backup_case(everybody, &cheap), "envelope")?;
    file.valid("the backup, restored", &[], open(PASSPHRASE, &envelope))?;
    let earlier = output(NAME, &backup_case(history, &cheap), "envelope")?;
    file.valid(
        "the one with earlier keys, restored",
        &[],
        open(PASSPHRASE, &earlier),
    )?;

    let mut refuse = |comment: &str, flag, case| file.invalid(comment, &[flag], Code::Vault, case);
    refuse(
        "the backup under another passphrase",
        "WrongSecret",
        open("7QK4M0ZTRW9HXBC3EVJ3", &envelope),
    )?;
    for (field, at) in [
        ("the cost", 11),
        ("the zeros", 40),
        ("the commitment", 64),
        ("the sealed record", 96),
    ] {
        refuse(
            &format!("the backup, a bit of {field}"),
            "BitFlip",
            open(PASSPHRASE, &flipped(&envelope, at)),
        )?;
    }
    let head = &envelope[..64];
    let key = stretched(CHEAP, head)?;
    let padded = output(NAME, &backup_case(everybody, &cheap), "record")?;
    let again = |record: &[u8]| -> Result<Value, Failure> {
        Ok(open(PASSPHRASE, &sealed(&key, head, record)?))
    };
    let end = padded
        .iter()
        .rposition(|byte| *byte != 0)
        .unwrap_or_default();
    let record = &padded[..end];
    let with_ik = [&head[..32], &unhex(ALICE.ik)?].concat();
    refuse(
        "the backup with alice's public key in the place of zeros",
        "Malformed",
        open(PASSPHRASE, &sealed(&key, &with_ik, &padded)?),
    )?;
    let as_identity = [&head[..5], &[1], &head[6..32], &unhex(ALICE.ik)?].concat();
    refuse(
        "an identity in the place of a backup",
        "Malformed",
        open(PASSPHRASE, &sealed(&key, &as_identity, &record[..59])?),
    )?;
    for (comment, wrong) in [
        (
            "no end mark",
            [record, &vec![0; padded.len() - end]].concat(),
        ),
        (
            "a byte after the end mark",
            [record, &[0x80, 1], &vec![0; padded.len() - end - 2]].concat(),
        ),
        ("not padded", [record, &[0x80]].concat()),
        ("a zero too many", [&padded[..], &[0]].concat()),
        ("a zero too few", padded[..padded.len() - 1].to_vec()),
        (
            "padded to the length after the next",
            [&padded[..], &vec![0; 1024]].concat(),
        ),
        ("nothing but zeros", vec![0; 1024]),
        ("an empty record", vec![]),
    ] {
        refuse(&format!("the backup, {comment}"), "Padding", again(&wrong)?)?;
    }
    let pad = |record: &[u8]| {
        let mut out = [record, &[0x80]].concat();
        out.resize(1024, 0);
        out
    };
    let identity = &record[..59];
    let entry = |name: &[u8], key: &[u8], state: u8| -> Vec<u8> {
        let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
        [&[length][..], name, key, &[state], &7_u64.to_be_bytes()].concat()
    };
    let bob = unhex(BOB.ik)?;
    let eve = *seed("eve").public_key().as_bytes();
    let of = |entries: &[Vec<u8>]| -> Vec<u8> {
        let count = u16::try_from(entries.len()).unwrap_or(u16::MAX);
        [identity, &count.to_be_bytes(), &entries.concat()].concat()
    };
    let good = entry(b"bob", &bob, 2);
    for (comment, flag, wrong) in [
        ("state 0", "Malformed", of(&[entry(b"bob", &bob, 0)])),
        ("state 5", "Malformed", of(&[entry(b"bob", &bob, 5)])),
        (
            "an earlier key of nobody",
            "Malformed",
            of(&[entry(b"bob", &bob, 0x82)]),
        ),
        (
            "an earlier key of somebody else",
            "Malformed",
            of(&[good.clone(), entry(b"eve", &eve, 0x82)]),
        ),
        (
            "an earlier key of state 0",
            "Malformed",
            of(&[good.clone(), entry(b"bob", &eve, 0x80)]),
        ),
        (
            "bob twice, under two keys",
            "KeySubstitution",
            of(&[good.clone(), entry(b"bob", &eve, 4)]),
        ),
        (
            "a key of small order",
            "KeySubstitution",
            of(&[entry(b"bob", &[0; 32], 2)]),
        ),
        (
            "a name that is not NFC",
            "Malformed",
            of(&[entry("e\u{301}".as_bytes(), &bob, 2)]),
        ),
        (
            "a name without characters",
            "Malformed",
            of(&[entry(b"", &bob, 2)]),
        ),
        (
            "one person announced and none there",
            "Malformed",
            [identity, &[0, 1]].concat(),
        ),
        (
            "no person announced and one there",
            "Malformed",
            [identity, &[0, 0], &good].concat(),
        ),
        (
            "a count of 65,535",
            "Exhaustion",
            [identity, &[0xff, 0xff], &good].concat(),
        ),
        (
            "cut inside a person",
            "Malformed",
            [identity, &[0, 1], &good[..good.len() - 1]].concat(),
        ),
        ("no count", "Malformed", identity.to_vec()),
    ] {
        refuse(
            &format!("the backup, {comment}"),
            flag,
            again(&pad(&wrong))?,
        )?;
    }
    Ok(())
}
