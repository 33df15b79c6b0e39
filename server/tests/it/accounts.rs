//! Register, log in, who am I, search (A1, A2, A5, I1).

use duet_relay::{api::Bytes, config::SearchMode};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Person, Relay};

#[tokio::test]
async fn a_person_registers_and_logs_in() {
    let relay = Relay::start().await;
    let mut alice = Person::new("alice");
    let mut body = alice.credentials();
    body["identityKey"] = alice.key().into();
    let reply = relay.http().post("/api/auth/register", &body).await;
    assert_eq!(reply.status, 201);
    let registered = alice.take(reply);
    assert_eq!(registered["keyStored"], true);
    let user = json!({ "id": alice.id(), "username": "alice", "identityKey": alice.key() });
    assert_eq!(registered["user"], user);
    assert!(registered["expiresAt"].as_i64().unwrap() > relay.clock.now());

    alice.log_in(&relay).await;
    assert_eq!(alice.http(&relay).get("/api/chat/me").await.ok(), user);
}

#[tokio::test]
async fn an_account_without_a_key_gets_one_later() {
    let relay = Relay::start().await;
    for (name, extra) in [("alice", None), ("bob", Some(Value::Null))] {
        let mut person = Person::new(name);
        let mut body = person.credentials();
        if let Some(null) = extra {
            body["identityKey"] = null;
        }
        let registered = person.take(relay.http().post("/api/auth/register", &body).await);
        assert_eq!(registered["keyStored"], false);
        assert_eq!(registered["user"]["identityKey"], Value::Null);
        let http = person.http(&relay);
        assert_eq!(
            http.get(&format!("/api/identity/users/{}/key", person.id()))
                .await
                .error(),
            "key_not_found"
        );
        http.put("/api/identity/key", &json!({ "identityKey": person.key() }))
            .await
            .ok();
        assert_eq!(
            http.get("/api/chat/me").await.ok()["identityKey"],
            person.key()
        );
    }
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let relay = Relay::start().await;
    Person::registered(&relay, "alice").await;
    let other = Person::new("alice");
    assert_eq!(
        relay
            .http()
            .post("/api/auth/register", &other.credentials())
            .await
            .error(),
        "username_taken"
    );
    let bodies: Vec<Value> = (0..8).map(|_| Person::new("bob").credentials()).collect();
    let http = relay.http();
    let attempts = bodies
        .iter()
        .map(|body| http.post("/api/auth/register", body));
    let statuses: Vec<u16> = futures_util::future::join_all(attempts)
        .await
        .into_iter()
        .map(|reply| reply.status)
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 201).count(),
        1,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn nobody_registers_as_the_operator() {
    let relay = Relay::start().await;
    for name in ["admin", "sup.port", "root-1"] {
        let reply = relay
            .http()
            .post("/api/auth/register", &Person::new(name).credentials())
            .await;
        assert_eq!(reply.error(), "username_taken", "{name}");
    }
}

