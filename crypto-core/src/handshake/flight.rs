//! The responder's side, from a first flight's bytes to what rings: one step after the other, each owning what it needs.
//!
//! ```text
//! Listener::admit ─▶ FirstFlight::verify ─▶ Listener::remember ─▶ AdmittedFlight::open ─▶ IncomingOffer
//!      at once          signature              at once               agreement
//! ```
//!
//! The steps that compute borrow no listener: while one waits for its engine, the run goes on listening. What has happened
//! meanwhile is looked at again when the flight is remembered.

use alloc::boxed::Box;
use core::fmt;

use super::early::Incoming;
use super::end::{EndReason, Subject};
use super::frames::{END_LENGTH, InitFrame, OfferFrame};
use super::incoming::IncomingOffer;
use super::schedule::{self, Commitment, DSALT, EarlyKeys};
use super::{HandshakeId, Role};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::{FrameError, errors};
use crate::identity::{AccountId, IdentityKey, Party};
use crate::prekeys::{Prekey, PrekeyId};
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
        /// An INIT names a prekey that is not there: answer with [`UnknownPrekey::decline`].
        PrekeyUnknown => PrekeyUnknown,
        /// The initiator's key is weak, not canonical or not on the curve.
        IdentityKey => Ed25519Key,
        /// `sig_A1` does not verify.
        Signature => Signature,
        /// `EX_A` is not canonical.
        EphemeralKey => X25519Key,
        /// `EK_A` fails the modulus check.
        EncapsulationKey => KemKey,
        /// As many offers of this account are remembered as may be within an hour.
        Rate => OfferRate,
        /// This run remembers as many offers as it may of those who are not pinned, or of all.
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

/// What an INIT has and an OFFER has not.
pub(super) struct PrekeyPart {
    pub(super) pkid: PrekeyId,
    ciphertext: Box<[u8; kem::CIPHERTEXT]>,
}

/// A first flight of the right form.
pub(super) struct Decoded {
    pub(super) offer: OfferFrame,
    pub(super) prekey: Option<PrekeyPart>,
    pub(super) subject: Subject,
}

impl Decoded {
    pub(super) fn read(frame: &[u8]) -> Result<Self, FrameError> {
        let (offer, prekey) = if frame.get(1) == Some(&FrameKind::Init.value()) {
            let InitFrame {
                offer,
                pkid,
                ciphertext,
            } = InitFrame::decode(frame)?;
            let ciphertext = Box::new(ciphertext);
            (offer, Some(PrekeyPart { pkid, ciphertext }))
        } else {
            (OfferFrame::decode(frame)?, None)
        };
        let subject = Subject {
            hid: offer.hid,
            flight: hash::sha256(&[frame]),
        };
        Ok(Self {
            offer,
            prekey,
            subject,
        })
    }
}

/// A first flight that [`super::Listener::admit`] let in to be verified. It names us, this run and the relay's sender;
/// nothing else in it is true yet.
pub struct FirstFlight {
    decoded: Box<Decoded>,
    t0: Transcript<0>,
    t1: Transcript<1>,
}

impl FirstFlight {
    pub(super) fn new(decoded: Decoded, t0: Transcript<0>, frame: &[u8]) -> Self {
        Self {
            decoded: Box::new(decoded),
            t1: schedule::t1(&t0, frame),
            t0,
        }
    }

    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.decoded.subject.hid
    }

    /// The account that the relay says it is from.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.decoded.offer.initiator
    }

    /// The bytes of the key that it claims to be signed with.
    #[must_use]
    pub const fn claimed_key(&self) -> &[u8; 32] {
        &self.decoded.offer.initiator_key
    }

    /// The signed END (busy) for a flight that nobody has the time to verify. It says nothing about whether it is genuine.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn turn_away<E: Engine>(
        self,
        local: &LocalIdentity<E>,
    ) -> Result<[u8; END_LENGTH], EngineError> {
        self.decoded
            .subject
            .sign(local, Role::Responder, EndReason::Busy)
            .await
    }

    /// The initiator's key, `sig_A1`, `EK_A` and `EX_A`, in this order (section 4.5).
    ///
    /// # Errors
    /// [`ListenError`].
    pub async fn verify<E: Engine>(
        self,
        local: &LocalIdentity<E>,
    ) -> Result<VerifiedFlight, ListenError> {
        let offer = &self.decoded.offer;
        let key =
            IdentityKey::from_bytes(&offer.initiator_key).map_err(|_| ListenError::IdentityKey)?;
        let (t1, signature) = (self.t1.as_bytes(), &offer.signature);
        if !local
            .verify(&key, &labels::SIG_OFFER, t1, signature)
            .await?
        {
            return Err(ListenError::Signature);
        }
        let encapsulation_key = kem::EncapsulationKey::new(&offer.encapsulation_key)
            .map_err(|_| ListenError::EncapsulationKey)?;
        x25519::check_key(&offer.ephemeral).map_err(|_| ListenError::EphemeralKey)?;
        Ok(VerifiedFlight {
            key,
            encapsulation_key: Box::new(encapsulation_key),
            flight: self,
        })
    }
}

