//! Invitations (M2): a link that lets somebody in for a day.

use serde_json::{Value, json};
use std::time::Duration;

use crate::support::{Event, Person, Relay};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Somebody to whom nobody gets through without an invitation.
async fn shut(relay: &Relay, name: &str) -> Person {
    let person = Person::registered(relay, name).await;
    let body = json!({ "policy": "allowed" });
    person.http(relay).put("/api/reach", &body).await.ok();
    person
}

async fn invite(relay: &Relay, person: &Person) -> (Value, i64) {
    let made = person
        .http(relay)
        .post("/api/invitations", &json!({}))
        .await
        .ok();
    (
        json!({ "token": made["token"] }),
        made["expiresAt"].as_i64().unwrap(),
    )
}

async fn redeem(relay: &Relay, person: &Person, token: &Value) -> Result<Value, String> {
    let http = person.http(relay);
    let reply = http.post("/api/invitations/redeem", token).await;
    if reply.status == 200 {
        Ok(reply.ok())
    } else {
        Err(reply.error())
    }
}

async fn may_ask(relay: &Relay, asker: &Person, owner: &Person) -> bool {
    let path = format!("/api/identity/users/{}/key", owner.id());
    asker.http(relay).get(&path).await.status == 200
}

#[tokio::test]
async fn whoever_has_the_link_may_come_for_a_day() {
    let relay = Relay::start().await;
    let alice = shut(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let _owner = alice.connect(&relay).await;
    let mut guest = bob.connect(&relay).await;
    guest.watch(&[alice.id]).await;
    assert!(matches!(
        guest.next().await,
        Event::Presence { online: false, .. }
    ));

    let (token, expires_at) = invite(&relay, &alice).await;
    assert_eq!(expires_at, relay.clock.now() + 86_400_000);
    assert!(!may_ask(&relay, &bob, &alice).await);
    let inviter = json!({ "id": alice.id(), "username": "alice" });
    assert_eq!(redeem(&relay, &bob, &token).await, Ok(inviter.clone()));
    assert!(matches!(
        guest.next().await,
        Event::Presence { online: true, .. }
    ));
    assert!(may_ask(&relay, &bob, &alice).await);
    // Again is no harm, and others may come by the same link.
    assert_eq!(redeem(&relay, &bob, &token).await, Ok(inviter.clone()));
    let carol = Person::registered(&relay, "carol").await;
    assert_eq!(redeem(&relay, &carol, &token).await, Ok(inviter));

    relay.clock.advance(DAY - Duration::from_millis(1));
    let mut bob = bob;
    bob.log_in(&relay).await;
    assert!(may_ask(&relay, &bob, &alice).await);
    relay.clock.advance(Duration::from_millis(1));
    assert!(!may_ask(&relay, &bob, &alice).await);
    assert_eq!(
        redeem(&relay, &bob, &token).await,
        Err("invitation_over".to_owned())
    );
}

#[tokio::test]
async fn a_guest_who_watches_is_told_when_the_day_is_over() {
    let relay = Relay::start_with(|settings| {
        settings.limits.access_token_ttl = 2 * DAY;
    })
    .await;
    let alice = shut(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let (token, _) = invite(&relay, &alice).await;
    redeem(&relay, &bob, &token).await.unwrap();
    let _owner = alice.connect(&relay).await;
    let mut guest = bob.connect(&relay).await;
    guest.watch(&[alice.id]).await;
    assert!(matches!(
        guest.next().await,
        Event::Presence { online: true, .. }
    ));
    relay.clock.advance(DAY);
    guest.assert_quiet().await;
    relay.clean_up().await;
    assert!(matches!(
        guest.next().await,
        Event::Presence { online: false, .. }
    ));
}

#[tokio::test]
async fn a_block_goes_before_an_invitation() {
    let relay = Relay::start().await;
    let alice = shut(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let path = format!("/api/reach/blocked/{}", bob.id());
    alice.http(&relay).send("PUT", &path, b"").await.ok();
    let (token, _) = invite(&relay, &alice).await;
    redeem(&relay, &bob, &token).await.unwrap();
    assert!(!may_ask(&relay, &bob, &alice).await);
}

#[tokio::test]
async fn the_latest_twenty_are_good_and_nothing_else_is_one() {
    let relay = Relay::start().await;
    let alice = shut(&relay, "alice").await;
    let bob = Person::registered(&relay, "bob").await;
    let mut links = Vec::new();
    for _ in 0..21 {
        relay.clock.advance(Duration::from_millis(1));
        links.push(invite(&relay, &alice).await.0);
    }
    let over = Err("invitation_over".to_owned());
    assert_eq!(redeem(&relay, &bob, &links[0]).await, over);
    assert!(redeem(&relay, &bob, &links[1]).await.is_ok());
    let unknown = json!({ "token": "A".repeat(22) });
    assert_eq!(redeem(&relay, &bob, &unknown).await, over);
    for token in [json!(7), json!("AAAA"), json!(null)] {
        let refused = redeem(&relay, &bob, &json!({ "token": token })).await;
        assert_eq!(refused, Err("invalid_request".to_owned()));
    }
    let nobody = relay.http().post("/api/invitations", &json!({})).await;
    assert_eq!(nobody.error(), "unauthenticated");
    // One's own opens nothing that was not open.
    assert!(redeem(&relay, &alice, &links[1]).await.is_ok());
}
