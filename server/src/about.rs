//! What the relay says about itself, and the site.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};

use crate::{api::ServerConfig, app::App};

/// `GET /api/config`.
pub(crate) async fn config(State(app): State<App>) -> Json<ServerConfig> {
    Json(ServerConfig {
        realm: app.realm.as_str().to_owned(),
        max_file_bytes: app.settings.max_file_bytes,
        access_token_ttl_ms: u64::try_from(app.settings.limits.access_token_ttl.as_millis())
            .unwrap_or(u64::MAX),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The process can do its work: the database can be written, and it is not about to stop.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    if app.readiness.check(&app.store, &app.clock).await {
        // Not a reason to take it away: people of this relay still reach one another.
        if app.hub.is_whole() {
            "ready\n".into_response()
        } else {
            "ready, degraded: redis\n".into_response()
        }
    } else {
        let why = if app.store.is_left_alone() {
            "database: circuit breaker open\n"
        } else {
            "database\n"
        };
        (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
    }
}

/// What is no route of the API: the site.
pub(crate) async fn site(
    State(app): State<App>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    app.site.answer(&method, &uri, &headers)
}
