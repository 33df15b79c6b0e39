//! Who may reach whom (I4): over HTTP and on the socket.

use duet_crypto::relay::{AckStatus, ClientFrame, EnvelopeId, NoPrekey, Presence};
use serde_json::{Value, json};

use crate::support::{Event, Person, Relay, Socket};

const MESSAGE: [u8; 40] = {
    let mut payload = [7; 40];
    payload[0] = 1;
    payload[1] = 0x11;
    payload
};

async fn reach(relay: &Relay, person: &Person) -> Value {
    person.http(relay).get("/api/reach").await.ok()
}

async fn set(relay: &Relay, person: &Person, policy: &str) {
    let body = json!({ "policy": policy });
    let settings = person.http(relay).put("/api/reach", &body).await.ok();
    assert_eq!(settings["policy"], policy);
}

async fn put(relay: &Relay, person: &Person, list: &str, other: &Person) -> Value {
    let path = format!("/api/reach/{list}/{}", other.id());
    person.http(relay).send("PUT", &path, b"").await.ok()
}

async fn take_off(relay: &Relay, person: &Person, list: &str, other: &Person) -> Value {
    let path = format!("/api/reach/{list}/{}", other.id());
    person.http(relay).send("DELETE", &path, b"").await.ok()
}

async fn know(relay: &Relay, person: &Person, others: &[&Person]) {
    let people: Vec<_> = others.iter().map(|other| other.id()).collect();
    let body = json!({ "people": people });
    person
        .http(relay)
        .post("/api/reach/known", &body)
        .await
        .ok();
}

/// What the directory says to `asker` about `owner`: the same everywhere.
async fn may_ask(relay: &Relay, asker: &Person, owner: &Person) -> bool {
    let mut answers = Vec::new();
    for what in ["key", "fingerprint", "history"] {
        let path = format!("/api/identity/users/{}/{what}", owner.id());
        let reply = asker.http(relay).get(&path).await;
        if reply.status == 403 {
            assert_eq!(reply.error(), "not_reachable");
        } else {
            assert_eq!(reply.status, 200);
        }
        answers.push(reply.status == 200);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    answers[0]
}

/// Whether `owner` looks online to whoever asks for the first time over this socket.
async fn sees(socket: &mut Socket, owner: &Person) -> bool {
    socket.watch(&[]).await;
    socket.watch(&[owner.id]).await;
    presence(socket, owner).await
}

/// What this socket is told next of `owner`.
async fn presence(socket: &mut Socket, owner: &Person) -> bool {
    match socket.next().await {
        Event::Presence {
            account,
            presence,
            online,
        } => {
            assert_eq!(account, owner.id);
            let nobody = Presence([0; 16]);
            assert_eq!(presence == nobody, !online);
            online
        }
        other => panic!("{other:?}"),
    }
}

/// What is said to somebody's attempt to take a prekey.
async fn claim(socket: &mut Socket, owner: &Person) -> Result<(), NoPrekey> {
    let id = EnvelopeId(duet_relay::random());
    let (account, presence) = (owner.id, owner.presence);
    socket
        .frame(ClientFrame::PrekeyGet {
            id,
            account,
            presence,
        })
        .await;
    match socket.next().await {
        Event::Prekey(answered, prekey) if answered == id => prekey.map(drop),
        other => panic!("{other:?}"),
    }
}

async fn writes(from: &mut Socket, to: &Person) -> AckStatus {
    let id = from.send(to, &MESSAGE).await;
    from.ack(id).await
}

async fn three(relay: &Relay) -> (Person, Person, Person) {
    (
        Person::registered(relay, "alice").await,
        Person::registered(relay, "bob").await,
        Person::registered(relay, "carol").await,
    )
}

#[tokio::test]
async fn at_first_everybody_may_and_nobody_is_listed() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    let fresh = json!({ "policy": "anyone", "known": 0, "allowed": [], "blocked": [] });
    assert_eq!(reach(&relay, &alice).await, fresh);
    assert!(may_ask(&relay, &bob, &alice).await);
    let refused = relay.http().get("/api/reach").await;
    assert_eq!(refused.error(), "unauthenticated");
}

