//! file.json, file_reject.json

use duet_crypto::error::Code;
use duet_crypto::files::SegmentCipher;
use duet_crypto::primitives::hash::sha256;
use serde_json::{Value, json};

use crate::case::{Failure, Input, hex};
use crate::file::VectorFile;
use crate::rng::blocks;
use crate::run::content::read_descriptor;
use crate::run::files::assembled;
use crate::scene::contents::descriptor;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
/// Plaintext and sealed bytes of a chunk that is not the last.
const CHUNK: u64 = 16 * KIB;
const SEALED: u64 = CHUNK + 16;
/// Bytes of a CHUNK frame before its segment.
const HEAD: u64 = 39;

fn content(tag: &str, size: u64) -> Value {
    json!({"rule": "blocks", "tag": tag, "size": size})
}

pub(super) fn file() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "file.json",
        "Descriptors and control messages (sections 7.1 and 7.3), Cobblestone-256 as published (c2sp.org/chunked-encryption), \
         and whole files: every key, every CHUNK frame by its header and SHA-256, and ranges that open on their own.",
        &[
            (
                "Border",
                "A size at which a chunk, a segment or the padding begins.",
            ),
            ("EdgeCase", "Fields at their limits."),
        ],
    );
    descriptors(&mut file)?;
    for op in ["accept", "reject", "want", "cancel", "done", "pause"] {
        let fid = hex(&blocks("fid", 32));
        let case = json!({"op": "control", "fid": fid, "control": op, "index": 7, "count": 8});
        file.valid(&format!("FILECTL, {op}"), &[], case)?;
    }
    for size in [70_000, 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let case = json!({
            "op": "cobblestone", "key": hex(&blocks("cobblestone key", 32)), "salt": hex(&blocks("cobblestone salt", 24)),
            "context": hex(b"a context of the caller's"), "content": content("cobblestone", size),
        });
        file.valid(
            &format!("the published format, {size} bytes"),
            &["Border"],
            case,
        )?;
    }
    let empty = json!({
        "op": "cobblestone", "key": hex(&[0; 32]), "salt": hex(&[0; 24]), "context": "", "content": {"rule": "hex", "hex": "00"},
    });
    file.valid(
        "the published format without a context",
        &["EdgeCase"],
        empty,
    )?;
    for size in [
        20_000,
        0,
        1,
        4_095,
        4_096,
        4_097,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        4 * CHUNK,
        MIB - 1,
        MIB,
        MIB + 1,
        2 * MIB,
        3 * MIB + 5,
    ] {
        let tag = format!("file {size}");
        let case = json!({
            "op": "file", "descriptor": descriptor(&tag, size, "file.bin", "application/octet-stream"),
            "content": content(&tag, size), "ranges": ranges(size),
        });
        file.valid(&format!("{size} bytes"), &["Border"], case)?;
    }
    Ok(file)
}

fn descriptors(file: &mut VectorFile) -> Result<(), Failure> {
    file.valid(
        "a PDF",
        &[],
        json!({"op": "descriptor", "descriptor": descriptor("pdf", 52_428_800, "отчёт.pdf", "application/pdf")}),
    )?;
    let mut voice = descriptor("voice", 48_123, "voice.webm", "audio/webm;codecs=opus");
    voice["kind"] = json!("voice");
    voice["durationMs"] = json!(61_250);
    voice["peaks"] = json!(hex(&blocks("peaks", 48)));
    file.valid(
        "a voice message",
        &[],
        json!({"op": "descriptor", "descriptor": voice}),
    )?;
    for (kind, mode) in [
        ("image", "viewOnly"),
        ("video", "downloadOnly"),
        ("audio", "both"),
        ("videoMessage", "viewOnly"),
    ] {
        let mut d = descriptor(kind, 9, "x", "");
        (d["kind"], d["mode"]) = (json!(kind), json!(mode));
        d["preview"] = json!(hex(&blocks("preview", 64)));
        file.valid(
            &format!("{kind}, {mode}"),
            &[],
            json!({"op": "descriptor", "descriptor": d}),
        )?;
    }
    let least = descriptor("least", 0, "", "");
    file.valid(
        "every field at its least",
        &["EdgeCase"],
        json!({"op": "descriptor", "descriptor": least}),
    )?;
    let mut most = descriptor("most", 1 << 40, &"я".repeat(127), &"x".repeat(255));
    most["durationMs"] = json!(u32::MAX);
    most["peaks"] = json!(hex(&blocks("most peaks", 255)));
    most["preview"] = json!(hex(&blocks("most preview", 16 * 1024)));
    file.valid(
        "every field at its most",
        &["EdgeCase"],
        json!({"op": "descriptor", "descriptor": most}),
    )
}

