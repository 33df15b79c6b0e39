//! The second factor (A8): codes of an app, recovery codes; asked for after the password, and by nobody else used up.

use duet_relay::{api::Bytes, clock::millis};
use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Http, Person, Relay, Reply, code_app::CodeApp};

const STEP: Duration = Duration::from_secs(30);
const LOGIN: &str = "/api/auth/login";
const SECOND: &str = "/api/auth/login/second-factor";
const STATE: &str = "/api/auth/second-factor";
const TOTP: &str = "/api/auth/second-factor/totp";
const CODES: &str = "/api/auth/second-factor/recovery-codes";

fn password(person: &Person) -> Value {
    json!({ "loginSecret": Bytes(person.secret).encode() })
}

async fn delete(http: &Http, path: &str, body: &Value) -> Reply {
    http.clone()
        .header("Content-Type", "application/json")
        .send("DELETE", path, body.to_string().as_bytes())
        .await
}

/// Turns codes of an app on: the app, and the recovery codes.
async fn with_totp(relay: &Relay, person: &Person) -> (CodeApp, Vec<String>) {
    let http = person.http(relay);
    let setup = http.post(TOTP, &password(person)).await.ok();
    let app = CodeApp::new(&setup);
    let body = json!({ "ticket": setup["ticket"], "code": app.code(relay.clock.now()) });
    let added = http.put(TOTP, &body).await.ok();
    // The code that showed it is used up.
    relay.clock.advance(STEP);
    (app, codes_of(&added))
}

