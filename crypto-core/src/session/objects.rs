//! The plain objects that stand for messages outside of Rust: their names are written down here, once, for the package's
//! JavaScript and for the vectors' JSON.

/// Declares the objects of messages, and how they become [`Content`](crate::session::Content) and are made from it.
///
/// What an object is, a JavaScript one or one of JSON, is the caller's: it names its macros for words, for an object with
/// fields, and for one of several objects told apart by `type`; it has the types `Bytes`, `Fixed<N>` and `Size` in scope;
/// and it makes a `FileDescriptor` from a descriptor, because only the caller knows who reads it. The last argument is
/// the error for a content that has no object here.
#[macro_export]
macro_rules! content_objects {
    (
        words: $words:ident,
        object: $object:ident,
        union: $union:ident,
        unnamed: $unnamed:expr => $error:ty $(,)?
    ) => {
        $words! {
            /// Whose message is meant, in the words of the one who refers to it: a peer's `mine` is the peer's own message.
            AuthorWord as "Author" = $crate::session::Author {
                Sender as "mine",
                Receiver as "yours",
            }
        }

        $words! {
            /// What the sender is doing.
            ActivityWord as "Activity" = $crate::session::Activity {
                Idle as "none",
                Typing as "typing",
                RecordingVoice as "voice",
                RecordingVideo as "video",
            }
        }

        $words! {
            /// What is asked or said about a transfer.
            OpWord as "FileOp" = $crate::files::ControlOp {
                Accept as "accept",
                Reject as "reject",
                Want as "want",
                Cancel as "cancel",
                Done as "done",
                Pause as "pause",
            }
        }

        $words! {
            /// What a file is, as its sender says.
            KindWord as "FileKind" = $crate::files::FileKind {
                File as "file",
                Image as "image",
                Video as "video",
                Audio as "audio",
                Voice as "voice",
                VideoMessage as "videoMessage",
            }
        }

        $words! {
            /// What the receiver may do with a file.
            ModeWord as "FileMode" = $crate::files::FileMode {
                Both as "both",
                ViewOnly as "viewOnly",
                DownloadOnly as "downloadOnly",
            }
        }

        $object! {
            /// The message that a text replies to.
            Reply as "Reply" {
                of as "of": AuthorWord,
                seq as "seq": u32,
            }
        }

        $object! {
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

        $union! {
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

        impl TryFrom<$crate::session::Content> for ContentObject {
            type Error = $error;

            fn try_from(content: $crate::session::Content) -> Result<Self, $error> {
                use $crate::session::{Content, MessageRef};
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
                    _ => return Err($unnamed),
                })
            }
        }

        impl From<ContentObject> for $crate::session::Content {
            fn from(object: ContentObject) -> Self {
                use $crate::session::MessageRef;
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
                    } => Self::FileControl($crate::files::Control {
                        file: $crate::files::FileId(fid.0),
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

        impl From<FileDescriptor> for $crate::files::Descriptor {
            fn from(object: FileDescriptor) -> Self {
                Self {
                    key: $crate::files::FileKey::from_bytes(&object.key.0),
                    salt: $crate::files::Salt(object.salt.0),
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
    };
}
