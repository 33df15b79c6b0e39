//! The responder's side.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::end::{EndError, EndReason, Subject};
use super::frames::{
    ACCEPT_LENGTH, ACCEPT_SIGNED, AcceptFrame, CONFIRM, CONFIRM_LENGTH, ConfirmFrame, END_LENGTH,
    OFFER_LENGTH, OfferFrame,
};
use super::initiator::commitment;
use super::schedule::{self, HandshakeKeys};
use super::{HandshakeId, Presence, Role, Unconcerned, concerns};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::{FrameError, errors};
use crate::identity::{AccountId, IdentityKey, Party};
use crate::limits;
use crate::primitives::{hash, kem, labels, x25519};
use crate::session::{Content, Ratchet, Session};

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
        /// The key is not the pinned one: block the peer (section 3.4).
        IdentityChanged => IdentityChanged,
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
        /// The engine failed.
        Engine => Engine,
    }
}

impl From<FrameError> for ListenError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Length => Self::Length,
            FrameError::Version => Self::Version,
            FrameError::Type => Self::Type,
            FrameError::Field => Self::Field,
        }
    }
}

impl From<EngineError> for ListenError {
    fn from(_: EngineError) -> Self {
        Self::Engine
    }
}

errors! {
    /// An offer that cannot be answered. It is wiped.
    pub enum AnswerError {
        /// `EX_A` is not canonical.
        EphemeralKey => X25519Key,
        /// The agreement gave zero.
        Zero => X25519Zero,
        /// The engine failed.
        Engine => Engine,
    }
}

impl From<EngineError> for AnswerError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotCanonical => Self::EphemeralKey,
            EngineError::Zero => Self::Zero,
            EngineError::Failed => Self::Engine,
        }
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
        /// Early messages are counted in a handshake that has none.
        EarlyCount => EarlyCount,
        /// `RX_A` is not canonical.
        RatchetKey => X25519Key,
        /// The agreement gave zero.
        Zero => X25519Zero,
        /// The engine failed.
        Engine => Engine,
    }
}

impl From<EngineError> for ConfirmError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotCanonical => Self::RatchetKey,
            EngineError::Zero => Self::Zero,
            EngineError::Failed => Self::Engine,
        }
    }
}

impl From<x25519::X25519Error> for ConfirmError {
    fn from(error: x25519::X25519Error) -> Self {
        EngineError::from(error).into()
    }
}

/// Receives first flights for one run of one identity, and remembers every `(IK, hid)` of that run.
pub struct Listener<E: Engine> {
    local: LocalIdentity<E>,
    presence: Presence,
    seen: BTreeSet<(IdentityKey, HandshakeId)>,
}

impl<E: Engine> Listener<E> {
    /// Listens under `presence`, the value that this run sends at its logins.
    #[must_use]
    pub fn new(local: LocalIdentity<E>, presence: Presence) -> Self {
        Self {
            local,
            presence,
            seen: BTreeSet::new(),
        }
    }

    /// This run's presence.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// All checks of section 4.5 on an OFFER, in its order. `from` is the relay's sender; `pin` the key that this
    /// sender's account is pinned to, if any. Nothing may be sent before the user (or section 4.7) accepts.
    ///
    /// # Errors
    /// [`ListenError`]; [`ListenError::IdentityChanged`] asks for more than dropping the frame.
    pub async fn receive(
        &mut self,
        frame: &[u8],
        from: &AccountId,
        pin: Option<&IdentityKey>,
    ) -> Result<IncomingOffer<E>, ListenError> {
        let me = self.local.party();
        let offer = OfferFrame::decode(frame)?;
        if offer.responder != me.account || offer.responder_key != *me.key.as_bytes() {
            return Err(ListenError::NotForUs);
        }
        if offer.initiator_key == *me.key.as_bytes() {
            return Err(ListenError::OwnKey);
        }
        if offer.presence != self.presence {
            return Err(ListenError::StalePresence);
        }
        // Only validated keys are in the set, so a key that is not valid cannot have been seen.
        let key = IdentityKey::from_bytes(&offer.initiator_key);
        if key.is_ok_and(|key| self.seen.contains(&(key, offer.hid))) {
            return Err(ListenError::Replayed);
        }
        if self.seen.len() >= limits::OFFERS_REMEMBERED {
            return Err(ListenError::Full);
        }
        if *from != offer.initiator {
            return Err(ListenError::Sender);
        }
        if pin.is_some_and(|pin| *pin.as_bytes() != offer.initiator_key) {
            return Err(ListenError::IdentityChanged);
        }
        let key = key.map_err(|_| ListenError::IdentityKey)?;
        let raw: &[u8; OFFER_LENGTH] = frame.try_into().map_err(|_| ListenError::Length)?;
        let t1 = schedule::t1(raw);
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
        self.seen.insert((key, offer.hid));

        Ok(IncomingOffer {
            local: self.local.clone(),
            peer: Party {
                account: offer.initiator,
                key,
            },
            subject: Subject {
                hid: offer.hid,
                flight: hash::sha256(&[raw]),
            },
            t1,
            signature: offer.signature,
            ephemeral: offer.ephemeral,
            encapsulation_key: Box::new(encapsulation_key),
            commitment: offer.commitment,
        })
    }
}

