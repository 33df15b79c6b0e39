//! What waits for a socket, and in which order it leaves:
//!
//! 1. signs of life: they say whether the rest can arrive at all;
//! 2. acknowledgements and notes of the relay itself: few and small;
//! 3. handshakes and messages, senders in turns; news of somebody's presence keeps its place among that person's messages,
//!    since "offline" must not overtake their last words;
//! 4. chunks of files, senders in turns: a transfer takes what the rest leaves.
//!
//! Each lane has its bound, and no frame is ever dropped in silence. Order is kept within a lane for each sender, not between
//! lanes: the parts of a file say themselves where they belong.

use bytes::Bytes;
use duet_crypto::identity::AccountId;
use std::collections::VecDeque;
use tokio::sync::OwnedSemaphorePermit;

use super::{fair::Fair, receipt::Receipt};

/// What every frame costs beside its bytes; makes a bound in bytes one in frames too.
pub const FRAME_COST: usize = 512;
/// Bytes of messages that may wait. A sender gets what all together leave free, so one alone has half of it: some 1,300
/// texts, each with the 2.3 KB of its turn's ratchet keys.
const MESSAGE_ROOM: usize = 8 * 1024 * 1024;
/// What a sender has in any case, some twenty texts, until all together have [`MESSAGE_ROOM`] once more: those who came first
/// must not leave nothing.
const MESSAGE_ALWAYS: usize = 64 * 1024;
/// Bytes of chunks that may wait, likewise: three whole frames of one sender keep the socket busy.
const CHUNK_ROOM: usize = 6_400_000;
/// Bytes that are written at once, give or take a frame.
const BATCH_BYTES: usize = 16 * 1024;
/// Signs of life, acknowledgements and notes that may wait.
const NOTES_MAX: usize = 4096;

/// A frame on its way out.
pub struct Outgoing {
    /// As it goes into the socket.
    pub frame: Bytes,
    /// `None` for what the relay itself says.
    pub receipt: Option<Receipt>,
    /// A chunk's place among those that may wait.
    pub place: Option<OwnedSemaphorePermit>,
}

impl Outgoing {
    /// What the relay itself says.
    fn own(frame: Bytes) -> Self {
        Self {
            frame,
            receipt: None,
            place: None,
        }
    }
}

/// Why a frame was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTaken {
    /// No room.
    Full,
    /// The client is gone.
    Closed,
}

/// See the module's documentation.
#[derive(Default)]
pub struct Lanes {
    signs: Vec<Bytes>,
    acks: Vec<Bytes>,
    acks_are_due: bool,
    notes: VecDeque<Bytes>,
    messages: Fair<Outgoing>,
    chunks: Fair<Outgoing>,
    counted: usize,
}

impl Lanes {
    /// Adds a sign of life.
    ///
    /// # Errors
    /// [`NotTaken::Full`].
    pub fn push_sign(&mut self, frame: Bytes) -> Result<(), NotTaken> {
        self.count()?;
        self.signs.push(frame);
        Ok(())
    }

    /// Adds an acknowledgement.
    ///
    /// # Errors
    /// [`NotTaken::Full`].
    pub fn push_ack(&mut self, frame: Bytes) -> Result<(), NotTaken> {
        self.count()?;
        self.acks.push(frame);
        Ok(())
    }

    /// The acknowledgements need no company any more.
    pub fn acks_are_due(&mut self) {
        self.acks_are_due = !self.acks.is_empty();
    }

    /// Adds a note.
    ///
    /// # Errors
    /// [`NotTaken::Full`].
    pub fn push_note(&mut self, frame: Bytes) -> Result<(), NotTaken> {
        self.count()?;
        self.notes.push_back(frame);
        Ok(())
    }

    /// Adds news of somebody, after what they said before.
    ///
    /// # Errors
    /// [`NotTaken::Full`].
    pub fn push_news(&mut self, of: AccountId, frame: Bytes) -> Result<(), NotTaken> {
        if self.messages.bytes_of(&of) == 0 {
            return self.push_note(frame);
        }
        self.count()?;
        let size = frame.len();
        self.messages.push(of, Outgoing::own(frame), size);
        Ok(())
    }

    /// Adds a handshake or a message.
    ///
    /// # Errors
    /// [`NotTaken::Full`] with the frame, if its sender has all the room that is left to one.
    pub fn push_message(
        &mut self,
        from: AccountId,
        message: Outgoing,
    ) -> Result<(), (NotTaken, Outgoing)> {
        let size = message.frame.len() + FRAME_COST;
        let waiting = self.messages.bytes();
        let free = MESSAGE_ROOM.saturating_sub(waiting).max(MESSAGE_ALWAYS);
        let full = waiting + size > 2 * MESSAGE_ROOM;
        if full || self.messages.bytes_of(&from) + size > free {
            return Err((NotTaken::Full, message));
        }
        self.messages.push(from, message, size);
        Ok(())
    }

