//! The frames of section 4, byte for byte. Decoding checks form only: nothing in a decoded frame is true yet.

use crate::bytes::{Reader, fixed};
use crate::error::FrameError;
use crate::identity::AccountId;
use crate::ids::{HandshakeId, PrekeyId, Presence};
use crate::primitives::aead::TAG_LENGTH;
use crate::primitives::kem;
use crate::session::padding;
use crate::wire::{self, FrameKind};

/// Bytes of an OFFER.
pub const OFFER_LENGTH: usize = 1475;
/// Bytes of an OFFER that `sig_A1` covers.
pub const OFFER_SIGNED: usize = 1411;
/// Bytes of an INIT.
pub const INIT_LENGTH: usize = 2579;
/// Bytes of an ACCEPT.
pub const ACCEPT_LENGTH: usize = 1235;
/// Bytes of an ACCEPT that `sig_B` covers.
pub const ACCEPT_SIGNED: usize = 1139;
/// Bytes of a CONFIRM.
pub const CONFIRM_LENGTH: usize = 1366;
/// Bytes of a CONFIRM that `sig_A2` covers.
pub const CONFIRM_SIGNED: usize = 1270;
/// Bytes of an END.
pub const END_LENGTH: usize = 84;
/// Bytes of an EARLY before its ciphertext.
pub const EARLY_HEADER_LENGTH: usize = 22;

/// OFFER (section 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferFrame {
    /// Names the handshake.
    pub hid: HandshakeId,
    /// Highest version that the initiator supports.
    pub max_version: u8,
    /// The responder's run.
    pub presence: Presence,
    /// `aid_A`.
    pub initiator: AccountId,
    /// `aid_B`.
    pub responder: AccountId,
    /// `IK_A`, not validated.
    pub initiator_key: [u8; 32],
    /// `IK_B`, not validated.
    pub responder_key: [u8; 32],
    /// `EX_A`, not validated.
    pub ephemeral: [u8; 32],
    /// `EK_A`, not validated.
    pub encapsulation_key: [u8; kem::ENCAPSULATION_KEY],
    /// `cm_A`.
    pub commitment: [u8; 32],
    /// `sig_A1`.
    pub signature: [u8; 64],
}

impl OfferFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Offer, OFFER_LENGTH)?;
        let mut decoded = Self::read_unsigned(&mut reader)?;
        decoded.signature = reader.array()?;
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; OFFER_LENGTH] {
        fixed(&[&self.write_unsigned(FrameKind::Offer), &self.signature])
    }

    /// The fields that OFFER and INIT begin with; no signature yet.
    fn read_unsigned(reader: &mut Reader<'_>) -> Result<Self, FrameError> {
        Ok(Self {
            hid: HandshakeId(reader.array()?),
            max_version: max_version(reader)?,
            presence: Presence(reader.array()?),
            initiator: AccountId(reader.array()?),
            responder: AccountId(reader.array()?),
            initiator_key: reader.array()?,
            responder_key: reader.array()?,
            ephemeral: reader.array()?,
            encapsulation_key: reader.array()?,
            commitment: reader.array()?,
            signature: [0; 64],
        })
    }

    fn write_unsigned(&self, kind: FrameKind) -> [u8; OFFER_SIGNED] {
        fixed(&[
            &kind.start(),
            &self.hid.0,
            &[self.max_version],
            &self.presence.0,
            &self.initiator.0,
            &self.responder.0,
            &self.initiator_key,
            &self.responder_key,
            &self.ephemeral,
            &self.encapsulation_key,
            &self.commitment,
        ])
    }
}

/// INIT (section 5.2): an OFFER with a prekey part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitFrame {
    /// The fields of an OFFER. Its signature is that of the whole INIT.
    pub offer: OfferFrame,
    /// Names the responder's prekey.
    pub pkid: PrekeyId,
    /// `CT_P`.
    pub ciphertext: [u8; kem::CIPHERTEXT],
}

impl InitFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Init, INIT_LENGTH)?;
        let mut decoded = Self {
            offer: OfferFrame::read_unsigned(&mut reader)?,
            pkid: PrekeyId(reader.array()?),
            ciphertext: reader.array()?,
        };
        decoded.offer.signature = reader.array()?;
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; INIT_LENGTH] {
        fixed(&[
            &self.offer.write_unsigned(FrameKind::Init),
            &self.pkid.0,
            &self.ciphertext,
            &self.offer.signature,
        ])
    }
}

