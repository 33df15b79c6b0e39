//! What is said: the person's acts in their order, what answers the peer, and what goes again.

use super::outbox::Act;
use super::{Conversation, Pumped};
use crate::client::attempt::Attempt;
use crate::client::event::{Lane, MessageId, Status};
use crate::client::talk::Talk;
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::files::{Control, ControlOp};
use crate::limits;
use crate::session::{Activity, Content, SendError};

impl<E: Engine> Conversation<E> {
    /// Takes something up for saying. `None`: more than can be kept waits already.
    pub(in crate::client) fn take_up(
        &mut self,
        act: Act,
        turn: &mut Turn<'_, E>,
    ) -> Option<MessageId> {
        let id = self.outbox.take_up(act, || turn.name())?;
        // A text says that nothing is being typed any more.
        self.typing_told = None;
        self.status(id, Status::Waiting, turn);
        Some(MessageId::Own(id))
    }

    /// Changes a text that still waits; false if it does not wait any more.
    pub(in crate::client) fn edit_waiting(&mut self, target: MessageId, text: &str) -> bool {
        self.outbox.edit(target, text)
    }

    /// Takes back what still waits; false if it does not wait any more.
    pub(in crate::client) fn delete_waiting(
        &mut self,
        target: MessageId,
        turn: &mut Turn<'_, E>,
    ) -> bool {
        let Some(queued) = self.outbox.remove(target) else {
            return false;
        };
        self.status(queued.id, queued.outcome(), turn);
        true
    }

    /// What the person is doing. It is told at once or not at all.
    pub(in crate::client) fn typing(&mut self, activity: Activity, turn: &mut Turn<'_, E>) {
        let now = turn.now;
        let again = turn.shared.settings.typing_again;
        let due = match (activity, self.typing_told) {
            (Activity::Idle, told) => told.is_some(),
            (_, None) => true,
            (_, Some(at)) => now.saturating_sub(at) >= again,
        };
        let calm = self.talk.as_ref().is_some_and(Talk::is_calm);
        let online = turn.shared.line.is_online() && self.address.is_some();
        if !due || !calm || !online || !turn.shared.pace.take(now) {
            return;
        }
        self.typing_told = (activity != Activity::Idle).then_some(now);
        self.say(Content::Typing(activity), None, turn);
    }

    /// Everything up to this message of the peer's was in view.
    pub(in crate::client) fn read(&mut self, up_to: MessageId) {
        let (MessageId::Peer { session, seq }, Some(talk)) = (up_to, &self.talk) else {
            return;
        };
        let old = self.old.as_ref().map(|(old, _)| old);
        let named = old.filter(|old| old.number == session).unwrap_or(talk);
        self.reading.read(session, seq, named.heard());
    }

    /// This one item of the peer's was viewed or heard. Nothing is said of what cannot be named any more.
    pub(in crate::client) fn viewed(&mut self, id: MessageId) {
        let MessageId::Peer { session, seq } = id else {
            return;
        };
        let named = |talk: &Talk| talk.number == session && talk.names.theirs(seq).is_some();
        if self.talk.as_ref().is_some_and(named) {
            self.outbox.control(Content::Viewed { seq });
        }
    }

    /// Something about a file, to be said.
    pub(in crate::client) fn control(&mut self, control: Control) {
        self.outbox.control(Content::FileControl(control));
    }

    /// Sends one frame that is new, if there is one and it may go.
    pub(in crate::client) fn send_new(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        if !turn.shared.line.is_online() || self.address.is_none() {
            return Pumped::Nothing;
        }
        let now = turn.now;
        if let Some(content) = self.next_in_old(now) {
            if !turn.shared.pace.take(now) {
                return Pumped::Blocked;
            }
            return self.say_in_old(content, turn);
        }
        if self.talk.is_none() {
            return self.send_early(turn);
        }
        let Some(content) = self.next_content(now) else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take(now) {
            self.put_back(content);
            return Pumped::Blocked;
        }
        match content {
            Next::Queued(id, content) => {
                let file = match &content {
                    Content::File(_) => self.outbox.front().and_then(|front| front.act.file()),
                    _ => None,
                };
                if self.say(content, Some(id), turn) {
                    self.outbox.pop_front();
                    if let Some((fid, chunks)) = file {
                        // One that cannot be kept in mind is not sent, and its peer hears so.
                        if self.transfers.offer(fid, chunks).is_err() {
                            self.control(Control {
                                file: fid,
                                op: ControlOp::Cancel,
                                index: 0,
                                count: 0,
                            });
                        }
                    }
                    self.status(id, Status::Sent, turn);
                } else {
                    return Pumped::Nothing;
                }
            }
            Next::InVain(id) => {
                self.outbox.pop_front();
                self.status(id, Status::NotDelivered, turn);
            }
            Next::Plain(content) => {
                let read = matches!(content, Content::Read { .. });
                if !self.say(content, None, turn) {
                    // The session is used up: nothing is said in it any more.
                    if let Some(talk) = &mut self.talk {
                        talk.owe_nothing();
                    }
                    return Pumped::Nothing;
                }
                if read {
                    self.reading.tell();
                }
            }
        }
        Pumped::Sent
    }

    /// What is still said in the session before: what came in it, and what of that was read.
    fn next_in_old(&mut self, now: u64) -> Option<Content> {
        let (old, _) = self.old.as_mut()?;
        let receipt = old.receipt();
        if receipt.is_none() {
            old.owe_nothing();
        }
        let receipt = receipt?;
        if old.owes_now(now) {
            return Some(receipt);
        }
        let up_to = self.reading.due_earlier()?;
        Some(Content::Read { up_to })
    }

