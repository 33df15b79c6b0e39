//! Who gets through to somebody who is here (FEATURES.md I4); what the settings say is in [`crate::store::reach`].

use duet_crypto::identity::AccountId;
use std::{collections::VecDeque, sync::Mutex};

use super::locked::lock;
use crate::store::reach::{Admission, Reach};

/// People whom a connection remembers to have turned to.
const MOST_TURNED_TO: usize = 256;

/// Who gets through to somebody who is here: their choice, and whom they turned to themselves.
#[derive(Default)]
pub struct Door(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    reach: Reach,
    /// Oldest first.
    turned_to: VecDeque<AccountId>,
}

impl Door {
    /// A door that opens as its owner chose.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self(Mutex::new(Inside {
            reach,
            turned_to: VecDeque::new(),
        }))
    }

    /// Whether somebody gets through.
    pub fn lets_in(&self, person: &AccountId) -> bool {
        lock(&self.0).lets_in(person)
    }

    /// Whether its owner turned to somebody.
    pub fn has_turned_to(&self, person: &AccountId) -> bool {
        lock(&self.0).turned_to.contains(person)
    }

    /// Its owner writes to somebody, who can answer from now on. True if that opens it for them.
    pub fn turn_to(&self, person: &AccountId) -> bool {
        let mut inside = lock(&self.0);
        if inside.turned_to.back() == Some(person) || inside.turned_to.contains(person) {
            return false;
        }
        let before = inside.lets_in(person);
        if inside.turned_to.len() == MOST_TURNED_TO {
            inside.turned_to.pop_front();
        }
        inside.turned_to.push_back(*person);
        !before && inside.lets_in(person)
    }

    /// Its owner chose anew.
    pub fn set(&self, reach: Reach) {
        lock(&self.0).reach = reach;
    }
}

impl Inside {
    fn lets_in(&self, person: &AccountId) -> bool {
        admits(self.reach.admission(person), || {
            self.turned_to.contains(person)
        })
    }
}

/// Whether an admission lets somebody in, whom its owner may have turned to.
pub fn admits(admission: Admission, turned_to: impl FnOnce() -> bool) -> bool {
    match admission {
        Admission::Admitted => true,
        Admission::Stranger => turned_to(),
        Admission::Blocked => false,
    }
}
