//! SQLite: one connection that writes, several that read.
//!
//! SQLite has one writer at a time, so writes queue in the program, in order and with a time limit, instead of meeting
//! `SQLITE_BUSY`.
//!
//! After an error nobody knows what state a connection is in: on a full disk or an I/O error SQLite rolls back by
//! itself while its caller still believes to be in a transaction, and whatever is then written into that transaction
//! is lost. So every write is one explicit transaction, and a connection is used again only after its COMMIT
//! succeeded, which proves that it is in no transaction any more. Any other end (an error, a request that was
//! cancelled) closes the connection, which rolls back, and the next write opens a new one.

use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs, io, path::Path, time::Duration};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::timeout,
};

use super::{StoreError, TIME_LIMIT, warn_unfinished};

/// How long a statement waits for another process that holds the file, e.g. a backup: less than the time limit, so that the
/// log says what it waited for.
const BUSY_TIMEOUT: Duration = Duration::from_secs(4);
/// Readers work beside the writer (WAL); more of them than cores would only queue elsewhere.
const READERS: u32 = 4;

/// The file, opened.
pub(super) struct File {
    pub(super) writer: Writer,
    pub(super) reader: SqlitePool,
}

impl File {
    /// Opens one that is there.
    pub(super) async fn open(path: &Path) -> Result<Self, StoreError> {
        let options = options(path);
        let writer = Writer::open(options.clone()).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(TIME_LIMIT)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, reader })
    }

    /// Waits for running statements.
    pub(super) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// FULL: what was answered must be there after a power cut, or an ended session would be back, and a refresh token that was rotated
/// would look stolen. NORMAL syncs the write-ahead log at checkpoints only.
pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// Makes an empty file that only its owner can read, unless it is there. SQLite gives its `-wal` and `-shm`
/// files the same mode.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    if let Some(parent) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent)?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Whether a start could use a file, or make it: the folder, or the nearest one above it that is there, must take files, also beside
/// a file that is there.
pub(super) fn check(path: &Path) -> io::Result<()> {
    let about = |path: &Path, error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    if path.is_dir() {
        return Err(about(path, io::ErrorKind::IsADirectory.into()));
    }
    let opened = fs::OpenOptions::new().read(true).write(true).open(path);
    if let Err(error) = opened
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(about(path, error));
    }
    let mut above = path.ancestors().skip(1).map(|folder| {
        if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        }
    });
    let Some(folder) = above.find(|folder| folder.exists()) else {
        return Err(about(path, io::ErrorKind::NotFound.into()));
    };
    takes_files(folder).map_err(|error| about(folder, error))
}

#[cfg(unix)]
fn takes_files(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    if !folder.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn takes_files(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        Ok(())
    } else {
        Err(io::ErrorKind::NotADirectory.into())
    }
}

/// The connection that writes; see the module's documentation.
pub(super) struct Writer {
    options: SqliteConnectOptions,
    /// `None` while it is in use, and after a write that did not end with a COMMIT.
    idle: Mutex<Option<SqliteConnection>>,
}

impl Writer {
    /// Opens the connection.
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let connection = options.connect().await?;
        Ok(Self {
            options,
            idle: Mutex::new(Some(connection)),
        })
    }

    /// Waits until the writes before it are done.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when its turn does not come in time.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, StoreError> {
        timeout(BUSY_TIMEOUT, self.idle.lock())
            .await
            .map(Turn)
            .map_err(|_| StoreError::Busy)
    }

    /// Whether a write is under way.
    pub(super) fn is_in_use(&self) -> bool {
        self.idle.try_lock().is_err()
    }

    /// Begins a transaction. It takes the write lock at once, so that nothing read inside of it can change before it writes.
    ///
    /// # Errors
    /// What the database says.
    pub(super) async fn begin<'a>(&'a self, turn: Turn<'a>) -> Result<Write<'a>, StoreError> {
        let Turn(mut idle) = turn;
        let connection = match idle.take() {
            Some(connection) => connection,
            None => self.options.connect().await?,
        };
        let mut write = Write {
            connection,
            idle,
            unfinished: Unfinished(true),
        };
        write.run("BEGIN IMMEDIATE").await?;
        Ok(write)
    }

    /// Closes the connection when the write under way is done (and folds the write-ahead log into the file).
    pub(super) async fn close(&self) {
        if let Some(connection) = self.idle.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::error!(category = "internal", %error, "closing the database failed");
        }
    }
}

/// The right to write.
pub(super) struct Turn<'a>(MutexGuard<'a, Option<SqliteConnection>>);

/// A transaction. Dropped without [`Write::commit`], it is rolled back and its connection closed.
pub(super) struct Write<'a> {
    // Closed before the next write's turn: fields are dropped in this order.
    connection: SqliteConnection,
    idle: MutexGuard<'a, Option<SqliteConnection>>,
    unfinished: Unfinished,
}

