//! Whose turn it is: the conversation on the screen goes first, and nobody waits for ever.

use alloc::vec::Vec;

use crate::identity::AccountId;

/// How often the conversation on the screen goes before one of the others does.
const IN_A_ROW: u32 = 4;

/// Turns of conversations.
#[derive(Debug, Default)]
pub(super) struct Rota {
    /// Whose turn it was last among those that are not on the screen.
    last: Option<AccountId>,
    /// Turns of the one on the screen since then.
    in_a_row: u32,
}

impl Rota {
    /// Who goes before whom now. `accounts` are in their order.
    pub(super) fn order(
        &self,
        accounts: &[AccountId],
        visible: Option<AccountId>,
    ) -> Vec<AccountId> {
        let after = accounts.partition_point(|account| Some(*account) <= self.last);
        let (before, after) = accounts.split_at(after);
        let others = after.iter().chain(before);
        let mut order: Vec<_> = others.copied().collect();
        if let Some(at) = order.iter().position(|account| Some(*account) == visible) {
            if self.in_a_row < IN_A_ROW {
                order[..=at].rotate_right(1);
            } else {
                order[at..].rotate_left(1);
            }
        }
        order
    }

    /// It was this one's turn.
    pub(super) fn served(&mut self, account: AccountId, visible: Option<AccountId>) {
        if Some(account) == visible {
            self.in_a_row = self.in_a_row.saturating_add(1);
        } else {
            (self.last, self.in_a_row) = (Some(account), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who is served if all of them always have something to say.
    fn served(count: u8, visible: Option<u8>, turns: usize) -> Vec<u8> {
        let accounts: Vec<_> = (1..=count).map(|one| AccountId([one; 32])).collect();
        let visible = visible.map(|one| AccountId([one; 32]));
        let mut rota = Rota::default();
        let mut turn = || {
            let first = rota.order(&accounts, visible)[0];
            rota.served(first, visible);
            first.0[0]
        };
        (0..turns).map(|_| turn()).collect()
    }

    #[test]
    fn everybody_in_turn() {
        assert_eq!(served(3, None, 7), [1, 2, 3, 1, 2, 3, 1]);
    }

    #[test]
    fn the_one_on_the_screen_more_often_and_not_alone() {
        assert_eq!(served(3, Some(2), 11), [2, 2, 2, 2, 1, 2, 2, 2, 2, 3, 2]);
        assert_eq!(served(1, Some(1), 6), [1; 6]);
    }
}
