//! After each input: what may go goes. The visible conversation before the others, new things before what goes again, and all
//! within the allowance of frames.

use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::Client;
use super::conversation::{Conversation, Pumped};
use super::turn::Turn;
use crate::engine::Engine;
use crate::identity::AccountId;
use crate::ids::EnvelopeId;
use crate::limits;
use crate::map::Set;

impl<E: Engine> Client<E> {
    /// Whom to watch, and whether a conversation is open.
    pub(super) fn tell_relay(&mut self, frame_came: bool, rng: &mut dyn CryptoRng) {
        if self.shared.line.watches_others() {
            let mut accounts = Set::new();
            accounts.extend(self.roster.talking().iter().copied());
            let room = limits::WATCHED.saturating_sub(accounts.len());
            let others = self.watched.iter().filter(|one| !accounts.contains(one));
            let others: Vec<_> = others.take(room).copied().collect();
            accounts.extend(others);
            let id = EnvelopeId::generate(rng);
            let due = self.now.saturating_add(self.shared.settings.resend_first);
            if let Some(watch) = self.shared.line.watch(&accounts, id, due) {
                self.turn(rng).post(watch);
            }
        }
        if self
            .shared
            .line
            .watch_due()
            .is_some_and(|at| self.now >= at)
        {
            let ids = [EnvelopeId::generate(rng), EnvelopeId::generate(rng)];
            let (now, settings) = (self.now, self.shared.settings);
            for watch in self.shared.line.watch_again(ids, now, &settings) {
                self.turn(rng).post(watch);
            }
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

    /// Sends what waits, as far as the allowance goes: new things before old ones, conversations in turn.
    pub(super) fn pump(&mut self, rng: &mut dyn CryptoRng) {
        let accounts = self.roster.ready().to_vec();
        self.blocked = self.pump_each(&accounts, rng, Conversation::send_new);
        self.blocked_again = self.pump_each(&accounts, rng, Conversation::send_again);
        while self.shared.chunk_pace.room() > 0 {
            let mut asked = false;
            for account in self.chunk_rota.order(&accounts, self.visible) {
                let step = self.with_conversation(&account, rng, Conversation::want_chunks);
                asked = step.unwrap_or(false);
                if asked {
                    self.chunk_rota.served(account, self.visible);
                    break;
                }
            }
            if !asked {
                break;
            }
        }
        // Who waits for the allowance, or for room on the line, is looked at again.
        if !self.blocked && !self.blocked_again {
            self.roster.retain_ready(Conversation::has_chunks_wanted);
        }
    }

    /// One frame after the other; true if the allowance ended it.
    fn pump_each(
        &mut self,
        accounts: &[AccountId],
        rng: &mut dyn CryptoRng,
        send: impl Fn(&mut Conversation<E>, &mut Turn<'_, E>) -> Pumped,
    ) -> bool {
        loop {
            let mut sent = false;
            for account in self.rota.order(accounts, self.visible) {
                let pumped = self.with_conversation(&account, rng, &send);
                match pumped.unwrap_or(Pumped::Nothing) {
                    Pumped::Blocked => return true,
                    Pumped::Nothing => {}
                    Pumped::Sent => {
                        self.rota.served(account, self.visible);
                        sent = true;
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