impl Write<'_> {
    /// Where its statements run.
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Makes everything durable, and the connection free for the next write.
    ///
    /// # Errors
    /// [`StoreError::Database`]; then nothing has changed.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.run("COMMIT").await?;
        let Self {
            connection,
            mut idle,
            mut unfinished,
        } = self;
        unfinished.0 = false;
        *idle = Some(connection);
        Ok(())
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        sqlx::query(statement).execute(&mut self.connection).await?;
        Ok(())
    }
}

/// Tells the operator of a write that did not end with a COMMIT.
struct Unfinished(bool);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.0 {
            warn_unfinished();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::Row as _;
    use std::path::{Path, PathBuf};

    /// A writer of a file with one table.
    async fn writer() -> (tempfile::TempDir, PathBuf, Writer) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("test.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let writer = Writer::open(options).await.unwrap();
        run(&writer, "CREATE TABLE lines (text TEXT NOT NULL)")
            .await
            .unwrap();
        (directory, path, writer)
    }

    async fn begin(writer: &Writer) -> Result<Write<'_>, StoreError> {
        writer.begin(writer.turn().await?).await
    }

    async fn run(writer: &Writer, statement: &'static str) -> Result<(), StoreError> {
        let mut write = begin(writer).await?;
        write.run(statement).await?;
        write.commit().await
    }

    const LINE: &str = "INSERT INTO lines VALUES (hex(zeroblob(500)))";
    const PAGES: &str = "INSERT INTO lines VALUES (hex(zeroblob(50000)))";

    /// What another process sees; it can also write, at the latest when a connection that was dropped is closed.
    async fn seen(path: &Path) -> i64 {
        let mut other = SqliteConnectOptions::new()
            .filename(path)
            .connect()
            .await
            .unwrap();
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut other)
            .await
            .unwrap();
        let count = sqlx::query("SELECT count(*) FROM lines")
            .fetch_one(&mut other)
            .await
            .unwrap()
            .get(0);
        other.close().await.unwrap();
        count
    }

    /// The connection that is idle takes no more pages than the file has: to SQLite, a full disk.
    async fn fill(writer: &Writer) {
        let mut idle = writer.idle.lock().await;
        sqlx::query("PRAGMA max_page_count = 1")
            .execute(idle.as_mut().unwrap())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn after_a_full_disk_what_is_written_is_there() {
        let (_directory, path, writer) = writer().await;
        run(&writer, LINE).await.unwrap();
        fill(&writer).await;
        let mut write = begin(&writer).await.unwrap();
        write.run(LINE).await.unwrap();
        let error = write.run(PAGES).await.unwrap_err();
        assert!(error.retry_after().is_some(), "{error}");
        drop(write);
        for written in 2..12 {
            run(&writer, LINE).await.unwrap();
            assert_eq!(seen(&path).await, written);
        }
    }

    #[tokio::test]
    async fn a_commit_is_on_the_disk_when_it_is_answered() {
        let (_directory, path, _) = writer().await;
        let file = File::open(&path).await.unwrap();
        let mut write = begin(&file.writer).await.unwrap();
        let synchronous = sqlx::query("PRAGMA synchronous")
            .fetch_one(write.connection())
            .await
            .unwrap();
        // FULL.
        assert_eq!(synchronous.get::<i64, _>(0), 2);
        write.commit().await.unwrap();
        file.close().await;
    }

    #[tokio::test]
    async fn a_commit_that_fails_is_no_commit() {
        let (_directory, path, writer) = writer().await;
        fill(&writer).await;
        assert!(run(&writer, PAGES).await.is_err());
        assert_eq!(seen(&path).await, 0);
        run(&writer, PAGES).await.unwrap();
        assert_eq!(seen(&path).await, 1);
    }

    #[tokio::test]
    async fn a_cancelled_write_leaves_no_transaction_open() {
        let (_directory, path, writer) = writer().await;
        let mut write = begin(&writer).await.unwrap();
        write.run(LINE).await.unwrap();
        drop(write);
        // Its connection is closed by a thread of its own; the next write waits for that.
        run(&writer, LINE).await.unwrap();
        assert_eq!(seen(&path).await, 1);
    }

    #[tokio::test]
    async fn a_transaction_left_open_by_a_statement_is_an_error_at_once() {
        let (_directory, path, writer) = writer().await;
        {
            let mut idle = writer.idle.lock().await;
            sqlx::query("BEGIN")
                .execute(idle.as_mut().unwrap())
                .await
                .unwrap();
        }
        assert!(run(&writer, LINE).await.is_err());
        run(&writer, LINE).await.unwrap();
        assert_eq!(seen(&path).await, 1);
    }
}
