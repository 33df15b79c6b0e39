//! What has arrived at a connection, from whom: where there are several nodes a sender repeats a payload whose acknowledgement was
//! lost, perhaps over another node, and it must not be written twice. Only asked where there are other nodes.

use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, EnvelopeId},
};
use std::collections::{HashMap, VecDeque, hash_map::Entry};
use tokio::time::Instant;

use super::{receipt::Receipt, recent::LIFETIME};

/// Written payloads that are remembered of all senders, as long as those of one sender.
const REMEMBERED: usize = 2048;

type Key = (AccountId, EnvelopeId);

/// The memory. Each call costs the same however much is remembered: what waits stands in no queue, and what was written is in it once.
#[derive(Default)]
pub struct Arrived {
    payloads: HashMap<Key, State>,
    /// Those that were written, the oldest first.
    written: VecDeque<(Key, Instant)>,
}

enum State {
    /// It waits for the socket: whoever is to be told what became of it. Never forgotten: the recipient's queue bounds it.
    Waiting(Vec<Receipt>),
    Written,
}

/// What is to be done with a payload.
pub enum Arrival {
    /// It is new: deliver it, and say what became of it by [`Arrived::settle`].
    New,
    /// It waits already; its receipt is settled with the first one's.
    Waits,
    /// It was written before.
    Written(Receipt),
}

impl Arrived {
    /// Looks a payload up and remembers it.
    pub fn begin(&mut self, from: AccountId, receipt: Receipt, now: Instant) -> Arrival {
        self.forget_old(now);
        match self.payloads.entry((from, receipt.id())) {
            Entry::Occupied(mut there) => match there.get_mut() {
                State::Written => Arrival::Written(receipt),
                State::Waiting(receipts) => {
                    receipts.push(receipt);
                    Arrival::Waits
                }
            },
            Entry::Vacant(place) => {
                place.insert(State::Waiting(vec![receipt]));
                Arrival::New
            }
        }
    }

    /// Notes what became of a payload; these are to be told. One that was not written may come again.
    #[must_use]
    pub fn settle(
        &mut self,
        from: AccountId,
        id: EnvelopeId,
        status: AckStatus,
        now: Instant,
    ) -> Vec<Receipt> {
        let key = (from, id);
        let Entry::Occupied(mut there) = self.payloads.entry(key) else {
            return Vec::new();
        };
        let State::Waiting(receipts) = there.get_mut() else {
            return Vec::new();
        };
        let receipts = std::mem::take(receipts);
        if status == AckStatus::Written {
            there.insert(State::Written);
            self.written.push_back((key, now));
            if self.written.len() > REMEMBERED {
                self.forget_first();
            }
        } else {
            there.remove();
        }
        receipts
    }

    /// Each of them is forgotten once, so what this costs was paid for when it was written.
    fn forget_old(&mut self, now: Instant) {
        while self
            .written
            .front()
            .is_some_and(|(_, at)| now.duration_since(*at) >= LIFETIME)
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((key, _)) = self.written.pop_front() {
            self.payloads.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::receipt::Origin;
    use std::sync::{Arc, Mutex};

    #[derive(Default)]
    struct Told(Mutex<Vec<AckStatus>>);

    impl Origin for Told {
        fn settled(&self, _: EnvelopeId, status: AckStatus, _: usize) {
            self.0.lock().unwrap().push(status);
        }
    }

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);

    fn id(number: u16) -> EnvelopeId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        EnvelopeId(bytes)
    }

    fn receipt(told: &Arc<Told>, number: u16) -> Receipt {
        let origin = Arc::clone(told) as Arc<dyn Origin>;
        Receipt::new(origin, id(number), 0)
    }

    fn settle(arrived: &mut Arrived, number: u16, status: AckStatus, now: Instant) {
        for receipt in arrived.settle(ALICE, id(number), status, now) {
            receipt.settle(status);
        }
    }

    #[test]
    fn a_repeat_is_told_what_became_of_the_first_one() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        let begin = |arrived: &mut Arrived, from| arrived.begin(from, receipt(&told, 1), now);
        assert!(matches!(begin(&mut arrived, ALICE), Arrival::New));
        assert!(matches!(begin(&mut arrived, ALICE), Arrival::Waits));
        // The same id of somebody else is another payload.
        assert!(matches!(begin(&mut arrived, BOB), Arrival::New));
        settle(&mut arrived, 1, AckStatus::Written, now);
        assert_eq!(*told.0.lock().unwrap(), [AckStatus::Written; 2]);
        assert!(matches!(begin(&mut arrived, ALICE), Arrival::Written(_)));
    }

    #[test]
    fn what_was_not_written_may_come_again() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        arrived.begin(ALICE, receipt(&told, 1), now);
        settle(&mut arrived, 1, AckStatus::Offline, now);
        assert_eq!(*told.0.lock().unwrap(), [AckStatus::Offline]);
        let again = arrived.begin(ALICE, receipt(&told, 1), now);
        assert!(matches!(again, Arrival::New));
    }

    /// What a repeat of a payload of Alice's is.
    fn again(arrived: &mut Arrived, told: &Arc<Told>, number: u16, now: Instant) -> Arrival {
        arrived.begin(ALICE, receipt(told, number), now)
    }

    #[test]
    fn at_the_bound_the_oldest_is_forgotten_and_nothing_that_waits() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        let bound = u16::try_from(REMEMBERED).unwrap();
        // They wait for a recipient who does not read, more of them than are remembered; the first was the first of all.
        for number in 0..bound + 100 {
            again(&mut arrived, &told, number, now);
        }
        assert!(arrived.written.is_empty());
        // As many as are remembered, and none less, were written; then one more.
        let written = bound + 100..2 * bound + 100;
        for number in written.clone() {
            again(&mut arrived, &told, number, now);
            settle(&mut arrived, number, AckStatus::Written, now);
        }
        for number in [written.start, written.end - 1] {
            let repeat = again(&mut arrived, &told, number, now);
            assert!(matches!(repeat, Arrival::Written(_)), "{number}");
        }
        settle(&mut arrived, 0, AckStatus::Written, now);
        assert_eq!(arrived.written.len(), REMEMBERED);
        for (number, is_known) in [
            (0, true),
            (written.start + 1, true),
            (written.end - 1, true),
            (written.start, false),
        ] {
            let repeat = again(&mut arrived, &told, number, now);
            assert_eq!(matches!(repeat, Arrival::Written(_)), is_known, "{number}");
        }
        // Two minutes later only what waits is known, and is settled like anything else.
        let later = now + LIFETIME;
        let waits = again(&mut arrived, &told, 1, later);
        assert!(matches!(waits, Arrival::Waits));
        assert!(arrived.written.is_empty());
        assert_eq!(arrived.payloads.len(), REMEMBERED + 100);
        let gone = again(&mut arrived, &told, written.end - 1, later);
        assert!(matches!(gone, Arrival::New));
        settle(&mut arrived, 1, AckStatus::Written, later);
        let repeat = again(&mut arrived, &told, 1, later);
        assert!(matches!(repeat, Arrival::Written(_)));
    }

    #[test]
    fn what_was_written_is_remembered_from_then_on() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        again(&mut arrived, &told, 1, now);
        // It waited for longer than anything is remembered.
        let written = now + 2 * LIFETIME;
        settle(&mut arrived, 1, AckStatus::Written, written);
        let repeat = again(&mut arrived, &told, 1, written + LIFETIME / 2);
        assert!(matches!(repeat, Arrival::Written(_)));
        let late = again(&mut arrived, &told, 1, written + LIFETIME);
        assert!(matches!(late, Arrival::New));
    }
}
