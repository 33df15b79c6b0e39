//! The engine of the bindings: each operation on Web Crypto or in the core, decided once per handshake.

use std::rc::Rc;

use duet_crypto::engine::{AgreementKeys, Engine, EngineError, SharedSecret, Software};
use duet_crypto::identity::IdentitySeed;
use duet_crypto::primitives::x25519;
use rand_core::CryptoRng;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::CryptoKey;
use zeroize::Zeroizing;

use crate::platform::{self, Algorithm};
use crate::random::Random;

/// Who does which operation. Signing is not among them: an identity signs where its key is.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    native_verify: bool,
    native_agreement: bool,
}

#[wasm_bindgen]
impl Choice {
    /// `true` stands for Web Crypto.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(native_verify: bool, native_agreement: bool) -> Self {
        Self {
            native_verify,
            native_agreement,
        }
    }
}

/// An Ed25519 private key. Clones are handles on the same key.
#[derive(Clone)]
pub(crate) enum PrivateKey {
    /// A seed in the memory of this module.
    Software(Rc<IdentitySeed>),
    /// A non-extractable key of the platform.
    Native(CryptoKey),
}

/// A single-use X25519 private key.
pub(crate) enum Agreement {
    Software(x25519::Secret),
    /// Released with its handle: the platform offers no wiping.
    Native(CryptoKey),
}

/// Implements the core's primitives.
#[derive(Clone, Copy)]
pub(crate) struct Platform {
    choice: Choice,
    /// Test vectors prescribe private keys: native ones are then imported instead of generated.
    injected_keys: bool,
}

impl Platform {
    pub(crate) fn new(choice: Choice, injected_keys: bool) -> Self {
        Self {
            choice,
            injected_keys,
        }
    }
}

impl Engine for Platform {
    type Identity = PrivateKey;
    type Agreement = Agreement;

    async fn sign(&self, identity: &PrivateKey, message: &[u8]) -> Result<[u8; 64], EngineError> {
        match identity {
            PrivateKey::Software(seed) => Software.sign(seed, message).await,
            PrivateKey::Native(key) => platform::sign(key, message).await,
        }
    }

    async fn verify(
        &self,
        key: &[u8; 32],
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<bool, EngineError> {
        if self.choice.native_verify {
            platform::verify(key, message, signature).await
        } else {
            Software.verify(key, message, signature).await
        }
    }

    async fn generate_agreement(
        &self,
        rng: &mut dyn CryptoRng,
    ) -> Result<AgreementKeys<Agreement>, EngineError> {
        if !self.choice.native_agreement {
            let AgreementKeys { secret, public } = Software.generate_agreement(rng).await?;
            let secret = Agreement::Software(secret);
            return Ok(AgreementKeys { secret, public });
        }
        let (key, public) = if self.injected_keys {
            import_injected(rng).await?
        } else {
            platform::generate(Algorithm::X25519).await?
        };
        // One byte string per key holds for our own keys as well.
        x25519::check_key(&public)?;
        let secret = Agreement::Native(key);
        Ok(AgreementKeys { secret, public })
    }

    async fn agree(
        &self,
        secret: &Agreement,
        public: &[u8; 32],
    ) -> Result<SharedSecret, EngineError> {
        match secret {
            Agreement::Software(secret) => Software.agree(secret, public).await,
            Agreement::Native(key) => platform::agree(key, public).await,
        }
    }
}

/// The key pair that a test vector prescribes, on the platform.
async fn import_injected(rng: &mut dyn CryptoRng) -> Result<(CryptoKey, [u8; 32]), EngineError> {
    let mut bytes = Zeroizing::new([0; 32]);
    rng.fill_bytes(&mut bytes[..]);
    let public = x25519::Secret::generate(&mut Random::new(Some(bytes.to_vec()))).public_key();
    Ok((
        platform::import_private(Algorithm::X25519, &bytes).await?,
        public,
    ))
}
