//! From one person to one other: routing, presence, acknowledgements, order, duplicates, limits (R2-R4).

use duet_crypto::{
    identity::AccountId,
    limits,
    relay::{AckStatus, HEADER_LENGTH, Presence},
};
use std::time::Duration;

use crate::support::{Event, Person, Relay, Socket};

const OFFER: u8 = 0x01;
const INIT: u8 = 0x02;
const OVER: u8 = 0x07;
const EARLY: u8 = 0x10;
const MSG: u8 = 0x11;
const CHUNK: u8 = 0x12;

async fn pair(relay: &Relay) -> (Person, Person, Socket, Socket) {
    let (alice, bob) = (
        Person::registered(relay, "alice").await,
        Person::registered(relay, "bob").await,
    );
    let (alice_socket, bob_socket) = (alice.connect(relay).await, bob.connect(relay).await);
    (alice, bob, alice_socket, bob_socket)
}

#[tokio::test]
async fn a_payload_arrives_unchanged_with_the_senders_true_name() {
    let relay = Relay::start().await;
    let (alice, bob, mut from, mut to) = pair(&relay).await;
    let payload = [&[1, MSG][..], &duet_relay::random::<300>()].concat();
    let id = from.send(&bob, &payload).await;
    assert_eq!(
        to.next().await,
        Event::Deliver {
            id,
            from: alice.id,
            presence: alice.presence,
            payload
        }
    );
    assert_eq!(from.next().await, Event::Ack(id, AckStatus::Written));
}

#[tokio::test]
async fn order_is_kept_in_each_lane() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let (mut messages, mut chunks) = (Vec::new(), Vec::new());
    for number in 0..300u32 {
        let kind = [MSG, CHUNK, OFFER, INIT, EARLY][number as usize % 5];
        let size = if kind == CHUNK { 60_000 } else { 50 };
        let payload = [&[1, kind][..], &number.to_be_bytes(), &vec![7; size]].concat();
        from.send(&bob, &payload).await;
        if kind == CHUNK {
            chunks.push(payload);
        } else {
            messages.push(payload);
        }
    }
    let (there_chunks, there_messages): (Vec<_>, Vec<_>) = to
        .payloads(300)
        .await
        .into_iter()
        .partition(|payload| payload[1] == CHUNK);
    assert!(there_messages == messages);
    assert!(there_chunks == chunks);
}

#[tokio::test]
async fn only_the_named_run_of_the_named_account_gets_it() {
    let relay = Relay::start().await;
    let (_, mut bob, mut from, mut to) = pair(&relay).await;
    let nobody = Person::new("nobody");
    let id = from.send(&nobody, &[1, MSG]).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    let real = std::mem::replace(&mut bob.presence, Presence([9; 16]));
    let id = from.send(&bob, &[1, MSG]).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    to.assert_quiet().await;
    bob.presence = real;
    drop(to);
    // Gone is gone: nothing is kept for later.
    loop {
        let id = from.send(&bob, &[1, MSG]).await;
        if from.ack(id).await == AckStatus::Offline {
            break;
        }
    }
    bob.connect(&relay).await.assert_quiet().await;
}

#[tokio::test]
async fn oneself_is_no_recipient() {
    let relay = Relay::start().await;
    let (alice, _, mut from, _to) = pair(&relay).await;
    let id = from.send(&alice, &[1, MSG]).await;
    assert_eq!(from.next().await, Event::Ack(id, AckStatus::NotAllowed));
    from.assert_quiet().await;
}

#[tokio::test]
async fn payloads_are_held_to_their_size_class() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let payload = |kind, length| [&[1, kind][..], &vec![0; length - 2]].concat();
    let classes = [
        (OFFER, limits::PAYLOAD_HANDSHAKE_MAX),
        (INIT, limits::PAYLOAD_HANDSHAKE_MAX),
        (OVER, limits::PAYLOAD_HANDSHAKE_MAX),
        (EARLY, limits::PAYLOAD_MESSAGE_MAX),
        (MSG, limits::PAYLOAD_MESSAGE_MAX),
        (CHUNK, limits::PAYLOAD_CHUNK_MAX),
    ];
    for (kind, max) in classes {
        let id = from.send(&bob, &payload(kind, max)).await;
        assert_eq!(to.payloads(1).await[0].len(), max);
        assert_eq!(from.ack(id).await, AckStatus::Written);
        let id = from.send(&bob, &payload(kind, max + 1)).await;
        assert_eq!(from.ack(id).await, AckStatus::TooLarge);
    }
    for malformed in [
        &[][..],
        &[1],
        &[0, MSG],
        &[2, MSG],
        &[1, 0x00],
        &[1, 0x40],
        &[1, 0xff],
        // A PREKEY goes through the relay's stock only.
        &[1, 0x06],
    ] {
        let id = from.send(&bob, malformed).await;
        assert_eq!(from.ack(id).await, AckStatus::Malformed, "{malformed:?}");
    }
    to.assert_quiet().await;
}

