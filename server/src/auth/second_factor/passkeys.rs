//! Passkeys: what is asked for at a login, and whether what is shown is one.

use crate::{
    api::{
        Bytes, LongBytes,
        passkeys::{PasskeyInfo, PasskeyQuestion},
    },
    app::App,
    clock::unsigned,
    error::ApiError,
    http::origin::Origin,
    ids::AccountId,
    store::passkeys::{PasskeyRecord, Used},
    webauthn::{Refusal, ceremony::Assertion, key::PublicKey, relying_party::RelyingParty},
};
use std::collections::BTreeSet;

/// A passkey, as its owner sees it.
pub(super) fn info(passkey: PasskeyRecord) -> PasskeyInfo {
    PasskeyInfo {
        id: Bytes(passkey.id.0),
        name: passkey.name,
        host: passkey.host,
        created_at: unsigned(passkey.created_at),
        last_used_at: passkey.last_used_at.map(unsigned),
    }
}

/// What a login on a page can be answered with, if its owner has passkeys for its host.
pub(super) fn question(
    passkeys: Vec<PasskeyRecord>,
    challenge: [u8; 32],
    origin: &Origin,
) -> Option<PasskeyQuestion> {
    let party = RelyingParty::of(origin)?;
    let known = ids_for(&party, passkeys);
    (!known.is_empty()).then(|| PasskeyQuestion {
        challenge: Bytes(challenge),
        host: party.id().to_owned(),
        known,
    })
}

/// The hosts that passkeys are good for, but that of this page; in alphabetical order.
pub(super) fn other_hosts(passkeys: &[PasskeyRecord], origin: &Origin) -> Vec<String> {
    let party = RelyingParty::of(origin);
    let here = party.as_ref().map(RelyingParty::id);
    let hosts: BTreeSet<&str> = passkeys
        .iter()
        .map(|passkey| passkey.host.as_str())
        .filter(|host| Some(*host) != here)
        .collect();
    hosts.into_iter().map(str::to_owned).collect()
}

/// Whether it is a passkey of this account that signed this login; then it is noted.
pub(super) async fn matches(
    app: &App,
    user: &AccountId,
    credential: &[u8],
    assertion: &Assertion<'_>,
    challenge: &[u8; 32],
    origin: &Origin,
) -> Result<bool, ApiError> {
    let Some(party) = RelyingParty::of(origin) else {
        return Ok(false);
    };
    let passkeys = app.store.passkeys(user).await?;
    let passkey = passkeys
        .into_iter()
        .find(|passkey| passkey.host == party.id() && passkey.credential_id == credential);
    let Some(passkey) = passkey else {
        return Ok(false);
    };
    let key = PublicKey::parse(&passkey.public_key).map_err(ApiError::internal)?;
    let counter = match assertion.check(&key, challenge, &party) {
        Ok(counter) => counter,
        Err(refusal) => {
            refused(refusal);
            return Ok(false);
        }
    };
    let now = app.clock.now();
    let used = app
        .store
        .use_passkey(user, &passkey.id, counter, now)
        .await?;
    if used == Used::CountsBackwards {
        tracing::warn!(
            category = "auth",
            "a passkey counts backwards: there may be a copy of it"
        );
    }
    Ok(used == Used::Noted)
}

/// Notes why, for the operator.
pub(super) fn refused(refusal: Refusal) {
    tracing::info!(category = "auth", %refusal, "a passkey was refused");
}

/// What browsers call the passkeys that are for a host.
pub(super) fn ids_for(party: &RelyingParty, passkeys: Vec<PasskeyRecord>) -> Vec<LongBytes> {
    passkeys
        .into_iter()
        .filter(|passkey| passkey.host == party.id())
        .map(|passkey| LongBytes(passkey.credential_id))
        .collect()
}
