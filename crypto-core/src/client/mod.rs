//! The client (sans-IO): everything between a socket and a screen that is protocol.
//!
//! A [`Client`] owns the listener and its prekeys, live handshakes, sessions, pins, the routing of every frame of the relay,
//! numbering, acknowledgement, re-sending, receipts, and the limits. It has no clock, no socket, no storage and no
//! randomness of its own: times (milliseconds since 1970) and generators are parameters, and what it wants done it puts into
//! [`Client::poll`].
//!
//! ```text
//! inputs                                    outputs (poll)
//! opened / lost     what the socket does    Send    bytes for the socket, by lane
//! receive           a frame of the relay    Event   what the screen must know
//! call, text, ...   what the person does    Job     asymmetric work, to be run outside
//! advance           the time                Close   the line is of no use any more
//! done              a job's result          next_wake: when advance() is due
//! ```
//!
//! # Who speaks
//! An [`Event`] that names an account was caused by a frame that a handshake or session with that account's key has opened.
//! Peers are kept by account, their handshakes and sessions by account *and* id: `peer.rs` is the one place where a
//! frame meets what may open it. What the relay says by itself (presence, acknowledgements) changes labels and addresses.
//!
//! # Nothing is lost in silence
//! Every own message ends as [`Status::Read`], [`Status::Delivered`], [`Status::Unconfirmed`] or [`Status::NotDelivered`]; whatever
//! ends a conversation names the last two with their texts, in [`Event::Ended`].

mod attempt;
mod chunk_pace;
mod commands;
mod conversation;
mod ended;
mod event;
mod job;
mod leaving;
mod line;
mod message_id;
mod pace;
mod peer;
mod pumping;
mod reading;
mod roster;
mod rota;
mod round_trip;
mod routing;
mod settings;
mod talk;
#[cfg(test)]
mod tests;
mod transfer;
mod turn;
mod turned_away;

pub use commands::FileAct;
pub use event::{
    Body, ChunksWanted, CloseReason, ConversationState, EndedBy, Event, Lane, LineState, MessageId,
    Output, Stage, Status, Suspicion, Unsettled,
};
pub use job::{Finished, Job, JobId};
pub use settings::Settings;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::engine::{Engine, LocalIdentity};
use crate::error::{Code, errors};
use crate::files::FileId;
use crate::handshake::Listener;
use crate::identity::{AccountId, IdentityKey};
use crate::ids::{EnvelopeId, Presence};
use crate::map::Set;
use crate::pins::Pins;
use crate::relay::{ClientFrame, ServerFrame, Token};
use conversation::Conversation;
use job::{Product, Work};
use line::Purpose;
use peer::Peer;
use roster::Roster;
use rota::Rota;
use turn::{Shared, Turn};

errors! {
    /// Something that the person asked for and that cannot be done. Nothing has changed.
    pub enum CommandError {
        /// There is no conversation with this account, and no call from it.
        NoConversation => ConversationUnknown,
        /// The name is not this account's.
        Name => AccountName,
        /// It is our own account.
        OwnKey => OwnKey,
        /// The key is not the pinned one: the person must look at both first.
        KeyChanged => IdentityChanged,
        /// As many conversations live as may.
        Conversations => ConversationsFull,
        /// Too many handshakes with this peer within an hour.
        Rate => HandshakeRate,
        /// As much waits to be said as may.
        Queue => QueueFull,
        /// The message cannot be named: another session's, another kind, another person's, or one that was taken back.
        Message => MessageUnknown,
        /// The text was said more than [`crate::limits::EDIT_WINDOW`] ago: the peer would not take the change.
        Late => MessageLate,
        /// A text too long or empty, an emoji too long, a descriptor that is not one.
        Content => InvalidContent,
        /// The file cannot be had: another one, or in another state.
        File => FileId,
        /// Not an access token.
        Token => TokenFormat,
    }
}

