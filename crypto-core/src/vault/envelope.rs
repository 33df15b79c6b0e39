//! The envelope around a record (section 8.1).

use alloc::vec::Vec;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::kdf::{self, Kdf, SALT};
use super::{Protection, Secret, VaultError};
use crate::bytes::Reader;
use crate::primitives::labels;
use crate::sealed::{self, Keys, RecordKind, Sealed, Sealing};

/// Bytes before the commitment: magic, version and kind, costs, salt, `IK` or zeros. The keys are bound to all of them.
const HEAD: usize = 64;

/// A record that came out of an envelope, with what its head says in clear.
pub(super) struct Opened {
    /// `IK`, or zeros.
    pub(super) public: [u8; 32],
    pub(super) record: Zeroizing<Vec<u8>>,
}

/// Seals a record of `length` bytes, which `write` appends. Draws the salt, 16 bytes, from `rng`: a fresh salt is a
/// fresh key and nonce.
pub(super) fn seal(
    kind: RecordKind,
    public: &[u8; 32],
    protection: Protection<'_>,
    rng: &mut dyn CryptoRng,
    length: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> Result<Vec<u8>, VaultError> {
    let mut out = Vec::new();
    out.try_reserve_exact(sealed::length(HEAD, length))
        .map_err(|_| VaultError::OutOfMemory)?;
    let costs = match protection {
        Protection::VaultSecret(_) => [kdf::NONE, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        Protection::Passphrase(_, kdf) => kdf.encode(),
    };
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    let sealing = Sealing::new(out, kind, &[&costs, &salt, public]);
    let keys = match protection {
        Protection::VaultSecret(secret) => derive(secret.expose(), sealing.head()),
        Protection::Passphrase(passphrase, kdf) => {
            let stretched = kdf.run(passphrase, &salt)?;
            derive(&stretched, sealing.head())
        }
    };
    Ok(sealing.finish(&keys, |out| {
        let begin = out.len();
        write(out);
        debug_assert_eq!(out.len(), begin + length);
    }))
}

/// Opens an envelope, whose record has at most `record_max` bytes: form, lengths and costs before any work, then the
/// commitment, then the tag.
pub(super) fn open(
    kind: RecordKind,
    record_max: usize,
    envelope: &[u8],
    secret: Secret<'_>,
) -> Result<Opened, VaultError> {
    let head = Head::decode(kind, record_max, envelope).ok_or(VaultError::Closed)?;
    let stretched;
    let secret: &[u8; 32] = match (secret, head.kdf) {
        (Secret::VaultSecret(secret), None) => secret.expose(),
        (Secret::Passphrase(passphrase), Some(kdf)) => {
            stretched = kdf.run(passphrase, &head.salt)?;
            &stretched
        }
        _ => return Err(VaultError::Closed),
    };
    let keys = derive(secret, head.sealed.head);
    let verified = head.sealed.verify(&keys).ok_or(VaultError::Closed)?;
    let mut record = Vec::new();
    record
        .try_reserve_exact(head.sealed.record_length())
        .map_err(|_| VaultError::OutOfMemory)?;
    let record = verified.decrypt(record).map_err(|_| VaultError::Closed)?;
    Ok(Opened {
        public: head.public,
        record,
    })
}

/// An envelope in its parts.
struct Head<'a> {
    /// None: under a vault secret.
    kdf: Option<Kdf>,
    salt: [u8; SALT],
    public: [u8; 32],
    sealed: Sealed<'a>,
}

impl<'a> Head<'a> {
    fn decode(kind: RecordKind, record_max: usize, envelope: &'a [u8]) -> Option<Self> {
        let sealed = Sealed::split(envelope, HEAD)?;
        if sealed.record_length() > record_max {
            return None;
        }
        let mut reader = Reader::new(sealed.head);
        sealed::read_form(&mut reader, kind).ok()?;
        let kdf = match (
            reader.u8().ok()?,
            reader.u8().ok()?,
            reader.u32().ok()?,
            reader.u32().ok()?,
        ) {
            (kdf::NONE, 0, 0, 0) => None,
            (kdf, lanes, cost, passes) => Some(Kdf::decode(kdf, lanes, cost, passes)?),
        };
        let salt = reader.array().ok()?;
        let public = reader.array().ok()?;
        if kind == RecordKind::Backup && public != [0; 32] {
            return None;
        }
        Some(Self {
            kdf,
            salt,
            public,
            sealed,
        })
    }
}

/// `Expand(secret, "wrap", bytes 0..64, 76)`.
fn derive(secret: &[u8; 32], head: &[u8]) -> Keys {
    Keys::derive(secret, &labels::WRAP, head)
}
