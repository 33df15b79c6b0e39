//! Both sides of the handshake (PROTOCOL.md section 4).

use std::cell::Cell;

use duet_crypto::handshake::{self, EndReason, Presence, Winner};
use duet_crypto::identity::{AccountId, IdentityKey};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{Choice, Platform};
use crate::failure::{Failure, array};
use crate::fingerprint::party;
use crate::identity::Identity;
use crate::random::Random;
use crate::session::Session;
use crate::slot::Slot;
use crate::task::Task;

/// An offer that waits for its ACCEPT.
#[wasm_bindgen]
pub struct Offer(Slot<(handshake::Offer<Platform>, Random)>);

#[wasm_bindgen]
impl Offer {
    /// Makes an OFFER. Resolves with an [`Offer`].
    ///
    /// # Errors
    /// An argument has not its length, or the peer's key is refused.
    pub fn create(
        identity: &Identity,
        choice: &Choice,
        peer_account: &[u8],
        peer_key: &[u8],
        presence: &[u8],
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let (peer, presence) = (party(peer_account, peer_key)?, Presence(array(presence)?));
        let mut random = Random::new(script);
        let local = identity.local(*choice, random.is_script());
        Ok(Task::new(async move {
            let offer = handshake::Offer::create(&local, peer, presence, &mut random).await?;
            Ok(Self(Slot::new((offer, random))))
        }))
    }

    /// 16 bytes.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn hid(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.hid().0.to_vec())?)
    }

    /// The OFFER frame.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn frame(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.frame().to_vec())?)
    }

    /// Processes the ACCEPT and uses the offer up, unless the frame is not this handshake's. Resolves with an
    /// [`Established`].
    ///
    /// # Errors
    /// The frame is of another handshake, or the offer is spent or busy.
    pub fn accept(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let from = AccountId(array(from)?);
        self.0
            .with(|(offer, _)| offer.concerns(&frame, &from))?
            .map_err(Failure::from)?;
        let (offer, mut random) = self.0.take()?;
        Ok(Task::new(async move {
            let (confirm, session) = offer.accept(&frame, &from, &mut random).await?;
            Ok(Established::new(
                confirm.to_vec(),
                Session::new(session, random),
            ))
        }))
    }

    /// Uses the offer up. Resolves with a signed END.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn cancel(&self) -> Result<Task, JsValue> {
        let (offer, _) = self.0.take()?;
        Ok(Task::new(async move {
            Ok(Uint8Array::from(&offer.cancel().await?[..]))
        }))
    }

    /// Verifies the peer's END. Resolves with the number of its reason.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = verifyEnd)]
    pub fn verify_end(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.0.clone(), AccountId(array(from)?));
        let (offer, random) = slot.lend()?;
        Ok(Task::new(async move {
            let reason = offer.verify_end(&frame, &from).await;
            slot.put_back((offer, random));
            Ok(reason?.value())
        }))
    }
}

/// Receives offers for one run of one identity.
#[wasm_bindgen]
pub struct Listener {
    listener: Slot<handshake::Listener<Platform>>,
    script: Option<Vec<u8>>,
}

#[wasm_bindgen]
impl Listener {
    /// Listens under this run's presence. With a script, every offer that is received draws from its begin.
    ///
    /// # Errors
    /// The presence has not 16 bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(
        identity: &Identity,
        choice: &Choice,
        presence: &[u8],
        script: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let local = identity.local(*choice, script.is_some());
        let listener = handshake::Listener::new(local, Presence(array(presence)?));
        Ok(Self {
            listener: Slot::new(listener),
            script,
        })
    }

    /// All checks on an OFFER. `pin` is the key that this sender is pinned to. Resolves with an [`IncomingOffer`].
    ///
    /// # Errors
    /// An argument has not its length, the pin is refused, or the listener is busy.
    pub fn receive(
        &self,
        frame: Vec<u8>,
        from: &[u8],
        pin: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let from = AccountId(array(from)?);
        let pin = match pin {
            Some(pin) => Some(IdentityKey::from_bytes(&array(&pin)?).map_err(Failure::from)?),
            None => None,
        };
        let (slot, random) = (self.listener.clone(), Random::new(self.script.clone()));
        let mut listener = slot.lend()?;
        Ok(Task::new(async move {
            let offer = listener.receive(&frame, &from, pin.as_ref()).await;
            slot.put_back(listener);
            Ok(IncomingOffer(Slot::new((offer?, random))))
        }))
    }
}

