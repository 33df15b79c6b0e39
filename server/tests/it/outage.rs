//! A database that goes away: everybody is told at once, and it heals by itself (O5).

use duet_relay::config::Secret;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};
use std::time::Duration;

use crate::support::{Person, Relay, eventually, pass, postgres::Postgres, redis::Redis};

const BREAKER: &str = "duet_database_breaker ";
const PAUSE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_database_that_went_away_is_left_alone_and_found_again() {
    let mut postgres = Postgres::start();
    let address = Secret::from(&*postgres.fresh().await);
    let relay = Relay::start_with(|settings| settings.database_url = Some(address)).await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    // Answered by the reader, which begins when the last look into the database is over.
    socket.assert_quiet().await;
    let bob = Person::new("bob");
    assert_eq!(relay.metric(BREAKER).await, 0.0);

    postgres.tell("stop");
    for _ in 0..5 {
        let reply = alice.http(&relay).get("/api/chat/me").await;
        assert_eq!((reply.status, reply.error().as_str()), (503, "unavailable"));
        assert_eq!(reply.header("retry-after"), Some("5"));
    }
    // Five failures: from now on nobody waits for it.
    assert_eq!(relay.metric(BREAKER).await, 2.0);
    relay.clock.advance(Duration::from_secs(10));
    for _ in 0..10 {
        let reply = alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await;
        assert_eq!(reply.error(), "unavailable");
        assert_eq!(reply.header("retry-after"), Some("20"));
    }
    let refused =
        "duet_database_operations_total{operation=\"rotate_refresh\",outcome=\"left_alone\"} ";
    assert_eq!(relay.metric(refused).await, 10.0);
    let ready = relay.http().get("/readyz").await;
    assert_eq!(
        (ready.status, ready.text().as_str()),
        (503, "database: circuit breaker open\n")
    );
    // Whoever is connected does not notice.
    socket.assert_quiet().await;

    // Tried again too early: it stays open. Then the database is back.
    relay.clock.advance(PAUSE);
    let reply = alice.http(&relay).get("/api/chat/me").await;
    assert_eq!(reply.header("retry-after"), Some("5"));
    assert_eq!(relay.metric(BREAKER).await, 2.0);
    postgres.tell("start");
    let reply = relay
        .http()
        .post("/api/auth/register", &bob.credentials())
        .await;
    assert_eq!(reply.header("retry-after"), Some("30"));
    relay.clock.advance(PAUSE);
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    assert_eq!(relay.metric(BREAKER).await, 0.0);
    Person::registered(&relay, "bob").await;
    pass(Duration::from_secs(2));
    assert_eq!(relay.http().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_database_that_hangs_is_given_up_after_five_seconds() {
    let postgres = Postgres::start();
    let address = postgres.fresh().await;
    let setting = Secret::from(&*address);
    let relay = Relay::start_with(|settings| settings.database_url = Some(setting)).await;
    let mut alice = Person::registered(&relay, "alice").await;

    let mut other = PgConnection::connect(&address).await.unwrap();
    other.execute("BEGIN; LOCK TABLE sessions").await.unwrap();
    let http = alice.http(&relay);
    let refresh = tokio::spawn(async move { http.post("/api/auth/refresh", &json!({})).await });
    let watcher = PgPool::connect(&address).await.unwrap();
    eventually("the refresh waits for the lock", async || {
        let waiting = watcher.fetch_optional("SELECT 1 FROM pg_locks WHERE NOT granted");
        waiting.await.unwrap().is_some()
    })
    .await;
    let in_use = "duet_database_connections{state=\"in_use\"} ";
    assert!(relay.metric(in_use).await >= 1.0);
    pass(Duration::from_secs(5));
    let reply = refresh.await.unwrap();
    assert_eq!((reply.status, reply.error().as_str()), (503, "unavailable"));
    assert_eq!(reply.header("retry-after"), Some("5"));
    let given_up =
        "duet_database_operations_total{operation=\"rotate_refresh\",outcome=\"time_limit\"} ";
    assert_eq!(relay.metric(given_up).await, 1.0);

    // What was given up did not happen.
    other.execute("ROLLBACK").await.unwrap();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
}

#[tokio::test]
async fn who_is_connected_stays_while_a_database_that_is_away_cannot_say_whether_they_may() {
    let mut postgres = Postgres::start();
    let mut redis = Redis::start();
    let address = postgres.fresh().await;
    let relay = Relay::start_with(|settings| {
        settings.database_url = Some(Secret::from(&*address));
        settings.redis_url = Some(Secret::from(&*redis.url()));
    })
    .await;
    let engine = async |there: f64| {
        eventually("Redis comes or goes", async || {
            relay.metric("duet_nodes_engine ").await == there
        })
        .await;
    };
    engine(1.0).await;
    let [alice, bob] = [
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    ];
    let (mut alices, mut bobs) = (alice.connect(&relay).await, bob.connect(&relay).await);
    alices.assert_quiet().await;
    bobs.assert_quiet().await;

    // A relay that has missed what other relays said asks the database about everybody.
    redis.tell("kill");
    engine(0.0).await;
    postgres.tell("stop");
    redis.tell("start");
    engine(1.0).await;
    let not_told =
        "duet_database_operations_total{operation=\"live_token\",outcome=\"unavailable\"} ";
    eventually("the database could not be asked", async || {
        relay.metric(not_told).await == 2.0
    })
    .await;
    alices.assert_quiet().await;
    bobs.assert_quiet().await;

    // Asked again, it tells whose session has ended meanwhile.
    postgres.tell("start");
    let mut other = PgConnection::connect(&address).await.unwrap();
    let ended = "DELETE FROM sessions USING users WHERE user_id = users.id AND username = 'bob'";
    other.execute(ended).await.unwrap();
    pass(Duration::from_secs(5));
    assert_eq!(bobs.closed().await, Some(4401));
    alices.assert_quiet().await;
}