#[tokio::test]
async fn each_policy_admits_its_own_over_http() {
    let relay = Relay::start().await;
    let (alice, bob, carol) = three(&relay).await;
    know(&relay, &alice, &[&bob]).await;
    let settings = put(&relay, &alice, "allowed", &carol).await;
    let listed = json!([{ "id": carol.id(), "username": "carol" }]);
    assert_eq!(
        (&settings["known"], &settings["allowed"]),
        (&json!(1), &listed)
    );
    let dave = Person::registered(&relay, "dave").await;
    for (policy, expected) in [
        ("anyone", [true, true, true]),
        ("known", [true, true, false]),
        ("allowed", [false, true, false]),
    ] {
        set(&relay, &alice, policy).await;
        for (person, may) in [&bob, &carol, &dave].into_iter().zip(expected) {
            assert_eq!(
                may_ask(&relay, person, &alice).await,
                may,
                "{policy} {}",
                person.name
            );
        }
        // One's own key is no secret.
        assert!(may_ask(&relay, &alice, &alice).await);
    }
    assert_eq!(
        relay
            .metric("duet_auth_events_total{kind=\"not_reachable\"} ")
            .await,
        9.0
    );
    take_off(&relay, &alice, "allowed", &carol).await;
    assert!(!may_ask(&relay, &carol, &alice).await);
}

#[tokio::test]
async fn a_block_goes_before_every_policy_until_it_is_taken_back() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    know(&relay, &alice, &[&bob]).await;
    put(&relay, &alice, "allowed", &bob).await;
    put(&relay, &alice, "blocked", &bob).await;
    for policy in ["anyone", "known", "allowed"] {
        set(&relay, &alice, policy).await;
        assert!(!may_ask(&relay, &bob, &alice).await, "{policy}");
    }
    let settings = take_off(&relay, &alice, "blocked", &bob).await;
    assert_eq!(settings["blocked"], json!([]));
    assert!(may_ask(&relay, &bob, &alice).await);
}

#[tokio::test]
async fn to_a_stranger_the_person_looks_offline_and_nothing_is_used_up() {
    let relay = Relay::start().await;
    let (alice, bob, carol) = three(&relay).await;
    know(&relay, &alice, &[&carol]).await;
    set(&relay, &alice, "known").await;
    let mut owner = alice.connect(&relay).await;
    let id = EnvelopeId(duet_relay::random());
    let prekeys = [alice.prekey()];
    owner
        .frame(ClientFrame::Prekeys {
            id,
            prekeys: &prekeys,
        })
        .await;
    assert_eq!(owner.ack(id).await, AckStatus::Written);

    let mut stranger = bob.connect(&relay).await;
    assert!(!sees(&mut stranger, &alice).await);
    assert_eq!(claim(&mut stranger, &alice).await, Err(NoPrekey::Offline));
    assert_eq!(writes(&mut stranger, &alice).await, AckStatus::Offline);
    owner.assert_quiet().await;

    // The one prekey is still there for whom it is.
    let mut friend = carol.connect(&relay).await;
    assert!(sees(&mut friend, &alice).await);
    assert_eq!(claim(&mut friend, &alice).await, Ok(()));
    assert_eq!(writes(&mut friend, &alice).await, AckStatus::Written);
}

#[tokio::test]
async fn whoever_watches_is_told_when_the_door_opens_and_closes_and_nobody_else_is() {
    let relay = Relay::start().await;
    let (alice, bob, carol) = three(&relay).await;
    let _owner = alice.connect(&relay).await;
    let (mut first, mut second) = (bob.connect(&relay).await, carol.connect(&relay).await);
    assert!(sees(&mut first, &alice).await);
    assert!(sees(&mut second, &alice).await);
    put(&relay, &alice, "blocked", &bob).await;
    assert!(!presence(&mut first, &alice).await);
    assert_eq!(writes(&mut first, &alice).await, AckStatus::Offline);
    second.assert_quiet().await;
    take_off(&relay, &alice, "blocked", &bob).await;
    assert!(presence(&mut first, &alice).await);
    set(&relay, &alice, "allowed").await;
    assert!(!presence(&mut first, &alice).await);
    assert!(!presence(&mut second, &alice).await);
    put(&relay, &alice, "allowed", &carol).await;
    assert!(presence(&mut second, &alice).await);
    first.assert_quiet().await;
}

