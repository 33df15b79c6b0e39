//! The backup (section 8.2): an identity and the people it knows, in an envelope of content 2.
//!
//! Earlier keys of a person follow their entry as entries of the same name whose state has its highest bit set: section
//! 8.2 prescribes no place for them, and an entry whose state is not 1 to 4 cannot be taken for a pin.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use rand_core::CryptoRng;

use super::envelope;
use super::record::{self, IdentityRecord};
use super::{Protection, Secret, VaultError};
use crate::bytes::{Reader, put_short_string};
use crate::identity::{AccountName, IdentityKey};
use crate::limits;
use crate::pins::{EarlierKey, PinState, VerifiedPeer};
use crate::sealed::{self, RecordKind, padded};

/// Marks the state of an earlier key.
const EARLIER: u8 = 0x80;
/// An identity and the people it knows.
#[derive(Debug)]
pub struct Backup {
    /// The identity.
    pub identity: IdentityRecord,
    /// The people, each name once.
    pub peers: Vec<VerifiedPeer>,
}

/// Wraps a backup. Draws the salt, 16 bytes, from `rng`.
///
/// # Errors
/// [`VaultError::Peers`], [`VaultError::OutOfMemory`].
pub fn seal_backup(
    backup: &Backup,
    protection: Protection<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, VaultError> {
    let Backup { identity, peers } = backup;
    let mut entries = 0_usize;
    let mut length = identity.length() + 2;
    for peer in peers {
        if peer.earlier.len() > limits::EARLIER_KEYS {
            return Err(VaultError::Peers);
        }
        entries += 1 + peer.earlier.len();
        length += (1 + peer.earlier.len()) * entry_length(peer);
    }
    let count = u16::try_from(entries).map_err(|_| VaultError::Peers)?;
    if !are_distinct(peers) {
        return Err(VaultError::Peers);
    }
    let length = padded(length);
    envelope::seal(
        RecordKind::Backup,
        &[0; 32],
        protection,
        rng,
        length,
        |out| {
            let begin = out.len();
            identity.encode(out);
            out.extend_from_slice(&count.to_be_bytes());
            for peer in peers {
                let VerifiedPeer {
                    name,
                    key,
                    state,
                    first_seen,
                    earlier,
                } = peer;
                put_entry(out, name, key, state.value(), *first_seen);
                for old in earlier {
                    put_entry(
                        out,
                        name,
                        &old.key,
                        EARLIER | old.state.value(),
                        old.first_seen,
                    );
                }
            }
            sealed::pad(out, begin);
        },
    )
}

/// Unwraps a backup: form and bounds, commitment, tag, padding, records. Putting its people beside those that are known
/// is for [`crate::pins::Pins::merge`].
///
/// # Errors
/// [`VaultError::Closed`], whatever the reason, but for [`VaultError::OutOfMemory`].
pub fn open_backup(envelope: &[u8], secret: Secret<'_>) -> Result<Backup, VaultError> {
    let opened = envelope::open(RecordKind::Backup, RECORD_MAX, envelope, secret)?;
    decode(&opened.record).ok_or(VaultError::Closed)
}

fn decode(record: &[u8]) -> Option<Backup> {
    let mut reader = Reader::new(sealed::unpad(record)?);
    let identity = IdentityRecord::decode(&mut reader)?;
    let count = reader.u16().ok()?;
    // What is allocated follows the bytes that are there, not the count that they claim.
    let mut peers: Vec<VerifiedPeer> = Vec::new();
    for _ in 0..count {
        let name = record::name(&mut reader)?;
        let key = IdentityKey::from_bytes(&reader.array().ok()?).ok()?;
        let state = reader.u8().ok()?;
        let first_seen = reader.u64().ok()?;
        if state & EARLIER == 0 {
            peers.push(VerifiedPeer {
                name,
                key,
                state: PinState::from_value(state)?,
                first_seen,
                earlier: Vec::new(),
            });
        } else {
            let peer = peers.last_mut().filter(|peer| peer.name == name)?;
            if peer.earlier.len() >= limits::EARLIER_KEYS {
                return None;
            }
            peer.earlier.push(EarlierKey {
                key,
                state: PinState::from_value(state & !EARLIER)?,
                first_seen,
            });
        }
    }
    reader.end().ok()?;
    are_distinct(&peers).then_some(Backup { identity, peers })
}

/// Whether nobody is named twice.
fn are_distinct(peers: &[VerifiedPeer]) -> bool {
    // A heap and not a sort, which is nine kilobytes of code in the WebAssembly module.
    let mut names: BinaryHeap<_> = peers.iter().map(|peer| peer.name.as_str()).collect();
    let mut last = None;
    while let Some(name) = names.pop() {
        if last.replace(name) == Some(name) {
            return false;
        }
    }
    true
}

fn entry_length(peer: &VerifiedPeer) -> usize {
    1 + peer.name.as_str().len() + 32 + 1 + 8
}

fn put_entry(out: &mut Vec<u8>, name: &AccountName, key: &IdentityKey, state: u8, time: u64) {
    put_short_string(out, name.as_str().as_bytes());
    out.extend_from_slice(key.as_bytes());
    out.push(state);
    out.extend_from_slice(&time.to_be_bytes());
}

/// The longest record: a longer one is refused before any work.
const RECORD_MAX: usize =
    padded(limits::IDENTITY_RECORD_MAX + 2 + limits::PEOPLE * (1 + limits::NAME_MAX + 32 + 1 + 8));
