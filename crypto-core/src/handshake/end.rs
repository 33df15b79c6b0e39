//! END: a signed refusal (section 4.8). Without a valid one the UI says "no answer".

use super::frames::{END_LENGTH, EndFrame};
use super::{HandshakeId, Role, Unconcerned, concerns};
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::errors;
use crate::identity::{AccountId, Party};
use crate::primitives::{hash, labels};
use crate::wire::FrameKind;

/// Why a side ends a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EndReason {
    /// The user said no.
    Declined = 1,
    /// Too many handshakes at once.
    Busy = 2,
    /// The initiator gave up.
    Cancelled = 3,
    /// The offer names a prekey that is not there (section 5).
    PrekeyUnknown = 4,
    /// No common version.
    Version = 5,
}

impl EndReason {
    /// Every reason, in numerical order.
    pub const ALL: &[Self] = &[
        Self::Declined,
        Self::Busy,
        Self::Cancelled,
        Self::PrekeyUnknown,
        Self::Version,
    ];

    /// The number on the wire.
    #[must_use]
    pub const fn value(self) -> u8 {
        self as u8
    }

    fn decode(value: u8) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.value() == value)
    }
}

errors! {
    /// An END that is ignored.
    pub enum EndError {
        /// Not an END of this handshake from its peer.
        Unconcerned => HandshakeId,
        /// The relay names another sender than the peer.
        Sender => Sender,
        /// Wrong length, or a role or reason that it may not have.
        Malformed => FrameField,
        /// The signature does not verify: the relay may be lying.
        Signature => Signature,
        /// The engine failed.
        Engine => Engine,
    }
    from EngineError => Engine;
}

/// What an END is about, kept by every state of a handshake.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) hid: HandshakeId,
    /// `SHA(flight 1 frame)`.
    pub(super) flight: [u8; 32],
}

impl Subject {
    /// One's own END.
    pub(super) async fn sign<E: Engine>(
        &self,
        local: &LocalIdentity<E>,
        role: Role,
        reason: EndReason,
    ) -> Result<[u8; END_LENGTH], EngineError> {
        let (role, reason) = (role_byte(role), reason.value());
        let signature = local
            .sign(&labels::SIG_END, &self.transcript(role, reason))
            .await?;
        Ok(EndFrame {
            hid: self.hid,
            role,
            reason,
            signature,
        }
        .encode())
    }

    /// The peer's END.
    pub(super) async fn verify<E: Engine>(
        &self,
        local: &LocalIdentity<E>,
        peer: &Party,
        peer_role: Role,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<EndReason, EndError> {
        concerns(frame, FrameKind::End, &self.hid, from, &peer.account).map_err(
            |error| match error {
                Unconcerned::Sender => EndError::Sender,
                _ => EndError::Unconcerned,
            },
        )?;
        let end = EndFrame::decode(frame).map_err(|_| EndError::Malformed)?;
        let reason = EndReason::decode(end.reason).ok_or(EndError::Malformed)?;
        if end.role != role_byte(peer_role) {
            return Err(EndError::Malformed);
        }
        let transcript = self.transcript(end.role, end.reason);
        if local
            .verify(&peer.key, &labels::SIG_END, &transcript, &end.signature)
            .await?
        {
            Ok(reason)
        } else {
            Err(EndError::Signature)
        }
    }

    /// `LH("end", SHA(flight 1 frame) || role || reason)`.
    fn transcript(&self, role: u8, reason: u8) -> [u8; 32] {
        hash::labelled(&labels::END, &[&self.flight, &[role, reason]])
    }
}

const fn role_byte(role: Role) -> u8 {
    match role {
        Role::Initiator => 0x41,
        Role::Responder => 0x42,
    }
}
