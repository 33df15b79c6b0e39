//! Accounts and their identity keys.

use super::{Store, StoreError, fixed};
use crate::{
    clock::Millis,
    ids::AccountId,
    validate::{Username, UsernamePrefix},
};

/// A row of `users`.
pub struct Account {
    /// Account id.
    pub id: AccountId,
    /// The login name.
    pub username: String,
    /// Argon2id of the login secret, as a PHC string.
    pub secret_hash: String,
    /// The identity key in use and since when.
    pub key: Option<CurrentKey>,
}

/// The identity key that an account uses now.
#[derive(Clone, Copy)]
pub struct CurrentKey {
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Since when.
    pub since: Millis,
}

/// What a search shows of an account.
pub struct Found {
    /// Account id.
    pub id: AccountId,
    /// The login name.
    pub username: String,
    /// Whether it has an identity key.
    pub has_key: bool,
}

/// How a key came to be the account's, as its history tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyProof {
    /// The account had none.
    First,
    /// The old key signed the new one.
    Signed,
    /// The owner declared the old key lost.
    Lost,
}

impl KeyProof {
    fn column(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Signed => "signed",
            Self::Lost => "lost",
        }
    }
}

type AccountRow = (Vec<u8>, String, String, Option<Vec<u8>>, Option<i64>);

fn account((id, username, secret_hash, key, since): AccountRow) -> Result<Account, StoreError> {
    let key = match (key, since) {
        (Some(key), Some(since)) => Some(CurrentKey {
            key: fixed(key, "identity_key")?,
            since,
        }),
        (None, None) => None,
        _ => return Err(StoreError::Corrupt("key_since")),
    };
    Ok(Account {
        id: AccountId(fixed(id, "id")?),
        username,
        secret_hash,
        key,
    })
}

impl Store {
    /// Adds an account; false if the name is taken.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_account(
        &self,
        id: &AccountId,
        username: &Username,
        secret_hash: &str,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut write = self.writer.begin().await?;
        let added = sqlx::query(
            "INSERT INTO users (id, username, secret_hash, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(id.0.as_slice())
        .bind(username.as_str())
        .bind(secret_hash)
        .bind(now)
        .execute(write.connection())
        .await?;
        write.commit().await?;
        Ok(added.rows_affected() == 1)
    }

    /// The account of a login name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_by_name(
        &self,
        username: &Username,
    ) -> Result<Option<Account>, StoreError> {
        sqlx::query_as::<_, AccountRow>(
            "SELECT id, username, secret_hash, identity_key, key_since FROM users WHERE username = $1",
        )
        .bind(username.as_str())
        .fetch_optional(&self.reader)
        .await?
        .map(account)
        .transpose()
    }

    /// The account of an id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_by_id(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        sqlx::query_as::<_, AccountRow>(
            "SELECT id, username, secret_hash, identity_key, key_since FROM users WHERE id = $1",
        )
        .bind(id.0.as_slice())
        .fetch_optional(&self.reader)
        .await?
        .map(account)
        .transpose()
    }

    /// Accounts whose name begins so, in alphabetical order, without `except`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn search(
        &self,
        prefix: &UsernamePrefix,
        except: &AccountId,
        limit: u32,
    ) -> Result<Vec<Found>, StoreError> {
        let (from, to) = prefix.range();
        let rows = sqlx::query_as::<_, (Vec<u8>, String, bool)>(
            "SELECT id, username, identity_key IS NOT NULL FROM users \
             WHERE username >= $1 AND username < $2 AND id <> $3 ORDER BY username LIMIT $4",
        )
        .bind(from)
        .bind(to)
        .bind(except.0.as_slice())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        rows.into_iter()
            .map(|(id, username, has_key)| {
                Ok(Found {
                    id: AccountId(fixed(id, "id")?),
                    username,
                    has_key,
                })
            })
            .collect()
    }

    /// Makes `new` the account's key and writes it to the history, if the key in use is still `old`; false
    /// if it is not (another request was faster) or the account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn set_key(
        &self,
        id: &AccountId,
        old: Option<&[u8; 32]>,
        new: &[u8; 32],
        proof: KeyProof,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut write = self.writer.begin().await?;
        let update = match old {
            Some(old) => sqlx::query(
                "UPDATE users SET identity_key = $1, key_since = $2 WHERE id = $3 AND identity_key = $4",
            )
            .bind(new.as_slice())
            .bind(now)
            .bind(id.0.as_slice())
            .bind(old.as_slice()),
            None => sqlx::query(
                "UPDATE users SET identity_key = $1, key_since = $2 WHERE id = $3 AND identity_key IS NULL",
            )
            .bind(new.as_slice())
            .bind(now)
            .bind(id.0.as_slice()),
        };
        if update.execute(write.connection()).await?.rows_affected() != 1 {
            write.commit().await?;
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO identity_keys (user_id, identity_key, set_at, proof) VALUES ($1, $2, $3, $4)",
        )
        .bind(id.0.as_slice())
        .bind(new.as_slice())
        .bind(now)
        .bind(proof.column())
        .execute(write.connection())
        .await?;
        write.commit().await?;
        Ok(true)
    }
}
