//! What the relay keeps on disk: accounts, public keys with their history, and the state of logins. Never a
//! message, a file, a presence or a name of a peer.
//!
//! The texts of all queries work on SQLite and on PostgreSQL alike: numbered parameters, ids as bytes, times as
//! integer milliseconds.

pub mod accounts;
pub mod attempts;
mod migrations;
pub mod sessions;
mod writer;

use sqlx::{
    ConnectOptions as _, Connection as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, sync::Arc, time::Duration};

use crate::clock::Millis;
use writer::Writer;

/// How long a statement waits for another process that holds the file, e.g. a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a request waits for a connection of the pool.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Readers work beside the writer (WAL); more of them than cores would only queue elsewhere.
const READERS: u32 = 4;

/// Why the database could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused, is locked, full or gone.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this program would never have written.
    #[error("corrupt value in column {0}")]
    Corrupt(&'static str),
    /// The folder or file could not be made.
    #[error("database file: {0}")]
    File(#[from] std::io::Error),
    /// The turn to write did not come in time.
    #[error("too many writes are waiting")]
    Busy,
}

impl StoreError {
    /// Whether trying again later can help: the database is full, locked, overloaded or unreachable, but neither it
    /// nor the statement is wrong.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        // Primary result codes of SQLite.
        const BUSY: u32 = 5;
        const LOCKED: u32 = 6;
        const READONLY: u32 = 8;
        const IOERR: u32 = 10;
        const FULL: u32 = 13;
        const CANTOPEN: u32 = 14;
        match self {
            Self::Busy => true,
            Self::Database(sqlx::Error::Database(error)) => error
                .code()
                .and_then(|code| code.parse::<u32>().ok())
                // The extended codes keep the primary one in their low byte.
                .is_some_and(|code| {
                    matches!(
                        code & 0xff,
                        BUSY | LOCKED | READONLY | IOERR | FULL | CANTOPEN
                    )
                }),
            Self::Database(error) => matches!(
                error,
                sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed
            ),
            Self::Migration(_) | Self::Corrupt(_) | Self::File(_) => false,
        }
    }
}

/// The database: one connection that writes ([`writer`]), several that read.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    reader: SqlitePool,
}

impl Store {
    /// Opens the file, making it (readable by its owner only) and its schema if they are missing.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be made or opened, or its schema is of a later version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let mut migrating = options.connect().await?;
        migrations::migrator().run(&mut migrating).await?;
        migrating.close().await?;
        let writer = Arc::new(Writer::open(options.clone()).await?);
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, reader })
    }

    /// Whether the database can be written and read: one row is really written.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot.
    pub async fn probe(&self, now: Millis) -> Result<(), StoreError> {
        let mut write = self.writer.begin().await?;
        sqlx::query(
            "INSERT INTO health (id, checked_at) VALUES (1, $1) \
             ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at",
        )
        .bind(now)
        .execute(write.connection())
        .await?;
        write.commit().await?;
        sqlx::query("SELECT checked_at FROM health WHERE id = 1")
            .fetch_one(&self.reader)
            .await?;
        Ok(())
    }

    /// Removes what has expired: sessions with their refresh tokens, revoked tokens, old login attempts.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn remove_expired(&self, now: Millis) -> Result<u64, StoreError> {
        let mut removed = 0;
        let mut write = self.writer.begin().await?;
        for statement in [
            "DELETE FROM sessions WHERE expires_at <= $1",
            "DELETE FROM revoked_tokens WHERE expires_at <= $1",
        ] {
            removed += sqlx::query(statement)
                .bind(now)
                .execute(write.connection())
                .await?
                .rows_affected();
        }
        removed += attempts::remove_stale(write.connection(), now).await?;
        write.commit().await?;
        Ok(removed)
    }

    /// Waits for running statements, then closes the file (and folds the write-ahead log into it).
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// A column that must hold exactly `N` bytes.
fn fixed<const N: usize>(bytes: Vec<u8>, column: &'static str) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt(column))
}

/// Makes an empty file that only its owner can read, unless it is there. SQLite gives its `-wal` and `-shm`
/// files the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        std::fs::create_dir_all(parent)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
