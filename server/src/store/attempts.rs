//! The lockout of FEATURES.md A5, counted per name whether or not the name exists.
//!
//! An attempt is counted *before* the secret is checked and forgiven when it was right: counted afterwards, a
//! hundred parallel guesses would all be checked before the first failure is written.

use super::{Millis, Store, StoreError, millis};
use crate::validate::Username;
use std::time::Duration;

/// Attempts are counted over this time, and a lockout lasts as long.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Whether the secret may be looked at.
#[derive(Debug, PartialEq, Eq)]
pub enum Attempt {
    /// Go on.
    Allowed,
    /// Too many failures; nothing was counted.
    LockedOut {
        /// Until the lockout ends.
        wait: Duration,
    },
}

impl Store {
    /// Counts an attempt to log in, atomically. The attempt number `limit` is the last one that is looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn count_attempt(
        &self,
        username: &Username,
        limit: u32,
        now: Millis,
    ) -> Result<Attempt, StoreError> {
        let window = millis(WINDOW);
        let first_lock = if limit <= 1 { now + window } else { 0 };
        let counted = sqlx::query(
            "INSERT INTO login_attempts (username, attempts, window_start, locked_until) VALUES ($1, 1, $2, $5) \
             ON CONFLICT (username) DO UPDATE SET \
               attempts = CASE WHEN login_attempts.window_start <= $2 - $3 THEN 1 ELSE login_attempts.attempts + 1 END, \
               window_start = CASE WHEN login_attempts.window_start <= $2 - $3 THEN $2 ELSE login_attempts.window_start END, \
               locked_until = CASE WHEN login_attempts.window_start > $2 - $3 AND login_attempts.attempts + 1 >= $4 \
                 THEN $2 + $3 ELSE 0 END \
             WHERE login_attempts.locked_until <= $2",
        )
        .bind(username.as_str())
        .bind(now)
        .bind(window)
        .bind(i64::from(limit))
        .bind(first_lock)
        .execute(&self.writer)
        .await?;
        if counted.rows_affected() == 1 {
            return Ok(Attempt::Allowed);
        }
        let locked_until = sqlx::query_as::<_, (i64,)>(
            "SELECT locked_until FROM login_attempts WHERE username = $1",
        )
        .bind(username.as_str())
        .fetch_optional(&self.reader)
        .await?
        .map_or(now, |(until,)| until);
        let wait = u64::try_from(locked_until - now).unwrap_or(0);
        Ok(Attempt::LockedOut {
            wait: Duration::from_millis(wait),
        })
    }

    /// Forgets the attempts of a name, after the right secret.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn forgive_attempts(&self, username: &Username) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM login_attempts WHERE username = $1")
            .bind(username.as_str())
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

/// Removes rows that no longer decide anything.
pub(super) async fn remove_stale(store: &Store, now: Millis) -> Result<u64, StoreError> {
    let removed = sqlx::query(
        "DELETE FROM login_attempts WHERE locked_until <= $1 AND window_start <= $1 - $2",
    )
    .bind(now)
    .bind(millis(WINDOW))
    .execute(&store.writer)
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
    async fn the_sixth_attempt_within_fifteen_minutes_is_locked_out_for_fifteen() {
        let (_directory, store) = store().await;
        for minute in 0..5 {
            assert_eq!(
                store
                    .count_attempt(&name(), 5, minute * MINUTE)
                    .await
                    .unwrap(),
                Attempt::Allowed
            );
        }
        let locked = store.count_attempt(&name(), 5, 5 * MINUTE).await.unwrap();
        assert_eq!(
            locked,
            Attempt::LockedOut {
                wait: Duration::from_secs(14 * 60)
            }
        );
        // The lockout began with the fifth attempt (minute 4) and is not made longer by trying.
        assert_eq!(
            store.count_attempt(&name(), 5, 19 * MINUTE).await.unwrap(),
            Attempt::Allowed
        );
    }

    #[tokio::test]
    async fn attempts_spread_over_a_longer_time_do_not_lock() {
        let (_directory, store) = store().await;
        for attempt in 0..20 {
            let at = attempt * 4 * MINUTE;
            assert_eq!(
                store.count_attempt(&name(), 5, at).await.unwrap(),
                Attempt::Allowed,
                "{attempt}"
            );
        }
    }

    #[tokio::test]
    async fn the_right_secret_forgives() {
        let (_directory, store) = store().await;
        for _ in 0..4 {
            store.count_attempt(&name(), 5, 0).await.unwrap();
        }
        store.forgive_attempts(&name()).await.unwrap();
        for _ in 0..5 {
            assert_eq!(
                store.count_attempt(&name(), 5, 0).await.unwrap(),
                Attempt::Allowed
            );
        }
    }

    #[tokio::test]
    async fn parallel_guesses_cannot_get_past_the_limit() {
        let (_directory, store) = store().await;
        let attempts = (0..50).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.count_attempt(&name(), 5, 0).await.unwrap() })
        });
        let mut allowed = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            allowed += u32::from(attempt.await.unwrap() == Attempt::Allowed);
        }
        assert_eq!(allowed, 5);
    }
}
