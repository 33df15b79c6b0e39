//! A binary message, with room before it for the head of the frame that it leaves in: a payload is forwarded without being
//! copied.

use bytes::Bytes;

use super::header::{LONGEST, Opcode, of_server};

/// A message that came from a client, to be read, changed and sent on.
#[derive(Debug)]
pub struct Message(Vec<u8>);

impl Message {
    /// An empty one, for `length` bytes.
    pub(super) fn with_capacity(length: usize) -> Self {
        let mut bytes = Vec::with_capacity(LONGEST + length);
        bytes.resize(LONGEST, 0);
        Self(bytes)
    }

    /// One to be sent.
    #[must_use]
    pub fn of(payload: &[u8]) -> Self {
        let mut message = Self::with_capacity(payload.len());
        message.0.extend_from_slice(payload);
        message
    }

    /// Its bytes.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.0[LONGEST..]
    }

    /// Its bytes, to be changed.
    pub fn payload_mut(&mut self) -> &mut [u8] {
        &mut self.0[LONGEST..]
    }

    /// Where bytes are added.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }

    /// The frame that carries it to another client.
    #[must_use]
    pub fn into_frame(self) -> Bytes {
        self.framed(Opcode::Binary)
    }

    fn framed(mut self, opcode: Opcode) -> Bytes {
        let (head, length) = of_server(opcode, self.payload().len());
        self.0[..LONGEST].copy_from_slice(&head);
        let mut frame = Bytes::from(self.0);
        drop(frame.split_to(LONGEST - length));
        frame
    }
}

/// A frame with these bytes as its message.
#[must_use]
pub fn frame(payload: &[u8]) -> Bytes {
    Message::of(payload).into_frame()
}

/// The answer to a ping.
#[must_use]
pub fn pong(payload: &[u8]) -> Bytes {
    Message::of(payload).framed(Opcode::Pong)
}

/// A goodbye, and why. `None` where the client gave no reason either.
#[must_use]
pub fn close(code: Option<u16>, reason: &str) -> Bytes {
    let mut payload = Vec::new();
    if let Some(code) = code {
        payload.extend_from_slice(&code.to_be_bytes());
        payload.extend_from_slice(reason.as_bytes());
    }
    Message::of(&payload).framed(Opcode::Close)
}
