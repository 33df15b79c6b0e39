//! What the relay keeps on disk: accounts, public keys with their history, and the state of logins. Never a
//! message, a file, a presence or a name of a peer.
//!
//! Everything that somebody asks of the database passes through [`Store::run`], the one place that sets the time limit, counts
//! and times, and carries the circuit breaker; what is only looked at over and over, through [`Store::glance`].
//!
//! | module | what it is |
//! |---|---|
//! | [`accounts`], [`sessions`], [`second_factor`], [`passkeys`], [`recovery`], [`reach`], [`invitations`], [`attempts`], [`known_devices`], [`tickets`], [`operator`], [`changes`] | what is asked |
//! | [`sql`] | statements and rows, the same for both databases |
//! | [`backend`] | the two databases: `sqlite`, `postgres` |
//! | [`breaker`] | leaves a database alone that fails again and again |
//! | [`error`] | why something failed, and whether to try again |
//! | [`migrations`] | the schema, both ways |
//! | [`backup`] | a copy of an SQLite file |

pub mod accounts;
pub mod attempts;
mod backend;
pub mod backup;
mod breaker;
pub mod changes;
mod error;
mod invitations;
mod known_devices;
mod migrations;
pub mod operator;
pub mod passkeys;
mod postgres;
pub mod reach;
pub mod recovery;
pub mod second_factor;
pub mod sessions;
mod sql;
mod sqlite;
pub mod tickets;

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    clock::{Clock, Millis, millis},
    secret::Secret,
    telemetry::store::StoreMetrics,
};
use backend::{Backend, Write};
use breaker::Breaker;
pub use error::StoreError;
use sql::{Row, Statement};

/// Whatever is asked of the database is answered within this time, or given up.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A device is forgotten so long after the last login on it.
pub const DEVICE_LIFE: Duration = Duration::from_secs(180 * 24 * 3600);

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Location {
    /// An SQLite file.
    File(PathBuf),
    /// The address of a PostgreSQL database; it may hold a password.
    Address(Secret),
}

/// The database.
#[derive(Clone)]
pub struct Store(Arc<Parts>);

struct Parts {
    backend: Backend,
    breaker: Breaker,
    metrics: StoreMetrics,
    clock: Clock,
}

impl Store {
    /// Opens the database and brings its schema up to date. An SQLite file that is missing is made, readable by its owner
    /// only. `pause`: how long a database that fails again and again is left alone.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be made or opened, or its schema is of a later version.
    pub async fn open(
        location: &Location,
        pause: Duration,
        clock: Clock,
        metrics: StoreMetrics,
    ) -> Result<Self, StoreError> {
        Ok(Self(Arc::new(Parts {
            backend: Backend::open(location).await?,
            breaker: Breaker::new(pause, metrics.breaker.clone()),
            metrics,
            clock,
        })))
    }

    /// Whether a location can be one of a database; nothing is asked of it, or made.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot.
    pub fn check(location: &Location) -> Result<(), StoreError> {
        match location {
            Location::File(path) => Ok(sqlite::check(path)?),
            Location::Address(address) => postgres::options(address.expose()).map(drop),
        }
    }

    /// Brings the schema of a database that no relay uses to a version, forwards or backwards; `None` is the newest. What a
    /// version does not know is lost on the way back to it.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be opened, or knows a later version than this program.
    pub async fn migrate(location: &Location, version: Option<i64>) -> Result<(), StoreError> {
        backend::migrate(location, version).await
    }

    /// Whether the database can be written and read: one row is really written.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot.
    pub async fn probe(&self, now: Millis) -> Result<(), StoreError> {
        self.write("probe", async |write| {
            let written = Statement::new(
                "INSERT INTO health (id, checked_at) VALUES (1, $1) \
                 ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at",
            )
            .integer(now);
            write.execute(written).await
        })
        .await?;
        let read = Statement::new("SELECT checked_at FROM health WHERE id = 1");
        self.read("probe", read).await.map(drop)
    }

    /// Whether the database is left alone because it failed again and again.
    #[must_use]
    pub fn is_left_alone(&self) -> bool {
        self.0.breaker.is_open(self.0.clock.monotonic())
    }