/// ACCEPT (section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptFrame {
    /// Names the handshake.
    pub hid: HandshakeId,
    /// Highest version that the responder supports.
    pub max_version: u8,
    /// `EX_B`, not validated.
    pub ephemeral: [u8; 32],
    /// `CT_B`.
    pub ciphertext: [u8; kem::CIPHERTEXT],
    /// `sig_B`.
    pub signature: [u8; 64],
    /// `mac_B`.
    pub mac: [u8; 32],
}

impl AcceptFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Accept, ACCEPT_LENGTH)?;
        let decoded = Self {
            hid: HandshakeId(reader.array()?),
            max_version: max_version(&mut reader)?,
            ephemeral: reader.array()?,
            ciphertext: reader.array()?,
            signature: reader.array()?,
            mac: reader.array()?,
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; ACCEPT_LENGTH] {
        fixed(&[
            &FrameKind::Accept.start(),
            &self.hid.0,
            &[self.max_version],
            &self.ephemeral,
            &self.ciphertext,
            &self.signature,
            &self.mac,
        ])
    }
}

/// CONFIRM (section 4.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmFrame {
    /// Names the handshake.
    pub hid: HandshakeId,
    /// `r_A`, opens the commitment of OFFER.
    pub opening: [u8; 32],
    /// `RX_A`, not validated.
    pub agreement_key: [u8; 32],
    /// `RE_A`, not validated.
    pub encapsulation_key: [u8; kem::ENCAPSULATION_KEY],
    /// Early messages sent; 0 in the interactive mode.
    pub early_count: u32,
    /// `sig_A2`.
    pub signature: [u8; 64],
    /// `mac_A`.
    pub mac: [u8; 32],
}

impl ConfirmFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::Confirm, CONFIRM_LENGTH)?;
        let decoded = Self {
            hid: HandshakeId(reader.array()?),
            opening: reader.array()?,
            agreement_key: reader.array()?,
            encapsulation_key: reader.array()?,
            early_count: reader.u32()?,
            signature: reader.array()?,
            mac: reader.array()?,
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; CONFIRM_LENGTH] {
        fixed(&[
            &FrameKind::Confirm.start(),
            &self.hid.0,
            &self.opening,
            &self.agreement_key,
            &self.encapsulation_key,
            &self.early_count.to_be_bytes(),
            &self.signature,
            &self.mac,
        ])
    }
}

/// END (section 4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndFrame {
    /// Names the handshake.
    pub hid: HandshakeId,
    /// 0x41 from the initiator, 0x42 from the responder.
    pub role: u8,
    /// See [`super::EndReason`].
    pub reason: u8,
    /// `Sign(ik, "sig end", ...)`.
    pub signature: [u8; 64],
}

impl EndFrame {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open_exact(frame, FrameKind::End, END_LENGTH)?;
        let decoded = Self {
            hid: HandshakeId(reader.array()?),
            role: reader.u8()?,
            reason: reader.u8()?,
            signature: reader.array()?,
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; END_LENGTH] {
        fixed(&[
            &FrameKind::End.start(),
            &self.hid.0,
            &[self.role, self.reason],
            &self.signature,
        ])
    }
}

/// The head of an EARLY, which is also its associated data (section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyHeader {
    /// Names the handshake.
    pub hid: HandshakeId,
    /// `N`: number of the early message.
    pub number: u32,
}

impl EarlyHeader {
    /// Decodes the head of any bytes and checks that the whole has the length of an EARLY.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(frame: &[u8]) -> Result<Self, FrameError> {
        let mut reader = wire::open(frame, FrameKind::Early)?;
        let header = Self {
            hid: HandshakeId(reader.array()?),
            number: reader.u32()?,
        };
        match reader.rest().len().checked_sub(TAG_LENGTH) {
            Some(padded) if padding::is_bucket(padded) => Ok(header),
            _ => Err(FrameError::Length),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; EARLY_HEADER_LENGTH] {
        fixed(&[
            &FrameKind::Early.start(),
            &self.hid.0,
            &self.number.to_be_bytes(),
        ])
    }
}

/// A peer that supports no version does not exist.
fn max_version(reader: &mut Reader<'_>) -> Result<u8, FrameError> {
    match reader.u8()? {
        0 => Err(FrameError::Field),
        version => Ok(version),
    }
}
