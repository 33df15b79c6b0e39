//! The bounded queue to one client.
//!
//! Three kinds of frames, three bounds, no frame ever dropped in silence:
//! - *Payloads* (handshakes, messages) never wait: a full queue is told to the sender, who tries again.
//! - *Chunks* of files wait for room, which slows their sender down to the recipient's pace. They have a budget of
//!   their own, so that a transfer at full speed leaves room for messages.
//! - *Notes* of the relay itself (acknowledgements, presence) are few and small; a client that lets thousands pile
//!   up does not read, and is closed.
//!
//! Everything leaves in the order it came, except for acknowledgements: they answer frames of the other direction, and
//! so are in no order with these. They wait up to [`ACK_DELAY`] for a frame to travel with: written alone, each would
//! cost as much as the message that it acknowledges.

use bytes::Bytes;
use duet_crypto::relay::{AckStatus, EnvelopeId};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, sleep_until},
};

use super::{FRAME_MAX, connection::Connection, lock};

/// Bytes of chunks that may wait: three whole frames keep the socket busy.
const CHUNK_ROOM: usize = 3 * (FRAME_MAX + FRAME_COST);
/// Bytes of payloads that may wait: some 1,300 texts, each with the 2.3 KB of its turn's ratchet keys.
const PAYLOAD_ROOM: usize = 4 * 1024 * 1024;
/// What every frame costs beside its bytes; makes a bound in bytes one in frames too (8,192 payloads).
const FRAME_COST: usize = 512;
/// How long an acknowledgement waits for company. It is a hint for a person's eyes.
const ACK_DELAY: Duration = Duration::from_millis(2);
/// Bytes that are written at once, give or take a frame.
const BATCH_BYTES: usize = 16 * 1024;
/// Notes that may wait.
const NOTES_MAX: usize = 4096;

/// Whose payload this is. One that is dropped before it was written, for whatever reason, tells its sender that the
/// recipient has gone: no payload vanishes in silence.
pub(super) struct Receipt {
    sender: Arc<Connection>,
    id: EnvelopeId,
    status: AckStatus,
}

impl Receipt {
    fn new(sender: &Arc<Connection>, id: EnvelopeId) -> Self {
        Self {
            sender: Arc::clone(sender),
            id,
            status: AckStatus::Offline,
        }
    }

    /// The payload was written to the recipient's socket.
    pub(super) fn written(mut self) {
        self.status = AckStatus::Written;
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.sender.settle(self.id, self.status);
    }
}

/// A frame on its way out.
pub(super) struct Outgoing {
    pub(super) frame: Bytes,
    /// `None` for notes.
    pub(super) receipt: Option<Receipt>,
    pub(super) charge: Charge,
}

impl Outgoing {
    /// The writer's own sign of life: it never waits in the queue.
    pub(super) fn beat(frame: Bytes) -> Self {
        Self {
            frame,
            receipt: None,
            charge: Charge::Nothing,
        }
    }

    fn note(frame: Bytes) -> Self {
        Self {
            frame,
            receipt: None,
            charge: Charge::Note,
        }
    }
}

/// Which budget a frame is counted against, until it is written.
#[derive(Clone, Copy)]
pub(super) enum Charge {
    Nothing,
    Note,
    Payload(usize),
    Chunk(u32),
}

/// Why a frame was not taken.
pub(super) enum NotTaken {
    /// No room.
    Full,
    /// The client is gone.
    Closed,
}

/// See the module's documentation.
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    wake: Notify,
    chunk_room: Semaphore,
}

#[derive(Default)]
struct Queue {
    acks: Vec<Bytes>,
    /// When the acknowledgements that wait must leave at the latest.
    acks_due: Option<Instant>,
    ordered: VecDeque<Outgoing>,
    notes: usize,
    payload_bytes: usize,
    closed: bool,
}

impl Outbox {
    pub(super) fn new() -> Self {
        Self {
            queue: Mutex::default(),
            wake: Notify::new(),
            chunk_room: Semaphore::new(CHUNK_ROOM),
        }
    }

