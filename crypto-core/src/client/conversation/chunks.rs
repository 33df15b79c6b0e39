//! Chunks of files on their way, beside the session.

use super::Conversation;
use crate::client::event::{ChunksWanted, Event};
use crate::client::line::Purpose;
use crate::client::transfer::ChunkRequest;
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::files::cobblestone::CHUNK_SEALED;
use crate::ids::EnvelopeId;

impl<E: Engine> Conversation<E> {
    /// Whether the peer waits for chunks of ours.
    pub(in crate::client) fn has_chunks_wanted(&self) -> bool {
        self.transfers.has_wanted()
    }

    /// Asks for chunks of own files, as far as the line has room.
    pub(in crate::client) fn want_chunks(&mut self, turn: &mut Turn<'_, E>) -> bool {
        let ready = self.is_secure() && self.address.is_some() && turn.shared.line.is_online();
        if !ready || turn.now < self.chunks_after || turn.shared.chunk_pace.room() == 0 {
            return false;
        }
        let most = turn.shared.chunk_pace.frame_chunks();
        let Some(ChunkRequest { file, first, count }) = self.transfers.next_chunks(most) else {
            return false;
        };
        let wanted = ChunksWanted {
            id: EnvelopeId::generate(turn.rng),
            file,
            first,
            count,
        };
        let bytes = count as usize * CHUNK_SEALED;
        turn.shared.chunk_pace.sent(wanted.id, bytes, turn.now);
        let purpose = Purpose::Chunks(self.account, wanted);
        turn.shared.line.await_fate(wanted.id, purpose);
        turn.tell(Event::ChunksWanted {
            account: self.account,
            wanted,
        });
        true
    }

    /// The fate of a frame with chunks: it was written to the peer's socket, or it goes again.
    pub(in crate::client) fn chunks_relayed(
        &mut self,
        ChunksWanted {
            file, first, count, ..
        }: ChunksWanted,
        written: bool,
        turn: &mut Turn<'_, E>,
    ) {
        let request = ChunkRequest { file, first, count };
        if !written {
            self.transfers.requeue(request);
            // A peer who is not there would not be there at once.
            self.chunks_after = turn.after(turn.shared.settings.resend_bounds.0);
        } else if let Some(chunks) = self.transfers.relayed(&request) {
            let account = self.account;
            turn.tell(Event::FileSent {
                account,
                file,
                chunks,
            });
        }
    }

    /// Chunks that passed beside the session count towards its lifetime.
    pub(in crate::client) fn count_chunks(&mut self, count: u32) {
        if let Some(talk) = &mut self.talk {
            talk.count_chunk(u64::from(count) * CHUNK_SEALED as u64);
        }
    }
}
