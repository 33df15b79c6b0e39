//! Accounts and their identity keys.

use super::{
    Store, StoreError, Write, changes, known_devices,
    operator::Standing,
    sessions::{self, Owner},
    sql::{Row, Statement},
};
use crate::{
    clock::Millis,
    ids::{AccountId, SessionId},
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
    /// What an operator has decided about it.
    pub standing: Standing,
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

/// A key that an account has, or had.
pub struct PastKey {
    /// Ed25519 public key.
    pub key: [u8; 32],
    /// Since when.
    pub since: Millis,
    /// How it came to be the account's.
    pub proof: KeyProof,
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

    fn of_column(text: &str) -> Result<Self, StoreError> {
        [Self::First, Self::Signed, Self::Lost]
            .into_iter()
            .find(|proof| proof.column() == text)
            .ok_or(StoreError::Corrupt("proof"))
    }
}

fn account(row: &Row) -> Result<Account, StoreError> {
    let key = match (
        row.maybe_bytes("identity_key")?,
        row.maybe_integer("key_since")?,
    ) {
        (Some(key), Some(since)) => Some(CurrentKey { key, since }),
        (None, None) => None,
        _ => return Err(StoreError::Corrupt("key_since")),
    };
    Ok(Account {
        id: AccountId(row.bytes("id")?),
        username: row.text("username")?,
        secret_hash: row.text("secret_hash")?,
        key,
        standing: Standing::of(row)?,
    })
}

fn found(row: &Row) -> Result<Found, StoreError> {
    Ok(Found {
        id: AccountId(row.bytes("id")?),
        username: row.text("username")?,
        has_key: row.boolean("has_key")?,
    })
}

/// Locks an account, so that of two changes at once the second sees the first; false if it is gone.
pub(super) async fn lock(write: &mut Write<'_>, user: &AccountId) -> Result<bool, StoreError> {
    let lock = Statement::new("UPDATE users SET token_version = token_version WHERE id = $1")
        .bytes(&user.0);
    Ok(write.execute(lock).await? == 1)
}

impl Store {
    /// Adds an account; false if the name is taken, or was the name of an account that was deleted.
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
        self.write("add_account", async |write| {
            let insert = Statement::new(
                "INSERT INTO users (id, username, secret_hash, created_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT DO NOTHING",
            )
            .bytes(&id.0)
            .text(username.as_str())
            .text(secret_hash)
            .integer(now);
            if write.execute(insert).await? != 1 {
                return Ok(false);
            }
            // After the row: a deletion that is under way at the same time has ended by now.
            let retired = Statement::new("SELECT retired_at FROM retired_accounts WHERE id = $1")
                .bytes(&id.0);
            if write.row(retired).await?.is_none() {
                return Ok(true);
            }
            let undo = Statement::new("DELETE FROM users WHERE id = $1").bytes(&id.0);
            write.execute(undo).await?;
            Ok(false)
        })
        .await
    }

    /// The account of a login name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_by_name(
        &self,
        username: &Username,
    ) -> Result<Option<Account>, StoreError> {
        let select = Statement::new(
            "SELECT id, username, secret_hash, identity_key, key_since, standing FROM users WHERE username = $1",
        )
        .text(username.as_str());
        let row = self.read_one("account_by_name", select).await?;
        row.as_ref().map(account).transpose()
    }

    /// The account of an id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn account_by_id(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let select = Statement::new(
            "SELECT id, username, secret_hash, identity_key, key_since, standing FROM users WHERE id = $1",
        )
        .bytes(&id.0);
        let row = self.read_one("account_by_id", select).await?;
        row.as_ref().map(account).transpose()
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
        let select = Statement::new(
            "SELECT id, username, identity_key IS NOT NULL AS has_key FROM users \
             WHERE username >= $1 AND username < $2 AND id <> $3 AND standing <> 'banned' ORDER BY username LIMIT $4",
        )
        .text(&from)
        .text(&to)
        .bytes(&except.0)
        .integer(i64::from(limit));
        self.read("search", select)
            .await?
            .iter()
            .map(found)
            .collect()
    }

    /// The account of exactly this name, if it is not `except`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn find(
        &self,
        name: &UsernamePrefix,
        except: &AccountId,
    ) -> Result<Vec<Found>, StoreError> {
        let select = Statement::new(
            "SELECT id, username, identity_key IS NOT NULL AS has_key FROM users \
             WHERE username = $1 AND id <> $2 AND standing <> 'banned'",
        )
        .text(name.as_str())
        .bytes(&except.0);
        self.read("find", select).await?.iter().map(found).collect()
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
        self.write("set_key", async |write| {
            let update = match old {
                Some(_) => Statement::new(
                    "UPDATE users SET identity_key = $1, key_since = $2 WHERE id = $3 AND identity_key = $4",
                ),
                None => Statement::new(
                    "UPDATE users SET identity_key = $1, key_since = $2 WHERE id = $3 AND identity_key IS NULL",
                ),
            };
            let mut update = update.bytes(new).integer(now).bytes(&id.0);
            if let Some(old) = old {
                update = update.bytes(old);
            }
            if write.execute(update).await? != 1 {
                return Ok(false);
            }
            let history = Statement::new(
                "INSERT INTO identity_keys (user_id, identity_key, set_at, proof) VALUES ($1, $2, $3, $4)",
            )
            .bytes(&id.0)
            .bytes(new)
            .integer(now)
            .text(proof.column());
            write.execute(history).await?;
            Ok(true)
        })
        .await
    }

    /// Every key that an account ever had, the newest first. Empty for an account that has none, or is none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn key_history(&self, id: &AccountId) -> Result<Vec<PastKey>, StoreError> {
        let select = Statement::new(
            "SELECT identity_key, set_at, proof FROM identity_keys WHERE user_id = $1 ORDER BY set_at DESC",
        )
        .bytes(&id.0);
        self.read("key_history", select)
            .await?
            .iter()
            .map(|row| {
                Ok(PastKey {
                    key: row.bytes("identity_key")?,
                    since: row.integer("set_at")?,
                    proof: KeyProof::of_column(&row.text("proof")?)?,
                })
            })
            .collect()
    }

    /// Replaces the hash of the login secret, if it is still `old`, and ends every session but `keep` with every access
    /// token. The tokens' new version; `None` if another request was faster or the account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn change_secret(
        &self,
        id: &AccountId,
        old: &str,
        new: &str,
        keep: &SessionId,
    ) -> Result<Option<i64>, StoreError> {
        self.write("change_secret", async |write| {
            let update = Statement::new(
                "UPDATE users SET secret_hash = $1, token_version = token_version + 1 \
                 WHERE id = $2 AND secret_hash = $3 RETURNING token_version",
            )
            .text(new)
            .bytes(&id.0)
            .text(old);
            let Some(row) = write.row(update).await? else {
                return Ok(None);
            };
            let version = row.integer("token_version")?;
            // Whoever made up their mind to do this may have reason to: an intruder's device counts as a stranger's again.
            known_devices::forget_all(write, id).await?;
            let keep = Owner {
                session: *keep,
                user: *id,
            };
            sessions::end_others(write, &keep).await?;
            Ok(Some(version))
        })
        .await
    }

    /// Replaces the hash of the login secret, whatever it was, ends every session with every access token, and forgets failed
    /// attempts. False if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reset_secret(&self, id: &AccountId, new: &str) -> Result<bool, StoreError> {
        self.write("reset_secret", async |write| {
            let update = Statement::new(
                "UPDATE users SET secret_hash = $1, token_version = token_version + 1 WHERE id = $2",
            )
            .text(new)
            .bytes(&id.0);
            if write.execute(update).await? != 1 {
                return Ok(false);
            }
            let sessions = Statement::new("DELETE FROM sessions WHERE user_id = $1").bytes(&id.0);
            write.execute(sessions).await?;
            known_devices::forget_all(write, id).await?;
            forget_attempts(write, id).await?;
            changes::note(write, Some(id)).await?;
            Ok(true)
        })
        .await
    }

    /// Removes an account with everything of it but its id, which nobody else may get: it is the same for the same name,
    /// and others have compared its key. False if it is gone already.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn delete_account(&self, id: &AccountId, now: Millis) -> Result<bool, StoreError> {
        self.write("delete_account", async |write| {
            forget_attempts(write, id).await?;
            // Its keys and sessions go with it.
            let delete = Statement::new("DELETE FROM users WHERE id = $1").bytes(&id.0);
            if write.execute(delete).await? != 1 {
                return Ok(false);
            }
            let retire =
                Statement::new("INSERT INTO retired_accounts (id, retired_at) VALUES ($1, $2)")
                    .bytes(&id.0)
                    .integer(now);
            write.execute(retire).await?;
            changes::note(write, Some(id)).await?;
            Ok(true)
        })
        .await
    }
}

/// Of the name itself, its devices and its sessions.
async fn forget_attempts(write: &mut Write<'_>, id: &AccountId) -> Result<(), StoreError> {
    let delete = Statement::new(
        "DELETE FROM login_attempts WHERE EXISTS (SELECT 1 FROM users WHERE users.id = $1 \
           AND (login_attempts.username = users.username \
             OR substr(login_attempts.username, 1, length(users.username) + 1) = users.username || ':'))",
    )
    .bytes(&id.0);
    write.execute(delete).await?;
    Ok(())
}
