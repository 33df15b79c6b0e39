//! A lockout is no weapon: devices that the account has been used on, and who is logged in, have attempts of their own (A5).

use duet_relay::api::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Person, Relay, Reply};

/// `name=value` of the device's cookie.
fn device(reply: &Reply) -> String {
    let set = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .find(|(_, value)| value.starts_with("__Host-duet_device="))
        .expect("a cookie for the device");
    assert!(
        set.1
            .ends_with("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure"),
        "{}",
        set.1
    );
    set.1.split(';').next().unwrap().to_owned()
}

fn wrong(name: &str) -> Value {
    json!({ "username": name, "loginSecret": Bytes([0; 32]).encode() })
}

async fn log_in(relay: &Relay, cookie: &str, body: &Value) -> Reply {
    relay
        .http()
        .header("Cookie", cookie)
        .post("/api/auth/login", body)
        .await
}

async fn registered(relay: &Relay, name: &str) -> (Person, String) {
    let mut person = Person::new(name);
    let reply = relay
        .http()
        .post("/api/auth/register", &person.credentials())
        .await;
    let device = device(&reply);
    person.take(reply);
    (person, device)
}

async fn lock(relay: &Relay, name: &str) {
    for _ in 0..5 {
        let reply = log_in(relay, "", &wrong(name)).await;
        assert_eq!(reply.error(), "invalid_credentials");
    }
    assert_eq!(log_in(relay, "", &wrong(name)).await.error(), "locked_out");
}

#[tokio::test]
async fn a_stranger_cannot_lock_out_a_device_that_was_used_before() {
    let relay = Relay::start().await;
    let (alice, device) = registered(&relay, "alice").await;
    lock(&relay, "alice").await;
    let right = alice.credentials();
    assert_eq!(log_in(&relay, "", &right).await.error(), "locked_out");
    let reply = log_in(&relay, &device, &right).await;
    // It stays the same device.
    assert_eq!(self::device(&reply), device);
    reply.ok();
    // That it got in does not open the door for the stranger.
    assert_eq!(
        log_in(&relay, "", &wrong("alice")).await.error(),
        "locked_out"
    );
}

#[tokio::test]
async fn a_stolen_device_cookie_gives_five_guesses_and_locks_nobody_else_out() {
    let relay = Relay::start().await;
    let (alice, stolen) = registered(&relay, "alice").await;
    for _ in 0..5 {
        let reply = log_in(&relay, &stolen, &wrong("alice")).await;
        assert_eq!(reply.error(), "invalid_credentials");
    }
    let right = alice.credentials();
    assert_eq!(log_in(&relay, &stolen, &right).await.error(), "locked_out");
    log_in(&relay, "", &right).await.ok();
    relay.clock.advance(Duration::from_secs(900));
    log_in(&relay, &stolen, &right).await.ok();
}

#[tokio::test]
async fn a_device_is_known_to_those_who_used_it() {
    let relay = Relay::start().await;
    let (alice, alices) = registered(&relay, "alice").await;
    let (bob, bobs) = registered(&relay, "bob").await;
    lock(&relay, "alice").await;
    let right = alice.credentials();
    let forged = format!("__Host-duet_device={}", Bytes([7; 32]).encode());
    for cookie in [
        &bobs,
        &forged,
        "__Host-duet_device=x",
        "__Host-duet_device=",
    ] {
        assert_eq!(
            log_in(&relay, cookie, &right).await.error(),
            "locked_out",
            "{cookie}"
        );
    }
    // Two people with one device: both are known on it.
    let reply = log_in(&relay, &alices, &bob.credentials()).await;
    assert_eq!(device(&reply), alices);
    lock(&relay, "bob").await;
    log_in(&relay, &alices, &bob.credentials()).await.ok();
    log_in(&relay, &alices, &right).await.ok();
}

#[tokio::test]
async fn devices_are_forgotten_with_time_number_and_a_new_password() {
    let relay = Relay::start().await;
    let (mut alice, first) = registered(&relay, "alice").await;
    let known = async |person: &Person, device: &str| {
        lock(&relay, "alice").await;
        let status = log_in(&relay, device, &person.credentials()).await.status;
        relay.clock.advance(Duration::from_secs(900));
        status == 200
    };
    let mut devices = Vec::new();
    for _ in 0..10 {
        relay.clock.advance(Duration::from_millis(1));
        devices.push(device(&log_in(&relay, "", &alice.credentials()).await));
    }
    assert!(
        !known(&alice, &first).await,
        "of eleven, the oldest has gone"
    );
    assert!(known(&alice, &devices[0]).await);
    relay.clock.advance(Duration::from_secs(180 * 24 * 3600));
    assert!(!known(&alice, &devices[0]).await);

    let reply = log_in(&relay, "", &alice.credentials()).await;
    let last = device(&reply);
    alice.take(reply);
    assert!(known(&alice, &last).await);
    let new = [9; 32];
    let body = json!({ "loginSecret": Bytes(alice.secret).encode(), "newLoginSecret": Bytes(new).encode() });
    // An hour has passed.
    let reply = log_in(&relay, "", &alice.credentials()).await;
    alice.take(reply);
    alice
        .http(&relay)
        .put("/api/auth/password", &body)
        .await
        .ok();
    alice.secret = new;
    assert!(!known(&alice, &last).await);
}

#[tokio::test]
async fn a_deletion_forgets_the_attempts_of_nobody_else() {
    let relay = Relay::start().await;
    // Where `_` is any letter, the first name is also the second.
    let (gone, gone_device) = registered(&relay, "al_x").await;
    let (_, device) = registered(&relay, "alax").await;
    for (name, device) in [("al_x", &gone_device), ("alax", &device)] {
        for _ in 0..5 {
            let reply = log_in(&relay, device, &wrong(name)).await;
            assert_eq!(reply.error(), "invalid_credentials");
        }
    }
    let body = json!({ "loginSecret": Bytes(gone.secret).encode() }).to_string();
    let reply = gone
        .http(&relay)
        .header("Content-Type", "application/json")
        .send("DELETE", "/api/auth/account", body.as_bytes())
        .await;
    assert_eq!(reply.status, 204);
    let reply = log_in(&relay, &gone_device, &wrong("al_x")).await;
    assert_eq!(reply.error(), "invalid_credentials");
    let reply = log_in(&relay, &device, &wrong("alax")).await;
    assert_eq!(reply.error(), "locked_out");
}

#[tokio::test]
async fn who_is_logged_in_can_change_key_and_password_while_the_name_is_locked() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    lock(&relay, "alice").await;
    let http = alice.http(&relay);
    let key = json!({
        "identityKey": Person::new("alice").key(),
        "loginSecret": Bytes(alice.secret).encode(),
        "lost": true,
    });
    http.put("/api/identity/key", &key).await.ok();
    let body = json!({ "loginSecret": Bytes(alice.secret).encode(), "newLoginSecret": Bytes([9; 32]).encode() });
    http.put("/api/auth/password", &body).await.ok();
}
