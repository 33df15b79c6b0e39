//! padding.json, limits.json

use duet_crypto::error::Code;
use serde_json::json;

use crate::case::{Failure, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::limits::bounds;
use crate::run::output;

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
    let case = json!({"op": "pad", "x": hex(&blocks(tag, size))});
    Ok(hex(&output("padding.json", &case, "out")?))
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
