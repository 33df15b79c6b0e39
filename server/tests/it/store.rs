//! The store by itself: the lockout's counting, what happens at once, the schema both ways.

use duet_relay::{
    auth::refresh_token::RefreshToken,
    clock::{Clock, Millis},
    config::Settings,
    ids::{AccountId, SessionId},
    store::{
        Location, Store,
        attempts::{CountedBy, WINDOW},
        sessions::{Device, Owner, Rotation},
    },
    telemetry::store::StoreMetrics,
    validate::Username,
};
use futures_util::future::join_all;
use std::time::Duration;
use tempfile::TempDir;

use crate::support::{Person, Relay, fresh_database};

const MINUTE: Millis = 60_000;

async fn location() -> (TempDir, Location) {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults();
    fresh_database(&mut settings, directory.path()).await;
    (directory, settings.database_location())
}

async fn open(location: &Location) -> Store {
    let (clock, metrics) = (Clock::manual(), StoreMetrics::default());
    Store::open(location, Duration::from_secs(30), clock, metrics)
        .await
        .unwrap()
}

async fn store() -> (TempDir, Store) {
    let (directory, location) = location().await;
    (directory, open(&location).await)
}

fn name() -> CountedBy {
    CountedBy::name(&Username::parse("nobody".to_owned()).unwrap())
}

#[tokio::test]
async fn five_failures_within_fifteen_minutes_lock_for_fifteen() {
    let (_directory, store) = store().await;
    for minute in 0..5 {
        let at = minute * MINUTE;
        assert_eq!(store.lockout(&name(), at).await.unwrap(), None, "{minute}");
        store.count_failure(&name(), 5, at).await.unwrap();
    }
    let locked = store.lockout(&name(), 5 * MINUTE).await.unwrap();
    assert_eq!(locked, Some(Duration::from_secs(14 * 60)));
    // The lockout began with the fifth failure (minute 4); one that was under way then does not make it longer.
    store.count_failure(&name(), 5, 6 * MINUTE).await.unwrap();
    assert_eq!(store.lockout(&name(), 19 * MINUTE).await.unwrap(), None);
    // Nor does the old window count any more.
    store.count_failure(&name(), 5, 20 * MINUTE).await.unwrap();
    assert_eq!(store.lockout(&name(), 20 * MINUTE).await.unwrap(), None);
}

#[tokio::test]
async fn failures_spread_over_a_longer_time_do_not_lock() {
    let (_directory, store) = store().await;
    for failure in 0..20 {
        let at = failure * 4 * MINUTE;
        store.count_failure(&name(), 5, at).await.unwrap();
        assert_eq!(store.lockout(&name(), at).await.unwrap(), None, "{failure}");
    }
}

#[tokio::test]
async fn a_limit_of_one_locks_at_every_failure() {
    let (_directory, store) = store().await;
    for at in [0, 15 * MINUTE, 31 * MINUTE] {
        assert_eq!(store.lockout(&name(), at).await.unwrap(), None);
        store.count_failure(&name(), 1, at).await.unwrap();
        assert_eq!(store.lockout(&name(), at).await.unwrap(), Some(WINDOW));
    }
}

#[tokio::test]
async fn the_right_secret_forgives() {
    let (_directory, store) = store().await;
    for _ in 0..2 {
        for _ in 0..4 {
            store.count_failure(&name(), 5, 0).await.unwrap();
        }
        assert_eq!(store.lockout(&name(), 0).await.unwrap(), None);
        store.forgive_failures(&name()).await.unwrap();
    }
}

/// An account, and what its sessions have in common.
async fn owner(store: &Store) -> (AccountId, Device) {
    let user = AccountId(duet_relay::random());
    let name = Username::parse("alice".to_owned()).unwrap();
    assert!(store.add_account(&user, &name, "none", 0).await.unwrap());
    let device = Device {
        user_agent: None,
        address: String::new(),
    };
    (user, device)
}

fn session_of(user: AccountId) -> Owner {
    Owner {
        session: SessionId::random(),
        user,
    }
}