/// A genuine first flight. Whether it may ring is for [`super::Listener::remember`] to say.
pub struct VerifiedFlight {
    pub(super) flight: FirstFlight,
    pub(super) key: IdentityKey,
    encapsulation_key: Box<kem::EncapsulationKey>,
}

impl VerifiedFlight {
    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.flight.hid()
    }

    /// The account that the relay says it is from.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.flight.account()
    }

    /// The key that it is signed with.
    #[must_use]
    pub const fn key(&self) -> IdentityKey {
        self.key
    }

    /// Both. That the key belongs to the account is what pins and comparisons are for.
    #[must_use]
    pub const fn peer(&self) -> Party {
        Party {
            account: self.flight.account(),
            key: self.key,
        }
    }

    pub(super) const fn decoded(&self) -> &Decoded {
        &self.flight.decoded
    }
}

/// A genuine first flight that its run has remembered, with the prekey that it used up. Dropping it wipes that.
pub struct AdmittedFlight<E: Engine> {
    local: LocalIdentity<E>,
    verified: VerifiedFlight,
    prekey: Option<Prekey<E>>,
}

impl<E: Engine> AdmittedFlight<E> {
    pub(super) const fn new(
        local: LocalIdentity<E>,
        verified: VerifiedFlight,
        prekey: Option<Prekey<E>>,
    ) -> Self {
        Self {
            local,
            verified,
            prekey,
        }
    }

    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.verified.hid()
    }

    /// Who made it.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.verified.peer()
    }

    /// Whether it is an INIT: early messages may follow it.
    #[must_use]
    pub const fn is_prekey_start(&self) -> bool {
        self.prekey.is_some()
    }

    /// What rings: of an INIT, after the agreement with its prekey (section 5.2); of an OFFER, at once.
    ///
    /// # Errors
    /// [`ListenError::Zero`] and [`ListenError::Engine`], of an INIT only.
    pub async fn open(self) -> Result<IncomingOffer<E>, ListenError> {
        let Self {
            local,
            verified,
            prekey,
        } = self;
        let peer = verified.peer();
        let VerifiedFlight {
            flight,
            encapsulation_key,
            ..
        } = verified;
        let FirstFlight { decoded, t0, t1 } = flight;
        let Decoded {
            offer,
            prekey: part,
            subject,
        } = *decoded;

        let mut trace = Recorder::new();
        trace.note(|trace: &mut HandshakeTrace| {
            trace.t[..2].copy_from_slice(&[*t0.as_bytes(), *t1.as_bytes()])
        });
        let (mut dsalt, mut early) = (Box::new(Secret32::new(DSALT)), None);
        if let (Some(Prekey { secrets, .. }), Some(part)) = (prekey, part) {
            let ss_p = secrets.kem.decapsulate(&part.ciphertext);
            let ss_ox = local.agree(&secrets.agreement, &offer.ephemeral).await?;
            let keys = EarlyKeys::derive(&ss_p, ss_ox.expose(), &t1);
            **dsalt = *keys.dsalt;
            early = Some(Box::new(Incoming::new(keys)));
        }
        Ok(IncomingOffer {
            local,
            peer,
            subject,
            trace,
            t1,
            signature: offer.signature,
            ephemeral: offer.ephemeral,
            encapsulation_key,
            commitment: Commitment::from_bytes(offer.commitment),
            dsalt,
            early,
        })
    }
}

/// An INIT whose prekey is not there: its initiator is told, and begins again with an OFFER.
#[derive(Debug)]
pub struct UnknownPrekey(pub(super) Subject);

impl UnknownPrekey {
    /// The signed END (prekey unknown).
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn decline<E: Engine>(
        self,
        local: &LocalIdentity<E>,
    ) -> Result<[u8; END_LENGTH], EngineError> {
        let Self(subject) = self;
        subject
            .sign(local, Role::Responder, EndReason::PrekeyUnknown)
            .await
    }
}

impl fmt::Debug for FirstFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            decoded,
            t0: _,
            t1: _,
        } = self;
        f.debug_struct("FirstFlight")
            .field("hid", &decoded.subject.hid)
            .field("account", &decoded.offer.initiator)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for VerifiedFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            flight: _,
            key: _,
            encapsulation_key: _,
        } = self;
        f.debug_struct("VerifiedFlight")
            .field("hid", &self.hid())
            .field("peer", &self.peer())
            .finish_non_exhaustive()
    }
}

