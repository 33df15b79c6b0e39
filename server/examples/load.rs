//! Load generator: pairs of people who exchange messages through the relay, beside a bare echo on the same WebSocket
//! library, in one run and in turns. Loopback only. What counts is the ratio, not the numbers of one machine.
//!
//! The servers run in processes of their own (this program again), so that their CPU time and memory can be read.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark stops at the first surprise"
)]

use clap::{Parser, ValueEnum};
use duet_crypto::{
    engine::{LocalIdentity, Software},
    identity::{AccountId, AccountName, IdentitySeed, Realm},
    relay::{
        AckStatus, EnvelopeId, HEADER_LENGTH, Presence, ServerFrame, WelcomeStatus, login,
        send_header,
    },
};
use duet_relay::{
    auth::{refresh_token::RefreshToken, signing_key::KeyRing, token::Tokens},
    clock::Clock,
    config::{MetricsListen, Settings},
    ids::SessionId,
    server::Server,
    store::{
        Store,
        accounts::KeyProof,
        sessions::{Device, Owner},
    },
    telemetry::store::StoreMetrics,
    validate::Username,
};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest as _, protocol::WebSocketConfig},
};

const REALM: &str = "load.test";
const MSG: u8 = 0x11;

/// Measures the relay beside a bare echo.
#[derive(Parser)]
struct Arguments {
    /// Pairs of people who talk.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    pairs: u32,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Bytes of each payload; a short text is 2,606.
    #[arg(long, default_value_t = 2_606, value_parser = clap::value_parser!(u32).range(2..=67_886))]
    payload: u32,
    /// Messages a second of all pairs together; 0 for as many as the server takes, one outstanding each way.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    rate: u32,
    /// Measurements of each server; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Idle connections for the memory measurement.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    idle: u32,
    /// Be a server (used by the program itself).
    #[arg(long, hide = true, requires = "directory")]
    serve: Option<Kind>,
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Relay,
    Echo,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Echo => "echo",
        }
    }
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    duet_relay::descriptors::raise();
    match (arguments.serve, &arguments.directory) {
        (Some(kind), Some(directory)) => serve(kind, directory).await,
        _ => measure(&arguments).await,
    }
}

fn say(line: &str) {
    writeln!(io::stdout(), "{line}").expect("standard output");
}

// ---------------------------------------------------------------------------------------------------------------
// Servers

fn settings(directory: &Path) -> Settings {
    let mut settings = Settings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        metrics_listen: MetricsListen::Off,
        database: directory.join("duet.db"),
        realm: REALM.to_owned(),
        ..Settings::defaults()
    };
    settings.limits.rate_handshakes = u32::MAX;
    settings.limits.max_connections = 50_000;
    // Everybody is at one address here.
    settings.limits.max_connections_per_address = usize::MAX;
    settings.limits.rate_messages = u32::MAX;
    settings.limits.burst_messages = u32::MAX;
    settings
}

async fn serve(kind: Kind, directory: &Path) {
    match kind {
        Kind::Relay => {
            let server = Server::bind(settings(directory)).await.expect("the relay");
            say(&server.address().expect("an address").to_string());
            server.run(std::future::pending()).await.expect("serving");
        }
        Kind::Echo => {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            listener.set_nonblocking(true).expect("non-blocking");
            say(&listener.local_addr().expect("an address").to_string());
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            loop {
                let (stream, _) = listener.accept().await.expect("a client");
                stream.set_nodelay(true).expect("TCP_NODELAY");
                tokio::spawn(echo(stream));
            }
        }
    }
}

