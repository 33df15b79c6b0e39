//! A conversation with one account: the sessions that carry it, what waits to be said, and what becomes of it.
//!
//! What the relay says changes labels here. A conversation ends by the peer's authentic word, by our own, by a limit of the
//! protocol, or by ten minutes without the peer.

//!
//! | file | what |
//! |---|---|
//! | `making.rs` | how it comes by its sessions: our call, our answer, a renewal |
//! | `succession.rs` | one session takes the place of another |
//! | `outbox.rs`, `sending.rs` | what waits to be said, and how it is said |
//! | `receiving.rs` | what comes, and what it means |
//! | `chunks.rs` | chunks of files, beside the session |
//! | `interruption.rs` | lines that break, and everything that is a matter of time |
//! | `ending.rs` | the end, which names what is not settled |

mod chunks;
mod ending;
mod interruption;
mod making;
mod outbox;
mod receiving;
mod sending;
mod succession;

pub(super) use ending::{End, Farewell};
pub(super) use outbox::{Act, file_id};

use alloc::vec::Vec;

use super::attempt::Attempt;
use super::event::{ConversationState, EndedBy, Event, MessageId, Stage, Status};
use super::reading::Reading;
use super::talk::{Own, Talk, Unread};
use super::transfer::Transfers;
use super::turn::Turn;
use crate::engine::Engine;
use crate::files::FileId;
use crate::identity::{AccountId, AccountName, IdentityKey, Party};
use crate::ids::Presence;
use crate::session::{Content, Session, SessionId};
use outbox::Outbox;

/// A message that came with a call: it can be named, and a file can be had, when there is a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Requested {
    pub(super) seq: u32,
    /// `fid` and chunks, if it is a file.
    pub(super) file: Option<(FileId, u32)>,
}

/// What a round of sending came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pumped {
    /// There is nothing to send.
    Nothing,
    /// One frame was sent.
    Sent,
    /// There is something to send, and no allowance.
    Blocked,
}

/// What a step asks the caller to do with the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It lives.
    Lives,
    /// It is over.
    Ends(EndedBy),
}

/// A conversation.
pub(super) struct Conversation<E: Engine> {
    pub(super) account: AccountId,
    pub(super) name: AccountName,
    pub(super) key: IdentityKey,
    /// The peer's run, as far as it is known.
    pub(super) address: Option<Presence>,
    /// The run with which the newest handshake was begun.
    pub(super) partner: Option<Presence>,
    /// The handshake under way begins anew, and renews nothing.
    anew: bool,
    /// How often the call under way was made anew.
    calls_anew: u32,
    pub(super) attempt: Option<Attempt<E>>,
    pub(super) talk: Option<Talk>,
    /// The session before, while what is on its way in it is still heard.
    pub(super) old: Option<(Talk, u64)>,
    /// When the peer was first heard in the open session after the one before had had its time.
    back_at: Option<u64>,
    outbox: Outbox,
    /// Own messages that went with the call under way.
    pub(super) early: Vec<(u64, Content)>,
    /// The peer's, of the call that was accepted.
    pub(super) request: Vec<Requested>,
    pub(super) transfers: Transfers,
    sessions: u32,
    reading: Reading,
    /// Own messages of earlier sessions that were delivered and not read.
    unread: Vec<Unread>,
    silent_since: Option<u64>,
    probe: bool,
    told: Option<ConversationState>,
    typing_told: Option<u64>,
    peer_active_until: Option<u64>,
    /// The session is to be renewed then, after an attempt that failed.
    pub(super) renew_after: u64,
    /// Chunks are sent from then on, after the relay has refused some.
    chunks_after: u64,
}

impl<E: Engine> Conversation<E> {
    pub(super) fn new(
        account: AccountId,
        name: AccountName,
        key: IdentityKey,
        address: Option<Presence>,
    ) -> Self {
        Self {
            account,
            name,
            key,
            address,
            partner: None,
            anew: false,
            calls_anew: 0,
            attempt: None,
            talk: None,
            old: None,
            back_at: None,
            outbox: Outbox::default(),
            early: Vec::new(),
            request: Vec::new(),
            transfers: Transfers::new(),
            sessions: 0,
            reading: Reading::default(),
            unread: Vec::new(),
            silent_since: None,
            probe: false,
            told: None,
            typing_told: None,
            peer_active_until: None,
            renew_after: 0,
            chunks_after: 0,
        }
    }

