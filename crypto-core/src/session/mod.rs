//! Messages between two people (section 6).
//!
//! A [`Session`] comes out of a handshake and nowhere else; [`record`] keeps it through a restart. Sending and receiving are synchronous: two calls can
//! never share a key. A refused frame changes nothing; an authentic frame that is malformed inside ends the session.
//!
//! # What stays with the caller
//! Re-sending the *identical frame* after a reconnect until it is acknowledged (a frame that came through twice is
//! [`ReceiveError::Replay`] and harmless), receipts within a second or 32 messages, the window of an EDIT, and
//! renewing the session when its [`Lifetime`] asks for it.
//!
//! # Randomness
//! [`Session::send`] draws 128 bytes if and only if the message makes a turn of the ratchet, which is when the peer's turn
//! is the newest: `rx`, 32 bytes, `d || z`, 64 bytes, and `m`, 32 bytes, in this order. [`Session::receive`] draws nothing.
//! [`Session::save`] draws 16 bytes.

mod attempts;
mod chain;
mod content;
mod fields;
mod header;
mod keys;
mod lifetime;
mod objects;
mod over;
pub mod padding;
pub(crate) mod plaintext;
mod ratchet;
pub mod record;
mod skipped;
mod trace;
mod turn;

pub use crate::ids::SessionId;
pub(crate) use chain::{Chain, RootKey};
pub use content::{Activity, Author, Content, ContentError, MessageRef};
pub use header::{HEADER_LENGTH, Header};
pub(crate) use keys::SessionKeys;
pub use lifetime::{Lifetime, Renewal};
pub use over::{OVER_LENGTH, OverError, OverFrame, verify_over};
pub(crate) use ratchet::Ratchet;
#[cfg(feature = "vectors")]
pub use trace::{RatchetTrace, Trace, TurnTrace};
pub(crate) use turn::{OwnTurn, RatchetKeyError, RemoteRatchetPublic, TurnSecrets};

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use crate::error::{Code, FrameError, errors};
use crate::fingerprint::SAS_EMOJI;
use crate::identity::{Party, Role};
use crate::limits;
use crate::map::Set;
use crate::primitives::aead::TAG_LENGTH;
use crate::trace::{HandshakeTrace, Recorder};
use attempts::Attempts;
use plaintext::{Fault, Plaintext};
use ratchet::Refusal;

errors! {
    /// A message that is not sent. Nothing has changed and nothing was drawn, except that [`SendError::SessionLimit`] ends
    /// the session.
    pub enum SendError {
        /// Longer than a frame may be.
        TooLarge => TooLarge,
        /// A content that may not be sent, or not now: a text too long, READY out of turn, a kind unknown here.
        InvalidContent => InvalidContent,
        /// 200 messages wait for their receipt.
        Unacknowledged => Unacknowledged,
        /// BYE was sent, or the session has failed and only BYE may follow.
        Closed => Closed,
        /// All but one of the 65,535 messages of a turn of the ratchet: renew, or wait for an answer. BYE may still follow.
        TurnLimit => TurnLimit,
        /// 2^24 messages: renew the session.
        SessionLimit => SessionLimit,
    }
}

errors! {
    /// A frame that is refused. [`Code::class`] tells the fatal kinds (send BYE if possible, then drop the session) from
    /// all others, after which nothing has changed: the frame is dropped and nobody is told.
    pub enum ReceiveError {
        /// Not a length that a MSG has.
        Length => FrameLength,
        /// Another version.
        Version => FrameVersion,
        /// Not a MSG.
        Type => FrameType,
        /// Another session.
        SessionId => SessionId,
        /// Received before: harmless.
        Replay => Replay,
        /// Skips too many keys, or its turn is neither a known one of the peer's nor the next.
        SkipLimit => SkipLimit,
        /// The turn's `RX` is not canonical.
        AgreementKey => X25519Key,
        /// The turn's `RE` fails the modulus check.
        EncapsulationKey => KemKey,
        /// Dropped untried: ten others in the last second were not authentic, or 2^20 in all.
        Untried => Untried,
        /// Not authentic.
        Decrypt => Decrypt,
        /// Fatal: the padding is not canonical.
        Padding => Padding,
        /// Fatal: the body is malformed.
        Content => Content,
        /// Fatal: a number seen before, far ahead, or after BYE.
        Sequence => Sequence,
        /// Fatal: the peer acknowledges what was never sent.
        Acknowledgement => Acknowledgement,
        /// The session has failed before.
        Closed => Closed,
    }
    from FrameError {
        Length => Length,
        Field => Length,
        Version => Version,
        Type => Type,
    }
    from Refusal {
        Replay => Replay,
        Skip => SkipLimit,
        RatchetKey(RatchetKeyError::Agreement) => AgreementKey,
        RatchetKey(RatchetKeyError::Encapsulation) => EncapsulationKey,
    }
    from Fault {
        Padding => Padding,
        Content => Content,
    }
}