impl<E: Engine> fmt::Debug for AdmittedFlight<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            verified,
            prekey: _,
        } = self;
        f.debug_struct("AdmittedFlight")
            .field("hid", &verified.hid())
            .field("local", &local.party())
            .field("peer", &verified.peer())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::common::{PRESENCE, TestRng, person};
    use crate::engine::{Software, block_on};
    use crate::handshake::{Listener, Offer, Presence, PublishError};
    use crate::prekeys::{OwnPrekey, PrekeyBundle};

    /// Bob, who listens, and Alice, who calls.
    struct People {
        alice: LocalIdentity<Software>,
        bob: LocalIdentity<Software>,
        listener: Listener<Software>,
        rng: TestRng,
    }

    impl People {
        fn new(seed: u64) -> Self {
            let bob = person("bob");
            Self {
                alice: person("alice"),
                listener: Listener::new(bob.clone(), PRESENCE),
                bob,
                rng: TestRng::new(seed),
            }
        }

        fn offer(&mut self) -> Offer<Software> {
            let to = self.bob.party();
            block_on(Offer::create(&self.alice, to, PRESENCE, &mut self.rng)).unwrap()
        }

        /// Two INITs with one prekey: a relay that breaks its promise.
        fn inits(&mut self) -> [Offer<Software>; 2] {
            let frame = block_on(self.listener.publish_prekeys(1, &mut self.rng)).unwrap()[0];
            let to = self.bob.party();
            [(); 2].map(|()| {
                let bundle = PrekeyBundle::verify(&self.alice, &frame, &to, &PRESENCE);
                let bundle = block_on(bundle).unwrap();
                block_on(Offer::create_with_prekey(
                    &self.alice,
                    bundle,
                    &mut self.rng,
                ))
                .unwrap()
            })
        }

        fn admit(&self, frame: &[u8]) -> Result<FirstFlight, ListenError> {
            let from = self.alice.party().account;
            self.listener.admit(frame, &from, None, 0)
        }

        fn verify(&self, frame: &[u8]) -> VerifiedFlight {
            let flight = self.admit(frame).unwrap();
            block_on(flight.verify(&self.bob)).unwrap()
        }
    }

    #[test]
    fn the_steps_lead_to_what_rings() {
        let mut people = People::new(1);
        let party = people.alice.party();
        let offer = people.offer();
        let [init, _] = people.inits();
        for (offer, is_prekey_start) in [(offer, false), (init, true)] {
            let flight = people.admit(offer.frame()).unwrap();
            assert_eq!(
                (flight.hid(), flight.account()),
                (offer.hid(), party.account)
            );
            assert_eq!(flight.claimed_key(), party.key.as_bytes());
            let verified = block_on(flight.verify(&people.bob)).unwrap();
            assert_eq!((verified.hid(), verified.peer()), (offer.hid(), party));
            assert_eq!(
                (verified.account(), verified.key()),
                (party.account, party.key)
            );
            let remembered = people
                .listener
                .remember(verified, Some(&party.key), 0)
                .unwrap();
            assert_eq!((remembered.hid(), remembered.peer()), (offer.hid(), party));
            assert_eq!(remembered.is_prekey_start(), is_prekey_start);
            let incoming = block_on(remembered.open()).unwrap();
            assert_eq!((incoming.hid(), incoming.peer()), (offer.hid(), party));
            assert_eq!(incoming.is_prekey_start(), is_prekey_start);
            let pending = block_on(incoming.accept(&mut people.rng)).unwrap();
            let bob = people.bob.party().account;
            assert!(block_on(offer.accept(pending.frame(), &bob, &mut people.rng)).is_ok());
        }
        assert_eq!(people.listener.prekeys(), 0);
    }

    /// Verifying changes nothing: what two of them find out counts once.
    #[test]
    fn a_replay_that_is_admitted_twice_is_remembered_once() {
        let mut people = People::new(2);
        let offer = people.offer();
        let [first, second] = [(); 2].map(|()| people.verify(offer.frame()));
        assert!(people.listener.remember(first, None, 0).is_ok());
        let again = people.listener.remember(second, None, 0);
        assert_eq!(again.unwrap_err(), ListenError::Replayed);
        assert_eq!(
            people.admit(offer.frame()).unwrap_err(),
            ListenError::Replayed
        );
    }

    #[test]
    fn a_prekey_is_taken_by_the_first_that_is_remembered() {
        let mut people = People::new(3);
        let from = people.alice.party().account;
        let inits = people.inits();
        let [first, second] = inits.each_ref().map(|init| people.verify(init.frame()));
        assert!(
            people
                .listener
                .unknown_prekey(inits[1].frame(), &from)
                .is_err()
        );
        let first = people.listener.remember(first, None, 0).unwrap();
        // Before anything is derived from it.
        assert_eq!(people.listener.prekeys(), 0);
        let late = people.listener.remember(second, None, 0);
        assert_eq!(late.unwrap_err(), ListenError::PrekeyUnknown);
        assert!(block_on(first.open()).unwrap().is_prekey_start());
        // The one that came late is not remembered, and is told.
        let late = people.listener.unknown_prekey(inits[1].frame(), &from);
        let end = block_on(late.unwrap().decline(&people.bob)).unwrap();
        let bob = people.bob.party().account;
        let reason = block_on(inits[1].verify_end(&end, &bob));
        assert_eq!(reason, Ok(EndReason::PrekeyUnknown));
        // Of the one that was answered there is nothing to tell.
        assert!(
            people
                .listener
                .unknown_prekey(inits[0].frame(), &from)
                .is_err()
        );
    }

    #[test]
    fn a_pin_that_differs_costs_no_prekey() {
        let mut people = People::new(4);
        let [init, other] = people.inits();
        let pin = person("eve").party().key;
        let flight = people.verify(init.frame());
        let changed = people.listener.remember(flight, Some(&pin), 0);
        assert_eq!(changed.unwrap_err(), ListenError::IdentityChanged);
        assert_eq!(
            people.admit(init.frame()).unwrap_err(),
            ListenError::Replayed
        );
        let flight = people.verify(other.frame());
        assert!(
            people
                .listener
                .remember(flight, None, 0)
                .unwrap()
                .is_prekey_start()
        );
    }

    /// A stranger who calls all the time is refused after 256 calls, and a pinned key is heard when nobody else is.
    #[test]
    fn no_stranger_deafens() {
        let mut people = People::new(7);
        let (from, key) = (people.alice.party().account, people.alice.party().key);
        for _ in 0..255 {
            let offer = people.offer();
            let flight = people.verify(offer.frame());
            assert!(people.listener.remember(flight, None, 0).is_ok());
        }
        // Verified in time, and too late when it is to be remembered.
        let (last, beyond) = (people.offer(), people.offer());
        let [last, late] = [&last, &beyond].map(|offer| people.verify(offer.frame()));
        assert!(people.listener.remember(last, Some(&key), 1).is_ok());
        let refused = people.listener.remember(late, Some(&key), 1).unwrap_err();
        assert_eq!(refused, ListenError::Rate);
        // Before it costs a signature, and what names another account first of all.
        let frame = beyond.frame();
        let admit = |from, now| people.listener.admit(frame, from, Some(&key), now).err();
        assert_eq!(admit(&from, 1), Some(ListenError::Rate));
        let eve = person("eve").party().account;
        assert_eq!(admit(&eve, 1), Some(ListenError::Sender));
        // An hour after the first of them it has room.
        assert_eq!(admit(&from, 60 * 60 * 1000), None);
        assert!(!people.listener.is_full());
    }

    /// A run that begins while a flight or prekeys are under way takes neither.
    #[test]
    fn what_was_for_another_run_is_refused() {
        let mut people = People::new(5);
        let offer = people.offer();
        let flight = people.verify(offer.frame());
        let rng = &mut people.rng;
        let fresh = block_on(OwnPrekey::generate(&people.bob, PRESENCE, 2, rng)).unwrap();
        let shown = format!("{:?}", fresh[0]);
        assert!(shown.starts_with("OwnPrekey { pkid: PrekeyId("));
        assert!(shown.ends_with(&format!("presence: {PRESENCE:?}, .. }}")));
        people.listener = Listener::new(people.bob.clone(), Presence([1; 16]));
        let late = people.listener.remember(flight, None, 0);
        assert_eq!(late.unwrap_err(), ListenError::StalePresence);
        let late = people.listener.keep_prekeys(fresh);
        assert_eq!(late.unwrap_err(), PublishError::OtherRun);
        assert_eq!(people.listener.prekeys(), 0);
    }

    #[test]
    fn debug_names_a_flight_and_shows_no_more() {
        let mut people = People::new(6);
        let [init, _] = people.inits();
        let party = people.alice.party();
        let (hid, account) = (init.hid(), party.account);
        let flight = people.admit(init.frame()).unwrap();
        let named = format!("FirstFlight {{ hid: {hid:?}, account: {account:?}, .. }}");
        assert_eq!(format!("{flight:?}"), named);
        let verified = block_on(flight.verify(&people.bob)).unwrap();
        let named = format!("VerifiedFlight {{ hid: {hid:?}, peer: {party:?}, .. }}");
        assert_eq!(format!("{verified:?}"), named);
        let remembered = people.listener.remember(verified, None, 0).unwrap();
        let bob = people.bob.party();
        let named =
            format!("AdmittedFlight {{ hid: {hid:?}, local: {bob:?}, peer: {party:?}, .. }}");
        assert_eq!(format!("{remembered:?}"), named);
    }
}
