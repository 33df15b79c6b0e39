//! A call that rings.

use alloc::vec::Vec;

use crate::client::conversation::Requested;
use crate::engine::Engine;
use crate::handshake::IncomingOffer;
use crate::ids::Presence;

/// A call that rings here.
pub(super) struct Ring<E: Engine> {
    pub(super) offer: IncomingOffer<E>,
    pub(super) presence: Presence,
    pub(super) until: u64,
    /// What came with it.
    pub(super) request: Vec<Requested>,
}
