//! From the upgrade to WELCOME: origins, challenge, LOGIN, timeouts (R1, A9).

use duet_crypto::relay::{
    AckStatus, BeatNumber, Challenge, ClientFrame, EnvelopeId, Presence, Token, Watched,
    WelcomeStatus, login,
};
use futures_util::StreamExt as _;
use proptest::{prelude::*, strategy::ValueTree as _};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Event, Person, Relay, connect, eventually, pass, try_connect};

#[tokio::test]
async fn the_origin_is_checked_before_the_upgrade() {
    let relay = Relay::start_with(|settings| {
        settings.origins = vec!["https://chat.example".parse().unwrap()]
    })
    .await;
    let alice = Person::registered(&relay, "alice").await;
    let port = relay.address.port();
    let own = relay.origin();
    let (wrong_port, bearer) = (
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("Bearer {}", alice.token),
    );
    let (sub_domain, suffix) = (
        format!("http://a.127.0.0.1:{port}"),
        format!("{own}.evil.example"),
    );
    let (https, path) = (format!("https://127.0.0.1:{port}"), format!("{own}/"));
    for refused in [
        "null",
        "http://127.0.0.1",
        &wrong_port,
        &https,
        &sub_domain,
        &suffix,
        &path,
        "https://evil.example",
        "chat.example",
        "",
    ] {
        assert_eq!(
            try_connect(&relay, &[("Origin", refused)]).await.err(),
            Some(403),
            "{refused:?}"
        );
    }
    assert_eq!(try_connect(&relay, &[]).await.err(), Some(403), "no origin");
    assert_eq!(
        try_connect(&relay, &[("Origin", &own), ("Origin", &own)])
            .await
            .err(),
        Some(403),
        "two origins"
    );
    assert_eq!(
        try_connect(&relay, &[("Authorization", "Bearer x")])
            .await
            .err(),
        Some(401)
    );
    for accepted in [
        ("Origin", own.as_str()),
        ("Origin", "https://chat.example"),
        ("Authorization", &bearer),
    ] {
        try_connect(&relay, &[accepted])
            .await
            .unwrap()
            .log_in(&alice)
            .await;
    }
}

#[tokio::test]
async fn a_bearer_token_and_the_login_must_be_of_one_person() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let bearer = format!("Bearer {}", alice.token);
    let mut socket = try_connect(&relay, &[("Authorization", &bearer)])
        .await
        .unwrap();
    let frame = socket.login_frame(&bob).await;
    socket.raw(frame).await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Refused));
    assert_eq!(socket.closed().await, Some(4401));
}

#[tokio::test]
async fn every_connection_has_a_challenge_of_its_own_and_a_login_is_good_for_one() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let mut first = connect(&relay).await;
    let recorded = first.login_frame(&alice).await;
    first.raw(recorded.clone()).await;
    assert_eq!(first.next().await, Event::Welcome(WelcomeStatus::Ok));
    let mut replay = connect(&relay).await;
    let Event::Challenge(_) = replay.next().await else {
        panic!()
    };
    replay.raw(recorded).await;
    assert_eq!(replay.next().await, Event::Welcome(WelcomeStatus::Refused));
    assert_eq!(replay.closed().await, Some(4401));
    first.assert_quiet().await;
}

#[tokio::test]
async fn token_account_key_and_signature_must_belong_together() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let impostor = Person::new("alice");
    let keyless = {
        let mut keyless = Person::new("keyless");
        let reply = relay
            .http()
            .post("/api/auth/register", &keyless.credentials())
            .await;
        keyless.take(reply);
        keyless
    };
    let sign = async |challenge: &Challenge, who: &Person, token: &str| {
        login(&who.identity, challenge, &who.presence, token)
            .await
            .unwrap()
    };
    for case in 0..9 {
        let mut socket = connect(&relay).await;
        let Event::Challenge(challenge) = socket.next().await else {
            panic!()
        };
        let good = sign(&challenge, &alice, &alice.token).await;
        let frame = match case {
            // A stolen token alone opens no socket...
            0 => sign(&challenge, &impostor, &alice.token).await,
            1 => sign(&challenge, &bob, &alice.token).await,
            // ...and neither does a stolen key.
            2 => sign(&challenge, &alice, &bob.token).await,
            3 => sign(&challenge, &alice, "no.such.token").await,
            4 => sign(&challenge, &keyless, &keyless.token).await,
            5 => sign(&Challenge([0; 32]), &alice, &alice.token).await,
            // One bit of presence, digest or signature.
            6 => flip(good, 70),
            7 => flip(good, 90),
            _ => flip(good, 150),
        };
        socket.raw(frame).await;
        assert_eq!(
            socket.next().await,
            Event::Welcome(WelcomeStatus::Refused),
            "case {case}"
        );
        assert_eq!(socket.closed().await, Some(4401), "case {case}");
    }
    alice.connect(&relay).await;
}

fn flip(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    frame[at] ^= 1;
    frame
}

