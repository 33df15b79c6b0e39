//! The responder's side.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::early::{self, EarlyError, EarlyMessage, Incoming};
use super::end::{EndError, EndReason, Subject};
use super::frames::{
    ACCEPT_LENGTH, ACCEPT_SIGNED, AcceptFrame, CONFIRM_LENGTH, ConfirmFrame, END_LENGTH, InitFrame,
    OfferFrame,
};
use super::initiator::commitment;
use super::schedule::{self, DSALT, EarlyKeys, HandshakeKeys};
use super::{HandshakeId, Presence, Role, Unconcerned, concerns};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::{FrameError, errors};
use crate::identity::{AccountId, IdentityKey, Party};
use crate::limits;
use crate::prekeys::frame::PREKEY_LENGTH;
use crate::prekeys::{Prekey, PrekeyId, PrekeyStore};
use crate::primitives::hash::{self, Secret32};
use crate::primitives::{kem, labels, x25519};
use crate::session::{
    Content, EarlyCount, Ratchet, RatchetKeyError, RemoteRatchetPublic, Session, TurnSecrets,
};
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

errors! {
    /// An offer that cannot be answered. It is wiped.
    pub enum AnswerError {
        /// An early message was authentic and malformed.
        Early => EarlyFailed,
        /// `EX_A` is not canonical.
        EphemeralKey => X25519Key,
        /// The agreement gave zero.
        Zero => X25519Zero,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError {
        NotCanonical => EphemeralKey,
        Zero => Zero,
        Failed => Engine,
    }
}

errors! {
    /// A CONFIRM that ends the handshake.
    pub enum ConfirmError {
        /// Not the CONFIRM of this handshake: [`PendingSession::concerns`] was not asked.
        Unconcerned => HandshakeId,
        /// Wrong length.
        Malformed => HandshakeFrame,
        /// `r_A` does not open the commitment.
        Commitment => Commitment,
        /// `sig_A2` does not verify.
        Signature => Signature,
        /// `mac_A` does not verify.
        Confirmation => Confirmation,
        /// Fewer early messages are counted than came, or more than there may be.
        EarlyCount => EarlyCount,
        /// An early message was authentic and malformed.
        Early => EarlyFailed,
        /// `RX_A` is not canonical.
        AgreementKey => X25519Key,
        /// `RE_A` fails the modulus check.
        EncapsulationKey => KemKey,
        /// The agreement gave zero.
        Zero => X25519Zero,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError {
        NotCanonical => AgreementKey,
        Zero => Zero,
        Failed => Engine,
    }
    from RatchetKeyError {
        Agreement => AgreementKey,
        Encapsulation => EncapsulationKey,
    }
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
            None => schedule::t0(&[]),
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
            .verify(&key, &labels::SIG_OFFER, &t1, &offer.signature)
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
            #[cfg(feature = "vectors")]
            t0,
            t1,
            signature: offer.signature,
            ephemeral: offer.ephemeral,
            encapsulation_key: Box::new(encapsulation_key),
            commitment: offer.commitment,
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

/// A verified OFFER or INIT: it may ring. That of an OFFER holds no secret yet.
///
/// It has no short authentication string: only a [`Session`] does.
///
/// ```compile_fail,E0599
/// # use duet_crypto::{engine::Software, handshake::IncomingOffer};
/// fn too_soon(offer: &IncomingOffer<Software>) {
///     offer.sas();
/// }
/// ```
pub struct IncomingOffer<E: Engine> {
    local: LocalIdentity<E>,
    peer: Party,
    subject: Subject,
    #[cfg(feature = "vectors")]
    t0: [u8; 32],
    t1: [u8; 32],
    signature: [u8; 64],
    ephemeral: [u8; 32],
    encapsulation_key: Box<kem::EncapsulationKey>,
    commitment: [u8; 32],
    /// Salt of the handshake secret: zeros, or out of the early secret. Boxed: it does not move.
    dsalt: Box<Secret32>,
    /// In a prekey start only.
    early: Option<Box<Incoming>>,
}

impl<E: Engine> IncomingOffer<E> {
    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.subject.hid
    }

    /// Who calls. The key is proved; that it belongs to the account is what pins and comparisons are for.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.peer
    }

    /// Whether it is an INIT, so that early messages may come.
    #[must_use]
    pub const fn is_prekey_start(&self) -> bool {
        self.early.is_some()
    }

    /// Opens the next EARLY frame of this handshake. Until CONFIRM, what it says is a message request and nothing more.
    ///
    /// # Errors
    /// [`EarlyError`].
    pub fn receive_early(
        &mut self,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<EarlyMessage, EarlyError> {
        let (hid, peer) = (self.subject.hid, self.peer.account);
        early::receive(self.early.as_deref_mut(), &hid, &peer, frame, from)
    }

    /// Whether it renews `session` (section 4.9), so that it is accepted without a prompt: an interactive handshake
    /// between the same two people, accounts and keys alike, while the session is open. That a session is not older than
    /// a day is [`crate::session`]'s to say, and the number of handshakes [`super::HandshakeRate`]'s.
    #[must_use]
    pub fn renews(&self, session: &Session) -> bool {
        !self.is_prekey_start()
            && session.is_open()
            && session.peer() == self.peer
            && session.local() == self.local.party()
    }

    /// Accepts: makes the ACCEPT frame.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn accept(self, rng: &mut dyn CryptoRng) -> Result<PendingSession<E>, AnswerError> {
        if self.early.as_ref().is_some_and(|early| early.has_failed()) {
            return Err(AnswerError::Early);
        }
        let (ephemeral, ephemeral_public) = self.local.engine().generate_agreement(rng).await?;
        let (ciphertext, ss_k) = self.encapsulation_key.encapsulate(rng);
        let ss_x = self.local.agree(&ephemeral, &self.ephemeral).await?;

        let unsigned = AcceptFrame {
            hid: self.subject.hid,
            max_version: limits::VERSION,
            ephemeral: ephemeral_public,
            ciphertext,
            signature: [0; 64],
            mac: [0; 32],
        };
        let mut frame = Box::new(unsigned.encode());
        let t2 = schedule::t2(&self.t1, &self.signature, &frame);
        let keys = HandshakeKeys::derive(&self.dsalt, &ss_k, ss_x.expose(), &t2);
        let signature = self.local.sign(&labels::SIG_ACCEPT, &t2).await?;
        let t3 = schedule::t3(&t2, &signature);
        let mac = keys.mac_b(&t3);
        frame[ACCEPT_SIGNED..ACCEPT_SIGNED + 64].copy_from_slice(&signature);
        frame[ACCEPT_SIGNED + 64..].copy_from_slice(&mac[..]);

        Ok(PendingSession {
            local: self.local,
            peer: self.peer,
            subject: self.subject,
            commitment: self.commitment,
            frame,
            #[cfg(feature = "vectors")]
            t0_t1_t2: [self.t0, self.t1, t2],
            t3,
            mac: *mac,
            secrets: Box::new(Secrets { ephemeral, keys }),
            early: self.early,
        })
    }

    /// A signed END for the initiator.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn decline(self, reason: EndReason) -> Result<[u8; END_LENGTH], EngineError> {
        self.subject
            .sign(&self.local, Role::Responder, reason)
            .await
    }

    /// Verifies the initiator's END while it rings. On success the caller drops the offer.
    ///
    /// # Errors
    /// [`EndError`].
    pub async fn verify_end(&self, frame: &[u8], from: &AccountId) -> Result<EndReason, EndError> {
        self.subject
            .verify(&self.local, &self.peer, Role::Initiator, frame, from)
            .await
    }
}