    /// Whether there is room for a chunk of this sender. One always has a place: its sender waits with the next.
    #[must_use]
    pub fn has_chunk_room(&self, from: &AccountId, length: usize) -> bool {
        let waiting = self.chunks.bytes_of(from);
        let free = CHUNK_ROOM.saturating_sub(self.chunks.bytes());
        waiting == 0 || waiting.saturating_add(length) + FRAME_COST <= free
    }

    /// Adds a chunk, if there is room for it.
    pub fn push_chunk(&mut self, from: AccountId, chunk: Outgoing) {
        let size = chunk.frame.len() + FRAME_COST;
        self.chunks.push(from, chunk, size);
    }

    /// Whether nothing waits that is to be written now.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        !self.acks_are_due
            && self.signs.is_empty()
            && self.notes.is_empty()
            && self.messages.is_empty()
            && self.chunks.is_empty()
    }

    /// Moves what is to be written next to the end of `batch`; nothing if there is nothing, or only acknowledgements that can
    /// wait.
    pub fn take(&mut self, batch: &mut VecDeque<Outgoing>) {
        if self.is_quiet() {
            return;
        }
        self.take_company(batch);
        let mut bytes = 0;
        while bytes < BATCH_BYTES
            && let Some((message, _)) = self.messages.pop()
        {
            self.counted -= usize::from(message.receipt.is_none());
            bytes += message.frame.len();
            batch.push_back(message);
        }
        // After the messages of now, and without any of them where there are more: those come first again.
        while bytes < BATCH_BYTES
            && let Some((chunk, _)) = self.chunks.pop()
        {
            bytes += chunk.frame.len();
            batch.push_back(chunk);
        }
    }

    /// Moves what the relay itself has to say, for a frame that leaves now without having waited.
    pub fn take_company(&mut self, batch: &mut VecDeque<Outgoing>) {
        self.acks_are_due = false;
        let own = self
            .signs
            .drain(..)
            .chain(self.acks.drain(..))
            .chain(self.notes.drain(..));
        let before = batch.len();
        batch.extend(own.map(Outgoing::own));
        self.counted -= batch.len() - before;
    }

    /// Takes out all payloads, and forgets the rest.
    pub fn clear(&mut self) -> Vec<Outgoing> {
        let Self {
            mut messages,
            mut chunks,
            ..
        } = std::mem::take(self);
        let mut payloads = messages.drain();
        payloads.append(&mut chunks.drain());
        payloads
    }

    fn count(&mut self) -> Result<(), NotTaken> {
        if self.counted >= NOTES_MAX {
            return Err(NotTaken::Full);
        }
        self.counted += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::receipt::Origin;
    use duet_crypto::relay::{AckStatus, EnvelopeId};
    use std::sync::Arc;

    struct Nobody;

    impl Origin for Nobody {
        fn settled(&self, _: EnvelopeId, _: AckStatus, _: usize) {}
    }

    const STRANGER: AccountId = AccountId([1; 32]);
    const FRIEND: AccountId = AccountId([2; 32]);
    const TEXT: usize = 2_676;
    const CHUNK: usize = 1_049_715;

    fn payload(tag: u8, length: usize) -> Outgoing {
        let receipt = Receipt::new(Arc::new(Nobody), EnvelopeId([tag; 16]), length);
        Outgoing {
            frame: Bytes::from(vec![tag; length]),
            receipt: Some(receipt),
            place: None,
        }
    }

    fn next(lanes: &mut Lanes) -> Vec<(u8, usize)> {
        let mut batch = VecDeque::new();
        lanes.take(&mut batch);
        batch
            .iter()
            .map(|outgoing| (outgoing.frame[0], outgoing.frame.len()))
            .collect()
    }

    /// Bytes that leave before the first frame with this tag, and whether those are chunks.
    fn before(lanes: &mut Lanes, tag: u8) -> usize {
        let mut bytes = 0;
        loop {
            let batch = next(lanes);
            assert!(!batch.is_empty(), "it never came");
            for (there, length) in batch {
                if there == tag {
                    return bytes;
                }
                bytes += length;
            }
        }
    }

    fn fill_with_messages(lanes: &mut Lanes, of: AccountId, length: usize) -> usize {
        let mut count = 0;
        while lanes.push_message(of, payload(1, length)).is_ok() {
            count += 1;
        }
        count
    }

    /// A line of `line` bytes a second has, when the friend's text is added, what the kernel holds in front of it. This is
    /// about what comes on top: at 500 KiB a second, 50 ms are 25 KiB.
    #[test]
    fn a_flood_of_a_stranger_costs_a_friend_next_to_nothing() {
        for length in [TEXT, 67_956] {
            let mut lanes = Lanes::default();
            assert!(fill_with_messages(&mut lanes, STRANGER, length) > 60);
            for _ in 0..3 {
                lanes.push_chunk(STRANGER, payload(1, CHUNK));
            }
            // One of the stranger's is being written.
            next(&mut lanes);
            let mut waited = Vec::new();
            for _ in 0..20 {
                assert!(lanes.push_message(FRIEND, payload(2, TEXT)).is_ok());
                waited.push(before(&mut lanes, 2));
            }
            waited.sort_unstable();
            assert!(waited[waited.len() / 2] <= 2 * TEXT, "{length}: {waited:?}");
        }
    }

    #[test]
    fn a_friend_has_room_beside_those_who_fill_whatever_they_may() {
        let mut lanes = Lanes::default();
        for stranger in 0..100 {
            let stranger = AccountId([100 + stranger; 32]);
            for length in [67_956, TEXT, 100] {
                fill_with_messages(&mut lanes, stranger, length);
            }
        }
        assert!(lanes.messages.bytes() <= 2 * MESSAGE_ROOM);
        for _ in 0..20 {
            assert!(lanes.push_message(FRIEND, payload(2, TEXT)).is_ok());
        }
    }

    #[test]
    fn messages_go_before_chunks_and_signs_of_life_before_everything() {
        let mut lanes = Lanes::default();
        for _ in 0..3 {
            lanes.push_chunk(FRIEND, payload(5, CHUNK));
        }
        // A chunk is being written when a message comes.
        assert_eq!(next(&mut lanes), [(5, CHUNK)]);
        assert!(lanes.push_message(FRIEND, payload(4, 100)).is_ok());
        lanes.push_note(Bytes::from_static(&[3])).unwrap();
        lanes.push_ack(Bytes::from_static(&[2])).unwrap();
        lanes.push_sign(Bytes::from_static(&[1])).unwrap();
        let small: Vec<u8> = next(&mut lanes).into_iter().map(|(tag, _)| tag).collect();
        assert_eq!(small, [1, 2, 3, 4, 5]);
        assert_eq!(next(&mut lanes), [(5, CHUNK)]);
        assert_eq!(next(&mut lanes), []);
    }

    #[test]
    fn chunks_are_shared_in_bytes_and_one_always_has_a_place() {
        let mut lanes = Lanes::default();
        let small = 16_500;
        let mut sent = [0usize; 2];
        for _ in 0..400 {
            while lanes.has_chunk_room(&STRANGER, CHUNK) {
                lanes.push_chunk(STRANGER, payload(0, CHUNK));
            }
            while lanes.has_chunk_room(&FRIEND, small) {
                lanes.push_chunk(FRIEND, payload(1, small));
            }
            for (who, length) in next(&mut lanes) {
                sent[usize::from(who)] += length;
            }
        }
        assert!(sent[0].abs_diff(sent[1]) < 2 * CHUNK, "{sent:?}");
        assert!(lanes.has_chunk_room(&AccountId([3; 32]), usize::MAX / 2));
    }

    #[test]
    fn acknowledgements_wait_for_company_until_they_are_due() {
        let mut lanes = Lanes::default();
        assert_eq!(lanes.push_ack(Bytes::from_static(&[1])), Ok(()));
        assert_eq!(lanes.push_ack(Bytes::from_static(&[1])), Ok(()));
        assert_eq!(next(&mut lanes), []);
        lanes.acks_are_due();
        assert_eq!(next(&mut lanes), [(1, 1), (1, 1)]);
        // Not due any more, once they have travelled with something else.
        assert_eq!(lanes.push_ack(Bytes::from_static(&[1])), Ok(()));
        assert!(lanes.push_message(FRIEND, payload(2, 9)).is_ok());
        assert_eq!(next(&mut lanes), [(1, 1), (2, 9)]);
        lanes.acks_are_due();
        assert_eq!(next(&mut lanes), []);
    }

    #[test]
    fn news_keep_their_place_among_what_the_person_said() {
        let mut lanes = Lanes::default();
        for _ in 0..30 {
            assert!(lanes.push_message(FRIEND, payload(1, 30_000)).is_ok());
            assert!(lanes.push_message(STRANGER, payload(2, 100)).is_ok());
        }
        lanes.push_news(FRIEND, Bytes::from_static(&[9])).unwrap();
        let mut friends = Vec::new();
        while !lanes.is_quiet() {
            friends.extend(next(&mut lanes).into_iter().filter(|(tag, _)| *tag != 2));
        }
        assert_eq!(friends.len(), 31);
        assert_eq!(friends.last(), Some(&(9, 1)));
    }

    #[test]
    fn what_the_relay_says_is_bounded() {
        let mut lanes = Lanes::default();
        for _ in 0..NOTES_MAX / 4 {
            lanes.push_sign(Bytes::from_static(&[1])).unwrap();
            lanes.push_ack(Bytes::from_static(&[1])).unwrap();
            lanes.push_note(Bytes::from_static(&[1])).unwrap();
            lanes.push_news(FRIEND, Bytes::from_static(&[1])).unwrap();
        }
        assert_eq!(
            lanes.push_note(Bytes::from_static(&[1])),
            Err(NotTaken::Full)
        );
        while !lanes.is_quiet() {
            next(&mut lanes);
        }
        assert_eq!(lanes.counted, 0);
        assert!(lanes.push_note(Bytes::from_static(&[1])).is_ok());
    }
}
