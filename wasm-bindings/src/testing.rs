//! For the test vectors: the engine's operations one by one, behind the same filters as in a handshake, the lifetime of a
//! session, and a client whose every random byte is given. Reached by the package's `testing` entry only.

use duet_crypto::engine::{Engine as _, EngineError};
use duet_crypto::error::Code;
use duet_crypto::identity::{IdentityKey, IdentitySeed};
use duet_crypto::primitives::{ed25519, x25519};
use duet_crypto::session::Lifetime;
use js_sys::Uint8Array;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::client::{Client, Jobs, pins_of};
use crate::engine::{Choice, Platform, PrivateKey};
use crate::failure::{Failure, array, number, whole};
use crate::identity::Identity;
use crate::platform::{self, Algorithm};
use crate::random::Random;
use crate::session::Session;
use crate::task::Task;

fn engine(native: bool) -> Platform {
    Platform::new(Choice::new(native, native), true)
}

/// Signs with a seed. Resolves with 64 bytes.
///
/// # Errors
/// The seed has not 32 bytes.
#[wasm_bindgen(js_name = testSign)]
pub fn sign(native: bool, seed: &[u8], message: Vec<u8>) -> Result<Task, JsValue> {
    let seed: [u8; 32] = array(seed)?;
    Ok(Task::new(async move {
        let key = if native {
            PrivateKey::Native(platform::import_private(Algorithm::Ed25519, &seed).await?)
        } else {
            PrivateKey::Software(Rc::new(IdentitySeed::from_bytes(&seed)))
        };
        let signature = engine(native).sign(&key, &message).await?;
        Ok(Uint8Array::from(&signature[..]).into())
    }))
}

/// Verifies, behind the filter of Appendix B.
///
/// # Errors
/// An argument has not its length; the task fails with the code of the refusal.
#[wasm_bindgen(js_name = testVerify)]
pub fn verify(
    native: bool,
    key: &[u8],
    message: Vec<u8>,
    signature: &[u8],
) -> Result<Task, JsValue> {
    let (key, signature): ([u8; 32], [u8; 64]) = (array(key)?, array(signature)?);
    Ok(Task::new(async move {
        let passes =
            IdentityKey::from_bytes(&key).is_ok() && ed25519::check_signature(&signature).is_ok();
        if passes && engine(native).verify(&key, &message, &signature).await? {
            Ok(JsValue::UNDEFINED)
        } else {
            Err(Failure::Core(Code::Signature))
        }
    }))
}

/// X25519, behind the filter of Appendix B. Resolves with `[public, shared]`.
///
/// # Errors
/// An argument has not its length; the task fails with the code of the refusal.
#[wasm_bindgen(js_name = testAgree)]
pub fn agree(native: bool, secret: &[u8], public: &[u8]) -> Result<Task, JsValue> {
    let (secret, public): ([u8; 32], [u8; 32]) = (array(secret)?, array(public)?);
    Ok(Task::new(async move {
        let mut random = Random::new(Some(secret.to_vec()));
        let keys = engine(native).generate_agreement(&mut random).await?;
        x25519::check_key(&public).map_err(EngineError::from)?;
        let shared = engine(native).agree(&keys.secret, &public).await?;
        let pair = [
            Uint8Array::from(&keys.public[..]),
            Uint8Array::from(&shared.expose()[..]),
        ];
        Ok(js_sys::Array::of2(&pair[0], &pair[1]).into())
    }))
}

/// A client that draws `script`, and its jobs the pieces of `jobs`, of `each` bytes.
///
/// # Errors
/// As [`Client::new`].
#[wasm_bindgen(js_name = testClient)]
#[allow(
    clippy::too_many_arguments,
    reason = "those of a client, and its scripts"
)]
pub fn client(
    identity: &Identity,
    choice: &Choice,
    realm: &str,
    pins: &JsValue,
    settings: &[f64],
    script: Vec<u8>,
    jobs: &[u8],
    each: usize,
) -> Result<Client, JsValue> {
    let jobs: Vec<_> = jobs.chunks(each.max(1)).map(<[u8]>::to_vec).collect();
    Client::assemble(
        identity,
        *choice,
        pins_of(realm, pins)?,
        settings,
        Random::new(Some(script)),
        Jobs::Scripts(jobs.into_iter()),
    )
}

/// Sets what a session has used up of its lifetime, as if it had begun at `started`, in milliseconds.
///
/// # Errors
/// A number is not whole.
#[wasm_bindgen(js_name = testSetLifetime)]
pub fn set_lifetime(session: &mut Session, started: f64, chunk_bytes: f64) -> Result<(), JsValue> {
    let mut lifetime = Lifetime::new(whole(started)?);
    lifetime.count_chunk(whole(chunk_bytes)?);
    *session.lifetime() = lifetime;
    Ok(())
}

/// When a session began, in milliseconds, and how many bytes of chunks it has counted.
#[wasm_bindgen(js_name = testLifetime)]
#[must_use]
pub fn lifetime(session: &mut Session) -> Vec<f64> {
    let lifetime = *session.lifetime();
    vec![number(lifetime.started()), number(lifetime.chunk_bytes())]
}
