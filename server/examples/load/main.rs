//! Load generator: pairs of people who exchange messages through the relay, beside a bare echo on a WebSocket library, two
//! relays joined by a Redis, and brokers of others, in one run and in turns. Loopback only. What counts is the ratio, not the
//! numbers of one machine.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark stops at the first surprise"
)]

mod brokers;
mod exchange;
mod people;
mod servers;

use brokers::{Mqtt, Nats};
use clap::Parser;
use duet_crypto::relay::HEADER_LENGTH;
use exchange::{Times, exchange, ping};
use people::{EchoLine, Person, RelayLine, log_in, make_people};
use servers::{Kind, Servers, serve};
use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinHandle};

/// Measures the relay beside a bare echo and others.
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
    /// Who is measured, besides the echo. One whose program is not on this machine is left out, and named.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Kind::Relay, Kind::Nodes, Kind::Nats, Kind::Mosquitto])]
    servers: Vec<Kind>,
    /// Be a server (used by the program itself).
    #[arg(long, hide = true, requires = "directory")]
    serve: Option<Kind>,
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
    #[arg(long, hide = true)]
    redis: Option<String>,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    duet_relay::descriptors::raise();
    match (arguments.serve, &arguments.directory) {
        (Some(kind), Some(directory)) => serve(kind, directory, arguments.redis.as_deref()).await,
        _ => measure(&arguments).await,
    }
}

fn say(line: &str) {
    writeln!(io::stdout(), "{line}").expect("standard output");
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
    let servers = Servers::start(kind, directory);
    talk(&servers, kind, people, arguments).await
}

/// The conversations of a measurement, begun: nothing is counted of connecting.
async fn begin(
    servers: &Servers,
    kind: Kind,
    people: &'static [Person],
    arguments: &Arguments,
) -> Vec<JoinHandle<Times>> {
    let payload = arguments.payload as usize;
    let whole = HEADER_LENGTH + payload;
    let length = Duration::from_secs(arguments.seconds);
    // Each direction of each pair sends its share.
    let pause = match arguments.rate {
        0 => Duration::ZERO,
        rate => Duration::from_secs(1) * arguments.pairs * 2 / rate,
    };
    let [one, two] = servers.ends;
    let (start, started) = watch::channel(None);
    let begun = async move |started: &mut watch::Receiver<Option<Instant>>| {
        let begun = started.wait_for(Option::is_some).await.expect("a start");
        begun.expect("a time") + length
    };
    let mut tasks = Vec::new();
    for number in 0..arguments.pairs as usize {
        let mut started = started.clone();
        match kind {
            // As many messages outstanding as in the pairs.
            Kind::Echo => {
                for _ in 0..2 {
                    let line = EchoLine::open(one, payload).await;
                    let mut started = started.clone();
                    tasks.push(tokio::spawn(async move {
                        ping(line, pause, begun(&mut started).await).await
                    }));
                }
            }
            Kind::Relay | Kind::Nodes => {
                let (a, b) = (&people[2 * number], &people[2 * number + 1]);
                let mut first = RelayLine::open(one, a, b, payload).await;
                let mut second = RelayLine::open(two, b, a, payload).await;
                first.greet(&mut second).await;
                second.greet(&mut first).await;
                tasks.push(tokio::spawn(async move {
                    exchange(first, second, pause, begun(&mut started).await).await
                }));
            }
            Kind::Nats | Kind::Mosquitto => {
                let (a, b) = (format!("a{number}"), format!("b{number}"));
                if kind == Kind::Nats {
                    let first = Nats::open(one, &a, &b, whole).await;
                    let second = Nats::open(two, &b, &a, whole).await;
                    tasks.push(tokio::spawn(async move {
                        exchange(first, second, pause, begun(&mut started).await).await
                    }));
                } else {
                    let first = Mqtt::open(one, &a, &b, whole).await;
                    let second = Mqtt::open(two, &b, &a, whole).await;
                    tasks.push(tokio::spawn(async move {
                        exchange(first, second, pause, begun(&mut started).await).await
                    }));
                }
            }
        }
    }
    start.send_replace(Some(Instant::now()));
    tasks
}

async fn talk(
    servers: &Servers,
    kind: Kind,
    people: &'static [Person],
    arguments: &Arguments,
) -> Outcome {
    let tasks = begin(servers, kind, people, arguments).await;
    let before = servers.cpu_us();
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
        .zip(servers.cpu_us())
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
        "{name:<9} {:>9.0} messages/s   p50 {:>6} us   p99 {:>6} us   server CPU {cpu}/message",
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
    let mut kinds = vec![Kind::Echo];
    for kind in arguments.servers.iter().copied() {
        match kind.program() {
            Some(program) if !is_here(program) => {
                say(&format!(
                    "{}: {program} is not on this machine",
                    kind.name()
                ));
            }
            _ => kinds.push(kind),
        }
    }
    let mut outcomes: Vec<Vec<Outcome>> = kinds.iter().map(|_| Vec::new()).collect();
    for _ in 0..arguments.rounds {
        for (kind, outcomes) in kinds.iter().zip(&mut outcomes) {
            let outcome = run(*kind, directory.path(), people, arguments).await;
            show(kind.name(), &outcome);
            outcomes.push(outcome);
        }
    }
    let medians: Vec<(Kind, Outcome)> = kinds
        .into_iter()
        .zip(outcomes.into_iter().filter_map(median))
        .collect();
    say("medians:");
    for (kind, outcome) in &medians {
        show(kind.name(), outcome);
    }
    if let [(_, echo), others @ ..] = &medians[..] {
        for (kind, outcome) in others {
            compare(kind.name(), outcome, echo);
        }
    }
    idle(arguments, directory.path(), people).await;
}

/// What one costs, measured by the echo.
fn compare(name: &str, outcome: &Outcome, echo: &Outcome) {
    let cpu = outcome.cpu_us.zip(echo.cpu_us);
    let cpu = cpu.map_or("n/a".to_owned(), |(own, echo)| format!("{:.2}", own / echo));
    say(&format!(
        "{name} / echo: {:.2} of its messages per second, {cpu} times its CPU per message",
        outcome.per_second / echo.per_second
    ));
}

fn is_here(program: &str) -> bool {
    let asked = Command::new(program)
        .arg("-h")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok()
}

/// Memory of connections that are logged in and say nothing.
async fn idle(arguments: &Arguments, directory: &Path, people: &'static [Person]) {
    let servers = Servers::start(Kind::Relay, directory);
    // The first ones pay for caches and pools.
    let (talking, idle) = people.split_at(arguments.pairs as usize * 2);
    let (warm, rest) = idle.split_at(idle.len() / 10);
    let mut open = Vec::new();
    for person in warm {
        open.push(log_in(servers.ends[0], person).await);
    }
    let before = servers.memory_kib();
    for person in rest {
        open.push(log_in(servers.ends[0], person).await);
    }
    if let Some((before, after)) = before.zip(servers.memory_kib()) {
        #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
        let connections = (open.len() - warm.len()) as f64;
        say(&format!(
            "idle: {:.1} KiB of memory per connection ({} open)",
            (after - before) / connections,
            open.len()
        ));
    }
    let outcome = talk(&servers, Kind::Relay, talking, arguments).await;
    show("beside", &outcome);
    drop(open);
}
