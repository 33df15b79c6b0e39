//! What every request passes through: its id, its address, the rate limits, the Origin check, the log line and the
//! response headers.

pub mod client;
pub mod headers;
pub(crate) mod heads;
pub mod json;
pub mod origin;
pub mod request_id;
mod secure;

use axum::{
    Extension,
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
    time::{Duration, Instant},
};
use tracing::Instrument as _;

use crate::{
    app::App,
    error::{ApiError, ErrorCode},
    limits::Limited,
    routes, sharing,
    sockets::Transport,
    telemetry::{metrics::RequestLabels, traces},
};
use client::Client;

/// A request must have arrived and been answered within this time; a WebSocket handshake too, not what follows it.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// The outermost layer.
pub async fn context(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(transport): Extension<Transport>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id::of(request.headers());
    // Addresses hold names and ids of accounts: only the route's pattern is ever logged, counted or traced.
    let matched = request.extensions().get::<MatchedPath>();
    let (route, limited) = routes::of(request.method(), matched.map(MatchedPath::as_str));
    let span = tracing::info_span!("request", request_id = %id);
    let traced = traces::request(request.method(), route, &id);
    request_id::scope(id.clone(), async move {
        let started = Instant::now();
        let client = Client::of(
            peer,
            transport == Transport::Tls,
            request.headers(),
            &app.settings.trusted_proxies,
            app.settings.forwarded_header,
        );
        warn_of_unknown_proxy(peer, &client, request.headers());
        let method = request.method().clone();
        let viewer = headers::is_viewer(request.uri().path());
        let own_origin = origin::own_origin(request.headers(), client.https);
        request.extensions_mut().insert(client);

        let admitted = match admit(&app, &client, route, limited, &mut request) {
            Ok(()) => sharing::request(&app, limited, client.ip)
                .await
                .map_err(|wait| too_many(&app, &client, route, limited, wait)),
            refused => refused,
        };
        let mut response = match admitted {
            Err(refusal) => refusal.into_response(),
            Ok(()) if transport == Transport::PlainBesideTls && limited != Limited::Exempt => {
                secure::instead(&request)
            }
            Ok(()) => match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
                Ok(response) => response,
                Err(_) => ApiError::from(ErrorCode::RequestTimeout).into_response(),
            },
        };
        headers::apply(&mut response, &id, viewer);
        // Nobody vouches for a certificate of the relay's own: the day it goes, such a promise would keep everybody out.
        if !app.tls.as_ref().is_some_and(|tls| tls.is_self_signed()) {
            headers::insist(&mut response, own_origin.as_ref());
        }

        let status = response.status();
        let elapsed = started.elapsed();
        let code = response.extensions().get::<ErrorCode>().copied();
        app.metrics
            .request(RequestLabels::new(&method, route, status), elapsed);
        log(&method, route, status, code, elapsed);
        traces::answered(&traced, status);
        response
    })
    .instrument(span)
    .await
}

/// A proxy that is not trusted looks like one person to every limit: once, the operator is told.
fn warn_of_unknown_proxy(peer: SocketAddr, client: &Client, headers: &HeaderMap) {
    static WARNED: Once = Once::new();
    let ip = peer.ip().to_canonical();
    // Near enough to be a proxy of the operator's: anybody in the world can send the header.
    let near = match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback(),
    };
    if near && client.ip == ip && client::is_forwarded(headers) {
        WARNED.call_once(|| {
            tracing::warn!(
                category = "limit",
                proxy = %ip,
                "requests come through a proxy that is not in DUET_TRUSTED_PROXIES: all limits take everybody behind it \
                 for one person"
            );
        });
    }
}

fn too_many(
    app: &App,
    client: &Client,
    route: &'static str,
    limited: Limited,
    wait: Duration,
) -> ApiError {
    app.metrics.limited(limited);
    tracing::warn!(category = "limit", route, client = %client.ip, "rate limit");
    ApiError::from(ErrorCode::RateLimited).retry_after(wait)
}

/// Rate limits first (they are the cheapest), then the Origin of everything that can change something.
fn admit(
    app: &App,
    client: &Client,
    route: &'static str,
    limited: Limited,
    request: &mut Request,
) -> Result<(), ApiError> {
    app.limits
        .check(limited, client.ip)
        .map_err(|wait| too_many(app, client, route, limited, wait))?;
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        let origin = origin::accepted(request.headers(), client.https, &app.settings.origins)
            .ok_or_else(|| {
                tracing::warn!(category = "origin", route, client = %client.ip, "origin refused");
                origin::refused_origin()
            })?;
        request.extensions_mut().insert(origin);
    }
    Ok(())
}

fn log(
    method: &Method,
    route: &str,
    status: StatusCode,
    code: Option<ErrorCode>,
    elapsed: Duration,
) {
    let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let status = status.as_u16();
    match code {
        Some(code) => {
            tracing::info!(category = "http", %method, route, status, ms, ?code, "request")
        }
        // Health checks and the site's own files would drown everything else.
        None if matches!(route, "site" | "/healthz" | "/readyz") => {
            tracing::debug!(category = "http", %method, route, status, ms, "request");
        }
        None => tracing::info!(category = "http", %method, route, status, ms, "request"),
    }
}