/// Early messages of the handshake (section 5.3): 0 of 0 if it was an interactive one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EarlyCount {
    /// How many the initiator sent: its CONFIRM says so under its signature.
    pub sent: u32,
    /// How many of them came. On the initiator's side all, until the responder's READY acknowledges fewer.
    pub received: u32,
}

impl EarlyCount {
    /// How many were lost on the way. They are the last ones: early messages come in order or not at all.
    #[must_use]
    pub const fn dropped(self) -> u32 {
        self.sent.saturating_sub(self.received)
    }
}

/// A message on its way out.
#[derive(Debug, PartialEq, Eq)]
pub struct Sent {
    /// Our number for it.
    pub seq: u32,
    /// The MSG frame.
    pub frame: Vec<u8>,
}

/// A message that came in.
#[derive(Debug, PartialEq, Eq)]
pub struct Received {
    /// The peer's number for it.
    pub seq: u32,
    /// How many of our messages the peer has received without a gap.
    pub ack: u32,
    /// What it says.
    pub content: Content,
}

/// Two people, one secret conversation.
///
/// Secrets lie in one place on the heap, do not move with the handle, and are wiped when it is dropped. There is no
/// constructor: a session comes from [`crate::handshake::Offer::accept`] or
/// [`crate::handshake::PendingSession::confirm`], or from the record of one that did ([`Session::restore`]).
///
/// ```compile_fail,E0624
/// use duet_crypto::session::Session;
/// let made_up = Session::new;
/// ```
///
/// A copy would use keys twice:
///
/// ```compile_fail,E0277
/// fn needs_clone<T: Clone>() {}
/// needs_clone::<duet_crypto::session::Session>();
/// ```
pub struct Session(Box<State>);

struct State {
    role: Role,
    local: Party,
    peer: Party,
    sas: [u8; SAS_EMOJI],
    early: EarlyCount,
    ratchet: Ratchet,
    sending: Sending,
    receiving: Receiving,
    failure: Option<Code>,
    attempts: Attempts,
    /// Of the last record.
    revision: u64,
    #[cfg_attr(not(feature = "vectors"), allow(dead_code))] // Only the vectors read it.
    handshake_trace: Recorder<HandshakeTrace>,
}

#[derive(Default)]
struct Sending {
    /// The next number.
    next: u32,
    /// Numbers that wait for a receipt.
    unacknowledged: VecDeque<u32>,
    /// BYE was sent.
    ended: bool,
}

#[derive(Default)]
struct Receiving {
    /// Any message has come: the peer has the keys.
    any: bool,
    /// Messages received without a gap.
    contiguous: u32,
    /// Numbers received after the first gap.
    ahead: Set<u32>,
    /// The number of the peer's BYE.
    last: Option<u32>,
}

impl Receiving {
    /// Whether a number may come now.
    fn accepts(&self, seq: u32, content: &Content) -> bool {
        let new = seq >= self.contiguous && !self.ahead.contains(&seq);
        let near = seq - self.contiguous.min(seq) < limits::SEQUENCE_WINDOW
            && seq <= limits::SESSION_MESSAGES;
        let before_the_end = self.last.is_none_or(|last| seq < last);
        let is_the_end = *content == Content::Bye;
        let nothing_after = !is_the_end || self.ahead.last().is_none_or(|&highest| highest < seq);
        new && near && before_the_end && nothing_after
    }

