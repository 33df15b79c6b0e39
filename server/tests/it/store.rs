//! The store by itself: the lockout's counting, what happens at once, the schema both ways.

use duet_relay::{
    auth::refresh_token::RefreshToken,
    clock::{Clock, Millis},
    config::Settings,
    ids::{AccountId, DeviceHash, PasskeyId, RecoveryHash, SessionId, TicketHash},
    store::{
        Location, Store,
        attempts::{Attempt, CountedBy, Reserved, WINDOW},
        passkeys::{PasskeyRecord, Used},
        recovery::Added,
        sessions::{Device, Owner, Rotation, Start},
        tickets::TicketRecord,
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

/// An attempt at a name; how long it is locked if it is.
async fn attempt(store: &Store, limit: u32, at: Millis) -> Result<Attempt, Duration> {
    match store.reserve_attempt(&name(), limit, at).await.unwrap() {
        Reserved::Attempt(attempt) => Ok(attempt),
        Reserved::Locked(wait) => Err(wait),
    }
}

#[tokio::test]
async fn five_failures_within_fifteen_minutes_lock_for_fifteen() {
    let (_directory, store) = store().await;
    for minute in 0..5 {
        attempt(&store, 5, minute * MINUTE).await.unwrap();
    }
    // The lockout began with the fifth failure (minute 4); attempts during it do not make it longer.
    for (minute, left) in [(5, 14), (6, 13), (18, 1)] {
        let locked = attempt(&store, 5, minute * MINUTE).await;
        assert_eq!(locked, Err(Duration::from_secs(left * 60)));
    }
    // Nor does the old window count any more.
    for _ in 0..5 {
        attempt(&store, 5, 19 * MINUTE).await.unwrap();
    }
    assert_eq!(attempt(&store, 5, 19 * MINUTE).await, Err(WINDOW));
}

#[tokio::test]
async fn failures_spread_over_a_longer_time_do_not_lock() {
    let (_directory, store) = store().await;
    for failure in 0..20 {
        attempt(&store, 5, failure * 4 * MINUTE).await.unwrap();
    }
}

#[tokio::test]
async fn a_limit_of_one_locks_at_every_failure() {
    let (_directory, store) = store().await;
    for at in [0, 15 * MINUTE, 31 * MINUTE] {
        attempt(&store, 1, at).await.unwrap();
        assert_eq!(attempt(&store, 1, at).await, Err(WINDOW));
    }
}

#[tokio::test]
async fn the_right_secret_forgives() {
    let (_directory, store) = store().await;
    for _ in 0..2 {
        for _ in 0..5 {
            attempt(&store, 5, 0).await.unwrap();
        }
        store.forgive_failures(&name()).await.unwrap();
    }
}

#[tokio::test]
async fn of_thirty_attempts_at_once_five_may_look() {
    let (_directory, store) = store().await;
    let attempts = join_all((0..30).map(|_| attempt(&store, 5, 0))).await;
    let looking: Vec<_> = attempts.into_iter().flatten().collect();
    assert_eq!(looking.len(), 5);
    // Two could not look: so two others may, now or in the next window.
    let mut looking = looking.into_iter();
    for at in [0, 14 * MINUTE] {
        let unseen = looking.next().unwrap();
        store.give_attempt_back(&name(), unseen).await.unwrap();
        attempt(&store, 5, at).await.unwrap();
        assert!(attempt(&store, 5, at).await.is_err());
    }
    // What comes back from a window that is over takes nothing from the next.
    let late = looking.next().unwrap();
    let next = 60 * MINUTE;
    attempt(&store, 2, next).await.unwrap();
    store.give_attempt_back(&name(), late).await.unwrap();
    attempt(&store, 2, next).await.unwrap();
    assert_eq!(attempt(&store, 2, next).await, Err(WINDOW));
}

#[tokio::test]
async fn a_holder_has_the_latest_eight_tickets_of_an_account_each_taken_by_one() {
    let (_directory, store) = store().await;
    let (alice, _) = owner(&store, "alice").await;
    let (bob, _) = owner(&store, "bob").await;
    let ticket = |user, expires_at| TicketRecord {
        user,
        holder: "anybody".to_owned(),
        waiting: "\"something\"".to_owned(),
        tries: 5,
        expires_at,
    };
    let hash = |number| TicketHash([number; 32]);
    assert!(store.add_ticket(&hash(0), &ticket(bob, 1)).await.unwrap());
    let hashes: Vec<_> = (1..=10).map(hash).collect();
    let adding = hashes
        .iter()
        .zip(1..)
        .map(async |(hash, at)| store.add_ticket(hash, &ticket(alice, at)).await);
    assert!(join_all(adding).await.into_iter().all(Result::unwrap));
    let take = async |hash, now| store.take_ticket(hash, now).await.unwrap();
    // Of as many takers at once one has it.
    let taken = join_all((0..8).map(|_| take(&hashes[9], 9))).await;
    let taken: Vec<_> = taken.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].user, taken[0].tries), (alice, 5));
    // Given back it is the same one, until its time.
    store.give_ticket_back(&hashes[9], &taken[0]).await.unwrap();
    assert!(take(&hashes[9], 10).await.is_none());
    let mut left = 0;
    for hash in &hashes {
        left += usize::from(take(hash, 0).await.is_some());
    }
    assert_eq!(left, 8);
    // Bob's is his, and goes when its time has come.
    assert_eq!(store.remove_expired(0).await.unwrap(), 0);
    assert_eq!(store.remove_expired(1).await.unwrap(), 1);
    assert!(take(&hash(0), 0).await.is_none());
    // Nobody has one who has no account.
    let nobody = AccountId([9; 32]);
    assert!(
        !store
            .add_ticket(&hash(0), &ticket(nobody, 1))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn many_holders_have_the_latest_128_tickets_of_an_account() {
    let (_directory, store) = store().await;
    let (alice, _) = owner(&store, "alice").await;
    let hash = |number| TicketHash([number; 32]);
    for number in 0..140_u8 {
        let record = TicketRecord {
            user: alice,
            holder: format!("holder {}", number / 7),
            waiting: String::new(),
            tries: 5,
            expires_at: number.into(),
        };
        assert!(store.add_ticket(&hash(number), &record).await.unwrap());
    }
    let mut left = Vec::new();
    for number in 0..140_u8 {
        if store
            .take_ticket(&hash(number), -1)
            .await
            .unwrap()
            .is_some()
        {
            left.push(number);
        }
    }
    assert_eq!(left, (12..140).collect::<Vec<u8>>());
}

fn passkey(number: u8) -> PasskeyRecord {
    PasskeyRecord {
        id: PasskeyId([number; 16]),
        host: "duet.test".to_owned(),
        credential_id: vec![number],
        public_key: vec![number],
        counter: 1,
        name: "phone".to_owned(),
        created_at: 0,
        last_used_at: None,
    }
}

#[tokio::test]
async fn a_passkey_that_counts_backwards_is_not_one_that_is_gone() {
    let (_directory, store) = store().await;
    let (alice, _) = owner(&store, "alice").await;
    let phone = passkey(1);
    store.add_passkey(&alice, &phone, &[]).await.unwrap();
    let used = async |counter| store.use_passkey(&alice, &phone.id, counter, 1).await;
    assert_eq!(used(2).await.unwrap(), Used::Noted);
    assert_eq!(used(2).await.unwrap(), Used::CountsBackwards);
    assert!(store.remove_passkey(&alice, &phone.id).await.unwrap());
    assert_eq!(used(3).await.unwrap(), Used::Gone);
}

#[tokio::test]
async fn the_way_back_from_passkeys_leaves_nothing_that_stood_in_for_them() {
    let (_directory, location) = location().await;
    let store = open(&location).await;
    let (alice, _) = owner(&store, "alice").await;
    let (bob, _) = owner(&store, "bob").await;
    let device = DeviceHash([7; 32]);
    let (codes, trusted_until) = ([RecoveryHash([3; 32])], Some(MINUTE));
    for (user, number) in [(&alice, 1), (&bob, 2)] {
        store
            .add_passkey(user, &passkey(number), &codes)
            .await
            .unwrap();
        store
            .remember_device(&device, user, trusted_until, 0)
            .await
            .unwrap();
    }
    let added = store.add_totp(&bob, &[0; 20], 1, &[], 0).await.unwrap();
    assert_eq!(added, Added::Another);
    Store::migrate(&location, Some(8)).await.unwrap();
    Store::migrate(&location, None).await.unwrap();
    for (user, left) in [(&alice, 0), (&bob, 1)] {
        let factor = store.second_factor(user).await.unwrap();
        assert_eq!((factor.passkeys.len(), factor.recovery_codes), (0, left));
        let trusted = store.trusts_device(&device, user, 0).await.unwrap();
        assert_eq!(trusted, left == 1);
    }
}

/// An account, and what its sessions have in common.
async fn owner(store: &Store, name: &str) -> (AccountId, Device) {
    let user = AccountId(duet_relay::random());
    let name = Username::parse(name.to_owned()).unwrap();
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
    let (user, device) = owner(&store, "alice").await;
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
        let Start::Begun(started) = started.unwrap() else {
            panic!("the account is there, and open")
        };
        ended += started.ended.len();
    }
    assert_eq!(ended, 25);
    assert_eq!(store.sessions_of(&user, 0).await.unwrap().len(), 5);
}

