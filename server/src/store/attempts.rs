//! The lockout of FEATURES.md A5, counted per name whether or not the name exists.
//!
//! Only a wrong secret that was really checked counts. So that a hundred parallel guesses cannot all be checked before
//! the first failure is written, [`crate::auth::attempts`] lets the attempts of one name look at their secret one
//! after the other.

use super::{Store, StoreError};
use crate::{
    clock::{Millis, millis},
    validate::Username,
};
use sqlx::SqliteConnection;
use std::time::Duration;

/// Failures are counted over this time, and a lockout lasts as long.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

impl Store {
    /// How long a name is still locked; `None` if its secret may be looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn lockout(
        &self,
        username: &Username,
        now: Millis,
    ) -> Result<Option<Duration>, StoreError> {
        let locked_until = sqlx::query_as::<_, (i64,)>(
            "SELECT locked_until FROM login_attempts WHERE username = $1 AND locked_until > $2",
        )
        .bind(username.as_str())
        .bind(now)
        .fetch_optional(&self.reader)
        .await?;
        Ok(locked_until
            .map(|(until,)| Duration::from_millis(u64::try_from(until - now).unwrap_or(0))))
    }

    /// Counts a wrong secret, atomically. The failure number `limit` within the window locks the name.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn count_failure(
        &self,
        username: &Username,
        limit: u32,
        now: Millis,
    ) -> Result<(), StoreError> {
        let window = millis(WINDOW);
        let first_lock = if limit <= 1 { now + window } else { 0 };
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO login_attempts (username, attempts, window_start, locked_until) VALUES ($1, 1, $2, $5) \
             ON CONFLICT (username) DO UPDATE SET \
               attempts = CASE WHEN login_attempts.window_start <= $2 - $3 THEN 1 ELSE login_attempts.attempts + 1 END, \
               window_start = CASE WHEN login_attempts.window_start <= $2 - $3 THEN $2 ELSE login_attempts.window_start END, \
               locked_until = CASE WHEN login_attempts.window_start > $2 - $3 AND login_attempts.attempts + 1 >= $4 \
                 THEN $2 + $3 ELSE $5 END \
             WHERE login_attempts.locked_until <= $2",
        )
        .bind(username.as_str())
        .bind(now)
        .bind(window)
        .bind(i64::from(limit))
        .bind(first_lock)
        .execute(write.connection())
        .await?;
        write.commit().await
    }

    /// Forgets the failures of a name, after the right secret.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forgive_failures(&self, username: &Username) -> Result<(), StoreError> {
        let mut write = self.writer.begin().await?;
        sqlx::query("DELETE FROM login_attempts WHERE username = $1")
            .bind(username.as_str())
            .execute(write.connection())
            .await?;
        write.commit().await
    }
}

/// Removes rows that no longer decide anything.
pub(super) async fn remove_stale(
    connection: &mut SqliteConnection,
    now: Millis,
) -> Result<u64, StoreError> {
    let removed = sqlx::query(
        "DELETE FROM login_attempts WHERE locked_until <= $1 AND window_start <= $1 - $2",
    )
    .bind(now)
    .bind(millis(WINDOW))
    .execute(connection)
    .await?;
    Ok(removed.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;

    async fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("test.db"))
            .await
            .unwrap();
        (directory, store)
    }

    fn name() -> Username {
        Username::parse("nobody".to_owned()).unwrap()
    }

    #[tokio::test]
    async fn five_failures_within_fifteen_minutes_lock_for_fifteen() {
        let (_directory, store) = store().await;
        for minute in 0..5 {
            let at = minute * MINUTE;
            assert_eq!(store.lockout(&name(), at).await.unwrap(), None, "{minute}");
            store.count_failure(&name(), 5, at).await.unwrap();
        }
        let locked = store.lockout(&name(), 5 * MINUTE).await.unwrap();
        assert_eq!(locked, Some(Duration::from_secs(14 * 60)));
        // The lockout began with the fifth failure (minute 4); one that was under way then does not make it longer.
        store.count_failure(&name(), 5, 6 * MINUTE).await.unwrap();
        assert_eq!(store.lockout(&name(), 19 * MINUTE).await.unwrap(), None);
        // Nor does the old window count any more.
        store.count_failure(&name(), 5, 20 * MINUTE).await.unwrap();
        assert_eq!(store.lockout(&name(), 20 * MINUTE).await.unwrap(), None);
    }

    #[tokio::test]
    async fn failures_spread_over_a_longer_time_do_not_lock() {
        let (_directory, store) = store().await;
        for failure in 0..20 {
            let at = failure * 4 * MINUTE;
            store.count_failure(&name(), 5, at).await.unwrap();
            assert_eq!(store.lockout(&name(), at).await.unwrap(), None, "{failure}");
        }
    }

    #[tokio::test]
    async fn a_limit_of_one_locks_at_every_failure() {
        let (_directory, store) = store().await;
        for at in [0, 15 * MINUTE, 31 * MINUTE] {
            assert_eq!(store.lockout(&name(), at).await.unwrap(), None);
            store.count_failure(&name(), 1, at).await.unwrap();
            assert_eq!(store.lockout(&name(), at).await.unwrap(), Some(WINDOW));
        }
    }

    #[tokio::test]
    async fn the_right_secret_forgives() {
        let (_directory, store) = store().await;
        for _ in 0..2 {
            for _ in 0..4 {
                store.count_failure(&name(), 5, 0).await.unwrap();
            }
            assert_eq!(store.lockout(&name(), 0).await.unwrap(), None);
            store.forgive_failures(&name()).await.unwrap();
        }
    }
}
