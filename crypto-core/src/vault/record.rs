//! The identity record (section 8.2), alone in an envelope of content 1.

use alloc::vec::Vec;
use core::fmt;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::envelope;
use super::{Protection, Secret, VaultError};
use crate::bytes::{Reader, put_short_string};
use crate::identity::{AccountName, IdentityKey, IdentitySeed, Realm};
use crate::limits;
use crate::sealed::RecordKind;

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

impl IdentityRecord {
    /// Bytes of the record.
    pub(super) fn length(&self) -> usize {
        32 + 8 + 1 + self.realm.as_str().len() + 1 + self.name.as_str().len()
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let Self {
            seed,
            created,
            realm,
            name,
        } = self;
        out.extend_from_slice(seed.expose());
        out.extend_from_slice(&created.to_be_bytes());
        put_short_string(out, realm.as_str().as_bytes());
        put_short_string(out, name.as_str().as_bytes());
    }

    /// Reads a record, and leaves what follows it in the reader.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let seed = Zeroizing::new(reader.array().ok()?);
        Some(Self {
            seed: IdentitySeed::from_bytes(&seed),
            created: reader.u64().ok()?,
            realm: Realm::new(core::str::from_utf8(reader.short_string().ok()?).ok()?).ok()?,
            name: name(reader)?,
        })
    }
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

/// Reads a name, which must be in NFC as it is written: one record, one encoding.
pub(super) fn name(reader: &mut Reader<'_>) -> Option<AccountName> {
    let written = core::str::from_utf8(reader.short_string().ok()?).ok()?;
    AccountName::new(written)
        .ok()
        .filter(|name| name.as_str() == written)
}

/// Wraps an identity. Draws the salt, 16 bytes, from `rng`: fresh at every write.
///
/// # Errors
/// [`VaultError::OutOfMemory`].
pub fn seal_identity(
    record: &IdentityRecord,
    protection: Protection<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, VaultError> {
    envelope::seal(
        RecordKind::Identity,
        record.seed.public_key().as_bytes(),
        protection,
        rng,
        record.length(),
        |out| record.encode(out),
    )
}

/// Unwraps an identity: form and bounds, commitment, tag, record, and that `IK` is the seed's.
///
/// # Errors
/// [`VaultError::Closed`], whatever the reason, but for [`VaultError::OutOfMemory`].
pub fn open_identity(envelope: &[u8], secret: Secret<'_>) -> Result<IdentityRecord, VaultError> {
    let opened = envelope::open(
        RecordKind::Identity,
        limits::IDENTITY_RECORD_MAX,
        envelope,
        secret,
    )?;
    let mut reader = Reader::new(&opened.record);
    IdentityRecord::decode(&mut reader)
        .filter(|record| {
            reader.end().is_ok()
                && IdentityKey::from_bytes(&opened.public) == Ok(record.seed.public_key())
        })
        .ok_or(VaultError::Closed)
}
