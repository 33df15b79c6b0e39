//! A name with its login secret, and the lockout (FEATURES.md A5).

use super::counted::counted;
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
    let (looking, username) = (app.clone(), username.clone());
    let look = async move {
        let account = looking.store.account_by_name(&username).await?;
        let hash = account.as_ref().map(|account| account.secret_hash.clone());
        let matches = looking.passwords.verify(secret, hash).await?;
        Ok(account.filter(|_| matches))
    };
    let account = counted(app, by, client, "login", AuthEvent::LoginFailed, look).await?;
    account.ok_or_else(|| ErrorCode::InvalidCredentials.into())
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
