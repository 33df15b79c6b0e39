//! Sockets that say nothing, or do not read: they are counted, they end, and nobody else notices them (O3).
#![cfg(target_os = "linux")]

use std::{net::IpAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{Http, Person, Program, Relay, eventually, pass, try_connect};

const ELSEWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 2));
const OPEN: &str = "duet_sockets ";

async fn open(relay: &Relay) -> TcpStream {
    TcpStream::connect(relay.address).await.unwrap()
}

/// Reads until the relay closes; how many bytes came.
async fn read_to_the_end(mut stream: TcpStream) -> usize {
    let mut read = Vec::new();
    // A reset is an end as well.
    let _ = tokio::time::timeout(crate::support::PATIENCE, stream.read_to_end(&mut read))
        .await
        .expect("the relay closes it");
    read.len()
}

/// Lets time pass until the relay has no socket left but the one of the question itself.
async fn pass_until_closed(relay: &Relay, at_most: Duration) -> Duration {
    let mut passed = Duration::ZERO;
    while relay.metric(OPEN).await > 0.0 {
        assert!(passed <= at_most, "still open after {passed:?}");
        pass(Duration::from_secs(1));
        passed += Duration::from_secs(1);
    }
    passed
}

#[tokio::test]
async fn silent_sockets_of_one_address_leave_room_for_others_and_end() {
    let relay =
        Relay::start_with(|settings| settings.limits.max_connections_per_address = 50).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(open(&relay).await);
    }
    eventually("all are counted", async || relay.metric(OPEN).await >= 50.0).await;
    // The next ones are closed at once.
    for _ in 0..20 {
        assert_eq!(read_to_the_end(open(&relay).await).await, 0);
    }
    assert_eq!(
        relay
            .metric("duet_sockets_refused_total{kind=\"address\"}")
            .await,
        20.0
    );
    // Somebody at another address notices nothing.
    let honest = relay.from(ELSEWHERE);
    let mut alice = Person::registered(&honest, "alice").await;
    alice.log_in(&honest).await;
    let mut socket = alice.connect(&honest).await;
    socket.assert_quiet().await;

    pass(Duration::from_secs(10));
    for stream in silent {
        assert_eq!(read_to_the_end(stream).await, 0);
    }
    eventually("only the honest one is left", async || {
        relay.metric(OPEN).await == 1.0
    })
    .await;
    // The WebSocket has its own limits: those of a socket that has not logged in do not touch it.
    pass(Duration::from_secs(3600));
    socket.assert_quiet().await;
    alice.log_in(&relay).await;
}

#[tokio::test]
async fn sockets_are_bounded_in_total() {
    let relay = Relay::start_with(|settings| {
        settings.limits.max_connections = 40;
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    // A trusted proxy stands for many people: it is not held to what one address may have.
    let mut silent = Vec::new();
    for _ in 0..40 + 1024 {
        silent.push(open(&relay).await);
    }
    eventually("all are counted", async || {
        relay.metric(OPEN).await >= 1064.0
    })
    .await;
    assert_eq!(read_to_the_end(open(&relay).await).await, 0);
    assert_eq!(
        relay
            .metric("duet_sockets_refused_total{kind=\"total\"}")
            .await,
        1.0
    );
    drop(silent.split_off(10));
    eventually("room again", async || relay.metric(OPEN).await == 10.0).await;
    assert_eq!(relay.http().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn the_people_behind_a_proxy_are_counted_one_by_one() {
    let relay = Relay::start_with(|settings| {
        settings.limits.max_connections_per_address = 2;
        settings.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let origin = relay.origin();
    let connect = async |address: &str| {
        try_connect(&relay, &[("Origin", &origin), ("X-Forwarded-For", address)]).await
    };
    let (first, second) = (
        connect("192.0.2.1").await.unwrap(),
        connect("192.0.2.1").await.unwrap(),
    );
    assert_eq!(connect("192.0.2.1").await.err(), Some(429));
    let other = connect("192.0.2.2").await.unwrap();
    drop((first, second));
    eventually("room again", async || connect("192.0.2.1").await.is_ok()).await;
    drop(other);
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_closed() {
    const SIZE: usize = 32 * 1024 * 1024;
    let site = tempfile::tempdir().unwrap();
    std::fs::write(site.path().join("index.html"), "<!doctype html>").unwrap();
    std::fs::write(site.path().join("large.bin"), vec![7; SIZE]).unwrap();
    let path = site.path().to_owned();
    let relay = Relay::start_with(|settings| settings.site = Some(path)).await;
    // Those who read get everything.
    assert_eq!(relay.http().get("/large.bin").await.body.len(), SIZE);
    let mut stalled = open(&relay).await;
    stalled
        .write_all(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    stalled.readable().await.unwrap();
    let passed = pass_until_closed(&relay, Duration::from_secs(60)).await;
    assert!(passed >= Duration::from_secs(29), "{passed:?}");
    assert!(read_to_the_end(stalled).await < SIZE);
}

#[tokio::test]
async fn a_connection_that_is_kept_alive_ends_when_it_is_not_used() {
    let relay = Relay::start().await;
    let mut idle = open(&relay).await;
    let ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for _ in 0..3 {
        idle.write_all(ask).await.unwrap();
        let mut answer = [0; 4096];
        assert!(idle.read(&mut answer).await.unwrap() > 100);
        pass(Duration::from_secs(9));
    }
    pass_until_closed(&relay, Duration::from_secs(45)).await;
    assert_eq!(read_to_the_end(idle).await, 0);
}

#[tokio::test]
async fn a_low_limit_of_descriptors_is_raised_and_kept_to() {
    let directory = tempfile::tempdir().unwrap();
    let program =
        Program::start_after("ulimit -Sn 100; ulimit -Hn 256;", directory.path(), &[]).await;
    let raised = program
        .entries()
        .into_iter()
        .find(|entry| entry["message"] == "file descriptors")
        .unwrap();
    assert_eq!(
        (&raised["before"], &raised["now"]),
        (&100.into(), &256.into())
    );
    let relay = Relay::at(program.address);
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(open(&relay).await);
    }
    let honest = relay.from(ELSEWHERE);
    let mut alice = Person::registered(&honest, "alice").await;
    alice.log_in(&honest).await;
    alice.connect(&honest).await.assert_quiet().await;
    assert_eq!(honest.http().get("/readyz").await.status, 200);
}

#[tokio::test]
async fn the_metrics_listener_has_limits_too() {
    let relay = Relay::start().await;
    let silent = TcpStream::connect(relay.metrics).await.unwrap();
    Http::new(relay.metrics).get("/metrics").await;
    pass(Duration::from_secs(10));
    assert_eq!(read_to_the_end(silent).await, 0);
}
