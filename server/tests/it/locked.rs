//! An SQLite file that another process holds, e.g. to copy it: writes are told to come back, reads go on.

use serde_json::json;
use sqlx::{ConnectOptions as _, Executor as _, sqlite::SqliteConnectOptions};

use crate::support::{Person, Relay, eventually};

#[tokio::test]
async fn while_the_file_is_locked_writes_are_told_to_come_back_and_reads_go_on() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut other = SqliteConnectOptions::new()
        .filename(&relay.storage.0)
        .connect()
        .await
        .unwrap();
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let http = alice.http(&relay);
    let body = json!({});
    // They wait one behind the other, each for as long as the first.
    let probe = relay.http();
    let in_use = "duet_database_connections{state=\"in_use\"} ";
    // Whoever watches the relay sees one that holds the connection, and two who want it.
    let seen = eventually("two wait for the connection", async || {
        relay.metric("duet_database_waiting ").await == 2.0 && relay.metric(in_use).await >= 1.0
    });
    let (first, second, ready, ()) = tokio::join!(
        http.post("/api/auth/refresh", &body),
        http.post("/api/auth/refresh", &body),
        probe.get("/readyz"),
        seen,
    );
    assert_eq!((ready.status, ready.text().as_str()), (503, "database\n"));
    for refused in [first, second] {
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (503, "unavailable")
        );
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    http.get("/api/chat/me").await.ok();
    eventually("nobody waits", async || {
        relay.metric("duet_database_waiting ").await == 0.0 && relay.metric(in_use).await == 0.0
    })
    .await;

    other.execute("ROLLBACK").await.unwrap();
    let reply = http.post("/api/auth/refresh", &body).await;
    alice.take(reply);
}
