//! What a client says to the relay.

use alloc::vec::Vec;

use super::beat::BeatNumber;
use super::login::{Login, Token};
use super::prekeys::{PrekeyBytes, decode_prekeys, encode_prekeys};
use super::watched::Watched;
use super::{
    EnvelopeId, FrameError, HEADER_LENGTH, Presence, deliver_header, frame, frame_type, open,
    send_header,
};
use crate::identity::AccountId;

/// A frame from a client to the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientFrame<'a> {
    /// The answer to the challenge. Made by [`super::login`], checked by [`Login::verify`].
    Login(Login<'a>),
    /// A fresh access token of the same user.
    Token(Token<'a>),
    /// A payload for one run of one account.
    Send {
        /// The frame's id.
        id: EnvelopeId,
        /// The recipient.
        to: AccountId,
        /// The recipient's run.
        presence: Presence,
        /// Opaque to the relay; see [`super::payload_kind`].
        payload: &'a [u8],
    },
    /// One-time prekeys of the sender's run, at most [`crate::limits::PREKEYS`]. Answered by an ACK.
    Prekeys {
        /// The frame's id.
        id: EnvelopeId,
        /// PREKEY frames.
        prekeys: &'a [PrekeyBytes],
    },
    /// Asks for one prekey of an account's run. Answered by a PREKEY_RES.
    PrekeyGet {
        /// The frame's id.
        id: EnvelopeId,
        /// The account.
        account: AccountId,
        /// Its run.
        presence: Presence,
    },
    /// Asks for the online status of these accounts, and of no others any more.
    Watch {
        /// The frame's id.
        id: EnvelopeId,
        /// The whole set.
        accounts: Watched<'a>,
    },
    /// A sign of life: the answer to the relay's, or a change of `talking`.
    Beat {
        /// The number of the relay's last one.
        number: BeatNumber,
        /// Whether a conversation is open.
        talking: bool,
    },
}

impl<'a> ClientFrame<'a> {
    /// Decodes any bytes.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (kind, mut reader) = open(bytes)?;
        match kind {
            frame_type::LOGIN => Login::decode(bytes).map(Self::Login),
            frame_type::TOKEN => Token::new(reader.rest()).map(Self::Token),
            frame_type::SEND => Ok(Self::Send {
                id: EnvelopeId(reader.array()?),
                to: AccountId(reader.array()?),
                presence: Presence(reader.array()?),
                payload: reader.rest(),
            }),
            frame_type::PREKEYS => Ok(Self::Prekeys {
                id: EnvelopeId(reader.array()?),
                prekeys: decode_prekeys(&mut reader)?,
            }),
            frame_type::PREKEY_GET => {
                let decoded = Self::PrekeyGet {
                    id: EnvelopeId(reader.array()?),
                    account: AccountId(reader.array()?),
                    presence: Presence(reader.array()?),
                };
                reader.end()?;
                Ok(decoded)
            }
            frame_type::WATCH => Ok(Self::Watch {
                id: EnvelopeId(reader.array()?),
                accounts: Watched::decode(&mut reader)?,
            }),
            frame_type::BEAT => {
                let (number, talking) = BeatNumber::from_client(reader.u32()?);
                reader.end()?;
                Ok(Self::Beat { number, talking })
            }
            _ => Err(FrameError::Type),
        }
    }

    /// The bytes of the frame. Of prekeys, no more than fit into one frame are taken.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Login(login) => login.as_bytes().to_vec(),
            Self::Token(token) => frame(frame_type::TOKEN, &[token.as_str().as_bytes()]),
            Self::Send {
                id,
                to,
                presence,
                payload,
            } => [&send_header(*id, to, presence)[..], payload].concat(),
            Self::Prekeys { id, prekeys } => encode_prekeys(*id, prekeys),
            Self::PrekeyGet {
                id,
                account,
                presence,
            } => frame(frame_type::PREKEY_GET, &[&id.0, &account.0, &presence.0]),
            Self::Watch { id, accounts } => accounts.encode(*id),
            Self::Beat { number, talking } => frame(
                frame_type::BEAT,
                &[&number.to_relay(*talking).to_be_bytes()],
            ),
        }
    }
}

/// Turns a SEND into the DELIVER that its recipient gets, in place: the relay forwards a payload without copying
/// it. `from` and `presence` are the sender's.
///
/// # Errors
/// [`FrameError`] if `frame` is not a SEND; it is then unchanged.
pub fn send_to_deliver(
    frame: &mut [u8],
    from: &AccountId,
    presence: &Presence,
) -> Result<(), FrameError> {
    let ClientFrame::Send { id, .. } = ClientFrame::decode(frame)? else {
        return Err(FrameError::Type);
    };
    frame[..HEADER_LENGTH].copy_from_slice(&deliver_header(id, from, presence));
    Ok(())
}
