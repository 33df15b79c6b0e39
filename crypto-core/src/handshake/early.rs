//! EARLY: data in the first flight (section 5.3).
//!
//! The guarantees are weaker than a session's (section 12.2), so what comes out is an [`EarlyMessage`] and not a
//! [`crate::session::Received`]: code that takes the one does not take the other.

use alloc::vec::Vec;

use super::frames::{EARLY_HEADER_LENGTH, EarlyHeader};
use super::schedule::EarlyKeys;
use super::{HandshakeId, Unconcerned, concerns};
use crate::error::{Code, FrameError, errors};
use crate::identity::AccountId;
use crate::limits;
use crate::primitives::aead::{TAG_LENGTH, Unauthentic};
use crate::session::plaintext::{self, Fault, Plaintext};
use crate::session::{Chain, Content};
use crate::trace::{EarlyMessageTrace, EarlyTrace, Recorder};
use crate::wire::FrameKind;

errors! {
    /// An early message that is not sent. Nothing has changed.
    pub enum EarlySendError {
        /// The offer was made without a prekey.
        Unavailable => EarlyUnavailable,
        /// Neither a text nor a file, or one that may not be sent.
        InvalidContent => InvalidContent,
        /// Longer than a frame may be.
        TooLarge => TooLarge,
        /// 16 were sent.
        Limit => EarlyLimit,
    }
}

errors! {
    /// An EARLY that is refused. [`crate::error::Code::class`] tells the two kinds apart: drop (nothing has changed)
    /// and fatal (the handshake cannot be accepted or confirmed any more: drop it).
    pub enum EarlyError {
        /// Not an EARLY of this handshake.
        Unconcerned => HandshakeId,
        /// The relay names another sender than the initiator.
        Sender => Sender,
        /// The handshake has no early data.
        Unexpected => EarlyUnexpected,
        /// Not a length that an EARLY has.
        Length => FrameLength,
        /// Received before: harmless.
        Replay => Replay,
        /// One before it is missing, or it is the 17th.
        Order => EarlyOrder,
        /// Not authentic.
        Decrypt => Decrypt,
        /// Fatal: 1024 frames were not authentic.
        FailureLimit => FailureLimit,
        /// Fatal: the padding is not canonical.
        Padding => Padding,
        /// Fatal: the body is malformed, or neither a text nor a file.
        Content => Content,
        /// Fatal: `seq` is not the number of the message.
        Sequence => Sequence,
        /// Fatal: it acknowledges messages, and there are none.
        Acknowledgement => Acknowledgement,
        /// The early data has failed before.
        Closed => Closed,
    }
    from Unconcerned {
        Sender => Sender,
        Version => Unconcerned,
        Type => Unconcerned,
        HandshakeId => Unconcerned,
    }
    // Version and type are those of this handshake's EARLY already.
    from FrameError => Length;
    from Fault {
        Padding => Padding,
        Content => Content,
    }
}

/// An early message on its way out.
#[derive(Debug, PartialEq, Eq)]
pub struct EarlySent {
    /// Our number for it; the session goes on counting from there.
    pub seq: u32,
    /// The EARLY frame.
    pub frame: Vec<u8>,
}

/// A message of a first flight: a message request, until CONFIRM. It is not a message of a session:
///
/// ```compile_fail,E0308
/// use duet_crypto::handshake::EarlyMessage;
/// use duet_crypto::session::Received;
/// fn show(message: Received) {}
/// fn mixed_up(early: EarlyMessage) {
///     show(early);
/// }
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct EarlyMessage {
    /// The initiator's number for it.
    pub seq: u32,
    /// A text or a file.
    pub content: Content,
}

/// Whether a content may be sent before CONFIRM.
const fn is_early(content: &Content) -> bool {
    matches!(content, Content::Text { .. } | Content::File(_))
}

/// The initiator's side of the early chain.
pub(super) struct Outgoing {
    chain: Chain,
    trace: Recorder<EarlyTrace>,
}

impl Outgoing {
    pub(super) fn new(keys: EarlyKeys) -> Self {
        Self {
            chain: Chain::new(keys.chain),
            trace: keys.trace,
        }
    }

