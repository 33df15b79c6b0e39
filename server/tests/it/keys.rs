//! Public keys, fingerprints and replacing a key (I2).

use duet_crypto::replacement;
use duet_relay::api::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

use crate::support::{Person, Relay, connect};

/// The key history, straight from the database.
async fn history(relay: &Relay) -> Vec<(Vec<u8>, String)> {
    let (file, address) = &relay.storage;
    if let Some(address) = address {
        let pool = sqlx::PgPool::connect(address.expose()).await.unwrap();
        return sqlx::query_as(
            "SELECT identity_key, proof FROM identity_keys ORDER BY set_at, ctid",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
    }
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query_as("SELECT identity_key, proof FROM identity_keys ORDER BY set_at, rowid")
        .fetch_all(&pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn anybody_logged_in_can_read_a_key_and_its_fingerprint() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let http = alice.http(&relay);
    let key = http
        .get(&format!("/api/identity/users/{}/key", bob.id()))
        .await
        .ok();
    assert_eq!(key["id"], bob.id());
    assert_eq!(key["username"], "bob");
    assert_eq!(key["identityKey"], bob.key());
    assert!(key["since"].as_i64().unwrap() > 0);
    let fingerprint = http
        .get(&format!("/api/identity/users/{}/fingerprint", bob.id()))
        .await
        .ok();
    let digest = Sha256::digest(bob.identity.party().key.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(fingerprint, json!({ "id": bob.id(), "fingerprint": hex }));

    let nobody = Person::new("nobody").id();
    for what in ["key", "fingerprint"] {
        let path = |id: &str| format!("/api/identity/users/{id}/{what}");
        assert_eq!(http.get(&path(&nobody)).await.error(), "user_not_found");
        for bad in [
            "bob",
            "%00",
            &nobody[1..],
            &format!("{nobody}A"),
            "..%2f..%2fetc%2fpasswd",
            "%ff",
        ] {
            assert_eq!(
                http.get(&path(bad)).await.error(),
                "invalid_request",
                "{bad}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_is_replaced_with_the_secret_and_the_old_keys_signature() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let new = Person::new("alice");
    let signature = replacement::sign(&alice.identity, &new.identity.party().key)
        .await
        .unwrap();
    let body = json!({
        "identityKey": new.key(),
        "loginSecret": Bytes(alice.secret).encode(),
        "signature": Bytes(signature).encode(),
    });
    let record = alice
        .http(&relay)
        .put("/api/identity/key", &body)
        .await
        .ok();
    assert_eq!(record["identityKey"], new.key());
    // The connection was opened under the old key.
    assert_eq!(socket.closed().await, Some(4401));
    let old_key = alice.identity.party().key.as_bytes().to_vec();
    let new_key = new.identity.party().key.as_bytes().to_vec();
    assert_eq!(
        history(&relay).await,
        [
            (old_key, "first".to_owned()),
            (new_key, "signed".to_owned())
        ]
    );
    // Setting it once more changes nothing and needs nothing.
    let again = alice
        .http(&relay)
        .put("/api/identity/key", &json!({ "identityKey": new.key() }))
        .await
        .ok();
    assert_eq!(again, record);
    assert_eq!(history(&relay).await.len(), 2);
}

#[tokio::test]
async fn a_lost_key_is_replaced_with_the_secret_and_the_history_says_so() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let new = Person::new("alice");
    let body = json!({ "identityKey": new.key(), "loginSecret": Bytes(alice.secret).encode(), "lost": true });
    alice
        .http(&relay)
        .put("/api/identity/key", &body)
        .await
        .ok();
    let proofs: Vec<String> = history(&relay)
        .await
        .into_iter()
        .map(|(_, proof)| proof)
        .collect();
    assert_eq!(proofs, ["first", "lost"]);
}

#[tokio::test]
async fn without_proof_a_key_stays() {
    let relay = Relay::start_with(|settings| settings.limits.login_attempts = 3).await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let new = Person::new("alice");
    let secret = Bytes(alice.secret).encode();
    let by_bob = Bytes(
        replacement::sign(&bob.identity, &new.identity.party().key)
            .await
            .unwrap(),
    )
    .encode();
    let for_bobs_key = Bytes(
        replacement::sign(&alice.identity, &bob.identity.party().key)
            .await
            .unwrap(),
    )
    .encode();
    let key = new.key();
    let cases: [(&str, Value); 8] = [
        ("proof_required", json!({ "identityKey": key })),
        (
            "proof_required",
            json!({ "identityKey": key, "lost": true }),
        ),
        (
            "proof_required",
            json!({ "identityKey": key, "loginSecret": secret }),
        ),
        (
            "proof_required",
            json!({ "identityKey": key, "loginSecret": secret, "lost": false, "signature": null }),
        ),
        (
            "invalid_proof",
            json!({ "identityKey": key, "loginSecret": secret, "signature": by_bob }),
        ),
        // "Lost" does not wave a bad signature through.
        (
            "invalid_proof",
            json!({ "identityKey": key, "loginSecret": secret, "signature": for_bobs_key, "lost": true }),
        ),
        (
            "invalid_request",
            json!({ "identityKey": key, "loginSecret": secret, "lost": "yes" }),
        ),
        (
            "invalid_identity_key",
            json!({ "identityKey": Bytes([0xff; 32]).encode(), "loginSecret": secret, "lost": true }),
        ),
    ];
    for (code, body) in cases {
        assert_eq!(
            alice
                .http(&relay)
                .put("/api/identity/key", &body)
                .await
                .error(),
            code,
            "{body}"
        );
    }
    // A stolen token is no way to guess the secret: the lockout of logins counts here too.
    let guess = json!({ "identityKey": key, "loginSecret": Bytes([0; 32]).encode(), "lost": true });
    for code in [
        "invalid_credentials",
        "invalid_credentials",
        "invalid_credentials",
        "locked_out",
    ] {
        assert_eq!(
            alice
                .http(&relay)
                .put("/api/identity/key", &guess)
                .await
                .error(),
            code
        );
    }
    assert_eq!(
        alice.http(&relay).get("/api/chat/me").await.ok()["identityKey"],
        alice.key()
    );
    assert_eq!(history(&relay).await.len(), 2);
}

#[tokio::test]
async fn the_history_of_a_key_can_be_read() {
    let relay = Relay::start().await;
    let begin = relay.clock.now();
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    relay.clock.advance(Duration::from_secs(60));
    let new = Person::new("alice");
    let body = json!({
        "identityKey": new.key(),
        "loginSecret": Bytes(alice.secret).encode(),
        "lost": true,
    });
    alice
        .http(&relay)
        .put("/api/identity/key", &body)
        .await
        .ok();
    let path = |id: &str| format!("/api/identity/users/{id}/history");
    let http = bob.http(&relay);
    let expected = json!({
        "id": alice.id(),
        "keys": [
            { "identityKey": new.key(), "since": begin + 60_000, "proof": "lost" },
            { "identityKey": alice.key(), "since": begin, "proof": "first" },
        ],
    });
    assert_eq!(http.get(&path(&alice.id())).await.ok(), expected);
    let nobody = Person::new("nobody").id();
    assert_eq!(http.get(&path(&nobody)).await.error(), "user_not_found");
    assert_eq!(
        relay.http().get(&path(&alice.id())).await.error(),
        "unauthenticated"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_replaced_while_a_socket_logs_in_keeps_no_socket() {
    for round in 0..30 {
        let relay = Relay::start().await;
        let alice = Person::registered(&relay, "alice").await;
        let new = Person::new("alice");
        let body = json!({
            "identityKey": new.key(),
            "loginSecret": Bytes(alice.secret).encode(),
            "lost": true,
        });
        let mut socket = connect(&relay).await;
        let frame = socket.login_frame(&alice).await;
        let http = alice.http(&relay);
        let (replaced, ()) = tokio::join!(http.put("/api/identity/key", &body), async {
            // The key is replaced after some thirty milliseconds of hashing: the login falls before, into it, or after.
            tokio::time::sleep(Duration::from_millis(round * 3)).await;
            socket.raw(frame).await;
        });
        replaced.ok();
        assert_eq!(socket.closed().await, Some(4401), "round {round}");
    }
}
