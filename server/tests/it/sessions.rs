//! Refresh, log out, revoke, expiry (A2, A4), and what they do to an open socket.

use duet_crypto::relay::{ClientFrame, Token, WelcomeStatus};
use duet_relay::api::Bytes;
use serde_json::json;
use std::{collections::HashSet, time::Duration};

use crate::support::{Event, Person, Relay, connect, pass};

#[tokio::test]
async fn a_refresh_rotates_the_cookie_and_gives_a_new_token() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let (first_cookie, first_token) = (alice.cookie.clone(), alice.token.clone());
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    let set = reply.header("set-cookie").unwrap().to_owned();
    assert!(set.starts_with("__Host-duet_refresh="), "{set}");
    assert!(
        set.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure"),
        "{set}"
    );
    let session = alice.take(reply);
    assert_eq!(session["user"]["username"], "alice");
    assert_ne!((&alice.cookie, &alice.token), (&first_cookie, &first_token));
    alice.http(&relay).get("/api/chat/me").await.ok();
}

#[tokio::test]
async fn a_token_used_twice_revokes_the_session_and_closes_its_socket() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut other_device = Person::new("alice");
    (other_device.secret, other_device.cookie) = (alice.secret, String::new());
    other_device.log_in(&relay).await;
    let stolen = alice.cookie.clone();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    let mut socket = alice.connect(&relay).await;
    relay.clock.advance(Duration::from_secs(20));

    let reused = relay
        .http()
        .header("Cookie", &stolen)
        .post("/api/auth/refresh", &json!({}))
        .await;
    assert_eq!(reused.error(), "session_reused");
    assert!(
        reused.cookie().unwrap().ends_with('='),
        "the cookie is removed"
    );
    assert_eq!(socket.closed().await, Some(4401));
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.error(),
        "unauthenticated"
    );
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await
            .error(),
        "session_expired"
    );
    // Another login of the same person goes on.
    other_device.http(&relay).get("/api/chat/me").await.ok();
    let reply = other_device
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    other_device.take(reply);
}

#[tokio::test]
async fn fifty_refreshes_at_once_get_one_successor() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let http = alice.http(&relay);
    let body = json!({});
    let attempts = (0..50).map(|_| http.post("/api/auth/refresh", &body));
    let mut replies = futures_util::future::join_all(attempts).await;
    let cookies: HashSet<&str> = replies.iter().filter_map(|reply| reply.cookie()).collect();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(!cookies.contains(&*alice.cookie));
    let last = replies.pop().unwrap();
    for reply in replies {
        let token = reply.ok()["accessToken"].as_str().unwrap().to_owned();
        relay.http().bearer(&token).get("/api/chat/me").await.ok();
    }
    alice.take(last);
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_can_be_repeated_for_twenty_seconds() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let refresh = async || {
        alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await
    };
    let first = refresh().await;
    relay.clock.advance(Duration::from_millis(19_999));
    let second = refresh().await;
    assert_eq!(second.cookie(), first.cookie());
    // The cookie lives as long as the token, not a week from now.
    let set = second.header("set-cookie").unwrap();
    assert!(set.contains("; Max-Age=604780; "), "{set}");
    relay.clock.advance(Duration::from_millis(1));
    assert_eq!(refresh().await.error(), "session_reused");
    // The family has fallen, the successor with it.
    let successor = relay.http().header("Cookie", first.cookie().unwrap());
    assert_eq!(
        successor
            .post("/api/auth/refresh", &json!({}))
            .await
            .error(),
        "session_expired"
    );
}

#[tokio::test]
async fn whose_successor_was_used_cannot_be_repeated() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let old = alice.http(&relay);
    for _ in 0..2 {
        let reply = alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await;
        alice.take(reply);
    }
    assert_eq!(
        old.post("/api/auth/refresh", &json!({})).await.error(),
        "session_reused"
    );
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.error(),
        "unauthenticated"
    );
}

#[tokio::test]
async fn a_token_used_long_ago_is_still_known_as_stolen() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let stolen = alice.http(&relay);
    for _ in 0..100 {
        relay.clock.advance(Duration::from_secs(3600));
        let reply = alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await;
        alice.take(reply);
    }
    assert_eq!(
        stolen.post("/api/auth/refresh", &json!({})).await.error(),
        "session_reused"
    );
}

#[tokio::test]
async fn a_rotation_of_the_signing_key_logs_nobody_out() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let before = alice.http(&relay);
    let first = before.post("/api/auth/refresh", &json!({})).await;
    for _ in 0..2 {
        relay.rotate_key();
        // The access token and the socket of before are good, and a lost answer can still be had.
        before.get("/api/chat/me").await.ok();
        let again = before.post("/api/auth/refresh", &json!({})).await;
        assert_eq!(again.cookie(), first.cookie());
        alice.take(again);
        let renewal = ClientFrame::Token(Token::new(alice.token.as_bytes()).unwrap());
        socket.frame(renewal).await;
        assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    }
    // Two old keys are kept. What the third signed is refused, and counted.
    relay.rotate_key();
    assert_eq!(before.get("/api/chat/me").await.error(), "unauthenticated");
    assert_eq!(
        relay
            .metric("duet_auth_events_total{kind=\"unknown_key\"} ")
            .await,
        1.0
    );
    alice.http(&relay).get("/api/chat/me").await.ok();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
}

