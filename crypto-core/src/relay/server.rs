//! What the relay says to a client.

use alloc::vec::Vec;

use super::beat::BeatNumber;
use super::login::Challenge;
use super::prekeys::{NoPrekey, PrekeyBytes, decode_response};
use super::status::status;
use super::{EnvelopeId, FrameError, Presence, deliver_header, frame, frame_type, open};
use crate::identity::AccountId;

status! {
    /// The result of LOGIN or TOKEN.
    WelcomeStatus: u8 {
        /// Logged in.
        Ok = 0,
        /// Token, account or key refused.
        Refused = 1,
        /// Try later.
        TryLater = 2,
    }
}

status! {
    /// What became of a SEND or PREKEYS. A hint for the UI: delivery is what the peer's `ack` says.
    AckStatus: u8 {
        /// Written to the recipient's socket.
        Written = 0,
        /// The recipient is offline.
        Offline = 1,
        /// Too many frames.
        RateLimit = 2,
        /// The payload is larger than its kind allows.
        TooLarge = 3,
        /// Not a well-formed frame.
        Malformed = 4,
        /// Not on the recipient's allow-list.
        NotAllowed = 5,
        /// The recipient's node is unreachable: try again.
        Unreachable = 6,
    }
}

status! {
    /// News from the relay itself.
    Notice: u16 {
        /// The node is going away: reconnect after `value` ms.
        Draining = 1,
        /// The relay holds few prekeys: `value` are left.
        PrekeysLow = 2,
        /// The partner's node is unreachable.
        PartnerUnreachable = 3,
    }
}

/// A frame from the relay to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerFrame<'a> {
    /// The first frame of a connection.
    Challenge(Challenge),
    /// The result of LOGIN or TOKEN.
    Welcome(WelcomeStatus),
    /// News from the relay itself.
    Notice {
        /// What it is about.
        notice: Notice,
        /// Its number, such as a delay in ms.
        value: u32,
    },
    /// A payload from one run of one account.
    Deliver {
        /// The frame's id.
        id: EnvelopeId,
        /// The sender, set by the relay.
        from: AccountId,
        /// The sender's run, set by the relay.
        presence: Presence,
        /// The payload.
        payload: &'a [u8],
    },
    /// What became of a SEND or PREKEYS.
    Ack {
        /// The id of that frame.
        id: EnvelopeId,
        /// The result.
        status: AckStatus,
    },
    /// The answer to PREKEY_GET.
    PrekeyResponse {
        /// The id of the PREKEY_GET.
        id: EnvelopeId,
        /// One prekey, handed out to nobody else, or why there is none.
        prekey: Result<&'a PrekeyBytes, NoPrekey>,
    },
    /// An account's online status.
    Presence {
        /// The account.
        account: AccountId,
        /// Its run.
        presence: Presence,
        /// Whether it is online.
        online: bool,
        /// The highest protocol version that its client supports.
        max_version: u8,
    },
    /// A sign of life, which the client answers at once.
    Beat(BeatNumber),
}

impl<'a> ServerFrame<'a> {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (kind, mut reader) = open(bytes)?;
        let decoded = match kind {
            frame_type::CHALLENGE => Self::Challenge(Challenge(reader.array()?)),
            frame_type::WELCOME => Self::Welcome(WelcomeStatus::decode(reader.u8()?)?),
            frame_type::NOTICE => Self::Notice {
                notice: Notice::decode(reader.u16()?)?,
                value: reader.u32()?,
            },
            frame_type::DELIVER => Self::Deliver {
                id: EnvelopeId(reader.array()?),
                from: AccountId(reader.array()?),
                presence: Presence(reader.array()?),
                payload: reader.rest(),
            },
            frame_type::ACK => Self::Ack {
                id: EnvelopeId(reader.array()?),
                status: AckStatus::decode(reader.u8()?)?,
            },
            frame_type::PREKEY_RES => Self::PrekeyResponse {
                id: EnvelopeId(reader.array()?),
                prekey: decode_response(&mut reader)?,
            },
            frame_type::PRESENCE => Self::Presence {
                account: AccountId(reader.array()?),
                presence: Presence(reader.array()?),
                online: match reader.u8()? {
                    0 => false,
                    1 => true,
                    _ => return Err(FrameError::Field),
                },
                max_version: reader.u8()?,
            },
            frame_type::BEAT => Self::Beat(BeatNumber::from_relay(reader.u32()?)?),
            _ => return Err(FrameError::Type),
        };
        reader.end()?;
        Ok(decoded)
    }

    /// The bytes of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Challenge(challenge) => frame(frame_type::CHALLENGE, &[&challenge.0]),
            Self::Welcome(status) => frame(frame_type::WELCOME, &[&[status.value()]]),
            Self::Notice { notice, value } => frame(
                frame_type::NOTICE,
                &[&notice.value().to_be_bytes(), &value.to_be_bytes()],
            ),
            Self::Deliver {
                id,
                from,
                presence,
                payload,
            } => [&deliver_header(*id, from, presence)[..], payload].concat(),
            Self::Ack { id, status } => frame(frame_type::ACK, &[&id.0, &[status.value()]]),
            Self::PrekeyResponse { id, prekey } => match prekey {
                Ok(prekey) => frame(frame_type::PREKEY_RES, &[&id.0, &[0], &prekey[..]]),
                Err(reason) => frame(frame_type::PREKEY_RES, &[&id.0, &[reason.value()]]),
            },
            Self::Presence {
                account,
                presence,
                online,
                max_version,
            } => frame(
                frame_type::PRESENCE,
                &[&account.0, &presence.0, &[u8::from(*online), *max_version]],
            ),
            Self::Beat(number) => frame(frame_type::BEAT, &[&number.value().to_be_bytes()]),
        }
    }
}
