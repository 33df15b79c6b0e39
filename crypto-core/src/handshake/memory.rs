//! What a run has seen (section 10): no first flight rings twice, and no stranger takes all the room.

use super::HandshakeId;
use super::flight::ListenError;
use super::rate::Hourly;
use crate::bytes::ordered;
use crate::identity::AccountId;
use crate::limits;
use crate::map::Set;

/// Places that anybody may take. The others are kept for those who are pinned.
const FOR_ANYBODY: usize = limits::OFFERS_REMEMBERED - limits::OFFERS_KEPT_FOR_PINNED;

/// Names a first flight: the key that it is, or claims to be, signed with, and its handshake. Another account that uses
/// the same `hid` makes another flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FlightId([u8; 48]);

ordered!(FlightId);

impl FlightId {
    pub(super) fn new(key: &[u8; 32], hid: HandshakeId) -> Self {
        let mut id = [0; 48];
        let (first, rest) = id.split_at_mut(key.len());
        first.copy_from_slice(key);
        rest.copy_from_slice(&hid.0);
        Self(id)
    }
}

/// Every first flight that a run has remembered. It forgets none: a new run begins with a new memory.
pub(super) struct OfferMemory {
    /// By the bytes of keys that were validated.
    seen: Set<FlightId>,
    /// Who took the places of the last hour. No more entries than places.
    takers: Hourly,
}

impl OfferMemory {
    pub(super) const fn new() -> Self {
        Self {
            seen: Set::new(),
            takers: Hourly::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn contains(&self, flight: &FlightId) -> bool {
        self.seen.contains(flight)
    }

    /// Whether those who are not pinned are refused.
    pub(super) fn is_full(&self) -> bool {
        self.seen.len() >= FOR_ANYBODY
    }

    /// Whether there is room for another flight of `account`; `pinned` if it comes under the key that is pinned.
    pub(super) fn check(
        &self,
        account: &AccountId,
        pinned: bool,
        now: u64,
    ) -> Result<(), ListenError> {
        if self.takers.count(account, now) >= limits::OFFERS_PER_HOUR {
            return Err(ListenError::Rate);
        }
        let places = if pinned {
            limits::OFFERS_REMEMBERED
        } else {
            FOR_ANYBODY
        };
        if self.seen.len() < places {
            Ok(())
        } else {
            Err(ListenError::Full)
        }
    }

    /// Remembers a genuine flight of `account`.
    pub(super) fn remember(&mut self, flight: FlightId, account: &AccountId, now: u64) {
        self.seen.insert(flight);
        self.takers.add(account, now);
    }

    /// Takes places until so many are taken, for nobody.
    #[cfg(test)]
    pub(super) fn fill(&mut self, places: usize) {
        let free =
            (0_u128..).map(|number| FlightId::new(&[0xff; 32], HandshakeId(number.to_be_bytes())));
        let free = free.skip(self.seen.len());
        self.seen.extend(free.take(places - self.seen.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::account;

    const HOUR: u64 = 60 * 60 * 1000;

    fn flight(number: u8) -> FlightId {
        FlightId::new(&[number; 32], HandshakeId([number; 16]))
    }

    #[test]
    fn an_account_takes_256_places_an_hour() {
        let (eve, bob) = (account("eve"), account("bob"));
        let mut memory = OfferMemory::new();
        for number in 0..=u8::MAX {
            assert_eq!(memory.check(&eve, false, u64::from(number)), Ok(()));
            memory.remember(flight(number), &eve, u64::from(number));
        }
        // Whoever it is, and nobody else.
        for pinned in [false, true] {
            let refused = memory.check(&eve, pinned, HOUR - 1);
            assert_eq!(refused, Err(ListenError::Rate));
            assert_eq!(memory.check(&bob, pinned, HOUR - 1), Ok(()));
        }
        // The first is an hour old, then the second. What was seen stays seen.
        assert_eq!(memory.check(&eve, false, HOUR), Ok(()));
        memory.remember(FlightId::new(&[0; 32], HandshakeId([1; 16])), &eve, HOUR);
        assert_eq!(memory.check(&eve, false, HOUR), Err(ListenError::Rate));
        assert_eq!(memory.check(&eve, false, HOUR + 1), Ok(()));
        assert!(memory.contains(&flight(0)));
        assert!(!memory.contains(&FlightId::new(&[0; 32], HandshakeId([2; 16]))));
        assert_eq!(memory.len(), 257);
    }

    #[test]
    fn the_last_places_are_for_the_pinned() {
        let alice = account("alice");
        let mut memory = OfferMemory::new();
        let room = |memory: &OfferMemory| {
            [false, true].map(|pinned| memory.check(&alice, pinned, 0).err())
        };
        memory.fill(49_151);
        assert_eq!((room(&memory), memory.is_full()), ([None, None], false));
        memory.fill(49_152);
        let full = Some(ListenError::Full);
        assert_eq!((room(&memory), memory.is_full()), ([full, None], true));
        memory.fill(65_535);
        assert_eq!(room(&memory), [full, None]);
        memory.fill(65_536);
        assert_eq!((room(&memory), memory.is_full()), ([full, full], true));
    }
}
