//! file.json, file_reject.json

use duet_crypto::files::cobblestone;
use duet_crypto::files::frames::HEADER_LENGTH;
use duet_crypto::files::{ChunkRun, Control, Descriptor, FileKeys, Opened, Salt, TransferCipher};
use duet_crypto::primitives::hash::sha256;
use duet_crypto::primitives::labels;
use duet_crypto::session::Content;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::content::{self, read_control, read_descriptor, write_descriptor};
use super::limits::body;
use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs};
use crate::rng::blocks;

/// Data that stands in a file as a rule.
pub(crate) fn large(rule: Input<'_>) -> Result<Vec<u8>, Failure> {
    match rule.text("rule")? {
        "hex" => rule.hex("hex"),
        "blocks" => Ok(blocks(rule.text("tag")?, rule.number("size")?)),
        other => Err(unknown(other)),
    }
}

pub(super) fn file(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "descriptor" => {
            let body = body(&Content::File(Box::new(read_descriptor(
                case.object("descriptor")?,
            )?)))?;
            if write_descriptor(&Descriptor::decode(&body)?) != *case.value("descriptor")? {
                return Err(Failure::case("decodes to something else"));
            }
            Ok(outputs! { "body" => hex(&body) })
        }
        "control" => {
            let control = read_control(case)?;
            let body = control.encode();
            if Control::decode(&body)? != control {
                return Err(Failure::case("decodes to something else"));
            }
            Ok(outputs! { "body" => hex(&body) })
        }
        "cobblestone" => format(case),
        "file" => whole(case),
        op => Err(unknown(op)),
    }
}

/// The published format as it is.
fn format(case: Input<'_>) -> Result<Outputs, Failure> {
    let (key, salt, context) = (
        case.array("key")?,
        Salt(case.array("salt")?),
        case.hex("context")?,
    );
    let content = large(case.object("content")?)?;
    let keys = FileKeys::derive(&key, &salt, &context);
    let message = cobblestone::seal(&key, &salt, &context, &content)?;
    if cobblestone::open(&key, &context, &message)? != content {
        return Err(Failure::case("does not open to what was sealed"));
    }
    Ok(outputs! {
        "aead_key" => hex(keys.key()),
        "base_nonce" => hex(keys.base_nonce()),
        "commitment" => hex(keys.commitment()),
        "len" => message.len(),
        "sha256" => hex(&sha256(&[&message])),
    })
}

/// The CHUNK frame that carries a run of chunks.
fn sealed(cipher: &TransferCipher, run: ChunkRun, content: &[u8]) -> Result<Vec<u8>, Failure> {
    let position =
        |at: u64| usize::try_from(at).map_err(|_| Failure::case("too large for this machine"));
    let range = cipher.layout().file_range(run);
    let bytes = content.get(position(range.start)?..position(range.end)?);
    let bytes =
        bytes.ok_or_else(|| Failure::case("the content is not as long as its descriptor says"))?;
    Ok(cipher.seal(run, bytes)?)
}

fn whole(case: Input<'_>) -> Result<Outputs, Failure> {
    let descriptor = read_descriptor(case.object("descriptor")?)?;
    let content = large(case.object("content")?)?;
    let (layout, keys, cipher) = (
        descriptor.layout()?,
        descriptor.keys()?,
        TransferCipher::new(&descriptor)?,
    );
    let mut frames = Vec::new();
    for run in case.list("runs")? {
        let (index, count) = (run.number("index")?, run.number("count")?);
        let run = layout.run(index, count)?;
        let frame = sealed(&cipher, run, &content)?;
        opens(&cipher, &frame, run, &content)?;
        frames.push(Value::Object(outputs! {
            "index" => index,
            "count" => count,
            "last" => run.is_last(),
            "len" => frame.len(),
            "header" => hex(&frame[..HEADER_LENGTH]),
            "sha256" => hex(&sha256(&[&frame])),
        }));
    }
    let sizes = [
        layout.size().to_be_bytes(),
        layout.padded_size().to_be_bytes(),
    ];
    let context = [labels::FILE.lp(), &sizes[0], &sizes[1]].concat();
    let mut chunks = Vec::new();
    for index in 0..layout.chunks() {
        let frame = sealed(&cipher, layout.run(index, 1)?, &content)?;
        chunks.extend_from_slice(&frame[HEADER_LENGTH..]);
    }
    Ok(outputs! {
        "ranges" => ranges(case, &descriptor, &context, &keys, &chunks)?,
        "content_sha256" => hex(&sha256(&[&content])),
        "psize" => layout.padded_size(),
        "context" => hex(&context),
        "aead_key" => hex(keys.key()),
        "base_nonce" => hex(keys.base_nonce()),
        "fid" => hex(&cipher.file_id().0),
        "chunks" => layout.chunks(),
        "sealed_len" => layout.sealed_size(),
        "frames" => frames,
    })
}

