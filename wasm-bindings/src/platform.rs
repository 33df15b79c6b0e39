//! Web Crypto: Ed25519 and X25519 of the platform.
//!
//! Each function does one operation and maps every failure of the platform to [`EngineError::Failed`]; no detail of
//! it is of use to a peer, and the platforms word it differently.

use duet_crypto::engine::{EngineError, SharedSecret};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Crypto, CryptoKey, CryptoKeyPair, SubtleCrypto};
use zeroize::Zeroizing;

use crate::task::settled;

/// The two algorithms, as Web Crypto names them.
#[derive(Clone, Copy)]
pub(crate) enum Algorithm {
    Ed25519,
    X25519,
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::X25519 => "X25519",
        }
    }

    /// What the private key is for.
    fn usage(self) -> &'static str {
        match self {
            Self::Ed25519 => "sign",
            Self::X25519 => "deriveBits",
        }
    }

    /// PKCS#8 (RFC 8410) of a 32-byte private key without its last 32 bytes: the only form that every platform
    /// imports. The tenth byte from the end is the last of the algorithm's object identifier.
    fn pkcs8_prefix(self) -> [u8; 16] {
        let oid = match self {
            Self::Ed25519 => 0x70,
            Self::X25519 => 0x6e,
        };
        [
            0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, oid, 4, 0x22, 4, 0x20,
        ]
    }
}

fn subtle() -> Result<SubtleCrypto, EngineError> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).map_err(failed)?;
    if crypto.is_undefined() {
        return Err(EngineError::Failed);
    }
    let subtle = crypto.unchecked_into::<Crypto>().subtle();
    // web-sys does not know that insecure origins have none.
    if subtle.is_undefined() {
        Err(EngineError::Failed)
    } else {
        Ok(subtle)
    }
}

fn failed(_: JsValue) -> EngineError {
    EngineError::Failed
}

fn usages(usage: &str) -> JsValue {
    Array::of1(&usage.into()).into()
}

/// A non-extractable private key and its public half.
pub(crate) async fn generate(algorithm: Algorithm) -> Result<(CryptoKey, [u8; 32]), EngineError> {
    let subtle = subtle()?;
    // Ed25519 public keys need a usage too, or some platforms refuse the pair.
    let wanted = match algorithm {
        Algorithm::Ed25519 => Array::of2(&"sign".into(), &"verify".into()),
        Algorithm::X25519 => Array::of1(&"deriveBits".into()),
    };
    let pair = subtle
        .generate_key_with_str(algorithm.name(), false, &wanted)
        .map_err(failed)?;
    let pair: CryptoKeyPair = settled(pair).await.map_err(failed)?.unchecked_into();
    let public = subtle
        .export_key("raw", &pair.get_public_key())
        .map_err(failed)?;
    let public = bytes(settled(public).await.map_err(failed)?)?;
    Ok((pair.get_private_key(), public))
}

/// Imports 32 private bytes, non-extractable: for test vectors, and for the known-answer probe.
pub(crate) async fn import_private(
    algorithm: Algorithm,
    secret: &[u8; 32],
) -> Result<CryptoKey, EngineError> {
    let pkcs8 = Uint8Array::new_with_length(48);
    pkcs8.subarray(0, 16).copy_from(&algorithm.pkcs8_prefix());
    pkcs8.subarray(16, 48).copy_from(secret);
    let key = subtle()?
        .import_key_with_str(
            "pkcs8",
            &pkcs8,
            algorithm.name(),
            false,
            &usages(algorithm.usage()),
        )
        .map_err(failed);
    // The platform has taken its copy.
    pkcs8.fill(0, 0, 48);
    Ok(settled(key?).await.map_err(failed)?.unchecked_into())
}

async fn import_public(
    algorithm: Algorithm,
    public: &[u8; 32],
    usages: &JsValue,
) -> Result<CryptoKey, EngineError> {
    let key = subtle()?
        .import_key_with_str(
            "raw",
            &Uint8Array::from(&public[..]),
            algorithm.name(),
            true,
            usages,
        )
        .map_err(failed)?;
    Ok(settled(key).await.map_err(failed)?.unchecked_into())
}

/// Ed25519.
pub(crate) async fn sign(key: &CryptoKey, message: &[u8]) -> Result<[u8; 64], EngineError> {
    let signature = subtle()?
        .sign_with_str_and_u8_array(Algorithm::Ed25519.name(), key, message)
        .map_err(failed)?;
    bytes(settled(signature).await.map_err(failed)?)
}

/// Ed25519, with whatever checks this platform makes. The core's filter has run.
pub(crate) async fn verify(
    public: &[u8; 32],
    message: &[u8],
    signature: &[u8; 64],
) -> Result<bool, EngineError> {
    let key = import_public(Algorithm::Ed25519, public, &usages("verify")).await?;
    let verdict = subtle()?
        .verify_with_str_and_u8_array_and_u8_array(
            Algorithm::Ed25519.name(),
            &key,
            signature,
            message,
        )
        .map_err(failed)?;
    settled(verdict)
        .await
        .map_err(failed)?
        .as_bool()
        .ok_or(EngineError::Failed)
}

/// X25519. Platforms refuse an all-zero result with an error of their own: of all that `deriveBits` can fail with
/// for a key that was imported and a length that is right, it is the only one left.
pub(crate) async fn agree(
    secret: &CryptoKey,
    public: &[u8; 32],
) -> Result<SharedSecret, EngineError> {
    let public = import_public(Algorithm::X25519, public, &Array::new()).await?;
    let parameters = Object::new();
    Reflect::set(
        &parameters,
        &"name".into(),
        &Algorithm::X25519.name().into(),
    )
    .map_err(failed)?;
    Reflect::set(&parameters, &"public".into(), &public).map_err(failed)?;
    let result = subtle()?
        .derive_bits_with_object(&parameters, secret, 256)
        .map_err(failed)?;
    let result = settled(result).await.map_err(|_| EngineError::Zero)?;
    let view = Uint8Array::new(&result);
    if view.length() != 32 {
        return Err(EngineError::Failed);
    }
    let mut raw = Zeroizing::new([0; 32]);
    view.copy_to(&mut raw[..]);
    view.fill(0, 0, 32);
    Ok(SharedSecret::new(*raw)?)
}

/// Of any realm: under a test's DOM the platform's buffers are not those of the page.
fn bytes<const N: usize>(buffer: JsValue) -> Result<[u8; N], EngineError> {
    let view = Uint8Array::new(&buffer);
    let mut out = [0; N];
    if view.length() as usize != N {
        return Err(EngineError::Failed);
    }
    view.copy_to(&mut out);
    Ok(out)
}

/// Imports an AES-256-GCM key, non-extractable. The bytes are read before this returns.
pub(crate) fn import_aes(
    key: &[u8; 32],
) -> Result<impl Future<Output = Result<CryptoKey, EngineError>> + 'static, EngineError> {
    let raw = Uint8Array::from(&key[..]);
    let both = Array::of2(&"encrypt".into(), &"decrypt".into());
    let imported = subtle()?
        .import_key_with_str("raw", &raw, "AES-GCM", false, &both)
        .map_err(failed);
    raw.fill(0, 0, 32);
    let imported = imported?;
    Ok(async move { Ok(settled(imported).await.map_err(failed)?.unchecked_into()) })
}
