//! One's own identity: where its private key is, and what it signs.

use std::rc::Rc;

use duet_crypto::engine::LocalIdentity;
use duet_crypto::identity::{
    self, AccountId, AccountName, IdentityKey, IdentitySeed, Party, Realm,
};
use duet_crypto::password::VaultSecret;
use duet_crypto::relay::{self, Challenge, Presence};
use duet_crypto::vault::{self, IdentityRecord, VaultError};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::CryptoKey;
use zeroize::Zeroizing;

use crate::engine::{Choice, Platform, PrivateKey};
use crate::failure::{Failure, array, whole};
use crate::password::account;
use crate::platform::{self, Algorithm};
use crate::random::Random;
use crate::task::Task;

/// A private key, its public key and its account.
#[wasm_bindgen]
pub struct Identity {
    key: PrivateKey,
    party: Party,
}

impl Identity {
    /// This identity on an engine, as the core wants it.
    pub(crate) fn local(&self, choice: Choice, injected_keys: bool) -> LocalIdentity<Platform> {
        LocalIdentity::new(
            Platform::new(choice, injected_keys),
            self.key.clone(),
            self.party,
        )
    }

    /// For operations that only sign.
    fn signer(&self) -> LocalIdentity<Platform> {
        self.local(Choice::new(false, false), false)
    }

    fn software(seed: IdentitySeed, account: AccountId) -> Self {
        let party = Party {
            account,
            key: seed.public_key(),
        };
        Self {
            key: PrivateKey::Software(Rc::new(seed)),
            party,
        }
    }

    fn native(private: CryptoKey, public: &[u8; 32], account: AccountId) -> Result<Self, Failure> {
        let key = IdentityKey::from_bytes(public)?;
        Ok(Self {
            key: PrivateKey::Native(private),
            party: Party { account, key },
        })
    }
}

#[wasm_bindgen]
impl Identity {
    /// A new identity whose seed is in this module's memory.
    ///
    /// # Errors
    /// The realm or the name is refused.
    #[wasm_bindgen(js_name = createWasm)]
    pub fn create_wasm(realm: &str, name: &str, script: Option<Vec<u8>>) -> Result<Self, JsValue> {
        let seed = IdentitySeed::generate(&mut Random::new(script));
        Ok(Self::software(seed, account(realm, name)?))
    }

    /// A new identity whose key is a non-extractable `CryptoKey`. Resolves with an [`Identity`].
    ///
    /// # Errors
    /// The realm or the name is refused.
    #[wasm_bindgen(js_name = createNative)]
    pub fn create_native(
        realm: &str,
        name: &str,
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let account = account(realm, name)?;
        Ok(Task::new(async move {
            let Some(script) = script else {
                let (private, public) = platform::generate(Algorithm::Ed25519).await?;
                return Self::native(private, &public, account);
            };
            let seed: Zeroizing<[u8; 32]> = Zeroizing::new(array(&Zeroizing::new(script))?);
            let public = *IdentitySeed::from_bytes(&seed).public_key().as_bytes();
            let private = platform::import_private(Algorithm::Ed25519, &seed).await?;
            Self::native(private, &public, account)
        }))
    }

    /// An identity whose key was kept by the platform.
    ///
    /// # Errors
    /// The realm, the name or the public key is refused.
    #[wasm_bindgen(js_name = restoreNative)]
    pub fn restore_native(
        realm: &str,
        name: &str,
        public: &[u8],
        private: CryptoKey,
    ) -> Result<Self, JsValue> {
        Ok(Self::native(
            private,
            &array(public)?,
            account(realm, name)?,
        )?)
    }

    /// An identity of the wasm engine, from its envelope.
    ///
    /// # Errors
    /// The envelope does not open, or holds another account or key.
    pub fn unwrap(
        realm: &str,
        name: &str,
        public: &[u8],
        envelope: &[u8],
        secret: &[u8],
    ) -> Result<Self, JsValue> {
        let secret = VaultSecret::from_bytes(&array(secret)?);
        let record = vault::open(envelope, &secret).map_err(Failure::from)?;
        let wanted = account(realm, name)?;
        let identity = Self::software(record.seed, AccountId::derive(&record.realm, &record.name));
        if identity.party.account == wanted && identity.party.key.as_bytes()[..] == *public {
            Ok(identity)
        } else {
            Err(Failure::from(VaultError::Closed).into())
        }
    }

    /// The envelope of an identity of the wasm engine. `created` is in ms since 1970.
    ///
    /// # Errors
    /// The key is not in this module's memory; the realm or the name is not this identity's.
    pub fn wrap(
        &self,
        realm: &str,
        name: &str,
        secret: &[u8],
        created: f64,
        script: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, JsValue> {
        let PrivateKey::Software(seed) = &self.key else {
            return Err(Failure::Argument.into());
        };
        let (realm, name) = (
            Realm::new(realm).map_err(Failure::from)?,
            AccountName::new(name).map_err(Failure::from)?,
        );
        if AccountId::derive(&realm, &name) != self.party.account {
            return Err(Failure::Argument.into());
        }
        let record = IdentityRecord {
            seed: IdentitySeed::from_bytes(seed.expose()),
            created: whole(created)?,
            realm,
            name,
        };
        let secret = VaultSecret::from_bytes(&array(secret)?);
        Ok(vault::seal(&record, &secret, &mut Random::new(script)).map_err(Failure::from)?)
    }

    /// The platform's private key, if it is there.
    #[wasm_bindgen(js_name = privateKey)]
    #[must_use]
    pub fn private_key(&self) -> Option<CryptoKey> {
        match &self.key {
            PrivateKey::Native(key) => Some(key.clone()),
            PrivateKey::Software(_) => None,
        }
    }

    /// 32 bytes.
    #[wasm_bindgen(js_name = accountId)]
    #[must_use]
    pub fn account_id(&self) -> Vec<u8> {
        self.party.account.as_bytes().to_vec()
    }

    /// 32 bytes.
    #[wasm_bindgen(js_name = publicKey)]
    #[must_use]
    pub fn public_key(&self) -> Vec<u8> {
        self.party.key.as_bytes().to_vec()
    }

    /// The LOGIN frame for a relay's challenge. Resolves with bytes.
    ///
    /// # Errors
    /// An argument has not its length.
    #[wasm_bindgen(js_name = signLogin)]
    pub fn sign_login(
        &self,
        challenge: &[u8],
        presence: &[u8],
        token: String,
    ) -> Result<Task, JsValue> {
        let (challenge, presence) = (Challenge(array(challenge)?), Presence(array(presence)?));
        let (local, token) = (self.signer(), Zeroizing::new(token));
        Ok(Task::new(async move {
            let frame = relay::login(&local, &challenge, &presence, &token).await?;
            Ok(js_sys::Uint8Array::from(&frame[..]))
        }))
    }

    /// The old key's agreement to a new one. Resolves with 64 bytes.
    ///
    /// # Errors
    /// The new key is refused.
    #[wasm_bindgen(js_name = signReplacement)]
    pub fn sign_replacement(&self, new_public: &[u8]) -> Result<Task, JsValue> {
        let new = IdentityKey::from_bytes(&array(new_public)?).map_err(Failure::from)?;
        let local = self.signer();
        Ok(Task::new(async move {
            let signature = identity::sign_replacement(&local, &new).await?;
            Ok(js_sys::Uint8Array::from(&signature[..]))
        }))
    }
}