/// A verified OFFER.
#[wasm_bindgen]
pub struct IncomingOffer(Slot<(handshake::IncomingOffer<Platform>, Random)>);

#[wasm_bindgen]
impl IncomingOffer {
    /// 16 bytes.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn hid(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.hid().0.to_vec())?)
    }

    /// Who calls: 32 bytes.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = peerAccount)]
    pub fn peer_account(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self
            .0
            .with(|(offer, _)| offer.peer().account.as_bytes().to_vec())?)
    }

    /// Under which key: 32 bytes.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = peerKey)]
    pub fn peer_key(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self
            .0
            .with(|(offer, _)| offer.peer().key.as_bytes().to_vec())?)
    }

    /// Uses the offer up. Resolves with a [`PendingSession`].
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn accept(&self) -> Result<Task, JsValue> {
        let (offer, mut random) = self.0.take()?;
        Ok(Task::new(async move {
            let pending = offer.accept(&mut random).await?;
            Ok(PendingSession(Slot::new((pending, random))))
        }))
    }

    /// Uses the offer up. Resolves with a signed END; `busy` or else declined.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn decline(&self, busy: bool) -> Result<Task, JsValue> {
        let (offer, _) = self.0.take()?;
        let reason = if busy {
            EndReason::Busy
        } else {
            EndReason::Declined
        };
        Ok(Task::new(async move {
            Ok(Uint8Array::from(&offer.decline(reason).await?[..]))
        }))
    }

    /// Verifies the initiator's END. Resolves with the number of its reason.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = verifyEnd)]
    pub fn verify_end(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.0.clone(), AccountId(array(from)?));
        let (offer, random) = slot.lend()?;
        Ok(Task::new(async move {
            let reason = offer.verify_end(&frame, &from).await;
            slot.put_back((offer, random));
            Ok(reason?.value())
        }))
    }
}

/// An accepted offer that waits for its CONFIRM.
#[wasm_bindgen]
pub struct PendingSession(Slot<(handshake::PendingSession<Platform>, Random)>);

#[wasm_bindgen]
impl PendingSession {
    /// The ACCEPT frame.
    ///
    /// # Errors
    /// The handshake is spent or busy.
    pub fn frame(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(pending, _)| pending.frame().to_vec())?)
    }

    /// Processes the CONFIRM and uses the handshake up, unless the frame is not this handshake's. Resolves with an
    /// [`Established`].
    ///
    /// # Errors
    /// The frame is of another handshake, or this one is spent or busy.
    pub fn confirm(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let from = AccountId(array(from)?);
        self.0
            .with(|(pending, _)| pending.concerns(&frame, &from))?
            .map_err(Failure::from)?;
        let (pending, mut random) = self.0.take()?;
        Ok(Task::new(async move {
            let (ready, session) = pending.confirm(&frame, &from, &mut random).await?;
            Ok(Established::new(ready, Session::new(session, random)))
        }))
    }

    /// Verifies the initiator's END while CONFIRM is awaited. Resolves with the number of its reason.
    ///
    /// # Errors
    /// The handshake is spent or busy.
    #[wasm_bindgen(js_name = verifyEnd)]
    pub fn verify_end(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.0.clone(), AccountId(array(from)?));
        let (pending, random) = slot.lend()?;
        Ok(Task::new(async move {
            let reason = pending.verify_end(&frame, &from).await;
            slot.put_back((pending, random));
            Ok(reason?.value())
        }))
    }
}

/// A completed handshake: the frame to send first, and the session.
#[wasm_bindgen]
pub struct Established {
    frame: Vec<u8>,
    session: Cell<Option<Session>>,
}

impl Established {
    fn new(frame: Vec<u8>, session: Session) -> Self {
        Self {
            frame,
            session: Cell::new(Some(session)),
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

    /// The session, once.
    ///
    /// # Errors
    /// It was taken.
    pub fn session(&self) -> Result<Session, JsValue> {
        Ok(self.session.take().ok_or(Failure::Spent)?)
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
