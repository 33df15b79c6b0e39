//! Messages and file descriptors (protocol.md sections 6.4, 7.1, 7.3).

use duet_crypto::content_objects;
use duet_crypto::files;
use duet_crypto::handshake::{EarlyMessage, EarlySent};
use duet_crypto::session::{Received, Sent};

use super::object::{Bytes, Fixed, Size, wire_struct, wire_union, wire_words};
use crate::failure::Failure;

content_objects! {
    words: wire_words,
    object: wire_struct,
    union: wire_union,
    unnamed: Failure::Argument => Failure,
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