/// Ranges of interest that lie inside of a file.
fn ranges(size: u64) -> Value {
    let all = [
        (0, size),
        (0, 1),
        (size, 0),
        (size.saturating_sub(1), 1),
        (CHUNK - 1, 2),
        (CHUNK, CHUNK),
        (CHUNK + 5, 3 * CHUNK),
        (MIB - 1, 2),
        (MIB - 20_000, 40_000),
    ];
    let mut seen = Vec::new();
    for range in all {
        if range.0 + range.1 <= size && !seen.contains(&range) {
            seen.push(range);
        }
    }
    seen.into_iter()
        .map(|(offset, len)| json!({"offset": offset, "len": len}))
        .collect()
}

/// A part of an honest CHUNK frame.
fn part(file: &str, segment: u64, from: u64, to: u64) -> Value {
    json!({"file": file, "segment": segment, "from": from, "to": to})
}

fn raw(bytes: &[u8]) -> Value {
    json!({"hex": hex(bytes)})
}

/// Sealed bytes of the three segments of a file of 2 MiB; the last one is an empty chunk.
const LENGTHS: [u64; 3] = [HEAD + 64 * SEALED, HEAD + 64 * SEALED, HEAD + 16];

fn whole(file: &str, segment: usize) -> Value {
    part(file, segment as u64, 0, LENGTHS[segment])
}

struct Files {
    a: Value,
    all: Value,
}

impl Files {
    /// `a`; `b` under another key; `c` under a's key and another salt. All of 2 MiB.
    fn new() -> Self {
        let size = 2 * MIB;
        let a = descriptor("reject a", size, "a", "");
        let b = descriptor("reject b", size, "b", "");
        let mut c = descriptor("reject c", size, "c", "");
        c["key"] = a["key"].clone();
        let file = |name: &str, d: &Value| json!({"name": name, "descriptor": d, "content": content(&format!("reject {name}"), size)});
        let all = json!([file("a", &a), file("b", &b), file("c", &c)]);
        Self { a, all }
    }

    fn case(&self, descriptor: &Value, pieces: Value) -> Result<Value, Failure> {
        // Only the files that the pieces come from.
        let used: Vec<&str> = pieces
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|piece| piece["file"].as_str())
            .collect();
        let files: Vec<&Value> = self
            .all
            .as_array()
            .into_iter()
            .flatten()
            .filter(|file| {
                file["name"]
                    .as_str()
                    .is_some_and(|name| used.contains(&name))
            })
            .collect();
        let mut case =
            json!({"op": "chunk", "descriptor": descriptor, "files": files, "pieces": pieces});
        let frame = assembled(Input::new(&case))?;
        case["frame_sha256"] = json!(hex(&sha256(&[&frame])));
        Ok(case)
    }
}

/// The header of a CHUNK frame.
fn header(fid: &[u8], index: u32, last: u8) -> Value {
    raw(&[&[1, 0x12], fid, &index.to_be_bytes(), &[last]].concat())
}

fn fid(descriptor: &Value) -> Result<[u8; 32], Failure> {
    Ok(
        SegmentCipher::new(&read_descriptor(Input::new(descriptor))?)?
            .file_id()
            .0,
    )
}

