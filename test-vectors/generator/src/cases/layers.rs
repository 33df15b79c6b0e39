//! padding.json, limits.json, wrap.json

use duet_crypto::error::Code;
use duet_crypto::primitives::aead;
use serde_json::{Value, json};

use super::people::{ALICE, REALM, seed};
use super::primitives::flipped;
use crate::case::{Failure, Input, hex, unhex};
use crate::file::VectorFile;
use crate::rng::{array, blocks};
use crate::run::run;
use crate::run::session::bounds;
use crate::run::vault::keys;

pub(super) fn padding() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "padding.json",
        "Padmé, buckets and padding (section 6.4).",
        &[
            ("Border", "A length at which the bucket changes."),
            (
                "NotCanonical",
                "More or fewer zeros than the plaintext calls for: padding that could carry a message of its own.",
            ),
            ("NoEndMark", "The byte 0x80 is missing."),
        ],
    );
    const MIB: u64 = 1 << 20;
    for n in [
        1,
        2,
        8,
        9,
        63,
        64,
        65,
        100,
        255,
        256,
        257,
        300,
        511,
        512,
        513,
        1000,
        4095,
        4096,
        4097,
        65_535,
        65_536,
        65_537,
        MIB - 1,
        MIB,
        MIB + 1,
        50 * MIB,
        50 * MIB + 1,
        (1 << 40) - 1,
        1 << 40,
    ] {
        file.valid(
            &format!("padme({n})"),
            &["Border"],
            json!({"op": "padme", "n": n}),
        )?;
    }
    for n in [
        256, 1, 255, 257, 264, 265, 272, 273, 1000, 4000, 61_440, 63_488, 63_489, 65_536,
    ] {
        file.valid(
            &format!("bucket({n})"),
            &["Border"],
            json!({"op": "bucket", "n": n}),
        )?;
    }
    for size in [0, 2, 254, 255, 256, 271, 272, 1000] {
        let x = hex(&blocks("pad", size));
        file.valid(&format!("{size} bytes"), &[], json!({"op": "pad", "x": x}))?;
    }
    let zeros = hex(&[7, 0, 0, 0x80, 0, 0]);
    file.valid(
        "a plaintext that ends like padding",
        &["Border"],
        json!({"op": "pad", "x": zeros}),
    )?;
    for size in [0, 255, 300] {
        file.valid(
            &format!("{size} bytes again"),
            &[],
            json!({"op": "unpad", "x": padded("unpad", size)?}),
        )?;
    }
    let mut refuse = |comment: &str, flag, x: String| {
        file.invalid(
            comment,
            &[flag],
            Code::Padding,
            json!({"op": "unpad", "x": x}),
        )
    };
    refuse("nothing", "NoEndMark", String::new())?;
    refuse("only zeros", "NoEndMark", "00".repeat(256))?;
    refuse("no 0x80 at the end", "NoEndMark", "01".repeat(256))?;
    refuse(
        "0x81 in its place",
        "NoEndMark",
        format!("{}81{}", "01".repeat(9), "00".repeat(246)),
    )?;
    refuse(
        "a zero too few",
        "NotCanonical",
        padded("unpad", 9)?[..510].into(),
    )?;
    refuse(
        "a zero too many",
        "NotCanonical",
        format!("{}00", padded("unpad", 9)?),
    )?;
    refuse(
        "the next bucket",
        "NotCanonical",
        format!("{}{}", padded("unpad", 9)?, "00".repeat(16)),
    )?;
    refuse(
        "above 256, without zeros",
        "NotCanonical",
        format!("{}80", "01".repeat(257)),
    )?;
    refuse(
        "a length that is no bucket",
        "NotCanonical",
        format!("{}80{}", "01".repeat(257), "00".repeat(10)),
    )
    .map(|()| file)
}

fn padded(tag: &str, size: usize) -> Result<String, Failure> {
    let outputs = run(
        "padding.json",
        Input::new(&json!({"op": "pad", "x": hex(&blocks(tag, size))})),
    )?;
    Ok(outputs
        .get("out")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .into())
}

pub(super) fn limits() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "limits.json",
        "The numbers of section 10 and the sizes of the frames, and texts around the longest one. Limits on what a peer may do \
         are in ratchet.json.",
        &[
            ("TooLong", "A text above 4,000 characters."),
            (
                "Border",
                "The longest text, in characters of one to four bytes.",
            ),
        ],
    );
    for (name, _) in bounds() {
        file.valid(
            &name.replace('_', " "),
            &[],
            json!({"op": "value", "name": name}),
        )?;
    }
    for character in ["a", "я", "道", "🦊"] {
        let case = |count: u32| json!({"op": "text", "character": character, "count": count});
        file.valid(
            &format!("4,000 times {character}"),
            &["Border"],
            case(4_000),
        )?;
        file.invalid(
            &format!("4,001 times {character}"),
            &["TooLong"],
            Code::InvalidContent,
            case(4_001),
        )?;
    }
    file.valid(
        "an empty text",
        &["Border"],
        json!({"op": "text", "character": "a", "count": 0}),
    )?;
    Ok(file)
}

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
        "The identity at rest under the vault secret (sections 8.1 and 8.2, kdf 3). Every refusal looks the same: a wrong secret \
         cannot be told from a damaged file.",
        &[
            ("WrongSecret", "Another vault secret."),
            ("BitFlip", "One bit changed in the stored file."),
            ("Downgrade", "Another kdf or cost put into a planted file."),
            (
                "KeyCommitment",
                "Sealed anew by somebody who knows the secret, under a commitment that is not the key's.",
            ),
            (
                "KeySubstitution",
                "A record whose seed is not that of the public key.",
            ),
            ("Malformed", "A record or an envelope that is not one."),
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
    let outputs = run(name, Input::new(&alice))?;
    let envelope = unhex(
        outputs
            .get("envelope")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )?;
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
    let record = unhex(
        outputs
            .get("record")
            .and_then(Value::as_str)
            .unwrap_or_default(),
    )?;
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
