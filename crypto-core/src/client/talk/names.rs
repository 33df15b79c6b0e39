//! What can be named of a session: messages of both sides, until the oldest are forgotten.

use alloc::vec::Vec;

use crate::client::event::Status;
use crate::limits;
use crate::map::Map;
use crate::session::Content;

/// How far back a message can be named, in numbers of its side: replied to, edited, reacted to.
const NAMED: u32 = 65_536;
/// How far back it is remembered: a reaction is on its way for ten minutes at most, and more frames than the difference are not
/// said in that time.
const REMEMBERED: u32 = NAMED + NAMED / 8;
/// Names are forgotten so many numbers at a time.
const AT_ONCE: u32 = NAMED / 16;

/// An own message that can be named.
#[derive(Debug, Clone, Copy)]
pub(in crate::client) struct Own {
    pub(in crate::client) id: u64,
    pub(in crate::client) kind: Named,
    delivered: bool,
    read: bool,
    /// Of a text and of an edit: until when the peer takes an edit of that text, however soon it heard the text.
    edits_until: u64,
    /// Once the session after this one has begun: see [`Unread::after`].
    after: u32,
}

impl Own {
    /// Whether the peer certainly takes an edit of this text that it hears now.
    pub(in crate::client) const fn takes_edits(&self, now: u64) -> bool {
        now <= self.edits_until
    }
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
    /// An edit, a deletion, a reaction, or what was taken back: it has a fate and cannot be pointed at.
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
    pub(super) fn say(&mut self, seq: u32, id: u64, content: &Content, now: u64) {
        let edits_until = match content {
            Content::Text { .. } => now.saturating_add(limits::EDIT_WINDOW),
            Content::Edit { seq: target, .. } => {
                self.own.get(target).map_or(0, |text| text.edits_until)
            }
            _ => u64::MAX,
        };
        if let Content::Delete { seq: target } = content
            && let Some(withdrawn) = self.own.get_mut(target)
        {
            (withdrawn.kind, withdrawn.edits_until) = (Named::Act, u64::MAX);
        }
        let own = Own {
            id,
            kind: Named::of(content),
            delivered: false,
            read: false,
            edits_until,
            after: 0,
        };
        self.own.insert(seq, own);
        bound(&mut self.own, seq);
    }

    /// A message of the peer's.
    pub(super) fn hear(&mut self, seq: u32, kind: Named, at: u64) {
        if kind != Named::Act {
            self.theirs.insert(seq, Theirs { kind, at });
            bound(&mut self.theirs, seq);
        }
    }

    /// An own message, whatever it is.
    pub(in crate::client) fn own(&self, seq: u32) -> Option<&Own> {
        self.own.get(&seq)
    }

    /// A message of the peer's that has not been taken back.
    pub(in crate::client) fn theirs(&self, seq: u32) -> Option<&Theirs> {
        self.theirs.get(&seq)
    }

    /// The number of an own message that something can be done to, by what is said after `said` frames.
    pub(in crate::client) fn name_own(&self, id: u64, said: u32) -> Option<(u32, &Own)> {
        let mut own = self.own.iter().rev().map(|(seq, own)| (*seq, own));
        let named = own.find(|(_, own)| own.id == id);
        named.filter(|(seq, own)| own.kind != Named::Act && reaches(*seq, said))
    }

    /// Whether something can be done to a message of the peer's, of whose frames so many were `heard`.
    pub(in crate::client) fn names_theirs(&self, seq: u32, heard: u32) -> bool {
        self.theirs.contains_key(&seq) && reaches(seq, heard)
    }

    /// Nobody points at this one of ours any more: it was not said here.
    pub(super) fn forget_own(&mut self, seq: u32) {
        self.own.remove(&seq);
    }

    /// One of the peer's is withdrawn; false if it cannot be named.
    pub(in crate::client) fn withdraw(&mut self, seq: u32) -> bool {
        self.theirs.remove(&seq).is_some()
    }

