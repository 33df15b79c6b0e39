//! OVER: the signed word that a session has ended (section 4.8).
//!
//! A side that still writes into a session which its peer has left, a phone that woke late for example, learns it instead of
//! writing into silence. Which sessions a run remembers and how often it answers is the caller's.

use super::{Session, SessionId};
use crate::bytes::fixed;
use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::error::{FrameError, errors};
use crate::identity::{AccountId, Party};
use crate::primitives::{hash, labels};
use crate::wire::{self, FrameKind};

/// Bytes of an OVER.
pub const OVER_LENGTH: usize = 82;

errors! {
    /// An OVER that is dropped. The session goes on.
    pub enum OverError {
        /// Not 82 bytes.
        Length => FrameLength,
        /// Another version.
        Version => FrameVersion,
        /// Not an OVER.
        Type => FrameType,
        /// About another session.
        SessionId => SessionId,
        /// The relay names another sender than the peer.
        Sender => Sender,
        /// The signature does not verify: the relay may be lying.
        Signature => Signature,
        /// The engine failed.
        Engine => Engine,
    }
    from FrameError {
        Length => Length,
        Field => Length,
        Version => Version,
        Type => Type,
    }
    from EngineError => Engine;
}

/// OVER. Nothing in a decoded one is true yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverFrame {
    /// The session that has ended.
    pub sid: SessionId,
    /// `Sign(ik, "sig over", LH("over", sid))`.
    pub signature: [u8; 64],
}

impl OverFrame {
    /// One's own word that a session has ended.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn sign<E: Engine>(
        local: &LocalIdentity<E>,
        sid: SessionId,
    ) -> Result<Self, EngineError> {
        let signature = local.sign(&labels::SIG_OVER, &message(sid)).await?;
        Ok(Self { sid, signature })
    }

    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Over, OVER_LENGTH)?;
        Ok(Self {
            sid: SessionId(reader.array()?),
            signature: reader.array()?,
        })
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; OVER_LENGTH] {
        fixed(&[&FrameKind::Over.start(), &self.sid.0, &self.signature])
    }
}

/// `LH("over", sid)`.
fn message(sid: SessionId) -> [u8; 32] {
    hash::labelled(&labels::OVER, &[&sid.0])
}

/// Verifies the word of `peer` that the session `sid` with it has ended; `local` is the identity that it was made under.
/// It needs no session, so that one may go on while this waits for an engine.
///
/// # Errors
/// [`OverError`].
pub async fn verify_over<E: Engine>(
    local: &LocalIdentity<E>,
    sid: SessionId,
    peer: &Party,
    frame: &[u8],
    from: &AccountId,
) -> Result<(), OverError> {
    let over = OverFrame::decode(frame)?;
    if over.sid != sid {
        return Err(OverError::SessionId);
    }
    if *from != peer.account {
        return Err(OverError::Sender);
    }
    if local
        .verify(&peer.key, &labels::SIG_OVER, &message(sid), &over.signature)
        .await?
    {
        Ok(())
    } else {
        Err(OverError::Signature)
    }
}

impl Session {
    /// Verifies the peer's word that it has ended this session; `local` is the identity that the session was made under. On
    /// success the caller drops the session, and what was not acknowledged may not have arrived. On failure it goes on.
    ///
    /// # Errors
    /// [`OverError`].
    pub async fn verify_over<E: Engine>(
        &self,
        local: &LocalIdentity<E>,
        frame: &[u8],
        from: &AccountId,
    ) -> Result<(), OverError> {
        verify_over(local, self.id(), &self.peer(), frame, from).await
    }
}
