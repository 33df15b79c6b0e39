//! The initiator's side.

use duet_crypto::handshake::{self, Accepted, Presence};
use duet_crypto::identity::AccountId;
use duet_crypto::prekeys::PrekeyBundle;
use duet_crypto::session::Content;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{Established, ending};
use crate::engine::{Choice, Platform};
use crate::failure::{Failure, array};
use crate::fingerprint::party;
use crate::identity::Identity;
use crate::random::Random;
use crate::slot::Slot;
use crate::task::Task;
use crate::wire::content::{ContentObject, SentMessage};
use crate::wire::object::Wire as _;

/// An offer that waits for its ACCEPT.
#[wasm_bindgen]
pub struct Offer(Slot<(handshake::Offer<Platform>, Random)>);

#[wasm_bindgen]
impl Offer {
    /// Makes an OFFER, or an INIT with a PREKEY frame, which is verified first. Resolves with an [`Offer`].
    ///
    /// # Errors
    /// An argument has not its length, or the peer's key is refused; the task fails with the code of the refusal.
    pub fn create(
        identity: &Identity,
        choice: &Choice,
        peer_account: &[u8],
        peer_key: &[u8],
        presence: &[u8],
        prekey: Option<Vec<u8>>,
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let (peer, presence) = (party(peer_account, peer_key)?, Presence(array(presence)?));
        let mut random = Random::new(script);
        let local = identity.local(*choice, random.is_script());
        Ok(Task::new(async move {
            let offer = match prekey {
                None => handshake::Offer::create(&local, peer, presence, &mut random).await?,
                Some(frame) => {
                    let bundle = PrekeyBundle::verify(&local, &frame, &peer, &presence).await?;
                    handshake::Offer::create_with_prekey(&local, bundle, &mut random).await?
                }
            };
            Ok(Self(Slot::new((offer, random))).into())
        }))
    }

    /// 16 bytes.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn hid(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.hid().0.to_vec())?)
    }

    /// The OFFER or INIT frame.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn frame(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.frame().to_vec())?)
    }

    /// Whether it was made with a prekey.
    ///
    /// # Errors
    /// The offer is spent or busy.
    #[wasm_bindgen(js_name = isEarly)]
    pub fn is_early(&self) -> Result<bool, JsValue> {
        Ok(self.0.with(|(offer, _)| offer.is_prekey_start())?)
    }

    /// Encrypts one early message: `{ seq, frame }`.
    ///
    /// # Errors
    /// Those of the core; the content is no `Content`; the offer is spent or busy.
    #[wasm_bindgen(js_name = sendEarly)]
    pub fn send_early(&self, content: &JsValue) -> Result<JsValue, JsValue> {
        let content = Content::from(ContentObject::from_js(content)?);
        let sent = self.0.with_mut(|(offer, _)| offer.send_early(&content))?;
        Ok(SentMessage::from(sent.map_err(Failure::from)?).to_js())
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
            let Accepted { confirm, session } = offer.accept(&frame, &from, &mut random).await?;
            Ok(Established::new(confirm.to_vec(), session, random).into())
        }))
    }

    /// Uses the offer up. Resolves with a signed END.
    ///
    /// # Errors
    /// The offer is spent or busy.
    pub fn cancel(&self) -> Result<Task, JsValue> {
        let (offer, _) = self.0.take()?;
        Ok(Task::new(async move {
            Ok(Uint8Array::from(&offer.cancel().await?[..]).into())
        }))
    }

    /// Verifies the peer's END. Resolves with the number of its reason.
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
