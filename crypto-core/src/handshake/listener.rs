//! The responder's side, first: what may ring.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::early::Incoming;
use super::end::{EndReason, Subject};
use super::frames::{END_LENGTH, InitFrame, OfferFrame};
use super::incoming::IncomingOffer;
use super::schedule::{self, Commitment, DSALT, EarlyKeys};
use super::{HandshakeId, Presence, Role};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::{FrameError, errors};
use crate::identity::{AccountId, IdentityKey, Party};
use crate::limits;
use crate::prekeys::frame::PREKEY_LENGTH;
use crate::prekeys::{Prekey, PrekeyId, PrekeyStore};
use crate::primitives::hash::{self, Secret32};
use crate::primitives::{kem, labels, x25519};
use crate::trace::{HandshakeTrace, Recorder};
use crate::transcript::Transcript;
use crate::wire::FrameKind;

errors! {
    /// A first flight that does not ring.
    pub enum ListenError {
        /// Wrong length.
        Length => FrameLength,
        /// Wrong version.
        Version => FrameVersion,
        /// Wrong type.
        Type => FrameType,
        /// A highest version of 0.
        Field => FrameField,
        /// The offer names another account or key than ours.
        NotForUs => NotForUs,
        /// The offer is made with our own key.
        OwnKey => OwnKey,
        /// The offer is for another run.
        StalePresence => StalePresence,
        /// The offer was seen before.
        Replayed => OfferReplayed,
        /// The relay names another sender than the offer.
        Sender => Sender,
        /// The flight is genuine, and its key is not the pinned one: block the peer (section 3.4).
        IdentityChanged => IdentityChanged,
        /// An INIT names a prekey that is not there: answer with [`Listener::decline_unknown_prekey`].
        PrekeyUnknown => PrekeyUnknown,
        /// The initiator's key is weak, not canonical or not on the curve.
        IdentityKey => Ed25519Key,
        /// `sig_A1` does not verify.
        Signature => Signature,
        /// `EX_A` is not canonical.
        EphemeralKey => X25519Key,
        /// `EK_A` fails the modulus check.
        EncapsulationKey => KemKey,
        /// This run remembers as many offers as it may.
        Full => OffersFull,
        /// `EX_A` of an INIT is of low order: the agreement with the prekey gave zero. The prekey is gone.
        Zero => X25519Zero,
        /// The engine failed.
        Engine => Engine,
    }
    from FrameError {
        Length => Length,
        Version => Version,
        Type => Type,
        Field => Field,
    }
    from EngineError {
        NotCanonical => EphemeralKey,
        Zero => Zero,
        Failed => Engine,
    }
}

errors! {
    /// Prekeys that are not made. Nothing has changed.
    pub enum PublishError {
        /// More than 20 at once.
        TooMany => PrekeysFull,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError => Engine;
}

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
/// its prekeys.
pub struct Listener<E: Engine> {
    local: LocalIdentity<E>,
    presence: Presence,
    prekeys: PrekeyStore<E>,
    /// By the bytes of keys that were validated.
    seen: BTreeSet<([u8; 32], HandshakeId)>,
}

/// A first flight that has been decoded. Nothing in it is true yet.
struct Flight {
    offer: OfferFrame,
    prekey: Option<PrekeyPart>,
}

/// What an INIT has and an OFFER has not.
struct PrekeyPart {
    pkid: PrekeyId,
    ciphertext: Box<[u8; kem::CIPHERTEXT]>,
}

impl Flight {
    fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        if frame.get(1) != Some(&FrameKind::Init.value()) {
            let offer = OfferFrame::decode(frame)?;
            return Ok(Self {
                offer,
                prekey: None,
            });
        }
        let InitFrame {
            offer,
            pkid,
            ciphertext,
        } = InitFrame::decode(frame)?;
        Ok(Self {
            offer,
            prekey: Some(PrekeyPart {
                pkid,
                ciphertext: Box::new(ciphertext),
            }),
        })
    }
}

