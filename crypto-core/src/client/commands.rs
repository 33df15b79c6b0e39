//! What the person does. Each call says at once whether it can be done; what becomes of it is told by events.

use alloc::boxed::Box;
use alloc::string::String;
use rand_core::CryptoRng;

use super::conversation::{Act, file_id};
use super::event::{ChunksWanted, Event, MessageId};
use super::peer::Peer;
use super::talk::Named;
use super::{Client, CommandError, Sas};
use crate::engine::Engine;
use crate::files::{Descriptor, FileId};
use crate::identity::{AccountId, AccountName, IdentityKey};
use crate::limits;
use crate::pins::{Comparison, PinError, PinState, Pins, Verdict};
use crate::relay::{HEADER_LENGTH, send_header};
use crate::session::Activity;

/// What can be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileAct {
    /// Take the peer's file: its chunks are asked for from here on.
    Accept,
    /// Do not.
    Reject,
    /// Stop for now.
    Pause,
    /// Go on.
    Resume,
    /// Stop for good.
    Cancel,
    /// The peer's file is here as a whole.
    Done,
}

impl<E: Engine> Client<E> {
    // ---- What the person does: calls

    /// Calls a person. `key` is the pinned key, or the directory's if nobody is pinned.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn call(
        &mut self,
        name: &AccountName,
        key: IdentityKey,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<AccountId, CommandError> {
        let now = self.clock(now);
        let account = self.shared.pins.account(name);
        let own = self.shared.local.party();
        if account == own.account || key == own.key {
            return Err(CommandError::OwnKey);
        }
        let peer = self.roster.get(&account);
        if peer.is_some_and(|peer| peer.conversation.is_some()) {
            return Ok(account);
        }
        if let Some(ringing) = peer.and_then(Peer::ringing_key)
            && ringing != key
        {
            return Err(CommandError::KeyChanged);
        }
        if peer.is_some_and(|peer| peer.rings()) {
            return self.accept(name, now, rng).map(|()| account);
        }
        if self.shared.pins.check(&account, &key) == Verdict::Blocked {
            return Err(CommandError::KeyChanged);
        }
        if self.shared.rate.wait(&account, now) > 0 {
            return Err(CommandError::Rate);
        }
        if self.conversations() >= limits::CONVERSATIONS {
            return Err(CommandError::Conversations);
        }
        self.with(account, rng, |peer, turn| {
            peer.call(name.clone(), key, turn)
        });
        self.finish(false, rng);
        if let Some(known) = self.shared.line.known(&account) {
            self.with(account, rng, |peer, turn| {
                peer.converse(turn, |conversation, turn| conversation.peer_is(known, turn));
            });
            self.finish(false, rng);
        }
        Ok(account)
    }

    /// Milliseconds until one more handshake with this account may be begun; 0: now.
    #[must_use]
    pub fn wait(&self, account: &AccountId) -> u64 {
        self.shared.rate.wait(account, self.now)
    }

