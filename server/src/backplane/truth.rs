//! What a node asks of the parts above the hub: they know the database, and the limits.

use duet_crypto::{
    identity::AccountId,
    relay::{NoPrekey, PrekeyBytes},
};

use std::collections::HashSet;

use super::Pending;
use crate::hub::route::Local;

/// What only the parts above the hub can answer.
pub trait Truth: Send + Sync {
    /// Asks the database about all connections of this node: some may have ended without this node's hearing of it.
    fn recheck(&self) -> Pending<'_, ()>;

    /// The same about the connections of these accounts.
    fn recheck_accounts(&self, accounts: HashSet<AccountId>) -> Pending<'_, ()>;

    /// Who may reach an account has changed at another node.
    fn reach_changed<'a>(&'a self, account: &'a AccountId) -> Pending<'a, ()>;

    /// Takes a prekey of somebody who is here, under all limits.
    fn take_prekey<'a>(
        &'a self,
        owner: &'a Local,
        claimer: &'a AccountId,
    ) -> Pending<'a, Result<Box<PrekeyBytes>, NoPrekey>>;
}