    /// Adds an acknowledgement.
    pub(super) fn push_ack(&self, ack: Bytes) -> Result<(), NotTaken> {
        let mut queue = lock(&self.queue);
        queue.count_note()?;
        queue.acks.push(ack);
        if queue.acks_due.is_none() {
            queue.acks_due = Some(Instant::now() + ACK_DELAY);
            drop(queue);
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Adds a note that keeps its place: "offline" must not overtake the last words of the one who left.
    pub(super) fn push_note(&self, note: Bytes) -> Result<(), NotTaken> {
        let mut queue = lock(&self.queue);
        queue.count_note()?;
        queue.ordered.push_back(Outgoing::note(note));
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// Adds a handshake or a message, if there is room.
    pub(super) fn push_payload(
        &self,
        frame: Bytes,
        sender: &Arc<Connection>,
        id: EnvelopeId,
    ) -> Result<(), NotTaken> {
        let cost = frame.len() + FRAME_COST;
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(NotTaken::Closed);
        }
        if queue.payload_bytes + cost > PAYLOAD_ROOM {
            return Err(NotTaken::Full);
        }
        queue.payload_bytes += cost;
        let receipt = Some(Receipt::new(sender, id));
        queue.ordered.push_back(Outgoing {
            frame,
            receipt,
            charge: Charge::Payload(cost),
        });
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// Adds a chunk when there is room; those who wait are served in the order they came.
    pub(super) async fn push_chunk(
        &self,
        frame: Bytes,
        sender: &Arc<Connection>,
        id: EnvelopeId,
    ) -> Result<(), NotTaken> {
        let cost = u32::try_from(frame.len() + FRAME_COST).map_err(|_| NotTaken::Full)?;
        let room = self
            .chunk_room
            .acquire_many(cost)
            .await
            .map_err(|_| NotTaken::Closed)?;
        let mut queue = lock(&self.queue);
        if queue.closed {
            return Err(NotTaken::Closed);
        }
        // Given back in `written`.
        room.forget();
        let receipt = Some(Receipt::new(sender, id));
        queue.ordered.push_back(Outgoing {
            frame,
            receipt,
            charge: Charge::Chunk(cost),
        });
        drop(queue);
        self.wake.notify_one();
        Ok(())
    }

    /// Waits for frames to write and appends them to `batch`. For the one writer only; can be cancelled without losing
    /// anything.
    pub(super) async fn next(&self, batch: &mut Vec<Outgoing>) {
        loop {
            let due = {
                let mut queue = lock(&self.queue);
                if queue.take_batch(batch) {
                    return;
                }
                queue.acks_due
            };
            match due {
                Some(due) => tokio::select! {
                    biased;
                    () = self.wake.notified() => {}
                    () = sleep_until(due) => {}
                },
                None => self.wake.notified().await,
            }
        }
    }

    /// Makes the room of a written frame free again.
    pub(super) fn written(&self, charge: Charge) {
        match charge {
            Charge::Nothing => {}
            Charge::Note => lock(&self.queue).notes -= 1,
            Charge::Payload(cost) => lock(&self.queue).payload_bytes -= cost,
            Charge::Chunk(cost) => self.chunk_room.add_permits(cost as usize),
        }
    }

    /// Takes nothing more, wakes those who wait for room, and drops what was never written.
    pub(super) fn close(&self) {
        self.chunk_room.close();
        let mut queue = lock(&self.queue);
        queue.closed = true;
        queue.acks.clear();
        let unwritten = std::mem::take(&mut queue.ordered);
        // Receipts use the outboxes of others: not under this lock.
        drop(queue);
        drop(unwritten);
    }
}

impl Queue {
    fn count_note(&mut self) -> Result<(), NotTaken> {
        if self.closed {
            return Err(NotTaken::Closed);
        }
        if self.notes >= NOTES_MAX {
            return Err(NotTaken::Full);
        }
        self.notes += 1;
        Ok(())
    }

    /// Moves what can be written now; false if there is nothing, or only acknowledgements that can wait.
    fn take_batch(&mut self, batch: &mut Vec<Outgoing>) -> bool {
        if self.ordered.is_empty() && self.acks_due.is_none_or(|due| due > Instant::now()) {
            return false;
        }
        self.acks_due = None;
        batch.extend(self.acks.drain(..).map(Outgoing::note));
        let mut bytes = 0;
        while bytes < BATCH_BYTES
            && let Some(outgoing) = self.ordered.pop_front()
        {
            bytes += outgoing.frame.len();
            batch.push(outgoing);
        }
        true
    }
}
