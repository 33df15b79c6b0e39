//! What messages say (section 6.4).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::bytes::{Length, Reader, Short, Sink};
use crate::error::errors;
use crate::files::{Control, Descriptor};
use crate::limits;

/// Marks a RECEIPT for one item.
const VIEWED: u32 = u32::MAX;

/// Declares the kinds: their number on the wire, and whether the receiver answers with a receipt.
macro_rules! kinds {
    ($($kind:ident = $ctype:literal, $receipt:ident;)+) => {
        /// A kind of message (section 6.4).
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        enum Kind {
            $($kind = $ctype,)+
        }

        impl Kind {
            const ALL: &[Self] = &[$(Self::$kind,)+];

            const fn causes_receipt(self) -> bool {
                match self { $(Self::$kind => kinds!(@ $receipt),)+ }
            }
        }
    };
    (@ receipt) => { true };
    (@ silent) => { false };
}

kinds! {
    Ready = 1, receipt;
    Text = 2, receipt;
    Receipt = 3, silent;
    Typing = 4, silent;
    File = 5, receipt;
    FileControl = 6, receipt;
    Bye = 7, receipt;
    Edit = 8, receipt;
    Delete = 9, receipt;
    Reaction = 10, receipt;
    Probe = 11, receipt;
}

impl Kind {
    fn of(ctype: u8) -> Option<Self> {
        let known = |kind: &&Self| **kind as u8 == ctype;
        Self::ALL.iter().find(known).copied()
    }
}

errors! {
    /// A body that is refused.
    pub enum ContentError {
        /// Not what its ctype allows.
        Malformed => Content,
    }
    from Short => Malformed;
}

/// Whose message a message refers to, as seen by the one who refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Author {
    /// The sender of the referring message wrote it.
    Sender = 1,
    /// The receiver of the referring message wrote it.
    Receiver = 2,
}

/// A message is named by its sender and its `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageRef {
    /// Who wrote the message.
    pub author: Author,
    /// Its number.
    pub seq: u32,
}

/// What the sender is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Activity {
    /// Nothing.
    Idle = 0,
    /// Typing a text.
    Typing = 1,
    /// Recording a voice message.
    RecordingVoice = 2,
    /// Recording a video message.
    RecordingVideo = 3,
}

/// What a message says. `Debug` shows the kind only.
#[derive(PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// The responder's first message.
    Ready,
    /// A text of at most 4,000 characters.
    Text {
        /// The text.
        text: String,
        /// What it replies to.
        reply: Option<MessageRef>,
    },
    /// Nothing but the `ack` that every message has.
    Receipt,
    /// Everything up to and including this number was read.
    Read {
        /// A `seq` of the receiver's.
        up_to: u32,
    },
    /// This one item was viewed or heard.
    Viewed {
        /// A `seq` of the receiver's.
        seq: u32,
    },
    /// What the sender is doing.
    Typing(Activity),
    /// A file is on offer.
    File(Box<Descriptor>),
    /// About a file transfer.
    FileControl(Control),
    /// The sender's last message.
    Bye,
    /// A new text for one of the sender's own.
    Edit {
        /// The message.
        seq: u32,
        /// The new text.
        text: String,
    },
    /// One of the sender's own messages is withdrawn.
    Delete {
        /// The message.
        seq: u32,
    },
    /// A reaction is set or removed.
    Reaction {
        /// The message.
        target: MessageRef,
        /// Set, or else removed.
        set: bool,
        /// One emoji, 1 to 32 bytes.
        emoji: String,
    },
    /// Asks whether the peer is still there: it answers with a receipt. Never shown.
    Probe,
    /// A kind that this version does not know: ignored, but its `seq` counts. Never sent.
    Unknown {
        /// The kind.
        ctype: u8,
    },
}

impl Content {
    /// Whether the receiver answers with a receipt (section 6.4): everything but RECEIPT and TYPING.
    #[must_use]
    pub fn causes_receipt(&self) -> bool {
        self.kind().map_or(true, Kind::causes_receipt)
    }

    /// The number of the kind on the wire.
    #[must_use]
    pub fn ctype(&self) -> u8 {
        self.kind().map_or_else(|ctype| ctype, |kind| kind as u8)
    }

    /// The kind, or the number of one that this version does not know.
    const fn kind(&self) -> Result<Kind, u8> {
        Ok(match self {
            Self::Ready => Kind::Ready,
            Self::Text { .. } => Kind::Text,
            Self::Receipt | Self::Read { .. } | Self::Viewed { .. } => Kind::Receipt,
            Self::Typing(_) => Kind::Typing,
            Self::File(_) => Kind::File,
            Self::FileControl(_) => Kind::FileControl,
            Self::Bye => Kind::Bye,
            Self::Edit { .. } => Kind::Edit,
            Self::Delete { .. } => Kind::Delete,
            Self::Reaction { .. } => Kind::Reaction,
            Self::Probe => Kind::Probe,
            Self::Unknown { ctype } => return Err(*ctype),
        })
    }

    /// Whether the content may be encoded: what [`Content::decode`] would refuse is not sent.
    pub(crate) fn is_valid(&self) -> bool {
        match self {
            Self::Text { text, .. } | Self::Edit { text, .. } => text_fits(text),
            Self::Read { up_to } => *up_to != VIEWED,
            Self::File(descriptor) => descriptor.is_valid(),
            Self::Reaction { emoji, .. } => (1..=limits::REACTION_MAX).contains(&emoji.len()),
            Self::Unknown { .. } => false,
            Self::Ready
            | Self::Receipt
            | Self::Viewed { .. }
            | Self::Typing(_)
            | Self::FileControl(_)
            | Self::Bye
            | Self::Delete { .. }
            | Self::Probe => true,
        }
    }