#[tokio::test]
async fn a_stranger_does_not_see_somebody_come_and_go() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    set(&relay, &alice, "allowed").await;
    let mut stranger = bob.connect(&relay).await;
    assert!(!sees(&mut stranger, &alice).await);
    let owner = alice.connect(&relay).await;
    stranger.assert_quiet().await;
    let again = alice.connect(&relay).await;
    stranger.assert_quiet().await;
    drop((owner, again));
    // Gone for whoever may know, which is how a test can wait for it.
    let mut other = alice.connect(&relay).await;
    other.assert_quiet().await;
    stranger.assert_quiet().await;
}

#[tokio::test]
async fn whom_somebody_turns_to_can_answer_while_they_are_here_unless_they_are_blocked() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    set(&relay, &alice, "allowed").await;
    let mut owner = alice.connect(&relay).await;
    let mut stranger = bob.connect(&relay).await;
    assert!(!sees(&mut stranger, &alice).await);
    assert_eq!(writes(&mut owner, &bob).await, AckStatus::Written);
    assert!(presence(&mut stranger, &alice).await);
    assert!(matches!(stranger.next().await, Event::Deliver { .. }));
    assert!(may_ask(&relay, &bob, &alice).await);
    assert_eq!(writes(&mut stranger, &alice).await, AckStatus::Written);
    assert!(matches!(owner.next().await, Event::Deliver { .. }));
    put(&relay, &alice, "blocked", &bob).await;
    assert!(!presence(&mut stranger, &alice).await);
    assert_eq!(writes(&mut stranger, &alice).await, AckStatus::Offline);
    take_off(&relay, &alice, "blocked", &bob).await;
    assert!(presence(&mut stranger, &alice).await);
    drop(owner);
    assert!(!presence(&mut stranger, &alice).await);
    assert!(!may_ask(&relay, &bob, &alice).await);
}

#[tokio::test]
async fn lists_hold_accounts_that_there_are_and_no_more_than_a_thousand() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    // Oneself and nobody are no people to list; twice is once.
    put(&relay, &alice, "blocked", &alice).await;
    put(&relay, &alice, "blocked", &Person::new("nobody-here")).await;
    put(&relay, &alice, "blocked", &bob).await;
    let settings = put(&relay, &alice, "blocked", &bob).await;
    assert_eq!(settings["blocked"].as_array().unwrap().len(), 1);
    for path in ["/api/reach/known/", "/api/reach/others/"] {
        let path = format!("{path}{}", bob.id());
        let reply = alice.http(&relay).send("PUT", &path, b"").await;
        assert_eq!(reply.error(), "invalid_request", "{path}");
    }
    let too_many: Vec<_> = (0..257).map(|_| bob.id()).collect();
    let body = json!({ "people": too_many });
    let reply = alice.http(&relay).post("/api/reach/known", &body).await;
    assert_eq!(reply.error(), "invalid_request");
}

#[tokio::test]
async fn whoever_is_gone_stands_on_no_list() {
    let relay = Relay::start().await;
    let (alice, bob, _) = three(&relay).await;
    put(&relay, &alice, "blocked", &bob).await;
    let body = json!({ "loginSecret": duet_relay::api::Bytes(bob.secret).encode() }).to_string();
    let http = bob.http(&relay).header("Content-Type", "application/json");
    let gone = http
        .send("DELETE", "/api/auth/account", body.as_bytes())
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(reach(&relay, &alice).await["blocked"], json!([]));
}
