//! Both sides of the handshake (protocol.md sections 4 and 5).

pub mod initiator;
pub mod rate;
pub mod responder;

use std::cell::Cell;

use duet_crypto::handshake::{self, EndError, EndReason, Winner};
use duet_crypto::identity::IdentityKey;
use duet_crypto::session;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Failure, array};
use crate::random::Random;
use crate::session::Session;
use crate::slot::Slot;
use crate::task::Task;

/// Asks whatever waits for its peer to verify an END. Resolves with the number of its reason.
fn ending<T: 'static>(
    slot: Slot<T>,
    verify: impl AsyncFnOnce(&T) -> Result<EndReason, EndError> + 'static,
) -> Result<Task, JsValue> {
    let waiting = slot.lend()?;
    Ok(Task::new(async move {
        let reason = verify(&waiting).await;
        slot.put_back(waiting);
        Ok(reason?.value().into())
    }))
}

/// A completed handshake: the frame to send first, and the session.
#[wasm_bindgen]
pub struct Established {
    frame: Vec<u8>,
    session: Cell<Option<(session::Session, Random)>>,
}

impl Established {
    fn new(frame: Vec<u8>, session: session::Session, random: Random) -> Self {
        Self {
            frame,
            session: Cell::new(Some((session, random))),
        }
    }
}

#[wasm_bindgen]
impl Established {
    /// CONFIRM for the initiator, READY for the responder.
    #[must_use]
    pub fn frame(&self) -> Vec<u8> {
        self.frame.clone()
    }

    /// The session, once. Its lifetime begins at `now`, in milliseconds.
    ///
    /// # Errors
    /// It was taken.
    pub fn session(&self, now: f64) -> Result<Session, JsValue> {
        let (session, random) = self.session.take().ok_or(Failure::Spent)?;
        Ok(Session::new(session, random, now))
    }
}

/// Simultaneous initiation (section 4.7): whether one's own offer counts.
///
/// # Errors
/// A key is refused.
#[wasm_bindgen(js_name = ownOfferWins)]
pub fn own_offer_wins(own: &[u8], peer: &[u8]) -> Result<bool, JsValue> {
    let own = IdentityKey::from_bytes(&array(own)?).map_err(Failure::from)?;
    let peer = IdentityKey::from_bytes(&array(peer)?).map_err(Failure::from)?;
    Ok(handshake::winner(&own, &peer) == Winner::Own)
}
