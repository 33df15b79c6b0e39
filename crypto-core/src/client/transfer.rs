//! The files of one conversation, in both directions (section 7.3).
//!
//! Nothing here knows a session, a socket or a key: chunks are numbers, and whoever calls seals and opens them. A file that
//! is on its way is therefore the same one before and after a renewal, and after an interruption.
//!
//! *An own file* goes as its peer asks for it. [`Transfers::control`] takes what the peer wants into a queue, and
//! [`Transfers::next_chunks`] gives the next run of it to seal and send; several files take turns.
//!
//! *A peer's file* is asked for by [`Transfers::next_want`], at most 512 chunks at a time over all files. Only what is
//! missing is wanted, in order. What does not come is wanted again: after a lost line ([`Transfers::lost_line`]), and when
//! nothing of a file has come for a while.
//!
//! *Memory* is bounded whatever the peer does and in whatever order chunks come. Of own files no more than 512 chunks wait.
//! Of a peer's file no chunk counts that was never wanted, and nothing further on is wanted while 512 are missing before it:
//! so what is held has at most 512 gaps.

mod chunk_set;
#[cfg(test)]
mod tests;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::mem;
use core::ops::Range;

use crate::error::errors;
use crate::files::{Control, ControlOp, FileId};
use crate::limits;
use chunk_set::ChunkSet;

/// A WANT asks for so many chunks at least, unless fewer are missing: each costs a message.
const STEP_MIN: u32 = 64;
/// A WANT asks for so many chunks at most: half of what may be outstanding, so that files share it.
const STEP_MAX: u32 = 256;
/// Between two WANTs, in ms, unless [`STEP_MAX`] chunks came meanwhile: the relay grants ten messages a second.
const WANT_EVERY: u64 = 100;
/// Nothing of a file came for so long, in ms: what is outstanding is wanted again. Longer where chunks are rare.
const STALL_MIN: u64 = 5_000;
/// However rare they are, and however often they stayed away.
const STALL_MAX: u64 = 120_000;
/// How much longer than usual a pause is a stall.
const STALL_GAPS: u64 = 4;
/// Runs of an own file that the relay has passed on and that are counted. More only a strange order of WANTs can make.
const RELAYED_RUNS: usize = 512;

errors! {
    /// Something that cannot be done with a file.
    pub(crate) enum TransferError {
        /// No such file is on its way in this direction.
        Unknown => InvalidContent,
        /// The file is on its way already, in one direction or the other.
        Known => InvalidContent,
        /// Not in the state in which the file is.
        State => InvalidContent,
        /// Chunks that the file does not have.
        Range => FileRange,
        /// As many files are on their way in this direction as may be.
        Full => FilesFull,
    }
}

/// Chunks of an own file to be sealed into one CHUNK frame: 1 to 64 that follow each other, all of one WANT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ChunkRequest {
    /// The file.
    pub(crate) file: FileId,
    /// The first chunk.
    pub(crate) first: u32,
    /// How many.
    pub(crate) count: u32,
}

/// What the peer's word changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TransferEvent {
    /// The peer takes the own file.
    Accepted,
    /// The peer does not take the own file, which is over.
    Rejected,
    /// The peer stopped the file for now.
    Paused,
    /// The peer goes on with a file that it had stopped: it wants more of ours, or lets us have more of its own.
    Resumed,
    /// The peer stopped the file for good: it is over.
    Cancelled,
    /// The peer has all of the own file, which is over.
    Done,
}

/// What became of chunks that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// These of them are new.
    New {
        /// In order.
        chunks: Vec<Range<u32>>,
        /// Whether the file is whole now.
        whole: bool,
    },
    /// All of them were held.
    Held,
    /// They were never wanted, or their file is not on its way.
    Unwanted,
}

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// It was to be sent.
    Own,
    /// It was to be received.
    Peer,
}

/// A file that the end of a conversation found unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfinished {
    /// The file.
    pub(crate) file: FileId,
    /// Whose it was.
    pub(crate) side: Side,
    /// Whether it was accepted.
    pub(crate) accepted: bool,
    /// Chunks that the relay passed on, or that are held.
    pub(crate) done: u32,
    /// Chunks that it has.
    pub(crate) chunks: u32,
}

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not accepted yet.
    Offered,
    /// Accepted.
    Moving,
    /// Accepted, and stopped for now by whoever receives it. Its sender's stop is beside this: `held_back`.
    Paused,
}