    fn record(&mut self, seq: u32) {
        self.ahead.insert(seq);
        while self.ahead.remove(&self.contiguous) {
            self.contiguous += 1;
        }
        self.any = true;
    }
}

impl Session {
    pub(crate) fn new(
        role: Role,
        local: Party,
        peer: Party,
        keys: &SessionKeys,
        ratchet: Ratchet,
        early: EarlyCount,
        handshake_trace: Recorder<HandshakeTrace>,
    ) -> Self {
        // The numbers of early messages go on in the session (section 5.3).
        let mut sending = Sending::default();
        let mut receiving = Receiving::default();
        match role {
            Role::Initiator => {
                sending.next = early.sent;
                sending.unacknowledged = (0..early.sent).collect();
            }
            Role::Responder => receiving.contiguous = early.received,
        }
        Self(Box::new(State {
            role,
            local,
            peer,
            sas: keys.sas,
            early,
            ratchet,
            sending,
            receiving,
            failure: None,
            attempts: Attempts::default(),
            revision: 0,
            handshake_trace,
        }))
    }

    /// `sid`.
    #[must_use]
    pub const fn id(&self) -> SessionId {
        self.0.ratchet.sid()
    }

    /// Our side of the handshake.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.0.role
    }

    /// Ourselves.
    #[must_use]
    pub const fn local(&self) -> Party {
        self.0.local
    }

    /// The other person.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.0.peer
    }

    /// The short authentication string: see [`crate::fingerprint::sas_emoji`].
    #[must_use]
    pub const fn sas(&self) -> [u8; SAS_EMOJI] {
        self.0.sas
    }

    /// What became of the early messages of the handshake. Those that were dropped are lost for good, and `ack` cannot
    /// pass the gap that they leave: the sender repeats them as ordinary messages of a renewed session (section 4.9).
    #[must_use]
    pub const fn early(&self) -> EarlyCount {
        self.0.early
    }

    /// Whether more can be said: neither side has said BYE and the session has not failed.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.0.failure.is_none() && !self.0.sending.ended && self.0.receiving.last.is_none()
    }

    /// Whether "secure" may be said (section 4.6): a message of the peer was decrypted. The responder knows it from
    /// CONFIRM already.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        matches!(self.0.role, Role::Responder) || self.0.receiving.any
    }

    /// Why the session has failed, if it has. Then BYE is all that may be sent.
    #[must_use]
    pub const fn failure(&self) -> Option<Code> {
        self.0.failure
    }

    /// Messages of ours that wait for a receipt.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.0.sending.unacknowledged.len()
    }

    /// How many of the peer's messages have come without a gap: what our next message acknowledges.
    #[must_use]
    pub const fn received(&self) -> u32 {
        self.0.receiving.contiguous
    }

    /// Messages of the direction that has more of them; for [`Lifetime`].
    fn messages(&self) -> u32 {
        let Receiving {
            contiguous, ahead, ..
        } = &self.0.receiving;
        let received = ahead.last().map_or(*contiguous, |&highest| highest + 1);
        self.0.sending.next.max(received)
    }

    /// Encrypts one message. Draws 128 bytes from `rng` if and only if it makes a turn of the ratchet.
    ///
    /// # Errors
    /// [`SendError`].
    pub fn send(&mut self, content: &Content, rng: &mut dyn CryptoRng) -> Result<Sent, SendError> {
        self.0.send(content, rng)
    }

    /// READY, the responder's first message, in a session that a handshake has just made.
    pub(crate) fn ready(&mut self, rng: &mut dyn CryptoRng) -> Vec<u8> {
        let padded = plaintext::padded_length(&Content::Ready);
        self.0.seal(&Content::Ready, padded, true, rng).frame
    }

    /// Decrypts one MSG frame. `now` is in milliseconds, by any clock of the caller's that does not jump; it ages
    /// skipped keys and spaces out what is tried in vain.
    ///
    /// # Errors
    /// [`ReceiveError`].
    pub fn receive(&mut self, frame: &[u8], now: u64) -> Result<Received, ReceiveError> {
        self.0.receive(frame, now)
    }

    /// Forgets keys of skipped messages that are 20 minutes old at `now`, as [`Session::receive`] does: for a session in
    /// which nothing comes. Call it now and then, for example once a minute.
    pub fn forget(&mut self, now: u64) {
        self.0.ratchet.forget(now);
    }

    /// Every intermediate value of the handshake, for the test vectors.
    #[cfg(feature = "vectors")]
    #[must_use]
    pub fn handshake_trace(&self) -> Option<&HandshakeTrace> {
        self.0.handshake_trace.noted()
    }

    /// The state of the ratchet, for the test vectors.
    #[cfg(feature = "vectors")]
    #[must_use]
    pub fn ratchet_trace(&self) -> RatchetTrace {
        self.0.ratchet.trace()
    }
}

