//! What an operator decides beside relays that run: they hear of it by the database alone, one relay and two, without a signal (O7).

use duet_crypto::password::PasswordSecrets;
use duet_relay::{
    admin::{self, AdminError},
    api::Bytes,
    config::Settings,
    store::operator::Standing,
};
use serde_json::json;

use crate::support::{Person, Relay, Reply, Socket};

/// The settings of an operator of these relays.
fn operator(relay: &Relay) -> Settings {
    let (database, database_url) = relay.storage.clone();
    Settings {
        database,
        database_url,
        realm: "duet.test".to_owned(),
        ..Settings::defaults()
    }
}

async fn refresh(relay: &Relay, person: &Person) -> Reply {
    person
        .http(relay)
        .post("/api/auth/refresh", &json!({}))
        .await
}

async fn log_in(relay: &Relay, person: &Person) -> Reply {
    relay
        .http()
        .post("/api/auth/login", &person.credentials())
        .await
}

/// Two relays over one database, and somebody at each.
struct Deployment {
    relays: [Relay; 2],
    people: [Person; 2],
    sockets: [Socket; 2],
}

impl Deployment {
    async fn start() -> Self {
        let first = Relay::start().await;
        let relays = [first.beside().await, first];
        let people = [
            Person::registered(&relays[0], "alice").await,
            Person::registered(&relays[1], "bob").await,
        ];
        let sockets = [
            people[0].connect(&relays[0]).await,
            people[1].connect(&relays[1]).await,
        ];
        Self {
            relays,
            people,
            sockets,
        }
    }
}

#[tokio::test]
async fn who_is_locked_is_closed_at_every_relay_and_told_why_and_goes_on_when_unlocked() {
    let Deployment {
        relays,
        people: [mut alice, bob],
        sockets: [mut alices, mut bobs],
    } = Deployment::start().await;
    let settings = operator(&relays[0]);
    for standing in [Standing::Locked, Standing::Open] {
        let nobody = admin::set_standing(&settings, "carol".to_owned(), standing).await;
        assert!(matches!(nobody, Err(AdminError::NoSuchAccount)));
    }
    admin::set_standing(&settings, "alice".to_owned(), Standing::Locked)
        .await
        .unwrap();
    assert_eq!(alices.closed().await, Some(4401));
    for relay in &relays {
        let me = alice.http(relay).get("/api/chat/me").await;
        assert_eq!(me.error(), "unauthenticated");
        let renewed = refresh(relay, &alice).await;
        assert_eq!(
            (renewed.status, renewed.error().as_str()),
            (403, "account_locked")
        );
        // The device keeps what it has.
        assert_eq!(renewed.cookie(), None);
        let login = log_in(relay, &alice).await;
        assert_eq!(
            (login.status, login.error().as_str()),
            (403, "account_locked")
        );
        // Who does not know the password learns nothing.
        let stranger = log_in(relay, &Person::new("alice")).await;
        assert_eq!(stranger.error(), "invalid_credentials");
    }
    // Nobody else has noticed; and others still find the account.
    bobs.assert_quiet().await;
    let http = bob.http(&relays[1]);
    let found = http.get("/api/chat/users?username=alice").await.ok();
    assert_eq!(found["users"][0]["username"], "alice");

    admin::set_standing(&settings, "alice".to_owned(), Standing::Open)
        .await
        .unwrap();
    let renewed = refresh(&relays[0], &alice).await;
    alice.take(renewed);
    alice.connect(&relays[0]).await.assert_quiet().await;
}

#[tokio::test]
async fn who_is_banned_has_no_login_left_and_is_found_by_nobody() {
    let Deployment {
        relays,
        people: [mut alice, bob],
        sockets: [mut alices, mut bobs],
    } = Deployment::start().await;
    let settings = operator(&relays[0]);
    admin::set_standing(&settings, "alice".to_owned(), Standing::Banned)
        .await
        .unwrap();
    assert_eq!(alices.closed().await, Some(4401));
    assert_eq!(refresh(&relays[0], &alice).await.error(), "session_expired");
    let login = log_in(&relays[1], &alice).await;
    assert_eq!(login.error(), "account_locked");
    let http = bob.http(&relays[1]);
    let search = async || {
        let found = http.get("/api/chat/users?username=ali").await.ok();
        found["users"].as_array().unwrap().len()
    };
    assert_eq!(search().await, 0);
    let key = format!("/api/identity/users/{}/key", alice.id());
    let looked = http.get(&key).await;
    assert_eq!(
        (looked.status, looked.error().as_str()),
        (404, "user_not_found")
    );
    bobs.assert_quiet().await;

    admin::set_standing(&settings, "alice".to_owned(), Standing::Open)
        .await
        .unwrap();
    assert_eq!(search().await, 1);
    alice.log_in(&relays[0]).await;
    assert_eq!(http.get(&key).await.ok()["identityKey"], alice.key());
}

