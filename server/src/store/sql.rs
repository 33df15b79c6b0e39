//! Statements and rows of either database. The texts are the same on both: numbered parameters, ids as bytes, times as
//! integer milliseconds.

use sqlx::{
    Database, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, postgres::PgRow,
    query::Query, sqlite::SqliteRow,
};

use super::StoreError;

/// A text with its values, in the order of their numbers.
pub(super) struct Statement<'a> {
    text: &'static str,
    values: Vec<Value<'a>>,
}

enum Value<'a> {
    Bytes(&'a [u8]),
    Integer(i64),
    Text(&'a str),
    MaybeText(Option<&'a str>),
}

impl<'a> Statement<'a> {
    pub(super) fn new(text: &'static str) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }

    pub(super) fn bytes(self, bytes: &'a [u8]) -> Self {
        self.with(Value::Bytes(bytes))
    }

    pub(super) fn integer(self, integer: i64) -> Self {
        self.with(Value::Integer(integer))
    }

    pub(super) fn text(self, text: &'a str) -> Self {
        self.with(Value::Text(text))
    }

    pub(super) fn maybe_text(self, text: Option<&'a str>) -> Self {
        self.with(Value::MaybeText(text))
    }

    fn with(mut self, value: Value<'a>) -> Self {
        self.values.push(value);
        self
    }
}

/// The same code for two types of query.
macro_rules! bind {
    ($statement:expr, $database:ty) => {{
        let mut query: Query<'_, $database, <$database as Database>::Arguments> =
            sqlx::query($statement.text);
        for value in $statement.values {
            query = match value {
                Value::Bytes(bytes) => query.bind(bytes),
                Value::Integer(integer) => query.bind(integer),
                Value::Text(text) => query.bind(text),
                Value::MaybeText(text) => query.bind(text),
            };
        }
        query
    }};
}

pub(super) async fn rows_of_sqlite(
    connection: &mut SqliteConnection,
    statement: Statement<'_>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = bind!(statement, Sqlite).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

pub(super) async fn rows_of_postgres(
    connection: &mut PgConnection,
    statement: Statement<'_>,
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = bind!(statement, Postgres).fetch_all(connection).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

pub(super) async fn execute_in_sqlite(
    connection: &mut SqliteConnection,
    statement: Statement<'_>,
) -> Result<u64, sqlx::Error> {
    let done = bind!(statement, Sqlite).execute(connection).await?;
    Ok(done.rows_affected())
}

pub(super) async fn execute_in_postgres(
    connection: &mut PgConnection,
    statement: Statement<'_>,
) -> Result<u64, sqlx::Error> {
    let done = bind!(statement, Postgres).execute(connection).await?;
    Ok(done.rows_affected())
}

/// What a statement found.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $column:expr) => {
        match $row {
            Row::Sqlite(row) => row.try_get($column),
            Row::Postgres(row) => row.try_get($column),
        }
    };
}

impl Row {
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn maybe_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn maybe_integer(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(get!(self, column)?)
    }

    pub(super) fn boolean(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(get!(self, column)?)
    }

    /// A column that holds any number of bytes.
    pub(super) fn long_bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError> {
        Ok(get!(self, column)?)
    }

    /// A column that must hold exactly `N` bytes.
    pub(super) fn bytes<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<[u8; N], StoreError> {
        self.maybe_bytes(column)?.ok_or(StoreError::Corrupt(column))
    }

    /// The same, or NULL.
    pub(super) fn maybe_bytes<const N: usize>(
        &self,
        column: &'static str,
    ) -> Result<Option<[u8; N]>, StoreError> {
        let bytes: Option<Vec<u8>> = get!(self, column)?;
        bytes
            .map(|bytes| bytes.try_into().map_err(|_| StoreError::Corrupt(column)))
            .transpose()
    }
}
