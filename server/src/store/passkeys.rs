//! Passkeys of accounts.

use super::{
    Store, StoreError, accounts,
    recovery::{self, Added},
    sql::{Row, Statement},
};
use crate::{
    clock::Millis,
    ids::{AccountId, PasskeyId, RecoveryHash},
};

/// Passkeys of one account: a phone, a key on a ring, and one for each name of the site.
pub const MOST_PASSKEYS: usize = 10;

/// A row of `passkeys`.
pub struct PasskeyRecord {
    /// What its owner names it by.
    pub id: PasskeyId,
    /// The name of the site that it is good for.
    pub host: String,
    /// What its authenticator calls it.
    pub credential_id: Vec<u8>,
    /// Its public key in COSE.
    pub public_key: Vec<u8>,
    /// How often it was used, by its authenticator's count; 0 if it does not count.
    pub counter: u32,
    /// As its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Millis,
    /// When it last let somebody in.
    pub last_used_at: Option<Millis>,
}

/// What became of the use of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// It is noted.
    Noted,
    /// Its count is not a later one: there are two of it.
    CountsBackwards,
    /// It was removed meanwhile.
    Gone,
}

impl Store {
    /// The passkeys of an account, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn passkeys(&self, user: &AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        let select = Statement::new(
            "SELECT id, host, credential_id, public_key, counter, name, created_at, last_used_at FROM passkeys \
             WHERE user_id = $1 ORDER BY created_at, id",
        )
        .bytes(&user.0);
        let rows = self.read("passkeys", select).await?;
        rows.iter().map(record).collect()
    }

    /// Adds one. `codes` become the recovery codes if the account had no second factor.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_passkey(
        &self,
        user: &AccountId,
        passkey: &PasskeyRecord,
        codes: &[RecoveryHash],
    ) -> Result<Added, StoreError> {
        self.write("add_passkey", async |write| {
            if !accounts::lock(write, user).await? {
                return Ok(Added::Refused);
            }
            let others = Statement::new("SELECT id FROM passkeys WHERE user_id = $1").bytes(&user.0);
            let others = write.rows(others).await?.len();
            if others >= MOST_PASSKEYS {
                return Ok(Added::Refused);
            }
            let insert = Statement::new(
                "INSERT INTO passkeys (id, user_id, host, credential_id, public_key, counter, name, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            )
            .bytes(&passkey.id.0)
            .bytes(&user.0)
            .text(&passkey.host)
            .bytes(&passkey.credential_id)
            .bytes(&passkey.public_key)
            .integer(passkey.counter.into())
            .text(&passkey.name)
            .integer(passkey.created_at);
            recovery::add_factor(write, user, insert, codes).await
        })
        .await
    }

    /// Notes that one let somebody in, at this count of its authenticator.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn use_passkey(
        &self,
        user: &AccountId,
        passkey: &PasskeyId,
        counter: u32,
        now: Millis,
    ) -> Result<Used, StoreError> {
        self.write("use_passkey", async |write| {
            // Synchronised ones do not count: theirs stays 0.
            let update = Statement::new(
                "UPDATE passkeys SET counter = $3, last_used_at = $4 WHERE user_id = $1 AND id = $2 \
                   AND (counter < $3 OR (counter = 0 AND $3 = 0))",
            )
            .bytes(&user.0)
            .bytes(&passkey.0)
            .integer(counter.into())
            .integer(now);
            if write.execute(update).await? == 1 {
                return Ok(Used::Noted);
            }
            let select = Statement::new("SELECT id FROM passkeys WHERE user_id = $1 AND id = $2")
                .bytes(&user.0)
                .bytes(&passkey.0);
            Ok(match write.row(select).await? {
                Some(_) => Used::CountsBackwards,
                None => Used::Gone,
            })
        })
        .await
    }

    /// Calls one by another name; false if the account has none with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn rename_passkey(
        &self,
        user: &AccountId,
        passkey: &PasskeyId,
        name: &str,
    ) -> Result<bool, StoreError> {
        self.write("rename_passkey", async |write| {
            let update =
                Statement::new("UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2")
                    .bytes(&user.0)
                    .bytes(&passkey.0)
                    .text(name);
            Ok(write.execute(update).await? == 1)
        })
        .await
    }

    /// Removes one, and with the last factor what stands in for it; false if the account has none with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_passkey(
        &self,
        user: &AccountId,
        passkey: &PasskeyId,
    ) -> Result<bool, StoreError> {
        self.write("remove_passkey", async |write| {
            accounts::lock(write, user).await?;
            let delete = Statement::new("DELETE FROM passkeys WHERE user_id = $1 AND id = $2")
                .bytes(&user.0)
                .bytes(&passkey.0);
            let had = write.execute(delete).await? == 1;
            recovery::forget_if_none(write, user).await?;
            Ok(had)
        })
        .await
    }
}

fn record(row: &Row) -> Result<PasskeyRecord, StoreError> {
    let counter = row.integer("counter")?;
    Ok(PasskeyRecord {
        id: PasskeyId(row.bytes("id")?),
        host: row.text("host")?,
        credential_id: row.long_bytes("credential_id")?,
        public_key: row.long_bytes("public_key")?,
        counter: u32::try_from(counter).map_err(|_| StoreError::Corrupt("counter"))?,
        name: row.text("name")?,
        created_at: row.integer("created_at")?,
        last_used_at: row.maybe_integer("last_used_at")?,
    })
}
