//! Two people, a network that does whatever it likes, and a model that says beforehand what each frame must meet
//! with: section 6 in terms of numbers, without a single key.
//!
//! Property tests and fuzzers drive the same world by the same steps ([`Step`]). After every step the sessions are
//! compared with the model, so "nothing has changed" is looked at and not assumed.

// Not every test uses everything; the model may fail the test that runs it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    unreachable_pub
)]

mod numbers;
mod step;

pub use step::Step;

use std::vec::Vec;

use duet_crypto::engine::block_on;
use duet_crypto::error::Class;
use duet_crypto::handshake::{Listener, Offer};
use duet_crypto::limits;
use duet_crypto::prekeys::PrekeyBundle;
#[cfg(feature = "vectors")]
use duet_crypto::session::TurnTrace;
use duet_crypto::session::record::{RecordKey, RestoreError};
use duet_crypto::session::{
    Activity, Author, Content, Lifetime, MessageRef, ReceiveError, Session,
};
use numbers::{Frame, Person, Verdict};

use super::common::{Halfway, PRESENCE, TestRng, halfway, person};

/// Most messages of one side in one run: the window of message numbers stays out of reach, honest as they are.
const MESSAGES: u32 = 1_800;
/// Seed of what a world draws after it was saved. No handshake of a script has it: a ratchet key that is drawn again is
/// another side's.
const AFTER_SAVING: u64 = u64::MAX;

/// Sessions, model and network.
pub struct World {
    sessions: [Session; 2],
    lifetimes: [Lifetime; 2],
    /// The last record of each session, once it was saved.
    records: [Option<Vec<u8>>; 2],
    people: [Person; 2],
    /// Under way to each side.
    under_way: [Vec<Frame>; 2],
    /// What has come to each side, accepted or not.
    seen: [Vec<Frame>; 2],
    now: u64,
    counter: u32,
    rng: TestRng,
}

/// A world in which nothing has happened since the handshake, saved: a handshake takes longer than most scripts.
pub struct Start {
    records: [Vec<u8>; 2],
    people: [Person; 2],
    ready: Frame,
}

impl World {
    /// Saves a world in which READY is under way, and nothing else was sent since the handshake.
    pub fn save(mut self) -> Start {
        assert_eq!((self.under_way[0].len(), self.counter), (1, 0));
        let records = [0, 1].map(|side| {
            let lifetime = self.lifetimes[side];
            self.sessions[side].save(&record_key(side), &lifetime, &mut self.rng)
        });
        Start {
            records,
            people: self.people,
            ready: self.under_way[0].remove(0),
        }
    }

    /// A world as it was saved. Every one that begins so is the same.
    pub fn begin(start: &Start) -> Self {
        let saved = [0, 1]
            .map(|side| Session::restore(&start.records[side], &record_key(side), 1).unwrap());
        let [a, b] = saved;
        Self {
            lifetimes: [a.lifetime, b.lifetime],
            sessions: [a.session, b.session],
            records: start.records.clone().map(Some),
            people: start.people.clone(),
            under_way: [std::vec![start.ready.clone()], Vec::new()],
            seen: [Vec::new(), Vec::new()],
            now: 0,
            counter: 0,
            rng: TestRng::new(AFTER_SAVING),
        }
    }

    /// An interactive handshake. READY is still under way.
    pub fn new(seed: u64) -> Self {
        let mut rng = TestRng::new(seed);
        let halfway = halfway(&mut rng);
        Self::complete(halfway, [Person::initiator(), Person::responder()], rng)
    }

