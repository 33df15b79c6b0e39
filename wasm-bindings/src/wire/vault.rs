//! Costs and known people (protocol.md sections 3.4, 8.1 and 8.2).

use duet_crypto::identity::{AccountName, IdentityKey};
use duet_crypto::pins::{self, PinState};
use duet_crypto::vault::{self, Kdf, VaultError};

use super::object::{Fixed, Size, wire_struct, wire_union, wire_words};
use crate::failure::Failure;

wire_words! {
    /// How far a key was checked, weakest first.
    PinWord as "PinState" = PinState {
        FirstUse as "first-use",
        Compared as "compared",
        Sas as "sas",
        Qr as "qr",
    }
}

wire_struct! {
    /// A key that a person had before.
    EarlierKey as "EarlierKey" {
        /// Ed25519, 32 bytes.
        public_key as "publicKey": Fixed<32>,
        state as "state": PinWord,
        /// In ms since 1970.
        first_seen as "firstSeen": Size,
    }
}

wire_struct! {
    /// A person whose key this device knows.
    VerifiedPeer as "VerifiedPeer" {
        /// Login name, in the realm of the identity that knows them.
        name as "name": String,
        /// Ed25519, 32 bytes.
        public_key as "publicKey": Fixed<32>,
        state as "state": PinWord,
        /// When the key was pinned first, in ms since 1970.
        first_seen as "firstSeen": Size,
        /// Keys that were pinned before, oldest first.
        earlier as "earlier": Vec<EarlierKey>,
    }
}

wire_union! {
    /// How a passphrase becomes a key.
    Stretching as "Stretching" {
        Argon2id as "argon2id" {
            memory as "memoryKiB": u32,
            passes as "passes": u32,
            lanes as "lanes": u8,
        }
        Pbkdf2 as "pbkdf2" { iterations as "iterations": u32, }
    }
}

wire_struct! {
    /// A key of a backup that contradicts the one that is known here.
    PeerConflict as "PeerConflict" {
        known as "known": VerifiedPeer,
        imported as "imported": VerifiedPeer,
    }
}

wire_struct! {
    /// People of a backup beside those that were known.
    MergedPeers as "MergedPeers" {
        peers as "peers": Vec<VerifiedPeer>,
        conflicts as "conflicts": Vec<PeerConflict>,
    }
}

impl TryFrom<Stretching> for Kdf {
    type Error = VaultError;

    fn try_from(stretching: Stretching) -> Result<Self, VaultError> {
        match stretching {
            Stretching::Argon2id {
                memory,
                passes,
                lanes,
            } => Self::argon2id(memory, passes, lanes),
            Stretching::Pbkdf2 { iterations } => Self::pbkdf2(iterations),
        }
    }
}

impl TryFrom<VerifiedPeer> for vault::VerifiedPeer {
    type Error = Failure;

    fn try_from(peer: VerifiedPeer) -> Result<Self, Failure> {
        let earlier = peer.earlier.into_iter().map(|old| {
            Ok(pins::EarlierKey {
                key: IdentityKey::from_bytes(&old.public_key.0)?,
                state: old.state.into(),
                first_seen: old.first_seen.0,
            })
        });
        Ok(Self {
            name: AccountName::new(&peer.name)?,
            key: IdentityKey::from_bytes(&peer.public_key.0)?,
            state: peer.state.into(),
            first_seen: peer.first_seen.0,
            earlier: earlier.collect::<Result<_, Failure>>()?,
        })
    }
}

impl From<&vault::VerifiedPeer> for VerifiedPeer {
    fn from(peer: &vault::VerifiedPeer) -> Self {
        let earlier = peer.earlier.iter().map(|old| EarlierKey {
            public_key: Fixed(*old.key.as_bytes()),
            state: old.state.into(),
            first_seen: Size(old.first_seen),
        });
        Self {
            name: peer.name.as_str().to_owned(),
            public_key: Fixed(*peer.key.as_bytes()),
            state: peer.state.into(),
            first_seen: Size(peer.first_seen),
            earlier: earlier.collect(),
        }
    }
}