impl Stage {
    /// From one to another, if it is that one.
    fn change(&mut self, from: Self, to: Self) -> Option<()> {
        (*self == from).then(|| *self = to)
    }
}

/// A file that goes to the peer.
#[derive(Debug)]
struct Outgoing {
    file: FileId,
    chunks: u32,
    stage: Stage,
    /// Stopped by us for now: whatever is wanted meanwhile is wanted again when it goes on.
    held_back: bool,
    /// What is wanted and not given out, in the order of sending. Each run is (what is left) of one WANT.
    queue: VecDeque<Range<u32>>,
    /// What the relay passed on. For the eye: see [`RELAYED_RUNS`].
    relayed: ChunkSet,
}

impl Outgoing {
    /// Whether chunks of it may go.
    fn goes(&self) -> bool {
        self.stage == Stage::Moving && !self.held_back
    }

    fn queued(&self) -> u32 {
        self.queue.iter().map(|run| run.end - run.start).sum()
    }

    /// What of `run` is not queued yet: chunks that are wanted twice before they went are sent once.
    fn not_queued(&self, run: Range<u32>) -> Vec<Range<u32>> {
        let mut queued = ChunkSet::new();
        for run in &self.queue {
            queued.insert(run.clone());
        }
        queued.gaps(run).collect()
    }
}

/// A file that comes from the peer.
#[derive(Debug)]
struct Incoming {
    file: FileId,
    chunks: u32,
    stage: Stage,
    /// Stopped by the peer, who sends it, for now: nothing comes of it until the peer goes on.
    held_back: bool,
    held: ChunkSet,
    /// Wanted and not arrived.
    outstanding: ChunkSet,
    /// No chunk from here on was ever wanted. Those before it that are missing count whenever they come.
    frontier: u32,
    patience: Patience,
}

impl Incoming {
    fn is_whole(&self) -> bool {
        self.held.has_all(0..self.chunks)
    }

    /// What was wanted before and is missing, but no longer outstanding.
    fn again(&self) -> Option<Range<u32>> {
        self.unasked(0..self.frontier)
    }

    /// What was never wanted.
    fn further(&self) -> Option<Range<u32>> {
        self.unasked(self.frontier..self.chunks)
    }

    fn unasked(&self, within: Range<u32>) -> Option<Range<u32>> {
        let mut missing = self.held.gaps(within);
        missing.find_map(|run| self.outstanding.gaps(run).next())
    }

    /// A word of whoever sends it, other than that it is over.
    fn sender_says(&mut self, op: ControlOp) -> Option<TransferEvent> {
        let before = self.held_back;
        match op {
            ControlOp::Pause if self.stage != Stage::Offered && !before => {
                self.held_back = true;
                // Its chunks do not come, and others may have their room.
                self.forget_outstanding();
                Some(TransferEvent::Paused)
            }
            ControlOp::Accept if before => {
                self.held_back = false;
                Some(TransferEvent::Resumed)
            }
            _ => None,
        }
    }

    fn forget_outstanding(&mut self) {
        self.outstanding.clear();
        self.patience.rest();
    }
}

/// How long nothing may come of a file of which something is outstanding.
#[derive(Debug, Default)]
struct Patience {
    /// The last arrival, or the WANT after which there was one outstanding again.
    since: Option<u64>,
    /// From one arrival to the next, smoothed, in ms.
    gap: Option<u64>,
    /// Stalls since the last arrival.
    stalls: u32,
}

impl Patience {
    fn asked(&mut self, now: u64) {
        self.since.get_or_insert(now);
    }

    /// Something came; `more` is outstanding.
    fn arrived(&mut self, now: u64, more: bool) {
        if let Some(since) = self.since {
            let gap = now.saturating_sub(since).min(STALL_MAX);
            // An eighth of the newest, as TCP smooths its round trips.
            self.gap = Some(self.gap.map_or(gap, |smooth| (7 * smooth + gap) / 8));
        }
        self.stalls = 0;
        self.since = more.then_some(now);
    }

