//! Keys of messages that have not come yet (section 6.5).

use alloc::collections::VecDeque;

use super::chain::MessageKey;
use crate::limits;

/// Keys of skipped messages, oldest first.
#[derive(Default)]
pub(super) struct Skipped(VecDeque<Entry>);

struct Entry {
    ratchet_key: [u8; 32],
    number: u32,
    key: MessageKey,
    since: u64,
}

impl Skipped {
    /// Where the key of a message is.
    pub(super) fn find(&self, ratchet_key: &[u8; 32], number: u32) -> Option<usize> {
        self.0
            .iter()
            .position(|entry| entry.number == number && entry.ratchet_key == *ratchet_key)
    }

    pub(super) fn get(&self, index: usize) -> Option<&MessageKey> {
        self.0.get(index).map(|entry| &entry.key)
    }

    pub(super) fn remove(&mut self, index: usize) {
        self.0.remove(index);
    }

    /// Stores a key; the oldest one goes if there are too many.
    pub(super) fn push(&mut self, ratchet_key: [u8; 32], number: u32, key: MessageKey, now: u64) {
        if self.0.len() >= limits::SKIPPED_STORED {
            self.0.pop_front();
        }
        self.0.push_back(Entry {
            ratchet_key,
            number,
            key,
            since: now,
        });
    }

    /// Forgets the keys that are too old. A clock that was set back keeps them a little longer.
    pub(super) fn expire(&mut self, now: u64) {
        while self
            .0
            .front()
            .is_some_and(|entry| now.saturating_sub(entry.since) >= limits::SKIPPED_LIFETIME)
        {
            self.0.pop_front();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
