//! Ed25519 and X25519 as Web Crypto has them.

use duet_primitives::ed25519;
use subtle::ConstantTimeEq as _;
use wasm_bindgen::prelude::wasm_bindgen;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The public key of an Ed25519 seed. Nothing unless it has 32 bytes.
#[wasm_bindgen(js_name = ed25519Public)]
#[must_use]
pub fn ed25519_public(seed: &[u8]) -> Option<Vec<u8>> {
    Some(signer(seed)?.public_key().to_vec())
}

/// A signature (RFC 8032). Nothing unless the seed has 32 bytes.
#[wasm_bindgen(js_name = ed25519Sign)]
#[must_use]
pub fn ed25519_sign(seed: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    Some(signer(seed)?.sign(message).to_vec())
}

fn signer(seed: &[u8]) -> Option<ed25519::Secret> {
    Some(ed25519::Secret::from_bytes(seed.try_into().ok()?))
}

/// Whether a signature is right: without the cofactor, and with the specification's refusal of keys and `R` of low order.
#[wasm_bindgen(js_name = ed25519Verify)]
#[must_use]
pub fn ed25519_verify(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (key.try_into(), signature.try_into()) else {
        return false;
    };
    ed25519::verify(key, message, signature)
}

/// The public key of an X25519 secret. Nothing unless it has 32 bytes.
#[wasm_bindgen(js_name = x25519Public)]
#[must_use]
pub fn x25519_public(secret: &[u8]) -> Option<Vec<u8>> {
    Some(PublicKey::from(&agreeing(secret)?).as_bytes().to_vec())
}

/// An agreement (RFC 7748: any 32 bytes are a public key, as the specification has it). Nothing if the result is all zero.
#[wasm_bindgen]
#[must_use]
pub fn x25519(secret: &[u8], public: &[u8]) -> Option<Vec<u8>> {
    let public: [u8; 32] = public.try_into().ok()?;
    let shared = agreeing(secret)?.diffie_hellman(&PublicKey::from(public));
    let zero = shared.as_bytes().ct_eq(&[0; 32]);
    (!bool::from(zero)).then(|| shared.as_bytes().to_vec())
}

fn agreeing(secret: &[u8]) -> Option<StaticSecret> {
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(secret.try_into().ok()?);
    Some(StaticSecret::from(*bytes))
}
