//! The lockout of FEATURES.md A5, counted per name whether or not the name exists, and for those whom the
//! account knows by themselves.
//!
//! Only a wrong secret that was really checked counts. So that a hundred parallel guesses cannot all be checked before
//! the first failure is written, [`crate::auth::attempts`] lets the attempts of one name look at their secret one
//! after the other.

use super::{Store, StoreError, Write, sql::Statement};
use crate::{
    clock::{Millis, millis},
    ids::{DeviceHash, SessionId},
    validate::Username,
};
use std::time::Duration;

/// Failures are counted over this time, and a lockout lasts as long.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What attempts are counted by.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountedBy(String);

impl CountedBy {
    /// Anybody's, by the name.
    #[must_use]
    pub fn name(name: &Username) -> Self {
        Self(name.as_str().to_owned())
    }

    /// Those of a device that the account has been used on, by themselves: others cannot lock it out. No name has a colon.
    #[must_use]
    pub fn device(name: &Username, device: &DeviceHash) -> Self {
        Self(format!("{}:device:{}", name.as_str(), hex(&device.0)))
    }

    /// Those of somebody who is logged in.
    #[must_use]
    pub fn session(name: &Username, session: &SessionId) -> Self {
        Self(format!("{}:session:{}", name.as_str(), hex(&session.0)))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Store {
    /// How long a name is still locked; `None` if its secret may be looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lockout(
        &self,
        by: &CountedBy,
        now: Millis,
    ) -> Result<Option<Duration>, StoreError> {
        let select = Statement::new(
            "SELECT locked_until FROM login_attempts WHERE username = $1 AND locked_until > $2",
        )
        .text(&by.0)
        .integer(now);
        let Some(row) = self.read_one("lockout", select).await? else {
            return Ok(None);
        };
        let left = row.integer("locked_until")? - now;
        Ok(Some(Duration::from_millis(
            u64::try_from(left).unwrap_or(0),
        )))
    }

    /// Counts a wrong secret, atomically. The failure number `limit` within the window locks the name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn count_failure(
        &self,
        by: &CountedBy,
        limit: u32,
        now: Millis,
    ) -> Result<(), StoreError> {
        let window = millis(WINDOW);
        let first_lock = if limit <= 1 { now + window } else { 0 };
        self.write("count_failure", async |write| {
            let count = Statement::new(
                "INSERT INTO login_attempts (username, attempts, window_start, locked_until) VALUES ($1, 1, $2, $5) \
                 ON CONFLICT (username) DO UPDATE SET \
                   attempts = CASE WHEN login_attempts.window_start <= $2 - $3 THEN 1 ELSE login_attempts.attempts + 1 END, \
                   window_start = CASE WHEN login_attempts.window_start <= $2 - $3 THEN $2 ELSE login_attempts.window_start END, \
                   locked_until = CASE WHEN login_attempts.window_start > $2 - $3 AND login_attempts.attempts + 1 >= $4 \
                     THEN $2 + $3 ELSE $5 END \
                 WHERE login_attempts.locked_until <= $2",
            )
            .text(&by.0)
            .integer(now)
            .integer(window)
            .integer(i64::from(limit))
            .integer(first_lock);
            write.execute(count).await?;
            Ok(())
        })
        .await
    }

    /// Forgets the failures of a name, after the right secret.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forgive_failures(&self, by: &CountedBy) -> Result<(), StoreError> {
        self.write("forgive_failures", async |write| {
            let forget =
                Statement::new("DELETE FROM login_attempts WHERE username = $1").text(&by.0);
            write.execute(forget).await?;
            Ok(())
        })
        .await
    }
}

/// Removes rows that no longer decide anything.
pub(super) async fn remove_stale(write: &mut Write<'_>, now: Millis) -> Result<u64, StoreError> {
    let stale = Statement::new(
        "DELETE FROM login_attempts WHERE locked_until <= $1 AND window_start <= $1 - $2",
    )
    .integer(now)
    .integer(millis(WINDOW));
    write.execute(stale).await
}