#[tokio::test]
async fn of_thirty_rotations_at_once_one_wins() {
    let (_directory, store) = store().await;
    let (user, device) = owner(&store, "alice").await;
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
            Rotation::Reused(_) | Rotation::Closed => {}
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

#[tokio::test]
async fn changes_are_read_in_order_from_anywhere_and_the_latest_thousand_are_kept() {
    let (_directory, store) = store().await;
    assert_eq!(store.last_change().await.unwrap(), 0);
    // Of two at once neither gets the other's number.
    for _ in 0..100 {
        let notes = join_all((0..11).map(|_| store.note_new_keys())).await;
        assert!(notes.into_iter().all(|noted| noted.is_ok()));
    }
    let numbers = async |after| {
        let changes = store.changes_since(after).await.unwrap();
        changes.iter().map(|one| one.number).collect::<Vec<_>>()
    };
    assert_eq!(store.last_change().await.unwrap(), 1_100);
    assert_eq!(numbers(0).await, (1..=256).collect::<Vec<_>>());
    assert_eq!(numbers(1_098).await, [1_099, 1_100]);
    assert_eq!(numbers(1_100).await, [0; 0]);
    store.remove_expired(0).await.unwrap();
    // Whoever has read less sees that something is missing.
    assert_eq!(numbers(7).await.first(), Some(&101));
}
