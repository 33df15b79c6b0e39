//! Sessions that this run has ended, so that a peer who still writes into one is told (protocol 4.8, OVER).

use alloc::collections::VecDeque;

use crate::identity::AccountId;
use crate::session::SessionId;

/// Sessions remembered; the oldest is forgotten.
const REMEMBERED: usize = 1_024;

struct Ended {
    account: AccountId,
    sid: SessionId,
    /// When it was last answered.
    answered: Option<u64>,
}

/// The newest sessions that have ended.
pub(super) struct EndedSessions(VecDeque<Ended>);

impl EndedSessions {
    pub(super) const fn new() -> Self {
        Self(VecDeque::new())
    }

    pub(super) fn remember(&mut self, account: AccountId, sid: SessionId) {
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(Ended {
            account,
            sid,
            answered: None,
        });
    }

    /// Whether a MSG of this account's about this session is answered now: it was held with that account, and was not
    /// answered within `pause` ms.
    pub(super) fn answers(
        &mut self,
        account: &AccountId,
        sid: &SessionId,
        now: u64,
        pause: u64,
    ) -> bool {
        let mut held = self.0.iter_mut();
        let found = held.find(|ended| ended.account == *account && ended.sid == *sid);
        let Some(ended) = found else {
            return false;
        };
        if ended
            .answered
            .is_some_and(|at| now.saturating_sub(at) < pause)
        {
            return false;
        }
        ended.answered = Some(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);

    fn sid(number: u16) -> SessionId {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        SessionId(id)
    }

    #[test]
    fn answers_the_one_it_was_held_with_and_not_too_often() {
        let mut ended = EndedSessions::new();
        ended.remember(ALICE, sid(1));
        assert!(!ended.answers(&BOB, &sid(1), 0, 10));
        assert!(!ended.answers(&ALICE, &sid(2), 0, 10));
        assert!(ended.answers(&ALICE, &sid(1), 0, 10));
        assert!(!ended.answers(&ALICE, &sid(1), 9, 10));
        assert!(ended.answers(&ALICE, &sid(1), 10, 10));
    }

    #[test]
    fn forgets_the_oldest() {
        let mut ended = EndedSessions::new();
        (0..=1_024).for_each(|number| ended.remember(ALICE, sid(number)));
        assert!(!ended.answers(&ALICE, &sid(0), 0, 10));
        assert!(ended.answers(&ALICE, &sid(1), 0, 10));
    }
}
