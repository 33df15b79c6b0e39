//! file.json, file_reject.json

use duet_crypto::error::Code;
use duet_crypto::files::{Layout, TransferCipher};
use duet_crypto::limits::FRAME_CHUNKS;
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
/// Bytes of a CHUNK frame before its chunks.
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
                "A size at which a chunk or the padding begins, or a run at an end of the file.",
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
            "content": content(&tag, size), "runs": runs(size)?, "ranges": ranges(size),
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

/// All chunks in as few frames as can be; then the first and the last chunk alone, and frames that begin elsewhere.
fn runs(size: u64) -> Result<Value, Failure> {
    let chunks = Layout::new(size)?.chunks();
    let most = FRAME_CHUNKS;
    let mut runs: Vec<(u32, u32)> = (0..chunks)
        .step_by(most as usize)
        .map(|index| (index, most.min(chunks - index)))
        .collect();
    for index in [0, 1, chunks.saturating_sub(most), chunks - 1] {
        for count in [1, most] {
            let run = (index, count.min(chunks.saturating_sub(index)));
            if run.1 > 0 && !runs.contains(&run) {
                runs.push(run);
            }
        }
    }
    Ok(runs
        .into_iter()
        .map(|(index, count)| json!({"index": index, "count": count}))
        .collect())
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

/// A part of the honest CHUNK frame that carries one of the [`RUNS`].
fn part(file: &str, run: usize, from: u64, to: u64) -> Value {
    let (index, count) = RUNS[run];
    part_of(file, (index, count), from, to)
}

/// A part of an honest CHUNK frame that carries `count` chunks from `index` on.
fn part_of(file: &str, (index, count): (u32, u32), from: u64, to: u64) -> Value {
    json!({"file": file, "index": index, "count": count, "from": from, "to": to})
}

fn raw(bytes: &[u8]) -> Value {
    json!({"hex": hex(bytes)})
}

/// A file of 2 MiB in as few frames as can be; the last chunk is empty.
const RUNS: [(u32, u32); 3] = [(0, 64), (64, 64), (128, 1)];
/// Bytes of these frames.
const LENGTHS: [u64; 3] = [HEAD + 64 * SEALED, HEAD + 64 * SEALED, HEAD + 16];

fn whole(file: &str, run: usize) -> Value {
    part(file, run, 0, LENGTHS[run])
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
        TransferCipher::new(&read_descriptor(Input::new(descriptor))?)?
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
            ("Reorder", "Chunks in another order, or twice."),
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
    for (comment, (index, count), length) in [
        ("chunks 0 to 63", RUNS[0], LENGTHS[0]),
        ("chunks 64 to 127", RUNS[1], LENGTHS[1]),
        ("the final chunk", RUNS[2], LENGTHS[2]),
        ("chunk 0 alone", (0, 1), HEAD + SEALED),
        ("chunks 63 and 64", (63, 2), HEAD + 2 * SEALED),
        ("chunk 127 alone", (127, 1), HEAD + SEALED),
        ("chunk 127 and the final one", (127, 2), HEAD + SEALED + 16),
        (
            "64 chunks with the final one",
            (65, 64),
            HEAD + 63 * SEALED + 16,
        ),
    ] {
        let pieces = json!([part_of("a", (index, count), 0, length)]);
        file.valid(comment, &["Honest"], files.case(&files.a, pieces)?)?;
    }
    let shorter = json!([part("a", 0, 0, LENGTHS[0] - SEALED)]);
    file.valid(
        "a run without its last chunk, which is a shorter run",
        &["Honest"],
        files.case(&files.a, shorter)?,
    )
}

fn spliced(file: &mut VectorFile, files: &Files) -> Result<(), Failure> {
    let id = fid(&files.a)?;
    let chunk = |file: &str, run: usize, n: u64| {
        part(file, run, HEAD + n * SEALED, HEAD + (n + 1) * SEALED)
    };
    let body = |file: &str, run: usize| part(file, run, HEAD, LENGTHS[run]);
    let rest = |from: u64| part("a", 0, HEAD + from * SEALED, LENGTHS[0]);
    let mut refuse = |comment: &str, flag, code, pieces: Value| {
        file.invalid(comment, &[flag], code, files.case(&files.a, pieces)?)
    };
    refuse(
        "chunks of b",
        "Splicing",
        Code::FileId,
        json!([whole("b", 0)]),
    )?;
    refuse(
        "b's chunks under a's header",
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
        "chunks 64 to 127 as 0 to 63",
        "Reorder",
        Code::FileDecrypt,
        json!([header(&id, 0, 0), body("a", 1)]),
    )?;
    refuse(
        "chunks 0 to 63 as 64 to 127",
        "Reorder",
        Code::FileDecrypt,
        json!([header(&id, 64, 0), body("a", 0)]),
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
        "chunk 64 as chunk 0",
        "Reorder",
        Code::FileDecrypt,
        json!([part("a", 0, 0, HEAD), chunk("a", 1, 0), rest(1)]),
    )?;
    refuse(
        "b's end",
        "Splicing",
        Code::FileDecrypt,
        json!([header(&id, 128, 1), body("b", 2)]),
    )?;

    refuse(
        "chunk 127 without the final one, under its header",
        "Truncation",
        Code::FileChunk,
        json!([part_of("a", (127, 2), 0, HEAD + SEALED)]),
    )?;
    refuse(
        "64 chunks from chunk 66 on, one more than there are",
        "Extension",
        Code::FileChunk,
        json!([header(&id, 66, 0), body("a", 0)]),
    )?;
    refuse(
        "the same with the end",
        "Extension",
        Code::FileChunk,
        json!([
            header(&id, 66, 1),
            part_of("a", (65, 64), HEAD, HEAD + 63 * SEALED + 16)
        ]),
    )?;
    refuse(
        "chunks 1 to 63 as 0 to 62",
        "Reorder",
        Code::FileDecrypt,
        json!([
            header(&id, 0, 0),
            part_of("a", (1, 63), HEAD, HEAD + 63 * SEALED)
        ]),
    )?;
    refuse(
        "a run without its last byte",
        "Truncation",
        Code::FileChunk,
        json!([part("a", 0, 0, LENGTHS[0] - 1)]),
    )?;
    refuse(
        "chunks 64 to 127 say that they hold the end",
        "Truncation",
        Code::FileChunk,
        json!([header(&id, 64, 1), body("a", 1)]),
    )?;
    refuse(
        "the end in the place of chunk 64",
        "Truncation",
        Code::FileChunk,
        json!([header(&id, 64, 1), body("a", 2)]),
    )?;
    refuse(
        "the final chunk says that it is not",
        "Extension",
        Code::FileChunk,
        json!([header(&id, 128, 0), body("a", 2)]),
    )?;
    refuse(
        "a run and a byte",
        "Extension",
        Code::FileChunk,
        json!([whole("a", 0), raw(&[0])]),
    )?;
    refuse(
        "65 chunks",
        "Extension",
        Code::FileChunk,
        json!([whole("a", 0), chunk("a", 1, 0)]),
    )?;
    refuse(
        "chunk 129 of 129",
        "Extension",
        Code::FileChunk,
        json!([header(&id, 129, 1), body("a", 2)]),
    )?;
    refuse(
        "chunk 2^32 - 1",
        "Extension",
        Code::FileChunk,
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
    let renamed = json!([header(&fid(&half)?, 64, 1), part("a", 2, HEAD, LENGTHS[2])]);
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
        ("the version", 0, Code::FileChunk),
        ("the type", 1, Code::FileChunk),
        ("fid", 2, Code::FileId),
        ("the index", 37, Code::FileChunk),
        ("last", 38, Code::FileChunk),
        ("the tag", 39, Code::FileDecrypt),
        ("the tag, at its end", 54, Code::FileDecrypt),
    ] {
        let mut frame = honest.clone();
        frame[at] ^= 1;
        refuse(
            &format!("a bit of {what} of the final chunk"),
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
    refuse("nothing", "Malformed", Code::FileChunk, json!([]))?;
    refuse(
        "a header cut short",
        "Malformed",
        Code::FileChunk,
        json!([part("a", 0, 0, 38)]),
    )?;
    refuse(
        "the header alone",
        "Malformed",
        Code::FileChunk,
        json!([part("a", 0, 0, 39)]),
    )?;
    refuse(
        "last = 2",
        "Malformed",
        Code::FileChunk,
        json!([header(&id, 128, 2), part("a", 2, HEAD, LENGTHS[2])]),
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
