//! The envelope around a record (section 8.1).

use alloc::vec::Vec;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::kdf::{self, Kdf, SALT};
use super::{Protection, Secret, VaultError};
use crate::bytes::Reader;
use crate::limits;
use crate::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH};
use crate::primitives::hash;
use crate::primitives::labels;

const MAGIC: &[u8; 4] = b"PAIR";
/// Bytes before the sealed record.
pub(super) const HEAD: usize = 96;
/// Bytes that the keys are bound to.
const BOUND: usize = 64;
/// Key, nonce and commitment.
const OUTPUT: usize = 76;

/// What is in an envelope.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Content {
    Identity = 1,
    Backup = 2,
}

/// A record that came out of an envelope, with what its head says in clear.
pub(super) struct Opened {
    /// `IK`, or zeros.
    pub(super) public: [u8; 32],
    pub(super) record: Zeroizing<Vec<u8>>,
}

/// Seals a record of `length` bytes, which `write` appends. Draws the salt, 16 bytes, from `rng`: a fresh salt is a
/// fresh key and nonce.
pub(super) fn seal(
    content: Content,
    public: &[u8; 32],
    protection: Protection<'_>,
    rng: &mut dyn CryptoRng,
    length: usize,
    write: impl FnOnce(&mut Vec<u8>),
) -> Result<Vec<u8>, VaultError> {
    // One allocation: the record is encrypted where it is written, and no copy of it stays behind.
    let mut out = Vec::new();
    out.try_reserve_exact(HEAD + length + TAG_LENGTH)
        .map_err(|_| VaultError::OutOfMemory)?;
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[limits::VERSION, content as u8]);
    out.extend_from_slice(&match protection {
        Protection::VaultSecret(_) => [kdf::NONE, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        Protection::Passphrase(_, kdf) => kdf.encode(),
    });
    let mut salt = [0; SALT];
    rng.fill_bytes(&mut salt);
    out.extend_from_slice(&salt);
    out.extend_from_slice(public);
    let keys = match protection {
        Protection::VaultSecret(secret) => Keys::derive(secret.expose(), &out),
        Protection::Passphrase(passphrase, kdf) => {
            let stretched = kdf.run(passphrase, &salt)?;
            Keys::derive(&stretched, &out)
        }
    };
    out.extend_from_slice(&keys.commitment);
    write(&mut out);
    debug_assert_eq!(out.len(), HEAD + length);

    let (head, body) = out.split_at_mut(HEAD);
    let tag = aead::seal(&keys.okm, head, body).map_err(|_| VaultError::Closed)?;
    out.extend_from_slice(&tag);
    Ok(out)
}

/// Opens an envelope, whose record has at most `record_max` bytes: form, lengths and costs before any work, then the
/// commitment, then the tag.
pub(super) fn open(
    content: Content,
    record_max: usize,
    envelope: &[u8],
    secret: Secret<'_>,
) -> Result<Opened, VaultError> {
    let head = Head::decode(content, record_max, envelope).ok_or(VaultError::Closed)?;
    let stretched;
    let secret: &[u8; 32] = match (secret, head.kdf) {
        (Secret::VaultSecret(secret), None) => secret.expose(),
        (Secret::Passphrase(passphrase), Some(kdf)) => {
            stretched = kdf.run(passphrase, &head.salt)?;
            &stretched
        }
        _ => return Err(VaultError::Closed),
    };
    let keys = Keys::derive(secret, head.bytes);
    if !hash::equal(&keys.commitment, &head.commitment) {
        return Err(VaultError::Closed);
    }
    let mut record = Zeroizing::new(Vec::new());
    record
        .try_reserve_exact(head.ciphertext.len())
        .map_err(|_| VaultError::OutOfMemory)?;
    record.extend_from_slice(head.ciphertext);
    aead::open(&keys.okm, head.bytes, &mut record, head.tag).map_err(|_| VaultError::Closed)?;
    Ok(Opened {
        public: head.public,
        record,
    })
}

/// An envelope in its parts.
struct Head<'a> {
    bytes: &'a [u8],
    /// None: under a vault secret.
    kdf: Option<Kdf>,
    salt: [u8; SALT],
    public: [u8; 32],
    commitment: [u8; 32],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl<'a> Head<'a> {
    fn decode(content: Content, record_max: usize, envelope: &'a [u8]) -> Option<Self> {
        let (bytes, sealed) = envelope.split_at_checked(HEAD)?;
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LENGTH>()?;
        if ciphertext.len() > record_max {
            return None;
        }
        let mut reader = Reader::new(bytes);
        let form = (
            reader.array::<4>().ok()?,
            reader.u8().ok()?,
            reader.u8().ok()?,
        );
        if form != (*MAGIC, limits::VERSION, content as u8) {
            return None;
        }
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
        if content == Content::Backup && public != [0; 32] {
            return None;
        }
        Some(Self {
            bytes,
            kdf,
            salt,
            public,
            commitment: reader.array().ok()?,
            ciphertext,
            tag,
        })
    }
}

/// `o = Expand(secret, "wrap", bytes 0..64, 76)` in its parts.
struct Keys {
    okm: Zeroizing<[u8; KEY_AND_NONCE]>,
    commitment: [u8; 32],
}

impl Keys {
    /// `head` has at least the 64 bytes that are bound.
    fn derive(secret: &[u8; 32], head: &[u8]) -> Self {
        let o: Zeroizing<[u8; OUTPUT]> = hash::expand(secret, &labels::WRAP, &[&head[..BOUND]]);
        let mut keys = Self {
            okm: Zeroizing::new([0; KEY_AND_NONCE]),
            commitment: [0; 32],
        };
        keys.okm.copy_from_slice(&o[..KEY_AND_NONCE]);
        keys.commitment.copy_from_slice(&o[KEY_AND_NONCE..]);
        keys
    }
}