pub(super) fn reject() -> Result<VectorFile, Failure> {
    let mut file = VectorFile::new(
        "file_reject.json",
        "CHUNK frames that the receiver of `descriptor` refuses (section 7.2), put together out of pieces of honest frames; \
         descriptors and control messages that do not decode. Valid cases show that the honest frames open.",
        &[
            ("Honest", "The control: a frame as it was sealed."),
            (
                "Splicing",
                "Parts of another file, or of another sending of the same one.",
            ),
            ("Reorder", "Segments or chunks in another order, or twice."),
            ("Truncation", "The end is missing, or claimed too early."),
            ("Extension", "More than there is."),
            (
                "SizeLie",
                "A descriptor with another size for the same chunks.",
            ),
            (
                "Commitment",
                "Another key for the same chunks (invisible salamanders).",
            ),
            ("Forgery", "A bit changed on the way."),
            (
                "Malformed",
                "A frame, descriptor or control message that is not one.",
            ),
        ],
    );
    let files = Files::new();
    honest(&mut file, &files)?;
    spliced(&mut file, &files)?;
    lies(&mut file, &files)?;
    forms(&mut file, &files)?;
    bodies(&mut file)?;
    Ok(file)
}

fn honest(file: &mut VectorFile, files: &Files) -> Result<(), Failure> {
    for segment in 0..3 {
        let case = files.case(&files.a, json!([whole("a", segment)]))?;
        file.valid(&format!("segment {segment}"), &["Honest"], case)?;
    }
    Ok(())
}

fn spliced(file: &mut VectorFile, files: &Files) -> Result<(), Failure> {
    let id = fid(&files.a)?;
    let chunk = |file: &str, segment: u64, n: u64| {
        part(file, segment, HEAD + n * SEALED, HEAD + (n + 1) * SEALED)
    };
    let body = |file: &str, segment: usize| part(file, segment as u64, HEAD, LENGTHS[segment]);
    let rest = |from: u64| part("a", 0, HEAD + from * SEALED, LENGTHS[0]);
    let mut refuse = |comment: &str, flag, code, pieces: Value| {
        file.invalid(comment, &[flag], code, files.case(&files.a, pieces)?)
    };
    refuse(
        "a segment of b",
        "Splicing",
        Code::FileId,
        json!([whole("b", 0)]),
    )?;
    refuse(
        "b's segment under a's header",
        "Splicing",
        Code::FileDecrypt,
        json!([header(&id, 0, 0), body("b", 0)]),
    )?;
    refuse(
        "another sending under the same key",
        "Splicing",
        Code::FileDecrypt,
        json!([header(&id, 0, 0), body("c", 0)]),
    )?;
    refuse(
        "chunk 3 is b's",
        "Splicing",
        Code::FileDecrypt,
        json!([
            part("a", 0, 0, HEAD + 3 * SEALED),
            chunk("b", 0, 3),
            rest(4)
        ]),
    )?;
    refuse(
        "segment 1 as segment 0",
        "Reorder",
        Code::FileDecrypt,
        json!([header(&id, 0, 0), body("a", 1)]),
    )?;
    refuse(
        "segment 0 as segment 1",
        "Reorder",
        Code::FileDecrypt,
        json!([header(&id, 1, 0), body("a", 0)]),
    )?;
    refuse(
        "chunks 0 and 1 exchanged",
        "Reorder",
        Code::FileDecrypt,
        json!([
            part("a", 0, 0, HEAD),
            chunk("a", 0, 1),
            chunk("a", 0, 0),
            rest(2)
        ]),
    )?;
    refuse(
        "chunk 0 twice",
        "Reorder",
        Code::FileDecrypt,
        json!([
            part("a", 0, 0, HEAD),
            chunk("a", 0, 0),
            chunk("a", 0, 0),
            rest(2)
        ]),
    )?;
    refuse(
        "a chunk of segment 1",
        "Reorder",
        Code::FileDecrypt,
        json!([part("a", 0, 0, HEAD), chunk("a", 1, 0), rest(1)]),
    )?;
    refuse(
        "b's end",
        "Splicing",
        Code::FileDecrypt,
        json!([header(&id, 2, 1), body("b", 2)]),
    )?;

    refuse(
        "a segment without its last chunk",
        "Truncation",
        Code::FileSegment,
        json!([part("a", 0, 0, LENGTHS[0] - SEALED)]),
    )?;
    refuse(
        "a segment without its last byte",
        "Truncation",
        Code::FileSegment,
        json!([part("a", 0, 0, LENGTHS[0] - 1)]),
    )?;
    refuse(
        "segment 1 says that it is the last",
        "Truncation",
        Code::FileSegment,
        json!([header(&id, 1, 1), body("a", 1)]),
    )?;
    refuse(
        "the end in the place of segment 1",
        "Truncation",
        Code::FileSegment,
        json!([header(&id, 1, 1), body("a", 2)]),
    )?;
    refuse(
        "the last segment says that it is not",
        "Extension",
        Code::FileSegment,
        json!([header(&id, 2, 0), body("a", 2)]),
    )?;
    refuse(
        "a segment and a byte",
        "Extension",
        Code::FileSegment,
        json!([whole("a", 0), raw(&[0])]),
    )?;
    refuse(
        "a segment and another chunk",
        "Extension",
        Code::FileSegment,
        json!([whole("a", 0), chunk("a", 1, 0)]),
    )?;
    refuse(
        "segment 3 of three",
        "Extension",
        Code::FileSegment,
        json!([header(&id, 3, 1), body("a", 2)]),
    )?;
    refuse(
        "segment 2^32 - 1",
        "Extension",
        Code::FileSegment,
        json!([header(&id, u32::MAX, 1), body("a", 2)]),
    )
}

