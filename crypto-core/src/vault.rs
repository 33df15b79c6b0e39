//! The identity at rest (sections 8.1 and 8.2), wrapped under the vault secret of section 8.3 (kdf 3).
//!
//! Passphrase envelopes (kdf 1 and 2) and backups (content 2) are not part of this module yet: they do not open.

use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::bytes::{Reader, put_short_string};
use crate::error::errors;
use crate::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use crate::limits;
use crate::password::VaultSecret;
use crate::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use crate::primitives::hash;
use crate::primitives::labels;

const MAGIC: &[u8; 4] = b"PAIR";
const CONTENT_IDENTITY: u8 = 1;
const KDF_NONE: u8 = 3;
/// Bytes before the sealed record.
const HEAD: usize = 96;
/// Bytes that the keys are bound to.
const BOUND: usize = 64;
/// Key, nonce and commitment.
const OUTPUT: usize = 76;

errors! {
    /// An envelope that does not open. A wrong secret and a damaged file look the same.
    pub enum VaultError {
        /// Wrong secret or damaged envelope.
        Closed => Vault,
    }
}

/// An identity as it is kept.
pub struct IdentityRecord {
    /// The secret.
    pub seed: IdentitySeed,
    /// When it was made, in ms since 1970.
    pub created: u64,
    /// The deployment.
    pub realm: Realm,
    /// The account.
    pub name: AccountName,
}

impl fmt::Debug for IdentityRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            created,
            realm,
            name,
        } = self;
        f.debug_struct("IdentityRecord")
            .field("seed", seed)
            .field("created", created)
            .field("realm", realm)
            .field("name", name)
            .finish()
    }
}

/// Wraps an identity. Draws the salt, 16 bytes, from `rng`: fresh at every write.
///
/// # Errors
/// None that can happen: the type is that of the cipher.
pub fn seal(
    record: &IdentityRecord,
    secret: &VaultSecret,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, VaultError> {
    let IdentityRecord {
        seed,
        created,
        realm,
        name,
    } = record;
    let (realm, name) = (realm.as_str().as_bytes(), name.as_str().as_bytes());
    let length = 32 + 8 + 1 + realm.len() + 1 + name.len();

    // One allocation: the record is encrypted where it is written.
    let mut out = Vec::with_capacity(HEAD + length + TAG_LENGTH);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[limits::VERSION, CONTENT_IDENTITY, KDF_NONE, 0]);
    out.extend_from_slice(&[0; 8]);
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    out.extend_from_slice(&salt);
    out.extend_from_slice(seed.public_key().as_bytes());
    let keys = Keys::derive(secret, &out);
    out.extend_from_slice(&keys.commitment);
    out.extend_from_slice(seed.expose());
    out.extend_from_slice(&created.to_be_bytes());
    put_short_string(&mut out, realm);
    put_short_string(&mut out, name);

    let (head, body) = out.split_at_mut(HEAD);
    let tag = aead::seal(&keys.okm, head, body).map_err(|_| VaultError::Closed)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// Unwraps an identity: form, commitment, tag, record, and that `IK` is the seed's.
///
/// # Errors
/// [`VaultError::Closed`], whatever the reason.
pub fn open(envelope: &[u8], secret: &VaultSecret) -> Result<IdentityRecord, VaultError> {
    unwrap(envelope, secret).ok_or(VaultError::Closed)
}

fn unwrap(envelope: &[u8], secret: &VaultSecret) -> Option<IdentityRecord> {
    let (head, sealed) = envelope.split_at_checked(HEAD)?;
    let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LENGTH>()?;
    let mut reader = Reader::new(head);
    let form = [
        MAGIC.as_slice(),
        &[limits::VERSION, CONTENT_IDENTITY, KDF_NONE, 0],
        &[0; 8],
    ]
    .concat();
    if reader.slice(form.len()).ok()? != form {
        return None;
    }
    let _salt: [u8; 16] = reader.array().ok()?;
    let public: [u8; 32] = reader.array().ok()?;
    let commitment: [u8; 32] = reader.array().ok()?;
    let keys = Keys::derive(secret, head);
    if !hash::equal(&keys.commitment, &commitment) {
        return None;
    }
    let mut record = Zeroizing::new(ciphertext.to_vec());
    aead::open(&keys.okm, head, &mut record, tag).ok()?;

    let mut reader = Reader::new(&record);
    let seed = Zeroizing::new(reader.array().ok()?);
    let created = reader.u64().ok()?;
    let realm = Realm::new(core::str::from_utf8(reader.short_string().ok()?).ok()?).ok()?;
    let written = core::str::from_utf8(reader.short_string().ok()?).ok()?;
    let name = AccountName::new(written).ok()?;
    reader.end().ok()?;
    let seed = IdentitySeed::from_bytes(&seed);
    let same_key = IdentityKey::from_bytes(&public).is_ok_and(|key| key == seed.public_key());
    (same_key && name.as_str() == written).then_some(IdentityRecord {
        seed,
        created,
        realm,
        name,
    })
}

/// `o = Expand(vault secret, "wrap", bytes 0..64, 76)` in its parts.
struct Keys {
    okm: Zeroizing<[u8; KEY_AND_NONCE]>,
    commitment: [u8; 32],
}

impl Keys {
    /// `head` has at least the 64 bytes that are bound.
    fn derive(secret: &VaultSecret, head: &[u8]) -> Self {
        let o: Zeroizing<[u8; OUTPUT]> =
            hash::expand(secret.expose(), &labels::WRAP, &[&head[..BOUND]]);
        let mut keys = Self {
            okm: Zeroizing::new([0; KEY_AND_NONCE]),
            commitment: [0; 32],
        };
        keys.okm.copy_from_slice(&o[..KEY_AND_NONCE]);
        keys.commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
        keys
    }
}
