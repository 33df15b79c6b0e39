//! One session takes the place of another: what a handshake made begins, the one before is heard for a while, and is the way
//! back if the new one does not come about (protocol 4.9).

use super::{Conversation, Fate, Requested, file_id};
use crate::client::event::{EndedBy, Event, Status};
use crate::client::reading::Reading;
use crate::client::settings::Settings;
use crate::client::talk::Talk;
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::session::{Content, Renewal, Session, SessionId};

impl<E: Engine> Conversation<E> {
    /// A handshake has made a session: the chat goes on in it.
    pub(super) fn begin(&mut self, session: Session, turn: &mut Turn<'_, E>) -> &mut Talk {
        self.sessions += 1;
        let early = core::mem::take(&mut self.early);
        for (_, content) in &early {
            if let Content::File(descriptor) = content
                && let Some((file, chunks)) = file_id(descriptor)
            {
                // Beyond the limit of files it cannot be had, and is cancelled when the peer asks.
                let _full = self.transfers.offer(file, chunks);
            }
        }
        if core::mem::take(&mut self.anew) {
            self.start_over(turn);
        }
        let mut talk = Talk::new(session, self.sessions, early, turn.now);
        talk.home = self.partner;
        for Requested { seq, file } in core::mem::take(&mut self.request) {
            talk.name_early(seq, file.is_some(), turn.now);
            if let Some((file, chunks)) = file {
                let _full = self.transfers.announced(file, chunks);
            }
        }
        let until = turn.after(turn.shared.settings.retire);
        match self.talk.take() {
            // The peer may have fallen back behind it: the one before stays the way back.
            Some(before) if !before.is_proven() && self.old.is_some() => {
                self.give_up(before, turn);
                self.old = self.old.take().map(|(old, _)| (old, until));
            }
            Some(before) if before.session.is_secure() => {
                self.settle_old(turn);
                self.old = Some((before, until));
            }
            Some(before) => self.give_up(before, turn),
            None => {}
        }
        self.back_at = None;
        for unread in &mut self.unread {
            unread.after = 0;
        }
        self.reading.begin(self.sessions, self.old.is_some());
        self.outbox.forget_views();
        self.attempt = None;
        self.renew_after = 0;
        self.calls_anew = 0;
        self.talk.insert(talk)
    }

    /// The peer has a new run, which knows nothing of what was before: what is not acknowledged may not have arrived, nothing
    /// of it is ever read, and no file goes on.
    fn start_over(&mut self, turn: &mut Turn<'_, E>) {
        self.settle_old(turn);
        if let Some(before) = self.talk.take() {
            self.give_up(before, turn);
        }
        self.unread.clear();
        self.reading = Reading::default();
        self.outbox.forget_controls();
        self.silent_since = None;
        self.probe = false;
        let unfinished = self.transfers.end().into_iter();
        turn.tell(Event::Restarted {
            account: self.account,
            unfinished: unfinished.map(|one| one.file).collect(),
        });
    }

    /// The new session did not come about: the chat goes on in the one before, if there is one.
    pub(super) fn fall_back(&mut self, turn: &mut Turn<'_, E>) -> bool {
        let Some((before, _)) = self.old.take() else {
            return false;
        };
        let said = before.said();
        if let Some(failed) = self.talk.replace(before) {
            let earlier = core::mem::take(&mut self.unread);
            self.give_up(failed, turn);
            // What is read here says nothing of a session that came later.
            self.unread = earlier;
            for unread in &mut self.unread {
                unread.after = said.saturating_add(1);
            }
        }
        self.outbox.forget_views();
        self.back_at = None;
        self.reading
            .fall_back(self.talk.as_ref().map_or(0, |talk| talk.number));
        self.renew_after = turn.after(turn.shared.settings.renew_again);
        true
    }

    /// The peer has said, under its key, that it ended this session before.
    pub(in crate::client) fn over(&mut self, sid: &SessionId, turn: &mut Turn<'_, E>) -> Fate {
        if self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid) {
            self.settle_old(turn);
            Fate::Lives
        } else if !self.holds(sid) || self.fall_back(turn) {
            Fate::Lives
        } else {
            Fate::Ends(EndedBy::PeerBefore)
        }
    }

    /// The session before is heard no more. What it left unacknowledged may not have arrived.
    pub(super) fn settle_old(&mut self, turn: &mut Turn<'_, E>) {
        if let Some((old, _)) = self.old.take() {
            self.give_up(old, turn);
        }
        self.reading.forget_earlier();
        self.back_at = None;
    }

    /// A session is heard no more. What it left unacknowledged may not have arrived; what was said about files is said
    /// again, since nobody is told that it was lost.
    fn give_up(&mut self, mut talk: Talk, turn: &mut Turn<'_, E>) {
        turn.shared.ended.remember(self.account, talk.sid());
        self.unread.extend(talk.names.unread());
        for control in talk.sent.controls() {
            self.outbox.control(Content::FileControl(control));
        }
        for (_, id, _) in talk.sent.unacknowledged() {
            self.status(id, Status::Unconfirmed, turn);
        }
    }

    /// Whether nothing more is to be expected in the session before: the peer is in the new one, and has been there for so
    /// long that it would have sent again what did not arrive. Who was away meanwhile has not had that time.
    pub(super) fn is_retired(&self, now: u64, settings: &Settings) -> bool {
        let (Some((old, _)), Some(talk)) = (&self.old, &self.talk) else {
            return false;
        };
        let pause = settings.retire / 2;
        let there = self.back_at.is_some_and(|at| talk.heard_at() >= at + pause);
        let quiet = now.saturating_sub(old.heard_at()) >= pause;
        there && quiet && !old.sent.is_waiting() && old.is_complete()
    }

    /// Whether a new handshake is wanted beside the open session.
    pub(in crate::client) fn wants_renewal(&self, now: u64, turn: &Turn<'_, E>) -> bool {
        let open = |session: &Session| session.is_secure() && session.is_open();
        self.needs_renewal(now, &turn.shared.settings)
            && now >= self.renew_after
            && self.attempt.is_none()
            && self.session().is_some_and(open)
            && turn.shared.line.is_online()
    }

    pub(super) fn needs_renewal(&self, now: u64, settings: &Settings) -> bool {
        let needs = |talk: &Talk| {
            let due = talk.renewal(now, settings) == Renewal::Due || talk.has_gap();
            talk.is_initiator() && due || talk.is_stalled(now, settings)
        };
        self.talk.as_ref().is_some_and(needs)
    }
}
