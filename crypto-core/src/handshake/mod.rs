//! Handshake (section 4): OFFER, ACCEPT, CONFIRM, then the responder's first message, READY. In a prekey start (section
//! 5) the first flight is an INIT, and early messages may follow it before CONFIRM.
//!
//! ```text
//! initiator                                    responder
//! Offer::create ── OFFER ──────────────────▶ Listener::receive ─▶ IncomingOffer (rings)
//! Offer::accept ◀───────────────── ACCEPT ── IncomingOffer::accept ─▶ PendingSession
//!   └▶ Session ─── CONFIRM ────────────────▶ PendingSession::confirm
//!      receive ◀──────────────────── READY ──   └▶ Session
//! ```
//!
//! With a prekey of the responder's ([`Listener::publish_prekeys`], [`crate::prekeys::PrekeyBundle::verify`]) the first
//! line is `Offer::create_with_prekey ── INIT ──▶`, and until CONFIRM [`Offer::send_early`] ── EARLY ──▶
//! [`IncomingOffer::receive_early`] or [`PendingSession::receive_early`].
//!
//! Every arrow consumes its value, so each frame is processed once, and a failing frame ends the handshake and wipes
//! its secrets. Frames of other handshakes must not: ask `concerns` first, which looks at the type, the id and the
//! relay's sender only.
//!
//! Clocks are the caller's: dropping a value wipes it, and that is what a timeout does ([`crate::limits`]:
//! `ACCEPT_TIMEOUT`, `CONFIRM_TIMEOUT`, `READY_TIMEOUT`).
//!
//! # Randomness
//! The draws from the injected generator, in order. They are part of the interface: the test vectors replay them.
//!
//! | function | draws |
//! |---|---|
//! | [`Offer::create`] | `hid` 16 · `ex_A` 32 (by the engine) · ML-KEM seed `d \|\| z` 64 · `r_A` 32 |
//! | [`Offer::create_with_prekey`] | as [`Offer::create`] · ML-KEM `m` of `CT_P` 32 |
//! | [`crate::prekeys::OwnPrekey::generate`], so [`Listener::publish_prekeys`] | per prekey `pkid` 16 · `ox` 32 (by the engine) · ML-KEM seed `d \|\| z` 64 |
//! | [`IncomingOffer::accept`] | `ex_B` 32 (by the engine) · ML-KEM `m` 32 |
//! | [`Offer::accept`] | `rx_A` 32 · ML-KEM seed `d \|\| z` of `RE_A` 64 |
//! | [`PendingSession::confirm`] | those of READY, which makes turn 1: `rx` 32 · ML-KEM seed `d \|\| z` 64 · ML-KEM `m` 32 |

mod early;
mod end;
mod flight;
pub mod frames;
mod glare;
mod incoming;
mod initiator;
mod listener;
mod memory;
mod pending;
mod rate;
pub mod schedule;

pub use crate::identity::Role;
pub use crate::ids::{HandshakeId, Presence};
pub use crate::prekeys::PublishError;
pub use early::{EarlyError, EarlyMessage, EarlySendError, EarlySent};
pub use end::{EndError, EndReason};
pub use flight::{AdmittedFlight, FirstFlight, ListenError, UnknownPrekey, VerifiedFlight};
pub use glare::{Winner, winner};
pub use incoming::{AnswerError, IncomingOffer};
pub use initiator::{AcceptError, Accepted, Offer, OfferError};
pub use listener::{DeclineError, Listener};
pub use pending::{ConfirmError, Confirmed, PendingSession};
pub use rate::{HandshakeRate, RateError};

use crate::error::{FrameError, errors};
use crate::identity::AccountId;
use crate::wire::{self, FrameId, FrameKind};

errors! {
    /// A frame that does not concern a handshake. Nothing has happened to the handshake.
    pub enum Unconcerned {
        /// Another version.
        Version => FrameVersion,
        /// Another type than the one awaited.
        Type => FrameType,
        /// Another handshake, or too short to name one.
        HandshakeId => HandshakeId,
        /// The relay names another sender than the peer.
        Sender => Sender,
    }
    from FrameError {
        Version => Version,
        Type => Type,
        Length => HandshakeId,
        Field => HandshakeId,
    }
}

/// Whether `frame`, which the relay says is from `from`, is the awaited one of this handshake.
fn concerns(
    frame: &[u8],
    kind: FrameKind,
    hid: &HandshakeId,
    from: &AccountId,
    peer: &AccountId,
) -> Result<(), Unconcerned> {
    let head = wire::read_head(frame)?;
    if head.kind != kind {
        return Err(Unconcerned::Type);
    }
    if head.id != FrameId::Handshake(*hid) {
        return Err(Unconcerned::HandshakeId);
    }
    if from == peer {
        Ok(())
    } else {
        Err(Unconcerned::Sender)
    }
}