impl<E: Engine> fmt::Debug for Listener<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            presence,
            seen,
        } = self;
        f.debug_struct("Listener")
            .field("local", &local.party())
            .field("presence", presence)
            .field("seen", &seen.len())
            .finish()
    }
}

/// A verified OFFER: it may ring. It holds no secret yet.
pub struct IncomingOffer<E: Engine> {
    local: LocalIdentity<E>,
    peer: Party,
    subject: Subject,
    t1: [u8; 32],
    signature: [u8; 64],
    ephemeral: [u8; 32],
    encapsulation_key: Box<kem::EncapsulationKey>,
    commitment: [u8; 32],
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

    /// Accepts: makes the ACCEPT frame.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub async fn accept(self, rng: &mut dyn CryptoRng) -> Result<PendingSession<E>, AnswerError> {
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
        let keys = HandshakeKeys::derive(&ss_k, ss_x.expose(), &t2);
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
            t1_t2: [self.t1, t2],
            t3,
            mac: *mac,
            secrets: Box::new(Secrets { ephemeral, keys }),
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
            t1: _,
            signature: _,
            ephemeral: _,
            encapsulation_key: _,
            commitment: _,
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
pub struct PendingSession<E: Engine> {
    local: LocalIdentity<E>,
    peer: Party,
    subject: Subject,
    commitment: [u8; 32],
    frame: Box<[u8; ACCEPT_LENGTH]>,
    #[cfg(feature = "vectors")]
    t1_t2: [[u8; 32]; 2],
    t3: [u8; 32],
    mac: [u8; 32],
    secrets: Box<Secrets<E>>,
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

    /// Whether a frame is the CONFIRM of this handshake, from its peer. One that is not is dropped.
    ///
    /// # Errors
    /// [`Unconcerned`].
    pub fn concerns(&self, frame: &[u8], from: &AccountId) -> Result<(), Unconcerned> {
        concerns(frame, CONFIRM, &self.subject.hid, from, &self.peer.account)
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
        if !hash::equal(&keys.mac_a(&t5), &confirm.mac) {
            return Err(ConfirmError::Confirmation);
        }
        if confirm.early_count != 0 {
            return Err(ConfirmError::EarlyCount);
        }
        let t6 = schedule::t6(&t5, &confirm.mac);
        let session_keys = keys.session_keys(&self.t3, &confirm.opening, &t6);
        let first = self.local.agree(ephemeral, &confirm.ratchet_key).await?;
        let ratchet = Ratchet::responder(&session_keys, &first, confirm.ratchet_key, rng)?;
        let session = Session::new(
            Role::Responder,
            self.local.party(),
            self.peer,
            &session_keys,
            ratchet,
        );
        #[cfg(feature = "vectors")]
        let session = {
            let [t1, t2] = self.t1_t2;
            session.with_handshake_trace(
                keys.trace([schedule::t0(), t1, t2, self.t3, t4, t5, t6], &session_keys),
            )
        };
        let mut session = session;
        // A fresh session is open, and READY is short: nothing of `SendError` applies.
        let ready = session
            .send(&Content::Ready)
            .map_err(|_| ConfirmError::Engine)?;
        Ok((ready.frame, session))
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
        f.debug_struct("PendingSession")
            .field("hid", &self.subject.hid)
            .field("local", &self.local.party())
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
