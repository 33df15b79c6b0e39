//! What can be named of a session: messages of both sides, until the oldest are forgotten.

use alloc::vec::Vec;

use crate::map::Map;
use crate::session::Content;

/// Messages of one side that can still be named: replied to, edited, reacted to.
const NAMED: usize = 65_536;

/// An own message that can be named.
#[derive(Debug, Clone, Copy)]
pub(in crate::client) struct Own {
    pub(in crate::client) id: u64,
    pub(in crate::client) kind: Named,
    delivered: bool,
    read: bool,
    /// Once the session after this one has begun: see [`Unread::after`].
    after: u32,
}

/// An own message of a session before that was delivered and not read.
#[derive(Debug, Clone, Copy)]
pub(in crate::client) struct Unread {
    pub(in crate::client) id: u64,
    /// How many frames of the open session the peer must have had when it says that it has read everything, so that this
    /// one is among it: 0 if it was delivered before that session began.
    pub(in crate::client) after: u32,
}

/// A message of the peer's that can be named.
#[derive(Debug, Clone, Copy)]
pub(in crate::client) struct Theirs {
    pub(in crate::client) kind: Named,
    pub(in crate::client) at: u64,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) enum Named {
    Text,
    File,
    /// An edit, a deletion, a reaction: it has a fate and cannot be pointed at.
    Act,
}

impl Named {
    pub(in crate::client) fn of(content: &Content) -> Self {
        match content {
            Content::Text { .. } => Self::Text,
            Content::File(_) => Self::File,
            _ => Self::Act,
        }
    }
}

/// The names of one session.
#[derive(Default)]
pub(in crate::client) struct Names {
    own: Map<u32, Own>,
    theirs: Map<u32, Theirs>,
}

impl Names {
    /// An own message that was said under this number.
    pub(super) fn say(&mut self, seq: u32, id: u64, content: &Content) {
        self.own.insert(seq, Own::new(id, content));
        bound(&mut self.own);
    }

    /// A message of the peer's.
    pub(super) fn hear(&mut self, seq: u32, kind: Named, at: u64) {
        if kind != Named::Act {
            self.theirs.insert(seq, Theirs { kind, at });
            bound(&mut self.theirs);
        }
    }

    pub(in crate::client) fn own(&self, seq: u32) -> Option<&Own> {
        self.own.get(&seq)
    }

    pub(in crate::client) fn theirs(&self, seq: u32) -> Option<&Theirs> {
        self.theirs.get(&seq)
    }

    /// Nobody points at this one of ours any more: it was not said here.
    pub(super) fn forget_own(&mut self, seq: u32) {
        self.own.remove(&seq);
    }

    /// One of the peer's is withdrawn; false if it cannot be named.
    pub(in crate::client) fn withdraw(&mut self, seq: u32) -> bool {
        self.theirs.remove(&seq).is_some()
    }

    /// The peer has this one of ours. `after`: see [`Unread::after`].
    pub(super) fn deliver(&mut self, seq: u32, after: u32) -> Option<u64> {
        let own = self.own.get_mut(&seq)?;
        (own.delivered, own.after) = (true, after);
        Some(own.id)
    }

    /// The number of an own message, if it was said here.
    pub(in crate::client) fn seq_of(&self, id: u64) -> Option<u32> {
        let mut found = self.own.iter().rev().filter(|(_, own)| own.id == id);
        found.next().map(|(seq, _)| *seq)
    }

    /// Own messages that the peer has read: those up to `up_to` that it has.
    pub(in crate::client) fn read_up_to(&mut self, up_to: u32) -> Vec<u64> {
        let mut read = Vec::new();
        for own in self.own.up_to_mut(&up_to) {
            if own.delivered && !own.read {
                own.read = true;
                read.push(own.id);
            }
        }
        read
    }

    /// Those of them are read that the peer is `known` to have had.
    pub(in crate::client) fn read_by(&mut self, known: impl Fn(u32) -> bool) -> Vec<u64> {
        let unread = self.own.values_mut();
        let unread = unread.filter(|own| own.delivered && !own.read && known(own.after));
        let mut read = Vec::new();
        for own in unread {
            own.read = true;
            read.push(own.id);
        }
        read
    }

    /// Own messages that were delivered and not read, for a later session that says so.
    pub(in crate::client) fn unread(&self) -> impl Iterator<Item = Unread> + '_ {
        let unread = self.own.values().filter(|own| own.delivered && !own.read);
        unread.map(|own| Unread {
            id: own.id,
            after: own.after,
        })
    }
}

impl Own {
    fn new(id: u64, content: &Content) -> Self {
        Self {
            id,
            kind: Named::of(content),
            delivered: false,
            read: false,
            after: 0,
        }
    }
}

/// The oldest names are forgotten, some at a time.
fn bound<T>(names: &mut Map<u32, T>) {
    if names.len() >= NAMED + NAMED / 16 {
        names.keep_last(NAMED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Content {
        Content::Text {
            text: "x".into(),
            reply: None,
        }
    }

    /// Own messages 1, 2 and 3 under the numbers 10, 11 and 12.
    fn three() -> Names {
        let mut names = Names::default();
        for (seq, id) in [(10, 1), (11, 2), (12, 3)] {
            names.say(seq, id, &text());
        }
        names
    }

    fn unread(names: &Names) -> Vec<(u64, u32)> {
        names.unread().map(|one| (one.id, one.after)).collect()
    }

    #[test]
    fn what_was_delivered_is_read_once() {
        let mut names = three();
        assert_eq!(names.deliver(10, 0), Some(1));
        assert_eq!(names.deliver(12, 4), Some(3));
        assert_eq!(names.deliver(13, 0), None);
        // What the peer does not have it has not read, and what comes after that number neither.
        assert_eq!(names.read_up_to(11), [1]);
        assert_eq!(names.read_up_to(11), []);
        assert_eq!(unread(&names), [(3, 4)]);
        assert_eq!(names.read_up_to(12), [3]);
        assert_eq!(unread(&names), []);
    }

    #[test]
    fn a_later_session_says_so_of_what_it_knew() {
        let mut names = three();
        for (seq, after) in [(10, 0), (11, 5)] {
            names.deliver(seq, after);
        }
        assert_eq!(unread(&names), [(1, 0), (2, 5)]);
        assert_eq!(names.read_by(|after| after <= 4), [1]);
        assert_eq!(names.read_by(|after| after <= 4), []);
        assert_eq!(names.read_by(|after| after <= 5), [2]);
        // The third was never delivered.
        assert_eq!(names.read_by(|_| true), []);
        assert_eq!(names.seq_of(3), Some(12));
        names.forget_own(12);
        assert_eq!(names.seq_of(3), None);
        assert!(names.own(12).is_none());
    }

    #[test]
    fn of_many_the_oldest_are_forgotten() {
        let mut names = Names::default();
        let most = u32::try_from(NAMED + NAMED / 16).unwrap_or(0);
        for seq in 0..most - 1 {
            names.hear(seq, Named::Text, 7);
        }
        assert!(names.theirs(0).is_some());
        names.hear(most - 1, Named::File, 7);
        assert!(names.theirs(most / 17 - 1).is_none());
        assert!(names.theirs(most / 17).is_some());
        // What cannot be pointed at takes no room.
        names.hear(most, Named::Act, 7);
        assert!(names.theirs(most).is_none());
        assert!(names.withdraw(most - 1));
        assert!(!names.withdraw(most - 1));
    }
}
