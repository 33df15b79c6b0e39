//! An account gets a new identity key: the old one agrees (section 9).

use crate::engine::{Engine, EngineError, LocalIdentity};
use crate::identity::{AccountId, IdentityKey};
use crate::primitives::{ed25519, hash, labels};

/// What the old key signs when an account gets a new one: `LH("replace", aid || IK_old || IK_new)`.
fn replacement(account: &AccountId, old: &IdentityKey, new: &IdentityKey) -> [u8; 32] {
    hash::labelled(
        &labels::REPLACE,
        &[&account.0, old.as_bytes(), new.as_bytes()],
    )
}

/// The old key's agreement to a new one: `Sign(ik_old, "sig replace", LH("replace", aid || IK_old || IK_new))`.
///
/// # Errors
/// Those of the engine.
pub async fn sign<E: Engine>(
    old: &LocalIdentity<E>,
    new: &IdentityKey,
) -> Result<[u8; 64], EngineError> {
    let party = old.party();
    old.sign(
        &labels::SIG_REPLACE,
        &replacement(&party.account, &party.key, new),
    )
    .await
}

/// Verifies [`sign`]. Done by the relay.
#[must_use]
pub fn verify(
    account: &AccountId,
    old: &IdentityKey,
    new: &IdentityKey,
    signature: &[u8; 64],
) -> bool {
    let message = ed25519::message(&labels::SIG_REPLACE, &replacement(account, old, new));
    ed25519::verify(old.as_bytes(), &message, signature)
}
