//! Whether a login needs the second factor, after the right password.

use super::{
    passkeys,
    tickets::{self, Waiting},
};
use crate::{
    api::{Bytes, second_factor::SecondFactorNeeded},
    app::App,
    clock::unsigned,
    error::ApiError,
    http::origin::Origin,
    ids::DeviceHash,
    store::{accounts::Account, attempts::CountedBy},
    telemetry::metrics::AuthEvent,
};

/// What is asked for; `None` if the account has no second factor, or its owner chose that this device is not asked.
///
/// # Errors
/// [`ApiError`] when the database fails.
pub async fn needed(
    app: &App,
    account: &Account,
    device: Option<&DeviceHash>,
    by: &CountedBy,
    origin: &Origin,
) -> Result<Option<SecondFactorNeeded>, ApiError> {
    let totp = app.store.totp(&account.id).await?.is_some();
    let passkeys = app.store.passkeys(&account.id).await?;
    if !totp && passkeys.is_empty() {
        return Ok(None);
    }
    let now = app.clock.now();
    if let Some(device) = device
        && app.store.trusts_device(device, &account.id, now).await?
    {
        return Ok(None);
    }
    let challenge = crate::random();
    let waiting = Waiting::Login {
        by: by.second_factor(),
        secret_hash: account.secret_hash.clone(),
        challenge: Bytes(challenge),
    };
    let (ticket, expires_at) = tickets::issue(app, account.id, by, &waiting).await?;
    app.metrics.auth(AuthEvent::SecondFactorAsked);
    Ok(Some(SecondFactorNeeded {
        ticket,
        ticket_expires_at: unsigned(expires_at),
        totp,
        passkey_hosts: passkeys::other_hosts(&passkeys, origin),
        passkey: passkeys::question(passkeys, challenge, origin),
    }))
}