/// Honest chunks under a descriptor that is not theirs.
fn lies(file: &mut VectorFile, files: &Files) -> Result<(), Failure> {
    let with = |key: &str, value: Value| {
        let mut lie = files.a.clone();
        lie[key] = value;
        lie
    };
    let mut refuse = |comment: &str, flag, lie: &Value, code, pieces| {
        file.invalid(comment, &[flag], code, files.case(lie, pieces)?)
    };
    // Of the same padded size, so that every length fits.
    let smaller = with("size", json!(2 * MIB - 1));
    refuse(
        "a byte less",
        "SizeLie",
        &smaller,
        Code::FileId,
        json!([whole("a", 0)]),
    )?;
    let renamed = json!([
        header(&fid(&smaller)?, 0, 0),
        part("a", 0, HEAD, LENGTHS[0])
    ]);
    refuse(
        "a byte less, and the fid that belongs to it",
        "SizeLie",
        &smaller,
        Code::FileDecrypt,
        renamed,
    )?;
    let larger = with("size", json!(2 * MIB + 1));
    let renamed = json!([header(&fid(&larger)?, 0, 0), part("a", 0, HEAD, LENGTHS[0])]);
    refuse(
        "a byte more, and the fid that belongs to it",
        "SizeLie",
        &larger,
        Code::FileDecrypt,
        renamed,
    )?;
    let half = with("size", json!(MIB));
    let renamed = json!([header(&fid(&half)?, 1, 1), part("a", 2, HEAD, LENGTHS[2])]);
    refuse(
        "half the size: the end fits",
        "SizeLie",
        &half,
        Code::FileDecrypt,
        renamed,
    )?;
    let key = with("key", json!(hex(&blocks("another key", 32))));
    refuse(
        "another key",
        "Commitment",
        &key,
        Code::FileId,
        json!([whole("a", 0)]),
    )?;
    let renamed = json!([header(&fid(&key)?, 0, 0), part("a", 0, HEAD, LENGTHS[0])]);
    refuse(
        "another key, and the fid that belongs to it",
        "Commitment",
        &key,
        Code::FileDecrypt,
        renamed,
    )?;
    let salt = with("salt", json!(hex(&blocks("another salt", 24))));
    refuse(
        "another salt",
        "Commitment",
        &salt,
        Code::FileId,
        json!([whole("a", 0)]),
    )
}

