//! The initiator's side.

use alloc::boxed::Box;
use core::fmt;
use rand_core::CryptoRng;

use super::early::{EarlySendError, EarlySent, Outgoing};
use super::end::{EndError, EndReason, Subject};
use super::frames::{
    ACCEPT_LENGTH, AcceptFrame, CONFIRM_LENGTH, CONFIRM_SIGNED, ConfirmFrame, END_LENGTH,
    InitFrame, OfferFrame,
};
use super::schedule::{self, Commitment, DSALT, EarlyKeys, HandshakeKeys};
use super::{HandshakeId, Presence, Role, Unconcerned, concerns};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, Party};
use crate::limits;
use crate::prekeys::PrekeyBundle;
use crate::primitives::hash::{self, Secret32};
use crate::primitives::kem::{self, Encapsulated};
use crate::primitives::labels;
use crate::primitives::x25519::X25519Error;
use crate::session::{Content, EarlyCount, OwnTurn, Ratchet, Session};
use crate::trace::{HandshakeTrace, Recorder};
use crate::transcript::Transcript;
use crate::wire::FrameKind;

errors! {
    /// An offer that is not made.
    pub enum OfferError {
        /// The peer's key or account is one's own.
        OwnKey => OwnKey,
        /// The prekey is of low order: the agreement with it gave zero.
        PrekeyKey => PrekeyKey,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError {
        NotCanonical => PrekeyKey,
        Zero => PrekeyKey,
        Failed => Engine,
    }
}

errors! {
    /// An ACCEPT that ends the handshake.
    pub enum AcceptError {
        /// Not the ACCEPT of this handshake: [`Offer::concerns`] was not asked.
        Unconcerned => HandshakeId,
        /// Wrong length or version.
        Malformed => HandshakeFrame,
        /// `sig_B` does not verify.
        Signature => Signature,
        /// `EX_B` is not canonical.
        EphemeralKey => X25519Key,
        /// The agreement gave zero.
        Zero => X25519Zero,
        /// `mac_B` does not verify.
        Confirmation => Confirmation,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError {
        NotCanonical => EphemeralKey,
        Zero => Zero,
        Failed => Engine,
    }
    from X25519Error {
        NotCanonical => EphemeralKey,
        Zero => Zero,
    }
}

/// An offer that was made and waits for its ACCEPT. Dropping it wipes it.
///
/// It is used up by the answer, so an ACCEPT is processed once:
///
/// ```compile_fail,E0382
/// # use duet_crypto::{engine::{Software, block_on}, handshake::Offer, identity::AccountId};
/// fn twice(offer: Offer<Software>, frame: &[u8], from: &AccountId, rng: &mut dyn rand_core::CryptoRng) {
///     let first = block_on(offer.accept(frame, from, rng));
///     let second = block_on(offer.accept(frame, from, rng));
/// }
/// ```
///
/// So are its early messages: after ACCEPT there are only those of the session.
///
/// ```compile_fail,E0382
/// # use duet_crypto::{engine::{Software, block_on}, handshake::Offer, identity::AccountId, session::Content};
/// fn late(mut offer: Offer<Software>, frame: &[u8], from: &AccountId, rng: &mut dyn rand_core::CryptoRng) {
///     let session = block_on(offer.accept(frame, from, rng));
///     offer.send_early(&Content::Receipt);
/// }
/// ```
///
/// It cannot be copied:
///
/// ```compile_fail,E0277
/// # use duet_crypto::{engine::Software, handshake::Offer};
/// fn needs_clone<T: Clone>() {}
/// needs_clone::<Offer<Software>>();
/// ```
///
/// It has no short authentication string: only a [`Session`] does, and there is none before `sig_B` and `mac_B` of the
/// ACCEPT have verified.
///
/// ```compile_fail,E0599
/// # use duet_crypto::{engine::Software, handshake::Offer};
/// fn too_soon(offer: &Offer<Software>) {
///     offer.sas();
/// }
/// ```
pub struct Offer<E: Engine> {
    local: LocalIdentity<E>,
    peer: Party,
    /// OFFER or INIT.
    frame: Box<[u8]>,
    hid: HandshakeId,
    trace: Recorder<HandshakeTrace>,
    t1: Transcript<1>,
    signature: [u8; 64],
    secrets: Box<Secrets<E>>,
}

/// What an [`Offer`] becomes with its answer.
#[derive(Debug)]
pub struct Accepted {
    /// The CONFIRM frame, to be sent before any message of the session.
    pub confirm: [u8; CONFIRM_LENGTH],
    /// The session. The peer has not confirmed it yet ([`Session::is_secure`]).
    pub session: Session,
}

/// Single-use secrets, wiped on drop, in one place that does not move.
struct Secrets<E: Engine> {
    ephemeral: E::Agreement,
    kem: kem::DecapsulationKey,
    opening: Secret32,
    /// Salt of the handshake secret: zeros, or out of the early secret.
    dsalt: Secret32,
    /// In a prekey start only.
    early: Option<Outgoing>,
}

impl<E: Engine> Offer<E> {
    /// Makes an OFFER to `peer`, whose run is `presence`. `peer.key` is the pinned key, or the directory's if there
    /// is no pin: the caller must not offer under a key that differs from the pin (section 3.4).
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn create(
        local: &LocalIdentity<E>,
        peer: Party,
        presence: Presence,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, OfferError> {
        Self::build(local, peer, presence, None, rng).await
    }

    /// Makes an INIT: an offer that can carry early messages (section 5). The prekey is used up. Its peer's END may say
    /// that it is unknown ([`EndReason::PrekeyUnknown`]): then begin again with [`Offer::create`].
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn create_with_prekey(
        local: &LocalIdentity<E>,
        prekey: PrekeyBundle,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, OfferError> {
        let (peer, presence) = (prekey.peer, prekey.presence);
        Self::build(local, peer, presence, Some(prekey), rng).await
    }

    async fn build(
        local: &LocalIdentity<E>,
        peer: Party,
        presence: Presence,
        prekey: Option<PrekeyBundle>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, OfferError> {
        let me = local.party();
        if peer.key == me.key || peer.account == me.account {
            return Err(OfferError::OwnKey);
        }
        let hid = HandshakeId::generate(rng);
        let ephemeral = local.engine().generate_agreement(rng).await?;
        let kem = kem::DecapsulationKey::generate(rng);
        let mut opening = Secret32::default();
        rng.fill_bytes(&mut opening[..]);

        let offer = OfferFrame {
            hid,
            max_version: limits::VERSION,
            presence,
            initiator: me.account,
            responder: peer.account,
            initiator_key: *me.key.as_bytes(),
            responder_key: *peer.key.as_bytes(),
            ephemeral: ephemeral.public,
            encapsulation_key: kem.encapsulation_key(),
            commitment: *Commitment::to(&opening).as_bytes(),
            signature: [0; 64],
        };
        let (mut frame, t0, agreed): (Box<[u8]>, _, _) = match prekey {
            None => (Box::new(offer.encode()), Transcript::begin(&[]), None),
            Some(prekey) => {
                let ss_ox = local
                    .agree(&ephemeral.secret, &prekey.agreement_key)
                    .await?;
                let Encapsulated { ciphertext, secret } = prekey.encapsulation_key.encapsulate(rng);
                let init = InitFrame {
                    offer,
                    pkid: prekey.pkid,
                    ciphertext,
                };
                (Box::new(init.encode()), prekey.t0, Some((secret, ss_ox)))
            }
        };
        let t1 = schedule::t1(&t0, &frame);
        let signature = local.sign(&labels::SIG_OFFER, t1.as_bytes()).await?;
        let signed = frame.len() - signature.len();
        frame[signed..].copy_from_slice(&signature);

        let (mut dsalt, mut early) = (Secret32::new(DSALT), None);
        if let Some((ss_p, ss_ox)) = agreed {
            let keys = EarlyKeys::derive(&ss_p, ss_ox.expose(), &t1);
            *dsalt = *keys.dsalt;
            early = Some(Outgoing::new(keys));
        }
        let mut trace = Recorder::new();
        trace.note(|trace: &mut HandshakeTrace| {
            trace.t[..2].copy_from_slice(&[*t0.as_bytes(), *t1.as_bytes()])
        });
        Ok(Self {
            local: local.clone(),
            peer,
            frame,
            hid,
            trace,
            t1,
            signature,
            secrets: Box::new(Secrets {
                ephemeral: ephemeral.secret,
                kem,
                opening,
                dsalt,
                early,
            }),
        })
    }

    /// Names the handshake.
    #[must_use]
    pub const fn hid(&self) -> HandshakeId {
        self.hid
    }

    /// The frame to send: an OFFER of 1475 bytes, or an INIT of 2579.
    #[must_use]
    pub fn frame(&self) -> &[u8] {
        &self.frame
    }

    /// Whether it is an INIT, so that [`Offer::send_early`] works.
    #[must_use]
    pub fn is_prekey_start(&self) -> bool {
        self.secrets.early.is_some()
    }

    /// Encrypts a text or a file that the peer can read before it accepts (section 5.3): at most 16, and with the weaker
    /// guarantees of section 12.2. Send the frames after the INIT, in order.
    ///
    /// # Errors
    /// [`EarlySendError`].
    pub fn send_early(&mut self, content: &Content) -> Result<EarlySent, EarlySendError> {
        let early = self.secrets.early.as_mut();
        early
            .ok_or(EarlySendError::Unavailable)?
            .send(self.hid, content)
    }

    /// Whom the offer is for.
    #[must_use]
    pub const fn peer(&self) -> Party {
        self.peer
    }

    /// Whether a frame is the ACCEPT of this handshake, from its peer. One that is not is dropped, and the offer
    /// goes on waiting.
    ///
    /// # Errors
    /// [`Unconcerned`].
    pub fn concerns(&self, frame: &[u8], from: &AccountId) -> Result<(), Unconcerned> {
        concerns(
            frame,
            FrameKind::Accept,
            &self.hid,
            from,
            &self.peer.account,
        )
    }

    /// Processes the ACCEPT, once. On success: send the CONFIRM, write the pin; messages may follow at once, but
    /// "secure" is said only when [`Session::is_secure`] says so.
    ///
    /// # Errors
    /// [`AcceptError`]; the handshake is over and wiped.
    pub async fn accept(
        self,
        frame: &[u8],
        from: &AccountId,
        rng: &mut dyn CryptoRng,
    ) -> Result<Accepted, AcceptError> {
        self.concerns(frame, from)
            .map_err(|_| AcceptError::Unconcerned)?;
        let raw: &[u8; ACCEPT_LENGTH] = frame.try_into().map_err(|_| AcceptError::Malformed)?;
        let accept = AcceptFrame::decode(raw).map_err(|_| AcceptError::Malformed)?;

        let mut trace = self.trace;
        let t2 = schedule::t2(&self.t1, &self.signature, raw);
        if !self
            .local
            .verify(
                &self.peer.key,
                &labels::SIG_ACCEPT,
                t2.as_bytes(),
                &accept.signature,
            )
            .await?
        {
            return Err(AcceptError::Signature);
        }
        let t3 = schedule::t3(&t2, &accept.signature);
        let ss_k = self.secrets.kem.decapsulate(&accept.ciphertext);
        let ss_x = self
            .local
            .agree(&self.secrets.ephemeral, &accept.ephemeral)
            .await?;
        let keys =
            HandshakeKeys::derive(&self.secrets.dsalt, &ss_k, ss_x.expose(), &t2, &mut trace);
        let mac_b = keys.mac_b(&t3);
        if !mac_b.verifies(&accept.mac) {
            return Err(AcceptError::Confirmation);
        }

        // Never earlier: until the answer is verified there is no ratchet key that could be stolen.
        let turn = OwnTurn::first(rng);
        let ratchet_keys = turn.public();
        let sent = self.secrets.early.as_ref().map_or(0, Outgoing::sent);
        let unsigned = ConfirmFrame {
            hid: self.hid,
            opening: *self.secrets.opening,
            agreement_key: *ratchet_keys.agreement(),
            encapsulation_key: *ratchet_keys.encapsulation(),
            early_count: sent,
            signature: [0; 64],
            mac: [0; 32],
        };
        let mut confirm = unsigned.encode();
        let t4 = schedule::t4(&t3, &mac_b, &confirm);
        let signature = self.local.sign(&labels::SIG_CONFIRM, t4.as_bytes()).await?;
        let t5 = schedule::t5(&t4, &signature);
        let mac = keys.mac_a(&t5);
        confirm[CONFIRM_SIGNED..CONFIRM_SIGNED + 64].copy_from_slice(&signature);
        confirm[CONFIRM_SIGNED + 64..].copy_from_slice(mac.as_bytes());
        let t6 = schedule::t6(&t5, &mac);

        let session_keys = keys.session_keys(&t3, &self.secrets.opening, &t6, &mut trace);
        trace.note(|trace| {
            trace.t[3..6].copy_from_slice(&[*t3.as_bytes(), *t4.as_bytes(), *t5.as_bytes()])
        });
        if let Some(early) = &self.secrets.early {
            trace.join(early.trace(), |trace, early| trace.early = Some(early));
        }
        let secrets = turn.agree(&accept.ephemeral)?;
        let ratchet = Ratchet::initiator(&session_keys, turn, &secrets);
        let session = Session::new(
            Role::Initiator,
            self.local.party(),
            self.peer,
            &session_keys,
            ratchet,
            EarlyCount {
                sent,
                received: sent,
            },
            trace,
        );
        Ok(Accepted { confirm, session })
    }

    /// Gives up: a signed END (cancelled) for the peer.
    ///
    /// # Errors
    /// Those of the engine; the offer is wiped all the same.
    pub async fn cancel(self) -> Result<[u8; END_LENGTH], EngineError> {
        self.subject()
            .sign(&self.local, Role::Initiator, EndReason::Cancelled)
            .await
    }

    /// Verifies the peer's END. On success the caller drops the offer; on failure the offer goes on waiting.
    ///
    /// # Errors
    /// [`EndError`].
    pub async fn verify_end(&self, frame: &[u8], from: &AccountId) -> Result<EndReason, EndError> {
        self.subject()
            .verify(&self.local, &self.peer, Role::Responder, frame, from)
            .await
    }

    fn subject(&self) -> Subject {
        Subject {
            hid: self.hid,
            flight: hash::sha256(&[&self.frame]),
        }
    }
}

impl<E: Engine> fmt::Debug for Offer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            local,
            peer,
            frame: _,
            hid,
            trace: _,
            t1: _,
            signature: _,
            secrets: _,
        } = self;
        f.debug_struct("Offer")
            .field("hid", hid)
            .field("local", &local.party())
            .field("peer", peer)
            .finish_non_exhaustive()
    }
}