#[tokio::test]
async fn a_message_beyond_every_limit_closes_its_sender_only() {
    let relay = Relay::start().await;
    let (_, _, mut from, mut to) = pair(&relay).await;
    from.raw(vec![1; 3 * (HEADER_LENGTH + limits::PAYLOAD_CHUNK_MAX)])
        .await;
    // The relay stops reading; its close frame may be lost to the reset.
    assert!(matches!(from.closed().await, Some(4413) | None));
    crate::support::eventually("counted", async || {
        relay
            .metric("duet_ws_closed_total{kind=\"too large\"}")
            .await
            == 1.0
    })
    .await;
    to.assert_quiet().await;
}

#[tokio::test]
async fn a_frame_that_is_sent_again_arrives_once_and_is_acknowledged_again() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let id = from.send(&bob, &[1, MSG, 7]).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    for _ in 0..3 {
        from.send_as(id, &bob, &[1, MSG, 7]).await;
        assert_eq!(from.ack(id).await, AckStatus::Written);
    }
    assert_eq!(to.payloads(1).await, [[1, MSG, 7]]);
    to.assert_quiet().await;
    let repeats = "duet_ws_repeats_total{kind=\"written\"} ";
    assert_eq!(relay.metric(repeats).await, 3.0);
    // Ids of different connections have nothing to do with one another.
    let mut other = Person::registered(&relay, "carol")
        .await
        .connect(&relay)
        .await;
    other.send_as(id, &bob, &[1, MSG, 8]).await;
    assert_eq!(to.payloads(1).await, [[1, MSG, 8]]);
}

#[tokio::test]
async fn a_frame_that_failed_can_be_sent_again() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let mut from = alice.connect(&relay).await;
    let id = from.send(&bob, &[1, MSG, 7]).await;
    assert_eq!(from.ack(id).await, AckStatus::Offline);
    let mut to = bob.connect(&relay).await;
    from.send_as(id, &bob, &[1, MSG, 7]).await;
    assert_eq!(from.ack(id).await, AckStatus::Written);
    assert_eq!(to.payloads(1).await, [[1, MSG, 7]]);
}