impl<E: Engine> fmt::Debug for IncomingOffer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            peer,
            subject,
            #[cfg(feature = "vectors")]
                t0: _,
            t1: _,
            signature: _,
            ephemeral: _,
            encapsulation_key: _,
            commitment: _,
            dsalt: _,
            early: _,
        } = self;
        f.debug_struct("IncomingOffer")
            .field("hid", &subject.hid)
            .field("local", &local.party())
            .field("peer", peer)
            .finish_non_exhaustive()
    }
}

/// An accepted offer that waits for its CONFIRM. Dropping it wipes it.
///
/// It is used up by the CONFIRM:
///
/// ```compile_fail,E0382
/// # use duet_crypto::{engine::{Software, block_on}, handshake::PendingSession, identity::AccountId};
/// fn twice(pending: PendingSession<Software>, frame: &[u8], from: &AccountId, rng: &mut dyn rand_core::CryptoRng) {
///     let first = block_on(pending.confirm(frame, from, rng));
///     let second = block_on(pending.confirm(frame, from, rng));
/// }
/// ```
///
/// There is no message before it:
///
/// ```compile_fail,E0599
/// # use duet_crypto::{engine::Software, handshake::PendingSession, session::Content};
/// fn early(pending: &mut PendingSession<Software>) {
///     pending.send(&Content::Receipt);
/// }
/// ```
///
/// And no short authentication string: the responder knows it only when `r_A` has opened its commitment in CONFIRM.
///
/// ```compile_fail,E0599
/// # use duet_crypto::{engine::Software, handshake::PendingSession};
/// fn too_soon(pending: &PendingSession<Software>) {
///     pending.sas();
/// }
/// ```
pub struct PendingSession<E: Engine> {
    local: LocalIdentity<E>,
    peer: Party,
    subject: Subject,
    commitment: [u8; 32],
    frame: Box<[u8; ACCEPT_LENGTH]>,
    #[cfg(feature = "vectors")]
    t0_t1_t2: [[u8; 32]; 3],
    t3: [u8; 32],
    mac: [u8; 32],
    secrets: Box<Secrets<E>>,
    /// In a prekey start only.
    early: Option<Box<Incoming>>,
}

