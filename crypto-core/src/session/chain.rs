//! The root key, chains and message keys (section 6.2).

use alloc::vec::Vec;

use super::turn::TurnSecrets;
use crate::bytes::Reader;
use crate::ids::SessionId;
use crate::limits;
use crate::primitives::aead::{self, KEY_AND_NONCE, TAG_LENGTH, Unauthentic};
use crate::primitives::hash::{HmacKey, Secret32, expand, extract};
use crate::primitives::labels;
use zeroize::Zeroizing;

/// `rk`: carries every turn so far. Wiped on drop.
pub(crate) struct RootKey(Secret32);

impl RootKey {
    pub(crate) const fn new(key: Secret32) -> Self {
        Self(key)
    }

    /// `KDF_RK(rk, d, th)`: the next root key and the chain of a turn. `d` is `ss_k || ss_x`.
    pub(super) fn step(
        &self,
        secrets: &TurnSecrets,
        sid: SessionId,
        turn_hash: &[u8; 32],
    ) -> (Self, Chain) {
        let encapsulated = secrets
            .encapsulated
            .as_ref()
            .map_or(&[][..], |ss_k| &ss_k[..]);
        let prk = extract(&self.0[..], &[encapsulated, secrets.agreed.expose()]);
        let o: Zeroizing<[u8; 64]> = expand(&prk, &labels::RATCHET, &[&sid.0, turn_hash]);
        let (mut next, mut chain) = (Secret32::default(), Secret32::default());
        next.copy_from_slice(&o[..32]);
        chain.copy_from_slice(&o[32..]);
        (Self(next), Chain::new(chain))
    }

    /// Bytes of a root key in a record.
    pub(super) const RECORD: usize = 32;

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self(key) = self;
        out.extend_from_slice(&key[..]);
    }

    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self(Zeroizing::new(reader.array().ok()?)))
    }

    /// The secret bytes, for the test vectors.
    pub(crate) fn expose(&self) -> [u8; 32] {
        *self.0
    }
}

/// A symmetric chain: one message key per step.
pub(crate) struct Chain {
    key: Secret32,
    /// Number of the next message.
    pub(crate) next: u32,
}

impl Chain {
    pub(crate) const fn new(key: Secret32) -> Self {
        Self { key, next: 0 }
    }

    /// Bytes of a chain in a record.
    pub(super) const RECORD: usize = 32 + 4;

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self { key, next } = self;
        out.extend_from_slice(&key[..]);
        out.extend_from_slice(&next.to_be_bytes());
    }

    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        let key = Zeroizing::new(reader.array().ok()?);
        let next = reader.u32().ok()?;
        (next <= limits::TURN_MESSAGES).then_some(Self { key, next })
    }

    /// A copy to work on: what comes of it replaces this chain only if a message authenticates.
    pub(crate) fn fork(&self) -> Self {
        Self {
            key: self.key.clone(),
            next: self.next,
        }
    }

    /// `KDF_CK(ck)`. The caller keeps `next` below the chain's limit.
    pub(crate) fn step(&mut self) -> MessageKey {
        let ck = HmacKey::new(&self.key[..]);
        let mk = ck.mac(&[&[0x01]]);
        self.key = ck.mac(&[&[0x02]]);
        self.next += 1;
        MessageKey(mk)
    }

    #[cfg(feature = "vectors")]
    pub(crate) fn expose(&self) -> [u8; 32] {
        *self.key
    }
}

/// `mk`: opens or seals one message.
pub(crate) struct MessageKey(Secret32);

impl MessageKey {
    /// Seals `frame[head..]` under `frame[..head]` and appends the tag.
    pub(crate) fn seal(&self, frame: &mut Vec<u8>, head: usize) -> Result<(), Unauthentic> {
        let (aad, plaintext) = frame.split_at_mut_checked(head).ok_or(Unauthentic)?;
        let tag = aead::seal(&self.okm(), aad, plaintext)?;
        frame.extend_from_slice(&tag);
        Ok(())
    }

    /// Verifies and decrypts `frame[head..]` under `frame[..head]`.
    pub(crate) fn open(
        &self,
        frame: &[u8],
        head: usize,
    ) -> Result<Zeroizing<Vec<u8>>, Unauthentic> {
        let (aad, sealed) = frame.split_at_checked(head).ok_or(Unauthentic)?;
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LENGTH>().ok_or(Unauthentic)?;
        let mut plaintext = Zeroizing::new(ciphertext.to_vec());
        aead::open(&self.okm(), aad, &mut plaintext, tag)?;
        Ok(plaintext)
    }

    pub(super) fn write_record(&self, out: &mut Vec<u8>) {
        let Self(key) = self;
        out.extend_from_slice(&key[..]);
    }

    pub(super) fn read_record(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self(Zeroizing::new(reader.array().ok()?)))
    }

    /// Key and nonce for this message.
    pub(crate) fn okm(&self) -> Zeroizing<[u8; KEY_AND_NONCE]> {
        expand(&self.0, &labels::MESSAGE, &[])
    }

    /// The secret bytes, for the test vectors.
    pub(crate) fn expose(&self) -> [u8; 32] {
        *self.0
    }
}
