//! Whom people of this node watch, and what they were told last. Asked for at the node where the watched account is; when that
//! node cannot be reached, or the account has moved, this one asks again.

use duet_crypto::{identity::AccountId, relay::Presence};
use std::collections::HashMap;

use super::NodeId;

/// What somebody sees of an account.
pub(super) type Shown = Option<(Presence, u8)>;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Watches(HashMap<AccountId, Watched>);

#[derive(Default)]
struct Watched {
    by: HashMap<AccountId, Watcher>,
    /// The node that was asked.
    at: Option<NodeId>,
    /// How often the account was seen to come or go.
    moves: u64,
}

#[derive(Default)]
struct Watcher {
    /// Connections: one may be taking over from another.
    connections: usize,
    told: Option<Shown>,
}

impl Watches {
    /// Somebody watches an account, and knows nothing of it yet.
    pub(super) fn add(&mut self, account: &AccountId, by: &AccountId) {
        let watched = self.0.entry(*account).or_default();
        let watcher = watched.by.entry(*by).or_default();
        watcher.connections += 1;
        watcher.told = None;
    }

    /// They do not any more: the node that is to be told.
    pub(super) fn remove(&mut self, account: &AccountId, by: &AccountId) -> Option<NodeId> {
        let watched = self.0.get_mut(account)?;
        let watcher = watched.by.get_mut(by)?;
        watcher.connections -= 1;
        if watcher.connections > 0 {
            return None;
        }
        watched.by.remove(by);
        let at = watched.at;
        if watched.by.is_empty() {
            self.0.remove(account);
        }
        at
    }

    /// The account was found at this node: who is to be registered there. Nobody if `moves` is given and it has moved since.
    pub(super) fn found(
        &mut self,
        account: &AccountId,
        at: Option<NodeId>,
        moves: Option<u64>,
    ) -> Vec<AccountId> {
        let Some(watched) = self.0.get_mut(account) else {
            return Vec::new();
        };
        match moves {
            Some(moves) if moves != watched.moves => return Vec::new(),
            Some(_) => {}
            None => watched.moves += 1,
        }
        watched.at = at;
        watched.by.keys().copied().collect()
    }

    /// The account has come to this very node, whose directory tells everybody itself.
    pub(super) fn is_here(&mut self, account: &AccountId) {
        if let Some(watched) = self.0.get_mut(account) {
            watched.moves += 1;
            watched.at = None;
            for watcher in watched.by.values_mut() {
                // As soon as it has left: the directory says so to those who saw it, and nothing to the others.
                watcher.told = Some(None);
            }
        }
    }

    /// How often the account was seen to come or go; `None` if nobody watches it.
    pub(super) fn moves(&self, account: &AccountId) -> Option<u64> {
        self.0.get(account).map(|watched| watched.moves)
    }

    /// Whether the word of this node counts.
    pub(super) fn asked(&self, account: &AccountId, node: NodeId) -> bool {
        self.0
            .get(account)
            .is_some_and(|watched| watched.at == Some(node))
    }

    /// Notes what somebody is told; false if they were told the same last.
    pub(super) fn tell(&mut self, account: &AccountId, by: &AccountId, shown: Shown) -> bool {
        self.0
            .get_mut(account)
            .and_then(|watched| watched.by.get_mut(by))
            .is_some_and(|watcher| watcher.told.replace(shown) != Some(shown))
    }

    /// Every account that this node was asked about, or all: with those who saw it there.
    pub(super) fn at(&self, node: Option<NodeId>) -> Vec<(AccountId, Vec<AccountId>)> {
        self.0
            .iter()
            .filter(|(_, watched)| node.is_none() || watched.at == node)
            .map(|(account, watched)| {
                let seen = |(by, watcher): (&AccountId, &Watcher)| {
                    matches!(watcher.told, Some(Some(_))).then_some(*by)
                };
                (*account, watched.by.iter().filter_map(seen).collect())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);
    const NODE: NodeId = NodeId([3; 16]);
    const HERE: Shown = Some((Presence([4; 16]), 1));

    #[test]
    fn everybody_is_told_once_of_each_change() {
        let mut watches = Watches::default();
        watches.add(&ALICE, &BOB);
        assert_eq!(watches.found(&ALICE, Some(NODE), Some(0)), [BOB]);
        assert!(watches.asked(&ALICE, NODE));
        assert!(watches.tell(&ALICE, &BOB, HERE));
        assert!(!watches.tell(&ALICE, &BOB, HERE));
        assert_eq!(watches.at(Some(NODE)), [(ALICE, vec![BOB])]);
        assert!(watches.tell(&ALICE, &BOB, None));
        assert_eq!(watches.at(None), [(ALICE, Vec::new())]);
        // Who asks anew is told anew.
        watches.add(&ALICE, &BOB);
        assert!(watches.tell(&ALICE, &BOB, None));
        assert_eq!(watches.remove(&ALICE, &BOB), None);
        assert_eq!(watches.remove(&ALICE, &BOB), Some(NODE));
        assert_eq!(watches.moves(&ALICE), None);
    }

    #[test]
    fn what_was_found_before_a_move_is_void() {
        let mut watches = Watches::default();
        watches.add(&ALICE, &BOB);
        let moves = watches.moves(&ALICE);
        watches.is_here(&ALICE);
        assert!(watches.found(&ALICE, Some(NODE), moves).is_empty());
        assert!(!watches.asked(&ALICE, NODE));
        assert_eq!(watches.found(&ALICE, Some(NODE), None), [BOB]);
    }
}
