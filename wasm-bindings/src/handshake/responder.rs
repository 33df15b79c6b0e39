//! The responder's side.

use duet_crypto::handshake::{self, Confirmed, EndReason, Presence};
use duet_crypto::identity::{AccountId, IdentityKey};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Established, ending};
use crate::engine::{Choice, Platform};
use crate::failure::{Failure, array};
use crate::identity::Identity;
use crate::random::Random;
use crate::session::{Session, milliseconds};
use crate::slot::Slot;
use crate::task::Task;
use crate::wire::content::EarlyObject;
use crate::wire::object::{Bytes, Wire as _};

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

    /// How many prekeys wait for their use.
    ///
    /// # Errors
    /// The listener is busy.
    pub fn prekeys(&self) -> Result<usize, JsValue> {
        Ok(self.listener.with(handshake::Listener::prekeys)?)
    }

    /// Makes prekeys. Resolves with an array of PREKEY frames.
    ///
    /// # Errors
    /// The listener is busy.
    #[wasm_bindgen(js_name = publishPrekeys)]
    pub fn publish_prekeys(&self, count: usize, script: Option<Vec<u8>>) -> Result<Task, JsValue> {
        let (slot, mut random) = (self.listener.clone(), Random::new(script));
        let mut listener = slot.lend()?;
        Ok(Task::new(async move {
            let frames = listener.publish_prekeys(count, &mut random).await;
            slot.put_back(listener);
            let frames = frames?.into_iter().map(|frame| Bytes(frame.to_vec()));
            Ok(frames.collect::<Vec<_>>().to_js())
        }))
    }

    /// Answers an INIT that was refused for its prekey. Resolves with a signed END.
    ///
    /// # Errors
    /// The listener is busy; the task fails if the frame is no such INIT.
    #[wasm_bindgen(js_name = declineUnknownPrekey)]
    pub fn decline_unknown_prekey(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.listener.clone(), AccountId(array(from)?));
        let listener = slot.lend()?;
        Ok(Task::new(async move {
            let end = listener.decline_unknown_prekey(&frame, &from).await;
            slot.put_back(listener);
            Ok(Uint8Array::from(&end?[..]).into())
        }))
    }

    /// All checks on an OFFER or INIT. `pin` is the key that this sender is pinned to, `now` in milliseconds. Resolves with an
    /// [`IncomingOffer`].
    ///
    /// # Errors
    /// An argument has not its length, the pin is refused, or the listener is busy.
    pub fn receive(
        &self,
        frame: Vec<u8>,
        from: &[u8],
        pin: Option<Vec<u8>>,
        now: f64,
    ) -> Result<Task, JsValue> {
        let now = milliseconds(now);
        let from = AccountId(array(from)?);
        let pin = match pin {
            Some(pin) => Some(IdentityKey::from_bytes(&array(&pin)?).map_err(Failure::from)?),
            None => None,
        };
        let (slot, random) = (self.listener.clone(), Random::new(self.script.clone()));
        let mut listener = slot.lend()?;
        Ok(Task::new(async move {
            let offer = listener.receive(&frame, &from, pin.as_ref(), now).await;
            slot.put_back(listener);
            Ok(IncomingOffer(Slot::new((offer?, random))).into())
        }))
    }
}

/// A verified OFFER or INIT.
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

    /// Whether it came with a prekey: early messages may follow.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = isPrekeyStart)]
    pub fn is_prekey_start(&self) -> Result<bool, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.is_prekey_start())?)
    }

    /// Whether it renews a session (section 4.9), so that it is accepted without asking.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn renews(&self, session: &Session) -> Result<bool, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.renews(session.core()))?)
    }

    /// Opens one early message: `{ seq, content }`.
    ///
    /// # Errors
    /// Those of the core; the offer is spent or busy.
    #[wasm_bindgen(js_name = receiveEarly)]
    pub fn receive_early(&self, frame: &[u8], from: &[u8]) -> Result<JsValue, JsValue> {
        let from = AccountId(array(from)?);
        let opened = self
            .0
            .with_mut(|(waiting, _)| waiting.receive_early(frame, &from))?;
        Ok(EarlyObject::try_from(opened.map_err(Failure::from)?)?.to_js())
    }

    /// Uses the offer up. Resolves with a [`PendingSession`].
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn accept(&self) -> Result<Task, JsValue> {
        let (offer, mut random) = self.0.take()?;
        Ok(Task::new(async move {
            let pending = offer.accept(&mut random).await?;
            Ok(PendingSession(Slot::new((pending, random))).into())
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
            Ok(Uint8Array::from(&offer.decline(reason).await?[..]).into())
        }))
    }

    /// Verifies the initiator's END. Resolves with the number of its reason.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = verifyEnd)]
    pub fn verify_end(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.0.clone(), AccountId(array(from)?));
        ending(slot, async move |(offer, _)| {
            offer.verify_end(&frame, &from).await
        })
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

    /// Opens one early message: `{ seq, content }`.
    ///
    /// # Errors
    /// Those of the core; the handshake is spent or busy.
    #[wasm_bindgen(js_name = receiveEarly)]
    pub fn receive_early(&self, frame: &[u8], from: &[u8]) -> Result<JsValue, JsValue> {
        let from = AccountId(array(from)?);
        let opened = self
            .0
            .with_mut(|(waiting, _)| waiting.receive_early(frame, &from))?;
        Ok(EarlyObject::try_from(opened.map_err(Failure::from)?)?.to_js())
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
            let Confirmed { ready, session } = pending.confirm(&frame, &from, &mut random).await?;
            Ok(Established::new(ready, session, random).into())
        }))
    }

    /// Verifies the initiator's END while CONFIRM is awaited. Resolves with the number of its reason.
    ///
    /// # Errors
    /// The handshake is spent or busy.
    #[wasm_bindgen(js_name = verifyEnd)]
    pub fn verify_end(&self, frame: Vec<u8>, from: &[u8]) -> Result<Task, JsValue> {
        let (slot, from) = (self.0.clone(), AccountId(array(from)?));
        ending(slot, async move |(pending, _)| {
            pending.verify_end(&frame, &from).await
        })
    }
}