fn codes_of(answer: &Value) -> Vec<String> {
    let codes = answer["recoveryCodes"].as_array().unwrap();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

/// The first step: what is asked for.
async fn asked(relay: &Relay, person: &Person) -> Value {
    let reply = relay.http().post(LOGIN, &person.credentials()).await;
    assert!(
        reply.cookie().is_none(),
        "nobody is let in by the first step"
    );
    let asked = reply.ok();
    assert!(asked.get("accessToken").is_none());
    assert!(asked["ticket"].is_string(), "{asked}");
    asked
}

fn totp(code: &str) -> Value {
    json!({ "kind": "totp", "code": code })
}

fn recovery(code: &str) -> Value {
    json!({ "kind": "recovery", "code": code })
}

async fn answer(http: &Http, asked: &Value, proof: Value) -> Reply {
    let body = json!({ "ticket": asked["ticket"], "proof": proof });
    http.post(SECOND, &body).await
}

/// The cookie of the device that a reply let in.
fn device_of(reply: &Reply) -> String {
    let cookies = reply
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let device = cookies
        .map(|(_, value)| value.split(';').next().unwrap())
        .find(|value| value.contains("duet_device"));
    device.unwrap().to_owned()
}

#[tokio::test]
async fn a_code_of_the_app_lets_in_after_the_password_and_only_once() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let (app, codes) = with_totp(&relay, &alice).await;
    assert_eq!(codes.len(), 10);
    let code = app.code(relay.clock.now());
    let first = asked(&relay, &alice).await;
    // The ticket is no token.
    let as_token = relay.http().bearer(first["ticket"].as_str().unwrap());
    assert_eq!(
        as_token.get("/api/chat/me").await.error(),
        "unauthenticated"
    );
    let reply = answer(&relay.http(), &first, totp(&code)).await;
    alice.take(reply);
    alice.http(&relay).get("/api/chat/me").await.ok();
    // Ticket and code are used up, and so are codes of earlier steps.
    let reply = answer(&relay.http(), &first, totp(&code)).await;
    assert_eq!(reply.error(), "ticket_over");
    let again = asked(&relay, &alice).await;
    for used in [code, app.code(relay.clock.now() - millis(STEP))] {
        let reply = answer(&relay.http(), &again, totp(&used)).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    // The next one is taken a step early, as from a clock that is fast.
    let next = app.code(relay.clock.now() + millis(STEP));
    answer(&relay.http(), &again, totp(&next)).await.ok();
}

#[tokio::test]
async fn a_wrong_password_is_told_as_without_a_second_factor() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    with_totp(&relay, &alice).await;
    for name in ["alice", "nobody"] {
        let body = json!({ "username": name, "loginSecret": Bytes([0; 32]).encode() });
        let reply = relay.http().post(LOGIN, &body).await;
        assert_eq!(reply.error(), "invalid_credentials");
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_five_guesses_and_five_minutes() {
    let relay = Relay::start_with(|settings| settings.limits.login_attempts = 100).await;
    let alice = Person::registered(&relay, "alice").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let right = || totp(&app.code(relay.clock.now()));
    let first = asked(&relay, &alice).await;
    for _ in 0..5 {
        let reply = answer(&relay.http(), &first, totp("000")).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    let reply = answer(&relay.http(), &first, right()).await;
    assert_eq!(reply.error(), "ticket_over");
    let late = asked(&relay, &alice).await;
    relay.clock.advance(Duration::from_secs(300));
    let reply = answer(&relay.http(), &late, right()).await;
    assert_eq!(reply.error(), "ticket_over");
    let good = asked(&relay, &alice).await;
    relay.clock.advance(Duration::from_secs(299));
    answer(&relay.http(), &good, right()).await.ok();
}

#[tokio::test]
async fn guesses_are_counted_over_all_tickets_and_cost_a_known_device_nothing() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let right = || totp(&app.code(relay.clock.now()));
    let device = {
        let first = asked(&relay, &alice).await;
        let reply = answer(&relay.http(), &first, right()).await;
        device_of(&reply)
    };
    relay.clock.advance(STEP);
    // A thief of the password: five guesses, however many tickets.
    for _ in 0..5 {
        let ticket = asked(&relay, &alice).await;
        let reply = answer(&relay.http(), &ticket, totp("123")).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    let ticket = asked(&relay, &alice).await;
    for _ in 0..2 {
        let reply = answer(&relay.http(), &ticket, right()).await;
        assert_eq!(reply.error(), "locked_out");
    }
    // Her own device has attempts of its own.
    let own = relay.http().header("Cookie", &device);
    let ticket = own.post(LOGIN, &alice.credentials()).await.ok();
    answer(&own, &ticket, right()).await.ok();
    relay.clock.advance(Duration::from_secs(900));
    let ticket = asked(&relay, &alice).await;
    answer(&relay.http(), &ticket, right()).await.ok();
}

#[tokio::test]
async fn who_has_only_the_password_drives_out_no_ticket_of_a_known_device() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let right = || totp(&app.code(relay.clock.now()));
    let first = asked(&relay, &alice).await;
    let device = device_of(&answer(&relay.http(), &first, right()).await);
    relay.clock.advance(STEP);
    let own = relay.http().header("Cookie", &device);
    let ticket = own.post(LOGIN, &alice.credentials()).await.ok();
    relay.clock.advance(Duration::from_millis(1));
    let oldest = asked(&relay, &alice).await;
    relay.clock.advance(Duration::from_millis(1));
    for _ in 0..11 {
        asked(&relay, &alice).await;
    }
    answer(&own, &ticket, right()).await.ok();
    // Of their own the latest eight are good.
    let reply = answer(&relay.http(), &oldest, right()).await;
    assert_eq!(reply.error(), "ticket_over");
}

#[tokio::test]
async fn a_hundred_guesses_at_once_are_five() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    with_totp(&relay, &alice).await;
    let mut tickets = Vec::new();
    for _ in 0..8 {
        tickets.push(asked(&relay, &alice).await);
    }
    let http = relay.http();
    let guesses = tickets
        .iter()
        .flat_map(|ticket| (0..12).map(move |_| ticket))
        .map(|ticket| answer(&http, ticket, totp("123")));
    let replies = futures_util::future::join_all(guesses).await;
    let wrong = replies
        .iter()
        .filter(|reply| reply.error() == "second_factor_wrong")
        .count();
    assert_eq!(wrong, 5);
}

/// Of one deployment they need only the database in common.
#[tokio::test]
async fn a_ticket_of_one_relay_is_good_at_another_and_nowhere_twice() {
    let first = Relay::start().await;
    let second = first.beside().await;
    let mut alice = Person::new("alice");
    let body = alice.credentials();
    let reply = first.http().post("/api/auth/register", &body).await;
    alice.take(reply);
    // Turned on over both.
    let setup = alice.http(&first).post(TOTP, &password(&alice)).await.ok();
    let app = CodeApp::new(&setup);
    let body = json!({ "ticket": setup["ticket"], "code": app.code(first.clock.now()) });
    let added = alice.http(&second).put(TOTP, &body).await.ok();
    let codes = codes_of(&added);
    let reply = alice.http(&first).put(TOTP, &body).await;
    assert_eq!(reply.error(), "ticket_over");
    first.clock.advance(STEP);
    // Asked by one, answered to the other. What came back after a wrong answer is the same ticket with one try less.
    let ticket = asked(&first, &alice).await;
    for relay in [&second, &first, &second, &first] {
        let reply = answer(&relay.http(), &ticket, totp("000")).await;
        assert_eq!(reply.error(), "second_factor_wrong");
    }
    let right = || totp(&app.code(first.clock.now()));
    let reply = answer(&second.http(), &ticket, right()).await;
    alice.take(reply);
    alice.http(&first).get("/api/chat/me").await.ok();
    let reply = answer(&first.http(), &ticket, recovery(&codes[0])).await;
    assert_eq!(reply.error(), "ticket_over");
    // One code answers one of two tickets, wherever they are shown at once.
    first.clock.advance(STEP);
    let tickets = [asked(&first, &alice).await, asked(&second, &alice).await];
    let [at_first, at_second] = [first.http(), second.http()];
    let (one, other) = tokio::join!(
        answer(&at_first, &tickets[0], right()),
        answer(&at_second, &tickets[1], right()),
    );
    assert_eq!(
        [one, other].map(|reply| reply.status).iter().sum::<u16>(),
        200 + 401
    );
}

#[tokio::test]
async fn a_hundred_guesses_at_two_relays_at_once_are_five() {
    let first = Relay::start().await;
    let second = first.beside().await;
    let alice = Person::registered(&first, "alice").await;
    with_totp(&first, &alice).await;
    let mut tickets = Vec::new();
    for _ in 0..8 {
        tickets.push(asked(&first, &alice).await);
    }
    let relays = [first.http(), second.http()];
    let guesses = (0..96).map(|guess| {
        let ticket = &tickets[guess % tickets.len()];
        answer(&relays[(guess / tickets.len()) % 2], ticket, totp("123"))
    });
    let replies = futures_util::future::join_all(guesses).await;
    let wrong = replies
        .iter()
        .filter(|reply| reply.error() == "second_factor_wrong")
        .count();
    assert_eq!(wrong, 5);
    for reply in &replies {
        let known = ["second_factor_wrong", "locked_out", "ticket_over"];
        assert!(known.contains(&reply.error().as_str()), "{}", reply.error());
    }
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_ones_replace_all() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (_, codes) = with_totp(&relay, &alice).await;
    let (_, others) = with_totp(&relay, &bob).await;
    let first = asked(&relay, &alice).await;
    let reply = answer(&relay.http(), &first, recovery(&others[0])).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    let typed = codes[0].to_uppercase().replace('-', " ");
    answer(&relay.http(), &first, recovery(&typed)).await.ok();
    let again = asked(&relay, &alice).await;
    let reply = answer(&relay.http(), &again, recovery(&codes[0])).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    let http = alice.http(&relay);
    assert_eq!(http.get(STATE).await.ok()["recoveryCodes"], 9);
    let wrong = json!({ "loginSecret": Bytes([0; 32]).encode() });
    assert_eq!(
        http.post(CODES, &wrong).await.error(),
        "invalid_credentials"
    );
    let renewed = codes_of(&http.post(CODES, &password(&alice)).await.ok());
    assert_eq!(renewed.len(), 10);
    let reply = answer(&relay.http(), &again, recovery(&codes[1])).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    answer(&relay.http(), &again, recovery(&renewed[9]))
        .await
        .ok();
}

#[tokio::test]
async fn it_is_turned_on_and_off_with_the_password_by_its_owner_only() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let http = alice.http(&relay);
    let wrong = json!({ "loginSecret": Bytes([0; 32]).encode() });
    assert_eq!(http.post(TOTP, &wrong).await.error(), "invalid_credentials");
    assert_eq!(
        relay.http().post(TOTP, &password(&alice)).await.error(),
        "unauthenticated"
    );
    // Nothing is on before a code was shown.
    let setup = http.post(TOTP, &password(&alice)).await.ok();
    relay.http().post(LOGIN, &alice.credentials()).await.ok()["accessToken"]
        .as_str()
        .unwrap();
    let app = CodeApp::new(&setup);
    let confirm = |code: &str| json!({ "ticket": setup["ticket"], "code": code });
    let reply = http.put(TOTP, &confirm("12")).await;
    assert_eq!(reply.error(), "second_factor_wrong");
    let right = confirm(&app.code(relay.clock.now()));
    http.put(TOTP, &right).await.ok();
    assert_eq!(http.put(TOTP, &right).await.error(), "ticket_over");
    let reply = http.post(TOTP, &password(&alice)).await;
    assert_eq!(reply.error(), "factor_conflict");
    // The ticket of one is nothing to another.
    let others = bob.http(&relay).post(TOTP, &password(&bob)).await.ok();
    let body = json!({ "ticket": others["ticket"], "code": "123456" });
    assert_eq!(http.put(TOTP, &body).await.error(), "ticket_over");
    // And that of a set-up lets nobody in.
    let setup = bob.http(&relay).post(TOTP, &password(&bob)).await.ok();
    let code = CodeApp::new(&setup).code(relay.clock.now());
    let reply = answer(&relay.http(), &setup, totp(&code)).await;
    assert_eq!(reply.error(), "ticket_over");
    let reply = delete(&http, TOTP, &wrong).await;
    assert_eq!(reply.error(), "invalid_credentials");
    assert_eq!(delete(&http, TOTP, &password(&alice)).await.status, 204);
    let reply = delete(&http, TOTP, &password(&alice)).await;
    assert_eq!(reply.error(), "not_found");
    let state = http.get(STATE).await.ok();
    assert_eq!(
        (&state["totp"], &state["recoveryCodes"]),
        (&Value::Null, &json!(0))
    );
    let reply = http.post(CODES, &password(&alice)).await;
    assert_eq!(reply.error(), "factor_conflict");
    let reply = relay.http().post(LOGIN, &alice.credentials()).await;
    assert!(reply.cookie().is_some());
}