impl State {
    fn send(&mut self, content: &Content, rng: &mut dyn CryptoRng) -> Result<Sent, SendError> {
        let seq = self.sending.next;
        let is_bye = *content == Content::Bye;
        if self.sending.ended || (self.failure.is_some() && !is_bye) {
            return Err(SendError::Closed);
        }
        // READY is the responder's first message, and its first message is READY (section 4.6).
        let ready_is_due = self.role == Role::Responder && seq == 0;
        if (*content == Content::Ready) != ready_is_due || !content.is_valid() {
            return Err(SendError::InvalidContent);
        }
        let waits = content.causes_receipt() && !is_bye;
        if waits && self.sending.unacknowledged.len() >= limits::UNACKNOWLEDGED {
            return Err(SendError::Unacknowledged);
        }
        let padded = plaintext::padded_length(content);
        if padded > limits::MESSAGE_PLAINTEXT_MAX {
            return Err(SendError::TooLarge);
        }
        // One message is kept back, so that a session that is used up can still say BYE.
        if seq >= limits::SESSION_MESSAGES && !is_bye {
            return Err(self.end(SendError::SessionLimit));
        }
        let left = limits::TURN_MESSAGES - self.ratchet.sent_in_turn();
        if left == 0 || (left == 1 && !is_bye) {
            return Err(SendError::TurnLimit);
        }

        Ok(self.seal(content, padded, waits, rng))
    }

    /// Seals a message that may be sent now and has `padded` bytes of plaintext; `waits` for its receipt.
    fn seal(
        &mut self,
        content: &Content,
        padded: usize,
        waits: bool,
        rng: &mut dyn CryptoRng,
    ) -> Sent {
        let seq = self.sending.next;
        let mut frame = Vec::with_capacity(HEADER_LENGTH + padded + TAG_LENGTH);
        frame.resize(HEADER_LENGTH, 0);
        plaintext::write(&mut frame, seq, self.receiving.contiguous, content);
        // AES-GCM seals 64 GiB, and no message has more than 64 KiB.
        #[allow(clippy::expect_used)]
        self.ratchet
            .seal(&mut frame, rng)
            .expect("a message is no longer than AES-GCM allows");

        self.sending.next += 1;
        self.sending.ended = *content == Content::Bye;
        if waits {
            self.sending.unacknowledged.push_back(seq);
        }
        Sent { seq, frame }
    }

    fn receive(&mut self, frame: &[u8], now: u64) -> Result<Received, ReceiveError> {
        if self.failure.is_some() {
            return Err(ReceiveError::Closed);
        }
        let header = Header::decode(frame)?;
        if header.sid != self.ratchet.sid() {
            return Err(ReceiveError::SessionId);
        }
        self.ratchet.forget(now);
        let route = self.ratchet.route(&header)?;
        if !self.attempts.may_try(now) {
            return Err(ReceiveError::Untried);
        }
        let Ok(plaintext) = self.ratchet.open(route, &header, frame, now) else {
            self.attempts.count(now);
            return Err(ReceiveError::Decrypt);
        };
        // The frame is authentic: from here on every fault is the peer's own, and fatal.
        self.understand(&plaintext).inspect_err(|error| {
            self.failure = Some(error.code());
        })
    }

