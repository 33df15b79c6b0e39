//! One attempt at a time for whatever attempts are counted by: a name, a device, a session.
//!
//! An attempt counts as a wrong one until its secret was looked at ([`crate::store::attempts`]), at whichever relay. If those
//! of one name were looked at side by side, a right one could find the name locked by others that are right as well; and a
//! crowd at one name would take more than one of the few turns to hash, which everybody else needs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

use crate::store::attempts::CountedBy;

type Turn = Arc<tokio::sync::Mutex<()>>;
type Names = Mutex<HashMap<CountedBy, Turn>>;

/// The names whose secrets are being checked, each with its queue.
#[derive(Default)]
pub struct Attempts(Arc<Names>);

impl Attempts {
    /// Waits until no other attempt that is counted so is under way. Served in the order they came; can be cancelled.
    pub async fn turn(&self, by: &CountedBy) -> Attempt {
        let turn = Arc::clone(lock(&self.0).entry(by.clone()).or_default());
        // Made before the wait, so that an attempt that is given up is forgotten too.
        let place = Place {
            names: Arc::clone(&self.0),
            by: by.clone(),
            turn: Arc::clone(&turn),
        };
        Attempt {
            _turn: turn.lock_owned().await,
            _place: place,
        }
    }
}

/// The turn of one attempt; the next one's comes when it is dropped.
pub struct Attempt {
    // Given back before the place is left: fields are dropped in this order.
    _turn: OwnedMutexGuard<()>,
    _place: Place,
}

/// A place in a name's queue. The last one to leave takes the name along.
struct Place {
    names: Arc<Names>,
    by: CountedBy,
    turn: Turn,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut names = lock(&self.names);
        // This place's and the map's; others are only made under the lock.
        if Arc::strong_count(&self.turn) == 2 {
            names.remove(&self.by);
        }
    }
}

fn lock(names: &Names) -> MutexGuard<'_, HashMap<CountedBy, Turn>> {
    names.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn name(text: &str) -> CountedBy {
        let name = crate::validate::Username::parse(text.to_owned()).unwrap();
        CountedBy::name(&name)
    }

    #[test]
    fn a_name_has_one_turn_and_is_forgotten_after_the_last() {
        let attempts = Attempts::default();
        let alice = name("alice");
        let first = attempts.turn(&alice).now_or_never().unwrap();
        let mut second = Box::pin(attempts.turn(&alice));
        let mut third = Box::pin(attempts.turn(&alice));
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        // Another name does not wait.
        drop(attempts.turn(&name("bob")).now_or_never().unwrap());
        assert_eq!(lock(&attempts.0).len(), 1);
        // One that gives up leaves the queue to those behind it.
        drop(second);
        drop(first);
        drop(third.as_mut().now_or_never().unwrap());
        assert!(lock(&attempts.0).is_empty());
    }
}
