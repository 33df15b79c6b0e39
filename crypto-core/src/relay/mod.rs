//! The relay envelope (section 9), for the relay and for its clients.
//!
//! Decoding borrows: a payload is never copied. Every decoder is strict (exact length, known type, known values) and
//! total (any bytes give a result). The PREKEY frames in 0x46 and 0x48 are as opaque as payloads: their length, version
//! and type are checked, and that is all ([`crate::prekeys`] does the rest, at the client).

mod beat;
mod client;
mod close;
mod login;
mod payload;
mod prekeys;
mod server;
mod status;
mod watched;

pub use beat::BeatNumber;
pub use client::{ClientFrame, send_to_deliver};
pub use close::{AfterClose, CloseCode};
pub use login::{Challenge, Login, LoginError, Token, login};
pub use payload::{PayloadKind, payload_kind};
pub use prekeys::{NoPrekey, PrekeyBytes};
pub use server::{AckStatus, Notice, ServerFrame, WelcomeStatus};
pub use watched::Watched;

use crate::bytes::Reader;
use crate::identity::AccountId;
use crate::limits;
use alloc::vec::Vec;

/// Frame types of the relay.
pub mod frame_type {
    /// R→C, a fresh challenge per connection.
    pub const CHALLENGE: u8 = 0x40;
    /// C→R, the answer to the challenge.
    pub const LOGIN: u8 = 0x41;
    /// R→C, the result of LOGIN or TOKEN.
    pub const WELCOME: u8 = 0x42;
    /// C→R, a payload for one run of one account.
    pub const SEND: u8 = 0x43;
    /// R→C, a payload from one run of one account.
    pub const DELIVER: u8 = 0x44;
    /// R→C, what became of a SEND.
    pub const ACK: u8 = 0x45;
    /// C→R, one-time prekeys of the sender's run.
    pub const PREKEYS: u8 = 0x46;
    /// C→R, asks for one prekey of an account's run.
    pub const PREKEY_GET: u8 = 0x47;
    /// R→C, the answer to PREKEY_GET.
    pub const PREKEY_RES: u8 = 0x48;
    /// C→R, asks for the online status of a set of accounts.
    pub const WATCH: u8 = 0x49;
    /// R→C, an account's online status.
    pub const PRESENCE: u8 = 0x4a;
    /// C→R, a fresh access token.
    pub const TOKEN: u8 = 0x4b;
    /// R→C, news from the relay itself.
    pub const NOTICE: u8 = 0x4c;
    /// Both ways, a sign of life.
    pub const BEAT: u8 = 0x4d;
}

pub use crate::error::FrameError;
pub use crate::ids::{EnvelopeId, Presence};

/// Bytes of a SEND or DELIVER before its payload: version, type, eid, account, presence.
pub const HEADER_LENGTH: usize = 66;

/// The head of a SEND: the payload follows.
#[must_use]
pub fn send_header(id: EnvelopeId, to: &AccountId, presence: &Presence) -> [u8; HEADER_LENGTH] {
    header(frame_type::SEND, id, to, presence)
}

/// The head of a DELIVER: the payload follows.
#[must_use]
pub fn deliver_header(
    id: EnvelopeId,
    from: &AccountId,
    presence: &Presence,
) -> [u8; HEADER_LENGTH] {
    header(frame_type::DELIVER, id, from, presence)
}

fn header(
    kind: u8,
    id: EnvelopeId,
    account: &AccountId,
    presence: &Presence,
) -> [u8; HEADER_LENGTH] {
    let mut head = [0; HEADER_LENGTH];
    head[0] = limits::VERSION;
    head[1] = kind;
    head[2..18].copy_from_slice(&id.0);
    head[18..50].copy_from_slice(&account.0);
    head[50..].copy_from_slice(&presence.0);
    head
}

/// Reads version and type and returns the rest.
fn open(frame: &[u8]) -> Result<(u8, Reader<'_>), FrameError> {
    let mut reader = Reader::new(frame);
    if reader.u8()? != limits::VERSION {
        return Err(FrameError::Version);
    }
    Ok((reader.u8()?, reader))
}

/// A frame of `parts` after version and type.
fn frame(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(2 + length);
    out.extend_from_slice(&[limits::VERSION, kind]);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}
