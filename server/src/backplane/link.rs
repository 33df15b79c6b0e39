//! What is on its way to one other node, and what has come from it.
//!
//! Small things leave at once; payloads take turns by sender ([`Fair`]), in two lanes, so that no file stands before a text. What
//! was sent and is not taken in by the other node is bounded in bytes: it gives credit back in the heads of its own envelopes.

use bytes::Bytes;
use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, NoPrekey, PayloadKind, PrekeyBytes},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, oneshot},
    time::{Instant, timeout_at},
};

use super::{
    NodeId, Payload, Remote,
    sequence::{Arrival, LANES, Sequence},
    wire::{Head, Heard, Item},
};
use crate::{
    clock::since_epoch,
    hub::{fair::Fair, lanes::FRAME_COST, locked::lock, receipt::Receipt},
};

/// The lane of messages and of everything small.
pub(super) const MESSAGES: usize = 0;
/// The lane of chunks.
pub(super) const CHUNKS: usize = 1;
/// Silence after which a node cannot be reached: three signs of life are missing. Whoever waits for it hears so within two
/// seconds.
pub(super) const SILENCE: Duration = Duration::from_millis(1_400);
/// Bytes of a lane that are on their way at once. Redis drops a subscriber with 32 MiB unread, so eight nodes may send to one at
/// full speed.
const WINDOW: u64 = 4 * 1024 * 1024;
/// Bytes that leave at once, give or take a payload.
const BATCH: usize = 128 * 1024;
/// Bytes of messages that may wait for a node, of all senders; and of chunks.
const MESSAGE_ROOM: usize = 16 * 1024 * 1024;
const CHUNK_ROOM: usize = 16 * 1024 * 1024;

/// The answer to a question.
pub(super) enum Answer {
    Prekey(Result<Box<PrekeyBytes>, NoPrekey>),
    Turned(bool),
}

/// What is to be done with an envelope.
pub(super) struct Taken {
    /// Its items count.
    pub(super) counts: bool,
    /// What this node had asked the other one to remember must be said again.
    pub(super) say_again: bool,
    /// It could not be reached before.
    pub(super) revived: bool,
}

/// See the module's documentation.
pub(super) struct Link {
    pub(super) node: NodeId,
    state: Mutex<State>,
    wake: [Notify; LANES],
    chunk_room: Arc<Semaphore>,
}

struct State {
    /// Of the streams to the other node.
    generation: u64,
    out: [Out; LANES],
    /// Payloads that are sent, and not settled.
    pending: HashMap<u64, Receipt>,
    questions: HashMap<u64, oneshot::Sender<Answer>>,
    /// Payloads and questions so far.
    numbers: u64,
    theirs: Sequence,
    /// Bytes of their current generation that are taken in, and how many of them they know of.
    dealt: [u64; LANES],
    told: [u64; LANES],
    heard: Instant,
    alive: bool,
}

#[derive(Default)]
struct Out {
    small: VecDeque<Vec<u8>>,
    payloads: Fair<Queued>,
    /// Envelopes so far.
    number: u64,
    sent: u64,
    /// What the other node has taken in.
    credited: u64,
}

/// What waits in a sender's queue.
struct Queued {
    begin: Vec<u8>,
    frame: Bytes,
    /// Of a payload, by its number.
    receipt: Option<(u64, Receipt)>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Link {
    pub(super) fn new(node: NodeId) -> Self {
        Self {
            node,
            state: Mutex::new(State {
                generation: later_than(0),
                out: Default::default(),
                pending: HashMap::new(),
                questions: HashMap::new(),
                numbers: 0,
                theirs: Sequence::default(),
                dealt: [0; LANES],
                told: [0; LANES],
                heard: Instant::now(),
                alive: true,
            }),
            wake: Default::default(),
            chunk_room: Arc::new(Semaphore::new(CHUNK_ROOM)),
        }
    }

    pub(super) fn is_alive(&self) -> bool {
        lock(&self.state).alive
    }

    /// How long nothing was heard of the node.
    pub(super) fn silence(&self) -> Duration {
        lock(&self.state).heard.elapsed()
    }

    /// Sends a handshake or a message, if there is room.
    pub(super) fn send_message(&self, to: &Remote, payload: Payload) -> Result<(), AckStatus> {
        self.push(MESSAGES, to, payload, None)
    }

    /// Sends a chunk, as soon as there is room.
    pub(super) async fn send_chunk(
        &self,
        to: &Remote,
        payload: Payload,
        patience: Duration,
    ) -> Result<(), AckStatus> {
        let cost = u32::try_from(payload.frame.len() + FRAME_COST).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.chunk_room).acquire_many_owned(cost);
        match timeout_at(Instant::now() + patience, room).await {
            Ok(Ok(place)) => self.push(CHUNKS, to, payload, Some(place)),
            _ => {
                payload.receipt.settle(AckStatus::Unreachable);
                Err(AckStatus::Unreachable)
            }
        }
    }