fn forms(file: &mut VectorFile, files: &Files) -> Result<(), Failure> {
    let id = fid(&files.a)?;
    let honest = assembled(Input::new(&files.case(&files.a, json!([whole("a", 2)]))?))?;
    let mut refuse = |comment: &str, flag, code, pieces| {
        file.invalid(comment, &[flag], code, files.case(&files.a, pieces)?)
    };
    for (what, at, code) in [
        ("the version", 0, Code::FileSegment),
        ("the type", 1, Code::FileSegment),
        ("fid", 2, Code::FileId),
        ("the index", 37, Code::FileSegment),
        ("last", 38, Code::FileSegment),
        ("the tag", 39, Code::FileDecrypt),
        ("the tag, at its end", 54, Code::FileDecrypt),
    ] {
        let mut frame = honest.clone();
        frame[at] ^= 1;
        refuse(
            &format!("a bit of {what} of the last segment"),
            "Forgery",
            code,
            json!([raw(&frame)]),
        )?;
    }
    let first = assembled(Input::new(&files.case(&files.a, json!([whole("a", 0)]))?))?;
    for (what, at) in [
        ("the first chunk", 39),
        ("the last chunk", first.len() - 17),
        ("a tag in the middle", 39 + 16_399),
    ] {
        let at_u64 = at as u64;
        let pieces = json!([
            part("a", 0, 0, at_u64),
            raw(&[first[at] ^ 1]),
            part("a", 0, at_u64 + 1, LENGTHS[0])
        ]);
        refuse(
            &format!("a bit of {what}"),
            "Forgery",
            Code::FileDecrypt,
            pieces,
        )?;
    }
    refuse("nothing", "Malformed", Code::FileSegment, json!([]))?;
    refuse(
        "a header cut short",
        "Malformed",
        Code::FileSegment,
        json!([part("a", 0, 0, 38)]),
    )?;
    refuse(
        "the header alone",
        "Malformed",
        Code::FileSegment,
        json!([part("a", 0, 0, 39)]),
    )?;
    refuse(
        "last = 2",
        "Malformed",
        Code::FileSegment,
        json!([header(&id, 2, 2), part("a", 2, HEAD, LENGTHS[2])]),
    )
}

/// Bodies of FILE and FILECTL, by themselves.
fn bodies(file: &mut VectorFile) -> Result<(), Failure> {
    let start = [
        &blocks("file key body", 32)[..],
        &blocks("file salt body", 24),
        &9_u64.to_be_bytes(),
    ]
    .concat();
    let tail = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let good = [&start[..], &[0, 0], &tail].concat();
    let large = [
        &start[..56],
        &((1_u64 << 40) + 1).to_be_bytes(),
        &[0, 0],
        &tail,
    ]
    .concat();
    let mut refuse = |op: &str, comment: &str, body: Vec<u8>| {
        file.invalid(
            comment,
            &["Malformed"],
            Code::FileDescriptor,
            json!({"op": op, "body": hex(&body)}),
        )
    };
    refuse("descriptor", "nothing", vec![])?;
    refuse(
        "descriptor",
        "a byte short",
        good[..good.len() - 1].to_vec(),
    )?;
    refuse("descriptor", "a byte long", [&good[..], &[0]].concat())?;
    refuse("descriptor", "above 2^40 bytes", large)?;
    refuse(
        "descriptor",
        "kind 6",
        [&start[..], &[6, 0], &tail].concat(),
    )?;
    refuse(
        "descriptor",
        "mode 3",
        [&start[..], &[0, 3], &tail].concat(),
    )?;
    let name = [&[0; 5][..], &[1, 0], &[b'x'; 256], &[0], &[0, 0]].concat();
    refuse(
        "descriptor",
        "a name of 256 bytes",
        [&start[..], &[0, 0], &name].concat(),
    )?;
    refuse(
        "descriptor",
        "a name that is not UTF-8",
        [&start[..], &[0, 0], &[0; 5], &[0, 1, 0xff], &[0, 0, 0]].concat(),
    )?;
    refuse(
        "descriptor",
        "a media type with a line break",
        [&start[..], &[0, 0], &[0; 7], &[1, b'\n'], &[0, 0]].concat(),
    )?;
    refuse(
        "descriptor",
        "a media type that is not ASCII",
        [&start[..], &[0, 0], &[0; 7], "\u{2}я".as_bytes(), &[0, 0]].concat(),
    )?;
    let preview = [&[0; 8][..], &16_385_u16.to_be_bytes(), &[0; 16_385]].concat();
    refuse(
        "descriptor",
        "a preview of 16 KiB and a byte",
        [&start[..], &[0, 0], &preview].concat(),
    )?;
    refuse(
        "descriptor",
        "a name longer than the body",
        [&start[..], &[0, 0], &[0; 5], &[0, 200, b'x']].concat(),
    )?;
    let control = |op: u8| [&[7; 32][..], &[op], &[0; 8]].concat();
    refuse("control", "nothing", vec![])?;
    refuse("control", "op 0", control(0))?;
    refuse("control", "op 7", control(7))?;
    refuse("control", "a byte short", control(1)[..40].to_vec())?;
    refuse("control", "a byte long", [control(1), vec![0]].concat())
}
