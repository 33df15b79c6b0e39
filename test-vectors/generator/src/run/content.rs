//! Messages as the files write them: the npm package's `Content` with bytes in hex. `mine` and `yours` are as the sender
//! of the message sees them.

use duet_crypto::content_objects;
use duet_crypto::files::{Control, Descriptor, FileId};
use duet_crypto::session::Content;
use serde_json::Value;

use super::object::{Bytes, Fixed, Json as _, Size, field, json_object, json_union, json_words};
use crate::case::{Failure, Input};

content_objects! {
    words: json_words,
    object: json_object,
    union: json_union,
    unnamed: Failure::case("a content without a name") => Failure,
}

pub(super) fn read(case: Input<'_>) -> Result<Content, Failure> {
    ContentObject::from_json(case.raw()).map(Content::from)
}

pub(super) fn write(content: Content) -> Result<Value, Failure> {
    ContentObject::try_from(content).map(|object| object.to_json())
}

/// A control message where `op` says what the case is: its own operation stands under `control`.
pub(super) fn read_control(case: Input<'_>) -> Result<Control, Failure> {
    let op: OpWord = field(case.raw(), "control")?;
    Ok(Control {
        file: FileId(case.array("fid")?),
        op: op.into(),
        index: case.number("index")?,
        count: case.number("count")?,
    })
}

pub(crate) fn read_descriptor(case: Input<'_>) -> Result<Descriptor, Failure> {
    FileDescriptor::from_json(case.raw()).map(Descriptor::from)
}

pub(super) fn write_descriptor(descriptor: &Descriptor) -> Value {
    FileDescriptor::from(descriptor).to_json()
}

impl From<&Descriptor> for FileDescriptor {
    /// Every field as it came: who reads a file of vectors is no receiver.
    fn from(descriptor: &Descriptor) -> Self {
        let Descriptor {
            key,
            salt,
            size,
            kind,
            mode,
            duration_ms,
            peaks,
            name,
            media_type,
            preview,
        } = descriptor;
        Self {
            key: Fixed(*key.expose()),
            salt: Fixed(salt.0),
            size: Size(*size),
            kind: (*kind).into(),
            mode: (*mode).into(),
            duration_ms: *duration_ms,
            peaks: Bytes(peaks.clone()),
            name: name.clone(),
            media_type: media_type.clone(),
            preview: Bytes(preview.clone()),
        }
    }
}