    fn push(
        &self,
        lane: usize,
        to: &Remote,
        payload: Payload,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<(), AckStatus> {
        let Payload {
            from,
            kind,
            frame,
            receipt,
        } = payload;
        let size = frame.len() + FRAME_COST;
        let mut state = lock(&self.state);
        let waiting = state.out[lane].payloads.bytes();
        let full = kind != PayloadKind::Chunk
            && (waiting + size > MESSAGE_ROOM
                || state.out[lane].payloads.bytes_of(&from) + size > MESSAGE_ROOM / 4);
        if !state.alive || full {
            drop(state);
            receipt.settle(AckStatus::Unreachable);
            return Err(AckStatus::Unreachable);
        }
        state.numbers += 1;
        let number = state.numbers;
        let begin = Item::Payload {
            number,
            id: receipt.id(),
            from,
            to: to.account,
            presence: to.presence,
            kind,
            frame: &frame,
        }
        .begin();
        let queued = Queued {
            begin,
            frame,
            receipt: Some((number, receipt)),
            _place: place,
        };
        state.out[lane].payloads.push(from, queued, size);
        drop(state);
        self.wake[lane].notify_one();
        Ok(())
    }

    /// Says something small. What is said `of` somebody keeps its place behind what they said themselves.
    pub(super) fn say(&self, item: &Item<'_>, of: Option<&AccountId>) {
        let begin = item.begin();
        let mut state = lock(&self.state);
        let out = &mut state.out[MESSAGES];
        match of {
            Some(of) if out.payloads.bytes_of(of) > 0 => {
                let size = begin.len();
                let queued = Queued {
                    begin,
                    frame: Bytes::new(),
                    receipt: None,
                    _place: None,
                };
                out.payloads.push(*of, queued, size);
            }
            _ => out.small.push_back(begin),
        }
        drop(state);
        self.wake[MESSAGES].notify_one();
    }

    /// Asks something; the answer fails if the node cannot be reached.
    pub(super) fn ask(
        &self,
        question: impl FnOnce(u64) -> Item<'static>,
    ) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        let mut state = lock(&self.state);
        if state.alive {
            state.numbers += 1;
            let number = state.numbers;
            state.questions.retain(|_, waiting| !waiting.is_closed());
            state.questions.insert(number, answer);
            state.out[MESSAGES]
                .small
                .push_back(question(number).begin());
        }
        drop(state);
        self.wake[MESSAGES].notify_one();
        answered
    }

    /// The other node answers.
    pub(super) fn answered(&self, number: u64, answer: Answer) {
        let question = lock(&self.state).questions.remove(&number);
        if let Some(question) = question {
            // Nobody may wait any more.
            let _ = question.send(answer);
        }
    }

    /// The other node says what became of a payload.
    pub(super) fn settled(&self, number: u64, status: AckStatus) {
        let receipt = lock(&self.state).pending.remove(&number);
        if let Some(receipt) = receipt {
            receipt.settle(status);
        }
    }

    /// Waits until there is something to send.
    pub(super) async fn woken(&self, lane: usize) {
        self.wake[lane].notified().await;
    }

    /// The next envelope, if there is something to send; with `beat` a sign of life in any case.
    pub(super) fn take(&self, lane: usize, me: NodeId, beat: bool) -> Option<Vec<u8>> {
        let mut guard = lock(&self.state);
        let state = &mut *guard;
        let out = &mut state.out[lane];
        let owes = lane == MESSAGES && owes(&state.dealt, &state.told);
        let mut bytes = Vec::new();
        let (generation, broken) = state.theirs.state();
        let head = Head {
            lane: u8::try_from(lane).unwrap_or(u8::MAX),
            node: me,
            generation: state.generation,
            number: out.number,
            heard: Heard {
                generation,
                broken,
                bytes: state.dealt,
            },
        };
        head.write(&mut bytes);
        let empty = bytes.len();
        while bytes.len() < BATCH
            && let Some(small) = out.small.pop_front()
        {
            bytes.extend(small);
        }
        let on_its_way = out.sent - out.credited;
        let free = |length: usize| {
            (on_its_way == 0 && length == empty) || on_its_way + length as u64 <= WINDOW
        };
        while bytes.len() < BATCH
            && free(bytes.len())
            && let Some((queued, _)) = out.payloads.pop()
        {
            bytes.extend(queued.begin);
            bytes.extend_from_slice(&queued.frame);
            if let Some((number, receipt)) = queued.receipt {
                state.pending.insert(number, receipt);
            }
        }
        if bytes.len() == empty {
            if !beat && !owes {
                return None;
            }
        } else {
            out.number += 1;
            out.sent += bytes.len() as u64;
        }
        state.told = state.dealt;
        Some(bytes)
    }

