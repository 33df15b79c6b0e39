//! An account in its owner's hands: sessions, password, deletion (A3).

use duet_crypto::relay::WelcomeStatus;
use duet_relay::api::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Event, Person, Relay, connect, eventually};

async fn sessions(relay: &Relay, person: &Person) -> Vec<Value> {
    let list = person.http(relay).get("/api/auth/sessions").await.ok();
    list["sessions"].as_array().unwrap().clone()
}

async fn is_logged_in(relay: &Relay, person: &Person) -> bool {
    let access = person.http(relay).get("/api/chat/me").await.status == 200;
    let refresh = person
        .http(relay)
        .post("/api/auth/refresh", &json!({}))
        .await
        .status
        == 200;
    assert_eq!(
        access, refresh,
        "both tokens of a session live and die together"
    );
    access
}

#[tokio::test]
async fn the_list_names_device_network_and_last_use() {
    let relay = Relay::start().await;
    let begin = relay.clock.now();
    let phone = Person::registered(&relay, "alice").await;
    relay.clock.advance(Duration::from_secs(10));
    let mut laptop = Person::new("alice");
    laptop.secret = phone.secret;
    let reply = relay
        .http()
        .header("User-Agent", "Laptop/1.0 (\u{e9})")
        .post("/api/auth/login", &laptop.credentials())
        .await;
    laptop.take(reply);

    let list = sessions(&relay, &laptop).await;
    assert_eq!(list.len(), 2);
    assert_eq!(
        (&list[0]["current"], &list[1]["current"]),
        (&json!(true), &json!(false))
    );
    // A header that is no text is no description.
    assert_eq!(list[0]["userAgent"], Value::Null);
    assert_eq!(list[1]["address"], "127.0.0.1");
    assert_eq!(list[1]["createdAt"], begin);
    assert_eq!(list[1]["lastSeenAt"], begin);
    assert_ne!(list[0]["id"], list[1]["id"]);

    relay.clock.advance(Duration::from_secs(1));
    // Each refresh says anew what device it is, in so many characters.
    let http = phone
        .http(&relay)
        .header("User-Agent", &"Phone ".repeat(100));
    http.post("/api/auth/refresh", &json!({})).await.ok();
    let list = sessions(&relay, &laptop).await;
    assert_eq!(list[0]["userAgent"].as_str().map(str::len), Some(200));
    assert_eq!(list[0]["current"], false);

    // Nobody else sees them, and they leave with their session.
    let bob = Person::registered(&relay, "bob").await;
    assert_eq!(sessions(&relay, &bob).await.len(), 1);
    phone
        .http(&relay)
        .post("/api/auth/logout", &json!({}))
        .await;
    assert_eq!(sessions(&relay, &laptop).await.len(), 1);
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute() {
    let relay = Relay::start().await;
    let begin = relay.clock.now();
    let alice = Person::registered(&relay, "alice").await;
    relay.clock.advance(Duration::from_millis(59_999));
    assert_eq!(sessions(&relay, &alice).await[0]["lastSeenAt"], begin);
    let noted = "duet_database_operations_total{operation=\"saw_session\",outcome=\"done\"} ";
    assert_eq!(relay.metric(noted).await, 0.0);
    relay.clock.advance(Duration::from_millis(1));
    eventually("the use is noted", async || {
        sessions(&relay, &alice).await[0]["lastSeenAt"] == begin + 60_000
    })
    .await;
    let count = relay.metric(noted).await;
    relay.clock.advance(Duration::from_millis(59_999));
    assert_eq!(
        sessions(&relay, &alice).await[0]["lastSeenAt"],
        begin + 60_000
    );
    assert_eq!(relay.metric(noted).await, count);
}

#[tokio::test]
async fn of_six_sessions_the_oldest_ends_with_its_socket() {
    let relay = Relay::start().await;
    let first = Person::registered(&relay, "alice").await;
    let mut socket = first.connect(&relay).await;
    let mut others = Vec::new();
    for _ in 0..4 {
        relay.clock.advance(Duration::from_millis(1));
        others.push(first.another_device(&relay).await);
    }
    assert_eq!(sessions(&relay, &first).await.len(), 5);
    socket.assert_quiet().await;

    relay.clock.advance(Duration::from_millis(1));
    let sixth = first.another_device(&relay).await;
    assert_eq!(socket.closed().await, Some(4401));
    assert!(!is_logged_in(&relay, &first).await);
    for other in &others {
        assert!(is_logged_in(&relay, other).await);
    }
    assert_eq!(sessions(&relay, &sixth).await.len(), 5);
}

#[tokio::test]
async fn ten_logins_at_once_leave_five_sessions() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let (http, body) = (relay.http(), alice.credentials());
    let logins = (0..10).map(|_| http.post("/api/auth/login", &body));
    let mut live = Vec::new();
    for reply in futures_util::future::join_all(logins).await {
        let mut device = Person::new("alice");
        device.take(reply);
        if is_logged_in(&relay, &device).await {
            live.push(device);
        }
    }
    assert!(live.len() <= 5, "{}", live.len());
    assert_eq!(sessions(&relay, &live[0]).await.len(), 5);
}