    /// When it is at its end. Twice as late after each stall: a peer that has gone is not asked for ever at one pace.
    fn deadline(&self) -> Option<u64> {
        let usual = STALL_GAPS * self.gap.unwrap_or(0);
        let wait = usual.max(STALL_MIN) << self.stalls.min(8);
        Some(self.since?.saturating_add(wait.min(STALL_MAX)))
    }

    fn rest(&mut self) {
        self.since = None;
    }
}

/// The files of one conversation.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    /// Whose turn it is comes first.
    own: Vec<Outgoing>,
    /// Whose turn it is comes first.
    peers: Vec<Incoming>,
    /// When the last WANT was said.
    wanted_at: Option<u64>,
}

const fn say(file: FileId, op: ControlOp) -> Control {
    Control {
        file,
        op,
        index: 0,
        count: 0,
    }
}

fn total(runs: &[Range<u32>]) -> u32 {
    runs.iter().map(|run| run.end - run.start).sum()
}

impl Transfers {
    pub(crate) const fn new() -> Self {
        Self {
            own: Vec::new(),
            peers: Vec::new(),
            wanted_at: None,
        }
    }

    // ---- Own files

    /// A file of ours was described to the peer.
    ///
    /// # Errors
    /// [`TransferError::Known`], [`TransferError::Full`].
    pub(crate) fn offer(&mut self, file: FileId, chunks: u32) -> Result<(), TransferError> {
        self.may_begin(&file, self.own.len())?;
        self.own.push(Outgoing {
            file,
            chunks,
            stage: Stage::Offered,
            held_back: false,
            queue: VecDeque::new(),
            relayed: ChunkSet::new(),
        });
        Ok(())
    }

    /// The next chunks to seal and send: at most `most`, which is 1 to 64.
    pub(crate) fn next_chunks(&mut self, most: u32) -> Option<ChunkRequest> {
        let turn = self.own.iter().position(|own| !own.queue.is_empty())?;
        let mut own = self.own.remove(turn);
        let request = own.queue.front_mut().map(|run| {
            let count = most.clamp(1, limits::FRAME_CHUNKS).min(run.end - run.start);
            let first = run.start;
            run.start += count;
            ChunkRequest {
                file: own.file,
                first,
                count,
            }
        });
        own.queue.pop_front_if(|run| run.start == run.end);
        self.own.push(own);
        request
    }

    /// Whether the peer waits for chunks of own files that were not given out.
    pub(crate) fn has_wanted(&self) -> bool {
        self.own.iter().any(|own| !own.queue.is_empty())
    }

    /// Whether chunks that were given out are still to be sent: their file is neither over nor stopped.
    pub(crate) fn is_sending(&self, file: &FileId) -> bool {
        let own = self.own.iter().find(|own| own.file == *file);
        own.is_some_and(Outgoing::goes)
    }

    /// The frame with these chunks was not passed on: the relay said so, or the line went before it said anything. They are
    /// sent again, before what waits.
    pub(crate) fn requeue(&mut self, request: ChunkRequest) {
        let queued = self.queued();
        let own = self.outgoing(&request.file);
        let Some(own) = own.filter(|own| own.goes()) else {
            return;
        };
        let end = request.first.saturating_add(request.count).min(own.chunks);
        let again = own.not_queued(request.first..end);
        // A peer that wants other chunks meanwhile will want these again.
        if queued + total(&again) > limits::CHUNKS_OUTSTANDING {
            return;
        }
        for run in again.into_iter().rev() {
            own.queue.push_front(run);
        }
    }

    /// The relay passed the frame with these chunks on. Gives how many of the file's chunks it has passed on, each counted
    /// once; nothing if the file is over.
    pub(crate) fn relayed(&mut self, request: &ChunkRequest) -> Option<u32> {
        let own = self.outgoing(&request.file)?;
        if own.relayed.runs() < RELAYED_RUNS {
            let end = request.first.saturating_add(request.count).min(own.chunks);
            own.relayed.insert(request.first..end);
        }
        Some(own.relayed.count())
    }

    // ---- Files of the peer

