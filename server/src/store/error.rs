//! Why the database could not do something, and whether it makes sense to try again.

use sqlx::{error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError};
use std::time::Duration;

/// When to try again while the database is full, locked or overloaded.
const RETRY: Duration = Duration::from_secs(5);

/// Why the database could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, is locked, full or gone.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought to the version that was asked for.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this program would never have written.
    #[error("corrupt value in column {0}")]
    Corrupt(&'static str),
    /// The folder or file could not be made.
    #[error("database file: {0}")]
    File(#[from] std::io::Error),
    /// The address of the database is none. It may hold a password, so it is not repeated.
    #[error("DATABASE_URL: expected postgres://user:password@host/database")]
    Address,
    /// The turn to write did not come in time.
    #[error("too many writes are waiting")]
    Busy,
    /// No answer in time.
    #[error("the database took too long")]
    TimeLimit,
    /// It failed so often that it is left alone for a while.
    #[error("the circuit breaker is open")]
    LeftAlone {
        /// When it is tried again.
        retry: Duration,
    },
}

impl StoreError {
    /// When trying again can help: the database is full, locked, overloaded or unreachable, but neither it nor the
    /// statement is wrong. `None` for what stays as it is.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::LeftAlone { retry } => Some(*retry),
            Self::Busy | Self::TimeLimit => Some(RETRY),
            Self::Database(error) if is_transient(error) => Some(RETRY),
            Self::Database(_)
            | Self::Migration(_)
            | Self::Corrupt(_)
            | Self::File(_)
            | Self::Address => None,
        }
    }

    /// The name in metrics.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::LeftAlone { .. } => "left_alone",
            Self::Busy => "busy",
            Self::TimeLimit => "time_limit",
            Self::Database(error) if is_transient(error) => "unavailable",
            _ => "failed",
        }
    }
}

fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => of_sqlite(error.as_ref()) || of_postgres(error.as_ref()),
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        // A connection that broke in the middle of an answer.
        | sqlx::Error::Protocol(_) => true,
        _ => false,
    }
}

fn of_sqlite(error: &dyn DatabaseError) -> bool {
    // Primary result codes.
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const READONLY: u32 = 8;
    const IOERR: u32 = 10;
    const FULL: u32 = 13;
    const CANTOPEN: u32 = 14;
    error.try_downcast_ref::<SqliteError>().is_some()
        && error
            .code()
            .and_then(|code| code.parse::<u32>().ok())
            // The extended codes keep the primary one in their low byte.
            .is_some_and(|code| {
                matches!(
                    code & 0xff,
                    BUSY | LOCKED | READONLY | IOERR | FULL | CANTOPEN
                )
            })
}

fn of_postgres(error: &dyn DatabaseError) -> bool {
    // Classes of SQLSTATE: connection, log-in, no such database, rolled back, resources, operator, system.
    const CLASSES: [&str; 7] = ["08", "28", "3D", "40", "53", "57", "58"];
    const READ_ONLY: &str = "25006";
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    error
        .try_downcast_ref::<PgDatabaseError>()
        .is_some_and(|error| {
            let code = error.code();
            matches!(code, READ_ONLY | LOCK_NOT_AVAILABLE)
                || CLASSES.iter().any(|class| code.starts_with(class))
        })
}
