//! Messages and file descriptors (protocol.md sections 6.4, 7.1, 7.3).

use duet_crypto::files;
use duet_crypto::handshake::{EarlyMessage, EarlySent};
use duet_crypto::session::{Activity, Author, Content, MessageRef, Received, Sent};

use super::object::{Bytes, Fixed, Size, wire_struct, wire_union, wire_words};
use crate::failure::Failure;

wire_words! {
    /// Whose message is meant, in the words of the one who refers to it: a peer's `mine` is the peer's own message.
    AuthorWord as "Author" = Author {
        Sender as "mine",
        Receiver as "yours",
    }
}

wire_words! {
    /// What the sender is doing.
    ActivityWord as "Activity" = Activity {
        Idle as "none",
        Typing as "typing",
        RecordingVoice as "voice",
        RecordingVideo as "video",
    }
}

wire_words! {
    /// What is asked or said about a transfer.
    OpWord as "FileOp" = files::ControlOp {
        Accept as "accept",
        Reject as "reject",
        Want as "want",
        Cancel as "cancel",
        Done as "done",
        Pause as "pause",
    }
}

wire_words! {
    /// What a file is, as its sender says.
    KindWord as "FileKind" = files::FileKind {
        File as "file",
        Image as "image",
        Video as "video",
        Audio as "audio",
        Voice as "voice",
        VideoMessage as "videoMessage",
    }
}

wire_words! {
    /// What the receiver may do with a file.
    ModeWord as "FileMode" = files::FileMode {
        Both as "both",
        ViewOnly as "viewOnly",
        DownloadOnly as "downloadOnly",
    }
}

wire_struct! {
    /// The message that a text replies to.
    Reply as "Reply" {
        of as "of": AuthorWord,
        seq as "seq": u32,
    }
}

wire_struct! {
    /// A file, as its sender describes it.
    FileDescriptor as "FileDescriptor" {
        /// Secret, 32 bytes, fresh for every sending.
        key as "key": Fixed<32>,
        /// 24 bytes, fresh for every sending.
        salt as "salt": Fixed<24>,
        /// Bytes of the file.
        size as "size": Size,
        kind as "kind": KindWord,
        mode as "mode": ModeWord,
        /// Playing time; of a received descriptor at most 24 hours.
        duration_ms as "durationMs": u32,
        /// Waveform, at most 255 values.
        peaks as "peaks": Bytes,
        /// At most 255 bytes. Of a received descriptor: without path separators, control and bidirectional characters.
        name as "name": String,
        /// The sender's word: look at the bytes as well.
        media_type as "mediaType": String,
        /// A small image, at most 16 KiB.
        preview as "preview": Bytes,
    }
}

wire_union! {
    /// What a message says. `ready` is sent by the package itself. `receipt` says nothing but the acknowledgement that
    /// every message carries; `read` is about everything of yours up to and including a number, `viewed` about one
    /// item. `index` and `count` of a `fileControl` are for `want`. `edit` and `delete` are about the sender's own
    /// messages. `probe` asks whether the peer is there and is never shown. `unknown` is a kind that this version does not know: ignore it, but count its number; never sent.
    ContentObject as "Content" {
        Ready as "ready" {}
        Text as "text" { text as "text": String, reply as "reply": Option<Reply>, }
        Receipt as "receipt" {}
        Read as "read" { up_to as "upTo": u32, }
        Viewed as "viewed" { seq as "seq": u32, }
        Typing as "typing" { activity as "activity": ActivityWord, }
        File as "file" { descriptor as "descriptor": FileDescriptor, }
        FileControl as "fileControl" {
            fid as "fid": Fixed<32>,
            op as "op": OpWord,
            index as "index": u32,
            count as "count": u32,
        }
        Bye as "bye" {}
        Edit as "edit" { seq as "seq": u32, text as "text": String, }
        Delete as "delete" { seq as "seq": u32, }
        Reaction as "reaction" {
            of as "of": AuthorWord,
            seq as "seq": u32,
            set as "set": bool,
            emoji as "emoji": String,
        }
        Probe as "probe" {}
        Unknown as "unknown" { ctype as "ctype": u8, }
    }
}

wire_struct! {
    /// A message on its way out.
    SentMessage as "SentMessage" {
        seq as "seq": u32,
        frame as "frame": Bytes,
    }
}

wire_struct! {
    /// A message that came in.
    ReceivedMessage as "ReceivedMessage" {
        seq as "seq": u32,
        ack as "ack": u32,
        content as "content": ContentObject,
    }
}

wire_struct! {
    /// An early message that came in.
    EarlyObject as "EarlyMessage" {
        seq as "seq": u32,
        content as "content": ContentObject,
    }
}

impl From<EarlySent> for SentMessage {
    fn from(sent: EarlySent) -> Self {
        Self {
            seq: sent.seq,
            frame: Bytes(sent.frame),
        }
    }
}

