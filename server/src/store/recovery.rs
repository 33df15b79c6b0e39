//! What stands in for a second factor, and goes with the last of them: recovery codes, and devices that are not asked.

use super::{StoreError, Write, known_devices, sql::Statement};
use crate::ids::{AccountId, RecoveryHash};

/// What became of a new factor: a passkey, or codes of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is the account's first second factor: the recovery codes are good from now on.
    First,
    /// There was another factor before, with recovery codes of its own.
    Another,
    /// It is somebody's already, or the account has as many as it may, or codes of an app, or is gone.
    Refused,
}

/// Adds a second factor to an account that is locked, by the row that `insert` makes. `codes` become the recovery codes if it is the first one.
pub(super) async fn add_factor(
    write: &mut Write<'_>,
    user: &AccountId,
    insert: Statement<'_>,
    codes: &[RecoveryHash],
) -> Result<Added, StoreError> {
    let is_first = !any_factor(write, user).await?;
    if write.execute(insert).await? != 1 {
        return Ok(Added::Refused);
    }
    if !is_first {
        return Ok(Added::Another);
    }
    set_codes(write, user, codes).await?;
    Ok(Added::First)
}

/// Replaces the recovery codes of an account.
pub(super) async fn set_codes(
    write: &mut Write<'_>,
    user: &AccountId,
    codes: &[RecoveryHash],
) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM recovery_codes WHERE user_id = $1").bytes(&user.0);
    write.execute(delete).await?;
    for code in codes {
        let insert =
            Statement::new("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)")
                .bytes(&user.0)
                .bytes(&code.0);
        write.execute(insert).await?;
    }
    Ok(())
}

/// Whether an account, which is locked, has a second factor.
pub(super) async fn any_factor(
    write: &mut Write<'_>,
    user: &AccountId,
) -> Result<bool, StoreError> {
    let select = Statement::new(
        "SELECT created_at FROM totp WHERE user_id = $1 UNION ALL SELECT created_at FROM passkeys WHERE user_id = $1",
    )
    .bytes(&user.0);
    Ok(write.row(select).await?.is_some())
}

/// Without a second factor there is nothing to recover, and no device to be asked less.
pub(super) async fn forget_if_none(
    write: &mut Write<'_>,
    user: &AccountId,
) -> Result<(), StoreError> {
    if any_factor(write, user).await? {
        return Ok(());
    }
    set_codes(write, user, &[]).await?;
    known_devices::trust_none(write, user).await
}