    /// The peer described a file, which has at least one chunk.
    ///
    /// # Errors
    /// [`TransferError::Known`], [`TransferError::Full`]: the file is to be rejected, [`ControlOp::Reject`].
    pub(crate) fn announced(&mut self, file: FileId, chunks: u32) -> Result<(), TransferError> {
        self.may_begin(&file, self.peers.len())?;
        self.peers.push(Incoming {
            file,
            chunks,
            stage: Stage::Offered,
            held_back: false,
            held: ChunkSet::new(),
            outstanding: ChunkSet::new(),
            frontier: 0,
            patience: Patience::default(),
        });
        Ok(())
    }

    /// Takes the file. `held` are chunks that are here already; of a new file there are none.
    ///
    /// # Errors
    /// [`TransferError::Unknown`], [`TransferError::State`] if it was accepted before, [`TransferError::Range`] if it has not
    /// all chunks of `held`.
    pub(crate) fn accept(
        &mut self,
        file: &FileId,
        held: &[Range<u32>],
    ) -> Result<Control, TransferError> {
        let incoming = self.incoming(file)?;
        if incoming.stage != Stage::Offered {
            return Err(TransferError::State);
        }
        if held.iter().any(|run| run.end > incoming.chunks) {
            return Err(TransferError::Range);
        }
        for run in held {
            incoming.held.insert(run.clone());
        }
        incoming.stage = Stage::Moving;
        Ok(say(*file, ControlOp::Accept))
    }

    /// Does not take the file, which is over.
    ///
    /// # Errors
    /// [`TransferError::Unknown`], [`TransferError::State`] if it was accepted: then it is cancelled.
    pub(crate) fn reject(&mut self, file: &FileId) -> Result<Control, TransferError> {
        if self.incoming(file)?.stage != Stage::Offered {
            return Err(TransferError::State);
        }
        self.forget(file);
        Ok(say(*file, ControlOp::Reject))
    }

    /// The file is whole and was found to be genuine: it is over.
    ///
    /// # Errors
    /// [`TransferError::Unknown`], [`TransferError::State`] if a chunk is missing.
    pub(crate) fn complete(&mut self, file: &FileId) -> Result<Control, TransferError> {
        let incoming = self.incoming(file)?;
        if incoming.stage == Stage::Offered || !incoming.is_whole() {
            return Err(TransferError::State);
        }
        self.forget(file);
        Ok(say(*file, ControlOp::Done))
    }

    /// The next WANT, if there is something to ask for and room. To be asked until there is none, after each arrival and when
    /// [`Transfers::deadline`] has passed; not while there is no line.
    pub(crate) fn next_want(&mut self, now: u64) -> Option<Control> {
        self.advance(now);
        let room = limits::CHUNKS_OUTSTANDING.saturating_sub(self.outstanding());
        // More room is made by what is outstanding, and then this is asked again.
        let recent = |said: u64| now.saturating_sub(said) < WANT_EVERY;
        if room < STEP_MAX && self.wanted_at.is_some_and(recent) {
            return None;
        }
        let step = |run: Range<u32>| {
            let length = run.end - run.start;
            let count = length.min(room).min(STEP_MAX);
            let enough = count == length || count >= STEP_MIN;
            (count > 0 && enough).then(|| run.start..run.start + count)
        };
        // What was wanted before goes first, over all files. Its sender may have it in its queue still, where it is counted
        // once; with other chunks beside it, the two could be more than the sender's bound.
        let next = if self.moving().any(|(_, file)| file.again().is_some()) {
            Incoming::again
        } else {
            Incoming::further
        };
        let (index, run) = self
            .moving()
            .find_map(|(index, file)| Some((index, step(next(file)?)?)))?;

        let mut incoming = self.peers.remove(index);
        let control = Control {
            file: incoming.file,
            op: ControlOp::Want,
            index: run.start,
            count: run.end - run.start,
        };
        incoming.frontier = incoming.frontier.max(run.end);
        incoming.outstanding.insert(run);
        incoming.patience.asked(now);
        self.peers.push(incoming);
        self.wanted_at = Some(now);
        Some(control)
    }

    /// When something is outstanding for too long.
    pub(crate) fn deadline(&self) -> Option<u64> {
        let deadlines = self.peers.iter().map(|file| file.patience.deadline());
        deadlines.flatten().min()
    }

    /// Takes what was outstanding for too long for missing. Then there is no deadline until it is wanted again.
    pub(crate) fn advance(&mut self, now: u64) {
        for incoming in &mut self.peers {
            if incoming.patience.deadline().is_some_and(|due| now >= due) {
                incoming.forget_outstanding();
                incoming.patience.stalls = incoming.patience.stalls.saturating_add(1);
            }
        }
    }

