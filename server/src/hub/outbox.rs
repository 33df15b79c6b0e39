//! The writing side of a connection.
//!
//! Whoever adds a frame writes it at once if the socket has room: on the way from one socket to another no task waits for a
//! second one to wake up, which costs more than the writing. When the socket is full the rest stays here, and the
//! connection's own task goes on as soon as there is room ([`Outbox::resume`]).

use bytes::{Bytes, BytesMut};
use duet_crypto::identity::AccountId;
use std::{
    collections::VecDeque,
    io::{self, IoSlice},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{
    acks::{AckTimer, Flush},
    lanes::{FRAME_COST, Lanes, NotTaken, Outgoing},
    locked::lock,
};
use crate::websocket::Link;

/// Bytes of chunks of all senders that may wait for one client. Who comes when they do waits in line.
const CHUNK_ROOM: usize = 16 * 1024 * 1024;
/// Batches that somebody writes for somebody else, before the connection's own task goes on.
const BATCHES: usize = 4;
/// Frames that are handed to the kernel at once.
const SLICES: usize = 32;
/// A client must take so much within its time, or all that there is.
const TAKEN_LEAST: usize = 4 * 1024;

/// How far writing got.
pub enum Progress {
    /// Everything is written.
    Idle,
    /// The socket has no room, and the client is too slow if it has none by then.
    Blocked(Instant),
    /// The connection broke.
    Broken,
}

/// See the module's documentation.
pub struct Outbox {
    link: Arc<Link>,
    state: Mutex<State>,
    /// For the connection's own task: something is left for it.
    wake: Notify,
    chunk_room: Arc<Semaphore>,
    timer: Arc<AckTimer>,
    patience: Duration,
    opened: Instant,
    /// Milliseconds from `opened` to the last payload, either way, and to the last thing that was written.
    last_payload: AtomicU64,
    last_written: AtomicU64,
}

#[derive(Default)]
struct State {
    lanes: Lanes,
    /// Somebody writes, or the socket is full.
    busy: bool,
    stuck: Option<Stuck>,
    /// Whether the timer of acknowledgements will come by.
    listed: bool,
    /// When the client last made room in a full socket.
    took: Option<Instant>,
    closed: bool,
}

/// What a full socket did not take.
struct Stuck {
    batch: Batch,
    since: Instant,
    taken: usize,
}

struct Batch {
    frames: VecDeque<Outgoing>,
    /// Bytes of the first frame that are written.
    offset: usize,
}

impl Batch {
    /// Writes what the socket takes; frames that are written whole are moved to `written`.
    fn write(&mut self, link: &Link, written: &mut Vec<Outgoing>) -> io::Result<usize> {
        let mut total = 0;
        while !self.frames.is_empty() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let mut count = 0;
            for (slice, outgoing) in slices.iter_mut().zip(&self.frames) {
                let from = if count == 0 { self.offset } else { 0 };
                *slice = IoSlice::new(&outgoing.frame[from..]);
                count += 1;
            }
            let mut taken = match link.try_write(&slices[..count]) {
                Ok(taken) => taken,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            };
            total += taken;
            while let Some(first) = self.frames.front() {
                let left = first.frame.len() - self.offset;
                if taken < left {
                    self.offset += taken;
                    break;
                }
                taken -= left;
                self.offset = 0;
                written.extend(self.frames.pop_front());
            }
        }
        Ok(total)
    }

    /// What is left of the frames that are begun, where `owed` bytes more are on their way than are written.
    fn begun(&self, owed: usize) -> Bytes {
        let end = self.offset + owed;
        let mut begun = BytesMut::new();
        for outgoing in &self.frames {
            if begun.len() >= end {
                break;
            }
            begun.extend_from_slice(&outgoing.frame);
        }
        begun.freeze().slice(self.offset..)
    }
}

impl Outbox {
    /// Writes to `link`. A client that takes next to nothing for as long as `patience` is too slow.
    #[must_use]
    pub fn new(link: Arc<Link>, timer: Arc<AckTimer>, patience: Duration) -> Self {
        Self {
            link,
            state: Mutex::default(),
            wake: Notify::new(),
            chunk_room: Arc::new(Semaphore::new(CHUNK_ROOM)),
            timer,
            patience,
            opened: Instant::now(),
            last_payload: AtomicU64::new(0),
            last_written: AtomicU64::new(0),
        }
    }

