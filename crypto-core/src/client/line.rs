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

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    const NOW: u64 = 1_000_000;
    const DUE: u64 = NOW + 5_000;

    fn account(number: u8) -> AccountId {
        AccountId([number; 32])
    }

    fn id(number: u16) -> EnvelopeId {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        EnvelopeId(id)
    }

    fn online() -> Line {
        let mut line = Line::new();
        line.opened(NOW);
        line.turn(LineState::Online);
        line
    }

    fn set(numbers: core::ops::RangeInclusive<u8>) -> Set<AccountId> {
        numbers.map(account).collect()
    }

    /// Whether a BEAT says that a conversation is open; `None`: no BEAT.
    fn says(beat: Option<Vec<u8>>) -> Option<bool> {
        let beat = beat?;
        match ClientFrame::decode(&beat) {
            Ok(ClientFrame::Beat { talking, .. }) => Some(talking),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_that_nobody_holds_open_cannot_die() {
        let settings = Settings::default();
        let mut line = Line::new();
        assert_eq!(line.dead_at(true, &settings), None);
        line.opened(NOW);
        assert_eq!(line.dead_at(false, &settings), Some(NOW + 90_000));
        assert!(line.turn(LineState::Online));
        assert!(!line.turn(LineState::Online));
        line.heard(NOW + 5);
        assert_eq!(line.dead_at(true, &settings), Some(NOW + 25_005));
        assert_eq!(line.dead_at(false, &settings), Some(NOW + 90_005));
        line.turn(LineState::Refused);
        assert_eq!(line.dead_at(false, &settings), None);
    }

    #[test]
    fn a_sign_of_life_is_given_when_a_frame_came_and_nothing_was_said_for_long() {
        let settings = Settings::default();
        let mut line = online();
        let mut beat = |talking, came, later| {
            let beat = line.unasked_beat(talking, came, NOW + later, &settings);
            says(beat)
        };
        assert_eq!(beat(false, true, 59_999), None);
        assert_eq!(beat(false, false, 60_000), None);
        assert_eq!(beat(false, true, 60_000), Some(false));
        // A conversation begins: the relay is told at once, and once.
        assert_eq!(beat(true, false, 0), Some(true));
        assert_eq!(beat(true, false, 0), None);
        assert_eq!(beat(true, true, 9_999), None);
        assert_eq!(beat(true, true, 10_000), Some(true));
        assert_eq!(beat(false, false, 0), Some(false));
        line.said(NOW + 70_000);
        assert!(
            line.unasked_beat(false, true, NOW + 129_999, &settings)
                .is_none()
        );
        assert!(
            line.unasked_beat(false, true, NOW + 130_000, &settings)
                .is_some()
        );
        line.turn(LineState::Down);
        assert!(
            line.unasked_beat(true, true, NOW + 900_000, &settings)
                .is_none()
        );
    }

    #[test]
    fn the_relay_s_number_goes_back_to_it() {
        let mut line = online();
        let number = BeatNumber::new(7).unwrap();
        let beat = line.beaten(number, true);
        assert_eq!(
            beat,
            ClientFrame::Beat {
                number,
                talking: true
            }
            .encode()
        );
        // Nothing has changed since.
        let settings = Settings::default();
        assert!(line.unasked_beat(true, false, NOW, &settings).is_none());
    }

    #[test]
    fn the_relay_is_told_whom_to_watch_once_and_only_while_it_listens() {
        let mut line = Line::new();
        assert!(line.watch(&set(1..=2), id(1), DUE).is_none());
        line.opened(NOW);
        assert!(line.watch(&set(1..=2), id(1), DUE).is_none());
        line.turn(LineState::Online);
        assert!(line.watch(&set(1..=2), id(1), DUE).is_some());
        assert!(line.watch(&set(1..=2), id(2), DUE).is_none());
        let watch = line.watch(&set(1..=65), id(3), DUE).unwrap();
        match ClientFrame::decode(&watch) {
            Ok(ClientFrame::Watch {
                id: named,
                accounts,
            }) => {
                assert_eq!(named, id(3));
                assert!(accounts.accounts().eq(set(1..=64).iter().copied()));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn nothing_is_known_of_whom_nobody_asked_about() {
        let known = Known {
            presence: Presence([3; 16]),
            online: true,
        };
        let mut line = online();
        assert!(!line.tell(account(1), known));
        assert!(line.known(&account(1)).is_none());
        line.watch(&set(1..=2), id(1), DUE);
        assert!(line.tell(account(1), known));
        assert!(line.tell(account(2), known));
        assert_eq!(
            line.known(&account(1)).map(|known| known.presence),
            Some(known.presence)
        );
        // Whoever is not watched any more is forgotten.
        line.watch(&set(2..=3), id(2), DUE);
        assert!(line.known(&account(1)).is_none());
        assert!(line.known(&account(2)).is_some());
        line.turn(LineState::Down);
        assert!(line.known(&account(2)).is_none());
    }

    /// Whom a WATCH names.
    fn named(frame: &[u8]) -> Set<AccountId> {
        match ClientFrame::decode(frame) {
            Ok(ClientFrame::Watch { accounts, .. }) => accounts.accounts().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_watch_that_is_not_answered_is_said_again_some_times() {
        let settings = Settings::default();
        let known = Known {
            presence: Presence([3; 16]),
            online: true,
        };
        let mut line = online();
        assert!(line.watches_others());
        line.watch(&set(1..=2), id(1), DUE);
        assert!(!line.watches_others());
        line.tell(account(1), known);
        assert_eq!(line.watch_due(), Some(DUE));
        let mut now = DUE;
        for pause in [10_000, 20_000, 40_000, 80_000, 160_000] {
            let frames = line.watch_again([id(2), id(3)], now, &settings);
            let named: Vec<_> = frames.iter().map(|frame| named(frame)).collect();
            // Taken back for whom nothing was said, and said again.
            assert_eq!(named, [set(1..=1), set(1..=2)]);
            assert_eq!(line.watch_due(), Some(now + pause));
            now += pause;
        }
        assert_eq!(line.watch_again([id(2), id(3)], now, &settings).len(), 2);
        assert_eq!(line.watch_due(), None);
        assert!(line.watch_again([id(2), id(3)], now, &settings).is_empty());
        // Once everybody is told of there is nothing to ask.
        line.watch(&set(2..=3), id(4), now);
        assert_eq!(line.watch_due(), Some(now));
        line.tell(account(2), known);
        line.tell(account(3), known);
        assert_eq!(line.watch_due(), None);
        line.watch_others();
        assert!(line.watches_others());
    }

    #[test]
    fn fates_are_awaited_up_to_a_bound_and_told_once() {
        let mut line = online();
        let purpose = Purpose::Prekey(account(1));
        for number in 0..=1_024 {
            line.await_fate(id(number), purpose);
        }
        assert_eq!(line.fate_of(&id(1_024)), None);
        assert_eq!(line.fate_of(&id(1_023)), Some(purpose));
        assert_eq!(line.fate_of(&id(1_023)), None);
        assert_eq!(line.forget_fates(), vec![purpose; 1_023]);
        assert_eq!(line.forget_fates(), []);
    }
}