/// Single-use secrets, wiped on drop, in one place that does not move.
struct Secrets<E: Engine> {
    ephemeral: E::Agreement,
    keys: HandshakeKeys,
}

impl<E: Engine> PendingSession<E> {
    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.subject.hid
    }

    /// Who called.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.peer
    }

    /// The ACCEPT frame to send.
    #[must_use]
    pub fn frame(&self) -> &[u8; ACCEPT_LENGTH] {
        &self.frame
    }

    /// As [`IncomingOffer::receive_early`]: early messages may be on their way until CONFIRM comes.
    ///
    /// # Errors
    /// [`EarlyError`].
    pub fn receive_early(
        &mut self,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<EarlyMessage, EarlyError> {
        let (hid, peer) = (self.subject.hid, self.peer.account);
        early::receive(self.early.as_deref_mut(), &hid, &peer, frame, from)
    }

    /// Whether a frame is the CONFIRM of this handshake, from its peer. One that is not is dropped.
    ///
    /// # Errors
    /// [`Unconcerned`].
    pub fn concerns(&self, frame: &[u8], from: &AccountId) -> Result<(), Unconcerned> {
        concerns(
            frame,
            FrameKind::Confirm,
            &self.subject.hid,
            from,
            &self.peer.account,
        )
    }

    /// Processes the CONFIRM, once. On success: write the pin and send the returned READY frame before anything
    /// else.
    ///
    /// # Errors
    /// [`ConfirmError`]; the handshake is over and wiped.
    pub async fn confirm(
        self,
        frame: &[u8],
        from: &AccountId,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Vec<u8>, Session), ConfirmError> {
        self.concerns(frame, from)
            .map_err(|_| ConfirmError::Unconcerned)?;
        if self.early.as_ref().is_some_and(|early| early.has_failed()) {
            return Err(ConfirmError::Early);
        }
        let raw: &[u8; CONFIRM_LENGTH] = frame.try_into().map_err(|_| ConfirmError::Malformed)?;
        let confirm = ConfirmFrame::decode(raw).map_err(|_| ConfirmError::Malformed)?;
        if !hash::equal(&commitment(&confirm.opening), &self.commitment) {
            return Err(ConfirmError::Commitment);
        }
        let t4 = schedule::t4(&self.t3, &self.mac, raw);
        if !self
            .local
            .verify(
                &self.peer.key,
                &labels::SIG_CONFIRM,
                &t4,
                &confirm.signature,
            )
            .await?
        {
            return Err(ConfirmError::Signature);
        }
        let t5 = schedule::t5(&t4, &confirm.signature);
        let Secrets { ephemeral, keys } = &*self.secrets;
        let ratchet_keys =
            RemoteRatchetPublic::check(&confirm.agreement_key, &confirm.encapsulation_key)?;
        if !hash::equal(&keys.mac_a(&t5), &confirm.mac) {
            return Err(ConfirmError::Confirmation);
        }
        let early = self.early_count(confirm.early_count)?;
        let t6 = schedule::t6(&t5, &confirm.mac);
        let session_keys = keys.session_keys(&self.t3, &confirm.opening, &t6);
        let agreed = self.local.agree(ephemeral, &confirm.agreement_key).await?;
        let ratchet = Ratchet::responder(&session_keys, ratchet_keys, &TurnSecrets::first(agreed));
        let session = Session::new(
            Role::Responder,
            self.local.party(),
            self.peer,
            &session_keys,
            ratchet,
            early,
        );
        #[cfg(feature = "vectors")]
        let session = {
            let [t0, t1, t2] = self.t0_t1_t2;
            session.with_handshake_trace(keys.trace(
                [t0, t1, t2, self.t3, t4, t5, t6],
                self.early.as_ref().map(|early| early.trace()),
                &session_keys,
            ))
        };
        let mut session = session;
        // A fresh session is open, and READY is short: nothing of `SendError` applies.
        let ready = session
            .send(&Content::Ready, rng)
            .map_err(|_| ConfirmError::Engine)?;
        Ok((ready.frame, session))
    }

    /// What CONFIRM counts beside what came: it cannot be less, and without a prekey it is nothing.
    fn early_count(&self, sent: u32) -> Result<EarlyCount, ConfirmError> {
        let (received, most) = match &self.early {
            None => (0, 0),
            Some(early) => (early.received(), limits::EARLY_MESSAGES),
        };
        if (received..=most).contains(&sent) {
            Ok(EarlyCount { sent, received })
        } else {
            Err(ConfirmError::EarlyCount)
        }
    }

    /// Verifies the initiator's END while its CONFIRM is awaited. On success the caller drops the handshake.
    ///
    /// # Errors
    /// [`EndError`].
    pub async fn verify_end(&self, frame: &[u8], from: &AccountId) -> Result<EndReason, EndError> {
        self.subject
            .verify(&self.local, &self.peer, Role::Initiator, frame, from)
            .await
    }
}

