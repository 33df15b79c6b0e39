//! A name with its login secret, and the lockout (FEATURES.md A5).

use tokio::time::timeout;
use tracing::Instrument as _;

use super::{attempts::Attempt, password};
use crate::{
    api::{Bytes, LoginSecret, User},
    app::App,
    error::{ApiError, ErrorCode},
    http::client::Client,
    store::{accounts::Account, attempts::CountedBy},
    telemetry::metrics::AuthEvent,
    validate::Username,
};

/// The account whose name and secret these are, where attempts are counted `by`. Unknown names take the same path, time and answer as wrong secrets,
/// lockout included.
///
/// # Errors
/// [`ErrorCode::InvalidCredentials`], [`ErrorCode::LockedOut`], [`ErrorCode::Unavailable`].
pub async fn authenticate(
    app: &App,
    username: &Username,
    by: &CountedBy,
    secret: LoginSecret,
    client: &Client,
) -> Result<Account, ApiError> {
    // Waited for before anything is looked at: what was true before the wait may not be any more.
    let patience = app.settings.limits.login_patience;
    let turn = timeout(patience, app.attempts.turn(by))
        .await
        .map_err(|_| ApiError::from(ErrorCode::Unavailable).retry_after(password::RETRY))?;
    let lockout = app.store.lockout(by, app.clock.now()).await?;
    if let Some(wait) = lockout {
        app.metrics.auth(AuthEvent::LockedOut);
        tracing::warn!(category = "auth", client = %client.ip, "login refused: locked out");
        return Err(ApiError::from(ErrorCode::LockedOut).retry_after(wait));
    }
    let account = app.store.account_by_name(username).await?;
    let hash = account.as_ref().map(|account| account.secret_hash.clone());
    // A task of its own: a client that hangs up does not keep a wrong secret from being counted.
    let judged = judge(app.clone(), by.clone(), secret, hash, turn);
    let matches = tokio::spawn(judged.in_current_span())
        .await
        .map_err(ApiError::internal)??;
    match account {
        Some(account) if matches => Ok(account),
        _ => {
            app.metrics.auth(AuthEvent::LoginFailed);
            tracing::warn!(category = "auth", client = %client.ip, "login failed");
            Err(ErrorCode::InvalidCredentials.into())
        }
    }
}

/// Checks a secret and counts it if it was wrong. What was not checked, for want of a turn, counts nothing.
async fn judge(
    app: App,
    by: CountedBy,
    secret: LoginSecret,
    hash: Option<String>,
    _turn: Attempt,
) -> Result<bool, ApiError> {
    let matches = app.passwords.verify(secret, hash).await?;
    if matches {
        app.store.forgive_failures(&by).await?;
    } else {
        let limit = app.settings.limits.login_attempts;
        app.store.count_failure(&by, limit, app.clock.now()).await?;
    }
    Ok(matches)
}

/// An account as its owner sees it.
#[must_use]
pub fn user_of(account: &Account) -> User {
    User {
        id: Bytes(account.id.0),
        username: account.username.clone(),
        identity_key: account.key.map(|current| Bytes(current.key)),
    }
}
