//! Envelopes under a passphrase (protocol.md sections 8.1 and 8.2).
//!
//! Stretching a passphrase takes some hundred milliseconds of this thread, in one piece. Each operation therefore is a
//! [`Task`] whose arguments are checked at once, and which waits for a promise of the caller's before it begins: by
//! then what the caller has to say is on the screen, and the promise's rejection is a cancelled call.

use duet_crypto::identity::{AccountId, Realm};
use duet_crypto::password::VaultSecret;
use duet_crypto::pins::{Conflict, Pins};
use duet_crypto::vault::{
    self, Backup, IdentityRecord, Kdf, Passphrase, Protection, Secret, VerifiedPeer,
};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::failure::{Failure, number};
use crate::identity::{Identity, stored_record, vault_secret};
use crate::random::Random;
use crate::task::{Task, settled};
use crate::wire::object::Wire as _;
use crate::wire::vault::{MergedPeers, PeerConflict, Stretching, VerifiedPeer as PeerObject};

/// A generated passphrase, in groups.
#[wasm_bindgen(js_name = generatePassphrase)]
#[must_use]
pub fn generate_passphrase(script: Option<Vec<u8>>) -> String {
    let passphrase = Passphrase::generate(&mut Random::new(script));
    passphrase.grouped().to_string()
}

fn passphrase(typed: String) -> Result<Passphrase, Failure> {
    Ok(Passphrase::typed(&Zeroizing::new(typed))?)
}

/// An identity as it is stored, opened to be sealed for elsewhere.
#[wasm_bindgen]
pub struct Export(IdentityRecord);

#[wasm_bindgen]
impl Export {
    /// Opens the envelope of a stored identity.
    ///
    /// # Errors
    /// It does not open, or holds another account or key.
    #[wasm_bindgen(constructor)]
    pub fn new(
        realm: &str,
        name: &str,
        public: &[u8],
        envelope: &[u8],
        secret: Vec<u8>,
    ) -> Result<Self, JsValue> {
        Ok(Self(stored_record(realm, name, public, envelope, secret)?))
    }

    /// Seals the identity alone. Resolves with bytes.
    ///
    /// # Errors
    /// The passphrase or the cost is refused.
    pub fn identity(
        self,
        typed: String,
        stretching: &JsValue,
        begin: Promise,
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let Self(record) = self;
        let seal = move |protection: Protection<'_>, random: &mut Random| {
            vault::seal_identity(&record, protection, random)
        };
        sealing(typed, stretching, begin, script, seal)
    }

    /// Seals the identity with the people that it knows. Resolves with bytes.
    ///
    /// # Errors
    /// The passphrase, the cost or a person is refused.
    pub fn backup(
        self,
        peers: &JsValue,
        typed: String,
        stretching: &JsValue,
        begin: Promise,
        script: Option<Vec<u8>>,
    ) -> Result<Task, JsValue> {
        let backup = Backup {
            identity: self.0,
            peers: people(peers)?,
        };
        let seal = move |protection: Protection<'_>, random: &mut Random| {
            vault::seal_backup(&backup, protection, random)
        };
        sealing(typed, stretching, begin, script, seal)
    }
}

