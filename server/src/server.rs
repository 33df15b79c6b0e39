//! Start and stop. Listeners and the signal to stop come from outside, so tests run the real thing on port 0.

use axum::{Router, http::header, middleware, routing::get};
use axum_server::Handle;
use duet_crypto::{identity::Realm, relay::CloseCode};
use redis::RedisError;
use std::{
    future::Future,
    io,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Mutex, Semaphore},
    time,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Parts},
    auth::{
        attempts::Attempts,
        password::Passwords,
        signing_key::{KeyRing, SigningKeyError},
        token::Tokens,
    },
    backplane::{Backplane, nodes::Nodes},
    changes,
    clock::Clock,
    config::{MetricsListen, Settings},
    error::ApiError,
    http::{self, heads},
    hub::{acks::AckTimer, budget::Budget, connection::Common, directory::Hub},
    identity::invitations,
    limits::{AddressLimits, PrekeyLimits, SearchLimit},
    readiness::Readiness,
    relay::truth::Answers,
    routes,
    site::Site,
    sockets::{Acceptor, AddressSeats, Sockets},
    store::{Store, StoreError},
    telemetry::metrics::Metrics,
    tls::{Shown, Tls, TlsError},
};

/// How often expired rows and quiet addresses are forgotten.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);
/// Longest wait for Redis before the relay serves without it.
const ENGINE_PATIENCE: Duration = Duration::from_secs(5);
/// Longest wait for connections and requests to end at shutdown.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