    /// How many were sent.
    pub(super) const fn sent(&self) -> u32 {
        self.chain.next
    }

    pub(super) fn send(
        &mut self,
        hid: HandshakeId,
        content: &Content,
    ) -> Result<EarlySent, EarlySendError> {
        if !is_early(content) || !content.is_valid() {
            return Err(EarlySendError::InvalidContent);
        }
        let padded = plaintext::padded_length(content);
        if padded > limits::MESSAGE_PLAINTEXT_MAX {
            return Err(EarlySendError::TooLarge);
        }
        let seq = self.chain.next;
        if seq >= limits::EARLY_MESSAGES {
            return Err(EarlySendError::Limit);
        }
        let mut frame = Vec::with_capacity(EARLY_HEADER_LENGTH + padded + TAG_LENGTH);
        frame.extend_from_slice(&EarlyHeader { hid, number: seq }.encode());
        // There is nothing to acknowledge: the responder has sent nothing.
        plaintext::write(&mut frame, seq, 0, content);
        // On a copy, so that a key is used up together with its frame or not at all.
        let mut chain = self.chain.fork();
        let key = chain.step();
        self.trace.note(|trace| {
            trace.messages.push(EarlyMessageTrace {
                mk: key.expose(),
                okm: *key.okm(),
                plaintext: frame[EARLY_HEADER_LENGTH..].to_vec(),
            });
        });
        key.seal(&mut frame, EARLY_HEADER_LENGTH)
            .map_err(|Unauthentic| EarlySendError::TooLarge)?;
        self.chain = chain;
        Ok(EarlySent { seq, frame })
    }

    /// What was noted of it.
    pub(super) const fn trace(&self) -> &Recorder<EarlyTrace> {
        &self.trace
    }
}

/// The responder's side of the early chain.
pub(super) struct Incoming {
    chain: Chain,
    failures: u32,
    failure: Option<Code>,
    trace: Recorder<EarlyTrace>,
}

impl Incoming {
    pub(super) fn new(keys: EarlyKeys) -> Self {
        Self {
            chain: Chain::new(keys.chain),
            failures: 0,
            failure: None,
            trace: keys.trace,
        }
    }

    /// How many were received.
    pub(super) const fn received(&self) -> u32 {
        self.chain.next
    }

    /// Whether the early data has failed, and the handshake with it.
    pub(super) const fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Opens the next EARLY of this handshake.
    pub(super) fn receive(&mut self, frame: &[u8]) -> Result<EarlyMessage, EarlyError> {
        if self.failure.is_some() {
            return Err(EarlyError::Closed);
        }
        let header = EarlyHeader::decode(frame)?;
        if header.number < self.chain.next {
            return Err(EarlyError::Replay);
        }
        if header.number > self.chain.next || header.number >= limits::EARLY_MESSAGES {
            return Err(EarlyError::Order);
        }
        let mut chain = self.chain.fork();
        let key = chain.step();
        let Ok(padded) = key.open(frame, EARLY_HEADER_LENGTH) else {
            self.failures += 1;
            return Err(if self.failures < limits::EARLY_FAILURES {
                EarlyError::Decrypt
            } else {
                self.fail(EarlyError::FailureLimit)
            });
        };
        self.trace.note(|trace| {
            trace.messages.push(EarlyMessageTrace {
                mk: key.expose(),
                okm: *key.okm(),
                plaintext: padded.to_vec(),
            });
        });
        // The frame is authentic: from here on every fault is the initiator's own, and fatal.
        let message = understand(&padded, header.number).map_err(|error| self.fail(error))?;
        self.chain = chain;
        Ok(message)
    }

    fn fail(&mut self, error: EarlyError) -> EarlyError {
        self.failure = Some(error.code());
        error
    }

    /// What was noted of it.
    pub(super) const fn trace(&self) -> &Recorder<EarlyTrace> {
        &self.trace
    }
}

