//! The relay envelope (protocol.md section 9). Payloads stay on the JavaScript side: only heads cross.

use duet_crypto::identity::AccountId;
use duet_crypto::relay::{
    self, BeatNumber, ClientFrame, EnvelopeId, PrekeyBytes, Presence, ServerFrame, Token, Watched,
};
use duet_crypto::{error::Code, limits};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Failure, array, whole};
use crate::random::Random;
use crate::wire::object::Wire as _;
use crate::wire::relay::RelayHead;

/// Bytes of a SEND or DELIVER before its payload.
#[wasm_bindgen(js_name = relayHeaderLength)]
#[must_use]
pub fn header_length() -> usize {
    relay::HEADER_LENGTH
}

/// Decodes a frame from the relay. Of a DELIVER the first [`header_length`] bytes are enough.
///
/// # Errors
/// The frame is refused.
#[wasm_bindgen(js_name = decodeRelayHead)]
pub fn decode_head(head: &[u8]) -> Result<JsValue, JsValue> {
    let frame = ServerFrame::decode(head).map_err(Failure::from)?;
    Ok(RelayHead::from(frame).to_js())
}

/// The head of a SEND: the payload, opaque to this layer, follows.
///
/// # Errors
/// An id has not its length.
#[wasm_bindgen(js_name = relaySendHead)]
pub fn send_head(id: &[u8], to: &[u8], presence: &[u8]) -> Result<Vec<u8>, JsValue> {
    let (id, to) = (EnvelopeId(array(id)?), AccountId(array(to)?));
    Ok(relay::send_header(id, &to, &Presence(array(presence)?)).to_vec())
}

/// The WATCH frame for accounts, one id after the other.
///
/// # Errors
/// An id does not have its length, or these are more than 64.
#[wasm_bindgen(js_name = relayWatch)]
pub fn watch(id: &[u8], accounts: &[u8]) -> Result<Vec<u8>, JsValue> {
    let (accounts, rest) = accounts.as_chunks();
    if !rest.is_empty() {
        return Err(Failure::Argument.into());
    }
    let accounts = Watched::new(accounts).ok_or(Failure::Argument)?;
    let id = EnvelopeId(array(id)?);
    Ok(ClientFrame::Watch { id, accounts }.encode())
}

/// The BEAT frame with the number of the relay's last one.
///
/// # Errors
/// The number is not below 2^31.
#[wasm_bindgen(js_name = relayBeat)]
pub fn beat(number: f64, talking: bool) -> Result<Vec<u8>, JsValue> {
    let number = u32::try_from(whole(number)?)
        .ok()
        .and_then(BeatNumber::new)
        .ok_or(Failure::Argument)?;
    Ok(ClientFrame::Beat { number, talking }.encode())
}

/// The PREKEYS frame for PREKEY frames, one after the other.
///
/// # Errors
/// The id has not its length, or these are not at most 20 PREKEY frames.
#[wasm_bindgen(js_name = relayPrekeys)]
pub fn prekeys(id: &[u8], frames: &[u8]) -> Result<Vec<u8>, JsValue> {
    let (prekeys, rest): (&[PrekeyBytes], _) = frames.as_chunks();
    if !rest.is_empty() || prekeys.len() > limits::PREKEYS {
        return Err(Failure::Argument.into());
    }
    let id = EnvelopeId(array(id)?);
    Ok(ClientFrame::Prekeys { id, prekeys }.encode())
}

/// The PREKEY_GET frame for a run of an account.
///
/// # Errors
/// An id has not its length.
#[wasm_bindgen(js_name = relayPrekeyGet)]
pub fn prekey_get(id: &[u8], account: &[u8], presence: &[u8]) -> Result<Vec<u8>, JsValue> {
    let get = ClientFrame::PrekeyGet {
        id: EnvelopeId(array(id)?),
        account: AccountId(array(account)?),
        presence: Presence(array(presence)?),
    };
    Ok(get.encode())
}

/// The TOKEN frame for a fresh access token.
///
/// # Errors
/// The token is not 1 to 4,096 printable ASCII characters.
#[wasm_bindgen(js_name = relayToken)]
pub fn token(token: &str) -> Result<Vec<u8>, JsValue> {
    let token = Token::new(token.as_bytes()).map_err(|_| Failure::Core(Code::TokenFormat))?;
    Ok(ClientFrame::Token(token).encode())
}

/// A fresh id for a SEND or WATCH.
#[wasm_bindgen(js_name = relayEnvelopeId)]
#[must_use]
pub fn envelope_id() -> Vec<u8> {
    EnvelopeId::generate(&mut Random::Platform).0.to_vec()
}

/// The protocol version of every frame.
#[wasm_bindgen(js_name = protocolVersion)]
#[must_use]
pub fn protocol_version() -> u8 {
    limits::VERSION
}