/// Why the relay did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address} (setting {setting}): {source}")]
    Listen {
        /// The setting to change.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The realm is not one.
    #[error("DUET_REALM: 1 to 255 printable ASCII characters without upper case")]
    Realm,
    /// The folder of `--site` is no site.
    #[error("site folder {path}: {source}")]
    Site {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key is missing or damaged.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The signing key is missing or damaged.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address of the Redis is none.
    #[error("DUET_REDIS_URL: {0}")]
    Redis(String),
    /// Hashing does not work.
    #[error(transparent)]
    Passwords(#[from] ApiError),
    /// The accept loop ended.
    #[error("serving: {0}")]
    Serve(#[source] io::Error),
}

impl ServerError {
    pub(crate) fn site(path: &Path, source: io::Error) -> Self {
        Self::Site {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn redis(error: &RedisError) -> Self {
        Self::Redis(error.to_string())
    }
}

/// A relay that is ready to serve.
pub struct Server {
    app: App,
    sockets: Arc<Sockets>,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
    nodes: Option<Arc<Nodes>>,
    /// The last change of the database before it began.
    seen: i64,
}

impl Server {
    /// Opens or makes everything that the settings name, and takes the ports.
    ///
    /// # Errors
    /// [`ServerError`], in words for the operator.
    pub async fn bind(settings: Settings) -> Result<Self, ServerError> {
        Self::bind_with_clock(settings, Clock::system()).await
    }

    /// The same with a clock of the caller's.
    ///
    /// # Errors
    /// [`ServerError`].
    pub async fn bind_with_clock(settings: Settings, clock: Clock) -> Result<Self, ServerError> {
        let realm = Realm::new(&settings.realm).map_err(|_| ServerError::Realm)?;
        // Ports first: a second relay started by mistake must not touch the first one's files.
        let listener = listen("DUET_LISTEN", settings.listen)?;
        let metrics_listener = match settings.metrics_listen {
            MetricsListen::At(address) => Some(listen("DUET_METRICS_LISTEN", address)?),
            MetricsListen::Off => None,
        };
        let site = match &settings.site {
            Some(path) => {
                Site::from_folder(path).map_err(|source| ServerError::site(path, source))?
            }
            None => Site::embedded(),
        };
        let tls = Tls::load(&settings)?.map(|(tls, shown)| {
            show(&shown, tls.is_self_signed());
            Arc::new(tls)
        });
        let metrics = Metrics::new(settings.redis_url.is_some());
        metrics.started.set(clock.now() / 1_000);
        let store = Store::open(
            &settings.database_location(),
            settings.database_pause,
            clock.clone(),
            metrics.store.clone(),
        )
        .await?;
        // Before anything is read that a command could change.
        let seen = store.last_change().await?;
        let keys = KeyRing::load(&settings)?;
        let sockets = Arc::new(Sockets::new(&settings, metrics.sockets.clone()));
        let places = settings
            .limits
            .max_connections
            .min(sockets.for_websockets());
        let hub = Arc::new(Hub::new(Common {
            budget: Budget::new(
                usize::from(settings.limits.max_queued) * 1024 * 1024,
                metrics.queued.clone(),
            ),
            timer: Arc::new(AckTimer::default()),
            written: metrics.written.clone(),
            repeated: metrics.repeated_elsewhere.clone(),
            patience: settings.limits.write_timeout,
        }));
        let nodes = match &settings.redis_url {
            Some(address) => {
                let patience = settings.limits.queue_timeout;
                let (hub, metrics) = (Arc::clone(&hub), metrics.nodes.clone());
                let nodes = Nodes::new(address, realm.as_str(), hub, patience, metrics)
                    .map_err(|error| ServerError::redis(&error))?;
                Some(nodes)
            }
            None => None,
        };
        if let Some(nodes) = &nodes {
            hub.attach(Arc::clone(nodes) as Arc<dyn Backplane>);
        }
        let app = App::new(Parts {
            tokens: Tokens::new(keys, realm.as_str(), settings.limits.access_token_ttl),
            passwords: Passwords::new(
                metrics.password_checks.clone(),
                settings.limits.login_patience,
            )
            .await?,
            attempts: Attempts::default(),
            readiness: Readiness::default(),
            hub,
            reach_turn: Mutex::default(),
            places: Arc::new(Semaphore::new(places)),
            client_seats: AddressSeats::new(sockets.for_address()),
            limits: AddressLimits::new(&settings.limits, &clock),
            search_limit: SearchLimit::new(&settings.limits, &clock),
            prekey_limits: PrekeyLimits::new(&settings.limits, &clock),
            metrics,
            clock,
            draining: CancellationToken::new(),
            realm,
            store,
            site,
            tls,
            settings,
        });
        Ok(Self {
            app,
            sockets,
            listener,
            metrics_listener,
            nodes,
            seen,
        })
    }

    /// Where it serves.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where it serves metrics.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_listener.as_ref()?.local_addr().ok()
    }

    /// What reads again, while it serves, what can be read again.
    #[must_use]
    pub fn reloader(&self) -> Reloader {
        Reloader(self.app.clone())
    }

    /// Serves until `shutdown` is ready, then lets clients go in order.
    ///
    /// # Errors
    /// [`ServerError::Serve`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), ServerError> {
        self.log_start();
        let Self {
            app,
            sockets,
            listener,
            metrics_listener,
            nodes,
            seen,
        } = self;
        let reloader = Reloader(app.clone());
        let following = tokio::spawn(changes::follow(app.clone(), seen, move || {
            reloader.reload_keys();
        }));
        let cleanup = tokio::spawn(clean_up(app.clone()));
        let timer = Arc::clone(&app.hub.common.timer);
        let acks = tokio::spawn(async move { timer.run().await });
        let others = match nodes {
            Some(nodes) => {
                let truth = Arc::new(Answers(app.clone()));
                let running = tokio::spawn(Arc::clone(&nodes).run(truth));
                // Without it the relay serves all the same, and says that it is degraded.
                nodes.reached(ENGINE_PATIENCE).await;
                Some(running)
            }
            None => None,
        };
        let metrics = metrics_listener
            .map(|listener| serve_metrics(app.clone(), listener))
            .transpose()?;

        let handle = Handle::new();
        let mut server = axum_server::from_tcp(listener)
            .map_err(ServerError::Serve)?
            .acceptor(Acceptor::new(sockets, app.tls.clone()))
            .handle(handle.clone());
        heads::bound(server.http_builder());
        let service = routes::router()
            .layer(middleware::from_fn_with_state(app.clone(), http::context))
            .with_state(app.clone())
            .into_make_service_with_connect_info::<SocketAddr>();
        let mut serving = tokio::spawn(server.serve(service));

        let result = tokio::select! {
            ended = &mut serving => flatten(ended),
            () = shutdown => {
                drain(&app, &handle).await;
                let ended = flatten(serving.await);
                // The last requests may still have something to tell the others.
                app.hub.detach().await;
                ended
            }
        };
        cleanup.abort();
        following.abort();
        acks.abort();
        if let Some(others) = others {
            others.abort();
        }
        if let Some(metrics) = metrics {
            metrics.abort();
        }
        app.store.close().await;
        tracing::info!(category = "lifecycle", "stopped");
        result
    }

    fn log_start(&self) {
        let settings = &self.app.settings;
        let scheme = if self.app.tls.is_some() {
            "https"
        } else {
            "http"
        };
        if let Ok(address) = self.address() {
            tracing::info!(
                category = "lifecycle",
                %address,
                database = settings.database_location().describe(),
                realm = self.app.realm.as_str(),
                site = self.app.site.is_built(),
                version = env!("CARGO_PKG_VERSION"),
                "Duet relay is serving: open {scheme}://localhost:{}", address.port()
            );
            if address.ip().is_unspecified() {
                tracing::info!(
                    category = "lifecycle",
                    "listening on all networks of this machine; DUET_LISTEN=127.0.0.1:{} keeps it to this machine",
                    address.port()
                );
            }
        }
        match self.metrics_address() {
            Some(address) => {
                tracing::info!(category = "lifecycle", "metrics: http://{address}/metrics")
            }
            None => tracing::info!(category = "lifecycle", "metrics are off"),
        }
    }
}

/// Reads again what can be read again.
#[derive(Clone)]
pub struct Reloader(App);

impl Reloader {
    /// Reads the signing keys and the certificate. With what cannot be used the relay goes on with what it has.
    pub fn reload(&self) {
        self.reload_keys();
        let Some(tls) = &self.0.tls else { return };
        match tls.reload(&self.0.settings) {
            Ok(shown) => show(&shown, tls.is_self_signed()),
            Err(error) => {
                tracing::error!(category = "security", %error, "certificate not read again: going on with the old one");
            }
        }
    }

    fn reload_keys(&self) {
        match KeyRing::load(&self.0.settings) {
            Ok(keys) => {
                tracing::info!(
                    category = "security",
                    keys = keys.iter().count(),
                    newest = keys.newest().id,
                    "signing keys read again"
                );
                self.0.tokens.replace_keys(keys);
            }
            Err(error) => {
                tracing::error!(category = "security", %error, "signing keys not read again: going on with the old ones");
            }
        }
    }
}

/// Tells the operator which certificate clients see.
fn show(shown: &Shown, self_signed: bool) {
    let certificate = shown.certificate.display();
    if self_signed {
        tracing::info!(
            category = "security",
            sha256 = shown.fingerprint,
            "https with the self-signed certificate {certificate}: browsers warn of it once; before you go on, compare the \
             fingerprint that they show with this one"
        );
    } else {
        tracing::info!(
            category = "security",
            sha256 = shown.fingerprint,
            "https with the certificate {certificate}"
        );
    }
}

fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServerError> {
    let bind = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    bind().map_err(|source| ServerError::Listen {
        setting,
        address,
        source,
    })
}

fn flatten(ended: Result<io::Result<()>, tokio::task::JoinError>) -> Result<(), ServerError> {
    ended
        .map_err(io::Error::other)
        .and_then(|served| served)
        .map_err(ServerError::Serve)
}

/// Not ready any more, clients told, a moment for them to notice, sockets closed, the last requests answered.
async fn drain(app: &App, handle: &Handle<SocketAddr>) {
    tracing::info!(category = "lifecycle", "stopping");
    // Whoever has not logged in yet is closed by this, and comes back elsewhere.
    app.draining.cancel();
    if app.hub.announce_shutdown() > 0 {
        time::sleep(app.settings.limits.drain).await;
    }
    handle.graceful_shutdown(Some(SHUTDOWN_PATIENCE));
    if time::timeout(SHUTDOWN_PATIENCE, app.hub.close_all(CloseCode::Restart))
        .await
        .is_err()
    {
        tracing::warn!(
            category = "lifecycle",
            "some connections did not end in time"
        );
    }
}

async fn clean_up(app: App) {
    let mut tick = time::interval(CLEANUP_INTERVAL);
    loop {
        tick.tick().await;
        app.limits.forget_quiet();
        app.prekey_limits.forget_quiet();
        app.search_limit.forget_quiet();
        if let Err(error) = invitations::end_old(&app).await {
            tracing::error!(category = "internal", ?error, "ending invitations failed");
        }
        match app.store.remove_expired(app.clock.now()).await {
            Ok(removed) => tracing::debug!(category = "lifecycle", removed, "cleaned up"),
            Err(error) => tracing::error!(category = "internal", %error, "clean-up failed"),
        }
    }
}

/// Metrics on a listener of their own: what is not on the public one cannot be exposed by mistake.
fn serve_metrics(
    app: App,
    listener: TcpListener,
) -> Result<tokio::task::JoinHandle<io::Result<()>>, ServerError> {
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let router = Router::new().route(
        "/metrics",
        get(move || async move {
            app.store.observe_connections();
            let text = app.metrics.text().map_err(ApiError::internal)?;
            Ok::<_, ApiError>(([(header::CONTENT_TYPE, OPEN_METRICS)], text))
        }),
    );
    let mut server = axum_server::from_tcp(listener)
        .map_err(ServerError::Serve)?
        .acceptor(Acceptor::new(Arc::new(Sockets::few()), None));
    heads::bound(server.http_builder());
    Ok(tokio::spawn(server.serve(router.into_make_service())))
}