#[tokio::test]
async fn every_field_is_checked() {
    let relay = Relay::start().await;
    let good = Person::new("alice");
    let secret = Bytes(good.secret).encode();
    let long = "a".repeat(33);
    for name in [
        "",
        "al",
        "Alice",
        "1alice",
        "_alice",
        "al ice",
        "ali\u{e9}",
        "алиса",
        "alice\n",
        "alice\0",
        &long,
    ] {
        let body = json!({ "username": name, "loginSecret": secret });
        for path in ["/api/auth/register", "/api/auth/login"] {
            assert_eq!(
                relay.http().post(path, &body).await.error(),
                "invalid_username",
                "{name:?}"
            );
        }
    }
    let mut not_a_secret = vec![json!(null), json!(7), json!([]), json!({}), json!(true)];
    let spellings = [
        "",
        "AAAA",
        &secret[..42],
        &format!("{secret}="),
        &format!("{secret}A"),
        &secret.replace(|_| true, "+"),
    ];
    not_a_secret.extend(spellings.into_iter().map(Value::from));
    for secret in not_a_secret {
        let body = json!({ "username": "alice", "loginSecret": secret });
        for path in ["/api/auth/register", "/api/auth/login"] {
            assert_eq!(
                relay.http().post(path, &body).await.error(),
                "invalid_request",
                "{secret}"
            );
        }
    }
    for key in [json!(7), json!("AAAA"), json!([]), json!("")] {
        let body = json!({ "username": "alice", "loginSecret": secret, "identityKey": key });
        assert_eq!(
            relay.http().post("/api/auth/register", &body).await.error(),
            "invalid_request",
            "{key}"
        );
    }
    // The neutral element: a key under which any signature can be made to verify.
    let mut weak = [0; 32];
    weak[0] = 1;
    let body =
        json!({ "username": "alice", "loginSecret": secret, "identityKey": Bytes(weak).encode() });
    assert_eq!(
        relay.http().post("/api/auth/register", &body).await.error(),
        "invalid_identity_key"
    );

    let shapes = [
        json!({}),
        json!([]),
        json!("x"),
        json!(null),
        json!({ "username": "alice" }),
        json!({ "loginSecret": secret }),
        json!({ "username": ["alice"], "loginSecret": secret }),
        json!({ "username": "alice", "loginSecret": secret, "admin": true }),
    ];
    for body in shapes {
        for path in ["/api/auth/register", "/api/auth/login"] {
            assert_eq!(
                relay.http().post(path, &body).await.error(),
                "invalid_request",
                "{body}"
            );
        }
    }
    // None of it made an account.
    assert_eq!(
        relay
            .http()
            .post("/api/auth/register", &good.credentials())
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let relay = Relay::start().await;
    let http = relay.http();
    let typed = http.clone().header("Content-Type", "application/json");
    for body in [
        &b""[..],
        b"{",
        b"\xff\xfe",
        b"{\"username\":\"alice\",\"username\":\"bob\"}",
        b"{}{}",
    ] {
        assert_eq!(
            typed.send("POST", "/api/auth/login", body).await.error(),
            "invalid_request",
            "{body:?}"
        );
    }
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let reply = http
            .clone()
            .header("Content-Type", kind)
            .send("POST", "/api/auth/login", b"{}")
            .await;
        assert_eq!(reply.error(), "unsupported_media_type");
    }
    assert_eq!(
        http.send("POST", "/api/auth/login", b"{}").await.error(),
        "unsupported_media_type"
    );
    let large = format!("{{\"username\":\"{}\"}}", "a".repeat(20_000));
    assert_eq!(
        typed
            .send("POST", "/api/auth/login", large.as_bytes())
            .await
            .error(),
        "payload_too_large"
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_name_look_the_same() {
    const CHECKS: &str = "duet_password_checks_total ";
    let relay = Relay::start_with(|settings| settings.limits.login_attempts = 1000).await;
    let alice = Person::registered(&relay, "alice").await;
    let wrong = json!({ "username": alice.name, "loginSecret": Bytes([0; 32]).encode() });
    let unknown = json!({ "username": "nobody", "loginSecret": Bytes([0; 32]).encode() });
    let http = relay.http();
    // Both pay for a hash, and so take the same time: what is counted is the work, not the time on a busy machine.
    for (done, body) in (0..).zip([&wrong, &unknown, &wrong, &unknown]) {
        assert_eq!(relay.metric(CHECKS).await, f64::from(done));
        let reply = http.post("/api/auth/login", body).await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (401, "invalid_credentials")
        );
        assert_eq!(reply.cookie(), None);
    }
    assert_eq!(relay.metric(CHECKS).await, 4.0);
}

#[tokio::test]
async fn five_failures_lock_a_name_whether_or_not_it_exists() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let http = relay.http();
    for name in ["alice", "nobody"] {
        let wrong = json!({ "username": name, "loginSecret": Bytes([0; 32]).encode() });
        for _ in 0..5 {
            assert_eq!(
                http.post("/api/auth/login", &wrong).await.error(),
                "invalid_credentials"
            );
        }
        let locked = http.post("/api/auth/login", &wrong).await;
        assert_eq!(
            (locked.status, locked.error().as_str()),
            (429, "locked_out")
        );
        assert_eq!(locked.header("retry-after"), Some("900"));
    }
    // The right secret does not help any more, and nobody else is affected.
    assert_eq!(
        http.post("/api/auth/login", &alice.credentials())
            .await
            .error(),
        "locked_out"
    );
    Person::registered(&relay, "bob").await.log_in(&relay).await;
    // It ends by itself.
    relay.clock.advance(Duration::from_secs(900));
    http.post("/api/auth/login", &alice.credentials())
        .await
        .ok();
}

#[tokio::test]
async fn ten_right_logins_of_one_name_at_once_all_succeed() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let (http, body) = (relay.http(), alice.credentials());
    for _ in 0..2 {
        let logins = (0..10).map(|_| http.post("/api/auth/login", &body));
        for reply in futures_util::future::join_all(logins).await {
            reply.ok();
        }
    }
}

#[tokio::test]
async fn of_fifty_guesses_at_once_five_are_looked_at() {
    let relay = Relay::start().await;
    Person::registered(&relay, "alice").await;
    let http = relay.http();
    let wrong = json!({ "username": "alice", "loginSecret": Bytes([0; 32]).encode() });
    let guesses = (0..50).map(|_| http.post("/api/auth/login", &wrong));
    let replies = futures_util::future::join_all(guesses).await;
    let count = |code| replies.iter().filter(|reply| reply.error() == code).count();
    assert_eq!((count("invalid_credentials"), count("locked_out")), (5, 45));
    assert_eq!(relay.metric("duet_password_checks_total ").await, 5.0);
}