    /// Whether a CHUNK with these chunks has one that is wanted: only then it is worth opening.
    pub(crate) fn expects(&self, file: &FileId, first: u32, count: u32) -> bool {
        let incoming = self.peers.iter().find(|incoming| incoming.file == *file);
        incoming.is_some_and(|incoming| {
            let end = first.saturating_add(count).min(incoming.frontier);
            !incoming.held.has_all(first..end)
        })
    }

    /// These chunks came and were opened.
    pub(crate) fn arrived(&mut self, file: &FileId, first: u32, count: u32, now: u64) -> Arrival {
        let Ok(incoming) = self.incoming(file) else {
            return Arrival::Unwanted;
        };
        let end = first.saturating_add(count);
        let wanted = first..end.min(incoming.frontier);
        let chunks: Vec<_> = incoming.held.gaps(wanted.clone()).collect();
        if chunks.is_empty() {
            let held = first < end && incoming.held.has_all(first..end);
            return if held {
                Arrival::Held
            } else {
                Arrival::Unwanted
            };
        }
        incoming.held.insert(wanted.clone());
        incoming.outstanding.remove(wanted);
        let more = !incoming.outstanding.is_empty();
        incoming.patience.arrived(now, more);
        let whole = incoming.is_whole();
        Arrival::New { chunks, whole }
    }

    // ---- Both

    /// Stops a file of either side for now. Of the peer's, what is on its way is taken when it comes, and nothing more is
    /// wanted; of an own one nothing more goes, whatever is wanted.
    ///
    /// # Errors
    /// [`TransferError::Unknown`], [`TransferError::State`] if it was not accepted, or we have stopped it already.
    pub(crate) fn pause(&mut self, file: &FileId) -> Result<Control, TransferError> {
        if let Some(own) = self.outgoing(file) {
            if own.stage == Stage::Offered || own.held_back {
                return Err(TransferError::State);
            }
            own.held_back = true;
            own.queue.clear();
        } else {
            let incoming = self.incoming(file)?;
            let paused = incoming.stage.change(Stage::Moving, Stage::Paused);
            paused.ok_or(TransferError::State)?;
            incoming.forget_outstanding();
        }
        Ok(say(*file, ControlOp::Pause))
    }

    /// Goes on with a file that we stopped. Of the peer's the next WANT tells the peer; of an own one the word to be said does.
    ///
    /// # Errors
    /// [`TransferError::Unknown`], [`TransferError::State`] if we have not stopped it: what the peer stopped is the peer's.
    pub(crate) fn resume(&mut self, file: &FileId) -> Result<Option<Control>, TransferError> {
        if let Some(own) = self.outgoing(file) {
            if !mem::take(&mut own.held_back) {
                return Err(TransferError::State);
            }
            return Ok(Some(say(*file, ControlOp::Accept)));
        }
        let stage = &mut self.incoming(file)?.stage;
        let resumed = stage.change(Stage::Paused, Stage::Moving);
        resumed.ok_or(TransferError::State)?;
        Ok(None)
    }

    /// What the peer says about a file. Words about one that is not on its way, or that do not fit it, mean nothing.
    pub(crate) fn control(&mut self, control: &Control) -> Option<TransferEvent> {
        let Control {
            file,
            op,
            index,
            count,
        } = control;
        if *op == ControlOp::Cancel {
            return self.forget(file).then_some(TransferEvent::Cancelled);
        }
        if let Ok(incoming) = self.incoming(file) {
            return incoming.sender_says(*op);
        }
        let queued = self.queued();
        let own = self.outgoing(file)?;
        match op {
            ControlOp::Accept => {
                own.stage.change(Stage::Offered, Stage::Moving)?;
                Some(TransferEvent::Accepted)
            }
            ControlOp::Pause => {
                own.stage.change(Stage::Moving, Stage::Paused)?;
                own.queue.clear();
                Some(TransferEvent::Paused)
            }
            ControlOp::Want => {
                let end = index.checked_add(*count).filter(|&end| end <= own.chunks)?;
                let more = own.not_queued(*index..end);
                let outstanding = queued + total(&more);
                if *count == 0 || outstanding > limits::CHUNKS_OUTSTANDING {
                    return None;
                }
                if !own.held_back {
                    own.queue.extend(more);
                }
                // Who wants chunks takes the file, and goes on with it, whatever was said before.
                match mem::replace(&mut own.stage, Stage::Moving) {
                    Stage::Offered => Some(TransferEvent::Accepted),
                    Stage::Paused => Some(TransferEvent::Resumed),
                    Stage::Moving => None,
                }
            }
            ControlOp::Reject => {
                self.forget(file);
                Some(TransferEvent::Rejected)
            }
            ControlOp::Done if own.stage != Stage::Offered => {
                self.forget(file);
                Some(TransferEvent::Done)
            }
            ControlOp::Done | ControlOp::Cancel => None,
        }
    }

