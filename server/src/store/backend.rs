//! The two databases behind one door.

use prometheus_client::metrics::gauge::Gauge;
use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use super::{
    Location, StoreError, migrations, postgres,
    sql::{self, Row, Statement},
    sqlite::{self, File},
};
use crate::telemetry::store::Connections;

pub(super) enum Backend {
    Sqlite(Box<File>),
    Postgres(PgPool),
}

impl Backend {
    /// Opens it, with the newest schema.
    pub(super) async fn open(location: &Location) -> Result<Self, StoreError> {
        migrate(location, None).await?;
        match location {
            Location::File(path) => Ok(Self::Sqlite(Box::new(File::open(path).await?))),
            Location::Address(address) => {
                let options = postgres::options(address.expose())?;
                Ok(Self::Postgres(postgres::open(options).await?))
            }
        }
    }

    /// Reads; whoever waits for a connection is counted in `waiting`.
    pub(super) async fn read(
        &self,
        waiting: &Gauge,
        statement: Statement<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(file) => {
                let mut connection = counted(waiting, file.reader.acquire()).await?;
                sql::rows_of_sqlite(&mut connection, statement).await?
            }
            Self::Postgres(pool) => {
                let mut connection = counted(waiting, pool.acquire()).await?;
                sql::rows_of_postgres(&mut connection, statement).await?
            }
        })
    }

    /// Begins a transaction; whoever waits for a connection is counted in `waiting`.
    pub(super) async fn begin(&self, waiting: &Gauge) -> Result<Write<'_>, StoreError> {
        Ok(match self {
            Self::Sqlite(file) => {
                let turn = counted(waiting, file.writer.turn()).await?;
                Write::Sqlite(file.writer.begin(turn).await?)
            }
            Self::Postgres(pool) => {
                let connection = counted(waiting, pool.acquire()).await?;
                Write::Postgres(postgres::Write::begin(connection).await?)
            }
        })
    }

    /// The connections that there are.
    pub(super) fn connections(&self) -> Connections {
        match self {
            Self::Sqlite(file) => {
                let readers = of_pool(file.reader.size(), file.reader.num_idle());
                let writing = usize::from(file.writer.is_in_use());
                Connections {
                    in_use: readers.in_use + writing,
                    idle: readers.idle + 1 - writing,
                }
            }
            Self::Postgres(pool) => of_pool(pool.size(), pool.num_idle()),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(file) => file.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Counts one more until what it waits for is there, or given up.
async fn counted<T>(waiting: &Gauge, what: impl Future<Output = T>) -> T {
    struct One<'a>(&'a Gauge);
    impl Drop for One<'_> {
        fn drop(&mut self) {
            self.0.dec();
        }
    }
    waiting.inc();
    let _one = One(waiting);
    what.await
}

/// The two numbers of a pool are read one after the other.
fn of_pool(size: u32, idle: usize) -> Connections {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Connections {
        in_use: size.saturating_sub(idle),
        idle: idle.min(size),
    }
}

/// Brings a schema to a version, or to the newest.
pub(super) async fn migrate(location: &Location, version: Option<i64>) -> Result<(), StoreError> {
    match location {
        Location::File(path) => {
            sqlite::create_private(path)?;
            let mut connection = sqlite::options(path).connect().await?;
            migrations::run(&migrations::sqlite(), &mut connection, version).await?;
            connection.close().await?;
        }
        Location::Address(address) => {
            let options = postgres::options(address.expose())?;
            let mut connection = options.connect().await?;
            // Another relay that starts at the same time is waited for, and a table may be large.
            sqlx::raw_sql("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
                .execute(&mut connection)
                .await?;
            migrations::run(&migrations::postgres(), &mut connection, version).await?;
            connection.close().await?;
        }
    }
    Ok(())
}

/// A transaction. Dropped without [`Write::commit`], it is rolled back and its connection closed.
pub(super) enum Write<'a> {
    Sqlite(sqlite::Write<'a>),
    Postgres(postgres::Write),
}

impl Write<'_> {
    /// How many rows it changed.
    pub(super) async fn execute(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(write) => sql::execute_in_sqlite(write.connection(), statement).await?,
            Self::Postgres(write) => {
                sql::execute_in_postgres(write.connection()?, statement).await?
            }
        })
    }

    pub(super) async fn rows(&mut self, statement: Statement<'_>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(write) => sql::rows_of_sqlite(write.connection(), statement).await?,
            Self::Postgres(write) => sql::rows_of_postgres(write.connection()?, statement).await?,
        })
    }

    /// At most one row.
    pub(super) async fn row(
        &mut self,
        statement: Statement<'_>,
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// Makes everything durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(write) => write.commit().await,
            Self::Postgres(write) => write.commit().await,
        }
    }
}
