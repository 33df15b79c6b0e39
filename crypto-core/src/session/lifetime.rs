//! How long a session may live (sections 4.9 and 10).

use super::Session;
use crate::limits;

/// Whether a session must be renewed by a new handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Renewal {
    /// There is time.
    NotDue,
    /// Five sixths of a limit are used up: renew now, while the old session still works.
    Due,
    /// A limit is reached: say BYE, and send nothing more.
    Over,
}

/// Counts what a session may use up: 24 hours, 2^24 messages in either direction, 64 GiB of file chunks. What is
/// left of the lifetime survives in a record: see [`Session::save`].
///
/// ```
/// use duet_crypto::session::{Lifetime, Renewal, Session};
/// fn tick(lifetime: &Lifetime, session: &Session, now: u64) -> bool {
///     match lifetime.renewal(session, now) {
///         Renewal::NotDue => true,
///         Renewal::Due => true,    // and the initiator makes a new offer
///         Renewal::Over => false,  // and the session says BYE
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lifetime {
    pub(super) started: u64,
    pub(super) chunk_bytes: u64,
}

impl Lifetime {
    /// Begins when the handshake completes, at `now` in milliseconds. Every later `now` is of the same clock; a session
    /// that is saved needs one that goes on meanwhile, such as the time since 1970.
    #[must_use]
    pub const fn new(now: u64) -> Self {
        Self {
            started: now,
            chunk_bytes: 0,
        }
    }

    /// Counts the bytes of a CHUNK frame that was sent or received beside the session.
    pub const fn count_chunk(&mut self, bytes: u64) {
        self.chunk_bytes = self.chunk_bytes.saturating_add(bytes);
    }

    /// When the session began, in milliseconds.
    #[must_use]
    pub const fn started(&self) -> u64 {
        self.started
    }

    /// Bytes of CHUNK frames that were counted.
    #[must_use]
    pub const fn chunk_bytes(&self) -> u64 {
        self.chunk_bytes
    }

    /// Whether the session is to be renewed at `now`. With a clock that was set back to before the start it is due: its age
    /// is not known.
    #[must_use]
    pub fn renewal(&self, session: &Session, now: u64) -> Renewal {
        let age = now
            .checked_sub(self.started)
            .map_or(Renewal::Due, |age| of(age, limits::SESSION_LIFETIME));
        age.max(of(
            session.messages().into(),
            limits::SESSION_MESSAGES.into(),
        ))
        .max(of(self.chunk_bytes, limits::SESSION_CHUNK_BYTES))
        .max(session.wear().min(Renewal::Due))
    }
}

impl Session {
    /// What a new handshake mends although the session can go on: a turn that is used up while the peer does not answer, and
    /// forgeries that have used up what may be tried.
    fn wear(&self) -> Renewal {
        let turn = self.0.ratchet.sent_in_turn();
        let failed = self.0.attempts.failed();
        of(turn.into(), limits::TURN_MESSAGES.into())
            .max(of(failed.into(), limits::FAILURES.into()))
    }
}

const fn of(used: u64, limit: u64) -> Renewal {
    if used >= limit {
        Renewal::Over
    } else if used >= limit - limit / limits::RENEWAL_SHARE {
        Renewal::Due
    } else {
        Renewal::NotDue
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempts::Attempts;
    use super::*;
    use crate::common::{TestRng, sessions};
    use crate::session::Content;

    const HOUR: u64 = 60 * 60 * 1000;

    #[test]
    fn a_day() {
        let (session, _) = sessions(&mut TestRng::new(1));
        let lifetime = Lifetime::new(1_000);
        for (age, renewal) in [
            (0, Renewal::NotDue),
            (20 * HOUR - 1, Renewal::NotDue),
            (20 * HOUR, Renewal::Due),
            (24 * HOUR - 1, Renewal::Due),
            (24 * HOUR, Renewal::Over),
            (u64::MAX - 1_000, Renewal::Over),
        ] {
            assert_eq!(lifetime.renewal(&session, 1_000 + age), renewal, "{age}");
        }
        assert_eq!(lifetime.renewal(&session, 999), Renewal::Due);
    }

    #[test]
    fn messages_in_either_direction() {
        let limit = limits::SESSION_MESSAGES;
        for (count, renewal) in [
            (limit - limit / 6 - 1, Renewal::NotDue),
            (limit - limit / 6, Renewal::Due),
            (limit - 1, Renewal::Due),
            (limit, Renewal::Over),
        ] {
            let (mut session, _) = sessions(&mut TestRng::new(1));
            session.0.sending.next = count;
            assert_eq!(Lifetime::new(0).renewal(&session, 0), renewal);
            session.0.sending.next = 0;
            session.0.receiving.contiguous = count;
            assert_eq!(Lifetime::new(0).renewal(&session, 0), renewal);
            session.0.receiving.contiguous = 0;
            session.0.receiving.ahead.insert(count - 1);
            assert_eq!(Lifetime::new(0).renewal(&session, 0), renewal);
        }
    }

    /// A turn that nobody answers and a flood of forgeries wear a session down; neither ends it.
    #[test]
    fn what_a_new_handshake_mends() {
        let limit = limits::FAILURES;
        for (failed, renewal) in [
            (limit - limit / 6 - 1, Renewal::NotDue),
            (limit - limit / 6, Renewal::Due),
            (limit, Renewal::Due),
        ] {
            let (mut session, _) = sessions(&mut TestRng::new(1));
            session.0.attempts = Attempts::restore(failed);
            assert_eq!(Lifetime::new(0).renewal(&session, 0), renewal);
        }
        // 5/6 of 65,535 messages, one after the other; the messages of the session are far from their end.
        let rng = &mut TestRng::new(2);
        let (mut session, _) = sessions(rng);
        let limit = limits::TURN_MESSAGES;
        for sent in 1..=limit - limit / 6 {
            session.send(&Content::Receipt, rng).unwrap();
            let due = sent >= limit - limit / 6;
            let renewal = if due { Renewal::Due } else { Renewal::NotDue };
            assert_eq!(Lifetime::new(0).renewal(&session, 0), renewal, "{sent}");
        }
    }

    #[test]
    fn chunks() {
        let (session, _) = sessions(&mut TestRng::new(1));
        let gib = 1_u64 << 30;
        let mut lifetime = Lifetime::new(0);
        lifetime.count_chunk(53 * gib);
        assert_eq!(lifetime.renewal(&session, 0), Renewal::NotDue);
        lifetime.count_chunk(gib);
        assert_eq!(lifetime.renewal(&session, 0), Renewal::Due);
        lifetime.count_chunk(10 * gib);
        assert_eq!(lifetime.renewal(&session, 0), Renewal::Over);
        lifetime.count_chunk(u64::MAX);
        assert_eq!(lifetime.renewal(&session, 0), Renewal::Over);
    }
}