    /// Adds an acknowledgement.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn push_ack(self: &Arc<Self>, frame: Bytes) -> Result<(), NotTaken> {
        let listed = {
            let mut state = lock(&self.state);
            if state.closed {
                return Err(NotTaken::Closed);
            }
            state.lanes.push_ack(frame)?;
            std::mem::replace(&mut state.listed, true)
        };
        if !listed {
            self.timer.wait(Arc::clone(self) as Arc<dyn Flush>);
        }
        Ok(())
    }

    /// Adds a sign of life.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn push_sign(&self, frame: Bytes) -> Result<(), NotTaken> {
        self.add(|lanes| lanes.push_sign(frame))?;
        self.pump();
        Ok(())
    }

    /// Adds a note. The connection's own task writes it: the caller may hold the directory.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn push_note(&self, frame: Bytes) -> Result<(), NotTaken> {
        self.add(|lanes| lanes.push_note(frame))?;
        self.wake.notify_one();
        Ok(())
    }

    /// Adds news of somebody, likewise.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn push_news(&self, of: AccountId, frame: Bytes) -> Result<(), NotTaken> {
        self.add(|lanes| lanes.push_news(of, frame))?;
        self.wake.notify_one();
        Ok(())
    }

    /// Adds a handshake or a message, if there is room.
    ///
    /// # Errors
    /// [`NotTaken`], with the frame.
    pub fn push_message(
        &self,
        from: AccountId,
        message: Outgoing,
    ) -> Result<(), (NotTaken, Outgoing)> {
        let mut state = lock(&self.state);
        if state.closed {
            drop(state);
            return Err((NotTaken::Closed, message));
        }
        // The usual case: nothing waits, and the frame goes out at once.
        if !state.busy && state.lanes.is_quiet() {
            state.busy = true;
            let mut frames = VecDeque::with_capacity(2);
            state.lanes.take_company(&mut frames);
            drop(state);
            frames.push_back(message);
            if self.write(Batch { frames, offset: 0 }) {
                self.pump();
            }
            return Ok(());
        }
        state.lanes.push_message(from, message)?;
        drop(state);
        self.pump();
        Ok(())
    }

    /// Waits in line for room for a chunk of this length: so many bytes of all senders may wait.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn chunk_place(&self, length: usize) -> Result<OwnedSemaphorePermit, NotTaken> {
        let cost = u32::try_from(length + FRAME_COST).map_err(|_| NotTaken::Full)?;
        let place = Arc::clone(&self.chunk_room).acquire_many_owned(cost).await;
        place.map_err(|_| NotTaken::Closed)
    }

    /// Adds a chunk that has its place, if its sender has no more waiting than it may.
    ///
    /// # Errors
    /// [`NotTaken`], with the frame.
    pub fn push_chunk(&self, from: AccountId, chunk: Outgoing) -> Result<(), (NotTaken, Outgoing)> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err((NotTaken::Closed, chunk));
        }
        if !state.lanes.has_chunk_room(&from, chunk.frame.len()) {
            return Err((NotTaken::Full, chunk));
        }
        state.lanes.push_chunk(from, chunk);
        drop(state);
        self.pump();
        Ok(())
    }

    /// Writes what waits, as far as the socket takes it.
    pub fn pump(&self) {
        for _ in 0..BATCHES {
            let mut frames = VecDeque::new();
            {
                let mut state = lock(&self.state);
                if state.busy || state.closed {
                    return;
                }
                state.lanes.take(&mut frames);
                if frames.is_empty() {
                    return;
                }
                state.busy = true;
            }
            if !self.write(Batch { frames, offset: 0 }) {
                return;
            }
        }
        self.wake.notify_one();
    }

    /// For the connection's own task: writes what a full socket had left, and whatever has come since.
    pub fn resume(&self) -> Progress {
        let Some(mut stuck) = lock(&self.state).stuck.take() else {
            self.pump();
            return self.progress();
        };
        let mut written = Vec::new();
        let result = stuck.batch.write(&self.link, &mut written);
        let done = stuck.batch.frames.is_empty();
        let mut state = lock(&self.state);
        match &result {
            Ok(0) => {}
            Ok(taken) => {
                let now = Instant::now();
                state.took = Some(now);
                stuck.taken += taken;
                if stuck.taken >= TAKEN_LEAST || !written.is_empty() {
                    (stuck.since, stuck.taken) = (now, 0);
                }
            }
            Err(_) => {
                state.busy = false;
                drop(state);
                self.shut();
                self.settle(written);
                return Progress::Broken;
            }
        }
        if done {
            state.busy = false;
        } else {
            state.stuck = Some(stuck);
        }
        drop(state);
        self.settle(written);
        if done {
            self.pump();
        }
        self.progress()
    }

    fn progress(&self) -> Progress {
        match &lock(&self.state).stuck {
            Some(stuck) => Progress::Blocked(stuck.since + self.patience),
            None => Progress::Idle,
        }
    }

    /// Waits until something is left for the connection's own task.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Waits until the socket has room.
    pub async fn writable(&self) {
        // An error shows when it is written to.
        let _ = self.link.writable().await;
    }

    /// When the client last made room in a full socket, which shows that it lives.
    #[must_use]
    pub fn took(&self) -> Option<Instant> {
        lock(&self.state).took
    }

    /// Takes nothing more, wakes those who wait for room, and drops what was never begun to be written.
    pub fn shut(&self) {
        self.chunk_room.close();
        let payloads = {
            let mut state = lock(&self.state);
            state.closed = true;
            state.lanes.clear()
        };
        // Receipts use the outboxes of others: not under this lock.
        drop(payloads);
    }

    /// The rest of the frames that are being written, after [`Outbox::shut`]: nothing else can be said before their end.
    pub async fn remainder(&self) -> Bytes {
        loop {
            {
                let mut state = lock(&self.state);
                if let Some(Stuck { batch, .. }) = state.stuck.take() {
                    drop(state);
                    return batch.begun(self.link.owed());
                }
                if !state.busy {
                    return Bytes::new();
                }
            }
            // Somebody writes in this moment, and says when that is over.
            self.wake.notified().await;
        }
    }

    /// Notes that a payload passed.
    pub fn touch(&self) {
        self.last_payload.store(self.elapsed(), Ordering::Relaxed);
    }

    /// When the last payload passed.
    #[must_use]
    pub fn last_payload(&self) -> Instant {
        self.opened + Duration::from_millis(self.last_payload.load(Ordering::Relaxed))
    }

    /// When something was last written.
    #[must_use]
    pub fn last_written(&self) -> Instant {
        self.opened + Duration::from_millis(self.last_written.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn add<T>(&self, add: impl FnOnce(&mut Lanes) -> Result<T, NotTaken>) -> Result<T, NotTaken> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(NotTaken::Closed);
        }
        add(&mut state.lanes)
    }

    /// Writes a batch, for whoever has made this outbox busy; true if all of it was taken.
    fn write(&self, mut batch: Batch) -> bool {
        let mut written = Vec::new();
        // An error shows again when the connection's own task tries.
        let _ = batch.write(&self.link, &mut written);
        let done = batch.frames.is_empty();
        let left = {
            let mut state = lock(&self.state);
            if done {
                state.busy = false;
            } else {
                state.stuck = Some(Stuck {
                    batch,
                    since: Instant::now(),
                    taken: 0,
                });
            }
            !done || state.closed
        };
        self.settle(written);
        if left {
            self.wake.notify_one();
        }
        done
    }

    fn settle(&self, written: Vec<Outgoing>) {
        if written.is_empty() {
            return;
        }
        let now = self.elapsed();
        self.last_written.store(now, Ordering::Relaxed);
        for receipt in written.into_iter().filter_map(|frame| frame.receipt) {
            self.last_payload.store(now, Ordering::Relaxed);
            receipt.written();
        }
    }
}

impl Flush for Outbox {
    fn flush(&self) {
        {
            let mut state = lock(&self.state);
            state.listed = false;
            state.lanes.acks_are_due();
        }
        self.pump();
    }
}