/// What a frame of the relay was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handled {
    /// It is dealt with, or dropped.
    Done,
    /// Chunks of a file that are wanted: open the frame's payload, which begins after [`crate::relay::HEADER_LENGTH`] bytes, and tell
    /// [`Client::chunks_opened`].
    Chunks {
        /// Whose file.
        account: AccountId,
        /// The file.
        file: FileId,
    },
}

/// One account's client, for one run.
pub struct Client<E: Engine> {
    shared: Shared<E>,
    roster: Roster<E>,
    /// Accounts beside those of conversations whose presence the screen shows.
    watched: Set<AccountId>,
    /// The conversation that is on the screen: it goes first.
    visible: Option<AccountId>,
    /// Prekeys are being made.
    stocking: Option<JobId>,
    login: Option<JobId>,
    now: u64,
    /// Something waits for the allowance of frames.
    blocked: bool,
    blocked_again: bool,
    /// Whose turn it is to say something.
    rota: Rota,
    /// Whose turn it is to send chunks.
    chunk_rota: Rota,
}

impl<E: Engine> Client<E> {
    /// A client of an account that knows the people of `pins`. Draws 16 bytes from `rng`: the run's presence.
    pub fn new(
        local: LocalIdentity<E>,
        pins: Pins,
        settings: Settings,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let presence = Presence::generate(rng);
        Self {
            shared: Shared::new(local, pins, presence, settings),
            roster: Roster::new(),
            watched: Set::new(),
            visible: None,
            stocking: None,
            login: None,
            now: 0,
            blocked: false,
            blocked_again: false,
            rota: Rota::default(),
            chunk_rota: Rota::default(),
        }
    }

    /// The people who are known, for keeping.
    #[must_use]
    pub const fn pins(&self) -> &Pins {
        &self.shared.pins
    }

