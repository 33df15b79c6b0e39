//! The responder's side, first: what may ring.

use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::Presence;
use super::flight::{
    AdmittedFlight, Decoded, FirstFlight, ListenError, PrekeyPart, UnknownPrekey, VerifiedFlight,
};
use super::frames::{END_LENGTH, OfferFrame};
use super::incoming::IncomingOffer;
use super::memory::{FlightId, OfferMemory};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, IdentityKey};
use crate::prekeys::frame::PREKEY_LENGTH;
use crate::prekeys::{OwnPrekey, Prekey, PrekeyStore, PublishError};
use crate::transcript::Transcript;

errors! {
    /// An END (prekey unknown) that is not made.
    pub enum DeclineError {
        /// The frame is not an INIT that [`Listener::receive`] refuses with [`ListenError::PrekeyUnknown`].
        NotUnknown => PrekeyKnown,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError => Engine;
}

/// Receives first flights for one run of one identity, remembers every `(IK, hid)` of that run, and keeps the secrets of
/// its prekeys. An account takes at most 256 places of this memory an hour; the last quarter of all is kept for those who
/// are pinned.
pub struct Listener<E: Engine> {
    local: LocalIdentity<E>,
    presence: Presence,
    prekeys: PrekeyStore<E>,
    memory: OfferMemory,
}

impl<E: Engine> Listener<E> {
    /// Listens under `presence`, the value that this run sends at its logins.
    #[must_use]
    pub const fn new(local: LocalIdentity<E>, presence: Presence) -> Self {
        Self {
            local,
            presence,
            prekeys: PrekeyStore::new(),
            memory: OfferMemory::new(),
        }
    }

    /// This run's presence.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// How many prekeys are kept: published and not used.
    #[must_use]
    pub fn prekeys(&self) -> usize {
        self.prekeys.len()
    }

    /// Whether those who are not pinned are refused because this run remembers so many offers. Another run begins with an
    /// empty memory: a new presence and a new listener, which may be made whenever no session is open.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.memory.is_full()
    }

    /// As if it remembered `count` offers.
    #[cfg(test)]
    pub(crate) fn fill(&mut self, count: usize) {
        self.memory.fill(count);
    }

    /// Makes `count` prekeys and keeps them: [`OwnPrekey::generate`], then [`Listener::keep_prekeys`].
    ///
    /// # Errors
    /// [`PublishError`]; then none was made.
    pub async fn publish_prekeys(
        &mut self,
        count: usize,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<[u8; PREKEY_LENGTH]>, PublishError> {
        let made = OwnPrekey::generate(&self.local, self.presence, count, rng).await?;
        self.keep_prekeys(made)
    }

    /// Keeps prekeys and gives their PREKEY frames for the relay, 1379 bytes each. At most 40 are kept: the oldest ones are
    /// forgotten, since a relay that asks for more has handed them out or lost them. Whoever still uses one is told by
    /// [`UnknownPrekey::decline`].
    ///
    /// # Errors
    /// [`PublishError::OtherRun`]; then none is kept.
    pub fn keep_prekeys(
        &mut self,
        made: Vec<OwnPrekey<E>>,
    ) -> Result<Vec<[u8; PREKEY_LENGTH]>, PublishError> {
        if made.iter().any(|own| own.presence != self.presence) {
            return Err(PublishError::OtherRun);
        }
        let keep = |own: OwnPrekey<E>| {
            self.prekeys.push(own.prekey);
            *own.frame
        };
        Ok(made.into_iter().map(keep).collect())
    }

    /// All checks of sections 4.5 and 5.2 on an OFFER or INIT, in their order. `from` is the relay's sender; `pin` the key
    /// that this sender's account is pinned to, if any; `now` in milliseconds, by any clock of the caller's. Nothing may be
    /// sent before the user (or section 4.7) accepts.
    ///
    /// An INIT that passes uses its prekey up; one that does not deletes nothing. A flight that is refused for its pin
    /// alone is genuine, and counts as seen.
    ///
    /// It takes the four steps of a first flight at once: [`Listener::admit`], [`FirstFlight::verify`],
    /// [`Listener::remember`] and [`AdmittedFlight::open`]. Whoever must not hold the listener while an engine works takes
    /// them one by one.
    ///
    /// # Errors
    /// [`ListenError`]; [`ListenError::IdentityChanged`] and [`ListenError::PrekeyUnknown`] ask for more than dropping the
    /// frame.
    pub async fn receive(
        &mut self,
        frame: &[u8],
        from: &AccountId,
        pin: Option<&IdentityKey>,
        now: u64,
    ) -> Result<IncomingOffer<E>, ListenError> {
        let flight = self.admit(frame, from, pin, now)?;
        let flight = flight.verify(&self.local).await?;
        self.remember(flight, pin, now)?.open().await
    }

    /// The first step: the checks that need no computation. A flight that is admitted twice before it is remembered is
    /// verified twice, and remembered once.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn admit(
        &self,
        frame: &[u8],
        from: &AccountId,
        pin: Option<&IdentityKey>,
        now: u64,
    ) -> Result<FirstFlight, ListenError> {
        let decoded = Decoded::read(frame)?;
        self.check_names(&decoded.offer, from)?;
        self.check_room(&decoded.offer, pin, now)?;
        // The transcript begins with the prekey, so it is looked up before the signature.
        let t0 = match &decoded.prekey {
            None => Transcript::begin(&[]),
            Some(part) => self.find_prekey(part)?.t0,
        };
        Ok(FirstFlight::new(decoded, t0, frame))
    }

    /// The third step: remembers a genuine flight, compares its key with `pin`, and takes out the prekey that an INIT uses.
    /// From here on that prekey is gone, whatever becomes of the flight.
    ///
    /// Another flight may have come while this one was verified, or another run begun: what [`Listener::admit`] looked at
    /// is looked at again.
    ///
    /// # Errors
    /// [`ListenError`].
    pub fn remember(
        &mut self,
        flight: VerifiedFlight,
        pin: Option<&IdentityKey>,
        now: u64,
    ) -> Result<AdmittedFlight<E>, ListenError> {
        let Decoded { offer, prekey, .. } = flight.decoded();
        self.check_names(offer, &offer.initiator)?;
        self.check_room(offer, pin, now)?;
        if let Some(part) = prekey {
            self.find_prekey(part)?;
        }
        let id = FlightId::new(&offer.initiator_key, offer.hid);
        self.memory.remember(id, &offer.initiator, now);
        // Only now: the key has changed if the flight is genuine under the new one, and anybody can write another.
        if pin.is_some_and(|pin| *pin != flight.key) {
            return Err(ListenError::IdentityChanged);
        }
        let used = prekey
            .as_ref()
            .and_then(|part| self.prekeys.take(&part.pkid));
        Ok(AdmittedFlight::new(self.local.clone(), flight, used))
    }

    fn find_prekey(&self, part: &PrekeyPart) -> Result<&Prekey<E>, ListenError> {
        let prekey = self.prekeys.find(&part.pkid);
        prekey.ok_or(ListenError::PrekeyUnknown)
    }

    /// The checks that need no secret and no computation.
    fn check_names(&self, offer: &OfferFrame, from: &AccountId) -> Result<(), ListenError> {
        let me = self.local.party();
        if offer.responder != me.account || offer.responder_key != *me.key.as_bytes() {
            return Err(ListenError::NotForUs);
        }
        if offer.initiator_key == *me.key.as_bytes() {
            return Err(ListenError::OwnKey);
        }
        if offer.presence != self.presence {
            return Err(ListenError::StalePresence);
        }
        let id = FlightId::new(&offer.initiator_key, offer.hid);
        if self.memory.contains(&id) {
            return Err(ListenError::Replayed);
        }
        if *from != offer.initiator {
            return Err(ListenError::Sender);
        }
        Ok(())
    }

    /// Whether the flight can be remembered. A pin keeps a place for its own key only: another one under the same account may
    /// be the relay's.
    fn check_room(
        &self,
        offer: &OfferFrame,
        pin: Option<&IdentityKey>,
        now: u64,
    ) -> Result<(), ListenError> {
        let pinned = pin.is_some_and(|pin| *pin.as_bytes() == offer.initiator_key);
        self.memory.check(&offer.initiator, pinned, now)
    }

    /// The signed END (prekey unknown) for an INIT that [`Listener::receive`] has just refused with
    /// [`ListenError::PrekeyUnknown`]: [`Listener::unknown_prekey`], then [`UnknownPrekey::decline`].
    ///
    /// # Errors
    /// [`DeclineError`].
    pub async fn decline_unknown_prekey(
        &self,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<[u8; END_LENGTH], DeclineError> {
        let unknown = self.unknown_prekey(frame, from)?;
        Ok(unknown.decline(&self.local).await?)
    }

    /// What to tell the initiator of an INIT that [`Listener::admit`] or [`Listener::remember`] has just refused with
    /// [`ListenError::PrekeyUnknown`].
    ///
    /// # Errors
    /// [`DeclineError::NotUnknown`].
    pub fn unknown_prekey(
        &self,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<UnknownPrekey, DeclineError> {
        let decoded = Decoded::read(frame).map_err(|_| DeclineError::NotUnknown)?;
        self.check_names(&decoded.offer, from)
            .map_err(|_| DeclineError::NotUnknown)?;
        match &decoded.prekey {
            Some(part) if self.find_prekey(part).is_err() => Ok(UnknownPrekey(decoded.subject)),
            _ => Err(DeclineError::NotUnknown),
        }
    }
}

impl<E: Engine> fmt::Debug for Listener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            presence,
            prekeys,
            memory,
        } = self;
        f.debug_struct("Listener")
            .field("local", &local.party())
            .field("presence", presence)
            .field("prekeys", prekeys)
            .field("seen", &memory.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{Halfway, PRESENCE, TestRng, halfway};
    use crate::engine::block_on;
    use crate::handshake::Offer;

    /// The memory of a run is bounded, and never at the cost of what it has seen, nor of those who are pinned.
    #[test]
    fn a_full_memory_takes_no_new_offers() {
        let rng = &mut TestRng::new(2);
        let Halfway { alice, bob, .. } = halfway(rng);
        let mut listener = Listener::new(bob.clone(), PRESENCE);
        let (from, key) = (alice.party().account, alice.party().key);
        let other = bob.party().key;
        let mut offer = || block_on(Offer::create(&alice, bob.party(), PRESENCE, rng)).unwrap();
        let offers = [(); 4].map(|()| offer());
        let [anybodys, pinned, last, beyond] = offers.each_ref().map(Offer::frame);
        let receive = |listener: &mut Listener<_>, frame, pin| {
            block_on(listener.receive(frame, &from, pin, 0)).err()
        };
        // Verified while there is room, remembered when there is none.
        let verified = [pinned, pinned].map(|frame| {
            let flight = listener.admit(frame, &from, None, 0).unwrap();
            block_on(flight.verify(&bob)).unwrap()
        });

        listener.fill(49_151);
        assert_eq!(receive(&mut listener, anybodys, None), None);
        assert!(listener.is_full());
        let full = Some(ListenError::Full);
        assert_eq!(receive(&mut listener, pinned, None), full);
        // A place is kept for the pinned key, not for every key that its account is said to have.
        assert_eq!(receive(&mut listener, pinned, Some(&other)), full);
        let [first, second] = verified;
        assert_eq!(listener.remember(first, None, 0).err(), full);
        assert!(listener.remember(second, Some(&key), 0).is_ok());

        listener.fill(65_535);
        assert_eq!(receive(&mut listener, last, Some(&key)), None);
        assert_eq!(receive(&mut listener, beyond, Some(&key)), full);
        let replayed = Some(ListenError::Replayed);
        assert_eq!(receive(&mut listener, anybodys, None), replayed);
        assert_eq!(receive(&mut listener, last, None), replayed);
    }
}
