//! The second factor of accounts: TOTP, recovery codes. Passkeys are in [`super::passkeys`].

use super::{
    Store, StoreError, accounts,
    passkeys::PasskeyRecord,
    recovery::{self, Added},
    sql::{Row, Statement},
};
use crate::{
    clock::Millis,
    ids::{AccountId, RecoveryHash},
};

/// What an account has besides its password. Without TOTP and passkeys there is no second factor.
pub struct SecondFactor {
    /// Codes of an app.
    pub totp: Option<TotpRecord>,
    /// The oldest first.
    pub passkeys: Vec<PasskeyRecord>,
    /// Recovery codes that were not used yet.
    pub recovery_codes: usize,
}

/// A row of `totp`.
pub struct TotpRecord {
    /// The secret that the owner's app has too.
    pub secret: [u8; 20],
    /// Since when.
    pub created_at: Millis,
    /// When a code of it was last taken.
    pub last_used_at: Option<Millis>,
}

impl Store {
    /// What an account has.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn second_factor(&self, user: &AccountId) -> Result<SecondFactor, StoreError> {
        let codes = Statement::new("SELECT code_hash FROM recovery_codes WHERE user_id = $1")
            .bytes(&user.0);
        Ok(SecondFactor {
            totp: self.totp(user).await?,
            passkeys: self.passkeys(user).await?,
            recovery_codes: self.read("second_factor", codes).await?.len(),
        })
    }

    /// The codes of an app that an account has.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn totp(&self, user: &AccountId) -> Result<Option<TotpRecord>, StoreError> {
        let select =
            Statement::new("SELECT secret, created_at, last_used_at FROM totp WHERE user_id = $1")
                .bytes(&user.0);
        let row = self.read_one("second_factor", select).await?;
        row.as_ref().map(totp_record).transpose()
    }

    /// Turns TOTP on, with a code of the time `step` that was used to show that the app has the secret. `codes` become the
    /// recovery codes if the account had no second factor. Refused if it is on already, or the account is gone.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn add_totp(
        &self,
        user: &AccountId,
        secret: &[u8; 20],
        step: i64,
        codes: &[RecoveryHash],
        now: Millis,
    ) -> Result<Added, StoreError> {
        self.write("add_totp", async |write| {
            if !accounts::lock(write, user).await? {
                return Ok(Added::Refused);
            }
            let insert = Statement::new(
                "INSERT INTO totp (user_id, secret, last_step, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bytes(&user.0)
            .bytes(secret)
            .integer(step)
            .integer(now);
            recovery::add_factor(write, user, insert, codes).await
        })
        .await
    }

    /// Uses up the code of a time step, and of those before it; false if that happened before, or TOTP is off.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn use_totp(
        &self,
        user: &AccountId,
        step: i64,
        now: Millis,
    ) -> Result<bool, StoreError> {
        self.write("use_totp", async |write| {
            let update = Statement::new(
                "UPDATE totp SET last_step = $2, last_used_at = $3 WHERE user_id = $1 AND last_step < $2",
            )
            .bytes(&user.0)
            .integer(step)
            .integer(now);
            Ok(write.execute(update).await? == 1)
        })
        .await
    }

    /// Replaces the recovery codes; false if there is no second factor that they could stand in for.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn replace_recovery_codes(
        &self,
        user: &AccountId,
        codes: &[RecoveryHash],
    ) -> Result<bool, StoreError> {
        self.write("replace_recovery_codes", async |write| {
            accounts::lock(write, user).await?;
            if !recovery::any_factor(write, user).await? {
                return Ok(false);
            }
            recovery::set_codes(write, user, codes).await?;
            Ok(true)
        })
        .await
    }

    /// Uses up a recovery code; false if it is none of the account's.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn use_recovery_code(
        &self,
        user: &AccountId,
        code: &RecoveryHash,
    ) -> Result<bool, StoreError> {
        self.write("use_recovery_code", async |write| {
            let delete =
                Statement::new("DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2")
                    .bytes(&user.0)
                    .bytes(&code.0);
            Ok(write.execute(delete).await? == 1)
        })
        .await
    }

    /// Turns TOTP off, and removes with the last factor what stands in for it; false if it was not on.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_totp(&self, user: &AccountId) -> Result<bool, StoreError> {
        self.write("remove_totp", async |write| {
            accounts::lock(write, user).await?;
            let delete = Statement::new("DELETE FROM totp WHERE user_id = $1").bytes(&user.0);
            let had = write.execute(delete).await? == 1;
            recovery::forget_if_none(write, user).await?;
            Ok(had)
        })
        .await
    }

    /// Removes all of it; false if there was nothing, or no such account.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_second_factor(&self, user: &AccountId) -> Result<bool, StoreError> {
        self.write("remove_second_factor", async |write| {
            accounts::lock(write, user).await?;
            let mut removed = 0;
            for text in [
                "DELETE FROM totp WHERE user_id = $1",
                "DELETE FROM passkeys WHERE user_id = $1",
            ] {
                removed += write.execute(Statement::new(text).bytes(&user.0)).await?;
            }
            recovery::forget_if_none(write, user).await?;
            Ok(removed > 0)
        })
        .await
    }
}

fn totp_record(row: &Row) -> Result<TotpRecord, StoreError> {
    Ok(TotpRecord {
        secret: row.bytes("secret")?,
        created_at: row.integer("created_at")?,
        last_used_at: row.maybe_integer("last_used_at")?,
    })
}
