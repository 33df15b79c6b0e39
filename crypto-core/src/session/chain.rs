//! The two kinds of chains (section 6.2).

use crate::ids::SessionId;
use crate::primitives::aead::KEY_AND_NONCE;
use crate::primitives::hash::{HmacKey, Secret32, expand, extract};
use crate::primitives::labels;
use crate::primitives::x25519::SharedSecret;
use zeroize::Zeroizing;

/// `KDF_RK(rk, d)`: the next root key and a new chain key.
pub(super) fn root_step(root: &Secret32, d: &SharedSecret, sid: SessionId) -> (Secret32, Secret32) {
    let prk = extract(&root[..], &[d.expose()]);
    let o: Zeroizing<[u8; 64]> = expand(&prk, &labels::RATCHET, &[&sid.0]);
    let (mut next, mut chain) = (Secret32::default(), Secret32::default());
    next.copy_from_slice(&o[..32]);
    chain.copy_from_slice(&o[32..]);
    (next, chain)
}

/// A symmetric chain: one message key per step.
pub(super) struct Chain {
    key: Secret32,
    /// Number of the next message.
    pub(super) next: u32,
}

impl Chain {
    pub(super) const fn new(key: Secret32) -> Self {
        Self { key, next: 0 }
    }

    /// A copy to work on: what comes of it replaces this chain only if a message authenticates.
    pub(super) fn fork(&self) -> Self {
        Self {
            key: self.key.clone(),
            next: self.next,
        }
    }

    /// `KDF_CK(ck)`. The caller keeps `next` below the chain's limit.
    pub(super) fn step(&mut self) -> MessageKey {
        let ck = HmacKey::new(&self.key[..]);
        let mk = ck.mac(&[&[0x01]]);
        self.key = ck.mac(&[&[0x02]]);
        self.next += 1;
        MessageKey(mk)
    }

    #[cfg(feature = "vectors")]
    pub(super) fn expose(&self) -> [u8; 32] {
        *self.key
    }
}

/// `mk`: opens or seals one message.
pub(super) struct MessageKey(Secret32);

impl MessageKey {
    /// Key and nonce for this message.
    pub(super) fn okm(&self) -> Zeroizing<[u8; KEY_AND_NONCE]> {
        expand(&self.0, &labels::MESSAGE, &[])
    }

    #[cfg(feature = "vectors")]
    pub(super) fn expose(&self) -> [u8; 32] {
        *self.0
    }
}