    /// Whether a call from this run is a new beginning and no renewal: the peer of the session was another one, and the relay
    /// does not say that that is still there.
    pub(super) fn begins_anew(&self, from: Presence, turn: &Turn<'_, E>) -> bool {
        let home = self.talk.as_ref().and_then(|talk| talk.home);
        let known = turn.shared.line.known(&self.account);
        let there = |home| known.is_some_and(|known| known.online && known.presence == home);
        home.is_some_and(|home| home != from && !there(home))
    }

    /// Whether a session is open, secure or about to be.
    pub(super) const fn is_open(&self) -> bool {
        self.talk.is_some()
    }

    /// The talk that a session id names.
    pub(super) fn holds(&self, sid: &SessionId) -> bool {
        self.talk.as_ref().is_some_and(|talk| talk.sid() == *sid)
            || self.old.as_ref().is_some_and(|(old, _)| old.sid() == *sid)
    }

    /// The peer of the session that an id names.
    pub(super) fn peer_of(&self, sid: &SessionId) -> Option<Party> {
        let old = self.old.as_ref().map(|(old, _)| old);
        let mut talks = self.talk.iter().chain(old);
        let named = talks.find(|talk| talk.sid() == *sid);
        named.map(|talk| talk.session.peer())
    }

    /// How many sessions it has had.
    pub(super) const fn sessions(&self) -> u32 {
        self.sessions
    }

    /// The open session.
    pub(super) fn session(&self) -> Option<&Session> {
        self.talk.as_ref().map(|talk| &talk.session)
    }

    fn is_secure(&self) -> bool {
        self.session().is_some_and(Session::is_secure)
    }

    fn state(&self, peer_online: Option<bool>, long_ago: u64) -> ConversationState {
        let stage = match (&self.attempt, &self.talk) {
            (_, Some(talk)) if talk.session.is_secure() || self.old.is_some() => Stage::Secure,
            (_, Some(_)) => Stage::Establishing,
            (Some(Attempt::Ringing { .. }), None) => Stage::Ringing,
            (Some(attempt), None) if attempt.is_calling() => Stage::Seeking,
            (_, None) => Stage::Establishing,
        };
        ConversationState {
            stage,
            session: self.talk.as_ref().map_or(0, |talk| talk.number),
            renewing: self.talk.is_some() && self.attempt.is_some(),
            peer_online,
            silent_since: self.silent_since.filter(|since| *since <= long_ago),
            waiting: self.outbox.len(),
        }
    }

    /// Tells how it stands, if that has changed.
    pub(super) fn tell_state(&mut self, turn: &mut Turn<'_, E>) {
        let known = turn.shared.line.known(&self.account);
        let known =
            known.map(|known| known.online && self.address.is_none_or(|at| at == known.presence));
        let patience = turn.shared.settings.resend_first;
        let state = self.state(known, turn.now.saturating_sub(patience));
        if self.told != Some(state) {
            self.told = Some(state);
            turn.tell(Event::Conversation {
                account: self.account,
                state,
            });
        }
    }

    /// An own message that something can be done to. Its withdrawal may wait: what is done after that would be said after it.
    pub(super) fn names_own(&self, target: MessageId) -> Option<&Own> {
        let (MessageId::Own(id), Some(talk)) = (target, &self.talk) else {
            return None;
        };
        let (_, own) = talk.name_own(id)?;
        (!self.outbox.withdraws(target)).then_some(own)
    }

    /// Whether something can be done to a message of either side.
    pub(super) fn names(&self, target: MessageId) -> bool {
        match target {
            MessageId::Own(_) => self.names_own(target).is_some(),
            MessageId::Peer { session, seq } => self
                .talk
                .as_ref()
                .is_some_and(|talk| talk.names_theirs(session, seq)),
        }
    }

    fn status(&self, id: u64, status: Status, turn: &mut Turn<'_, E>) {
        turn.tell(Event::Status {
            account: self.account,
            id: MessageId::Own(id),
            status,
        });
    }
}