    fn understand(&mut self, padded: &[u8]) -> Result<Received, ReceiveError> {
        let Plaintext { seq, ack, content } = plaintext::read(padded)?;
        let ready_is_due = self.role == Role::Initiator && seq == 0;
        if (content == Content::Ready) != ready_is_due {
            return Err(ReceiveError::Content);
        }
        // A number that CONFIRM counted among the early messages is never a session's.
        let is_early = self.role == Role::Responder && seq < self.early.sent;
        if is_early || !self.receiving.accepts(seq, &content) {
            return Err(ReceiveError::Sequence);
        }
        if ack > self.sending.next {
            return Err(ReceiveError::Acknowledgement);
        }
        if content == Content::Ready {
            self.early.received = self.early.received.min(ack);
        }
        self.receiving.record(seq);
        if content == Content::Bye {
            self.receiving.last = Some(seq);
        }
        while self
            .sending
            .unacknowledged
            .front()
            .is_some_and(|&waiting| waiting < ack)
        {
            self.sending.unacknowledged.pop_front();
        }
        Ok(Received { seq, ack, content })
    }

    fn end(&mut self, error: SendError) -> SendError {
        self.failure = Some(error.code());
        error
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let State {
            role,
            local,
            peer,
            sas: _,
            early,
            ratchet,
            sending,
            receiving,
            failure,
            attempts,
            revision: _,
            handshake_trace: _,
        } = &*self.0;
        f.debug_struct("Session")
            .field("id", &ratchet.sid())
            .field("role", role)
            .field("local", local)
            .field("peer", peer)
            .field("early", early)
            .field("sent", &sending.next)
            .field("received", &receiving.contiguous)
            .field("skipped_keys", &ratchet.skipped_keys())
            .field("failure", failure)
            .field("failures", &attempts.failed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! Authentic frames that are malformed inside: only somebody with the keys can make them.

    use super::*;
    use crate::common::{TestRng, sessions, sessions_with_early};
    use crate::error::Class;
    use std::vec;

    /// A frame of B's with any padded plaintext.
    fn seal(session: &mut Session, padded: &[u8]) -> Vec<u8> {
        let mut frame = vec![0; HEADER_LENGTH];
        frame.extend_from_slice(padded);
        session
            .0
            .ratchet
            .seal(&mut frame, &mut TestRng::new(9))
            .unwrap();
        frame
    }

    fn plaintext(ctype: u8, seq: u32, ack: u32, body: &[u8]) -> Vec<u8> {
        let mut out = vec![ctype];
        out.extend_from_slice(&seq.to_be_bytes());
        out.extend_from_slice(&ack.to_be_bytes());
        out.extend_from_slice(body);
        out.push(0x80);
        out.resize(padding::bucket(out.len()), 0);
        out
    }

    /// What A says to a plaintext of B's, after READY.
    fn verdict(padded: &[u8]) -> Result<Received, ReceiveError> {
        let rng = &mut TestRng::new(1);
        let (mut a, mut b) = sessions(rng);
        let frame = seal(&mut b, padded);
        let result = a.receive(&frame, 0);
        let fatal = result
            .as_ref()
            .is_err_and(|error| error.code().class() == Class::FatalSession);
        assert_eq!(
            fatal,
            result.is_err(),
            "an authentic frame is understood or fatal"
        );
        assert_eq!(a.failure(), result.as_ref().err().map(|error| error.code()));
        assert!(!(fatal && a.is_open()));
        result
    }

    #[test]
    fn padding_is_canonical() {
        let good = plaintext(3, 1, 0, &[]);
        assert!(verdict(&good).is_ok());
        assert_eq!(verdict(&[0; 256]).unwrap_err(), ReceiveError::Padding);
        let mut marked = good.clone();
        marked[255] = 1;
        assert_eq!(verdict(&marked).unwrap_err(), ReceiveError::Padding);
        let mut longer = good;
        longer.resize(272, 0);
        assert_eq!(verdict(&longer).unwrap_err(), ReceiveError::Padding);
    }

    #[test]
    fn bodies_are_what_their_kind_allows() {
        for (ctype, body) in [
            (2, &[0][..]),
            (3, &[1, 2, 3]),
            (4, &[9]),
            (5, &[0; 40]),
            (6, &[0; 41]),
            (7, &[0]),
        ] {
            assert_eq!(
                verdict(&plaintext(ctype, 1, 0, body)).unwrap_err(),
                ReceiveError::Content
            );
        }
        let mut short = vec![3, 0, 0, 0x80];
        short.resize(256, 0);
        assert_eq!(verdict(&short).unwrap_err(), ReceiveError::Content);
    }

    #[test]
    fn unknown_kinds_are_ignored_and_counted() {
        let rng = &mut TestRng::new(2);
        let (mut a, mut b) = sessions(rng);
        let frame = seal(&mut b, &plaintext(200, 1, 0, b"from the future"));
        assert_eq!(
            a.receive(&frame, 0).unwrap().content,
            Content::Unknown { ctype: 200 }
        );
        assert_eq!(a.received(), 2);
    }

    #[test]
    fn numbers_are_what_they_must_be() {
        // READY had the number 0.
        assert_eq!(
            verdict(&plaintext(3, 0, 0, &[])).unwrap_err(),
            ReceiveError::Content
        );
        assert_eq!(
            verdict(&plaintext(1, 1, 0, &[])).unwrap_err(),
            ReceiveError::Content
        );
        assert_eq!(
            verdict(&plaintext(3, 1, 1, &[])).unwrap_err(),
            ReceiveError::Acknowledgement
        );
        assert!(verdict(&plaintext(3, 2, 0, &[])).is_ok());
        assert!(verdict(&plaintext(3, limits::SEQUENCE_WINDOW, 0, &[])).is_ok());
        for far in [
            limits::SEQUENCE_WINDOW + 1,
            limits::SESSION_MESSAGES + 1,
            u32::MAX,
        ] {
            assert_eq!(
                verdict(&plaintext(3, far, 0, &[])).unwrap_err(),
                ReceiveError::Sequence
            );
        }
    }

    #[test]
    fn a_number_comes_once_and_none_after_bye() {
        for (first, second) in [
            ((3, 1), (3, 1)),
            ((3, 5), (3, 5)),
            ((7, 1), (3, 2)),
            ((3, 5), (7, 4)),
            ((7, 5), (7, 4)),
        ] {
            let rng = &mut TestRng::new(3);
            let (mut a, mut b) = sessions(rng);
            let frame = seal(&mut b, &plaintext(first.0, first.1, 0, &[]));
            assert!(a.receive(&frame, 0).is_ok());
            let frame = seal(&mut b, &plaintext(second.0, second.1, 0, &[]));
            let result = a.receive(&frame, 0);
            assert_eq!(
                result.unwrap_err(),
                ReceiveError::Sequence,
                "{first:?} {second:?}"
            );
        }
    }

    #[test]
    fn a_session_that_is_used_up_says_bye() {
        let (mut a, _) = sessions(&mut TestRng::new(4));
        a.0.sending.next = limits::SESSION_MESSAGES;
        assert_eq!(
            a.send(&Content::Receipt, &mut TestRng::new(9)).unwrap_err(),
            SendError::SessionLimit
        );
        assert_eq!(a.failure(), Some(Code::SessionLimit));
        assert!(a.send(&Content::Bye, &mut TestRng::new(9)).is_ok());
    }

    /// No growth means no plaintext left in a freed buffer.
    #[test]
    fn a_frame_is_allocated_once() {
        let (mut a, _) = sessions(&mut TestRng::new(5));
        for length in [0, 241, 242, 3000] {
            let text = core::iter::repeat_n('x', length).collect();
            let frame = a
                .send(&Content::Text { text, reply: None }, &mut TestRng::new(9))
                .unwrap()
                .frame;
            assert_eq!(frame.capacity(), frame.len());
        }
    }

    /// A number that CONFIRM counted is an early message's, whether it came or not.
    #[test]
    fn numbers_of_early_messages_are_not_used_again() {
        for (seq, expected) in [
            (0, Err(ReceiveError::Sequence)),
            (1, Err(ReceiveError::Sequence)),
            (2, Err(ReceiveError::Sequence)),
            (3, Ok(3)),
        ] {
            let rng = &mut TestRng::new(7);
            let (mut a, mut b) = sessions_with_early(rng, 3, 1);
            a.0.sending.next = seq;
            let frame = a
                .send(&Content::Receipt, &mut TestRng::new(9))
                .unwrap()
                .frame;
            assert_eq!(b.receive(&frame, 0).map(|message| message.seq), expected);
        }
    }
}
