//! BEAT: a line that is dead is noticed, on both sides (protocol.md section 9).

use duet_crypto::relay::AckStatus;
use duet_relay::config::Settings;
use std::time::Duration;

use crate::support::{Event, Person, Relay, pass};

const MSG: u8 = 0x11;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The times of the protocol, which other tests keep out of their way.
fn real(settings: &mut Settings) {
    let limits = Settings::defaults().limits;
    settings.limits.beat_interval = limits.beat_interval;
    settings.limits.beat_interval_talking = limits.beat_interval_talking;
    settings.limits.silence_timeout = limits.silence_timeout;
    settings.limits.silence_timeout_talking = limits.silence_timeout_talking;
}

#[tokio::test]
async fn without_a_conversation_the_relay_beats_after_60_s_and_gives_up_after_90() {
    let relay = Relay::start_with(real).await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    socket.assert_quiet().await;
    for number in 1..=5 {
        pass(seconds(60));
        assert_eq!(socket.next().await, Event::Beat(number));
        socket.beat(number, false).await;
        // The answer has arrived, and what the relay sends now puts off its next beat.
        socket.assert_quiet().await;
    }
    pass(seconds(59));
    socket.assert_quiet().await;
    pass(seconds(60));
    assert_eq!(socket.next().await, Event::Beat(6));
    pass(seconds(30));
    assert_eq!(socket.closed().await, Some(4408));
}

#[tokio::test]
async fn with_a_conversation_open_it_beats_after_10_s_and_gives_up_after_25() {
    let relay = Relay::start_with(real).await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    // Told in the middle of the longer wait.
    socket.assert_quiet().await;
    pass(seconds(30));
    socket.beat(0, true).await;
    socket.assert_quiet().await;
    for number in 1..=5 {
        pass(seconds(10));
        assert_eq!(socket.next().await, Event::Beat(number));
        socket.beat(number, true).await;
        socket.assert_quiet().await;
    }
    // It ends: the longer times hold again, from the last frame on.
    socket.beat(5, false).await;
    socket.assert_quiet().await;
    pass(seconds(59));
    socket.assert_quiet().await;
    // It begins again, and the line dies.
    socket.beat(5, true).await;
    socket.assert_quiet().await;
    for number in 6..=7 {
        pass(seconds(10));
        assert_eq!(socket.next().await, Event::Beat(number));
    }
    pass(seconds(5));
    assert_eq!(socket.closed().await, Some(4408));
}

#[tokio::test]
async fn who_is_sent_something_needs_no_beat() {
    let relay = Relay::start_with(real).await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut from, mut to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    for socket in [&mut from, &mut to] {
        socket.beat(0, true).await;
        socket.assert_quiet().await;
    }
    for number in 0..10 {
        pass(seconds(6));
        let id = from.send(&bob, &[1, MSG, number]).await;
        assert_eq!(from.ack(id).await, AckStatus::Written);
        assert_eq!(to.payloads(1).await, [[1, MSG, number]]);
        to.beat(0, true).await;
    }
    pass(seconds(10));
    assert_eq!(to.next().await, Event::Beat(1));
}

#[tokio::test]
async fn a_beat_is_no_use_of_the_connection() {
    let relay = Relay::start_with(|settings| {
        real(settings);
        settings.limits.idle_timeout = seconds(300);
    })
    .await;
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    socket.assert_quiet().await;
    for number in 1..=4 {
        pass(seconds(60));
        assert_eq!(socket.next().await, Event::Beat(number));
        socket.beat(number, false).await;
        socket.assert_quiet().await;
    }
    pass(seconds(60));
    assert_eq!(socket.closed().await, Some(4410));
}

#[tokio::test]
async fn beats_take_nothing_from_the_messages_but_a_flood_of_them_ends() {
    let relay = Relay::start_with(|settings| {
        settings.limits.rate_messages = 10;
        settings.limits.burst_messages = 20;
    })
    .await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut from, _to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    for number in 0..20 {
        from.beat(number, number % 2 == 0).await;
    }
    for _ in 0..20 {
        let id = from.send(&bob, &[1, MSG]).await;
        assert_eq!(from.ack(id).await, AckStatus::Written);
    }
    from.beat(20, false).await;
    assert_eq!(from.closed().await, Some(4429));
}
