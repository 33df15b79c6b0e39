//! The frames of section 4, byte for byte. Decoding checks form only: nothing in a decoded frame is true yet.

use crate::bytes::{Reader, fixed};
use crate::error::FrameError;
use crate::identity::AccountId;
use crate::ids::{HandshakeId, Presence};
use crate::limits;
use crate::primitives::kem;

/// Type of OFFER.
pub const OFFER: u8 = 0x01;
/// Type of INIT.
pub const INIT: u8 = 0x02;
/// Type of ACCEPT.
pub const ACCEPT: u8 = 0x03;
/// Type of CONFIRM.
pub const CONFIRM: u8 = 0x04;
/// Type of END.
pub const END: u8 = 0x05;
/// Type of EARLY.
pub const EARLY: u8 = 0x10;

/// Bytes of an OFFER.
pub const OFFER_LENGTH: usize = 1475;
/// Bytes of an OFFER that `sig_A1` covers.
pub const OFFER_SIGNED: usize = 1411;
/// Bytes of an ACCEPT.
pub const ACCEPT_LENGTH: usize = 1235;
/// Bytes of an ACCEPT that `sig_B` covers.
pub const ACCEPT_SIGNED: usize = 1139;
/// Bytes of a CONFIRM.
pub const CONFIRM_LENGTH: usize = 182;
/// Bytes of a CONFIRM that `sig_A2` covers.
pub const CONFIRM_SIGNED: usize = 86;
/// Bytes of an END.
pub const END_LENGTH: usize = 84;

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
        let mut reader = open(frame, OFFER, OFFER_LENGTH)?;
        let decoded = Self {
            hid: HandshakeId(reader.array()?),
            max_version: max_version(&mut reader)?,
            presence: Presence(reader.array()?),
            initiator: AccountId(reader.array()?),
            responder: AccountId(reader.array()?),
            initiator_key: reader.array()?,
            responder_key: reader.array()?,
            ephemeral: reader.array()?,
            encapsulation_key: reader.array()?,
            commitment: reader.array()?,
            signature: reader.array()?,
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> [u8; OFFER_LENGTH] {
        fixed(&[
            &[limits::VERSION, OFFER],
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
            &self.signature,
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
        let mut reader = open(frame, ACCEPT, ACCEPT_LENGTH)?;
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
            &[limits::VERSION, ACCEPT],
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
    pub ratchet_key: [u8; 32],
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
        let mut reader = open(frame, CONFIRM, CONFIRM_LENGTH)?;
        let decoded = Self {
            hid: HandshakeId(reader.array()?),
            opening: reader.array()?,
            ratchet_key: reader.array()?,
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
            &[limits::VERSION, CONFIRM],
            &self.hid.0,
            &self.opening,
            &self.ratchet_key,
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
        let mut reader = open(frame, END, END_LENGTH)?;
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
            &[limits::VERSION, END],
            &self.hid.0,
            &[self.role, self.reason],
            &self.signature,
        ])
    }
}

/// The handshake that a frame names, whatever its type: for a caller that has several.
#[must_use]
pub fn handshake_id(frame: &[u8]) -> Option<HandshakeId> {
    frame.get(2..)?.first_chunk().map(|hid| HandshakeId(*hid))
}

/// Checks length, version and type, in this order.
fn open(frame: &[u8], kind: u8, length: usize) -> Result<Reader<'_>, FrameError> {
    if frame.len() != length {
        return Err(FrameError::Length);
    }
    let mut reader = Reader::new(frame);
    if reader.u8()? != limits::VERSION {
        return Err(FrameError::Version);
    }
    if reader.u8()? != kind {
        return Err(FrameError::Type);
    }
    Ok(reader)
}

/// A peer that supports no version does not exist.
fn max_version(reader: &mut Reader<'_>) -> Result<u8, FrameError> {
    match reader.u8()? {
        0 => Err(FrameError::Field),
        version => Ok(version),
    }
}
