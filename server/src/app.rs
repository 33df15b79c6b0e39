//! What all handlers share, and the router.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use duet_crypto::identity::{AccountId, AccountName, Realm};
use std::{
    any::Any,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Semaphore;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    api::ServerConfig,
    auth::{self, attempts::Attempts, password::Passwords, token::Tokens},
    clock::Clock,
    config::Settings,
    error::{ApiError, ErrorCode},
    http, identity,
    limits::{AddressLimits, PrekeyLimits},
    readiness::Readiness,
    relay::{self, hub::Hub},
    site::{self, Site},
    sockets::AddressSeats,
    store::Store,
    telemetry::metrics::Metrics,
    validate::Username,
};

/// Largest body of any request: the largest real one has a few hundred bytes.
const BODY_MAX: usize = 16 * 1024;

/// The patterns of all routes, as labels for logs and metrics. A test compares them with the router.
pub const ROUTES: &[&str] = &[
    "/api/config",
    "/api/auth/register",
    "/api/auth/login",
    "/api/auth/refresh",
    "/api/auth/logout",
    "/api/auth/revoke",
    "/api/chat/me",
    "/api/chat/users",
    "/api/identity/users/{id}/key",
    "/api/identity/users/{id}/fingerprint",
    "/api/identity/key",
    "/ws",
    "/healthz",
    "/readyz",
];

/// Shared by everything; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What [`App`] holds.
pub struct Parts {
    /// What the operator chose.
    pub settings: Settings,
    /// The time.
    pub clock: Clock,
    /// The deployment's public name.
    pub realm: Realm,
    /// The database.
    pub store: Store,
    /// Access tokens.
    pub tokens: Tokens,
    /// Login secrets.
    pub passwords: Passwords,
    /// The names whose login secrets are being checked.
    pub attempts: Attempts,
    /// Whether the database can be written.
    pub readiness: Readiness,
    /// The WebSocket hub.
    pub hub: Hub,
    /// Room for WebSockets.
    pub places: Arc<Semaphore>,
    /// WebSockets of each client's address.
    pub client_seats: AddressSeats,
    /// Requests per address.
    pub limits: AddressLimits,
    /// Prekeys per account.
    pub prekey_limits: PrekeyLimits,
    /// Metrics.
    pub metrics: Metrics,
    /// The built messenger.
    pub site: Site,
    /// Set when the relay is about to stop.
    pub draining: AtomicBool,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Shares the parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether the relay is about to stop.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// The account id of a login name in this deployment (protocol.md section 3.1).
    ///
    /// # Errors
    /// None in practice: the rule for login names is narrower than the protocol's.
    pub fn account_id(&self, username: &Username) -> Result<[u8; 32], ApiError> {
        let name = AccountName::new(username.as_str()).map_err(|_| ErrorCode::InvalidUsername)?;
        Ok(AccountId::derive(&self.realm, &name).0)
    }

    /// Everything that is served.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/api/config", get(config))
            .route("/healthz", get(healthz))
            .route("/readyz", get(readyz))
            .merge(auth::router())
            .merge(identity::router())
            .merge(relay::router())
            .fallback(site::serve)
            .method_not_allowed_fallback(|| async { ApiError::from(ErrorCode::MethodNotAllowed) })
            .layer(DefaultBodyLimit::max(BODY_MAX))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn_with_state(self.clone(), http::context))
            .with_state(self.clone())
    }
}

async fn config(State(app): State<App>) -> Json<ServerConfig> {
    Json(ServerConfig {
        realm: app.realm.as_str().to_owned(),
        max_file_bytes: app.settings.max_file_bytes,
        access_token_ttl_ms: u64::try_from(app.settings.limits.access_token_ttl.as_millis())
            .unwrap_or(u64::MAX),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The process runs.
async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can do its work: the database can be written, and it is not about to stop.
async fn readyz(State(app): State<App>) -> Response {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    if app.readiness.check(&app.store, &app.clock).await {
        "ready\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
    }
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::internal("a handler panicked").into_response()
}
