//! A relay, people, and their connections.

pub(crate) mod authenticator;
pub(crate) mod code_app;
mod http;
mod minded;
mod person;
pub(crate) mod postgres;
mod program;
pub(crate) mod raw;
pub(crate) mod redis;
mod socket;
pub(crate) mod trust;

pub(crate) use http::{Http, Reply};
pub(crate) use person::Person;
pub(crate) use program::{Program, healthcheck};
pub(crate) use socket::{Event, Socket, connect, try_connect};

use duet_relay::{
    auth::signing_key::KeyRing,
    clock::Clock,
    config::{MetricsListen, Secret, Settings},
    server::{Reloader, Server, ServerError},
};
use futures_util::FutureExt as _;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use tokio_rustls::TlsConnector;

/// Whether this is the run on PostgreSQL (`tests/postgres.rs`).
pub(crate) const ON_POSTGRES: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"postgres");

/// A database that nobody has used, in the settings.
pub(crate) async fn fresh_database(settings: &mut Settings, directory: &std::path::Path) {
    settings.database = directory.join("duet.db");
    if ON_POSTGRES {
        settings.database_url = Some(Secret::from(&*postgres::shared().fresh().await));
    }
}

/// Long enough for a busy machine; only a failing test waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running relay with a database of its own. Its clock stands still, and its timers are out of reach, until the
/// test moves them: nothing in a test depends on how fast the machine is.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: SocketAddr,
    pub(crate) directory: TempDir,
    /// Its database.
    pub(crate) storage: (PathBuf, Option<Secret>),
    pub(crate) clock: Clock,
    /// Where its clients connect from, if not from the usual address.
    pub(crate) from: Option<IpAddr>,
    /// What its clients need to believe it, if it speaks TLS.
    pub(crate) trust: Option<TlsConnector>,
    reloader: Option<Reloader>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Relay {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Limits are out of the way unless the test brings its own.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_by(Clock::manual(), change).await
    }

    /// Another relay of the same deployment: with its database, its signing keys and its time.
    pub(crate) async fn beside(&self) -> Self {
        Self::start_by(self.clock.clone(), |settings| {
            (settings.database, settings.database_url) = self.storage.clone();
        })
        .await
    }

    async fn start_by(clock: Clock, change: impl FnOnce(&mut Settings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = Settings {
            listen: free,
            metrics_listen: MetricsListen::At(free),
            realm: "duet.test".to_owned(),
            ..Settings::defaults()
        };
        fresh_database(&mut settings, directory.path()).await;
        settings.limits.rate_login = 10_000;
        settings.limits.rate_register = 10_000;
        settings.limits.rate_requests = 10_000;
        settings.limits.rate_search = 10_000;
        settings.limits.rate_handshakes = 10_000;
        settings.limits.rate_messages = 10_000;
        settings.limits.burst_messages = 10_000;
        settings.limits.rate_chunks = 10_000;
        settings.limits.rate_prekeys_claimer = 10_000;
        settings.limits.rate_prekeys_owner = 10_000;
        settings.limits.drain = Duration::ZERO;
        settings.limits.login_patience = NEVER;
        settings.limits.login_timeout = NEVER;
        settings.limits.write_timeout = NEVER;
        settings.limits.queue_timeout = NEVER;
        settings.limits.beat_interval = NEVER;
        settings.limits.beat_interval_talking = NEVER;
        settings.limits.silence_timeout = NEVER;
        settings.limits.silence_timeout_talking = NEVER;
        settings.limits.idle_timeout = NEVER;
        change(&mut settings);
        let storage = (settings.database.clone(), settings.database_url.clone());
        let is_secure = settings.tls_self_signed;
        let server = Server::bind_with_clock(settings, clock.clone())
            .await
            .unwrap();
        let (address, metrics) = (
            server.address().unwrap(),
            server.metrics_address().unwrap_or(free),
        );
        let trust = is_secure.then(|| trust::made_for(&storage.0));
        let reloader = Some(server.reloader());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        Self {
            address,
            metrics,
            directory,
            storage,
            clock,
            from: None,
            trust,
            reloader,
            stop: Some(stop),
            task: Some(task),
        }
    }

    /// One that was started by other means.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            metrics: address,
            directory: tempfile::tempdir().unwrap(),
            storage: (PathBuf::new(), None),
            clock: Clock::system(),
            from: None,
            trust: None,
            reloader: None,
            stop: None,
            task: None,
        }
    }

    /// The same relay, for somebody at another address of this machine.
    pub(crate) fn from(&self, address: IpAddr) -> Self {
        Self {
            metrics: self.metrics,
            clock: self.clock.clone(),
            from: Some(address),
            trust: self.trust.clone(),
            ..Self::at(self.address)
        }
    }

    /// The origin of the site that it serves.
    pub(crate) fn origin(&self) -> String {
        let scheme = if self.trust.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    pub(crate) fn http(&self) -> Http {
        Http::new(self.address)
            .from(self.from)
            .over(self.trust.clone())
            .header("Origin", &self.origin())
    }

    /// Makes a new signing key, as an operator does.
    pub(crate) fn rotate_key(&self) {
        let settings = Settings {
            database: self.storage.0.clone(),
            ..Settings::defaults()
        };
        KeyRing::rotate(&settings).unwrap();
        self.reloader.as_ref().unwrap().reload();
    }

    /// Lets the clean-up run that runs once a minute, and waits until it has.
    pub(crate) async fn clean_up(&self) {
        const DONE: &str =
            "duet_database_operations_total{operation=\"remove_expired\",outcome=\"done\"} ";
        let before = self.metric(DONE).await;
        pass(Duration::from_secs(60));
        eventually("the clean-up runs", async || {
            self.metric(DONE).await > before
        })
        .await;
    }

    /// Asks it to stop; [`Relay::stopped`] waits for the end.
    pub(crate) fn ask_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn stopped(self) -> TempDir {
        let task = self.task.expect("started by this test");
        tokio::time::timeout(PATIENCE, task)
            .await
            .expect("the relay stops")
            .unwrap()
            .unwrap();
        self.directory
    }

    /// A number from the metrics; zero if it was never counted.
    pub(crate) async fn metric(&self, line_start: &str) -> f64 {
        let text = Http::new(self.metrics).get("/metrics").await.text();
        text.lines()
            .find_map(|line| line.strip_prefix(line_start)?.trim().parse().ok())
            .unwrap_or(0.0)
    }
}

/// A limit that no test reaches.
pub(crate) const NEVER: Duration = Duration::from_secs(30 * 24 * 3600);

/// Lets the timers of this test's runtime, the relay's among them, believe that this much time has passed. What was
/// due in between is done when the test next waits for something. Nothing may be under way: to the database, too, it
/// would look like a very slow one. So a test asks its sockets something first ([`Socket::assert_quiet`]).
pub(crate) fn pass(duration: Duration) {
    tokio::time::pause();
    // The clock moves when this is first polled. Waited for, the idle runtime would jump on to its next timer.
    let _ = tokio::time::advance(duration).now_or_never();
    tokio::time::resume();
}

/// Polls until something becomes true: for what has no event to wait for.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut check: impl FnMut() -> F) {
    let started = std::time::Instant::now();
    while !check().await {
        assert!(started.elapsed() < PATIENCE, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
