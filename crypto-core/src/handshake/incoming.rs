//! The responder's side, second: what rings.

use alloc::boxed::Box;
use core::fmt;
use rand_core::CryptoRng;

use super::early::{self, EarlyError, EarlyMessage, Incoming};
use super::end::{EndError, EndReason, Subject};
use super::frames::{ACCEPT_SIGNED, AcceptFrame, END_LENGTH};
use super::pending::{PendingSession, Secrets};
use super::schedule::{self, Commitment, HandshakeKeys};
use super::{HandshakeId, Role};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, Party};
use crate::limits;
use crate::primitives::hash::Secret32;
use crate::primitives::kem::{self, Encapsulated};
use crate::primitives::labels;
use crate::session::Session;
use crate::trace::{HandshakeTrace, Recorder};
use crate::transcript::Transcript;

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
    pub(super) local: LocalIdentity<E>,
    pub(super) peer: Party,
    pub(super) subject: Subject,
    pub(super) trace: Recorder<HandshakeTrace>,
    pub(super) t1: Transcript<1>,
    pub(super) signature: [u8; 64],
    pub(super) ephemeral: [u8; 32],
    pub(super) encapsulation_key: Box<kem::EncapsulationKey>,
    pub(super) commitment: Commitment,
    /// Salt of the handshake secret: zeros, or out of the early secret. Boxed: it does not move.
    pub(super) dsalt: Box<Secret32>,
    /// In a prekey start only.
    pub(super) early: Option<Box<Incoming>>,
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
        let ephemeral = self.local.engine().generate_agreement(rng).await?;
        let Encapsulated { ciphertext, secret } = self.encapsulation_key.encapsulate(rng);
        let ss_x = self.local.agree(&ephemeral.secret, &self.ephemeral).await?;

        let unsigned = AcceptFrame {
            hid: self.subject.hid,
            max_version: limits::VERSION,
            ephemeral: ephemeral.public,
            ciphertext,
            signature: [0; 64],
            mac: [0; 32],
        };
        let mut frame = Box::new(unsigned.encode());
        let mut trace = self.trace;
        let t2 = schedule::t2(&self.t1, &self.signature, &frame);
        let keys = HandshakeKeys::derive(&self.dsalt, &secret, ss_x.expose(), &t2, &mut trace);
        let signature = self.local.sign(&labels::SIG_ACCEPT, t2.as_bytes()).await?;
        let t3 = schedule::t3(&t2, &signature);
        let mac = keys.mac_b(&t3);
        frame[ACCEPT_SIGNED..ACCEPT_SIGNED + 64].copy_from_slice(&signature);
        frame[ACCEPT_SIGNED + 64..].copy_from_slice(mac.as_bytes());

        Ok(PendingSession {
            local: self.local,
            peer: self.peer,
            subject: self.subject,
            commitment: self.commitment,
            frame,
            trace,
            t3,
            mac,
            secrets: Box::new(Secrets {
                ephemeral: ephemeral.secret,
                keys,
            }),
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
            trace: _,
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