#[tokio::test]
async fn a_login_that_had_no_turn_counts_nothing() {
    // Whoever does not have a turn at once is sent away.
    let relay = Relay::start_with(|settings| {
        settings.limits.login_patience = Duration::from_nanos(1);
    })
    .await;
    let alice = Person::registered(&relay, "alice").await;
    let http = relay.http();
    let wrong = json!({ "username": "alice", "loginSecret": Bytes([0; 32]).encode() });
    let right = alice.credentials();
    // Wrong and right ones, far more than may fail; some have a turn, and the right ones among them forgive.
    let mut sent_away = 0;
    while sent_away < 20 {
        let logins = (0..20).map(|_| http.post("/api/auth/login", &right));
        for reply in futures_util::future::join_all(logins).await {
            if reply.status != 200 {
                assert_eq!((reply.status, reply.error().as_str()), (503, "unavailable"));
                assert_eq!(reply.header("retry-after"), Some("5"));
                sent_away += 1;
            }
        }
    }
    for _ in 0..4 {
        assert_eq!(
            http.post("/api/auth/login", &wrong).await.error(),
            "invalid_credentials"
        );
    }
    // Others keep both turns busy meanwhile: whether or not these are looked at, the fifth failure is not among them.
    let guesses = (0..20).map(|number| {
        let body =
            json!({ "username": format!("nobody{number}"), "loginSecret": Bytes([0; 32]).encode() });
        let http = http.clone();
        async move { http.post("/api/auth/login", &body).await }
    });
    let others = futures_util::future::join_all(guesses);
    let logins = (0..20).map(|_| http.post("/api/auth/login", &right));
    let (_, replies) = tokio::join!(others, futures_util::future::join_all(logins));
    assert!(
        replies
            .iter()
            .all(|reply| matches!(reply.status, 200 | 503))
    );
    http.post("/api/auth/login", &right).await.ok();
}

#[tokio::test]
async fn where_the_operator_says_so_only_whole_names_are_found() {
    let relay = Relay::start_with(|settings| settings.search = SearchMode::Exact).await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let http = alice.http(&relay);
    for (typed, found) in [
        ("b", json!([])),
        ("bo", json!([])),
        ("bobb", json!([])),
        ("alice", json!([])),
        (
            "bob",
            json!([{ "id": bob.id(), "username": "bob", "hasKey": true }]),
        ),
    ] {
        let path = format!("/api/chat/users?username={typed}");
        let answer = http.get(&path).await.ok();
        assert_eq!(answer, json!({ "users": found }), "{typed}");
    }
}

#[tokio::test]
async fn an_account_searches_twenty_times_a_minute() {
    let relay = Relay::start_with(|settings| settings.limits.rate_search = 20).await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let search = async |person: &Person, what: &str| {
        let path = format!("/api/chat/users?username={what}");
        person.http(&relay).get(&path).await
    };
    for _ in 0..20 {
        search(&alice, "b").await.ok();
    }
    // Mistakes cost nothing.
    assert_eq!(search(&alice, "B").await.error(), "invalid_username");
    let refused = search(&alice, "b").await;
    assert_eq!(
        (refused.status, refused.error().as_str()),
        (429, "rate_limited")
    );
    assert_eq!(refused.header("retry-after"), Some("3"));
    search(&bob, "a").await.ok();
    relay.clock.advance(Duration::from_secs(3));
    search(&alice, "b").await.ok();
    assert_eq!(search(&alice, "b").await.error(), "rate_limited");
}

#[tokio::test]
async fn search_finds_by_prefix_in_order_and_never_oneself() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    for name in ["alina", "al-x", "al_x", "al.x", "alz", "bob"] {
        Person::registered(&relay, name).await;
    }
    let keyless = Person::new("alan");
    relay
        .http()
        .post("/api/auth/register", &keyless.credentials())
        .await
        .ok();
    let http = alice.http(&relay);
    let names = |found: Value| -> Vec<String> {
        let users = found["users"].as_array().unwrap().clone();
        users
            .iter()
            .map(|user| user["username"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = http.get("/api/chat/users?username=al").await.ok();
    assert_eq!(
        found["users"][3],
        json!({ "id": keyless.id(), "username": "alan", "hasKey": false })
    );
    assert_eq!(
        names(found),
        ["al-x", "al.x", "al_x", "alan", "alina", "alz"]
    );
    assert_eq!(
        names(http.get("/api/chat/users?username=alice").await.ok()),
        Vec::<String>::new()
    );
    assert_eq!(
        names(http.get("/api/chat/users?username=bob").await.ok()),
        ["bob"]
    );
    for number in 0..25 {
        Person::registered(&relay, &format!("carl{number:02}")).await;
    }
    assert_eq!(
        names(http.get("/api/chat/users?username=carl").await.ok()).len(),
        20
    );

    let long = "a".repeat(33);
    for refused in [
        "",
        "%25",
        "A",
        "a%00",
        "a%20b",
        "%F0%9F%98%80",
        "a'--",
        long.as_str(),
    ] {
        let reply = http
            .get(&format!("/api/chat/users?username={refused}"))
            .await;
        assert_eq!(reply.error(), "invalid_username", "{refused}");
    }
    for refused in ["", "?name=a", "?username=a&x=1", "?username=a&username=b"] {
        assert_eq!(
            http.get(&format!("/api/chat/users{refused}")).await.error(),
            "invalid_request",
            "{refused}"
        );
    }
}