    /// Removes what has expired: sessions, revoked tokens, tickets, old login attempts.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_expired(&self, now: Millis) -> Result<u64, StoreError> {
        self.write("remove_expired", async |write| {
            let mut removed = 0;
            for text in [
                "DELETE FROM sessions WHERE expires_at <= $1",
                "DELETE FROM revoked_tokens WHERE expires_at <= $1",
                "DELETE FROM tickets WHERE expires_at <= $1",
            ] {
                removed += write.execute(Statement::new(text).integer(now)).await?;
            }
            let devices = Statement::new("DELETE FROM known_devices WHERE last_used_at <= $1")
                .integer(now - millis(DEVICE_LIFE));
            removed += write.execute(devices).await?;
            removed += changes::remove_old(write).await?;
            Ok(removed + attempts::remove_stale(write, now).await?)
        })
        .await
    }

    /// Notes for metrics what its connections do now.
    pub fn observe_connections(&self) {
        self.0.metrics.connections(self.0.backend.connections());
    }

    /// Waits for running statements, then closes the database (and folds the write-ahead log of an SQLite file into it).
    pub async fn close(&self) {
        self.0.backend.close().await;
    }

    /// Reads with one statement.
    async fn read(
        &self,
        operation: &'static str,
        statement: Statement<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let parts = &*self.0;
        self.run(
            operation,
            parts.backend.read(&parts.metrics.waiting, statement),
        )
        .await
    }

    /// Reads at most one row.
    async fn read_one(
        &self,
        operation: &'static str,
        statement: Statement<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.read(operation, statement).await?.into_iter().next())
    }

    /// Reads what is looked at over and over although nobody waits for it: the breaker learns nothing from it, and a database that is
    /// left alone, or being tried, is not asked.
    async fn glance(
        &self,
        operation: &'static str,
        statement: Statement<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let parts = &*self.0;
        if !parts.breaker.is_closed() {
            return Err(StoreError::LeftAlone { retry: TIME_LIMIT });
        }
        let started = Instant::now();
        let outcome = tokio::time::timeout(
            TIME_LIMIT,
            parts.backend.read(&parts.metrics.waiting, statement),
        )
        .await
        .unwrap_or(Err(StoreError::TimeLimit));
        parts.metrics.observe(operation, started.elapsed());
        parts.metrics.count(
            operation,
            outcome.as_ref().err().map_or("done", StoreError::label),
        );
        outcome
    }

    /// Writes, all of it or nothing: `work` is one transaction. Only what is durable is answered.
    async fn write<T>(
        &self,
        operation: &'static str,
        work: impl AsyncFnOnce(&mut Write<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let writing = async {
            let mut write = self.0.backend.begin(&self.0.metrics.waiting).await?;
            let value = work(&mut write).await?;
            write.commit().await?;
            Ok(value)
        };
        self.run(operation, writing).await
    }

    /// Everything that somebody waits for passes here. `operation` is one of a fixed list.
    async fn run<T>(
        &self,
        operation: &'static str,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let Parts {
            breaker,
            metrics,
            clock,
            ..
        } = &*self.0;
        let pass = breaker.enter(clock.monotonic()).map_err(|retry| {
            let error = StoreError::LeftAlone { retry };
            metrics.count(operation, error.label());
            error
        })?;
        let started = Instant::now();
        let outcome = tokio::time::timeout(TIME_LIMIT, work)
            .await
            .unwrap_or(Err(StoreError::TimeLimit));
        metrics.observe(operation, started.elapsed());
        match &outcome {
            Err(error) if error.retry_after().is_some() => {
                metrics.count(operation, error.label());
                pass.failed(clock.monotonic());
            }
            // A wrong statement or row is no sign of a database in trouble: it answered.
            _ => {
                metrics.count(
                    operation,
                    outcome.as_ref().err().map_or("done", StoreError::label),
                );
                pass.answered();
            }
        }
        outcome
    }
}

/// Tells the operator of a write that did not end with a COMMIT. The error itself is logged by whoever gets it; a write
/// that was cancelled has none.
fn warn_unfinished() {
    tracing::warn!(
        category = "store",
        "a write was rolled back and its database connection closed"
    );
}

impl Location {
    /// For the log, without a password.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Address(_) => "PostgreSQL".to_owned(),
        }
    }
}