#[tokio::test]
async fn refresh_cookies_that_are_none_are_refused() {
    let relay = Relay::start().await;
    Person::registered(&relay, "alice").await;
    let good_form = Bytes([1; 48]).encode();
    let cookies = [
        String::new(),
        "a=b".to_owned(),
        "__Host-duet_refresh=".to_owned(),
        "__Host-duet_refresh=short".to_owned(),
        format!("__Host-duet_refresh={good_form}"),
        format!("duet_refresh={good_form}"),
        format!("__Host-duet_refresh={good_form}x"),
    ];
    for cookie in cookies {
        let reply = relay
            .http()
            .header("Cookie", &cookie)
            .post("/api/auth/refresh", &json!({}))
            .await;
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (401, "session_expired"),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn a_refresh_token_expires() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let week = Duration::from_secs(7 * 24 * 3600);
    relay.clock.advance(week - Duration::from_millis(1));
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    // Each use begins its life anew.
    relay.clock.advance(week);
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await
            .error(),
        "session_expired"
    );
}

#[tokio::test]
async fn over_plain_http_on_a_network_the_cookie_is_not_secure_but_works() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let host = format!("duet.test:{}", relay.address.port());
    let http = relay
        .http()
        .header("Host", &host)
        .header("Origin", &format!("http://{host}"));
    let reply = http.post("/api/auth/login", &alice.credentials()).await;
    let set = reply.header("set-cookie").unwrap().to_owned();
    assert!(
        set.starts_with("duet_refresh=") && !set.contains("Secure"),
        "{set}"
    );
    let http = http.header("Cookie", set.split(';').next().unwrap());
    http.post("/api/auth/refresh", &json!({})).await.ok();
}

#[tokio::test]
async fn logging_out_ends_the_session_and_its_socket_but_no_other() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (mut alice_socket, mut bob_socket) =
        (alice.connect(&relay).await, bob.connect(&relay).await);

    let reply = alice
        .http(&relay)
        .post("/api/auth/logout", &json!({}))
        .await;
    assert_eq!(reply.status, 204);
    assert!(reply.cookie().unwrap().ends_with('='));
    assert_eq!(alice_socket.closed().await, Some(4401));
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.error(),
        "unauthenticated"
    );
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/refresh", &json!({}))
            .await
            .error(),
        "session_expired"
    );
    // With nothing that is good any more there is nothing to end.
    assert_eq!(
        alice
            .http(&relay)
            .without("Cookie")
            .post("/api/auth/logout", &json!({}))
            .await
            .error(),
        "unauthenticated"
    );
    bob_socket.assert_quiet().await;
}

#[tokio::test]
async fn the_cookie_alone_or_the_token_alone_is_enough_to_log_out() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    for without in ["Cookie", "Authorization"] {
        alice.log_in(&relay).await;
        let mut socket = alice.connect(&relay).await;
        let reply = alice
            .http(&relay)
            .without(without)
            .post("/api/auth/logout", &json!({}))
            .await;
        assert_eq!(reply.status, 204, "without {without}");
        assert_eq!(socket.closed().await, Some(4401));
        assert_eq!(
            alice
                .http(&relay)
                .post("/api/auth/refresh", &json!({}))
                .await
                .error(),
            "session_expired"
        );
        assert_eq!(
            alice.http(&relay).get("/api/chat/me").await.error(),
            "unauthenticated"
        );
    }
}

#[tokio::test]
async fn revoking_ends_the_token_and_its_socket_but_not_the_session() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/revoke", &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(socket.closed().await, Some(4401));
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/revoke", &json!({}))
            .await
            .error(),
        "unauthenticated"
    );

    let mut refused = connect(&relay).await;
    let login = refused.login_frame(&alice).await;
    refused.raw(login).await;
    assert_eq!(refused.next().await, Event::Welcome(WelcomeStatus::Refused));
    assert_eq!(refused.closed().await, Some(4401));

    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    alice.connect(&relay).await;
}

