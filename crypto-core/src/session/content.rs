//! What messages say (section 6.4).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::bytes::{Reader, Short};
use crate::error::errors;
use crate::files::{Control, Descriptor};
use crate::limits;

/// Marks a RECEIPT for one item.
const VIEWED: u32 = u32::MAX;

mod ctype {
    pub(super) const READY: u8 = 1;
    pub(super) const TEXT: u8 = 2;
    pub(super) const RECEIPT: u8 = 3;
    pub(super) const TYPING: u8 = 4;
    pub(super) const FILE: u8 = 5;
    pub(super) const FILECTL: u8 = 6;
    pub(super) const BYE: u8 = 7;
    pub(super) const EDIT: u8 = 8;
    pub(super) const DELETE: u8 = 9;
    pub(super) const REACTION: u8 = 10;
    pub(super) const PROBE: u8 = 11;
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
    pub const fn causes_receipt(&self) -> bool {
        !matches!(
            self,
            Self::Receipt | Self::Read { .. } | Self::Viewed { .. } | Self::Typing(_)
        )
    }

    /// The number of the kind on the wire.
    #[must_use]
    pub const fn ctype(&self) -> u8 {
        match self {
            Self::Ready => ctype::READY,
            Self::Text { .. } => ctype::TEXT,
            Self::Receipt | Self::Read { .. } | Self::Viewed { .. } => ctype::RECEIPT,
            Self::Typing(_) => ctype::TYPING,
            Self::File(_) => ctype::FILE,
            Self::FileControl(_) => ctype::FILECTL,
            Self::Bye => ctype::BYE,
            Self::Edit { .. } => ctype::EDIT,
            Self::Delete { .. } => ctype::DELETE,
            Self::Reaction { .. } => ctype::REACTION,
            Self::Probe => ctype::PROBE,
            Self::Unknown { ctype } => *ctype,
        }
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
        match self {
            Self::Ready | Self::Receipt | Self::Bye | Self::Probe | Self::Unknown { .. } => 0,
            Self::Text { text, .. } => 5 + text.len(),
            Self::Read { .. } | Self::Delete { .. } => 4,
            Self::Viewed { .. } => 8,
            Self::Typing(_) => 1,
            Self::File(descriptor) => descriptor.encoded_length(),
            Self::FileControl(_) => Control::LENGTH,
            Self::Edit { text, .. } => 4 + text.len(),
            Self::Reaction { emoji, .. } => 6 + emoji.len(),
        }
    }

    /// Appends the body.
    pub(super) fn encode_body(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ready | Self::Receipt | Self::Bye | Self::Probe | Self::Unknown { .. } => {}
            Self::Text { text, reply } => {
                let (author, seq) = reply.map_or((0, 0), |reply| (reply.author as u8, reply.seq));
                out.push(author);
                out.extend_from_slice(&seq.to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Self::Read { up_to: seq } | Self::Delete { seq } => {
                out.extend_from_slice(&seq.to_be_bytes())
            }
            Self::Viewed { seq } => {
                out.extend_from_slice(&VIEWED.to_be_bytes());
                out.extend_from_slice(&seq.to_be_bytes());
            }
            Self::Typing(activity) => out.push(*activity as u8),
            Self::File(descriptor) => descriptor.encode(out),
            Self::FileControl(control) => out.extend_from_slice(&control.encode()),
            Self::Edit { seq, text } => {
                out.extend_from_slice(&seq.to_be_bytes());
                out.extend_from_slice(text.as_bytes());
            }
            Self::Reaction { target, set, emoji } => {
                out.push(target.author as u8);
                out.extend_from_slice(&target.seq.to_be_bytes());
                out.push(u8::from(*set));
                out.extend_from_slice(emoji.as_bytes());
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
        let mut reader = Reader::new(body);
        let content = match ctype {
            ctype::READY => Self::Ready,
            ctype::TEXT => {
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
            ctype::RECEIPT if body.is_empty() => Self::Receipt,
            ctype::RECEIPT => match reader.u32()? {
                VIEWED => Self::Viewed { seq: reader.u32()? },
                up_to => Self::Read { up_to },
            },
            ctype::TYPING => Self::Typing(match reader.u8()? {
                0 => Activity::Idle,
                1 => Activity::Typing,
                2 => Activity::RecordingVoice,
                3 => Activity::RecordingVideo,
                _ => return Err(ContentError::Malformed),
            }),
            ctype::FILE => Self::File(Box::new(
                Descriptor::decode(reader.rest()).map_err(|_| ContentError::Malformed)?,
            )),
            ctype::FILECTL => Self::FileControl(
                Control::decode(reader.rest()).map_err(|_| ContentError::Malformed)?,
            ),
            ctype::BYE => Self::Bye,
            ctype::EDIT => Self::Edit {
                seq: reader.u32()?,
                text: text(&mut reader)?,
            },
            ctype::DELETE => Self::Delete { seq: reader.u32()? },
            ctype::REACTION => Self::Reaction {
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
            ctype::PROBE => Self::Probe,
            ctype => return Ok(Self::Unknown { ctype }),
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
