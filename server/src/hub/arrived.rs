//! What has arrived at a connection, from whom: where there are several nodes a sender repeats a payload whose acknowledgement was
//! lost, perhaps over another node, and it must not be written twice. Only asked where there are other nodes.

use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, EnvelopeId},
};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};
use tokio::time::Instant;

use super::receipt::Receipt;

/// Payloads that are remembered of all senders, and how long: as for those of one sender ([`super::recent`]).
const REMEMBERED: usize = 2048;
const LIFETIME: Duration = Duration::from_secs(120);

type Key = (AccountId, EnvelopeId);

/// The memory.
#[derive(Default)]
pub struct Arrived {
    order: VecDeque<(Key, Instant)>,
    payloads: HashMap<Key, (Instant, State)>,
}

enum State {
    /// It waits for the socket: whoever is to be told what became of it.
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
        let key = (from, receipt.id());
        match self.payloads.get_mut(&key) {
            Some((_, State::Written)) => Arrival::Written(receipt),
            Some((_, State::Waiting(receipts))) => {
                receipts.push(receipt);
                Arrival::Waits
            }
            None => {
                self.order.push_back((key, now));
                self.payloads
                    .insert(key, (now, State::Waiting(vec![receipt])));
                Arrival::New
            }
        }
    }

    /// Notes what became of a payload; these are to be told. One that was not written may come again.
    #[must_use]
    pub fn settle(&mut self, from: AccountId, id: EnvelopeId, status: AckStatus) -> Vec<Receipt> {
        let key = (from, id);
        let Some((_, state)) = self.payloads.get_mut(&key) else {
            return Vec::new();
        };
        let before = std::mem::replace(state, State::Written);
        if status != AckStatus::Written {
            self.payloads.remove(&key);
        }
        match before {
            State::Waiting(receipts) => receipts,
            State::Written => Vec::new(),
        }
    }

    /// What waits is never forgotten: the recipient's queue bounds it.
    fn forget_old(&mut self, now: Instant) {
        for _ in 0..self.order.len() {
            let Some((key, at)) = self.order.front().copied() else {
                return;
            };
            if now.duration_since(at) < LIFETIME && self.order.len() < REMEMBERED {
                return;
            }
            self.order.pop_front();
            match self.payloads.get(&key) {
                Some((since, State::Waiting(_))) if *since == at => self.order.push_back((key, at)),
                Some((since, State::Written)) if *since == at => {
                    self.payloads.remove(&key);
                }
                // Tried anew since.
                _ => {}
            }
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

    fn settle(arrived: &mut Arrived, number: u16, status: AckStatus) {
        for receipt in arrived.settle(ALICE, id(number), status) {
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
        settle(&mut arrived, 1, AckStatus::Written);
        assert_eq!(*told.0.lock().unwrap(), [AckStatus::Written; 2]);
        assert!(matches!(begin(&mut arrived, ALICE), Arrival::Written(_)));
    }

    #[test]
    fn what_was_not_written_may_come_again() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        arrived.begin(ALICE, receipt(&told, 1), now);
        settle(&mut arrived, 1, AckStatus::Offline);
        assert_eq!(*told.0.lock().unwrap(), [AckStatus::Offline]);
        let again = arrived.begin(ALICE, receipt(&told, 1), now);
        assert!(matches!(again, Arrival::New));
    }

    #[test]
    fn memory_is_bounded_and_forgets_nothing_that_waits() {
        let (mut arrived, now, told) = (Arrived::default(), Instant::now(), Arc::default());
        arrived.begin(ALICE, receipt(&told, 0), now);
        for number in 1..5_000 {
            arrived.begin(ALICE, receipt(&told, number), now);
            settle(&mut arrived, number, AckStatus::Written);
        }
        assert!(arrived.payloads.len() <= REMEMBERED && arrived.order.len() <= REMEMBERED);
        let later = now + LIFETIME;
        assert!(matches!(
            arrived.begin(ALICE, receipt(&told, 0), later),
            Arrival::Waits
        ));
        assert!(matches!(
            arrived.begin(ALICE, receipt(&told, 4_999), later),
            Arrival::New
        ));
        assert_eq!(arrived.payloads.len(), 2);
    }
}