fn sealing(
    typed: String,
    stretching: &JsValue,
    begin: Promise,
    script: Option<Vec<u8>>,
    seal: impl FnOnce(Protection<'_>, &mut Random) -> Result<Vec<u8>, vault::VaultError> + 'static,
) -> Result<Task, JsValue> {
    let passphrase = passphrase(typed)?;
    let kdf = Kdf::try_from(Stretching::from_js(stretching)?).map_err(Failure::from)?;
    Ok(Task::new(async move {
        begun(begin).await?;
        let protection = Protection::Passphrase(&passphrase, kdf);
        let envelope = seal(protection, &mut Random::new(script))?;
        Ok(Uint8Array::from(&envelope[..]).into())
    }))
}

/// The caller knows why it cancelled: which failure this is does not matter.
async fn begun(begin: Promise) -> Result<(), Failure> {
    settled(begin)
        .await
        .map(drop)
        .map_err(|_| Failure::Argument)
}

/// What came out of an envelope, on its way to being an identity.
#[wasm_bindgen]
pub struct Import {
    record: IdentityRecord,
    peers: Vec<VerifiedPeer>,
}

#[wasm_bindgen]
impl Import {
    /// Opens an identity that was sealed alone. Resolves with an [`Import`].
    ///
    /// # Errors
    /// The passphrase is refused.
    pub fn identity(envelope: Vec<u8>, typed: String, begin: Promise) -> Result<Task, JsValue> {
        let passphrase = passphrase(typed)?;
        Ok(Task::new(async move {
            begun(begin).await?;
            let record = vault::open_identity(&envelope, Secret::Passphrase(&passphrase))?;
            Ok(JsValue::from(Self {
                record,
                peers: Vec::new(),
            }))
        }))
    }

    /// Opens a backup. Resolves with an [`Import`].
    ///
    /// # Errors
    /// The passphrase is refused.
    pub fn backup(backup: Vec<u8>, typed: String, begin: Promise) -> Result<Task, JsValue> {
        let passphrase = passphrase(typed)?;
        Ok(Task::new(async move {
            begun(begin).await?;
            let opened = vault::open_backup(&backup, Secret::Passphrase(&passphrase))?;
            let Backup { identity, peers } = opened;
            Ok(JsValue::from(Self {
                record: identity,
                peers,
            }))
        }))
    }

    /// The deployment.
    #[must_use]
    pub fn realm(&self) -> String {
        self.record.realm.as_str().to_owned()
    }

    /// The login name.
    #[must_use]
    pub fn name(&self) -> String {
        self.record.name.as_str().to_owned()
    }

    /// When the identity was made, in ms since 1970.
    #[must_use]
    pub fn created(&self) -> f64 {
        number(self.record.created)
    }

    /// The people, in the order of the backup.
    #[must_use]
    pub fn peers(&self) -> JsValue {
        objects(&self.peers).to_js()
    }

    /// Takes the identity up on an engine. With `secret` a native one has an envelope, too. Resolves with an
    /// [`Identity`].
    ///
    /// # Errors
    /// The secret has not 32 bytes.
    pub fn adopt(self, native: bool, secret: Option<Vec<u8>>) -> Result<Task, JsValue> {
        let secret: Option<VaultSecret> = secret.map(vault_secret).transpose()?;
        Ok(Task::new(async move {
            let adopted =
                Identity::adopt(self.record, native, secret, &mut Random::Platform).await?;
            Ok(adopted.into())
        }))
    }
}

pub(crate) fn people(objects: &JsValue) -> Result<Vec<VerifiedPeer>, Failure> {
    let objects = Vec::<PeerObject>::from_js(objects)?;
    objects.into_iter().map(TryInto::try_into).collect()
}

pub(crate) fn objects(people: &[VerifiedPeer]) -> Vec<PeerObject> {
    people.iter().map(PeerObject::from).collect()
}

/// Puts people of a backup beside those that are known: `{ peers, conflicts }`.
///
/// # Errors
/// The realm or a person is refused, or somebody is known twice.
#[wasm_bindgen(js_name = mergePeers)]
pub fn merge_peers(realm: &str, known: &JsValue, imported: &JsValue) -> Result<JsValue, JsValue> {
    let realm = Realm::new(realm).map_err(Failure::from)?;
    let (known, imported) = (people(known)?, people(imported)?);
    let mut pins = Pins::new(realm.clone());
    if !pins.merge(&known).map_err(Failure::from)?.is_empty() {
        return Err(Failure::Argument.into());
    }
    let conflicts = pins.merge(&imported).map_err(Failure::from)?;
    let of = |people: &[VerifiedPeer], conflict: &Conflict| {
        let wanted =
            |peer: &&VerifiedPeer| AccountId::derive(&realm, &peer.name) == conflict.account;
        people.iter().find(wanted).map(PeerObject::from)
    };
    let conflicts = conflicts.iter().filter_map(|conflict| {
        Some(PeerConflict {
            known: of(&pins.export(), conflict)?,
            imported: of(&imported, conflict)?,
        })
    });
    let merged = MergedPeers {
        conflicts: conflicts.collect(),
        peers: objects(&pins.export()),
    };
    Ok(merged.to_js())
}