#[tokio::test]
async fn sessions_that_are_ended_an_account_that_is_deleted_and_a_password_that_is_reset_close_sockets()
 {
    let Deployment {
        relays,
        people: [mut alice, bob],
        sockets: [mut alices, mut bobs],
    } = Deployment::start().await;
    let settings = operator(&relays[0]);
    let name = || "alice".to_owned();
    admin::end_sessions(&settings, name()).await.unwrap();
    assert_eq!(alices.closed().await, Some(4401));
    assert_eq!(refresh(&relays[0], &alice).await.error(), "session_expired");

    alice.log_in(&relays[1]).await;
    let mut alices = alice.connect(&relays[1]).await;
    alices.assert_quiet().await;
    let password = admin::reset_password(&settings, name()).await.unwrap();
    assert_eq!(alices.closed().await, Some(4401));
    let secrets = PasswordSecrets::split(&alice.id, &password).unwrap();
    alice.secret = Bytes::decode(&secrets.login_secret()).unwrap().0;

    alice.log_in(&relays[0]).await;
    let mut alices = alice.connect(&relays[0]).await;
    alices.assert_quiet().await;
    admin::delete(&settings, name()).await.unwrap();
    assert_eq!(alices.closed().await, Some(4401));
    let login = log_in(&relays[1], &alice).await;
    assert_eq!(login.error(), "invalid_credentials");
    for again in [
        admin::end_sessions(&settings, name()).await,
        admin::delete(&settings, name()).await,
    ] {
        assert!(matches!(again, Err(AdminError::NoSuchAccount)));
    }
    bobs.assert_quiet().await;
    bob.http(&relays[1]).get("/api/chat/me").await.ok();
}

#[tokio::test]
async fn with_registration_closed_accounts_are_the_operators_to_make() {
    let relay = Relay::start().await;
    let settings = operator(&relay);
    let register = async |name: &str| {
        let body = Person::new(name).credentials();
        relay.http().post("/api/auth/register", &body).await
    };
    admin::set_registration(&settings, false).await.unwrap();
    let refused = register("alice").await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (403, "registration_closed")
    );
    // `support` is a name that nobody can register.
    for name in ["alice", "support"] {
        let password = admin::create(&settings, name.to_owned()).await.unwrap();
        let mut person = Person::new(name);
        let secrets = PasswordSecrets::split(&person.id, &password).unwrap();
        person.secret = Bytes::decode(&secrets.login_secret()).unwrap().0;
        person.log_in(&relay).await;
        // The device that signed in first brings the key.
        let body = json!({ "identityKey": person.key() });
        let http = person.http(&relay);
        http.put("/api/identity/key", &body).await.ok();
        person.connect(&relay).await.assert_quiet().await;
    }
    let again = admin::create(&settings, "alice".to_owned()).await;
    assert!(matches!(again, Err(AdminError::Taken)));
    let wrong = admin::create(&settings, "No Name".to_owned()).await;
    assert!(matches!(wrong, Err(AdminError::InvalidName)));

    admin::set_registration(&settings, true).await.unwrap();
    assert_eq!(register("bob").await.status, 201);
    let mut listed = Vec::new();
    admin::set_standing(&settings, "bob".to_owned(), Standing::Locked)
        .await
        .unwrap();
    admin::list(&settings, |account| listed.push(account.clone()))
        .await
        .unwrap();
    let seen: Vec<_> = listed
        .iter()
        .map(|one| (one.username.as_str(), one.standing, one.sessions))
        .collect();
    assert_eq!(
        seen,
        [
            ("alice", Standing::Open, 1),
            ("bob", Standing::Locked, 1),
            ("support", Standing::Open, 1)
        ]
    );
    assert!(listed.iter().all(|one| one.last_seen_at.is_some()));
}