#[tokio::test]
async fn one_session_can_be_ended_from_another() {
    let relay = Relay::start().await;
    let phone = Person::registered(&relay, "alice").await;
    let laptop = phone.another_device(&relay).await;
    let bob = Person::registered(&relay, "bob").await;
    let mut socket = phone.connect(&relay).await;
    let list = sessions(&relay, &laptop).await;
    let lost = list.iter().find(|session| session["current"] == false);
    let path = format!(
        "/api/auth/sessions/{}",
        lost.unwrap()["id"].as_str().unwrap()
    );

    // Only by its owner.
    let end = async |person: &Person| person.http(&relay).send("DELETE", &path, b"").await;
    assert_eq!(end(&bob).await.error(), "not_found");
    socket.assert_quiet().await;
    assert_eq!(end(&laptop).await.status, 204);
    assert_eq!(socket.closed().await, Some(4401));
    assert!(!is_logged_in(&relay, &phone).await);
    assert!(is_logged_in(&relay, &laptop).await);
    assert_eq!(end(&laptop).await.error(), "not_found");
    let malformed = laptop
        .http(&relay)
        .send("DELETE", "/api/auth/sessions/x", b"")
        .await;
    assert_eq!(malformed.error(), "invalid_request");
}

#[tokio::test]
async fn a_login_takes_the_place_of_the_one_before_in_the_same_browser() {
    let relay = Relay::start().await;
    let mut laptop = Person::registered(&relay, "alice").await;
    let phone = laptop.another_device(&relay).await;
    let mut socket = laptop.connect(&relay).await;
    let old = laptop.token.clone();
    let again = laptop
        .http(&relay)
        .post("/api/auth/login", &laptop.credentials())
        .await;
    laptop.take(again);
    assert_eq!(socket.closed().await, Some(4401));
    let stale = relay.http().bearer(&old).get("/api/chat/me").await;
    assert_eq!(stale.error(), "unauthenticated");
    assert_eq!(sessions(&relay, &laptop).await.len(), 2);
    assert!(is_logged_in(&relay, &phone).await);
    // A wrong password ends nothing, and neither does a name that is taken.
    let mut wrong = Person::new("alice");
    wrong.secret = [0; 32];
    let http = laptop.http(&relay);
    for path in ["/api/auth/login", "/api/auth/register"] {
        assert!(http.post(path, &wrong.credentials()).await.status >= 400);
    }
    assert!(is_logged_in(&relay, &laptop).await);
    // Nor does somebody else who registers or logs in there: a page of alice's may be open beside.
    let guest = Person::new("bob");
    for path in ["/api/auth/register", "/api/auth/login"] {
        let answer = laptop.http(&relay).post(path, &guest.credentials()).await;
        assert!(answer.status < 300, "{path}");
    }
    assert!(is_logged_in(&relay, &laptop).await);
}

#[tokio::test]
async fn all_sessions_can_be_ended_at_once() {
    let relay = Relay::start().await;
    let phone = Person::registered(&relay, "alice").await;
    let laptop = phone.another_device(&relay).await;
    let bob = Person::registered(&relay, "bob").await;
    let mut socket = phone.connect(&relay).await;
    let reply = laptop
        .http(&relay)
        .send("DELETE", "/api/auth/sessions", b"")
        .await;
    assert_eq!(reply.status, 204);
    assert!(reply.cookie().unwrap().ends_with('='));
    assert_eq!(socket.closed().await, Some(4401));
    for device in [&phone, &laptop] {
        assert!(!is_logged_in(&relay, device).await);
        let mut refused = connect(&relay).await;
        let login = refused.login_frame(device).await;
        refused.raw(login).await;
        assert_eq!(refused.next().await, Event::Welcome(WelcomeStatus::Refused));
    }
    assert!(is_logged_in(&relay, &bob).await);
    let again = phone.another_device(&relay).await;
    assert_eq!(sessions(&relay, &again).await.len(), 1);
}

#[tokio::test]
async fn all_sessions_but_the_one_that_asks_can_be_ended_at_once() {
    let relay = Relay::start().await;
    let phone = Person::registered(&relay, "alice").await;
    let tablet = phone.another_device(&relay).await;
    let laptop = phone.another_device(&relay).await;
    let mut socket = phone.connect(&relay).await;
    let end = async |query: &str| {
        let path = format!("/api/auth/sessions{query}");
        laptop.http(&relay).send("DELETE", &path, b"").await
    };
    assert_eq!(end("?keepThis=perhaps").await.error(), "invalid_request");
    socket.assert_quiet().await;
    let reply = end("?keepThis=true").await;
    assert_eq!((reply.status, reply.cookie()), (204, None));
    assert_eq!(socket.closed().await, Some(4401));
    for device in [&phone, &tablet] {
        assert!(!is_logged_in(&relay, device).await);
    }
    assert!(is_logged_in(&relay, &laptop).await);
    assert_eq!(sessions(&relay, &laptop).await.len(), 1);
}