/// That a frame opens to its part of the content, both ways.
fn opens(
    cipher: &TransferCipher,
    frame: &[u8],
    run: ChunkRun,
    content: &[u8],
) -> Result<(), Failure> {
    let Opened { chunks, plaintext } = cipher.open(frame)?;
    let mut in_place = frame.to_vec();
    let again = cipher.open_in_place(&mut in_place)?;
    let start = usize::try_from(chunks.offset).unwrap_or(usize::MAX);
    let part = content
        .get(start..)
        .and_then(|rest| rest.get(..chunks.length));
    if chunks.run == run
        && again == chunks
        && Some(&plaintext[..]) == part
        && in_place.get(..again.length) == part
    {
        Ok(())
    } else {
        Err(Failure::case("does not open to what was sealed"))
    }
}

/// Ranges on their own: only the chunks that hold them, and the last one.
fn ranges(
    case: Input<'_>,
    descriptor: &Descriptor,
    context: &[u8],
    keys: &FileKeys,
    sealed: &[u8],
) -> Result<Vec<Value>, Failure> {
    let message = [&descriptor.salt.0[..], keys.commitment(), sealed].concat();
    let mut out = Vec::new();
    for range in case.list("ranges")? {
        let (offset, len): (u64, u64) = (range.number("offset")?, range.number("len")?);
        let covered = cobblestone::covering_chunks(&(offset..offset + len));
        let bytes = cobblestone::open_range(
            descriptor.key.expose(),
            context,
            &message,
            offset..offset + len,
        )?;
        out.push(Value::Object(outputs! {
            "offset" => offset,
            "len" => len,
            "first_chunk" => covered.start,
            "chunks" => covered.end - covered.start,
            "sha256" => hex(&sha256(&[&bytes])),
        }));
    }
    Ok(out)
}

pub(super) fn reject(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "descriptor" => Ok(
            outputs! { "descriptor" => write_descriptor(&Descriptor::decode(&case.hex("body")?)?) },
        ),
        "control" => {
            let control = Control::decode(&case.hex("body")?)?;
            Ok(outputs! { "control" => content::write(Content::FileControl(control))? })
        }
        "chunk" => {
            let frame = assembled(case)?;
            if hex(&sha256(&[&frame])) != case.text("frame_sha256")? {
                return Err(Failure::case("the pieces make another frame"));
            }
            let Opened { chunks, plaintext } =
                TransferCipher::new(&read_descriptor(case.object("descriptor")?)?)?.open(&frame)?;
            Ok(outputs! {
                "index" => chunks.run.first(),
                "count" => chunks.run.count(),
                "last" => chunks.run.is_last(),
                "offset" => chunks.offset,
                "sha256" => hex(&sha256(&[&plaintext])),
            })
        }
        op => Err(unknown(op)),
    }
}

/// The frame that a case's pieces make.
pub(crate) fn assembled(case: Input<'_>) -> Result<Vec<u8>, Failure> {
    let mut frame = Vec::new();
    for piece in case.list("pieces")? {
        if piece.raw().get("hex").is_some() {
            frame.extend(piece.hex("hex")?);
            continue;
        }
        let name = piece.text("file")?;
        let file = case
            .list("files")?
            .find(|file| file.text("name").is_ok_and(|other| other == name));
        let run = (piece.number("index")?, piece.number("count")?);
        let honest = honest(file.ok_or_else(|| unknown(name))?, run)?;
        let part = honest.get(piece.number("from")?..piece.number("to")?);
        frame.extend_from_slice(part.ok_or_else(|| Failure::case("a piece beyond its frame"))?);
    }
    Ok(frame)
}

/// Frames by the JSON of their file and their chunks.
type Frames = BTreeMap<(String, (u32, u32)), Rc<Vec<u8>>>;

thread_local! {
    /// Many cases take their pieces from the same few frames of a mebibyte each.
    static HONEST: RefCell<Frames> = const { RefCell::new(Frames::new()) };
}

/// The honest CHUNK frame of a file that carries `count` chunks from `index` on.
fn honest(file: Input<'_>, (index, count): (u32, u32)) -> Result<Rc<Vec<u8>>, Failure> {
    let key = (file.raw().to_string(), (index, count));
    if let Some(frame) = HONEST.with_borrow(|cache| cache.get(&key).cloned()) {
        return Ok(frame);
    }
    let cipher = TransferCipher::new(&read_descriptor(file.object("descriptor")?)?)?;
    let content = large(file.object("content")?)?;
    let frame = Rc::new(sealed(
        &cipher,
        cipher.layout().run(index, count)?,
        &content,
    )?);
    HONEST.with_borrow_mut(|cache| cache.insert(key, Rc::clone(&frame)));
    Ok(frame)
}
