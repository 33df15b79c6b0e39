//! What other nodes could not be told because Redis was away. A change that is said late is not said as it was: whose connection it
//! would have closed may have come back since with a new login. So of each only the account is kept, for others to ask the database
//! about, and of many nothing but that there were many.

use duet_crypto::identity::AccountId;
use std::collections::HashSet;

use super::changes::Change;

/// Accounts that are kept: beyond, asking about everybody is less work.
const KEPT: usize = 1_000;

/// See the module's documentation.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Missed {
    /// Nothing was.
    #[default]
    Nothing,
    /// Changes of these accounts.
    Accounts(HashSet<AccountId>),
    /// More than are kept.
    Much,
}

impl Missed {
    /// A change could not be told.
    pub(super) fn note(&mut self, change: &Change) {
        let account = match change {
            Change::Revoked(account, ..) | Change::Reach(account) | Change::Look(account) => {
                *account
            }
            Change::LookAtAll => {
                *self = Self::Much;
                return;
            }
        };
        match self {
            Self::Nothing => *self = Self::Accounts(HashSet::from([account])),
            Self::Accounts(accounts) => {
                accounts.insert(account);
                if accounts.len() > KEPT {
                    *self = Self::Much;
                }
            }
            Self::Much => {}
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }

    /// What is to be told of it, which is not kept any more.
    pub(super) fn take(&mut self) -> Vec<Change> {
        match std::mem::take(self) {
            Self::Nothing => Vec::new(),
            Self::Accounts(accounts) => accounts.into_iter().map(Change::Look).collect(),
            Self::Much => vec![Change::LookAtAll],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::closing::Which;
    use duet_crypto::relay::CloseCode;

    fn account(number: u16) -> AccountId {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        AccountId(bytes)
    }

    #[test]
    fn of_a_change_that_comes_late_only_the_account_is_told() {
        let mut missed = Missed::default();
        for _ in 0..100 {
            let revoked = Change::Revoked(account(1), Which::All, CloseCode::Unauthenticated);
            missed.note(&revoked);
            missed.note(&Change::Reach(account(1)));
        }
        assert_eq!(missed.take(), [Change::Look(account(1))]);
        assert!(missed.is_nothing() && missed.take().is_empty());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut missed = Missed::default();
        let kept = u16::try_from(KEPT).unwrap();
        (0..kept).for_each(|number| missed.note(&Change::Reach(account(number))));
        let mut told = missed.take();
        assert_eq!(told.len(), KEPT);
        told.iter().for_each(|change| missed.note(change));
        missed.note(&Change::Reach(account(kept)));
        told = missed.take();
        assert_eq!(told, [Change::LookAtAll]);
        missed.note(&told[0]);
        missed.note(&Change::Reach(account(1)));
        assert_eq!(missed.take(), [Change::LookAtAll]);
    }
}
