//! PREKEY, byte for byte (section 5.1). Decoding checks form only: nothing in a decoded frame is true yet.

use crate::bytes::fixed;
use crate::error::FrameError;
use crate::identity::AccountId;
use crate::ids::{PrekeyId, Presence};
use crate::primitives::kem;
use crate::wire::{self, FrameKind};

/// Bytes of a PREKEY.
pub const PREKEY_LENGTH: usize = 1379;
/// Bytes of a PREKEY that its signature covers.
pub const PREKEY_SIGNED: usize = 1315;

/// PREKEY (section 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrekeyFrame {
    /// Names the prekey.
    pub pkid: PrekeyId,
    /// Highest version that the owner supports.
    pub max_version: u8,
    /// The owner's run.
    pub presence: Presence,
    /// `aid_B`.
    pub owner: AccountId,
    /// `IK_B`, not validated.
    pub owner_key: [u8; 32],
    /// `OX_B`, not validated.
    pub agreement_key: [u8; 32],
    /// `OK_B`, not validated.
    pub encapsulation_key: [u8; kem::ENCAPSULATION_KEY],
    /// `Sign(ik_B, "sig prekey", ...)`.
    pub signature: [u8; 64],
}

impl PrekeyFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Prekey, PREKEY_LENGTH)?;
        let decoded = Self {
            pkid: PrekeyId(reader.array()?),
            max_version: match reader.u8()? {
                0 => return Err(FrameError::Field),
                version => version,
            },
            presence: Presence(reader.array()?),
            owner: AccountId(reader.array()?),
            owner_key: reader.array()?,
            agreement_key: reader.array()?,
            encapsulation_key: reader.array()?,
            signature: reader.array()?,
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; PREKEY_LENGTH] {
        fixed(&[
            &FrameKind::Prekey.start(),
            &self.pkid.0,
            &[self.max_version],
            &self.presence.0,
            &self.owner.0,
            &self.owner_key,
            &self.agreement_key,
            &self.encapsulation_key,
            &self.signature,
        ])
    }
}
