//! File frames: forwarded as they are, at the recipient's pace, in bounded memory (R4, R5).

use duet_crypto::relay::AckStatus;
use std::time::Duration;

use crate::support::{Event, PATIENCE, Person, Relay, Socket};

const MSG: u8 = 0x11;
const CHUNK: u8 = 0x12;
const CHUNK_SIZE: usize = 1_000_000;
/// More chunks than all buffers between two clients hold, whatever the system's settings.
const ENDLESS: usize = 250;

fn chunk(number: u8) -> Vec<u8> {
    [&[1, CHUNK, number][..], &vec![number; CHUNK_SIZE - 3]].concat()
}

async fn pair(relay: &Relay) -> (Person, Person, Socket, Socket) {
    let (alice, bob) = (
        Person::registered(relay, "alice").await,
        Person::registered(relay, "bob").await,
    );
    let (alice_socket, bob_socket) = (alice.connect(relay).await, bob.connect(relay).await);
    (alice, bob, alice_socket, bob_socket)
}

#[tokio::test]
async fn fifty_megabytes_arrive_whole_and_in_order() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let sending = async {
        for number in 0..50 {
            from.send(&bob, &chunk(number)).await;
        }
        from
    };
    let receiving = async {
        for number in 0..50 {
            let Event::Deliver { payload, .. } = to.next().await else {
                panic!("chunk {number}")
            };
            assert!(payload == chunk(number), "chunk {number}");
        }
    };
    tokio::join!(sending, receiving);
}

#[tokio::test]
async fn a_recipient_that_does_not_read_slows_the_sender_down_and_then_lets_go() {
    let relay = Relay::start_with(|settings| {
        settings.limits.queue_timeout = Duration::from_millis(100);
    })
    .await;
    let (alice, bob, mut from, mut to) = pair(&relay).await;
    // More than all buffers on the way can hold: the sender is told to try again, frame by frame.
    let mut ids = Vec::new();
    let (refused, status) = 'refused: loop {
        ids.push(from.send(&bob, &chunk(ids.len() as u8)).await);
        assert!(ids.len() < ENDLESS, "nothing was ever refused");
        while let Some(event) = from.ready() {
            match event {
                Event::Ack(_, AckStatus::Written) => {}
                Event::Ack(id, status) => break 'refused (id, status),
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(status, AckStatus::Unreachable);
    // Another person reaches the sender all the while, and the sender reaches others.
    let carol = Person::registered(&relay, "carol").await;
    let mut carol_socket = carol.connect(&relay).await;
    carol_socket.send(&alice, &[1, MSG]).await;
    while !matches!(from.next().await, Event::Deliver { from, .. } if from == carol.id) {}
    from.send(&carol, &[1, MSG, 1]).await;
    assert_eq!(carol_socket.payloads(1).await, [[1, MSG, 1]]);
    // When the recipient reads again, what was taken arrives in order, and nothing else is missing.
    let position = ids.iter().position(|id| *id == refused).unwrap();
    for expected in &ids[..position] {
        let Event::Deliver { id, .. } = to.next().await else {
            panic!()
        };
        assert_eq!(id, *expected);
    }
}

#[tokio::test]
async fn a_client_that_never_reads_is_closed_and_its_partner_told() {
    let relay = Relay::start_with(|settings| {
        settings.limits.write_timeout = Duration::from_millis(300);
    })
    .await;
    let (_, bob, mut from, to) = pair(&relay).await;
    from.watch(&[bob.id]).await;
    let Event::Presence { online: true, .. } = from.next().await else {
        panic!()
    };
    let (mut sent, mut told) = (0, false);
    let status = 'refused: loop {
        from.send(&bob, &chunk(1)).await;
        sent += 1;
        assert!(sent < ENDLESS, "nothing was ever refused");
        while let Some(event) = from.ready() {
            match event {
                Event::Ack(_, AckStatus::Written) => {}
                Event::Presence { online: false, .. } => told = true,
                Event::Ack(_, status) => break 'refused status,
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(status, AckStatus::Offline);
    while !told {
        told = matches!(from.next().await, Event::Presence { online: false, .. });
    }
    crate::support::eventually("counted", async || {
        relay
            .metric("duet_ws_closed_total{kind=\"too slow\"}")
            .await
            == 1.0
    })
    .await;
    drop(to);
}

#[tokio::test]
async fn two_who_send_to_each_other_at_full_speed_do_not_block_one_another() {
    const CHUNKS: u8 = 20;
    let relay = Relay::start().await;
    let (alice, bob, mut a, mut b) = pair(&relay).await;
    // Both outboxes fill up, and both readers wait for room.
    let run = async |mine: &mut Socket, peer: &Person| {
        let (mut delivered, mut written) = (0, 0);
        mine.exchange(peer, (0..CHUNKS).map(chunk), |event| {
            match event {
                Event::Deliver { .. } => delivered += 1,
                Event::Ack(_, AckStatus::Written) => written += 1,
                other => panic!("{other:?}"),
            }
            (delivered, written) == (CHUNKS, CHUNKS)
        })
        .await;
    };
    tokio::time::timeout(PATIENCE, async {
        tokio::join!(run(&mut a, &bob), run(&mut b, &alice))
    })
    .await
    .expect("no deadlock");
}

#[tokio::test]
async fn messages_get_through_beside_a_transfer() {
    let relay = Relay::start().await;
    let (_, bob, mut from, mut to) = pair(&relay).await;
    let sending = async {
        for number in 0..30 {
            from.send(&bob, &chunk(number)).await;
            from.send(&bob, &[1, MSG, number]).await;
        }
        let mut written = 0;
        while written < 60 {
            match from.next().await {
                Event::Ack(_, AckStatus::Written) => written += 1,
                other => panic!("{other:?}"),
            }
        }
    };
    let receiving = async {
        let payloads = to.payloads(60).await;
        let messages: Vec<u8> = payloads
            .iter()
            .filter(|payload| payload[1] == MSG)
            .map(|payload| payload[2])
            .collect();
        assert_eq!(messages, (0..30).collect::<Vec<u8>>());
    };
    tokio::join!(sending, receiving);
}

#[tokio::test]
async fn what_was_on_its_way_to_somebody_who_leaves_is_told_to_its_sender() {
    let relay = Relay::start().await;
    let (_, bob, mut from, to) = pair(&relay).await;
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(from.send(&bob, &chunk(number)).await);
    }
    drop(to);
    // Every frame gets exactly one answer: written before the end, or offline.
    for _ in 0..ids.len() {
        let Event::Ack(id, status) = from.next().await else {
            panic!()
        };
        assert!(
            matches!(status, AckStatus::Written | AckStatus::Offline),
            "{status:?}"
        );
        let position = ids
            .iter()
            .position(|there| *there == id)
            .expect("one answer a frame");
        ids.remove(position);
    }
    from.assert_quiet().await;
}