/// Reads an authentic early plaintext.
fn understand(padded: &[u8], number: u32) -> Result<EarlyMessage, EarlyError> {
    let Plaintext { seq, ack, content } = plaintext::read(padded)?;
    if !is_early(&content) {
        return Err(EarlyError::Content);
    }
    if seq != number {
        return Err(EarlyError::Sequence);
    }
    if ack != 0 {
        return Err(EarlyError::Acknowledgement);
    }
    Ok(EarlyMessage { seq, content })
}

/// [`Incoming::receive`] for a handshake that may have no early data.
pub(super) fn receive(
    incoming: Option<&mut Incoming>,
    hid: &HandshakeId,
    peer: &AccountId,
    frame: &[u8],
    from: &AccountId,
) -> Result<EarlyMessage, EarlyError> {
    concerns(frame, FrameKind::Early, hid, from, peer)?;
    incoming.ok_or(EarlyError::Unexpected)?.receive(frame)
}

#[cfg(test)]
mod tests {
    //! Authentic early messages that are malformed inside: only somebody with the keys can make them.

    use super::*;
    use crate::session::padding;
    use crate::transcript::Transcript;
    use std::vec;

    fn keys() -> EarlyKeys {
        EarlyKeys::derive(&[1; 32], &[2; 32], &Transcript::begin(&[]).then([&[], &[]]))
    }

    /// The frame of number 1 with any padded plaintext.
    fn second(padded: &[u8]) -> Vec<u8> {
        let mut chain = Chain::new(keys().chain);
        chain.step();
        let header = EarlyHeader {
            hid: HandshakeId([9; 16]),
            number: 1,
        };
        let mut frame = [&header.encode()[..], padded].concat();
        chain.step().seal(&mut frame, EARLY_HEADER_LENGTH).unwrap();
        frame
    }

    fn padded(ctype: u8, seq: u32, ack: u32, body: &[u8]) -> Vec<u8> {
        let mut out = vec![ctype];
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&ack.to_be_bytes());
        out.extend_from_slice(body);
        out.push(0x80);
        out.resize(padding::bucket(out.len()), 0);
        out
    }

    #[test]
    fn authentic_faults_end_the_early_data() {
        let text = [0, 0, 0, 0, 0, b'a'];
        let good = second(&padded(2, 1, 0, &text));
        for (plaintext, error) in [
            (padded(2, 1, 0, &text), None),
            (vec![0; 256], Some(EarlyError::Padding)),
            (padded(3, 1, 0, &[]), Some(EarlyError::Content)),
            (padded(7, 1, 0, &[]), Some(EarlyError::Content)),
            (padded(99, 1, 0, &[]), Some(EarlyError::Content)),
            (padded(2, 1, 0, &text[..3]), Some(EarlyError::Content)),
            (padded(2, 0, 0, &text), Some(EarlyError::Sequence)),
            (padded(2, 2, 0, &text), Some(EarlyError::Sequence)),
            (padded(2, 1, 1, &text), Some(EarlyError::Acknowledgement)),
        ] {
            let mut outgoing = Outgoing::new(keys());
            let mut incoming = Incoming::new(keys());
            let first = Content::Text {
                text: "first".into(),
                reply: None,
            };
            let first = outgoing.send(HandshakeId([9; 16]), &first).unwrap();
            incoming.receive(&first.frame).unwrap();
            let result = incoming.receive(&second(&plaintext));
            assert_eq!(result.err(), error);
            assert_eq!(incoming.has_failed(), error.is_some());
            let count = if error.is_some() { 1 } else { 2 };
            assert_eq!(incoming.received(), count);
            if error.is_some() {
                assert_eq!(incoming.receive(&good), Err(EarlyError::Closed));
            }
        }
    }

    /// The associated data is the whole head: a frame is good for its handshake and its number only.
    #[test]
    fn a_frame_is_bound_to_its_handshake() {
        let mut outgoing = Outgoing::new(keys());
        let content = Content::Text {
            text: "first".into(),
            reply: None,
        };
        let mut frame = outgoing.send(HandshakeId([9; 16]), &content).unwrap().frame;
        frame[2..18].fill(8);
        assert_eq!(
            Incoming::new(keys()).receive(&frame),
            Err(EarlyError::Decrypt)
        );
    }
}
