//! Devices that an account has been used on: others cannot lock them out.

use super::{Store, StoreError, Write, sql::Statement};
use crate::{
    clock::Millis,
    ids::{AccountId, DeviceHash},
    validate::Username,
};

/// Devices of one account. When one more comes, the one that was used longest ago goes.
const MOST: usize = 10;

impl Store {
    /// Whether the account of a name has been used on a device since `since`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn knows_device(
        &self,
        device: &DeviceHash,
        username: &Username,
        since: Millis,
    ) -> Result<bool, StoreError> {
        let select = Statement::new(
            "SELECT known_devices.last_used_at FROM known_devices JOIN users ON users.id = known_devices.user_id \
             WHERE known_devices.device_hash = $1 AND users.username = $2 AND known_devices.last_used_at > $3",
        )
        .bytes(&device.0)
        .text(username.as_str())
        .integer(since);
        Ok(self.read_one("knows_device", select).await?.is_some())
    }

    /// Whether an account's owner chose that a device is not asked for the second factor.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn trusts_device(
        &self,
        device: &DeviceHash,
        user: &AccountId,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let select = Statement::new(
            "SELECT trusted_until FROM known_devices WHERE device_hash = $1 AND user_id = $2 AND trusted_until > $3",
        )
        .bytes(&device.0)
        .bytes(&user.0)
        .integer(now);
        Ok(self.read_one("trusts_device", select).await?.is_some())
    }

    /// Notes that an account was logged in to on a device; with `trust`, that it is not asked for the second factor until then.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remember_device(
        &self,
        device: &DeviceHash,
        user: &AccountId,
        trust: Option<Millis>,
        now: Millis,
    ) -> Result<(), StoreError> {
        self.write("remember_device", async |write| {
            // Not for an account that has been deleted meanwhile.
            let insert = Statement::new(
                "INSERT INTO known_devices (device_hash, user_id, last_used_at) \
                 SELECT $1, id, $3 FROM users WHERE id = $2 \
                 ON CONFLICT (device_hash, user_id) DO UPDATE SET last_used_at = excluded.last_used_at",
            )
            .bytes(&device.0)
            .bytes(&user.0)
            .integer(now);
            write.execute(insert).await?;
            if let Some(until) = trust {
                let update = Statement::new(
                    "UPDATE known_devices SET trusted_until = $3 WHERE device_hash = $1 AND user_id = $2",
                )
                .bytes(&device.0)
                .bytes(&user.0)
                .integer(until);
                write.execute(update).await?;
            }
            let devices = Statement::new(
                "SELECT device_hash FROM known_devices WHERE user_id = $1 ORDER BY last_used_at DESC, device_hash",
            )
            .bytes(&user.0);
            for row in write.rows(devices).await?.iter().skip(MOST) {
                let hash = row.bytes::<32>("device_hash")?;
                let delete = Statement::new(
                    "DELETE FROM known_devices WHERE user_id = $1 AND device_hash = $2",
                )
                .bytes(&user.0)
                .bytes(&hash);
                write.execute(delete).await?;
            }
            Ok(())
        })
        .await
    }
}

/// All devices of an account are asked for the second factor again.
pub(super) async fn trust_none(write: &mut Write<'_>, user: &AccountId) -> Result<(), StoreError> {
    let update = Statement::new("UPDATE known_devices SET trusted_until = NULL WHERE user_id = $1")
        .bytes(&user.0);
    write.execute(update).await?;
    Ok(())
}

/// All devices of an account are strangers again.
pub(super) async fn forget_all(write: &mut Write<'_>, user: &AccountId) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM known_devices WHERE user_id = $1").bytes(&user.0);
    write.execute(delete).await?;
    Ok(())
}
