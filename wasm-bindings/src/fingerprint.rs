//! What people compare.

use duet_crypto::fingerprint::{self, Fingerprint, QrText, SafetyHalf};
use duet_crypto::identity::{AccountId, IdentityKey, Party};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::failure::{Failure, array};
use crate::wire::fingerprint::QrClaims;
use crate::wire::object::Wire as _;

/// An account id and a validated public key.
pub(crate) fn party(account: &[u8], key: &[u8]) -> Result<Party, Failure> {
    Ok(Party {
        account: AccountId(array(account)?),
        key: IdentityKey::from_bytes(&array(key)?)?,
    })
}

/// `SHA(IK)`, 32 bytes: its first twelve index the table of emoji.
///
/// # Errors
/// The key is refused.
#[wasm_bindgen(js_name = fingerprintBytes)]
pub fn fingerprint_bytes(key: &[u8]) -> Result<Vec<u8>, JsValue> {
    let key = IdentityKey::from_bytes(&array(key)?).map_err(Failure::from)?;
    Ok(Fingerprint::of(&key).as_bytes().to_vec())
}

/// The fingerprint as people read it.
///
/// # Errors
/// The key is refused.
#[wasm_bindgen(js_name = fingerprintHex)]
pub fn fingerprint_hex(key: &[u8]) -> Result<String, JsValue> {
    let key = IdentityKey::from_bytes(&array(key)?).map_err(Failure::from)?;
    Ok(Fingerprint::of(&key).hex())
}

/// One side's 30 digits: 100 000 iterations of PBKDF2.
///
/// # Errors
/// The account or the key is refused.
#[wasm_bindgen(js_name = safetyHalf)]
pub fn safety_half(account: &[u8], key: &[u8]) -> Result<String, JsValue> {
    Ok(SafetyHalf::derive(&party(account, key)?)
        .as_str()
        .to_owned())
}

/// The 60 digits of two sides.
///
/// # Errors
/// An account or a key is refused.
#[wasm_bindgen(js_name = safetyCode)]
pub fn safety_code(
    my_account: &[u8],
    my_key: &[u8],
    their_account: &[u8],
    their_key: &[u8],
) -> Result<String, JsValue> {
    let mine = SafetyHalf::derive(&party(my_account, my_key)?);
    let theirs = SafetyHalf::derive(&party(their_account, their_key)?);
    Ok(fingerprint::safety_code(&mine, &theirs))
}

/// The text of the QR code that one side shows to the other.
///
/// # Errors
/// An account or a key is refused.
#[wasm_bindgen(js_name = qrText)]
pub fn qr_text(
    my_account: &[u8],
    my_key: &[u8],
    their_account: &[u8],
    their_key: &[u8],
) -> Result<String, JsValue> {
    let (mine, theirs) = (party(my_account, my_key)?, party(their_account, their_key)?);
    Ok(fingerprint::qr_text(&mine, &theirs))
}

/// What a scanned text says, which proves nothing: `{ shownBy, shownKey, shownTo, knownKey }`.
///
/// # Errors
/// The text is none of ours.
#[wasm_bindgen(js_name = parseQrText)]
pub fn parse_qr_text(text: &str) -> Result<JsValue, JsValue> {
    let claims = QrText::parse(text).map_err(Failure::from)?;
    Ok(QrClaims::from(claims).to_js())
}

/// Checks a scanned text against what the scanner knows.
///
/// # Errors
/// The text is none of ours, or shows other accounts or keys.
#[wasm_bindgen(js_name = verifyQrText)]
pub fn verify_qr_text(
    text: &str,
    my_account: &[u8],
    my_key: &[u8],
    their_account: &[u8],
    their_key: &[u8],
) -> Result<(), JsValue> {
    let (mine, theirs) = (party(my_account, my_key)?, party(their_account, their_key)?);
    Ok(fingerprint::verify_qr_text(text, &mine, &theirs).map_err(Failure::from)?)
}

/// The table of 256 emoji, a line each: symbol, English name, Russian name, separated by tabs; each line ends.
#[wasm_bindgen(js_name = emojiTable)]
#[must_use]
pub fn emoji_table() -> String {
    fingerprint::emoji::LINES.to_owned()
}
