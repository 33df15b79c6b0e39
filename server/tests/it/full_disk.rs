//! A disk that is full for a while: the program says so while it lasts, and afterwards stores what it says it stores.
#![cfg(target_os = "linux")]

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::json;
use sqlx::{ConnectOptions as _, Connection as _, Row as _, sqlite::SqliteConnectOptions};
use std::{fs, path::Path};

use crate::support::{Person, Program, Relay, eventually};

/// No file of the program may grow beyond `bytes`: for what it writes, a full disk. `None`: as far as it likes.
pub(crate) fn limit_files(program: &Program, bytes: Option<u64>) {
    let process = Pid::from_raw(i32::try_from(program.id()).unwrap());
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(process, Resource::Fsize, limit).unwrap();
}

/// How many accounts another process sees, which can also write: no transaction stays open.
async fn accounts(database: &Path) -> i64 {
    let mut other = SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await
        .unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let count = sqlx::query("SELECT count(*) FROM users")
        .fetch_one(&mut other)
        .await
        .unwrap()
        .get(0);
    other.close().await.unwrap();
    count
}

#[tokio::test]
async fn after_a_full_disk_accounts_and_sessions_are_really_stored() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join(".data/duet.db");
    let program = Program::start(directory.path(), &["--database-pause", "1"]).await;
    let relay = Relay::at(program.address);
    let mut alice = Person::registered(&relay, "alice").await;

    let wal = fs::metadata(database.with_extension("db-wal")).unwrap();
    limit_files(&program, Some(wal.len()));
    for _ in 0..3 {
        let refused = alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await;
        assert_eq!(
            (refused.status, refused.error().as_str()),
            (503, "unavailable")
        );
        assert!(matches!(refused.header("retry-after"), Some("5" | "1")));
        let refused = relay
            .http()
            .post("/api/auth/register", &Person::new("bob").credentials())
            .await;
        assert_eq!(refused.error(), "unavailable");
    }
    eventually("not ready", async || {
        relay.http().get("/readyz").await.status == 503
    })
    .await;
    assert_eq!(relay.http().get("/healthz").await.status, 200);
    assert_eq!(accounts(&database).await, 1);

    limit_files(&program, None);
    eventually("ready again", async || {
        relay.http().get("/readyz").await.status == 200
    })
    .await;
    let bob = Person::registered(&relay, "bob").await;
    assert_eq!(accounts(&database).await, 2);
    bob.http(&relay).get("/api/chat/me").await.ok();
    // The refresh that failed has used nothing up.
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    alice.http(&relay).get("/api/chat/me").await.ok();
    alice.connect(&relay).await;
    let logged = |message: &str| {
        program.entries().into_iter().any(|entry| {
            entry["level"] == "ERROR" && entry["message"] == message && entry["error"].is_string()
        })
    };
    assert!(logged("request failed") && logged("not ready"));

    // Nothing of it was in memory only.
    program.kill();
    assert_eq!(accounts(&database).await, 2);
    let program = Program::start(directory.path(), &[]).await;
    let relay = Relay::at(program.address);
    bob.http(&relay).get("/api/chat/me").await.ok();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
}