#[tokio::test]
async fn bad_access_tokens_are_refused_everywhere() {
    let relay = Relay::start().await;
    let other_relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let stranger = Person::registered(&other_relay, "alice").await;
    let id = alice.id();
    let paths = [
        ("GET", "/api/chat/me".to_owned()),
        ("GET", "/api/chat/users?username=a".to_owned()),
        ("GET", format!("/api/identity/users/{id}/key")),
        ("GET", format!("/api/identity/users/{id}/fingerprint")),
        ("PUT", "/api/identity/key".to_owned()),
        ("POST", "/api/auth/revoke".to_owned()),
        ("GET", "/api/auth/sessions".to_owned()),
        ("DELETE", "/api/auth/sessions".to_owned()),
        ("DELETE", format!("/api/auth/sessions/{}", "A".repeat(22))),
        ("PUT", "/api/auth/password".to_owned()),
        ("DELETE", "/api/auth/account".to_owned()),
    ];
    for (method, path) in &paths {
        let refused = async |http: crate::support::Http| {
            let http = http.header("Content-Type", "application/json");
            assert_eq!(
                http.send(method, path, b"{}").await.error(),
                "unauthenticated",
                "{path}"
            );
        };
        refused(relay.http()).await;
        for token in [
            "",
            "x",
            "a.b.c",
            &stranger.token,
            &alice.token.replace('.', ".."),
            &"x".repeat(8000),
        ] {
            refused(relay.http().bearer(token)).await;
        }
        refused(relay.http().header("Authorization", &alice.token)).await;
        refused(relay.http().header("Authorization", "Basic YTpi")).await;
        refused(
            relay
                .http()
                .header("Authorization", &format!("Bearer\t{}", alice.token)),
        )
        .await;
    }
    let lower = format!("bearer {}", alice.token);
    let http = relay.http().header("Authorization", &lower);
    http.get("/api/chat/me").await.ok();
}

#[tokio::test]
async fn an_access_token_expires_and_takes_its_socket_with_it_unless_renewed() {
    // Half of its fifteen minutes, and half of the leeway.
    const HALF: Duration = Duration::from_secs(465);
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut bob = Person::registered(&relay, "bob").await;
    let mut alice_socket = alice.connect(&relay).await;
    let mut bob_socket = bob.connect(&relay).await;
    let old = bob.token.clone();
    let wait = |duration| {
        relay.clock.advance(duration);
        pass(duration);
    };
    alice_socket.assert_quiet().await;
    bob_socket.assert_quiet().await;
    wait(HALF);
    bob.log_in(&relay).await;
    bob_socket
        .frame(ClientFrame::Token(
            Token::new(bob.token.as_bytes()).unwrap(),
        ))
        .await;
    assert_eq!(bob_socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    alice_socket.assert_quiet().await;

    wait(HALF);
    assert_eq!(alice_socket.closed().await, Some(4401));
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.error(),
        "token_expired"
    );
    assert_eq!(
        relay.http().bearer(&old).get("/api/chat/me").await.error(),
        "token_expired"
    );
    bob_socket.assert_quiet().await;
    wait(HALF);
    assert_eq!(bob_socket.closed().await, Some(4401));
    // Expiry of a token is not the end of a session.
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    alice.connect(&relay).await;
}

#[tokio::test]
async fn only_the_same_persons_token_renews_a_socket() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let mut socket = alice.connect(&relay).await;
    socket
        .frame(ClientFrame::Token(
            Token::new(bob.token.as_bytes()).unwrap(),
        ))
        .await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Refused));
    socket.assert_quiet().await;
}

#[tokio::test]
async fn a_renewed_socket_belongs_to_the_new_token() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let old = alice.http(&relay);
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    socket
        .frame(ClientFrame::Token(
            Token::new(alice.token.as_bytes()).unwrap(),
        ))
        .await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    assert_eq!(old.post("/api/auth/revoke", &json!({})).await.status, 204);
    socket.assert_quiet().await;
    assert_eq!(
        alice
            .http(&relay)
            .post("/api/auth/revoke", &json!({}))
            .await
            .status,
        204
    );
    assert_eq!(socket.closed().await, Some(4401));
}

#[tokio::test]
async fn sessions_survive_a_restart_of_the_relay() {
    let mut relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    relay.ask_to_stop();
    let storage = relay.storage.clone();
    let _directory = relay.stopped().await;
    let relay = Relay::start_with(|settings| {
        (settings.database, settings.database_url) = storage;
    })
    .await;
    alice.http(&relay).get("/api/chat/me").await.ok();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    let _socket = alice.connect(&relay).await;
    assert_eq!(relay.metric("duet_ws_connections ").await, 1.0);
}

#[tokio::test]
async fn a_revoked_token_stays_revoked_through_the_leeway() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let http = alice.http(&relay);
    http.post("/api/auth/revoke", &json!({})).await;
    // Past its end, but not yet past the leeway; and the clean-up has been here.
    relay.clock.advance(Duration::from_secs(915));
    relay.clean_up().await;
    assert_eq!(http.get("/api/chat/me").await.error(), "unauthenticated");
    relay.clock.advance(Duration::from_secs(15));
    assert_eq!(http.get("/api/chat/me").await.error(), "token_expired");
}