    /// Bytes of the body, so that a frame is allocated once and leaves no plaintext behind.
    pub(super) fn body_length(&self) -> usize {
        let mut length = Length(0);
        self.write_body(&mut length);
        length.0
    }

    /// Appends the body.
    pub(super) fn encode_body(&self, out: &mut Vec<u8>) {
        self.write_body(out);
    }

    fn write_body(&self, out: &mut impl Sink) {
        match self {
            Self::Ready | Self::Receipt | Self::Bye | Self::Probe | Self::Unknown { .. } => {}
            Self::Text { text, reply } => {
                let (author, seq) = reply.map_or((0, 0), |reply| (reply.author as u8, reply.seq));
                out.put(&[author]);
                out.put(&seq.to_be_bytes());
                out.put(text.as_bytes());
            }
            Self::Read { up_to: seq } | Self::Delete { seq } => out.put(&seq.to_be_bytes()),
            Self::Viewed { seq } => {
                out.put(&VIEWED.to_be_bytes());
                out.put(&seq.to_be_bytes());
            }
            Self::Typing(activity) => out.put(&[*activity as u8]),
            Self::File(descriptor) => descriptor.write(out),
            Self::FileControl(control) => out.put(&control.encode()),
            Self::Edit { seq, text } => {
                out.put(&seq.to_be_bytes());
                out.put(text.as_bytes());
            }
            Self::Reaction { target, set, emoji } => {
                out.put(&[target.author as u8]);
                out.put(&target.seq.to_be_bytes());
                out.put(&[u8::from(*set)]);
                out.put(emoji.as_bytes());
            }
        }
    }

    /// The body alone, as it stands between `ack` and padding. Sending is [`super::Session::send`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body_length());
        self.encode_body(&mut out);
        out
    }

    /// Decodes any bytes as the body of a kind.
    ///
    /// # Errors
    /// [`ContentError`].
    pub fn decode(ctype: u8, body: &[u8]) -> Result<Self, ContentError> {
        let Some(kind) = Kind::of(ctype) else {
            return Ok(Self::Unknown { ctype });
        };
        let mut reader = Reader::new(body);
        let content = match kind {
            Kind::Ready => Self::Ready,
            Kind::Text => {
                let reply = match (reader.u8()?, reader.u32()?) {
                    (0, 0) => None,
                    (1, seq) => Some(MessageRef {
                        author: Author::Sender,
                        seq,
                    }),
                    (2, seq) => Some(MessageRef {
                        author: Author::Receiver,
                        seq,
                    }),
                    _ => return Err(ContentError::Malformed),
                };
                Self::Text {
                    text: text(&mut reader)?,
                    reply,
                }
            }
            Kind::Receipt if body.is_empty() => Self::Receipt,
            Kind::Receipt => match reader.u32()? {
                VIEWED => Self::Viewed { seq: reader.u32()? },
                up_to => Self::Read { up_to },
            },
            Kind::Typing => Self::Typing(match reader.u8()? {
                0 => Activity::Idle,
                1 => Activity::Typing,
                2 => Activity::RecordingVoice,
                3 => Activity::RecordingVideo,
                _ => return Err(ContentError::Malformed),
            }),
            Kind::File => Self::File(Box::new(
                Descriptor::decode(reader.rest()).map_err(|_| ContentError::Malformed)?,
            )),
            Kind::FileControl => Self::FileControl(
                Control::decode(reader.rest()).map_err(|_| ContentError::Malformed)?,
            ),
            Kind::Bye => Self::Bye,
            Kind::Edit => Self::Edit {
                seq: reader.u32()?,
                text: text(&mut reader)?,
            },
            Kind::Delete => Self::Delete { seq: reader.u32()? },
            Kind::Reaction => Self::Reaction {
                target: MessageRef {
                    author: match reader.u8()? {
                        1 => Author::Sender,
                        2 => Author::Receiver,
                        _ => return Err(ContentError::Malformed),
                    },
                    seq: reader.u32()?,
                },
                set: match reader.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Err(ContentError::Malformed),
                },
                emoji: utf8(reader.rest())?,
            },
            Kind::Probe => Self::Probe,
        };
        reader.end()?;
        if content.is_valid() {
            Ok(content)
        } else {
            Err(ContentError::Malformed)
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "Ready",
            Self::Text { text: _, reply: _ } => "Text { .. }",
            Self::Receipt => "Receipt",
            Self::Read { up_to: _ } => "Read { .. }",
            Self::Viewed { seq: _ } => "Viewed { .. }",
            Self::Typing(_) => "Typing(..)",
            Self::File(_) => "File(..)",
            Self::FileControl(_) => "FileControl(..)",
            Self::Bye => "Bye",
            Self::Edit { seq: _, text: _ } => "Edit { .. }",
            Self::Delete { seq: _ } => "Delete { .. }",
            Self::Reaction {
                target: _,
                set: _,
                emoji: _,
            } => "Reaction { .. }",
            Self::Probe => "Probe",
            Self::Unknown { ctype: _ } => "Unknown { .. }",
        })
    }
}

fn text(reader: &mut Reader<'_>) -> Result<String, ContentError> {
    utf8(reader.rest())
}

fn text_fits(text: &str) -> bool {
    // At most four bytes per character: long ones are not counted in vain.
    text.len() <= 4 * limits::TEXT_MAX_CHARS && text.chars().count() <= limits::TEXT_MAX_CHARS
}

fn utf8(bytes: &[u8]) -> Result<String, ContentError> {
    core::str::from_utf8(bytes)
        .map(String::from)
        .map_err(|_| ContentError::Malformed)
}