    /// Accepts the call of a person.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn accept(
        &mut self,
        name: &AccountName,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        let account = self.shared.pins.account(name);
        let conversations = self.conversations();
        let peer = self.roster.get(&account).filter(|peer| peer.rings());
        let peer = peer.ok_or(CommandError::NoConversation)?;
        if peer.conversation.is_none() && conversations >= limits::CONVERSATIONS {
            return Err(CommandError::Conversations);
        }
        if let Some(key) = peer.ringing_key()
            && self.shared.pins.check(&account, &key) == Verdict::Blocked
        {
            return Err(CommandError::KeyChanged);
        }
        self.with(account, rng, |peer, turn| peer.accept(name.clone(), turn));
        self.finish(false, rng);
        Ok(())
    }

    /// Declines the call of an account, with a word to the caller.
    ///
    /// # Errors
    /// [`CommandError::NoConversation`].
    pub fn decline(
        &mut self,
        account: &AccountId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        let peer = self.roster.get(account).filter(|peer| peer.rings());
        peer.ok_or(CommandError::NoConversation)?;
        self.with(*account, rng, Peer::decline);
        self.finish(false, rng);
        Ok(())
    }

    /// Leaves a conversation, or gives a call up. BYE is said until the peer says that it has heard it. [`Event::Ended`] follows
    /// at once, or after two seconds at most if the peer may still say that it has what was said last; a second call of this
    /// function waits no longer.
    ///
    /// # Errors
    /// [`CommandError::NoConversation`].
    pub fn leave(
        &mut self,
        account: &AccountId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        let peer = self.roster.get(account);
        peer.filter(|peer| peer.conversation.is_some() || peer.is_leaving())
            .ok_or(CommandError::NoConversation)?;
        self.with(*account, rng, Peer::leave);
        self.finish(false, rng);
        Ok(())
    }

    // ---- What the person does: messages

    /// Says a text, now or as soon as it can go. `reply` names a message of this conversation.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn text(
        &mut self,
        account: &AccountId,
        text: &str,
        reply: Option<MessageId>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        self.clock(now);
        let text = checked_text(text)?;
        self.take_up(account, Act::Text { text, reply }, rng)
    }

    /// Changes the text of an own message, within [`limits::EDIT_WINDOW`] after it was said. An edit that waits for longer is not
    /// sent; one that is confirmed later may not have counted ([`super::Status::Unconfirmed`]).
    ///
    /// # Errors
    /// [`CommandError::Late`] after that time, and [`CommandError`].
    pub fn edit(
        &mut self,
        account: &AccountId,
        target: MessageId,
        text: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        let now = self.clock(now);
        let text = checked_text(text)?;
        let edited = self.with_conversation(account, rng, |conversation, _| {
            conversation.edit_waiting(target, &text)
        });
        if edited? {
            return Ok(target);
        }
        match self.conversation(account)?.names_own(target) {
            Some(own) if own.kind != Named::Text => Err(CommandError::Message),
            Some(own) if !own.takes_edits(now) => Err(CommandError::Late),
            Some(_) => self.take_up(account, Act::Edit { target, text }, rng),
            None => Err(CommandError::Message),
        }
    }

    /// Withdraws an own message, on both sides.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn delete(
        &mut self,
        account: &AccountId,
        target: MessageId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        self.clock(now);
        let waited = self.with_conversation(account, rng, |conversation, turn| {
            conversation.delete_waiting(target, turn)
        });
        if waited? {
            self.finish(false, rng);
            return Ok(target);
        }
        match self.conversation(account)?.names_own(target) {
            Some(_) => self.take_up(account, Act::Delete { target }, rng),
            None => Err(CommandError::Message),
        }
    }

    /// Sets or removes a reaction to a message of either side.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn react(
        &mut self,
        account: &AccountId,
        target: MessageId,
        set: bool,
        emoji: &str,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        self.clock(now);
        if !(1..=limits::REACTION_MAX).contains(&emoji.len()) {
            return Err(CommandError::Content);
        }
        if !self.conversation(account)?.names(target) {
            return Err(CommandError::Message);
        }
        let emoji = String::from(emoji);
        self.take_up(account, Act::React { target, set, emoji }, rng)
    }

    /// What the person is doing. It is told at once, or not at all.
    ///
    /// # Errors
    /// [`CommandError::NoConversation`].
    pub fn typing(
        &mut self,
        account: &AccountId,
        activity: Activity,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        self.with_conversation(account, rng, |conversation, turn| {
            conversation.typing(activity, turn);
        })?;
        self.finish(false, rng);
        Ok(())
    }

    /// Everything up to this message of the peer's was in view.
    ///
    /// # Errors
    /// [`CommandError::NoConversation`].
    pub fn read(
        &mut self,
        account: &AccountId,
        up_to: MessageId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        self.with_conversation(account, rng, |conversation, _| conversation.read(up_to))?;
        self.finish(false, rng);
        Ok(())
    }

    /// This one item of the peer's was viewed or heard.
    ///
    /// # Errors
    /// [`CommandError::NoConversation`].
    pub fn viewed(
        &mut self,
        account: &AccountId,
        id: MessageId,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        self.with_conversation(account, rng, |conversation, _| conversation.viewed(id))?;
        self.finish(false, rng);
        Ok(())
    }

    fn take_up(
        &mut self,
        account: &AccountId,
        act: Act,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        let id = self.with_conversation(account, rng, |conversation, turn| {
            conversation.take_up(act, turn)
        })?;
        self.finish(false, rng);
        id.ok_or(CommandError::Queue)
    }

    // ---- What the person does: files

    /// Offers a file. Its chunks are asked for by [`Event::ChunksWanted`] when the peer has accepted it.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn offer_file(
        &mut self,
        account: &AccountId,
        descriptor: Box<Descriptor>,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<MessageId, CommandError> {
        self.clock(now);
        let (file, chunks) = file_id(&descriptor).ok_or(CommandError::Content)?;
        if !descriptor.is_valid() {
            return Err(CommandError::Content);
        }
        self.take_up(account, Act::File(file, chunks, Some(descriptor)), rng)
    }

    /// Accepts, rejects, pauses, resumes, cancels a file, or says that it is complete.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn file(
        &mut self,
        account: &AccountId,
        file: FileId,
        op: FileAct,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        self.clock(now);
        let done = self.with_conversation(account, rng, |conversation, _| {
            let transfers = &mut conversation.transfers;
            let control = match op {
                FileAct::Accept => transfers.accept(&file, &[]).map(Some),
                FileAct::Reject => transfers.reject(&file).map(Some),
                FileAct::Pause => transfers.pause(&file).map(Some),
                FileAct::Resume => transfers.resume(&file),
                FileAct::Cancel => transfers.cancel(&file).map(Some),
                FileAct::Done => transfers.complete(&file).map(Some),
            };
            control.map(|control| {
                if let Some(control) = control {
                    conversation.control(control);
                }
            })
        })?;
        done.map_err(|_| CommandError::File)?;
        self.finish(false, rng);
        Ok(())
    }

    /// Chunks of a file of the peer's were opened: they are genuine.
    ///
    /// # Errors
    /// [`CommandError`].
    pub fn chunks_opened(
        &mut self,
        account: &AccountId,
        file: FileId,
        first: u32,
        count: u32,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), CommandError> {
        let now = self.clock(now);
        self.with_conversation(account, rng, |conversation, _| {
            conversation.count_chunks(count);
            conversation.transfers.arrived(&file, first, count, now);
        })?;
        self.finish(false, rng);
        Ok(())
    }

    /// The head of the SEND that carries a CHUNK frame of `wanted`: the frame follows it, in [`Lane::Chunk`]. `None`: it is not
    /// wanted any more, or the line is down.
    pub fn chunk(
        &mut self,
        account: &AccountId,
        wanted: ChunksWanted,
        now: u64,
        rng: &mut dyn CryptoRng,
    ) -> Option<[u8; HEADER_LENGTH]> {
        let now = self.clock(now);
        let online = self.shared.line.is_online();
        let address = self.with_conversation(account, rng, |conversation, _| {
            if !online || !conversation.transfers.is_sending(&wanted.file) {
                return None;
            }
            conversation.count_chunks(wanted.count);
            conversation.address
        });
        let Some(address) = address.ok().flatten() else {
            // It is not sent, so nobody will tell what became of it: the line has its room again.
            if self.shared.line.fate_of(&wanted.id).is_some() {
                self.shared.chunk_pace.refused(wanted.id, now);
                self.finish(false, rng);
            }
            return None;
        };
        self.shared.line.said(now);
        self.shared.chunk_pace.handed(wanted.id, now);
        self.finish(false, rng);
        Some(send_header(wanted.id, account, &address))
    }

    // ---- What the person does: people

    /// The conversation that is on the screen goes before the others.
    pub const fn show(&mut self, account: Option<AccountId>) {
        self.visible = account;
    }

    /// The accounts whose presence is shown, in the place of those before: at most 64 in all, with those of conversations.
    /// [`Event::Presence`] tells of each.
    pub fn watch(&mut self, accounts: &[AccountId], now: u64, rng: &mut dyn CryptoRng) {
        self.clock(now);
        let before = core::mem::replace(&mut self.watched, accounts.iter().copied().collect());
        for &account in accounts.iter().filter(|account| !before.contains(account)) {
            // For a conversation's sake the relay has said it already, and does not say it again.
            if let Some(known) = self.shared.line.known(&account) {
                let online = known.online;
                self.turn(rng).tell(Event::Presence { account, online });
            }
        }
        self.shared.line.watch_others();
        self.finish(false, rng);
    }

    /// The person compared a key: see [`Pins::compare`].
    ///
    /// # Errors
    /// [`PinError`].
    pub fn compare(
        &mut self,
        account: &AccountId,
        key: &IdentityKey,
        by: Comparison,
    ) -> Result<PinState, PinError> {
        self.shared.pins.compare(account, key, by)
    }

    /// The person says which key it is from now on: see [`Pins::reset`].
    ///
    /// # Errors
    /// [`PinError`].
    pub fn trust(
        &mut self,
        account: &AccountId,
        key: &IdentityKey,
        state: PinState,
        now: u64,
    ) -> Result<(), PinError> {
        let now = self.clock(now);
        self.shared.pins.reset(account, key, state, now)
    }

    /// Pins of a backup were merged outside: they take the place of those that are here.
    pub fn replace_pins(&mut self, pins: Pins) {
        self.shared.pins = pins;
    }

    /// The SAS of the open session of a conversation, with the session's number: see [`crate::fingerprint::sas_emoji`].
    #[must_use]
    pub fn sas(&self, account: &AccountId) -> Option<Sas> {
        let talk = self.conversation(account).ok()?.talk.as_ref()?;
        talk.session.is_secure().then(|| Sas {
            session: talk.number,
            emoji: talk.session.sas(),
            key: talk.session.peer().key,
        })
    }
}

/// A text that may be said.
fn checked_text(text: &str) -> Result<String, CommandError> {
    let long =
        text.len() > 4 * limits::TEXT_MAX_CHARS || text.chars().count() > limits::TEXT_MAX_CHARS;
    if long || text.is_empty() {
        Err(CommandError::Content)
    } else {
        Ok(String::from(text))
    }
}
