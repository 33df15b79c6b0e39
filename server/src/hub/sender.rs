//! Somebody who sends: what they have on its way, and a signal whenever some of it is settled.

use duet_crypto::identity::AccountId;
use tokio::sync::Notify;

use super::budget::{Budget, Held};

/// Somebody who sends, at this node or at another one.
pub struct Sender {
    /// Who.
    pub account: AccountId,
    held: Held,
    settled: Notify,
}

impl Sender {
    /// With nothing on its way.
    #[must_use]
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            held: Held::default(),
            settled: Notify::new(),
        }
    }

    /// Charges bytes; false if there is as much on its way as may be.
    #[must_use]
    pub fn charge(&self, budget: &Budget, bytes: usize) -> bool {
        budget.take(&self.held, bytes)
    }

    /// Gives back what was charged.
    pub fn discharge(&self, budget: &Budget, bytes: usize) {
        budget.give_back(&self.held, bytes);
    }

    /// A payload was settled.
    pub fn one_was_settled(&self) {
        self.settled.notify_one();
    }

    /// Waits until a payload is settled.
    pub async fn one_settled(&self) {
        self.settled.notified().await;
    }
}
