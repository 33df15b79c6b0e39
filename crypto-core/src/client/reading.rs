//! What of the peer's messages was read, and what of that the peer has been told (protocol 6.4).
//!
//! A number names a message of its own session. Naming any number of a later session also says that everything of the
//! sessions before was read, so none is named before that is so.

/// A place in the conversation: which session, which number.
type Place = (u32, u32);

#[derive(Debug, Default)]
pub(super) struct Reading {
    /// The open session, from 1.
    session: u32,
    /// Its numbers below this one were read.
    read: u32,
    /// Those of which the peer was told.
    told: u32,
    /// Its first and last message that is on the screen.
    shown: Option<(u32, u32)>,
    /// The session before, while it is heard: its number, and how many of its numbers were read and told.
    earlier: Option<(u32, u32, u32)>,
    /// The last message of earlier sessions of which the peer was not told, and whether it was read.
    before: Option<(Place, bool)>,
}

impl Reading {
    /// The chat goes on in session `number`. `heard`: something may still be said in the one before.
    pub(super) fn begin(&mut self, number: u32, heard: bool) {
        if let Some((_, last)) = self.shown
            && last >= self.told
        {
            self.before = Some(((self.session, last), last < self.read));
        }
        *self = Self {
            session: number,
            earlier: heard.then_some((self.session, self.read, self.told)),
            before: self.before,
            ..Self::default()
        };
    }

    /// Nothing is said in the session before any more.
    pub(super) const fn forget_earlier(&mut self) {
        self.earlier = None;
    }

    /// It goes on in the session before. What was read of it is not known any more: nothing is called read unseen.
    pub(super) fn fall_back(&mut self, number: u32) {
        *self = Self {
            session: number,
            shown: Some((0, 0)),
            ..Self::default()
        };
    }

    /// A message of the peer's is on the screen.
    pub(super) fn shown(&mut self, session: u32, seq: u32) {
        if session == self.session {
            let first = self.shown.map_or(seq, |(first, _)| first);
            self.shown = Some((first, seq));
        } else {
            let last = self
                .before
                .map_or((session, seq), |(last, _)| last.max((session, seq)));
            self.before = Some((last, false));
        }
    }

    /// Everything up to this one was in view. `heard`: how many of its session's messages have come.
    pub(super) fn read(&mut self, session: u32, seq: u32, heard: u32) {
        if session == self.session {
            self.read = self.read.max(seq.saturating_add(1).min(heard));
        }
        if let Some((number, read, _)) = &mut self.earlier
            && *number == session
        {
            *read = (*read).max(seq.saturating_add(1).min(heard));
        }
        if let Some((last, read)) = &mut self.before {
            *read |= (session, seq) >= *last;
        }
    }

    /// What can be called read now, and was not: nothing is called read that was not.
    pub(super) fn due(&self, heard: u32) -> Option<u32> {
        if self.before.is_some_and(|(_, read)| !read) {
            return None;
        }
        if self.read > self.told {
            return Some(self.read - 1);
        }
        let unseen = self.shown.map_or(heard, |(first, _)| first);
        let named = self.read.max(unseen).checked_sub(1);
        named.filter(|_| self.before.is_some())
    }

    /// What can be called read in the session before, and was not.
    pub(super) fn due_earlier(&self) -> Option<u32> {
        let (_, read, told) = self.earlier?;
        (read > told).then(|| read - 1)
    }

    /// The peer was told what [`Self::due_earlier`] said.
    pub(super) const fn tell_earlier(&mut self) {
        if let Some((_, read, told)) = &mut self.earlier {
            *told = *read;
        }
    }

    /// The peer was told what [`Self::due`] said.
    pub(super) const fn tell(&mut self) {
        self.told = self.read;
        self.before = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(session: u32) -> Reading {
        let mut reading = Reading::default();
        reading.begin(session, false);
        reading
    }

    #[test]
    fn tells_what_was_read_once() {
        let mut reading = at(1);
        reading.shown(1, 1);
        reading.shown(1, 2);
        assert_eq!(reading.due(3), None);
        reading.read(1, 1, 3);
        assert_eq!(reading.due(3), Some(1));
        reading.tell();
        assert_eq!(reading.due(3), None);
        // Not more than has come.
        reading.read(1, 99, 3);
        assert_eq!(reading.due(3), Some(2));
    }

    #[test]
    fn what_was_read_before_a_renewal_is_told_by_a_number_that_says_no_more() {
        let mut reading = at(1);
        reading.shown(1, 5);
        reading.begin(2, false);
        assert_eq!(reading.due(1), None);
        reading.read(1, 5, 1);
        // READY, number 0, is on no screen.
        assert_eq!(reading.due(1), Some(0));
        reading.shown(2, 1);
        assert_eq!(reading.due(2), Some(0));
        reading.tell();
        assert_eq!(reading.due(2), None);
    }

    #[test]
    fn nothing_is_called_read_while_something_before_was_not() {
        let mut reading = at(1);
        reading.shown(1, 5);
        reading.begin(2, false);
        // The first number is on the screen, and was not read.
        reading.shown(2, 0);
        reading.read(1, 5, 1);
        assert_eq!(reading.due(1), None);
        reading.read(2, 0, 1);
        assert_eq!(reading.due(1), Some(0));
    }

    #[test]
    fn what_came_late_was_not_read_with_what_came_before_it() {
        let mut reading = at(1);
        reading.begin(2, false);
        reading.shown(2, 1);
        reading.read(2, 1, 2);
        // Not told yet, and now a straggler of the first session is on the screen.
        reading.shown(1, 9);
        assert_eq!(reading.due(2), None);
        reading.read(1, 9, 2);
        assert_eq!(reading.due(2), Some(1));
    }

    #[test]
    fn what_was_read_and_not_told_is_told_later() {
        let mut reading = at(1);
        reading.shown(1, 3);
        reading.read(1, 3, 4);
        reading.begin(2, false);
        assert_eq!(reading.due(0), None);
        assert_eq!(reading.due(1), Some(0));
    }

    /// What came late in the session before is called read there, where its number says what it says.
    #[test]
    fn what_came_late_is_told_where_it_came() {
        let mut reading = at(1);
        reading.shown(1, 3);
        reading.read(1, 3, 4);
        reading.tell();
        reading.begin(2, true);
        assert_eq!(reading.due_earlier(), None);
        reading.shown(1, 4);
        assert_eq!(reading.due_earlier(), None);
        reading.read(1, 4, 5);
        assert_eq!(reading.due_earlier(), Some(4));
        reading.tell_earlier();
        assert_eq!(reading.due_earlier(), None);
        // Not more than has come.
        reading.read(1, 9, 6);
        assert_eq!(reading.due_earlier(), Some(5));
        reading.forget_earlier();
        assert_eq!(reading.due_earlier(), None);
    }

    /// The new session did not come about: what is read from now on is told in the one before, and nothing else is.
    #[test]
    fn what_is_read_after_a_renewal_that_failed_is_told() {
        let mut reading = at(2);
        reading.begin(3, true);
        reading.fall_back(2);
        reading.shown(2, 6);
        reading.read(2, 6, 7);
        assert_eq!(reading.due(7), Some(6));
        // A straggler of an earlier session was read: it says nothing of what is here and was not.
        let mut reading = at(2);
        reading.begin(3, true);
        reading.fall_back(2);
        reading.shown(1, 9);
        reading.read(1, 9, 10);
        assert_eq!(reading.due(5), None);
    }
}
