//! What takes longer than a gate may: random clients, by the thousand. `make test-long PARTS=relay` runs it; `DUET_FUZZ` is how
//! many inputs there are.

use duet_crypto::relay::AckStatus;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use crate::support::{
    Person, Relay, Socket,
    raw::{Raw, frame, frame_of},
};

fn inputs() -> usize {
    std::env::var("DUET_FUZZ").map_or(2_000, |inputs| inputs.parse().expect("a number"))
}

/// Frames that are almost right: of any opcode, with any length written in them, with anything inside.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (
            0x40..0x50_u8,
            proptest::collection::vec(any::<u8>(), 0..300)
        )
            .prop_map(|(kind, rest)| [&[1, kind][..], &rest].concat()),
        (1..3_000_usize).prop_map(|length| vec![1; length]),
    ];
    let first = prop_oneof![
        8 => Just(0x82_u8),
        2 => Just(0x02),
        2 => Just(0x00),
        2 => Just(0x80),
        1 => Just(0x89),
        1 => any::<u8>(),
    ];
    let whole = (first, payload).prop_map(|(first, payload)| frame(first, &payload));
    let lying = (
        any::<u8>(),
        proptest::collection::vec(any::<u8>(), 1..9),
        proptest::collection::vec(any::<u8>(), 0..100),
    )
        .prop_map(|(first, length, payload)| frame_of(first, &length, &payload));
    let noise = proptest::collection::vec(any::<u8>(), 0..100);
    let one = prop_oneof![6 => whole, 1 => lying, 1 => noise];
    proptest::collection::vec(one, 1..20).prop_map(|frames| frames.concat())
}

async fn talk(from: &mut Socket, to: &mut Socket, bob: &Person) {
    let id = from.send(bob, &[1, 0x11, 7]).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    assert_eq!(to.payloads(1).await, [[1, 0x11, 7]]);
}

#[tokio::test]
#[ignore = "takes minutes: make test-long PARTS=relay"]
async fn random_clients_bring_nothing_down() {
    let relay = Relay::start().await;
    let (alice, bob, mallory) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
        Person::registered(&relay, "mallory").await,
    );
    let (mut from, mut to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    let mut runner = TestRunner::deterministic();
    let strategy = (frames(), any::<bool>());
    for number in 0..inputs() {
        let (bytes, logged_in) = strategy.new_tree(&mut runner).unwrap().current();
        let mut raw = if logged_in {
            Raw::log_in(&relay, &mallory, None).await
        } else {
            Raw::connect(&relay).await.0
        };
        raw.send(&bytes).await;
        if number % 100 == 0 {
            talk(&mut from, &mut to, &bob).await;
        }
    }
    talk(&mut from, &mut to, &bob).await;
    assert_eq!(
        relay
            .metric("duet_ws_closed_total{kind=\"internal error\"}")
            .await,
        0.0
    );
}

#[tokio::test]
#[ignore = "takes minutes: make test-long PARTS=relay"]
async fn random_bodies_are_refused_not_failed() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let word = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-1e999".to_owned()),
        Just("[]".to_owned()),
        Just("\"\\ud800\"".to_owned()),
        "\"[a-zA-Z0-9_-]{0,90}\"",
        "[0-9]{1,30}",
    ];
    let name = prop_oneof![
        Just("username"),
        Just("loginSecret"),
        Just("newLoginSecret"),
        Just("identityKey"),
        Just("signature"),
        Just("lost"),
        Just("other"),
    ];
    let field = (name, word).prop_map(|(name, word)| format!("\"{name}\":{word}"));
    let object = proptest::collection::vec(field, 0..5)
        .prop_map(|fields| format!("{{{}}}", fields.join(",")).into_bytes());
    let body = prop_oneof![4 => object, 1 => proptest::collection::vec(any::<u8>(), 0..200)];
    let address = prop_oneof![
        Just(("POST", "/api/auth/register")),
        Just(("POST", "/api/auth/login")),
        Just(("POST", "/api/auth/refresh")),
        Just(("PUT", "/api/auth/password")),
        Just(("DELETE", "/api/auth/account")),
        Just(("PUT", "/api/identity/key")),
        Just(("DELETE", "/api/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA")),
    ];
    let mut runner = TestRunner::deterministic();
    let strategy = (address, body);
    for _ in 0..inputs() {
        let ((method, path), body) = strategy.new_tree(&mut runner).unwrap().current();
        let reply = alice.http(&relay).send(method, path, &body).await;
        assert!(reply.status < 500, "{method} {path}: {}", reply.status);
    }
}
