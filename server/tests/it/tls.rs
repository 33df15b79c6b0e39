//! The relay with TLS of its own: everything that holds without it holds with it.
#![cfg(unix)]

use duet_crypto::relay::AckStatus;
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::support::{
    Event, Http, Person, Program, Relay, Socket, eventually, healthcheck, pass, trust, try_connect,
};

const MSG: u8 = 0x11;
const CHUNK: u8 = 0x12;
const REFUSED: &str = "duet_sockets_refused_total{kind=\"tls\"}";

async fn secured() -> Relay {
    Relay::start_with(|settings| settings.tls_self_signed = true).await
}

fn chunk(number: u8) -> Vec<u8> {
    [&[1, CHUNK, number][..], &vec![number; 1_000_000]].concat()
}

async fn closes(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    // A reset is an end as well.
    tokio::time::timeout(crate::support::PATIENCE, stream.read_to_end(&mut rest))
        .await
        .is_ok()
}

#[tokio::test]
async fn an_account_lives_over_https_with_a_secure_cookie() {
    let relay = secured().await;
    let reply = relay
        .http()
        .post("/api/auth/register", &Person::new("alice").credentials())
        .await;
    let cookie = reply.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-duet_refresh="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
    // Nobody vouches for this certificate: browsers are not told to insist on it.
    assert_eq!(reply.header("strict-transport-security"), None);
    let cookie = reply.cookie().unwrap();
    let refreshed = relay.http().header("Cookie", cookie);
    refreshed.post("/api/auth/refresh", &json!({})).await.ok();
    // A page of the same host without TLS is another site.
    let elsewhere = relay
        .http()
        .header("Origin", &format!("http://{}", relay.address));
    let refused = elsewhere.post("/api/auth/login", &json!({})).await;
    assert_eq!(refused.error(), "origin_refused");
    let origin = format!("http://{}", relay.address);
    let refused = try_connect(&relay, &[("Origin", &origin)]).await;
    assert_eq!(refused.err(), Some(403));
}

#[tokio::test]
async fn two_people_talk_over_tls_at_full_speed_both_ways() {
    const CHUNKS: u8 = 20;
    let relay = secured().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut a, mut b) = (alice.connect(&relay).await, bob.connect(&relay).await);
    let id = a.send(&bob, &[1, MSG]).await;
    assert_eq!(b.payloads(1).await, [[1, MSG]]);
    assert_eq!(a.ack(id).await, AckStatus::Written);
    let run = async |mine: &mut Socket, peer: &Person| {
        let (mut delivered, mut written) = (0, 0);
        mine.exchange(peer, (0..CHUNKS).map(chunk), |event| {
            match event {
                Event::Deliver { payload, .. } => {
                    assert!(payload == chunk(delivered), "chunk {delivered}");
                    delivered += 1;
                }
                Event::Ack(_, AckStatus::Written) => written += 1,
                other => panic!("{other:?}"),
            }
            (delivered, written) == (CHUNKS, CHUNKS)
        })
        .await;
    };
    tokio::join!(run(&mut a, &bob), run(&mut b, &alice));
}

#[tokio::test]
async fn what_waits_for_somebody_who_does_not_read_yet_arrives_whole_over_tls() {
    const TEXTS: u8 = 200;
    let relay = secured().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut a, mut b) = (alice.connect(&relay).await, bob.connect(&relay).await);
    // Three megabytes of a file that fill every buffer on the way, and texts behind them.
    for number in 0..3 {
        a.send(&bob, &chunk(number)).await;
    }
    let text = |number: u8| [&[1, MSG, number][..], &[number; 5_000]].concat();
    for number in 0..TEXTS {
        a.send(&bob, &text(number)).await;
    }
    let (mut texts, mut chunks) = (0, 0);
    for payload in b.payloads(usize::from(TEXTS) + 3).await {
        if payload[1] == CHUNK {
            assert!(payload == chunk(chunks), "chunk {chunks}");
            chunks += 1;
        } else {
            assert!(payload == text(texts), "text {texts}");
            texts += 1;
        }
    }
    b.assert_quiet().await;
}