    /// The peer has this one of ours, as it says `now`. `after`: see [`Unread::after`]. An edit of which that is known only when the
    /// peer takes none any more may have come too late: its receipt does not say.
    pub(super) fn deliver(&mut self, seq: u32, after: u32, now: u64) -> Option<(u64, Status)> {
        let own = self.own.get_mut(&seq)?;
        if own.kind == Named::Act && !own.takes_edits(now) {
            return Some((own.id, Status::Unconfirmed));
        }
        (own.delivered, own.after) = (true, after);
        Some((own.id, Status::Delivered))
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

/// Whether a number is near enough to be named when so many were used: the other side still remembers it when it hears that.
const fn reaches(seq: u32, used: u32) -> bool {
    used.saturating_sub(seq) <= NAMED
}

/// The oldest names are forgotten, some at a time.
fn bound<T>(names: &mut Map<u32, T>, newest: u32) {
    let oldest = names.iter().next().map_or(newest, |(seq, _)| *seq);
    if newest - oldest >= REMEMBERED + AT_ONCE {
        names.retain(|seq, _| newest - seq < REMEMBERED);
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
            names.say(seq, id, &text(), 0);
        }
        names
    }

    fn named(names: &Names, id: u64, said: u32) -> Option<u32> {
        names.name_own(id, said).map(|(seq, _)| seq)
    }

    fn unread(names: &Names) -> Vec<(u64, u32)> {
        names.unread().map(|one| (one.id, one.after)).collect()
    }

    #[test]
    fn what_was_delivered_is_read_once() {
        let mut names = three();
        assert_eq!(names.deliver(10, 0, 0), Some((1, Status::Delivered)));
        assert_eq!(names.deliver(12, 4, 0), Some((3, Status::Delivered)));
        assert_eq!(names.deliver(13, 0, 0), None);
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
            names.deliver(seq, after, 0);
        }
        assert_eq!(unread(&names), [(1, 0), (2, 5)]);
        assert_eq!(names.read_by(|after| after <= 4), [1]);
        assert_eq!(names.read_by(|after| after <= 4), []);
        assert_eq!(names.read_by(|after| after <= 5), [2]);
        // The third was never delivered.
        assert_eq!(names.read_by(|_| true), []);
        assert_eq!(named(&names, 3, 13), Some(12));
        names.forget_own(12);
        assert_eq!(named(&names, 3, 13), None);
        assert!(names.own(12).is_none());
    }

    /// Of what was taken back only its fate is left.
    #[test]
    fn what_was_taken_back_is_not_named() {
        let mut names = three();
        names.say(13, 4, &Content::Delete { seq: 11 }, 0);
        let all = [1, 2, 3, 4].map(|id| named(&names, id, 14));
        assert_eq!(all, [Some(10), None, Some(12), None]);
        assert_eq!(names.deliver(11, 0, 0), Some((2, Status::Delivered)));
        assert_eq!(names.read_up_to(11), [2]);
        names.hear(5, Named::Text, 7);
        assert!(names.names_theirs(5, 6));
        assert!(names.withdraw(5));
        assert!(!names.withdraw(5));
        assert!(!names.names_theirs(5, 6));
    }

    /// The receipt of an edit counts while the peer certainly takes one: after that nobody knows. All else is never late.
    #[test]
    fn an_edit_that_is_confirmed_late_may_not_have_counted() {
        let edit = |seq| Content::Edit {
            seq,
            text: "y".into(),
        };
        let mut names = Names::default();
        names.say(0, 1, &text(), 1_000);
        let until = 1_000 + limits::EDIT_WINDOW;
        for (seq, id) in [(1, 2), (2, 3)] {
            names.say(seq, id, &edit(0), until);
        }
        names.say(3, 4, &Content::Delete { seq: 0 }, until);
        let heard = [(1, until), (2, until + 1), (3, until + 1), (0, until + 1)];
        let heard = heard.map(|(seq, now)| names.deliver(seq, 0, now));
        let expected = [
            (2, Status::Delivered),
            (3, Status::Unconfirmed),
            (4, Status::Delivered),
            (1, Status::Delivered),
        ];
        assert_eq!(heard, expected.map(Some));
        // What may not have counted was read by nobody.
        assert_eq!(names.read_up_to(3), [1, 2, 4]);
    }

    /// What one side names the other still knows, also when it hears of it later.
    #[test]
    fn of_many_the_oldest_are_forgotten() {
        let (mut ours, mut theirs) = (Names::default(), Names::default());
        for seq in 0..REMEMBERED + AT_ONCE {
            ours.say(seq, u64::from(seq), &text(), 0);
            theirs.hear(seq, Named::Text, 7);
            let far = seq.saturating_sub(NAMED);
            assert!(theirs.theirs(far).is_some() && ours.own(far).is_some());
        }
        assert!(ours.own(0).is_some() && theirs.theirs(0).is_some());
        let said = NAMED + 1;
        assert_eq!(named(&ours, 0, said), None);
        assert_eq!(named(&ours, 1, said), Some(1));
        assert!(!theirs.names_theirs(0, said));
        assert!(theirs.names_theirs(1, said));
        let newest = REMEMBERED + AT_ONCE;
        ours.say(newest, 7, &text(), 0);
        theirs.hear(newest, Named::File, 7);
        for (seq, kept) in [(AT_ONCE, false), (AT_ONCE + 1, true), (newest, true)] {
            assert_eq!(ours.own(seq).is_some(), kept, "{seq}");
            assert_eq!(theirs.theirs(seq).is_some(), kept, "{seq}");
        }
        // What cannot be pointed at takes no room.
        theirs.hear(newest + 1, Named::Act, 7);
        assert!(theirs.theirs(newest + 1).is_none());
    }
}
