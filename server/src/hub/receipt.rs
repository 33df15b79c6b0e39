//! What becomes of a payload: a promise to its sender, kept however it ends.

use duet_crypto::relay::{AckStatus, EnvelopeId};
use std::sync::Arc;

/// Where a payload came from, and who is told what became of it: a connection at this node, or another node.
pub trait Origin: Send + Sync {
    /// Called once for each receipt. `cost` are the bytes of memory that were charged for it.
    fn settled(&self, id: EnvelopeId, status: AckStatus, cost: usize);
}

/// Whose payload this is. One that is dropped before it was written, for whatever reason, tells its sender that the recipient
/// has gone: no payload vanishes in silence.
pub struct Receipt {
    origin: Arc<dyn Origin>,
    id: EnvelopeId,
    status: AckStatus,
    cost: usize,
}

impl Receipt {
    /// For the payload `id` of `origin`, which was charged `cost` bytes.
    #[must_use]
    pub fn new(origin: Arc<dyn Origin>, id: EnvelopeId, cost: usize) -> Self {
        Self {
            origin,
            id,
            status: AckStatus::Offline,
            cost,
        }
    }

    /// The payload's id, which is its sender's.
    #[must_use]
    pub fn id(&self) -> EnvelopeId {
        self.id
    }

    /// What the payload costs in memory.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// The payload was written to the recipient's socket.
    pub fn written(self) {
        self.settle(AckStatus::Written);
    }

    /// Something else became of it.
    pub fn settle(mut self, status: AckStatus) {
        self.status = status;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.origin.settled(self.id, self.status, self.cost);
    }
}
