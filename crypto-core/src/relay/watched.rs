//! What WATCH carries: the accounts whose presence is watched.

use alloc::vec::Vec;

use super::{EnvelopeId, FrameError, frame, frame_type};
use crate::bytes::Reader;
use crate::identity::AccountId;
use crate::limits;

/// At most [`limits::WATCHED`] accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched<'a>(&'a [[u8; 32]]);

impl<'a> Watched<'a> {
    /// Account ids; `None` if they are too many.
    #[must_use]
    pub fn new(accounts: &'a [[u8; 32]]) -> Option<Self> {
        (accounts.len() <= limits::WATCHED).then_some(Self(accounts))
    }

    /// The accounts, in the frame's order. One may stand there twice.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = AccountId> + use<'a> {
        self.0.iter().map(|account| AccountId(*account))
    }

    /// `count u8, count × aid`, to the end of the frame.
    pub(super) fn decode(reader: &mut Reader<'a>) -> Result<Self, FrameError> {
        let count = usize::from(reader.u8()?);
        let (accounts, rest) = reader.rest().as_chunks();
        if accounts.len() != count || !rest.is_empty() {
            return Err(FrameError::Length);
        }
        Self::new(accounts).ok_or(FrameError::Field)
    }

    pub(super) fn encode(&self, id: EnvelopeId) -> Vec<u8> {
        // At most 64.
        let count = u8::try_from(self.0.len()).unwrap_or(u8::MAX);
        frame(frame_type::WATCH, &[&id.0, &[count], self.0.as_flattened()])
    }
}
