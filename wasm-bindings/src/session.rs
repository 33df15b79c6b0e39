//! Messages (protocol.md section 6).

use duet_crypto::handshake::Role;
use duet_crypto::session::record::{RecordKey, Restored};
use duet_crypto::session::{self, Content, Lifetime, Renewal};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::failure::{Failure, array, number, whole};
use crate::identity::Identity;
use crate::random::Random;
use crate::wire::content::{ContentObject, ReceivedMessage, SentMessage};
use crate::wire::object::Wire as _;

/// A session. Its state never leaves this module's memory.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
    lifetime: Lifetime,
    random: Random,
}

impl Session {
    /// A session that begins at `now`, in milliseconds of the clock of [`Session::receive`].
    pub(crate) fn new(session: session::Session, random: Random, now: f64) -> Self {
        Self {
            session,
            lifetime: Lifetime::new(milliseconds(now)),
            random,
        }
    }

    pub(crate) fn lifetime(&mut self) -> &mut Lifetime {
        &mut self.lifetime
    }

    pub(crate) fn core(&self) -> &session::Session {
        &self.session
    }
}

#[wasm_bindgen]
impl Session {
    /// 16 bytes.
    #[must_use]
    pub fn id(&self) -> Vec<u8> {
        self.session.id().0.to_vec()
    }

    /// Whether we made the offer.
    #[wasm_bindgen(js_name = isInitiator)]
    #[must_use]
    pub fn is_initiator(&self) -> bool {
        self.session.role() == Role::Initiator
    }

    /// The other person's account: 32 bytes.
    #[wasm_bindgen(js_name = peerAccount)]
    #[must_use]
    pub fn peer_account(&self) -> Vec<u8> {
        self.session.peer().account.as_bytes().to_vec()
    }

    /// The other person's key: 32 bytes.
    #[wasm_bindgen(js_name = peerKey)]
    #[must_use]
    pub fn peer_key(&self) -> Vec<u8> {
        self.session.peer().key.as_bytes().to_vec()
    }

    /// The short authentication string: 4 bytes, one per emoji.
    #[must_use]
    pub fn sas(&self) -> Vec<u8> {
        self.session.sas().to_vec()
    }

    /// Whether "secure" may be said.
    #[wasm_bindgen(js_name = isSecure)]
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.session.is_secure()
    }

    /// Messages of ours that wait for a receipt.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.session.unacknowledged()
    }

    /// The number of the error that ended the session, if one has.
    #[must_use]
    pub fn failure(&self) -> Option<u16> {
        self.session.failure().map(duet_crypto::error::Code::value)
    }

    /// Early messages of the handshake: how many were sent, and how many of them came.
    #[must_use]
    pub fn early(&self) -> Vec<u32> {
        let early = self.session.early();
        vec![early.sent, early.received]
    }

    /// Encrypts one message: `{ seq, frame }`.
    ///
    /// # Errors
    /// Those of the core; the content is no `Content`.
    pub fn send(&mut self, content: &JsValue) -> Result<JsValue, JsValue> {
        let content = Content::from(ContentObject::from_js(content)?);
        let sent = self
            .session
            .send(&content, &mut self.random)
            .map_err(Failure::from)?;
        Ok(SentMessage::from(sent).to_js())
    }

    /// Decrypts one MSG frame: `{ seq, ack, content }`. `now` is in milliseconds, of a clock that does not jump and
    /// that goes on while a record of the session waits.
    ///
    /// # Errors
    /// Those of the core.
    pub fn receive(&mut self, frame: &[u8], now: f64) -> Result<JsValue, JsValue> {
        let received = self
            .session
            .receive(frame, milliseconds(now))
            .map_err(Failure::from)?;
        Ok(ReceivedMessage::try_from(received)?.to_js())
    }

    /// Forgets keys of skipped messages that are too old at `now`, of the same clock.
    pub fn forget(&mut self, now: f64) {
        self.session.forget(milliseconds(now));
    }

    /// Whether it must be renewed at `now`, of the same clock: 0 for no, 1 for soon, 2 for it is over.
    #[must_use]
    pub fn renewal(&self, now: f64) -> u8 {
        match self.lifetime.renewal(&self.session, milliseconds(now)) {
            Renewal::NotDue => 0,
            Renewal::Due => 1,
            Renewal::Over => 2,
        }
    }

    /// Counts the bytes of a CHUNK frame.
    ///
    /// # Errors
    /// It is no number of bytes.
    #[wasm_bindgen(js_name = countChunk)]
    pub fn count_chunk(&mut self, bytes: f64) -> Result<(), JsValue> {
        self.lifetime.count_chunk(whole(bytes)?);
        Ok(())
    }

    /// How often it was saved.
    #[must_use]
    pub fn revision(&self) -> f64 {
        number(self.session.revision())
    }

    /// The session as a record, under the next revision.
    ///
    /// # Errors
    /// The key has not 32 bytes.
    pub fn save(&mut self, key: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        let key = record_key(key)?;
        Ok(self.session.save(&key, &self.lifetime, &mut self.random))
    }

    /// A session as it was saved.
    ///
    /// # Errors
    /// The record does not open, or is older than `minimum`.
    pub fn restore(
        record: &[u8],
        key: Vec<u8>,
        minimum: f64,
        script: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let restored = session::Session::restore(record, &record_key(key)?, whole(minimum)?);
        let Restored { session, lifetime } = restored.map_err(Failure::from)?;
        Ok(Self {
            session,
            lifetime,
            random: Random::new(script),
        })
    }

    /// Whether it is a session of this identity.
    #[wasm_bindgen(js_name = isOf)]
    #[must_use]
    pub fn is_of(&self, identity: &Identity) -> bool {
        self.session.local() == identity.party()
    }

    /// See [`Random::left`].
    #[wasm_bindgen(js_name = scriptLeft)]
    #[must_use]
    pub fn script_left(&self) -> Option<f64> {
        self.random.left()
    }
}

/// Takes the bytes over, so that they are wiped.
fn record_key(bytes: Vec<u8>) -> Result<RecordKey, Failure> {
    let bytes = Zeroizing::new(bytes);
    Ok(RecordKey::from_bytes(&Zeroizing::new(array(&bytes)?)))
}

/// Milliseconds of a JavaScript clock, which counts fractions and never reaches 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(crate) fn milliseconds(now: f64) -> u64 {
    now as u64
}
