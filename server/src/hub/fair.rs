//! Taking turns: a queue for each sender, and a turn for each queue (deficit round robin in bytes, with a first turn at once
//! for those who had nothing waiting, as in RFC 8290).
//!
//! Whoever sends little is served next, whatever others have waiting; whoever sends much shares what is left, byte by byte, with
//! all who do the same. Within one queue order is kept.

use duet_crypto::identity::AccountId;
use std::collections::{HashMap, VecDeque};

/// Bytes that a turn is worth: a short text with its turn's ratchet keys.
const QUANTUM: usize = 3 * 1024;
/// Queues beyond which the memory of a quiet time is given back.
const KEPT: usize = 8;

/// What waits for its turn.
pub struct Fair<T> {
    queues: HashMap<AccountId, Queue<T>>,
    /// Those who had nothing waiting before, and all the others.
    fresh: VecDeque<AccountId>,
    rest: VecDeque<AccountId>,
    bytes: usize,
}

struct Queue<T> {
    items: VecDeque<(T, usize)>,
    bytes: usize,
    /// Bytes that it may still send in this turn.
    credit: usize,
}

impl<T> Default for Fair<T> {
    fn default() -> Self {
        Self {
            queues: HashMap::new(),
            fresh: VecDeque::new(),
            rest: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<T> Fair<T> {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Bytes that wait.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that wait of this sender.
    #[must_use]
    pub fn bytes_of(&self, sender: &AccountId) -> usize {
        self.queues.get(sender).map_or(0, |queue| queue.bytes)
    }

    /// Adds something of `size` bytes, which are not none.
    pub fn push(&mut self, sender: AccountId, item: T, size: usize) {
        let queue = self.queues.entry(sender).or_insert_with(|| {
            self.fresh.push_back(sender);
            Queue {
                items: VecDeque::new(),
                bytes: 0,
                credit: QUANTUM,
            }
        });
        queue.items.push_back((item, size));
        queue.bytes += size;
        self.bytes += size;
    }

    /// Takes whatever is next, with its size.
    pub fn pop(&mut self) -> Option<(T, usize)> {
        let alone = self.queues.len() == 1;
        loop {
            let is_fresh = !self.fresh.is_empty();
            let turns = if is_fresh {
                &mut self.fresh
            } else {
                &mut self.rest
            };
            let sender = *turns.front()?;
            let Some(queue) = self.queues.get_mut(&sender) else {
                turns.pop_front();
                continue;
            };
            match queue.items.front() {
                Some((_, size)) if alone || *size <= queue.credit => {
                    let (item, size) = queue.items.pop_front()?;
                    queue.credit = queue.credit.saturating_sub(size);
                    queue.bytes -= size;
                    self.bytes -= size;
                    return Some((item, size));
                }
                // Its turn is over. What it had left counts in the next one.
                Some(_) => {
                    queue.credit += QUANTUM;
                    turns.pop_front();
                    self.rest.push_back(sender);
                }
                // Nothing waits. A first turn is followed by an ordinary one: else a little at a time would always be first.
                None => {
                    turns.pop_front();
                    if is_fresh && !self.rest.is_empty() {
                        self.rest.push_back(sender);
                    } else {
                        self.queues.remove(&sender);
                        self.shrink();
                    }
                }
            }
        }
    }

    /// Takes everything.
    pub fn drain(&mut self) -> Vec<T> {
        let Self { queues, .. } = std::mem::take(self);
        queues
            .into_values()
            .flat_map(|queue| queue.items)
            .map(|(item, _)| item)
            .collect()
    }

    fn shrink(&mut self) {
        if self.queues.is_empty() && self.queues.capacity() > KEPT {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: usize = 2_672;

    fn account(number: u16) -> AccountId {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&number.to_be_bytes());
        AccountId(id)
    }

    /// Bytes of others that leave before the friend's text.
    fn before_the_friend(fair: &mut Fair<&'static str>) -> usize {
        let mut bytes = 0;
        while let Some((item, size)) = fair.pop() {
            if item == "friend" {
                return bytes;
            }
            bytes += size;
        }
        panic!("it never came")
    }

    #[test]
    fn a_text_waits_for_no_flood() {
        for (strangers, size) in [(1, 67_952), (1, TEXT), (100, 67_952), (100, 100)] {
            let mut fair = Fair::default();
            for stranger in 0..strangers {
                for _ in 0..60 {
                    fair.push(account(stranger), "stranger", size);
                }
            }
            // The strangers have had their first turns.
            for _ in 0..strangers * 40 {
                fair.pop();
            }
            for _ in 0..10 {
                fair.push(account(9_999), "friend", TEXT);
                let waited = before_the_friend(&mut fair);
                // The friend's second text within a round waits for an ordinary turn: one quantum of each stranger.
                assert!(
                    waited <= usize::from(strangers) * (QUANTUM + size.min(QUANTUM)) + size,
                    "{strangers} {size}: {waited}"
                );
            }
        }
    }

    #[test]
    fn bytes_are_shared_not_frames() {
        let mut fair = Fair::default();
        for _ in 0..2_000 {
            fair.push(account(1), 1, 1_000);
            fair.push(account(2), 2, 60_000);
            fair.push(account(3), 3, 7_000);
        }
        let mut sent = [0usize; 4];
        while sent.iter().sum::<usize>() < 3_000_000 {
            let (who, size) = fair.pop().unwrap();
            sent[who] += size;
        }
        for who in 1..4 {
            assert!(sent[who].abs_diff(1_000_000) < 100_000, "{sent:?}");
        }
    }

    #[test]
    fn order_is_kept_within_a_queue_and_nothing_is_lost() {
        let mut fair = Fair::default();
        for number in 0..1_000usize {
            fair.push(
                account(u16::try_from(number % 7).unwrap()),
                number,
                50 + number * 37 % 9_000,
            );
        }
        let mut last = [None; 7];
        let mut count = 0;
        while let Some((number, _)) = fair.pop() {
            assert!(last[number % 7] < Some(number));
            last[number % 7] = Some(number);
            count += 1;
        }
        assert_eq!((count, fair.bytes(), fair.is_empty()), (1_000, 0, true));
        assert!(fair.queues.is_empty() && fair.rest.is_empty());
    }

    #[test]
    fn a_little_at_a_time_does_not_stay_first() {
        let mut fair = Fair::default();
        for _ in 0..1_000 {
            fair.push(account(1), 1, TEXT);
        }
        fair.pop();
        let mut sent = [0usize; 3];
        for _ in 0..500 {
            if fair.bytes_of(&account(2)) == 0 {
                fair.push(account(2), 2, TEXT);
            }
            sent[fair.pop().unwrap().0] += 1;
        }
        assert!(sent[1].abs_diff(sent[2]) <= 4, "{sent:?}");
    }

    #[test]
    fn everything_can_be_taken_at_once() {
        let mut fair = Fair::default();
        for number in 0..100u16 {
            fair.push(account(number), number, 10);
        }
        assert_eq!(fair.drain().len(), 100);
        assert!(fair.pop().is_none() && fair.queues.capacity() == 0);
    }
}