#[tokio::test]
async fn a_device_is_asked_again_unless_its_owner_chose_otherwise() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let mut jar = String::new();
    let log_in = async |jar: &str| {
        relay
            .http()
            .header("Cookie", jar)
            .post(LOGIN, &alice.credentials())
            .await
    };
    for trust in [false, true] {
        let ticket = log_in(&jar).await.ok();
        let proof = totp(&app.code(relay.clock.now()));
        let body = json!({ "ticket": ticket["ticket"], "proof": proof, "trustDevice": trust });
        let reply = relay
            .http()
            .header("Cookie", &jar)
            .post(SECOND, &body)
            .await;
        jar = reply
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .map(|(_, value)| value.split(';').next().unwrap())
            .collect::<Vec<_>>()
            .join("; ");
        reply.ok();
        relay.clock.advance(STEP);
        let asked = log_in(&jar).await.ok().get("ticket").is_some();
        assert_eq!(asked, !trust);
    }
    // Not after a new password.
    let reply = log_in(&jar).await;
    let new = [9; 32];
    let body = json!({ "loginSecret": Bytes(alice.secret).encode(), "newLoginSecret": Bytes(new).encode() });
    alice.take(reply);
    let http = alice.http(&relay);
    http.put("/api/auth/password", &body).await.ok();
    alice.secret = new;
    let again = relay.http().header("Cookie", &jar);
    let asked = again.post(LOGIN, &alice.credentials()).await.ok();
    assert!(asked.get("ticket").is_some());
}

