//! What the relay says, and what each of its frames may touch: presence and acknowledgements change labels and addresses, a
//! payload goes to the peer whom the relay names, and what it may do there is that peer's to say.

use rand_core::CryptoRng;

use super::event::{CloseReason, Event, LineState, Output};
use super::job::Work;
use super::line::{Known, Purpose};
use super::{Client, Handled};
use crate::engine::Engine;
use crate::files::cobblestone::CHUNK_SEALED;
use crate::files::frames::{ChunkFrame, ChunkHeader, HEADER_LENGTH as CHUNK_HEADER};
use crate::identity::AccountId;
use crate::ids::{EnvelopeId, Presence};
use crate::limits;
use crate::relay::{AckStatus, HEADER_LENGTH, Notice, ServerFrame, WelcomeStatus};

/// Prekeys that this run tries to have on the relay.
const PREKEYS: usize = 10;

impl<E: Engine> Client<E> {
    pub(super) fn handle(
        &mut self,
        frame: ServerFrame<'_>,
        length: usize,
        rng: &mut dyn CryptoRng,
    ) -> Handled {
        match frame {
            ServerFrame::Challenge(challenge) => {
                if self.shared.line.state() == LineState::LoggingIn {
                    self.shared.line.challenge = Some(challenge);
                    self.shared.outputs.push_back(Output::TokenWanted);
                }
            }
            ServerFrame::Welcome(status) => self.welcome(status, rng),
            ServerFrame::Notice { notice, value } => match notice {
                Notice::Draining => self.turn(rng).tell(Event::Draining { ms: value }),
                Notice::PrekeysLow => self.stock(value as usize, rng),
                // A label at most: what was sent goes again.
                Notice::PartnerUnreachable => {}
            },
            ServerFrame::Deliver {
                id: _,
                from,
                presence,
                payload,
            } => return self.deliver(from, presence, payload, length, rng),
            ServerFrame::Ack { id, status } => self.acknowledged(id, status, rng),
            ServerFrame::PrekeyResponse { id, prekey } => {
                if let Some(Purpose::Prekey(account)) = self.shared.line.fate_of(&id) {
                    let prekey = prekey.ok().map(|prekey| &prekey[..]);
                    self.with(account, rng, |peer, turn| {
                        peer.converse(turn, |conversation, turn| {
                            conversation.prekey_came(id, prekey, turn)
                        });
                    });
                }
            }
            ServerFrame::Presence {
                account,
                presence,
                online,
                max_version: _,
            } => {
                let known = Known { presence, online };
                if !self.shared.line.tell(account, known) {
                    return Handled::Done;
                }
                if self.watched.contains(&account) {
                    self.turn(rng).tell(Event::Presence { account, online });
                }
                if self.roster.get(&account).is_some() {
                    self.with(account, rng, |peer, turn| {
                        peer.converse(turn, |conversation, turn| conversation.peer_is(known, turn));
                    });
                }
            }
            ServerFrame::Beat(number) => {
                let talking = self.is_talking();
                let beat = self.shared.line.beaten(number, talking);
                self.turn(rng).post(beat);
            }
        }
        Handled::Done
    }

    fn welcome(&mut self, status: WelcomeStatus, rng: &mut dyn CryptoRng) {
        match status {
            WelcomeStatus::Ok if self.shared.line.state() == LineState::LoggingIn => {
                self.shared.line.turn(LineState::Online);
                self.tell_line(LineState::Online);
                // The relay has forgotten what it knew of this run.
                self.stock(0, rng);
                for account in self.roster.all() {
                    self.with(account, rng, |peer, turn| {
                        if let Some(conversation) = &mut peer.conversation {
                            conversation.line_is_back(turn);
                        }
                        peer.advance(turn);
                    });
                }
            }
            // A token that was renewed.
            WelcomeStatus::Ok => {}
            WelcomeStatus::Refused => {
                self.shared.line.turn(LineState::Refused);
                self.tell_line(LineState::Refused);
            }
            WelcomeStatus::TryLater => self.close(CloseReason::TryLater, rng),
        }
    }

    fn deliver(
        &mut self,
        from: AccountId,
        presence: Presence,
        payload: &[u8],
        length: usize,
        rng: &mut dyn CryptoRng,
    ) -> Handled {
        if from == self.shared.local.party().account {
            return Handled::Done;
        }
        if let Ok(ChunkFrame { header, .. }) = ChunkFrame::decode(payload) {
            return self.chunk_came(from, header, length);
        }
        // Only now: chunks are larger than everything else together.
        if payload.len() > limits::PAYLOAD_MESSAGE_MAX || payload.len() + HEADER_LENGTH != length {
            return Handled::Done;
        }
        self.with(from, rng, |peer, turn| {
            peer.receive(presence, payload, turn)
        });
        Handled::Done
    }

    fn chunk_came(
        &self,
        account: AccountId,
        ChunkHeader { file, index, .. }: ChunkHeader,
        length: usize,
    ) -> Handled {
        let sealed = length.saturating_sub(HEADER_LENGTH + CHUNK_HEADER);
        let count = u32::try_from(sealed.div_ceil(CHUNK_SEALED)).unwrap_or(u32::MAX);
        let long = length > HEADER_LENGTH + limits::PAYLOAD_CHUNK_MAX;
        let fits = !long && length > HEADER_LENGTH + CHUNK_HEADER;
        let conversation = self.roster.conversation(&account).filter(|_| fits);
        if conversation.is_some_and(|one| one.transfers.expects(&file, index, count)) {
            Handled::Chunks { account, file }
        } else {
            Handled::Done
        }
    }

    fn acknowledged(&mut self, id: EnvelopeId, status: AckStatus, rng: &mut dyn CryptoRng) {
        let now = self.now;
        if let Some(Purpose::Chunks(account, wanted)) = self.shared.line.fate_of(&id) {
            let written = status == AckStatus::Written;
            if written {
                self.shared.chunk_pace.acknowledged(id, now);
            } else {
                self.shared.chunk_pace.refused(id, now);
            }
            let _ended = self.with_conversation(&account, rng, |conversation, turn| {
                conversation.chunks_relayed(wanted, written, turn);
            });
        }
    }

    /// Prekeys for the relay, up to as many as this run wants to have there.
    pub(super) fn stock(&mut self, left: usize, rng: &mut dyn CryptoRng) {
        let count = PREKEYS.saturating_sub(left);
        if self.stocking.is_none() && count > 0 && self.shared.line.is_online() {
            let presence = self.presence();
            let work = Work::Prekeys { presence, count };
            self.stocking = Some(self.turn(rng).work(None, work));
        }
    }
}