impl<E: Engine> fmt::Debug for PendingSession<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            peer,
            subject,
            commitment: _,
            frame: _,
            #[cfg(feature = "vectors")]
                t0_t1_t2: _,
            t3: _,
            mac: _,
            secrets: _,
            early: _,
        } = self;
        f.debug_struct("PendingSession")
            .field("hid", &subject.hid)
            .field("local", &local.party())
            .field("peer", peer)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{Halfway, PRESENCE, TestRng, halfway};
    use crate::engine::block_on;
    use crate::handshake::Offer;
    use crate::prekeys::PrekeyBundle;

    /// Counts that no honest initiator signs.
    #[test]
    fn confirm_counts_what_there_can_be() {
        let rng = &mut TestRng::new(1);
        let Halfway {
            alice,
            bob,
            pending,
            ..
        } = halfway(rng);
        assert_eq!(pending.early_count(0), Ok(EarlyCount::default()));
        assert_eq!(pending.early_count(1), Err(ConfirmError::EarlyCount));

        let mut listener = Listener::new(bob.clone(), PRESENCE);
        let prekey = block_on(listener.publish_prekeys(1, rng)).unwrap()[0];
        let party = bob.party();
        let bundle = PrekeyBundle::verify(&alice, &prekey, &party, &PRESENCE);
        let bundle = block_on(bundle).unwrap();
        let mut offer = block_on(Offer::create_with_prekey(&alice, bundle, rng)).unwrap();
        let from = alice.party().account;
        let mut incoming = block_on(listener.receive(offer.frame(), &from, None)).unwrap();
        let text = Content::Text {
            text: "hello".into(),
            reply: None,
        };
        let early = offer.send_early(&text).unwrap();
        incoming.receive_early(&early.frame, &from).unwrap();
        let pending = block_on(incoming.accept(rng)).unwrap();
        for sent in [0, 17, u32::MAX] {
            assert_eq!(pending.early_count(sent), Err(ConfirmError::EarlyCount));
        }
        for sent in [1, 16] {
            let count = EarlyCount { sent, received: 1 };
            assert_eq!(pending.early_count(sent), Ok(count));
        }
    }

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
