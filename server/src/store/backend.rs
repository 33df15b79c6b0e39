//! The two databases behind one door.

use sqlx::{ConnectOptions as _, Connection as _, PgPool};

use super::{
    Location, StoreError, migrations, postgres,
    sql::{self, Row, Statement},
    sqlite::{self, File},
};

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

    pub(super) async fn read(&self, statement: Statement<'_>) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(file) => {
                let mut connection = file.reader.acquire().await?;
                sql::rows_of_sqlite(&mut connection, statement).await?
            }
            Self::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                sql::rows_of_postgres(&mut connection, statement).await?
            }
        })
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self) -> Result<Write<'_>, StoreError> {
        Ok(match self {
            Self::Sqlite(file) => Write::Sqlite(file.writer.begin().await?),
            Self::Postgres(pool) => Write::Postgres(postgres::Write::begin(pool).await?),
        })
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(file) => file.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
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
