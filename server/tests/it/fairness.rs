//! Slow lines and floods: a stranger's flood costs a friend next to nothing, in order, not in time; a client that takes little
//! at a time is waited for, and one that takes nothing is not.

use duet_crypto::relay::{AckStatus, ServerFrame};
use std::time::Duration;

use crate::support::{Event, Person, Relay, Socket, eventually, pass, raw::Raw};

const MSG: u8 = 0x11;
const CHUNK: u8 = 0x12;
const QUEUED: &str = "duet_ws_queued_bytes ";
/// A receive buffer of a client that reads slowly.
const BUFFER: Option<u32> = Some(16 * 1024);
/// What may lie in the kernel in front of a frame, on both sides of a loopback connection, with the frame that is being
/// written: some 64 KiB that are not sent, the window of the receiver, and what the kernel takes in one go.
const IN_THE_KERNEL: usize = 512 * 1024;

fn payload(kind: u8, length: usize) -> Vec<u8> {
    let mut payload = vec![0; length];
    payload[..2].copy_from_slice(&[1, kind]);
    payload
}

struct Three {
    friend: Person,
    stranger: Socket,
    friends: Socket,
    victim: Person,
    victims: Raw,
}

async fn three(relay: &Relay) -> Three {
    let (victim, friend, stranger) = (
        Person::registered(relay, "victim").await,
        Person::registered(relay, "friend").await,
        Person::registered(relay, "stranger").await,
    );
    Three {
        victims: Raw::log_in(relay, &victim, BUFFER).await,
        friends: friend.connect(relay).await,
        stranger: stranger.connect(relay).await,
        friend,
        victim,
    }
}

impl Three {
    /// The friend says a word behind what the stranger sent; how many bytes of others come before it.
    async fn friend_after_the_flood(&mut self, relay: &Relay) -> usize {
        self.stranger.assert_quiet_but_for_acks().await;
        assert!(relay.metric(QUEUED).await > 2_500_000.0);
        self.friends.send(&self.victim, &payload(MSG, 2_606)).await;
        self.friends.assert_quiet_but_for_acks().await;
        self.before_the_friend().await
    }

    /// Reads as the victim until the friend's payload comes; how many bytes of others came before.
    async fn before_the_friend(&mut self) -> usize {
        let mut bytes = 0;
        loop {
            let (_, frame) = self.victims.next().await.expect("still open");
            match ServerFrame::decode(&frame) {
                Ok(ServerFrame::Deliver { from, .. }) if from == self.friend.id => return bytes,
                _ => bytes += frame.len(),
            }
        }
    }
}

#[tokio::test]
async fn a_strangers_messages_do_not_stand_before_a_friends() {
    for length in [2_606, 67_886] {
        let relay = Relay::start().await;
        let mut three = three(&relay).await;
        let flood = 4_000_000 / (length + 600);
        for _ in 0..flood {
            three
                .stranger
                .send(&three.victim, &payload(MSG, length))
                .await;
        }
        // All of it is there before the friend says a word.
        let before = three.friend_after_the_flood(&relay).await;
        assert!(before < IN_THE_KERNEL + 2 * length, "{length}: {before}");
        // Nothing of the stranger's is lost by it.
        while relay.metric(QUEUED).await > 0.0 {
            three.victims.next().await.expect("still open");
        }
    }
}

#[tokio::test]
async fn a_strangers_file_does_not_stand_before_a_friends_message() {
    const FRAME: usize = 1_000_000;
    let relay = Relay::start().await;
    let mut three = three(&relay).await;
    for _ in 0..3 {
        three
            .stranger
            .send(&three.victim, &payload(CHUNK, FRAME))
            .await;
    }
    // The frame that was begun must end.
    let before = three.friend_after_the_flood(&relay).await;
    assert!(before < IN_THE_KERNEL + FRAME, "{before}");
}

#[tokio::test]
async fn who_takes_a_little_at_a_time_is_waited_for_and_who_takes_nothing_is_not() {
    let relay = Relay::start_with(|settings| {
        settings.limits.write_timeout = Duration::from_secs(60);
        settings.limits.silence_timeout = Duration::from_secs(90);
    })
    .await;
    let mut three = three(&relay).await;
    for _ in 0..1_000 {
        three
            .stranger
            .send(&three.victim, &payload(MSG, 2_606))
            .await;
    }
    three.stranger.assert_quiet_but_for_acks().await;
    // It takes a part every 50 seconds, and says nothing itself: a line that slow has no room for questions.
    for _ in 0..6 {
        let before = relay.metric(QUEUED).await;
        assert!(before > 0.0);
        while relay.metric(QUEUED).await >= before {
            three.victims.take_some(5_000).await;
        }
        pass(Duration::from_secs(50));
        // The others have to say something, or they would be taken for dead.
        for socket in [&mut three.friends, &mut three.stranger] {
            socket.beat(0, false).await;
            socket.assert_quiet_but_for_acks().await;
        }
        assert_eq!(relay.metric("duet_ws_connections ").await, 3.0);
    }
    pass(Duration::from_secs(61));
    eventually("it is closed", async || {
        relay.metric("duet_ws_connections ").await == 2.0
    })
    .await;
}

#[tokio::test]
async fn what_a_connection_carried_is_given_back() {
    let relay = Relay::start().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut from, mut to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    for _ in 0..3 {
        let id = from.send(&bob, &payload(CHUNK, 1_000_000)).await;
        assert_eq!(to.payloads(1).await[0].len(), 1_000_000);
        assert_eq!(from.ack(id).await, AckStatus::Written);
    }
    assert_eq!(relay.metric(QUEUED).await, 0.0);
    // Refused by name: nothing of it stays either.
    let id = from.send(&bob, &payload(CHUNK, 1_050_000)).await;
    assert_eq!(from.next().await, Event::Ack(id, AckStatus::TooLarge));
    assert_eq!(relay.metric(QUEUED).await, 0.0);
    // A large message that never ends takes what has come of it, and gives it back with its connection.
    let mut raw = Raw::log_in(&relay, &alice, None).await;
    let head = [0x82, 0xff, 0, 0, 0, 0, 0, 0x0f, 0, 0, 1, 2, 3, 4];
    raw.send(&[&head[..], &[0; 100_000]].concat()).await;
    eventually("room is made for it", async || {
        relay.metric(QUEUED).await > 900_000.0
    })
    .await;
    drop(raw);
    eventually("and given back", async || relay.metric(QUEUED).await == 0.0).await;
}