impl TryFrom<EarlyMessage> for EarlyObject {
    type Error = Failure;

    fn try_from(message: EarlyMessage) -> Result<Self, Failure> {
        let EarlyMessage { seq, content } = message;
        Ok(Self {
            seq,
            content: content.try_into()?,
        })
    }
}

impl From<Sent> for SentMessage {
    fn from(sent: Sent) -> Self {
        Self {
            seq: sent.seq,
            frame: Bytes(sent.frame),
        }
    }
}

impl TryFrom<Received> for ReceivedMessage {
    type Error = Failure;

    fn try_from(received: Received) -> Result<Self, Failure> {
        let Received { seq, ack, content } = received;
        Ok(Self {
            seq,
            ack,
            content: content.try_into()?,
        })
    }
}

impl TryFrom<Content> for ContentObject {
    type Error = Failure;

    fn try_from(content: Content) -> Result<Self, Failure> {
        Ok(match content {
            Content::Ready => Self::Ready {},
            Content::Text { text, reply } => Self::Text {
                text,
                reply: reply.map(|MessageRef { author, seq }| Reply {
                    of: author.into(),
                    seq,
                }),
            },
            Content::Receipt => Self::Receipt {},
            Content::Read { up_to } => Self::Read { up_to },
            Content::Viewed { seq } => Self::Viewed { seq },
            Content::Typing(activity) => Self::Typing {
                activity: activity.into(),
            },
            Content::File(descriptor) => Self::File {
                descriptor: (&*descriptor).into(),
            },
            Content::FileControl(control) => Self::FileControl {
                fid: Fixed(control.file.0),
                op: control.op.into(),
                index: control.index,
                count: control.count,
            },
            Content::Bye => Self::Bye {},
            Content::Probe => Self::Probe {},
            Content::Edit { seq, text } => Self::Edit { seq, text },
            Content::Delete { seq } => Self::Delete { seq },
            Content::Reaction { target, set, emoji } => Self::Reaction {
                of: target.author.into(),
                seq: target.seq,
                set,
                emoji,
            },
            Content::Unknown { ctype } => Self::Unknown { ctype },
            // `Content` may grow; what has no object here must not pass for something else.
            _ => return Err(Failure::Argument),
        })
    }
}

impl From<ContentObject> for Content {
    fn from(object: ContentObject) -> Self {
        match object {
            ContentObject::Ready {} => Self::Ready,
            ContentObject::Text { text, reply } => Self::Text {
                text,
                reply: reply.map(|Reply { of, seq }| MessageRef {
                    author: of.into(),
                    seq,
                }),
            },
            ContentObject::Receipt {} => Self::Receipt,
            ContentObject::Read { up_to } => Self::Read { up_to },
            ContentObject::Viewed { seq } => Self::Viewed { seq },
            ContentObject::Typing { activity } => Self::Typing(activity.into()),
            ContentObject::File { descriptor } => Self::File(Box::new(descriptor.into())),
            ContentObject::FileControl {
                fid,
                op,
                index,
                count,
            } => Self::FileControl(files::Control {
                file: files::FileId(fid.0),
                op: op.into(),
                index,
                count,
            }),
            ContentObject::Bye {} => Self::Bye,
            ContentObject::Probe {} => Self::Probe,
            ContentObject::Edit { seq, text } => Self::Edit { seq, text },
            ContentObject::Delete { seq } => Self::Delete { seq },
            ContentObject::Reaction {
                of,
                seq,
                set,
                emoji,
            } => Self::Reaction {
                target: MessageRef {
                    author: of.into(),
                    seq,
                },
                set,
                emoji,
            },
            ContentObject::Unknown { ctype } => Self::Unknown { ctype },
        }
    }
}

impl From<&files::Descriptor> for FileDescriptor {
    /// For the receiver: what is shown to a person is made harmless here.
    fn from(descriptor: &files::Descriptor) -> Self {
        Self {
            key: Fixed(*descriptor.key.expose()),
            salt: Fixed(descriptor.salt.0),
            size: Size(descriptor.size),
            kind: descriptor.kind.into(),
            mode: descriptor.mode.into(),
            duration_ms: descriptor.shown_duration_ms(),
            peaks: Bytes(descriptor.peaks.clone()),
            name: descriptor.safe_name(),
            media_type: descriptor.media_type.clone(),
            preview: Bytes(descriptor.preview.clone()),
        }
    }
}

impl From<FileDescriptor> for files::Descriptor {
    fn from(object: FileDescriptor) -> Self {
        Self {
            key: files::FileKey::from_bytes(&object.key.0),
            salt: files::Salt(object.salt.0),
            size: object.size.0,
            kind: object.kind.into(),
            mode: object.mode.into(),
            duration_ms: object.duration_ms,
            peaks: object.peaks.0,
            name: object.name,
            media_type: object.media_type,
            preview: object.preview.0,
        }
    }
}