    /// A prekey start. `sent` early messages are sent and the first `heard` of them arrive, each after a forged copy
    /// and followed by itself once more. READY is still under way.
    pub fn with_prekey(seed: u64, sent: usize, heard: usize, bit: usize) -> Self {
        let mut rng = TestRng::new(seed);
        let (alice, bob) = (person("alice"), person("bob"));
        let mut listener = Listener::new(bob.clone(), PRESENCE);
        let prekey = block_on(listener.publish_prekeys(1, &mut rng)).unwrap()[0];
        let bundle = block_on(PrekeyBundle::verify(
            &alice,
            &prekey,
            &bob.party(),
            &PRESENCE,
        ))
        .unwrap();
        let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, &mut rng)).unwrap();
        let from = alice.party().account;
        let mut incoming = block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap();

        let mut people = [Person::initiator(), Person::responder()];
        for seq in 0..sent.min(limits::EARLY_MESSAGES as usize) {
            let early = offer.send_early(&content(0, seq as u32)).unwrap();
            people[0].sent_early();
            if seq >= heard {
                continue;
            }
            let mut forged = early.frame.clone();
            let bit = bit % (8 * forged.len());
            forged[bit / 8] ^= 1 << (bit % 8);
            assert!(incoming.receive_early(&forged, &from).is_err());
            let message = incoming.receive_early(&early.frame, &from).unwrap();
            assert_eq!(message.seq, early.seq);
            assert_eq!(message.content, content(0, seq as u32));
            assert!(incoming.receive_early(&early.frame, &from).is_err());
            people[1].heard_early();
        }
        let pending = block_on(incoming.accept(&mut rng)).unwrap();
        let halfway = Halfway {
            alice,
            bob,
            offer,
            pending,
        };
        Self::complete(halfway, people, rng)
    }

    fn complete(halfway: Halfway, mut people: [Person; 2], mut rng: TestRng) -> Self {
        let (a, b, ready) = halfway.complete(&mut rng);
        let ready = people[1].send(Content::Ready, ready);
        Self {
            sessions: [a, b],
            lifetimes: [Lifetime::new(0), Lifetime::new(0)],
            records: [None, None],
            people,
            under_way: [std::vec![ready], Vec::new()],
            seen: [Vec::new(), Vec::new()],
            now: 0,
            counter: 0,
            rng,
        }
    }

    /// Runs a script, then lets everything arrive that is still under way.
    pub fn run(&mut self, script: impl IntoIterator<Item = Step>) {
        for step in script {
            self.step(&step);
            self.check();
        }
        // What was dropped untried is tried again.
        self.now += limits::FAILURES_WINDOW;
        for to in 0..2 {
            for which in (0..self.under_way[to].len()).rev() {
                self.deliver(to, which);
            }
        }
        self.check();
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Send { from, kind } => self.send(from, kind),
            Step::Burst { from, count } => (0..count).for_each(|_| self.send(from, RECEIPT)),
            Step::Deliver { to } => self.deliver(to, 0),
            Step::DeliverAny { to, which } => self.deliver(to, which),
            Step::Lose { to, which } => {
                if let Some(which) = index(which, self.under_way[to].len()) {
                    let frame = self.under_way[to].remove(which);
                    self.seen[to].push(frame);
                }
            }
            Step::Again { to, which } => {
                if let Some(which) = index(which, self.seen[to].len()) {
                    let frame = self.seen[to][which].clone();
                    self.receive(to, &frame);
                }
            }
            Step::Flip { to, which, bit } => self.forge(to, which, |frame, _| {
                let bit = bit % (8 * frame.len());
                frame[bit / 8] ^= 1 << (bit % 8);
            }),
            Step::Write {
                to,
                which,
                at,
                value,
            } => self.forge(to, which, |frame, _| {
                let at = at % (frame.len() - 3);
                frame[at..at + 4].copy_from_slice(&value.to_be_bytes());
            }),
            Step::Splice { to, which, at } => self.forge(to, which, |frame, other| {
                let at = at % frame.len();
                frame.truncate(at);
                frame.extend_from_slice(other.get(at..).unwrap_or_default());
            }),
            Step::Cut { to, which, length } => self.forge(to, which, |frame, _| {
                frame.truncate(length % frame.len());
            }),
            Step::Reflect { to, which } => {
                if let Some(which) = index(which, self.seen[1 - to].len()) {
                    let bytes = self.seen[1 - to][which].bytes.clone();
                    self.refuse(to, &bytes);
                }
            }
            Step::Wait { seconds } => self.now += u64::from(seconds) * 1000,
            Step::Restart { side, bit } => self.restart(side, bit),
        }
    }

    /// The record is all that is left of a session, and it is enough. A damaged one and the one before are refused.
    fn restart(&mut self, side: usize, bit: usize) {
        let key = record_key(side);
        let session = &mut self.sessions[side];
        let revision = session.revision() + 1;
        let record = session.save(&key, &self.lifetimes[side], &mut self.rng);
        let mut damaged = record.clone();
        let bit = bit % (8 * record.len());
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Session::restore(&damaged, &key, 0).is_err());
        let restored = Session::restore(&record, &key, revision).unwrap();
        assert_eq!(restored.session.revision(), revision);
        if let Some(older) = self.records[side].replace(record) {
            let error = Session::restore(&older, &key, revision).unwrap_err();
            assert_eq!(error, RestoreError::RolledBack);
        }
        (self.sessions[side], self.lifetimes[side]) = (restored.session, restored.lifetime);
        self.people[side].restarted();
    }

    fn send(&mut self, from: usize, kind: u8) {
        if self.people[from].sent() >= MESSAGES {
            return;
        }
        self.counter += 1;
        let expected = self.people[from].may_send(&content(kind, self.counter));
        let (makes_turn, before) = (self.people[from].turn_is_due(), self.rng.drawn());
        let result = self.sessions[from].send(&content(kind, self.counter), &mut self.rng);
        // `rx`, `d || z` and `m`, if and only if a message that is sent makes a turn.
        let blocks = if result.is_ok() && makes_turn { 4 } else { 0 };
        assert_eq!(self.rng.drawn() - before, blocks);
        match result {
            Ok(sent) => {
                assert_eq!(expected, Ok(()));
                let frame = self.people[from].send(content(kind, self.counter), sent.frame);
                assert_eq!(sent.seq, frame.seq);
                self.under_way[1 - from].push(frame);
            }
            Err(error) => assert_eq!(expected, Err(error)),
        }
    }

    fn deliver(&mut self, to: usize, which: usize) {
        let Some(which) = index(which, self.under_way[to].len()) else {
            return;
        };
        let frame = self.under_way[to].remove(which);
        if matches!(self.receive(to, &frame), Verdict::Skips | Verdict::Untried) {
            // Too far ahead, or among too many forgeries: it may come again.
            self.under_way[to].push(frame);
        } else {
            self.seen[to].push(frame);
        }
    }

    /// An honest frame arrives, for the first time or again: the model knows what must happen.
    fn receive(&mut self, to: usize, frame: &Frame) -> Verdict {
        let verdict = self.people[to].receive(frame, self.now);
        let result = self.sessions[to].receive(&frame.bytes, self.now);
        match verdict {
            Verdict::Accepted => {
                let received = result.unwrap();
                assert_eq!(
                    (received.seq, received.ack, &received.content),
                    (frame.seq, frame.ack, &*frame.content)
                );
            }
            Verdict::Replay => assert_eq!(result.unwrap_err(), ReceiveError::Replay),
            Verdict::Skips => assert_eq!(result.unwrap_err(), ReceiveError::SkipLimit),
            Verdict::Untried => assert_eq!(result.unwrap_err(), ReceiveError::Untried),
        }
        verdict
    }

    /// A copy of a frame is changed and arrives; the frame itself stays where it is.
    fn forge(&mut self, to: usize, which: usize, edit: impl FnOnce(&mut Vec<u8>, &[u8])) {
        let count = self.under_way[to].len() + self.seen[to].len();
        let Some(which) = index(which, count) else {
            return;
        };
        let all = || self.under_way[to].iter().chain(&self.seen[to]);
        let frame = all().nth(which).unwrap();
        let other = all().nth((which + 1) % count).unwrap();
        let mut forged = frame.bytes.clone();
        edit(&mut forged, &other.bytes);
        if all().all(|honest| honest.bytes != forged) {
            self.refuse(to, &forged);
        }
    }

    /// What nobody sent to this side is refused, silently.
    fn refuse(&mut self, to: usize, bytes: &[u8]) {
        let error = self.sessions[to].receive(bytes, self.now).unwrap_err();
        assert_ne!(error.code().class(), Class::FatalSession);
        let may_try = self.people[to].may_try(self.now);
        match error {
            ReceiveError::Decrypt => {
                assert!(may_try);
                self.people[to].tried(self.now);
            }
            ReceiveError::Untried => assert!(!may_try),
            _ => {}
        }
        if !matches!(
            error,
            ReceiveError::Length
                | ReceiveError::Version
                | ReceiveError::Type
                | ReceiveError::SessionId
        ) {
            // It got as far as the keys, and old ones are forgotten on the way.
            self.people[to].expire(self.now);
        }
    }

    /// Everything that can be seen of a session is what the model says.
    fn check(&self) {
        for (session, person) in self.sessions.iter().zip(&self.people) {
            assert_eq!(session.received(), person.contiguous());
            assert_eq!(session.unacknowledged(), person.unacknowledged());
            assert_eq!(session.is_secure(), person.is_secure());
            assert_eq!(session.failure(), None);
            #[cfg(feature = "vectors")]
            {
                let trace = session.ratchet_trace();
                let ours = match trace.newest {
                    TurnTrace::Ours { n_s, .. } => {
                        assert_eq!(n_s, person.sent_in_turn());
                        true
                    }
                    TurnTrace::Peers { .. } => false,
                };
                let skipped = trace.skipped.len();
                assert_eq!(
                    (trace.turn, ours, trace.n_r, trace.pn, skipped),
                    person.counters()
                );
            }
        }
    }
}

