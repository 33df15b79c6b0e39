//! The program itself: its logs and its files hold nothing that they should not (O4, R3).

use duet_crypto::relay::{AckStatus, ClientFrame, EnvelopeId, HEADER_LENGTH, Token};
use duet_relay::api::Bytes;
use serde_json::{Value, json};
use std::{fs, net::TcpListener, thread};

use crate::support::{Event, Http, Person, Program, Relay, connect, healthcheck};

#[test]
fn what_is_no_relay_is_not_healthy() {
    // A port that is surely nobody else's: ours, where everybody is sent away.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let sent_away = thread::spawn(move || drop(listener.accept().unwrap()));
    let output = healthcheck(address);
    sent_away.join().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.starts_with(b"duet-relay: "), "{output:?}");
}

#[tokio::test]
async fn neither_logs_nor_files_hold_secrets_names_or_payloads() {
    let directory = tempfile::tempdir().unwrap();
    // Everything that could be said, of our own code and of the libraries below it.
    let arguments = ["--log", "info,duet_relay=trace", "--login-attempts", "2"];
    let mut program = Program::start(directory.path(), &arguments).await;
    let address = program.address;
    assert!(healthcheck(address).status.success());

    let relay = Relay::at(address);
    let (mut alice, bob) = (
        Person::registered(&relay, "canaryalice").await,
        Person::registered(&relay, "canarybob").await,
    );
    let first_cookie = alice.cookie.clone();
    let reply = alice
        .http(&relay)
        .post("/api/auth/refresh", &json!({}))
        .await;
    alice.take(reply);
    let http = Http::new(address);
    let wrong = Bytes([0x5a; 32]).encode();
    for _ in 0..3 {
        http.post(
            "/api/auth/login",
            &json!({ "username": "canarynobody", "loginSecret": wrong }),
        )
        .await
        .error();
    }
    http.post(
        "/api/auth/login",
        &json!({ "username": "canaryalice", "loginSecret": "canary-bad-secret" }),
    )
    .await
    .error();
    http.bearer("canary-bad-token")
        .get("/api/chat/users?username=canaryb")
        .await
        .error();
    alice
        .http(&relay)
        .get("/api/chat/users?username=canaryb")
        .await
        .ok();
    alice
        .http(&relay)
        .get(&format!("/api/identity/users/{}/key", bob.id()))
        .await
        .ok();
    alice
        .http(&relay)
        .get("/api/canary-path?canary-query")
        .await
        .error();

    let (mut from, mut to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    from.watch(&[bob.id]).await;
    from.next().await;
    let payload = [&[1, 0x11][..], b"canary-payload", &[0; 61_234]].concat();
    let sizes = [payload.len(), payload.len() + HEADER_LENGTH];
    let id = from.send(&bob, &payload).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    to.payloads(1).await;
    let prekey = bob.prekey();
    let id = EnvelopeId(duet_relay::random());
    let prekeys = &[prekey];
    to.frame(ClientFrame::Prekeys { id, prekeys }).await;
    assert_eq!(to.ack(id).await, AckStatus::Written);
    let claim = ClientFrame::PrekeyGet {
        id,
        account: bob.id,
        presence: bob.presence,
    };
    from.frame(claim).await;
    assert_eq!(from.next().await, Event::Prekey(id, Ok(Box::new(prekey))));
    let mut stranger = connect(&relay).await;
    stranger
        .frame(ClientFrame::Token(
            Token::new(b"canary-socket-token").unwrap(),
        ))
        .await;
    stranger.closed().await;
    alice
        .http(&relay)
        .post("/api/auth/logout", &json!({}))
        .await;
    assert_eq!(from.closed().await, Some(4401));

    program.terminate();

    let log = fs::read(&program.log).unwrap();
    for line in String::from_utf8(log.clone()).unwrap().lines() {
        let entry: Value = serde_json::from_str(line).expect("one JSON object a line");
        assert!(
            entry["timestamp"].is_string() && entry["level"].is_string(),
            "{line}"
        );
        // Sizes as whole numbers: their digits may stand in a time or a request id by chance.
        for (name, value) in entry.as_object().unwrap() {
            let chance = matches!(name.as_str(), "timestamp" | "request_id" | "span");
            let text = value.to_string();
            let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
            assert!(
                chance
                    || !numbers.any(|number| sizes.iter().any(|size| size.to_string() == number)),
                "a size is in the log: {line}"
            );
        }
    }
    let mut database = Vec::new();
    for entry in fs::read_dir(directory.path().join(".data")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension != "signing-key")
        {
            database.extend(fs::read(path).unwrap());
        }
    }
    let contains = |haystack: &[u8], needle: &[u8]| {
        haystack
            .windows(needle.len())
            .any(|window| window == needle)
    };
    let cookie = |cookie: &str| cookie.split_once('=').unwrap().1.to_owned();
    let secrets: Vec<Vec<u8>> = vec![
        alice.token.clone().into(),
        alice.token.split('.').next_back().unwrap().into(),
        cookie(&first_cookie).into(),
        Bytes::<48>::decode(&cookie(&first_cookie))
            .unwrap()
            .0
            .into(),
        cookie(&alice.cookie).into(),
        Bytes(alice.secret).encode().into(),
        alice.secret.into(),
        wrong.into(),
        b"canary-payload".into(),
        b"canary-bad-secret".into(),
        b"canary-bad-token".into(),
        b"canary-socket-token".into(),
        b"canary-path".into(),
        alice.presence.0.into(),
        Bytes(bob.presence.0).encode().into(),
        // A prekey's id, and a piece of its keys.
        prekey[2..18].into(),
        prekey[200..220].into(),
    ];
    for secret in &secrets {
        let shown = String::from_utf8_lossy(secret);
        assert!(!contains(&log, secret), "in the log: {shown}");
        assert!(!contains(&database, secret), "in the database: {shown}");
    }
    // Names and ids of accounts are in the database, of course, but not in the log.
    assert!(contains(&database, b"canaryalice"));
    for private in [
        "canaryalice",
        "canarybob",
        "canarynobody",
        "canaryb",
        &alice.id(),
        &bob.id(),
        &alice.key(),
    ] {
        assert!(!contains(&log, private.as_bytes()), "in the log: {private}");
    }
}
