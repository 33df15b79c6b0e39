//! After each input: what may go goes. The visible conversation first, new things before what goes again, and all within the
//! allowance of frames.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::Client;
use super::conversation::{Conversation, Pumped};
use super::peer::Peer;
use super::turn::Turn;
use crate::engine::Engine;
use crate::identity::AccountId;
use crate::ids::EnvelopeId;
use crate::limits;

impl<E: Engine> Client<E> {
    /// Whom to watch, and whether a conversation is open.
    pub(super) fn tell_relay(&mut self, frame_came: bool, rng: &mut dyn CryptoRng) {
        let talks =
            |(account, peer): (&AccountId, &Peer<E>)| peer.conversation.as_ref().map(|_| *account);
        let mut accounts = BTreeSet::new();
        accounts.extend(self.peers.iter().filter_map(talks));
        let room = limits::WATCHED.saturating_sub(accounts.len());
        let others = self.watched.iter().filter(|one| !accounts.contains(one));
        let others: Vec<_> = others.take(room).copied().collect();
        accounts.extend(others);
        let id = EnvelopeId::generate(rng);
        if let Some(watch) = self.shared.line.watch(accounts, id) {
            self.turn(rng).post(watch);
        }
        let talking = self.is_talking();
        let (now, settings) = (self.now, self.shared.settings);
        let beat = self
            .shared
            .line
            .unasked_beat(talking, frame_came, now, &settings);
        if let Some(beat) = beat {
            self.turn(rng).post(beat);
        }
    }

    /// Sends what waits, as far as the allowance goes: the visible conversation first, new things before old ones.
    pub(super) fn pump(&mut self, rng: &mut dyn CryptoRng) {
        let first = self.visible;
        let mut order: Vec<_> = self
            .peers
            .iter()
            .filter(|(_, peer)| peer.conversation.is_some())
            .map(|(account, _)| *account)
            .collect();
        if let Some(at) = order.iter().position(|account| Some(*account) == first) {
            order[..=at].rotate_right(1);
        }
        self.blocked = self.pump_each(&order, rng, Conversation::send_new);
        self.blocked_again = self.pump_each(&order, rng, Conversation::send_again);
        while self.shared.chunk_pace.room() > 0 {
            let mut asked = false;
            for account in &order {
                self.with(*account, rng, |peer, turn| {
                    if let Some(conversation) = &mut peer.conversation {
                        asked |= conversation.want_chunks(turn);
                    }
                });
            }
            if !asked {
                break;
            }
        }
    }

    /// One frame of each in turn, the visible one's all at once; true if the allowance ended it.
    fn pump_each(
        &mut self,
        order: &[AccountId],
        rng: &mut dyn CryptoRng,
        send: impl Fn(&mut Conversation<E>, &mut Turn<'_, E>) -> Pumped,
    ) -> bool {
        loop {
            let mut sent = false;
            for account in order {
                loop {
                    let mut pumped = Pumped::Nothing;
                    self.with(*account, rng, |peer, turn| {
                        if let Some(conversation) = &mut peer.conversation {
                            pumped = send(conversation, turn);
                        }
                    });
                    match pumped {
                        Pumped::Blocked => return true,
                        Pumped::Nothing => break,
                        Pumped::Sent => sent = true,
                    }
                    if Some(*account) != self.visible {
                        break;
                    }
                }
            }
            if !sent {
                return false;
            }
        }
    }
}