async fn echo(stream: TcpStream) {
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0);
    let Ok(mut socket) = accept_async_with_config(stream, Some(config)).await else {
        return;
    };
    while let Some(Ok(message)) = socket.next().await {
        if message.is_binary() && socket.send(message).await.is_err() {
            return;
        }
    }
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(kind: Kind, directory: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--serve", kind.name(), "--directory"])
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("its address");
        Self {
            address: line.trim().parse().expect("its address"),
            child,
        }
    }

    /// CPU time in µs since the start (Linux; clock ticks are 10 ms).
    fn cpu_us(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        Some(ticks * 10_000.0)
    }

    /// Resident memory in KiB (Linux).
    fn memory_kib(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?
            .trim()
            .split(' ')
            .next()?
            .parse()
            .ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Clients

type Stream = WebSocketStream<TcpStream>;

struct Person {
    identity: LocalIdentity<Software>,
    presence: Presence,
    token: String,
}

/// Makes accounts and sessions in the database, before the relay opens it: hashing passwords is not what is measured.
async fn make_people(directory: &Path, count: u32) -> Vec<Person> {
    let settings = settings(directory);
    let store = Store::open(
        &settings.database_location(),
        settings.database_pause,
        Clock::system(),
        StoreMetrics::default(),
    )
    .await
    .expect("a database");
    let keys = KeyRing::load(&settings).expect("a key");
    let tokens = Tokens::new(keys, REALM, Duration::from_secs(3600));
    let realm = Realm::new(REALM).expect("a realm");
    let mut people = Vec::new();
    for number in 0..count {
        let name = format!("person{number}");
        let id = AccountId::derive(&realm, &AccountName::new(&name).expect("a name"));
        let identity = LocalIdentity::software(IdentitySeed::from_bytes(&duet_relay::random()), id);
        let username = Username::parse(name).expect("a name");
        let now = Clock::system().now();
        store
            .add_account(&id, &username, "none", now)
            .await
            .expect("an account");
        let public = *identity.party().key.as_bytes();
        store
            .set_key(&id, None, &public, KeyProof::First, now)
            .await
            .expect("a key");
        let owner = Owner {
            session: SessionId::random(),
            user: id,
        };
        let device = Device {
            user_agent: None,
            address: String::new(),
        };
        let refresh = RefreshToken::first().hash();
        store
            .start_session(&owner, &refresh, &device, 1, now + 3_600_000, now)
            .await
            .expect("a session");
        let (token, _) = tokens.issue(&owner, 0, now).expect("a token");
        people.push(Person {
            identity,
            presence: Presence(duet_relay::random()),
            token,
        });
    }
    store.close().await;
    people
}

async fn connect(address: SocketAddr) -> Stream {
    let mut request = format!("ws://{address}/ws")
        .into_client_request()
        .expect("a request");
    request.headers_mut().insert(
        "Origin",
        format!("http://{address}").parse().expect("an origin"),
    );
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("TCP_NODELAY");
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0);
    client_async_with_config(request, stream, Some(config))
        .await
        .expect("a WebSocket")
        .0
}

async fn log_in(address: SocketAddr, person: &Person) -> Stream {
    let mut stream = connect(address).await;
    let challenge = receive(&mut stream).await;
    let Ok(ServerFrame::Challenge(challenge)) = ServerFrame::decode(&challenge) else {
        panic!("no challenge")
    };
    let frame = login(
        &person.identity,
        &challenge,
        &person.presence,
        &person.token,
    )
    .await
    .expect("a login");
    stream
        .send(Message::Binary(frame.into()))
        .await
        .expect("sent");
    let welcome = receive(&mut stream).await;
    assert_eq!(
        ServerFrame::decode(&welcome),
        Ok(ServerFrame::Welcome(WelcomeStatus::Ok))
    );
    stream
}