    /// What goes next in the open session, if anything may.
    fn next_content(&mut self, now: u64) -> Option<Next> {
        let talk = self.talk.as_mut()?;
        if talk.owes_now(now) {
            match talk.receipt() {
                Some(content) => return Some(Next::Plain(content)),
                None => talk.owe_nothing(),
            }
        }
        if !talk.has_room() {
            return None;
        }
        if core::mem::take(&mut self.probe) && !talk.sent.is_waiting() {
            return Some(Next::Plain(Content::Probe));
        }
        if let Some(control) = self.outbox.pop_control() {
            return Some(Next::Plain(control));
        }
        if let Some(control) = self.transfers.next_want(now) {
            return Some(Next::Plain(Content::FileControl(control)));
        }
        if let Some(queued) = self.outbox.front() {
            // A renewal is handing over: what is new is said in the session to come.
            return Some(match queued.act.content(talk, now) {
                Some(content) => Next::Queued(queued.id, content),
                None => Next::InVain(queued.id),
            });
        }
        let up_to = self.reading.due(talk.heard())?;
        Some(Next::Plain(Content::Read { up_to }))
    }

    /// There was no allowance for it.
    fn put_back(&mut self, next: Next) {
        match next {
            Next::Queued(_, content) => {
                self.outbox.restore_front(content);
            }
            Next::InVain(_) => {}
            Next::Plain(content @ (Content::FileControl(_) | Content::Viewed { .. })) => {
                self.outbox.put_back_control(content);
            }
            Next::Plain(Content::Probe) => self.probe = true,
            // A receipt is still owed, and what was read is still not told.
            Next::Plain(_) => {}
        }
    }

    /// Says something in the open session. A message that may not be said now goes back to where it waits.
    fn say(&mut self, content: Content, id: Option<u64>, turn: &mut Turn<'_, E>) -> bool {
        let (Some(talk), Some(address)) = (&mut self.talk, self.address) else {
            return false;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        match talk.say(content, id, now, &settings, turn.rng) {
            Ok(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
                if talk.sent.is_waiting() {
                    self.silent_since.get_or_insert(now);
                }
                true
            }
            Err((error, content)) => {
                // A session that is used up is renewed by [`Self::advance`].
                debug_assert!(
                    matches!(
                        error,
                        SendError::Unacknowledged
                            | SendError::TurnLimit
                            | SendError::SessionLimit
                            | SendError::Closed
                    ),
                    "{error}"
                );
                if id.is_some() {
                    self.outbox.restore_front(content);
                }
                false
            }
        }
    }

    fn say_in_old(&mut self, content: Content, turn: &mut Turn<'_, E>) -> Pumped {
        let (Some((old, _)), Some(address)) = (&mut self.old, self.address) else {
            return Pumped::Nothing;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        if matches!(content, Content::Read { .. }) {
            self.reading.tell_earlier();
        }
        // Nothing more can be said in one that is used up. What else there is goes in the next round.
        match old.say(content, None, now, &settings, turn.rng) {
            Ok(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
            }
            Err(_) => old.owe_nothing(),
        }
        Pumped::Sent
    }

    /// Words that go with a call before it is accepted (protocol 5.3).
    fn send_early(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        let (Some(Attempt::Ringing { offer, flight }), Some(address)) =
            (&mut self.attempt, self.address)
        else {
            return Pumped::Nothing;
        };
        let may = offer.is_prekey_start() && self.early.len() < limits::EARLY_MESSAGES as usize;
        let Some(queued) = self.outbox.front().filter(|_| may) else {
            return Pumped::Nothing;
        };
        let Some(content) = queued.act.early_content() else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take(turn.now) {
            queued.act.restore(content);
            return Pumped::Blocked;
        }
        let id = queued.id;
        match offer.send_early(&content) {
            Ok(sent) => {
                turn.send(Lane::Message, self.account, address, &sent.frame);
                flight.frames.push(sent.frame.into_boxed_slice());
                self.early.push((id, content));
                self.outbox.pop_front();
                self.status(id, Status::Early, turn);
                Pumped::Sent
            }
            Err(_) => {
                queued.act.restore(content);
                Pumped::Nothing
            }
        }
    }

    /// The call that carried them is gone: they wait again, before everything else.
    pub(in crate::client) fn postpone_early(&mut self, turn: &mut Turn<'_, E>) {
        for (id, content) in core::mem::take(&mut self.early).into_iter().rev() {
            self.queue_again(id, content, turn);
        }
    }

    pub(super) fn queue_again(&mut self, id: u64, content: Content, turn: &mut Turn<'_, E>) {
        if self.outbox.queue_again(id, content) {
            self.status(id, Status::Waiting, turn);
        }
    }

    /// Sends one frame again, if there is one and it may go.
    pub(in crate::client) fn send_again(&mut self, turn: &mut Turn<'_, E>) -> Pumped {
        let (true, Some(address)) = (turn.shared.line.is_online(), self.address) else {
            return Pumped::Nothing;
        };
        let (now, settings) = (turn.now, turn.shared.settings);
        let old = self.old.as_mut().map(|(old, _)| old);
        let Some(talk) = old
            .into_iter()
            .chain(&mut self.talk)
            .find(|talk| talk.sent.has_again())
        else {
            return Pumped::Nothing;
        };
        if !turn.shared.pace.take_again(now) {
            return Pumped::Blocked;
        }
        match talk.sent.take_again(now, &settings) {
            Some(frame) => {
                turn.send(Lane::Message, self.account, address, &frame);
                Pumped::Sent
            }
            None => Pumped::Nothing,
        }
    }
}

/// What goes next.
enum Next {
    /// The front of the queue.
    Queued(u64, Content),
    /// The front of the queue, which the peer would drop.
    InVain(u64),
    /// What has no name.
    Plain(Content),
}
