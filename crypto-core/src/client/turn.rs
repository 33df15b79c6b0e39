//! One step of the client: the time, the generator, and what all conversations share.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::chunk_pace::ChunkPace;
use super::ended::EndedSessions;
use super::event::{Event, Lane, Output};
use super::job::{Awaited, Job, JobId, Work};
use super::line::Line;
use super::pace::Pace;
use super::settings::Settings;
use super::turned_away::TurnedAway;
use crate::engine::{Engine, LocalIdentity};
use crate::handshake::{HandshakeRate, Listener};
use crate::identity::AccountId;
use crate::ids::{EnvelopeId, Presence};
use crate::map::Map;
use crate::pins::Pins;
use crate::relay::ClientFrame;

/// What is not one conversation's.
pub(super) struct Shared<E: Engine> {
    pub(super) local: LocalIdentity<E>,
    pub(super) settings: Settings,
    pub(super) pins: Pins,
    pub(super) listener: Listener<E>,
    pub(super) rate: HandshakeRate,
    pub(super) line: Line,
    pub(super) pace: Pace,
    pub(super) chunk_pace: ChunkPace,
    pub(super) ended: EndedSessions,
    pub(super) outputs: VecDeque<Output<E>>,
    pub(super) jobs: Map<JobId, Awaited>,
    next_job: u64,
    next_own: u64,
    /// Of all peers together.
    pub(super) tally: Tally,
    pub(super) turned_away: TurnedAway,
    /// When it was last looked what is due, in ms since 1970; 0 before that. What was due by then and is so still waits for something
    /// else than the time; what falls due later is waited for, also where that is this very millisecond.
    pub(super) looked_at: u64,
}

/// What counts towards a limit, or towards what the relay is told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Handshakes under way, in both directions.
    pub(super) handshakes: usize,
    /// Conversations that live.
    pub(super) conversations: usize,
    /// Conversations with a session.
    pub(super) open: usize,
}

impl Tally {
    /// One peer's part was `before` and is `after`.
    pub(super) const fn change(&mut self, before: &Self, after: &Self) {
        self.handshakes = self.handshakes + after.handshakes - before.handshakes;
        self.conversations = self.conversations + after.conversations - before.conversations;
        self.open = self.open + after.open - before.open;
    }
}

impl<E: Engine> Shared<E> {
    pub(super) fn new(
        local: LocalIdentity<E>,
        pins: Pins,
        presence: Presence,
        settings: Settings,
    ) -> Self {
        Self {
            listener: Listener::new(local.clone(), presence),
            local,
            settings,
            pins,
            rate: HandshakeRate::new(),
            line: Line::new(),
            pace: Pace::new(),
            chunk_pace: ChunkPace::new(),
            ended: EndedSessions::new(),
            outputs: VecDeque::new(),
            jobs: Map::new(),
            next_job: 0,
            next_own: 0,
            tally: Tally::default(),
            turned_away: TurnedAway::default(),
            looked_at: 0,
        }
    }
}

/// One step.
pub(super) struct Turn<'a, E: Engine> {
    pub(super) now: u64,
    pub(super) rng: &'a mut dyn CryptoRng,
    pub(super) shared: &'a mut Shared<E>,
}

impl<E: Engine> Turn<'_, E> {
    pub(super) fn tell(&mut self, event: Event) {
        self.shared.outputs.push_back(Output::Event(event));
    }

    /// Hands work out.
    pub(super) fn work(&mut self, account: Option<AccountId>, work: Work<E>) -> JobId {
        let id = JobId(self.shared.next_job);
        self.shared.next_job += 1;
        let until = self.now.saturating_add(self.shared.settings.job);
        self.shared.jobs.insert(id, Awaited { account, until });
        let job = Job::new(id, self.shared.local.clone(), work);
        self.shared.outputs.push_back(Output::Job(job));
        id
    }

    /// The next name of an own message.
    pub(super) fn name(&mut self) -> u64 {
        self.shared.next_own += 1;
        self.shared.next_own
    }

    /// Something for the relay itself.
    pub(super) fn post(&mut self, bytes: Vec<u8>) {
        self.shared.line.said(self.now);
        self.shared.outputs.push_back(Output::Send {
            lane: Lane::Control,
            bytes,
        });
    }

    /// A payload for the run from which an account's last frame came; nothing while the line is down. It also goes to where the
    /// relay says that the account is, if that is elsewhere: both are the relay's word, and one lie must not be believed for
    /// ever.
    pub(super) fn send(
        &mut self,
        lane: Lane,
        to: AccountId,
        presence: Presence,
        payload: &[u8],
    ) -> bool {
        let sent = self.send_there(lane, to, presence, payload);
        let known = self.shared.line.known(&to);
        let elsewhere = known.filter(|known| known.online && known.presence != presence);
        if let Some(known) = elsewhere {
            self.send_there(lane, to, known.presence, payload);
            self.shared.pace.overdraw(self.now);
        }
        sent
    }

    /// The same for a flight of a handshake, or another word that does not wait for its turn.
    pub(super) fn send_at_once(&mut self, to: AccountId, presence: Presence, payload: &[u8]) {
        if self.send(Lane::Control, to, presence, payload) {
            self.shared.pace.overdraw(self.now);
        }
    }

    /// A word about a frame, to the run that the frame came from and to no other.
    pub(super) fn answer(&mut self, to: AccountId, presence: Presence, payload: &[u8]) {
        if self.send_there(Lane::Control, to, presence, payload) {
            self.shared.pace.overdraw(self.now);
        }
    }

    /// Every frame has an `eid` of its own, so that one that is sent again is not dropped as a repetition (protocol 9).
    fn send_there(
        &mut self,
        lane: Lane,
        to: AccountId,
        presence: Presence,
        payload: &[u8],
    ) -> bool {
        if !self.shared.line.is_online() {
            return false;
        }
        let id = EnvelopeId::generate(self.rng);
        let bytes = ClientFrame::Send {
            id,
            to,
            presence,
            payload,
        }
        .encode();
        self.shared.line.said(self.now);
        self.shared.outputs.push_back(Output::Send { lane, bytes });
        true
    }

    pub(super) fn after(&self, ms: u64) -> u64 {
        self.now.saturating_add(ms)
    }
}
