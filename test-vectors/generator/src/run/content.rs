//! Messages as the files write them: the npm package's `Content` with bytes in hex. `mine` and `yours` are as the sender
//! of the message sees them.

use duet_crypto::files::{
    Control, ControlOp, Descriptor, FileId, FileKey, FileKind, FileMode, Salt,
};
use duet_crypto::session::{Activity, Author, Content, MessageRef};
use serde_json::{Value, json};

use super::unknown;
use crate::case::{Failure, Input, hex};

const ACTIVITIES: [(&str, Activity); 4] = [
    ("none", Activity::Idle),
    ("typing", Activity::Typing),
    ("voice", Activity::RecordingVoice),
    ("video", Activity::RecordingVideo),
];

const AUTHORS: [(&str, Author); 2] = [("mine", Author::Sender), ("yours", Author::Receiver)];

/// The value that the files call `name`.
pub(super) fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Result<T, Failure> {
    table
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, value)| *value)
        .ok_or_else(|| unknown(name))
}

/// What the files call `value`.
pub(super) fn name_of<T: PartialEq>(
    table: &[(&'static str, T)],
    value: &T,
) -> Result<&'static str, Failure> {
    table
        .iter()
        .find(|(_, other)| other == value)
        .map(|(name, _)| *name)
        .ok_or_else(|| Failure::case("a value without a name"))
}

fn reference(case: Input<'_>) -> Result<MessageRef, Failure> {
    Ok(MessageRef {
        author: named(&AUTHORS, case.text("of")?)?,
        seq: case.number("seq")?,
    })
}

pub(super) fn read(case: Input<'_>) -> Result<Content, Failure> {
    let text = || case.text("text").map(String::from);
    let seq = || case.number("seq");
    Ok(match case.text("type")? {
        "ready" => Content::Ready,
        "text" => Content::Text {
            text: text()?,
            reply: match case.value("reply")? {
                Value::Null => None,
                _ => Some(reference(case.object("reply")?)?),
            },
        },
        "receipt" => Content::Receipt,
        "read" => Content::Read {
            up_to: case.number("upTo")?,
        },
        "viewed" => Content::Viewed { seq: seq()? },
        "typing" => Content::Typing(named(&ACTIVITIES, case.text("activity")?)?),
        "file" => Content::File(Box::new(read_descriptor(case.object("descriptor")?)?)),
        "fileControl" => Content::FileControl(read_control(case, "op")?),
        "bye" => Content::Bye,
        "probe" => Content::Probe,
        "edit" => Content::Edit {
            seq: seq()?,
            text: text()?,
        },
        "delete" => Content::Delete { seq: seq()? },
        "reaction" => Content::Reaction {
            target: reference(case)?,
            set: case.flag("set")?,
            emoji: case.text("emoji")?.into(),
        },
        "unknown" => Content::Unknown {
            ctype: case.number("ctype")?,
        },
        kind => return Err(unknown(kind)),
    })
}

pub(super) fn write(content: &Content) -> Result<Value, Failure> {
    let author = |target: &MessageRef| name_of(&AUTHORS, &target.author);
    Ok(match content {
        Content::Ready => json!({"type": "ready"}),
        Content::Text { text, reply: None } => json!({"type": "text", "text": text, "reply": null}),
        Content::Text {
            text,
            reply: Some(reply),
        } => {
            json!({"type": "text", "text": text, "reply": {"of": author(reply)?, "seq": reply.seq}})
        }
        Content::Receipt => json!({"type": "receipt"}),
        Content::Read { up_to } => json!({"type": "read", "upTo": up_to}),
        Content::Viewed { seq } => json!({"type": "viewed", "seq": seq}),
        Content::Typing(activity) => {
            json!({"type": "typing", "activity": name_of(&ACTIVITIES, activity)?})
        }
        Content::File(descriptor) => {
            json!({"type": "file", "descriptor": write_descriptor(descriptor)?})
        }
        Content::FileControl(control) => {
            let mut out = json!({"type": "fileControl"});
            if let (Value::Object(out), Value::Object(fields)) = (&mut out, write_control(control)?)
            {
                out.extend(fields);
            }
            out
        }
        Content::Bye => json!({"type": "bye"}),
        Content::Probe => json!({"type": "probe"}),
        Content::Edit { seq, text } => json!({"type": "edit", "seq": seq, "text": text}),
        Content::Delete { seq } => json!({"type": "delete", "seq": seq}),
        Content::Reaction { target, set, emoji } => {
            json!({"type": "reaction", "of": author(target)?, "seq": target.seq, "set": set, "emoji": emoji})
        }
        Content::Unknown { ctype } => json!({"type": "unknown", "ctype": ctype}),
        _ => return Err(Failure::case("a content without a name")),
    })
}

const OPS: [(&str, ControlOp); 6] = [
    ("accept", ControlOp::Accept),
    ("reject", ControlOp::Reject),
    ("want", ControlOp::Want),
    ("cancel", ControlOp::Cancel),
    ("done", ControlOp::Done),
    ("pause", ControlOp::Pause),
];

const KINDS: [(&str, FileKind); 6] = [
    ("file", FileKind::File),
    ("image", FileKind::Image),
    ("video", FileKind::Video),
    ("audio", FileKind::Audio),
    ("voice", FileKind::Voice),
    ("videoMessage", FileKind::VideoMessage),
];

const MODES: [(&str, FileMode); 3] = [
    ("both", FileMode::Both),
    ("viewOnly", FileMode::ViewOnly),
    ("downloadOnly", FileMode::DownloadOnly),
];

/// The operation stands under `op` in a message, and under `control` where `op` says what the case is.
pub(super) fn read_control(case: Input<'_>, op: &str) -> Result<Control, Failure> {
    Ok(Control {
        file: FileId(case.array("fid")?),
        op: named(&OPS, case.text(op)?)?,
        index: case.number("index")?,
        count: case.number("count")?,
    })
}

pub(super) fn write_control(control: &Control) -> Result<Value, Failure> {
    let op = name_of(&OPS, &control.op)?;
    Ok(
        json!({"fid": hex(&control.file.0), "op": op, "index": control.index, "count": control.count}),
    )
}

pub(crate) fn read_descriptor(case: Input<'_>) -> Result<Descriptor, Failure> {
    Ok(Descriptor {
        key: FileKey::from_bytes(&case.array("key")?),
        salt: Salt(case.array("salt")?),
        size: case.number("size")?,
        kind: named(&KINDS, case.text("kind")?)?,
        mode: named(&MODES, case.text("mode")?)?,
        duration_ms: case.number("durationMs")?,
        peaks: case.hex("peaks")?,
        name: case.text("name")?.into(),
        media_type: case.text("mediaType")?.into(),
        preview: case.hex("preview")?,
    })
}

pub(super) fn write_descriptor(descriptor: &Descriptor) -> Result<Value, Failure> {
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
    Ok(json!({
        "key": hex(key.expose()),
        "salt": hex(&salt.0),
        "size": size,
        "kind": name_of(&KINDS, kind)?,
        "mode": name_of(&MODES, mode)?,
        "durationMs": duration_ms,
        "peaks": hex(peaks),
        "name": name,
        "mediaType": media_type,
        "preview": hex(preview),
    }))
}
