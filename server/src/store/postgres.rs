//! PostgreSQL: a pool of connections, any of which may write.

use sqlx::{
    PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{StoreError, TIME_LIMIT};

/// Connections of one relay. Statements are short; more would only queue elsewhere.
const CONNECTIONS: u32 = 16;

/// Where it is, from its address.
pub(super) fn options(address: &str) -> Result<PgConnectOptions, StoreError> {
    if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
        return Err(StoreError::Address);
    }
    let options: PgConnectOptions = address.parse().map_err(|_| StoreError::Address)?;
    // The server, too, gives up what nobody waits for any more, and what somebody began and did not end.
    let limit = TIME_LIMIT.as_millis().to_string();
    Ok(options.application_name("duet-relay").options([
        ("statement_timeout", limit.as_str()),
        ("idle_in_transaction_session_timeout", limit.as_str()),
    ]))
}

pub(super) async fn open(options: PgConnectOptions) -> Result<PgPool, StoreError> {
    Ok(PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(TIME_LIMIT)
        .connect_with(options)
        .await?)
}

/// A transaction. Dropped without [`Write::commit`], its connection is closed, which rolls it back: after an error nobody
/// knows what state a connection is in.
pub(super) struct Write(Option<PoolConnection<Postgres>>);

impl Write {
    pub(super) async fn begin(connection: PoolConnection<Postgres>) -> Result<Self, StoreError> {
        let mut write = Self(Some(connection));
        write.run("BEGIN").await?;
        Ok(write)
    }

    /// Where its statements run.
    pub(super) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        // Taken only by the end of the transaction, which takes `self` too.
        self.0.as_deref_mut().ok_or(StoreError::Busy)
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.run("COMMIT").await?;
        // Back to the pool.
        drop(self.0.take());
        Ok(())
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(statement).execute(self.connection()?).await?;
        Ok(())
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
            super::warn_unfinished();
        }
    }
}