    /// This run's presence.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.shared.listener.presence()
    }

    /// What is to be done next, in order. Take everything after each input.
    pub fn poll(&mut self) -> Option<Output<E>> {
        self.shared.outputs.pop_front()
    }

    // ---- The socket

    /// A socket was opened: the relay's challenge is awaited.
    pub fn opened(&mut self, now: u64) {
        let now = self.clock(now);
        self.shared.line.opened(now);
        self.tell_line(LineState::LoggingIn);
    }

    /// The socket is gone. Nothing ends by it.
    pub fn lost(&mut self, now: u64, rng: &mut dyn CryptoRng) {
        self.clock(now);
        if !self.shared.line.turn(LineState::Down) {
            return;
        }
        self.line_is_lost(rng);
        self.finish(false, rng);
    }

    /// A fresh access token: for the login that [`Output::TokenWanted`] asks for, or before the old one expires.
    ///
    /// # Errors
    /// [`CommandError::Token`].
    pub fn token(
        &mut self,
        token: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        let checked = Token::new(token.as_bytes()).map_err(|_| CommandError::Token)?;
        match self.shared.line.challenge.take() {
            Some(challenge) => {
                let presence = self.presence();
                let token = Zeroizing::new(String::from(token));
                let work = Work::Login {
                    challenge,
                    presence,
                    token,
                };
                self.login = Some(self.turn(rng).work(None, work));
            }
            None if self.shared.line.is_online() => {
                let frame = ClientFrame::Token(checked).encode();
                self.turn(rng).post(frame);
            }
            None => {}
        }
        self.finish(false, rng);
        Ok(())
    }

    /// A frame of the relay's: one binary message of the WebSocket. Of a frame with chunks only its beginning is needed,
    /// [`crate::relay::HEADER_LENGTH`] and 39 bytes; `length` counts all of its bytes.
    pub fn receive(
        &mut self,
        frame: &[u8],
        length: usize,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Handled {
        let now = self.clock(now);
        self.shared.line.heard(now);
        let handled = match ServerFrame::decode(frame) {
            Ok(decoded) => self.handle(decoded, length, rng),
            Err(_) => Handled::Done,
        };
        self.finish(true, rng);
        handled
    }

    // ---- Jobs and time

    /// A job's result. One that comes too late is dropped.
    pub fn done(&mut self, finished: Finished<E>, now: u64, rng: &mut dyn CryptoRng) {
        self.clock(now);
        let Finished { id, result } = finished;
        if let Some(awaited) = self.shared.jobs.remove(&id) {
            self.job_done(id, awaited.account, *result, rng);
        }
        self.finish(false, rng);
    }

    fn job_done(
        &mut self,
        id: JobId,
        account: Option<AccountId>,
        result: Result<Product<E>, Code>,
        rng: &mut dyn CryptoRng,
    ) {
        if let Some(account) = account {
            return self.with(account, rng, |peer, turn| peer.done(id, result, turn));
        }
        if self.login == Some(id) {
            self.login = None;
            match result {
                Ok(Product::Login(frame)) => self.turn(rng).post(frame),
                _ => self.close(CloseReason::TryLater, rng),
            }
        } else if self.stocking == Some(id) {
            self.stocking = None;
            if let Ok(Product::Prekeys(prekeys)) = result {
                let frames: Vec<_> = prekeys.iter().map(|prekey| *prekey.frame()).collect();
                if self.shared.listener.keep_prekeys(prekeys).is_err() {
                    // They were made for the run before.
                    return self.stock(0, rng);
                }
                let id = EnvelopeId::generate(rng);
                let frame = ClientFrame::Prekeys {
                    id,
                    prekeys: &frames,
                };
                let frame = frame.encode();
                if self.shared.line.is_online() {
                    self.turn(rng).post(frame);
                }
            }
        }
    }

    /// The time, when [`Client::next_wake`] says so, and whenever the caller may have slept.
    pub fn advance(&mut self, now: u64, rng: &mut dyn CryptoRng) {
        let now = self.clock(now);
        let late: Vec<_> = self
            .shared
            .jobs
            .iter()
            .filter(|(_, awaited)| now >= awaited.until)
            .map(|(id, awaited)| (*id, awaited.account))
            .collect();
        for (id, account) in late {
            self.shared.jobs.remove(&id);
            self.job_done(id, account, Err(Code::Engine), rng);
        }
        self.shared.looked_at = now;
        let talking = self.is_talking();
        let dead_at = self.shared.line.dead_at(talking, &self.shared.settings);
        if dead_at.is_some_and(|at| now >= at) {
            self.close(CloseReason::Silence, rng);
        }
        for account in self.roster.due(now) {
            self.with(account, rng, Peer::advance);
        }
        self.finish(false, rng);
    }

    /// When [`Client::advance`] is due, in ms since 1970; `None`: when something else happens.
    pub fn next_wake(&self) -> Option<u64> {
        let talking = self.is_talking();
        let mut wakes = Vec::new();
        wakes.extend(self.shared.line.dead_at(talking, &self.shared.settings));
        wakes.extend(self.shared.jobs.values().map(|awaited| awaited.until));
        if self.shared.line.is_online() {
            wakes.extend(self.blocked.then(|| self.shared.pace.next()));
            wakes.extend(self.blocked_again.then(|| self.shared.pace.next_again()));
            wakes.extend(self.shared.line.watch_due());
        }
        wakes.extend(self.roster.next_wake(self.shared.looked_at));
        // What is still due after it was looked at waits for something else, such as the allowance.
        wakes
            .into_iter()
            .filter(|at| *at > self.shared.looked_at)
            .min()
    }

    // ---- Inside

    /// Time does not run backwards here.
    fn clock(&mut self, now: u64) -> u64 {
        self.now = self.now.max(now);
        self.now
    }

    fn turn<'a>(&'a mut self, rng: &'a mut dyn CryptoRng) -> Turn<'a, E> {
        Turn {
            now: self.now,
            rng,
            shared: &mut self.shared,
        }
    }

    fn with(
        &mut self,
        account: AccountId,
        rng: &mut dyn CryptoRng,
        step: impl FnOnce(&mut Peer<E>, &mut Turn<'_, E>),
    ) {
        let mut turn = Turn {
            now: self.now,
            rng,
            shared: &mut self.shared,
        };
        self.roster.with(account, &mut turn, step);
    }

    /// A step of a conversation.
    fn with_conversation<T>(
        &mut self,
        account: &AccountId,
        rng: &mut dyn CryptoRng,
        step: impl FnOnce(&mut Conversation<E>, &mut Turn<'_, E>) -> T,
    ) -> Result<T, CommandError> {
        self.conversation(account)?;
        let mut result = None;
        self.with(*account, rng, |peer, turn| {
            let conversation = peer.conversation.as_mut();
            result = conversation.map(|conversation| step(conversation, turn));
        });
        result.ok_or(CommandError::NoConversation)
    }

    fn conversation(&self, account: &AccountId) -> Result<&Conversation<E>, CommandError> {
        let conversation = self.roster.conversation(account);
        conversation.ok_or(CommandError::NoConversation)
    }

    const fn conversations(&self) -> usize {
        self.shared.tally.conversations
    }

    const fn is_talking(&self) -> bool {
        self.shared.tally.open > 0
    }

    fn tell_line(&mut self, state: LineState) {
        self.shared
            .outputs
            .push_back(Output::Event(Event::Line { state }));
    }

    fn close(&mut self, why: CloseReason, rng: &mut dyn CryptoRng) {
        self.shared.outputs.push_back(Output::Close { why });
        if self.shared.line.turn(LineState::Down) {
            self.line_is_lost(rng);
        }
    }

    /// Nothing ends by it; what was on its way may not have arrived.
    fn line_is_lost(&mut self, rng: &mut dyn CryptoRng) {
        self.tell_line(LineState::Down);
        self.shared.chunk_pace.reset();
        self.login = None;
        for purpose in self.shared.line.forget_fates() {
            if let Purpose::Chunks(account, wanted) = purpose {
                let _ended = self.with_conversation(&account, rng, |conversation, turn| {
                    conversation.chunks_relayed(wanted, false, turn);
                });
            }
        }
        // What is due depends on the line.
        for account in self.roster.all() {
            self.with(account, rng, |peer, turn| {
                if let Some(conversation) = &mut peer.conversation {
                    conversation.line_is_lost(turn.now);
                }
            });
        }
    }

    /// After each input: what may go goes, and how things stand is told.
    fn finish(&mut self, frame_came: bool, rng: &mut dyn CryptoRng) {
        self.renew_run(rng);
        if self.shared.line.is_online() {
            self.tell_relay(frame_came, rng);
            self.pump(rng);
        }
        for account in self.roster.take_touched() {
            if let Some(peer) = self.roster.get_mut(&account)
                && let Some(conversation) = &mut peer.conversation
            {
                conversation.tell_state(&mut Turn {
                    now: self.now,
                    rng,
                    shared: &mut self.shared,
                });
            }
        }
    }

    /// A run that remembers as many offers as it may goes on as a new one, as soon as no conversation needs the old.
    fn renew_run(&mut self, rng: &mut dyn CryptoRng) {
        let busy = self.conversations() > 0 || self.shared.tally.handshakes > 0;
        if busy || !self.shared.listener.is_full() {
            return;
        }
        let presence = Presence::generate(rng);
        self.shared.listener = Listener::new(self.shared.local.clone(), presence);
        self.close(CloseReason::NewRun, rng);
    }
}

/// A short authentication string and what it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sas {
    /// Which session of the conversation, from 1.
    pub session: u32,
    /// The emoji's numbers.
    pub emoji: [u8; crate::fingerprint::SAS_EMOJI],
    /// The peer's key in that session.
    pub key: IdentityKey,
}

impl<E: Engine> fmt::Debug for Client<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("account", &self.shared.local.party().account)
            .field("line", &self.shared.line.state())
            .field("peers", &self.roster.len())
            .field("jobs", &self.shared.jobs.len())
            .field("frames", &self.roster.waiting())
            .finish_non_exhaustive()
    }
}
