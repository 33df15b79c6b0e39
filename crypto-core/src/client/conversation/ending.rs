//! The end of a conversation, which names everything that is not settled.

use alloc::string::String;
use alloc::vec::Vec;

use super::Conversation;
use super::outbox::Act;
use crate::client::event::{EndedBy, Event, Lane, MessageId, Status, Unsettled};
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::files::FileId;
use crate::identity::AccountId;
use crate::ids::Presence;
use crate::session::{Content, Session, SessionId};

/// BYE, and the session in which it was said.
pub(in crate::client) struct Farewell {
    pub(in crate::client) session: Session,
    pub(in crate::client) presence: Presence,
    pub(in crate::client) frame: Vec<u8>,
}

impl Farewell {
    pub(in crate::client) const fn sid(&self) -> SessionId {
        self.session.id()
    }
}

/// An own message of the open session that was not acknowledged when the conversation ended.
struct UnderWay {
    seq: u32,
    id: u64,
    text: Option<String>,
}

/// The end of a conversation that is to be told.
pub(in crate::client) struct End {
    account: AccountId,
    by: EndedBy,
    /// Of the call and of the session before.
    earlier: Vec<Unsettled>,
    under_way: Vec<UnderWay>,
    /// Never said.
    waiting: Vec<Unsettled>,
    unfinished: Vec<FileId>,
    tail_missing: bool,
}

impl<E: Engine> Conversation<E> {
    /// Says BYE in the open session, beside the allowance of frames.
    pub(super) fn say_bye(&mut self, turn: &mut Turn<'_, E>) -> Option<Vec<u8>> {
        let (talk, address) = (self.talk.as_mut()?, self.address?);
        let sent = talk.session.send(&Content::Bye, turn.rng).ok()?;
        turn.send(Lane::Message, self.account, address, &sent.frame);
        Some(sent.frame)
    }

    /// Says BYE, unless the peer has said that it is over, and gathers what is not settled.
    pub(in crate::client) fn end(
        mut self,
        by: EndedBy,
        turn: &mut Turn<'_, E>,
    ) -> (Option<Farewell>, End) {
        let told = matches!(by, EndedBy::Peer | EndedBy::PeerBefore);
        let bye = if told { None } else { self.say_bye(turn) };
        let mut earlier = Vec::new();
        for (id, content) in core::mem::take(&mut self.early) {
            let text = match content {
                Content::Text { text, .. } => Some(text),
                _ => None,
            };
            earlier.push(Unsettled::new(id, Status::Unconfirmed, text));
        }
        let mut tail_missing = self.talk.is_some() && !matches!(by, EndedBy::Peer | EndedBy::Us);
        if let Some((mut old, _)) = self.old.take() {
            turn.shared.ended.remember(self.account, old.sid());
            for (_, id, text) in old.sent.unacknowledged() {
                earlier.push(Unsettled::new(id, Status::Unconfirmed, text));
            }
        }
        let mut under_way = Vec::new();
        let mut farewell = None;
        if let Some(mut talk) = self.talk.take() {
            turn.shared.ended.remember(self.account, talk.sid());
            tail_missing |= !talk.is_complete();
            let unacknowledged = talk.sent.unacknowledged().into_iter();
            under_way.extend(unacknowledged.map(|(seq, id, text)| UnderWay { seq, id, text }));
            farewell = bye.zip(self.address).map(|(frame, presence)| Farewell {
                session: talk.into_session(),
                presence,
                frame,
            });
        }
        let mut waiting = Vec::new();
        for queued in self.outbox.drain() {
            let status = queued.outcome();
            let text = match queued.act {
                Act::Text { text, .. } | Act::Edit { text, .. } => Some(text),
                _ => None,
            };
            waiting.push(Unsettled::new(queued.id, status, text));
        }
        let unfinished = self.transfers.end();
        let unfinished = unfinished.into_iter().map(|one| one.file).collect();
        let end = End {
            account: self.account,
            by,
            earlier,
            under_way,
            waiting,
            unfinished,
            tail_missing,
        };
        (farewell, end)
    }
}

impl End {
    /// Whether the peer could still say what became of something, and somebody wants to know: we have left by ourselves.
    pub(in crate::client) fn may_be_settled(&self) -> bool {
        self.by == EndedBy::Us && !self.under_way.is_empty()
    }

    /// The peer has everything before `ack`.
    pub(in crate::client) fn acknowledged<E: Engine>(&mut self, ack: u32, turn: &mut Turn<'_, E>) {
        let account = self.account;
        self.under_way.retain(|one| {
            let here = one.seq < ack;
            if here {
                turn.tell(Event::Status {
                    account,
                    id: MessageId::Own(one.id),
                    status: Status::Delivered,
                });
            }
            !here
        });
    }

    /// Tells it as it is. The peer's BYE names what it has: the rest it will never show.
    pub(in crate::client) fn tell<E: Engine>(self, turn: &mut Turn<'_, E>) {
        let status = if self.by == EndedBy::Peer {
            Status::NotDelivered
        } else {
            Status::Unconfirmed
        };
        self.tell_as(status, turn);
    }

    /// Tells it; what was under way is `status`.
    pub(in crate::client) fn tell_as<E: Engine>(self, status: Status, turn: &mut Turn<'_, E>) {
        let under_way = self.under_way.into_iter();
        let mut unsettled = self.earlier;
        unsettled.extend(under_way.map(|one| Unsettled::new(one.id, status, one.text)));
        unsettled.extend(self.waiting);
        turn.tell(Event::Ended {
            account: self.account,
            by: self.by,
            unsettled,
            unfinished: self.unfinished,
            tail_missing: self.tail_missing,
        });
    }
}

impl Unsettled {
    fn new(id: u64, status: Status, text: Option<String>) -> Self {
        Self {
            id: MessageId::Own(id),
            status,
            text,
        }
    }
}
