//! What an operator does to accounts, beside the relays that serve them: those see it within a second (`crate::changes`).

use duet_crypto::{
    identity::{AccountId, AccountName, Realm},
    password::{PasswordError, PasswordSecrets},
};
use prometheus_client::metrics::counter::Counter;
use std::time::Duration;
use zeroize::Zeroizing;

use crate::{
    api::{Bytes, LoginSecret},
    auth::{
        password::Passwords,
        signing_key::{KeyRing, SigningKeyError},
    },
    clock::Clock,
    config::Settings,
    error::ApiError,
    server::ServerError,
    store::{
        Location, Store, StoreError,
        operator::{Listed, Standing},
    },
    telemetry::store::StoreMetrics,
    validate::Username,
};

/// Accounts that are read at once for a list.
const PAGE: u32 = 500;

/// Why an account was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// There is no account of this name.
    #[error("there is no account of this name")]
    NoSuchAccount,
    /// There is one, or there was.
    #[error("the name is taken, or was the name of an account that was deleted")]
    Taken,
    /// No account can have this name.
    #[error("a name is 3 to 32 of a-z 0-9 _ - . and starts with a letter")]
    InvalidName,
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

/// A password that nobody has chosen, to be told to the account's owner and shown nowhere else; and what the relay keeps of it.
async fn new_password(account: &AccountId) -> Result<(Zeroizing<String>, String), AdminError> {
    // 120 random bits.
    let password = Zeroizing::new(Bytes::<15>(crate::random()).encode());
    // As the messenger makes it of what is typed (protocol.md section 8.3).
    let secret = Bytes::decode(&PasswordSecrets::split(account, &password)?.login_secret())
        .map(|Bytes(bytes)| LoginSecret::from(bytes))
        .ok_or(AdminError::NoSuchAccount)?;
    let hash = Passwords::new(Counter::default(), Duration::MAX)
        .await?
        .hash(secret)
        .await?;
    Ok((password, hash))
}

/// Makes an account, also one with a name that nobody can register, and also while registration is closed. Its owner's password; the
/// key comes from the first device that they sign in on.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn create(
    settings: &Settings,
    username: String,
) -> Result<Zeroizing<String>, AdminError> {
    let username = Username::parse(username).map_err(|_| AdminError::InvalidName)?;
    let account = account_of(settings, &username)?;
    let store = open(settings).await?;
    let (password, hash) = new_password(&account).await?;
    let now = Clock::system().now();
    let added = store.add_account(&account, &username, &hash, now).await?;
    store.close().await;
    if added {
        Ok(password)
    } else {
        Err(AdminError::Taken)
    }
}

/// Sets a new password for an account, ends its sessions and forgets its failed attempts.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn reset_password(
    settings: &Settings,
    username: String,
) -> Result<Zeroizing<String>, AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let (password, hash) = new_password(&account).await?;
    let found = store.reset_secret(&account, &hash).await?;
    store.close().await;
    there(found).map(|()| password)
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
    there(found).map(|()| removed)
}

/// Locks an account, bans it, or opens it again.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn set_standing(
    settings: &Settings,
    username: String,
    standing: Standing,
) -> Result<(), AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let found = store.set_standing(&account, standing).await?;
    store.close().await;
    there(found)
}

/// Ends all sessions of an account.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn end_sessions(settings: &Settings, username: String) -> Result<(), AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let found = store.account_by_id(&account).await?.is_some();
    if found {
        store.end_all_sessions(&account).await?;
    }
    store.close().await;
    there(found)
}

/// Removes an account with everything of it but its id, which nobody else gets.
///
/// # Errors
/// [`AdminError`]; then nothing has changed.
pub async fn delete(settings: &Settings, username: String) -> Result<(), AdminError> {
    let account = account(settings, username)?;
    let store = open(settings).await?;
    let now = Clock::system().now();
    let found = store.delete_account(&account, now).await?;
    store.close().await;
    there(found)
}

/// Opens registration, or closes it.
///
/// # Errors
/// [`StoreError`]; then nothing has changed.
pub async fn set_registration(settings: &Settings, is_open: bool) -> Result<(), StoreError> {
    let store = open(settings).await?;
    store.set_registration(is_open).await?;
    store.close().await;
    Ok(())
}

/// Shows all accounts, in alphabetical order.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub async fn list(settings: &Settings, mut show: impl FnMut(&Listed)) -> Result<(), StoreError> {
    let store = open(settings).await?;
    let now = Clock::system().now();
    let mut after = String::new();
    loop {
        let page = store.accounts_after(&after, PAGE, now).await?;
        page.iter().for_each(&mut show);
        match page.into_iter().next_back() {
            Some(last) => after = last.username,
            None => break,
        }
    }
    store.close().await;
    Ok(())
}

/// Makes a new signing key, and tells relays that run to read theirs again; the second is what that came to.
///
/// # Errors
/// [`SigningKeyError`]; then nothing has changed.
pub async fn rotate_key(
    settings: &Settings,
) -> Result<(String, Result<(), StoreError>), SigningKeyError> {
    let id = KeyRing::rotate(settings)?;
    let tell = async {
        // No relay has been started yet.
        if matches!(settings.database_location(), Location::File(path) if !path.exists()) {
            return Ok(());
        }
        let store = open(settings).await?;
        store.note_new_keys().await?;
        store.close().await;
        Ok(())
    };
    Ok((id, tell.await))
}

fn there(found: bool) -> Result<(), AdminError> {
    if found {
        Ok(())
    } else {
        Err(AdminError::NoSuchAccount)
    }
}

fn account(settings: &Settings, username: String) -> Result<AccountId, AdminError> {
    let username = Username::parse(username).map_err(|_| AdminError::NoSuchAccount)?;
    account_of(settings, &username)
}

fn account_of(settings: &Settings, username: &Username) -> Result<AccountId, AdminError> {
    let realm = Realm::new(&settings.realm).map_err(|_| ServerError::Realm)?;
    let name = AccountName::new(username.as_str()).map_err(|_| AdminError::InvalidName)?;
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
