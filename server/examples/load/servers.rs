//! The servers that are measured, each in a process of its own, so that its CPU time and memory can be read.

use crate::say;
use clap::ValueEnum;
use duet_relay::{
    config::{MetricsListen, Settings},
    secret::Secret,
    server::Server,
};
use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use tokio_tungstenite::{accept_async_with_config, tungstenite::protocol::WebSocketConfig};

pub(crate) const REALM: &str = "load.test";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Gives back what comes, on the WebSocket library that many use.
    Echo,
    Relay,
    /// Two relays joined by a Redis, with one of each pair at either.
    Nodes,
    /// `nats-server`.
    Nats,
    /// `mosquitto`.
    Mosquitto,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::Relay => "relay",
            Self::Nodes => "nodes",
            Self::Nats => "nats",
            Self::Mosquitto => "mosquitto",
        }
    }

    /// The program of others that it needs.
    pub(crate) const fn program(self) -> Option<&'static str> {
        match self {
            Self::Echo | Self::Relay => None,
            Self::Nodes => Some("redis-server"),
            Self::Nats => Some("nats-server"),
            Self::Mosquitto => Some("mosquitto"),
        }
    }
}

/// A relay's, with nothing that would hold back a measurement.
pub(crate) fn settings(directory: &Path) -> Settings {
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

/// Serves for ever, in this process, after it has said where.
pub(crate) async fn serve(kind: Kind, directory: &Path, redis: Option<&str>) {
    if kind == Kind::Echo {
        return serve_echo().await;
    }
    let mut settings = settings(directory);
    settings.redis_url = redis.map(Secret::from);
    let server = Server::bind(settings).await.expect("the relay");
    say(&server.address().expect("an address").to_string());
    server.run(std::future::pending()).await.expect("serving");
}

async fn serve_echo() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    say(&listener.local_addr().expect("an address").to_string());
    loop {
        let (stream, _) = listener.accept().await.expect("a client");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        tokio::spawn(echo(stream));
    }
}

async fn echo(stream: tokio::net::TcpStream) {
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

/// The processes of one measurement. They end with this.
pub(crate) struct Servers {
    processes: Vec<Process>,
    /// Where one of each pair is, and the other.
    pub(crate) ends: [SocketAddr; 2],
}

impl Servers {
    pub(crate) fn start(kind: Kind, directory: &Path) -> Self {
        let processes = match kind {
            Kind::Echo | Kind::Relay => vec![Process::own(kind, directory, None)],
            Kind::Nodes => {
                let redis = Process::other(
                    "redis-server",
                    &["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
                    "--port",
                );
                let url = format!("redis://{}/", redis.address);
                let relay = || Process::own(kind, directory, Some(&url));
                vec![relay(), relay(), redis]
            }
            Kind::Nats => vec![Process::other("nats-server", &["-a", "127.0.0.1"], "-p")],
            Kind::Mosquitto => vec![Process::other("mosquitto", &[], "-p")],
        };
        let first = processes[0].address;
        let second = if kind == Kind::Nodes {
            processes[1].address
        } else {
            first
        };
        Self {
            processes,
            ends: [first, second],
        }
    }

    /// CPU time of all of them in µs since the start (Linux; clock ticks are 10 ms).
    pub(crate) fn cpu_us(&self) -> Option<f64> {
        self.processes.iter().map(Process::cpu_us).sum()
    }

    /// Resident memory of all of them in KiB (Linux).
    pub(crate) fn memory_kib(&self) -> Option<f64> {
        self.processes.iter().map(Process::memory_kib).sum()
    }
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    /// This program, which says where it serves.
    fn own(kind: Kind, directory: &Path, redis: Option<&str>) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--serve", kind.name(), "--directory"]);
        command.arg(directory).stdout(Stdio::piped());
        if let Some(url) = redis {
            command.args(["--redis", url]);
        }
        let mut child = command.spawn().expect("a second process");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("its address");
        Self {
            address: line.trim().parse().expect("its address"),
            child,
        }
    }

    /// Somebody else's, on a free port that it is given with `port`.
    fn other(program: &str, arguments: &[&str], port: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let child = Command::new(program)
            .args(arguments)
            .args([port, &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a program that was asked for its version");
        let process = Self { child, address };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{program} does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
        process
    }

    fn cpu_us(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
        Some(ticks * 10_000.0)
    }

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