    /// Stops a file of either side for good: the person wants it, its source failed, or it was not genuine.
    ///
    /// # Errors
    /// [`TransferError::Unknown`].
    pub(crate) fn cancel(&mut self, file: &FileId) -> Result<Control, TransferError> {
        if self.forget(file) {
            Ok(say(*file, ControlOp::Cancel))
        } else {
            Err(TransferError::Unknown)
        }
    }

    /// Our line went, and with it what was on its way to us: it is missing, and wanted again when there is a line. What
    /// was to be sent stays; frames that the relay has not acknowledged are to be requeued.
    pub(crate) fn lost_line(&mut self) {
        for incoming in &mut self.peers {
            incoming.forget_outstanding();
            incoming.patience.stalls = 0;
        }
        self.wanted_at = None;
    }

    /// The conversation is over, and with it every file. Gives those that were on their way.
    pub(crate) fn end(&mut self) -> Vec<Unfinished> {
        let Self {
            own,
            peers,
            wanted_at: _,
        } = mem::take(self);
        let own = own.into_iter().map(|own| Unfinished {
            file: own.file,
            side: Side::Own,
            accepted: own.stage != Stage::Offered,
            done: own.relayed.count(),
            chunks: own.chunks,
        });
        let peers = peers.into_iter().map(|incoming| Unfinished {
            file: incoming.file,
            side: Side::Peer,
            accepted: incoming.stage != Stage::Offered,
            done: incoming.held.count(),
            chunks: incoming.chunks,
        });
        own.chain(peers).collect()
    }

    /// One name never goes both ways: the peer knows the keys of our files, and could describe one to us.
    fn may_begin(&self, file: &FileId, under_way: usize) -> Result<(), TransferError> {
        let mut known = self.own.iter().map(|own| own.file);
        let mut others = self.peers.iter().map(|incoming| incoming.file);
        if known.any(|known| known == *file) || others.any(|other| other == *file) {
            Err(TransferError::Known)
        } else if under_way >= limits::FILES_UNDER_WAY {
            Err(TransferError::Full)
        } else {
            Ok(())
        }
    }

    /// Files of the peer that more may be wanted of.
    fn moving(&self) -> impl Iterator<Item = (usize, &Incoming)> {
        let files = self.peers.iter().enumerate();
        files.filter(|(_, file)| file.stage == Stage::Moving && !file.held_back)
    }

    fn outgoing(&mut self, file: &FileId) -> Option<&mut Outgoing> {
        self.own.iter_mut().find(|own| own.file == *file)
    }

    fn incoming(&mut self, file: &FileId) -> Result<&mut Incoming, TransferError> {
        let found = self.peers.iter_mut().find(|known| known.file == *file);
        found.ok_or(TransferError::Unknown)
    }

    /// Whether there was such a file.
    fn forget(&mut self, file: &FileId) -> bool {
        let before = self.own.len() + self.peers.len();
        self.own.retain(|own| own.file != *file);
        self.peers.retain(|incoming| incoming.file != *file);
        self.own.len() + self.peers.len() < before
    }

    /// Chunks of all own files that are wanted and were not given out.
    fn queued(&self) -> u32 {
        self.own.iter().map(Outgoing::queued).sum()
    }

    /// Chunks of all files of the peer that are wanted and have not arrived.
    fn outstanding(&self) -> u32 {
        let outstanding = self.peers.iter().map(|file| file.outstanding.count());
        outstanding.sum()
    }
}