fn change(person: &Person, new: [u8; 32]) -> Value {
    json!({ "loginSecret": Bytes(person.secret).encode(), "newLoginSecret": Bytes(new).encode() })
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let relay = Relay::start().await;
    let mut phone = Person::registered(&relay, "alice").await;
    let laptop = phone.another_device(&relay).await;
    let mut socket = laptop.connect(&relay).await;
    let old_token = phone.token.clone();
    let body = change(&phone, [9; 32]);
    let changed = phone
        .http(&relay)
        .put("/api/auth/password", &body)
        .await
        .ok();
    assert_eq!(changed["user"]["username"], "alice");
    phone.token = changed["accessToken"].as_str().unwrap().to_owned();

    assert_eq!(socket.closed().await, Some(4401));
    assert!(!is_logged_in(&relay, &laptop).await);
    assert!(is_logged_in(&relay, &phone).await);
    let stale = relay.http().bearer(&old_token);
    assert_eq!(stale.get("/api/chat/me").await.error(), "unauthenticated");
    let login = async |person: &Person| {
        relay
            .http()
            .post("/api/auth/login", &person.credentials())
            .await
    };
    assert_eq!(login(&phone).await.error(), "invalid_credentials");
    phone.secret = [9; 32];
    login(&phone).await.ok();
}

#[tokio::test]
async fn the_socket_of_the_session_that_changes_the_password_stays() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let body = change(&alice, [9; 32]);
    alice
        .http(&relay)
        .put("/api/auth/password", &body)
        .await
        .ok();
    socket.assert_quiet().await;
}

#[tokio::test]
async fn a_password_is_changed_and_an_account_deleted_only_with_the_password() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let http = alice.http(&relay);
    let typed = http.clone().header("Content-Type", "application/json");
    let mut wrong = Person::new("alice");
    wrong.secret = [0; 32];
    let (change, delete) = (
        change(&wrong, [9; 32]),
        json!({ "loginSecret": Bytes(wrong.secret).encode() }),
    );
    for attempt in 0..6 {
        let reply = if attempt % 2 == 0 {
            http.put("/api/auth/password", &change).await
        } else {
            typed
                .send("DELETE", "/api/auth/account", delete.to_string().as_bytes())
                .await
        };
        // Under the same lockout as a login.
        let expected = if attempt < 5 {
            "invalid_credentials"
        } else {
            "locked_out"
        };
        assert_eq!(reply.error(), expected);
    }
    for body in ["{}", "{\"loginSecret\":\"AAAA\"}", "{\"loginSecret\":null}"] {
        for (method, path) in [
            ("PUT", "/api/auth/password"),
            ("DELETE", "/api/auth/account"),
        ] {
            let reply = typed.send(method, path, body.as_bytes()).await;
            assert_eq!(reply.error(), "invalid_request", "{path} {body}");
        }
    }
    assert!(is_logged_in(&relay, &alice).await);
}

#[tokio::test]
async fn a_deleted_account_is_gone_and_its_name_is_nobody_elses() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let laptop = alice.another_device(&relay).await;
    let bob = Person::registered(&relay, "bob").await;
    let mut socket = laptop.connect(&relay).await;
    let body = json!({ "loginSecret": Bytes(alice.secret).encode() }).to_string();
    let reply = alice
        .http(&relay)
        .header("Content-Type", "application/json")
        .send("DELETE", "/api/auth/account", body.as_bytes())
        .await;
    assert_eq!(reply.status, 204);
    assert!(reply.cookie().unwrap().ends_with('='));

    assert_eq!(socket.closed().await, Some(4401));
    for device in [&alice, &laptop] {
        assert!(!is_logged_in(&relay, device).await);
    }
    let login = relay
        .http()
        .post("/api/auth/login", &alice.credentials())
        .await;
    assert_eq!(login.error(), "invalid_credentials");
    let http = bob.http(&relay);
    let key = http
        .get(&format!("/api/identity/users/{}/key", alice.id()))
        .await;
    assert_eq!(key.error(), "user_not_found");
    let found = http.get("/api/chat/users?username=alice").await.ok();
    assert_eq!(found, json!({ "users": [] }));
    // The id follows from the name, and people have compared the key of this one.
    let register = relay
        .http()
        .post("/api/auth/register", &Person::new("alice").credentials())
        .await;
    assert_eq!(register.error(), "username_taken");
    assert!(is_logged_in(&relay, &bob).await);
}
