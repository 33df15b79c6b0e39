//! What comes: frames of this conversation's sessions, and what each of them means.

use alloc::vec::Vec;

use super::{Conversation, Fate, file_id};
use crate::client::event::{Body, EndedBy, Event, Lane, MessageId, Status, Suspicion};
use crate::client::talk::{Named, Opened, Talk};
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::error::{Class, Code};
use crate::files::{Control, ControlOp};
use crate::ids::Presence;
use crate::limits;
use crate::session::{Activity, Author, Content, MessageRef, ReceiveError, SessionId};

impl<E: Engine> Conversation<E> {
    /// A MSG of one of this conversation's sessions.
    pub(in crate::client) fn receive(
        &mut self,
        presence: Presence,
        sid: &SessionId,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        let (now, settings) = (turn.now, turn.shared.settings);
        let in_old = self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid);
        // What is said here from now on says, once the peer has it, that it has seen what this frame acknowledges.
        let said = self.talk.as_ref().map_or(0, Talk::said);
        let after = if in_old { said.saturating_add(1) } else { 0 };
        let talk = if in_old {
            self.old.as_mut().map(|(old, _)| old)
        } else {
            self.talk.as_mut()
        };
        let Some(talk) = talk else {
            return Fate::Lives;
        };
        match talk.receive(frame, now, &settings, after) {
            Ok(opened) => {
                self.address = Some(presence);
                let late = self.old.as_ref().is_some_and(|(_, until)| now >= *until);
                if late && !in_old && self.talk.as_ref().is_some_and(Talk::is_proven) {
                    self.back_at.get_or_insert(now);
                }
                // What is not acknowledged yet is owed from now on.
                let owes = self
                    .talk
                    .as_ref()
                    .is_some_and(|talk| talk.sent.is_waiting());
                self.silent_since = owes.then_some(now);
                self.opened(in_old, opened, turn)
            }
            Err(ReceiveError::Replay) => {
                if let (Some(answer), Some(address)) = (talk.repeated(now, &settings), self.address)
                    && turn.shared.pace.take_again(now)
                {
                    turn.send(Lane::Message, self.account, address, &answer);
                }
                Fate::Lives
            }
            Err(error) if error.code().class() == Class::FatalSession => {
                Fate::Ends(EndedBy::Misbehaviour(error.code()))
            }
            Err(ReceiveError::Decrypt) => {
                turn.tell(Event::Suspicious {
                    account: self.account,
                    what: Suspicion::NotAuthentic,
                });
                Fate::Lives
            }
            // Only a count: a damaged or late frame comes again.
            Err(_) => Fate::Lives,
        }
    }

    fn opened(&mut self, in_old: bool, opened: Opened, turn: &mut Turn<'_, E>) -> Fate {
        for (id, status) in opened.arrived {
            self.status(id, status, turn);
        }
        if opened.secured {
            self.secured(turn);
        }
        for (seq, ack, content) in opened.said {
            if let Err(code) = self.understand(in_old, (seq, ack), content, turn) {
                return Fate::Ends(EndedBy::Misbehaviour(code));
            }
        }
        if opened.bye {
            // The peer went on in the session before. What was said since is nothing that its word covers.
            if in_old {
                self.fall_back(turn);
            }
            // Our last word says what has come, and that nothing more is heard.
            self.say_bye(turn);
            return Fate::Ends(EndedBy::Peer);
        }
        Fate::Lives
    }

    /// READY has come: the initiator's session is secure.
    fn secured(&mut self, turn: &mut Turn<'_, E>) {
        let Some(talk) = &mut self.talk else { return };
        if talk.has_gap() {
            // What was lost of a first flight is said in the session that follows at once (protocol 5.3).
            for (id, content) in talk.take_dropped().into_iter().rev() {
                self.queue_again(id, content, turn);
            }
            self.renew_after = 0;
        }
        if self.sessions > 1 {
            turn.tell(Event::Renewed {
                account: self.account,
            });
        }
    }

    /// An authentic message of the peer's, in its turn.
    fn understand(
        &mut self,
        in_old: bool,
        (seq, ack): (u32, u32),
        content: Content,
        turn: &mut Turn<'_, E>,
    ) -> Result<(), Code> {
        let account = self.account;
        let now = turn.now;
        let talk = if in_old {
            self.old.as_mut().map(|(old, _)| old)
        } else {
            self.talk.as_mut()
        };
        let Some(talk) = talk else { return Ok(()) };
        let session = talk.number;
        let id = MessageId::Peer { session, seq };
        let name = |talk: &Talk, target: MessageRef| match target.author {
            Author::Sender => Some(MessageId::Peer {
                session,
                seq: target.seq,
            })
            .filter(|_| talk.names.theirs(target.seq).is_some()),
            Author::Receiver => talk
                .names
                .own(target.seq)
                .filter(|own| own.kind != Named::Act)
                .map(|own| MessageId::Own(own.id)),
        };
        match content {
            Content::Text { text, reply } => {
                let reply = reply.and_then(|reply| name(talk, reply));
                self.peer_active_until = None;
                self.reading.shown(session, seq);
                turn.tell(Event::Message {
                    account,
                    id,
                    body: Body::Text { text, reply },
                    early: false,
                });
            }
            Content::File(descriptor) => {
                let (file, chunks) = file_id(&descriptor).ok_or(Code::Content)?;
                self.reading.shown(session, seq);
                if self.transfers.announced(file, chunks).is_ok() {
                    turn.tell(Event::Message {
                        account,
                        id,
                        body: Body::File { file, descriptor },
                        early: false,
                    });
                } else {
                    self.control(Control {
                        file,
                        op: ControlOp::Reject,
                        index: 0,
                        count: 0,
                    });
                }
            }
            Content::FileControl(control) => {
                if self.transfers.control(&control).is_some() {
                    turn.tell(Event::File { account, control });
                }
            }
            Content::Read { up_to } => {
                if !talk.sent.has_said(up_to) {
                    return Err(Code::Content);
                }
                let read = talk.names.read_up_to(up_to);
                if !in_old {
                    self.read_before(ack, turn);
                }
                for id in read {
                    self.status(id, Status::Read, turn);
                }
            }
            Content::Viewed { seq } => {
                if let Some(own) = talk.names.own(seq) {
                    let id = MessageId::Own(own.id);
                    turn.tell(Event::Viewed { account, id });
                }
            }
            Content::Typing(activity) => {
                let until = turn.after(turn.shared.settings.typing_forgotten);
                self.peer_active_until = (activity != Activity::Idle).then_some(until);
                turn.tell(Event::Activity { account, activity });
            }
            Content::Edit { seq: target, text } => {
                let fresh = talk.names.theirs(target).is_some_and(|theirs| {
                    theirs.kind == Named::Text
                        && now.saturating_sub(theirs.at) <= limits::EDIT_WINDOW
                });
                if fresh {
                    let id = MessageId::Peer {
                        session,
                        seq: target,
                    };
                    turn.tell(Event::Edited { account, id, text });
                }
            }
            Content::Delete { seq: target } => {
                if talk.names.withdraw(target) {
                    let id = MessageId::Peer {
                        session,
                        seq: target,
                    };
                    turn.tell(Event::Deleted { account, id });
                }
            }
            Content::Reaction { target, set, emoji } => {
                if let Some(id) = name(talk, target) {
                    turn.tell(Event::Reaction {
                        account,
                        id,
                        set,
                        emoji,
                    });
                }
            }
            Content::Ready
            | Content::Receipt
            | Content::Bye
            | Content::Probe
            | Content::Unknown { .. } => {}
        }
        Ok(())
    }

    /// Everything of the sessions before that the peer had when it said so was read. It had what it had acknowledged when we
    /// said what its word acknowledges, and that is all that is known.
    fn read_before(&mut self, ack: u32, turn: &mut Turn<'_, E>) {
        // The first word of the responder's was said after everything of the session before that it knew of.
        let first = u32::from(self.talk.as_ref().is_some_and(|talk| !talk.is_initiator()));
        let known = |after: u32| after.max(first) <= ack;
        let mut read = Vec::new();
        self.unread.retain(|one| {
            let counts = known(one.after);
            if counts {
                read.push(one.id);
            }
            !counts
        });
        if let Some((old, _)) = &mut self.old {
            read.extend(old.names.read_by(known));
        }
        for id in read {
            self.status(id, Status::Read, turn);
        }
    }
}
