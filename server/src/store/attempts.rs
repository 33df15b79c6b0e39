//! The lockout of FEATURES.md A5, counted per name whether or not the name exists, and for those whom the
//! account knows by themselves.
//!
//! Only a wrong secret that was really checked counts. So that a hundred parallel guesses, at as many relays, cannot all be
//! checked before the first failure is written, an attempt is reserved before its secret is looked at, and given back if it
//! could not be looked at.

use super::{Store, StoreError, Write, sql::Statement};
use crate::{
    clock::{Millis, millis},
    ids::{DeviceHash, SessionId},
    validate::Username,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Failures are counted over this time, and a lockout lasts as long.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// What attempts are counted by.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

    /// As the database has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Guesses at the second factor of those whose attempts are counted so. They come after the right password.
    #[must_use]
    pub fn second_factor(&self) -> Self {
        let name = &self.0;
        // The colon after the name is what a deletion finds the rows by.
        match name.split_once(':') {
            Some((name, rest)) => Self(format!("{name}:second:{rest}")),
            None => Self(format!("{name}:second")),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a secret may be looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Reserved {
    /// It may, and counts as wrong until something else is said.
    Attempt(Attempt),
    /// Not for so long.
    Locked(Duration),
}

/// One that is counted.
#[derive(Debug, PartialEq, Eq)]
pub struct Attempt {
    window_start: Millis,
}

impl Store {
    /// Counts an attempt as a wrong one, atomically, before its secret is looked at. Number `limit` within the window locks the
    /// name: while it is looked at, nobody else's is.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn reserve_attempt(
        &self,
        by: &CountedBy,
        limit: u32,
        now: Millis,
    ) -> Result<Reserved, StoreError> {
        let window = millis(WINDOW);
        let first_lock = if limit <= 1 { now + window } else { 0 };
        self.write("reserve_attempt", async |write| {
            let count = Statement::new(
                "INSERT INTO login_attempts (username, attempts, window_start, locked_until) VALUES ($1, 1, $2, $5) \
                 ON CONFLICT (username) DO UPDATE SET \
                   attempts = CASE WHEN login_attempts.window_start <= $2 - $3 THEN 1 ELSE login_attempts.attempts + 1 END, \
                   window_start = CASE WHEN login_attempts.window_start <= $2 - $3 THEN $2 ELSE login_attempts.window_start END, \
                   locked_until = CASE WHEN login_attempts.window_start > $2 - $3 AND login_attempts.attempts + 1 >= $4 \
                     THEN $2 + $3 ELSE $5 END \
                 WHERE login_attempts.locked_until <= $2 \
                 RETURNING window_start",
            )
            .text(&by.0)
            .integer(now)
            .integer(window)
            .integer(i64::from(limit))
            .integer(first_lock);
            if let Some(row) = write.row(count).await? {
                let window_start = row.integer("window_start")?;
                return Ok(Reserved::Attempt(Attempt { window_start }));
            }
            let select =
                Statement::new("SELECT locked_until FROM login_attempts WHERE username = $1")
                    .text(&by.0);
            let locked_until = write.row(select).await?.map(|row| row.integer("locked_until"));
            let left = locked_until.transpose()?.map_or(0, |until| until - now);
            let left = u64::try_from(left).unwrap_or(0);
            Ok(Reserved::Locked(Duration::from_millis(left)))
        })
        .await
    }

    /// Takes back the counting of an attempt whose secret could not be looked at, and the lock that came with it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn give_attempt_back(
        &self,
        by: &CountedBy,
        Attempt { window_start }: Attempt,
    ) -> Result<(), StoreError> {
        self.write("give_attempt_back", async |write| {
            // If the window is another by now, nothing of it is counted any more.
            let update = Statement::new(
                "UPDATE login_attempts SET attempts = attempts - 1, locked_until = 0 \
                 WHERE username = $1 AND window_start = $2 AND attempts > 0",
            )
            .text(&by.0)
            .integer(window_start);
            write.execute(update).await?;
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