#[tokio::test]
async fn presence_is_told_to_those_who_watch_and_nobody_else() {
    let relay = Relay::start().await;
    let (alice, mut bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let carol = Person::registered(&relay, "carol").await;
    let (mut watcher, mut bystander) = (alice.connect(&relay).await, carol.connect(&relay).await);
    let nowhere = Presence([0; 16]);
    let offline = |of: &Person| Event::Presence {
        account: of.id,
        presence: nowhere,
        online: false,
    };
    let online = |of: &Person| Event::Presence {
        account: of.id,
        presence: of.presence,
        online: true,
    };

    watcher.watch(&[bob.id]).await;
    assert_eq!(watcher.next().await, offline(&bob));
    let first = bob.connect(&relay).await;
    assert_eq!(watcher.next().await, online(&bob));
    // A new run takes over: one message, never "offline" in between.
    bob.presence = Presence(duet_relay::random());
    let second = bob.connect(&relay).await;
    assert_eq!(watcher.next().await, online(&bob));
    drop(first);
    drop(second);
    assert_eq!(watcher.next().await, offline(&bob));

    // Watching another one ends the first watch.
    watcher.watch(&[carol.id]).await;
    assert_eq!(watcher.next().await, online(&carol));
    let mut third = bob.connect(&relay).await;
    third.assert_quiet().await;
    watcher.assert_quiet().await;
    // Being watched tells nothing to the one who is.
    bystander.assert_quiet().await;
    // Accounts that do not exist look like people who are away.
    let nobody = Person::new("nobody");
    watcher.watch(&[nobody.id]).await;
    assert_eq!(watcher.next().await, offline(&nobody));
}

#[tokio::test]
async fn a_watch_replaces_the_whole_set() {
    let relay = Relay::start().await;
    let alice = Person::registered(&relay, "alice").await;
    let mut people = Vec::new();
    for name in ["bob", "carol", "dave"] {
        people.push(Person::registered(&relay, name).await);
    }
    let [bob, carol, dave] = &people[..] else {
        panic!()
    };
    let mut watcher = alice.connect(&relay).await;
    let told = |event| match event {
        Event::Presence {
            account, online, ..
        } => (account, online),
        other => panic!("{other:?}"),
    };
    // Told of each once, whoever stands there twice; in whatever order.
    watcher.watch(&[bob.id, carol.id, bob.id]).await;
    let mut first = [told(watcher.next().await), told(watcher.next().await)];
    first.sort();
    let mut wanted = [(bob.id, false), (carol.id, false)];
    wanted.sort();
    assert_eq!(first, wanted);
    watcher.assert_quiet().await;
    // Who stays in the set is told again only when something changes.
    watcher.watch(&[carol.id, dave.id]).await;
    assert_eq!(told(watcher.next().await), (dave.id, false));
    let mut others = Vec::new();
    for person in [bob, carol, dave] {
        others.push(person.connect(&relay).await);
    }
    assert_eq!(told(watcher.next().await), (carol.id, true));
    assert_eq!(told(watcher.next().await), (dave.id, true));
    watcher.assert_quiet().await;
    // Nobody.
    watcher.watch(&[]).await;
    watcher.assert_quiet().await;
    drop(others);
    crate::support::eventually("the others have left", async || {
        relay.metric("duet_ws_connections ").await == 1.0
    })
    .await;
    watcher.assert_quiet().await;
    // As many as there may be; all of them are asked for anew.
    let crowd: Vec<AccountId> = (0..64).map(|number| AccountId([number; 32])).collect();
    for _ in 0..2 {
        watcher.watch(&crowd).await;
        for _ in &crowd {
            assert!(!told(watcher.next().await).1);
        }
        watcher.assert_quiet().await;
        watcher.watch(&[]).await;
    }
}

#[tokio::test]
async fn a_recipient_that_does_not_read_yet_loses_no_text() {
    const TEXTS: usize = 1_300;
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    // As long as a text with its turn's ratchet keys. Nothing is read before all are sent.
    let text = |number: usize| {
        let mut payload = vec![0; 2_606];
        payload[..2].copy_from_slice(&[1, MSG]);
        payload[2..4].copy_from_slice(&u16::try_from(number).unwrap().to_be_bytes());
        payload
    };
    let mut sent = Vec::new();
    for number in 0..TEXTS {
        sent.push(from.send(&bob, &text(number)).await);
    }
    for (number, payload) in to.payloads(TEXTS).await.into_iter().enumerate() {
        assert_eq!(payload, text(number));
    }
    for id in sent {
        assert_eq!(from.ack(id).await, AckStatus::Written);
    }
}

#[tokio::test]
async fn offline_does_not_overtake_the_last_words() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let alice_id = {
        let id = from.send(&bob, &[1, MSG, 0]).await;
        from.ack(id).await;
        let Event::Deliver { from, .. } = to.next().await else {
            panic!()
        };
        from
    };
    to.watch(&[alice_id]).await;
    assert!(matches!(
        to.next().await,
        Event::Presence { online: true, .. }
    ));
    for number in 1..=20 {
        from.send(&bob, &[&[1, MSG, number][..], &vec![0; 30_000]].concat())
            .await;
    }
    from.message(tokio_tungstenite::tungstenite::Message::Close(None))
        .await;
    for number in 1..=20 {
        let Event::Deliver { payload, .. } = to.next().await else {
            panic!("offline came before message {number}")
        };
        assert_eq!(payload[2], number);
    }
    assert!(matches!(
        to.next().await,
        Event::Presence { online: false, .. }
    ));
}

#[tokio::test]
async fn a_late_goodbye_of_the_old_connection_does_not_remove_the_new_one() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let mut watcher = bob.connect(&relay).await;
    let mut old = alice.connect(&relay).await;
    let mut new = alice.connect(&relay).await;
    assert_eq!(old.closed().await, Some(4409));
    drop(old);
    crate::support::eventually("the old connection has ended", async || {
        relay.metric("duet_ws_connections ").await == 2.0
    })
    .await;
    let id = watcher.send(&alice, &[1, MSG]).await;
    assert_eq!(watcher.ack(id).await, AckStatus::Written);
    assert_eq!(new.payloads(1).await, [[1, MSG]]);
}

#[tokio::test]
async fn messages_have_a_rate_with_a_burst_and_file_frames_have_not() {
    let relay = Relay::start_with(|settings| {
        settings.limits.rate_messages = 10;
        settings.limits.burst_messages = 20;
    })
    .await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let send = async |from: &mut Socket, kind| {
        let id = from.send(&bob, &[1, kind]).await;
        from.ack(id).await
    };
    for _ in 0..20 {
        assert_eq!(send(&mut from, MSG).await, AckStatus::Written);
    }
    for _ in 0..10 {
        assert_eq!(send(&mut from, MSG).await, AckStatus::RateLimit);
    }
    // Files have a limit of their own, and a refused message may be sent again.
    for _ in 0..30 {
        assert_eq!(send(&mut from, CHUNK).await, AckStatus::Written);
    }
    relay.clock.advance(Duration::from_millis(500));
    for _ in 0..5 {
        assert_eq!(send(&mut from, MSG).await, AckStatus::Written);
    }
    assert_eq!(send(&mut from, MSG).await, AckStatus::RateLimit);
    // Who goes on regardless is closed; the other one is not.
    for _ in 0..50 {
        from.send(&bob, &[1, MSG]).await;
    }
    assert_eq!(from.closed().await, Some(4429));
    assert_eq!(to.payloads(55).await.len(), 55);
    to.assert_quiet().await;
}
