//! Who was refused for want of room, and told about: once in a while for each account, and not without end for all of them.

use crate::identity::AccountId;
use crate::map::Map;

/// Strangers who are told about in one interval: accounts cost nothing.
const STRANGERS: u32 = 16;
/// Accounts that are remembered.
const REMEMBERED: usize = 4_096;

/// When each of them was last told about.
#[derive(Debug, Default)]
pub(super) struct TurnedAway {
    lately: Map<AccountId, u64>,
    /// When the interval of the strangers began, and how many of them were told about in it.
    since: u64,
    strangers: u32,
}

impl TurnedAway {
    /// Whether this one was told about within `interval` ms.
    pub(super) fn lately(&self, account: &AccountId, now: u64, interval: u64) -> bool {
        let told = self.lately.get(account);
        told.is_some_and(|at| now.saturating_sub(*at) < interval)
    }

    /// Whether this one may be told about now; then it counts as told.
    pub(super) fn may_tell(
        &mut self,
        account: AccountId,
        known: bool,
        now: u64,
        interval: u64,
    ) -> bool {
        if self.lately(&account, now, interval) {
            return false;
        }
        if self.lately.len() >= REMEMBERED {
            self.lately
                .retain(|_, at| now.saturating_sub(*at) < interval);
        }
        if now.saturating_sub(self.since) >= interval {
            (self.since, self.strangers) = (now, 0);
        }
        if !known {
            self.strangers = self.strangers.saturating_add(1);
        }
        let room = self.lately.len() < REMEMBERED && (known || self.strangers <= STRANGERS);
        if room {
            self.lately.insert(account, now);
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn account(number: u32) -> AccountId {
        let mut id = [0; 32];
        id[..4].copy_from_slice(&number.to_be_bytes());
        AccountId(id)
    }

    #[test]
    fn once_in_a_while_for_each() {
        let mut away = TurnedAway::default();
        assert!(!away.lately(&account(1), 5, MINUTE));
        assert!(away.may_tell(account(1), true, 5, MINUTE));
        assert!(away.lately(&account(1), 5, MINUTE));
        assert!(!away.may_tell(account(1), true, MINUTE + 4, MINUTE));
        assert!(away.may_tell(account(2), true, MINUTE + 4, MINUTE));
        assert!(away.may_tell(account(1), true, MINUTE + 5, MINUTE));
    }

    #[test]
    fn sixteen_strangers_and_every_friend() {
        let mut away = TurnedAway::default();
        let told = |away: &mut TurnedAway, known, now| {
            (0..100)
                .filter(|number| away.may_tell(account(*number), known, now, MINUTE))
                .count()
        };
        assert_eq!(told(&mut away, false, MINUTE), 16);
        assert_eq!(told(&mut away, true, MINUTE), 84);
        assert_eq!(told(&mut away, false, 2 * MINUTE), 16);
    }

    #[test]
    fn not_without_end() {
        let mut away = TurnedAway::default();
        let told = (0..10_000).filter(|number| away.may_tell(account(*number), true, 0, MINUTE));
        assert_eq!(told.count(), REMEMBERED);
        assert!(away.may_tell(account(99_999), true, MINUTE, MINUTE));
        assert_eq!(away.lately.len(), 1);
    }

    /// Whoever was told lately is not forgotten when room is made, and whoever was told long ago is.
    #[test]
    fn room_is_made_by_forgetting_the_oldest() {
        let mut away = TurnedAway::default();
        let told = (0..10).filter(|number| away.may_tell(account(*number), true, 0, MINUTE));
        assert_eq!(told.count(), 10);
        let most = u32::try_from(REMEMBERED).unwrap();
        let told = (10..most).filter(|number| away.may_tell(account(*number), true, 1, MINUTE));
        assert_eq!(told.count(), REMEMBERED - 10);
        // Full, and nobody of it is old enough.
        assert!(!away.may_tell(account(99_998), true, MINUTE - 1, MINUTE));
        assert!(away.may_tell(account(99_999), true, MINUTE, MINUTE));
        assert_eq!(away.lately.len(), REMEMBERED - 10 + 1);
        assert!(!away.may_tell(account(11), true, MINUTE, MINUTE));
        assert!(away.may_tell(account(0), true, MINUTE, MINUTE));
    }
}
