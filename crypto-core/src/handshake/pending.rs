//! The responder's side, third: what waits for its CONFIRM.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;

use super::early::{self, EarlyError, EarlyMessage, Incoming};
use super::end::{EndError, EndReason, Subject};
use super::frames::{ACCEPT_LENGTH, CONFIRM_LENGTH, ConfirmFrame};
use super::schedule::{self, Commitment, HandshakeKeys, Mac};
use super::{HandshakeId, Role, Unconcerned, concerns};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, Party};
use crate::limits;
use crate::primitives::labels;
use crate::session::{
    EarlyCount, Ratchet, RatchetKeyError, RemoteRatchetPublic, Session, TurnSecrets,
};
use crate::trace::{HandshakeTrace, Recorder};
use crate::transcript::Transcript;
use crate::wire::FrameKind;

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

/// What a [`PendingSession`] becomes with its CONFIRM.
#[derive(Debug)]
pub struct Confirmed {
    /// The first message of the session, READY: the initiator waits for it.
    pub ready: Vec<u8>,
    /// The session, which is secure.
    pub session: Session,
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
    pub(super) local: LocalIdentity<E>,
    pub(super) peer: Party,
    pub(super) subject: Subject,
    pub(super) commitment: Commitment,
    pub(super) frame: Box<[u8; ACCEPT_LENGTH]>,
    pub(super) trace: Recorder<HandshakeTrace>,
    pub(super) t3: Transcript<3>,
    pub(super) mac: Mac,
    pub(super) secrets: Box<Secrets<E>>,
    /// In a prekey start only.
    pub(super) early: Option<Box<Incoming>>,
}

/// Single-use secrets, wiped on drop, in one place that does not move.
pub(super) struct Secrets<E: Engine> {
    pub(super) ephemeral: E::Agreement,
    pub(super) keys: HandshakeKeys,
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

    /// As [`super::IncomingOffer::receive_early`]: early messages may be on their way until CONFIRM comes.
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

    /// Processes the CONFIRM, once. On success: write the pin, and send READY before anything else.
    ///
    /// # Errors
    /// [`ConfirmError`]; the handshake is over and wiped.
    pub async fn confirm(
        self,
        frame: &[u8],
        from: &AccountId,
        rng: &mut dyn CryptoRng,
    ) -> Result<Confirmed, ConfirmError> {
        self.concerns(frame, from)
            .map_err(|_| ConfirmError::Unconcerned)?;
        if self.early.as_ref().is_some_and(|early| early.has_failed()) {
            return Err(ConfirmError::Early);
        }
        let raw: &[u8; CONFIRM_LENGTH] = frame.try_into().map_err(|_| ConfirmError::Malformed)?;
        let confirm = ConfirmFrame::decode(raw).map_err(|_| ConfirmError::Malformed)?;
        if !self.commitment.opens_with(&confirm.opening) {
            return Err(ConfirmError::Commitment);
        }
        let t4 = schedule::t4(&self.t3, &self.mac, raw);
        if !self
            .local
            .verify(
                &self.peer.key,
                &labels::SIG_CONFIRM,
                t4.as_bytes(),
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
        let mac_a = keys.mac_a(&t5);
        if !mac_a.verifies(&confirm.mac) {
            return Err(ConfirmError::Confirmation);
        }
        let early_count = self.early_count(confirm.early_count)?;
        let mut trace = self.trace;
        let t6 = schedule::t6(&t5, &mac_a);
        let session_keys = keys.session_keys(&self.t3, &confirm.opening, &t6, &mut trace);
        let agreed = self.local.agree(ephemeral, &confirm.agreement_key).await?;
        let ratchet = Ratchet::responder(&session_keys, ratchet_keys, &TurnSecrets::first(agreed));
        trace.note(|trace| {
            trace.t[3..6].copy_from_slice(&[*self.t3.as_bytes(), *t4.as_bytes(), *t5.as_bytes()])
        });
        if let Some(early) = &self.early {
            trace.join(early.trace(), |trace, early| trace.early = Some(early));
        }
        let mut session = Session::new(
            Role::Responder,
            self.local.party(),
            self.peer,
            &session_keys,
            ratchet,
            early_count,
            trace,
        );
        let ready = session.ready(rng);
        Ok(Confirmed { ready, session })
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
            trace: _,
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
    use crate::handshake::{Listener, Offer};
    use crate::prekeys::PrekeyBundle;
    use crate::session::Content;

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
        let mut incoming = block_on(listener.receive(offer.frame(), &from, None, 0)).unwrap();
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
}