#[tokio::test]
async fn who_stalls_before_or_in_the_handshake_is_closed_and_makes_room() {
    let relay = Relay::start_with(|settings| {
        settings.tls_self_signed = true;
        settings.limits.max_connections_per_address = 5;
    })
    .await;
    // Nothing; a record that begins; the head of a ClientHello that says how much is to come.
    let begins: [&[u8]; 5] = [
        &[],
        &[],
        &[22],
        &[22, 3, 1, 2],
        &[22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3],
    ];
    let mut stalled = Vec::new();
    for begin in begins {
        let mut stream = TcpStream::connect(relay.address).await.unwrap();
        stream.write_all(begin).await.unwrap();
        stalled.push(stream);
    }
    eventually("all are counted", async || {
        relay.metric("duet_sockets ").await == 5.0
    })
    .await;
    // They are held to what one address may have.
    let mut one_more = TcpStream::connect(relay.address).await.unwrap();
    assert!(closes(&mut one_more).await);
    let other = relay.from([127, 0, 0, 2].into());
    assert_eq!(other.http().get("/api/config").await.status, 200);

    pass(Duration::from_secs(10));
    for stream in &mut stalled {
        assert!(closes(stream).await);
    }
    eventually("room again", async || {
        relay.metric("duet_sockets ").await == 0.0
    })
    .await;
    assert_eq!(relay.metric(REFUSED).await, 5.0);
    assert_eq!(relay.http().get("/api/config").await.status, 200);
}

#[tokio::test]
async fn after_the_handshake_the_limits_of_requests_hold() {
    let relay = secured().await;
    let trust = relay.trust.clone().unwrap();
    // The last one sends a record byte by byte, which never ends.
    let unfinished = [&[23, 3, 3, 64, 0][..], &[0; 20]].concat();
    for (begin, drips) in [
        ("", false),
        ("GET / HTTP/1.1\r\nHost: x\r\n", false),
        ("", true),
    ] {
        let stream = TcpStream::connect(relay.address).await.unwrap();
        let mut secured = trust
            .connect(relay.address.ip().into(), stream)
            .await
            .unwrap();
        // It has been heard: the answer to the next question comes over another socket, after this one was looked at.
        secured.write_all(begin.as_bytes()).await.unwrap();
        secured.flush().await.unwrap();
        let mut passed = 0;
        while relay.metric("duet_sockets ").await > 0.0 {
            assert!(passed <= 12, "{begin:?} is still open after {passed} s");
            if drips {
                // The relay may have closed it by now.
                let byte = &unfinished[passed..=passed];
                let _ = secured.get_mut().0.write_all(byte).await;
            }
            pass(Duration::from_secs(1));
            passed += 1;
        }
        let mut rest = Vec::new();
        let _ = secured.read_to_end(&mut rest).await;
    }
}