impl<E: Engine> Listener<E> {
    /// Listens under `presence`, the value that this run sends at its logins.
    #[must_use]
    pub const fn new(local: LocalIdentity<E>, presence: Presence) -> Self {
        Self {
            local,
            presence,
            prekeys: PrekeyStore::new(),
            seen: BTreeSet::new(),
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

    /// Makes `count` prekeys and gives their PREKEY frames for the relay, 1379 bytes each. At most 20 are kept: the oldest
    /// ones are forgotten, since a relay that asks for more has handed them out or lost them. Whoever still uses one is
    /// answered by [`Listener::decline_unknown_prekey`].
    ///
    /// # Errors
    /// [`PublishError`]; then none was made.
    pub async fn publish_prekeys(
        &mut self,
        count: usize,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<[u8; PREKEY_LENGTH]>, PublishError> {
        if count > limits::PREKEYS {
            return Err(PublishError::TooMany);
        }
        let (mut made, mut frames) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for _ in 0..count {
            let (prekey, frame) = Prekey::generate(&self.local, self.presence, rng).await?;
            made.push(prekey);
            frames.push(frame);
        }
        for prekey in made {
            self.prekeys.push(prekey);
        }
        Ok(frames)
    }

    /// All checks of sections 4.5 and 5.2 on an OFFER or INIT, in their order. `from` is the relay's sender; `pin` the key
    /// that this sender's account is pinned to, if any. Nothing may be sent before the user (or section 4.7) accepts.
    ///
    /// An INIT that passes uses its prekey up; one that does not deletes nothing. A flight that is refused for its pin
    /// alone is genuine, and counts as seen.
    ///
    /// # Errors
    /// [`ListenError`]; [`ListenError::IdentityChanged`] and [`ListenError::PrekeyUnknown`] ask for more than dropping the
    /// frame.
    pub async fn receive(
        &mut self,
        frame: &[u8],
        from: &AccountId,
        pin: Option<&IdentityKey>,
    ) -> Result<IncomingOffer<E>, ListenError> {
        let Flight { offer, prekey } = Flight::decode(frame)?;
        self.check_names(&offer, from)?;
        // The transcript begins with the prekey, so it is looked up before the signature.
        let t0 = match &prekey {
            None => Transcript::begin(&[]),
            Some(part) => {
                let prekey = self.prekeys.find(&part.pkid);
                prekey.ok_or(ListenError::PrekeyUnknown)?.t0
            }
        };
        let key =
            IdentityKey::from_bytes(&offer.initiator_key).map_err(|_| ListenError::IdentityKey)?;
        let t1 = schedule::t1(&t0, frame);
        if !self
            .local
            .verify(&key, &labels::SIG_OFFER, t1.as_bytes(), &offer.signature)
            .await?
        {
            return Err(ListenError::Signature);
        }
        let encapsulation_key = kem::EncapsulationKey::new(&offer.encapsulation_key)
            .map_err(|_| ListenError::EncapsulationKey)?;
        x25519::check_key(&offer.ephemeral).map_err(|_| ListenError::EphemeralKey)?;
        self.seen.insert((offer.initiator_key, offer.hid));
        // Only now: the key has changed if the flight is genuine under the new one, and anybody can write another.
        if pin.is_some_and(|pin| *pin != key) {
            return Err(ListenError::IdentityChanged);
        }

        let mut trace = Recorder::new();
        trace.note(|trace: &mut HandshakeTrace| {
            trace.t[..2].copy_from_slice(&[*t0.as_bytes(), *t1.as_bytes()])
        });
        let (mut dsalt, mut early) = (Box::new(Secret32::new(DSALT)), None);
        if let Some(part) = prekey {
            // Gone from here on, whatever happens: it is used once.
            let prekey = self.prekeys.take(&part.pkid);
            let secrets = prekey.ok_or(ListenError::PrekeyUnknown)?.secrets;
            let ss_p = secrets.kem.decapsulate(&part.ciphertext);
            let ss_ox = self
                .local
                .agree(&secrets.agreement, &offer.ephemeral)
                .await?;
            let keys = EarlyKeys::derive(&ss_p, ss_ox.expose(), &t1);
            **dsalt = *keys.dsalt;
            early = Some(Box::new(Incoming::new(keys)));
        }
        Ok(IncomingOffer {
            local: self.local.clone(),
            peer: Party {
                account: offer.initiator,
                key,
            },
            subject: Subject {
                hid: offer.hid,
                flight: hash::sha256(&[frame]),
            },
            trace,
            t1,
            signature: offer.signature,
            ephemeral: offer.ephemeral,
            encapsulation_key: Box::new(encapsulation_key),
            commitment: Commitment::from_bytes(offer.commitment),
            dsalt,
            early,
        })
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
        if self.seen.contains(&(offer.initiator_key, offer.hid)) {
            return Err(ListenError::Replayed);
        }
        if self.seen.len() >= limits::OFFERS_REMEMBERED {
            return Err(ListenError::Full);
        }
        if *from != offer.initiator {
            return Err(ListenError::Sender);
        }
        Ok(())
    }

    /// The signed END (prekey unknown) for an INIT that [`Listener::receive`] has just refused with
    /// [`ListenError::PrekeyUnknown`]: its initiator then begins again with an OFFER.
    ///
    /// # Errors
    /// [`DeclineError`].
    pub async fn decline_unknown_prekey(
        &self,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<[u8; END_LENGTH], DeclineError> {
        let flight = Flight::decode(frame).map_err(|_| DeclineError::NotUnknown)?;
        let part = flight.prekey.ok_or(DeclineError::NotUnknown)?;
        self.check_names(&flight.offer, from)
            .map_err(|_| DeclineError::NotUnknown)?;
        if self.prekeys.find(&part.pkid).is_some() {
            return Err(DeclineError::NotUnknown);
        }
        let subject = Subject {
            hid: flight.offer.hid,
            flight: hash::sha256(&[frame]),
        };
        Ok(subject
            .sign(&self.local, Role::Responder, EndReason::PrekeyUnknown)
            .await?)
    }
}

impl<E: Engine> fmt::Debug for Listener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            presence,
            prekeys,
            seen,
        } = self;
        f.debug_struct("Listener")
            .field("local", &local.party())
            .field("presence", presence)
            .field("prekeys", prekeys)
            .field("seen", &seen.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{Halfway, PRESENCE, TestRng, halfway};
    use crate::engine::block_on;
    use crate::handshake::Offer;

    /// The memory of a run is bounded, and never at the cost of what it has seen.
    #[test]
    fn a_full_memory_takes_no_new_offers() {
        let rng = &mut TestRng::new(2);
        let Halfway { alice, bob, .. } = halfway(rng);
        let mut listener = Listener::new(bob.clone(), PRESENCE);
        let known = (1..limits::OFFERS_REMEMBERED as u128)
            .map(|index| ([0xff; 32], HandshakeId(index.to_be_bytes())));
        listener.seen.extend(known);
        let from = alice.party().account;
        let mut offer = || block_on(Offer::create(&alice, bob.party(), PRESENCE, rng)).unwrap();
        let (last, beyond) = (offer(), offer());
        let mut receive = |offer: &Offer<_>| block_on(listener.receive(offer.frame(), &from, None));
        assert!(receive(&last).is_ok());
        assert_eq!(receive(&beyond).unwrap_err(), ListenError::Full);
        assert_eq!(receive(&last).unwrap_err(), ListenError::Replayed);
    }
}
