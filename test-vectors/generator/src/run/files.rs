//! file.json, file_reject.json

use duet_crypto::files::cobblestone;
use duet_crypto::files::segment::HEADER_LENGTH;
use duet_crypto::files::{Control, Descriptor, FileKeys, Salt, SegmentCipher};
use duet_crypto::primitives::hash::sha256;
use duet_crypto::primitives::labels;
use duet_crypto::session::Content;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::content::{read_control, read_descriptor, write_control, write_descriptor};
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
            if write_descriptor(&Descriptor::decode(&body)?)? != *case.value("descriptor")? {
                return Err(Failure::case("decodes to something else"));
            }
            Ok(outputs! { "body" => hex(&body) })
        }
        "control" => {
            let control = read_control(case, "control")?;
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

/// The CHUNK frames of a file.
pub(crate) fn frames(descriptor: &Descriptor, content: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let cipher = SegmentCipher::new(descriptor)?;
    let position =
        |at: u64| usize::try_from(at).map_err(|_| Failure::case("too large for this machine"));
    (0..cipher.layout().segments())
        .map(|index| {
            let range = cipher.layout().file_range(index)?;
            let bytes = content.get(position(range.start)?..position(range.end)?);
            let bytes = bytes.ok_or_else(|| {
                Failure::case("the content is not as long as its descriptor says")
            })?;
            Ok(cipher.seal(index, bytes)?)
        })
        .collect()
}

fn whole(case: Input<'_>) -> Result<Outputs, Failure> {
    let descriptor = read_descriptor(case.object("descriptor")?)?;
    let content = large(case.object("content")?)?;
    let (layout, keys, cipher) = (
        descriptor.layout()?,
        descriptor.keys()?,
        SegmentCipher::new(&descriptor)?,
    );
    let frames = frames(&descriptor, &content)?;
    let (mut opened, mut segments, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
    for (index, frame) in frames.iter().enumerate() {
        let (segment, bytes) = cipher.open(frame)?;
        let mut in_place = frame.clone();
        let again = cipher.open_in_place(&mut in_place)?;
        if again != segment
            || in_place[..again.length] != bytes[..]
            || segment.offset != opened.len() as u64
        {
            return Err(Failure::case("the two ways to open a segment differ"));
        }
        opened.extend(bytes);
        sealed.extend_from_slice(&frame[HEADER_LENGTH..]);
        segments.push(Value::Object(outputs! {
            "index" => index,
            "last" => segment.last,
            "len" => frame.len(),
            "header" => hex(&frame[..HEADER_LENGTH]),
            "sha256" => hex(&sha256(&[frame])),
        }));
    }
    if opened != content {
        return Err(Failure::case("does not open to what was sealed"));
    }
    let sizes = [
        layout.size().to_be_bytes(),
        layout.padded_size().to_be_bytes(),
    ];
    let context = [labels::FILE.lp(), &sizes[0], &sizes[1]].concat();
    Ok(outputs! {
        "ranges" => ranges(case, &descriptor, &context, &keys, &sealed)?,
        "content_sha256" => hex(&sha256(&[&content])),
        "psize" => layout.padded_size(),
        "context" => hex(&context),
        "aead_key" => hex(keys.key()),
        "base_nonce" => hex(keys.base_nonce()),
        "fid" => hex(&cipher.file_id().0),
        "chunks" => cobblestone::chunk_count(layout.padded_size()),
        "sealed_len" => layout.sealed_size(),
        "segments" => segments,
    })
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
            outputs! { "descriptor" => write_descriptor(&Descriptor::decode(&case.hex("body")?)?)? },
        ),
        "control" => {
            Ok(outputs! { "control" => write_control(&Control::decode(&case.hex("body")?)?)? })
        }
        "chunk" => {
            let frame = assembled(case)?;
            if hex(&sha256(&[&frame])) != case.text("frame_sha256")? {
                return Err(Failure::case("the pieces make another frame"));
            }
            let (segment, bytes) =
                SegmentCipher::new(&read_descriptor(case.object("descriptor")?)?)?.open(&frame)?;
            Ok(outputs! {
                "index" => segment.index,
                "last" => segment.last,
                "offset" => segment.offset,
                "sha256" => hex(&sha256(&[&bytes])),
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
        let segment = honest(file.ok_or_else(|| unknown(name))?, piece.number("segment")?)?;
        let part = segment.get(piece.number("from")?..piece.number("to")?);
        frame.extend_from_slice(part.ok_or_else(|| Failure::case("a piece beyond its frame"))?);
    }
    Ok(frame)
}

/// Frames by the JSON of their file and their number.
type Frames = BTreeMap<(String, usize), Rc<Vec<u8>>>;

thread_local! {
    /// Many cases take their pieces from the same few segments of a mebibyte each.
    static HONEST: RefCell<Frames> = const { RefCell::new(Frames::new()) };
}

/// An honest CHUNK frame of a file.
fn honest(file: Input<'_>, segment: usize) -> Result<Rc<Vec<u8>>, Failure> {
    let key = (file.raw().to_string(), segment);
    if let Some(frame) = HONEST.with_borrow(|cache| cache.get(&key).cloned()) {
        return Ok(frame);
    }
    let descriptor = read_descriptor(file.object("descriptor")?)?;
    let frames = frames(&descriptor, &large(file.object("content")?)?)?;
    let frame = Rc::new(
        frames
            .into_iter()
            .nth(segment)
            .ok_or_else(|| Failure::case("no such segment"))?,
    );
    HONEST.with_borrow_mut(|cache| cache.insert(key, Rc::clone(&frame)));
    Ok(frame)
}
