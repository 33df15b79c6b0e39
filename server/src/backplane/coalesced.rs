//! Work that is asked for again before it is done: however often that is, it waits at most once, and is done once more after the last
//! asking.

use std::{collections::HashMap, hash::Hash};

enum State {
    /// It waits for its turn.
    Waits,
    /// It is being done.
    Runs,
    /// It is being done, and was asked for again meanwhile: what it has seen may be old.
    RunsAgain,
}

/// What waits and what is being done, by what it is about.
pub(super) struct Coalesced<K>(HashMap<K, State>);

impl<K> Default for Coalesced<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Coalesced<K> {
    /// It is asked for; whether it is to be put in line.
    #[must_use]
    pub(super) fn ask(&mut self, about: K) -> bool {
        match self.0.get_mut(&about) {
            None => {
                self.0.insert(about, State::Waits);
                true
            }
            Some(state @ State::Runs) => {
                *state = State::RunsAgain;
                false
            }
            Some(State::Waits | State::RunsAgain) => false,
        }
    }

    /// Its turn has come.
    pub(super) fn begin(&mut self, about: K) {
        self.0.insert(about, State::Runs);
    }

    /// It is done; whether it is to be put in line once more.
    #[must_use]
    pub(super) fn end(&mut self, about: K) -> bool {
        if let Some(State::RunsAgain) = self.0.remove(&about) {
            self.0.insert(about, State::Waits);
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_often_it_is_asked_for_it_waits_once_and_is_done_once_more() {
        let mut work = Coalesced::default();
        assert!(work.ask(1));
        assert!((0..1_000).all(|_| !work.ask(1)));
        // Something else is something else.
        assert!(work.ask(2));
        work.begin(1);
        // What it has read by now may be older than the asking.
        assert!((0..1_000).all(|_| !work.ask(1)));
        assert!(work.end(1));
        assert!(!work.ask(1));
        work.begin(1);
        assert!(!work.end(1));
        work.begin(2);
        assert!(!work.end(2));
        // Nothing is kept of what is done.
        assert!(work.0.is_empty());
        assert!(work.ask(1));
    }
}
