//! The head of a MSG, which is also its associated data (section 6.3).

use super::padding;
use crate::bytes::fill;
use crate::error::FrameError;
use crate::ids::SessionId;
use crate::primitives::aead::TAG_LENGTH;
use crate::primitives::hash::labelled;
use crate::primitives::{kem, labels};
use crate::wire::{self, FrameKind};

/// Bytes of a MSG before its ciphertext.
pub const HEADER_LENGTH: usize = 2334;

/// The head of a MSG, borrowed from its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The session.
    pub sid: SessionId,
    /// `PN`: length of the sender's previous turn.
    pub previous: u32,
    /// `N`: number in this turn.
    pub number: u32,
    /// Number of the turn.
    pub turn: u32,
    /// `RX` of the turn, not validated.
    pub agreement_key: &'a [u8; 32],
    /// `RE` of the turn, not validated.
    pub encapsulation_key: &'a [u8; kem::ENCAPSULATION_KEY],
    /// `RC` of the turn, for the `RE` of the turn before.
    pub ciphertext: &'a [u8; kem::CIPHERTEXT],
}

impl<'a> Header<'a> {
    /// Decodes the head of any bytes and checks that the whole has the length of a MSG.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &'a [u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open(frame, FrameKind::Message)?;
        let header = Self {
            sid: SessionId(reader.array()?),
            previous: reader.u32()?,
            number: reader.u32()?,
            turn: reader.u32()?,
            agreement_key: reader.view()?,
            encapsulation_key: reader.view()?,
            ciphertext: reader.view()?,
        };
        match reader.rest().len().checked_sub(TAG_LENGTH) {
            Some(padded) if padding::is_bucket(padded) => Ok(header),
            _ => Err(FrameError::Length),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        let mut out = [0; HEADER_LENGTH];
        self.write(&mut out);
        out
    }

    /// Writes the bytes where they belong.
    pub(super) fn write(&self, out: &mut [u8; HEADER_LENGTH]) {
        let parts: [&[u8]; 8] = [
            &FrameKind::Message.start(),
            &self.sid.0,
            &self.previous.to_be_bytes(),
            &self.number.to_be_bytes(),
            &self.turn.to_be_bytes(),
            self.agreement_key,
            self.encapsulation_key,
            self.ciphertext,
        ];
        fill(out, &parts);
    }

    /// `th` of the turn that this head tells.
    pub(super) fn turn_hash(&self) -> [u8; 32] {
        let (agreement, encapsulation) = (self.agreement_key, self.encapsulation_key);
        turn_hash(self.turn, agreement, encapsulation, self.ciphertext)
    }
}

/// `th(e) = LH("turn", u32(e) || RX || RE || RC)`: binds the public part of a turn into its root step.
pub(super) fn turn_hash(
    turn: u32,
    agreement: &[u8; 32],
    encapsulation: &[u8; kem::ENCAPSULATION_KEY],
    ciphertext: &[u8; kem::CIPHERTEXT],
) -> [u8; 32] {
    let parts: [&[u8]; 4] = [&turn.to_be_bytes(), agreement, encapsulation, ciphertext];
    labelled(&labels::TURN, &parts)
}