#[tokio::test]
async fn anything_else_before_the_login_closes() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let id = EnvelopeId([1; 16]);
    let good = connect(&relay).await.login_frame(&alice).await;
    let frames = [
        ClientFrame::Watch {
            id,
            accounts: Watched::new(&[alice.id.0]).unwrap(),
        }
        .encode(),
        ClientFrame::Beat {
            number: BeatNumber::default(),
            talking: true,
        }
        .encode(),
        ClientFrame::Send {
            id,
            to: alice.id,
            presence: alice.presence,
            payload: &[1, 0x11],
        }
        .encode(),
        ClientFrame::Token(Token::new(alice.token.as_bytes()).unwrap()).encode(),
        vec![],
        vec![1],
        vec![1, 0x41],
        good[..179].to_vec(),
        flip(good.clone(), 0),
        flip(good.clone(), 1),
        [&good[..], b"\n"].concat(),
    ];
    for frame in frames {
        let mut socket = connect(&relay).await;
        let Event::Challenge(_) = socket.next().await else {
            panic!()
        };
        socket.raw(frame.clone()).await;
        assert_eq!(
            socket.closed().await,
            Some(4400),
            "{:?}",
            &frame[..frame.len().min(8)]
        );
    }
    for large in [[&good[..], &[b'a'; 4096]].concat(), vec![0; 70_000]] {
        let mut socket = connect(&relay).await;
        socket.raw(large).await;
        // The relay reads no further than the head; its close frame may be lost to the reset.
        assert!(matches!(socket.closed().await, Some(4413) | None));
    }
    let mut socket = connect(&relay).await;
    socket.message(Message::Text("hello".into())).await;
    assert_eq!(socket.closed().await, Some(4400));
}

#[tokio::test]
async fn who_says_nothing_is_closed_in_time() {
    const ALLOWED: Duration = Duration::from_secs(10);
    let relay = Relay::start_with(|settings| settings.limits.login_timeout = ALLOWED).await;
    let mut socket = connect(&relay).await;
    let Event::Challenge(_) = socket.next().await else {
        panic!()
    };
    // A ping is a sign of life, but no login.
    socket.message(Message::Ping(vec![].into())).await;
    pass(ALLOWED);
    assert_eq!(socket.closed().await, Some(4408));
}

#[tokio::test]
async fn a_login_is_answered_once_only() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = connect(&relay).await;
    let frame = socket.login_frame(&alice).await;
    socket.raw(frame.clone()).await;
    assert_eq!(socket.next().await, Event::Welcome(WelcomeStatus::Ok));
    socket.raw(frame).await;
    assert_eq!(socket.closed().await, Some(4400));
}

#[tokio::test]
async fn malformed_frames_close_their_sender_and_nobody_else() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let mut bob_socket = bob.connect(&relay).await;
    let watch = ClientFrame::Watch {
        id: EnvelopeId([1; 16]),
        accounts: Watched::new(&[[2; 32]]).unwrap(),
    }
    .encode();
    let beat = [1, 0x4d, 0, 0, 0, 7];
    let mut frames = vec![
        vec![],
        vec![1],
        vec![1, 0x43],
        [&watch[..], &[0]].concat(),
        watch[..50].to_vec(),
        // More than it says, more than there may be, and as it was before it was a set.
        flip(watch.clone(), 18),
        [&[1, 0x49][..], &[1; 16], &[65], &[2; 65 * 32]].concat(),
        [&watch[..18], &[2; 32]].concat(),
        [&beat[..], &[0]].concat(),
        beat[..5].to_vec(),
        flip(watch.clone(), 0),
    ];
    // Every type that a client may not send, server frames included, and a SEND that ends before its payload.
    frames.extend(
        (0..=255u8)
            .filter(|kind| !matches!(kind, 0x43 | 0x46 | 0x47 | 0x49 | 0x4b | 0x4d))
            .map(|kind| vec![1, kind]),
    );
    frames.push(
        ClientFrame::Send {
            id: EnvelopeId([1; 16]),
            to: bob.id,
            presence: bob.presence,
            payload: &[],
        }
        .encode()[..65]
            .to_vec(),
    );
    frames.push(vec![1, 0x46, 0, 0]);
    frames.push(vec![1, 0x47, 0, 0]);
    frames.push(vec![1, 0x4b]);
    for frame in frames {
        let mut socket = alice.connect(&relay).await;
        socket.raw(frame.clone()).await;
        assert_eq!(socket.closed().await, Some(4400), "{frame:?}");
    }
    let mut socket = alice.connect(&relay).await;
    socket
        .message(Message::Text("{\"type\":\"send\"}".into()))
        .await;
    assert_eq!(socket.closed().await, Some(4400));
    bob_socket.assert_quiet().await;
}

