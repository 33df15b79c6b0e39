//! Everybody of whom something is remembered, and for whom something is to be done. A step costs what the peer costs that it
//! touches, however many others there are.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::conversation::Conversation;
use super::peer::Peer;
use super::turn::Turn;
use crate::engine::Engine;
use crate::identity::AccountId;
use crate::map::Map;

/// All peers of a client.
pub(super) struct Roster<E: Engine> {
    peers: Map<AccountId, Box<Peer<E>>>,
    /// Those with a conversation. This and the next two are in their order, and few.
    talking: Vec<AccountId>,
    /// Those whose conversation was touched since it was told how it stands.
    touched: Vec<AccountId>,
    /// Those who may have something to send.
    ready: Vec<AccountId>,
}

impl<E: Engine> Roster<E> {
    pub(super) const fn new() -> Self {
        Self {
            peers: Map::new(),
            talking: Vec::new(),
            touched: Vec::new(),
            ready: Vec::new(),
        }
    }

    pub(super) fn get(&self, account: &AccountId) -> Option<&Peer<E>> {
        self.peers.get(account).map(Box::as_ref)
    }

    /// For what changes nothing that others must know: see [`Self::with`].
    pub(super) fn get_mut(&mut self, account: &AccountId) -> Option<&mut Peer<E>> {
        self.peers.get_mut(account).map(Box::as_mut)
    }

    pub(super) fn conversation(&self, account: &AccountId) -> Option<&Conversation<E>> {
        self.get(account)?.conversation.as_ref()
    }

    pub(super) fn len(&self) -> usize {
        self.peers.len()
    }

    /// Frames of all of them that wait for a job.
    pub(super) fn waiting(&self) -> usize {
        self.peers.values().map(|peer| peer.waiting()).sum()
    }

    /// Everybody.
    pub(super) fn all(&self) -> Vec<AccountId> {
        self.peers.keys().copied().collect()
    }

    /// Those with a conversation, in their order.
    pub(super) fn talking(&self) -> &[AccountId] {
        &self.talking
    }

    /// Those who may have something to send, in their order.
    pub(super) fn ready(&self) -> &[AccountId] {
        &self.ready
    }

    /// Nobody has anything to send but these.
    pub(super) fn retain_ready(&mut self, has: impl Fn(&Conversation<E>) -> bool) {
        let peers = &self.peers;
        self.ready.retain(|account| {
            let peer = peers.get(account);
            let conversation = peer.and_then(|peer| peer.conversation.as_ref());
            conversation.is_some_and(&has)
        });
    }

    /// Those whose conversation was touched since they were last taken.
    pub(super) fn take_touched(&mut self) -> Vec<AccountId> {
        core::mem::take(&mut self.touched)
    }

    /// Those for whom something is due.
    pub(super) fn due(&self, now: u64) -> Vec<AccountId> {
        let peers = self.peers.iter();
        let due = peers.filter(|(_, peer)| peer.wake.is_some_and(|at| at <= now));
        due.map(|(account, _)| *account).collect()
    }

    /// When something is due next that was not when it was `looked_at`: that waits for something else.
    pub(super) fn next_wake(&self, looked_at: u64) -> Option<u64> {
        let wakes = self.peers.values().filter_map(|peer| peer.wake);
        wakes.filter(|at| *at > looked_at).min()
    }

    /// A step of one peer's. Nobody is kept of whom nothing needs to be remembered.
    pub(super) fn with(
        &mut self,
        account: AccountId,
        turn: &mut Turn<'_, E>,
        step: impl FnOnce(&mut Peer<E>, &mut Turn<'_, E>),
    ) {
        let mut step = Some(step);
        self.with_each(account, turn, &mut |peer, turn| {
            if let Some(step) = step.take() {
                step(peer, turn);
            }
        });
    }

    /// [`Self::with`], once for all steps: there are some twenty-five, and this around each of them was six kilobytes of code.
    fn with_each(
        &mut self,
        account: AccountId,
        turn: &mut Turn<'_, E>,
        step: &mut dyn FnMut(&mut Peer<E>, &mut Turn<'_, E>),
    ) {
        let new = || Box::new(Peer::new(account));
        let peer = self.peers.get_or_insert_with(account, new);
        let before = peer.tally();
        step(peer, turn);
        let after = peer.tally();
        if peer.is_idle() {
            self.peers.remove(&account);
        } else {
            peer.wake = peer.next_wake(turn);
        }
        turn.shared.tally.change(&before, &after);
        if after.conversations > 0 {
            insert(&mut self.touched, account);
            insert(&mut self.ready, account);
        }
        if before.conversations != after.conversations {
            turn.shared.line.watch_others();
            if after.conversations > 0 {
                insert(&mut self.talking, account);
            } else {
                self.talking.retain(|one| *one != account);
            }
        }
    }
}

fn insert(accounts: &mut Vec<AccountId>, account: AccountId) {
    if let Err(place) = accounts.binary_search(&account) {
        accounts.insert(place, account);
    }
}