/// Each side's records are under a key of their own.
fn record_key(side: usize) -> RecordKey {
    RecordKey::from_bytes(&[side as u8; 32])
}

const RECEIPT: u8 = 6;

/// One of the contents, of one of the lengths at which something changes.
fn content(kind: u8, counter: u32) -> Content {
    let text = |length: usize| {
        let mut text = std::format!("{counter} ");
        text.extend(core::iter::repeat_n('x', length.saturating_sub(text.len())));
        text
    };
    let target = MessageRef {
        author: Author::Receiver,
        seq: counter,
    };
    match kind % 12 {
        0 | 1 => Content::Text {
            text: text(0),
            reply: None,
        },
        // The longest text of the shortest frame, and one more.
        2 => Content::Text {
            text: text(241),
            reply: Some(target),
        },
        3 => Content::Text {
            text: text(242),
            reply: None,
        },
        4 => Content::Text {
            text: core::iter::repeat_n('\u{1f98a}', limits::TEXT_MAX_CHARS).collect(),
            reply: None,
        },
        5 => Content::Edit {
            seq: counter,
            text: text(900),
        },
        RECEIPT => Content::Receipt,
        7 => Content::Read { up_to: counter },
        8 => Content::Typing(Activity::RecordingVoice),
        9 => Content::Delete { seq: counter },
        10 => Content::Reaction {
            target,
            set: counter.is_multiple_of(2),
            emoji: "\u{1f44d}".into(),
        },
        _ if counter.is_multiple_of(16) => Content::Bye,
        _ => Content::Viewed { seq: counter },
    }
}

/// Any number as an index into something that may be empty.
fn index(which: usize, length: usize) -> Option<usize> {
    which.checked_rem(length)
}