#[tokio::test]
async fn the_trust_in_a_device_ends_after_thirty_days_however_often_it_is_used() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let (bobs, _) = with_totp(&relay, &bob).await;
    let trust = async |http: &Http, person: &Person, app: &CodeApp| {
        let asked = http.post(LOGIN, &person.credentials()).await.ok();
        let proof = totp(&app.code(relay.clock.now()));
        let body = json!({ "ticket": asked["ticket"], "proof": proof, "trustDevice": true });
        http.post(SECOND, &body).await
    };
    let reply = trust(&relay.http(), &alice, &app).await;
    let device = device_of(&reply);
    reply.ok();
    let http = relay.http().header("Cookie", &device);
    let is_asked = async |person: &Person| {
        let answer = http.post(LOGIN, &person.credentials()).await.ok();
        answer.get("ticket").is_some()
    };
    // It is one account's trust. Another's on the same device begins later.
    assert!(is_asked(&bob).await);
    relay.clock.advance(DAY);
    trust(&http, &bob, &bobs).await.ok();
    // Every login is a use of the device, and none makes the thirty days longer.
    for _ in 1..29 {
        assert!(!is_asked(&alice).await);
        relay.clock.advance(DAY);
    }
    relay.clock.advance(DAY - Duration::from_millis(1));
    assert!(!is_asked(&alice).await);
    relay.clock.advance(Duration::from_millis(1));
    assert!(is_asked(&alice).await);
    assert!(!is_asked(&bob).await);
    // The choice can be made again.
    trust(&http, &alice, &app).await.ok();
    assert!(!is_asked(&alice).await);
    relay.clock.advance(DAY);
    assert!(is_asked(&bob).await);
}

#[tokio::test]
async fn a_ticket_is_void_once_the_password_is_another() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let (app, _) = with_totp(&relay, &alice).await;
    let ticket = asked(&relay, &alice).await;
    let body = json!({ "loginSecret": Bytes(alice.secret).encode(), "newLoginSecret": Bytes([9; 32]).encode() });
    let http = alice.http(&relay);
    http.put("/api/auth/password", &body).await.ok();
    let proof = totp(&app.code(relay.clock.now()));
    let reply = answer(&relay.http(), &ticket, proof).await;
    assert_eq!(reply.error(), "ticket_over");
}

#[tokio::test]
async fn a_password_can_be_checked_by_who_is_logged_in() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    with_totp(&relay, &alice).await;
    let check = "/api/auth/password/check";
    let http = alice.http(&relay);
    assert_eq!(http.post(check, &password(&alice)).await.status, 204);
    let wrong = json!({ "loginSecret": Bytes([0; 32]).encode() });
    assert_eq!(
        http.post(check, &wrong).await.error(),
        "invalid_credentials"
    );
    let reply = relay.http().post(check, &password(&alice)).await;
    assert_eq!(reply.error(), "unauthenticated");
}
