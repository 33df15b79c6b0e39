//! Keys of messages that have not come yet (section 6.5).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::chain::MessageKey;
use super::fields::{put_count, read_count};
use crate::bytes::Reader;
use crate::limits;

/// Keys of skipped messages, oldest first.
#[derive(Default)]
pub(super) struct Skipped(VecDeque<Entry>);

struct Entry {
    turn: u32,
    number: u32,
    /// Boxed: entries move when others come and go, and a move would leave a copy of the key behind.
    key: Box<MessageKey>,
    since: u64,
}

impl Skipped {
    /// Where the key of a message is.
    pub(super) fn find(&self, turn: u32, number: u32) -> Option<usize> {
        self.0
            .iter()
            .position(|entry| entry.number == number && entry.turn == turn)
    }

    pub(super) fn get(&self, index: usize) -> Option<&MessageKey> {
        self.0.get(index).map(|entry| &*entry.key)
    }

    pub(super) fn remove(&mut self, index: usize) {
        self.0.remove(index);
    }

    /// Stores keys of a turn under their numbers; the oldest ones go if there are too many.
    pub(super) fn extend(&mut self, turn: u32, keys: Vec<(u32, Box<MessageKey>)>, now: u64) {
        for (number, key) in keys {
            if self.0.len() >= limits::SKIPPED_STORED {
                self.0.pop_front();
            }
            self.0.push_back(Entry {
                turn,
                number,
                key,
                since: now,
            });
        }
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
        2 + self.0.len() * (4 + 4 + 32 + 8)
    }

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        put_count(out, self.0.len());
        for entry in &self.0 {
            let Entry {
                turn,
                number,
                key,
                since,
            } = entry;
            out.extend_from_slice(&turn.to_be_bytes());
            out.extend_from_slice(&number.to_be_bytes());
            key.write_record(out);
            out.extend_from_slice(&since.to_be_bytes());
        }
    }

    /// Reads what [`Self::write_record`] wrote. Turns are the peer's: of the parity of its `newest` one, and not after it.
    pub(super) fn read_record(reader: &mut Reader<'_>, newest: Option<u32>) -> Option<Self> {
        let count = read_count(reader, limits::SKIPPED_STORED)?;
        let entry = |_| {
            let (turn, number) = (reader.u32().ok()?, reader.u32().ok()?);
            let ago = newest?.checked_sub(turn)?;
            (ago % 2 == 0 && number < limits::TURN_MESSAGES).then_some(())?;
            Some(Entry {
                turn,
                number,
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

    /// `(turn, N)` of each, for the test vectors.
    #[cfg(feature = "vectors")]
    pub(super) fn numbers(&self) -> Vec<(u32, u32)> {
        let numbers = self.0.iter().map(|entry| (entry.turn, entry.number));
        numbers.collect()
    }
}