#[tokio::test]
async fn a_reader_that_stops_reading_over_tls_is_closed() {
    const SIZE: usize = 32 * 1024 * 1024;
    let site = tempfile::tempdir().unwrap();
    fs::write(site.path().join("index.html"), "<!doctype html>").unwrap();
    fs::write(site.path().join("large.bin"), vec![7; SIZE]).unwrap();
    let path = site.path().to_owned();
    let relay = Relay::start_with(|settings| {
        settings.site = Some(path);
        settings.tls_self_signed = true;
    })
    .await;
    assert_eq!(relay.http().get("/large.bin").await.body.len(), SIZE);
    let trust = relay.trust.clone().unwrap();
    let stream = TcpStream::connect(relay.address).await.unwrap();
    let mut stalled = trust
        .connect(relay.address.ip().into(), stream)
        .await
        .unwrap();
    stalled
        .write_all(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut begin = [0; 8];
    stalled.read_exact(&mut begin).await.unwrap();
    let mut passed = 0;
    while relay.metric("duet_sockets ").await > 0.0 {
        assert!(passed <= 60, "still open after {passed} s");
        pass(Duration::from_secs(1));
        passed += 1;
    }
    assert!(passed >= 29, "{passed}");
}

#[tokio::test]
async fn a_client_over_tls_that_never_reads_is_closed_and_its_partner_told() {
    let relay = Relay::start_with(|settings| {
        settings.tls_self_signed = true;
        settings.limits.write_timeout = Duration::from_millis(300);
    })
    .await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut from, to) = (alice.connect(&relay).await, bob.connect(&relay).await);
    let mut sent = 0;
    let status = 'refused: loop {
        from.send(&bob, &chunk(1)).await;
        sent += 1;
        assert!(sent < 250, "nothing was ever refused");
        while let Some(event) = from.ready() {
            match event {
                Event::Ack(_, AckStatus::Written) => {}
                Event::Ack(_, status) => break 'refused status,
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(status, AckStatus::Offline);
    drop(to);
}

#[tokio::test]
async fn a_shutdown_says_goodbye_over_tls_also_to_who_has_not_read_yet() {
    let mut relay = secured().await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut socket, mut full) = (alice.connect(&relay).await, bob.connect(&relay).await);
    // Until something waits at the relay.
    let mut sent = 0;
    while relay.metric("duet_ws_queued_bytes ").await < 3_000_000.0 {
        socket.send(&bob, &chunk(sent)).await;
        sent += 1;
        assert!(sent < 250, "nothing ever waits");
    }
    // Somebody is in the middle of a handshake; nobody waits for them.
    let mut stalled = TcpStream::connect(relay.address).await.unwrap();
    stalled.write_all(&[22, 3]).await.unwrap();
    relay.ask_to_stop();
    let (told, also_told) = tokio::join!(socket.closed(), full.closed());
    assert_eq!((told, also_told), (Some(1012), Some(1012)));
    relay.stopped().await;
}

/// One record holds many short frames. Of those that are encrypted the client gets each to its end, and then the goodbye.
#[tokio::test]
async fn a_shutdown_says_goodbye_over_tls_amid_many_short_texts() {
    let mut relay = Relay::start_with(|settings| {
        settings.tls_self_signed = true;
        settings.limits.rate_messages = u32::MAX;
        settings.limits.burst_messages = u32::MAX;
    })
    .await;
    let (alice, bob) = (
        Person::registered(&relay, "alice").await,
        Person::registered(&relay, "bob").await,
    );
    let (mut socket, mut full) = (alice.connect(&relay).await, bob.connect(&relay).await);
    // Until some wait at the relay: the kernel's buffers are full, in the middle of a record.
    let mut sent = 0_u32;
    while relay.metric("duet_ws_queued_bytes ").await < 50_000.0 {
        for _ in 0..20 {
            let said = [&[1, MSG][..], &sent.to_be_bytes(), &[0; 2_994]].concat();
            socket.send(&bob, &said).await;
            sent += 1;
        }
        assert!(sent < 20_000, "nothing ever waits");
    }
    relay.ask_to_stop();
    let (told, also_told) = tokio::join!(socket.closed(), full.closed());
    assert_eq!((told, also_told), (Some(1012), Some(1012)));
    relay.stopped().await;
}

#[tokio::test]
async fn plain_http_on_the_same_port_is_led_on_or_told_and_the_health_checks_answer() {
    let relay = secured().await;
    let plain = Http::new(relay.address);
    let led = plain.get("/chat?a=b").await;
    assert_eq!(led.status, 307);
    let target = format!("https://{}/chat?a=b", relay.address);
    assert_eq!(led.header("location"), Some(&*target));
    assert_eq!(led.header("cache-control"), Some("no-store"));
    // A program may send a token: it hears of it at once.
    assert_eq!(plain.get("/api/config").await.status, 400);
    // Whoever sends something hears that it was not protected.
    let body = Person::new("alice").credentials();
    let told = plain.post("/api/auth/register", &body).await;
    assert_eq!((told.status, &*told.error()), (400, "invalid_request"));
    assert!(told.text().contains("https"));
    assert!(told.cookie().is_none());
    let upgrade = plain.clone().header("Upgrade", "websocket");
    assert_eq!(upgrade.get("/ws").await.status, 400);
    for strange in ["a b", "x/y", ""] {
        let reply = plain.clone().header("Host", strange).get("/").await;
        assert_eq!(reply.status, 400, "{strange:?}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(plain.get(path).await.status, 200, "{path}");
    }
}

/// A certificate for this machine and its key, as an operator has them; where the two are.
fn write_pair(directory: &Path, certificate: &str, key: &str) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(directory.join(certificate), made.cert.pem()).unwrap();
    fs::write(directory.join(key), made.signing_key.serialize_pem()).unwrap();
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_duet-relay"))
        .args(["--listen", "127.0.0.1:0", "--metrics-listen", "off"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap()
}

const FILES: [&str; 4] = ["--tls-certificate", "cert.pem", "--tls-key", "key.pem"];

async fn answers_to(program: &Program, trust: &TlsConnector) -> bool {
    Http::new(program.address)
        .over(Some(trust.clone()))
        .try_send("GET", "/api/config", b"")
        .await
        .is_some()
}

fn logged(program: &Program, message: &str) -> Vec<Value> {
    let mut entries = program.entries();
    entries.retain(|entry| {
        entry["message"]
            .as_str()
            .is_some_and(|text| text.starts_with(message))
    });
    entries
}

#[tokio::test]
async fn a_new_certificate_is_shown_after_a_sighup_and_open_sockets_stay() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    write_pair(directory.path(), "cert.pem", "key.pem");
    let program = Program::start(directory.path(), &FILES).await;
    let old = trust::only(&path("cert.pem"));
    let mut relay = Relay::at(program.address);
    relay.trust = Some(old.clone());
    let alice = Person::registered(&relay, "alice").await;
    let mut socket = alice.connect(&relay).await;
    // An authority of its own stands behind it, as far as the relay knows.
    let config = relay.http().get("/api/config").await;
    assert!(config.header("strict-transport-security").is_some());

    write_pair(directory.path(), "cert.pem", "key.pem");
    let new = trust::only(&path("cert.pem"));
    assert!(answers_to(&program, &old).await);
    program.signal("HUP");
    eventually("the new one is shown", async || {
        answers_to(&program, &new).await
    })
    .await;
    assert!(!answers_to(&program, &old).await);
    socket.assert_quiet().await;

    // What cannot be used changes nothing.
    const KEPT: &str = "certificate not read again: going on with the old one";
    write_pair(directory.path(), "cert.pem", "another-key.pem");
    program.signal("HUP");
    eventually("the pair is refused", async || {
        !logged(&program, KEPT).is_empty()
    })
    .await;
    assert!(answers_to(&program, &new).await);
}

#[tokio::test]
async fn a_certificate_or_key_that_cannot_be_used_is_said_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    write_pair(directory.path(), "cert.pem", "key.pem");
    write_pair(directory.path(), "other.pem", "other-key.pem");
    // In two parts: no text of ours may look like a key.
    let canary = format!("-----BEGIN {} KEY-----\ncanary!\n", "PRIVATE");
    fs::write(path("canary.pem"), canary).unwrap();
    let with = |certificate, key| ["--tls-certificate", certificate, "--tls-key", key];
    for (arguments, words) in [
        (
            &with("cert.pem", "other-key.pem")[..],
            "other-key.pem is not the one of the certificate cert.pem",
        ),
        (
            &with("nothing.pem", "key.pem"),
            "certificate nothing.pem: No such file",
        ),
        (
            &with("cert.pem", "nothing.pem"),
            "key of the certificate nothing.pem: No such file",
        ),
        (
            &with("cert.pem", "cert.pem"),
            "key of the certificate cert.pem: there is none in this file",
        ),
        (
            &with("key.pem", "key.pem"),
            "certificate key.pem: there is none in this file",
        ),
        (
            &with("cert.pem", "canary.pem"),
            "key of the certificate canary.pem: this is not PEM",
        ),
        (&FILES[..2], "belong together"),
        (&[&FILES[..], &["--tls-self-signed"]].concat(), "not both"),
    ] {
        let refused = run(directory.path(), arguments);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains(words), "{said}");
        assert!(!said.contains("canary!"), "{said}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_stays_the_same_and_says_its_fingerprint() {
    const SHOWN: &str = "https with the self-signed certificate";
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join(".data/duet.db");
    let mut fingerprints = Vec::new();
    for start in 0..3 {
        let mut program = Program::start(directory.path(), &["--tls-self-signed"]).await;
        assert!(answers_to(&program, &trust::made_for(&database)).await);
        assert!(healthcheck(program.address).status.success());
        let shown = logged(&program, SHOWN);
        fingerprints.push(shown[0]["sha256"].as_str().unwrap().to_owned());
        let made = logged(&program, "made a self-signed certificate");
        assert_eq!(made.len(), usize::from(start == 0));
        for entry in &made {
            let names = entry["names"].as_str().unwrap();
            assert!(
                names.contains("localhost") && names.contains("127.0.0.1"),
                "{names}"
            );
        }
        assert_eq!(
            logged(&program, "Duet relay is serving: open https://localhost:").len(),
            1
        );
        program.terminate();
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
    assert_eq!(fingerprints[1], fingerprints[2]);
    assert_eq!(fingerprints[0].len(), 32 * 3 - 1);
    let key = database.with_extension("tls-key.pem");
    let mode = fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // After a power cut between the two files the key is another certificate's: both are made anew.
    write_pair(directory.path(), "other.pem", "other-key.pem");
    fs::copy(directory.path().join("other-key.pem"), &key).unwrap();
    let checked = run(directory.path(), &["--tls-self-signed", "check-config"]);
    assert!(checked.status.success(), "{checked:?}");
    let mut program = Program::start(directory.path(), &["--tls-self-signed"]).await;
    assert!(answers_to(&program, &trust::made_for(&database)).await);
    assert_ne!(logged(&program, SHOWN)[0]["sha256"], fingerprints[0]);
    program.terminate();
    // One that was removed is made anew; one that is damaged is not replaced in silence.
    let certificate = trust::certificate_beside(&database);
    fs::write(&certificate, "not a certificate").unwrap();
    let refused = run(directory.path(), &["--tls-self-signed"]);
    assert_eq!(refused.status.code(), Some(1));
    fs::remove_file(&certificate).unwrap();
    let program = Program::start(directory.path(), &["--tls-self-signed=true"]).await;
    assert_ne!(logged(&program, SHOWN)[0]["sha256"], fingerprints[0]);
}