#[tokio::test]
async fn of_thirty_sessions_begun_at_once_five_are_left() {
    let (_directory, store) = store().await;
    let (user, device) = owner(&store).await;
    let beginning = (0..30).map(|_| {
        let (store, device) = (&store, &device);
        async move {
            let refresh = RefreshToken::first().hash();
            store
                .start_session(&session_of(user), &refresh, device, 5, MINUTE, 0)
                .await
        }
    });
    let mut ended = 0;
    for started in join_all(beginning).await {
        ended += started.unwrap().unwrap().ended.len();
    }
    assert_eq!(ended, 25);
    assert_eq!(store.sessions_of(&user, 0).await.unwrap().len(), 5);
}

#[tokio::test]
async fn of_thirty_rotations_at_once_one_wins() {
    let (_directory, store) = store().await;
    let (user, device) = owner(&store).await;
    let owner = session_of(user);
    let token = RefreshToken::first();
    store
        .start_session(&owner, &token.hash(), &device, 5, MINUTE, 0)
        .await
        .unwrap();
    // Each with a successor that nobody else knows: whoever comes later cannot be given the one that is stored.
    let rotations = (0..30).map(|_| {
        let (store, token, device) = (&store, &token, &device);
        async move {
            let successor = RefreshToken::first().hash();
            store
                .rotate_refresh(&token.hash(), &[successor], device, MINUTE, 1)
                .await
        }
    });
    let (mut won, mut refused) = (0, 0);
    for rotation in join_all(rotations).await {
        match rotation.unwrap() {
            Rotation::Rotated { .. } => won += 1,
            Rotation::Refused => refused += 1,
            Rotation::Reused(_) => {}
        }
    }
    assert_eq!((won, refused), (1, 29));
}

#[tokio::test]
async fn the_schema_goes_down_and_up_again_and_keeps_what_both_versions_know() {
    let mut relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    relay.ask_to_stop();
    let storage = relay.storage.clone();
    let _directory = relay.stopped().await;
    let mut settings = Settings::defaults();
    (settings.database, settings.database_url) = storage.clone();
    let location = settings.database_location();
    // Version 2 has no families: sessions are lost on the way, accounts are not.
    for version in [2, 4, 3, 2] {
        Store::migrate(&location, Some(version)).await.unwrap();
    }
    let relay = Relay::start_with(|settings| {
        (settings.database, settings.database_url) = storage;
    })
    .await;
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.error(),
        "unauthenticated"
    );
    let mut alice = alice;
    alice.log_in(&relay).await;
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.ok()["identityKey"],
        alice.key()
    );
}

#[tokio::test]
async fn the_schema_can_be_removed_and_made_anew() {
    let (_directory, location) = location().await;
    Store::migrate(&location, None).await.unwrap();
    Store::migrate(&location, Some(0)).await.unwrap();
    // A table left behind would be in the way.
    let store = open(&location).await;
    store.probe(0).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_database_of_a_later_version_is_left_alone() {
    let (_directory, location) = location().await;
    Store::migrate(&location, None).await.unwrap();
    match &location {
        Location::File(path) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(LATER).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Location::Address(address) => {
            let pool = sqlx::PgPool::connect(address.expose()).await.unwrap();
            sqlx::query(LATER).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
    let (clock, metrics) = (Clock::manual(), StoreMetrics::default());
    let opened = Store::open(&location, Duration::from_secs(30), clock, metrics).await;
    assert!(opened.err().unwrap().to_string().contains("9999"));
}

const LATER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

#[test]
fn an_address_is_one_of_postgresql_and_its_password_is_not_repeated() {
    use duet_relay::config::Secret;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for address in [
        "mysql://canary@host/x",
        "canary",
        "postgres://canary:x@host:port/x",
    ] {
        let location = Location::Address(Secret::from(address));
        let error = runtime
            .block_on(Store::migrate(&location, None))
            .unwrap_err();
        assert!(
            !format!("{error} {error:?} {location:?}").contains("canary"),
            "{error}"
        );
    }
}
