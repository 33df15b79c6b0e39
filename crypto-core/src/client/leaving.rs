//! Sessions with one account that we have left. BYE is said until the peer answers, and the end of the conversation is told
//! when it is known what of the last words arrived, or soon in any case.
//!
//! The peer answers BYE with its own, whose `ack` says for good what it has (protocol 6.4). OVER says only that it has left,
//! too (protocol 4.8).

use alloc::vec::Vec;

use super::conversation::{End, Farewell};
use super::event::{Lane, Status};
use super::turn::Turn;
use crate::engine::Engine;
use crate::identity::{AccountId, Party};
use crate::session::{Content, SessionId};

/// Sessions whose BYE is still said.
const MOST: usize = 8;

/// One of them.
struct Left {
    farewell: Farewell,
    /// When BYE goes again.
    again: u64,
    pause: u64,
    /// BYE is said no more.
    until: u64,
    /// The end that is not told yet, and until when it waits.
    end: Option<(End, u64)>,
}

/// All of one account.
#[derive(Default)]
pub(super) struct Leaving(Vec<Left>);

impl Leaving {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the end of a conversation is not told yet.
    pub(super) fn is_awaited(&self) -> bool {
        self.0.iter().any(|left| left.end.is_some())
    }

    /// The peer of a session that was left.
    pub(super) fn peer_of(&self, sid: &SessionId) -> Option<Party> {
        let mut named = self.0.iter().filter(|left| left.farewell.sid() == *sid);
        named.next().map(|left| left.farewell.session.peer())
    }

    /// A conversation is over. If we have said BYE, that is said again until it is answered.
    pub(super) fn leave<E: Engine>(
        &mut self,
        farewell: Option<Farewell>,
        end: End,
        turn: &mut Turn<'_, E>,
    ) {
        let Some(farewell) = farewell else {
            return end.tell(turn);
        };
        if self.0.len() >= MOST {
            let left = self.0.remove(0);
            left.tell(Status::Unconfirmed, turn);
        }
        let settings = turn.shared.settings;
        let waits = end.may_be_settled() && turn.shared.line.is_online();
        let end = if waits {
            Some((end, turn.after(settings.farewell)))
        } else {
            end.tell(turn);
            None
        };
        self.0.push(Left {
            farewell,
            again: turn.after(settings.resend_first),
            pause: settings.resend_first,
            until: turn.after(settings.interruption),
            end,
        });
    }

    /// A MSG of the peer's in a session that was left: it says what the peer has, and shows nothing any more. True if it is
    /// the answer to BYE.
    pub(super) fn receive<E: Engine>(
        &mut self,
        sid: &SessionId,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> bool {
        let mut lefts = self.0.iter_mut().enumerate();
        let Some((place, left)) = lefts.find(|(_, left)| left.farewell.sid() == *sid) else {
            return false;
        };
        // What is not its is dropped as everywhere else, and answered as what comes after an end.
        let Ok(received) = left.farewell.session.receive(frame, turn.now) else {
            return false;
        };
        let settled = left.end.as_mut().is_some_and(|(end, _)| {
            end.acknowledged(received.ack, turn);
            !end.may_be_settled()
        });
        if received.content == Content::Bye {
            let left = self.0.remove(place);
            left.tell(Status::NotDelivered, turn);
            return true;
        }
        if settled {
            left.conclude(turn);
        }
        false
    }

    /// The peer has said, under its key, that this session is over.
    pub(super) fn over<E: Engine>(&mut self, sid: &SessionId, turn: &mut Turn<'_, E>) {
        let place = self.0.iter().position(|left| left.farewell.sid() == *sid);
        if let Some(place) = place {
            let left = self.0.remove(place);
            left.tell(Status::Unconfirmed, turn);
        }
    }

    /// Nobody waits any longer for what the peer may say: the end is told.
    pub(super) fn conclude<E: Engine>(&mut self, turn: &mut Turn<'_, E>) {
        for left in &mut self.0 {
            left.conclude(turn);
        }
    }

    /// Looks at everything that is due.
    pub(super) fn advance<E: Engine>(&mut self, account: AccountId, turn: &mut Turn<'_, E>) {
        let now = turn.now;
        for left in &mut self.0 {
            if left.end.as_ref().is_some_and(|(_, until)| now >= *until) {
                left.conclude(turn);
            }
        }
        self.0.retain(|left| now < left.until);
        let longest = turn.shared.settings.resend_bounds.1;
        for left in &mut self.0 {
            if now < left.again || !turn.shared.line.is_online() {
                continue;
            }
            if turn.shared.pace.take_again(now) {
                left.pause = (left.pause * 2).min(longest);
                left.again = now.saturating_add(left.pause);
                let Farewell {
                    presence, frame, ..
                } = &left.farewell;
                turn.send(Lane::Message, account, *presence, frame);
            } else {
                left.again = turn.shared.pace.next_again();
            }
        }
    }

    /// When something is due.
    pub(super) fn next_wake<E: Engine>(&self, turn: &Turn<'_, E>) -> Option<u64> {
        let online = turn.shared.line.is_online();
        let allowed = turn.shared.pace.next_again();
        let wakes = self.0.iter().map(|left| {
            let again = online.then(|| left.again.max(allowed));
            let end = left.end.as_ref().map(|(_, until)| *until);
            let wakes = [Some(left.until), again, end];
            wakes.into_iter().flatten().min()
        });
        wakes.flatten().min()
    }
}

impl Left {
    /// What is still open of the end that waits is `status`.
    fn tell<E: Engine>(self, status: Status, turn: &mut Turn<'_, E>) {
        if let Some((end, _)) = self.end {
            end.tell_as(status, turn);
        }
    }

    fn conclude<E: Engine>(&mut self, turn: &mut Turn<'_, E>) {
        if let Some((end, _)) = self.end.take() {
            end.tell(turn);
        }
    }
}