#[tokio::test]
async fn random_frames_never_bring_anything_down() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let mut bob_socket = bob.connect(&relay).await;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let header = prop_oneof![
        Just(vec![]),
        (0x40..0x50u8).prop_map(|kind| vec![1, kind]),
        Just([&[1, 0x43][..], &[7; 16], &bob.id.0, &bob.presence.0].concat()),
    ];
    let strategy = (
        header,
        proptest::collection::vec(any::<u8>(), 0..400),
        any::<bool>(),
    );
    for _ in 0..200 {
        let (mut frame, rest, logged_in) = strategy.new_tree(&mut runner).unwrap().current();
        frame.extend(rest);
        let mut socket = if logged_in {
            alice.connect(&relay).await
        } else {
            connect(&relay).await
        };
        socket.raw(frame).await;
        socket.message(Message::Close(None)).await;
        socket.closed().await;
    }
    // Random payloads in good envelopes may have been delivered; nothing else, and everything still works.
    let id = alice.connect(&relay).await.send(&bob, &[1, 0x11, 42]).await;
    loop {
        match bob_socket.next().await {
            Event::Deliver { id: delivered, .. } if delivered == id => break,
            Event::Deliver { from, .. } => assert_eq!(from, alice.id),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        relay
            .metric("duet_ws_closed_total{kind=\"internal error\"}")
            .await,
        0.0
    );
}

#[tokio::test]
async fn a_connection_without_messages_is_closed_in_the_end() {
    const HOUR: Duration = Duration::from_secs(3600);
    let relay = Relay::start_with(|settings| settings.limits.idle_timeout = HOUR).await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut idle, mut from) = (alice.connect(&relay).await, bob.connect(&relay).await);
    let to = Person::registered(&relay, "carol").await;
    let mut to_socket = to.connect(&relay).await;
    for socket in [&mut idle, &mut from, &mut to_socket] {
        socket.assert_quiet().await;
    }
    pass(HOUR / 2);
    // Requests and tokens are no messages, a payload is one for both of its ends.
    idle.assert_quiet().await;
    let id = from.send(&to, &[1, 0x11]).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    to_socket.payloads(1).await;
    pass(HOUR / 2);
    assert_eq!(idle.closed().await, Some(4410));
    from.assert_quiet().await;
    to_socket.assert_quiet().await;
    pass(HOUR / 2);
    assert_eq!(from.closed().await, Some(4410));
    assert_eq!(to_socket.closed().await, Some(4410));
}

#[tokio::test]
async fn the_number_of_connections_is_bounded() {
    let relay = Relay::start_with(|settings| settings.limits.max_connections = 2).await;
    let (first, second) = (connect(&relay).await, connect(&relay).await);
    let origin = relay.origin();
    assert_eq!(
        try_connect(&relay, &[("Origin", &origin)]).await.err(),
        Some(503)
    );
    drop(first);
    eventually("a place is free again", async || {
        try_connect(&relay, &[("Origin", &origin)]).await.is_ok()
    })
    .await;
    drop(second);
}

#[tokio::test]
async fn a_shutdown_is_announced_and_orderly() {
    const MOMENT: Duration = Duration::from_secs(2);
    let mut relay = Relay::start_with(|settings| settings.limits.drain = MOMENT).await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    let mut waiting = connect(&relay).await;
    socket.assert_quiet().await;
    relay.ask_to_stop();
    // Who has not logged in yet has nothing to bring to an end.
    let Event::Challenge(_) = waiting.next().await else {
        panic!()
    };
    assert_eq!(waiting.closed().await, Some(1012));
    assert_eq!(
        socket.next().await,
        Event::Notice(duet_crypto::relay::Notice::Draining, 0)
    );
    pass(MOMENT);
    assert_eq!(socket.closed().await, Some(1012));
    drop((socket, waiting));
    let directory = relay.stopped().await;
    // The write-ahead log is folded into the database: one file to copy.
    let left: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

/// Presence ids are the client's; two runs of one account differ in nothing else.
#[tokio::test]
async fn a_reconnect_of_the_same_run_takes_over_too() {
    let relay = Relay::start().await;
    let mut alice = Person::registered(&relay, "alice").await;
    let mut first = alice.connect(&relay).await;
    let mut second = alice.connect(&relay).await;
    assert_eq!(first.closed().await, Some(4409));
    alice.presence = Presence(duet_relay::random());
    let mut third = alice.connect(&relay).await;
    assert_eq!(second.closed().await, Some(4409));
    third.assert_quiet().await;
    eventually("only the last one is counted", async || {
        relay.metric("duet_ws_connections ").await == 1.0
    })
    .await;
}

#[tokio::test]
async fn of_many_logins_at_once_exactly_one_connection_stays() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let logins = (0..12).map(|_| async {
        let mut socket = connect(&relay).await;
        let frame = socket.login_frame(&alice).await;
        socket.raw(frame).await;
        socket
    });
    let sockets = futures_util::future::join_all(logins).await;
    let mut closings: futures_util::stream::FuturesUnordered<_> = sockets
        .into_iter()
        .map(|mut socket| async move { socket.closed().await })
        .collect();
    for _ in 0..11 {
        assert_eq!(closings.next().await, Some(Some(4409)));
    }
    eventually("only one is counted", async || {
        relay.metric("duet_ws_connections ").await == 1.0
    })
    .await;
    drop(closings);
    eventually("the last one leaves too", async || {
        relay.metric("duet_ws_connections ").await == 0.0
    })
    .await;
}