async fn receive(stream: &mut Stream) -> bytes::Bytes {
    loop {
        match stream.next().await.expect("open").expect("a message") {
            Message::Binary(bytes) => return bytes,
            Message::Ping(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The times between sending and arriving, in µs.
type Times = Vec<u64>;

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// One message outstanding: sent, and waited for.
async fn ping_echo(address: SocketAddr, payload: usize, pause: Duration, until: Instant) -> Times {
    let mut stream = connect(address).await;
    let message = bytes::Bytes::from(vec![7; HEADER_LENGTH + payload]);
    let mut times = Vec::new();
    while Instant::now() < until {
        let sent = Instant::now();
        stream
            .send(Message::Binary(message.clone()))
            .await
            .expect("sent");
        receive(&mut stream).await;
        times.push(micros(sent));
        rest(pause).await;
    }
    times
}

/// A moment of a length that is not always the same, so that the pairs do not fall into step.
async fn rest(pause: Duration) {
    if !pause.is_zero() {
        let part = u32::from(duet_relay::random::<1>()[0]) + 128;
        tokio::time::sleep(pause * part / 256).await;
    }
}

/// Two people with one message outstanding in either direction: each sends its next one when the other's arrives.
/// One task holds both ends, as in the echo, where one end is the server.
async fn ping_pair(
    address: SocketAddr,
    a: &Person,
    b: &Person,
    payload: usize,
    pause: Duration,
    until: Instant,
) -> Times {
    let (mut a_stream, mut b_stream) = (log_in(address, a).await, log_in(address, b).await);
    let (mut times, mut a_times) = (Vec::new(), Vec::new());
    // Both directions run on their own; a direction is a closed loop of one message.
    let (mut a_sent, mut b_sent) = (Instant::now(), Instant::now());
    send(&mut a_stream, b, payload).await;
    send(&mut b_stream, a, payload).await;
    while Instant::now() < until {
        tokio::select! {
            frame = receive(&mut b_stream) => if delivered(&frame) {
                a_times.push(micros(a_sent));
                rest(pause).await;
                a_sent = Instant::now();
                send(&mut a_stream, b, payload).await;
            },
            frame = receive(&mut a_stream) => if delivered(&frame) {
                times.push(micros(b_sent));
                rest(pause).await;
                b_sent = Instant::now();
                send(&mut b_stream, a, payload).await;
            },
        }
    }
    times.append(&mut a_times);
    times
}

async fn send(stream: &mut Stream, to: &Person, payload: usize) {
    let id = EnvelopeId(duet_relay::random());
    let mut frame = Vec::with_capacity(HEADER_LENGTH + payload);
    frame.extend_from_slice(&send_header(id, &to.identity.party().account, &to.presence));
    frame.resize(HEADER_LENGTH + payload, 7);
    frame[HEADER_LENGTH..HEADER_LENGTH + 2].copy_from_slice(&[1, MSG]);
    stream
        .send(Message::Binary(frame.into()))
        .await
        .expect("sent");
}

/// Whether a frame is a message; the only other kind here is its acknowledgement.
fn delivered(frame: &[u8]) -> bool {
    match ServerFrame::decode(frame).expect("a frame") {
        ServerFrame::Deliver { .. } => true,
        ServerFrame::Ack {
            status: AckStatus::Written,
            ..
        } => false,
        other => panic!("{other:?}"),
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Measuring

struct Outcome {
    per_second: f64,
    p50: u64,
    p99: u64,
    cpu_us: Option<f64>,
}

async fn run(
    kind: Kind,
    directory: &Path,
    people: &'static [Person],
    arguments: &Arguments,
) -> Outcome {
    let server = Process::start(kind, directory);
    talk(&server, kind, people, arguments).await
}

async fn talk(
    server: &Process,
    kind: Kind,
    people: &'static [Person],
    arguments: &Arguments,
) -> Outcome {
    let (address, payload) = (server.address, arguments.payload as usize);
    let length = Duration::from_secs(arguments.seconds);
    // Connecting is not measured, but for the little that the slowest needs longer than this.
    let until = Instant::now() + Duration::from_millis(500) + length;
    // Each direction of each pair sends its share.
    let pause = match arguments.rate {
        0 => Duration::ZERO,
        rate => Duration::from_secs(1) * arguments.pairs * 2 / rate,
    };
    let before = server.cpu_us();
    let tasks: Vec<_> = match kind {
        // As many messages outstanding as in the pairs.
        Kind::Echo => (0..arguments.pairs * 2)
            .map(|_| tokio::spawn(ping_echo(address, payload, pause, until)))
            .collect(),
        Kind::Relay => people
            .chunks_exact(2)
            .take(arguments.pairs as usize)
            .map(|pair| {
                tokio::spawn(ping_pair(
                    address, &pair[0], &pair[1], payload, pause, until,
                ))
            })
            .collect(),
    };
    let started = Instant::now();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a client"));
    }
    let elapsed = started.elapsed().as_secs_f64();
    times.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let count = times.len() as f64;
    let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or(0);
    let cpu_us = before
        .zip(server.cpu_us())
        .map(|(before, after)| (after - before) / count);
    Outcome {
        per_second: count / elapsed,
        p50: at(50),
        p99: at(99),
        cpu_us,
    }
}

/// The outcome in the middle by CPU time, which other work on the machine disturbs least; where that is not to be
/// read, by messages per second.
fn median(mut outcomes: Vec<Outcome>) -> Option<Outcome> {
    let key = |outcome: &Outcome| outcome.cpu_us.unwrap_or(outcome.per_second);
    outcomes.sort_by(|one, other| key(one).total_cmp(&key(other)));
    let middle = outcomes.len() / 2;
    outcomes.into_iter().nth(middle)
}

fn show(name: &str, outcome: &Outcome) {
    let cpu = outcome
        .cpu_us
        .map_or("n/a".to_owned(), |us| format!("{us:.1} us"));
    say(&format!(
        "{name:<6} {:>9.0} messages/s   p50 {:>6} us   p99 {:>6} us   server CPU {cpu}/message",
        outcome.per_second, outcome.p50, outcome.p99
    ));
}

async fn measure(arguments: &Arguments) {
    let directory = tempfile::tempdir().expect("a folder");
    // Those who are idle are not those who talk.
    let count = arguments.pairs * 2 + arguments.idle;
    let people: &'static [Person] = make_people(directory.path(), count).await.leak();
    say(&format!(
        "{} pairs, {} B payloads, one outstanding each way, {} x {} s in turns",
        arguments.pairs, arguments.payload, arguments.rounds, arguments.seconds
    ));
    let mut outcomes: [Vec<Outcome>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..arguments.rounds {
        for (kind, outcomes) in [Kind::Echo, Kind::Relay].into_iter().zip(&mut outcomes) {
            let outcome = run(kind, directory.path(), people, arguments).await;
            show(kind.name(), &outcome);
            outcomes.push(outcome);
        }
    }
    if let [Some(echo), Some(relay)] = &outcomes.map(median) {
        say("median:");
        show("echo", echo);
        show("relay", relay);
        say(&format!(
            "relay / echo: {:.2} of its messages per second",
            relay.per_second / echo.per_second
        ));
        if let Some((relay, echo)) = relay.cpu_us.zip(echo.cpu_us) {
            say(&format!(
                "relay / echo: {:.2} times its CPU per message",
                relay / echo
            ));
        }
    }
    idle(arguments, directory.path(), people).await;
}

/// Memory of connections that are logged in and say nothing.
async fn idle(arguments: &Arguments, directory: &Path, people: &'static [Person]) {
    let server = Process::start(Kind::Relay, directory);
    // The first ones pay for caches and pools.
    let (talking, idle) = people.split_at(arguments.pairs as usize * 2);
    let (warm, rest) = idle.split_at(idle.len() / 10);
    let mut open = Vec::new();
    for person in warm {
        open.push(log_in(server.address, person).await);
    }
    let before = server.memory_kib();
    for person in rest {
        open.push(log_in(server.address, person).await);
    }
    if let Some((before, after)) = before.zip(server.memory_kib()) {
        #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
        let connections = (open.len() - warm.len()) as f64;
        say(&format!(
            "idle: {:.1} KiB of memory per connection ({} open)",
            (after - before) / connections,
            open.len()
        ));
    }
    let outcome = talk(&server, Kind::Relay, talking, arguments).await;
    show("beside", &outcome);
    drop(open);
}
