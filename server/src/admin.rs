//! What an operator does to accounts, beside the relay that serves them.

use duet_crypto::{
    identity::{AccountId, AccountName, Realm},
    password::{PasswordError, PasswordSecrets},
};
use prometheus_client::metrics::counter::Counter;
use std::time::Duration;
use zeroize::Zeroizing;

use crate::{
    api::{Bytes, LoginSecret},
    auth::password::Passwords,
    clock::Clock,
    config::Settings,
    error::ApiError,
    server::ServerError,
    store::{Store, StoreError},
    telemetry::store::StoreMetrics,
    validate::Username,
};

/// Why an account was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no account of this name.
    #[error("there is no account of this name")]
    NoSuchAccount,
    /// The settings name no deployment.
    #[error(transparent)]
    Settings(#[from] ServerError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The new password could not be hashed.
    #[error(transparent)]
    Hash(#[from] ApiError),
    /// It could not be stretched.
    #[error("the new password could not be stretched: {0}")]
    Stretch(#[from] PasswordError),
}

/// Sets a new password for an account, ends its sessions and forgets its failed attempts. The password: 120 random bits, to be
/// told to its owner and shown nowhere else.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn reset_password(
    settings: &Settings,
    username: String,
) -> Result<Zeroizing<String>, AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let password = Zeroizing::new(Bytes::<15>(crate::random()).encode());
    // As the messenger makes it of what is typed (protocol.md section 8.3).
    let secret = Bytes::decode(&PasswordSecrets::split(&account, &password)?.login_secret())
        .map(|Bytes(bytes)| LoginSecret::from(bytes))
        .ok_or(AdminError::NoSuchAccount)?;
    let hash = Passwords::new(Counter::default(), Duration::MAX)
        .await?
        .hash(secret)
        .await?;
    let found = store.reset_secret(&account, &hash).await?;
    store.close().await;
    if found {
        Ok(password)
    } else {
        Err(AdminError::NoSuchAccount)
    }
}

/// Removes the second factor of an account with its recovery codes; false if it had none. Its password and its sessions stay.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn remove_second_factor(
    settings: &Settings,
    username: String,
) -> Result<bool, AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let found = store.account_by_id(&account).await?.is_some();
    let removed = store.remove_second_factor(&account).await?;
    store.close().await;
    if found {
        Ok(removed)
    } else {
        Err(AdminError::NoSuchAccount)
    }
}

fn account(settings: &Settings, username: String) -> Result<AccountId, AdminError> {
    let username = Username::parse(username).map_err(|_| AdminError::NoSuchAccount)?;
    let realm = Realm::new(&settings.realm).map_err(|_| ServerError::Realm)?;
    let name = AccountName::new(username.as_str()).map_err(|_| AdminError::NoSuchAccount)?;
    Ok(AccountId::derive(&realm, &name))
}

async fn open(settings: &Settings) -> Result<Store, StoreError> {
    Store::open(
        &settings.database_location(),
        settings.database_pause,
        Clock::system(),
        StoreMetrics::default(),
    )
    .await
}
