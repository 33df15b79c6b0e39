//! A line that breaks and comes back, a peer who is silent, and everything else that is a matter of time.

use alloc::vec::Vec;

use super::{Conversation, Fate};
use crate::client::event::{EndedBy, Event};
use crate::client::talk::Talk;
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::session::{Activity, Renewal};

impl<E: Engine> Conversation<E> {
    /// Something is sent that the peer has to answer.
    pub(super) fn await_peer(&mut self, now: u64) {
        self.silent_since.get_or_insert(now);
    }

    /// The line has come back, or the peer has: everything that was on its way goes again.
    pub(in crate::client) fn line_is_back(&mut self, turn: &mut Turn<'_, E>) {
        self.chunks_after = 0;
        let flights = match &mut self.attempt {
            Some(attempt) => attempt.flight(),
            None => None,
        };
        if let Some(flight) = flights {
            flight.again = turn.now;
        }
        if let Some((old, _)) = &mut self.old {
            old.sent.send_all_again();
        }
        if let Some(talk) = &mut self.talk {
            talk.sent.send_all_again();
            if let Some((_, again)) = &mut talk.confirm {
                *again = turn.now;
            }
            self.probe = true;
        }
    }

    /// The relay says that the peer is not there. It may be wrong: the peer is asked.
    pub(super) const fn peer_is_away(&mut self) {
        if self.talk.is_some() {
            self.probe = true;
        }
    }

    pub(in crate::client) fn line_is_lost(&mut self, now: u64) {
        self.transfers.lost_line();
        if self.talk.is_some() {
            self.silent_since.get_or_insert(now);
        }
    }

    /// Looks at everything that is due.
    pub(in crate::client) fn advance(&mut self, turn: &mut Turn<'_, E>) -> Fate {
        let (now, settings) = (turn.now, turn.shared.settings);
        if self.peer_active_until.is_some_and(|until| now >= until) {
            self.peer_active_until = None;
            turn.tell(Event::Activity {
                account: self.account,
                activity: Activity::Idle,
            });
        }
        self.transfers.advance(now);
        let is_silent = |since: u64| now.saturating_sub(since) >= settings.interruption;
        if self.talk.is_some() && self.silent_since.is_some_and(is_silent) {
            return Fate::Ends(EndedBy::Silence);
        }
        let proven = self.talk.as_ref().is_some_and(Talk::is_proven);
        if let Some((old, until)) = &mut self.old {
            old.advance(now);
            if now >= until.saturating_add(settings.interruption) {
                if proven || !self.fall_back(turn) {
                    self.settle_old(turn);
                }
            } else if self.is_retired(now, &settings) {
                self.settle_old(turn);
            }
        }
        let Some(talk) = &mut self.talk else {
            return Fate::Lives;
        };
        talk.advance(now);
        if talk.ready_by.is_some_and(|by| now >= by) && !self.fall_back(turn) {
            return Fate::Ends(EndedBy::TimedOut);
        }
        let (Some(talk), Some(address)) = (&mut self.talk, self.address) else {
            return Fate::Lives;
        };
        if let Some((frame, again)) = &mut talk.confirm
            && now >= *again
            && turn.shared.line.is_online()
        {
            *again = now.saturating_add(settings.flight_again);
            let frame = frame.clone();
            turn.send_at_once(self.account, address, &frame);
        }
        match talk.renewal(now, &settings) {
            Renewal::Over => Fate::Ends(EndedBy::Expired),
            Renewal::Due | Renewal::NotDue => Fate::Lives,
        }
    }

    /// When something is due.
    pub(in crate::client) fn next_wake(&self, turn: &Turn<'_, E>) -> Option<u64> {
        let settings = &turn.shared.settings;
        let online = turn.shared.line.is_online() && self.address.is_some();
        let now = turn.now;
        let looked_at = turn.shared.looked_at;
        let is_ahead = |at: &u64| *at > looked_at;
        let mut wakes: Vec<Option<u64>> = Vec::with_capacity(10);
        wakes.push(self.peer_active_until);
        wakes.push(
            self.attempt
                .as_ref()
                .and_then(|attempt| attempt.next_wake(online)),
        );
        if let Some(talk) = &self.talk {
            let silent = |since: u64| since.saturating_add(settings.interruption);
            wakes.push(self.silent_since.map(silent));
            let noticed = |since: u64| since.saturating_add(settings.resend_first);
            wakes.push(self.silent_since.map(noticed).filter(is_ahead));
            wakes.push(talk.ready_by);
            wakes.push(Some(talk.next_age(looked_at, settings)));
            if online {
                wakes.push(talk.next_wake(looked_at));
                wakes.push(Some(self.chunks_after).filter(is_ahead));
                // One that has passed is looked at when there is room for what it asks.
                wakes.push(self.transfers.deadline().filter(is_ahead));
                if self.needs_renewal(now, settings) {
                    wakes.push(Some(self.renew_after).filter(is_ahead));
                }
            }
        }
        if let Some((old, until)) = &self.old {
            let quiet = old.heard_at().saturating_add(settings.retire / 2);
            let gone = until.saturating_add(settings.interruption);
            wakes.push(Some(quiet).filter(is_ahead));
            wakes.push(Some(gone));
            if online {
                wakes.push(old.next_wake(looked_at));
            }
        }
        wakes.into_iter().flatten().min()
    }
}
