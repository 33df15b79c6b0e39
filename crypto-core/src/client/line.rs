//! The connection to the relay: login, signs of life, who is online. What it says changes labels and addresses, and ends no
//! conversation.

use alloc::vec::Vec;

use super::event::{ChunksWanted, LineState};
use super::settings::Settings;
use crate::identity::AccountId;
use crate::ids::{EnvelopeId, Presence};
use crate::limits;
use crate::map::{Map, Set};
use crate::relay::{BeatNumber, Challenge, ClientFrame, Watched};

/// How often a WATCH is said again that is not answered.
const WATCHES: u32 = 6;
/// Frames whose fate is awaited.
const AWAITED: usize = 1_024;

/// What a frame was for whose ACK or answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Chunks(AccountId, ChunksWanted),
    Prekey(AccountId),
}

/// What the relay says of an account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) presence: Presence,
    pub(super) online: bool,
}

#[derive(Debug)]
pub(super) struct Line {
    state: LineState,
    pub(super) challenge: Option<Challenge>,
    heard_at: u64,
    said_at: u64,
    beat: BeatNumber,
    /// What the relay was last told; `None` before.
    talking: Option<bool>,
    watched: Set<AccountId>,
    /// Who is to be watched may have changed since the relay was last told.
    others: bool,
    /// When WATCH is said again because the relay has not said of everybody where they are, and how often it was.
    watch_again: Option<(u64, u32)>,
    known: Map<AccountId, Known>,
    awaited: Map<EnvelopeId, Purpose>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            state: LineState::Down,
            challenge: None,
            heard_at: 0,
            said_at: 0,
            beat: BeatNumber::default(),
            talking: None,
            watched: Set::new(),
            others: true,
            watch_again: None,
            known: Map::new(),
            awaited: Map::new(),
        }
    }

    pub(super) const fn state(&self) -> LineState {
        self.state
    }

    pub(super) fn is_online(&self) -> bool {
        self.state == LineState::Online
    }

    /// Another state; false if it is the same.
    pub(super) fn turn(&mut self, state: LineState) -> bool {
        let changed = self.state != state;
        self.state = state;
        changed
    }

    /// A socket was opened.
    pub(super) fn opened(&mut self, now: u64) {
        *self = Self {
            state: LineState::LoggingIn,
            heard_at: now,
            said_at: now,
            ..Self::new()
        };
    }

    /// A whole frame has come.
    pub(super) const fn heard(&mut self, now: u64) {
        self.heard_at = now;
    }

    pub(super) const fn said(&mut self, now: u64) {
        self.said_at = now;
    }

    /// When the line counts as dead, if nothing comes.
    pub(super) fn dead_at(&self, talking: bool, settings: &Settings) -> Option<u64> {
        let silence = if talking {
            settings.silence_talking
        } else {
            settings.silence_idle
        };
        (!matches!(self.state, LineState::Down | LineState::Refused))
            .then(|| self.heard_at.saturating_add(silence))
    }

    /// The answer to the relay's BEAT.
    pub(super) fn beaten(&mut self, number: BeatNumber, talking: bool) -> Vec<u8> {
        self.beat = number;
        self.beat(talking)
    }

    /// A BEAT that nobody asked for, if one is due: `talking` has changed, or a frame has just come while we have sent nothing
    /// for long.
    pub(super) fn unasked_beat(
        &mut self,
        talking: bool,
        frame_came: bool,
        now: u64,
        settings: &Settings,
    ) -> Option<Vec<u8>> {
        let pause = if talking {
            settings.beat_talking
        } else {
            settings.beat_idle
        };
        let quiet = frame_came && now.saturating_sub(self.said_at) >= pause;
        let changed = self.talking.unwrap_or(false) != talking;
        (self.is_online() && (quiet || changed)).then(|| self.beat(talking))
    }

    fn beat(&mut self, talking: bool) -> Vec<u8> {
        self.talking = Some(talking);
        ClientFrame::Beat {
            number: self.beat,
            talking,
        }
        .encode()
    }

    /// Who is to be watched may have changed.
    pub(super) const fn watch_others(&mut self) {
        self.others = true;
    }

    /// Whether it may have, since [`Self::watch`] last looked.
    pub(super) const fn watches_others(&self) -> bool {
        self.others
    }

    /// The WATCH for a set of accounts, if the relay does not know it yet. Of more than 64 the rest goes unwatched. `due`: when it
    /// is said again if it is not answered.
    pub(super) fn watch(
        &mut self,
        accounts: &Set<AccountId>,
        id: EnvelopeId,
        due: u64,
    ) -> Option<Vec<u8>> {
        self.others = false;
        let accounts: Set<_> = accounts.iter().take(limits::WATCHED).copied().collect();
        if !self.is_online() || accounts == self.watched {
            return None;
        }
        self.known.retain(|account, _| accounts.contains(account));
        self.watched = accounts;
        self.watch_again = self.is_untold().then_some((due, 0));
        watch(&self.watched, id)
    }

    /// Whether the relay has not said of everybody who is watched where they are.
    fn is_untold(&self) -> bool {
        let mut watched = self.watched.iter();
        watched.any(|account| !self.known.contains_key(account))
    }

    /// A WATCH is answered for everybody whom it adds (protocol 9). One that was not is taken back for those, and said again.
    pub(super) fn watch_again(
        &mut self,
        ids: [EnvelopeId; 2],
        now: u64,
        settings: &Settings,
    ) -> Vec<Vec<u8>> {
        let Some((_, times)) = self.watch_again else {
            return Vec::new();
        };
        let pause = settings.resend_first << (times + 1);
        let next = (now.saturating_add(pause), times + 1);
        self.watch_again = (times + 1 < WATCHES).then_some(next);
        let told: Set<_> = self.known.keys().copied().collect();
        let [first, second] = ids;
        let frames = [watch(&told, first), watch(&self.watched, second)];
        frames.into_iter().flatten().collect()
    }

    /// When the WATCH is to be said again.
    pub(super) fn watch_due(&self) -> Option<u64> {
        self.watch_again.map(|(at, _)| at)
    }

    /// The relay's word about an account. Of one that is not watched nothing is kept.
    pub(super) fn tell(&mut self, account: AccountId, known: Known) -> bool {
        let watched = self.watched.contains(&account);
        if watched {
            self.known.insert(account, known);
            self.watch_again = self.watch_again.filter(|_| self.is_untold());
        }
        watched
    }

    /// What the relay says of an account; nothing of what it said on a line that is gone.
    pub(super) fn known(&self, account: &AccountId) -> Option<Known> {
        let known = self.known.get(account).copied();
        known.filter(|_| self.is_online())
    }

    /// The fate of this frame will be told. The oldest are not waited for.
    pub(super) fn await_fate(&mut self, id: EnvelopeId, purpose: Purpose) {
        if self.awaited.len() < AWAITED {
            self.awaited.insert(id, purpose);
        }
    }

    /// Nobody will tell any more.
    pub(super) fn forget_fates(&mut self) -> Vec<Purpose> {
        core::mem::take(&mut self.awaited).into_values().collect()
    }

    pub(super) fn fate_of(&mut self, id: &EnvelopeId) -> Option<Purpose> {
        self.awaited.remove(id)
    }
}

fn watch(accounts: &Set<AccountId>, id: EnvelopeId) -> Option<Vec<u8>> {
    let list: Vec<_> = accounts.iter().map(|account| account.0).collect();
    let accounts = Watched::new(&list)?;
    Some(ClientFrame::Watch { id, accounts }.encode())
}
