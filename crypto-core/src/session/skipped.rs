//! Keys of messages that have not come yet (section 6.5).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::chain::MessageKey;
use super::record::{put_count, read_count};
use crate::bytes::Reader;
use crate::limits;

/// Keys of skipped messages, oldest first.
#[derive(Default)]
pub(super) struct Skipped(VecDeque<Entry>);

struct Entry {
    ratchet_key: [u8; 32],
    number: u32,
    /// Boxed: entries move when others come and go, and a move would leave a copy of the key behind.
    key: Box<MessageKey>,
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
        self.0.get(index).map(|entry| &*entry.key)
    }

    pub(super) fn remove(&mut self, index: usize) {
        self.0.remove(index);
    }

    /// Stores a key; the oldest one goes if there are too many.
    pub(super) fn push(
        &mut self,
        ratchet_key: [u8; 32],
        number: u32,
        key: Box<MessageKey>,
        now: u64,
    ) {
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

    /// Bytes of these keys in a record.
    pub(super) fn record_length(&self) -> usize {
        2 + self.0.len() * (32 + 4 + 32 + 8)
    }

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        put_count(out, self.0.len());
        for entry in &self.0 {
            let Entry {
                ratchet_key,
                number,
                key,
                since,
            } = entry;
            out.extend_from_slice(ratchet_key);
            out.extend_from_slice(&number.to_be_bytes());
            key.write_record(out);
            out.extend_from_slice(&since.to_be_bytes());
        }
    }

    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        let count = read_count(reader, limits::SKIPPED_STORED)?;
        let entry = |_| {
            Some(Entry {
                ratchet_key: reader.array().ok()?,
                number: reader.u32().ok()?,
                key: Box::new(MessageKey::read_record(reader)?),
                since: reader.u64().ok()?,
            })
        };
        let entries: Option<_> = (0..count).map(entry).collect();
        entries.map(Self)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
