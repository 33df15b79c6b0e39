//! What keeps a socket open: a token that holds, of an account whose key is still the one that it was opened under, on a clock
//! that nobody sets.

use duet_crypto::relay::{ClientFrame, Token, WelcomeStatus};
use serde_json::json;
use std::time::Duration;

use crate::support::{Event, Person, Relay, Socket, pass};

async fn renew(socket: &mut Socket, token: &str) {
    let token = Token::new(token.as_bytes()).unwrap();
    socket.frame(ClientFrame::Token(token)).await;
}

#[tokio::test]
async fn a_renewal_looks_at_the_key_again() {
    let relay = Relay::start().await;
    // Another relay on the same database, which cannot close the sockets of the first.
    let (database, url) = relay.storage.clone();
    let other = Relay::start_with(|settings| {
        (settings.database, settings.database_url) = (database, url);
    })
    .await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    alice.log_in(&relay).await;
    renew(&mut socket, &alice.token).await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    let new = Person::new("alice");
    let body = json!({
        "identityKey": new.key(),
        "loginSecret": duet_relay::api::Bytes(alice.secret).encode(),
        "lost": true,
    });
    alice
        .http(&other)
        .put("/api/identity/key", &body)
        .await
        .ok();
    alice.log_in(&relay).await;
    renew(&mut socket, &alice.token).await;
    assert_eq!(socket.closed().await, Some(4401));
}

#[tokio::test]
async fn a_clock_that_is_set_closes_nothing() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    relay.clock.set_forward(Duration::from_secs(3600));
    socket.assert_quiet().await;
    pass(Duration::from_secs(120));
    socket.assert_quiet().await;
    // The next token is of the new time, and ends with it.
    alice.log_in(&relay).await;
    renew(&mut socket, &alice.token).await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    relay.clock.advance(Duration::from_secs(929));
    pass(Duration::from_secs(929));
    socket.assert_quiet().await;
    relay.clock.advance(Duration::from_secs(2));
    pass(Duration::from_secs(2));
    assert_eq!(socket.closed().await, Some(4401));
}