    /// Takes an envelope's head.
    pub(super) fn hear(&self, head: &Head, length: usize, is_beat: bool) -> Taken {
        let mut state = lock(&self.state);
        state.heard = Instant::now();
        let revived = !std::mem::replace(&mut state.alive, true);
        let mut say_again = revived;
        let mut anew = false;
        if head.heard.generation == state.generation {
            if head.heard.broken {
                anew = true;
            } else {
                for (lane, bytes) in head.heard.bytes.into_iter().enumerate() {
                    let out = &mut state.out[lane];
                    if bytes > out.credited && bytes <= out.sent {
                        out.credited = bytes;
                        self.wake[lane].notify_one();
                    }
                }
            }
        }
        let lane = usize::from(head.lane);
        let arrival = state
            .theirs
            .take(lane, head.generation, head.number, is_beat);
        let mut lost = Vec::new();
        match arrival {
            Arrival::First => say_again = true,
            Arrival::Next => {}
            // They have dropped what they had still to say: what became of our payloads is not known any more.
            Arrival::Renewed => {
                say_again = true;
                (state.dealt, state.told) = ([0; LANES], [0; LANES]);
                lost.extend(state.pending.drain().map(|(_, receipt)| receipt));
                state.questions.clear();
            }
            Arrival::Gap => {
                (state.dealt, state.told) = ([0; LANES], [0; LANES]);
                anew = true;
            }
            Arrival::Void => {}
        }
        let counts = matches!(arrival, Arrival::First | Arrival::Next | Arrival::Renewed);
        if counts
            && !is_beat
            && let Some(dealt) = state.dealt.get_mut(lane)
        {
            *dealt += length as u64;
        }
        let owes = owes(&state.dealt, &state.told);
        drop(state);
        for receipt in lost {
            receipt.settle(AckStatus::Unreachable);
        }
        if anew {
            self.begin_anew();
        } else if owes {
            self.wake[MESSAGES].notify_one();
        }
        Taken {
            counts,
            say_again: say_again || anew,
            revived,
        }
    }

    /// The node lives: somebody has heard it.
    pub(super) fn lives(&self) -> bool {
        let mut state = lock(&self.state);
        state.heard = Instant::now();
        !std::mem::replace(&mut state.alive, true)
    }

    /// The node cannot be reached; true if it could before.
    pub(super) fn lose(&self) -> bool {
        let before = std::mem::replace(&mut lock(&self.state).alive, false);
        self.begin_anew();
        before
    }

    /// Settles everything that is on its way, or waits, and begins a new generation.
    pub(super) fn begin_anew(&self) {
        let mut state = lock(&self.state);
        state.generation = later_than(state.generation);
        let mut lost: Vec<_> = state.pending.drain().map(|(_, receipt)| receipt).collect();
        for out in &mut state.out {
            let mut before = std::mem::take(out);
            let queued = before.payloads.drain();
            lost.extend(
                queued
                    .into_iter()
                    .filter_map(|queued| queued.receipt)
                    .map(|(_, receipt)| receipt),
            );
        }
        state.questions.clear();
        drop(state);
        // Receipts use the outboxes of others: not under this lock.
        for receipt in lost {
            receipt.settle(AckStatus::Unreachable);
        }
        for wake in &self.wake {
            wake.notify_one();
        }
    }

    /// Whether nothing waits to be sent.
    pub(super) fn is_quiet(&self) -> bool {
        let state = lock(&self.state);
        state
            .out
            .iter()
            .all(|out| out.small.is_empty() && out.payloads.is_empty())
    }
}

fn owes(dealt: &[u64; LANES], told: &[u64; LANES]) -> bool {
    dealt
        .iter()
        .zip(told)
        .any(|(dealt, told)| dealt - told > WINDOW / 4)
}

/// The time in microseconds, and in any case later than the number before: for generations of a link, later than those of a link
/// that was forgotten, and for epochs.
pub(super) fn later_than(before: u64) -> u64 {
    let now = since_epoch().as_micros();
    u64::try_from(now).unwrap_or(0).max(before + 1)
}
