//! One's own identity: where its private key is, and what it signs.

use std::rc::Rc;

use duet_crypto::engine::LocalIdentity;
use duet_crypto::identity::{AccountId, AccountName, IdentityKey, IdentitySeed, Party, Realm};
use duet_crypto::password::VaultSecret;
use duet_crypto::relay::{self, Challenge, Presence};
use duet_crypto::replacement;
use duet_crypto::vault::{self, IdentityRecord, Protection, Secret, VaultError};
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
    /// When a seed in this module's memory was made, in ms since 1970: goes into its envelope.
    created: u64,
    /// The seed of a native key under the vault secret, if it was made with one.
    envelope: Option<Vec<u8>>,
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

    /// Account and public key.
    pub(crate) fn party(&self) -> Party {
        self.party
    }

    /// For operations that only sign.
    fn signer(&self) -> LocalIdentity<Platform> {
        self.local(Choice::new(false, false), false)
    }

    fn software(record: IdentityRecord) -> Self {
        let party = Party {
            account: AccountId::derive(&record.realm, &record.name),
            key: record.seed.public_key(),
        };
        Self {
            key: PrivateKey::Software(Rc::new(record.seed)),
            party,
            created: record.created,
            envelope: None,
        }
    }

    fn native(private: CryptoKey, public: &[u8; 32], account: AccountId) -> Result<Self, Failure> {
        let key = IdentityKey::from_bytes(public)?;
        Ok(Self {
            key: PrivateKey::Native(private),
            party: Party { account, key },
            created: 0,
            envelope: None,
        })
    }

    /// Takes up a seed on the engine that is wanted. On the platform's, nothing of the seed stays here but what `secret`
    /// seals.
    pub(crate) async fn adopt(
        record: IdentityRecord,
        native: bool,
        secret: Option<VaultSecret>,
        random: &mut Random,
    ) -> Result<Self, Failure> {
        if !native {
            return Ok(Self::software(record));
        }
        let account = AccountId::derive(&record.realm, &record.name);
        let private = platform::import_private(Algorithm::Ed25519, record.seed.expose()).await?;
        let envelope = match secret {
            Some(secret) => {
                let protection = Protection::VaultSecret(&secret);
                Some(vault::seal_identity(&record, protection, random)?)
            }
            None => None,
        };
        let adopted = Self::native(private, record.seed.public_key().as_bytes(), account)?;
        Ok(Self {
            envelope,
            ..adopted
        })
    }
}

fn new_record(
    realm: &str,
    name: &str,
    created: f64,
    random: &mut Random,
) -> Result<IdentityRecord, Failure> {
    Ok(IdentityRecord {
        seed: IdentitySeed::generate(random),
        created: whole(created)?,
        realm: Realm::new(realm)?,
        name: AccountName::new(name)?,
    })
}

/// The record in what an identity was stored as, if it is that of this account and key.
pub(crate) fn stored_record(
    realm: &str,
    name: &str,
    public: &[u8],
    envelope: &[u8],
    secret: Vec<u8>,
) -> Result<IdentityRecord, Failure> {
    let wanted = account(realm, name)?;
    let secret = vault_secret(secret)?;
    let record = vault::open_identity(envelope, Secret::VaultSecret(&secret))?;
    let same = AccountId::derive(&record.realm, &record.name) == wanted
        && record.seed.public_key().as_bytes()[..] == *public;
    same.then_some(record)
        .ok_or_else(|| VaultError::Closed.into())
}

/// Takes the bytes over, so that they are wiped.
pub(crate) fn vault_secret(bytes: Vec<u8>) -> Result<VaultSecret, Failure> {
    let bytes = Zeroizing::new(bytes);
    Ok(VaultSecret::from_bytes(&Zeroizing::new(array(&bytes)?)))
}

#[wasm_bindgen]
impl Identity {
    /// A new identity whose seed is in this module's memory. `created` is in ms since 1970.
    ///
    /// # Errors
    /// The realm or the name is refused.
    #[wasm_bindgen(js_name = createWasm)]
    pub fn create_wasm(
        realm: &str,
        name: &str,
        created: f64,
        script: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let record = new_record(realm, name, created, &mut Random::new(script))?;
        Ok(Self::software(record))
    }

    /// A new identity whose key is a non-extractable `CryptoKey`, which the platform makes: it can never be exported.
    /// Resolves with an [`Identity`].
    ///
    /// # Errors
    /// The realm or the name is refused.
    #[wasm_bindgen(js_name = createNative)]
    pub fn create_native(realm: &str, name: &str) -> Result<Task, JsValue> {
        let account = account(realm, name)?;
        Ok(Task::new(async move {
            let (private, public) = platform::generate(Algorithm::Ed25519).await?;
            Ok(Self::native(private, &public, account)?.into())
        }))
    }

    /// A new identity whose seed is made here and imported into the platform, non-extractable. What stays of the seed
    /// is sealed under `secret`; without one, nothing does. `created` is in ms since 1970. Resolves with an
    /// [`Identity`].
    ///
    /// # Errors
    /// An argument is refused.
    #[wasm_bindgen(js_name = createImported)]
    pub fn create_imported(
        realm: &str,
        name: &str,
        created: f64,
        secret: Option<Vec<u8>>,
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let mut random = Random::new(script);
        let secret = secret.map(vault_secret).transpose()?;
        let record = new_record(realm, name, created, &mut random)?;
        Ok(Task::new(async move {
            let adopted = Self::adopt(record, true, secret, &mut random).await?;
            Ok(adopted.into())
        }))
    }

    /// An identity whose key was kept by the platform, with the envelope beside it, if any.
    ///
    /// # Errors
    /// The realm, the name or the public key is refused.
    #[wasm_bindgen(js_name = restoreNative)]
    pub fn restore_native(
        realm: &str,
        name: &str,
        public: &[u8],
        private: CryptoKey,
        envelope: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let kept = Self::native(private, &array(public)?, account(realm, name)?)?;
        Ok(Self { envelope, ..kept })
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
        secret: Vec<u8>,
    ) -> Result<Self, JsValue> {
        let record = stored_record(realm, name, public, envelope, secret)?;
        Ok(Self::software(record))
    }

    /// The envelope of an identity of the wasm engine.
    ///
    /// # Errors
    /// The key is not in this module's memory; the realm or the name is not this identity's.
    pub fn wrap(
        &self,
        realm: &str,
        name: &str,
        secret: Vec<u8>,
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
            created: self.created,
            realm,
            name,
        };
        let secret = vault_secret(secret)?;
        let protection = Protection::VaultSecret(&secret);
        let random = &mut Random::new(script);
        Ok(vault::seal_identity(&record, protection, random).map_err(Failure::from)?)
    }

    /// What a native identity was made or restored with.
    #[must_use]
    pub fn envelope(&self) -> Option<Vec<u8>> {
        self.envelope.clone()
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
            Ok(js_sys::Uint8Array::from(&frame[..]).into())
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
            let signature = replacement::sign(&local, &new).await?;
            Ok(js_sys::Uint8Array::from(&signature[..]).into())
        }))
    }
}
