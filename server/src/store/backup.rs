//! A copy of an SQLite file, also while a relay writes to it: all of it is of one moment.

use sqlx::{ConnectOptions as _, Connection as _};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{Location, StoreError, sqlite};

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// That is what PostgreSQL's own tool does.
    #[error("the database is PostgreSQL's: copy it with pg_dump, which works while relays run")]
    Postgres,
    /// The file of the copy cannot be made. One that is there is never written over.
    #[error("{path}: {source}")]
    Target {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies the database to a file that is not there yet, readable by its owner only. How many bytes it has.
///
/// # Errors
/// [`BackupError`]; then there is no file.
pub async fn backup(location: &Location, to: &Path) -> Result<u64, BackupError> {
    let Location::File(from) = location else {
        return Err(BackupError::Postgres);
    };
    let failed = |source| BackupError::Target {
        path: to.to_owned(),
        source,
    };
    // Before the file: a database that is not there leaves nothing behind.
    let mut connection = sqlite::options(from)
        .connect()
        .await
        .map_err(StoreError::from)?;
    let unfinished = unfinished(to).map_err(failed)?;
    let file = create(Path::new(&unfinished)).map_err(failed)?;
    let copied = async {
        // Into a file that is there, if it is empty. It reads in one transaction, and writers go on beside it.
        sqlx::query("VACUUM INTO $1")
            .bind(&unfinished)
            .execute(&mut connection)
            .await
            .map_err(StoreError::from)?;
        connection.close().await.map_err(StoreError::from)?;
        file.sync_all().map_err(failed)?;
        finish(Path::new(&unfinished), to).map_err(failed)?;
        Ok(file.metadata().map_err(failed)?.len())
    }
    .await;
    if copied.is_err() {
        // The error that is told is the first one.
        let _ = fs::remove_file(unfinished);
    }
    copied
}

/// What a copy is called until it is whole, in words that SQLite takes for nothing but a path. One that an interrupted run left is removed.
fn unfinished(to: &Path) -> io::Result<String> {
    if to.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut name = std::path::absolute(to)?.into_os_string();
    name.push(".part");
    let name = name.into_string().map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "SQLite takes only a path in UTF-8",
        )
    })?;
    match fs::remove_file(&name) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(name),
    }
}

/// Gives the copy its name, which nothing may have got meanwhile, and makes that last.
fn finish(unfinished: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(unfinished, to) {
        Ok(()) => fs::remove_file(unfinished)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        // Not every file system has links.
        Err(_) => fs::rename(unfinished, to)?,
    }
    #[cfg(unix)]
    if let Some(folder) = std::path::absolute(to)?.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
