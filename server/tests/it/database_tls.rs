//! TLS to the database, as its address asks for it.

use duet_relay::{
    clock::Clock,
    config::Secret,
    store::{Location, Store},
    telemetry::store::StoreMetrics,
};
use sqlx::{PgPool, Row as _};
use std::time::Duration;

use crate::support::postgres::Postgres;

async fn open(address: &str) -> Result<Store, String> {
    let location = Location::Address(Secret::from(address));
    let (clock, metrics) = (Clock::manual(), StoreMetrics::default());
    Store::open(&location, Duration::from_secs(30), clock, metrics)
        .await
        .map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_database_is_verified_when_its_address_says_so() {
    let postgres = Postgres::start_with_tls();
    let address = postgres.fresh().await;
    let authority = postgres.authority();
    let verified = format!(
        "{address}&sslmode=verify-full&sslrootcert={}",
        authority.display()
    );
    let store = open(&verified).await.unwrap();
    store.probe(0).await.unwrap();
    let watcher = PgPool::connect(&address).await.unwrap();
    let encrypted = sqlx::query(
        "SELECT bool_and(ssl) AS every, count(*) > 0 AS some FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name = 'duet-relay'",
    )
    .fetch_one(&watcher)
    .await
    .unwrap();
    assert!(encrypted.get::<bool, _>("every") && encrypted.get::<bool, _>("some"));
    store.close().await;

    // An authority that nobody knows, and a name that the certificate does not bear.
    let unknown = open(&format!("{address}&sslmode=verify-full")).await;
    assert!(unknown.err().unwrap().contains("certificate"));
    let another_name = verified.replace("@localhost:", "@127.0.0.1:");
    assert!(
        open(&another_name)
            .await
            .err()
            .unwrap()
            .contains("certificate")
    );
}

#[tokio::test]
async fn a_database_without_tls_is_refused_when_its_address_asks_for_tls() {
    let postgres = Postgres::start();
    let address = postgres.fresh().await;
    let required = format!("{address}&sslmode=require");
    assert!(open(&required).await.is_err());
    open(&address).await.unwrap().close().await;
}
